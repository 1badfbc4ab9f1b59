# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many VDU instances may be down at once: edges of the task graph between one instance and the next."""

from __future__ import annotations

import graphlib

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task

#: Verbs of tasks that ask whether an instance is up.
CHECKS = frozenset({'server.ready', 'task_file.pass'})


def limit(context: Context, at_once: int) -> None:
    """Each instance's tasks begin when those of the one ``at_once`` places before it have ended well.

    VDUs that others depend on come first, since those wait for them anyway; then instances that only have to be seen to be up,
    and those that are down already.
    """
    tasks = context.plan.tasks
    of_item: dict[str, list[Task]] = {}
    for task in tasks.values():
        if context.asked.scope and task.item in context.asked.scope:
            of_item.setdefault(task.item, []).append(task)
    level = _levels(context)
    order = sorted(of_item, key=lambda item: (level.get(item.rpartition('/')[0], 0), _rank(context, of_item[item])))
    for before, item in zip(order, order[at_once:]):
        needed = {task_id for task in of_item[before] for task_id in task.after}
        last = tuple(task.id for task in of_item[before] if task.id not in needed)
        mine = {task.id for task in of_item[item]}
        for task in of_item[item]:
            if not mine.intersection(task.after):
                tasks[task.id] = tasks[task.id]._replace(after=(*tasks[task.id].after, *last))


def _levels(context: Context) -> dict[str, int]:
    """How many VDUs stand one behind the other before each one, by the beginning of its instances' record keys."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter(
        {f'vdu:{vnf.name}/{vdu.name}': [f'vdu:{ref}' if '/' in ref else f'vdu:{vnf.name}/{ref}' for ref in vdu.depends_on]
         for _path, vnf, vdu in context.vdus()})
    sorter.prepare()
    level: dict[str, int] = {}
    number = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        level.update(dict.fromkeys(ready, number))
        sorter.done(*ready)
        number += 1
    return level


def _rank(context: Context, tasks: list[Task]) -> int:
    if all(task.verb in CHECKS for task in tasks):
        return 0
    task = tasks[0]
    server = context.live[task.vim].servers.get(context.record.get(task.item, {}).get('id', ''))
    return 2 if server is not None and server.status == 'ACTIVE' else 1
