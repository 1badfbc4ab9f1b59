# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of hosts for Ansible's inventory: what a scan found, and what the records of network services tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.records import vdus


class Host(NamedTuple):
    """A host of Ansible's inventory."""

    name: str
    groups: tuple[str, ...]
    variables: dict[str, Any]


def group_name(*parts: Any) -> str:
    """A group's name: what no variable's name may have becomes an underscore."""
    return re.sub(r'\W', '_', '_'.join(str(part) for part in parts if part not in (None, '')))


def of_topology(inventory: Inventory, types: Iterable[str]) -> list[Host]:
    """Hosts and instances of an environment. An instance whose name another one has, or a host, is called by name and id."""
    wanted = set(types)
    found = [one for one in inventory.objects(types=['host', 'instance']) if one.type in wanted]
    names = Counter(one.name for one in found)
    others = {one.id: one.name for one in inventory.objects(types=['project', 'network'])}
    floating = {one.attributes.get('fixed_ip_address'): one.attributes.get('floating_ip_address')
                for one in inventory.objects(types=['floating_ip'])} if 'instance' in wanted else {}
    made = (_host(one) if one.type == 'host' else _instance(one, others, floating) for one in found)
    return [host._replace(name=host.name if names[one.name] == 1 or one.type == 'host' else f'{one.name}-{one.id}')
            for one, host in zip(found, made)]


def _host(one: Obj) -> Host:
    told = one.attributes
    address = told.get('host_ip')
    return Host(one.name, ('hosts', *(kind.lower() for kind in told.get('host_types') or ())), {
        **({'ansible_host': address} if address else {}),
        'topology': {'id': one.id, 'type': one.type, 'status': one.status, 'zone': told.get('zone')}})


def _instance(one: Obj, others: dict[str, str], floating: dict[Any, Any]) -> Host:
    told = one.attributes
    addresses = [address for vnic in told.get('network_info') or () for address in vnic['fixed_ips']]
    reached = next((floating[address] for address in addresses if floating.get(address)), next(iter(addresses), None))
    nfv = told.get('nfv') or {}
    groups = ['instances', group_name('host', one.host) if one.host else '',
              group_name('project', others.get(str(told.get('tenant_id')), '') or told.get('tenant_id') or 'none'),
              *(group_name('network', others.get(network, network)) for network in one.networks),
              group_name('ns', nfv.get('ns') or nfv['ns_id']) if nfv else '']
    return Host(one.name, tuple(group for group in groups if group), {
        **({'ansible_host': reached} if reached else {}),
        'topology': {'id': one.id, 'type': one.type, 'status': one.status, 'host': one.host, 'addresses': addresses, 'nfv': nfv}})


def of_records(state_dir: str, ns: str | None) -> list[Host]:
    """VDU instances of the records, of one network service (by id or name) or of all.

    :raises StoreError: a record is damaged.
    """
    store = Store(state_dir)
    store.prepare(create=False)
    found = []
    for server_id, told in vdus(store).items():
        if ns and ns not in (told['ns_id'], told['ns']):
            continue
        address = told['management_address'] or next(iter(told['addresses']), None)
        service = told['ns'] or told['ns_id']
        groups = [group_name('ns', service), group_name('vnf', service, told['vnf']),
                  group_name('vdu', service, told['vnf'], told['vdu'])]
        if told.get('host'):
            groups.append(group_name('host', told['host']))
        found.append(Host(told['name'] or server_id, tuple(groups), {
            **({'ansible_host': address} if address else {}), 'nfv': {'server_id': server_id, **told}}))
    return sorted(found, key=lambda one: one.name)


def fill(plugin: Any, hosts: Iterable[Host]) -> None:
    """Give hosts to an inventory plugin, with the groups and variables that its file asks for.

    :param plugin: a parsed InventoryModule that is Constructable.
    """
    inventory, strict = plugin.inventory, plugin.get_option('strict')
    for host in hosts:
        inventory.add_host(host.name)
        for name, value in host.variables.items():
            inventory.set_variable(host.name, name, value)
        for group in host.groups:
            inventory.add_group(group)
            inventory.add_child(group, host.name)
        variables = inventory.get_host(host.name).get_vars()
        plugin._set_composite_vars(plugin.get_option('compose'), variables, host.name, strict=strict)
        plugin._add_host_to_composed_groups(plugin.get_option('groups'), variables, host.name, strict=strict)
        plugin._add_host_to_keyed_groups(plugin.get_option('keyed_groups'), variables, host.name, strict=strict)
