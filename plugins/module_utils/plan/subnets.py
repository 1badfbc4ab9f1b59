# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets that a document takes out of a virtual link: ours go once no address of theirs is in use any more."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network, Subnet


def plan_leaving(context: Context, item: str, vim: str, network: Network, specs: list[dict[str, Any]]) -> list[str]:
    """Note the subnets of a network that the target does not have, so that ports move off them; returns texts for people.

    :param specs: the subnets that the target has, some of them to be made.
    """
    kept = {spec['cidr'] for spec in specs}
    prefix = ns_prefix(context.ns_id)
    live = context.live[vim]
    texts = []
    for subnet in network.subnets:
        # One that somebody else put there is not ours to take away
        if subnet.cidr in kept or not subnet.description.startswith(prefix):
            continue
        _refuse_foreign_addresses(context, item, vim, network, subnet)
        to = next((spec for spec in specs if spec['ip_version'] == subnet.ip_version), specs[0])
        live.leaving[subnet.id] = (item, to['cidr'])
        texts.append(f'subnet {subnet.cidr} -> none')
    return texts


def _refuse_foreign_addresses(context: Context, item: str, vim: str, network: Network, subnet: Subnet) -> None:
    ours = {port['id'] for entry in context.record.values() for port in entry.get('ports', {}).values()}
    prefix = ns_prefix(context.ns_id)
    foreign = [port for port in context.live[vim].state.foreign_ports.get(network.id, ())
               if port.id not in ours and not port.description.startswith(prefix)
               and any(subnet_id == subnet.id for subnet_id, _address in port.fixed_ips)]
    if foreign:
        named = ', '.join(f'{port.name or "(no name)"} {port.id}' for port in foreign[:5])
        context.problem(item, f'subnet {subnet.cidr} of {network.name} has addresses of {len(foreign)} ports that are not of '
                        f'this NS ({named}), and can not be deleted before them; they are left alone')


def plan_removed(context: Context) -> None:
    """The tasks that delete those subnets, after all that used them."""
    for vim, live in context.live.items():
        by_net: dict[str, list[str]] = {}
        for subnet_id, (item, _cidr) in live.leaving.items():
            by_net.setdefault(item, []).append(subnet_id)
        for item, subnet_ids in by_net.items():
            maker = (context.makers[item],) if item in context.makers else ()
            context.plan.add(Task(f'delete subnets of {item}', 'subnets.delete', vim, item, subnet_ids,
                                  (*maker, *dict.fromkeys(context.users.get(item, ())))))
