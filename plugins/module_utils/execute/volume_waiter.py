# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One watcher per VIM for every volume that is waited for: a list per interval, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable  # pylint: disable=unused-import  # used in an alias that is a string
from dataclasses import dataclass, field
from typing import TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute.watch import Wait, Watcher
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Volume  # pylint: disable=unused-import  # as above

#: Threads for what follows the end of a wait.
FOLLOWERS = 4
Rows: TypeAlias = 'dict[str, Volume | None]'
#: Whether a volume (None: it is gone) is where it should be; raises VimError when it never will be.
Judge: TypeAlias = 'Callable[[Volume | None], bool]'
Ended: TypeAlias = 'Callable[[Rows, Exception | None], None]'


@dataclass(slots=True, eq=False, kw_only=True)
class _VolumeWait(Wait):
    ids: set[str]
    judge: Judge
    ended: Ended
    rows: Rows = field(default_factory=dict)


class VolumeWaiter(Watcher[_VolumeWait]):
    """Watches volumes of one NS in one VIM until each is where it should be, in error, or out of time."""

    def __init__(self, vim: Vim, ns_id: str) -> None:
        self._vim = vim
        self._ns_id = ns_id
        super().__init__(f'volumes-{vim.name}', FOLLOWERS)

    def until(self, ids: Iterable[str], what: str, timeout: float, judge: Judge, ended: Ended) -> None:
        """Call ``ended`` with the volumes by id once all of them are judged to be there, or with what stands against it."""
        self._add(_VolumeWait(ids=set(ids), what=what, timeout=timeout, judge=judge, ended=ended))

    def _look(self, waits: list[_VolumeWait]) -> None:
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

    def _out_of_time(self, wait: _VolumeWait) -> None:
        self._end(wait, VimError(wait.what, f'not done after {wait.timeout:g} s, volume {wait.last_seen}'))

    def _end(self, wait: _VolumeWait, error: VimError | None) -> None:
        if self._take(wait):
            self._pool.submit(self._tell, wait, error)

    def _tell(self, wait: _VolumeWait, error: VimError | None) -> None:
        try:
            wait.ended(wait.rows, error)
        except Exception as broken:  # what follows failed: whoever waits must hear of it
            wait.ended({}, broken)
