# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenStack as a VIM: the calls that change something (Network API v2, Compute API 2.64)."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Flavor, Network, Port, Query, Quota, Server, State, Subnet
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert, quota, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client

VNIC_TYPES = {'sr-iov': 'direct', 'pci-passthrough': 'direct-physical'}


class OpenStack:
    """One cloud of clouds.yaml as a VIM; ``admin_cloud`` is used for those calls that a member may not do.

    :raises VimUnreachable: the cloud is unknown or openstacksdk is missing.
    """

    def __init__(self, name: str, cloud: str, *, region: str | None = None, admin_cloud: str | None = None,
                 call_timeout: float | None = None, max_parallel: int = 16) -> None:
        self.name = name
        # Reads, waits and quotas go beside the parallel calls
        self._client = Client(cloud, region, call_timeout=call_timeout, pool_size=max_parallel + 8)
        self._admin = Client(admin_cloud, region, call_timeout=call_timeout) if admin_cloud else None
        self.call_timeout = self._client.call_timeout
        self._project_id = ''
        self._port_tags: bool | None = None

    @property
    def calls(self) -> Counter[str]:
        """How many calls were sent, by method."""
        return self._client.calls + (self._admin.calls if self._admin else Counter())

    def abort(self) -> None:
        self._client.abort()
        if self._admin:
            self._admin.abort()

    def read(self, query: Query) -> State:
        state = read.read(self._client, self.name, query)
        self._project_id = state.project_id
        state.admin = 'admin' in state.roles or (self._admin is not None and 'admin' in self._admin.login()[1])
        return state

    def quotas(self) -> dict[str, Quota]:
        with ThreadPoolExecutor(2) as pool:
            nova = pool.submit(quota.compute, self._client)
            return {**quota.network(self._client, self._project_id), **nova.result()}

    def find_marked(self, kind: str, mark: str, ns_id: str) -> Sequence[Server | Port | Network | Flavor]:
        if kind == 'flavor':
            rows = self._privileged.pages('compute', '/flavors/detail', 'flavors', 'list flavors', {'is_public': 'None'})
            return [flavor for flavor in map(convert.flavor, rows) if flavor.description == mark]
        return read.find_marked(self._client, kind, mark, ns_id)

    @property
    def _privileged(self) -> Client:
        return self._admin or self._client

    # Networks ------------------------------------------------------------------------------------------------

    def create_network(self, spec: dict[str, Any]) -> Network:
        body = {'name': spec['name'], 'description': spec['mark'], 'mtu': spec.get('mtu'),
                'port_security_enabled': spec.get('port_security')}
        provider = spec.get('provider') or {}
        body.update({f'provider:{key}': value for key, value in provider.items()})
        client = self._client
        if provider and self._admin:
            client = self._admin
            body['project_id'] = self._project_id
        answer = client.call('network', 'POST', '/networks', f'create network {spec["name"]}',
                             json={'network': _given(body)})
        return convert.network(answer['network'])

    def create_subnets(self, network_id: str, specs: Sequence[dict[str, Any]]) -> list[Subnet]:
        bodies = []
        for spec in specs:
            body = _given({'network_id': network_id, 'name': spec['name'], 'description': spec['mark'],
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
        names = {'name': 'name', 'mtu': 'mtu', 'port_security': 'port_security_enabled'}
        self._client.call('network', 'PUT', f'/networks/{network_id}', f'update network {network_id}',
                          json={'network': {names[key]: value for key, value in changes.items()}})

    def update_subnet(self, subnet_id: str, changes: dict[str, Any]) -> None:
        names = {'gateway': 'gateway_ip', 'dhcp': 'enable_dhcp', 'dns': 'dns_nameservers', 'pools': 'allocation_pools',
                 'name': 'name'}
        body = {names[key]: _pools(value) if key == 'pools' else value for key, value in changes.items()}
        self._client.call('network', 'PUT', f'/subnets/{subnet_id}', f'update subnet {subnet_id}', json={'subnet': body})

    def delete_network(self, network_id: str) -> None:
        self._client.call('network', 'DELETE', f'/networks/{network_id}', f'delete network {network_id}', missing_ok=True)

    # Ports ---------------------------------------------------------------------------------------------------

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

    def update_port(self, port_id: str, changes: dict[str, Any]) -> None:
        names = {'port_security': 'port_security_enabled', 'address_pairs': 'allowed_address_pairs'}
        body = {names.get(key, key): value for key, value in changes.items()}
        if 'allowed_address_pairs' in body:
            body['allowed_address_pairs'] = _pairs(body['allowed_address_pairs'])
        if 'fixed_ips' in body:
            body['fixed_ips'] = _fixed_ips(body['fixed_ips'])
        self._client.call('network', 'PUT', f'/ports/{port_id}', f'update port {port_id}', json={'port': body})

    def delete_port(self, port_id: str) -> None:
        self._client.call('network', 'DELETE', f'/ports/{port_id}', f'delete port {port_id}', missing_ok=True)

    # Flavors -------------------------------------------------------------------------------------------------

    def create_flavor(self, spec: dict[str, Any]) -> Flavor:
        what = f'create flavor {spec["name"]}'
        body = {'name': spec['name'], 'vcpus': spec['vcpus'], 'ram': spec['ram_mib'], 'disk': spec['disk_gib'],
                'OS-FLV-EXT-DATA:ephemeral': spec['ephemeral_gib'], 'swap': spec['swap_mib'],
                'os-flavor-access:is_public': False, 'description': spec['mark']}
        row = self._privileged.call('compute', 'POST', '/flavors', what, json={'flavor': body})['flavor']
        if spec['extra_specs']:
            self._privileged.call('compute', 'POST', f'/flavors/{row["id"]}/os-extra_specs', what,
                                  json={'extra_specs': spec['extra_specs']})
        self._privileged.call('compute', 'POST', f'/flavors/{row["id"]}/action', what,
                              json={'addTenantAccess': {'tenant': self._project_id}})
        return convert.flavor({**row, 'extra_specs': spec['extra_specs']})

    def flavor_in_use(self, flavor_id: str) -> bool:
        rows = self._privileged.pages('compute', '/servers', 'servers', 'list servers by flavor',
                                      {'flavor': flavor_id, 'all_tenants': '1', 'limit': '1'})
        return next(iter(rows), None) is not None

    def delete_flavor(self, flavor_id: str) -> None:
        self._privileged.call('compute', 'DELETE', f'/flavors/{flavor_id}', f'delete flavor {flavor_id}', missing_ok=True)

    # Servers -------------------------------------------------------------------------------------------------

    def create_server(self, spec: dict[str, Any]) -> tuple[str, str]:
        body: dict[str, Any] = {
            'name': spec['name'], 'flavorRef': spec['flavor_id'], 'imageRef': spec['image_id'],
            'networks': [{'port': port_id} for port_id in spec['ports']],
            'metadata': {**spec['metadata'], MARK_KEY: spec['mark']},
            'tags': sorted({*spec['tags'], ns_tag(spec['ns_id'])}),
            'description': spec.get('description') or None, 'availability_zone': spec.get('availability_zone'),
            'config_drive': spec.get('config_drive'),
            'user_data': base64.b64encode(spec['user_data'].encode()).decode() if spec.get('user_data') else None}
        answer = self._client.call('compute', 'POST', '/servers', f'create server {spec["name"]}',
                                   json={'server': _given(body)})
        return answer['server']['id'], self._client.request_id

    def get_server(self, server_id: str) -> Server | None:
        answer = self._client.call('compute', 'GET', f'/servers/{server_id}', f'get server {server_id}', missing_ok=True)
        return convert.server(answer['server']) if answer else None

    def server_ids(self, ns_id: str, statuses: Iterable[str] = ()) -> set[str]:
        params = [('tags', ns_tag(ns_id)), *(('status', status) for status in sorted(statuses))]
        return {row['id'] for row in self._client.pages('compute', '/servers', 'servers', 'list servers', params)}

    def server_action(self, server_id: str, action: str) -> None:
        self._client.call('compute', 'POST', f'/servers/{server_id}/action', f'{action} server {server_id}',
                          json={{'start': 'os-start'}.get(action, action): None})

    def update_server(self, server_id: str, changes: dict[str, Any]) -> None:
        path, what = f'/servers/{server_id}', f'update server {server_id}'
        plain = {key: changes[key] for key in ('name', 'description') if key in changes}
        if plain:
            self._client.call('compute', 'PUT', path, what, json={'server': plain})
        if changes.get('metadata'):
            # POST adds to what is there; PUT would take others' keys away
            self._client.call('compute', 'POST', f'{path}/metadata', what, json={'metadata': changes['metadata']})
        for key in changes.get('metadata_gone', ()):
            self._client.call('compute', 'DELETE', f'{path}/metadata/{key}', what, missing_ok=True)
        if 'tags' in changes:
            self._client.call('compute', 'PUT', f'{path}/tags', what, json={'tags': changes['tags']})

    def delete_server(self, server_id: str) -> None:
        self._client.call('compute', 'DELETE', f'/servers/{server_id}', f'delete server {server_id}', missing_ok=True)


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not None}


def _pools(pools: Sequence[tuple[str, str]] | None) -> list[dict[str, str]] | None:
    return None if pools is None else [{'start': first, 'end': last} for first, last in pools]


def _pairs(pairs: Iterable[tuple[str, str | None]]) -> list[dict[str, str]]:
    return [_given({'ip_address': address, 'mac_address': mac}) for address, mac in sorted(pairs, key=str)]


def _fixed_ips(fixed_ips: Iterable[tuple[str | None, str]]) -> list[dict[str, str]]:
    return [_given({'subnet_id': subnet_id, 'ip_address': address}) for subnet_id, address in fixed_ips]


def _port_body(spec: dict[str, Any], tagged: bool) -> dict[str, Any]:
    body = {'name': spec['name'], 'description': spec['mark'], 'network_id': spec['network_id'],
            'mac_address': spec.get('mac_address'), 'port_security_enabled': spec.get('port_security'),
            'security_groups': spec.get('security_groups'), 'binding:vnic_type': VNIC_TYPES.get(spec.get('type', '')),
            # For people who list by tag; the mark is what counts
            'tags': [ns_tag(spec['ns_id'])] if tagged else None}
    if spec.get('fixed_ips'):
        body['fixed_ips'] = _fixed_ips(spec['fixed_ips'])
    if spec.get('address_pairs'):
        body['allowed_address_pairs'] = _pairs(spec['address_pairs'])
    return _given(body)
