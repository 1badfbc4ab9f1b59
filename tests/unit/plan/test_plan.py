# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what changes, why, in which order, and what stands against it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.render import text
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, mark, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port
from ansible_collections.nfv.mano.tests.unit.plan.world import (
    MINE,
    NS_ID,
    OTHERS,
    World,
    actions,
    calls_made,
    document,
    flavor,
    network,
)


def test_first_deploy_makes_networks_then_ports_then_servers() -> None:
    plan = World().plan(document(2))
    assert actions(plan) == [('create', 'edge1-data'), ('create', 'web/front/0'), ('create', 'web/front/1')]
    assert not plan.problems
    assert plan.tasks['ports vdu:web/front/0'].after == ('create net:data',)
    assert plan.tasks['create vdu:web/front/0'].after == ('ports vdu:web/front/0',)
    assert plan.needs['default'] == {'instances': 2, 'cores': 2, 'ram': 1024, 'port': 4, 'network': 1, 'subnet': 1,
                                     'metadata_items:web/front': 2}


def test_nothing_to_do_once_it_is_there() -> None:
    plan = World().deployed(3).plan(document(3))
    assert plan.tasks == {}
    assert plan.counts() == {'create': 0, 'update': 0, 'replace': 0, 'delete': 0, 'unchanged': 5}


def test_server_gone_is_made_again_on_its_ports() -> None:
    world = World().deployed(2)
    world.state.servers = [one for one in world.state.servers if one.id != 'server-1']
    plan = world.plan(document(2))
    assert actions(plan) == [('create', 'web/front/1')]
    assert plan.changes[0].reason == 'it is gone from the VIM'
    assert list(plan.tasks) == ['create vdu:web/front/1']


@pytest.mark.parametrize(('change', 'told'), [
    ({'metadata': {'tier': 'db'}}, 'metadata tier db -> web'),
    ({'metadata': {'tier': 'web', MARK_KEY: 'x'}}, f'metadata {MARK_KEY} x -> '),
    ({'name': 'other'}, 'name other -> edge1-web-front-0'),
    ({'tags': frozenset({'x'})}, f'tags x -> {ns_tag(NS_ID)} x'),
    ({'status': 'SHUTOFF'}, 'status SHUTOFF -> ACTIVE (start)'),
    ({'status': 'PAUSED'}, 'status PAUSED -> ACTIVE (unpause)'),
])
def test_drift_is_told_with_both_values_and_put_back(change: dict[str, Any], told: str) -> None:
    world = World().deployed(1)
    world.server(0, **change)
    plan = world.plan(document(1))
    assert actions(plan) == [('update', 'web/front/0')]
    assert told in plan.changes[0].detail
    assert not plan.problems


def test_a_server_is_kept_in_the_status_that_is_wanted() -> None:
    world = World().deployed(2)
    wanted = {'vdu:web/front/1': 'SHUTOFF'}
    assert world.plan(document(2), power={}).tasks == {}
    plan = world.plan(document(2), power=wanted)
    assert [change.detail for change in plan.changes] == ['status ACTIVE -> SHUTOFF (stop)']
    assert [task.spec for task in plan.tasks.values()] == [('edge1-web-front-1', 'server-1', (('stop', 'SHUTOFF'),), None)]
    world.server(1, status='SHUTOFF')
    assert world.plan(document(2), power=wanted).tasks == {}
    world.server(1, status='PAUSED', metadata={})
    plan = world.plan(document(2), power=wanted)
    assert plan.changes[0].detail.startswith('status PAUSED -> SHUTOFF (unpause, stop); metadata')
    assert plan.tasks['power vdu:web/front/1'].after == ('update vdu:web/front/1',)


def test_a_server_that_is_made_anew_is_stopped_again() -> None:
    world = World().deployed(1)
    world.state.servers = []
    world.record['vdu:web/front/0']['status'] = 'SHUTOFF'
    plan = world.plan(document(1), power={'vdu:web/front/0': 'SHUTOFF'})
    assert plan.tasks['power vdu:web/front/0'].after == ('create vdu:web/front/0',)
    assert plan.changes[0].reason == 'it is gone from the VIM'


