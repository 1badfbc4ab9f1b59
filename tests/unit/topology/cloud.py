# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory: what its APIs would list and its hosts would tell, for any number of servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

PROJECT = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'


def uid(kind: int, number: int) -> str:
    """An id as services make them; the ids of a kind differ in their first eleven characters, as real ones do."""
    return f'{number:08x}-{kind:02x}{number % 256:02x}-4000-8000-{number:012x}'


def mac(number: int) -> str:
    """A guest's MAC address."""
    return f'fa:16:3e:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}'


class Cloud:
    """Rows of every list. ``kind`` is how hosts are wired: ovs, hybrid (OVS behind bridges), linuxbridge, ovn."""

    def __init__(self, servers: int = 2, hosts: int = 2, networks: int = 1, kind: str = 'ovs', tenant: str = 'vxlan') -> None:
        self.cloud, self.kind, self.tenant = 'lab-admin', kind, tenant
        self.asked: list[str] = []
        self.refused: dict[str, int] = {}
        self.hosts = [f'compute{number}' for number in range(hosts)]
        agent = {'linuxbridge': 'Linux bridge agent', 'ovn': 'OVN Controller agent'}.get(kind, 'Open vSwitch agent')
        self.rows: dict[str, list[dict[str, Any]]] = {
            '/regions': [{'id': 'RegionOne'}],
            '/projects': [{'id': PROJECT, 'name': 'demo', 'enabled': True}],
            '/os-services': [{'id': uid(1, at), 'host': host, 'binary': 'nova-compute', 'state': 'up', 'status': 'enabled',
                              'zone': 'nova'} for at, host in enumerate(self.hosts)]
            + [{'id': uid(1, 999), 'host': 'control', 'binary': 'nova-scheduler', 'state': 'up', 'status': 'enabled',
                'zone': 'internal'}],
            '/os-hypervisors/detail': [{'id': uid(2, at), 'hypervisor_hostname': host, 'host_ip': f'192.0.2.{at % 250 + 1}',
                                        'hypervisor_type': 'QEMU', 'service': {'host': host}}
                                       for at, host in enumerate(self.hosts)],
            '/os-availability-zone/detail': [{'zoneName': 'nova', 'zoneState': {'available': True}}],
            '/os-aggregates': [{'id': 1, 'name': 'fast', 'hosts': self.hosts[:1], 'metadata': {}}],
            '/agents': [{'id': uid(3, at), 'host': host, 'agent_type': agent, 'binary': 'agent', 'alive': True,
                         'heartbeat_timestamp': str(at), 'configurations': {
                             'chassis_name': uid(11, at), 'bridge-mappings': 'physnet1:br-ex'} if kind == 'ovn' else {
                             'tunneling_ip': address_of(at), 'tunnel_types': [tenant],
                             'bridge_mappings': {'physnet1': 'br-ex'}} if tenant == 'vxlan' else {}}
                        for at, host in enumerate(self.hosts)],
            '/networks': [{'id': uid(4, at), 'name': f'net{at}', 'project_id': PROJECT, 'status': 'ACTIVE',
                           'provider:network_type': tenant} for at in range(networks)],
            '/subnets': [{'id': uid(5, at), 'name': f'subnet{at}', 'network_id': uid(4, at), 'cidr': f'10.{at % 250}.0.0/16',
                          'gateway_ip': None, 'enable_dhcp': True, 'ip_version': 4} for at in range(networks)],
            '/servers/detail': [], '/ports': [], '/trunks': [], '/security-groups': [], '/volumes/detail': [],
            '/routers': [{'id': uid(8, 0), 'name': 'gate', 'project_id': PROJECT, 'status': 'ACTIVE'}],
            '/floatingips': [{'id': uid(9, 0), 'floating_ip_address': '203.0.113.5', 'project_id': PROJECT, 'status': 'ACTIVE',
                              'floating_network_id': uid(4, 0), 'port_id': None}],
            '/os-server-groups': [{'id': uid(10, 0), 'name': 'spread', 'policy': 'anti-affinity', 'members': [],
                                   'project_id': PROJECT}]}
        for number in range(servers):
            self.add_server(number, number % hosts, number % networks)
        # OVN serves addresses and routes on every host, so those ports are bound to none
        for at in range(networks):
            owner, device = ('network:distributed', 'ovnmeta') if kind == 'ovn' else ('network:dhcp', 'dhcp')
            self._port(1_000_000 + at, owner, f'{device}-{uid(4, at)}', None if kind == 'ovn' else at % hosts, at)
        self._port(2_000_000, 'network:router_interface', uid(8, 0), None if kind == 'ovn' else 0, 0)

    def add_server(self, number: int, host: int, network: int) -> str:
        """Another server with one port; returns its id."""
        self.rows['/servers/detail'].append({
            'id': uid(6, number), 'name': f'vm-{number}', 'status': 'ACTIVE', 'tenant_id': PROJECT, 'metadata': {},
            'OS-EXT-SRV-ATTR:host': self.hosts[host], 'addresses': {}, 'image': '', 'flavor': {'vcpus': 1}, 'links': ['x']})
        self._port(number, 'compute:nova', uid(6, number), host, network)
        return uid(6, number)

    def _port(self, number: int, owner: str, device: str, host: int | None, network: int) -> None:
        self.rows['/ports'].append({
            'id': uid(7, number), 'name': '', 'network_id': uid(4, network), 'mac_address': mac(number), 'status': 'ACTIVE',
            'device_owner': owner, 'device_id': device, 'binding:host_id': '' if host is None else self.hosts[host],
            'project_id': PROJECT,
            'binding:vif_details': {'ovs_hybrid_plug': self.kind == 'hybrid'}, 'binding:vif_type': 'ovs',
            'fixed_ips': [{'subnet_id': uid(5, network),
                           'ip_address': f'10.{network % 250}.{number // 250 % 250}.{number % 250 + 1}'}],
            'updated_at': str(number)})

    # -- as vim.openstack.client.Client

    def login(self) -> tuple[str, frozenset[str]]:
        return PROJECT, frozenset({'admin'})

    def pages(self, _service: str, path: str, _key: str, what: str, params: Any = ()) -> Iterator[dict[str, Any]]:
        self.asked.append(path)
        if path in self.refused:
            raise VimError(what, 'Policy does not allow it.', status=self.refused[path])
        given = dict(params)
        wanted = {name: value for name, value in given.items() if name in ('device_id', 'network_id')}
        return iter([dict(row) for row in self.rows[path] if all(row.get(name) == value for name, value in wanted.items())])

    def call(self, _service: str, _method: str, path: str, what: str, *, params: Any = None, missing_ok: bool = False) -> Any:
        self.asked.append(path)
        if path == '/os-server-groups':
            return {'server_groups': self.rows[path][int(params['offset']):]}
        kind, _slash, wanted = path.strip('/').partition('/')
        listing = {'servers': '/servers/detail', 'volumes': '/volumes/detail'}.get(kind, f'/{kind}')
        found = next((row for row in self.rows[listing] if row['id'] == wanted), None)
        key = {'os-server-groups': 'server_group'}.get(kind, kind.removesuffix('s'))
        return {key: dict(found)} if found else None

    # -- as host_network_facts on each host

    def facts(self) -> dict[str, Any]:
        """What every host tells."""
        ports: dict[str, list[dict[str, Any]]] = {host: [] for host in ('', *self.hosts)}
        for port in self.rows['/ports']:
            ports[port['binding:host_id']].append(port)
        return {host: self._facts(at, ports[host]) for at, host in enumerate(self.hosts)}

    def _facts(self, at: int, ports: list[dict[str, Any]]) -> dict[str, Any]:
        address = address_of(at)
        interfaces = [interface('eth0', f'52:54:00:00:{at // 256:02x}:{at % 256:02x}', physical=True, addresses=[f'{address}/16'],
                                lldp={'chassis_id': 'aa:bb', 'chassis_name': 'leaf1', 'port_id': f'Eth{at}',
                                      'port_description': '', 'management': []}),
                      interface('eth1', f'52:54:01:00:{at // 256:02x}:{at % 256:02x}', physical=True)]
        plugged: list[str] = []
        for port in ports:
            tail = port['id'][:11]
            if not port['device_owner'].startswith('compute:'):
                plugged.append(('qr-' if 'router' in port['device_owner'] else 'tap') + tail)
            elif self.kind in ('ovs', 'ovn'):
                plugged.append(f'tap{tail}')
            elif self.kind == 'hybrid':
                interfaces += [interface(f'qbr{tail}', '02:00:00:00:00:01', 'bridge'),
                               interface(f'tap{tail}', 'fe:16:3e:00:00:00', 'tun', master=f'qbr{tail}'),
                               interface(f'qvb{tail}', '02:00:00:00:00:02', 'veth', master=f'qbr{tail}')]
                plugged.append(f'qvo{tail}')
            else:
                bridge = f'brq{port["network_id"][:11]}'
                interfaces.append(interface(f'tap{tail}', 'fe:16:3e:00:00:00', 'tun', master=bridge))
                if all(one['name'] != bridge for one in interfaces):
                    interfaces += [interface(bridge, '02:00:00:00:00:03', 'bridge'),
                                   {**interface(f'vxlan-{at}', '02:00:00:00:00:04', 'vxlan', master=bridge, parent='eth0'),
                                    'vxlan': {'id': 7, 'local': address, 'port': 8472}},
                                   interface('eth1.210', '02:00:00:00:00:05', 'vlan', master=bridge, parent='eth1')]
        ovs = None if self.kind == 'linuxbridge' else switch({'br-int': plugged, 'br-ex': ['eth1']}, {
            f'vxlan-{number}': {'local_ip': address, 'remote_ip': '10.0.9.9'} for number in range(1)})
        if self.kind == 'ovn':
            ovs = chassis({name: port['id'] for name, port in zip(plugged, ports)}, address)
        return {'interfaces': interfaces, 'bonds': {}, 'namespaces': {}, 'ovs': ovs, 'domains': [], 'tools': {'ip': 'ok'}}


