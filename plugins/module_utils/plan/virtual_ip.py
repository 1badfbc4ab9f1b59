# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual IPs: ports that no server is on, whose addresses the interfaces of several instances may use.

Their entry in the record has one part ``ports`` as an instance's has, so that what deals with ports deals with them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan import port_rights
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource, link_key, short
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import listed
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import port_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu
from ansible_collections.nfv.mano.plugins.module_utils.target.model import VirtualIp as Wanted
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port

PREFIX = 'virtual_ip:'
#: What the one port of a virtual IP is called in the record and in its mark.
PORT = 'virtual_ip'


class Making(NamedTuple):
    """A virtual IP's port that is to be made; ``port_spec`` as an instance's."""

    ns_id: str
    name: str
    mark: str
    net: str
    ip_address: str | None

    def port_spec(self, _place: int, resources: dict[str, Resource]) -> dict[str, Any]:
        """What the port is made with; ``resources`` has its network's id by now."""
        return {'ns_id': self.ns_id, 'name': self.name, 'interface': PORT, 'mark': self.mark, 'net': self.net,
                'network_id': resources[self.net]['id'], 'given': [],
                'fixed_ips': [(None, self.ip_address)] if self.ip_address else []}


def plan_virtual_ips(context: Context) -> None:
    """Every virtual IP of the target: kept, changed or made; after networks were planned."""
    for place, wanted in enumerate(context.target.virtual_ips if context.target else ()):
        _plan(context, f'virtual_ips[{place}]', wanted)


def of_interfaces(context: Context, vdu: Vdu) -> dict[str, dict[str, tuple[str, ...] | None]]:
    """The virtual IPs of those interfaces that share some: record key -> addresses, None while a task finds them."""
    return {interface.name: {f'{PREFIX}{name}': context.virtual_ips.get(f'{PREFIX}{name}') for name in interface.virtual_ips}
            for interface in vdu.interfaces if interface.virtual_ips}


def _plan(context: Context, path: str, wanted: Wanted) -> None:
    item = f'{PREFIX}{wanted.name}'
    ref, link = context.target.virtual_link(wanted.virtual_link)
    net, vim = link_key(ref), link.vim or ''
    live = context.live[vim]
    record = context.record.get(item, {})
    recorded = record.get('ports', {}).get(PORT, {})
    port_rights.check(context, path, vim, net, wanted)
    moves = bool(recorded) and (recorded['net'], record['vim']) != (net, vim)
    text = mark(context.ns_id, wanted.name, f'port.{PORT}')
    port = None if moves else live.ports.get(recorded.get('id', '')) or next(iter(live.marked_ports.get(text, ())), None)
    name = _name(context, item)
    if wanted.ip_address is not None:
        context.virtual_ips[item] = (wanted.ip_address,)
    if port is not None:
        _compare(context, item, vim, wanted, net, port)
        return
    after = [context.makers[net]] if net in context.makers else []
    if moves:
        after.append(_delete(context, item, record))
    making = Making(context.ns_id, name, text, net, wanted.ip_address)
    context.makers[item] = context.plan.add(Task(f'ports {item}', 'ports.create', vim, item, (making, (0,)), tuple(after)))
    context.plan.need(vim, port=0 if moves and record['vim'] == vim else 1)
    detail = f'{f"{wanted.ip_address} on " if wanted.ip_address else ""}{wanted.virtual_link}'
    was = f'was on {recorded["net"].partition(":")[2]}' if moves else 'it is gone from the VIM'
    reason = was if recorded else 'not there yet'
    context.plan.changes.append(Change('replace' if moves else 'create', 'virtual_ip', name, vim, detail, reason))


def _compare(context: Context, item: str, vim: str, wanted: Wanted, net: str, port: Port) -> None:
    """Only its address can differ, which is changed in place."""
    record = context.record.get(item, {})
    changes, text = _moved(context, vim, wanted, port) if context.asked.scope is None else ({}, '')
    context.plan.found[item] = {**record, 'vim': vim, 'ports': {PORT: port_entry(port, net)}}
    if not changes:
        context.virtual_ips.setdefault(item, tuple(address for _subnet, address in port.fixed_ips))
        context.plan.unchanged += 1
        return
    spec = {'id': port.id, 'net': net, 'changes': changes}
    after = (context.makers[net],) if net in context.makers else ()
    context.makers[item] = context.plan.add(Task(f'update {item}', 'virtual_ip.update', vim, item, spec, after))
    context.users.setdefault(net, []).append(context.makers[item])
    context.plan.changes.append(Change('update', 'virtual_ip', _name(context, item), vim, text, 'differs from the target'))


def _moved(context: Context, vim: str, wanted: Wanted, port: Port) -> tuple[dict[str, Any], str]:
    """The changes of a port's addresses, and what they are in words."""
    have = [address for _subnet, address in port.fixed_ips]
    if wanted.ip_address is not None:
        if wanted.ip_address in have:
            return {}, ''
        return {'fixed_ips': [(None, wanted.ip_address)]}, f'{listed(have)} -> {wanted.ip_address}'
    leaving = context.live[vim].leaving
    left = [(subnet, address) for subnet, address in port.fixed_ips if subnet not in leaving]
    if len(left) == len(port.fixed_ips):
        return {}, ''
    if left:
        return {'fixed_ips': left}, f'{listed(have)} -> {listed(address for _subnet, address in left)}'
    place = leaving[port.fixed_ips[0][0]]
    return {'subnet': place}, f'{listed(have)} -> one of {place[1]}'


def plan_removed(context: Context) -> None:
    """Virtual IPs of the record that the target does not have any more go."""
    if context.asked.scope is not None:
        return
    wanted = {f'{PREFIX}{one.name}' for one in (context.target.virtual_ips if context.target else ())}
    for item, record in context.record.items():
        if not item.startswith(PREFIX) or item in wanted:
            continue
        port = record.get('ports', {}).get(PORT, {})
        if port.get('id') not in context.live[record['vim']].ports:
            context.plan.forgotten.append(item)
            continue
        _delete(context, item, record)
        context.plan.changes.append(Change('delete', 'virtual_ip', _name(context, item), record['vim'],
                                           listed(port['ip_addresses']), 'not in the target'))


def _name(context: Context, item: str) -> str:
    return short((context.ns_name, 16), (item.removeprefix(PREFIX), 16))


def _delete(context: Context, item: str, record: Resource) -> str:
    port = record['ports'][PORT]
    task = context.plan.add(Task(f'ports-delete {item}', 'ports.delete', record['vim'], item, {PORT: port['id']}, ()))
    context.users.setdefault(port['net'], []).append(task)
    return task
