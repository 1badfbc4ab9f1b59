# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of verbs on single instances: nothing else is touched, and no more are down at once than may be."""

from __future__ import annotations

import graphlib
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Operate
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.tests.unit.plan.test_volume import ITEM, LOGS, ROOT, Disks, asked
from ansible_collections.nfv.mano.tests.unit.plan.world import World, actions, document


def items(*indexes: int) -> frozenset[str]:
    return frozenset(f'vdu:web/front/{index}' for index in indexes)


def healing(world: World, *indexes: int, **more: Any) -> Asked:
    marked = {item: world.record.get(item, {}).get('id', '') for item in items(*indexes)}
    return Asked(scope=items(*indexes), replace=marked, **more)


def most_down(plan: Plan) -> int:
    """How many instances are between the begin of their first task and the end of their last one, at the worst."""
    sorter = graphlib.TopologicalSorter({task.id: task.after for task in plan.tasks.values()})
    sorter.prepare()
    left = {task.item: sum(one.item == task.item for one in plan.tasks.values()) for task in plan.tasks.values()}
    all_of = dict(left)
    most = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        busy = {plan.tasks[one].item for one in ready} | {item for item, number in left.items() if 0 < number < all_of[item]}
        most = max(most, len(busy))
        for one in ready:
            left[plan.tasks[one].item] -= 1
        sorter.done(*ready)
    return most


def test_scaling_out_leaves_drift_elsewhere_alone() -> None:
    world = World().deployed(3)
    world.server(0, metadata={}, status='SHUTOFF')
    world.state.networks[1] = world.state.networks[1]._replace(name='other')
    plan = world.plan(document(4), asked=Asked(scope=items(3)))
    assert actions(plan) == [('create', 'web/front/3')]
    assert not plan.problems


def test_scaling_in_is_meant() -> None:
    world = World().deployed(4)
    world.state.servers.append(world.state.servers[0]._replace(id='server-left', metadata={
        key: value.replace('/front/0/', '/back/0/') for key, value in world.state.servers[0].metadata.items()}))
    plan = world.plan(document(2), asked=Asked(scope=items(2, 3)))
    assert actions(plan) == [('delete', 'web/front/2'), ('delete', 'web/front/3')]
    assert not plan.problems
    assert {task.id for task in plan.tasks.values()} == {
        f'{verb} vdu:web/front/{index}' for verb in ('delete', 'ports-delete') for index in (2, 3)}


def test_nothing_asked_nothing_planned() -> None:
    world = World().deployed(2)
    world.state.servers = []
    assert world.plan(document(2), asked=Asked(scope=frozenset())).tasks == {}


def test_healing_keeps_the_ports_and_says_what_is_lost() -> None:
    world = World().deployed(3)
    marked = healing(world, 1, cause='it is slow')
    refused = world.plan(document(3), asked=marked)
    assert [str(problem) for problem in refused.problems] == [
        'vdu:web/front/1: would be replaced, and lose what is on its root disk (to be healed: it is slow: cirros, m1.tiny, '
        '2 interfaces); set nfv_accept_data_loss to true if that is meant']
    assert world.plan(document(3), asked=marked, allow_delete=True).problems
    plan = world.plan(document(3), asked=marked, accept_data_loss=True)
    assert actions(plan) == [('replace', 'web/front/1')]
    assert set(plan.tasks) == {'delete vdu:web/front/1', 'create vdu:web/front/1'}
    assert not plan.problems


def test_a_server_is_healed_once() -> None:
    world = World().deployed(1)
    marked = healing(world, 0)
    world.server(0, id='server-new')
    world.record['vdu:web/front/0']['id'] = 'server-new'
    world.state.ports = [port._replace(device_id='server-new') for port in world.state.ports]
    assert world.plan(document(1), asked=marked).tasks == {}


def test_what_is_well_is_not_healed_by_itself() -> None:
    world = World().deployed(4)
    world.server(1, status='ERROR')
    world.server(2, status='PAUSED')
    world.state.servers = [one for one in world.state.servers if one.id != 'server-3']
    plan = world.plan(document(4), asked=Asked(scope=items(0, 1, 2), replace={}), accept_data_loss=True)
    assert actions(plan) == [('replace', 'web/front/1'), ('update', 'web/front/2')]
    plan = world.plan(document(4), asked=Asked(scope=items(0, 3), replace={}))
    assert (actions(plan), plan.problems) == ([('create', 'web/front/3')], [])


