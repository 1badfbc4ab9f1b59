# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a topology takes: links and all cliques, a whole scan into the database, one object's scan, searches.

usage: bench_topology.py [--json] [--runs 5] [SERVERS ...]     (default: 5000 10000 20000)
       bench_topology.py --cloud sandbox-admin [--crowd 200] [--json] [--runs 5]
A generated cloud, its hosts wired with Open vSwitch behind a bridge for each server; 20,000 servers make some 100,000 objects.
Budget for 100,000 objects and 300,000 links: links and all cliques of instances in 60 s and 2 GiB, one object's scan in 1 s,
a search in 50 ms; linear. With --cloud a whole scan of what is in that cloud, against a bare list of the same in parallel: at
most 1.3 times as long; with --crowd of so many servers, twice as many ports and a quarter as many networks, made for it.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.topology import hosts, manage, scan  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.api import objects_of  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import make_cliques, rules_of  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import load  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import implicit_links, make_links  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import COMPUTE_VERSION  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import LISTINGS, Listing, read_all  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import median, report  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.crowd import crowd  # noqa: E402
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, mac, uid  # noqa: E402

#: Servers of one host, and of one network.
PER_HOST, PER_NETWORK = 50, 100
DOCUMENT = {'name': 'lab', 'type_drivers': 'vxlan', 'configuration': [{'name': 'OpenStack', 'cloud': 'bench'}]}


def seconds(work: Callable[[], Any], runs: int = 1) -> tuple[float, Any]:
    """The median time of something, and what it gave last."""
    times, answer = [], None
    for _run in range(runs):
        began = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - began)
    return median(times), answer


def measure(servers: int, runs: int) -> dict[str, Any]:
    """One row of the table."""
    cloud = Cloud(servers, max(servers // PER_HOST, 1), max(servers // PER_NETWORK, 1), 'hybrid')
    environment = load(DOCUMENT)
    facts = cloud.facts()

    def graphs(objects: list[Obj]) -> tuple[int, int, int]:
        links = make_links(objects, environment.type_drivers)
        links += implicit_links(links, {one.id: one.type for one in objects})
        rules = {'instance': rules_of(environment)['instance']}
        return len(objects), len(links), len(make_cliques(objects, links, rules))

    objects = place('lab', hosts.join('lab', objects_of('lab', read_all(cloud)), facts))  # type: ignore[arg-type]
    graph_s, (number, links, cliques) = seconds(lambda: graphs(objects), runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if cliques != servers:
        sys.exit(f'{cliques} cliques for {servers} servers')
    folder = tempfile.mkdtemp(prefix='nfv-bench-', dir='/dev/shm' if Path('/dev/shm').is_dir() else None)
    try:
        return {'servers': servers, 'objects': number, 'links': links, 'links, cliques s': graph_s, 'peak MiB': peak,
                **_database(cloud, facts, folder, runs)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database(cloud: Cloud, facts: dict[str, Any], folder: str, runs: int) -> dict[str, Any]:
    place_of = {'state_dir': folder, 'database': None}

    def look(**params: Any) -> Any:
        return scan.run({**place_of, 'environment': 'lab', **params})

    def change_one() -> Any:
        row = cloud.rows['/servers/detail'][7]
        row['status'] = 'SHUTOFF' if row['status'] == 'ACTIVE' else 'ACTIVE'
        return look(object_id=row['id'])

    manage.present({**place_of, 'document': DOCUMENT}, dry=False)
    with mock.patch.object(scan, 'Client', lambda *_arguments, **_options: cloud):
        first, _result = seconds(lambda: look(host_facts=facts))
        again, same = seconds(lambda: look(host_facts=facts))
        one, _result = seconds(change_one, runs)
    if same['differences']:
        sys.exit(f'a second scan of the same differs in {same["differences"]}')
    with manage.inventory({**place_of, 'environment': 'lab', 'generation': None}) as inventory:
        looked = [seconds(functools.partial(inventory.search, text), runs)[0]
                  for text in ('vm-4711', mac(77), uid(6, 99), '10.3.0.2', 'vm-')]
        clique, _answer = seconds(lambda: inventory.cliques(uid(6, 7)), runs)
    size = sum(path.stat().st_size for path in Path(folder).rglob('*.sqlite')) // 2 ** 20
    return {'first scan s': first, 'same again s': again, 'one object s': one, 'slowest search ms': round(max(looked) * 1000, 1),
            'clique ms': round(clique * 1000, 1), 'file MiB': size}


def measure_cloud(name: str, runs: int, servers: int) -> dict[str, Any]:
    """A real cloud: a scan into a new inventory, by turns with the bare lists that it is made of."""
    import openstack
    with crowd(openstack.connect(cloud=name), servers) if servers else contextlib.nullcontext():
        return _by_turns(name, runs)


def _by_turns(name: str, runs: int) -> dict[str, Any]:
    import openstack

    def bare() -> int:
        cloud = openstack.connect(cloud=name)

        def rows(one: Listing) -> int:
            adapter = getattr(cloud, 'block_storage' if one.service == 'volume' else one.service)
            options = {'microversion': COMPUTE_VERSION} if one.service == 'compute' else {}
            return len(adapter.get(one.path, params=dict(one.params), **options).json()[one.key])
        with ThreadPoolExecutor(8) as pool:
            return sum(pool.map(rows, LISTINGS.values()))

    def whole() -> Any:
        folder = tempfile.mkdtemp(prefix='nfv-bench-', dir='/dev/shm' if Path('/dev/shm').is_dir() else None)
        try:
            place_of = {'state_dir': folder, 'database': None}
            document = {**DOCUMENT, 'configuration': [{'name': 'OpenStack', 'cloud': name}]}
            manage.present({**place_of, 'document': document}, dry=False)
            return seconds(lambda: scan.run({**place_of, 'environment': 'lab'}))
        finally:
            shutil.rmtree(folder)

    bare_s, scan_s, counts, listed = [], [], {}, 0
    for _run in range(runs):
        took, listed = seconds(bare)
        bare_s.append(took)
        took, result = whole()
        scan_s.append(took)
        counts = result['counts']['objects']
    return {'rows': listed, **{kind: counts.get(kind, 0) for kind in ('instance', 'port', 'network')}, 'bare s': median(bare_s),
            'scan s': median(scan_s), 'ratio': round(median(scan_s) / median(bare_s), 2)}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('servers', nargs='*', type=int, default=[5000, 10000, 20000])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--cloud')
    parser.add_argument('--crowd', type=int, default=0, help='servers to make before, and to delete after')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    if options.cloud:
        # What is stopped deletes what it has made
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit('stopped by SIGTERM'))
        report('topology of a cloud', [measure_cloud(options.cloud, options.runs, options.crowd)], options.json)
        return
    report('topology', [measure(servers, options.runs) for servers in options.servers], options.json)


if __name__ == '__main__':
    main()
