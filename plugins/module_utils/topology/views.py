# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and playbooks are shown of an inventory: its tree, single objects, their links and cliques."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Clique, Link, Obj


def object_view(one: Obj, inventory: Inventory) -> dict[str, Any]:
    """An object with all that is known of it."""
    return {'environment': inventory.name, 'id': one.id, 'type': one.type, **one.document(),
            'last_scanned': one.last_scanned or None}


def short(one: Obj) -> dict[str, Any]:
    """An object in a list."""
    return {'id': one.id, 'type': one.type, 'name': one.name, 'host': one.host, 'status': one.status, 'name_path': one.name_path}


def link_view(link: Link, names: Mapping[str, str]) -> dict[str, Any]:
    """A link with the names of its ends."""
    return {'link_type': link.type, 'source_id': link.source_id, 'source': names.get(link.source_id, link.source_id),
            'target_id': link.target_id, 'target': names.get(link.target_id, link.target_id), **link.document()}


def tree(inventory: Inventory, root: Obj, depth: int) -> dict[str, Any]:
    """An object with what is below it, ``depth`` levels deep (a folder is none of them)."""
    top = {**short(root), 'below': []}
    level = {root.id: top}
    for _level in range(depth):
        found = _children(inventory, level)
        folders = {one['id']: one for one in found if one['type'] == 'folder'}
        level = {one['id']: one for one in found if one['type'] != 'folder'}
        level.update((one['id'], one) for one in _children(inventory, folders))
        if not level:
            break
    return top


def _children(inventory: Inventory, above: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Hang what is directly below them into the nodes of a tree."""
    found = []
    for one in inventory.objects(parents=list(above)) if above else ():
        node: dict[str, Any] = {**short(one), 'below': []}
        above[one.parent_id]['below'].append(node)
        found.append(node)
    return found


def links_of(inventory: Inventory, object_id: str) -> list[dict[str, Any]]:
    """The links of an object."""
    return named_links(inventory, inventory.links(touching=[object_id]))


def named_links(inventory: Inventory, links: Iterable[Link]) -> list[dict[str, Any]]:
    """Links with the names of their ends, by type."""
    found = list(links)
    ends = {end for link in found for end in (link.source_id, link.target_id)}
    names = {one.id: one.name for one in inventory.objects(ids=ends)}
    return sorted((link_view(link, names) for link in found),
                  key=lambda one: (one['link_type'], one['source_id'], one['target_id']))


def cliques_of(inventory: Inventory, object_id: str) -> list[dict[str, Any]]:
    """The cliques of a focal point, with their objects and links."""
    found = []
    for one in inventory.cliques(object_id):
        objects, links = members(inventory, one)
        found.append({'focal_point': one.focal_id, 'clique_type': one.clique_type, 'objects': [short(each) for each in objects],
                      'links': named_links(inventory, links)})
    return found


def members(inventory: Inventory, clique: Clique) -> tuple[list[Obj], list[Link]]:
    """The objects and links of a clique that are there."""
    return inventory.objects(ids=clique.nodes), inventory.links(keys=clique.links)


def info(inventory: Inventory, params: Mapping[str, Any]) -> dict[str, Any]:
    """What a user asks of an inventory.

    :param params: ``object``, ``search``, ``types``, ``depth``, ``limit``, each of which may be left out.
    :raises NotFound: no such object. :raises TopologyError: a name that several have.
    """
    answer: dict[str, Any] = {'environment': inventory.name, 'generation': inventory.number, 'counts': inventory.counts()}
    types = params.get('types') or None
    if params.get('search'):
        answer['objects'] = [short(one) for one in inventory.search(params['search'], types, params.get('limit') or 100)]
    elif types:
        answer['objects'] = [short(one) for one in inventory.objects(types=types)]
    if params.get('object'):
        one = inventory.find(params['object'])
        answer.update(object=object_view(one, inventory), links=links_of(inventory, one.id),
                      cliques=cliques_of(inventory, one.id))
    if params.get('depth'):
        root = inventory.find(params['object'] or inventory.name)
        answer['tree'] = tree(inventory, root, params['depth'])
    return answer
