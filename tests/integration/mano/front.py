# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOL003 front as a process of its own, what carries out its events, and a subscriber."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.service import PLAY_MARK, kill, pids_of
from ansible_collections.nfv.mano.tests.integration.mano.support import BIN, ROOT, Played, environment, play
from ansible_collections.nfv.mano.tests.unit.front.conftest import vnfd

SOURCE = ROOT / 'extensions' / 'eda' / 'plugins' / 'event_source' / 'sol_vnflcm.py'
LINKS = [{'id': 'mgmt', 'resourceId': 'shared', 'extCps': [{'cpdId': 'outside'}]}]
INSTANTIATE = {'flavourId': 'default-df', 'extVirtualLinks': LINKS}
OPEN = ('STARTING', 'PROCESSING', 'ROLLING_BACK')


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return int(one.getsockname()[1])


class Subscriber:
    """Takes notifications; ``status`` is its answer, ``hold`` how many seconds that takes."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status, self.hold = 204, 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(204)
                self.end_headers()

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                time.sleep(outer.hold)
                if outer.status == 204:
                    outer.told.append(body)
                self.send_response(outer.status)
                self.end_headers()
        self._handler = Handler
        self.up(0)
        self.uri = f'http://127.0.0.1:{self.port}/'

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def up(self, port: int) -> None:
        """Listen."""
        self.server = ThreadingHTTPServer(('127.0.0.1', port), self._handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self) -> None:
        """Listen no more; :meth:`up` with the same port does again."""
        self.server.shutdown()
        self.server.server_close()

    def states(self) -> list[str]:
        """Of what it was told, each notification once."""
        told = {one['id']: one for one in self.told}
        return [one.get('operationState', one['notificationType']) for one in told.values()]


class Front:
    """The front on a state directory; ``carries_out`` False: its events are only kept."""

    def __init__(self, folder: Path, carries_out: bool = True, **options: Any) -> None:
        self.folder, self.carries_out, self.port, self.mark = folder, carries_out, free_port(), uuid.uuid4().hex
        self.state_dir, packages = folder / 'state', folder / 'packages'
        for version in ('1.0', '2.0'):
            (packages / f'web-{version}').mkdir(parents=True, exist_ok=True)
            (packages / f'web-{version}' / 'vnfd.yaml').write_text(json.dumps(vnfd(version)), encoding='utf-8')
        self.options = {'state_dir': self.state_dir, 'packages': packages, 'clouds': 'sandbox', 'sweep': 1, **options}
        self.events: list[dict[str, Any]] = []
        self.plays: list[Played] = []
        self.threads: list[threading.Thread] = []
        self.start()

    @property
    def root(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    def start(self) -> None:
        """Start it, also again."""
        words = [word for name, value in {**self.options, 'port': self.port}.items()
                 for word in (f'--{name.replace("_", "-")}', str(value))]
        self.process = subprocess.Popen([sys.executable, str(SOURCE), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=environment(), cwd=ROOT)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert 'listening' in line, line + self.process.stderr.read()
        for reader in (self._follow, self.process.stderr.read):
            threading.Thread(target=reader, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)['nfv']
            self.events.append(event)
            if self.carries_out:
                thread = threading.Thread(target=self.carry_out, args=(event,))
                self.threads.append(thread)
                thread.start()

    def carry_out(self, event: dict[str, Any]) -> Played:
        """What the rulebook does."""
        played = play(event['verb'], env={PLAY_MARK: self.mark}, nfv_op_occ=event['op_occ'], nfv_state_dir=event['state_dir'],
                      nfv_timeouts={'adopt_window': 20, 'lock': 5})
        self.plays.append(played)
        return played

    def kill_plays(self) -> None:
        """kill -9 of what carries events out: the playbooks, and their modules."""
        for pid in pids_of(self.mark):
            kill(pid)

    def stop(self, kill: bool = False) -> None:
        """End it."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(30)
        for thread in self.threads:
            thread.join(300)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """(status, body, headers) of a call."""
        url = path if path.startswith('http') else f'{self.root}/vnflcm/v2/{path}'
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), method=method, headers={
            'Version': '2.0.0', **({'Content-Type': 'application/json'} if body is not None else {}), **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content, status, names = answer.read(), answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            content, status, names = error.read(), error.code, dict(error.headers)
        return status, json.loads(content) if content else None, names

    def good(self, method: str, path: str, body: Any = None, status: int = 200) -> tuple[Any, dict[str, str]]:
        found = self.call(method, path, body)
        assert found[0] == status, found
        return found[1:]

    def create(self) -> str:
        return self.good('POST', 'vnf_instances', {'vnfdId': 'web-1.0'}, 201)[0]['id']

    def ask(self, vnf_id: str, task: str, body: Any) -> str:
        """Where the op-occ of a task is."""
        return self.good('POST', f'vnf_instances/{vnf_id}/{task}', body, 202)[1]['Location']

    def wait(self, location: str, done: Callable[[str], bool] = lambda state: state not in OPEN, timeout: float = 120) -> Any:
        """The op-occ, once it is in such a state."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.good('GET', location)[0]
            if done(found['operationState']):
                return found
            assert time.monotonic() < deadline, (found, [one.out for one in self.plays])
            time.sleep(0.3)

    def done(self, vnf_id: str, task: str, body: Any) -> Any:
        found = self.wait(self.ask(vnf_id, task, body))
        assert found['operationState'] == 'COMPLETED', (found, [one.out for one in self.plays])
        return found


class Rulebook(Front):
    """The front as a source of ansible-rulebook, which runs the shipped rulebook."""

    def start(self) -> None:
        """Start it, and wait until it listens."""
        inventory, variables = self.folder / 'inventory.yml', self.folder / 'vars.yml'
        local = {'ansible_connection': 'local', 'ansible_python_interpreter': sys.executable}
        inventory.write_text(json.dumps({'all': {'hosts': {'localhost': local}}}), encoding='utf-8')
        options = {f'nfv_front_{name}': str(value) for name, value in {**self.options, 'port': self.port}.items()}
        variables.write_text(json.dumps({**options, 'nfv_state_dir': options.pop('nfv_front_state_dir')}), encoding='utf-8')
        words = ['--rulebook', 'nfv.mano.vnflcm', '--inventory', str(inventory), '--vars', str(variables)]
        self.log = (self.folder / 'rulebook.log').open('a')
        self.process = subprocess.Popen([str(BIN / 'ansible-rulebook'), *words], stdout=self.log, stderr=self.log,
                                        cwd=self.folder, env=environment(**{PLAY_MARK: self.mark}))
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, self.said()
                time.sleep(0.2)

    def said(self) -> str:
        """What it printed."""
        return (self.folder / 'rulebook.log').read_text(encoding='utf-8')

    def stop(self, kill: bool = False) -> None:
        """End it, with the playbooks that it runs."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(30)
        self.kill_plays()
        self.log.close()
