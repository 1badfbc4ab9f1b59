# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between objects, a rule for each type. A rule sees the objects of one host, or all of them; none does any I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.hosts import pnic_id
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, UP, Link, Obj

_DOWN = frozenset({'down', 'DOWN', 'ERROR', 'SHUTOFF', 'PAUSED', 'SUSPENDED', 'BUILD'})


class World:
    """Objects by what rules ask for."""

    def __init__(self, objects: Iterable[Obj]) -> None:
        self.by_id: dict[str, Obj] = {}
        self._by_type: dict[str, list[Obj]] = {}
        self._by_host: dict[tuple[str, str], list[Obj]] = {}
        for one in objects:
            self.by_id[one.id] = one
            self._by_type.setdefault(one.type, []).append(one)
            if one.host:
                self._by_host.setdefault((one.host, one.type), []).append(one)

    def of(self, kind: str) -> Sequence[Obj]:
        """All objects of a type."""
        return self._by_type.get(kind, ())

    def at(self, host: str, kind: str) -> Sequence[Obj]:
        """The objects of a type on a host."""
        return self._by_host.get((host, kind), ())

    def hosts(self) -> list[str]:
        """Every host that something is on."""
        return sorted({host for host, _kind in self._by_host})


def make_links(objects: Iterable[Obj], type_drivers: Iterable[str] = ()) -> list[Link]:
    """Every link that follows from the objects, each once.

    :param type_drivers: of the environment; with ``vlan`` only physical interfaces behind a vedge lead to networks.
    """
    world, drivers = World(objects), set(type_drivers)
    found: dict[tuple[str, str, str], Link] = {}
    for rule in _WORLD_RULES:
        for link in rule(world):
            found.setdefault((link.type, link.source_id, link.target_id), link)
    for host in world.hosts():
        for rule_of_host in _HOST_RULES:
            for link in rule_of_host(world, host):
                found.setdefault((link.type, link.source_id, link.target_id), link)
        for link in _pnic_networks(world, host, 'vlan' in drivers):
            found.setdefault((link.type, link.source_id, link.target_id), link)
    return list(found.values())


def is_up(*objects: Obj) -> str:
    """The state of a link between objects: down where one of them is."""
    return DOWN if any(one.status in _DOWN for one in objects) else UP


def _link(kind: str, source: Obj, target: Obj, networks: tuple[str, ...] = (), **attributes: Any) -> Link:
    return Link(kind, source.id, target.id, is_up(source, target), source.host or target.host,
                f'{source.name}-{target.name}', networks, attributes=attributes)


def _vnic_owners(world: World) -> Iterator[Link]:
    for vnic in world.of('vnic'):
        owner = world.by_id.get(vnic.owner_id)
        if owner is not None and owner.type in ('instance', 'vservice'):
            yield _link(f'{owner.type}-vnic', owner, vnic, vnic.networks)


def _switches(world: World) -> Iterator[Link]:
    for port in world.of('switch_pnic'):
        switch = world.by_id.get(port.owner_id)
        if switch is not None and switch.type == 'switch':
            yield _link('switch-switch_pnic', switch, port)
        heard = port.attributes.get('lldp') or {}
        other = world.by_id.get(f'switch:{heard.get("chassis_id")}/{heard.get("port_id")}')
        if other is not None and other.id != port.id:
            # Both ends hear each other: one link, whoever is asked first
            first, second = sorted((port, other), key=lambda one: one.id)
            yield _link('switch_pnic-switch_pnic', first, second)


def _pnic_switches(world: World) -> Iterator[Link]:
    by_mac = {mac.lower(): port for port in world.of('switch_pnic') for mac in port.attributes.get('mac_addresses') or ()}
    for pnic in world.of('host_pnic'):
        heard = pnic.attributes.get('lldp') or {}
        port = world.by_id.get(f'switch:{heard.get("chassis_id")}/{heard.get("port_id")}') \
            or by_mac.get(str(pnic.attributes.get('mac_address')).lower())
        if port is not None:
            yield _link('host_pnic-switch_pnic', pnic, port)


def _vnic_connectors(world: World, host: str) -> Iterator[Link]:
    by_device = {name: one for one in world.at(host, 'vconnector') for name in one.attributes.get('interfaces') or ()}
    by_mac = {mac: one for one in world.at(host, 'vconnector') for mac in one.attributes.get('macs') or ()}
    for vnic in world.at(host, 'vnic'):
        connector = by_device.get(vnic.attributes.get('device')) or by_mac.get(vnic.attributes.get('mac_address'))
        if connector is not None:
            yield _link('vnic-vconnector', vnic, connector, vnic.networks)


def _connector_pnics(world: World, host: str) -> Iterator[Link]:
    for connector in world.at(host, 'vconnector'):
        parents = connector.attributes.get('parents') or {}
        for name in connector.attributes.get('interfaces') or ():
            # eth0.210 is eth0's, and so is a VLAN with a name of its own
            for each in (name, parents.get(name), name.rpartition('.')[0]):
                pnic = world.by_id.get(pnic_id(host, each)) if each else None
                if pnic is not None:
                    yield _link('vconnector-host_pnic', connector, pnic, interface=name)
                    break


