# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks of VDU instances: made on a port, their subports put on and taken off, deleted."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Trunk


def release(calls: Calls, task: Task, vim: Vim, trunks: Mapping[str, str], subports: Mapping[str, tuple[str, str]]) -> None:
    """Delete trunks (ids by interface), and take subports off others ((trunk's id, port's id) by name)."""
    off: dict[str, list[str]] = {}
    for trunk_id, port_id in subports.values():
        off.setdefault(trunk_id, []).append(port_id)
    for trunk_id, port_ids in off.items():
        calls.change(vim, task.id, 'take off', trunk_id, lambda one=trunk_id, ids=port_ids: vim.remove_subports(one, ids))
    for interface, trunk_id in trunks.items():
        calls.change(vim, task.id, 'delete', trunk_id, lambda one=trunk_id: vim.delete_trunk(one))
        calls.note('gone', task=task.id, gone={task.item: {'trunks': {interface: trunk_id}}})


class Trunks(Kind):
    """Does the tasks of trunks."""

    def verbs(self) -> dict[str, Verb]:
        return {'trunks.release': single(self._release), 'trunks.set': single(self._set)}

    def _release(self, task: Task, vim: Vim, ended: Ended) -> None:
        trunks, subports = task.spec
        release(self._calls, task, vim, trunks, subports)
        ended(End(task, None, f'{len(trunks)} trunk{"s" if len(trunks) != 1 else ""} deleted' if trunks else
                  f'{len(subports)} subport{"s" if len(subports) != 1 else ""} taken off'))

    def _set(self, task: Task, vim: Vim, ended: Ended) -> None:
        """Make trunks, or put subports on those that are there; the ports are in the record by now."""
        instance, wanted = task.spec
        ports = self._calls.resources[task.item]['ports']
        for interface, (trunk_id, vlans) in wanted.items():
            subports = {ports[name]['id']: vlan for name, vlan in vlans.items()}
            if trunk_id is None:
                spec = {'name': f'{instance.name}-{interface}', 'mark': instance.mark(f'trunk.{interface}'),
                        'port_id': ports[interface]['id'], 'subports': subports}
                self._create(task, vim, interface, spec)
                continue
            self._calls.change(vim, task.id, 'put on', trunk_id,
                               lambda one=trunk_id, these=subports: vim.add_subports(one, these))
            self._calls.note('changed', task=task.id, put={task.item: {'trunks': {interface: {'id': trunk_id}}}})
        ended(End(task, None, f'trunk of {", ".join(wanted)}'))

    def _create(self, task: Task, vim: Vim, interface: str, spec: dict[str, object]) -> None:
        def puts(trunk: Trunk) -> dict[str, dict[str, object]]:
            return {task.item: {'trunks': {interface: {'id': trunk.id}}}}
        self._calls.create(vim, 'trunk', [str(spec['mark'])], task.id, lambda: vim.create_trunk(spec), lambda rows: rows[0], puts)
