# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that bring record and VIM together: adopted, let go, deleted, and what is not ours left as it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import fold
from ansible_collections.nfv.mano.plugins.module_utils.plan.build import make_plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Context, Live
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY, mark, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Router, RouterInterface, ServerGroup, Volume
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, calls_made, document, flavor, network

FRONT = 'vdu:web/front/0'


def reconcile(world: World, wanted: dict[str, Any] | None, leftovers: str = 'delete', **options: Any) -> Plan:
    """The plan, which no problem stands against and which makes nothing."""
    plan = world.plan(wanted, asked=Asked(leftovers=leftovers), **options)
    assert plan.problems == []
    assert not [task.verb for task in plan.tasks.values() if not task.verb.endswith(('.delete', '.release'))]
    return plan


def noted(world: World, plan: Plan) -> dict[str, Any]:
    """The record once the plan has begun, and before any task."""
    entry = {'put': plan.found, 'gone': plan.gone, 'forget': plan.forgotten}
    return fold(copy.deepcopy(world.record), [entry])


def lines(plan: Plan) -> list[str]:
    return [f'{one.action} {one.kind} {one.name} {one.detail}' for one in plan.changes]


def volume(name: str, owner: str = 'web/front/0', **more: Any) -> Volume:
    values = {'name': name, 'status': 'in-use', 'size_gib': 2, 'type': 'fast', 'bootable': False, 'multiattach': False,
              'metadata': {MARK_KEY: mark(NS_ID, owner, f'volume.{name}'), NS_KEY: NS_ID}, 'servers': ('server-0',),
              'availability_zone': 'nova', 'image_id': None, 'created': '2026-01-01T00:00:00Z', **more}
    return Volume(f'volume-{name}', **values)


@pytest.mark.parametrize('leftovers', ['delete', 'adopt'])
def test_what_agrees_is_left_as_it_is(leftovers: str) -> None:
    world = World().deployed(2)
    for index in range(2):
        world.record[f'vdu:web/front/{index}']['host_id'] = 'h'
    plan = reconcile(world, document(2), leftovers)
    assert (plan.changes, plan.tasks, plan.gone, plan.forgotten, plan.notes) == ([], {}, {}, [], [])
    assert noted(world, plan) == world.record
    assert plan.unchanged == len(world.record)


def test_an_empty_record_gets_all_that_is_declared_and_there() -> None:
    """As after a state directory that was brought back from before."""
    world = World().deployed(2)
    there, world.record = world.record, {'net:mgmt': world.record['net:mgmt']}
    plan = reconcile(world, document(2))
    assert plan.tasks == {}
    record = noted(world, plan)
    assert record.keys() == there.keys()
    for index in range(2):
        item = f'vdu:web/front/{index}'
        assert (record[item]['id'], record[item]['status']) == (there[item]['id'], 'ACTIVE')
        assert record[item]['ports'] == there[item]['ports']
    assert record['net:data'] == there['net:data']
    assert lines(plan)[1].endswith('in the record: server server-0 adopted; port eth0 adopted; port eth1 adopted')
    world.record = record
    assert not reconcile(world, document(2)).changes
    again = world.plan(document(2))
    assert (again.tasks, again.problems) == ({}, []), 'the document finds what was adopted as it should be'


@pytest.mark.parametrize('recorded', [True, False])
def test_leftovers_of_a_failed_scale_out(recorded: bool) -> None:
    """Known to the record, or to the VIM alone."""
    world = World().deployed(3)
    if not recorded:
        del world.record['vdu:web/front/2']
    plan = reconcile(world, document(2))
    assert [task.verb for task in plan.tasks.values()] == ['server.delete', 'ports.delete']
    assert [line for line in lines(plan) if 'front/2' in line] == ['delete vdu web/front/2 edge1-web-front-2']
    assert 'vdu:web/front/2' in noted(world, plan), 'it is in the record while it goes'
    kept = reconcile(world, document(2), 'adopt')
    assert kept.tasks == {}
    assert 'vdu:web/front/2' in noted(world, kept)


def test_all_that_an_instantiate_that_was_given_up_has_left() -> None:
    world = World().deployed(1)
    world.record = {}
    world.state.networks.append(network('more', '10.3.0.0/16', description=mark(NS_ID, 'more', 'net')))
    plan = reconcile(world, None)
    assert sorted(task.verb for task in plan.tasks.values()) == ['net.delete', 'net.delete', 'ports.delete', 'server.delete']
    nets = [task for task in plan.tasks.values() if task.verb == 'net.delete']
    assert any('ports-delete vdu:web/front/0' in task.after for task in nets)
    world.record = noted(world, reconcile(world, None, 'adopt'))
    assert world.record.keys() == {FRONT, 'net:data', 'net:more'}
    assert not reconcile(world, None, 'adopt').changes