def _edge_vnics(world: World, host: str) -> Iterator[Link]:
    edges = world.at(host, 'vedge')
    by_port = {name: (edge, port) for edge in edges for name, port in (edge.attributes.get('ports') or {}).items()}
    by_port_id = {(port.get('external_ids') or {}).get('iface-id'): (edge, port) for edge, port in by_port.values()}
    by_mac = {mac: edge for edge in edges for mac in edge.attributes.get('macs') or ()}
    for vnic in world.at(host, 'vnic'):
        told = vnic.attributes
        # A hybrid vnic's port on the switch is the far end of its bridge's veth: it goes by the bridge
        found = by_port.get(told.get('device')) or (None if told.get('hybrid') else by_port_id.get(told.get('port_id') or ''))
        if found is not None:
            yield _link('vnic-vedge', vnic, found[0], vnic.networks, bridge=found[1].get('bridge'), tag=found[1].get('tag'))
        elif told.get('mac_address') in by_mac:
            yield _link('vnic-vedge', vnic, by_mac[told['mac_address']], vnic.networks)
        elif told.get('vnic_type') in ('direct', 'macvtap', 'direct-physical'):
            for edge in edges:
                if edge.attributes.get('kind') == 'sriov':
                    yield _link('vnic-vedge', vnic, edge, vnic.networks, pci_slot=told.get('pci_slot'))


def _connector_edges(world: World, host: str) -> Iterator[Link]:
    by_port = {name: edge for edge in world.at(host, 'vedge') for name in edge.attributes.get('ports') or ()}
    for connector in world.at(host, 'vconnector'):
        for name in connector.attributes.get('interfaces') or ():
            other = f'qvo{name[3:]}' if name.startswith('qvb') else name
            edge = by_port.get(other)
            if edge is not None:
                yield _link('vconnector-vedge', connector, edge, interface=name, port=other)


def _edge_pnics(world: World, host: str) -> Iterator[Link]:
    for edge in world.at(host, 'vedge'):
        for name in {*(edge.attributes.get('ports') or ()), *(edge.attributes.get('pnics') or ())}:
            pnic = world.by_id.get(pnic_id(host, name))
            if pnic is not None:
                yield _link('vedge-host_pnic', edge, pnic, port=name)


def _end_points(world: World, host: str) -> Iterator[Link]:
    connectors, pnics = world.at(host, 'vconnector'), world.at(host, 'host_pnic')
    for otep in world.at(host, 'otep'):
        edge = world.by_id.get(otep.owner_id)
        if edge is not None and edge.type == 'vedge':
            yield _link('vedge-otep', edge, otep)
        address = otep.attributes.get('ip_address')
        named = otep.attributes.get('vconnectors') or ()
        for connector in connectors:
            if connector.object_name in named or (address and address in (connector.attributes.get('ip_address') or ())):
                yield _link('otep-vconnector', otep, connector)
        for pnic in pnics:
            holds = address and address in (pnic.attributes.get('ip_address') or ())
            if holds or pnic.object_name in (otep.attributes.get('pnics') or ()):
                yield _link('otep-host_pnic', otep, pnic)


def _pnic_networks(world: World, host: str, vlan: bool) -> Iterator[Link]:
    """Networks with a port bound to this host, from each of its physical interfaces that may carry them."""
    networks = sorted({network for port in world.at(host, 'port') for network in port.networks})
    behind = {link.target_id for link in _edge_pnics(world, host)}
    for pnic in world.at(host, 'host_pnic'):
        if vlan and pnic.id not in behind:
            continue
        for network_id in networks:
            network = world.by_id.get(network_id)
            if network is not None:
                yield Link('host_pnic-network', pnic.id, network.id, DOWN if pnic.status == DOWN else UP, host,
                           f'{pnic.name}-{network.name}', (network.id,))


_WORLD_RULES: tuple[Callable[[World], Iterator[Link]], ...] = (_vnic_owners, _switches, _pnic_switches)
_HOST_RULES: tuple[Callable[[World, str], Iterator[Link]], ...] = (
    _vnic_connectors, _connector_pnics, _edge_vnics, _connector_edges, _edge_pnics, _end_points)


def implicit_links(links: Iterable[Link], kinds: dict[str, str]) -> list[Link]:
    """The links that follow from others: of a to c where a leads to b and b to c, and their networks do not exclude each
    other; down where either is down.

    :param kinds: object id -> its type.
    """
    explicit = list(links)
    leads: dict[str, list[Link]] = {}
    for link in explicit:
        leads.setdefault(link.source_id, []).append(link)
    found: dict[tuple[str, str, tuple[str, ...]], Link] = {}
    level = explicit
    known = {(link.source_id, link.target_id) for link in explicit}
    while level:
        following = []
        for first in level:
            for second in leads.get(first.target_id, ()):
                joined = _joined(first, second, kinds)
                if joined is None or (joined.source_id, joined.target_id) in known:
                    continue
                key = (joined.source_id, joined.target_id, joined.networks)
                if key not in found:
                    found[key] = joined
                    following.append(joined)
        level = following
    return list({(link.source_id, link.target_id): link for link in sorted(
        found.values(), key=lambda link: link.state == UP)}.values())


def _joined(first: Link, second: Link, kinds: dict[str, str]) -> Link | None:
    source, target = kinds.get(first.source_id), kinds.get(second.target_id)
    if source is None or target is None or first.source_id == second.target_id or source == target:
        return None
    common = tuple(sorted(set(first.networks) & set(second.networks))) if first.networks and second.networks \
        else first.networks or second.networks
    if first.networks and second.networks and not common:
        return None
    state = DOWN if DOWN in (first.state, second.state) else UP
    return Link(f'{source}-{target}', first.source_id, second.target_id, state, first.host or second.host, '', common, True)
