# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Floating IPs of interfaces: allocated or found by address, kept with their ports, given back when they are not wanted.

Those that were allocated here are released, those that were there before are only disassociated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource, link_key, owner_item
from ansible_collections.nfv.mano.plugins.module_utils.plan.external import external_network
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.virtual_ip import PORT
from ansible_collections.nfv.mano.plugins.module_utils.target.model import FloatingIp as Wanted
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Network


class Wish(NamedTuple):
    """A port that is to have a floating IP: an instance's interface, or a virtual IP's only one. ``key`` is ``web/front/0`` or
    the virtual IP's name, ``net`` the record's key of its virtual link, ``pool`` None where it is left open, ``routers`` are ids
    of tasks that make the way from the pool to it."""

    vim: str
    key: str
    interface: str
    place: int
    path: str
    net: str
    wanted: Wanted
    pool: Network | None
    routers: tuple[str, ...]

    @property
    def item(self) -> str:
        """The record's key of what has the port."""
        return owner_item(self.key)

    @property
    def name(self) -> str:
        """What it is called for people."""
        return _name(self.item, self.interface)


def _name(item: str, interface: str) -> str:
    kind, _colon, key = item.partition(':')
    return f'{key}/{interface}' if kind == 'vdu' else key


def plan_floating_ips(context: Context) -> None:
    """Every floating IP of the target and of the record; after VDUs were planned."""
    owners = {entry['id']: (item, interface) for item, record in context.record.items()
              for interface, entry in record.get('floating_ips', {}).items()}
    kept: dict[tuple[str, str], FloatingIp | None] = {}
    wishes = list(_wishes(context))
    takers: dict[str, Wish] = {}
    for wish in wishes:
        there = kept[wish.item, wish.interface] = _there(context, wish, owners)
        if there is not None and takers.setdefault(there.id, wish) is not wish:
            other = takers[there.id]
            context.problem(wish.path, f'{there.address} is the floating IP of {other.name} already')
    releases = release_others(context, kept)
    for wish in wishes:
        _plan(context, wish, kept[wish.item, wish.interface], releases)


def _wishes(context: Context) -> Iterator[Wish]:
    for path, vnf, vdu in context.vdus():
        keys = [f'{vnf.name}/{vdu.name}/{index}' for index in range(vdu.count)
                if context.touches(f'vdu:{vnf.name}/{vdu.name}/{index}')]
        for place, interface in enumerate(vdu.interfaces):
            if interface.floating_ip is not None:
                written = place if interface.written is None else interface.written
                ref, link = context.target.virtual_link(interface.virtual_link, vnf)
                wish = _wish(context, f'{path}.interfaces[{written}]', vdu.vim or 'default', ref, link, interface.floating_ip)
                yield from (wish._replace(key=key, interface=interface.name, place=place) for key in keys)
    for place, shared in enumerate(context.target.virtual_ips if context.target and context.asked.scope is None else ()):
        if shared.floating_ip is not None:
            ref, link = context.target.virtual_link(shared.virtual_link)
            yield _wish(context, f'virtual_ips[{place}]', link.vim, ref, link, shared.floating_ip)._replace(
                key=shared.name, interface=PORT)


def _wish(context: Context, path: str, vim: str, ref: str, link: VirtualLink, wanted: Wanted) -> Wish:
    """What the wishes of one place of the document have in common."""
    path = f'{path}.floating_ip'
    pool = None
    if wanted.pool is not None or wanted.address is None:
        pool = external_network(context, path, vim, wanted.pool)
    routers = _routers(context, path, vim, ref, link, pool)
    if link.subnets and all(subnet.ip_version == 6 for subnet in link.subnets):
        context.problem(path, f'{ref} has no IPv4 subnet, and a floating IP stands for an IPv4 address')
    return Wish(vim, '', '', 0, path, link_key(ref), wanted, pool, routers)


def _routers(context: Context, path: str, vim: str, ref: str, link: VirtualLink, pool: Network | None) -> tuple[str, ...]:
    """Tasks of the routers on a link; a network that is only made now has no other way to the pool."""
    names = [router.name for router in context.target.routers if router.vim == vim
             and any(context.target.virtual_link(one)[0] == ref for one in router.virtual_links)]
    if not names and f'create {link_key(ref)}' in context.plan.tasks:
        context.problem(path, f'{ref} is on no router{f" to {pool.name}" if pool else ""}: name it in virtual_links of one')
    return tuple(context.makers[f'router:{name}'] for name in names if f'router:{name}' in context.makers)


