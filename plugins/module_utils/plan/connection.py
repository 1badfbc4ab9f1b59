# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces of VDU instances on other virtual links, one instance after the other or all at once; old ports go last."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import floating_ip, kept_ports, net, power
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import Difference
from ansible_collections.nfv.mano.plugins.module_utils.plan.in_place import plan_changes
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, Shared
from ansible_collections.nfv.mano.plugins.module_utils.plan.interfaces import compare_interfaces
from ansible_collections.nfv.mano.plugins.module_utils.plan.operate import find_server, way_out
from ansible_collections.nfv.mano.plugins.module_utils.plan.vdu import connected


def plan_connections(context: Context, moved: frozenset[str]) -> None:
    """The ports of the interfaces that are meant, and the floating IPs on them; nothing else is compared."""
    net.plan_links(context)
    net.forget_found(context)
    for path, vnf, vdu in context.vdus():
        names = frozenset(one.name for one in vdu.interfaces if f'{vnf.name}/{vdu.name}/{one.name}' in moved)
        shared = connected(context, path, vnf, vdu) if names else None
        for index in range(vdu.count):
            if shared is None or not _plan_instance(context, shared, index, names):
                context.plan.unchanged += 1
    floating_ip.plan_floating_ips(context)


def _plan_instance(context: Context, shared: Shared, index: int, names: frozenset[str]) -> bool:
    """Whether there is something to do."""
    key = f'{shared.vnf.name}/{shared.vdu.name}/{index}'
    item = f'vdu:{key}'
    instance = Instance(shared, index, key, None, context.power.get(item, 'ACTIVE'), rendered=False)
    record = kept_ports.in_use(context, instance, item, context.record.get(item, {}))
    server = find_server(context, shared.vim, key, record)
    if server is None:
        context.problem(item, 'its server is gone from the VIM; nfv.mano.heal makes it again')
        return True
    difference = Difference()
    compare_interfaces(instance, record, server, difference, names)
    for problem in difference.problems:
        context.problem(item, problem)
    if not difference.texts:
        return False
    if server.status not in power.WELL:
        context.problem(item, f'its server is {server.status}, and interfaces are moved only in {", ".join(sorted(power.WELL))}'
                        f'{way_out(server)}')
        return True
    plan_changes(context, instance, item, record, server, difference)
    return True


def plan_commit(context: Context) -> None:
    """Old ports are deleted when all that was asked for is done: until then a rollback puts them back."""
    needed = {task_id for task in context.plan.tasks.values() for task_id in task.after}
    last = tuple(task_id for task_id in context.plan.tasks if task_id not in needed)
    for item, (vim, going) in context.commit.items():
        if going:
            kept_ports.release(context, vim, item, going, last)
