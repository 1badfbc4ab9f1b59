# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers in plans: made, compared, changed, deleted before their networks."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Router, RouterInterface, Subnet
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, OTHERS, World, actions, document, network

NAME = 'edge1-gate'


def routed(links: tuple[str, ...] = ('data',), external: str = 'public', **more: Any) -> dict[str, Any]:
    """The document with a router."""
    return {**document(1), 'routers': [{'name': 'gate', 'external_network': external, 'virtual_links': list(links)}], **more}


def world(deployed: bool = False) -> World:
    """A world with an external network; deployed: with the router too."""
    one = World().deployed(1) if deployed else World()
    one.state.external_networks = [network('public', None, OTHERS, external=True)]
    if deployed:
        one.state.routers = [Router('router-1', NAME, mark(NS_ID, 'gate', 'router'), 'net-public', ('198.51.100.9',),
                                    (RouterInterface('port-r', 'net-data', ('subnet-data',)),))]
        one.record['router:gate'] = {
            'vim': 'default', 'id': 'router-1', 'name': NAME, 'owned': True, 'external_network_id': 'net-public',
            'addresses': ['198.51.100.9'], 'networks': {'net:data': 'net-data'}}
    return one


def router(one: World, **changes: Any) -> None:
    """Somebody changed the router behind our back."""
    one.state.routers = [row._replace(**changes) for row in one.state.routers]


def test_made_after_its_networks() -> None:
    plan = world().plan(routed())
    assert actions(plan)[:2] == [('create', 'edge1-data'), ('create', NAME)]
    task = plan.tasks['create router:gate']
    assert task.after == ('create net:data',)
    assert (task.spec['name'], task.spec['mark'], task.spec['external_network_id']) == (
        NAME, mark(NS_ID, 'gate', 'router'), 'net-public')
    assert [(leg.net, leg.cidr, leg.subnet_id) for leg in task.spec['legs']] == [('net:data', '10.1.0.0/16', None)]
    assert plan.needs['default']['router'] == 1
    assert not plan.problems


def test_nothing_to_do_once_it_is_there() -> None:
    one = world(deployed=True)
    plan = one.plan(routed())
    assert plan.tasks == {}
    assert plan.found['router:gate'] == one.record['router:gate']


def test_found_by_its_mark() -> None:
    one = world(deployed=True)
    recorded = one.record.pop('router:gate')
    plan = one.plan(routed())
    assert plan.tasks == {}
    assert plan.found['router:gate'] == recorded


@pytest.mark.parametrize(('change', 'told', 'changes', 'attached'), [
    ({'name': 'theirs'}, f'name theirs -> {NAME}', {'name': NAME}, []),
    ({'external_network_id': None}, 'external network none -> public', {'external_network_id': 'net-public'}, []),
    ({'interfaces': ()}, 'data 10.1.0.0/16 is not connected', {}, ['subnet-data']),
])
def test_drift_is_put_back_in_place(change: dict[str, Any], told: str, changes: dict[str, Any], attached: list[str]) -> None:
    one = world(deployed=True)
    router(one, **change)
    plan = one.plan(routed())
    assert actions(plan) == [('update', NAME if 'name' not in change else 'theirs')]
    assert plan.changes[0].detail == told
    spec = plan.tasks['update router:gate'].spec
    assert (spec['router'], [leg.subnet_id for leg in spec['attach']]) == (changes, attached)


def test_external_network_is_changed_in_place() -> None:
    one = world(deployed=True)
    one.state.external_networks.append(network('other', None, OTHERS, external=True))
    plan = one.plan(routed(external='other'))
    assert plan.changes[0].detail == 'external network public -> other'
    assert plan.tasks['update router:gate'].spec['router'] == {'external_network_id': 'net-other'}


def test_link_that_is_dropped_is_taken_off_and_goes_after_that() -> None:
    one = world(deployed=True)
    plan = one.plan(routed(links=()))
    assert plan.tasks['detach router:gate'].spec == ('router-1', ['subnet-data'])
    assert plan.tasks['update router:gate'].after == ('detach router:gate',)
    gone = routed(links=())
    gone['virtual_links'].pop()
    gone['vnfs'][0]['vdus'][0]['interfaces'].pop()
    assert 'detach router:gate' in one.plan(gone, allow_delete=True).tasks['delete net:data'].after


