# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that docs/sandbox.md names, asked for and seen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.sandbox.support import HOME, Cloud, other, settings, wait
from openstack import exceptions

FAULTS = HOME / 'run' / 'faults.json'


@pytest.fixture
def host_faults() -> Iterator[Path]:
    yield FAULTS
    FAULTS.unlink(missing_ok=True)


# -- making a server


@pytest.mark.parametrize(
    ('word', 'message'),
    [
        ('spawn', 'Exceeded maximum number of retries'),
        pytest.param('spawn-abort', 'sandbox fault: spawn-abort', marks=pytest.mark.slow),
        pytest.param('vif', 'Failed to allocate the network(s)', marks=pytest.mark.slow),
    ],
)
def test_spawn_faults_end_in_error(cloud: Cloud, word: str, message: str) -> None:
    assert message in cloud.fault(cloud.faulty(word, status='ERROR'))


def test_spawn_once_lands_on_the_other_host(cloud: Cloud) -> None:
    cloud.faulty('spawn-once')


def test_no_host_for_a_huge_flavor(cloud: Cloud) -> None:
    if settings()['hard']:
        pytest.skip("upstream's quotas refuse it first")
    assert 'No valid host' in cloud.fault(cloud.server(flavor='m1.huge', status='ERROR'))


@pytest.mark.slow
def test_fault_in_a_flavor(cloud: Cloud) -> None:
    flavor = cloud.admin.compute.create_flavor(name='test-faulty', vcpus=1, ram=64, disk=1)
    cloud.later(lambda: cloud.admin.compute.delete_flavor(flavor))
    cloud.admin.compute.create_flavor_extra_specs(flavor, {'sandbox:fault': 'spawn-abort'})
    assert 'spawn-abort' in cloud.fault(cloud.server(flavor='test-faulty', status='ERROR'))


@pytest.mark.slow
def test_fault_of_every_host(cloud: Cloud, host_faults: Path) -> None:
    host_faults.write_text(json.dumps({'*': ['spawn-abort']}))
    assert 'spawn-abort' in cloud.fault(cloud.server(status='ERROR'))


@pytest.mark.slow
def test_fault_of_one_host(cloud: Cloud, host_faults: Path) -> None:
    host_faults.write_text(json.dumps({'compute1': ['spawn']}))
    assert {cloud.host(cloud.server()) for dummy in range(3)} == {'compute2'}


@pytest.mark.slow
def test_delay(cloud: Cloud) -> None:
    begin = time.monotonic()
    cloud.server(metadata={'sandbox:delay': '6'})
    assert time.monotonic() - begin > 6


def test_quota_of_the_tiny_project(cloud: Cloud) -> None:
    tiny = openstack.connect(cloud='sandbox-tiny')
    cloud.server(by=tiny)
    with pytest.raises(exceptions.ForbiddenException, match='Quota exceeded'):
        cloud.server(by=tiny)


# -- verbs on a server


def test_stop(cloud: Cloud) -> None:
    server = cloud.faulty('stop')
    cloud.demo.compute.stop_server(server)
    assert cloud.action_error(server, 'stop')
    assert cloud.idle(server).status == 'ACTIVE'


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['SOFT', 'HARD'])
def test_reboot(cloud: Cloud, kind: str) -> None:
    server = cloud.faulty('reboot')
    cloud.demo.compute.reboot_server(server, kind)
    cloud.settle(server, 'ERROR')
    assert 'sandbox fault: reboot' in cloud.fault(server)


@pytest.mark.slow
def test_start(cloud: Cloud) -> None:
    server = cloud.faulty('start')
    cloud.demo.compute.stop_server(server)
    cloud.settle(server, 'SHUTOFF')
    cloud.demo.compute.start_server(server)
    assert cloud.action_error(server, 'start')
    assert cloud.idle(server).status == 'SHUTOFF'


@pytest.mark.slow
def test_resume(cloud: Cloud) -> None:
    server = cloud.faulty('resume')
    cloud.demo.compute.suspend_server(server)
    cloud.settle(server, 'SUSPENDED')
    cloud.demo.compute.resume_server(server)
    assert cloud.action_error(server, 'resume')
    cloud.settle(server, 'ERROR')


