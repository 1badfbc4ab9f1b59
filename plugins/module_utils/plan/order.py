# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order among VDUs: when an instance counts as up, and who is up before whom."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task, TaskFile
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu, Vnf

#: Tasks that bring an instance up, by the beginning of their id.
MAKING = ('create', 'await')
#: Tasks after which it boots once more, the last thing but its power state that is done to it.
BOOTING = ('rebuild', 'resize')


class Check(NamedTuple):
    """What is asked of an instance before it counts as up; ``text`` is what the record keeps of it once it held."""

    interface: str
    tcp_port: int
    timeout: float
    text: str


def plan_order(context: Context) -> None:
    """Checks behind the servers that they are for, and servers behind all instances of the VDUs that theirs depends on."""
    if not any(vdu.depends_on or vdu.ready for _path, _vnf, vdu in context.vdus()):
        return
    ends: dict[str, list[str]] = {}
    for _path, vnf, vdu in context.vdus():
        ends[f'{vnf.name}/{vdu.name}'] = [end for index in range(vdu.count) for end in _ends(context, vnf, vdu, index)]
    for _path, vnf, vdu in context.vdus():
        before = [key for key in (ref if '/' in ref else f'{vnf.name}/{ref}' for ref in vdu.depends_on) if ends[key]]
        ups = tuple(_up(context, key, ends[key]) for key in before)
        for index in range(vdu.count if ups else 0):
            task = context.plan.tasks.get(f'create vdu:{vnf.name}/{vdu.name}/{index}')
            if task is not None:
                context.plan.add(task._replace(after=(*task.after, *ups)))


def _ends(context: Context, vnf: Vnf, vdu: Vdu, index: int) -> list[str]:
    """The tasks after which one instance is up; none where it is up already."""
    item = f'vdu:{vnf.name}/{vdu.name}/{index}'
    if not context.touches(item):
        return []
    made = [task_id for task_id in (f'{verb} {item}' for verb in MAKING) if task_id in context.plan.tasks]
    if not made and any(f'{verb} {item}' in context.plan.tasks for verb in BOOTING):
        made = [task_id for task_id in (f'{verb} {item}' for verb in (*BOOTING, 'power')) if task_id in context.plan.tasks]
    record = context.record.get(item, {})
    # What is to be stopped answers nobody
    if vdu.ready is None or item in context.power or not (made or 'id' in record):
        return made
    task = _check(vnf, vdu, item)
    text = task.spec['ready'] if task.task_file else task.spec.text
    if not made and record.get('ready') == text:
        return made
    if not made:
        context.plan.changes.append(Change('update', 'vdu', item.partition(':')[2], task.vim,
                                           f'check that {text} {"passes" if task.task_file else "answers"}', 'not checked yet'))
        made = [task_id for task_id in (f'update {item}',) if task_id in context.plan.tasks]
    return [context.plan.add(task._replace(after=tuple(made)))]


def _check(vnf: Vnf, vdu: Vdu, item: str) -> Task:
    """The task that asks an instance."""
    ready, vim = vdu.ready, vdu.vim or 'default'
    if ready.task_file is not None:
        wanted = TaskFile(ready.task_file, 'ready', f'{vnf.name}/{vdu.name}', float(ready.timeout_s))
        return Task(f'ready {item}', 'task_file.pass', vim, item, {'ready': f'task file {ready.task_file}'}, (), wanted)
    managed = [interface.name for interface in vdu.interfaces if interface.management] or [vdu.interfaces[0].name]
    check = Check(managed[0], ready.tcp_port, float(ready.timeout_s), f'TCP port {ready.tcp_port} of {managed[0]}')
    return Task(f'ready {item}', 'server.ready', vim, item, check, ())


def _up(context: Context, key: str, ends: list[str]) -> str:
    """One task that ends when every instance of a VDU is up: edges from each to each would be a product."""
    task_id = f'up vdu:{key}'
    if task_id not in context.plan.tasks:
        first = context.plan.tasks[ends[0]]
        context.plan.add(Task(task_id, 'vdu.up', first.vim, f'vdu:{key}', len(ends), tuple(ends)))
    return task_id
