# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's compute hosts, as its administrator sees them and brings them down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.later import Later
from ansible_collections.nfv.mano.tests.integration.mano.service import wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import SANDBOX_HOME, document

#: From this one on a service is known by its id, and can be called down.
MICROVERSION = '2.53'


class Hosts:
    """Who is where.

    :param admin: a connection of an administrator.
    """

    def __init__(self, admin: Any) -> None:
        self._compute, self._network = admin.compute, admin.network

    def services(self) -> dict[str, Any]:
        """nova-compute's, by host."""
        return {one.host: one for one in self._compute.services(binary='nova-compute')}

    def of(self, site: Later) -> list[str]:
        """Where the instances are, by count-index."""
        servers = sorted(site.project.servers(site.service.name).items())
        return [self._compute.get_server(one.id).compute_host for _name, one in servers]

    def other(self, name: str) -> str:
        return next(host for host in sorted(self.services()) if host != name)

    def bound(self, server_id: str) -> set[str]:
        """Where Neutron has a server's ports."""
        return {one.binding_host_id for one in self._network.ports(device_id=server_id)}

    def _put(self, name: str, **values: Any) -> Any:
        return self._compute.put(f'/os-services/{self.services()[name].id}', json=values, microversion=MICROVERSION)

    def enable(self, name: str) -> None:
        assert self._put(name, status='enabled').status_code == 200

    @contextmanager
    def down(self, name: str) -> Iterator[None]:
        """Its nova-compute is killed, and Nova is told at once what it would find out in a minute."""
        note = json.loads((SANDBOX_HOME / 'run' / f'nova-{name}.pid').read_text())
        os.kill(note['pid'], signal.SIGKILL)
        assert self._put(name, forced_down=True).status_code == 200
        try:
            yield
        finally:
            # Nova takes it for up only after it has seen what was evacuated, and the sandbox's start waits until it is up
            with subprocess.Popen([sys.executable, '-m', 'sandbox', str(SANDBOX_HOME), 'start'], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, cwd=SANDBOX_HOME / 'program') as start:
                wait_for(lambda: self._put(name, forced_down=False).status_code == 200, 110, f'{name} may be up again')
                told = start.communicate(timeout=300)[0]
            assert start.returncode == 0, told
            wait_for(lambda: self.services()[name].state == 'up', 90, f'{name} is up again')


def privileged(site: Later, count: int, **more: Any) -> None:
    """Its document, with a cloud that has an administrator's rights."""
    value = document(site.service.name, count, **more)
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    site.service.write(value)
