# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups: made, and deleted unless a server of somebody else is in them."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim


class ServerGroups(Kind):
    """Does the tasks of server groups."""

    def verbs(self) -> dict[str, Verb]:
        return {'server_group.create': single(self._create), 'server_group.delete': single(self._delete)}

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec = task.spec
        self._calls.create(vim, 'server_group', [spec['mark']], task.id, lambda: vim.create_server_group(spec),
                           lambda rows: rows[0],
                           lambda made: {task.item: {'vim': vim.name, 'id': made.id, 'name': made.name,
                                                     'policy': made.policy, 'owned': True}})
        ended(End(task, None, 'created'))

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        there = vim.get_server_group(task.spec)
        if there is not None and there.members:
            # Nova would delete it all the same, and their affinity with it
            self._calls.note('left', task=task.id, gone={task.item: {'id': task.spec}})
            ended(End(task, None, 'left: a server still uses it'))
            return
        self._calls.change(vim, task.id, 'delete', task.spec, lambda: vim.delete_server_group(task.spec))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': task.spec}})
        ended(End(task, None, 'deleted'))
