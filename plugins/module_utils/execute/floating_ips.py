# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Floating IPs of VDU instances: allocated, associated and given back."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp


class FloatingIps(Kind):
    """Does the tasks of floating IPs."""

    def verbs(self) -> dict[str, Verb]:
        return {'floating_ip.create': single(self._create), 'floating_ip.associate': single(self._associate),
                'floating_ips.release': single(self._release)}

    def _port_id(self, task: Task) -> str:
        """The port of the interface: known to the plan, or made meanwhile."""
        spec = task.spec
        return spec['port_id'] or self._calls.resources[task.item]['ports'][spec['interface']]['id']

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec: dict[str, Any] = {**task.spec, 'port_id': self._port_id(task)}
        made: FloatingIp = self._calls.create(
            vim, 'floating_ip', [spec['mark']], task.id, lambda: vim.create_floating_ip(spec), lambda rows: rows[0],
            lambda one: {task.item: {'vim': vim.name, 'floating_ips': {
                spec['interface']: {'id': one.id, 'address': one.address, 'owned': True}}}})
        ended(End(task, None, f'floating IP {made.address}'))

    def _associate(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec, port_id = task.spec, self._port_id(task)
        entry = spec['entry']
        # Before the call: one that was only associated is to be disassociated again
        self._calls.note('changed', task=task.id, put={task.item: {'vim': vim.name, 'floating_ips': {spec['interface']: entry}}})
        self._calls.change(vim, task.id, 'associate', entry['id'], lambda: vim.associate_floating_ip(entry['id'], port_id))
        ended(End(task, None, f'floating IP {entry["address"]}'))

    def _release(self, task: Task, vim: Vim, ended: Ended) -> None:
        """By interface (id, what to do: 'release', 'disassociate', or 'forget' what others have by now)."""
        given_back = task.spec['interfaces']
        for interface, (floating_ip_id, what) in given_back.items():
            if what == 'release':
                self._calls.change(vim, task.id, 'delete', floating_ip_id,
                                   lambda one=floating_ip_id: vim.release_floating_ip(one))
            elif what == 'disassociate':
                self._calls.change(vim, task.id, 'disassociate', floating_ip_id,
                                   lambda one=floating_ip_id: vim.associate_floating_ip(one, None))
            self._calls.note('gone', task=task.id, gone={task.item: {'floating_ips': {interface: floating_ip_id}}})
        if task.spec['forget']:
            self._calls.note('forgotten', task=task.id, forget=[task.item])
        ended(End(task, None, f'{len(given_back)} floating IP{"s" if len(given_back) != 1 else ""} given back'))
