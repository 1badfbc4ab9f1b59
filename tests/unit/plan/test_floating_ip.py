# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating IPs in plans: allocated, found by address, kept with their ports, given back in time."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp
from ansible_collections.nfv.mano.tests.unit.plan.test_router import routed
from ansible_collections.nfv.mano.tests.unit.plan.test_router import world as routed_world
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, OTHERS, World, actions, document, network

FRONT = 'vdu:web/front/0'
EXISTING = '198.51.100.77'


def wanted(floating_ip: Any = True, count: int = 1, links: tuple[str, ...] = ('data',)) -> dict[str, Any]:
    """The routed document with a floating IP at eth1."""
    value = routed(links)
    vdu = value['vnfs'][0]['vdus'][0]
    vdu['count'] = count
    vdu['interfaces'][1]['floating_ip'] = floating_ip
    return value


def row(number: int = 0, port: str | None = 'port-0-eth1', **more: Any) -> FloatingIp:
    """A floating IP of ours."""
    return FloatingIp(f'fip-{number}', f'198.51.100.{number + 20}', mark(NS_ID, f'web/front/{number}', 'floating_ip.eth1'),
                      'net-public', port)._replace(**more)


def world(owned: bool = True, floating: bool = True) -> World:
    """A routed world with one instance and its floating IP."""
    one = routed_world(deployed=True)
    if floating:
        made = row() if owned else row(address=EXISTING, description='theirs')
        one.state.floating_ips = [made]
        one.record[FRONT]['floating_ips'] = {'eth1': {'id': 'fip-0', 'address': made.address, 'owned': owned}}
    return one


def only(plan: Plan) -> Task:
    """The one task of a plan."""
    (task,) = list(plan.tasks.values())
    return task


def test_what_is_asked_of_the_vim() -> None:
    value = wanted()
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['qos_policy'] = 'gold'
    asked = make_queries(NS_ID, load(value), {})['default']
    assert (asked.floating_ips, asked.external_networks, asked.qos_policies) == (True, True, {'gold'})
    asked = make_queries(NS_ID, load(document(1)), {})['default']
    assert (asked.floating_ips, asked.external_networks, asked.qos_policies) == (False, False, set())
    asked = make_queries(NS_ID, None, world().record)['default']
    assert (asked.floating_ips, asked.router_ids) == (True, {'router-1'})


def test_allocated_after_port_and_router() -> None:
    plan = routed_world().plan(wanted(count=2))
    assert not plan.problems
    task = plan.tasks[f'floating-ip {FRONT} eth1']
    assert task.verb == 'floating_ip.create'
    assert set(task.after) == {'create router:gate', f'ports {FRONT}'}
    assert (task.spec['mark'], task.spec['network_id'], task.spec['port_id']) == (
        mark(NS_ID, 'web/front/0', 'floating_ip.eth1'), 'net-public', None)
    assert plan.needs['default']['floatingip'] == 2
    assert ('create', 'web/front/1/eth1') in actions(plan)
    assert plan.changes[-1].detail == 'from public'


def test_there_before_it_is_asked_whether_the_instance_is_up() -> None:
    value = wanted()
    value['vnfs'][0]['vdus'][0]['ready'] = {'tcp_port': 22}
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['management'] = True
    assert f'floating-ip {FRONT} eth1' in routed_world().plan(value).tasks[f'ready {FRONT}'].after


def test_nothing_to_do_once_it_is_there() -> None:
    one = world()
    plan = one.plan(wanted())
    assert plan.tasks == {}
    assert FRONT not in plan.found


def test_added_to_a_server_that_is_there() -> None:
    plan = world(floating=False).plan(wanted())
    task = only(plan)
    assert (task.verb, task.spec['port_id'], task.after) == ('floating_ip.create', 'port-0-eth1', ())


def test_found_by_its_mark() -> None:
    one = world()
    entry = one.record[FRONT].pop('floating_ips')
    plan = one.plan(wanted())
    assert plan.tasks == {}
    assert plan.found[FRONT]['floating_ips'] == entry


@pytest.mark.parametrize('port', [None, 'port-theirs'])
def test_moved_behind_our_back_is_put_back(port: str | None) -> None:
    one = world()
    one.state.floating_ips = [row(port=port)]
    plan = one.plan(wanted())
    task = only(plan)
    assert (task.verb, task.spec['port_id'], task.spec['entry']['id']) == ('floating_ip.associate', 'port-0-eth1', 'fip-0')
    assert actions(plan) == [('update', 'web/front/0/eth1')]


def test_gone_is_allocated_again() -> None:
    one = world()
    one.state.floating_ips = []
    plan = one.plan(wanted())
    assert plan.tasks[f'floating-ip {FRONT} eth1'].verb == 'floating_ip.create'
    assert (plan.changes[0].action, plan.changes[0].reason) == ('create', 'it is gone from the VIM')
    assert plan.needs['default']['floatingip'] == 1


def test_kept_when_the_server_is_replaced() -> None:
    one = world()
    one.server(0, status='ERROR')
    plan = one.plan(wanted(), allow_delete=True)
    assert {task.verb for task in plan.tasks.values()} == {'server.delete', 'server.create'}


def test_goes_over_to_the_new_port_of_its_interface() -> None:
    one = world()
    one.state.ports = [port for port in one.state.ports if port.id != 'port-0-eth1']
    plan = one.plan(wanted(), allow_delete=True)
    task = plan.tasks[f'floating-ip {FRONT} eth1']
    assert (task.verb, task.spec['port_id'], task.after) == ('floating_ip.associate', None, (f'ports {FRONT}',))


