# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes in place: what the plan says of them, in which order they are done, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Port, Subnet
from ansible_collections.nfv.mano.tests.unit.plan.world import MINE, NS_ID, World, actions, document, flavor

ITEM = 'vdu:web/front/0'
ETH0, ETH1 = {'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'data'}
BEGUN = {'request_id': 'req-1', 'image_id': 'image-cirros'}
SMALL = {'original_name': 'm1.small', 'vcpus': 1, 'ram': 2048, 'disk': 20}


def world_of(**server: Any) -> World:
    """One instance, a second image, and a network whose ports are all ours to change."""
    world = World().deployed(0)
    world.add(0, **server)
    world.state.images.append(Image('image-ubuntu', 'ubuntu', 'active', 0, 0, ()))
    world.state.networks[0] = world.state.networks[0]._replace(project_id=MINE)
    world.state.security_groups = [('sg-default', 'default'), ('sg-web', 'web')]
    return world


def steps(plan: Plan) -> list[str]:
    """Ids of the tasks, each of which must come after the one before."""
    tasks = list(plan.tasks.values())
    for before, task in zip(tasks, tasks[1:]):
        assert before.id in task.after
    return [task.id.removesuffix(f' {ITEM}') for task in tasks]


def detail(plan: Plan) -> str:
    """What the plan says of the one instance, which is changed in place."""
    (change,) = plan.changes
    assert (change.action, change.name) == ('update', 'web/front/0')
    return change.detail


# Flavor --------------------------------------------------------------------------------------------------------


def test_another_flavor_is_a_resize_within_the_quota_of_the_difference() -> None:
    plan = world_of().plan(document(1, flavor='m1.small'))
    assert detail(plan) == ('flavor m1.tiny (1 vCPU, 512 MiB, 1 GiB) -> m1.small (1 vCPU, 2048 MiB, 20 GiB) (resize)')
    assert (steps(plan), plan.problems) == (['resize'], [])
    assert plan.needs['default'] == {'cores': 0, 'ram': 1536}


def test_another_shape_says_only_what_differs() -> None:
    world = world_of(flavor={'original_name': 'a', 'vcpus': 2, 'ram': 2048, 'disk': 5})
    world.state.flavors += [flavor('b', 4, 4096, 5)]
    plan = world.plan(document(1, flavor={'vcpus': 4, 'ram_mib': 4096, 'disk_gib': 5}))
    assert detail(plan) == 'flavor 2 vCPU, 2048 MiB -> 4 vCPU, 4096 MiB (resize)'


def test_a_flavor_is_made_before_and_one_of_ours_deleted_after() -> None:
    world = world_of()
    world.state.admin = True
    world.record['flavor:default/old'] = {'vim': 'default', 'id': 'flavor-old', 'name': 'old', 'owned': True}
    world.record[ITEM]['flavor_key'] = 'flavor:default/old'
    tasks = world.plan(document(1, flavor={'vcpus': 3, 'ram_mib': 600, 'disk_gib': 5})).tasks
    assert tasks[f'resize {ITEM}'].after == ('create flavor:default/nfv-3c-600m-5g',)
    assert tasks['delete flavor:default/old'].after == (f'resize {ITEM}',)


def test_a_smaller_disk_is_refused_with_both_sizes() -> None:
    plan = world_of(flavor=SMALL).plan(document(1), allow_delete=True)
    assert [str(problem) for problem in plan.problems] == [
        f'{ITEM}: flavor m1.tiny: disk 20 GiB -> 1 GiB: a resize can not make a disk smaller; take a flavor with at least as '
        'much']


@pytest.mark.parametrize(('status', 'copy', 'told'), [
    ('VERIFY_RESIZE', SMALL, 'status VERIFY_RESIZE (confirm)'),
    ('VERIFY_RESIZE', {**SMALL, 'original_name': 'other'}, 'VERIFY_RESIZE with flavor other -> flavor m1.small (revert)'),
    ('RESIZE', SMALL, 'status RESIZE -> flavor m1.small')])
def test_a_resize_that_was_cut_off_is_taken_to_its_end_before_all_else(status: str, copy: dict[str, Any], told: str) -> None:
    plan = world_of(status=status, flavor=copy).plan(document(1, flavor='m1.small', metadata={'tier': 'db'}))
    assert told in detail(plan)
    assert steps(plan) == ['resize', 'update', 'power']


@pytest.mark.parametrize(('status', 'wanted'), [
    ('SHUTOFF', ['resize', 'power']), ('PAUSED', ['wake', 'resize']), ('REBOOT', ['await', 'resize', 'power'])])
def test_a_server_that_is_not_active(status: str, wanted: list[str]) -> None:
    assert steps(world_of(status=status).plan(document(1, flavor='m1.small'))) == wanted


# Root disk -----------------------------------------------------------------------------------------------------


def test_another_image_is_a_rebuild_that_must_be_meant() -> None:
    world = world_of()
    refused = world.plan(document(1, image='ubuntu'))
    assert 'would be rebuilt, and lose what is on its root disk' in str(refused.problems[0])
    assert 'nfv_allow_delete' in str(refused.problems[0])
    plan = world.plan(document(1, image='ubuntu'), allow_delete=True)
    assert detail(plan) == 'image cirros -> ubuntu (rebuild: what is on the root disk is lost)'
    assert steps(plan) == ['rebuild']
    assert plan.tasks[f'rebuild {ITEM}'].spec[2] == 'image-ubuntu'


def test_other_user_data_is_a_rebuild_with_the_image_that_was_booted() -> None:
    world = world_of(image_id='image-older')
    world.record[ITEM].update(image_id='image-older', user_data_hash='other')
    plan = world.plan(document(1), allow_delete=True)
    assert detail(plan) == 'user data has changed (rebuild: what is on the root disk is lost)'
    assert plan.tasks[f'rebuild {ITEM}'].spec[2] == 'image-older'


def test_a_rebuild_that_failed_is_begun_again_and_what_runs_is_not_replaced_unasked() -> None:
    world = world_of(status='ERROR', fault='no disk', launched=True)
    world.record[ITEM].update(status='ERROR')
    assert 'nfv_allow_delete' in str(world.plan(document(1)).problems[0])
    world.record[ITEM].update(rebuilding=BEGUN)
    plan = world.plan(document(1, metadata={'tier': 'db'}))
    assert 'in ERROR: no disk (rebuild' in detail(plan)
    assert (steps(plan), plan.problems) == (['rebuild', 'update', 'power'], [])


@pytest.mark.parametrize(('status', 'wanted'), [('ACTIVE', ['rebuild']), ('REBUILD', ['await', 'rebuild', 'power'])])
def test_a_rebuild_whose_end_nobody_saw_is_looked_at(status: str, wanted: list[str]) -> None:
    world = world_of(status=status)
    world.record[ITEM].update(status='REBUILD', rebuilding=BEGUN)
    plan = world.plan(document(1))
    assert (steps(plan), plan.problems) == (wanted, [])
    assert plan.tasks[f'rebuild {ITEM}'].spec[2:4] == ('image-cirros', 'req-1')
    # Another document than the one it was begun for
    again = world.plan(document(1, image='ubuntu'), allow_delete=True)
    assert again.tasks[f'rebuild {ITEM}'].spec[2:4] == ('image-ubuntu', '')


def test_all_at_once_is_done_one_after_the_other() -> None:
    plan = world_of().plan(document(1, flavor='m1.small', image='ubuntu', metadata={'tier': 'db'}, interfaces=[
        ETH0, {'name': 'eth2', 'virtual_link': 'data'}]), allow_delete=True)
    assert steps(plan) == ['update', 'resize', 'rebuild', 'unplug', 'ports', 'plug']


# Interfaces ----------------------------------------------------------------------------------------------------


def test_a_new_interface_gets_a_port_and_is_attached() -> None:
    plan = world_of().plan(document(1, interfaces=[ETH0, ETH1, {'name': 'eth2', 'virtual_link': 'data'}]))
    assert detail(plan) == 'interface eth2 is new (attach)'
    assert steps(plan) == ['ports', 'plug']
    assert plan.tasks[f'ports {ITEM}'].spec[1] == (2,)
    assert plan.tasks[f'plug {ITEM}'].spec[2] == ('eth2',)
    assert plan.needs['default']['port'] == 1


def test_an_interface_taken_out_is_detached_before_its_network_goes() -> None:
    wanted = document(1, interfaces=[ETH0])
    plan = world_of().plan(wanted)
    assert detail(plan) == 'interface eth1 data -> none (detach)'
    assert plan.tasks[f'unplug {ITEM}'].spec[2] == {'eth1': 'port-0-eth1'}
    wanted['virtual_links'].pop()
    assert world_of().plan(wanted, allow_delete=True).tasks['delete net:data'].after == (f'unplug {ITEM}',)


@pytest.mark.parametrize(('interfaces', 'told'), [
    ([{**ETH0, 'virtual_link': 'data'}, ETH1], "interface eth0 mgmt -> data (detach, attach) (comes last in the guest's order)"),
    ([ETH0, {**ETH1, 'virtual_link': 'mgmt'}], 'interface eth1 data -> mgmt (detach, attach)'),
    ([ETH0, {**ETH1, 'mac_addresses': ['fa:16:3e:00:00:09']}],
     'interface eth1 MAC fa:16:3e:00:00:01 -> fa:16:3e:00:00:09 (detach, attach)')])
def test_what_needs_another_port(interfaces: list[dict[str, Any]], told: str) -> None:
    plan = world_of().plan(document(1, interfaces=interfaces))
    assert detail(plan) == told
    assert steps(plan) == ['unplug', 'ports', 'plug']
    assert plan.needs['default']['port'] == 0


def test_a_port_that_somebody_detached_is_attached_again_and_one_that_is_gone_made() -> None:
    world = world_of()
    world.state.ports[0] = world.state.ports[0]._replace(device_id='')
    plan = world.plan(document(1))
    assert detail(plan) == "interface eth0 is not attached (comes last in the guest's order)"
    assert steps(plan) == ['plug']
    world.state.ports.pop(0)
    plan = world.plan(document(1))
    assert 'interface eth0 has no port (attach)' in detail(plan)
    assert steps(plan) == ['ports', 'plug']


def test_a_port_on_another_server_is_left_there_unless_that_one_goes() -> None:
    world = world_of()
    world.state.ports[1] = world.state.ports[1]._replace(device_id='server-x')
    assert 'is in use by server-x' in str(world.plan(document(1)).problems[0])
    world.state.servers.append(world.state.servers[0]._replace(id='server-x', created='2026-02-01T00:00:00Z'))
    plan = world.plan(document(1))
    assert not plan.problems
    assert plan.tasks[f'plug {ITEM}'].after == (f'delete {ITEM} duplicate server-x',)


def test_a_port_found_by_its_mark_is_attached_and_recorded() -> None:
    world = world_of()
    del world.record[ITEM]['ports']['eth1']
    world.state.ports[1] = world.state.ports[1]._replace(device_id='')
    plan = world.plan(document(1))
    assert steps(plan) == ['plug']
    assert plan.found[ITEM]['ports']['eth1']['id'] == 'port-0-eth1'


def test_a_lost_port_of_an_interface_that_is_no_longer_wanted_goes() -> None:
    world = world_of()
    world.state.ports.append(world.state.ports[1]._replace(
        id='port-late', device_id='', description=mark(NS_ID, 'web/front/0', 'port.eth9')))
    assert list(world.plan(document(1)).tasks) == ['delete twin port-late']


# Ports ---------------------------------------------------------------------------------------------------------


def test_port_security_on_again_brings_the_default_group_back() -> None:
    world = world_of()
    world.state.ports[1] = world.state.ports[1]._replace(port_security=False)
    plan = world.plan(document(1, interfaces=[ETH0, {**ETH1, 'port_security': True}]))
    assert plan.tasks[f'update {ITEM}'].spec['ports'] == {
        'port-0-eth1': {'port_security': True, 'security_groups': ['sg-default']}}
    assert 'security groups none -> default' in detail(plan)


@pytest.mark.parametrize(('given', 'port', 'changes'), [
    (['security_groups'], {'security_groups': frozenset({'sg-web'})}, {'security_groups': ['sg-default']}),
    (['port_security'], {'port_security': False}, {'port_security': True, 'security_groups': ['sg-default']}),
    ([], {'security_groups': frozenset({'sg-web'})}, None),
    ([], {'address_pairs': frozenset({('10.1.0.99', None)})}, {'address_pairs': []})])
def test_what_the_document_gives_no_more_is_put_back(given: list[str], port: dict[str, Any], changes: Any) -> None:
    world = world_of()
    world.record[ITEM]['ports']['eth1']['given'] = given
    world.state.ports[1] = world.state.ports[1]._replace(**port)
    plan = world.plan(document(1))
    assert [task.spec['ports'].get('port-0-eth1') for task in plan.tasks.values()] == ([changes] if changes else [])


def test_address_pairs_on_a_network_of_others_are_not_a_members_to_take_away() -> None:
    world = world_of()
    world.state.networks[0] = world.state.networks[0]._replace(project_id='others')
    world.state.ports[0] = world.state.ports[0]._replace(address_pairs=frozenset({('10.10.0.99', None)}))
    assert world.plan(document(1)).tasks == {}


def test_a_description_that_the_document_gives_no_more_goes() -> None:
    plan = world_of(description='old').plan(document(1))
    assert plan.tasks[f'update {ITEM}'].spec['server'] == {'description': ''}


# Subnets -------------------------------------------------------------------------------------------------------


def with_subnets(*cidrs: str) -> tuple[World, dict[str, Any]]:
    """A world whose network has the first two ranges, both ours, and a document with the others."""
    world = world_of()
    made = [Subnet(f'subnet-{cidr}', '', 'net-data', cidr, 4, cidr.replace('0.0/16', '0.1'), True, (), (), None, None,
                   mark(NS_ID, 'data', f'subnet.{cidr}'))
            for cidr in ('10.1.0.0/16', '10.2.0.0/16')]
    world.state.networks[1] = world.state.networks[1]._replace(subnets=tuple(made))
    wanted = document(1)
    wanted['virtual_links'][1]['subnets'] = [{'cidr': cidr} for cidr in cidrs]
    return world, wanted


@pytest.mark.parametrize(('addresses', 'cidrs', 'changes'), [
    ([('subnet-10.1.0.0/16', '10.1.0.5')], ['10.1.0.0/16'], None),
    ([('subnet-10.1.0.0/16', '10.1.0.5'), ('subnet-10.2.0.0/16', '10.2.0.5')], ['10.1.0.0/16'],
     {'fixed_ips': [('subnet-10.1.0.0/16', '10.1.0.5')]}),
    ([('subnet-10.2.0.0/16', '10.2.0.5')], ['10.1.0.0/16'], {'subnet': ('net:data', '10.1.0.0/16')}),
    ([('subnet-10.2.0.0/16', '10.2.0.5')], ['10.1.0.0/16', '10.3.0.0/16'], {'subnet': ('net:data', '10.1.0.0/16')})])
def test_a_subnet_taken_out_goes_after_our_ports_left_it(addresses: list[tuple[str, str]], cidrs: list[str],
                                                         changes: dict[str, Any] | None) -> None:
    world, wanted = with_subnets(*cidrs)
    world.state.ports[1] = world.state.ports[1]._replace(fixed_ips=tuple(addresses))
    plan = world.plan(wanted)
    assert 'subnet 10.2.0.0/16 -> none' in plan.changes[0].detail
    gone = plan.tasks['delete subnets of net:data']
    assert gone.spec == ['subnet-10.2.0.0/16']
    if changes is None:
        assert actions(plan) == [('update', 'edge1-data')]
        return
    assert plan.tasks[f'update {ITEM}'].spec['ports'] == {'port-0-eth1': changes}
    assert f'update {ITEM}' in gone.after
    assert ('update net:data' in plan.tasks[f'update {ITEM}'].after) == ('10.3.0.0/16' in cidrs)


def test_a_subnet_with_addresses_of_others_is_refused_with_their_ports() -> None:
    world, wanted = with_subnets('10.1.0.0/16')
    foreign = Port('port-x', 'theirs', '', 'net-data', 'fa:16:3e:00:00:09', (('subnet-10.2.0.0/16', '10.2.0.7'),), '', '',
                   frozenset(), True, frozenset(), 'DOWN')
    world.state.foreign_ports = {'net-data': [foreign, *world.state.ports]}
    problem = str(world.plan(wanted).problems[0])
    assert 'theirs port-x' in problem
    assert 'addresses of 1 ports' in problem


def test_a_subnet_of_somebody_else_stays_and_a_links_description_changes_nothing() -> None:
    world, wanted = with_subnets('10.1.0.0/16')
    one, two = world.state.networks[1].subnets
    world.state.networks[1] = world.state.networks[1]._replace(subnets=(one, two._replace(description='')))
    wanted['virtual_links'][1]['description'] = 'for what it is'
    assert world.plan(wanted).tasks == {}
