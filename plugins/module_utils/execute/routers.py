# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routers: made, connected to subnets, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.router import Leg, router_entry
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Router


class Routers(Kind):
    """Does the tasks of routers."""

    def verbs(self) -> dict[str, Verb]:
        return {'router.create': single(self._create), 'router.update': single(self._update),
                'router.detach': single(self._detach), 'router.delete': single(self._delete)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        networks = self._networks(spec['nets'])
        made: Router = self._calls.create(
            vim, 'router', [spec['mark']], task.id, lambda: vim.create_router(spec), lambda rows: rows[0],
            lambda router: {task.item: {**router_entry(vim.name, router), 'networks': networks}})
        self._attach(task, vim, made.id, spec['legs'])
        ended(End(task, None, 'created'))

    def _networks(self, nets: Sequence[str]) -> dict[str, str]:
        return {net: self._calls.resources[net]['id'] for net in nets}

    def _attach(self, task: Task, vim: Vim, router_id: str, legs: Sequence[Leg]) -> None:
        for leg in legs:
            for subnet in self._calls.resources[leg.net]['subnets']:
                if leg.cidr in (None, subnet['cidr']):
                    self._calls.change(vim, task.id, 'connect', router_id, lambda leg=leg, subnet=subnet:
                                       vim.add_router_interface(router_id, subnet['id'], leg.privileged))

    def _update(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        entry = spec['entry']
        if spec['router']:
            changed: list[Router] = []
            self._calls.change(vim, task.id, 'update', spec['id'],
                               lambda: changed.append(vim.update_router(spec['id'], spec['router'])))
            entry = router_entry(vim.name, changed[0])
        # Before the calls: what is on its networks is known to be ours then
        self._calls.note('changed', task=task.id, put={task.item: {**entry, 'networks': self._networks(spec['nets'])}})
        self._attach(task, vim, spec['id'], spec['attach'])
        ended(End(task, None, 'updated'))

    def _detach(self, task: Task, vim: Vim, ended: Ended) -> None:
        router_id, subnets = task.spec
        self._take_off(task, vim, router_id, subnets)
        ended(End(task, None, f'taken off {len(subnets)} subnet{"s" if len(subnets) != 1 else ""}'))

    def _take_off(self, task: Task, vim: Vim, router_id: str, subnets: Sequence[str]) -> None:
        for subnet_id in subnets:
            self._calls.change(vim, task.id, 'disconnect', router_id,
                               lambda subnet_id=subnet_id: vim.remove_router_interface(router_id, subnet_id))

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        router_id, subnets = task.spec
        self._take_off(task, vim, router_id, subnets)
        self._calls.change(vim, task.id, 'delete', router_id, lambda: vim.delete_router(router_id))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': router_id}})
        ended(End(task, None, 'deleted'))
