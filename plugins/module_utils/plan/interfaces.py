# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the interfaces of a VDU instance and the ports of its server; all of it is changed in place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import kept_ports, qos, trunk, vnic
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Live, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import Difference, listed
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port, Server


def compare_interfaces(instance: Instance, record: Resource, server: Server, difference: Difference,
                       only: Collection[str] | None = None) -> None:
    """Interfaces that are new, gone, moved or detached, and the attributes of the ports that stay.

    :param only: names of interfaces, and nothing else is compared; their ports are kept until all are moved.
    """
    shared = instance.shared
    recorded = record.get('ports', {})
    known = difference.known = instance.known_ports(record)
    plugged: list[tuple[int, str]] = []
    last_kept = -1
    for place, (interface, net) in enumerate(zip(shared.vdu.interfaces, shared.nets)):
        old, entry = recorded.get(interface.name), known.get(interface.name)
        if only is not None and interface.name not in only:
            last_kept = place
        elif (text := _other_port(instance, interface, net, old, entry)) is not None:
            there = old['id'] if old is not None and old['net'] != net else entry['id'] if entry else None
            # One that has taken the place of a kept one is this operation's own
            if only is not None and there in shared.live.ports and interface.name not in record.get(kept_ports.PART, {}):
                difference.kept[interface.name] = there
                difference.released[interface.name] = (there, True)
                _renew(difference, plugged, place, interface, text, None, 'attach; the old port is kept until all are moved')
            else:
                _renew(difference, plugged, place, interface, text, there)
        elif entry is not None:
            port = shared.live.ports[entry['id']]
            _port(instance, interface, port, (old or {}).get('given', ()), difference)
            if port.device_id == server.id:
                last_kept = place
            else:
                _attach_again(instance, server, interface, port, difference)
                plugged.append((place, f'interface {interface.name} is not attached'))
    # A guest sees its interfaces in the order in which they were attached
    difference.texts += [text + (" (comes last in the guest's order)" if place < last_kept else '') for place, text in plugged]
    if difference.kept or kept_ports.PART in record:
        _leftovers(instance, record, server, difference)
    if only is not None:
        return
    subports = len(shared.ports) > len(shared.vdu.interfaces)
    # Names of ports that are known are names of the target: nothing of the record is gone then
    gone = () if recorded.keys() <= known.keys() else recorded.keys() - {interface.name for interface in shared.ports}
    for name in sorted(gone):
        if trunk.is_subport(name):
            difference.stale[name] = recorded[name]['id']
            continue
        difference.detached[name] = recorded[name]['id']
        difference.texts.append(f'interface {name} {_link(recorded[name]["net"])} -> none (detach)')
    if subports:
        _subports(instance, recorded, known, difference)
    if difference.detached or difference.stale or subports:
        difference.trunks = trunk.compare(instance, record, {**difference.detached, **difference.stale}, difference.made)
        difference.texts += difference.trunks.texts


def _other_port(instance: Instance, interface: Interface, net: str, old: Resource | None, entry: Resource | None) -> str | None:
    """In words, why an interface gets another port."""
    if old is not None and old['net'] != net:
        return f'{_link(old["net"])} -> {_link(net)}'
    if entry is None:
        return 'is new' if old is None else 'has no port'
    port = instance.shared.live.ports[entry['id']]
    if not _has_mac(instance, interface, port):
        return f'MAC {entry["mac_address"]} -> {interface.mac_addresses[instance.index]}'
    return _other_kind(port, interface)


