# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each verb of the task graph does, in terms of a VIM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, entry, port_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

Ended = Callable[[End], None]
#: Statuses from which a server is woken.
ASLEEP = frozenset({'SHUTOFF', 'PAUSED', 'SUSPENDED'})
#: Nova finds a status by server state and task state, each on its own: several statuses of one state match too much. So lists
#: are asked only by statuses that a server state has for itself, and a server in any other one is looked at by itself.
LISTED = frozenset({'BUILD'})


class Actions:
    """Does tasks on the VIMs of one operation (a :class:`Performer`).

    :param limits: seconds a server may take: 'server_active', 'server_delete'.
    """

    def __init__(self, vims: Mapping[str, Vim], calls: Calls, ns_id: str, limits: Mapping[str, float]) -> None:
        self._vims = vims
        self._calls = calls
        self._limits = limits
        self._waiters = {name: Waiter(vim, ns_id) for name, vim in vims.items()}
        self._verbs: dict[str, Callable[[Task, Vim, Ended], None]] = {
            'flavor.create': self._create_flavor, 'flavor.delete': self._delete_flavor,
            'net.create': self._create_net, 'net.update': self._update_net, 'net.delete': self._delete_net,
            'ports.delete': self._delete_ports, 'server.create': self._create_server,
            'server.await': self._await_server, 'server.update': self._update_server,
            'server.delete': self._delete_server}

    def stop(self) -> None:
        """Give up waiting; calls in flight end by themselves."""
        self._calls.stop()
        for vim in self._vims.values():
            vim.abort()
        for waiter in self._waiters.values():
            waiter.stop()

    def perform(self, tasks: list[Task], ended: Ended) -> None:
        vim = self._vims[tasks[0].vim]
        if tasks[0].verb == 'ports.create':
            self._create_ports(tasks, vim, ended)
        else:
            self._verbs[tasks[0].verb](tasks[0], vim, ended)

    # Flavors -------------------------------------------------------------------------------------------------

    def _create_flavor(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        sizes = {key: spec[key] for key in ('vcpus', 'ram_mib', 'disk_gib', 'ephemeral_gib', 'swap_mib', 'extra_specs')}
        self._calls.create(vim, 'flavor', [spec['mark']], task.id, lambda: vim.create_flavor(spec), lambda rows: rows[0],
                           lambda made: {task.item: {'vim': vim.name, 'id': made.id, 'name': made.name, 'owned': True,
                                                     **sizes}})
        ended(End(task, None, 'created'))

    def _delete_flavor(self, task: Task, vim: Vim, ended: Ended) -> None:
        if vim.flavor_in_use(task.spec):
            self._calls.note('left', task=task.id, gone={task.item: {'id': task.spec}})
            ended(End(task, None, 'left: a server still uses it'))
            return
        self._calls.change(vim, task.id, 'delete', task.spec, lambda: vim.delete_flavor(task.spec))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': task.spec}})
        ended(End(task, None, 'deleted'))

    # Networks ------------------------------------------------------------------------------------------------

    def _create_net(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        made = self._calls.create(
            vim, 'net', [spec['mark']], task.id, lambda: vim.create_network(spec), lambda rows: rows[0],
            lambda net: {task.item: {'vim': vim.name, 'id': net.id, 'name': net.name, 'owned': True, 'subnets': []}})
        self._create_subnets(task, vim, made.id, spec['subnets'], [])
        ended(End(task, None, 'created'))

    def _create_subnets(self, task: Task, vim: Vim, network_id: str, specs: list[dict[str, Any]],
                        there: list[dict[str, str]]) -> None:
        if specs:
            self._calls.create(
                vim, 'subnet', [spec['mark'] for spec in specs], task.id,
                lambda: vim.create_subnets(network_id, specs), lambda rows: rows,
                lambda subnets: {task.item: {'subnets': there + [{'id': one.id, 'cidr': one.cidr} for one in subnets]}})

    def _update_net(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        if spec['network']:
            self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_network(spec['id'], spec['network']))
        for subnet_id, changes in spec['subnets'].items():
            self._calls.change(vim, task.id, 'update', subnet_id,
                               lambda subnet_id=subnet_id, changes=changes: vim.update_subnet(subnet_id, changes))
        self._calls.note('changed', task=task.id, put={task.item: {**spec['entry'], 'name': spec['name']}})
        self._create_subnets(task, vim, spec['id'], spec['new_subnets'], spec['entry']['subnets'])
        ended(End(task, None, 'updated'))

    def _delete_net(self, task: Task, vim: Vim, ended: Ended) -> None:
        self._calls.change(vim, task.id, 'delete', task.spec, lambda: vim.delete_network(task.spec))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': task.spec}})
        ended(End(task, None, 'deleted'))

    # Ports ---------------------------------------------------------------------------------------------------

    def _create_ports(self, tasks: list[Task], vim: Vim, ended: Ended) -> None:
        """Ports of several instances in one bulk call. Neutron makes all or none: a refused bulk is halved until only
        the offenders fail."""
        specs = [[task.spec[0].port_spec(place, self._calls.resources) for place in task.spec[1]] for task in tasks]
        try:
            self._bulk_ports(tasks, specs, vim)
        except VimError as error:
            if len(tasks) == 1 or error.status not in (400, 404, 409, 500):
                for task in tasks:
                    ended(End(task, error, ''))
                return
            half = len(tasks) // 2
            self._create_ports(tasks[:half], vim, ended)
            self._create_ports(tasks[half:], vim, ended)
            return
        for task, mine in zip(tasks, specs):
            ended(End(task, None, f'{len(mine)} port{"s" if len(mine) != 1 else ""}'))

    def _bulk_ports(self, tasks: list[Task], specs: list[list[dict[str, Any]]], vim: Vim) -> None:
        flat = [spec for mine in specs for spec in mine]

        def puts(ports: list[Any]) -> dict[str, dict[str, Any]]:
            made = iter(ports)
            return {task.item: {'vim': vim.name, 'ports': {spec['interface']: port_entry(next(made), spec['net'])
                                                           for spec in mine}} for task, mine in zip(tasks, specs)}
        self._calls.create(vim, 'port', [spec['mark'] for spec in flat], tasks[0].id, lambda: vim.create_ports(flat),
                           lambda rows: rows, puts)

    def _delete_ports(self, task: Task, vim: Vim, ended: Ended) -> None:
        record = self._calls.resources.get(task.item, {})
        recorded = {port['id'] for port in record.get('ports', {}).values()}
        if 'id' in record and recorded.intersection(task.spec.values()):
            # An instance's own ports go after its server: one that is in the record still went without our seeing it
            self._calls.note('gone', task=task.id, gone={task.item: {'id': record['id']}})
        for interface, port_id in task.spec.items():
            self._calls.change(vim, task.id, 'delete', port_id, lambda port_id=port_id: vim.delete_port(port_id))
            self._calls.note('gone', task=task.id, gone={task.item: {'ports': {interface: port_id}}})
        ended(End(task, None, f'{len(task.spec)} port{"s" if len(task.spec) != 1 else ""} deleted'))

    # Servers -------------------------------------------------------------------------------------------------

    def _create_server(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance: Instance = task.spec
        spec = instance.server_spec(self._calls.resources)
        server_id, request_id = self._calls.create(
            vim, 'server', [spec['mark']], task.id, lambda: vim.create_server(spec), lambda rows: (rows[0].id, ''),
            lambda made: {task.item: {'vim': vim.name, 'id': made[0], 'request_id': made[1], 'name': spec['name'],
                                      'status': 'BUILD', 'flavor_key': instance.shared.flavor['key'],
                                      'image': instance.shared.image, 'image_id': spec['image_id']}})
        self._until_active(task, vim, instance, server_id, f'create server {spec["name"]}', LISTED, ended,
                           request_id)

    def _await_server(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, server_id, status = task.spec
        self._until_active(task, vim, instance, server_id, f'create server {instance.name}', LISTED & {status}, ended)

    def _until_active(self, task: Task, vim: Vim, instance: Instance, server_id: str, what: str,
                      while_in: frozenset[str], ended: Ended, request_id: str = '') -> None:
        def settled(server: Server | None, error: VimError | None) -> None:
            try:
                if error is not None:
                    error.request_id = error.request_id or request_id
                if server is not None:
                    record = self._calls.resources.get(task.item, {})
                    values = entry(instance, {}, server)
                    # Ports are in the record since they were made; the plan's state is from before
                    self._calls.note('settled', task=task.id, put={task.item: {**values, 'ports': record.get('ports', {})}})
            except Exception as broken:  # the journal can not be written: nothing may count as done
                ended(End(task, broken, ''))
                return
            ended(End(task, error, 'ACTIVE' if error is None else ''))
        self._waiters[vim.name].until_active(server_id, what, self._limits['server_active'], settled, while_in)

    def _update_server(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        if spec['server']:
            self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_server(spec['id'], spec['server']))
        for port_id, changes in spec['ports'].items():
            self._calls.change(vim, task.id, 'update', port_id,
                               lambda port_id=port_id, changes=changes: vim.update_port(port_id, changes))
        if spec['action']:
            self._calls.change(vim, task.id, spec['action'], spec['id'],
                               lambda: vim.server_action(spec['id'], spec['action']))
        instance: Instance = spec['instance']
        self._until_active(task, vim, instance, spec['id'], f'update server {instance.name}', ASLEEP, ended)

    def _delete_server(self, task: Task, vim: Vim, ended: Ended) -> None:
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
