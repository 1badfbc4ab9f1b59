# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create calls whose answer is lost: looked for, adopted, made again, and never made twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute import calls as calls_module
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import unresolved
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import FencedError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

MARKS = ['nfv.mano/ns/web/front/0/port.eth0', 'nfv.mano/ns/web/front/0/port.eth1']
LOST = VimError('create ports', 'the connection was closed', unknown=True)
REFUSED = VimError('create ports', 'quota exceeded', status=409)
BROKEN = VimError('create ports', 'internal error', status=500, unknown=True)


class Far:
    """What the search of a lost answer needs of a VIM: rows by their mark, there from a moment on."""

    name = 'default'
    call_timeout = 0.1

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float]] = []
        self.looks = 0
        self.out_of_order = 0

    def make(self, marks: list[str], after: float = 0.0) -> list[str]:
        """Rows with these marks, listed after some seconds; returns their ids."""
        ids = [f'id{len(self.rows) + number}' for number in range(len(marks))]
        self.rows += [(one, mark, time.monotonic() + after) for one, mark in zip(ids, marks)]
        return ids

    def find_marked(self, kind: str, mark: str, ns_id: str) -> list[str]:
        assert (kind, ns_id) == ('port', 'ns')
        self.looks += 1
        if self.looks <= self.out_of_order:
            raise VimError('list ports', 'no answer', unknown=True)
        return [one for one, its, since in self.rows if its == mark and since <= time.monotonic()]


