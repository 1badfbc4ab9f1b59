# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login and Keystone's own lists, against a small server that answers as Keystone does."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import catalog_problem

DOMAIN = {'id': 'default', 'name': 'Default'}


class Keystone(http.server.BaseHTTPRequestHandler):
    """Its version, a token whose catalog has nothing but itself, and one project."""

    def _answer(self, body: dict[str, Any], code: int = 200, **headers: str) -> None:
        text = json.dumps(body).encode()
        self.send_response(code)
        for name, value in {'Content-Length': str(len(text)), **headers}.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(text)

    @property
    def _base(self) -> str:
        return f'http://127.0.0.1:{self.server.server_address[1]}/v3'

    def do_GET(self) -> None:
        version = {'id': 'v3.14', 'status': 'stable', 'links': [{'rel': 'self', 'href': f'{self._base}/'}]}
        self._answer({'projects': [{'id': 'p'}]} if self.path == '/v3/projects' else {'version': version})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers['Content-Length']))
        endpoint = {'id': 'e', 'interface': 'public', 'region': 'here', 'region_id': 'here', 'url': self._base}
        self._answer({'token': {
            'methods': ['password'], 'issued_at': '2026-01-01T00:00:00Z', 'expires_at': '2096-01-01T00:00:00Z',
            'user': {'id': 'u', 'name': 'ann', 'domain': DOMAIN}, 'project': {'id': 'p', 'name': 'demo', 'domain': DOMAIN},
            'roles': [{'id': 'r', 'name': 'admin'}],
            'catalog': [{'id': 'k', 'type': 'identity', 'name': 'keystone', 'endpoints': [endpoint]}]}}, 201, X_Subject_Token='t')

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Keystone)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    auth = {'auth_url': f'http://127.0.0.1:{server.server_port}/v3', 'username': 'ann', 'password': 'x', 'project_name': 'demo',
            'user_domain_name': 'Default', 'project_domain_name': 'Default'}
    clouds = {'clouds': {'lab': {'auth': auth, 'region_name': 'here'}}}
    (tmp_path / 'clouds.yaml').write_text(json.dumps(clouds), encoding='utf-8')
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    yield Client('lab')
    server.shutdown()
    thread.join()
    server.server_close()


def test_its_lists_are_asked(client: Client) -> None:
    assert client.login() == ('p', frozenset({'admin'}))
    assert client.call('identity', 'GET', '/projects', 'list projects') == {'projects': [{'id': 'p'}]}


def test_what_a_catalog_lacks_is_said(client: Client) -> None:
    client.login()
    assert client.catalog() == {'identity'}
    assert catalog_problem(client) == 'the catalog of cloud lab has no compute, network in this region; it has identity'
