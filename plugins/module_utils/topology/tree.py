# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where objects stand: folders below their parents, paths of ids and of names."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nfv.mano.plugins.module_utils.topology.model import ENVIRONMENT, FOLDER, OBJECT_TYPES, Obj


def place(environment: str, objects: Iterable[Obj]) -> list[Obj]:
    """The objects once each, with folders and paths; one whose parent is not there stands below the environment.

    :param environment: the root's name and id.
    """
    by_id: dict[str, Obj] = {environment: Obj(environment, ENVIRONMENT, environment, '')}
    for one in objects:
        if one.type != FOLDER and one.type != ENVIRONMENT:
            by_id.setdefault(one.id, one)
    placed: dict[str, Obj] = {}
    root = by_id[environment]
    root.id_path = root.name_path = f'/{environment}'
    placed[environment] = root
    for one in list(by_id.values()):
        _place(one, environment, by_id, placed)
    return list(placed.values())


def _place(one: Obj, environment: str, by_id: dict[str, Obj], placed: dict[str, Obj]) -> None:
    """Place an object, those above it first; a circle of parents is cut at the environment."""
    chain, seen = [one], {one.id}
    while chain[-1].id not in placed:
        owner = by_id.get(chain[-1].owner_id)
        if owner is None or owner.id in seen:
            chain[-1].owner_id = environment
            owner = by_id[environment]
        if owner.id in placed:
            break
        chain.append(owner)
        seen.add(owner.id)
    for each in reversed(chain):
        if each.id not in placed:
            _below(each, placed[each.owner_id], placed)


def _below(one: Obj, owner: Obj, placed: dict[str, Obj]) -> None:
    parent = owner
    folder = OBJECT_TYPES[one.type].folder
    if folder:
        folder_id = f'{owner.id}/{folder}'
        found = placed.get(folder_id)
        if found is None:
            found = placed[folder_id] = Obj(folder_id, FOLDER, folder, owner.id, parent_id=owner.id, parent_type=owner.type,
                                            host=owner.host, id_path=f'{owner.id_path}/{folder}',
                                            name_path=f'{owner.name_path}/{folder}')
        parent = found
    one.parent_id, one.parent_type = parent.id, parent.type
    one.id_path, one.name_path = f'{parent.id_path}/{one.id}', f'{parent.name_path}/{one.name}'
    placed[one.id] = one
