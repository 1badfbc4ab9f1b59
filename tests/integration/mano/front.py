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
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.support import ROOT, Played, environment, play
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
    """Takes notifications."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(204)
                self.end_headers()

            def do_POST(self) -> None:
                outer.told.append(json.loads(self.rfile.read(int(self.headers['Content-Length']))))
                self.do_GET()
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.uri = f'http://127.0.0.1:{self.server.server_address[1]}/'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def states(self) -> list[str]:
        return [one.get('operationState', one['notificationType']) for one in self.told]


class Front:
    """The front on a state directory; ``carries_out`` False: its events are only kept."""

    def __init__(self, folder: Path, carries_out: bool = True, **options: Any) -> None:
        self.folder, self.carries_out, self.port = folder, carries_out, free_port()
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
        played = play(event['verb'], nfv_op_occ=event['op_occ'], nfv_state_dir=event['state_dir'],
                      nfv_timeouts={'adopt_window': 20, 'lock': 5})
        self.plays.append(played)
        return played

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
