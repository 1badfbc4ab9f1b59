# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that move to another compute host, each until Nova shows it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import GONE
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.move import AT_REST, WAYS, Spec, next_action
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Host, Server

#: What Nova's status is from the moment that it takes an action.
MEANWHILE = {'live': 'MIGRATING', 'cold': 'RESIZE', 'evacuate': 'REBUILD'}
DISABLED_BY = 'drained by nfv.mano'


class _Step(NamedTuple):
    task: Task
    vim: Vim
    spec: Spec
    ended: Ended


class Moves(Kind):
    """Does migrations and evacuations. What comes next is read off the server each time that it is idle, and each action is
    sent at most once a run. Nova sets a task before it answers, so a server that is idle where it was has not moved, and
    will not."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.move': single(self._move), 'host.disable': single(self._disable)}

    def _disable(self, task: Task, vim: Vim, ended: Ended) -> None:
        host: Host = task.spec
        self._calls.change(vim, task.id, 'disable', host.service_id, lambda: vim.disable_host(host.service_id, DISABLED_BY))
        ended(End(task, None, 'disabled'))

    def _move(self, task: Task, vim: Vim, ended: Ended) -> None:
        step = _Step(task, vim, task.spec, ended)
        server = vim.get_server(step.spec.server_id)
        if server is None:
            raise VimError(f'move server {step.spec.name}', GONE)
        if server.task_state is None:
            self._next(step, {}, server)
        else:
            self._wait(step, {}, WAYS[step.spec.way], (*AT_REST, 'VERIFY_RESIZE'), '')

    def _next(self, step: _Step, sent: dict[str, str], server: Server) -> None:
        action = next_action(step.spec, server)
        self._settle(step, server)
        if action is None:
            step.ended(End(step.task, None, f'on {step.spec.names.get(server.host_id, "another host")}'))
            return
        if action in sent:
            why = step.vim.move_error(step.spec.server_id, sent[action])
            raise VimError(self._what(step, action), f'{why or "Nova took it, and left the server where it was"}; the server is '
                           f'{server.status} on {step.spec.names.get(server.host_id, "another host")}', request_id=sent[action])
        self._send(step, sent, action, server)

    def _send(self, step: _Step, sent: dict[str, str], action: str, server: Server) -> None:
        spec, vim = step.spec, step.vim
        calls: dict[str, Callable[[], str]] = {
            'confirm': lambda: vim.confirm_resize(spec.server_id), 'revert': lambda: vim.revert_resize(spec.server_id),
            'reboot-hard': lambda: vim.server_action(spec.server_id, action)}
        moves = action not in calls
        # Where it came from is what a later run, and a rollback, go by
        target = {'server': spec.server_id, 'from': server.host_id} if moves else spec.server_id
        try:
            sent[action] = self._calls.change(vim, step.task.id, 'move' if moves else action, target,
                                              calls.get(action, lambda: vim.move_server(spec.server_id, action, spec.host)))
        except VimError as error:
            # A lost answer: what counts is where the server ends
            if not error.unknown:
                raise
            sent[action] = ''
        if moves:
            self._calls.note('changed', task=step.task.id, put={step.task.item: {'status': MEANWHILE[action]}})
        wanted = (*AT_REST, 'VERIFY_RESIZE') if action in (spec.way, 'reboot-hard') else AT_REST
        self._wait(step, sent, action, wanted, sent[action])

    def _wait(self, step: _Step, sent: dict[str, str], action: str, wanted: tuple[str, ...], request_id: str) -> None:
        def settled(server: Server | None, error: VimError | None) -> None:
            try:
                if error is None and server is not None:
                    self._next(step, sent, server)
                    return
                if error is not None:
                    error.request_id = error.request_id or request_id
                if server is not None:
                    self._settle(step, server)
            except Exception as broken:  # the journal can not be written, or the next step is refused
                step.ended(End(step.task, broken, ''))
                return
            step.ended(End(step.task, error, ''))
        self._waiters[step.vim.name].until_idle(
            step.spec.server_id, self._what(step, action), self._limits['server_migrate'], settled, wanted,
            (lambda: step.vim.action_error(step.spec.server_id, request_id)) if request_id else None)

    @staticmethod
    def _what(step: _Step, action: str) -> str:
        words = {'live': 'live-migrate', 'cold': 'cold-migrate', 'confirm': 'confirm the migration of',
                 'revert': 'revert the migration of'}
        return f'{words.get(action, action)} server {step.spec.name}'

    def _settle(self, step: _Step, server: Server) -> None:
        """Journal what the VIM says of the server."""
        self._calls.note('settled', task=step.task.id, put={step.task.item: {
            'id': server.id, 'status': server.status, 'host_id': server.host_id, 'host': step.spec.names.get(server.host_id),
            'addresses': list(server.addresses)}})