def address_of(host: int) -> str:
    """Where a host's tunnels end."""
    return f'10.0.{host // 250}.{host % 250 + 1}'


def interface(name: str, address: str, kind: str = '', *, master: str = '', parent: str = '', physical: bool = False,
              addresses: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """An interface as host_network_facts tells of it."""
    return {'name': name, 'index': 1, 'mac': address, 'state': 'UP', 'carrier': True, 'mtu': 1500, 'addresses': addresses or [],
            'kind': kind, 'master': master, 'parent': parent, 'physical': physical, **more}


def switch(bridges: dict[str, list[str]], tunnels: dict[str, dict[str, str]]) -> dict[str, Any]:
    """An Open vSwitch as host_network_facts tells of it."""
    def port(name: str, kind: str = '', options: dict[str, str] | None = None) -> dict[str, Any]:
        return {'name': name, 'tag': None, 'interfaces': [{'name': name, 'type': kind, 'options': options or {},
                                                           'external_ids': {}, 'mac': '', 'link_state': 'up'}]}
    return {'bridges': [{'name': name, 'datapath_type': '', 'ports': [port(one) for one in ports]}
                        for name, ports in bridges.items()]
            + [{'name': 'br-tun', 'datapath_type': '', 'ports': [port(name, 'vxlan', told) for name, told in tunnels.items()]}],
            'external_ids': {}}


def chassis(ports: dict[str, str], address: str) -> dict[str, Any]:
    """An Open vSwitch that OVN steers, as host_network_facts tells of it.

    :param ports: of guests: their devices' names, and Neutron's ids of their ports.
    """
    found = switch({'br-ex': ['eth1'], 'br-int': [*ports, 'ovn-abcdef-0']}, {})
    for port in found['bridges'][1]['ports']:
        one = port['interfaces'][0]
        if port['name'] in ports:
            one['external_ids'] = {'iface-id': ports[port['name']]}
        else:
            one.update({'type': 'geneve', 'options': {'csum': 'true', 'key': 'flow', 'remote_ip': '10.0.9.9'}})
    del found['bridges'][2]
    return {**found, 'external_ids': {'ovn-encap-ip': address, 'ovn-encap-type': 'geneve',
                                      'ovn-bridge-mappings': 'physnet1:br-ex'}}
