# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP proxy on loopback in front of one OpenStack service, that holds a request back, loses it, or loses its reply."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: Headers that belong to one connection, and those that the proxy sets anew.
NOT_PASSED_ON = frozenset({'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'})


@dataclass(frozen=True)
class Rule:
    """What happens to the n-th request whose method and end of path fit.

    :param hold: seconds until it is sent on.
    :param forward: whether it is sent on at all.
    :param then: called when the service has answered; after that the reply is dropped.
    """

    method: str
    path: str
    number: int = 1
    hold: float = 0.0
    forward: bool = True
    then: Callable[[], None] | None = None


class Proxy:
    """In front of a service's endpoint as long as the context lasts; ``url`` is what clients use instead.

    ``struck`` has the status of the service's answer to each request that met the rule, once it came (0: not sent on).
    """

    def __init__(self, endpoint: str, rule: Rule) -> None:
        self._upstream, self._rule = urlsplit(endpoint), rule
        self._seen = 0
        self._lock = threading.Lock()
        self.struck: list[int] = []
        self.idle = threading.Event()
        self.idle.set()
        self._server = _Server(('127.0.0.1', 0), _Handler)
        self._server.proxy = self
        self.url = f'http://127.0.0.1:{self._server.server_port}{self._upstream.path}'

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        # What is held back would be made after the test has cleaned up
        self.idle.wait(120)
        self._server.shutdown()
        self._server.server_close()

    def meets(self, method: str, path: str) -> Rule | None:
        """The rule, if this is the request that it is for."""
        if method != self._rule.method or not urlsplit(path).path.endswith(self._rule.path):
            return None
        with self._lock:
            self._seen += 1
            if self._seen != self._rule.number:
                return None
            self.idle.clear()
            return self._rule

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send a request on: status, headers and body of the answer."""
        connection = http.client.HTTPConnection(self._upstream.hostname or '', self._upstream.port, timeout=120)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    proxy: Proxy

    def handle_error(self, *_arguments: Any) -> None:
        """Clients that were killed or gave up are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_arguments: Any) -> None:
        """The services have access logs of their own."""

    def _pass(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        headers = {key: value for key, value in self.headers.items() if key.lower() not in NOT_PASSED_ON}
        rule = proxy.meets(self.command, self.path)
        if rule is None:
            self._answer(*proxy.forward(self.command, self.path, headers, body))
            return
        try:
            time.sleep(rule.hold)
            status = proxy.forward(self.command, self.path, headers, body)[0] if rule.forward else 0
            if rule.then:
                rule.then()
            proxy.struck.append(status)
        finally:
            proxy.idle.set()
        self.close_connection = True
        with suppress(OSError):  # the client has given up before
            self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for key, value in headers:
            if key.lower() not in NOT_PASSED_ON:
                self.send_header(key, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _pass


def clouds_through(source: Path, cloud: str, folder: Path, **endpoints: str) -> str:
    """A clouds.yaml with one cloud of another one, some of whose services (compute, network) are at other endpoints.

    :returns: its path.
    """
    import yaml
    entry = yaml.safe_load(source.read_text(encoding='utf-8'))['clouds'][cloud]
    entry.update({f'{service}_endpoint_override': url for service, url in endpoints.items()})
    path = folder / 'clouds.yaml'
    path.write_text(json.dumps({'clouds': {cloud: entry}}), encoding='utf-8')
    return str(path)
