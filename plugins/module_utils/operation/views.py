# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reading modules show: op-occs and NSs from their facts alone, and recovery of what a dead owner left."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN
from ansible_collections.nfv.mano.plugins.module_utils.operation import results
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal, read_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, owner_alive

NOT_SHOWN = ('schema', 'kind')


def op_occ_view(store: Store, op_occ: OpOcc) -> dict[str, Any]:
    """An op-occ as it is now: of one that runs, the journal tells the progress and the lock whether its owner lives."""
    view = {key: value for key, value in op_occ.data.items() if key not in NOT_SHOWN}
    view['owner_alive'] = None
    if op_occ.data['scope'] == 'ns' and op_occ.state in OPEN:
        view['owner_alive'] = owner_alive(store, op_occ.ns_id)
        done = {entry['task'] for entry in read_journal(op_occ) if entry['event'] == 'task' and entry['status'] == 'DONE'}
        plan = op_occ.dir.read_json('plan.json') or {}
        if plan:
            view['progress'] = {'done': min(len(done), plan['tasks']), 'total': plan['tasks']}
    return view


def list_op_occs(store: Store, *, ns: str | None, op_occ: str | None, limit: int | None,
                 **filters: Any) -> list[dict[str, Any]]:
    """Op-occs that fit, newest first.

    :raises InputError: no such NS.
    :raises OpOccError: 404, no such op-occ.
    """
    op_occs = OpOccs(store)
    if op_occ:
        return [op_occ_view(store, op_occs.get(op_occ))]
    ns_id = find_ns(store, ns)['id'] if ns else None
    return [op_occ_view(store, one) for one in op_occs.list(limit, ns_id=ns_id, **filters)]


def find_ns(store: Store, ns: str) -> dict[str, Any]:
    """The record of an NS by its id or name.

    :raises InputError: there is none; names those that there are.
    """
    found = store.find_ns(ns)
    if found is None:
        names = ', '.join(sorted(one['name'] for one in store.all('ns'))) or 'none'
        raise InputError([f'ns: {ns} is not an NS of {store.path} (there are: {names})'])
    return found


def ns_view(store: Store, ns: dict[str, Any]) -> dict[str, Any]:
    """An NS with all its resources by item and its open op-occ."""
    open_one = OpOccs(store).open_for(ns['id'])
    view = {key: value for key, value in ns.items() if key not in NOT_SHOWN}
    view['resources'] = read_resources(store, ns)
    view['op_occ'] = None if open_one is None else op_occ_view(store, open_one)
    return view


def close_ns(store: Store, ns: str, *, fail: bool, force_takeover: bool, dry: bool) -> tuple[bool, dict[str, Any] | None]:
    """Recover the op-occ of an NS whose owner died, and with ``fail`` end it for good where it is in FAILED_TEMP.

    :returns: whether there was something to do, and the op-occ.
    :raises LockedError: the owner is alive (in a dry run: OperationError).
    """
    record = find_ns(store, ns)
    op_occs = OpOccs(store)
    if dry:
        found = op_occs.open_for(record['id'])
        if found is None:
            return False, None
        if owner_alive(store, record['id']):
            raise results.still_running(found)
        return fail or found.state != 'FAILED_TEMP', op_occ_view(store, found)
    with NsLock(store, record['id'], force_takeover=force_takeover) as lock:
        op_occs.sweep(record['id'])
        found = op_occs.open_for(record['id'])
        if found is None:
            return False, None
        changed = recover(store, lock, found, fold=fold_journal)
        if fail and found.state == 'FAILED_TEMP':
            found.trigger('fail')
            changed = True
        return changed, op_occ_view(store, found)
