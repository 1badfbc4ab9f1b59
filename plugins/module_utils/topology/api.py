# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What OpenStack's APIs list, as objects: region to vnic, each once, below its parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, UNKNOWN, UP, Obj, text_of
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import CloudRows

DHCP = 'network:dhcp'
#: Owners of ports that belong to a router, on the host that the port is bound to.
ROUTER = ('network:router_interface', 'network:router_gateway', 'network:ha_router_replicated_interface',
          'network:router_ha_interface', 'network:router_interface_distributed', 'network:router_centralized_snat',
          'network:floatingip_agent_gateway')
#: Agents that are a virtual switch of their host, and what that is called.
EDGES: Mapping[str, str] = {'Open vSwitch agent': 'ovs', 'OVN Controller agent': 'ovn', 'OVN Controller Gateway agent': 'ovn',
                            'Linux bridge agent': 'linuxbridge', 'NIC Switch agent': 'sriov', 'VPP agent': 'vpp',
                            'networking-vpp-agent': 'vpp', 'OVN Metadata agent': ''}
#: Port that a tunnel of a type uses where an agent does not say.
UDP_PORTS = {'vxlan': 4789, 'geneve': 6081, 'stt': 7471}
#: What is left out of attributes: told elsewhere, too long for a tree, or another one at each look.
LEFT_OUT = ('links', 'OS-EXT-SRV-ATTR:user_data', 'user_data', 'cpu_info', 'security_group_rules', 'updated', 'updated_at',
            'revision_number', 'progress')


def host_id(name: str) -> str:
    """The id of a host."""
    return f'host:{name}'


def vnic_id(port_id: str) -> str:
    """The id of the vnic behind a port."""
    return f'vnic:{port_id}'


def kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a row that are kept; the services list what belongs to a row in no order that stays."""
    return {key: sorted(value, key=text_of) if isinstance(value, list) else value for key, value in row.items()
            if key not in LEFT_OUT and value is not None}


def objects_of(environment: str, found: CloudRows) -> list[Obj]:
    """Every object that the APIs tell of.

    :param environment: the id of the root.
    """
    return list(_Conversion(environment, found).objects())


class _Conversion:
    """One answer of a cloud, with what its parts have to know of each other."""

    def __init__(self, environment: str, found: CloudRows) -> None:
        self._root, self._found = environment, found
        self._region = f'region:{found.region}' if found.region else environment
        self._ports = found.of('ports')
        self._servers = {row['id'] for row in found.of('servers')}
        self._subnets: dict[str, list[dict[str, Any]]] = {}
        for row in sorted(found.of('subnets'), key=lambda row: str(row['id'])):
            self._subnets.setdefault(row['network_id'], []).append(row)
        self._ports_of: dict[str, list[dict[str, Any]]] = {}
        for row in sorted(self._ports, key=lambda row: str(row['id'])):
            self._ports_of.setdefault(row.get('device_id') or '', []).append(row)

    def objects(self) -> Iterator[Obj]:
        """All of them, parents before children or after, as it comes."""
        parts: tuple[Callable[[], Iterator[Obj]], ...] = (
            self._keystone, self._zones, self._hosts, self._agents, self._networks, self._instances, self._vservices,
            self._rest)
        for part in parts:
            yield from part()

    def _keystone(self) -> Iterator[Obj]:
        for row in self._found.of('regions'):
            yield Obj(f'region:{row["id"]}', 'region', row['id'], self._root, attributes=kept(row))
        if self._found.region and all(row['id'] != self._found.region for row in self._found.of('regions')):
            yield Obj(self._region, 'region', self._found.region, self._root)
        for row in self._found.of('projects'):
            yield Obj(row['id'], 'project', row['name'], self._root, status=UP if row.get('enabled', True) else DOWN,
                      attributes=kept(row))

    def _zones(self) -> Iterator[Obj]:
        names = {row['zoneName']: bool((row.get('zoneState') or {}).get('available')) for row in self._found.of('zones')}
        names.update({row['zone']: True for row in self._found.of('services') if row['zone'] not in names})
        for name, available in names.items():
            yield Obj(f'availability_zone:{name}', 'availability_zone', name, self._region, status=UP if available else DOWN)
        for row in self._found.of('aggregates'):
            aggregate = f'aggregate:{row["id"]}'
            yield Obj(aggregate, 'aggregate', row['name'], self._region,
                      attributes={'metadata': row.get('metadata') or {}, 'hosts': row.get('hosts') or []})
            for name in row.get('hosts') or ():
                yield Obj(f'{aggregate}/{name}', 'host_ref', name, aggregate, host=name)

    def _hosts(self) -> Iterator[Obj]:
        services: dict[str, list[dict[str, Any]]] = {}
        for row in self._found.of('services'):
            services.setdefault(row['host'], []).append(row)
        agents: dict[str, list[dict[str, Any]]] = {}
        for row in self._found.of('agents'):
            agents.setdefault(row['host'], []).append(row)
        hypervisors = {row['service']['host']: row for row in self._found.of('hypervisors') if row.get('service')}
        for name in sorted({*services, *agents, *hypervisors}):
            yield self._host(name, services.get(name, []), agents.get(name, []), hypervisors.get(name))

    def _host(self, name: str, services: list[dict[str, Any]], agents: list[dict[str, Any]],
              hypervisor: dict[str, Any] | None) -> Obj:
        compute = next((row for row in services if row['binary'] == 'nova-compute'), None)
        kinds = [kind for kind, is_one in (
            ('Controller', any(row['binary'] in ('nova-conductor', 'nova-scheduler') for row in services)),
            ('Compute', compute is not None),
            ('Network', any(row['agent_type'] in ('L3 agent', 'DHCP agent', 'OVN Controller Gateway agent')
                            for row in agents))) if is_one]
        zone = next((row['zone'] for row in ([compute] if compute else []) + services if row.get('zone')), None)
        up = all(row['state'] == 'up' for row in services) and all(row.get('alive', True) for row in agents)
        attributes: dict[str, Any] = {
            'host_types': kinds, 'zone': zone,
            'services': {row['binary']: {'state': row['state'], 'status': row['status']} for row in services},
            'agents': {row['agent_type']: {'alive': bool(row.get('alive'))} for row in agents}}
        if hypervisor:
            attributes.update({key: hypervisor[key] for key in ('host_ip', 'hypervisor_hostname', 'hypervisor_type',
                                                                'hypervisor_version') if key in hypervisor})
        return Obj(host_id(name), 'host', name, f'availability_zone:{zone}' if zone else self._region, host=name,
                   status=UP if up else DOWN, attributes=attributes)

    def _agents(self) -> Iterator[Obj]:
        for row in self._found.of('agents'):
            host, kind = row['host'], EDGES.get(row['agent_type'], '')
            alive = UP if row.get('alive') else DOWN
            settings = row.get('configurations') or {}
            yield Obj(row['id'], 'network_agent', f'{row["agent_type"]} on {host}', host_id(host), host=host, status=alive,
                      object_name=row['agent_type'], attributes={key: row[key] for key in (
                          'agent_type', 'binary', 'admin_state_up', 'availability_zone', 'configurations') if key in row})
            if not kind:
                continue
            edge = f'vedge:{host}/{kind}'
            yield Obj(edge, 'vedge', f'{host}-{kind}', host_id(host), object_name=kind, host=host, status=alive,
                      attributes={'kind': kind, 'agent_id': row['id'], 'bridge_mappings': _mappings(settings),
                                  'pnics': _pnics(settings)})
            address = settings.get('tunneling_ip')
            if address and settings.get('tunnel_types'):
                for one in settings['tunnel_types']:
                    yield Obj(f'otep:{host}/{address}/{one}', 'otep', f'{host}-{one}', edge, host=host, status=alive,
                              attributes={'ip_address': address, 'overlay_type': one, 'udp_port': settings.get(
                                  'vxlan_udp_port' if one == 'vxlan' else '', UDP_PORTS.get(one))})

    def _networks(self) -> Iterator[Obj]:
        for row in self._found.of('networks'):
            subnets = self._subnets.get(row['id'], [])
            attributes = {**kept(row), 'cidrs': [subnet['cidr'] for subnet in subnets],
                          'subnets': {subnet['name'] or subnet['id']: {key: subnet.get(key) for key in (
                              'id', 'cidr', 'gateway_ip', 'enable_dhcp', 'ip_version')} for subnet in subnets}}
            yield Obj(row['id'], 'network', row['name'] or row['id'], row.get('project_id') or self._root,
                      status=row.get('status') or '', networks=(row['id'],), attributes=attributes)
        for row in self._ports:
            yield Obj(row['id'], 'port', row['name'] or row['id'], row['network_id'], host=row.get('binding:host_id') or '',
                      status=row['status'], networks=(row['network_id'],), attributes=kept(row))

    def _instances(self) -> Iterator[Obj]:
        for row in self._found.of('servers'):
            host = row.get('OS-EXT-SRV-ATTR:host') or ''
            ports = self._ports_of.get(row['id'], [])
            attributes = {**kept(row), 'network_info': [_vnic_facts(port) for port in ports],
                          'mac_addresses': [port['mac_address'] for port in ports]}
            attributes['addresses'] = {network: [one['addr'] for one in addresses]
                                       for network, addresses in (row.get('addresses') or {}).items()}
            yield Obj(row['id'], 'instance', row['name'], host_id(host) if host else row.get('tenant_id') or self._root,
                      host=host, status=row['status'], networks=tuple({port['network_id'] for port in ports}),
                      attributes=attributes)
            for port in ports:
                yield _vnic(port, row['id'], host)

    def _vservices(self) -> Iterator[Obj]:
        """DHCP servers and routers, once for each host that serves them, as the ports that are bound there tell."""
        made: dict[str, Obj] = {}
        routers = {row['id']: row for row in self._found.of('routers')}
        names = {row['id']: row['name'] or row['id'] for row in self._found.of('networks')}
        for port in self._ports:
            owner, host = port.get('device_owner') or '', port.get('binding:host_id') or ''
            if owner == DHCP:
                local, name, row = f'qdhcp-{port["network_id"]}', f'dhcp-{names.get(port["network_id"], "")}', port
                attributes: dict[str, Any] = {'service_type': 'dhcp', 'network_id': port['network_id']}
            elif owner in ROUTER and port['device_id'] in routers:
                row = routers[port['device_id']]
                local, name = f'qrouter-{row["id"]}', row['name'] or row['id']
                attributes = {'service_type': 'router', **kept(row)}
            else:
                continue
            service_id = f'{host}/{local}' if host else local
            one = made.setdefault(service_id, Obj(
                service_id, 'vservice', name, host_id(host) if host else row.get('project_id') or self._root,
                object_name=local, host=host, status=row.get('status') or UNKNOWN,
                attributes={**attributes, 'local_name': local}))
            one.networks = tuple({*one.networks, port['network_id']})
            yield _vnic(port, service_id, host)
        served = {one.object_name for one in made.values()}
        for row in routers.values():
            if f'qrouter-{row["id"]}' not in served:
                made[row['id']] = Obj(f'qrouter-{row["id"]}', 'vservice', row['name'] or row['id'],
                                      row.get('project_id') or self._root, object_name=f'qrouter-{row["id"]}',
                                      status=row.get('status') or UNKNOWN,
                                      attributes={'service_type': 'router', 'local_name': f'qrouter-{row["id"]}', **kept(row)})
        yield from made.values()

    def _rest(self) -> Iterator[Obj]:
        """What stands below its project, and has no place in a graph of its own."""
        for kind, rows in (('server_group', 'server_groups'), ('floating_ip', 'floating_ips'),
                           ('security_group', 'security_groups'), ('volume', 'volumes'), ('trunk', 'trunks')):
            for row in self._found.of(rows):
                project = row.get('project_id') or row.get('tenant_id') or row.get('os-vol-tenant-attr:tenant_id')
                networks = (row['floating_network_id'],) if kind == 'floating_ip' else ()
                yield Obj(row['id'], kind, row.get('floating_ip_address') or row.get('name') or row['id'],
                          project or self._root, status=row.get('status') or '', networks=networks, attributes=kept(row))


def _vnic(port: Mapping[str, Any], owner: str, host: str) -> Obj:
    facts = _vnic_facts(port)
    return Obj(vnic_id(port['id']), 'vnic', facts['device'], owner, object_name=port['name'] or facts['device'],
               host=port.get('binding:host_id') or host, status=port['status'], networks=(port['network_id'],), attributes=facts)


def _vnic_facts(port: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a vnic; an SR-IOV one has a PCI address in place of a device."""
    profile = port.get('binding:profile') or {}
    details = port.get('binding:vif_details') or {}
    owner = port.get('device_owner') or ''
    prefix = {'network:router_interface': 'qr-', 'network:router_gateway': 'qg-', 'network:router_ha_interface': 'ha-',
              'network:router_centralized_snat': 'sg-'}.get(owner, 'tap')
    return {'port_id': port['id'], 'network_id': port['network_id'], 'mac_address': port['mac_address'],
            'device': prefix + port['id'][:11], 'fixed_ips': [ip['ip_address'] for ip in port.get('fixed_ips') or ()],
            'vnic_type': port.get('binding:vnic_type') or 'normal', 'vif_type': port.get('binding:vif_type') or '',
            'hybrid': bool(details.get('ovs_hybrid_plug')), 'bridge': details.get('bridge_name') or '',
            'pci_slot': profile.get('pci_slot') or ''}


def _mappings(settings: Mapping[str, Any]) -> dict[str, str]:
    """The bridge of each physical network; OVN's chassis tell of them on one line."""
    told = settings.get('bridge_mappings') or settings.get('bridge-mappings') or {}
    if isinstance(told, str):
        return {name: bridge for name, _colon, bridge in (one.strip().partition(':') for one in told.split(',')) if bridge}
    return dict(told)


def _pnics(settings: Mapping[str, Any]) -> list[str]:
    """Physical interfaces that an agent names itself (SR-IOV, Linux bridge)."""
    found: list[str] = []
    for key in ('device_mappings', 'interface_mappings'):
        for value in (settings.get(key) or {}).values():
            found += value if isinstance(value, list) else [value]
    return found