def test_what_is_gone_is_let_go_and_told_as_missing() -> None:
    world = World().deployed(2)
    world.state.servers = world.state.servers[1:]
    world.state.ports = [port for port in world.state.ports if port.id != 'port-0-eth1']
    plan = reconcile(world, document(2))
    record = noted(world, plan)
    assert 'id' not in record[FRONT]
    assert record[FRONT]['ports'].keys() == {'eth0'}
    assert 'vdu web/front/0 is not there' in plan.notes[0]
    world.record = record
    assert not reconcile(world, document(2)).changes
    world.state.ports, world.state.servers = [], []
    world.state.networks = world.state.networks[:1]
    plan = reconcile(world, document(2))
    assert noted(world, plan).keys() == {'net:mgmt'}
    assert len(plan.tasks) == 0


def test_another_status_is_noted_and_not_changed() -> None:
    world = World().deployed(1)
    world.server(0, status='ERROR')
    plan = reconcile(world, document(1))
    assert lines(plan) == ['update vdu web/front/0 in the record: status ACTIVE -> ERROR']
    assert plan.notes[0].startswith('Declared, and not well: vdu web/front/0 is ERROR')
    assert noted(world, plan)[FRONT]['status'] == 'ERROR'


def test_another_host_is_noted_without_the_name_of_the_old_one() -> None:
    world = World().deployed(1)
    world.record[FRONT].update(host_id='g', host='compute1')
    plan = reconcile(world, document(1))
    assert lines(plan) == ['update vdu web/front/0 in the record: it is on another host']
    record = noted(world, plan)
    assert (record[FRONT]['host_id'], 'host' in record[FRONT]) == ('h', False)


def test_a_flavor_that_is_not_seen_is_not_taken_for_gone() -> None:
    world = World().deployed(1)
    world.record['flavor:default/nfv-1c'] = {'vim': 'default', 'id': 'flavor-hidden', 'name': 'nfv-1c', 'owned': True}
    plan = reconcile(world, document(1))
    assert [(task.verb, task.spec) for task in plan.tasks.values()] == [('flavor.delete', 'flavor-hidden')]
    assert not plan.gone


def test_what_has_the_mark_in_another_vim_is_not_mixed_up() -> None:
    world = World().deployed(1)
    elsewhere = World().deployed(1)
    elsewhere.state.vim = 'second'
    elsewhere.state.servers = [one._replace(id='server-second') for one in elsewhere.state.servers]
    lives = {'default': Live.of(world.state), 'second': Live.of(elsewhere.state)}
    context = Context(NS_ID, 'edge1', load(document(1)), world.record, lives, asked=Asked(leftovers='delete'))
    make_plan(context)
    assert (context.record[FRONT]['id'], context.record[FRONT]['vim']) == ('server-0', 'default')


def test_twins_go_and_the_recorded_one_stays() -> None:
    world = World().deployed(1)
    world.state.servers.append(world.state.servers[0]._replace(id='server-twin', created='2025-01-01T00:00:00Z'))
    world.state.ports.append(world.state.ports[0]._replace(id='port-twin', device_id=''))
    plan = reconcile(world, document(1))
    assert sorted(task.id for task in plan.tasks.values()) == ['delete twin port-twin', f'delete {FRONT} duplicate server-twin']
    assert {change.reason for change in plan.changes if change.action == 'delete'} == {'made twice by a lost reply'}


def test_a_port_of_an_interface_that_nothing_declares() -> None:
    world = World().deployed(1)
    world.state.ports.append(world.state.ports[0]._replace(id='port-more', description=mark(NS_ID, 'web/front/0', 'port.eth7'),
                                                           device_id=''))
    plan = reconcile(world, document(1))
    assert [(task.verb, task.spec) for task in plan.tasks.values()] == [('ports.delete', {'eth7': 'port-more'})]
    assert plan.changes[0].reason == 'left over from an earlier operation'
    assert noted(world, reconcile(world, document(1), 'adopt'))[FRONT]['ports'].keys() == {'eth0', 'eth1', 'eth7'}


def test_what_is_not_ours_survives() -> None:
    world = World().deployed(1)
    before = reconcile(world, document(1)).changes
    other = mark('00000000-0000-4000-8000-000000000000', 'web/front/9', 'server')
    server, port = world.state.servers[0], world.state.ports[0]
    world.state.servers += [
        server._replace(id='by-name', metadata={}, tags=frozenset()),
        server._replace(id='by-tag', metadata={MARK_KEY: other}, tags=frozenset({ns_tag(NS_ID)})),
        server._replace(id='no-mark', metadata={}, tags=frozenset({ns_tag(NS_ID)}))]
    world.state.ports += [port._replace(id='foreign-1', description=''), port._replace(id='foreign-2', description=other)]
    world.state.networks.append(network('data2', '10.9.0.0/16', description=f'nfv.mano/{NS_ID}x/data/net'))
    world.state.floating_ips = [FloatingIp('fip-1', '192.0.2.1', '', 'net-pub', None)]
    world.state.routers = [Router('router-1', 'gate', 'somebody else', None, ())]
    world.state.server_groups = [ServerGroup('group-1', f'nfv.mano/{NS_ID}', 'affinity', frozenset())]
    world.state.volumes = [volume('root', metadata={})]
    for wanted in (document(1), None):
        plan = reconcile(world, wanted)
        touched = {str(task.spec) for task in plan.tasks.values()}
        assert not any(word in text for text in touched for word in (
            'by-', 'no-mark', 'foreign', 'data2', 'fip-1', 'router-1', 'group-1', 'volume-root'))
        assert wanted is None or plan.changes == before


