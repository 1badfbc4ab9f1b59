# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of an op-occ (ETSI GS NFV-SOL 003 clause 5.6.2): the one table of what may follow what."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import conflict

STATES = ('STARTING', 'PROCESSING', 'COMPLETED', 'FAILED_TEMP', 'FAILED', 'ROLLING_BACK', 'ROLLED_BACK')
#: An op-occ in one of these refuses every other operation on its NS and VNFs.
OPEN = frozenset({'STARTING', 'PROCESSING', 'FAILED_TEMP', 'ROLLING_BACK'})

#: In these a process works on it, or has died doing so.
RUNNING = frozenset({'STARTING', 'PROCESSING', 'ROLLING_BACK'})
#: What a request makes: an operation that needs no grant starts to work at once.
FIRST_STATE = {'MODIFY_INFO': 'PROCESSING'}
#: (state, trigger) -> the next state; whatever is not here is refused.
TRANSITIONS = {
    ('STARTING', 'grant'): 'PROCESSING',
    ('STARTING', 'refuse'): 'ROLLED_BACK',
    ('STARTING', 'cancel'): 'ROLLED_BACK',
    ('STARTING', 'owner_died'): 'ROLLED_BACK',
    ('PROCESSING', 'done'): 'COMPLETED',
    ('PROCESSING', 'failed'): 'FAILED_TEMP',
    ('PROCESSING', 'cancel'): 'FAILED_TEMP',
    ('PROCESSING', 'owner_died'): 'FAILED_TEMP',
    ('FAILED_TEMP', 'retry'): 'PROCESSING',
    ('FAILED_TEMP', 'rollback'): 'ROLLING_BACK',
    ('FAILED_TEMP', 'fail'): 'FAILED',
    ('ROLLING_BACK', 'rolled_back'): 'ROLLED_BACK',
    ('ROLLING_BACK', 'failed'): 'FAILED_TEMP',
    ('ROLLING_BACK', 'cancel'): 'FAILED_TEMP',
    ('ROLLING_BACK', 'owner_died'): 'FAILED_TEMP',
}
TRIGGERS = tuple(sorted({trigger for _state, trigger in TRANSITIONS}))


def first_state(operation: str) -> str:
    """The state that the request of an operation makes an op-occ in."""
    return FIRST_STATE.get(operation, 'STARTING')


def next_state(state: str, trigger: str, op_occ_id: str = '') -> str:
    """The state that a trigger leads to.

    :raises OpOccError: 409, naming the op-occ, its state and what it can take.
    """
    following = TRANSITIONS.get((state, trigger))
    if following is None:
        takes = ', '.join(sorted(one for start, one in TRANSITIONS if start == state))
        raise conflict(f'{trigger} is not possible in {state}',
                       f'op-occ {op_occ_id} is {state}, which takes {takes or "nothing any more"}',
                       f'op_occ/{op_occ_id}' if op_occ_id else None)
    return following
