# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers: made, waited for and deleted."""

from __future__ import annotations

import threading

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_kind import ServerKind, Step
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, booted, written
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import WELL
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: Nova finds a status by server state and task state, each on its own: several statuses of one state match too much. So lists
#: are asked only by statuses that a server state has for itself, and a server in any other one is looked at by itself.
LISTED = frozenset({'BUILD'})
#: How Nova says that it found no host for a server.
UNPLACED = ('No valid host', 'Exceeded maximum number of retries', 'instance group policy was violated')
#: Seconds before a member of a strict group is made again then, each time. Two members that are built at once may be sent to one
#: host; and Nova's scheduler goes on counting one that was deleted there, or sent on, until the host tells it all that it has:
#: every 120 s (scheduler_instance_sync_interval).
PAUSES = (0.0, 2.0, 5.0, 15.0, 40.0, 80.0)


class Servers(ServerKind):
    """Does the tasks of servers."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.create': single(self._create), 'server.await': single(self._await),
                'server.delete': single(self._delete)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        self._make(task, vim, ended, 0)

    def _make(self, task: Task, vim: Vim, ended: Ended, again: int) -> None:
        instance: Instance = task.spec
        spec = instance.server_spec(self._calls.resources)
        server_id, request_id = self._calls.create(
            vim, 'server', [spec['mark']], task.id, lambda: vim.create_server(spec), lambda rows: (rows[0].id, ''),
            lambda made: {task.item: {'vim': vim.name, 'id': made[0], 'request_id': made[1], 'name': spec['name'],
                                      'status': 'BUILD', 'flavor_key': instance.shared.flavor['key'],
                                      'server_group': instance.shared.group and instance.shared.group['key'],
                                      'image_id': spec['image_id'], **booted(instance), **written(instance)}})

        def built(end: End) -> None:
            if again < len(PAUSES) and _unplaced(instance, end.error):
                # The waiter's threads are for the others meanwhile
                step = Step(task, vim, instance, server_id, ended)
                threading.Thread(target=self._unmake, args=(step, again), daemon=True).start()
                return
            if isinstance(end.error, VimError) and again:
                end.error.why += f' (made {again + 1} times)'
            ended(end)
        self._until_active(Step(task, vim, instance, server_id, built), LISTED, request_id)

    def _unmake(self, step: Step, again: int) -> None:
        """After a pause, delete a server that found no host, and make it again."""
        def settled(_server: Server | None, error: VimError | None) -> None:
            try:
                if error is not None:
                    raise error
                self._calls.note('gone', task=step.task.id, gone={step.task.item: {'id': step.server_id}})
                self._make(step.task, step.vim, step.ended, again + 1)
            except Exception as broken:  # the journal can not be written, or the call is refused
                step.ended(End(step.task, broken, ''))
        try:
            self._calls.rest(PAUSES[again])
            self._calls.change(step.vim, step.task.id, 'delete', step.server_id, lambda: step.vim.delete_server(step.server_id))
            self._waiters[step.vim.name].until_gone(step.server_id, f'delete server {step.name}', self._limits['server_delete'],
                                                    settled, was_error=True)
        except Exception as broken:  # stopped, or as above
            step.ended(End(step.task, broken, ''))

    def _await(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id, status = task.spec
        step = Step(task, vim, instance, server_id, ended)
        if status in LISTED:
            self._until_active(step, LISTED)
            return

        def done(server: Server) -> None:
            self._settle(step, server)
            ended(End(task, None, server.status))
        self._until(step, f'wait for server {instance.name}', 'server_active', WELL, '', done)

    def _until_active(self, step: Step, while_in: frozenset[str], request_id: str = '') -> None:
        def done(server: Server) -> None:
            self._settle(step, server)
            step.ended(End(step.task, None, 'ACTIVE'))
        self._waiters[step.vim.name].until_active(step.server_id, f'create server {step.name}', self._limits['server_active'],
                                                  self._settled(step, request_id, done), while_in)

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        server_id, name, was_error = task.spec
        self._calls.change(vim, task.id, 'delete', server_id, lambda: vim.delete_server(server_id))

        def settled(_server: Server | None, error: VimError | None) -> None:
            try:
                if error is None:
                    self._calls.note('gone', task=task.id, gone={task.item: {'id': server_id}})
            except Exception as broken:  # as above
                ended(End(task, broken, ''))
                return
            ended(End(task, error, '' if error else 'deleted'))
        self._waiters[vim.name].until_gone(server_id, f'delete server {name}', self._limits['server_delete'], settled,
                                           was_error)


def _unplaced(instance: Instance, error: Exception | None) -> bool:
    """Whether a member of a strict group found no host."""
    group = instance.shared.group
    return bool(group and group['strict'] and isinstance(error, VimError) and any(words in error.why for words in UNPLACED))
