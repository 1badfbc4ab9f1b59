# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create_snapshot and revert_to_snapshot: VDU instances remembered by a name, put back to it, and the name given up."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, at_once, select
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Revert, Snapshot
from ansible_collections.nfv.mano.plugins.module_utils.plan.snapshot import KIND, key_of, parts_of
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

#: The name, ours and SOL's.
NAMES = ('name', 'vnf_snapshot_info_id')
#: It becomes part of marks, which have room for 255 characters in all.
NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,39}')
DELETED = 'DELETE_SNAPSHOT'
KEEP = 'keep_snapshots'


def create_snapshot(request: Request, base: Base, target: NetworkService) -> Asked:
    """Which instances get the snapshot, and how each is held still; with ``state: absent`` which snapshots go.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance.
    """
    params = Params('create_snapshot', request.params, *NAMES, 'quiesce', 'state')
    name, quiesce = _name(params, request), params.word('quiesce', 'pause', 'stop', 'none') or 'pause'
    absent = params.word('state', 'present', 'absent') == 'absent'
    params.check()
    if absent:
        return Asked(scope=frozenset(), snapshots_gone=frozenset(key for key in base.resources if _meant(request, key, name)))
    selected = select(request, target)
    items = frozenset(item for one in selected for item in one.items)
    return Asked(scope=items, at_once=at_once(request, selected), snapshot=Snapshot(name, quiesce))


def revert_to_snapshot(request: Request, base: Base, target: NetworkService) -> Asked:
    """Which instances are put back, and what the record said of each before; those that the snapshot has no part of stay.

    :raises InputError: as above; or there is no such snapshot.
    """
    params = Params('revert_to_snapshot', request.params, *NAMES)
    name = _name(params, request)
    params.check()
    selected = select(request, target)
    items = [item for one in selected for item in one.items]
    keys = {item: key_of(item.partition(':')[2], name) for item in items}
    found = {item: key for item, key in keys.items() if key in base.resources}
    if not found:
        known = {parts_of(key)[1] for key in base.resources if key.startswith(KIND) and f'vdu:{parts_of(key)[0]}' in keys}
        raise InputError([f'params.name: {name} is not a snapshot of what is meant (there are: '
                          f'{", ".join(sorted(known)) or "none"})'])
    before = {item: base.resources.get(item, {}) for item in found}
    known_rebuilds = {item: frozenset(one for one in ((was.get('rebuilding') or {}).get('request_id'), was.get('rebuilt')) if one)
                      for item, was in before.items()}
    return Asked(scope=frozenset(found), change='revert', again=known_rebuilds, at_once=at_once(request, selected),
                 reverts={item: Revert(key, before[item]) for item, key in found.items()})


def deletes(params: dict[str, Any]) -> bool:
    """Whether these parameters of create_snapshot delete one."""
    return str(params.get('state')).lower() == 'absent'


def _name(params: Params, request: Request) -> str:
    given = [str(request.params[key]) for key in NAMES if params.has(key)]
    if not given:
        params.problems.append('params.name: give the snapshot a name')
    elif not NAME.fullmatch(given[0]):
        params.problems.append(f'params.name: {given[0]!r} is not a name of at most 40 letters, digits, ".", "_" and "-"')
    elif len(set(given)) > 1:
        params.problems.append('params.name: is another one than vnf_snapshot_info_id')
    return next(iter(given), '')


def _meant(request: Request, key: str, name: str) -> bool:
    """Whether a record key is of the snapshot of an instance that is meant, whether or not that is still there."""
    if not key.startswith(KIND) or parts_of(key)[1] != name:
        return False
    vnf, vdu, index = parts_of(key)[0].split('/')
    return request.vnf in (None, vnf) and request.vdu in (None, vdu) and request.count_index in (None, int(index))
