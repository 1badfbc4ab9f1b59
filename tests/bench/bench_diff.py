# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a plan takes, from target, record and VIM state in memory to the task graph.

usage: bench_diff.py [--json] [--runs 5] [VDUS ...]     (default: 1000 2000 5000 10000)
Budget: 10,000 VDUs in 0.5 s for a first deploy and for no change, 300 MiB, linear.
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
from ansible_collections.nfv.mano.plugins.module_utils.target import load  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import median, report  # noqa: E402
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, document  # noqa: E402


def seconds(world: World, wanted: dict[str, Any] | None, runs: int) -> tuple[float, int]:
    """The median time of a plan, indexing of the VIM's state included, and its number of tasks."""
    target = load(wanted) if wanted is not None else None
    times, tasks = [], 0
    for _run in range(runs):
        gc.collect()
        began = time.perf_counter()
        context = Context(NS_ID, 'edge1', target, world.record, {'default': Live.of(world.state)})
        tasks = len(make_plan(context).tasks)
        times.append(time.perf_counter() - began)
    return median(times), tasks


def measure(vdus: int, runs: int) -> dict[str, Any]:
    """One row of the table."""
    first, tasks = seconds(World(), document(vdus), runs)
    world = World().deployed(vdus)
    none, _tasks = seconds(world, document(vdus), runs)
    for index in range(0, vdus, max(vdus // 100, 1)):
        world.state.servers[index] = world.state.servers[index]._replace(metadata={})
    changed, updates = seconds(world, document(vdus), runs)
    gone, _deletions = seconds(world, None, runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {'VDUs': vdus, 'first deploy s': first, 'tasks': tasks, 'no change s': none, 'changed s': changed,
            'updates': updates, 'terminate s': gone, 'peak MiB': peak}


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
