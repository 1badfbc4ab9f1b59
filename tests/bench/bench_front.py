# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long clients of the SOL003 front wait for op-occs while operations run.

usage: bench_front.py [--json] [--clients 200] [--operations 5] [--op-occs 1000] [--pauses 1 0] [--cloud sandbox]
The front runs by itself over a state directory with so many op-occs. VNFs are instantiated and terminated through it, each by
its playbook; for as long as one of these runs, clients read, each with a connection of its own: an op-occ nine times in ten (of
those that run as often as of others), else the list of them. A pause is how many seconds a client waits from one answer to its
next request; with 0 they are as fast as the front. Clients, front, playbooks and cloud share the machine. Side by side with the
front (while other operations of the same kind run) they read from a bare server of aiohttp (bare_front.py), which sends the same
bytes and looks at nothing: what takes time with it, no front can do anything about.
Budget: no error, and 99 of 100 answers within 250 ms. It needs a cloud (the sandbox's: OS_CLIENT_CONFIG_FILE) with an image
cirros and a network shared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0])

from ansible_collections.nfv.mano.plugins.module_utils.store import Store  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.bench_facts import fill  # noqa: E402
from ansible_collections.nfv.mano.tests.bench.common import COLLECTIONS, report  # noqa: E402
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, vnfd  # noqa: E402

SOURCE = ROOT / 'extensions' / 'eda' / 'plugins' / 'event_source' / 'sol_vnflcm.py'
BARE = ROOT / 'tests' / 'bench' / 'bare_front.py'
OP_OCCS = '/vnflcm/v2/vnf_lcm_op_occs'
OPEN = ('STARTING', 'PROCESSING', 'ROLLING_BACK')
TASKS = (('instantiate', INSTANTIATE), ('terminate', {'terminationType': 'FORCEFUL'}))
#: Milliseconds.
BUDGET = 250.0
#: Seconds that operations may take.
LONGEST = 900.0


