# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Op-occs: started, found, moved with those of their VNFs, and brought to an end after a crash at any write."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import RUNNING
from ansible_collections.nfv.mano.plugins.module_utils.store import FencedError, Store, StoreError, files
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

VNFS = {'web': 'vnf-web', 'db': 'vnf-db'}
OWNER = {'host': 'controller', 'boot_id': 'boot', 'pid': 7, 'since': 'now', 'op_occ': None}
ERROR = ProblemDetails('edge1: no valid host', 500, 'vdu web/front/0: No valid host was found')


class Died(BaseException):
    """The process is gone."""


@contextmanager
def dying_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[str]]:
    """The process dies at the write with this number, before it took effect; yields the writes until then."""
    real, seen = os.replace, []

    def replace(source: str, target: str) -> None:
        if len(seen) == number:
            raise Died
        seen.append(os.path.basename(target))
        real(source, target)
    with monkeypatch.context() as patched:
        patched.setattr(files.os, 'replace', replace)
        yield seen


def nothing(_store: Store, _op_occ: OpOcc) -> None:
    """Nothing was made."""


def test_a_start_makes_one_for_the_ns_and_one_for_each_vnf(store: Store, ns: dict[str, Any], op_occ: OpOcc) -> None:
    data = store.read('op_occ', op_occ.id) or {}
    assert data == {**op_occ.data, 'schema': 1}
    assert (data['scope'], data['ns_id'], data['ns_name'], data['operation']) == ('ns', ns['id'], 'edge1', 'INSTANTIATE')
    assert (data['state'], data['attempts'], data['resources'], data['error']) == ('STARTING', 1, {'create': 5}, None)
    assert data['owner'] == {'host': 'controller', 'boot_id': 'boot', 'pid': 7}
    assert data['start_time'] == data['state_entered_time']
    assert data['end_time'] is None
    parts = op_occ.vnf_op_occs()
    assert {(part['vnf_name'], part['vnf_id'], part['scope'], part['parent'], part['state']) for part in parts} == {
        ('web', 'vnf-web', 'vnf', op_occ.id, 'STARTING'), ('db', 'vnf-db', 'vnf', op_occ.id, 'STARTING')}


def test_a_start_archives_what_is_finished_beyond_what_is_kept_whatever_it_ended_in(store: Store, ns: dict[str, Any]) -> None:
    op_occs, made = OpOccs(store), []
    for way in (['refuse'], ['grant', 'done'], ['grant', 'failed', 'fail'], ['grant', 'failed', 'rollback', 'rolled_back'],
                ['grant', 'failed']):
        made.append(op_occs.start('UPDATE', ns, VNFS, {}, OWNER, {}, keep=2))
        for step in way:
            made[-1].trigger(step)
    assert {one.id for one in op_occs.list(scope='ns')} == {one.id for one in made[2:]}
    assert len(store.ids('op_occ')) == 3 * 3
    before = set(store.ids('op_occ'))
    with pytest.raises(OpOccError):
        op_occs.start('UPDATE', ns, VNFS, {}, OWNER, {}, keep=0)
    assert set(store.ids('op_occ')) == before, 'a refused start moves nothing'
    made[-1].trigger('fail')
    op_occs.start('UPDATE', ns, {}, {}, OWNER, {}, keep=0)
    assert len(store.ids('op_occ')) == 1
    archived = Store(os.path.join(store.path, 'archive'))
    assert {one['id'] for one in archived.all('op_occ') if one['scope'] == 'ns'} == {one.id for one in made}


def test_a_second_open_one_is_refused(store: Store, ns: dict[str, Any], op_occ: OpOcc) -> None:
    before = store.ids('op_occ')
    with pytest.raises(OpOccError, match=f'TERMINATE refused: INSTANTIATE {op_occ.id} is STARTING') as caught:
        OpOccs(store).start('TERMINATE', ns, VNFS, {}, OWNER, {})
    assert (caught.value.problem.status, caught.value.problem.instance) == (409, f'op_occ/{op_occ.id}')
    assert store.ids('op_occ') == before


