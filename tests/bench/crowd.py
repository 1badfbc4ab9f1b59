# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many servers, ports and networks in a cloud, made as cheaply as its APIs can, for what is measured by their number."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

#: Servers of one call, and ports of one.
BATCH = 50
#: Seconds between two looks, and until it is given up.
PAUSE, PATIENCE = 2.0, 900.0


@contextmanager
def crowd(cloud: Any, servers: int) -> Iterator[None]:
    """So many servers, two ports for each, a network for four servers; nothing of it is there afterwards.

    :param cloud: an administrator's openstack.connection.Connection.
    """
    name = f'crowd-{uuid.uuid4().hex[:6]}'
    with ThreadPoolExecutor(8) as pool:
        try:
            _make(cloud, pool, name, servers)
            yield
        finally:
            _remove(cloud, pool, name)


def _make(cloud: Any, pool: ThreadPoolExecutor, name: str, servers: int) -> None:
    def network(number: int) -> str:
        made = cloud.network.create_network(name=f'{name}-{number}').id
        cloud.network.create_subnet(network_id=made, name=f'{name}-{number}', ip_version=4, cidr=f'10.{number % 250}.0.0/16')
        return str(made)

    image, flavor = cloud.image.find_image('cirros').id, cloud.compute.find_flavor('m1.tiny').id
    for start in range(0, servers, BATCH):
        number = min(BATCH, servers - start)
        # Ports of its own would cost Nova more than the server does
        cloud.compute.create_server(name=f'{name}-{start}', image_id=image, flavor_id=flavor, networks='none', min_count=number,
                                    max_count=number)
    networks = list(pool.map(network, range(max(servers // 4, 1))))
    _until(lambda: len(_servers(cloud, name, status='ACTIVE')) == servers, f'{servers} servers are ACTIVE')
    ports = [{'network_id': networks[(2 * at + turn) % len(networks)], 'device_id': one.id, 'device_owner': 'compute:nova',
              'binding_host_id': one.compute_host, 'name': f'{name}-{at}-{turn}'}
             for at, one in enumerate(_servers(cloud, name)) for turn in range(2)]
    for start in range(0, len(ports), BATCH):
        list(cloud.network.create_ports(ports[start:start + BATCH]))


def _remove(cloud: Any, pool: ThreadPoolExecutor, name: str) -> None:
    list(pool.map(lambda one: cloud.compute.delete_server(one.id, ignore_missing=True), _servers(cloud, name)))
    _until(lambda: not _servers(cloud, name), 'no server is left')
    networks = [one.id for one in cloud.network.networks() if one.name.startswith(f'{name}-')]
    left = [one.id for one in cloud.network.ports() if one.network_id in networks]
    list(pool.map(lambda port: cloud.network.delete_port(port, ignore_missing=True), left))
    list(pool.map(lambda network: cloud.network.delete_network(network, ignore_missing=True), networks))


def _servers(cloud: Any, name: str, **query: Any) -> list[Any]:
    return [one for one in cloud.compute.servers(all_projects=True, name=f'^{name}-', **query) if one.name.startswith(f'{name}-')]


def _until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f'not so after {PATIENCE:g} s: {what}')
        time.sleep(PAUSE)