class Log:
    """A journal in memory."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        self.entries.append({'event': event, 't': str(len(self.entries)), **fields})
        return self.entries[-1]

    @property
    def events(self) -> list[str]:
        return [entry['event'] for entry in self.entries]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, 'LOOK_AGAIN', 0.02)


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def log() -> Log:
    return Log()


def create(far: Far, log: Log, *answers: Callable[[], Any], window: float = 0.3,
           calls: Calls | None = None) -> tuple[Any, dict[str, Any]]:
    """Make two ports; each try of the call does the next of the answers."""
    todo = iter(answers)

    def call() -> Any:
        return next(todo)()
    calls = calls or Calls(log, {}, lambda vim: window, 'ns')
    made = calls.create(far, 'port', MARKS, 'task', call, lambda rows: rows,
                        lambda ids: {'vdu:web/front/0': {'ports': {f'eth{n}': {'id': one} for n, one in enumerate(ids)}}})
    assert next(todo, None) is None, 'called less often than expected'
    return made, calls.resources


def failing(error: Exception) -> Callable[[], Any]:
    def answer() -> Any:
        raise error
    return answer


def made_but(far: Far, error: Exception, after: float = 0.0, marks: list[str] | None = None) -> Callable[[], Any]:
    """The call has its effect, and its answer does not come."""
    def answer() -> Any:
        far.make(MARKS if marks is None else marks, after)
        raise error
    return answer


def test_the_intent_is_written_before_the_call_and_what_came_of_it_after(far: Far, log: Log) -> None:
    def call() -> list[str]:
        assert log.events == ['intent']
        return far.make(MARKS)
    made, resources = create(far, log, call)
    assert made == ['id0', 'id1']
    assert log.events == ['intent', 'made']
    assert {key: log.entries[0][key] for key in ('call', 'kind', 'vim', 'marks', 'task')} == {
        'call': 'create', 'kind': 'port', 'vim': 'default', 'marks': MARKS, 'task': 'task'}
    assert resources == {'vdu:web/front/0': {'ports': {'eth0': {'id': 'id0'}, 'eth1': {'id': 'id1'}}}}
    assert far.looks == 0


def test_a_refusal_is_final_and_not_searched_for(far: Far, log: Log) -> None:
    with pytest.raises(VimError, match='quota exceeded'):
        create(far, log, failing(REFUSED))
    assert log.events == ['intent', 'refused']
    assert far.looks == 0
    assert list(unresolved(log.entries)) == []


@pytest.mark.parametrize('after', [0.0, 0.15])
def test_what_was_made_though_its_answer_was_lost_is_adopted(far: Far, log: Log, after: float) -> None:
    made, resources = create(far, log, made_but(far, LOST, after))
    assert made == ['id0', 'id1']
    assert log.events == ['intent', 'made']
    assert resources['vdu:web/front/0']['ports']['eth1'] == {'id': 'id1'}


def test_what_does_not_show_up_in_time_is_made_again_after_another_intent(far: Far, log: Log) -> None:
    began = time.monotonic()
    made, _resources = create(far, log, failing(LOST), lambda: far.make(MARKS))
    assert made == ['id0', 'id1']
    assert time.monotonic() - began >= 0.3, 'it could have shown up until then'
    assert log.events == ['intent', 'intent', 'made']
    assert list(unresolved(log.entries)) == []


def test_lost_twice_is_an_error(far: Far, log: Log) -> None:
    with pytest.raises(VimError, match='the connection was closed'):
        create(far, log, failing(LOST), failing(LOST), window=0.05)
    assert log.events == ['intent', 'intent', 'refused']


def test_the_second_try_can_be_adopted_too(far: Far, log: Log) -> None:
    made, _resources = create(far, log, failing(LOST), made_but(far, LOST, 0.05), window=0.15)
    assert made == ['id0', 'id1']
    assert log.events == ['intent', 'intent', 'made']


def test_an_error_that_was_answered_is_looked_for_once(far: Far, log: Log) -> None:
    began = time.monotonic()
    with pytest.raises(VimError, match='internal error'):
        create(far, log, failing(BROKEN), window=30)
    assert time.monotonic() - began < 5
    assert far.looks == 2
    assert log.events == ['intent', 'refused']


def test_what_an_error_left_behind_is_adopted(far: Far, log: Log) -> None:
    assert create(far, log, made_but(far, BROKEN))[0] == ['id0', 'id1']


def test_half_of_what_was_asked_for_is_not_taken_for_all(far: Far, log: Log) -> None:
    made, _resources = create(far, log, made_but(far, LOST, marks=MARKS[:1]), lambda: far.make(MARKS), window=0.1)
    assert made == ['id1', 'id2']


def test_looking_goes_on_while_the_vim_does_not_answer(far: Far, log: Log) -> None:
    far.out_of_order = 3
    assert create(far, log, made_but(far, LOST))[0] == ['id0', 'id1']
    assert far.looks > 3


def test_a_stop_leaves_the_call_to_the_next_run(far: Far, log: Log) -> None:
    calls = Calls(log, {}, lambda vim: 30.0, 'ns')
    threading.Timer(0.1, calls.stop).start()
    began = time.monotonic()
    with pytest.raises(VimError):
        create(far, log, failing(LOST), calls=calls)
    assert time.monotonic() - began < 5
    assert log.events == ['intent'], 'neither made nor refused: nobody knows'
    assert [call['mark'] for call in unresolved(log.entries)] == MARKS


def test_who_was_taken_over_calls_nothing(far: Far, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: str, **fields: Any) -> dict[str, Any]:
        raise FencedError('ns.lock', 'was taken over')
    monkeypatch.setattr(log, 'append', refuse)
    calls = Calls(log, {}, lambda vim: 1.0, 'ns')
    with pytest.raises(FencedError):
        calls.create(far, 'port', MARKS, 'task', lambda: far.make(MARKS), lambda rows: rows, lambda ids: {})
    with pytest.raises(FencedError):
        calls.change(far, 'task', 'delete', 'id0', lambda: far.rows.append(('x', 'y', 0.0)))
    assert far.rows == []


def test_a_change_leaves_its_intent_also_when_it_fails(far: Far, log: Log) -> None:
    calls = Calls(log, {}, lambda vim: 1.0, 'ns')
    with pytest.raises(VimError):
        calls.change(far, 'task', 'delete', 'id0', failing(LOST))
    assert [(entry['call'], entry['target']) for entry in log.entries] == [('delete', 'id0')]


def test_notes_of_many_threads_are_all_in_the_record(log: Log) -> None:
    calls = Calls(log, {}, lambda vim: 1.0, 'ns')
    threads = [threading.Thread(target=lambda number=number: [
        calls.note('made', put={'vdu:a': {'ports': {f'eth{number}-{turn}': {'id': 'p'}}}}) for turn in range(30)])
        for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls.resources['vdu:a']['ports']) == 240
