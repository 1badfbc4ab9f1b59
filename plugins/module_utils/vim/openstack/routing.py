# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: routers and floating IPs (Network API v2, layer 3)."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Router
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service


class Routing(Service):
    """Routers and floating IPs."""

    def create_router(self, spec: dict[str, Any]) -> Router:
        body = {'name': spec['name'], 'description': spec['mark'],
                'external_gateway_info': {'network_id': spec['external_network_id']}}
        answer = self._client.call('network', 'POST', '/routers', f'create router {spec["name"]}', json={'router': body})
        return convert.router(answer['router'])

    def update_router(self, router_id: str, changes: dict[str, Any]) -> Router:
        body = {key: changes[key] for key in ('name',) if key in changes}
        if 'external_network_id' in changes:
            body['external_gateway_info'] = {'network_id': changes['external_network_id']}
        answer = self._client.call('network', 'PUT', f'/routers/{router_id}', f'update router {router_id}', json={'router': body})
        return convert.router(answer['router'])

    def add_router_interface(self, router_id: str, subnet_id: str, privileged: bool) -> None:
        client = self._privileged if privileged else self._client
        try:
            client.call('network', 'PUT', f'/routers/{router_id}/add_router_interface',
                        f'connect subnet {subnet_id} to router {router_id}', json={'subnet_id': subnet_id})
        except VimError as error:
            # A call that was sent twice since its answer was lost is refused the second time
            if error.status not in (400, 409) or not self._is_connected(router_id, subnet_id):
                raise

    def _is_connected(self, router_id: str, subnet_id: str) -> bool:
        rows = self._client.pages('network', '/ports', 'ports', 'list ports of a router', {'device_id': router_id})
        return any(ip['subnet_id'] == subnet_id for row in rows for ip in row['fixed_ips']
                   if row['device_owner'] in convert.INTERFACE_OWNERS)

    def remove_router_interface(self, router_id: str, subnet_id: str) -> None:
        self._client.call('network', 'PUT', f'/routers/{router_id}/remove_router_interface',
                          f'take subnet {subnet_id} off router {router_id}', json={'subnet_id': subnet_id}, missing_ok=True)

    def delete_router(self, router_id: str) -> None:
        self._client.call('network', 'DELETE', f'/routers/{router_id}', f'delete router {router_id}', missing_ok=True)

    def create_floating_ip(self, spec: dict[str, Any]) -> FloatingIp:
        body = {'floating_network_id': spec['network_id'], 'port_id': spec['port_id'], 'description': spec['mark']}
        answer = self._client.call('network', 'POST', '/floatingips', f'allocate a floating IP for {spec["name"]}',
                                   json={'floatingip': body})
        return convert.floating_ip(answer['floatingip'])

    def associate_floating_ip(self, floating_ip_id: str, port_id: str | None) -> None:
        what = f'{"associate" if port_id else "disassociate"} floating IP {floating_ip_id}'
        self._client.call('network', 'PUT', f'/floatingips/{floating_ip_id}', what,
                          json={'floatingip': {'port_id': port_id}}, missing_ok=port_id is None)

    def release_floating_ip(self, floating_ip_id: str) -> None:
        self._client.call('network', 'DELETE', f'/floatingips/{floating_ip_id}', f'release floating IP {floating_ip_id}',
                          missing_ok=True)
