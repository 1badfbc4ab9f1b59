# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member may ask for a port on a network of another project."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context

POLICIES = {'ip_address': 'create_port:fixed_ips:ip_address', 'ip_addresses': 'create_port:fixed_ips:ip_address',
            'mac_addresses': 'create_port:mac_address', 'port_security': 'create_port:port_security_enabled',
            'allowed_address_pairs': 'create_port:allowed_address_pairs', 'virtual_ips': 'create_port:allowed_address_pairs'}


def check(context: Context, path: str, vim: str, net: str, wanted: Any) -> None:
    """Say which right is missing before a port is made that Neutron would refuse.

    ``wanted`` is an interface or a virtual IP of the target, ``net`` the record key of its virtual link.
    """
    live = context.live[vim]
    network = live.networks.get(context.plan.found.get(net, {}).get('id', ''))
    if network is None or 'admin' in live.state.roles or network.project_id == live.state.project_id:
        return
    if network.external and not network.shared:
        context.problem(f'{path}.virtual_link', f'{wanted.virtual_link} is the external network {network.name}: a port on '
                        'it needs an administrator; use a floating IP')
    for name, policy in POLICIES.items():
        if getattr(wanted, name, None) not in (None, (), {}, ''):
            context.problem(f'{path}.{name}', f'the network {network.name} belongs to another project: this needs the right '
                            f'{policy} (the network\'s owner or administrators), which this project member does not have')
