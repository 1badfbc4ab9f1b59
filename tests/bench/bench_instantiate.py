# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long it takes to make N VDUs with two ports each, side by side in one run.

usage: bench_instantiate.py [--json] [--runs 5] [--loop 10] [VDUS ...]       (default: 1 10 50 100)

bare     a thread pool over openstacksdk with no bookkeeping (bare.py): what the cloud itself takes
nfv.mano ansible-playbook nfv.mano.instantiate, as a user runs it; then again, with nothing to change
loop     a play that loops openstack.cloud.port and .server 2.6.0 (loop.yml), up to --loop VDUs and once, since it is slow

Budgets: at most 1.05 times bare plus 3 s of playbook; 3.5 times faster and a tenth of the client's CPU than the loop;
nothing to change in 4 s at 100. Needs the sandbox (OS_CLIENT_CONFIG_FILE) and makes everything in the project of --cloud.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import service
from common import ROOT, Run, median, report, timed

#: Where PyPI has openstack.cloud 2.6.0: in the wheel of this release of the package "ansible".
ANSIBLE_RELEASE = '14.5.0'


def bare(cloud: str, vdus: int) -> tuple[Run, dict[str, int]]:
    """One run of the bare pool; what it made is deleted outside of the clock."""
    with service.bare_servers(cloud) as prefix:
        return service.bare(cloud, prefix, 'make', str(vdus))


def ours(cloud: str, vdus: int) -> tuple[Run, Run, dict[str, int]]:
    """One instantiate, one run with nothing to change, and the calls of the first; terminated outside of the clock."""
    with service.service(cloud, vdus) as made:
        return made.instantiate(), made.instantiate(), made.calls()


def loop(cloud: str, vdus: int) -> Run:
    """One run of the play that loops."""
    collections = openstack_cloud()
    with service.bare_servers(cloud) as prefix:
        return timed([str(service.BIN / 'ansible-playbook'), str(service.HERE / 'loop.yml'), '-e',
                      json.dumps({'cloud': cloud, 'prefix': prefix, 'vdus': vdus})], ANSIBLE_COLLECTIONS_PATH=str(collections))


def openstack_cloud() -> Path:
    """A collection tree with openstack.cloud, fetched once."""
    tree = ROOT / 'build' / 'bench'
    if not (tree / 'ansible_collections').exists():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--python-version', '3.12',
                            '--only-binary=:all:', '--dest', folder, f'ansible=={ANSIBLE_RELEASE}'], check=True)
            with zipfile.ZipFile(next(Path(folder).glob('*.whl'))) as wheel:
                wheel.extractall(tree, [name for name in wheel.namelist()
                                        if name.startswith('ansible_collections/openstack/')])
    return tree


def measure(cloud: str, vdus: int, runs: int, with_loop: bool) -> dict[str, Any]:
    """One row: medians of runs that take turns, so that what disturbs one disturbs the other as well."""
    pairs = [(bare(cloud, vdus), ours(cloud, vdus)) for _run in range(runs)]
    (_run, bare_calls), (_first, _again, our_calls) = pairs[-1]
    wall_bare = median([one[0].wall for one, _other in pairs])
    wall_ours = median([other[0].wall for _one, other in pairs])
    cpu_ours = median([other[0].cpu for _one, other in pairs])
    row = {'VDUs': vdus, 'bare s': wall_bare, 'nfv.mano s': wall_ours, 'budget s': round(1.05 * wall_bare + 3, 3),
           'again s': median([other[1].wall for _one, other in pairs]),
           'bare CPU s': median([one[0].cpu for one, _other in pairs]), 'nfv.mano CPU s': cpu_ours,
           'bare calls': sum(bare_calls.values()), 'nfv.mano calls': sum(our_calls.values()),
           'bare POSTs': bare_calls.get('POST', 0), 'nfv.mano POSTs': our_calls.get('POST', 0)}
    looped = loop(cloud, vdus) if with_loop else None
    row['loop s'] = round(looped.wall, 3) if looped else '-'
    row['times faster'] = round(looped.wall / wall_ours, 2) if looped else '-'
    row['loop CPU s'] = round(looped.cpu, 3) if looped else '-'
    return row


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('vdus', nargs='*', type=int, default=[1, 10, 50, 100])
    parser.add_argument('--cloud', default='sandbox')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--loop', type=int, default=10, help='largest number of VDUs to loop over')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    service.clean_up_when_stopped()
    report('instantiate', [measure(options.cloud, vdus, options.runs, vdus <= options.loop) for vdus in options.vdus],
           options.json)


if __name__ == '__main__':
    main()
