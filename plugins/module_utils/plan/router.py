# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routers: made between an external network and virtual links, compared, and deleted before the networks are.

An interface of a router of ours on a network of this NS is ours; every other one is somebody else's and stays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource, link_key, short
from ansible_collections.nfv.mano.plugins.module_utils.plan.external import external_network
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Router as Wanted
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Subnet as WantedSubnet
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network, Router, RouterInterface


class Leg(NamedTuple):
    """A subnet that a router is to connect: ``subnet_id`` is None while it is not there, ``cidr`` None means every subnet of
    its network; ``privileged`` says that it takes an administrator."""

    net: str
    cidr: str | None
    subnet_id: str | None
    privileged: bool


def plan_routers(context: Context) -> None:
    """Every router of the target: kept, changed or made."""
    for place, router in enumerate(context.target.routers if context.target else ()):
        path = f'routers[{place}]'
        external = external_network(context, f'{path}.external_network', router.vim, router.external_network)
        links = _links(context, router)
        legs = [leg for at, (net, link) in enumerate(links)
                for leg in _legs(context, f'{path}.virtual_links[{at}]', router, net, link)]
        if external is not None:
            _plan(context, router, external, links, legs)


def _links(context: Context, router: Wanted) -> list[tuple[str, VirtualLink]]:
    found = [context.target.virtual_link(ref) for ref in router.virtual_links] if context.target else []
    return [(link_key(key), link) for key, link in found]


def _legs(context: Context, path: str, router: Wanted, net: str, link: VirtualLink) -> list[Leg]:
    """The subnets of a link that have a gateway: its address becomes the router's."""
    live = context.live[router.vim]
    network = None if f'create {net}' in context.plan.tasks else live.networks.get(_net_id(context, net) or '')
    known = {subnet.cidr: subnet.id for subnet in network.subnets} if network else {}
    owned = context.plan.found.get(net, {}).get('owned', True)
    if not owned and network is not None:
        foreign = network.project_id != live.state.project_id
        if foreign and not live.state.admin:
            context.problem(path, f'{link.name} is the network {network.name} of another project: a router of this project on it '
                            'needs an administrator; name an admin_cloud for the VIM')
        legs = [Leg(net, subnet.cidr, subnet.id, foreign) for subnet in network.subnets
                if subnet.gateway and not _advertised_elsewhere(subnet.ip_version, subnet)]
    elif owned and not link.subnets:
        return [Leg(net, cidr, subnet_id, False) for cidr, subnet_id in known.items()] or [Leg(net, None, None, False)]
    else:
        legs = [Leg(net, subnet.cidr, known.get(subnet.cidr), False) for subnet in link.subnets
                if subnet.gateway != 'none' and not _advertised_elsewhere(subnet.ip_version, subnet)]
        _check_gateways(context, path, router, network, link)
    if not legs:
        context.problem(path, f'{link.name} has no subnet that a router can be on: it takes the gateway\'s address of a subnet, '
                        'and of an IPv6 subnet with ipv6_address_mode also an ipv6_ra_mode')
    return legs


def _net_id(context: Context, net: str) -> str | None:
    return context.plan.found.get(net, context.record.get(net, {})).get('id')


def _advertised_elsewhere(ip_version: int | None, subnet: Any) -> bool:
    """Neutron leaves an IPv6 subnet to another router when it has an address mode but sends no advertisements itself."""
    return ip_version == 6 and subnet.ipv6_address_mode is not None and subnet.ipv6_ra_mode is None