def test_a_port_that_is_gone_is_made_again() -> None:
    world = World().deployed(2)
    world.state.ports = [port for port in world.state.ports if port.id != 'port-1-eth1']
    plan = world.plan(document(2), asked=Asked(scope=items(0, 1), replace={}))
    assert (actions(plan), plan.problems) == ([('update', 'web/front/1')], [])


@pytest.mark.parametrize('status', ['ERROR', 'BUILD'])
def test_healing_what_never_worked_loses_nothing(status: str) -> None:
    world = World().deployed(1)
    world.server(0, status=status)
    world.record['vdu:web/front/0']['status'] = status
    plan = world.plan(document(1), asked=healing(world, 0))
    assert (actions(plan), plan.problems) == ([('replace', 'web/front/0')], [])


def test_a_healed_server_is_of_the_image_that_it_was_of() -> None:
    world = World().deployed(1)
    world.state.images.append(world.state.images[0]._replace(id='image-old', name='cirros-old'))
    world.record['vdu:web/front/0']['image_id'] = 'image-old'
    world.server(0, image_id='image-old')
    plan = world.plan(document(1), asked=healing(world, 0), accept_data_loss=True)
    assert plan.tasks['create vdu:web/front/0'].spec.shared.image_id == 'image-old'


def test_a_stopped_server_is_stopped_after_it_was_healed() -> None:
    world = World().deployed(1)
    world.server(0, status='SHUTOFF')
    plan = world.plan(document(1), asked=healing(world, 0), accept_data_loss=True, power={'vdu:web/front/0': 'SHUTOFF'})
    assert plan.tasks['power vdu:web/front/0'].after == ('create vdu:web/front/0',)


@pytest.mark.parametrize('at_once', [1, 2, 5])
def test_no_more_are_down_than_may_be(at_once: int) -> None:
    world = World().deployed(5)
    plan = world.plan(document(5), asked=healing(world, *range(5), at_once=at_once), accept_data_loss=True)
    assert most_down(plan) == at_once
    assert most_down(world.plan(document(5), asked=healing(world, *range(5)), accept_data_loss=True)) == 5


def test_those_that_are_down_already_come_first() -> None:
    world = World().deployed(3)
    world.server(2, status='ERROR')
    plan = world.plan(document(3), asked=healing(world, 0, 1, 2, at_once=1), accept_data_loss=True)
    assert plan.tasks['delete vdu:web/front/2'].after == ()
    assert plan.tasks['delete vdu:web/front/0'].after == ('create vdu:web/front/2',)


def test_one_at_a_time_goes_with_the_order_of_vdus() -> None:
    world = World().deployed(2)
    wanted = document(2, depends_on=['zback'])
    vnf = wanted['vnfs'][0]
    vnf['vdus'].append({**vnf['vdus'][0], 'name': 'zback', 'count': 2, 'depends_on': []})
    marked = healing(world, 0, 1)
    both = frozenset([*items(0, 1), 'vdu:web/zback/0', 'vdu:web/zback/1'])
    plan = world.plan(wanted, asked=marked._replace(scope=both, at_once=1), accept_data_loss=True)
    graphlib.TopologicalSorter({task.id: task.after for task in plan.tasks.values()}).prepare()
    assert set(plan.tasks['delete vdu:web/front/0'].after) == {'create vdu:web/zback/1'}


def test_volumes_are_kept_and_so_nothing_is_lost() -> None:
    world = Disks().attached(ROOT, LOGS)
    plan = world.plan(asked(ROOT, LOGS), asked=healing(world, 0))
    assert (plan.problems, actions(plan)) == ([], [('replace', 'web/front/0')])
    assert [task.verb for task in plan.tasks.values()] == ['server.delete', 'volumes.create', 'server.create']
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == (), 'none is made'


