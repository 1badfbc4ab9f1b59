# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record and VIMs brought together: what is there gets into the record, and what nothing declares any more goes.

Nothing is made and nothing is changed in place: what is missing, or differs from the document, is for heal and update.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import (
    flavor,
    floating_ip,
    net,
    router,
    server_group,
    twins,
    vdu,
    virtual_ip,
    volume,
)
from ansible_collections.nfv.mano.plugins.module_utils.plan.adopt import Adoption, Wanted, wanted_parts
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import WELL
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark

#: Missing things that a note names.
NAMED = 10


def plan_reconcile(context: Context, leftovers: str) -> None:
    """
    :param leftovers: what becomes of what is ours and not declared: 'delete', or 'adopt' into the record.
    """
    wanted = wanted_parts(context)
    adoption = Adoption(context, wanted, everything=leftovers == 'adopt')
    adoption.run()
    context.record = adoption.record
    _keep_groups(context)
    if leftovers == 'delete':
        _delete_instances(context, wanted)
    _delete_twins_of_servers(context, wanted, leftovers)
    twins.plan_ports(context)
    twins.plan_volumes(context)
    twins.plan_floating_ips(context)
    if leftovers == 'delete':
        router.plan_removed(context)
    twins.plan_routers(context)
    router.after_floating_ips(context)
    if leftovers == 'delete':
        net.plan_removed(context)
    twins.plan_networks(context)
    if leftovers == 'delete':
        server_group.plan_unused(context)
        flavor.plan_unused(context)
    # What is adopted only to be deleted is told as that
    going = {task.item for task in context.plan.tasks.values()} - wanted.keys()
    context.plan.changes += [change for item, change in adoption.changes.items() if item not in going]
    context.plan.unchanged = len(context.record.keys() - going - adoption.changes.keys())
    _note_missing(context, wanted)


def _keep_groups(context: Context) -> None:
    """Groups are deleted unless the plan has found them."""
    declared = {server_group.key_of(group) for group in (context.target.affinity_groups if context.target else ())}
    context.plan.found.update({key: one for key, one in context.record.items() if key in declared})


def _delete_instances(context: Context, wanted: Wanted) -> None:
    vdu.plan_removed(context)
    virtual_ip.plan_removed(context)
    live = {(item, interface): context.live[record['vim']].floating_ips.get(one['id'])
            for item, record in context.record.items() if item in wanted
            for interface, one in record.get('floating_ips', {}).items()}
    floating_ip.release_others(context, live)
    volume.plan_removed(context)


def _delete_twins_of_servers(context: Context, wanted: Wanted, leftovers: str) -> None:
    """Servers of one mark less the one that stays; those of instances that go are dealt with there."""
    for item, record in context.record.items():
        if not item.startswith('vdu:') or not (item in wanted or leftovers == 'adopt'):
            continue
        text = mark(context.ns_id, item.partition(':')[2], 'server')
        for extra in context.live[record['vim']].marked_servers.get(text, ()) if record['vim'] in context.live else ():
            if extra.id != record.get('id') and extra.status not in vdu.GONE:
                vdu.delete_server(context, record['vim'], item, extra, f'duplicate {extra.id}', twins.REASON)


def _note_missing(context: Context, wanted: Wanted) -> None:
    declared = [*(key for key in wanted), *(f'net:{key}' for _path, key, link in context.links() if link.existing is None),
                *(f'router:{one.name}' for one in (context.target.routers if context.target else ()))]
    missing = []
    for key in declared:
        record = context.record.get(key, {})
        if not record or not (record.get('id') or key.startswith('virtual_ip:')):
            missing.append(f'{key.replace(":", " ", 1)} is not there')
        elif key.startswith('vdu:') and record.get('status') not in WELL:
            missing.append(f'{key.replace(":", " ", 1)} is {record.get("status")}')
    if missing:
        named = ', '.join(missing[:NAMED]) + (f' and {len(missing) - NAMED} more' if len(missing) > NAMED else '')
        context.plan.notes.append(f'Declared, and not well: {named}; nfv.mano.heal, or nfv.mano.instantiate with the document, '
                                  'puts that right')
