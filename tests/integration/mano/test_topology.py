# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox scanned: what the APIs list is there, once; a second scan's difference is what was changed, and nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.adhoc import run_module
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import SANDBOX_HOME, good, play, refused, unique_name


class Lab:
    """An environment that is the sandbox, in a state directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = str(folder)
        run_module('environment', {'state_dir': self.state, 'document': {
            'name': 'lab', 'type_drivers': 'vxlan', 'configuration': [
                {'name': 'OpenStack', 'cloud': 'sandbox-admin', 'region': 'RegionOne'}]}})

    def scan(self, **params: Any) -> None:
        good(play('scan', nfv_environment='lab', nfv_state_dir=self.state, nfv_params=params, nfv_scan_hosts=''))

    def ask(self, name: str, **options: Any) -> dict[str, Any]:
        return run_module(f'topology_{name}', {'environment': 'lab', 'state_dir': self.state, **options})


@pytest.fixture(scope='module')
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    one = Lab(tmp_path_factory.mktemp('topology'))
    one.scan()
    return one


@pytest.fixture
def net() -> Iterator[Any]:
    """Makes networks in the project of the sandbox's member, and takes them away."""
    cloud = openstack.connect(cloud='sandbox')
    name = unique_name()
    made = cloud.network.create_network(name=name)
    cloud.network.create_subnet(network_id=made.id, cidr='10.99.0.0/24', ip_version=4)
    port = cloud.network.create_port(network_id=made.id, name=f'{name}-port')
    yield cloud, made, port
    for one in cloud.network.ports(network_id=made.id):
        cloud.network.delete_port(one)
    cloud.network.delete_network(made, ignore_missing=True)


def test_all_that_the_apis_list_is_there_once(lab: Lab) -> None:
    admin = openstack.connect(cloud='sandbox-admin')
    listed = {'instance': admin.compute.servers(all_projects=True), 'network': admin.network.networks(),
              'port': admin.network.ports(), 'floating_ip': admin.network.ips(),
              'security_group': admin.network.security_groups(),
              'project': admin.identity.projects(), 'volume': admin.block_storage.volumes(all_projects=True),
              'trunk': admin.network.trunks()}
    found = lab.ask('info', types=[*listed, 'host', 'vservice', 'availability_zone', 'region'])['objects']
    ids = Counter((one['type'], one['id']) for one in found)
    assert set(ids.values()) == {1}
    for kind, rows in listed.items():
        assert {one_id for one_kind, one_id in ids if one_kind == kind} == {row.id for row in rows}, kind
    routers = {row.name for row in admin.network.routers()}
    assert routers <= {one['name'] for one in found if one['type'] == 'vservice'}
    assert {row.host for row in admin.compute.services()} <= {one['name'] for one in found if one['type'] == 'host'}
    assert all(one['name_path'].startswith('/lab/') for one in found)
    paths = {one['id']: one['name_path'] for one in found}
    names = {row.id: row.name for row in admin.network.networks()}
    assert all(f'/{names[row.network_id]}/ports/' in paths[row.id] for row in admin.network.ports())
    assert all(f'/{row.compute_host}/instances/' in paths[row.id] for row in admin.compute.servers(all_projects=True)
               if row.compute_host)


@pytest.mark.slow
def test_the_difference_is_what_was_changed(lab: Lab, net: Any) -> None:
    cloud, made, port = net
    lab.scan()
    told = lab.ask('diff')
    assert {(one['type'], one['id']) for one in told['objects']['came']} == {('network', made.id), ('port', port.id)}
    assert told['objects']['went'] == [] and told['objects']['changed'] == []
    cloud.network.update_network(made, name=f'{made.name}-new')
    lab.scan(object_id=made.id)
    assert {one['id'] for one in lab.ask('diff')['objects']['changed']} == {made.id, port.id}, 'its ports have another path'
    address = port.fixed_ips[0]['ip_address']
    assert port.id in {one['id'] for one in lab.ask('info', search=address)['objects']}
    cloud.network.delete_port(port)
    cloud.network.delete_network(made)
    lab.scan()
    told = lab.ask('diff')
    assert {(one['type'], one['id']) for one in told['objects']['went']} == {('network', made.id), ('port', port.id)}
    assert told['objects']['came'] == [] and told['objects']['changed'] == []


