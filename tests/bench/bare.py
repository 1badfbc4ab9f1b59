# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bench_instantiate.py compares with: a bare thread pool over openstacksdk, no plan, no journal, no record.

usage: bare.py CLOUD PREFIX VDUS THREADS     makes VDUS servers with 2 ports each, waits until they are ACTIVE, prints JSON
       bare.py CLOUD PREFIX 0 THREADS        deletes all of that prefix
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import openstack


def main(cloud: str, prefix: str, vdus: int, threads: int) -> None:
    """Make or delete, and print what it took."""
    connection = openstack.connect(cloud=cloud)
    calls: Counter[str] = Counter()
    connection.session.session.hooks['response'].append(lambda answer, **_kw: calls.update([answer.request.method]))
    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        if vdus:
            make(connection, pool, prefix, vdus)
        else:
            delete(connection, pool, prefix)
    print(json.dumps({'work': time.monotonic() - began, 'calls': dict(calls)}))


def make(connection: openstack.connection.Connection, pool: ThreadPoolExecutor, prefix: str, vdus: int) -> None:
    """Two ports and a server per thread at a time; one list per interval tells which are ACTIVE."""
    compute, network = connection.compute, connection.network
    image, flavor = connection.image.find_image('cirros').id, compute.find_flavor('m1.tiny').id
    nets = [network.find_network('shared').id, network.create_network(name=f'{prefix}-data').id]
    network.create_subnet(network_id=nets[1], name=f'{prefix}-data', ip_version=4, cidr='10.77.0.0/16')
    active: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            active.update(one.id for one in compute.servers(details=False, status='ACTIVE'))

    def one(index: int) -> None:
        ports = [network.create_port(network_id=net, name=f'{prefix}-{index}-{place}').id for place, net in enumerate(nets)]
        server = compute.create_server(name=f'{prefix}-{index}', image_id=image, flavor_id=flavor,
                                       networks=[{'port': port} for port in ports])
        made.append(server.id)
    made: list[str] = []
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    list(pool.map(one, range(vdus)))
    while not set(made) <= active:
        time.sleep(0.05)
    done.set()
    watcher.join()


def delete(connection: openstack.connection.Connection, pool: ThreadPoolExecutor, prefix: str) -> None:
    """Everything of the prefix."""
    compute, network = connection.compute, connection.network

    def mine() -> list[str]:
        return [one.id for one in compute.servers(details=False) if one.name.startswith(f'{prefix}-')]
    list(pool.map(compute.delete_server, mine()))
    while mine():
        time.sleep(0.5)
    list(pool.map(network.delete_port, [one.id for one in network.ports(project_id=connection.current_project_id)
                                        if one.name.startswith(f'{prefix}-')]))
    for one in network.networks(name=f'{prefix}-data'):
        network.delete_network(one.id)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
