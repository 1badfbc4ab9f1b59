# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that Nova does with a server and a host."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.sandbox.support import Cloud, other, wait
from openstack import exceptions

PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEaQde8iCKizUOiXlowY1iEL1yCufgjb3aiatGQNPcHb test'


def test_create(cloud: Cloud) -> None:
    server = cloud.server()
    assert server.addresses['shared'][0]['addr'].startswith('10.10.')
    assert cloud.host(server).startswith('compute')


def test_stop_and_start(cloud: Cloud, server: Any) -> None:
    cloud.demo.compute.stop_server(server)
    cloud.settle(server, 'SHUTOFF')
    cloud.demo.compute.start_server(server)
    cloud.settle(server)


@pytest.mark.parametrize('kind', ['SOFT', 'HARD'])
def test_reboot(cloud: Cloud, server: Any, kind: str) -> None:
    cloud.demo.compute.reboot_server(server, kind)
    cloud.settle(server)


@pytest.mark.slow
def test_pause_suspend_and_shelve(cloud: Cloud, server: Any) -> None:
    compute = cloud.demo.compute
    for there, status, back in (
        (compute.pause_server, 'PAUSED', compute.unpause_server),
        (compute.suspend_server, 'SUSPENDED', compute.resume_server),
        (compute.shelve_server, 'SHELVED_OFFLOADED', compute.unshelve_server),
    ):
        there(server)
        cloud.settle(server, status)
        back(server)
        cloud.settle(server)


def test_rebuild_with_another_image(cloud: Cloud) -> None:
    server = cloud.server()
    image = cloud.demo.image.find_image('ubuntu')
    cloud.demo.compute.rebuild_server(server, image=image.id, name=server.name)
    assert cloud.settle(server).image.id == image.id


@pytest.mark.slow
def test_resize(cloud: Cloud) -> None:
    server = cloud.server()
    cloud.demo.compute.resize_server(server, cloud.demo.compute.find_flavor('m1.small').id)
    cloud.settle(server, 'VERIFY_RESIZE')
    cloud.demo.compute.confirm_server_resize(server)
    assert cloud.settle(server).flavor.ram == 2048


def test_live_migration_to_a_named_host(cloud: Cloud, server: Any) -> None:
    target = other(cloud.host(server))
    cloud.admin.compute.live_migrate_server(server, host=target, block_migration='auto')
    wait(lambda: cloud.host(server) == target, 'not migrated')
    cloud.settle(server)
    port = next(cloud.admin.network.ports(device_id=server.id))
    assert (port.binding_host_id, port.status) == (target, 'ACTIVE')


@pytest.mark.slow
def test_cold_migration_confirmed(cloud: Cloud, server: Any) -> None:
    before = cloud.host(server)
    cloud.admin.compute.migrate_server(server)
    cloud.settle(server, 'VERIFY_RESIZE')
    cloud.admin.compute.confirm_server_resize(server)
    cloud.settle(server)
    assert cloud.host(server) == other(before)


@pytest.mark.slow
def test_cold_migration_reverted(cloud: Cloud, server: Any) -> None:
    before = cloud.host(server)
    cloud.admin.compute.migrate_server(server)
    cloud.settle(server, 'VERIFY_RESIZE')
    cloud.admin.compute.revert_server_resize(server)
    cloud.settle(server)
    assert cloud.host(server) == before


@pytest.mark.slow
def test_snapshot_uploads_an_image(cloud: Cloud, server: Any) -> None:
    image = cloud.demo.compute.create_server_image(server, 'test-snapshot', wait=True, timeout=60)
    cloud.later(lambda: cloud.demo.image.delete_image(image.id))
    assert cloud.demo.image.get_image(image.id).status == 'active'


def test_console(cloud: Cloud, server: Any) -> None:
    assert cloud.demo.compute.get_server_console_output(server)['output']
    console = cloud.demo.compute.create_server_remote_console(server, protocol='vnc', type='novnc')
    assert console.url.startswith('http://127.0.0.1:')


def test_anti_affinity_ends_at_the_number_of_hosts(cloud: Cloud) -> None:
    group = cloud.demo.compute.create_server_group(name='test', policy='anti-affinity')
    cloud.later(lambda: cloud.demo.compute.delete_server_group(group))
    hints = {'group': group.id}
    hosts = [cloud.host(cloud.server(scheduler_hints=hints)) for dummy in range(2)]
    assert sorted(hosts) == ['compute1', 'compute2']
    assert 'No valid host' in cloud.fault(cloud.server(scheduler_hints=hints, status='ERROR'))


@pytest.mark.slow
@pytest.mark.parametrize(('policy', 'hosts'), [('affinity', 1), ('soft-anti-affinity', 2)])
def test_other_groups(cloud: Cloud, policy: str, hosts: int) -> None:
    group = cloud.demo.compute.create_server_group(name='test', policy=policy)
    cloud.later(lambda: cloud.demo.compute.delete_server_group(group))
    found = {cloud.host(cloud.server(scheduler_hints={'group': group.id})) for dummy in range(3)}
    assert len(found) == hosts


@pytest.mark.slow
def test_admin_names_the_host(cloud: Cloud) -> None:
    server = cloud.server(by=cloud.admin, networks='none', availability_zone='nova:compute2')
    assert cloud.host(server) == 'compute2'


def test_key_pair_user_data_metadata_and_config_drive(cloud: Cloud) -> None:
    key = cloud.demo.compute.create_keypair(name='test', type='ssh', public_key=PUBLIC_KEY)
    cloud.later(lambda: cloud.demo.compute.delete_keypair(key))
    user_data = base64.b64encode(b'#cloud-config\n').decode()
    server = cloud.server(key_name='test', metadata={'a': 'b'}, config_drive=True, user_data=user_data)
    assert (server.key_name, server.metadata, server.has_config_drive) == ('test', {'a': 'b'}, 'True')
    assert server.user_data == user_data


def test_tag_from_the_creating_call(cloud: Cloud) -> None:
    server = cloud.server(tags=['nfv.mano.ns=test'])
    found = [one.id for one in cloud.demo.compute.servers(details=False, tags='nfv.mano.ns=test')]
    assert found == [server.id]


def test_lock(cloud: Cloud, server: Any) -> None:
    cloud.demo.compute.lock_server(server)
    with pytest.raises(exceptions.ConflictException):
        cloud.demo.compute.stop_server(server)
    cloud.demo.compute.unlock_server(server)


@pytest.mark.slow
def test_disabled_hosts_take_no_server(cloud: Cloud) -> None:
    services = list(cloud.admin.compute.services(binary='nova-compute'))
    for service in services:
        cloud.admin.compute.disable_service(service, disabled_reason='test')
        cloud.later(lambda service=service: cloud.admin.compute.enable_service(service))
    assert 'No valid host' in cloud.fault(cloud.server(status='ERROR'))
