# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel, from beside the process that runs an operation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import work
from ansible_collections.nfv.mano.plugins.module_utils.operation.cancel import cancel
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import Run
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted


class Canceller:
    """A second thread, which cancels once a call of the first has begun; that call takes a while."""

    def __init__(self, site: Site, call: str, seconds: float, **options: Any) -> None:
        self.site, self.call, self.seconds, self.options = site, call, seconds, options
        self.pool, self.done, self.ended_at = ThreadPoolExecutor(1), Future(), 0.0
        self.pending: bool | None = None
        self._once = threading.Lock()
        site.vim.before = self._before

    def _before(self, name: str, _what: Any) -> None:
        if name == self.call and self._once.acquire(blocking=False):
            self.done = self.pool.submit(self._cancel)
            time.sleep(self.seconds)
            self.pending = self.site.newest.data['cancel_pending']
            self.ended_at = time.monotonic()

    def _cancel(self) -> tuple[bool, OpOcc]:
        return ask(self.site, **self.options)


def ask(site: Site, mode: str = 'GRACEFUL', dry: bool = False, timeout: float = 20.0, **which: Any) -> tuple[bool, OpOcc]:
    return cancel(site.store, which.get('ns', None if 'op_occ_id' in which else 'edge1'), which.get('op_occ_id'), mode=mode,
                  timeout=timeout, force_takeover=False, dry=dry)


def refused(do: Callable[[], Any], status: int = 409) -> str:
    with pytest.raises(OpOccError) as caught:
        do()
    assert caught.value.problem.status == status
    return str(caught.value)


def test_graceful_lets_a_call_in_flight_end(site: Site) -> None:
    canceller = Canceller(site, 'create_server', 1.0)
    error = site.fails('instantiate', document=wanted(4), max_parallel=1)
    assert 'INSTANTIATE was cancelled' in error.problem.title
    assert 'cancelled (GRACEFUL) with' in error.problem.detail and 'nfv.mano.retry' in error.problem.detail
    changed, op_occ = canceller.done.result(5)
    assert (changed, op_occ.state, site.newest.state) == (True, 'FAILED_TEMP', 'FAILED_TEMP')
    assert canceller.pending is True
    assert [one['trigger'] for one in site.newest.states()] == ['request', 'grant', 'cancel']
    assert site.newest.data['cancel_pending'] is False
    assert len(site.vim.servers) == 1
    assert site.vim.ids()['servers'] == site.recorded()['servers'], 'what the call made is in the record'
    assert site.ns()['pending'] == []
    site.mended()
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'


def test_forceful_does_not_wait_and_what_the_call_makes_is_found_later(site: Site) -> None:
    canceller = Canceller(site, 'create_server', 4.0, mode='FORCEFUL')
    error = site.fails('instantiate', document=wanted(2), max_parallel=1)
    assert 'cancelled (FORCEFUL)' in error.problem.detail
    assert canceller.ended_at == 0.0, 'the call is in flight still'
    assert (site.vim.servers, len(site.ns()['pending'])) == ({}, 1)
    assert canceller.done.result(5)[1].state == 'FAILED_TEMP'
    record = site.files()
    while not site.vim.servers:
        time.sleep(0.05)
    time.sleep(0.2)
    assert site.files() == record, 'a call that ends too late writes nothing'
    site.mended()
    site.apply('retry')
    assert len(site.vim.servers) == 2
    assert site.vim.ids()['servers'] == site.recorded()['servers']


def test_forceful_after_graceful_does_not_wait_any_more(site: Site) -> None:
    canceller = Canceller(site, 'create_server', 8.0, timeout=0.7)
    later = threading.Timer(2.0, lambda: site.newest.wish_cancel('FORCEFUL'))
    later.start()
    site.fails('instantiate', document=wanted(2), max_parallel=1)
    assert canceller.ended_at == 0.0
    assert 'the wish stays' in refused(canceller.done.result)


def test_of_a_rollback(site: Site) -> None:
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    canceller = Canceller(site, 'delete_server', 0.7)
    error = site.fails('rollback')
    assert 'the rollback of INSTANTIATE was cancelled' in error.problem.title
    assert canceller.done.result(5)[1].states()[-2:][0]['trigger'] == 'rollback'
    site.mended()
    assert site.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert site.vim.servers == {}


