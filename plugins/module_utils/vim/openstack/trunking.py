# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Neutron: trunks (Network API v2, extensions trunk and trunk-details)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Trunk
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service


class Trunking(Service):
    """Trunks and their subports."""

    def create_trunk(self, spec: dict[str, Any]) -> Trunk:
        body = {'name': spec['name'], 'description': spec['mark'], 'port_id': spec['port_id'],
                'sub_ports': _subports(spec['subports'])}
        answer = self._client.call('network', 'POST', '/trunks', f'create trunk {spec["name"]}', json={'trunk': body})
        return convert.trunk(answer['trunk'])

    def add_subports(self, trunk_id: str, subports: dict[str, int]) -> None:
        try:
            self._client.call('network', 'PUT', f'/trunks/{trunk_id}/add_subports', f'put subports on trunk {trunk_id}',
                              json={'sub_ports': _subports(subports)})
        except VimError as error:
            # A call that was sent twice since its answer was lost is refused the second time
            if error.status not in (400, 409) or not subports.items() <= self._subports_of(trunk_id).items():
                raise

    def _subports_of(self, trunk_id: str) -> dict[str, int]:
        answer = self._client.call('network', 'GET', f'/trunks/{trunk_id}', f'get trunk {trunk_id}', missing_ok=True)
        return convert.trunk(answer['trunk']).subports if answer else {}

    def remove_subports(self, trunk_id: str, port_ids: Iterable[str]) -> None:
        body = [{'port_id': port_id} for port_id in port_ids]
        there = self._client.call('network', 'PUT', f'/trunks/{trunk_id}/remove_subports', f'take subports off trunk {trunk_id}',
                                  json={'sub_ports': body}, missing_ok=True)
        # Where one of them is not on it, Neutron takes none off
        if there is None and len(body) > 1:
            for row in body:
                self.remove_subports(trunk_id, [row['port_id']])

    def delete_trunk(self, trunk_id: str) -> None:
        self._client.call('network', 'DELETE', f'/trunks/{trunk_id}', f'delete trunk {trunk_id}', missing_ok=True)


def _subports(subports: dict[str, int]) -> list[dict[str, Any]]:
    return [{'port_id': port_id, 'segmentation_id': vlan, 'segmentation_type': 'vlan'} for port_id, vlan in subports.items()]
