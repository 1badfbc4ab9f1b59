# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that stay: attributes, root disk and interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.ports import placed
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_kind import AT_REST, ServerKind, Step
from ansible_collections.nfv.mano.plugins.module_utils.execute.trunks import release
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import (
    Instance,
    address_pairs,
    booted,
    given,
    port_entry,
    written,
)
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server


class ServerChanges(ServerKind):
    """Does the tasks that change servers."""

    def verbs(self) -> dict[str, Verb]:
        return {'server.update': single(self._update), 'server.describe': single(self._describe),
                'server.rebuild': single(self._rebuild), 'server.unplug': single(self._unplug), 'server.plug': single(self._plug)}

    # Attributes ------------------------------------------------------------------------------------------------

    def _update(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        instance: Instance = spec['instance']
        if spec['server']:
            self._claim(task, written(instance))
            self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_server(spec['id'], spec['server']))
        self._calls.note('changed', task=task.id, put={task.item: written(instance)})
        for port_id, changes in spec['ports'].items():
            self._update_port(task, vim, instance, port_id, changes)
        self._settle_now(Step(task, vim, instance, spec['id'], ended))
        ended(End(task, None, 'updated'))

    def _describe(self, task: Task, vim: Vim, ended: Ended) -> None:
        server_id, changes, kept = task.spec
        self._claim(task, kept)
        self._calls.change(vim, task.id, 'update', server_id, lambda: vim.update_server(server_id, changes))
        self._calls.note('changed', task=task.id, put={task.item: kept})
        ended(End(task, None, 'updated'))

    def _claim(self, task: Task, ours: Mapping[str, Any]) -> None:
        """Metadata and tags that a call may set are ours from before it on: whoever comes after a lost answer takes them away."""
        known = self._calls.resources.get(task.item, {})
        metadata, tags = known.get('metadata', {}), known.get('tags', [])
        more = {key: value for key, value in ours['metadata'].items() if key not in metadata}
        if more:
            self._calls.note('claimed', task=task.id, put={task.item: {'metadata': {**metadata, **more}}})
        new = [tag for tag in ours.get('tags', ()) if tag not in tags]
        if new:
            self._calls.note('claimed', task=task.id, put={task.item: {'tags': [*tags, *new]}})

    def _update_port(self, task: Task, vim: Vim, instance: Instance, port_id: str, changes: dict[str, Any]) -> None:
        ports = self._calls.resources[task.item]['ports']
        interface, net = next((one, net) for one, net in zip(instance.shared.ports, instance.shared.nets)
                              if ports.get(one.name, {}).get('id') == port_id)
        changes = placed(changes, self._calls.resources)
        if 'virtual_ips' in changes:
            changes['address_pairs'] = address_pairs(interface, changes.pop('virtual_ips'), self._calls.resources)
        port = self._calls.change(vim, task.id, 'update', port_id, lambda: vim.update_port(port_id, changes))
        self._calls.note('changed', task=task.id,
                         put={task.item: {'ports': {interface.name: port_entry(port, net, given(interface))}}})

    # Root disk -------------------------------------------------------------------------------------------------

    def _rebuild(self, task: Task, vim: Vim, ended: Ended) -> None:
        """Rebuild, or see one to its end that an earlier run began: it is begun again only where it failed."""
        instance, server_id, _image_id, begun, _stopped = task.spec
        step = Step(task, vim, instance, server_id, ended)
        if not begun:
            self._begin_rebuild(step)
            return

        def look(server: Server) -> None:
            if vim.action_error(server_id, begun):
                self._begin_rebuild(step)
            else:
                self._settle(step, server, rebuilding=None, rebuilt=begun)
                ended(End(task, None, 'rebuilt'))
        if self._get(step).status == 'ERROR':
            self._begin_rebuild(step)
        else:
            self._until(step, f'rebuild server {instance.name}', 'server_active', AT_REST, begun, look)

    def _begin_rebuild(self, step: Step) -> None:
        task, vim, instance, server_id, ended = step
        what = f'rebuild server {instance.name}'
        image_id, stopped = task.spec[2], task.spec[4]
        user_data = {'user_data': instance.user_data} if instance.rendered else {}
        request_id = self._calls.change(vim, task.id, 'rebuild', server_id,
                                        lambda: vim.rebuild_server(server_id, image_id, **user_data))
        # Once Nova has taken it, this is what is on the disk, or will be
        self._calls.note('changed', task=task.id, put={task.item: {
            **booted(instance), 'status': 'REBUILD', 'image_id': image_id, 'ready': None,
            'rebuilding': {'request_id': request_id, 'image_id': image_id}}})

        def done(server: Server) -> None:
            # Where no host takes it, Nova leaves the server as it was
            why = vim.action_error(server_id, request_id)
            self._settle(step, server, **({} if why else {'rebuilding': None, 'rebuilt': request_id}))
            ended(End(task, VimError(what, why, request_id=request_id) if why else None, 'rebuilt'))
        # Nova stops one again that was stopped, and for a moment it is ACTIVE with nothing under way
        self._until(step, what, 'server_active', ('SHUTOFF',) if stopped else AT_REST, request_id, done)

    # Interfaces ------------------------------------------------------------------------------------------------

    def _unplug(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id, ports, trunks, kept = task.spec
        step = Step(task, vim, instance, server_id, ended)
        requests = [self._calls.change(vim, task.id, 'detach', port_id,
                                       lambda port_id=port_id: vim.detach_interface(server_id, port_id))
                    for port_id in ports.values()]

        def why() -> str | None:
            return next((text for text in (vim.action_error(server_id, request) for request in requests if request) if text),
                        None)

        def told(_server: Server | None, error: VimError | None) -> None:
            try:
                if error is None:
                    release(self._calls, task, vim, trunks, {})
                    self._delete_ports(task, vim, {} if kept else ports)
                    self._settle_now(step)
                ended(End(task, error, '' if error else f'without {", ".join(ports)}'))
            except Exception as broken:  # refused, or the journal can not be written
                ended(End(task, broken, ''))
        self._waiters[vim.name].until_free(server_id, ports.values(), f'detach {", ".join(ports)} from server {instance.name}',
                                           self._limits['server_active'], told, why)

    def _delete_ports(self, task: Task, vim: Vim, ports: dict[str, str]) -> None:
        for interface, port_id in ports.items():
            self._calls.change(vim, task.id, 'delete', port_id, lambda port_id=port_id: vim.delete_port(port_id))
            self._calls.note('gone', task=task.id, gone={task.item: {'ports': {interface: port_id}}})

    def _plug(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id, names = task.spec
        ports = self._calls.resources[task.item]['ports']
        for name in names:
            port_id = ports[name]['id']
            self._calls.change(vim, task.id, 'attach', port_id,
                               lambda port_id=port_id: vim.attach_interface(server_id, port_id))
        self._settle_now(Step(task, vim, instance, server_id, ended))
        ended(End(task, None, f'with {", ".join(names)}'))
