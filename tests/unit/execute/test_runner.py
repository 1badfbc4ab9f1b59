# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task graph, run: order, parallelism, what fails with what, and the stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.pool import Pool
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import BULK, End, Outcome, Parked, Runner, batches
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from hypothesis import given, settings
from hypothesis import strategies as st

GRAPH = {'net': (), 'flavor': (), 'ports0': ('net',), 'ports1': ('net',), 'server0': ('ports0', 'flavor'),
         'server1': ('ports1', 'flavor'), 'check': ('server0', 'server1'), 'alone': ()}


def graph(after: dict[str, Iterable[str]], verb: str = 'server.create', vim: str = 'default') -> dict[str, Task]:
    """Tasks by id, of which one needs the others that are named."""
    return {name: Task(name, verb, vim, f'vdu:{name}', None, tuple(before)) for name, before in after.items()}


class Performer:
    """Does nothing, fails where it is told to, and remembers what it was asked for and how many at once."""

    def __init__(self, failing: Iterable[str] = (), do: Callable[[Task], None] = lambda task: None) -> None:
        self.failing, self.do = set(failing), do
        self.asked: list[list[str]] = []
        self.busy = self.most = 0
        self.stopped = False
        self.lock = threading.Lock()

    def perform(self, tasks: list[Task], ended: Callable[[End], None]) -> None:
        with self.lock:
            self.asked.append([task.id for task in tasks])
            self.busy += 1
            self.most = max(self.most, self.busy)
        for task in tasks:
            self.do(task)
        with self.lock:
            self.busy -= 1
        for task in tasks:
            ended(End(task, ValueError(task.id) if task.id in self.failing else None, 'done'))

    def stop(self) -> None:
        self.stopped = True


def run(tasks: dict[str, Task], performer: Performer, parallel: int = 4,
        stopping: Callable[[], float | None] = lambda: None) -> tuple[Outcome, list[str]]:
    """The outcome, and the order in which ends were told."""
    told: list[str] = []
    outcome = Runner(tasks, performer, parallel, lambda end, _outcome: told.append(end.task.id), stopping).run()
    return outcome, told


def test_each_task_comes_after_those_that_it_needs() -> None:
    performer = Performer()
    outcome, told = run(graph(GRAPH), performer)
    assert outcome.done == set(GRAPH)
    assert (outcome.failed, outcome.held, outcome.undone) == ({}, {}, set())
    assert sorted(told) == sorted(GRAPH)
    order = [name for asked in performer.asked for name in asked]
    assert all(order.index(before) < order.index(name) for name, needed in GRAPH.items() for before in needed)
    assert set(outcome.seconds) == set(GRAPH)


def test_a_failure_holds_its_dependents_and_only_them() -> None:
    performer = Performer(['ports0'])
    outcome, told = run(graph(GRAPH), performer)
    assert {name: str(error) for name, error in outcome.failed.items()} == {'ports0': 'ports0'}
    assert outcome.held == {'server0': 'ports0', 'check': 'ports0'}
    assert outcome.done == {'net', 'flavor', 'ports1', 'server1', 'alone'}
    assert 'server0' not in told
    assert ['check'] not in performer.asked


def test_what_is_parked_keeps_back_what_comes_after_it_and_the_rest_goes_on() -> None:
    def park(task: Task) -> None:
        if task.id == 'server0':
            raise Parked(task, {'more': 1})
    outcome, told = run(graph(GRAPH), Performer(['server1'], park))
    assert (list(outcome.parked), outcome.parked['server0'].told) == (['server0'], {'more': 1})
    assert outcome.done == set(GRAPH) - {'server0', 'server1', 'check'}
    assert (list(outcome.failed), outcome.held, outcome.undone) == (['server1'], {'check': 'server1'}, {'server0'})
    assert 'server0' not in told


def test_what_two_failures_hold_names_one_of_them() -> None:
    outcome, _told = run(graph(GRAPH), Performer(['server0', 'server1']))
    assert set(outcome.failed) == {'server0', 'server1'}
    assert outcome.held == {'check': outcome.held['check']}
    assert outcome.held['check'] in outcome.failed


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 11), max_size=3)), max_size=12))
def test_any_graph_ends_with_every_task_accounted_for(nodes: list[tuple[bool, set[int]]]) -> None:
    after = {str(number): [str(one) for one in before if one < number] for number, (_fails, before) in enumerate(nodes)}
    failing = {str(number) for number, (fails, _before) in enumerate(nodes) if fails}
    outcome, _told = run(graph(after), Performer(failing))
    held: set[str] = set()
    for name, before in after.items():
        if any(one in held or one in failing for one in before):
            held.add(name)
    assert set(outcome.held) == held
    assert set(outcome.failed) == failing - held
    assert outcome.done == set(after) - held - failing
    assert outcome.undone == set()


def wait(together: threading.Barrier) -> None:
    together.wait(5)


