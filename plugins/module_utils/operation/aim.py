# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation works towards: a target, and what of it the operation may touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, Vdu, Vnf

#: Key of the overlay beside those of the document: wanted statuses of servers that are not to be ACTIVE, by record key.
POWER = 'power'
#: Another one: hosts that servers were moved to from the one that their VDU's document names ('': the scheduler chose), by
#: record key.
HOSTS = 'hosts'


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """``target`` None: everything goes. ``document``, ``overlay`` and ``files`` (contents by name; None: not known) are what
    the record keeps once it is reached."""

    target: NetworkService | None
    document: dict[str, Any] | None
    overlay: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}

    @property
    def hosts(self) -> dict[str, str]:
        """Hosts in place of those that the document names, by record key."""
        return self.overlay.get(HOSTS) or {}


@dataclass(frozen=True, slots=True)
class Base:
    """What an operation starts from: the declared state from before it, also when it is taken up again.

    :param ns: the record of the NS, with the document and the overlay from before.
    :param resources: the record's resources, from before.
    :param done: ids of the operation's tasks that are done.
    :param begun: ``host_id`` of the hosts from which it has sent servers off, by record key.
    """

    ns: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]
    done: frozenset[str] = frozenset()
    begun: Mapping[str, str] = field(default_factory=dict)

    @property
    def overlay(self) -> dict[str, Any]:
        """What later verbs changed of the document."""
        return self.ns.get('overlay') or {}

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}

    @property
    def hosts(self) -> dict[str, str]:
        """Hosts in place of those that the document names, by record key."""
        return self.overlay.get(HOSTS) or {}


def with_power(overlay: Mapping[str, Any] | None, power: Mapping[str, str]) -> dict[str, Any]:
    """An overlay with other wanted statuses."""
    return _with(overlay, POWER, power)


def with_hosts(overlay: Mapping[str, Any] | None, hosts: Mapping[str, str]) -> dict[str, Any]:
    """An overlay with other hosts in place of those that the document names."""
    return _with(overlay, HOSTS, hosts)


def _with(overlay: Mapping[str, Any] | None, name: str, values: Mapping[str, str]) -> dict[str, Any]:
    rest = {key: value for key, value in (overlay or {}).items() if key != name}
    return {**rest, **({name: dict(sorted(values.items()))} if values else {})}


def item_of(vnf: Vnf, vdu: Vdu, index: int) -> str:
    """The record's key of a VDU instance."""
    return f'vdu:{vnf.name}/{vdu.name}/{index}'


def instances(target: NetworkService | None) -> set[str]:
    """The record's keys of all VDU instances of a target."""
    return {item_of(vnf, vdu, index) for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus
            for index in range(vdu.count)}
