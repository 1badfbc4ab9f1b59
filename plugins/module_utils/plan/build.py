# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan from target, record and VIM state: pure, linear in the number of VDU instances."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor, net, order, server_group, twins, vdu, volume
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan

#: How kinds are listed to people.
KIND_ORDER = ('flavor', 'net', 'server_group', 'volume', 'vdu')


def make_plan(context: Context) -> Plan:
    """Changes with reasons and the graph of their tasks.

    :param context: target (None: everything goes), record and VIM state.
    :returns: the plan; what stands against it is in ``problems``, and then it must not be executed.
    """
    plan = context.plan = Plan(context.ns_name)
    net.plan_links(context)
    server_group.plan_groups(context)
    flavors_in_use = vdu.plan_vdus(context)
    order.plan_order(context)
    vdu.plan_removed(context)
    volume.plan_removed(context)
    twins.plan_ports(context)
    twins.plan_volumes(context)
    net.plan_removed(context)
    twins.plan_networks(context)
    server_group.plan_members(context)
    server_group.plan_unused(context)
    flavor.plan_unused(context, flavors_in_use)
    if not context.allow_delete:
        for change in plan.changes:
            if change.loses_data:
                context.problem(f'{change.kind}:{change.name}', f'would be {_PAST[change.action]} ({change.reason}'
                                f'{": " + change.detail if change.detail else ""}); set nfv_allow_delete to true if '
                                'that is meant')
    plan.changes.sort(key=lambda change: KIND_ORDER.index(change.kind))
    return plan


_PAST = {'delete': 'deleted', 'replace': 'replaced, and lose what is on its ephemeral disk'}
