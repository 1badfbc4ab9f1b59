# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state with every trigger: the ones that may follow do, the rest is refused and leaves every byte as it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import (
    FIRST_STATE,
    OPEN,
    RUNNING,
    STATES,
    TRANSITIONS,
    TRIGGERS,
    first_state,
    next_state,
)
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import OPERATIONS as VERBS
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.tests.unit.op_occ.conftest import OWNER, VNFS

# Written down a second time on purpose, from SOL 003 clause 5.6.2 and the clauses on each task resource
ALLOWED = {
    'STARTING': {'grant': 'PROCESSING', 'refuse': 'ROLLED_BACK', 'cancel': 'ROLLED_BACK', 'owner_died': 'ROLLED_BACK'},
    'PROCESSING': {'done': 'COMPLETED', 'failed': 'FAILED_TEMP', 'cancel': 'FAILED_TEMP', 'owner_died': 'FAILED_TEMP'},
    'FAILED_TEMP': {'retry': 'PROCESSING', 'rollback': 'ROLLING_BACK', 'fail': 'FAILED'},
    'ROLLING_BACK': {'rolled_back': 'ROLLED_BACK', 'failed': 'FAILED_TEMP', 'cancel': 'FAILED_TEMP', 'owner_died': 'FAILED_TEMP'},
    'COMPLETED': {}, 'FAILED': {}, 'ROLLED_BACK': {},
}
EVERY = [(state, trigger) for state in STATES for trigger in TRIGGERS]
#: What op-occs are called; MODIFY_INFO is the one that needs no grant.
OPERATIONS = [*(verb.upper() for verb in VERBS if verb not in ('retry', 'rollback', 'carry_out')), 'SCALE_TO_LEVEL',
              'INJECT_SSH_KEY', 'MODIFY_INFO']


@pytest.mark.parametrize(('state', 'trigger'), EVERY)
def test_the_table(state: str, trigger: str) -> None:
    wanted = ALLOWED[state].get(trigger)
    if wanted is not None:
        assert next_state(state, trigger, 'abc') == wanted
        return
    with pytest.raises(OpOccError) as caught:
        next_state(state, trigger, 'abc')
    problem = caught.value.problem
    assert (problem.status, problem.instance) == (409, 'op_occ/abc')
    for part in ('abc', state, *(ALLOWED[state] or ['nothing any more'])):
        assert part in problem.detail


def path_to(state: str, first: str = 'STARTING') -> list[str] | None:
    """The triggers that lead from a first state to another, None where none do."""
    ways: dict[str, list[str]] = {first: []}
    for _round in STATES:
        for (start, trigger), end in TRANSITIONS.items():
            if start in ways:
                ways.setdefault(end, [*ways[start], trigger])
    return ways.get(state)


def files(store: Store) -> dict[str, bytes]:
    """Every file of a store."""
    return {str(path): path.read_bytes() for path in Path(store.path).rglob('*') if path.is_file()}


@pytest.mark.parametrize('operation', OPERATIONS)
def test_an_op_occ_moves_with_its_parts_or_not_at_all(
        store: Store, ns: dict[str, Any], monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    monkeypatch.setattr(os, 'fsync', lambda fd: None)
    for state, trigger in EVERY:
        way = path_to(state, first_state(operation))
        if way is not None:
            op_occ = OpOccs(store).start(operation, ns, VNFS, {}, OWNER, {})
            for step in way:
                op_occ.trigger(step)
            _move(store, op_occ, state, trigger, way)
            for one in store.ids('op_occ'):
                store.delete('op_occ', one)


def _move(store: Store, op_occ: OpOcc, state: str, trigger: str, way: list[str]) -> None:
    assert op_occ.state == state
    before = files(store)
    if trigger not in ALLOWED[state]:
        with pytest.raises(OpOccError):
            op_occ.trigger(trigger)
        assert files(store) == before
        return
    op_occ.trigger(trigger)
    wanted = ALLOWED[state][trigger]
    facts = [OpOccs(store).get(op_occ.id).data, *op_occ.vnf_op_occs()]
    assert len(facts) == 3
    assert {fact['state'] for fact in facts} == {wanted}
    assert len({fact['state_entered_time'] for fact in facts}) == 1
    assert all((fact['end_time'] is None) == (wanted in OPEN) for fact in facts)
    assert [entry['trigger'] for entry in op_occ.states()] == ['request', *way, trigger]
    assert op_occ.states()[-1]['time'] == op_occ.data['state_entered_time']


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    assert {state: bool(path_to(state)) for state in STATES} == {state: state != 'STARTING' for state in STATES}
    assert [state for state in STATES if path_to(state, 'PROCESSING') is None] == ['STARTING']
    assert {state for state, _trigger in TRANSITIONS} == OPEN
    assert {state for state, trigger in TRANSITIONS if trigger == 'owner_died'} == RUNNING


def test_what_needs_no_grant_works_at_once() -> None:
    assert first_state('INSTANTIATE') == 'STARTING'
    assert first_state('MODIFY_INFO') == 'PROCESSING'
    assert set(FIRST_STATE.values()) <= set(STATES)
