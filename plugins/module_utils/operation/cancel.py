# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel: a wish that the process which runs an operation sees, and the wait for its end."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, listed, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, conflict
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, RUNNING
from ansible_collections.nfv.mano.plugins.module_utils.operation import again
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, owner_alive

#: Seconds between two looks.
PAUSE = 0.1


def cancel(store: Store, ns: str | None, op_occ_id: str | None, *, mode: str, timeout: float, force_takeover: bool,
           dry: bool) -> tuple[bool, OpOcc]:
    """End the operation that runs on an NS, or waits for task files; where its owner died, recover it instead.

    :param mode: one of CANCEL_MODES.
    :param timeout: seconds to wait for its end.
    :returns: whether something was changed, and the op-occ in its state by now.
    :raises OpOccError: 404; 409, nothing runs, it ended by itself, or it has not ended in time.
    """
    record, found = again.find(store, ns, op_occ_id)
    deadline = time.monotonic() + timeout
    wished: OpOcc | None = None
    while True:
        alive = owner_alive(store, record['id'])
        if wished is not None:
            found = OpOccs(store).get(wished.id)
            if found.state not in RUNNING:
                return True, _ended(found)
        if found is not None and found.state in RUNNING:
            if dry:
                return True, found
            if not alive:
                return _recovered(store, record['id'], found, force_takeover)
            if wished is None:
                wished = found
                found.wish_cancel(mode)
        elif not alive or (found is not None and found.state not in OPEN):
            raise _nothing(store, record, found)
        if time.monotonic() > deadline:
            raise _late(found, timeout, record)
        time.sleep(PAUSE)
        if wished is None:
            # It is reading its VIMs still: its op-occ, or its next attempt, comes
            found = again.find(store, record['id'], op_occ_id)[1]


def wish(store: Store, op_occ_id: str, mode: str) -> None:
    """As :func:`cancel`, without waiting for the end of what runs.

    :raises OpOccError: 404; 409, nothing runs.
    """
    record, found = again.find(store, None, op_occ_id)
    if found is None or found.state not in RUNNING:
        raise _nothing(store, record, found)
    if not owner_alive(store, record['id']):
        try:
            _recovered(store, record['id'], found, False)
            return
        except LockedError:
            # It was taken up just now
            found = OpOccs(store).get(found.id)
    found.wish_cancel(mode)


def _recovered(store: Store, ns_id: str, found: OpOcc, force_takeover: bool) -> tuple[bool, OpOcc]:
    with NsLock(store, ns_id, force_takeover=force_takeover) as lock:
        fresh = OpOccs(store).get(found.id)
        fresh.forget_cancel()
        if fresh.state not in RUNNING:
            raise _nothing(store, store.read('ns', ns_id) or {}, fresh)
        if fresh.parked and lock.previous is None:
            # Its record was written when it was parked
            fresh.trigger('cancel', error=_while_parked(fresh).problem)
            return True, fresh
        return recover(store, lock, fresh, fold=fold_journal), fresh


def _while_parked(found: OpOcc) -> OpOccError:
    title = f'{found.data["ns_name"]}: {found.operation} was cancelled'
    if found.unbegun:
        return conflict(title, 'it was accepted and not begun; nothing was touched', f'op_occ/{found.id}')
    files = listed(found.data['waiting_for']['files'])
    return conflict(title, f'it waited for {files}; what runs of that is '
                    'not interrupted, and what comes of it counts for nothing: nfv.mano.retry runs it again',
                    f'op_occ/{found.id}')


def _ended(found: OpOcc) -> OpOcc:
    """What became of it, where that is what a cancellation leads to."""
    found.forget_cancel()
    if found.state in ('COMPLETED', 'FAILED') or found.states()[-1]['trigger'] == 'rolled_back':
        raise conflict(f'{found.operation} {found.id} was not cancelled', f'it had come to its end: {found.state}',
                       f'op_occ/{found.id}')
    return found


def _nothing(store: Store, ns: dict[str, Any], found: OpOcc | None) -> OpOccError:
    if found is None:
        return again.nothing_to(store, 'cancel', ns)
    return conflict('Nothing to cancel', f'{found.operation} {found.id} of {ns["name"]} is {found.state}, and nobody works on it',
                    f'op_occ/{found.id}')


def _late(found: OpOcc | None, timeout: float, ns: dict[str, Any]) -> OpOccError:
    if found is None:
        return conflict('Not cancelled yet', f'after {timeout:g} s the work on {ns["name"]} has not begun')
    return conflict('Not cancelled yet', f'after {timeout:g} s {found.operation} {found.id} is {found.state}; the wish stays, '
                    'and calls in flight end first; FORCEFUL does not wait for them', f'op_occ/{found.id}')
