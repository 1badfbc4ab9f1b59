# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between a VDU instance of the target and the server that is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor as flavors
from ansible_collections.nfv.mano.plugins.module_utils.plan import instance_volumes, power
from ansible_collections.nfv.mano.plugins.module_utils.plan import server_group as server_groups
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, user_data_hash
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port, Server


@dataclass(slots=True)
class Difference:
    """``server``, ``ports`` (by id) and ``power`` are done in place; each text of ``replace`` needs another server."""

    texts: list[str] = field(default_factory=list)
    replace: list[str] = field(default_factory=list)
    server: dict[str, Any] = field(default_factory=dict)
    ports: dict[str, dict[str, Any]] = field(default_factory=dict)
    power: tuple[power.Step, ...] = ()
    volumes: instance_volumes.Moves = field(default_factory=instance_volumes.Moves)


def compare(instance: Instance, record: Resource, server: Server) -> Difference:
    """Every attribute that the document gives, against the live server and its live ports; both values in each text."""
    difference = Difference()
    _status(instance, server, difference)
    _attributes(instance, record, server, difference)
    _metadata(instance, record, server, difference)
    _tags(instance, record, server, difference)
    _rebuilt(instance, record, server, difference)
    _group(instance, server, difference)
    _interfaces(instance, record, server, difference)
    difference.volumes = instance_volumes.compare(instance, record, server, difference.texts, difference.replace)
    return difference


def _status(instance: Instance, server: Server, difference: Difference) -> None:
    way = power.steps(server.status, instance.status)
    if way is None:
        difference.replace.append(f'status {server.status}')
    elif way:
        difference.power = way
        difference.texts.append(power.describe(server.status, way))


def _attributes(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    vdu = instance.shared.vdu
    for name, wanted in (('name', instance.name), ('description', vdu.description or None)):
        if wanted is not None and getattr(server, name) != wanted:
            difference.server[name] = wanted
            difference.texts.append(f'{name} {getattr(server, name) or "none"} -> {wanted}')


def _metadata(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    wanted = {**instance.shared.vdu.metadata, MARK_KEY: instance.mark('server')}
    # Keys that somebody else set stay; keys of ours that the document no longer has go
    gone = [key for key in record.get('metadata', ()) if key not in wanted and key in server.metadata]
    if wanted.items() <= server.metadata.items() and not gone:
        return
    changed = {key: value for key, value in wanted.items() if server.metadata.get(key) != value}
    if changed:
        difference.server['metadata'] = changed
    if gone:
        difference.server['metadata_gone'] = gone
    difference.texts += [f'metadata {key} {server.metadata.get(key, "none")} -> {value}' for key, value in changed.items()]
    difference.texts += [f'metadata {key} {server.metadata[key]} -> none' for key in gone]


def _tags(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    wanted = {*instance.shared.vdu.tags, ns_tag(instance.shared.ns_id)}
    gone = (set(record.get('tags', ())) - wanted) & server.tags
    if wanted <= server.tags and not gone:
        return
    tags = sorted((server.tags | wanted) - gone)
    difference.server['tags'] = tags
    difference.texts.append(f'tags {_listed(server.tags)} -> {_listed(tags)}')


def _rebuilt(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    shared = instance.shared
    if not flavors.server_fits(shared.vdu.flavor, server.flavor, shared.live.flavors):
        difference.replace.append(f'flavor {server.flavor.get("original_name")} -> {flavors.in_full(shared.vdu.flavor)}')
    # A name that means another image by now does not change servers made from the old one
    same_words = record.get('image') == shared.image
    wanted_image = record.get('image_id') if same_words and record.get('image_id') else shared.image_id
    if server.image_id != wanted_image:
        difference.replace.append(f'image {server.image_id} -> {shared.image} {wanted_image}')
    if instance.rendered and 'user_data_hash' in record and record['user_data_hash'] != user_data_hash(instance):
        difference.replace.append('user data has changed')


def _group(instance: Instance, server: Server, difference: Difference) -> None:
    """Nova puts a server into its group when it makes it, and never later: the group's own members tell."""
    have, wanted = instance.shared.live.group_of.get(server.id), instance.shared.group
    if (have.id if have else '') != ((wanted['id'] or 'new') if wanted else ''):
        difference.replace.append(f'affinity group {server_groups.describe(have)} -> {wanted["text"] if wanted else "none"}')


def _interfaces(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    shared = instance.shared
    recorded = record.get('ports', {})
    known = instance.known_ports(record)
    for interface, net in zip(shared.vdu.interfaces, shared.nets):
        entry = known.get(interface.name)
        before = recorded.get(interface.name, {}).get('net', net)
        if before != net:
            difference.replace.append(f'interface {interface.name} {before} -> {net}')
        elif entry is None:
            difference.replace.append(f'interface {interface.name} has no port' if interface.name in recorded else
                                      f'interface {interface.name} is new')
        elif shared.live.ports[entry['id']].device_id != server.id:
            difference.replace.append(f'interface {interface.name} is not attached')
        else:
            _port(instance, interface, shared.live.ports[entry['id']], difference)
    for name in recorded.keys() - {interface.name for interface in shared.vdu.interfaces}:
        difference.replace.append(f'interface {name} is not in the target')


def _port(instance: Instance, interface: Interface, port: Port, difference: Difference) -> None:
    changes: dict[str, Any] = {}
    texts = []
    if interface.port_security is not None and port.port_security != interface.port_security:
        changes['port_security'] = interface.port_security
        texts.append(f'port_security {str(port.port_security).lower()} -> {str(interface.port_security).lower()}')
        if not interface.port_security and interface.security_groups is None and port.security_groups:
            # Neutron does not turn it off while there are groups
            changes['security_groups'] = []
            texts.append(f'security groups {_listed(port.security_groups)} -> none')
    if interface.security_groups is not None:
        wanted = frozenset(instance.shared.security_groups[interface.name])
        if port.security_groups != wanted:
            changes['security_groups'] = sorted(wanted)
            texts.append(f'security groups {_listed(port.security_groups)} -> {_listed(interface.security_groups)}')
    pairs = {pair.ip_address for pair in interface.allowed_address_pairs}
    if pairs and {address for address, _mac in port.address_pairs} != pairs:
        changes['address_pairs'] = [(pair.ip_address, pair.mac_address) for pair in interface.allowed_address_pairs]
        texts.append(f'address pairs {_listed(address for address, _mac in port.address_pairs)} -> {_listed(pairs)}')
    if interface.ip_addresses:
        address = interface.ip_addresses[instance.index]
        if address not in {one for _subnet, one in port.fixed_ips}:
            changes['fixed_ips'] = [(None, address)]
            texts.append(f'fixed IP {_listed(one for _subnet, one in port.fixed_ips)} -> {address}')
    if interface.mac_addresses and port.mac_address.lower() != interface.mac_addresses[instance.index].lower():
        difference.replace.append(f'interface {interface.name} MAC {port.mac_address} -> '
                                  f'{interface.mac_addresses[instance.index]}')
    if changes:
        difference.ports[port.id] = changes
        difference.texts += [f'interface {interface.name} {text}' for text in texts]


def _listed(values: Iterable[str]) -> str:
    return ' '.join(sorted(values)) or 'none'