def test_subnet_that_loses_its_gateway_is_taken_off_before() -> None:
    one = world(deployed=True)
    one.state.networks[1] = one.state.networks[1]._replace(subnets=(
        *one.state.networks[1].subnets,
        Subnet('subnet-6', '', 'net-data', 'fd00::/64', 6, 'fd00::1', True, (), (), None, None, '')))
    router(one, interfaces=(*one.state.routers[0].interfaces, RouterInterface('port-6', 'net-data', ('subnet-6',))))
    wanted = routed()
    wanted['virtual_links'][1]['subnets'] = [{'cidr': '10.1.0.0/16'}, {'cidr': 'fd00::/64', 'gateway': None}]
    plan = one.plan(wanted)
    assert plan.tasks['detach router:gate'].spec == ('router-1', ['subnet-6'])
    assert plan.tasks['update net:data'].after == ('detach router:gate',)
    assert not plan.problems


@pytest.mark.parametrize(('subnets', 'told'), [
    ([{'cidr': '10.1.0.0/16', 'gateway': None}], 'data has no subnet that a router can be on'),
    ([{'cidr': 'fd00::/64', 'ipv6_address_mode': 'slaac'}], 'data has no subnet that a router can be on'),
])
def test_link_without_a_gateway_is_refused(subnets: list[dict[str, Any]], told: str) -> None:
    wanted = routed()
    wanted['virtual_links'][1]['subnets'] = subnets
    problem = str(world().plan(wanted).problems[0])
    assert problem.startswith('routers[0].virtual_links[0]: ')
    assert told in problem


def test_gateway_is_not_changed_below_a_router() -> None:
    wanted = routed()
    wanted['virtual_links'][1]['subnets'][0]['gateway'] = '10.1.0.9'
    assert 'can not be changed from 10.1.0.1 to 10.1.0.9' in str(world(deployed=True).plan(wanted).problems[0])


def test_network_of_others_needs_an_administrator() -> None:
    one = world()
    assert 'of another project' in str(one.plan(routed(links=('mgmt',))).problems[0])
    one.state.admin = True
    plan = one.plan(routed(links=('mgmt',)))
    assert not plan.problems
    assert plan.tasks['create router:gate'].spec['legs'][0].privileged


@pytest.mark.parametrize(('named', 'told'), [
    ('publik', 'publik is not an external network of VIM default; the nearest names are public'),
    ('shared', 'shared is not an external network of VIM default but an ordinary one'),
])
def test_external_network_that_is_none(named: str, told: str) -> None:
    problem = str(world().plan(routed(external=named)).problems[0])
    assert problem.startswith(f'routers[0].external_network: {told}')


def test_terminate_takes_the_router_before_the_network() -> None:
    plan = world(deployed=True).plan(None)
    assert plan.tasks['delete router:gate'].spec == ('router-1', ['subnet-data'])
    assert 'delete router:gate' in plan.tasks['delete net:data'].after
    assert ('delete', NAME) in actions(plan)
    assert not plan.problems


def test_interface_of_somebody_else_stands_against_deletion_only() -> None:
    one = world(deployed=True)
    router(one, interfaces=(*one.state.routers[0].interfaces, RouterInterface('port-x', 'net-x', ('subnet-x',))))
    assert one.plan(routed()).tasks == {}
    problem = str(one.plan(None).problems[0])
    assert 'port port-x on network net-x' in problem
    assert '1 interfaces' in problem


def test_our_own_router_is_nobody_else_on_our_network() -> None:
    one = world(deployed=True)
    port = one.state.ports[0]._replace(id='port-r', description='', device_id='router-1',
                                       device_owner='network:router_interface')
    one.state.foreign_ports = {'net-data': [port]}
    assert not one.plan(None).problems


def test_router_that_is_gone_is_forgotten_or_made_again() -> None:
    one = world(deployed=True)
    one.state.routers = []
    assert 'router:gate' in one.plan(None).forgotten
    plan = one.plan(routed())
    assert (plan.changes[0].action, plan.changes[0].reason) == ('create', 'it is gone from the VIM')


def test_late_twin_goes() -> None:
    one = world(deployed=True)
    one.state.routers.append(one.state.routers[0]._replace(id='router-late', interfaces=()))
    plan = one.plan(routed())
    assert [task.spec for task in plan.tasks.values()] == [('router-late', [])]
