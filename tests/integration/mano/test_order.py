# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDUs that depend on others, and count as up once something answers on them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, refused


def described(name: str, port: int, timeout_s: int) -> dict[str, Any]:
    """front depends on back, whose address is one of the loopback network: Neutron takes it without DHCP."""
    common = {'image': 'cirros', 'flavor': 'm1.tiny'}
    return {'name': name, 'vims': {'default': {'cloud': 'sandbox'}},
            'virtual_links': [{'name': 'data', 'subnets': [{'cidr': '127.77.0.0/24', 'dhcp': False, 'gateway': None}]}],
            'vnfs': [{'name': 'web', 'vdus': [
                {'name': 'front', 'depends_on': ['back'], 'interfaces': [{'name': 'eth0', 'virtual_link': 'data'}], **common},
                {'name': 'back', 'ready': {'tcp_port': port, 'timeout_s': timeout_s},
                 'interfaces': [{'name': 'eth0', 'virtual_link': 'data', 'ip_addresses': ['127.77.0.10']}], **common}]}]}


@contextlib.contextmanager
def listening(port: int = 0) -> Iterator[int]:
    """A TCP server at the instance's address, which the fake hypervisor has no guest for."""
    with socket.create_server(('127.77.0.10', port)) as server:
        yield server.getsockname()[1]


def test_depends_on_what_answers(service: Service) -> None:
    with listening() as port:
        pass
    service.write(described(service.name, port, 3))
    failed = refused(service.play(), f'reach 127.77.0.10 port {port}', 'not ready after 3 s')
    assert 'vdu web/front/0 ACTIVE' not in failed.out, 'front was made before back was up'
    assert service.state() == 'FAILED_TEMP'
    servers = service.mine()['servers']
    assert len(servers) == 1
    with listening(port):
        done = good(service.play()).out
    assert done.index('web/back/0 TCP port') < done.index('web/back up: 1 instance made') < done.index('web/front/0 ACTIVE')
    assert servers[0].id in {server.id for server in service.mine()['servers']}, 'a server that works was made again'
    assert changed_count(good(service.play()).out) == 0
    service.terminate()