def test_dropped_by_the_document() -> None:
    plan = world().plan(routed())
    task = only(plan)
    assert task.spec == {'interfaces': {'eth1': ('fip-0', 'release')}, 'forget': False}
    assert actions(plan) == [('delete', 'web/front/0/eth1')]


@pytest.mark.parametrize(('owned', 'way'), [(True, 'release'), (False, 'disassociate')])
def test_given_back_before_port_and_router_go(owned: bool, way: str) -> None:
    plan = world(owned).plan(None)
    name = f'floating-ips-release {FRONT}'
    assert plan.tasks[name].spec['interfaces'] == {'eth1': ('fip-0', way)}
    assert name in plan.tasks[f'ports-delete {FRONT}'].after
    assert name in plan.tasks['delete router:gate'].after


def test_last_of_an_instance_that_is_gone_takes_its_record_along() -> None:
    one = world()
    one.state.servers, one.state.ports = [], []
    plan = one.plan(None)
    assert FRONT not in plan.forgotten
    assert plan.tasks[f'floating-ips-release {FRONT}'].spec['forget']


def test_not_ours_that_moved_on_is_left_alone() -> None:
    one = world(owned=False)
    one.state.floating_ips = [row(address=EXISTING, port='port-theirs')]
    assert one.plan(None).tasks[f'floating-ips-release {FRONT}'].spec['interfaces'] == {'eth1': ('fip-0', 'forget')}


def test_by_address() -> None:
    one = world(floating=False)
    one.state.floating_ips = [row(7, None, address=EXISTING, description='')]
    plan = one.plan(wanted({'address': EXISTING}))
    task = only(plan)
    assert task.verb == 'floating_ip.associate'
    assert task.spec['entry'] == {'id': 'fip-7', 'address': EXISTING, 'owned': False}
    assert plan.needs.get('default', {}).get('floatingip', 0) == 0
    assert world(owned=False).plan(wanted({'address': EXISTING})).tasks == {}


@pytest.mark.parametrize(('floating', 'message'), [
    ([], f'{EXISTING} is not a floating IP of this project'),
    ([row(7, 'port-x', address=EXISTING)], f'{EXISTING} is in use by port port-x'),
])
def test_address_that_can_not_be_had(floating: list[FloatingIp], message: str) -> None:
    one = world(floating=False)
    one.state.floating_ips = floating
    problem = str(one.plan(wanted({'address': EXISTING})).problems[0])
    assert problem.startswith(f'vnfs[0].vdus[0].interfaces[1].floating_ip.address: {message}')


def test_from_allocated_to_a_given_address() -> None:
    one = world()
    one.state.floating_ips.append(row(7, None, address=EXISTING, description=''))
    plan = one.plan(wanted({'address': EXISTING}))
    assert plan.tasks[f'floating-ips-release {FRONT}'].spec['interfaces'] == {'eth1': ('fip-0', 'release')}
    assert f'floating-ips-release {FRONT}' in plan.tasks[f'floating-ip {FRONT} eth1'].after
    assert actions(plan) == [('replace', 'web/front/0/eth1')]


def test_of_another_pool() -> None:
    one = world()
    one.state.external_networks.append(network('other', None, OTHERS, external=True))
    plan = one.plan(wanted('other'))
    assert plan.tasks[f'floating-ip {FRONT} eth1'].spec['network_id'] == 'net-other'
    assert f'floating-ips-release {FRONT}' in plan.tasks[f'floating-ip {FRONT} eth1'].after
    assert plan.needs['default']['floatingip'] == 0
    told = '\n'.join(map(str, one.plan(wanted()).problems))
    assert 'has 2 external networks (other, public): name one' in told


def test_way_to_the_pool() -> None:
    value = wanted(links=())
    problem = str(routed_world().plan(value).problems[0])
    assert 'data is on no router to public' in problem
    # One that is there may be on a router of somebody else's
    assert not world(floating=False).plan(wanted(links=())).problems


def test_needs_ipv4() -> None:
    value = wanted()
    value['virtual_links'][1]['subnets'] = [{'cidr': 'fd00::/64'}]
    assert 'has no IPv4 subnet' in '\n'.join(map(str, routed_world().plan(value).problems))


def test_late_twin_goes() -> None:
    one = world()
    one.state.floating_ips.append(row(id='fip-late', address='198.51.100.99', port=None))
    plan = one.plan(wanted())
    assert [task.spec['interfaces'] for task in plan.tasks.values()] == [{'eth1': ('fip-late', 'release')}]


def test_address_that_moves_between_our_interfaces_is_not_released() -> None:
    one = world()
    value = routed(('data', 'mgmt'))
    one.state.admin = True
    value['vnfs'][0]['vdus'][0]['interfaces'][0]['floating_ip'] = {'address': '198.51.100.20'}
    plan = one.plan(value)
    assert plan.tasks[f'floating-ips-release {FRONT}'].spec['interfaces'] == {'eth1': ('fip-0', 'disassociate')}
    task = plan.tasks[f'floating-ip {FRONT} eth0']
    assert (task.verb, task.spec['port_id']) == ('floating_ip.associate', 'port-0-eth0')
    assert f'floating-ips-release {FRONT}' in task.after
