# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks and their subnets: made, changed and deleted."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.net import subnet_entries
from ansible_collections.nfv.mano.plugins.module_utils.plan.provider import seen
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim


class Nets(Kind):
    """Does the tasks of virtual links."""

    def verbs(self) -> dict[str, Verb]:
        return {'net.create': single(self._create), 'net.update': single(self._update), 'net.delete': single(self._delete),
                'subnets.delete': single(self._delete_subnets)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        made = self._calls.create(
            vim, 'net', [spec['mark']], task.id, lambda: vim.create_network(spec), lambda rows: rows[0],
            lambda net: {task.item: {'vim': vim.name, 'id': net.id, 'name': net.name, 'owned': True, 'subnets': [],
                                     'qos_policy_id': spec['qos_policy_id'], 'provider': {**spec['provider'], **seen(net)}}})
        self._create_subnets(task, vim, made.id, spec['subnets'], [])
        ended(End(task, None, 'created'))

    def _create_subnets(self, task: Task, vim: Vim, network_id: str, specs: list[dict[str, Any]],
                        there: list[dict[str, str]]) -> None:
        if specs:
            self._calls.create(
                vim, 'subnet', [spec['mark'] for spec in specs], task.id,
                lambda: vim.create_subnets(network_id, specs), lambda rows: rows,
                lambda subnets: {task.item: {'subnets': sorted(there + subnet_entries(subnets), key=lambda one: one['cidr'])}})

    def _update(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        if spec['network']:
            self._calls.change(vim, task.id, 'update', spec['id'], lambda: vim.update_network(spec['id'], spec['network']))
        for subnet_id, changes in spec['subnets'].items():
            self._calls.change(vim, task.id, 'update', subnet_id,
                               lambda subnet_id=subnet_id, changes=changes: vim.update_subnet(subnet_id, changes))
        self._calls.note('changed', task=task.id, put={task.item: {**spec['entry'], 'name': spec['name']}})
        self._create_subnets(task, vim, spec['id'], spec['new_subnets'], spec['entry']['subnets'])
        ended(End(task, None, 'updated'))

    def _delete_subnets(self, task: Task, vim: Vim, ended: Ended) -> None:
        for subnet_id in task.spec:
            self._calls.change(vim, task.id, 'delete', subnet_id, lambda subnet_id=subnet_id: vim.delete_subnet(subnet_id))
            left = [subnet for subnet in self._calls.resources[task.item]['subnets'] if subnet['id'] != subnet_id]
            self._calls.note('changed', task=task.id, put={task.item: {'subnets': left}})
        ended(End(task, None, f'{len(task.spec)} subnet{"s" if len(task.spec) != 1 else ""} deleted'))

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        self._calls.change(vim, task.id, 'delete', task.spec, lambda: vim.delete_network(task.spec))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': task.spec}})
        ended(End(task, None, 'deleted'))