@pytest.mark.slow
def test_rebuild(cloud: Cloud) -> None:
    server = cloud.faulty('rebuild')
    cloud.demo.compute.rebuild_server(server, image=cloud.image_id, name=server.name)
    assert cloud.settle(server, 'ERROR')
    assert 'sandbox fault: rebuild' in cloud.fault(server)


@pytest.mark.slow
def test_destroy(cloud: Cloud) -> None:
    server = cloud.faulty('destroy')
    cloud.demo.compute.delete_server(server.id)
    cloud.settle(server, 'ERROR')
    assert 'sandbox fault: destroy' in cloud.fault(server)
    # Metadata of a server in ERROR cannot be changed, and with this fault it could never be deleted.
    cloud.admin.compute.reset_server_state(server, 'active')
    cloud.demo.compute.set_server_metadata(server, **{'sandbox:fault': 'none'})


@pytest.mark.slow
def test_snapshot(cloud: Cloud) -> None:
    server = cloud.faulty('snapshot')
    image = cloud.demo.compute.create_server_image(server, 'test-faulty')
    # Nova takes the snapshot beside the action, which tells of no error: the image is just taken away.
    wait(lambda: not cloud.demo.image.find_image(image.id), 'the image stays')
    assert cloud.idle(server).status == 'ACTIVE'


@pytest.mark.slow
def test_attach_volume(cloud: Cloud) -> None:
    server, volume = cloud.faulty('attach-volume'), cloud.volume()
    cloud.demo.compute.create_volume_attachment(server, volume_id=volume.id)
    assert cloud.action_error(server, 'attach_volume')
    cloud.volume_is(volume, 'available')


@pytest.mark.slow
def test_attach_interface(cloud: Cloud) -> None:
    server, port = cloud.faulty('attach-interface'), cloud.port()
    with pytest.raises(exceptions.HttpException):
        cloud.demo.compute.create_server_interface(server, port_id=port.id)
    assert cloud.demo.network.get_port(port.id).device_id == ''


# -- migrations


@pytest.mark.slow
def test_cold_migration(cloud: Cloud) -> None:
    server = cloud.faulty('migrate')
    cloud.admin.compute.migrate_server(server)
    cloud.settle(server, 'ERROR')
    assert 'sandbox fault: migrate' in cloud.fault(server)


@pytest.mark.slow
def test_failed_live_migration_looks_like_success(cloud: Cloud) -> None:
    server = cloud.faulty('livemigrate')
    before = cloud.host(server)
    cloud.admin.compute.live_migrate_server(server, host=other(before), block_migration='auto')
    wait(
        lambda: [one.status for one in cloud.admin.compute.migrations(instance_uuid=server.id)] == ['failed'], 'no end'
    )
    assert cloud.settle(server).fault is None
    assert cloud.host(server) == before


@pytest.mark.slow
def test_slow_live_migration(cloud: Cloud) -> None:
    server = cloud.server(metadata={'sandbox:migrate-delay': '6'})
    target = other(cloud.host(server))
    begin = time.monotonic()
    cloud.admin.compute.live_migrate_server(server, host=target, block_migration='auto')
    wait(lambda: cloud.get(server).status == 'MIGRATING', 'it is not MIGRATING', 5)
    wait(lambda: cloud.host(server) == target, 'not migrated')
    assert time.monotonic() - begin > 6


# -- ports and networks


def test_port_that_is_not_bound(cloud: Cloud) -> None:
    port = cloud.port(name='sandbox-fault:bind')
    server = cloud.server(networks=[{'port': port.id}], status='ERROR')
    # Nova tries the other host too and tells the port's part only to its own log.
    assert 'Exceeded maximum number of retries' in cloud.fault(server)
    assert cloud.admin.network.get_port(port.id).binding_vif_type in ('binding_failed', 'unbound')


@pytest.mark.slow
def test_port_that_stays_down(cloud: Cloud) -> None:
    port = cloud.port(description='sandbox-fault:down')
    cloud.server(networks=[{'port': port.id}])
    assert cloud.demo.network.get_port(port.id).status == 'DOWN'


