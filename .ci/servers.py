# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a network service's servers as OpenStack itself sees them, by name, without asking nfv.mano.

usage: servers.py CLOUD NS_NAME [--json], with OS_CLIENT_CONFIG_FILE naming the clouds.yaml.
"""

from __future__ import annotations

import argparse
import json
from typing import Any


def servers(cloud: str, prefix: str) -> list[dict[str, Any]]:
    """Name, status and addresses of every server of the project whose name begins so; raises openstacksdk's errors."""
    import openstack
    found = openstack.connect(cloud=cloud).compute.servers()
    return sorted(
        ({'id': server.id, 'name': server.name, 'status': server.status,
          'addresses': [f"{network} {address['addr']}" for network, addresses in server.addresses.items()
                        for address in addresses]}
         for server in found if server.name.startswith(prefix)),
        key=lambda server: server['name'])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('cloud')
    parser.add_argument('prefix')
    parser.add_argument('--json', action='store_true')
    args = parser.parse_args()
    rows = servers(args.cloud, args.prefix)
    if args.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"  {row['name']:<28} {row['status']:<8} {', '.join(row['addresses'])}")
    if not rows:
        print('  none')


if __name__ == '__main__':
    main()