def test_in_starting_nothing_is_touched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Run._begin

    def wished(self: Run, op_occ: OpOcc, draft: Any) -> None:
        op_occ.wish_cancel('GRACEFUL')
        begin(self, op_occ, draft)
    monkeypatch.setattr(Run, '_begin', wished)
    error = site.fails('instantiate', document=wanted())
    assert 'before anything was touched' in error.problem.detail
    assert (site.newest.state, site.newest.states()[-1]['trigger']) == ('ROLLED_BACK', 'cancel')
    assert site.vim.called == []


def test_one_that_reads_its_vims_still_is_waited_for(site: Site) -> None:
    """Its op-occ comes only then."""
    done: list[Future] = []
    read, pool = site.vim.read, ThreadPoolExecutor(1)

    def slow(query: Any) -> Any:
        if not done:
            done.append(pool.submit(ask, site))
            time.sleep(0.5)
        return read(query)
    site.vim.read = slow  # type: ignore[method-assign]
    site.vim.before = lambda name, what: time.sleep(0.4)
    site.fails('instantiate', document=wanted(4), max_parallel=1)
    assert done[0].result(5)[1].state in ('FAILED_TEMP', 'ROLLED_BACK')


def test_one_that_ends_by_itself_meanwhile_was_not_cancelled(site: Site) -> None:
    site.apply('instantiate', document=wanted(1))
    canceller = Canceller(site, 'delete_network', 0.7)
    assert site.apply('terminate')['op_occ']['state'] == 'COMPLETED', 'its last call was in flight'
    assert 'it had come to its end: COMPLETED' in refused(canceller.done.result)
    assert site.newest.cancel_wish() is None


def test_where_nothing_runs_there_is_nothing_to_cancel(site: Site) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=wanted(1))
    before = site.files()
    assert 'FAILED_TEMP, and nobody works on it' in refused(lambda: ask(site))
    assert 'FAILED_TEMP' in refused(lambda: ask(site, op_occ_id=site.newest.id))
    site.newest.trigger('fail')
    assert 'is FAILED' in refused(lambda: ask(site))
    assert 'No such NS' in refused(lambda: ask(site, ns='edge2'), 404)
    refused(lambda: ask(site, op_occ_id='nowhere'), 404)
    assert before.keys() == site.files().keys()


@pytest.mark.parametrize(('state', 'end'), [('STARTING', 'ROLLED_BACK'), ('PROCESSING', 'FAILED_TEMP'),
                                            ('ROLLING_BACK', 'FAILED_TEMP')])
def test_one_whose_owner_died_is_recovered_instead(site: Site, state: str, end: str) -> None:
    site.store.prepare()
    op_occ = OpOccs(site.store).start('INSTANTIATE', site.store.new_ns('edge1'), {}, {}, {}, {})
    for trigger in {'STARTING': [], 'PROCESSING': ['grant'], 'ROLLING_BACK': ['grant', 'failed', 'rollback']}[state]:
        op_occ.trigger(trigger)
    op_occ.wish_cancel('GRACEFUL')
    before = site.files()
    assert ask(site, dry=True)[0] is True
    assert site.files() == before
    changed, found = ask(site)
    assert (changed, found.state, found.states()[-1]['trigger'], found.cancel_wish()) == (True, end, 'owner_died', None)


def test_a_wish_of_an_earlier_attempt_does_not_stop_the_next(site: Site) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=wanted(1))
    site.mended()
    site.newest.wish_cancel('GRACEFUL')
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'


def test_progress_is_in_the_fact_while_it_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """For who reads facts only; not with each task, but once in a while."""
    monkeypatch.setattr(work, 'SHOW_EVERY', 0.05)
    seen: list[dict[str, int]] = []

    def slowly(name: str, _what: Any) -> None:
        time.sleep(0.3)
        seen.append(site.newest.data['progress'])
    site.vim.before = slowly
    site.apply('instantiate', document=wanted(3), max_parallel=1)
    assert {one['total'] for one in seen} == {7}
    done = [one['done'] for one in seen]
    assert done[0] == 0 and done[-1] >= 3 and done == sorted(done)
    assert site.newest.data['progress'] == {'done': 7, 'total': 7}
