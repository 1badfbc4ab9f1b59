# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors: made and deleted."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim


class Flavors(Kind):
    """Does the tasks of flavors."""

    def verbs(self) -> dict[str, Verb]:
        return {'flavor.create': single(self._create), 'flavor.delete': single(self._delete)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        sizes = {key: spec[key] for key in ('vcpus', 'ram_mib', 'disk_gib', 'ephemeral_gib', 'swap_mib', 'extra_specs')}
        made = self._calls.create(
            vim, 'flavor', [spec['mark']], task.id, lambda: vim.create_flavor(spec), lambda rows: rows[0],
            lambda made: {task.item: {'vim': vim.name, 'id': made.id, 'name': made.name, 'owned': True, **sizes}})
        self._calls.change(vim, task.id, 'update', made.id, lambda: vim.complete_flavor(made.id, spec))
        ended(End(task, None, 'created'))

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        if vim.flavor_in_use(task.spec):
            self._calls.note('left', task=task.id, gone={task.item: {'id': task.spec}})
            ended(End(task, None, 'left: a server still uses it'))
            return
        self._calls.change(vim, task.id, 'delete', task.spec, lambda: vim.delete_flavor(task.spec))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': task.spec}})
        ended(End(task, None, 'deleted'))