@pytest.mark.slow
def test_its_connections_are_tried(lab: Lab) -> None:
    settings = (SANDBOX_HOME / 'etc' / 'nova.conf').read_text(encoding='utf-8')
    bus, base = (urlsplit(re.findall(rf'^{key} = (\S+)$', settings, re.MULTILINE)[0]) for key in ('transport_url', 'connection'))
    place = {'state_dir': lab.state, 'passphrase': 'open sesame'}
    run_module('environment', {**place, 'document': {'name': 'tried', 'listen': True, 'configuration': [
        {'name': 'OpenStack', 'cloud': 'sandbox-admin'},
        *({'name': name, 'host': url.hostname, 'port': url.port, 'user': url.username, 'pwd': url.password}
          for name, url in (('AMQP', bus), ('mysql', base)))]}})
    told = run_module('environment_test', {**place, 'environment': 'tried'})
    assert told['operational'] == 'running' and told['changed'], told['lines']
    assert {one['section']: one['ok'] for one in told['results']} == {'OpenStack': True, 'AMQP': True, 'mysql': True}
    refused(play('environment_test', nfv_environment='tried', nfv_state_dir=lab.state, nfv_cloud='sandbox', nfv_scan_hosts='',
                 nfv_passphrase='open sesame'), 'takes an administrator')
    found = run_module('environment_info', {'state_dir': lab.state, 'name': 'tried'})['environments'][0]
    assert found['operational'] == 'error' and [one['ok'] for one in found['tests']] == [False, True, True]


@pytest.mark.slow
def test_a_member_is_told_what_it_takes_and_nothing_is_lost(lab: Lab) -> None:
    before = lab.ask('info')
    played = play('scan', nfv_environment='lab', nfv_state_dir=lab.state, nfv_cloud='sandbox', nfv_scan_hosts='')
    refused(played, 'takes an administrator')
    after = lab.ask('info')
    assert (after['generation'], after['counts']) == (before['generation'], before['counts'])


@pytest.mark.slow
def test_a_server_that_comes_moves_and_goes(lab: Lab, net: Any) -> None:
    cloud, _made, port = net
    admin = openstack.connect(cloud='sandbox-admin')
    lab.scan()
    flavor, image = cloud.compute.find_flavor('m1.tiny'), cloud.image.find_image('cirros')
    server = cloud.compute.wait_for_server(cloud.compute.create_server(
        name=unique_name(), flavor_id=flavor.id, image_id=image.id, networks=[{'port': port.id}]))
    try:
        lab.scan()
        came = lab.ask('diff')['objects']
        assert {one['id'] for one in came['came']} == {server.id, f'vnic:{port.id}'} and came['went'] == []
        assert {one['id'] for one in came['changed']} == {port.id}
        assert lab.ask('info', object=server.id)['links'][0]['link_type'] == 'instance-vnic'
        host = admin.compute.get_server(server.id).compute_host
        assert server.id in {one['id'] for one in lab.ask('impact', object=f'host:{host}')['dependents']}
        admin.compute.migrate_server(server.id)
        cloud.compute.wait_for_server(server, status='VERIFY_RESIZE')
        cloud.compute.confirm_server_resize(server.id)
        cloud.compute.wait_for_server(server, status='ACTIVE')
        lab.scan()
        moved = lab.ask('diff')['objects']
        changed = {one['id']: one['changes'] for one in moved['changed']}
        assert changed[server.id]['host']['before'] == host and set(changed) == {server.id, port.id, f'vnic:{port.id}'}
        assert moved['came'] == [] == moved['went']
    finally:
        cloud.compute.delete_server(server)
        cloud.compute.wait_for_delete(server)
    lab.scan()
    assert {one['id'] for one in lab.ask('diff')['objects']['went']} == {server.id, f'vnic:{port.id}'}


@pytest.mark.slow
def test_a_host_leads_to_the_services_on_it(service: Service) -> None:
    service.describe(2)
    good(service.play())
    one = Lab(service.state_dir)
    one.scan()
    admin = openstack.connect(cloud='sandbox-admin')
    there = {row.name: row.compute_host for row in admin.compute.servers(all_projects=True) if row.name.startswith(service.name)}
    assert len(there) == 2
    for host in set(there.values()):
        told = one.ask('impact', object=f'host:{host}')['services']
        assert {each['instance'] for each in told} == {name for name, at in there.items() if at == host}
        assert {(each['ns'], each['vnf'], each['vdu'], each['op_occ']) for each in told} == {
            (service.name, 'web', 'front', service.op_occs()[-1]['id'])}


@pytest.mark.slow
def test_a_host_that_is_down_is_named_and_the_rest_is_scanned(lab: Lab, net: Any, tmp_path: Path) -> None:
    _cloud, made, _port = net
    hosts = tmp_path / 'hosts.json'
    hosts.write_text(json.dumps({'all': {'hosts': {'gone': {'ansible_host': '127.0.0.1', 'ansible_port': 1}}}}), encoding='utf-8')
    played = good(play('scan', '-i', str(hosts), nfv_environment='lab', nfv_state_dir=lab.state, nfv_scan_hosts='gone',
                       nfv_become=False))
    assert 'completed_with_errors' in played.out and 'host gone: ' in played.out and 'Connection refused' in played.out
    assert lab.ask('info', object=made.id)['object']['name'] == made.name
