# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual links: networks that are found, or made with their subnets, compared and deleted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import provider, qos
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource, short
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.subnets import plan_leaving
from ansible_collections.nfv.mano.plugins.module_utils.target.network import COMMON, VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Subnet as WantedSubnet
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network, Subnet

#: Where subnets of links without an IP profile come from, and their size.
FREE_RANGE = ipaddress.ip_network('192.168.0.0/16')
FREE_PREFIX = 24


def plan_links(context: Context) -> None:
    """Every virtual link of the target: found, kept, changed or made."""
    taken, cards = _Cidrs(context), provider.of_cards(context)
    for path, key, link in context.links():
        found = _existing(context, path, link)
        if found is not None:
            context.plan.found[f'net:{key}'] = _entry(found, link.vim, owned=False)
            context.plan.unchanged += 1
        elif link.existing is None:
            _own(context, path, key, link, provider.wanted(context, link, key in cards), taken)


def plan_removed(context: Context) -> None:
    """Networks of the record that the target does not have any more: ours go, found ones are forgotten."""
    for key, resource in _not_wanted(context):
        live = context.live[resource['vim']]
        if not resource.get('owned') or resource['id'] not in live.networks:
            context.plan.forgotten.append(key)
            continue
        _refuse_foreign_ports(context, key, resource)
        context.plan.add(Task(f'delete {key}', 'net.delete', resource['vim'], key, resource['id'],
                              tuple(context.users.get(key, ()))))
        context.plan.changes.append(Change('delete', 'net', resource['name'], resource['vim'], '', 'not in the target',
                                           loses_data=context.target is not None))


def forget_found(context: Context) -> None:
    """Networks of the record that were only found, and that the target does not name any more."""
    context.plan.forgotten += [key for key, resource in _not_wanted(context) if not resource.get('owned')]


def _not_wanted(context: Context) -> list[tuple[str, Resource]]:
    wanted = {f'net:{key}' for _path, key, _link in context.links()}
    return [(key, resource) for key, resource in context.record.items() if key.startswith('net:') and key not in wanted]


def _refuse_foreign_ports(context: Context, key: str, resource: Resource) -> None:
    ours = {port['id'] for entry in context.record.values() for port in entry.get('ports', {}).values()}
    prefix = f'nfv.mano/{context.ns_id}/'
    foreign = [port for port in context.live[resource['vim']].state.foreign_ports.get(resource['id'], ())
               if port.id not in ours and not port.description.startswith(prefix)
               and port.device_id not in context.live[resource['vim']].routers]
    if foreign:
        named = ', '.join(f'{port.name or "(no name)"} {port.id}' for port in foreign[:5])
        context.problem(key, f'network {resource["name"]} {resource["id"]} has {len(foreign)} ports that are not of this '
                        f'NS ({named}) and can not be deleted before them; they are left alone')


def _existing(context: Context, path: str, link: VirtualLink) -> Network | None:
    """The network to find, or None where one is to be made (or a problem was noted)."""
    live = context.live[link.vim]
    wanted = link.existing
    if link.management and wanted is None:
        wanted = context.target.vims[link.vim].management_network if context.target else None
        if wanted is None:
            same = [net for net in live.networks.values() if net.name == link.name]
            return same[0] if len(same) == 1 else None
    if wanted is None:
        return None
    found = [net for net in live.networks.values() if wanted in (net.name, net.id)]
    if len(found) == 1:
        return found[0]
    near = live.state.nearest.get(f'net:{wanted}')
    context.problem(f'{path}.existing', f'{wanted} is not a network of VIM {link.vim}'
                    + (f'; the nearest names are {", ".join(near)}' if near else '') if not found else
                    f'{wanted} names {len(found)} networks of VIM {link.vim}: '
                    f'{", ".join(sorted(net.id for net in found))}; use an id')
    return None


def _entry(network: Network, vim: str, *, owned: bool) -> Resource:
    return {'vim': vim, 'id': network.id, 'name': network.name, 'owned': owned, 'subnets': subnet_entries(network.subnets)}


def subnet_entries(subnets: Iterable[Subnet]) -> list[dict[str, str]]:
    """The record's entries of subnets; Neutron lists them in any order."""
    return [{'id': subnet.id, 'cidr': subnet.cidr} for subnet in sorted(subnets, key=lambda subnet: subnet.cidr)]


