# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a large SOL006 package takes to be read, from the disk to a checked target.

usage: bench_sol006.py [--json] [--runs 5] [VDUS ...]     (default: 20 200)
Budget: 200 VDUs, each with three interfaces and cloud-init of its own, under 1 s.
Compared to: the YAML parser alone over the same files.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import read_path, to_document  # noqa: E402
from ansible_collections.nfv.mano.plugins.module_utils.target import load  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import median, report  # noqa: E402


def vdu(number: int) -> dict[str, Any]:
    """A VDU on the NS's virtual link and on two of the VNF's."""
    return {'id': f'vdu{number}', 'description': f'Number {number}', 'sw-image-desc': 'cirros',
            'virtual-compute-desc': f'size{number % 10}', 'virtual-storage-desc': ['root', 'logs'],
            'cloud-init-file': f'vdu{number}.cfg', 'int-cpd': [
                {'id': f'eth{at}', **({'int-virtual-link-desc': f'inside{at}'} if at else {}),
                 'virtual-network-interface-requirement': [
                     {'name': f'eth{at}', 'position': at + 1, 'virtual-interface': {'type': 'PARAVIRT'}}]} for at in range(3)]}


def write(folder: Path, vdus: int) -> None:
    """A package of an NSD, and one of a VNFD with so many VDUs."""
    vnfd = {'id': 'large', 'product-name': 'large', 'mgmt-cp': 'out0',
            'df': [{'id': 'default-df', 'vdu-profile': [{'id': f'vdu{at}', 'min-number-of-instances': 1} for at in range(vdus)]}],
            'ext-cpd': [{'id': f'out{at}', 'int-cpd': {'vdu-id': f'vdu{at}', 'cpd': 'eth0'}} for at in range(vdus)],
            'int-virtual-link-desc': [{'id': 'inside1'}, {'id': 'inside2'}], 'sw-image-desc': [{'id': 'cirros'}],
            'virtual-compute-desc': [{'id': f'size{at}', 'virtual-cpu': {'num-virtual-cpu': at + 1},
                                      'virtual-memory': {'size': at + 1}} for at in range(10)],
            'virtual-storage-desc': [{'id': 'root', 'size-of-storage': 10},
                                     {'id': 'logs', 'type-of-storage': 'persistent-storage', 'size-of-storage': 5}],
            'vdu': [vdu(at) for at in range(vdus)]}
    points = [{'constituent-base-element-id': 'large', 'constituent-cpd-id': f'out{at}'} for at in range(vdus)]
    profile = {'id': 'large', 'vnfd-id': 'large',
               'virtual-link-connectivity': [{'virtual-link-profile-id': 'mgmt', 'constituent-cpd-id': points}]}
    nsd = {'id': 'ns', 'name': 'ns', 'df': [{'id': 'default-df', 'vnf-profile': [profile]}],
           'virtual-link-desc': [{'id': 'mgmt', 'mgmt-network': True}]}
    (folder / 'large' / 'cloud_init').mkdir(parents=True)
    (folder / 'ns').mkdir()
    for number in range(vdus):
        (folder / 'large' / 'cloud_init' / f'vdu{number}.cfg').write_text('#cloud-config\nhostname: "{{ title }}"\n')
    (folder / 'large' / 'vnfd.yaml').write_text(yaml.safe_dump({'vnfd': vnfd}))
    (folder / 'ns' / 'nsd.yaml').write_text(yaml.safe_dump({'nsd': {'nsd': [nsd]}}))


def whole(folder: Path) -> None:
    """From the disk to the target."""
    made = to_document(read_path(str(folder)).files, {'additional_params_for_ns': {'title': 'x'}})
    load(made.document, made.files)


def parse(folder: Path) -> None:
    """The YAML parser alone."""
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    for path in folder.rglob('*.yaml'):
        yaml.load(path.read_text(), Loader=loader)  # noqa: S506


def seconds(do: Callable[[Path], None], folder: Path, runs: int) -> float:
    """The median time of a call."""
    times = []
    for _run in range(runs):
        began = time.perf_counter()
        do(folder)
        times.append(time.perf_counter() - began)
    return median(times)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('vdus', nargs='*', type=int, default=[20, 200])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for vdus in options.vdus:
        with tempfile.TemporaryDirectory() as name:
            write(Path(name), vdus)
            rows.append({'VDUs': vdus, 'whole s': seconds(whole, Path(name), options.runs),
                         'YAML alone s': seconds(parse, Path(name), options.runs), 'budget s': 1 if vdus == 200 else ''})
    report('sol006', rows, options.json)
    if any(row['VDUs'] == 200 and row['whole s'] >= 1 for row in rows):
        sys.exit('over budget')


if __name__ == '__main__':
    main()
