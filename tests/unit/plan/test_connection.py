# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces that are moved, in plans: what comes after what, what is kept, and what a kept port does to later plans."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.tests.unit.plan.test_floating_ip import FRONT, row, wanted, world
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, document

MOVED = Asked(scope=frozenset({FRONT}), moved=frozenset({'web/front/eth1'}), change='interfaces')
TO_MGMT = [{'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'mgmt'}]


def steps(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What each task waits for, without the record key of the one instance."""
    return {task.id.replace(f' {FRONT}', ''): tuple(one.replace(f' {FRONT}', '') for one in task.after)
            for task in plan.tasks.values()}


def given_up(old_on_server: bool = False) -> World:
    """A world in which eth1 was moved to mgmt, by an operation that was given up before its commit."""
    one = World().deployed(1)
    ports = {port.id: port for port in one.state.ports}
    old = ports['port-0-eth1']
    kept = old._replace(description=old.description.replace('port.', 'kept.'), device_id='server-0' if old_on_server else '')
    new = old._replace(id='port-new', network_id='net-shared')
    one.state.ports = [ports['port-0-eth0'], kept, new]
    entry = one.record[FRONT]['ports']['eth1']
    one.record[FRONT]['kept_ports'] = {'eth1': entry}
    one.record[FRONT]['ports'] = {**one.record[FRONT]['ports'], 'eth1': {**entry, 'id': 'port-new', 'net': 'net:mgmt',
                                                                         'network_id': 'net-shared'}}
    return one


def test_new_port_then_off_then_on_and_the_old_one_last() -> None:
    plan = World().deployed(1).plan(document(1, interfaces=TO_MGMT), asked=MOVED)
    assert steps(plan) == {'keep': (), 'ports': ('keep',), 'take-off': ('ports',), 'plug': ('take-off',), 'release': ('plug',)}
    assert plan.tasks[f'keep {FRONT}'].spec == {'eth1': ('port-0-eth1', f'nfv.mano/{NS_ID}/web/front/0/kept.eth1')}
    assert plan.needs['default']['port'] == 1, 'for a while there are both'


def test_the_floating_ip_goes_along_before_the_old_port_goes() -> None:
    value = wanted()
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['virtual_link'] = 'mgmt'
    plan = world().plan(value, asked=MOVED)
    assert not plan.problems
    found = steps(plan)
    assert found['floating-ip eth1'] == ('ports',)
    assert set(found['release']) == {'plug', 'floating-ip eth1'}


def test_all_are_moved_before_one_is_deleted_also_one_by_one() -> None:
    both = MOVED._replace(scope=frozenset({FRONT, 'vdu:web/front/1'}), at_once=1)
    plan = World().deployed(2).plan(document(2, interfaces=TO_MGMT), asked=both)
    assert plan.tasks['keep vdu:web/front/1'].after == (f'plug {FRONT}',)
    assert plan.tasks[f'release {FRONT}'].after == ('plug vdu:web/front/1',)


def test_other_interfaces_and_drift_are_left_alone() -> None:
    one = World().deployed(1)
    one.server(0, status='SHUTOFF', metadata={})
    one.state.ports = [port._replace(port_security=False) for port in one.state.ports]
    plan = one.plan(document(1, interfaces=TO_MGMT), asked=MOVED)
    assert [change.detail for change in plan.changes] == ['interface eth1 data -> mgmt (attach; the old port is kept until all '
                                                          'are moved)']


def test_images_flavors_and_volumes_need_not_be_there() -> None:
    one = World().deployed(1)
    one.state.images, one.state.flavors = [], []
    plan = one.plan(document(1, interfaces=TO_MGMT, volumes=[{'name': 'logs', 'size_gib': 1}]), asked=MOVED)
    assert not plan.problems
    assert 'plug' in steps(plan)


@pytest.mark.parametrize('old_on_server', [False, True])
def test_a_kept_port_comes_back_where_its_network_is_meant_again(old_on_server: bool) -> None:
    plan = given_up(old_on_server).plan(document(1))
    found = steps(plan)
    assert 'ports' not in found, 'none is made'
    assert found['release'] == (('plug',) if not old_on_server else ('take-off',))
    assert plan.tasks[f'release {FRONT}'].spec == {'eth1': ('port-new', True)}
    assert plan.tasks[f'update {FRONT}'].spec['ports'] == {
        'port-0-eth1': {'description': f'nfv.mano/{NS_ID}/web/front/0/port.eth1'}}
    assert {name: port['id'] for name, port in plan.found[FRONT]['ports'].items()} == {
        'eth0': 'port-0-eth0', 'eth1': 'port-0-eth1'}


def test_its_floating_ip_comes_back_to_it() -> None:
    one = given_up()
    one.state.networks += world().state.networks[-1:]
    one.state.routers = world().state.routers
    one.record.update({key: entry for key, entry in world().record.items() if key.startswith('router:')})
    one.state.floating_ips = [row(port='port-new')]
    one.record[FRONT]['floating_ips'] = {'eth1': {'id': 'fip-0', 'address': row().address, 'owned': True}}
    plan = one.plan(wanted())
    assert plan.tasks[f'floating-ip {FRONT} eth1'].spec['port_id'] == 'port-0-eth1'


def test_a_kept_port_goes_where_another_network_is_meant() -> None:
    plan = given_up(old_on_server=True).plan(document(1, interfaces=TO_MGMT))
    assert steps(plan) == {'take-off': (), 'release': ('take-off',)}
    assert plan.tasks[f'release {FRONT}'].spec == {'eth1': ('port-0-eth1', True)}


def test_its_network_goes_after_it() -> None:
    value = document(1, interfaces=TO_MGMT)
    value['virtual_links'] = value['virtual_links'][:1]
    plan = given_up().plan(value, allow_delete=True)
    assert f'release {FRONT}' in plan.tasks['delete net:data'].after


def test_to_a_third_network_what_took_the_place_of_the_kept_one_goes() -> None:
    value = document(1, interfaces=[TO_MGMT[0], {'name': 'eth1', 'virtual_link': 'third'}])
    value['virtual_links'].append({'name': 'third', 'existing': 'shared'})
    plan = given_up().plan(value, asked=MOVED)
    assert steps(plan) == {'unplug': (), 'ports': ('unplug',), 'plug': ('ports',), 'release': ('plug',)}
    assert plan.tasks[f'unplug {FRONT}'].spec[2] == {'eth1': 'port-new'}
    assert plan.tasks[f'release {FRONT}'].spec == {'eth1': ('port-0-eth1', True)}


def test_no_twin_and_asked_for_by_id() -> None:
    one = given_up()
    asked: Any = make_queries(NS_ID, None, one.record)['default']
    assert asked.port_ids == {'port-0-eth0', 'port-0-eth1', 'port-new'}
    assert not [task for task in one.plan(document(1)).tasks if task.startswith('delete twin')]


def lost_reply() -> World:
    """A world in which the process died before it knew of the new port."""
    one = given_up(old_on_server=True)
    one.record[FRONT]['ports']['eth1'] = one.record[FRONT].pop('kept_ports')['eth1']
    one.state.ports = [port._replace(device_id='') if port.id == 'port-new' else port for port in one.state.ports]
    return one


MARK = f'nfv.mano/{NS_ID}/web/front/0/port.eth1'


def test_a_new_port_whose_answer_was_lost_is_taken_up() -> None:
    plan = lost_reply().plan(document(1, interfaces=TO_MGMT), asked=MOVED, doubtful=frozenset({MARK}))
    assert steps(plan) == {'take-off': (), 'plug': ('take-off',), 'release': ('plug',)}
    found = plan.found[FRONT]
    assert (found['ports']['eth1']['id'], found['kept_ports']['eth1']['id']) == ('port-new', 'port-0-eth1')


def test_a_new_port_whose_answer_was_lost_goes_with_a_rollback() -> None:
    plan = lost_reply().plan(document(1), doubtful=frozenset({MARK}))
    assert steps(plan) == {'update': (), 'delete twin port-new': ()}


def test_with_all_else_it_goes() -> None:
    plan = given_up().plan(None)
    assert plan.tasks[f'release {FRONT}'].spec == {'eth1': ('port-0-eth1', True)}
    assert set(plan.tasks['delete net:data'].after) >= {f'release {FRONT}'}