def _recorded(context: Context, wish: Wish) -> Resource:
    return context.record.get(wish.item, {}).get('floating_ips', {}).get(wish.interface, {})


def _there(context: Context, wish: Wish, owners: dict[str, tuple[str, str]]) -> FloatingIp | None:
    """The floating IP that is there for a wish: by address, from the record, or by mark."""
    live = context.live[wish.vim]
    recorded = _recorded(context, wish)
    if wish.wanted.address is not None:
        return _by_address(context, wish, owners)
    text = _mark(context, wish)
    found = live.floating_ips.get(recorded.get('id', '')) if recorded.get('owned') else None
    found = found or live.known_floating_ips.get(text)
    if found is not None and wish.wanted.pool is not None and wish.pool is not None and found.network_id != wish.pool.id:
        return None
    return found


def _by_address(context: Context, wish: Wish, owners: dict[str, tuple[str, str]]) -> FloatingIp | None:
    live, address = context.live[wish.vim], wish.wanted.address
    found = live.known_floating_ips.get(address or '')
    path = f'{wish.path}.address'
    if found is None:
        context.problem(path, f'{address} is not a floating IP of this project in VIM {wish.vim}; allocate it first, or name a '
                        'pool instead')
    elif wish.pool is not None and found.network_id != wish.pool.id:
        context.problem(path, f'{address} is not of the external network {wish.pool.name}')
    elif found.port_id not in (None, _port_id(context, wish)) and found.id not in owners:
        context.problem(path, f'{address} is in use by port {found.port_id}, which is not of this NS')
    return found


def _mark(context: Context, wish: Wish) -> str:
    return mark(context.ns_id, wish.key, f'floating_ip.{wish.interface}')


def _port_id(context: Context, wish: Wish) -> str | None:
    """The port of the wish's interface, None while it is not there."""
    making = context.plan.tasks.get(f'ports {wish.item}')
    if making is not None and wish.place in making.spec[1]:
        return None
    record = context.plan.found.get(wish.item) or context.record.get(wish.item, {})
    live = context.live[wish.vim]
    marked = live.marked_ports.get(mark(context.ns_id, wish.key, f'port.{wish.interface}'), ())
    port_id = record.get('ports', {}).get(wish.interface, {}).get('id')
    return port_id if port_id in live.ports else next((port.id for port in marked), None)


def release_others(context: Context, kept: Mapping[tuple[str, str], FloatingIp | None]) -> dict[str, str]:
    """Give back what the record has and no wish keeps; returns the task's id by floating IP."""
    releases: dict[str, str] = {}
    forgotten = set(context.plan.forgotten)
    elsewhere = {there.id for there in kept.values() if there is not None}
    for item, record in context.record.items():
        going = {}
        for interface, entry in record.get('floating_ips', {}).items() if context.touches(item) else ():
            stays = kept.get((item, interface))
            if stays is None or stays.id != entry['id']:
                going[interface] = (entry['id'], _way(context, record, interface, entry, entry['id'] in elsewhere))
        if not going:
            continue
        task = release(context, f'floating-ips-release {item}', record['vim'], item, going, item in forgotten)
        # Nothing else of the instance is there: the record lets go of it with the last of these
        forgotten.discard(item)
        releases.update({floating_ip_id: task for floating_ip_id, _what in going.values()})
        for interface in going:
            if (item, interface) not in kept:
                name, address = _name(item, interface), record['floating_ips'][interface]['address']
                context.plan.changes.append(Change('delete', 'floating_ip', name, record['vim'], address, 'not in the target'))
    context.plan.forgotten = [item for item in context.plan.forgotten if item in forgotten]
    return releases


def _way(context: Context, record: Resource, interface: str, entry: Resource, is_wanted: bool) -> str:
    """What is done with a floating IP that is not wanted here any more; one that was only associated may have moved on."""
    if entry['owned'] and not is_wanted:
        return 'release'
    live = context.live[record['vim']].floating_ips.get(entry['id'])
    ours = record.get('ports', {}).get(interface, {}).get('id')
    return 'disassociate' if live is not None and live.port_id is not None and live.port_id == ours else 'forget'


