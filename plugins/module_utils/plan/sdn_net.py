# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual links as nets on an SDN controller, between the ports of physical cards: connected, compared, disconnected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task, TaskFile
from ansible_collections.nfv.mano.plugins.module_utils.plan.vnic import VNIC_TYPES
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Binding

#: After these a port may be on another card, or gone.
REBINDING = frozenset({'ports.create', 'ports.delete', 'server.create', 'server.await', 'server.delete', 'server.plug',
                       'server.unplug', 'server.resize', 'server.move'})
CONNECTED = 'CONNECTED'
RIGHTS = 'get_port:binding:host_id, get_port:binding:profile'


class End(NamedTuple):
    """An interface on a physical card: of which instance, its name, and its type in the document."""

    vnf: str
    vdu: str
    count_index: int
    interface: str
    type: str

    @property
    def item(self) -> str:
        """The instance's record key."""
        return _item(self._asdict())


def _item(port: Mapping[str, Any]) -> str:
    return f'vdu:{port["vnf"]}/{port["vdu"]}/{port["count_index"]}'


class SdnNet(NamedTuple):
    """What a net on a controller is made of: ``net`` is the record key of its virtual link, ``entry`` what the record keeps
    from the beginning."""

    net: str
    ends: tuple[End, ...]
    entry: dict[str, Any]


def ends_of(context: Context) -> dict[str, list[End]]:
    """The interfaces on physical cards of every virtual link that is an SDN net, by the link's key."""
    found: dict[str, list[End]] = {key: [] for _path, key, link in context.links() if link.sdn}
    for _path, vnf, vdu in context.vdus() if found else ():
        for interface in vdu.interfaces:
            key = context.target.virtual_link(interface.virtual_link, vnf)[0] if context.target else ''
            if key in found and interface.type in VNIC_TYPES:
                ends = (End(vnf.name, vdu.name, index, interface.name, interface.type) for index in range(vdu.count))
                found[key] += [end for end in ends if _is_there(context, end)]
    return found


def _is_there(context: Context, end: End) -> bool:
    """Whether an instance's port is there, or will be."""
    made = any(f'{verb} {end.item}' in context.plan.tasks for verb in ('create', 'plug'))
    return made or end.interface in context.record.get(end.item, {}).get('ports', {})


def plan_sdn_nets(context: Context) -> None:
    """Those of the target: connected where they are new, or not as the bound ports say."""
    ends = ends_of(context)
    moving: dict[str, list[str]] = {}
    for task in context.plan.tasks.values() if ends else ():
        if task.verb in REBINDING:
            moving.setdefault(task.item, []).append(task.id)
    for path, key, link in context.links():
        if link.sdn is None or link.vim not in context.live:
            # Where servers are only moved, VIMs without any are not read
            continue
        if not context.live[link.vim].state.admin:
            context.problem(f'{path}.sdn', f'where ports are bound takes the rights {RIGHTS} (administrators), which this '
                            f'project member does not have in VIM {link.vim}; name an admin_cloud for the VIM')
            continue
        _plan(context, key, link, tuple(ends[key]), moving)


def _plan(context: Context, key: str, link: VirtualLink, ends: tuple[End, ...], moving: Mapping[str, list[str]]) -> None:
    item, net = f'sdn_net:{key}', f'net:{key}'
    record = context.record.get(item, {})
    entry = {'vim': link.vim, 'id': mark(context.ns_id, key, 'sdn_net'), 'name': key, 'owned': True, 'type': link.type.upper(),
             'task_file': link.sdn.task_file, 'timeout_s': link.sdn.timeout_s}
    items = {end.item for end in ends} | {_item(port) for port in record.get('sdn_ports', ())}
    after = [task_id for one in sorted(items) for task_id in moving.get(one, ())]
    why = _why(context, ends, record, entry, bool(after) or f'create {net}' in context.plan.tasks)
    after += [context.makers[net]] if net in context.makers else []
    if why is None:
        context.plan.found[item] = {**record, **entry}
        context.plan.unchanged += 1
        return
    count = f'{len(ends)} port{"s" if len(ends) != 1 else ""} of physical cards'
    context.plan.changes.append(Change('update' if record else 'create', 'sdn_net', key, link.vim,
                                       f'{entry["type"]}, {count}{f": {why}" if record else ""}', why))
    context.plan.add(Task(f'connect {item}', 'sdn_net.connect', link.vim, item, SdnNet(net, ends, entry), tuple(after),
                          TaskFile(link.sdn.task_file, 'sdn_net', key, float(link.sdn.timeout_s))))


def _why(context: Context, ends: tuple[End, ...], record: Resource, entry: Resource, moving: bool) -> str | None:
    """Why a net has to be connected (again), None where it is as it should be."""
    if not record:
        return 'not there yet'
    if record.get('state') != CONNECTED:
        return 'not connected yet'
    if moving:
        return 'its ports change'
    if record.get('type') != entry['type']:
        return 'differs from the target'
    try:
        ports = sdn_ports(ends, context.record, context.live[entry['vim']].state.bindings)
    except KeyError:
        return 'ports are not bound'
    return None if ports == record.get('sdn_ports') else 'its ports are bound elsewhere by now'


def sdn_ports(ends: Iterable[End], record: Mapping[str, Resource], bindings: Mapping[str, Binding]) -> list[dict[str, Any]]:
    """The SDN ports of interfaces, in the document's order.

    :raises KeyError: an interface without a port, or a port (named by its id) that is not bound to a card.
    """
    found = []
    for end in ends:
        port = record[end.item]['ports'][end.interface]
        bound = bindings[port['id']]
        if not bound.host or not bound.pci_slot:
            raise KeyError(port['id'])
        found.append({**end._asdict(), 'port_id': port['id'], 'mac_address': port['mac_address'], 'compute_node': bound.host,
                      'pci_address': bound.pci_slot, 'physical_network': bound.physical_network})
    return found


def plan_removed(context: Context) -> None:
    """Those of the record that the target does not have: disconnected once their servers are gone, before their networks go."""
    wanted = {f'sdn_net:{key}' for _path, key, link in context.links() if link.sdn}
    for item, record in context.record.items():
        if not item.startswith('sdn_net:') or item in wanted:
            continue
        key = item.partition(':')[2]
        items = {_item(port) for port in (*record.get('sdn_ports', ()), *record.get('asked', ()))}
        after = tuple(task.id for task in context.plan.tasks.values() if task.item in items and task.verb in REBINDING)
        task_id = context.plan.add(Task(f'disconnect {item}', 'sdn_net.disconnect', record['vim'], item, record, after,
                                        TaskFile(record['task_file'], 'sdn_net', key, float(record['timeout_s']))))
        context.users.setdefault(f'net:{key}', []).append(task_id)
        context.plan.changes.append(Change('delete', 'sdn_net', key, record['vim'], record['type'], 'not in the target'))
