# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bounded pool of daemon threads.

The standard library's pool joins its threads at exit: a call that hangs would hold an operation that is being stopped
until that call's time-out, and then nobody flushes the record in time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Pool:
    """Runs jobs on at most ``size`` threads, made as they are needed."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = 0
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """Jobs that were submitted and have not ended."""
        return self._busy

    def submit(self, job: Callable[[], None]) -> None:
        """Run a job as soon as a thread is free; the job must not raise."""
        with self._lock:
            self._busy += 1
            if self._threads < min(self._size, self._busy):
                self._threads += 1
                threading.Thread(target=self._work, name=f'{self._name}-{self._threads}', daemon=True).start()
        self._jobs.put(job)

    def close(self) -> None:
        """Let the threads end once the jobs before are done; does not wait."""
        for _number in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                with self._lock:
                    self._busy -= 1
