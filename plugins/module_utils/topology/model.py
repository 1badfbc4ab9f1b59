# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a topology is made of: objects below each other, and links between them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: Between an object and its folders' names: ``<id>/vnics``.
FOLDER = 'folder'
ENVIRONMENT = 'environment'
UP, DOWN, UNKNOWN = 'up', 'down', 'unknown'


class ObjectType(NamedTuple):
    """A type of object: the folder that it stands in below its parent (empty: directly), and where it is found.

    ``source`` is ``api`` (OpenStack's APIs), ``host`` (read on hosts) or ``fabric`` (the switches' side).
    """

    folder: str
    source: str


OBJECT_TYPES: Mapping[str, ObjectType] = {
    'region': ObjectType('regions', 'api'), 'project': ObjectType('projects', 'api'),
    'availability_zone': ObjectType('availability_zones', 'api'), 'aggregate': ObjectType('aggregates', 'api'),
    'host_ref': ObjectType('', 'api'), 'host': ObjectType('', 'api'), 'network': ObjectType('networks', 'api'),
    'port': ObjectType('ports', 'api'), 'network_agent': ObjectType('network_agents', 'api'),
    'instance': ObjectType('instances', 'api'), 'vservice': ObjectType('vservices', 'api'),
    'vnic': ObjectType('vnics', 'api'), 'vedge': ObjectType('vedges', 'api'), 'otep': ObjectType('oteps', 'api'),
    'server_group': ObjectType('server_groups', 'api'), 'floating_ip': ObjectType('floating_ips', 'api'),
    'security_group': ObjectType('security_groups', 'api'), 'volume': ObjectType('volumes', 'api'),
    'trunk': ObjectType('trunks', 'api'), 'vconnector': ObjectType('vconnectors', 'host'),
    'host_pnic': ObjectType('pnics', 'host'), 'switch': ObjectType('switches', 'fabric'),
    'switch_pnic': ObjectType('pnics', 'fabric'),
}
LINK_TYPES = ('instance-vnic', 'vservice-vnic', 'vnic-vconnector', 'vconnector-host_pnic', 'vnic-vedge', 'vconnector-vedge',
              'vedge-host_pnic', 'vedge-otep', 'otep-vconnector', 'otep-host_pnic', 'host_pnic-network',
              'host_pnic-switch_pnic', 'switch-switch_pnic', 'switch_pnic-switch_pnic')


@dataclass(slots=True)
class Obj:
    """One object. ``networks`` are the ids of those that it belongs to; ``attributes`` what else is known, as JSON values.

    ``owner_id`` is the real parent; ``parent_id`` the folder that it stands in there, and the paths, are set by
    :func:`~.tree.place`.
    """

    id: str
    type: str
    name: str
    owner_id: str
    object_name: str = ''
    host: str = ''
    status: str = ''
    networks: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    show_in_tree: bool = True
    parent_id: str = ''
    parent_type: str = ''
    id_path: str = ''
    name_path: str = ''
    last_scanned: str = ''

    def document(self) -> dict[str, Any]:
        """All that is kept of it, but for its id and type, and when it was looked at."""
        return {'name': self.name, 'object_name': self.object_name or self.name, 'owner_id': self.owner_id,
                'parent_id': self.parent_id, 'parent_type': self.parent_type, 'id_path': self.id_path,
                'name_path': self.name_path, 'show_in_tree': self.show_in_tree, 'host': self.host, 'status': self.status,
                'networks': sorted(self.networks), 'attributes': self.attributes}


@dataclass(slots=True)
class Link:
    """One link. ``networks`` empty: it carries any. ``implicit`` ones follow from others."""

    type: str
    source_id: str
    target_id: str
    state: str = UP
    host: str = ''
    name: str = ''
    networks: tuple[str, ...] = ()
    implicit: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells it from every other link of its environment."""
        return hashlib.blake2b(f'{self.type}\n{self.source_id}\n{self.target_id}'.encode(), digest_size=12).hexdigest()

    def document(self) -> dict[str, Any]:
        """All that is kept of it, but for type and ends."""
        return {'state': self.state, 'host': self.host, 'name': self.name, 'networks': sorted(self.networks),
                'implicit': self.implicit, 'attributes': self.attributes}


@dataclass(slots=True)
class Clique:
    """The graph around a focal point: the keys of its links and the ids of its objects."""

    focal_id: str
    focal_type: str
    clique_type: str
    links: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)


def text_of(document: Any) -> str:
    """A JSON text that is the same for the same value."""
    return json.dumps(document, sort_keys=True, separators=(',', ':'), ensure_ascii=False, default=str)
