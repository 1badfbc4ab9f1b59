# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers waited for, whatever is done to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import GONE
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, settled
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: Where Nova leaves a server that was resized or rebuilt: as it was before.
AT_REST = ('ACTIVE', 'SHUTOFF')


class Step(NamedTuple):
    """A task of a server on its way: where it is done, to what, and who is told of its end."""

    task: Task
    vim: Vim
    instance: Instance
    server_id: str
    ended: Ended

    @property
    def name(self) -> str:
        """The server's name in the VIM as the document has it."""
        return self.instance.name


class ServerKind(Kind):
    """What the doers of servers have in common."""

    def _until(self, step: Step, what: str, limit: str, wanted: Iterable[str], request_id: str,
               then: Callable[[Server], None]) -> None:
        """Wait until a server is idle in one of the wanted statuses; ``then`` ends the task, or goes on.

        :param request_id: of the action that is waited for: it says why the server is idle elsewhere ('': it may come yet).
        """
        self._waiters[step.vim.name].until_idle(
            step.server_id, what, self._limits[limit], self._settled(step, request_id, then), wanted,
            (lambda: step.vim.action_error(step.server_id, request_id)) if request_id else None)

    def _settled(self, step: Step, request_id: str,
                 then: Callable[[Server], None]) -> Callable[[Server | None, VimError | None], None]:
        def told(server: Server | None, error: VimError | None) -> None:
            try:
                if error is not None:
                    error.request_id = error.request_id or request_id
                    if server is not None:
                        self._settle(step, server)
                    step.ended(End(step.task, error, ''))
                elif server is not None:
                    then(server)
            except Exception as broken:  # the journal can not be written, or the next step is refused: nothing counts as done
                step.ended(End(step.task, broken, ''))
        return told

    def _settle(self, step: Step, server: Server, **more: Any) -> None:
        """Journal what the VIM says of a server, and what is known to be true beside."""
        record = self._calls.resources.get(step.task.item, {})
        self._calls.note('settled', task=step.task.id,
                         put={step.task.item: {**settled(step.instance, record, server), **more}})

    def _settle_now(self, step: Step) -> None:
        """As :meth:`_settle`, of a server that nothing is waited for."""
        self._settle(step, self._get(step))

    def _get(self, step: Step) -> Server:
        server = step.vim.get_server(step.server_id)
        if server is None:
            raise VimError(f'change server {step.name}', GONE)
        return server