@pytest.mark.parametrize('wrong', ['11111111-1111-4111-8111-111111111111', '', '../x', 'a\x00b', 'x' * 300])
def test_an_unknown_one_is_404(store: Store, wrong: str) -> None:
    with pytest.raises(OpOccError) as caught:
        OpOccs(store).get(wrong)
    assert caught.value.problem.status == 404


def test_the_open_one_of_an_ns(store: Store, ns: dict[str, Any], op_occ: OpOcc) -> None:
    op_occs = OpOccs(store)
    for trigger in ('grant', 'failed', 'rollback', 'failed', 'retry'):
        op_occ.trigger(trigger)
        found = op_occs.open_for(ns['id'])
        assert found is not None
        assert found.data == store.read('op_occ', op_occ.id)
    op_occ.trigger('done')
    assert op_occs.open_for(ns['id']) is None
    assert op_occs.open_for('another') is None


def test_the_list_is_newest_first_and_filtered(store: Store, ns: dict[str, Any]) -> None:
    op_occs = OpOccs(store)
    made = []
    for operation in ('INSTANTIATE', 'UPDATE', 'UPDATE', 'TERMINATE'):
        made.append(op_occs.start(operation, ns, {'web': 'vnf-web'}, {}, OWNER, {}))
        made[-1].trigger('refuse' if operation == 'TERMINATE' else 'grant')
        if operation != 'TERMINATE':
            made[-1].trigger('done')
    ids = [one.id for one in made]
    assert [one.id for one in op_occs.list(scope='ns')] == ids[::-1]
    assert [one.id for one in op_occs.list(scope='ns', limit=2)] == ids[:1:-1]
    assert [one.id for one in op_occs.list(operation='UPDATE', scope='ns')] == [ids[2], ids[1]]
    assert [one.id for one in op_occs.list(state='ROLLED_BACK', scope='ns', ns_id=None)] == [ids[3]]
    assert len(op_occs.list(scope='vnf', vnf_id='vnf-web')) == 4
    assert op_occs.list(ns_id='another') == []
    assert op_occs.list(limit=0) == op_occs.list(limit=-1) == []


def test_the_error_of_every_attempt_is_kept(op_occ: OpOcc) -> None:
    op_occ.trigger('grant')
    for trigger, detail in (('failed', 'first'), ('retry', None), ('failed', 'second'), ('rollback', None), ('failed', 'third'),
                            ('rollback', None), ('rolled_back', None)):
        op_occ.trigger(trigger, error=ProblemDetails('t', 500, detail) if detail else None)
    assert [(error['detail'], error['attempt']) for error in op_occ.errors()] == [('first', 1), ('second', 2), ('third', 2)]
    assert op_occ.data['attempts'] == 2
    assert op_occ.data['error']['detail'] == 'third'


def test_a_retry_has_no_error_and_another_owner(store: Store, op_occ: OpOcc) -> None:
    op_occ.trigger('grant', progress={'done': 0, 'total': 9}, resources={'create': 2})
    op_occ.trigger('failed', error=ERROR, progress={'done': 4, 'total': 9})
    assert op_occ.data['error'] == ERROR.to_dict()
    op_occ.trigger('retry', owner={**OWNER, 'pid': 8})
    assert (op_occ.data['error'], op_occ.data['owner']['pid'], op_occ.data['attempts']) == (None, 8, 2)
    assert (op_occ.data['progress'], op_occ.data['resources']) == ({'done': 4, 'total': 9}, {'create': 2})
    assert all(part['owner']['pid'] == 8 and part['error'] is None for part in op_occ.vnf_op_occs())
    assert OpOccs(store).get(op_occ.id).data == {**op_occ.data, 'schema': 1}