def release(context: Context, task_id: str, vim: str, item: str, going: dict[str, tuple[str, str]], forget: bool) -> str:
    """The task that gives floating IPs back, before the ports of their instance go."""
    task = context.plan.add(Task(task_id, 'floating_ips.release', vim, item, {'interfaces': going, 'forget': forget}, ()))
    for name in ('ports-delete', 'unplug'):
        ports = context.plan.tasks.get(f'{name} {item}')
        if ports is not None:
            context.plan.tasks[ports.id] = ports._replace(after=(*ports.after, task))
    return task


def _plan(context: Context, wish: Wish, there: FloatingIp | None, releases: dict[str, str]) -> None:
    recorded = _recorded(context, wish)
    port_id = _port_id(context, wish)
    after = [*wish.routers, *(releases[one] for one in (recorded.get('id', ''), there.id if there else '') if one in releases)]
    if f'ports {wish.item}' in context.plan.tasks and port_id is None:
        after.append(f'ports {wish.item}')
    spec: dict[str, Any] = {'interface': wish.interface, 'port_id': port_id, 'name': wish.name}
    gone = recorded.get('address', 'none')
    if there is None:
        if wish.pool is None:
            return
        spec.update(mark=_mark(context, wish), network_id=wish.pool.id)
        _add(context, wish, 'floating_ip.create', spec, after)
        is_there = recorded.get('id') in context.live[wish.vim].floating_ips
        context.plan.need(wish.vim, floatingip=0 if is_there and recorded['owned'] else 1)
        _change(context, wish, 'replace' if is_there else 'create', f'{f"{gone} -> " if is_there else ""}from {wish.pool.name}',
                'the target wants another one' if is_there else 'it is gone from the VIM' if recorded else 'not there yet')
        return
    entry = {'id': there.id, 'address': there.address, 'owned': wish.wanted.address is None}
    moving = _moving(context, wish, port_id)
    after += [moving] if moving else []
    if port_id is not None and there.port_id == port_id and there.id not in releases and not moving and _stands(
            context, wish, there):
        context.plan.unchanged += 1
        if recorded != entry:
            record = context.plan.found.get(wish.item) or context.record.get(wish.item, {})
            context.plan.found[wish.item] = {**record, 'vim': wish.vim, 'floating_ips': {
                **record.get('floating_ips', {}), wish.interface: entry}}
        return
    spec['entry'] = entry
    _add(context, wish, 'floating_ip.associate', spec, after)
    if not recorded:
        _change(context, wish, 'create', there.address, 'not there yet')
    elif recorded['id'] != there.id:
        _change(context, wish, 'replace', f'{gone} -> {there.address}', 'the target wants another one')
    elif there.port_id == port_id:
        _change(context, wish, 'update', f'{there.address} for {there.fixed_address} -> the address of its port',
                'differs from the target')
    else:
        _change(context, wish, 'update', f'{there.address} port {there.port_id or "none"} -> {port_id or "the new one"}',
                'differs from the target')


def _moving(context: Context, wish: Wish, port_id: str | None) -> str | None:
    """The task that gives the port another address: the floating IP would stay with the old one."""
    task = context.plan.tasks.get(f'update {wish.item}')
    if task is None:
        return None
    changes = task.spec['ports'].get(port_id, {}) if task.verb == 'server.update' else task.spec['changes']
    return task.id if changes.keys() & {'fixed_ips', 'subnet'} else None


def _stands(context: Context, wish: Wish, there: FloatingIp) -> bool:
    """Whether a floating IP stands for an address that its port has."""
    port = context.live[wish.vim].ports.get(there.port_id or '')
    return port is None or there.fixed_address in (None, *(address for _subnet, address in port.fixed_ips))


def _add(context: Context, wish: Wish, verb: str, spec: dict[str, Any], after: list[str]) -> None:
    task = context.plan.add(Task(f'floating-ip {wish.item} {wish.interface}', verb, wish.vim, wish.item, spec,
                                 tuple(dict.fromkeys(after))))
    ready = context.plan.tasks.get(f'ready {wish.item}')
    if ready is not None and (ready.task_file or ready.spec.interface == wish.interface):
        # Whether it is up is asked at that address
        context.plan.tasks[ready.id] = ready._replace(after=(*ready.after, task))


def _change(context: Context, wish: Wish, action: str, detail: str, reason: str) -> None:
    context.plan.changes.append(Change(action, 'floating_ip', wish.name, wish.vim, detail, reason))
