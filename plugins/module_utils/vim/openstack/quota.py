# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Quotas and their use, as a plain member may read them."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client

#: Name of a quota -> its limit and its use in Nova's GET /limits.
NOVA = {'instances': ('maxTotalInstances', 'totalInstancesUsed'), 'cores': ('maxTotalCores', 'totalCoresUsed'),
        'ram': ('maxTotalRAMSize', 'totalRAMUsed'), 'server_groups': ('maxServerGroups', 'totalServerGroupsUsed')}


def compute(client: Client) -> dict[str, Quota]:
    """Nova: instances, cores, ram (MiB), server_groups; metadata_items is a limit per server, server_group_members per group."""
    limits = client.call('compute', 'GET', '/limits', 'read the quotas of Nova')['limits']['absolute']
    quotas = {name: Quota(limits[limit], limits[used]) for name, (limit, used) in NOVA.items()}
    quotas['metadata_items'] = Quota(limits['maxServerMeta'], 0)
    quotas['server_group_members'] = Quota(limits['maxServerGroupMembers'], 0)
    return quotas


def network(client: Client, project_id: str) -> dict[str, Quota]:
    """Neutron: network, subnet, port and the rest by Neutron's own names; reserved counts as used."""
    body = client.call('network', 'GET', f'/quotas/{project_id}/details', 'read the quotas of Neutron', missing_ok=True)
    return {name: Quota(row['limit'], row['used'] + row['reserved']) for name, row in (body or {}).get('quota', {}).items()}


def block_storage(client: Client, project_id: str) -> dict[str, Quota]:
    """Cinder: volumes, gigabytes, both again for each volume type (``gigabytes_fast``), and per_volume_gigabytes, the
    largest that one volume may be; reserved counts as used."""
    body = client.call('volume', 'GET', f'/os-quota-sets/{project_id}', 'read the quotas of Cinder', params={'usage': 'True'})
    quotas = {name: Quota(row['limit'], row['in_use'] + row['reserved']) for name, row in body['quota_set'].items()
              if isinstance(row, dict)}
    if 'per_volume_gigabytes' in quotas:
        quotas['per_volume_gigabytes'] = Quota(quotas['per_volume_gigabytes'].limit, 0)
    return quotas