def _leftovers(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    """Ports that are kept come off the server, and go when all else is done."""
    ports = instance.shared.live.ports
    for name, (port_id, goes) in kept_ports.leftover(record).items():
        if name not in difference.kept:
            difference.released[name] = (port_id, goes)
            difference.texts.append(f'interface {name} port {port_id} that was kept of '
                                    f'{_link(record[kept_ports.PART][name]["net"])} -> none')
    difference.off.update({name: port_id for name, (port_id, goes) in difference.released.items()
                           if goes and port_id in ports and ports[port_id].device_id == server.id})


def _subports(instance: Instance, recorded: dict[str, Any], known: dict[str, Any], difference: Difference) -> None:
    """Ports of subports that are new, moved or changed; no server is on them, they come and go beside it."""
    shared = instance.shared
    first = len(shared.vdu.interfaces)
    for place, interface in enumerate(shared.ports[first:], first):
        entry = known.get(interface.name)
        if entry is None or not _has_mac(instance, interface, shared.live.ports[entry['id']]):
            difference.made.append(place)
            if interface.name in recorded:
                difference.stale[interface.name] = recorded[interface.name]['id']
        else:
            given = recorded.get(interface.name, {}).get('given', ())
            _port(instance, interface, shared.live.ports[entry['id']], given, difference)


def _other_kind(port: Port, interface: Interface) -> str | None:
    """In words, what of a port can not be changed while a server is on it."""
    return vnic.other_type(port, interface) or trunk.other(port, interface)


def _link(net: str) -> str:
    return net.partition(':')[2]


def _renew(difference: Difference, plugged: list[tuple[int, str]], place: int, interface: Interface, text: str,
           old_port: str | None, how: str = '') -> None:
    """A port that is made and attached, in the place of the old one where there is one."""
    if old_port is not None:
        difference.detached[interface.name] = old_port
    difference.made.append(place)
    difference.attached.append(interface.name)
    plugged.append((place, f'interface {interface.name} {text} ({how or ("attach" if old_port is None else "detach, attach")})'))


def _attach_again(instance: Instance, server: Server, interface: Interface, port: Port, difference: Difference) -> None:
    difference.attached.append(interface.name)
    if not port.device_id:
        return
    twins = {one.id for one in instance.shared.live.marked_servers.get(instance.mark('server'), ())}
    if port.device_id in twins:
        # It is deleted as made twice, and the port is free then
        difference.taken_by.add(port.device_id)
    else:
        difference.problems.append(f'interface {interface.name}: its port {port.id} is in use by {port.device_id}, which is '
                                   f'not {server.id} of {instance.key}; detach it there')


def _has_mac(instance: Instance, interface: Interface, port: Port) -> bool:
    return not interface.mac_addresses or port.mac_address.lower() == interface.mac_addresses[instance.index].lower()


def _port(instance: Instance, interface: Interface, port: Port, given: tuple[str, ...], difference: Difference) -> None:
    changes: dict[str, Any] = {}
    texts: list[str] = []
    _port_security(instance, interface, port, given, changes, texts)
    _pairs(instance, interface, port, changes, texts)
    _addresses(instance, interface, port, changes, texts)
    if '/kept.' in port.description and port.description == kept_ports.kept_mark(instance, interface.name):
        changes['description'] = instance.mark(f'port.{interface.name}')
        texts.append(f'port {port.id} that was kept is in use again')
    policy_id = instance.shared.qos_policies.get(interface.name)
    text = qos.change(instance.shared.live, policy_id, 'qos_policy' in given, port.qos_policy_id)
    if text is not None:
        changes['qos_policy_id'] = policy_id
        texts.append(text)
    if changes:
        difference.ports[port.id] = changes
        difference.texts += [f'interface {interface.name} {text}' for text in texts]


def _pairs(instance: Instance, interface: Interface, port: Port, changes: dict[str, Any], texts: list[str]) -> None:
    shared = instance.shared.virtual_ips.get(interface.name, {})
    if not (shared or port.address_pairs or interface.allowed_address_pairs):
        return
    have = {address for address, _mac in port.address_pairs}
    pairs = {pair.ip_address for pair in interface.allowed_address_pairs}
    pairs.update(address for addresses in shared.values() for address in addresses or ())
    coming = {f'that of {item.partition(":")[2]}' for item, addresses in shared.items() if addresses is None}
    if coming or (have != pairs and (pairs or _may_change(instance.shared.live, port))):
        changes['address_pairs'] = [(pair.ip_address, pair.mac_address) for pair in interface.allowed_address_pairs]
        if shared:
            # Their addresses come with the call: the record has those that are only found now
            changes['virtual_ips'] = shared
        texts.append(f'address pairs {listed(have)} -> {listed(pairs | coming)}')


def _may_change(live: Live, port: Port) -> bool:
    """Whether port attributes are ours to change: on a network of another project they are not a member's."""
    network = live.networks.get(port.network_id)
    return network is not None and (network.project_id == live.state.project_id or 'admin' in live.state.roles)


def _port_security(instance: Instance, interface: Interface, port: Port, given: tuple[str, ...], changes: dict[str, Any],
                   texts: list[str]) -> None:
    """Port security and security groups go together: none without it, and with it the project's default when none are named.

    :param given: what an earlier document named, and so what is put back when this one does not.
    """
    live = instance.shared.live
    secure = interface.port_security
    if secure is None and 'port_security' in given:
        network = live.networks.get(port.network_id)
        secure = network is None or network.port_security is not False
    if secure is not None and port.port_security != secure:
        changes['port_security'] = secure
        texts.append(f'port_security {str(port.port_security).lower()} -> {str(secure).lower()}')
    names = interface.security_groups
    wanted = None if names is None else frozenset(instance.shared.security_groups[interface.name])
    if names is None and not changes.get('port_security', port.port_security):
        # Neutron does not turn it off while there are groups
        wanted, names = (frozenset(), ()) if 'port_security' in changes else (None, None)
    elif names is None and ('security_groups' in given or ('port_security' in changes and not port.security_groups)):
        wanted, names = frozenset(group_id for group_id, name in live.state.security_groups if name == 'default'), ('default',)
    if wanted is not None and port.security_groups != wanted:
        changes['security_groups'] = sorted(wanted)
        texts.append(f'security groups {listed(port.security_groups)} -> {listed(names or ())}')


def _addresses(instance: Instance, interface: Interface, port: Port, changes: dict[str, Any], texts: list[str]) -> None:
    live = instance.shared.live
    if not (interface.ip_addresses or live.leaving):
        return
    have = listed(one for _subnet, one in port.fixed_ips)
    if interface.ip_addresses:
        address = interface.ip_addresses[instance.index]
        if address not in {one for _subnet, one in port.fixed_ips}:
            changes['fixed_ips'] = [(None, address)]
            texts.append(f'fixed IP {have} -> {address}')
        return
    left = [(subnet, one) for subnet, one in port.fixed_ips if subnet not in live.leaving]
    if len(left) == len(port.fixed_ips):
        return
    if left:
        changes['fixed_ips'] = left
        texts.append(f'fixed IP {have} -> {listed(one for _subnet, one in left)}')
    else:
        # The subnet that it moves to may be one that is made by then
        changes['subnet'] = live.leaving[port.fixed_ips[0][0]]
        texts.append(f'fixed IP {have} -> one of {changes["subnet"][1]}')