def test_no_more_run_at_once_than_asked_for_and_no_fewer_than_can() -> None:
    together = threading.Barrier(3)
    performer = Performer(do=lambda task: wait(together))
    outcome, _told = run(graph({str(number): () for number in range(9)}), performer, parallel=3)
    assert len(outcome.done) == 9
    assert performer.most == 3


def test_each_vim_has_threads_of_its_own() -> None:
    together = threading.Barrier(2)
    performer = Performer(do=lambda task: wait(together))
    tasks = {**graph({'here': ()}, vim='one'), **graph({'there': ()}, vim='two')}
    assert run(tasks, performer, parallel=1)[0].done == {'here', 'there'}


def test_a_task_that_raises_is_heard_of() -> None:
    def die(task: Task) -> None:
        if task.id == 'net':
            raise KeyError('spec')
    outcome, told = run(graph(GRAPH), Performer(do=die))
    assert isinstance(outcome.failed['net'], KeyError)
    assert outcome.done == {'flavor', 'alone'}
    assert sorted(told) == ['alone', 'flavor', 'net']


def test_a_stop_starts_nothing_more_and_waits_for_calls_in_flight() -> None:
    stop = threading.Event()

    def work(_task: Task) -> None:
        stop.set()
        time.sleep(0.3)
    performer = Performer(do=work)
    outcome, told = run(graph({'a': (), 'b': ('a',), 'c': ()}), performer, parallel=1,
                        stopping=lambda: 5.0 if stop.is_set() else None)
    assert performer.stopped
    assert performer.asked == [['a']]
    assert outcome.done == {'a'}, 'its call was in flight, and its end is true'
    assert outcome.undone == {'b', 'c'}
    assert told == ['a']


@pytest.mark.parametrize('grace', [0.0, 0.3])
def test_a_stop_does_not_wait_for_a_call_that_hangs(grace: float) -> None:
    hanging, stop = threading.Event(), threading.Event()

    def hang(_task: Task) -> None:
        stop.set()
        hanging.wait(20)
    began = time.monotonic()
    outcome, _told = run(graph({'a': ()}), Performer(do=hang), stopping=lambda: grace if stop.is_set() else None)
    hanging.set()
    assert outcome.undone == {'a'}
    assert time.monotonic() - began < 5


def ports(number: int, size: int, verb: str = 'ports.create', vim: str = 'default') -> Task:
    """A task that makes so many ports."""
    return Task(f'{vim}-{verb}-{number}', verb, vim, f'vdu:{number}', (None, ['port'] * size), ())


@pytest.mark.parametrize(('sizes', 'together'), [
    ([2] * 4, [4]),
    ([BULK // 2] * 3, [2, 1]),
    ([BULK, 1, BULK], [1, 1, 1]),
    ([BULK + 5, 1], [1, 1]),
    ([], []),
])
def test_ports_are_made_together_up_to_a_limit(sizes: list[int], together: list[int]) -> None:
    tasks = [ports(number, size) for number, size in enumerate(sizes)]
    made = batches(tasks)
    assert [len(batch) for batch in made] == together
    assert [task for batch in made for task in batch] == tasks


def test_only_one_verb_of_one_vim_goes_together() -> None:
    tasks = [ports(1, 2), ports(2, 2, vim='far'), ports(3, 2), ports(4, 2, vim='far'),
             *graph({'a': (), 'b': ()}).values()]
    assert [[task.id for task in batch] for batch in batches(tasks)] == [
        ['default-ports.create-1', 'default-ports.create-3'], ['far-ports.create-2', 'far-ports.create-4'], ['a'], ['b']]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, BULK + 3), st.sampled_from(['one', 'two']),
                          st.sampled_from(['ports.create', 'server.create']))))
def test_no_task_is_lost_or_done_twice(given_tasks: list[tuple[int, str, str]]) -> None:
    tasks = [ports(number, size, verb, vim) for number, (size, vim, verb) in enumerate(given_tasks)]
    made = [task for batch in batches(tasks) for task in batch]
    assert sorted(task.id for task in made) == sorted(task.id for task in tasks)


def test_a_pool_makes_no_more_threads_than_it_has_jobs() -> None:
    pool, seen, done = Pool(8, 'few'), set(), threading.Semaphore(0)

    def job() -> None:
        seen.add(threading.current_thread())
        done.release()
    for _job in range(20):
        pool.submit(job)
        assert done.acquire(timeout=5)
        while pool.busy:
            time.sleep(0.001)
    assert len(seen) == 1
    assert all(thread.daemon for thread in seen), 'a call that hangs must not keep a process that is being stopped'
    pool.close()
    next(iter(seen)).join(5)
    assert not next(iter(seen)).is_alive()


def test_a_pool_lets_jobs_end_that_were_there_before_it_was_closed() -> None:
    pool, done = Pool(2, 'closing'), threading.Semaphore(0)
    for _job in range(10):
        pool.submit(done.release)
    pool.close()
    assert all(done.acquire(timeout=5) for _job in range(10))
