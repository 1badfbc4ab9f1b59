# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: networks, subnets and ports (Network API v2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Binding, Network, Port, Subnet
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service, given


class Networking(Service):
    """Networks, subnets and ports."""

    _port_tags: bool | None = None

    def create_network(self, spec: dict[str, Any]) -> Network:
        body = {'name': spec['name'], 'description': spec['mark'], 'mtu': spec.get('mtu'),
                'port_security_enabled': spec.get('port_security'), 'qos_policy_id': spec.get('qos_policy_id')}
        provider = spec.get('provider') or {}
        body.update({f'provider:{key}': value for key, value in provider.items()})
        client = self._client
        if provider and self._admin:
            client = self._admin
            body['project_id'] = self._project_id
        answer = client.call('network', 'POST', '/networks', f'create network {spec["name"]}',
                             json={'network': given(body)})
        return convert.network(answer['network'])

    def create_subnets(self, network_id: str, specs: Sequence[dict[str, Any]]) -> list[Subnet]:
        bodies = []
        for spec in specs:
            body = given({'network_id': network_id, 'name': spec['name'], 'description': spec['mark'],
                          'cidr': spec['cidr'], 'ip_version': spec['ip_version'], 'enable_dhcp': spec['dhcp'],
                          'dns_nameservers': list(spec['dns']), 'ipv6_address_mode': spec.get('ipv6_address_mode'),
                          'ipv6_ra_mode': spec.get('ipv6_ra_mode'), 'allocation_pools': _pools(spec['pools'])})
            if spec['gateway'] != 'auto':
                body['gateway_ip'] = spec['gateway']
            bodies.append(body)
        answer = self._client.call('network', 'POST', '/subnets', f'create subnets {", ".join(s["name"] for s in specs)}',
                                   json={'subnets': bodies})
        return [convert.subnet(row) for row in answer['subnets']]

    def update_network(self, network_id: str, changes: dict[str, Any]) -> None:
        body = {{'port_security': 'port_security_enabled'}.get(key, key): value for key, value in changes.items()}
        self._client.call('network', 'PUT', f'/networks/{network_id}', f'update network {network_id}',
                          json={'network': body})

    def update_subnet(self, subnet_id: str, changes: dict[str, Any]) -> None:
        names = {'gateway': 'gateway_ip', 'dhcp': 'enable_dhcp', 'dns': 'dns_nameservers', 'pools': 'allocation_pools',
                 'name': 'name'}
        body = {names[key]: _pools(value) if key == 'pools' else value for key, value in changes.items()}
        self._client.call('network', 'PUT', f'/subnets/{subnet_id}', f'update subnet {subnet_id}', json={'subnet': body})

    def delete_subnet(self, subnet_id: str) -> None:
        self._client.call('network', 'DELETE', f'/subnets/{subnet_id}', f'delete subnet {subnet_id}', missing_ok=True)

    def delete_network(self, network_id: str) -> None:
        self._client.call('network', 'DELETE', f'/networks/{network_id}', f'delete network {network_id}', missing_ok=True)

    def create_ports(self, specs: Sequence[dict[str, Any]]) -> list[Port]:
        tagged = self._takes_port_tags()
        bodies = [_port_body(spec, tagged) for spec in specs]
        named = specs[0]['name'] + (f' and {len(specs) - 1} more' if len(specs) > 1 else '')
        answer = self._client.call('network', 'POST', '/ports', f'create port {named}', json={'ports': bodies})
        made = {row['description']: convert.port(row) for row in answer['ports']}
        return [made[spec['mark']] for spec in specs]

    def _takes_port_tags(self) -> bool:
        """Whether POST of ports may have tags: asked once; where not, some clouds refuse them and some drop them."""
        if self._port_tags is None:
            alias = 'tag-ports-during-bulk-creation'
            found = self._client.call('network', 'GET', f'/extensions/{alias}', f'look for {alias}', missing_ok=True)
            self._port_tags = found is not None
        return self._port_tags

    def port_bindings(self, port_ids: Iterable[str]) -> dict[str, Binding]:
        rows = read.by_key(self._privileged, '/ports', 'ports', 'id', port_ids)
        return {row['id']: convert.binding(row) for row in rows}

    def update_port(self, port_id: str, changes: dict[str, Any]) -> Port:
        names = {'port_security': 'port_security_enabled', 'address_pairs': 'allowed_address_pairs'}
        body = {names.get(key, key): value for key, value in changes.items()}
        if 'allowed_address_pairs' in body:
            body['allowed_address_pairs'] = _pairs(body['allowed_address_pairs'])
        if 'fixed_ips' in body:
            body['fixed_ips'] = _fixed_ips(body['fixed_ips'])
        answer = self._client.call('network', 'PUT', f'/ports/{port_id}', f'update port {port_id}', json={'port': body})
        return convert.port(answer['port'])

    def bound_ports(self, port_ids: Iterable[str]) -> set[str]:
        rows = read.by_key(self._client, '/ports', 'ports', 'id', port_ids, (('fields', 'id'), ('fields', 'device_id')))
        return {row['id'] for row in rows if row['device_id']}

    def delete_port(self, port_id: str) -> None:
        self._client.call('network', 'DELETE', f'/ports/{port_id}', f'delete port {port_id}', missing_ok=True)


def _pools(pools: Sequence[tuple[str, str]] | None) -> list[dict[str, str]] | None:
    return None if pools is None else [{'start': first, 'end': last} for first, last in pools]


def _pairs(pairs: Iterable[tuple[str, str | None]]) -> list[dict[str, str]]:
    return [given({'ip_address': address, 'mac_address': mac}) for address, mac in sorted(pairs, key=str)]


def _fixed_ips(fixed_ips: Iterable[tuple[str | None, str | None]]) -> list[dict[str, str]]:
    return [given({'subnet_id': subnet_id, 'ip_address': address}) for subnet_id, address in fixed_ips]


def _port_body(spec: dict[str, Any], tagged: bool) -> dict[str, Any]:
    body = {'name': spec['name'], 'description': spec['mark'], 'network_id': spec['network_id'],
            'mac_address': spec.get('mac_address'), 'port_security_enabled': spec.get('port_security'),
            'security_groups': spec.get('security_groups'), 'qos_policy_id': spec.get('qos_policy_id'),
            'binding:vnic_type': spec.get('vnic_type'),
            # For people who list by tag; the mark is what counts
            'tags': [ns_tag(spec['ns_id'])] if tagged else None}
    if spec.get('fixed_ips'):
        body['fixed_ips'] = _fixed_ips(spec['fixed_ips'])
    if spec.get('address_pairs'):
        body['allowed_address_pairs'] = _pairs(spec['address_pairs'])
    return given(body)
