# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers started, stopped, paused, suspended and rebooted."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import Step
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server


class Power(Kind):
    """Does the tasks of power states: one step after the other, each until Nova says that it is done."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.power': single(self._power), 'server.stop': single(self._stop)}

    def _stop(self, task: Task, vim: Vim, ended: Ended) -> None:
        """Before it is deleted: what does not stop, or not in time, is deleted all the same."""
        def told(end: End) -> None:
            ended(End(task, None, f'not stopped: {end.error.why}') if isinstance(end.error, VimError) else end)
        try:
            self._power(task, vim, told)
        except VimError as error:
            told(End(task, error, ''))

    def _power(self, task: Task, vim: Vim, ended: Ended) -> None:
        _name, server_id, way, _patience = task.spec
        # A server that was made by a task before is known to the record only
        self._step(task, vim, server_id or self._calls.resources[task.item]['id'], way, ended)

    def _step(self, task: Task, vim: Vim, server_id: str, way: tuple[Step, ...], ended: Ended) -> None:
        name, _server_id, _way, patience = task.spec
        step = way[0]
        what = f'{step.action} server {name}'
        request_id = refused = ''

        def act() -> None:
            nonlocal request_id
            request_id = vim.server_action(server_id, step.action)
        try:
            self._calls.change(vim, task.id, step.action, server_id, act)
        except VimError as error:
            if error.status != 409:
                raise
            # Somebody else's action is under way, or did it already: what counts is where the server ends
            refused = error.why

        def settled(server: Server | None, error: VimError | None) -> None:
            try:
                if server is not None:
                    self._calls.note('settled', task=task.id, put={task.item: {'id': server.id, 'status': server.status,
                                                                               'host_id': server.host_id}})
                if error is None and len(way) > 1:
                    self._step(task, vim, server_id, way[1:], ended)
                    return
            except Exception as broken:  # the journal can not be written, or the next step is refused
                ended(End(task, broken, ''))
                return
            ended(End(task, error, '' if error else step.status))
        self._waiters[vim.name].until_idle(server_id, what, patience or self._limits['server_power'], settled, (step.status,),
                                           lambda: refused or vim.action_error(server_id, request_id))
