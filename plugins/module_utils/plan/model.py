# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: Actions in the order in which a plan is shown, with their signs.
SIGNS = {'create': '+', 'update': '~', 'replace': '-/+', 'delete': '-'}


class Change(NamedTuple):
    """One item that has to change.

    ``action`` is create, update, replace or delete; ``detail`` and ``reason`` are for people;
    ``loses_data`` says that a server or network which worked goes away with it.
    """

    action: str
    kind: str
    name: str
    vim: str
    detail: str
    reason: str
    loses_data: bool = False


class TaskFile(NamedTuple):
    """A task file of the user's that a task waits for: ``file`` as the document names it.

    ``purpose`` is ready, drain or sdn_net; ``subject`` what it is run for (``web/front``): once, however many tasks wait for it
    at a time; ``timeout`` in seconds; ``must_pass`` False: it counts as well once it is out of time.
    """

    file: str
    purpose: str
    subject: str
    timeout: float
    must_pass: bool = True


class Task(NamedTuple):
    """One node of the task graph; ``item`` is the record's key (``vdu:web/front/0``), ``after`` are ids of tasks."""

    id: str
    verb: str
    vim: str
    item: str
    spec: Any
    after: tuple[str, ...]
    task_file: TaskFile | None = None


class Problem(NamedTuple):
    """Something that stands against the plan, found before anything is touched."""

    path: str
    message: str

    def __str__(self) -> str:
        return f'{self.path}: {self.message}'


@dataclass(slots=True)
class Plan:
    """Changes with reasons, the graph of their tasks, and what was only found.

    ``gone`` has what of the record is not in the VIM any more, by item, as the journal tells it; ``notes`` are for people.
    ``found`` holds the record's entries of items that no task makes (images, existing networks, flavors that fit),
    and of items adopted by their mark; ``needs`` what the tasks take of each quota, by VIM.
    """

    ns_name: str
    changes: list[Change] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    gone: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    needs: dict[str, Counter[str]] = field(default_factory=dict)
    unchanged: int = 0

    def need(self, vim: str, **amounts: int) -> None:
        """Count what a task takes of a VIM's quotas."""
        self.needs.setdefault(vim, Counter()).update(amounts)

    def need_each(self, vim: str, name: str, each: str, amount: int) -> None:
        """Note what one of several things takes of a limit that holds for each of them; the most of the same ``each`` counts."""
        needs = self.needs.setdefault(vim, Counter())
        needs[f'{name}:{each}'] = max(needs[f'{name}:{each}'], amount)

    def add(self, task: Task) -> str:
        """Put a task into the graph; returns its id."""
        self.tasks[task.id] = task
        return task.id

    def task_files(self) -> Counter[TaskFile]:
        """The task files of the user's that are to be run, with the number of items that each is for."""
        return Counter(task.task_file for task in self.tasks.values() if task.task_file)

    def counts(self) -> dict[str, int]:
        """Number of changes by action, and of items that stay as they are."""
        by_action = Counter(change.action for change in self.changes)
        return {**{action: by_action[action] for action in SIGNS}, 'unchanged': self.unchanged}