def _check_gateways(context: Context, path: str, router: Wanted, network: Network | None, link: VirtualLink) -> None:
    """Neutron does not change the gateway of a subnet that a router is on."""
    connected = {subnet_id for one in context.live[router.vim].routers.values() for interface in one.interfaces
                 for subnet_id in interface.subnet_ids}
    wanted: dict[str, WantedSubnet] = {subnet.cidr: subnet for subnet in link.subnets}
    for subnet in network.subnets if network else ():
        gateway = wanted[subnet.cidr].gateway if subnet.cidr in wanted else 'auto'
        if subnet.id in connected and gateway not in ('auto', 'none', subnet.gateway):
            context.problem(path, f'the gateway of {subnet.cidr} can not be changed from {subnet.gateway} to {gateway} while a '
                            f'router is on it: take {link.name} from router {router.name} first')


def _plan(context: Context, router: Wanted, external: Network, links: list[tuple[str, VirtualLink]], legs: list[Leg]) -> None:
    item = f'router:{router.name}'
    live = context.live[router.vim]
    record = context.record.get(item, {})
    name = short((context.ns_name, 16), (router.name, 16))
    text = mark(context.ns_id, router.name, 'router')
    there = live.routers.get(record.get('id', '')) or next(
        (one for one in live.routers.values() if one.description == text), None)
    makers = tuple(dict.fromkeys(context.makers[net] for net, _link in links if net in context.makers))
    nets = [net for net, _link in links]
    spec: dict[str, Any] = {'nets': nets, 'legs': legs}
    if there is not None:
        _compare(context, router, record, there, {'name': name, 'external': external, **spec}, makers)
        return
    spec.update(name=name, mark=text, external_network_id=external.id)
    context.makers[item] = context.plan.add(Task(f'create {item}', 'router.create', router.vim, item, spec, makers))
    context.plan.need(router.vim, router=1)
    context.plan.changes.append(Change(
        'create', 'router', name, router.vim, f'{external.name}, {" ".join(router.virtual_links) or "no virtual link"}',
        'it is gone from the VIM' if record.get('id') else 'not there yet'))


def _compare(context: Context, router: Wanted, record: Resource, there: Router, spec: dict[str, Any],
             makers: tuple[str, ...]) -> None:
    """What differs between a router of ours and the document; all of it is changed in place."""
    item = f'router:{router.name}'
    changes: dict[str, Any] = {}
    texts = []
    if there.name != spec['name']:
        changes['name'] = spec['name']
        texts.append(f'name {there.name} -> {spec["name"]}')
    external: Network = spec['external']
    if there.external_network_id != external.id:
        changes['external_network_id'] = external.id
        texts.append(f'external network {_named(context, router.vim, there.external_network_id)} -> {external.name}')
    legs: list[Leg] = spec['legs']
    connected = {subnet_id for interface in there.interfaces for subnet_id in interface.subnet_ids}
    missing = [leg for leg in legs if leg.subnet_id not in connected]
    texts += [f'{leg.net.partition(":")[2]}{f" {leg.cidr}" if leg.cidr else ""} is not connected' for leg in missing]
    surplus = _surplus(context, record, there, legs)
    texts += [f'{key.partition(":")[2]} is connected and not in the target' for key in sorted({*surplus.values()})]
    entry = router_entry(router.vim, there)
    if not texts:
        context.plan.found[item] = {**entry, 'networks': {net: _net_id(context, net) for net in spec['nets']}}
        context.plan.unchanged += 1
        return
    detached = _detach(context, item, router.vim, there, surplus) if surplus else ()
    update = {'id': there.id, 'router': changes, 'attach': missing, 'nets': spec['nets'], 'entry': entry}
    context.makers[item] = context.plan.add(
        Task(f'update {item}', 'router.update', router.vim, item, update, (*makers, *detached)))
    context.plan.changes.append(Change('update', 'router', there.name, router.vim, '; '.join(texts), 'differs from the target'))


def router_entry(vim: str, there: Router) -> Resource:
    """The record's entry of a router, but for the networks that it is to be on."""
    return {'vim': vim, 'id': there.id, 'name': there.name, 'owned': True, 'addresses': list(there.addresses),
            'external_network_id': there.external_network_id}


