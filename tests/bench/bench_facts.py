# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long records take to be read, when a thousand op-occs have gathered.

usage: bench_facts.py [--json] [--runs 5] [OP_OCCS ...]     (default: 100 1000)
Budget: ansible.builtin.setup with fact_path over 1,000 op-occs under 3 s, and no op-occ's fact above 4 KiB.
Compared to: the same setup over an empty directory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import ProblemDetails  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.store import Store  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import median, report, timed  # noqa: E402

#: Op-occs of one operation: its own, and one for each of these.
VNFS = ('web', 'database', 'cache')
OWNER = {'host': 'controller.example.com', 'boot_id': '5e6cbc2e-9b0f-4d4f-8d8e-9b2f8a2f3c11', 'pid': 4711}
FAULT = '\n'.join(f'vdu web/front/{index}: Failed to create server edge1-web-front-{index}: No valid host was found. There are '
                  'not enough hosts available. (HTTP 500) [req-6a3d5d36-4a4c-4c6c-93cb-07b8fd5c3a55]' for index in range(10))


def fill(store: Store, number: int) -> str:
    """Op-occs of ten NSs, one in five of them failed and waiting for a retry at its end; returns the id of an NS."""
    op_occs = OpOccs(store)
    per_ns = max(number // 10 // (len(VNFS) + 1), 1)
    ns: dict[str, Any] = {}
    while len(store.ids('op_occ')) < number:
        ns = store.new_ns(f'edge{len(store.ids("ns"))}')
        for count in range(per_ns):
            missing = number - len(store.ids('op_occ'))
            if missing:
                vnfs = {name: f'{ns["id"][:-4]}{name[:4]}' for name in VNFS[:missing - 1]}
                op_occ = op_occs.start('UPDATE' if count else 'INSTANTIATE', ns, vnfs, {'operation': 'instantiate'}, OWNER,
                                       {'create': 20, 'update': 1, 'replace': 0, 'delete': 0, 'unchanged': 12})
                op_occ.trigger('grant')
                finish(op_occ, count % 5 == 4)
    return ns['id']


def finish(op_occ: Any, failed_before: bool) -> None:
    """COMPLETED, or FAILED with the error of its last attempt."""
    if not failed_before:
        op_occ.trigger('done', progress={'done': 41, 'total': 41})
        return
    op_occ.trigger('failed', error=ProblemDetails('edge1: UPDATE has done 31 of 41 tasks', 500, FAULT),
                   progress={'done': 31, 'total': 41})
    op_occ.trigger('fail')


def seconds(do: Callable[[], object], runs: int) -> float:
    """The median time of a call."""
    times = []
    for _run in range(runs):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return median(times)


def setup(path: str) -> list[str]:
    """The command that gathers facts from a directory, and nothing else."""
    return [str(Path(sys.executable).parent / 'ansible'), 'localhost', '-i', 'localhost,', '-c', 'local', '-e',
            f'ansible_python_interpreter={sys.executable}', '-m', 'ansible.builtin.setup', '-a',
            f'fact_path={path} gather_subset=!all,!min,local']


def measure(number: int, runs: int) -> dict[str, Any]:
    """One row of the table."""
    folder = tempfile.mkdtemp(prefix='bench-facts-', dir=ROOT / 'build' if (ROOT / 'build').is_dir() else None)
    try:
        store = Store(os.path.join(folder, 'state'))
        os.mkdir(store.path, 0o700)
        empty = os.path.join(folder, 'empty')
        os.mkdir(empty)
        ns_id = fill(store, number)
        largest = max(os.path.getsize(store.file('op_occ', one)) for one in store.ids('op_occ'))
        gathered = [timed(setup(store.path)) for _run in range(runs)]
        if store.ids('op_occ')[-1] not in gathered[0].out:
            sys.exit('setup did not gather the op-occs')
        op_occs = OpOccs(store)
        return {'op-occs': number, 'largest bytes': largest, 'setup s': median([run.wall for run in gathered]),
                'setup cpu s': median([run.cpu for run in gathered]),
                'setup of nothing s': median([timed(setup(empty)).wall for _run in range(runs)]),
                'list s': seconds(op_occs.list, runs), 'open_for s': seconds(lambda: op_occs.open_for(ns_id), runs),
                'sweep s': seconds(lambda: op_occs.sweep(ns_id), runs),
                'retain s': seconds(lambda: store.retain(ns_id, number), runs)}
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('op_occs', nargs='*', type=int, default=[100, 1000])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    report('facts', [measure(number, options.runs) for number in options.op_occs], options.json)


if __name__ == '__main__':
    main()