def test_a_dead_owner_in_every_state(store: Store, lock: NsLock, ns: dict[str, Any]) -> None:
    ways = {'STARTING': [], 'PROCESSING': ['grant'], 'ROLLING_BACK': ['grant', 'failed', 'rollback'],
            'FAILED_TEMP': ['grant', 'failed'], 'COMPLETED': ['grant', 'done'], 'ROLLED_BACK': ['refuse'],
            'FAILED': ['grant', 'failed', 'fail']}
    ends = {'STARTING': 'ROLLED_BACK', 'PROCESSING': 'FAILED_TEMP', 'ROLLING_BACK': 'FAILED_TEMP'}
    for state, way in ways.items():
        op_occ = OpOccs(store).start('INSTANTIATE', ns, VNFS, {}, OWNER, {})
        for trigger in way:
            op_occ.trigger(trigger)
        folded: list[str] = []
        changed = recover(store, lock, op_occ, fold=lambda _store, one, folded=folded: folded.append(one.state))
        assert changed is (state in RUNNING)
        assert folded == ([state] if state in RUNNING else []), 'the record is brought up before the op-occ is moved'
        assert op_occ.state == ends.get(state, state)
        if changed:
            error = op_occ.data['error']
            assert (error['status'], error['instance']) == (500, f'op_occ/{op_occ.id}')
            assert error['detail'] == f'its owner (pid 7 on host controller) died in {state}'
        assert recover(store, lock, op_occ, fold=nothing) is False
        store.delete('op_occ', op_occ.id)


def test_a_dead_owner_leaves_the_progress_of_its_last_attempt(store: Store, lock: NsLock, op_occ: OpOcc) -> None:
    op_occ.trigger('grant')
    journal = Journal(op_occ.dir.journal_path, lock)
    for attempt, tasks in (('1', ['net', 'ports', 'server']), ('2', ['ports', 'server'])):
        journal.append('begin', tasks=len(tasks))
        for task in tasks:
            journal.append('task', task=task, status='DONE' if task != 'server' and attempt + task != '1ports' else 'FAILED')
    recover(store, lock, op_occ, fold=nothing)
    assert OpOccs(store).get(op_occ.id).data['progress'] == {'done': 1, 'total': 2}


def test_a_fold_that_fails_leaves_the_op_occ_for_the_next(store: Store, lock: NsLock, op_occ: OpOcc) -> None:
    op_occ.trigger('grant')

    def fail(_store: Store, _op_occ: OpOcc) -> None:
        raise StoreError('journal', 'line 2 is no journal entry')
    with pytest.raises(StoreError):
        recover(store, lock, op_occ, fold=fail)
    assert OpOccs(store).get(op_occ.id).state == 'PROCESSING'


def test_who_was_taken_over_recovers_nothing(store: Store, ns: dict[str, Any], op_occ: OpOcc) -> None:
    with NsLock(store, ns['id']) as lock:
        pass
    with pytest.raises(FencedError):
        recover(store, lock, op_occ, fold=nothing)
    assert OpOccs(store).get(op_occ.id).state == 'STARTING'


