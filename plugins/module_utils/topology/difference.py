# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two generations of an inventory side by side: what came, what went, what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import FOLDER


def difference(before: Inventory, after: Inventory) -> dict[str, Any]:
    """What differs between two generations of an environment.

    :returns: ``objects`` and ``links``, each with ``came``, ``went`` and ``changed``; the latter with the attributes that differ,
        each as before and after. Folders come and go with what is in them, and are left out.
    """
    tables = after.database.tables
    return {'environment': after.name, 'before': before.number, 'after': after.number,
            'objects': _parts(before, after, tables.objects, ('id', 'type')),
            'links': _parts(before, after, tables.links, ('key', 'type', 'source_id', 'target_id'))}


def earlier(inventory: Inventory) -> int:
    """The generation before the one of an inventory.

    :raises NotFound: it is the oldest that is kept.
    """
    older = [number for number in inventory.kept() if inventory.number is not None and number < inventory.number]
    if not older:
        raise NotFound(f'environment {inventory.name} has no generation before {inventory.number}: nothing to compare with')
    return older[-1]


def _parts(before: Inventory, after: Inventory, table: Any, keys: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    old, new = _rows(before, after, table), _rows(after, before, table)

    def told(row: Any) -> dict[str, Any]:
        document = json.loads(row.document)
        return {**{key: getattr(row, key) for key in keys if key != 'key'}, 'name': document['name'],
                **({'name_path': document['name_path']} if 'name_path' in document else {})}

    def changed(one: str) -> dict[str, Any]:
        return {**told(new[one]), 'changes': changes(json.loads(old[one].document), json.loads(new[one].document))}

    return {'came': [told(new[one]) for one in sorted(new.keys() - old.keys())],
            'went': [told(old[one]) for one in sorted(old.keys() - new.keys())],
            'changed': [changed(one) for one in sorted(old.keys() & new.keys()) if old[one].digest != new[one].digest]}


def _rows(one: Inventory, other: Inventory, table: Any) -> dict[str, Any]:
    """Rows of one generation that are not in the other one, by their first key."""
    number, against = one.number or 0, other.number or 0
    there = (table.c.since <= number) & (table.c.until.is_(None) | (table.c.until > number))
    in_other = (table.c.since <= against) & (table.c.until.is_(None) | (table.c.until > against))
    query = one.database.sql.select(table).where(table.c.environment == one.id, there, ~in_other, table.c.type != FOLDER)
    key = 'id' if 'id' in table.c else 'key'
    with one.database.session() as connection:
        return {getattr(row, key): row for row in connection.execute(query)}


def changes(old: Mapping[str, Any], new: Mapping[str, Any], path: str = '') -> dict[str, dict[str, Any]]:
    """The values that differ, by their path (``attributes.status``), as before and after."""
    found: dict[str, dict[str, Any]] = {}
    for key in sorted({*old, *new}):
        below = f'{path}.{key}' if path else key
        first, second = old.get(key), new.get(key)
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            found.update(changes(first, second, below))
        elif first != second:
            found[below] = {'before': first, 'after': second}
    return found


def lines(found: Mapping[str, Any]) -> list[str]:
    """For people, a line for each object and a count of links."""
    shown = [f'Environment {found["environment"]}, generation {found["before"]} -> {found["after"]}']
    for sign, part in (('+', 'came'), ('-', 'went'), ('~', 'changed')):
        for one in found['objects'][part]:
            what = ', '.join(f'{key} {value["before"]} -> {value["after"]}' for key, value in one.get('changes', {}).items())
            shown.append(f'  {sign} {one["type"]:<16} {one["name_path"]}{"  " + what[:200] if what else ""}')
    links = found['links']
    return [*shown, f'  links: {len(links["came"])} came, {len(links["went"])} went, {len(links["changed"])} changed']