def test_volumes_that_the_record_does_not_have() -> None:
    """Declared ones are adopted; of others nobody knows what is on them."""
    wanted = document(1, volumes=[{'name': 'logs', 'size_gib': 2, 'keep': True}])
    world = World().deployed(1)
    world.state.volumes = [volume('logs'), volume('stray', 'web/front/5', servers=(), status='available')]
    plan = reconcile(world, wanted)
    record = noted(world, plan)
    assert record[FRONT]['volumes'] == {'logs': {'id': 'volume-logs', 'size_gib': 2, 'owned': True, 'keep': True, 'boot': False,
                                                 'ready': True}}
    release = plan.tasks['volumes-release vdu:web/front/5']
    assert release.spec[0] == {'stray': ('volume-stray', 'keep')}
    plan = reconcile(world, wanted, accept_data_loss=True)
    assert plan.tasks['volumes-release vdu:web/front/5'].spec[0] == {'stray': ('volume-stray', 'delete')}
    assert plan.changes[0].detail == 'volume stray deleted'
    world.record = fold(record, [{'put': {'vdu:web/front/5': {'volumes': {'stray': {
        **record['vdu:web/front/5']['volumes']['stray'], 'kept': True}}}}}])
    assert not reconcile(world, wanted).changes, 'what was kept stays'


def test_routers_floating_ips_groups_and_flavors() -> None:
    world = World().deployed(1)
    world.record = {'net:data': world.record['net:data']}
    world.state.servers[0] = world.state.servers[0]._replace(flavor={'original_name': 'nfv-1c', 'vcpus': 1, 'ram': 1, 'disk': 1})
    world.state.flavors.append(flavor('nfv-1c', description=mark(NS_ID, 'default/nfv-1c', 'flavor')))
    world.state.routers = [Router('router-1', 'edge1-gate', mark(NS_ID, 'gate', 'router'), 'net-pub', ('192.0.2.9',),
                                  (RouterInterface('p', 'net-data', ('subnet-data',)),))]
    world.state.floating_ips = [FloatingIp('fip-1', '192.0.2.1', mark(NS_ID, 'web/front/0', 'floating_ip.eth0'), 'net-pub',
                                           'port-0-eth0')]
    world.state.server_groups = [ServerGroup('group-1', mark(NS_ID, 'default/spread/affinity', 'server_group'), 'affinity',
                                             frozenset({'server-0'}))]
    plan = reconcile(world, None)
    after = {task.verb: task.after for task in plan.tasks.values()}
    assert sorted(after) == ['flavor.delete', 'floating_ips.release', 'net.delete', 'ports.delete', 'router.delete',
                             'server.delete', 'server_group.delete']
    assert 'delete router:gate' in after['net.delete'] and 'ports-delete vdu:web/front/0' in after['net.delete']
    assert after['router.delete'] == ('floating-ips-release vdu:web/front/0',)
    assert f'delete {FRONT}' in after['flavor.delete'] and f'delete {FRONT}' in after['server_group.delete']
    record = noted(world, reconcile(world, None, 'adopt'))
    assert record.keys() == {FRONT, 'net:data', 'router:gate', 'server_group:default/spread/affinity', 'flavor:default/nfv-1c'}
    assert record[FRONT]['floating_ips'] == {'eth0': {'id': 'fip-1', 'address': '192.0.2.1', 'owned': True}}


def test_a_foreign_port_on_a_network_that_has_to_go_stands_against_it() -> None:
    world = World().deployed(1)
    stranger = world.state.ports[0]._replace(id='stranger', name='a-stranger', description='', network_id='net-data')
    world.state.foreign_ports = {'net-data': [stranger]}
    plan = world.plan(None, asked=Asked(leftovers='delete'))
    assert 'a-stranger' in str(plan.problems[0])


def test_everything_of_the_ns_is_asked_for_in_bulk_and_nothing_of_the_document() -> None:
    world = World().deployed(3)
    query = make_queries(NS_ID, None, world.record, (), Asked(leftovers='delete'), ['default', 'second'])
    assert query.keys() == {'default', 'second'}
    for one in query.values():
        assert one.marked and one.servers and one.volumes and one.flavors and one.server_groups and one.floating_ips
        assert (one.images, one.networks, one.volume_types) == (set(), set(), False)


def test_the_plan_is_linear() -> None:
    def calls(count: int) -> int:
        world = World().deployed(count)
        world.record = {}
        return calls_made(lambda: reconcile(world, document(count // 2)))
    assert calls(400) < 2.3 * calls(200)
