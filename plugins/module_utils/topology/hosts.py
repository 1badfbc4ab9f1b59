# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts tell of themselves, as objects, joined with what the APIs told."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.api import UDP_PORTS, host_id
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, UNKNOWN, UP, Obj

#: Types of Open vSwitch interfaces that are tunnels.
TUNNELS = ('vxlan', 'geneve', 'gre', 'stt', 'lisp')
#: Types of objects that hosts tell of, alone or besides the APIs.
FROM_HOST = ('host_pnic', 'vconnector', 'vedge', 'otep', 'vnic', 'vservice')
#: What they add to objects that the APIs tell of.
ADDED = {'host': ('os', 'kernel', 'tools'), 'vedge': ('ports', 'bridges', 'vfs', 'macs'),
         'otep': ('ports', 'vconnectors', 'pnics'), 'vnic': ('confirmed', 'source', 'socket'), 'vservice': ('live',)}
NAMESPACES = {'qdhcp-': 'dhcp', 'qrouter-': 'router', 'snat-': 'router', 'ovnmeta-': 'metadata'}


def pnic_id(host: str, name: str) -> str:
    """The id of a physical interface."""
    return f'pnic:{host}/{name}'


def join(environment: str, known: Iterable[Obj], facts: Mapping[str, Mapping[str, Any]]) -> list[Obj]:
    """The objects of the APIs with what hosts told of them, and those that only hosts know.

    :param environment: the id of the root.
    :param facts: of each host that answered, what ``host_network_facts`` found.
    """
    objects = {one.id: one for one in known}
    vnics: dict[tuple[str, str], Obj] = {}
    for one in objects.values():
        if one.type == 'vnic':
            vnics[one.host, str(one.attributes.get('mac_address')).lower()] = one
    for host in sorted(facts):
        if host_id(host) not in objects:
            objects[host_id(host)] = Obj(host_id(host), 'host', host, environment, host=host, status=UP)
        for found in _Host(host, facts[host], objects, vnics).objects():
            there = objects.get(found.id)
            if there is None:
                objects[found.id] = found
            else:
                there.attributes = {**there.attributes, **found.attributes}
                there.status = there.status or found.status
    return list(objects.values())


def seen_there_only(one: Obj) -> bool:
    """Whether only the host tells of an object of it; what the APIs tell of is gone where they do not any more."""
    if one.type in ('host_pnic', 'vconnector', 'otep') or one.attributes.get('unmanaged'):
        return True
    told = one.attributes
    return one.type in FROM_HOST and not any(told.get(key) for key in ('port_id', 'agent_id', 'id', 'network_id'))


def again(environment: str, known: Iterable[Obj], host: str, facts: Mapping[str, Any]) -> list[Obj]:
    """A host's objects as it tells of them now.

    :param known: all that is on it as of before, and itself.
    """
    before = list(known)
    # End points of tunnels are told of by agents as well, by these addresses
    agents = {(one.attributes.get('configurations') or {}).get('tunneling_ip') for one in before if one.type == 'network_agent'}
    left = [_without(one) for one in before
            if not seen_there_only(one) or (one.type == 'otep' and one.attributes.get('ip_address') in agents)]
    return join(environment, left, {host: facts})


def _without(one: Obj) -> Obj:
    """An object without what its host has told of it."""
    told = {key: value for key, value in one.attributes.items() if key not in ADDED.get(one.type, ())}
    if one.type == 'vnic':
        told['device'] = one.name
    return dataclasses.replace(one, attributes=told)


