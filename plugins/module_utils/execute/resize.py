# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers resized: to the flavor of their document, from wherever an earlier run, or somebody else, left them."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_kind import AT_REST, ServerKind, Step
from ansible_collections.nfv.mano.plugins.module_utils.plan.flavor import server_fits
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

VERIFY = 'VERIFY_RESIZE'
#: Nova has no such resize any more, or has begun to end it: what counts is where the server ends.
ENDED_ALREADY = frozenset({400, 404, 409})


class Resizes(ServerKind):
    """Does resizes. What comes next is read off the server each time: in VERIFY_RESIZE with the wanted flavor it is
    confirmed, with another one reverted, and at rest with another one resized; each at most once a run."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.resize': single(self._resize)}

    def _resize(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id = task.spec
        step = Step(task, vim, instance, server_id, ended)
        server = self._get(step)
        if server.task_state is None and server.status in (VERIFY, *AT_REST):
            self._next(step, {}, server)
        else:
            self._wait(step, {}, 'resize', (VERIFY, *AT_REST), '')

    def _next(self, step: Step, sent: dict[str, str], server: Server) -> None:
        shared = step.instance.shared
        fits = server_fits(shared.vdu.flavor, server.flavor, shared.live.flavors)
        if server.status != VERIFY and fits:
            self._settle(step, server, flavor_key=shared.flavor['key'])
            step.ended(End(step.task, None, 'resized'))
            return
        action = 'resize' if server.status != VERIFY else 'confirm' if fits else 'revert'
        self._settle(step, server)
        if action in sent:
            # ACTIVE, and no fault: only the server's log of actions tells
            why = step.vim.action_error(step.server_id, sent[action]) if sent[action] else None
            raise VimError(f'{action} server {step.name}', f'{why or "Nova took the action, and left the server as it was"}; '
                           f'the server is {server.status} with flavor {server.flavor.get("original_name")}',
                           request_id=sent[action])
        self._send(step, sent, action)

    def _send(self, step: Step, sent: dict[str, str], action: str) -> None:
        calls: dict[str, Callable[[], str]] = {
            'resize': lambda: step.vim.resize_server(step.server_id, self._flavor_id(step)),
            'confirm': lambda: step.vim.confirm_resize(step.server_id),
            'revert': lambda: step.vim.revert_resize(step.server_id)}
        try:
            sent[action] = self._calls.change(step.vim, step.task.id, action, step.server_id, calls[action])
        except VimError as error:
            if action == 'resize' or error.status not in ENDED_ALREADY:
                raise
            sent[action] = ''
        if action == 'resize':
            self._calls.note('changed', task=step.task.id, put={step.task.item: {'status': 'RESIZE', 'ready': None}})
        self._wait(step, sent, action, (VERIFY, *AT_REST) if action == 'resize' else AT_REST, sent[action])

    def _flavor_id(self, step: Step) -> str:
        flavor = step.instance.shared.flavor
        return flavor['id'] or self._calls.resources[flavor['key']]['id']

    def _wait(self, step: Step, sent: dict[str, str], action: str, wanted: tuple[str, ...], request_id: str) -> None:
        self._until(step, f'{action} server {step.name}', 'server_resize', wanted, request_id,
                    lambda server: self._next(step, sent, server))