def test_metadata_of_others_stays_and_ours_goes_with_the_document() -> None:
    world = World().deployed(1)
    world.server(0, metadata={'tier': 'web', 'theirs': '1', MARK_KEY: mark(NS_ID, 'web/front/0', 'server')})
    assert world.plan(document(1)).tasks == {}
    plan = world.plan(document(1, metadata={}))
    assert plan.tasks['update vdu:web/front/0'].spec['server'] == {'metadata_gone': ['tier']}


def test_server_that_never_worked_is_replaced_unasked() -> None:
    world = World().deployed(1)
    world.server(0, status='ERROR', fault='No valid host was found')
    world.record['vdu:web/front/0']['status'] = 'ERROR'
    plan = world.plan(document(1))
    assert actions(plan) == [('replace', 'web/front/0')]
    assert 'No valid host was found' in plan.changes[0].reason
    assert not plan.problems


def test_server_that_worked_is_not() -> None:
    world = World().deployed(1)
    world.server(0, status='ERROR')
    assert 'nfv_allow_delete' in str(world.plan(document(1)).problems[0])


def test_fewer_instances_only_when_meant() -> None:
    world = World().deployed(3)
    assert len(world.plan(document(1)).problems) == 2
    plan = world.plan(document(1), allow_delete=True)
    assert actions(plan) == [('delete', 'web/front/1'), ('delete', 'web/front/2')]
    assert plan.tasks['ports-delete vdu:web/front/2'].after == ('delete vdu:web/front/2',)


def test_terminate_deletes_networks_after_their_ports() -> None:
    plan = World().deployed(2).plan(None)
    assert sorted(actions(plan)) == [('delete', 'edge1-data'), ('delete', 'web/front/0'), ('delete', 'web/front/1')]
    assert set(plan.tasks['delete net:data'].after) == {'ports-delete vdu:web/front/0', 'ports-delete vdu:web/front/1'}
    assert not plan.problems
    assert 'net:mgmt' in plan.forgotten


def test_terminate_of_what_is_gone_forgets_it() -> None:
    world = World().deployed(2)
    world.state.servers, world.state.ports, world.state.networks = [], [], []
    plan = world.plan(None)
    assert plan.tasks == {}
    assert sorted(plan.forgotten) == ['net:data', 'net:mgmt', 'vdu:web/front/0', 'vdu:web/front/1']


def test_network_with_foreign_ports_is_not_touched() -> None:
    world = World().deployed(1)
    foreign = Port('port-x', 'theirs', '', 'net-data', 'fa:16:3e:00:00:09', (), '', '', frozenset(), True, frozenset(), 'DOWN')
    world.state.foreign_ports = {'net-data': [foreign, *world.state.ports]}
    problem = str(world.plan(None).problems[0])
    assert 'theirs port-x' in problem
    assert '1 ports' in problem


def test_lost_reply_twins_the_older_stays() -> None:
    world = World().deployed(1)
    twin = world.state.servers[0]._replace(id='server-twin', created='2026-02-01T00:00:00Z')
    world.state.servers.append(twin)
    plan = world.plan(document(1))
    assert actions(plan) == [('delete', 'web/front/0')]
    assert next(iter(plan.tasks.values())).spec[0] == 'server-twin'


def test_late_twins_of_ports_and_networks_go_before_the_network_does() -> None:
    world = World().deployed(1)
    world.state.ports.append(world.state.ports[1]._replace(id='port-late', device_id=''))
    world.state.networks.append(world.state.networks[1]._replace(id='net-late', subnets=()))
    plan = world.plan(document(1))
    assert {task.id: task.spec for task in plan.tasks.values()} == {
        'delete twin port-late': {'eth1': 'port-late'}, 'delete twin net-late': 'net-late'}
    gone = world.plan(None)
    assert 'delete twin port-late' in gone.tasks['delete net:data'].after
    assert 'delete twin net-late' in gone.tasks


def test_lost_port_that_shows_up_is_taken_up_or_deleted_as_the_target_says() -> None:
    world = World().deployed(1)
    world.record['vdu:web/front/0']['ports'].pop('eth1')
    assert world.plan(document(1)).tasks == {}
    del world.record['vdu:web/front/0']
    world.state.servers, world.state.ports = [], world.state.ports[1:]
    assert set(world.plan(None).tasks) == {'delete twin port-0-eth1', 'delete net:data'}


