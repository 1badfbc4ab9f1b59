# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks compare with: a bare thread pool over openstacksdk, no plan, no journal, no record.

usage: bare.py CLOUD PREFIX THREADS make VDUS             makes servers with 2 ports each, waits until they are ACTIVE
       bare.py CLOUD PREFIX THREADS stop|start|heal       stops, starts, or replaces (on the same ports) all of that prefix
       bare.py CLOUD PREFIX THREADS migrate ADMIN_CLOUD   live-migrates all of that prefix
       bare.py CLOUD PREFIX THREADS delete                deletes all of that prefix
Each ends when Nova shows the end of it, and prints what it took as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openstack

#: Seconds between two lists of what is waited for, and until it is given up.
PAUSE, PATIENCE = 0.5, 1200.0


class Bare:
    """The servers of a prefix, and a pool of threads."""

    def __init__(self, cloud: str, prefix: str, threads: int) -> None:
        self.connection = openstack.connect(cloud=cloud)
        self.compute, self.network = self.connection.compute, self.connection.network
        self.prefix = prefix
        self.pool = ThreadPoolExecutor(threads)
        self.calls: Counter[str] = Counter()
        self.count(self.connection)

    def count(self, connection: openstack.connection.Connection) -> None:
        """Count the calls of a connection."""
        connection.session.session.hooks['response'].append(lambda answer, **_kw: self.calls.update([answer.request.method]))

    def each(self, do: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        """Do it to all of them, side by side."""
        return list(self.pool.map(do, things))

    def servers(self, details: bool = False, **query: Any) -> list[Any]:
        """The servers of the prefix: one list."""
        return [one for one in self.compute.servers(details=details, **query) if one.name.startswith(f'{self.prefix}-')]

    def until(self, done: Callable[[], bool]) -> None:
        """Look now and then, whatever the number of what is waited for.

        :raises SystemExit: it takes too long.
        """
        deadline = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > deadline:
                sys.exit(f'{self.prefix}: not done after {PATIENCE:g} s')
            time.sleep(PAUSE)

    def make(self, vdus: str) -> None:
        """Two ports and a server each."""
        image, flavor = self.connection.image.find_image('cirros').id, self.compute.find_flavor('m1.tiny').id
        nets = [self.network.find_network('shared').id, self.network.create_network(name=f'{self.prefix}-data').id]
        self.network.create_subnet(network_id=nets[1], name=f'{self.prefix}-data', ip_version=4, cidr='10.77.0.0/16')

        def one(index: int) -> str:
            ports = [self.network.create_port(network_id=net, name=f'{self.prefix}-{index}-{place}').id
                     for place, net in enumerate(nets)]
            return self.compute.create_server(name=f'{self.prefix}-{index}', image_id=image, flavor_id=flavor,
                                              networks=[{'port': port} for port in ports]).id
        made = set(self.each(one, range(int(vdus))))
        self.until(lambda: made <= {one.id for one in self.servers(status='ACTIVE')})

    def stop(self) -> None:
        """ACTIVE to SHUTOFF."""
        mine = self.each(lambda one: self.compute.stop_server(one.id) or one.id, self.servers())
        self.until(lambda: len(self.servers(status='SHUTOFF')) == len(mine))

    def start(self) -> None:
        """SHUTOFF to ACTIVE."""
        mine = self.each(lambda one: self.compute.start_server(one.id) or one.id, self.servers())
        self.until(lambda: len(self.servers(status='ACTIVE')) == len(mine))

    def migrate(self, admin_cloud: str) -> None:
        """To the host that the scheduler chooses, as an administrator."""
        admin = openstack.connect(cloud=admin_cloud)
        self.count(admin)
        before = {one.id: one.host_id for one in self.servers(details=True)}
        self.each(lambda server_id: admin.compute.live_migrate_server(server_id, block_migration='auto'), before)

        def there() -> bool:
            return all(one.host_id != before[one.id] and one.status == 'ACTIVE' and one.task_state is None
                       for one in self.servers(details=True))
        self.until(there)

    def heal(self) -> None:
        """Each is deleted, and made again on its ports, with its name, metadata and tags, as soon as it is gone."""
        old = {one.id: one for one in self.servers(details=True)}
        flavors = {flavor.name: flavor.id for flavor in self.compute.flavors()}
        ports: dict[str, list[str]] = {}
        for port in sorted(self.network.ports(project_id=self.connection.current_project_id), key=lambda row: row.name):
            ports.setdefault(port.device_id, []).append(port.id)

        def again(server_id: str) -> str:
            one = old[server_id]
            return self.compute.create_server(
                name=one.name, image_id=one.image.id, flavor_id=flavors[one.flavor.original_name], metadata=one.metadata,
                tags=one.tags, networks=[{'port': port} for port in ports[server_id]]).id
        self.each(self.compute.delete_server, old)
        left, making = set(old), []

        def all_made() -> bool:
            gone = left - {one.id for one in self.servers()}
            left.difference_update(gone)
            making.extend(self.pool.submit(again, server_id) for server_id in gone)
            return not left
        self.until(all_made)
        made = {one.result() for one in making}
        self.until(lambda: made <= {one.id for one in self.servers(status='ACTIVE')})

    def delete(self) -> None:
        """Everything of the prefix, whatever state it is in."""
        self.each(self.compute.delete_server, [one.id for one in self.servers()])
        self.until(lambda: not self.servers())
        mine = self.network.ports(project_id=self.connection.current_project_id)
        self.each(self.network.delete_port, [one.id for one in mine if one.name.startswith(f'{self.prefix}-')])
        for one in self.network.networks(name=f'{self.prefix}-data'):
            self.network.delete_network(one.id)


def main(cloud: str, prefix: str, threads: str, verb: str, *arguments: str) -> None:
    """Do it, and print what it took."""
    began = time.monotonic()
    bare = Bare(cloud, prefix, int(threads))
    getattr(bare, verb)(*arguments)
    print(json.dumps({'work': time.monotonic() - began, 'calls': dict(bare.calls)}))


if __name__ == '__main__':
    main(*sys.argv[1:])