def test_a_boot_volume_that_is_to_be_kept_is_not_made_anew() -> None:
    kept = Disks().attached({**ROOT, 'keep': True})
    plan = kept.plan(asked({**ROOT, 'keep': True}), asked=healing(kept, 0, root='rebuild'), accept_data_loss=True)
    assert 'volume root of web/front/0 is to be kept, and heal with root: rebuild would delete it' in str(plan.problems[0])


# Operate ------------------------------------------------------------------------------------------------------------


def operating(world: World, status: str, *indexes: int, **more: Any) -> Plan:
    return world.plan(document(3), asked=Asked(scope=items(*indexes), operate=Operate(status, **more)))


@pytest.mark.parametrize(('have', 'wanted', 'told'), [
    ('ACTIVE', 'SHUTOFF', 'status ACTIVE -> SHUTOFF (stop)'), ('ACTIVE', 'PAUSED', 'status ACTIVE -> PAUSED (pause)'),
    ('ACTIVE', 'SUSPENDED', 'status ACTIVE -> SUSPENDED (suspend)'), ('SHUTOFF', 'ACTIVE', 'status SHUTOFF -> ACTIVE (start)'),
    ('PAUSED', 'ACTIVE', 'status PAUSED -> ACTIVE (unpause)'), ('SUSPENDED', 'ACTIVE', 'status SUSPENDED -> ACTIVE (resume)')])
def test_another_power_state(have: str, wanted: str, told: str) -> None:
    world = World().deployed(3)
    world.server(1, status=have, metadata={})
    world.server(2, status='ERROR')
    plan = operating(world, wanted, 1)
    assert [(change.name, change.detail) for change in plan.changes] == [('web/front/1', told)]
    assert (len(plan.tasks), plan.problems, plan.unchanged) == (1, [], 2)


def test_already_there() -> None:
    world = World().deployed(3)
    world.server(1, status='SHUTOFF')
    plan = operating(world, 'SHUTOFF', 1)
    assert (plan.tasks, plan.found['vdu:web/front/1']['status'], plan.unchanged) == ({}, 'SHUTOFF', 3)


@pytest.mark.parametrize(('have', 'wanted', 'problem'), [
    ('PAUSED', 'SHUTOFF', 'its server is PAUSED and can be stopped only from ACTIVE; start it first'),
    ('ERROR', 'ACTIVE',
     'its server is ERROR and can be started only from PAUSED, SHUTOFF, SUSPENDED; nfv.mano.heal makes it anew'),
    (None, 'ACTIVE', 'its server is gone from the VIM; nfv.mano.heal makes it again')])
def test_no_way(have: str | None, wanted: str, problem: str) -> None:
    world = World().deployed(3)
    if have:
        world.server(1, status=have)
    else:
        world.state.servers.pop(1)
    assert [str(one) for one in operating(world, wanted, 0, 1, 2).problems] == [f'vdu:web/front/1: {problem}']


def test_a_restart_is_done_once_and_a_few_at_a_time() -> None:
    world = World().deployed(3)
    plan = operating(world, 'ACTIVE', 0, 1, 2, reboot='reboot-soft', done=frozenset(['reboot-soft vdu:web/front/0']))
    assert [change.name for change in plan.changes] == ['web/front/1', 'web/front/2']
    world.server(1, status='SHUTOFF')
    assert 'can be restarted only from ACTIVE' in str(operating(world, 'ACTIVE', 1, reboot='reboot-soft').problems[0])
    world.server(1, status='ACTIVE')
    restart = Asked(scope=items(0, 1, 2), at_once=1, operate=Operate('ACTIVE', 'reboot-hard'))
    assert most_down(world.plan(document(3), asked=restart)) == 1


def test_a_protected_vdu_is_healed_but_not_rebuilt_by_a_document() -> None:
    world = World().deployed(2)
    world.record['vdu:web/front/0']['user_data_hash'] = 'other'
    assert 'is protected' in str(world.plan(document(2, protected=True), allow_delete=True).problems[0])
    world.record['vdu:web/front/0']['user_data_hash'] = None
    assert 'is protected' in str(world.plan(document(1, protected=True), allow_delete=True).problems[0])
    assert not world.plan(document(2, protected=True), asked=healing(world, 0), accept_data_loss=True).problems
    assert not world.plan(None).problems
