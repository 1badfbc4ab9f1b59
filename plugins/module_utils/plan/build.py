# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan from target, record and VIM state: pure, linear in the number of VDU instances."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import (
    connection,
    described,
    flavor,
    floating_ip,
    graceful,
    move,
    net,
    operate,
    order,
    rolling,
    router,
    sdn_net,
    server_group,
    snapshot,
    subnets,
    twins,
    vdu,
    virtual_ip,
    volume,
)
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan

#: How kinds are listed to people.
KIND_ORDER = ('ns', 'vnf', 'host', 'flavor', 'net', 'router', 'virtual_ip', 'server_group', 'volume', 'vdu', 'floating_ip',
              'sdn_net', 'snapshot')


def make_plan(context: Context) -> Plan:
    """Changes with reasons and the graph of their tasks.

    :param context: target (None: everything goes), record and VIM state.
    :returns: the plan; what stands against it is in ``problems``, and then it must not be executed.
    """
    plan = context.plan = Plan(context.ns_name)
    asked = context.asked
    snapshot.note_standing(context)
    if asked.operate:
        operate.plan_operate(context, asked.operate)
    elif asked.move:
        move.plan_moves(context, asked.move)
        sdn_net.plan_sdn_nets(context)
    elif asked.snapshot:
        snapshot.plan_snapshots(context, asked.snapshot)
    elif asked.moved is not None:
        connection.plan_connections(context, asked.moved)
    elif asked.described:
        described.plan_servers(context)
    elif asked.leftovers:
        # Compiled anew with each module, and seldom needed
        from ansible_collections.nfv.mano.plugins.module_utils.plan import reconcile
        reconcile.plan_reconcile(context, asked.leftovers)
    elif asked.scope is None or asked.scope:
        _plan_items(context)
    if asked.stop:
        graceful.plan_stops(context, asked.stop)
    snapshot.plan_gone(context)
    if not asked.of_servers and asked.scope != frozenset():
        snapshot.note_lost(context)
    described.plan_record(context)
    if not asked.leftovers:
        _refuse_losses(context)
    # What instances with an image or a flavor of their own have in common with the others is found twice
    plan.problems = list(dict.fromkeys(plan.problems))
    if asked.at_once and (asked.operate is None or asked.operate.reboot):
        rolling.limit(context, asked.at_once)
    connection.plan_commit(context)
    plan.changes.sort(key=lambda change: KIND_ORDER.index(change.kind))
    return plan


def _plan_items(context: Context) -> None:
    whole = context.asked.scope is None
    net.plan_links(context)
    if whole:
        router.plan_routers(context)
    virtual_ip.plan_virtual_ips(context)
    server_group.plan_groups(context)
    vdu.plan_vdus(context)
    order.plan_order(context)
    if not context.asked.change:
        vdu.plan_removed(context)
        virtual_ip.plan_removed(context)
        floating_ip.plan_floating_ips(context)
    sdn_net.plan_sdn_nets(context)
    if whole:
        sdn_net.plan_removed(context)
        volume.plan_removed(context)
        twins.plan_ports(context)
        twins.plan_volumes(context)
        twins.plan_floating_ips(context)
        router.plan_removed(context)
        twins.plan_routers(context)
        router.after_floating_ips(context)
        subnets.plan_removed(context)
        net.plan_removed(context)
        twins.plan_networks(context)
    server_group.plan_members(context)
    if whole:
        server_group.plan_unused(context)
    # Also where instances with a flavor of their own go, or get another one: nothing is left for the next instantiate
    flavor.plan_unused(context)


def _refuse_losses(context: Context) -> None:
    """What would lose data has to be meant: by a changed document nfv_allow_delete says so, for heal, evacuate
    and a revert nfv_accept_data_loss. A rebuild, and another
    version, are asked for by their names."""
    if context.asked.change in ('image', 'flavor', 'package'):
        return
    reverts = context.asked.change == 'revert'
    heals = context.asked.replace is not None or context.asked.move is not None or reverts
    meant, option = (context.accept_data_loss, 'nfv_accept_data_loss') if heals else (context.allow_delete, 'nfv_allow_delete')
    losses = [change for change in context.plan.changes if change.loses_data]
    protected = {f'{vnf.name}/{vdu.name}' for _path, vnf, vdu in context.vdus() if vdu.protected} if losses and not heals else ()
    for change in losses:
        past = 'reverted' if reverts else _PAST[change.action]
        would = f'would be {past} ({change.reason}{": " + change.detail if change.detail else ""})'
        if change.kind == 'vdu' and change.name.rpartition('/')[0] in protected:
            context.problem(f'vdu:{change.name}', f'{would}, but its VDU is protected; set protected to false in the document if '
                            'that is meant')
        elif not meant:
            context.problem(f'{change.kind}:{change.name}', f'{would}; set {option} to true if that is meant')


_PAST = {'delete': 'deleted', 'replace': 'replaced, and lose what is on its root disk',
         'update': 'rebuilt, and lose what is on its root disk'}
