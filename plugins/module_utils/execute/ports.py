# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of VDU instances and virtual IPs: made in bulk, and deleted."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import port_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.trunk import is_subport
from ansible_collections.nfv.mano.plugins.module_utils.plan.virtual_ip import PORT
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim


def placed(changes: dict[str, Any], resources: Resources) -> dict[str, Any]:
    """A port's changes with the subnet that it moves to by its id, which is known by now."""
    if 'subnet' not in changes:
        return dict(changes)
    net, cidr = changes['subnet']
    subnets = {subnet['cidr']: subnet['id'] for subnet in resources[net]['subnets']}
    return {**{key: value for key, value in changes.items() if key != 'subnet'}, 'fixed_ips': [(subnets[cidr], None)]}


class Ports(Kind):
    """Does the tasks of ports."""

    def verbs(self) -> dict[str, Verb]:
        return {'ports.create': self._create, 'ports.delete': single(self._delete), 'ports.keep': single(self._keep),
                'ports.release': single(self._release),
                'virtual_ip.update': single(self._update_virtual_ip)}

    def _create(self, tasks: list[Task], vim: Vim, ended: Ended) -> None:
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
            self._create(tasks[:half], vim, ended)
            self._create(tasks[half:], vim, ended)
            return
        for task, mine in zip(tasks, specs):
            ended(End(task, None, f'{len(mine)} port{"s" if len(mine) != 1 else ""}'))

    def _bulk_ports(self, tasks: list[Task], specs: list[list[dict[str, Any]]], vim: Vim) -> None:
        flat = [spec for mine in specs for spec in mine]

        def puts(ports: list[Any]) -> dict[str, dict[str, Any]]:
            made = iter(ports)
            return {task.item: {'vim': vim.name, **self._kept(task), 'ports': {
                spec['interface']: port_entry(next(made), spec['net'], spec['given']) for spec in mine}}
                for task, mine in zip(tasks, specs)}
        self._calls.create(vim, 'port', [spec['mark'] for spec in flat], tasks[0].id, lambda: vim.create_ports(flat),
                           lambda rows: rows, puts)

    def _kept(self, task: Task) -> dict[str, Any]:
        """The record's entries of ports that are kept beside those that a task makes for their interfaces."""
        names = task.spec[2] if len(task.spec) > 2 else ()
        return {'kept_ports': {name: self._calls.resources[task.item]['ports'][name] for name in names}} if names else {}

    def _keep(self, task: Task, vim: Vim, ended: Ended) -> None:
        """Another mark than that of the port that is made in its place: what a lost reply is looked for by."""
        for port_id, mark in task.spec.values():
            changes = {'description': mark}
            self._calls.change(vim, task.id, 'update', port_id,
                               lambda port_id=port_id, changes=changes: vim.update_port(port_id, changes))
        ended(End(task, None, f'ports of {", ".join(task.spec)} kept'))

    def _release(self, task: Task, vim: Vim, ended: Ended) -> None:
        for interface, (port_id, goes) in task.spec.items():
            if goes:
                self._calls.change(vim, task.id, 'delete', port_id, lambda port_id=port_id: vim.delete_port(port_id))
            self._calls.note('gone', task=task.id, gone={task.item: {'kept_ports': {interface: port_id}}})
        ended(End(task, None, f'{len(task.spec)} kept port{"s" if len(task.spec) != 1 else ""} deleted'))

    def _update_virtual_ip(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        changes = placed(spec['changes'], self._calls.resources)
        port = self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_port(spec['id'], changes))
        self._calls.note('changed', task=task.id, put={task.item: {'ports': {PORT: port_entry(port, spec['net'])}}})
        ended(End(task, None, ' '.join(address for _subnet, address in port.fixed_ips)))

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        record = self._calls.resources.get(task.item, {})
        recorded = {port['id'] for name, port in record.get('ports', {}).items() if not is_subport(name)}
        if 'id' in record and recorded.intersection(task.spec.values()):
            # An instance's own ports go after its server: one that is in the record still went without our seeing it
            self._calls.note('gone', task=task.id, gone={task.item: {'id': record['id']}})
        for interface, port_id in task.spec.items():
            self._calls.change(vim, task.id, 'delete', port_id, lambda port_id=port_id: vim.delete_port(port_id))
            self._calls.note('gone', task=task.id, gone={task.item: {'ports': {interface: port_id}}})
        ended(End(task, None, f'{len(task.spec)} port{"s" if len(task.spec) != 1 else ""} deleted'))
