# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others have in the same project survives everything, whatever it is called."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    log_size,
    refused,
    writes,
)

TINY = {'vcpus': 1, 'ram_mib': 640, 'disk_gib': 1}
#: The name that a flavor of this shape would get.
SHAPE = 'nfv-1c-640m-1g'


class Foreign:
    """Things of somebody else in the project, by the names that a service's own have or would get."""

    def __init__(self, project: Project, name: str) -> None:
        self.cloud, self.name = project.cloud, name
        self.admin = openstack.connect(cloud='sandbox-admin')
        self._close = contextlib.ExitStack()
        self._reads: dict[str, Any] = {}

    def network(self) -> Any:
        network = self.cloud.network
        made = network.create_network(name=f'{self.name}-data', description=f'nfv.mano/{self.name}/data/net')
        self._close.callback(network.delete_network, made.id)
        network.create_subnet(network_id=made.id, ip_version=4, cidr='10.81.0.0/24', name=f'{self.name}-data-0')
        self._keep(f'network {made.name}', network.get_network, made.id)
        return made

    def port(self, name: str, network_id: str, **more: Any) -> Any:
        made = self.cloud.network.create_port(name=name, network_id=network_id, **more)
        self._close.callback(self.cloud.network.delete_port, made.id, ignore_missing=True)
        self._keep(f'port {name}', self.cloud.network.get_port, made.id)
        return made

    def server(self, name: str, port_id: str, **more: Any) -> Any:
        compute = self.cloud.compute
        made = compute.create_server(
            name=name, networks=[{'port': port_id}], image_id=self.cloud.image.find_image('cirros').id,
            flavor_id=compute.find_flavor('m1.tiny').id, **more)
        self._close.callback(self._delete_server, made.id)
        self._keep(f'server {name} {made.id}', compute.get_server, compute.wait_for_server(made).id)
        return made

    def _delete_server(self, server_id: str) -> None:
        self.cloud.compute.delete_server(server_id, ignore_missing=True)
        wait_for(lambda: server_id not in {one.id for one in self.cloud.compute.servers()}, 60, 'foreign server deleted')

    def volume(self) -> None:
        made = self.cloud.block_storage.create_volume(name=f'{self.name}-web-front-0-root', size=1)
        self._close.callback(self.cloud.block_storage.delete_volume, made.id)
        self.cloud.block_storage.wait_for_status(made, 'available', ['error'], interval=1, wait=60)
        self._keep(f'volume {made.name}', self.cloud.block_storage.get_volume, made.id)

    def flavor(self) -> None:
        """Of the name that ours would get, and of another size."""
        compute = self.admin.compute
        made = compute.find_flavor(SHAPE) or compute.create_flavor(name=SHAPE, vcpus=1, ram=768, disk=1)
        self._close.callback(compute.delete_flavor, made.id)
        self._keep(f'flavor {made.name}', compute.get_flavor, made.id)

    def _keep(self, name: str, read: Any, one_id: str) -> None:
        self._reads[name] = (read, one_id)

    def look(self) -> dict[str, dict[str, Any]]:
        """All of it as the API shows it now; one that is gone is an error."""
        rows = {name: read(one_id).to_dict() for name, (read, one_id) in self._reads.items()}
        return {name: {key: value for key, value in row.items() if key not in ('location', 'progress')}
                for name, row in rows.items()}

    def close(self) -> None:
        self._close.close()
        # Ours, where a test failed before terminate
        for flavor in self.admin.compute.flavors(is_public=None):
            if flavor.name.startswith(SHAPE):
                self.admin.compute.delete_flavor(flavor)


@pytest.fixture
def foreign(project: Project, service: Service) -> Iterator[Foreign]:
    one = Foreign(project, service.name)
    yield one
    # Its networks go after our own servers do, and those go whatever the test came to
    service.close()
    one.close()


def test_foreign_things_survive(service: Service, project: Project, foreign: Foreign) -> None:
    """Through instantiate, update, recovery and terminate."""
    before = project.ids()
    network, name = foreign.network(), service.name
    shared = project.cloud.network.find_network('shared').id
    foreign.server(f'{name}-web-front-0', foreign.port(f'{name}-web-front-0-eth1', network.id).id,
                   metadata={'nfv.mano.ns': name})
    foreign.port(f'{name}-web-front-0-eth0', shared, description=f'nfv.mano/{name}/web/front/0/port.eth0')
    foreign.volume()
    foreign.flavor()
    there = foreign.look()

    value = document(name, 2, flavor=TINY)
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    service.write(value)
    killed = service.injected('KILL:intent/server:2:after')
    assert killed.rc != 0
    assert foreign.look() == there
    good(service.play())
    assert foreign.look() == there
    (record,) = service.facts('ns')
    made = {key: one for key, one in record['resources'].items() if one.get('owned')}
    assert sorted(made) == ['flavor:default/nfv-1c-640m-1g', 'net:data']
    assert made['flavor:default/nfv-1c-640m-1g']['name'] == f'{SHAPE}-1'

    # Of ours by its tag, and not by its mark
    foreign.cloud.compute.default_microversion = '2.64'
    foreign.server(f'{name}-web-front-7', foreign.port(f'{name}-web-front-7-eth0', shared).id,
                   tags=[f'nfv.mano.ns={record["id"]}'], metadata={'nfv.mano.mark': 'nfv.mano/other/web/front/0/server'})
    there = foreign.look()
    value['vnfs'][0]['vdus'][0].update(count=1, metadata={'tier': 'web'})
    service.write(value)
    assert changed_count(good(service.play('update', nfv_allow_delete=True)).out) == 1
    assert foreign.look() == there
    good(service.play('terminate'))
    assert foreign.look() == there
    assert changed_count(good(service.play('terminate')).out) == 0
    foreign.close()
    assert project.ids() == before


@pytest.mark.slow
def test_foreign_port_on_our_network_stops_terminate(service: Service, foreign: Foreign) -> None:
    """Refused before anything is touched, by the port's name; without the port it goes on."""
    service.describe(1)
    good(service.play())
    (record,) = service.facts('ns')
    port = foreign.port('a-stranger', record['resources']['net:data']['id'])
    there, ours, size = foreign.look(), service.mine(), log_size()
    refused(service.play('terminate'), 'a-stranger', port.id, 'net:data')
    assert writes(size) == []
    assert foreign.look() == there
    assert {one.id for one in service.mine()['servers']} == {one.id for one in ours['servers']}
    assert service.state() == 'ROLLED_BACK'
    foreign.close()
    service.terminate()
