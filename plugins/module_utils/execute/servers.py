# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers: made, waited for, changed and deleted."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: Nova finds a status by server state and task state, each on its own: several statuses of one state match too much. So lists
#: are asked only by statuses that a server state has for itself, and a server in any other one is looked at by itself.
LISTED = frozenset({'BUILD'})


class Servers(Kind):
    """Does the tasks of servers."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.create': single(self._create), 'server.await': single(self._await),
                'server.update': single(self._update), 'server.delete': single(self._delete)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance: Instance = task.spec
        spec = instance.server_spec(self._calls.resources)
        server_id, request_id = self._calls.create(
            vim, 'server', [spec['mark']], task.id, lambda: vim.create_server(spec), lambda rows: (rows[0].id, ''),
            lambda made: {task.item: {'vim': vim.name, 'id': made[0], 'request_id': made[1], 'name': spec['name'],
                                      'status': 'BUILD', 'flavor_key': instance.shared.flavor['key'],
                                      'server_group': instance.shared.group and instance.shared.group['key'],
                                      'image': instance.shared.image, 'image_id': spec['image_id']}})
        self._until_active(task, vim, instance, server_id, f'create server {spec["name"]}', LISTED, ended,
                           request_id)

    def _await(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id, status = task.spec
        self._until_active(task, vim, instance, server_id, f'create server {instance.name}', LISTED & {status}, ended)

    def _until_active(self, task: Task, vim: Vim, instance: Instance, server_id: str, what: str,
                      while_in: frozenset[str], ended: Ended, request_id: str = '') -> None:
        def settled(server: Server | None, error: VimError | None) -> None:
            try:
                if error is not None:
                    error.request_id = error.request_id or request_id
                if server is not None:
                    self._settle(task, instance, server)
            except Exception as broken:  # the journal can not be written: nothing may count as done
                ended(End(task, broken, ''))
                return
            ended(End(task, error, 'ACTIVE' if error is None else ''))
        self._waiters[vim.name].until_active(server_id, what, self._limits['server_active'], settled, while_in)

    def _settle(self, task: Task, instance: Instance, server: Server) -> None:
        record = self._calls.resources.get(task.item, {})
        values = entry(instance, {}, server)
        # Ports are in the record since they were made; the plan's state is from before
        self._calls.note('settled', task=task.id, put={task.item: {**values, 'ports': record.get('ports', {})}})

    def _update(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        if spec['server']:
            self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_server(spec['id'], spec['server']))
        for port_id, changes in spec['ports'].items():
            self._calls.change(vim, task.id, 'update', port_id,
                               lambda port_id=port_id, changes=changes: vim.update_port(port_id, changes))
        instance: Instance = spec['instance']
        server = vim.get_server(spec['id'])
        if server is None:
            raise VimError(f'update server {instance.name}', 'the server is gone: somebody else deleted it')
        self._settle(task, instance, server)
        ended(End(task, None, 'updated'))

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
