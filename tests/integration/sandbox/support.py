# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox's tests share: make a thing, wait for it, take it away again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openstack
from openstack.connection import Connection

HOME = Path(os.environ.get('OS_CLIENT_CONFIG_FILE', '/nonexistent/clouds.yaml')).parent
HOSTS = ('compute1', 'compute2')


def settings() -> dict[str, Any]:
    """What the running sandbox was deployed with: ports, computes, hard, detach_delay, ..."""
    return json.loads((HOME / 'etc' / 'sandbox.json').read_text())


def access_log(service: str) -> list[dict[str, Any]]:
    """The requests that a service's API has answered, oldest first."""
    return [json.loads(line) for line in (HOME / 'log' / f'{service}-access.log').read_text().splitlines()]


def wait(probe: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """The first true answer of probe; raises TimeoutError(what)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.25)
    raise TimeoutError(what)


def other(host: str) -> str:
    return HOSTS[1] if host == HOSTS[0] else HOSTS[0]


class Cloud:
    """The sandbox as the member of demo and as admin. Remembers what was made; close() takes it away."""

    def __init__(self) -> None:
        self.demo = openstack.connect(cloud='sandbox')
        self.admin = openstack.connect(cloud='sandbox-admin')
        self._servers: list[tuple[Connection, str]] = []
        self._undo: list[Callable[[], Any]] = []

    def later(self, undo: Callable[[], Any]) -> None:
        """Call undo at the end, after the servers are gone, the last first."""
        self._undo.append(undo)

    def close(self) -> None:
        for connection, server_id in self._servers:
            connection.compute.delete_server(server_id, ignore_missing=True)
        for _connection, server_id in self._servers:
            wait(lambda server_id=server_id: self.is_gone(server_id), f'server {server_id} stays')
        self._servers.clear()
        while self._undo:
            self._undo.pop()()

    # -- servers

    def server(
        self, *, status: str = 'ACTIVE', flavor: str = 'm1.tiny', by: Connection | None = None, **body: Any
    ) -> Any:
        """Make a server on the shared network and wait for its status. body overrides what is sent to Nova."""
        connection = by or self.demo
        body = {
            'name': f'test-{len(self._servers)}',
            'flavor_id': connection.compute.find_flavor(flavor).id,
            'image_id': self.image_id,
            'networks': [{'uuid': self.network_id('shared')}],
        } | body
        if body['image_id'] is None:
            del body['image_id']
        server = connection.compute.create_server(**body)
        self._servers.append((connection, server.id))
        return self.settle(server, status)

    def faulty(self, word: str, *, status: str = 'ACTIVE', **body: Any) -> Any:
        """A server with sandbox:fault=word."""
        return self.server(status=status, metadata={'sandbox:fault': word}, **body)

    def get(self, server: Any) -> Any:
        return self.admin.compute.get_server(server.id)

    def is_gone(self, server_id: str) -> bool:
        return not self.admin.compute.find_server(server_id, ignore_missing=True, all_projects=True)

    def settle(self, server: Any, status: str = 'ACTIVE', seconds: float = 90) -> Any:
        """Wait for the status with no task going on."""

        def probe() -> Any:
            now = self.get(server)
            if now.status == status and not now.task_state:
                return now
            if now.status == 'ERROR' and status != 'ERROR':
                raise AssertionError(f'ERROR: {now.fault}')
            return None

        return wait(probe, f'server is not {status}', seconds)

    def idle(self, server: Any) -> Any:
        """Wait until no task goes on, whatever the status is."""
        wait(lambda: not self.get(server).task_state, 'a task goes on')
        return self.get(server)

    def fault(self, server: Any) -> str:
        # Nova sets ERROR first and writes the fault a moment later.
        return wait(lambda: self.get(server).fault, 'no fault', 10)['message']

    def host(self, server: Any) -> str:
        return self.get(server).compute_host

    def delete(self, server: Any) -> None:
        self.demo.compute.delete_server(server.id)
        wait(lambda: self.is_gone(server.id), 'server stays')

    def action_error(self, server: Any, action: str) -> str:
        """Wait for the newest event of an action to end with an error; its message."""

        def probe() -> str | None:
            newest = next((one for one in self.demo.compute.server_actions(server.id) if one.action == action), None)
            return newest.message if newest else None

        return wait(probe, f'{action} has no error', 30)

    # -- what is there from the start

    @property
    def image_id(self) -> str:
        return self.demo.image.find_image('cirros').id

    def network_id(self, name: str) -> str:
        return self.demo.network.find_network(name).id

    # -- networks and volumes

    def port(self, network: str = 'shared', **body: Any) -> Any:
        port = self.demo.network.create_port(network_id=self.network_id(network), **body)
        self.later(lambda: self.demo.network.delete_port(port.id))
        return port

    def volume(self, *, status: str = 'available', **body: Any) -> Any:
        volume = self.demo.block_storage.create_volume(**({'name': 'test', 'size': 1} | body))
        self.later(lambda: self.demo.block_storage.delete_volume(volume.id))
        self.volume_is(volume, status)
        return volume

    def volume_is(self, volume: Any, status: str) -> None:
        wait(lambda: self.demo.block_storage.get_volume(volume.id).status == status, f'volume is not {status}')
