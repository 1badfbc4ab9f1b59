# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute hosts, and servers that move between them: calls of administrators."""

from __future__ import annotations

import hashlib
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Host
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.compute import Compute

#: Statuses of a migration that did not lead to another host.
NOT_MOVED = frozenset({'error', 'failed', 'cancelled'})


class Moves(Compute):
    """Migration and evacuation. A named host goes through the scheduler like any other: it is never forced (2.29, 2.30), so
    affinity groups and room on the host are heeded."""

    def move_server(self, server_id: str, way: str, host: str | None) -> str:
        named: dict[str, Any] = {'host': host} if host else {}
        bodies = {'live': {'os-migrateLive': {'host': host, 'block_migration': 'auto'}},
                  'cold': {'migrate': named or None}, 'evacuate': {'evacuate': named}}
        what = 'evacuate' if way == 'evacuate' else f'{way}-migrate'
        self._privileged.call('compute', 'POST', f'/servers/{server_id}/action', f'{what} server {server_id}', json=bodies[way])
        return self._privileged.request_id

    def move_error(self, server_id: str, request_id: str) -> str | None:
        reason = self.action_error(server_id, request_id) if request_id else None
        if reason:
            return reason
        rows = self._privileged.call('compute', 'GET', '/os-migrations', f'list migrations of server {server_id}',
                                     params={'instance_uuid': server_id, 'limit': '1'})['migrations']
        if not rows or rows[0]['status'] not in NOT_MOVED:
            return None
        return (f'Nova says {rows[0]["status"]} of its migration from {rows[0]["source_compute"]} to '
                f'{rows[0]["dest_compute"] or "no host"}; the logs of those hosts tell why')

    def disable_host(self, service_id: str, reason: str) -> None:
        self._privileged.call('compute', 'PUT', f'/os-services/{service_id}', f'disable compute service {service_id}',
                              json={'status': 'disabled', 'disabled_reason': reason})


def hosts(client: Client, project_id: str) -> list[Host]:
    """Every compute host: one list, of administrators."""
    rows = client.call('compute', 'GET', '/os-services', 'list compute hosts', params={'binary': 'nova-compute'})['services']
    return sorted(Host(row['host'], host_id(project_id, row['host']), row['id'], row['state'] == 'up',
                       row['status'] == 'enabled') for row in rows)


def host_id(project_id: str, name: str) -> str:
    """What Nova shows a project of a host in its servers' ``hostId``."""
    return hashlib.sha224(f'{project_id}{name}'.encode()).hexdigest()