def test_server_with_our_mark_is_adopted_not_made_twice() -> None:
    world = World().deployed(1)
    del world.record['vdu:web/front/0']['id']
    plan = world.plan(document(1))
    assert plan.tasks == {}
    assert plan.found['vdu:web/front/0']['id'] == 'server-0'


def test_leftover_of_ours_goes_foreign_stays() -> None:
    world = World().deployed(1)
    world.state.servers.append(world.state.servers[0]._replace(
        id='server-old', metadata={MARK_KEY: mark(NS_ID, 'gone/old/0', 'server')}))
    world.state.servers.append(world.state.servers[0]._replace(id='server-foreign', metadata={}))
    plan = world.plan(document(1))
    assert [task.spec[0] for task in plan.tasks.values()] == ['server-old']


def test_server_in_build_is_waited_for() -> None:
    world = World().deployed(1)
    world.server(0, status='BUILD')
    plan = world.plan(document(1))
    assert [task.verb for task in plan.tasks.values()] == ['server.await']


@pytest.mark.parametrize(('wanted', 'found'), [
    ({'vcpus': 1, 'ram_mib': 512, 'disk_gib': 1}, 'm1.tiny'),
    ({'vcpus': 1, 'ram_mib': 600, 'disk_gib': 1, 'match': 'at_least'}, 'm1.small'),
    ({'vcpus': 1, 'ram_mib': 100, 'disk_gib': 1, 'match': 'at_least'}, 'm1.tiny'),
    ({'vcpus': 1, 'ram_mib': 100, 'disk_gib': 1, 'match': 'at_least', 'extra_specs': {'hw:x': '1'}}, 'special'),
])
def test_flavor_by_shape(wanted: dict[str, Any], found: str) -> None:
    world = World()
    world.state.flavors.append(flavor('special', 8, 9000, 90, extra_specs={'hw:x': '1', 'operator': 'own'}))
    plan = world.plan(document(1, flavor=wanted))
    assert plan.tasks['create vdu:web/front/0'].spec.shared.flavor['name'] == found


def test_flavor_is_made_with_the_right_and_refused_without() -> None:
    world = World()
    wanted = document(2, flavor={'vcpus': 3, 'ram_mib': 100, 'disk_gib': 5})
    assert 'os_compute_api:os-flavor-manage:create' in str(world.plan(wanted).problems[0])
    world.state.admin = True
    plan = world.plan(wanted)
    assert actions(plan)[0] == ('create', 'nfv-3c-100m-5g')
    assert 'create flavor:default/nfv-3c-100m-5g' in plan.tasks['create vdu:web/front/1'].after
    assert 'nfv_create_flavors' in str(world.plan(wanted, create_flavors=False).problems[0])


def test_made_flavor_gets_a_free_name() -> None:
    world = World()
    world.state.admin = True
    world.state.flavors.append(flavor('nfv-3c-100m-5g', 9, 9, 9))
    assert actions(world.plan(document(1, flavor={'vcpus': 3, 'ram_mib': 100, 'disk_gib': 5})))[0][1] == 'nfv-3c-100m-5g-1'


@pytest.mark.parametrize(('change', 'message'), [
    ({'image': 'cirrus'}, 'vnfs[0].vdus[0].image: cirrus is not an image of VIM default'),
    ({'flavor': 'm1.tinny'}, 'vnfs[0].vdus[0].flavor: m1.tinny is not a flavor of VIM default; the nearest names are m1.tiny'),
    ({'interfaces': [{'name': 'a', 'virtual_link': 'mgmt', 'security_groups': ['web']}]},
     'vnfs[0].vdus[0].interfaces[0].security_groups: web is not a security group'),
    ({'interfaces': [{'name': 'a', 'virtual_link': 'mgmt', 'ip_addresses': ['10.10.0.9']}]},
     'create_port:fixed_ips:ip_address'),
    ({'host': 'compute1'}, 'os_compute_api:servers:create:forced_host'),
])
def test_what_stands_against_the_plan(change: dict[str, Any], message: str) -> None:
    problems = World().plan(document(1, **change)).problems
    assert any(message in str(problem) for problem in problems), problems


