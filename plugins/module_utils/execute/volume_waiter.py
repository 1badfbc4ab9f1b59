# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One watcher per VIM for every volume that is waited for: a list per interval, whatever their number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable  # pylint: disable=unused-import  # used in an alias that is a string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import LONGEST, SHORTEST, TIMES_DURATION
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Volume  # pylint: disable=unused-import  # as above

#: Threads for what follows the end of a wait.
FOLLOWERS = 4
Rows: TypeAlias = 'dict[str, Volume | None]'
#: Whether a volume (None: it is gone) is where it should be; raises VimError when it never will be.
Judge: TypeAlias = 'Callable[[Volume | None], bool]'
Ended: TypeAlias = 'Callable[[Rows, Exception | None], None]'


@dataclass(slots=True, eq=False)
class _Wait:
    ids: set[str]
    what: str
    judge: Judge
    deadline: float
    timeout: float
    ended: Ended
    rows: Rows = field(default_factory=dict)
    last_seen: str = 'unknown'


class VolumeWaiter:
    """Watches volumes of one NS in one VIM until each is where it should be, in error, or out of time."""

    def __init__(self, vim: Vim, ns_id: str) -> None:
        self._vim = vim
        self._ns_id = ns_id
        self._waits: list[_Wait] = []
        self._change = threading.Condition()
        self._stopped = False
        self._followers = ThreadPoolExecutor(FOLLOWERS, thread_name_prefix=f'volumes-{vim.name}')
        threading.Thread(target=self._run, name=f'volume-waiter-{vim.name}', daemon=True).start()

    def until(self, ids: Iterable[str], what: str, timeout: float, judge: Judge, ended: Ended) -> None:
        """Call ``ended`` with the volumes by id once all of them are judged to be there, or with what stands against it."""
        with self._change:
            self._waits.append(_Wait(set(ids), what, judge, time.monotonic() + timeout, timeout, ended))
            self._change.notify()

    def stop(self) -> None:
        """End the watching; what is still waited for is not told."""
        with self._change:
            self._stopped = True
            self._waits.clear()
            self._change.notify()
        self._followers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waits and not self._stopped:
                    self._change.wait()
                if self._stopped:
                    return
                waits = list(self._waits)
            began = time.monotonic()
            try:
                self._look(waits)
            except VimError as error:
                # Lists are tried again by the VIM's own rules; a VIM that stays away ends by the waits' limits
                for wait in waits:
                    wait.last_seen = f'unknown ({error})'
            for wait in waits:
                if time.monotonic() > wait.deadline:
                    self._end(wait, VimError(wait.what, f'not done after {wait.timeout:g} s, volume {wait.last_seen}'))
            pause = min(max(SHORTEST, TIMES_DURATION * (time.monotonic() - began)), LONGEST)
            with self._change:
                if not self._stopped:
                    self._change.wait_for(lambda: self._stopped, timeout=pause)

    def _look(self, waits: list[_Wait]) -> None:
        rows = {volume.id: volume for volume in self._vim.volumes(self._ns_id)}
        for wait in waits:
            error = None
            try:
                for volume_id in sorted(wait.ids):
                    # One that is not ours is in no list of ours, nor is one that is gone
                    volume = rows.get(volume_id) or self._vim.get_volume(volume_id)
                    wait.last_seen = f'{volume_id} is {volume.status if volume else "gone"}'
                    if wait.judge(volume):
                        wait.ids.discard(volume_id)
                        wait.rows[volume_id] = volume
            except VimError as refused:
                error = refused
            if error is not None or not wait.ids:
                self._end(wait, error)

    def _end(self, wait: _Wait, error: VimError | None) -> None:
        with self._change:
            if wait not in self._waits:
                return
            self._waits.remove(wait)
            if not self._stopped:
                self._followers.submit(self._tell, wait, error)

    def _tell(self, wait: _Wait, error: VimError | None) -> None:
        try:
            wait.ended(wait.rows, error)
        except Exception as broken:  # what follows failed: whoever waits must hear of it
            wait.ended({}, broken)