def test_a_start_cut_short_at_any_write_leaves_nothing_open(
        store: Store, ns: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    op_occs = OpOccs(store)
    for number in range(100):
        with dying_at(monkeypatch, number) as writes:
            try:
                op_occs.start('INSTANTIATE', ns, VNFS, {}, OWNER, {})
            except Died:
                pass
            else:
                break
        assert op_occs.open_for(ns['id']) is None, 'it is there with all its parts, or not at all'
        op_occs.sweep(ns['id'])
        assert store.ids('op_occ') == []
    archived = Store(os.path.join(store.path, 'archive'))
    assert len(archived.ids('op_occ')) == 1 + 2, 'died at the second part, and at its own fact'
    assert all(data['state'] == 'ROLLED_BACK' and data['end_time'] for data in archived.all('op_occ'))
    assert len(writes) == 6
    assert op_occs.open_for(ns['id']) is not None


#: Trigger -> the way to the state before it, and where recovery ends once the move was decided.
MOVES: dict[str, tuple[list[str], str]] = {
    'grant': ([], 'FAILED_TEMP'), 'refuse': ([], 'ROLLED_BACK'), 'done': (['grant'], 'COMPLETED'),
    'failed': (['grant'], 'FAILED_TEMP'), 'retry': (['grant', 'failed'], 'FAILED_TEMP'),
    'rollback': (['grant', 'failed'], 'FAILED_TEMP'), 'rolled_back': (['grant', 'failed', 'rollback'], 'ROLLED_BACK'),
    'fail': (['grant', 'failed'], 'FAILED'), 'cancel': (['grant'], 'FAILED_TEMP'),
}
#: Where it ends when the move had not been decided yet.
UNDECIDED = {'STARTING': 'ROLLED_BACK', 'PROCESSING': 'FAILED_TEMP', 'ROLLING_BACK': 'FAILED_TEMP', 'FAILED_TEMP': 'FAILED_TEMP'}


@pytest.mark.parametrize('trigger', MOVES)
def test_a_move_cut_short_at_any_write_is_brought_to_an_end(
        store: Store, ns: dict[str, Any], lock: NsLock, monkeypatch: pytest.MonkeyPatch, trigger: str) -> None:
    way, decided = MOVES[trigger]
    for number in range(100):
        op_occ = OpOccs(store).start('INSTANTIATE', ns, VNFS, {}, OWNER, {})
        for step in way:
            op_occ.trigger(step)
        before = op_occ.state
        with dying_at(monkeypatch, number) as writes:
            try:
                op_occ.trigger(trigger, error=ERROR)
            except Died:
                pass
            else:
                break
        found = OpOccs(store).open_for(ns['id'])
        assert found is not None, 'its own fact is written last, so it is found as open'
        assert found.state == before
        recover(store, lock, found, fold=nothing)
        _check_end(store, found, decided if 'states.json' in writes else UNDECIDED[before])
        assert recover(store, lock, found, fold=nothing) is False
        if 'errors.json' in writes:
            assert ERROR.detail in {error['detail'] for error in found.errors()}
        for one in store.ids('op_occ'):
            store.delete('op_occ', one)
    assert [name.partition('_')[0] for name in writes] == ['errors.json', 'states.json', 'op', 'op', 'op']
    assert writes[-1] == f'op_occ_{op_occ.id}.fact'


def _check_end(store: Store, op_occ: OpOcc, state: str) -> None:
    facts = [OpOccs(store).get(op_occ.id).data, *op_occ.vnf_op_occs()]
    assert [fact['state'] for fact in facts] == [state] * 3
    assert len({(fact['state_entered_time'], fact['end_time']) for fact in facts}) == 1
    assert facts[0] == {**op_occ.data, 'schema': 1}


def test_a_recovery_cut_short_at_any_write_is_done_by_the_next(
        store: Store, ns: dict[str, Any], lock: NsLock, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        op_occ = OpOccs(store).start('INSTANTIATE', ns, VNFS, {}, OWNER, {})
        op_occ.trigger('grant')
        with dying_at(monkeypatch, number), pytest.raises(Died):
            recover(store, lock, op_occ, fold=nothing)
        found = OpOccs(store).open_for(ns['id'])
        assert found is not None
        assert recover(store, lock, found, fold=nothing) is True
        assert {part['state'] for part in [found.data, *found.vnf_op_occs()]} == {'FAILED_TEMP'}
        for one in store.ids('op_occ'):
            store.delete('op_occ', one)


def test_a_full_disk_in_the_middle_names_the_file_and_the_next_goes_on(
        store: Store, lock: NsLock, op_occ: OpOcc, monkeypatch: pytest.MonkeyPatch) -> None:
    op_occ.trigger('grant')

    def fail(_source: str, target: str) -> None:
        raise OSError(28, 'No space left on device')
    with monkeypatch.context() as full, pytest.raises(StoreError, match='can not be written: No space left on device'):
        full.setattr(files.os, 'replace', fail)
        op_occ.trigger('done')
    assert op_occ.state == 'PROCESSING'
    op_occ.trigger('done')
    assert op_occ.state == 'COMPLETED'


def test_a_thousand_are_listed_in_no_time(store: Store, ns: dict[str, Any], op_occ: OpOcc) -> None:
    for number in range(1000):
        path = store.file('op_occ', f'x{number}')
        with open(path, 'wb') as file:
            file.write(files.encode({**op_occ.data, 'id': f'x{number}', 'state': 'COMPLETED', 'end_time': 'x'}))
    times = []
    listing: Callable[[], Any] = OpOccs(store).list
    for _round in range(3):
        began = time.perf_counter()
        assert len(listing()) == 1003
        times.append(time.perf_counter() - began)
    assert min(times) < 0.3
