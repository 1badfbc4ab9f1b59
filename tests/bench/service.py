# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks against a cloud share: a network service as nfv.mano makes it, the bare pool, and no leftovers."""

from __future__ import annotations

import datetime
import json
import signal
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from common import Run, timed

BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent
#: Calls at once, of the bare pool and of nfv.mano (its default).
THREADS = 16
#: Seconds that the end of an interrupted operation is waited for.
PATIENCE = 300


class Service:
    """A network service of one VDU, with the state directory and the document of its own."""

    def __init__(self, folder: str, cloud: str, vdus: int, admin_cloud: str | None = None) -> None:
        self.name = f'b{uuid.uuid4().hex[:6]}'
        self._state = Path(folder, 'state')
        self._path = Path(folder, 'ns.yaml')
        vim = {'cloud': cloud, **({'admin_cloud': admin_cloud} if admin_cloud else {})}
        self._path.write_text(json.dumps({
            'name': self.name, 'vims': {'default': vim},
            'virtual_links': [{'name': 'mgmt', 'existing': 'shared'}, {'name': 'data', 'subnets': [{'cidr': '10.76.0.0/16'}]}],
            'vnfs': [{'name': 'web', 'vdus': [{'name': 'front', 'count': vdus, 'image': 'cirros', 'flavor': 'm1.tiny',
                                               'interfaces': [{'name': 'eth0', 'virtual_link': 'mgmt'},
                                                              {'name': 'eth1', 'virtual_link': 'data'}]}]}]}), encoding='utf-8')

    def instantiate(self) -> Run:
        """Make it, or find nothing to change, by the playbook as a user runs it."""
        return self._play('instantiate', nfv_descriptor=str(self._path))

    def play(self, verb: str, **variables: Any) -> Run:
        """Any other verb."""
        return self._play(verb, nfv_ns=self.name, **variables)

    def _play(self, verb: str, **variables: Any) -> Run:
        return timed([str(BIN / 'ansible-playbook'), f'nfv.mano.{verb}', '-e',
                      json.dumps({'nfv_state_dir': str(self._state), **variables})])

    def calls(self) -> dict[str, int]:
        """API calls of the last operation, by method."""
        return json.loads(Path(self._last(), 'end.json').read_text(encoding='utf-8'))['calls']

    def seconds(self) -> float:
        """How long the last operation took, from its op-occ's start to its end: without the playbook, the reads and the plan."""
        fact = json.loads(self._last().with_suffix('.fact').read_text(encoding='utf-8'))
        start, end = (datetime.datetime.fromisoformat(fact[name]) for name in ('start_time', 'end_time'))
        return (end - start).total_seconds()

    def _last(self) -> Path:
        """The folder of the last op-occ that did something."""
        return max(self._state.glob('op_occ_*.d/end.json'), key=lambda file: file.stat().st_mtime_ns).parent


@contextmanager
def service(cloud: str, vdus: int, admin_cloud: str | None = None) -> Iterator[Service]:
    """A network service that is gone afterwards, whatever happens; it is not made yet."""
    with tempfile.TemporaryDirectory(prefix='nfv-bench-') as folder:
        made = Service(folder, cloud, vdus, admin_cloud)
        try:
            yield made
        finally:
            try:
                # What was interrupted may still be on its way to its end
                made.play('terminate', nfv_timeouts={'lock': PATIENCE})
            except SystemExit as error:
                # A failed operation refuses to be terminated, say: its names tell what is its
                print(f'{made.name} is not terminated but deleted: {error}', file=sys.stderr)
                bare(cloud, made.name, 'delete')


@contextmanager
def bare_servers(cloud: str) -> Iterator[str]:
    """A prefix for what the bare pool makes; what has it is gone afterwards."""
    prefix = f'bare-{uuid.uuid4().hex[:6]}'
    try:
        yield prefix
    finally:
        bare(cloud, prefix, 'delete')


def bare(cloud: str, prefix: str, verb: str, *arguments: str) -> tuple[Run, dict[str, int]]:
    """One run of the bare pool, and its API calls by method."""
    run = timed([sys.executable, str(HERE / 'bare.py'), cloud, prefix, str(THREADS), verb, *arguments])
    return run, json.loads(run.out)['calls']


def clean_up_when_stopped() -> None:
    """Make SIGTERM end the process as SIGINT does: with everything deleted that it made."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit('stopped by SIGTERM'))
