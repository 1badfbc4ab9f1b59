# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One watcher for the volumes, the volume snapshots or the images that are waited for in a VIM: a list per interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute.watch import Wait, Watcher
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

#: Threads for what follows the end of a wait.
FOLLOWERS = 4
#: Rows of one kind by id; None: it is gone.
Rows: TypeAlias = 'dict[str, Any]'
#: Whether a row (None: it is gone) is where it should be; raises VimError when it never will be.
Judge: TypeAlias = 'Callable[[Any], bool]'
Ended: TypeAlias = 'Callable[[Rows, Exception | None], None]'


@dataclass(slots=True, eq=False, kw_only=True)
class _RowWait(Wait):
    ids: set[str]
    judge: Judge
    ended: Ended
    rows: Rows = field(default_factory=dict)


class RowWaiter(Watcher[_RowWait]):
    """Watches rows of one kind in one VIM until each is where it should be, in error, or out of time.

    :param kind: what a row is, for messages: 'volume'.
    :param listed: those of the NS, in one list.
    :param get: one by its id, None where there is none.
    """

    def __init__(self, vim_name: str, kind: str, listed: Callable[[], list[Any]], get: Callable[[str], Any]) -> None:
        self._kind, self._listed, self._get = kind, listed, get
        super().__init__(f'{kind}s-{vim_name}', FOLLOWERS)

    def until(self, ids: Iterable[str], what: str, timeout: float, judge: Judge, ended: Ended) -> None:
        """Call ``ended`` with the rows by id once all of them are judged to be there, or with what stands against it."""
        self._add(_RowWait(ids=set(ids), what=what, timeout=timeout, judge=judge, ended=ended))

    def _look(self, waits: list[_RowWait]) -> None:
        rows = {row.id: row for row in self._listed()}
        for wait in waits:
            error = None
            try:
                for row_id in sorted(wait.ids):
                    # One that is not ours is in no list of ours, nor is one that is gone
                    row = rows.get(row_id) or self._get(row_id)
                    wait.last_seen = f'{row_id} is {row.status if row else "gone"}'
                    if wait.judge(row):
                        wait.ids.discard(row_id)
                        wait.rows[row_id] = row
            except VimError as refused:
                error = refused
            if error is not None or not wait.ids:
                self._end(wait, error)

    def _out_of_time(self, wait: _RowWait) -> None:
        self._end(wait, VimError(wait.what, f'not done after {wait.timeout:g} s, {self._kind} {wait.last_seen}'))

    def _end(self, wait: _RowWait, error: VimError | None) -> None:
        if self._take(wait):
            self._pool.submit(self._tell, wait, error)

    def _tell(self, wait: _RowWait, error: VimError | None) -> None:
        try:
            wait.ended(wait.rows, error)
        except Exception as broken:  # what follows failed: whoever waits must hear of it
            wait.ended({}, broken)
