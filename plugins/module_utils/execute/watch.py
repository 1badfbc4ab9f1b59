# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop behind every watcher: one thread that looks at all that is waited for in one VIM, whatever its number."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

#: Seconds between two looks: at least, at most, and how many times the look's own duration.
SHORTEST, LONGEST, TIMES_DURATION = 0.5, 5.0, 3.0


@dataclass(slots=True, eq=False, kw_only=True)
class Wait:
    """Something that is waited for; ``timeout`` in seconds, ``last_seen`` is what the message says when it is out of time."""

    what: str
    timeout: float
    deadline: float = field(init=False)
    last_seen: str = 'unknown'

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.timeout


WaitT = TypeVar('WaitT', bound=Wait)


class Watcher(ABC, Generic[WaitT]):
    """Looks at what is waited for, now and then, until each wait was taken off by its end or its time-out.

    :param threads: of the pool for reads and for what follows the end of a wait.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._waits: list[WaitT] = []
        self._change = threading.Condition()
        self._stopped = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        threading.Thread(target=self._run, name=f'{name}-watcher', daemon=True).start()

    def stop(self) -> None:
        """End the watching; what is still waited for is not told."""
        with self._change:
            self._stopped = True
            self._waits.clear()
            self._change.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @abstractmethod
    def _look(self, waits: list[WaitT]) -> None:
        """Look at all of them; :raises VimError: when the VIM did not tell, so that it is asked again."""

    @abstractmethod
    def _out_of_time(self, wait: WaitT) -> None:
        """End a wait whose deadline has passed."""

    def _add(self, wait: WaitT) -> None:
        with self._change:
            self._waits.append(wait)
            self._change.notify()

    def _take(self, wait: WaitT) -> bool:
        """Take a wait off; false when that was done before: each end is told once."""
        with self._change:
            if wait not in self._waits:
                return False
            self._waits.remove(wait)
            return True

    def _run(self) -> None:
        try:
            while waits := self._next():
                began = time.monotonic()
                self._once(waits)
                self._pause(min(max(SHORTEST, TIMES_DURATION * (time.monotonic() - began)), LONGEST))
        except RuntimeError:
            if not self._stopped:
                raise  # else it was stopped in the middle: the pool takes nothing any more

    def _once(self, waits: list[WaitT]) -> None:
        try:
            self._look(waits)
        except VimError as error:
            # Lists are tried again by the VIM's own rules; a VIM that stays away ends by the waits' limits
            for wait in waits:
                wait.last_seen = f'unknown ({error})'
        for wait in waits:
            if time.monotonic() > wait.deadline:
                self._out_of_time(wait)

    def _next(self) -> list[WaitT]:
        """What is waited for, once there is anything; empty when it is over."""
        with self._change:
            self._change.wait_for(lambda: self._waits or self._stopped)
            return list(self._waits)

    def _pause(self, seconds: float) -> None:
        with self._change:
            self._change.wait_for(lambda: self._stopped, timeout=seconds)