@pytest.mark.parametrize('kind', ['port', 'network'])
def test_port_and_network_that_are_not_made(cloud: Cloud, kind: str) -> None:
    with pytest.raises(exceptions.HttpException) as caught:
        if kind == 'port':
            cloud.port(name='sandbox-fault:create')
        else:
            cloud.demo.network.create_network(name='sandbox-fault:create')
    assert caught.value.status_code == 500
    assert not list(cloud.demo.network.ports(name='sandbox-fault:create'))
    assert not list(cloud.demo.network.networks(name='sandbox-fault:create'))


# -- volumes


@pytest.mark.parametrize('body', [{'name': 'sandbox-fault:create'}, {'metadata': {'sandbox:fault': 'create'}}])
def test_volume_that_is_not_made(cloud: Cloud, body: dict[str, Any]) -> None:
    cloud.volume(status='error', **body)


@pytest.mark.slow
def test_volume_that_cannot_be_attached(cloud: Cloud) -> None:
    server, volume = cloud.server(), cloud.volume(metadata={'sandbox:fault': 'attach'})
    cloud.demo.compute.create_volume_attachment(server, volume_id=volume.id)
    assert cloud.action_error(server, 'attach_volume')
    cloud.volume_is(volume, 'available')


@pytest.mark.slow
def test_volume_that_cannot_be_extended_or_copied(cloud: Cloud) -> None:
    storage = cloud.demo.block_storage
    volume = cloud.volume(metadata={'sandbox:fault': 'extend,snapshot'})
    snapshot = storage.create_snapshot(volume_id=volume.id, name='test')
    cloud.later(lambda: wait(lambda: not storage.find_snapshot(snapshot.id), 'snapshot stays'))
    cloud.later(lambda: storage.delete_snapshot(snapshot))
    wait(lambda: storage.get_snapshot(snapshot).status == 'error', 'snapshot is not in error')
    storage.extend_volume(volume, 2)
    cloud.volume_is(volume, 'error_extending')


@pytest.mark.slow
def test_volume_that_cannot_be_deleted(cloud: Cloud) -> None:
    volume = cloud.volume(name='sandbox-fault:delete')
    cloud.demo.block_storage.delete_volume(volume.id)
    cloud.volume_is(volume, 'error_deleting')
    cloud.demo.block_storage.update_volume(volume.id, name='test')
    # Only an admin gets a volume out of this status.
    cloud.admin.block_storage.reset_volume_status(volume.id, 'available')


# -- the hard mode


@pytest.mark.hard
def test_hard_mode_drops_tags_of_new_ports(cloud: Cloud) -> None:
    assert cloud.port(tags=['test']).tags == []


@pytest.mark.hard
def test_hard_mode_has_upstreams_quotas(cloud: Cloud) -> None:
    project = cloud.demo.current_project_id
    assert cloud.demo.compute.get_quota_set(project).instances == 10
    assert cloud.demo.network.get_quota(project).ports == 500
    assert cloud.demo.block_storage.get_quota_set(project).volumes == 10


@pytest.mark.hard
def test_hard_mode_ends_lists_early(cloud: Cloud) -> None:
    network = cloud.demo.network
    ports = network.create_ports([{'network_id': cloud.network_id('shared'), 'name': 'test'} for dummy in range(55)])
    made = [port.id for port in ports]
    for port_id in made:
        cloud.later(lambda port_id=port_id: network.delete_port(port_id))
    first_page = network.get('/ports', params={'name': 'test'}).json()
    assert len(first_page['ports']) == 50
    assert first_page['ports_links']
    assert len(list(network.ports(name='test'))) == 55


@pytest.mark.hard
def test_hard_mode_takes_its_time_to_detach(cloud: Cloud) -> None:
    server, volume = cloud.server(), cloud.volume()
    cloud.demo.compute.create_volume_attachment(server, volume_id=volume.id)
    cloud.volume_is(volume, 'in-use')
    begin = time.monotonic()
    cloud.demo.compute.delete_volume_attachment(server, volume.id)
    cloud.volume_is(volume, 'available')
    assert time.monotonic() - begin > settings()['detach_delay']
