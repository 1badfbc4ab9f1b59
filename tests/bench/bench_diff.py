# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a plan takes, from target, record and VIM state in memory to the task graph.

usage: bench_diff.py [--json] [--runs 5] [VDUS ...]     (default: 1000 2000 5000 10000)
changed: 100 instances of them differ in what is changed in place; gone: the servers of 100 are gone from the VIM.
Budget: 10,000 VDUs in 0.5 s for a first deploy, no change and either change, 300 MiB, linear.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.plan.build import make_plan  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.target import load  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import median, report  # noqa: E402
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, document  # noqa: E402

#: Instances of the service that differ in the rows of a change.
DIFFERENT = 100


def seconds(world: World, wanted: dict[str, Any] | None, runs: int) -> tuple[float, Plan]:
    """The median time of a plan, indexing of the VIM's state included, and the plan."""
    target = load(wanted) if wanted is not None else None
    times, plan = [], Plan('')
    for _run in range(runs):
        gc.collect()
        began = time.perf_counter()
        context = Context(NS_ID, 'edge1', target, world.record, {'default': Live.of(world.state)})
        plan = make_plan(context)
        times.append(time.perf_counter() - began)
    return median(times), plan


def measure(vdus: int, runs: int) -> dict[str, Any]:
    """One row of the table."""
    first, deploy = seconds(World(), document(vdus), runs)
    world = World().deployed(vdus)
    none, nothing = seconds(world, document(vdus), runs)
    there = world.state.servers
    places = range(0, vdus, max(vdus // DIFFERENT, 1))
    world.state.servers = [server._replace(metadata={}) if index in places else server for index, server in enumerate(there)]
    in_place, updates = seconds(world, document(vdus), runs)
    world.state.servers = [server for index, server in enumerate(there) if index not in places]
    gone, creations = seconds(world, document(vdus), runs)
    world.state.servers = there
    end, _deletions = seconds(world, None, runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    counts = updates.counts(), creations.counts()
    if nothing.tasks or counts[0]['update'] != len(places) or counts[1]['create'] != len(places):
        sys.exit(f'the plans are not those that are meant: {len(nothing.tasks)} tasks, {counts}')
    return {'VDUs': vdus, 'first deploy s': first, 'tasks': len(deploy.tasks), 'no change s': none, 'changed s': in_place,
            'updates': counts[0]['update'], 'gone s': gone, 'creations': counts[1]['create'], 'terminate s': end,
            'peak MiB': peak}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('vdus', nargs='*', type=int, default=[1000, 2000, 5000, 10000])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    report('plan', [measure(vdus, options.runs) for vdus in options.vdus], options.json)


if __name__ == '__main__':
    main()
