# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual links as nets on an SDN controller: when they are connected, again, and disconnected."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Move
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, TaskFile
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.plan.sdn_net import End, sdn_ports
from ansible_collections.nfv.mano.plugins.module_utils.target import TargetError, load
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Binding, Host
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, document

ITEM = 'sdn_net:data'
CONNECT, DISCONNECT = f'connect {ITEM}', f'disconnect {ITEM}'
PROVIDER = {'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 210}


def wanted(count: int = 2, sdn: Any = 'sdn.yml', **link: Any) -> dict[str, Any]:
    """The link data on a controller, with an interface on a card of each instance."""
    described = document(count)
    described['virtual_links'][1].update({'type': 'elan', 'provider': PROVIDER, 'sdn': sdn, **link})
    described['vnfs'][0]['vdus'][0]['interfaces'][1]['type'] = 'sr-iov'
    return described


@pytest.fixture
def world() -> World:
    """As an administrator sees an empty project."""
    world = World()
    world.state.admin = True
    return world


def ends(count: int) -> tuple[End, ...]:
    return tuple(End('web', 'front', index, 'eth1', 'sr-iov') for index in range(count))


def connected(world: World, count: int = 2) -> World:
    """As after an instantiate of :func:`wanted`."""
    world.deployed(count)
    world.state.ports = [port._replace(vnic_type='direct') if 'eth1' in port.id else port for port in world.state.ports]
    world.state.bindings = {f'port-{index}-eth1': Binding('compute1', f'0000:11:00.{index}', 'physnet1')
                            for index in range(count)}
    world.record['net:data']['provider'] = PROVIDER
    world.record[ITEM] = {'vim': 'default', 'id': mark(NS_ID, 'data', 'sdn_net'), 'name': 'data', 'owned': True, 'type': 'ELAN',
                          'task_file': 'sdn.yml', 'timeout_s': 300, 'state': 'CONNECTED', 'asked': [],
                          'sdn_ports': sdn_ports(ends(count), world.record, world.state.bindings)}
    return world


def sdn_changes(plan: Plan) -> list[tuple[str, str, str]]:
    return [(change.action, change.detail, change.reason) for change in plan.changes if change.kind == 'sdn_net']


def test_connected_after_the_network_and_its_servers(world: World) -> None:
    plan = world.plan(wanted())
    assert plan.problems == []
    task = plan.tasks[CONNECT]
    assert {'create net:data', 'create vdu:web/front/0', 'create vdu:web/front/1'} <= set(task.after)
    assert (task.spec.net, task.spec.ends, task.spec.entry['type']) == ('net:data', ends(2), 'ELAN')
    assert task.task_file == TaskFile('sdn.yml', 'sdn_net', 'data', 300.0)
    assert sdn_changes(plan) == [('create', 'ELAN, 2 ports of physical cards', 'not there yet')]


def test_what_is_connected_as_the_ports_are_bound_stays(world: World) -> None:
    plan = connected(world).plan(wanted())
    assert (plan.tasks, plan.found[ITEM]) == ({}, world.record[ITEM])


def test_ports_that_are_bound_elsewhere_by_now(world: World) -> None:
    connected(world).state.bindings['port-1-eth1'] = Binding('compute2', '0000:12:00.0', 'physnet1')
    plan = world.plan(wanted())
    assert list(plan.tasks) == [CONNECT]
    assert sdn_changes(plan)[0][2] == 'its ports are bound elsewhere by now'


def test_one_that_did_not_end_is_connected_again(world: World) -> None:
    connected(world).record[ITEM]['state'] = 'CONNECTING'
    assert sdn_changes(world.plan(wanted())) == [
        ('update', 'ELAN, 2 ports of physical cards: not connected yet', 'not connected yet')]


def test_a_new_instance_and_one_that_goes(world: World) -> None:
    connected(world)
    plan = world.plan(wanted(3))
    assert 'create vdu:web/front/2' in plan.tasks[CONNECT].after
    assert plan.tasks[CONNECT].spec.ends == ends(3)
    plan = world.plan(wanted(1), allow_delete=True)
    assert 'delete vdu:web/front/1' in plan.tasks[CONNECT].after
    assert plan.tasks[CONNECT].spec.ends == ends(1)


def test_after_a_migration(world: World) -> None:
    connected(world).state.hosts = [Host('compute2', 'id2', 's2', True, True)]
    plan = world.plan(wanted(), asked=Asked(scope=frozenset({'vdu:web/front/1'}), move=Move('cold')))
    (move,) = [task for task in plan.tasks.values() if task.verb == 'server.move']
    assert plan.tasks[CONNECT].after == (move.id,)


def test_terminated_after_its_servers_and_before_its_network(world: World) -> None:
    plan = connected(world).plan(None)
    assert 'delete vdu:web/front/0' in plan.tasks[DISCONNECT].after
    assert DISCONNECT in plan.tasks['delete net:data'].after
    assert plan.tasks[DISCONNECT].task_file == TaskFile('sdn.yml', 'sdn_net', 'data', 300.0)
    assert ('delete', 'data') in actions(plan)


def test_taken_out_of_the_document_only_the_net_goes(world: World) -> None:
    assert list(connected(world).plan(wanted(sdn=None)).tasks) == [DISCONNECT]


def test_it_takes_an_administrator() -> None:
    (problem,) = World().plan({**wanted(), 'virtual_links': [
        wanted()['virtual_links'][0], {**wanted()['virtual_links'][1], 'existing': 'shared', 'provider': None, 'subnets': []}]}
    ).problems
    assert problem.path == 'virtual_links[1].sdn' and 'get_port:binding:profile' in problem.message


def test_a_bridge_is_no_net_of_a_controller() -> None:
    with pytest.raises(TargetError, match='say elan or eline'):
        load(wanted(type='bridge'))


def test_only_ports_of_such_links_are_asked_for(world: World) -> None:
    connected(world)
    assert make_queries(NS_ID, load(wanted()), world.record)['default'].bindings == {'port-0-eth1', 'port-1-eth1'}
    assert make_queries(NS_ID, load(document()), world.record)['default'].bindings == set()
