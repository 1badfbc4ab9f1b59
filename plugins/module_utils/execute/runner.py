# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task graph, run: tasks as soon as what they depend on is done, in parallel per VIM, stoppable."""

from __future__ import annotations

import graphlib
import queue
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ansible_collections.nfv.mano.plugins.module_utils.execute.pool import Pool
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task

#: Ports in one bulk call: large enough that the call's own cost vanishes, small enough that servers start early.
BULK = 8
BULK_VERBS = frozenset({'ports.create'})  # their spec's second part says how many


class End(NamedTuple):
    """How a task ended: ``error`` None is well; ``note`` is for people."""

    task: Task
    error: Exception | None
    note: str


class Performer(Protocol):
    """Does tasks. ``perform`` runs on a pool's thread and must see to it that ``ended`` is called once per task."""

    def perform(self, tasks: list[Task], ended: Callable[[End], None]) -> None:
        """Do a task, or several of one bulk verb and VIM at once."""

    def stop(self) -> None:
        """Give up every wait; calls in flight end by themselves."""


@dataclass(slots=True)
class Outcome:
    """Ids of tasks by how they ended. ``failed`` has each first cause, ``held`` what failed with it (task id -> id of
    the first cause), ``parked`` what waits for a task file of the user's, ``undone`` what was not started or not finished when
    the run was stopped, or comes after what is parked."""

    done: set[str] = field(default_factory=set)
    parked: dict[str, Parked] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)


class Runner:
    """One run of one graph.

    :param tasks: by id; ``after`` names ids in it.
    :param on_end: told of every end in the order they come, from the running thread: journal and progress.
    :param stopping: asked often; once it is not None nothing more is started, and calls in flight get that many seconds.
    """

    def __init__(self, tasks: Mapping[str, Task], performer: Performer, max_parallel: int,
                 on_end: Callable[[End, Outcome], None], stopping: Callable[[], float | None]) -> None:
        self._tasks = tasks
        self._performer = performer
        self._on_end = on_end
        self._stopping = stopping
        self._ends: queue.SimpleQueue[End] = queue.SimpleQueue()
        self._pools = {vim: Pool(max_parallel, f'vim-{vim}') for vim in {task.vim for task in tasks.values()}}
        self._sorter = graphlib.TopologicalSorter({task.id: task.after for task in tasks.values()})
        self._started: dict[str, float] = {}
        self._stopped_since: float | None = None
        self._later: set[str] = set()
        self._dependents: dict[str, list[str]] = {}
        for task in tasks.values():
            for before in task.after:
                self._dependents.setdefault(before, []).append(task.id)

    def run(self) -> Outcome:
        """Run the graph to its end, or to the stop."""
        outcome = Outcome()
        self._sorter.prepare()
        self._submit(self._sorter.get_ready())
        while self._sorter.is_active():
            if self._has_to_end():
                break
            try:
                end = self._ends.get(timeout=0.1)
            except queue.Empty:
                continue
            self._settle(end, outcome)
        for pool in self._pools.values():
            pool.close()
        outcome.undone = set(self._tasks) - outcome.done - outcome.failed.keys() - outcome.held.keys()
        return outcome

    def _has_to_end(self) -> bool:
        """Whether it is being stopped and what was in flight is over, or its time is."""
        grace = self._stopping()
        if grace is None:
            return False
        if self._stopped_since is None:
            self._stopped_since = time.monotonic()
            self._performer.stop()
        return not self._in_flight() or time.monotonic() > self._stopped_since + grace

    def _in_flight(self) -> bool:
        return any(pool.busy for pool in self._pools.values()) or not self._ends.empty()

    def _settle(self, end: End, outcome: Outcome) -> None:
        task_id = end.task.id
        outcome.seconds[task_id] = time.monotonic() - self._started[task_id]
        if end.error is None:
            outcome.done.add(task_id)
        elif isinstance(end.error, Parked):
            outcome.parked[task_id] = end.error
            self._later |= self._behind(task_id, self._later)
        elif not isinstance(end.error, Stopped):
            outcome.failed[task_id] = end.error
            outcome.held.update(dict.fromkeys(self._behind(task_id, outcome.held), task_id))
        if not isinstance(end.error, (Stopped, Parked)):
            self._on_end(end, outcome)
        self._sorter.done(task_id)
        ready = list(self._sorter.get_ready())
        while any(one in outcome.held or one in self._later for one in ready):
            passed = [one for one in ready if one in outcome.held or one in self._later]
            self._sorter.done(*passed)
            ready = [one for one in ready if one not in passed] + list(self._sorter.get_ready())
        self._submit(ready)

    def _behind(self, cause: str, known: Container[str]) -> set[str]:
        """What depends on a task and is not known yet: it does not run."""
        found: set[str] = set()
        waiting = list(self._dependents.get(cause, ()))
        while waiting:
            task_id = waiting.pop()
            if task_id not in found and task_id not in known:
                found.add(task_id)
                waiting += self._dependents.get(task_id, ())
        return found

    def _submit(self, ready: Iterable[str]) -> None:
        if self._stopped_since is not None:
            return
        for batch in batches(self._tasks[task_id] for task_id in ready):
            for task in batch:
                self._started[task.id] = time.monotonic()
            self._pools[batch[0].vim].submit(lambda batch=batch: self._perform(batch))

    def _perform(self, batch: list[Task]) -> None:
        if self._stopped_since is not None:
            for task in batch:
                self._ends.put(End(task, Stopped(), ''))
            return
        told: set[str] = set()

        def ended(end: End) -> None:
            told.add(end.task.id)
            self._ends.put(end)
        try:
            self._performer.perform(batch, ended)
        except Exception as error:  # a task that dies must be heard of, whatever it died of
            for task in batch:
                if task.id not in told:
                    self._ends.put(End(task, error, ''))


class Stopped(Exception):
    """A task that was not started, or not brought to its end, because the operation is being stopped."""


class Parked(Exception):
    """A task that waits for its task file; what comes after it does not run yet.

    :param told: what the file is told beside the instance that the task is of.
    """

    def __init__(self, task: Task, told: Mapping[str, Any] | None = None) -> None:
        super().__init__(task.id)
        self.task, self.told = task, dict(told or {})


def batches(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks of one bulk verb and VIM together, up to :data:`BULK` ports; all others alone."""
    open_batches: dict[tuple[str, str], tuple[list[Task], int]] = {}
    result = []
    for task in tasks:
        if task.verb not in BULK_VERBS:
            result.append([task])
            continue
        size = len(task.spec[1])
        batch, filled = open_batches.get((task.verb, task.vim), ([], BULK + 1))
        if filled + size > BULK:
            batch, filled = [], 0
            result.append(batch)
        batch.append(task)
        open_batches[(task.verb, task.vim)] = (batch, filled + size)
    return result