def test_names_that_fit_several_are_told() -> None:
    world = World()
    world.state.images.append(world.state.images[0]._replace(id='image-2'))
    world.state.networks.append(network('shared', None, OTHERS)._replace(id='net-2'))
    told = '\n'.join(map(str, world.plan(document(1)).problems))
    assert 'cirros names 2 images' in told
    assert 'shared names 2 networks' in told


def test_link_without_profile_gets_a_free_range_and_keeps_it() -> None:
    world = World()
    world.state.used_cidrs = ['192.168.0.0/23', '10.10.0.0/16']
    wanted = document(1)
    wanted['virtual_links'][1]['subnets'] = []
    made = world.plan(wanted).tasks['create net:data'].spec['subnets']
    assert [subnet['cidr'] for subnet in made] == ['192.168.2.0/24']
    there = World().deployed(1)
    assert there.plan(wanted).tasks == {}


@pytest.mark.parametrize(('change', 'told'), [
    ({'dns': ['9.9.9.9']}, '10.1.0.0/16 dns none -> 9.9.9.9'),
    ({'gateway': None}, '10.1.0.0/16 gateway 10.1.0.1 -> none'),
    ({'dhcp': {'start': '10.1.0.10', 'count': 5}}, '10.1.0.0/16 pools none -> 10.1.0.10-10.1.0.14'),
    ({'dhcp': False}, '10.1.0.0/16 dhcp true -> false'),
])
def test_subnet_is_changed_in_place(change: dict[str, Any], told: str) -> None:
    wanted = document(1)
    wanted['virtual_links'][1]['subnets'][0].update(change)
    plan = World().deployed(1).plan(wanted)
    assert actions(plan) == [('update', 'edge1-data')]
    assert told in plan.changes[0].detail


def test_provider_attributes_need_an_administrator() -> None:
    wanted = document(1)
    wanted['virtual_links'][1]['provider'] = {'network_type': 'vlan', 'segmentation_id': 210, 'physical_network': 'physnet1'}
    world = World()
    assert 'create_network:provider:segmentation_id' in str(world.plan(wanted).problems[0])
    world.state.admin = True
    plan = world.plan(wanted)
    assert not plan.problems
    assert plan.changes[0].detail == 'vlan 210 on physnet1, 10.1.0.0/16'


def test_port_attributes_are_changed_in_place() -> None:
    world = World().deployed(1)
    world.state.networks[0] = world.state.networks[0]._replace(project_id=MINE)
    world.state.security_groups = [('sg-1', 'web')]
    wanted = document(1, interfaces=[{'name': 'eth0', 'virtual_link': 'mgmt', 'security_groups': ['web']},
                                     {'name': 'eth1', 'virtual_link': 'data', 'port_security': False}])
    plan = world.plan(wanted)
    assert plan.tasks['update vdu:web/front/0'].spec['ports'] == {
        'port-0-eth0': {'security_groups': ['sg-1']}, 'port-0-eth1': {'port_security': False}}


def test_text_lists_every_change_and_counts() -> None:
    shown = text(World().plan(document(2)))
    assert shown.splitlines() == [
        'Plan for edge1: 3 to create, 0 to update, 0 to replace, 0 to delete, 1 unchanged',
        '  +   net    edge1-data   10.1.0.0/16',
        '  +   vdu    web/front/0  cirros, m1.tiny, 2 interfaces',
        '  +   vdu    web/front/1  cirros, m1.tiny, 2 interfaces']


def test_steps_grow_with_the_number_of_instances_and_no_faster() -> None:
    def steps(count: int, deployed: bool) -> int:
        world = World().deployed(count) if deployed else World()
        wanted = document(count)
        return calls_made(lambda: world.plan(wanted))
    for deployed in (False, True):
        assert steps(400, deployed) < 2.2 * steps(200, deployed)


def test_a_port_that_went_unseen_leaves_the_record_with_its_instance() -> None:
    world = World().deployed(1)
    world.state.servers, world.state.ports = [], [port for port in world.state.ports if port.id.endswith('eth1')]
    task = world.plan(None).tasks['ports-delete vdu:web/front/0']
    assert task.spec == {'eth0': 'port-0-eth0', 'eth1': 'port-0-eth1'}
    world.state.ports = []
    assert world.plan(None).forgotten == ['vdu:web/front/0', 'net:mgmt']