def _named(context: Context, vim: str, network_id: str | None) -> str:
    known = {network.id: network.name for network in context.live[vim].state.external_networks}
    return known.get(network_id or '', network_id or 'none')


def _ours(context: Context, record: Resource, interface: RouterInterface) -> str | None:
    """The virtual link that an interface of our router is on, None where it is none of this NS."""
    for resources in (context.plan.found, context.record):
        for key, resource in resources.items():
            if key.startswith('net:') and resource.get('id') == interface.network_id:
                return key
    return next((key for key, network_id in record.get('networks', {}).items() if network_id == interface.network_id), None)


def _surplus(context: Context, record: Resource, there: Router, legs: list[Leg]) -> dict[str, str]:
    """Subnet id -> virtual link of what is connected on networks of this NS and not wanted."""
    wanted = {leg.subnet_id for leg in legs}
    found = {}
    for interface in there.interfaces:
        key = _ours(context, record, interface)
        if key is not None:
            found.update({subnet_id: key for subnet_id in interface.subnet_ids if subnet_id not in wanted})
    return found


def _detach(context: Context, item: str, vim: str, there: Router, surplus: dict[str, str]) -> tuple[str, ...]:
    task = context.plan.add(Task(f'detach {item}', 'router.detach', vim, item, (there.id, sorted(surplus)), ()))
    for key in set(surplus.values()):
        context.users.setdefault(key, []).append(task)
        # Neutron does not take a gateway's address from a subnet that a router is on
        update = context.plan.tasks.get(f'update {key}')
        if update is not None:
            context.plan.tasks[update.id] = update._replace(after=(*update.after, task))
    return (task,)


def plan_removed(context: Context) -> None:
    """Routers of the record that the target does not have any more go."""
    wanted = {f'router:{router.name}' for router in (context.target.routers if context.target else ())}
    for item, record in context.record.items():
        if item.startswith('router:') and item not in wanted:
            _remove(context, item, record)


def _remove(context: Context, item: str, record: Resource) -> None:
    vim = record['vim']
    there = context.live[vim].routers.get(record.get('id', ''))
    if there is None:
        context.plan.forgotten.append(item)
        return
    delete_router(context, item, record, there, 'delete', 'not in the target')


def delete_router(context: Context, item: str, record: Resource, there: Router, task_id: str, reason: str) -> None:
    """The task that takes a router off its subnets and deletes it; interfaces of somebody else stand against it."""
    vim = next(vim for vim, live in context.live.items() if there.id in live.routers)
    keys = {interface: _ours(context, record, interface) for interface in there.interfaces}
    foreign = [interface for interface, key in keys.items() if key is None]
    if foreign:
        named = ', '.join(f'port {one.port_id} on network {one.network_id}' for one in foreign[:5])
        context.problem(item, f'router {there.name} {there.id} has {len(foreign)} interfaces that are not of this NS ({named}) '
                        'and can not be deleted before them; they are left alone')
    subnets = sorted(subnet_id for interface in there.interfaces for subnet_id in interface.subnet_ids)
    task = context.plan.add(Task(f'{task_id} {item}', 'router.delete', vim, item, (there.id, subnets), ()))
    for key in {key for key in keys.values() if key is not None}:
        context.users.setdefault(key, []).append(task)
    context.plan.changes.append(Change('delete', 'router', there.name, vim, '', reason))


def after_floating_ips(context: Context) -> None:
    """Floating IPs are given back first: Neutron keeps interfaces and gateways of a router while they need them."""
    tasks = context.plan.tasks
    releases: dict[str, list[str]] = {}
    routers = []
    for task in tasks.values():
        if task.verb == 'floating_ips.release':
            releases.setdefault(task.vim, []).append(task.id)
        elif task.verb in ('router.detach', 'router.update', 'router.delete'):
            routers.append(task)
    for task in routers:
        tasks[task.id] = task._replace(after=(*task.after, *releases.get(task.vim, ())))
