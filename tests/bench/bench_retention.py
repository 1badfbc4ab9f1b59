# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a thousand finished op-occs cost an operation that starts, and the table of them.

usage: bench_retention.py [--json] [--runs 5] [--cloud sandbox] [OP_OCCS ...]     (default: 0 1000)
Each op-occ is of one NS, and has one of a VNF beside it. Measured as whole playbooks:
start    nfv.mano.instantiate of a document that the pre-flight refuses: an op-occ is started, the VIM is read, and the op-occ
         ends ROLLED_BACK. Nothing is made. nfv_op_occ_retention is so large that none is archived.
status   nfv.mano.status.
archive  start with the default retention, which archives all but 50: once.
started  start after that.
Budget: under 1 s longer than with none. It needs a cloud (the sandbox's: OS_CLIENT_CONFIG_FILE) with an image cirros.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.store import Store  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.store.files import encode  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.bench_facts import OWNER, finish  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import COLLECTIONS, median, report  # noqa: E402

NAME = 'bench-retention'
#: Of what is asked for this flavor is nowhere.
REFUSED = 'no such flavor'
ALL = 1_000_000
#: Seconds that a thousand may cost.
BUDGET = 1.0


def fill(store: Store, number: int) -> None:
    """One NS with so many finished op-occs, one in five of which has failed: two real ones, and copies of them."""
    store.prepare()
    ns, originals = store.new_ns(NAME), []
    for failed in (False, True):
        op_occ = OpOccs(store).start('UPDATE', ns, {'web': f'{ns["id"][:-4]}web'}, {'operation': 'update'}, OWNER, {'update': 1})
        op_occ.trigger('grant')
        finish(op_occ, failed)
        originals.append((op_occ, op_occ.vnf_op_occs()[0]))
    for count in range(number):
        op_occ, part = originals[count % 5 == 4]
        new, new_part = str(uuid.uuid4()), str(uuid.uuid4())
        shutil.copytree(op_occ.dir.path, store.op_occ_dir(new).path)
        for one_id, data in ((new_part, {**part, 'parent': new}), (new, op_occ.data)):
            Path(store.file('op_occ', one_id)).write_bytes(encode({**data, 'id': one_id}))
        store.op_occ_dir(new).write_json('vnf_op_occs.json', {'ids': [new_part]})
    for op_occ, part in originals:
        store.delete('op_occ', part['id'])
        store.delete('op_occ', op_occ.id)


def play(verb: str, **variables: Any) -> tuple[float, str]:
    """Seconds of a playbook, and what it said."""
    words = [str(Path(sys.executable).parent / 'ansible-playbook'), f'nfv.mano.{verb}', '-e', json.dumps(variables)]
    began = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, stdin=subprocess.DEVNULL,
                          env={**os.environ, 'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_COLLECTIONS_PATH': COLLECTIONS})
    return time.monotonic() - began, done.stdout + done.stderr


def start(store: Store, descriptor: str, **variables: Any) -> float:
    """Seconds until an operation has been started, and refused."""
    before = set(store.ids('op_occ'))
    seconds, said = play('instantiate', nfv_descriptor=descriptor, nfv_state_dir=store.path, nfv_progress=False, **variables)
    made = [store.read('op_occ', one) or {} for one in set(store.ids('op_occ')) - before]
    if {one['state'] for one in made} != {'ROLLED_BACK'} or REFUSED not in said:
        sys.exit(f'no op-occ was started and refused:\n{said[-3000:]}')
    return seconds


def status(store: Store, number: int) -> float:
    """Seconds of the table."""
    seconds, said = play('status', nfv_state_dir=store.path, nfv_params={'limit': 20})
    if said.count(NAME) < min(number, 20):
        sys.exit(f'not the table:\n{said[-3000:]}')
    return seconds


def measure(numbers: list[int], runs: int, cloud: str) -> list[dict[str, Any]]:
    """A row for each number; they take turns, so that what else the machine does is the same for all."""
    folder = Path(tempfile.mkdtemp(prefix='bench-retention-', dir=ROOT / 'build' if (ROOT / 'build').is_dir() else None))
    try:
        descriptor = folder / 'ns.yaml'
        descriptor.write_text(json.dumps({
            'name': NAME, 'vims': {'default': {'cloud': cloud}}, 'virtual_links': [
                {'name': 'data', 'subnets': [{'cidr': '10.83.0.0/24'}]}], 'vnfs': [{'name': 'web', 'vdus': [
                    {'name': 'front', 'count': 1, 'image': 'cirros', 'flavor': REFUSED,
                     'interfaces': [{'name': 'eth0', 'virtual_link': 'data'}]}]}]}), encoding='utf-8')
        stores = {number: Store(str(folder / f'state-{number}')) for number in numbers}
        times: dict[int, dict[str, list[float]]] = {number: {'start s': [], 'status s': []} for number in numbers}
        for number, store in stores.items():
            fill(store, number)
        for _run in range(runs):
            for number, store in stores.items():
                times[number]['start s'].append(start(store, str(descriptor), nfv_op_occ_retention=ALL))
                times[number]['status s'].append(status(store, number))
        rows = []
        for number, store in stores.items():
            row = {'op-occs': number, **{key: median(values) for key, values in times[number].items()},
                   'archive s': median([start(store, str(descriptor))]),
                   'started s': median([start(store, str(descriptor)) for _run in range(runs)])}
            rows.append({**row, 'left': len(store.ids('op_occ')), 'archived': len(Store(f'{store.path}/archive').ids('op_occ'))})
        return rows
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('op_occs', nargs='*', type=int, default=[0, 1000])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--cloud', default='sandbox')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = measure(options.op_occs, options.runs, options.cloud)
    report('retention', rows, options.json)
    longer = {key: round(rows[-1][key] - rows[0][key], 3) for key in ('start s', 'status s')}
    if max(longer.values()) >= BUDGET:
        sys.exit(f'over the budget of {BUDGET} s: {longer}')


if __name__ == '__main__':
    main()
