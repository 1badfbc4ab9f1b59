# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers drained by the user's task file and stopped, before they are off or deleted."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.nfv.mano.plugins.module_utils.plan import power
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Stop
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task, TaskFile
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Drain


def drain(context: Context, asked: Drain | None, vim: str, item: str, patience: float | None,
          done: Collection[str]) -> tuple[str, ...]:
    """The task after which a guest has had its time to end what it does; none where it has no task file, or had it already.

    :param patience: seconds; None: as the document says.
    :param done: ids of tasks that this operation has done already.
    """
    task_id = f'drain {item}'
    if asked is None or task_id in done:
        return ()
    wanted = TaskFile(asked.task_file, 'drain', item.partition(':')[2].rpartition('/')[0], float(patience or asked.timeout_s),
                      must_pass=False)
    return (context.plan.add(Task(task_id, 'task_file.pass', vim, item, None, (), wanted)),)


def plan_stops(context: Context, asked: Stop) -> None:
    """Every server that is to be deleted is stopped before, as long as that takes no longer than it may."""
    stopped = set()
    for task in [one for one in context.plan.tasks.values() if one.verb == 'server.delete']:
        server_id, name, _was_error = task.spec
        server = context.live[task.vim].servers.get(server_id)
        if server is None or server.status != 'ACTIVE':
            continue
        drained = drain(context, asked.drains.get(task.item.rpartition('/')[0]), task.vim, task.item, asked.patience, asked.done)
        spec = (name, server_id, power.steps('ACTIVE', 'SHUTOFF'), asked.patience)
        stop = context.plan.add(Task(f'stop {task.id.partition(" ")[2]}', 'server.stop', task.vim, task.item, spec, drained))
        context.plan.add(task._replace(after=(*task.after, stop)))
        stopped.add(task.item.partition(':')[2])
    context.plan.changes = [change._replace(detail=f'{change.detail}, stopped first')
                            if change.kind == 'vdu' and change.name in stopped else change for change in context.plan.changes]