class _Host:
    """One host's facts."""

    def __init__(self, host: str, facts: Mapping[str, Any], objects: Mapping[str, Obj],
                 vnics: Mapping[tuple[str, str], Obj]) -> None:
        self._host, self._facts, self._objects, self._vnics = host, facts, objects, vnics
        self._interfaces: list[dict[str, Any]] = facts.get('interfaces') or []

    def objects(self) -> Iterator[Obj]:
        yield Obj(host_id(self._host), 'host', self._host, '', host=self._host, attributes={
            key: self._facts[key] for key in ('os', 'kernel', 'tools') if key in self._facts})
        yield from self._pnics()
        yield from self._bridges()
        yield from self._ovs()
        yield from self._vpp()
        yield from self._other_oteps()
        yield from self._sriov()
        yield from self._services()
        yield from self._domains()

    def _make(self, object_id: str, what: str, name: str, status: str, owner: str = '', /, **attributes: Any) -> Obj:
        return Obj(object_id, what, f'{self._host}-{name}', owner or host_id(self._host), object_name=name, host=self._host,
                   status=status, attributes=attributes)

    def _pnics(self) -> Iterator[Obj]:
        bonds = self._facts.get('bonds') or {}
        for one in self._interfaces:
            if not one.get('physical'):
                continue
            up = one.get('link', one['carrier'] and one['state'] in ('UP', 'UNKNOWN'))
            members = [member['name'] for member in (bonds.get(one['name']) or {}).get('members', ())]
            pnic = self._make(pnic_id(self._host, one['name']), 'host_pnic', one['name'], UP if up else DOWN,
                              **{key: value for key, value in one.items() if key not in ('name', 'physical')},
                              mac_address=one['mac'], ip_address=[address.partition('/')[0] for address in one['addresses']],
                              **({'bond_members': members} if members else {}))
            yield pnic
            if one.get('lldp'):
                yield from self._neighbour(one['lldp'])

    def _neighbour(self, heard: Mapping[str, Any]) -> Iterator[Obj]:
        switch = f'switch:{heard["chassis_id"]}'
        yield Obj(switch, 'switch', heard['chassis_name'] or heard['chassis_id'], '', status=UP,
                  attributes={'chassis_id': heard['chassis_id'], 'host_ip': heard.get('management') or []})
        yield Obj(f'{switch}/{heard["port_id"]}', 'switch_pnic', heard['port_id'], switch, status=UP,
                  attributes={'description': heard.get('port_description') or ''})

    def _bridges(self) -> Iterator[Obj]:
        ovs = {bridge['name'] for bridge in (self._facts.get('ovs') or {}).get('bridges', ())}
        for one in self._interfaces:
            if one['kind'] == 'bridge' and one['name'] not in ovs:
                members = [each for each in self._interfaces if each['master'] == one['name']]
                yield self._make(
                    f'vconnector:{self._host}/{one["name"]}', 'vconnector', one['name'], DOWN if one['state'] == 'DOWN' else UP,
                    connector_type='bridge', interfaces=[each['name'] for each in members],
                    macs=[each['mac'] for each in members], parents={each['name']: each['parent'] for each in members
                                                                     if each['kind'] == 'vlan'},
                    mac_address=one['mac'], ip_address=[address.partition('/')[0] for address in one['addresses']])

    def _ovs(self) -> Iterator[Obj]:
        found = self._facts.get('ovs')
        if not found:
            return
        ovn = f'vedge:{self._host}/ovn' in self._objects or 'ovn-encap-ip' in found['external_ids']
        kind = 'ovn' if ovn else 'ovs'
        edge = f'vedge:{self._host}/{kind}'
        ports: dict[str, Any] = {}
        tunnels: dict[str, dict[str, Any]] = {}
        for bridge in found['bridges']:
            for port in bridge['ports']:
                for one in port['interfaces']:
                    ports[one['name']] = {'bridge': bridge['name'], 'tag': port['tag'], 'type': one['type'],
                                          'options': one['options'], 'external_ids': one['external_ids']}
                    if one['type'] in TUNNELS:
                        tunnels.setdefault(one['type'], {})[one['name']] = one['options']
        yield self._make(edge, 'vedge', kind, '', kind=kind, ports=ports, bridges=[one['name'] for one in found['bridges']])
        told = found['external_ids']
        types = {*tunnels, *(str(told.get('ovn-encap-type') or '').split(',') if told.get('ovn-encap-ip') else ())} - {''}
        for one in sorted(types):
            options = tunnels.get(one, {})
            address = next((option['local_ip'] for option in options.values() if option.get('local_ip')),
                           told.get('ovn-encap-ip') or '')
            yield self._make(f'otep:{self._host}/{address}/{one}', 'otep', one, '', edge, ip_address=address, overlay_type=one,
                             udp_port=UDP_PORTS.get(one), ports={name: {'remote_ip': option.get('remote_ip')}
                                                                 for name, option in options.items()})

    def _vpp(self) -> Iterator[Obj]:
        found = self._facts.get('vpp')
        if not found:
            return
        edge = f'vedge:{self._host}/vpp'
        yield self._make(edge, 'vedge', 'vpp', '', kind='vpp', ports=found['interfaces'],
                         pnics=sorted(name for name, one in found['interfaces'].items() if one['physical']))
        for name, one in found['interfaces'].items():
            if one['physical']:
                yield self._make(pnic_id(self._host, name), 'host_pnic', name, UP if one['link'] == 'up' else DOWN,
                                 **{key: value for key, value in one.items() if key not in ('physical', 'addresses')},
                                 mac_address=one['mac'], ip_address=[ip.partition('/')[0] for ip in one['addresses']])
            elif one.get('socket'):
                yield from self._plugged(name, one['socket'])
        inside = {name: [f'bridge-domain-{number}' for number, members in found['bridge_domains'].items() if name in members]
                  for name in {*found['interfaces'], *found['tunnels'], *found['addresses']}}
        for number, members in found['bridge_domains'].items():
            held = [ip.partition('/')[0] for name in members for ip in found['addresses'].get(name, ())]
            yield self._make(f'vconnector:{self._host}/vpp-{number}', 'vconnector', f'bridge-domain-{number}', UP,
                             connector_type='vpp', interfaces=members, macs=[], parents={}, ip_address=held)
        ends: dict[str, dict[str, Any]] = {}
        for name, one in found['tunnels'].items():
            ends.setdefault(one['local'], {})[name] = one
        for address, tunnels in sorted(ends.items()):
            yield self._make(f'otep:{self._host}/{address}/vxlan', 'otep', 'vxlan', UP, edge, ip_address=address,
                             overlay_type='vxlan', udp_port=max(one['port'] for one in tunnels.values()),
                             vconnectors=sorted({name for one in tunnels for name in inside.get(one, ())}),
                             ports={name: {'remote_ip': one['remote']} for name, one in tunnels.items()})

    def _plugged(self, name: str, path: str) -> Iterator[Obj]:
        """A guest's interface of VPP: that of the port whose id is in the name of its socket."""
        for (host, _mac), known in self._vnics.items():
            port = known.attributes.get('port_id')
            if host == self._host and port and port in path:
                yield Obj(known.id, 'vnic', known.name, known.owner_id,
                          attributes={'device': name, 'socket': path, 'confirmed': True})

    def _other_oteps(self) -> Iterator[Obj]:
        """VXLAN interfaces of the kernel, one end point for each address: the Linux bridge agent's way."""
        ends: dict[str, list[dict[str, Any]]] = {}
        for one in self._interfaces:
            if one['kind'] == 'vxlan':
                ends.setdefault(str(one['vxlan'].get('local') or one['vxlan'].get('local6') or ''), []).append(one)
        if not ends:
            return
        edge = f'vedge:{self._host}/linuxbridge'
        if not any(f'vedge:{self._host}/{kind}' in self._objects for kind in ('linuxbridge', 'ovs', 'ovn')):
            yield self._make(edge, 'vedge', 'linuxbridge', UP, kind='linuxbridge')
        for address, found in sorted(ends.items()):
            yield self._make(
                f'otep:{self._host}/{address}/vxlan', 'otep', 'vxlan', UP, edge, ip_address=address, overlay_type='vxlan',
                udp_port=next((one['vxlan']['port'] for one in found if one['vxlan'].get('port')), UDP_PORTS['vxlan']),
                vconnectors=sorted({one['master'] for one in found if one['master']}),
                pnics=sorted({one['parent'] or one['vxlan'].get('link') or '' for one in found} - {''}),
                ports={one['name']: one['vxlan'] for one in found})

    def _sriov(self) -> Iterator[Obj]:
        with_vfs = {one['name']: one['vfs'] for one in self._interfaces if one.get('vfs')}
        if with_vfs:
            yield self._make(f'vedge:{self._host}/sriov', 'vedge', 'sriov', '', kind='sriov', pnics=sorted(with_vfs),
                             vfs=with_vfs, macs=[vf['mac'] for vfs in with_vfs.values() for vf in vfs if vf['mac'].strip('0:')])

    def _services(self) -> Iterator[Obj]:
        for name, interfaces in (self._facts.get('namespaces') or {}).items():
            prefix = next((one for one in NAMESPACES if name.startswith(one)), None)
            if prefix is None:
                continue
            service = f'{self._host}/{name}'
            yield self._make(service, 'vservice', name, UP, service_type=NAMESPACES[prefix], local_name=name, live=True)
            for one in interfaces:
                if one['kind'] != 'loopback':
                    yield self._vnic(one['mac'], one['name'], service, one['addresses'],
                                     UP if one['state'] != 'DOWN' else DOWN)

    def _domains(self) -> Iterator[Obj]:
        for one in self._facts.get('domains') or ():
            if one['uuid'] not in self._objects:
                yield Obj(one['uuid'], 'instance', one['name'], host_id(self._host), host=self._host,
                          status='ACTIVE' if one['running'] else 'SHUTOFF', attributes={'unmanaged': True})
            for interface in one['interfaces']:
                slot = {'pci_slot': interface['pci_slot']} if interface['pci_slot'] else {}
                yield self._vnic(interface['mac'], interface['device'], one['uuid'], [], UP if one['running'] else UNKNOWN,
                                 source=interface['source'], **slot)

    def _vnic(self, mac: str, device: str, owner: str, addresses: list[str], status: str, **more: Any) -> Obj:
        """A vnic that was seen: that of the API where there is one with this MAC address on this host."""
        known = self._vnics.get((self._host, mac))
        told = {'device': device, 'mac_address': mac, 'confirmed': True, **more}
        if known is not None:
            return Obj(known.id, 'vnic', known.name, known.owner_id, attributes={key: one for key, one in told.items() if one})
        return Obj(f'vnic:{owner}/{device or mac}', 'vnic', device or mac, owner, object_name=device or mac, host=self._host,
                   status=status, attributes={**told, 'fixed_ips': [address.partition('/')[0] for address in addresses]})
