# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One watcher per VIM for every server that is waited for: a list per interval, whatever their number."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable  # pylint: disable=unused-import  # used in an alias that is a string
from dataclasses import dataclass
from typing import TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute import watch
from ansible_collections.nfv.mano.plugins.module_utils.execute.watch import Wait, Watcher
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: Nova sets ERROR a moment before it writes the fault.
FAULT_PATIENCE = 5.0
#: Seconds after which a server that is in no list is asked for again.
ASK_AGAIN = 2.0
READERS = 4
GONE = 'the server is gone: somebody else deleted it'
NO_FAULT = 'Nova set it to ERROR and gave no fault'

Why: TypeAlias = 'Callable[[], str | None]'
Ended: TypeAlias = 'Callable[[Server | None, VimError | None], None]'


@dataclass(slots=True, eq=False, kw_only=True)
class _ServerWait(Wait):
    server_id: str
    ended: Ended
    gone: bool = False
    while_in: frozenset[str] = frozenset()
    asked: float = 0.0
    error_since: float = 0.0
    was_error: bool = False
    #: Of a server that is there all along: where it should end, and what tells why it ended elsewhere.
    wanted: frozenset[str] = frozenset()
    why: Why | None = None
    #: Ports that should be free.
    ports: frozenset[str] = frozenset()


class Waiter(Watcher[_ServerWait]):
    """Watches servers of one NS in one VIM until each is where it should be, in ERROR, or out of time."""

    def __init__(self, vim: Vim, ns_id: str) -> None:
        self._vim = vim
        self._ns_id = ns_id
        super().__init__(f'servers-{vim.name}', READERS)

    def until_active(self, server_id: str, what: str, timeout: float, ended: Ended,
                     while_in: frozenset[str] = frozenset({'BUILD'})) -> None:
        """Call ``ended`` with the server once it is ACTIVE and idle; ``while_in`` are the statuses on the way there."""
        self._add(_ServerWait(server_id=server_id, what=what, timeout=timeout, ended=ended, while_in=while_in))

    def until_idle(self, server_id: str, what: str, timeout: float, ended: Ended, wanted: Iterable[str],
                   why: Why | None = None) -> None:
        """Call ``ended`` with the server once it is idle in one of the wanted statuses, or idle elsewhere for a reason:
        ``why`` is asked for it now and then, and None means that it may still come."""
        self._add(_ServerWait(server_id=server_id, what=what, timeout=timeout, ended=ended, wanted=frozenset(wanted), why=why))

    def until_free(self, server_id: str, port_ids: Iterable[str], what: str, timeout: float, ended: Ended,
                   why: Why | None = None) -> None:
        """Call ``ended`` with None once the ports are on no server, or stay on theirs for a reason (as above)."""
        self._add(_ServerWait(server_id=server_id, what=what, timeout=timeout, ended=ended, ports=frozenset(port_ids), why=why))

    def until_gone(self, server_id: str, what: str, timeout: float, ended: Ended, was_error: bool = False) -> None:
        """Call ``ended`` with None once Nova answers 404."""
        self._add(_ServerWait(server_id=server_id, what=what, timeout=timeout, ended=ended, gone=True, was_error=was_error))

    def _look(self, waits: list[_ServerWait]) -> None:
        now = time.monotonic()
        statuses = frozenset().union(*(wait.while_in for wait in waits))
        deletions = [wait for wait in waits if wait.gone]
        on_their_way = self._vim.server_ids(self._ns_id, statuses) if statuses else set()
        there = self._vim.server_ids(self._ns_id) if deletions else set()
        failed = self._vim.server_ids(self._ns_id, ['ERROR']) if deletions else set()
        self._look_at_servers([wait for wait in waits if wait.wanted])
        self._look_at_ports([wait for wait in waits if wait.ports])
        ask = [wait for wait in waits if not (wait.gone or wait.wanted or wait.ports) and wait.server_id not in on_their_way
               and now - wait.asked >= (ASK_AGAIN if not wait.error_since else watch.SHORTEST)]
        ask += [wait for wait in deletions if wait.server_id not in there
                or (wait.server_id in failed and not wait.was_error)]
        list(self._pool.map(self._ask, ask))

    def _look_at_servers(self, waits: list[_ServerWait]) -> None:
        """Servers that are there all along: one list in detail tells status and task of all of them."""
        servers = {server.id: server for server in self._vim.servers(self._ns_id)} if waits else {}
        settled = []
        for wait in waits:
            # One that somebody took our tag from is in no list
            server = servers.get(wait.server_id) or self._vim.get_server(wait.server_id)
            if server is None:
                self._end(wait, None, VimError(wait.what, GONE))
                continue
            wait.last_seen = server.status
            if server.task_state is None:
                settled.append((wait, server))
        # What follows a change is done by who waited for it: side by side, and not in the way of the others
        list(self._pool.map(self._idle, settled))

    def _idle(self, idle: tuple[_ServerWait, Server]) -> None:
        """Nova sets a task before it answers most actions: idle elsewhere, the action is over and failed."""
        wait, server = idle
        if server.status in wait.wanted:
            self._end(wait, server, None)
        elif server.status == 'ERROR':
            self._in_error(wait, server)
        else:
            self._ask_why(wait, server, f'; the server is {server.status}')

    def _look_at_ports(self, waits: list[_ServerWait]) -> None:
        bound = self._vim.bound_ports([port for wait in waits for port in wait.ports]) if waits else set()
        for wait in waits:
            stuck = wait.ports & bound
            wait.last_seen = f'still on {" ".join(sorted(stuck))}'
            if not stuck:
                self._end(wait, None, None)
            else:
                self._ask_why(wait, None, '')

    def _ask_why(self, wait: _ServerWait, server: Server | None, suffix: str) -> None:
        now = time.monotonic()
        if wait.why is None or now - wait.asked < ASK_AGAIN:
            return
        wait.asked = now
        try:
            reason = wait.why()
        except VimError:
            return  # asked again
        if reason:
            self._end(wait, server, VimError(wait.what, f'{reason}{suffix}'))

    def _ask(self, wait: _ServerWait) -> None:
        wait.asked = time.monotonic()
        try:
            server = self._vim.get_server(wait.server_id)
        except VimError as error:
            if error.status and error.status < 500:
                self._end(wait, None, error)
            return
        wait.last_seen = server.status if server else 'gone'
        if wait.gone:
            if server is None or server.status in ('DELETED', 'SOFT_DELETED'):
                self._end(wait, None, None)
            elif server.status == 'ERROR' and server.task_state is None and not wait.was_error:
                self._end(wait, server, VimError(wait.what, server.fault or NO_FAULT))
        elif server is None:
            self._end(wait, None, VimError(wait.what, GONE))
        elif server.status == 'ACTIVE' and server.task_state is None:
            self._end(wait, server, None)
        elif server.status == 'ERROR':
            self._in_error(wait, server)

    def _in_error(self, wait: _ServerWait, server: Server) -> None:
        now = time.monotonic()
        wait.error_since = wait.error_since or now
        if server.fault or now - wait.error_since > FAULT_PATIENCE:
            self._end(wait, server, VimError(wait.what, server.fault or NO_FAULT))

    def _out_of_time(self, wait: _ServerWait) -> None:
        self._end(wait, None, VimError(wait.what, f'not done after {wait.timeout:g} s, server {wait.server_id} is '
                                                  f'{wait.last_seen}'))

    def _end(self, wait: _ServerWait, server: Server | None, error: VimError | None) -> None:
        if self._take(wait):
            wait.ended(server, error)
