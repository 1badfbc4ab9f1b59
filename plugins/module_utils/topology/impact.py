# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What depends on an object, and what it depends on itself: by where things stand, what they name, and their cliques."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import ENVIRONMENT, FOLDER, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.views import short

#: What works for somebody; all else is what it works by.
SERVING = ('instance', 'vservice')
#: Types that others name, and so depend on.
NAMED = ('network', 'port', 'security_group', 'volume', 'server_group')


def impact(inventory: Inventory, one: Obj) -> dict[str, Any]:
    """Both directions, and the network services that are hit where the object fails.

    :returns: ``object``, ``dependents``, ``dependencies`` (objects), ``services`` (ns, vnf, vdu, count_index, op_occ, each with
        the instance that is hit).
    """
    dependents = _dependents(inventory, one)
    hit = [each for each in (one, *dependents) if each.type == 'instance' and each.attributes.get('nfv')]
    return {'object': short(one), 'dependents': [short(each) for each in dependents],
            'dependencies': [short(each) for each in _dependencies(inventory, one)],
            'services': [{**each.attributes['nfv'], 'instance_id': each.id, 'instance': each.name} for each in hit]}


def _dependents(inventory: Inventory, one: Obj) -> list[Obj]:
    parts = {each.id: each for each in inventory.below(one.id)}
    if one.type == 'host':
        parts.update((each.id, each) for each in inventory.objects(hosts=[one.host]) if each.type not in ('port', 'host_ref'))
    named = [part.id for part in parts.values() if part.type in NAMED] if one.type in NAMED else []
    found = {**parts, **{each.id: each for each in _naming(inventory, named)}}
    focal = _focal_points(inventory, parts)
    found.update((each.id, each) for each in inventory.objects(ids=focal))
    # What stands below an instance that is hit is hit with it
    for each in list(found.values()):
        if each.type in SERVING and each.id not in parts:
            found.update((below.id, below) for below in inventory.below(each.id))
    found.pop(one.id, None)
    return _sorted(found.values())


def _dependencies(inventory: Inventory, one: Obj) -> list[Obj]:
    ids: set[str] = set(one.networks)
    owner = one.owner_id
    while owner and owner != inventory.name:
        ids.add(owner)
        above = inventory.objects(ids=[owner])
        owner = above[0].owner_id if above else ''
    focal = one if one.type in SERVING else next((each for each in inventory.objects(ids=ids) if each.type in SERVING), None)
    for clique in inventory.cliques(focal.id) if focal else ():
        ids.update(clique.nodes)
    found = {each.id: each for each in inventory.objects(ids=ids - {one.id})}
    if one.type == 'instance':
        found.update((each.id, each) for each in _naming(inventory, [one.id], ('volume', 'server_group')))
    own = {each.id for each in inventory.below(one.id)}
    return _sorted(each for each in found.values() if each.id not in own)


def _naming(inventory: Inventory, ids: Iterable[str], types: tuple[str, ...] = ()) -> list[Obj]:
    """Objects in whose attributes one of the ids stands."""
    table = inventory.database.tables.objects
    found: list[str] = []
    for one in ids:
        query = inventory.live(table, table.c.id).where(table.c.document.contains(one, autoescape=True), table.c.id != one)
        found += [row.id for row in inventory.rows(query.where(table.c.type.in_(types)) if types else query)]
    return inventory.objects(ids=found)


def _focal_points(inventory: Inventory, parts: Iterable[str]) -> set[str]:
    """Whose cliques have one of the objects in them."""
    wanted, table = set(parts), inventory.database.tables.cliques
    rows = inventory.rows(inventory.live(table).where(table.c.focal_type.in_(SERVING)))
    return {row.focal_id for row in rows if not wanted.isdisjoint(json.loads(row.nodes))}


def _sorted(objects: Iterable[Obj]) -> list[Obj]:
    return sorted((one for one in objects if one.type not in (FOLDER, ENVIRONMENT)), key=lambda one: (one.type, one.name, one.id))