class _Cidrs:
    """Free address ranges, beside those of the document and of every subnet that the project sees."""

    def __init__(self, context: Context) -> None:
        texts = [subnet.cidr for _path, _key, link in context.links() for subnet in link.subnets]
        texts += [cidr for live in context.live.values() for cidr in live.state.used_cidrs]
        self.taken = [ipaddress.ip_network(text, strict=False) for text in texts]

    def free(self, context: Context, path: str) -> str:
        """The lowest free range."""
        for network in FREE_RANGE.subnets(new_prefix=FREE_PREFIX):
            if not any(one.version == network.version and one.overlaps(network) for one in self.taken):
                self.taken.append(network)
                return str(network)
        context.problem(f'{path}.subnets', f'no /{FREE_PREFIX} of {FREE_RANGE} is free; give a cidr')
        return str(FREE_RANGE)


def _own(context: Context, path: str, key: str, link: VirtualLink, on: dict[str, Any], taken: _Cidrs) -> None:
    record = context.record.get(f'net:{key}', {})
    network = context.live[link.vim].networks.get(record.get('id', '')) or _adopted(context, key, link)
    if network is not None and context.asked.scope is not None:
        context.plan.found[f'net:{key}'] = record if record.get('id') == network.id else _entry(network, link.vim, owned=True)
        context.plan.unchanged += 1
        return
    subnets = link.subnets or _kept_or_free(context, path, record, network, taken)
    specs = [_subnet_spec(context, key, place, subnet) for place, subnet in enumerate(subnets)]
    policy_id = qos.resolve(context, path, link.vim, link.qos_policy)
    if network is not None:
        provider.compare(context, path, on, network, record)
        _compare(context, key, link, network, specs, policy_id, {**record.get('provider', {}), **on})
        return
    provider.check_rights(context, path, link, on)
    spec = {'name': _name(context, key), 'mark': mark(context.ns_id, key, 'net'), 'mtu': link.mtu,
            'port_security': link.port_security, 'provider': on, 'subnets': specs, 'qos_policy_id': policy_id}
    item = f'net:{key}'
    context.makers[item] = context.plan.add(Task(f'create {item}', 'net.create', link.vim, item, spec, ()))
    context.plan.need(link.vim, network=1, subnet=len(specs))
    reason = 'it is gone from the VIM' if record.get('id') else 'not there yet'
    context.plan.changes.append(Change('create', 'net', spec['name'], link.vim, _detail(spec), reason))


def _adopted(context: Context, key: str, link: VirtualLink) -> Network | None:
    wanted = mark(context.ns_id, key, 'net')
    found = [net for net in context.live[link.vim].networks.values() if net.description == wanted]
    return found[0] if found else None


def _kept_or_free(context: Context, path: str, record: Resource, network: Network | None,
                  taken: _Cidrs) -> tuple[WantedSubnet, ...]:
    """A link without an IP profile keeps the range that it was given once."""
    if network is not None and network.subnets:
        return tuple(WantedSubnet(cidr=subnet.cidr, ip_version=subnet.ip_version) for subnet in network.subnets)
    if record.get('subnets'):
        return tuple(WantedSubnet(cidr=subnet['cidr'], ip_version=4) for subnet in record['subnets'])
    return (WantedSubnet(cidr=taken.free(context, path), ip_version=4),)


def _name(context: Context, key: str) -> str:
    vnf, _slash, link = key.removeprefix(COMMON).rpartition('/')
    return short((context.ns_name, 16), *([(vnf, 16)] if vnf else []), (link, 16))


def _pool(subnet: WantedSubnet) -> list[tuple[str, str]] | None:
    if subnet.dhcp.start is None and subnet.dhcp.count is None:
        return None
    network = ipaddress.ip_network(subnet.cidr, strict=False)
    if subnet.dhcp.start is not None:
        first = ipaddress.ip_address(subnet.dhcp.start)
    else:
        first = network.network_address + 1
        first += str(first) == (str(first) if subnet.gateway == 'auto' else subnet.gateway)
    last = network.broadcast_address - (1 if network.version == 4 else 0)
    return [(str(first), str(last if subnet.dhcp.count is None else first + subnet.dhcp.count - 1))]


