# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls that leave a trace: the intent before, what came of it after; a lost answer is looked for by owner mark."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources, fold
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import Stopped
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim

Made = TypeVar('Made')
#: Seconds between two looks for a mark.
LOOK_AGAIN = 2.0


class Log(Protocol):
    """What the journal of an op-occ can do for calls."""

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        """Write one entry, on disk when this returns."""

    def close(self) -> None:
        """Write no more."""


class Answer(NamedTuple):
    """What came of a task file: ``error`` None is well, ``late`` says that it was out of time."""

    error: str | None
    late: bool


class Calls:
    """Journalled calls of one operation; ``resources`` is the record as it grows.

    :param adopt_window: seconds from an intent until a create call whose answer was lost can not show up any more.
    :param answers: what came of task files that the operation has waited for, by task.
    """

    def __init__(self, journal: Log, resources: Resources, adopt_window: Callable[[Vim], float], ns_id: str,
                 answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = answers or {}
        self._journal = journal
        self._adopt_window = adopt_window
        self.ns_id = ns_id
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.resources = resources

    def stop(self) -> None:
        """Send no more calls, and end every search for a lost answer: the next run goes on with it."""
        self._stopping.set()

    def close(self) -> None:
        """Let nothing into journal and record any more: what a call that is still in flight brings is for the next run."""
        with self._lock:
            self._journal.close()

    def create(self, vim: Vim, kind: str, marks: Sequence[str], task: str, call: Callable[[], Made],
               adopt: Callable[[list[Any]], Made], puts: Callable[[Made], dict[str, dict[str, Any]]]) -> Made:
        """Make something, exactly once.

        :param marks: the owner marks of all that one call makes.
        :param adopt: turns the marked rows that were found, in the order of the marks, into the call's result.
        :param puts: what the record gets of the result, by item.
        :raises VimError: refused; or the answer was lost twice and nothing showed up.
        :raises Stopped: the operation is being stopped.
        """
        self._go_on()
        last = False
        while True:
            began = time.monotonic()
            self._journal.append('intent', call='create', kind=kind, vim=vim.name, marks=list(marks), task=task)
            try:
                made = call()
            except VimError as error:
                found = self._search(vim, kind, marks, began, error) if error.unknown else None
                if found is None and (self._stopping.is_set() and error.unknown):
                    raise
                if found is None and (not error.unknown or error.status or last):
                    self._journal.append('refused', kind=kind, vim=vim.name, marks=list(marks), task=task, error=str(error))
                    raise
                if found is None:
                    last = True
                    continue
                made = adopt(found)
            self.note('made', kind=kind, vim=vim.name, marks=list(marks), task=task, put=puts(made))
            return made

    def change(self, vim: Vim, task: str, call: str, target: Any, do: Callable[[], Made]) -> Made:
        """A call that changes or deletes: it can be sent again, so the intent alone is enough of a trace.

        :raises Stopped: the operation is being stopped.
        """
        self._go_on()
        self._journal.append('intent', call=call, vim=vim.name, task=task, target=target)
        return do()

    def rest(self, seconds: float) -> None:
        """Let some time pass, or less where the operation is being stopped."""
        self._stopping.wait(seconds)

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopped

    def note(self, event: str, **fields: Any) -> None:
        """Journal what is true now, and the record with it."""
        with self._lock:
            fold(self.resources, [self._journal.append(event, **fields)])

    def _search(self, vim: Vim, kind: str, marks: Sequence[str], began: float, error: VimError) -> list[Any] | None:
        """The rows of lost marks, all of them, or None when the window is over. An answer that came (500 ...) ends the
        service's work: then one look is enough."""
        window = 0.0 if error.status else self._adopt_window(vim)
        while True:
            try:
                found = [rows[0] for rows in (vim.find_marked(kind, mark, self.ns_id) for mark in marks) if rows]
            except VimError:
                found = []
            if len(found) == len(marks):
                return found
            left = began + window - time.monotonic()
            if left <= 0 or self._stopping.wait(min(LOOK_AGAIN, left)):
                return None