class Bench:
    """A front, what carries out its events, and its clients."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self.playing: list[asyncio.Task[None]] = []
        self.servers: list[asyncio.subprocess.Process] = []
        with socket.socket() as one:
            one.bind(('127.0.0.1', 0))
            self.port = one.getsockname()[1]
        self.root = f'http://127.0.0.1:{self.port}'

    async def start(self) -> asyncio.subprocess.Process:
        """The front, once it listens."""
        store, package = Store(str(self.folder / 'state')), self.folder / 'packages' / 'web'
        store.prepare()
        fill(store, self.options.op_occs)
        package.mkdir(parents=True)
        (package / 'vnfd.yaml').write_text(json.dumps(vnfd()), encoding='utf-8')
        front = await asyncio.create_subprocess_exec(
            sys.executable, str(SOURCE), '--state-dir', store.path, '--port', str(self.port), '--packages', str(package.parent),
            '--clouds', self.options.cloud, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT)
        assert front.stdout is not None and front.stderr is not None
        if b'listening' not in await front.stderr.readline():
            sys.exit('the front does not start')
        self.following = asyncio.create_task(self._follow(front.stdout))
        return front

    async def _follow(self, events: asyncio.StreamReader) -> None:
        async for line in events:
            self.playing.append(asyncio.create_task(self._play(json.loads(line)['nfv'])))

    async def _play(self, event: dict[str, Any]) -> None:
        """What the rulebook does."""
        variables = {'nfv_op_occ': event['op_occ'], 'nfv_state_dir': event['state_dir'], 'nfv_progress': False}
        play = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / 'ansible-playbook'), f'nfv.mano.{event["verb"]}', '-e', json.dumps(variables),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=ROOT,
            env={**os.environ, 'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_COLLECTIONS_PATH': COLLECTIONS})
        said = (await play.communicate())[0]
        if play.returncode:
            sys.exit(f'a playbook failed:\n{said.decode()[-3000:]}')

    async def ask(self, session: aiohttp.ClientSession, path: str, body: Any) -> tuple[Any, str]:
        """Body and Location of the answer to a POST."""
        async with session.post(path, json=body) as answer:
            if answer.status not in (201, 202):
                sys.exit(f'{path}: {answer.status} {await answer.text()}')
            return json.loads(await answer.read() or b'null'), answer.headers['Location']

    async def bare(self, session: aiohttp.ClientSession, one: str) -> str:
        """Where the bare server is, which has what the front answers now."""
        for name, path in (('list', OP_OCCS), ('one', one)):
            async with session.get(path) as answer:
                (self.folder / name).write_bytes(await answer.read())
        server = await asyncio.create_subprocess_exec(
            sys.executable, str(BARE), *(str(self.folder / name) for name in ('list', 'one')), stdout=asyncio.subprocess.PIPE)
        assert server.stdout is not None
        self.servers.append(server)
        return f'http://127.0.0.1:{int(await server.stdout.readline())}'

    async def measure(self, session: aiohttp.ClientSession, operation: str, locations: list[str], pause: float,
                      bare: bool) -> dict[str, Any]:
        """A row: what clients saw until these op-occs were finished."""
        async with session.get(OP_OCCS) as answer:
            paths = [*locations, *(one['_links']['self']['href'] for one in (await answer.json())[:len(locations)])]
        root = await self.bare(session, paths[-1]) if bare else self.root
        paths = [f'{root}{urlsplit(one).path}' for one in paths]
        times: list[float] = []
        errors = 0
        done = asyncio.Event()

        async def client(number: int) -> None:
            nonlocal errors
            await asyncio.sleep(pause * number / self.options.clients)
            count = number
            while not done.is_set():
                count += 1
                began = time.perf_counter()
                async with session.get(f'{root}{OP_OCCS}' if count % 10 == 0 else paths[count % len(paths)]) as answer:
                    await answer.read()
                    errors += answer.status != 200
                times.append(time.perf_counter() - began)
                if pause:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(done.wait(), pause)
        clients = [asyncio.create_task(client(number)) for number in range(self.options.clients)]
        began = time.monotonic()
        states = await asyncio.wait_for(self._finished(session, locations), LONGEST)
        seconds = time.monotonic() - began
        done.set()
        await asyncio.gather(*clients, *self.playing)
        if set(states) != {'COMPLETED'}:
            sys.exit(f'{operation}: {states}')
        times.sort()
        return {'server': 'bare' if bare else 'front', 'operation': operation, 'running': len(locations), 'clients': len(clients),
                'pause s': pause, 'seconds': round(seconds, 1), 'requests': len(times), 'errors': errors,
                'per s': round(len(times) / seconds),
                **{f'p{part} ms': round(times[int(len(times) * part / 100)] * 1000, 1) for part in (50, 99)},
                'longest ms': round(times[-1] * 1000, 1)}

    async def _finished(self, session: aiohttp.ClientSession, locations: list[str]) -> list[str]:
        while True:
            states = []
            for location in locations:
                async with session.get(location) as answer:
                    states.append((await answer.json())['operationState'])
            if not set(OPEN) & set(states):
                return states
            await asyncio.sleep(0.5)

    async def run(self) -> list[dict[str, Any]]:
        """All rows."""
        front, rows = await self.start(), []
        try:
            async with aiohttp.ClientSession(self.root, connector=aiohttp.TCPConnector(limit=0),
                                             headers={'Version': '2.0.0'}) as session:
                for pause in self.options.pauses:
                    made = [await self.ask(session, '/vnflcm/v2/vnf_instances', {'vnfdId': 'web-1.0'})
                            for _number in range(self.options.operations)]
                    for bare, (task, body) in itertools.product((True, False), TASKS):
                        begun = [(await self.ask(session, f'{location}/{task}', body))[1] for _vnf, location in made]
                        rows.append(await self.measure(session, task, begun, pause, bare))
        finally:
            for server in (front, *self.servers):
                server.terminate()
                await server.wait()
            self.following.cancel()
        return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (('clients', 200), ('operations', 5), ('op-occs', 1000)):
        parser.add_argument(f'--{name}', type=int, default=value)
    parser.add_argument('--pauses', type=float, nargs='*', default=[1.0, 0.0])
    parser.add_argument('--cloud', default='sandbox')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='bench-front-', dir=ROOT / 'build' if (ROOT / 'build').is_dir() else None))
    try:
        rows = asyncio.run(Bench(folder, options).run())
    finally:
        shutil.rmtree(folder)
    report('front', rows, options.json)
    if any(row['errors'] or row['p99 ms'] >= BUDGET for row in rows if row['server'] == 'front'):
        sys.exit(f'over the budget: an error, or more than {BUDGET:g} ms for 99 of 100')


if __name__ == '__main__':
    main()