def _subnet_spec(context: Context, key: str, place: int, subnet: WantedSubnet) -> dict[str, Any]:
    # By its range: places change as subnets come and go, and a mark must never fit two
    subnet_mark = f'subnet.{subnet.cidr.replace("/", "-")}'
    return {'name': f'{_name(context, key)}-{place}', 'mark': mark(context.ns_id, key, subnet_mark),
            'cidr': subnet.cidr, 'ip_version': subnet.ip_version, 'dhcp': subnet.dhcp.enabled,
            'pools': _pool(subnet), 'dns': list(subnet.dns),
            'gateway': None if subnet.gateway == 'none' else subnet.gateway,
            'ipv6_address_mode': subnet.ipv6_address_mode, 'ipv6_ra_mode': subnet.ipv6_ra_mode}


def _detail(spec: dict[str, Any]) -> str:
    return ', '.join(provider.describe(spec['provider']) + [subnet['cidr'] for subnet in spec['subnets']])


def _compare(context: Context, key: str, link: VirtualLink, network: Network, specs: list[dict[str, Any]],
             policy_id: str | None, on: dict[str, Any]) -> None:
    """What differs between a network of ours and its virtual link; all of it can be changed in place."""
    item = f'net:{key}'
    wanted = {'name': _name(context, key), 'mtu': link.mtu, 'port_security': link.port_security}
    changes = {name: value for name, value in wanted.items()
               if value is not None and value != getattr(network, name)}
    texts = [f'{name} {getattr(network, name)} -> {value}' for name, value in changes.items()]
    entry = {**_entry(network, link.vim, owned=True), 'qos_policy_id': policy_id, 'provider': on}
    was_given = context.record.get(item, {}).get('qos_policy_id') is not None
    text = qos.change(context.live[link.vim], policy_id, was_given, network.qos_policy_id)
    if text is not None:
        changes['qos_policy_id'] = policy_id
        texts.append(text)
    by_cidr = {subnet.cidr: subnet for subnet in network.subnets}
    new, changed = [], {}
    for spec in specs:
        subnet = by_cidr.get(spec['cidr'])
        if subnet is None:
            new.append(spec)
            texts.append(f'subnet {spec["cidr"]} is missing')
            continue
        differing, words = _compare_subnet(subnet, spec)
        if differing:
            changed[subnet.id] = differing
            texts += words
    texts += plan_leaving(context, item, link.vim, network, specs)
    if not texts:
        context.plan.found[item] = entry
        context.plan.unchanged += 1
        return
    if changes or changed or new:
        spec = {'id': network.id, 'network': changes, 'subnets': changed, 'new_subnets': new, 'name': wanted['name'],
                'entry': entry}
        context.makers[item] = context.plan.add(Task(f'update {item}', 'net.update', link.vim, item, spec, ()))
        context.plan.need(link.vim, subnet=len(new))
    context.plan.changes.append(Change('update', 'net', network.name, link.vim, '; '.join(texts), 'differs from the target'))


def _compare_subnet(subnet: Subnet, spec: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    wanted = {'dhcp': spec['dhcp'], 'dns': spec['dns']}
    if spec['gateway'] != 'auto':
        wanted['gateway'] = spec['gateway']
    elif subnet.gateway is None:
        wanted.update(_gateway_again(subnet))
    if spec['pools'] is not None:
        wanted['pools'] = spec['pools']
    differing, texts = {}, []
    for name, value in wanted.items():
        have = getattr(subnet, name)
        have = list(have) if isinstance(have, tuple) else have
        if have != value:
            differing[name] = value
            texts.append(f'{subnet.cidr} {name} {_plain(have)} -> {_plain(value)}')
    return differing, texts


def _gateway_again(subnet: Subnet) -> dict[str, Any]:
    """The gateway that Neutron chooses; it does not take one that is in a pool."""
    network = ipaddress.ip_network(subnet.cidr)
    if network.num_addresses <= 2:
        return {}
    gateway = network.network_address + (1 if network.version == 4 else 0)
    pools = [(str(gateway + 1) if first == str(gateway) else first, last) for first, last in subnet.pools]
    return {'gateway': str(gateway), 'pools': pools}


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ' '.join('-'.join(one) if isinstance(one, tuple) else str(one) for one in value) or 'none'
    return 'none' if value is None else str(value).lower() if isinstance(value, bool) else str(value)
