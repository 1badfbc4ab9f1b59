# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual IPs in plans: made before the ports that share them, kept, moved, given floating IPs, and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.ports import Ports
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_changes import ServerChanges
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import load, validate
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Port
from ansible_collections.nfv.mano.tests.unit.execute.test_routing import Log
from ansible_collections.nfv.mano.tests.unit.plan.test_router import routed
from ansible_collections.nfv.mano.tests.unit.plan.test_router import world as routed_world
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, document

ITEM, FRONT, ADDRESS = 'virtual_ip:vip', 'vdu:web/front/0', '10.1.0.99'
MARK = mark(NS_ID, 'vip', 'port.virtual_ip')


def wanted(base: dict[str, Any] | None = None, shares: bool = True, **more: Any) -> dict[str, Any]:
    """A document with a virtual IP on ``data``, which the instances of web/front share."""
    value = base or document(1)
    value['virtual_ips'] = [{'name': 'vip', 'virtual_link': 'data', **more}]
    if shares:
        value['vnfs'][0]['vdus'][0]['interfaces'][1]['virtual_ips'] = ['vip']
    return value


def port(address: str = ADDRESS, **more: Any) -> Port:
    """The port of the virtual IP."""
    return Port('port-vip', 'edge1-vip', MARK, 'net-data', 'fa:16:3e:00:00:99', (('subnet-data', address),), '', '',
                frozenset(), True, frozenset(), 'DOWN')._replace(**more)


def world(pairs: frozenset[tuple[str, str | None]] = frozenset({(ADDRESS, None)}), base: World | None = None) -> World:
    """One instance, a virtual IP, and the pair at eth1."""
    one = base or World().deployed(1)
    one.state.ports = [row._replace(address_pairs=pairs) if row.id == 'port-0-eth1' else row for row in one.state.ports]
    one.state.ports.append(port())
    one.record[ITEM] = {'vim': 'default', 'ports': {'virtual_ip': {
        'id': 'port-vip', 'net': 'net:data', 'network_id': 'net-data', 'mac_address': 'fa:16:3e:00:00:99',
        'ip_addresses': [ADDRESS]}}}
    return one


class Neutron:
    """Notes what ports are changed to."""

    name = 'default'
    call_timeout = 0.1

    def __init__(self) -> None:
        self.changes: dict[str, Any] = {}

    def update_port(self, _port_id: str, changes: dict[str, Any]) -> Port:
        self.changes = changes
        return port('10.1.0.77')


@pytest.mark.parametrize(('change', 'message'), [
    (lambda value: value['virtual_ips'][0].update(virtual_link='dat'),
     "virtual_ips[0].virtual_link: 'dat' is no virtual link: did you mean data?"),
    (lambda value: value['virtual_ips'][0].update(ip_address='10.9.0.1'),
     "virtual_ips[0].ip_address: '10.9.0.1' is outside the subnets of 'data': 10.1.0.0/16"),
    (lambda value: value['virtual_ips'].append(value['virtual_ips'][0]),
     "virtual_ips[1].name: 'vip' is there already, as virtual_ips[0]: names are unique"),
    (lambda value: value['vnfs'][0]['vdus'][0]['interfaces'][1].update(virtual_ips='vap'),
     "vnfs[0].vdus[0].interfaces[1].virtual_ips[0]: 'vap' is none of virtual_ips: did you mean vip?"),
    (lambda value: value['vnfs'][0]['vdus'][0]['interfaces'][0].update(virtual_ips='vip'),
     "vnfs[0].vdus[0].interfaces[0].virtual_ips[0]: 'vip' is on 'data', but the interface is on 'mgmt'"),
    (lambda value: value['vnfs'][0]['vdus'][0]['interfaces'][1].update(port_security=False),
     'vnfs[0].vdus[0].interfaces[1].virtual_ips: these need port security, but port_security is false'),
    (lambda value: value['virtual_links'][1].update(port_security=False),
     "vnfs[0].vdus[0].interfaces[1].virtual_ips: these need port security, but port_security of 'data' is false"),
    (lambda value: value['vnfs'][0]['vdus'][0]['interfaces'][1].update(ip_addresses=[ADDRESS]),
     f"vnfs[0].vdus[0].interfaces[1].ip_addresses[0]: '{ADDRESS}' is given at virtual_ips[0].ip_address already, on the same "
     "virtual link 'data'"),
])
def test_what_does_not_fit_is_told(change: Any, message: str) -> None:
    value = wanted(ip_address=ADDRESS)
    change(value)
    assert message in [str(problem) for problem in validate(value)]


def test_made_before_the_ports_that_share_it() -> None:
    plan = World().plan(wanted())
    assert not plan.problems
    task = plan.tasks[f'ports {ITEM}']
    assert (task.verb, task.after) == ('ports.create', ('create net:data',))
    assert task.spec[0].port_spec(0, {'net:data': {'id': 'net-d'}}) == {
        'ns_id': NS_ID, 'name': 'edge1-vip', 'interface': 'virtual_ip', 'mark': MARK, 'net': 'net:data', 'network_id': 'net-d',
        'given': [], 'fixed_ips': []}
    ports = plan.tasks[f'ports {FRONT}']
    assert task.id in ports.after
    made = {'net:data': {'id': 'net-d'}, ITEM: {'ports': {'virtual_ip': {'ip_addresses': [ADDRESS, 'fd00::9']}}}}
    assert ports.spec[0].port_spec(1, made)['address_pairs'] == [(ADDRESS, None), ('fd00::9', None)]
    assert ('create', 'edge1-vip') in actions(plan)
    assert plan.needs['default']['port'] == 3


def test_a_given_address_is_known_before() -> None:
    plan = World().plan(wanted(ip_address=ADDRESS))
    assert plan.tasks[f'ports {ITEM}'].spec[0].port_spec(0, {'net:data': {'id': 'n'}})['fixed_ips'] == [(None, ADDRESS)]
    spec = plan.tasks[f'ports {FRONT}'].spec[0].port_spec(1, {'net:data': {'id': 'n'}})
    assert spec['address_pairs'] == [(ADDRESS, None)]


def test_nothing_to_do_once_it_is_there() -> None:
    one = world()
    plan = one.plan(wanted())
    assert plan.tasks == {}
    assert plan.found[ITEM] == one.record[ITEM]


def test_found_by_its_mark() -> None:
    one = world()
    recorded = one.record.pop(ITEM)
    plan = one.plan(wanted())
    assert plan.tasks == {}
    assert plan.found[ITEM] == recorded


def test_an_interface_begins_and_ends_to_share_it() -> None:
    plan = world(frozenset()).plan(wanted())
    (task,) = list(plan.tasks.values())
    assert task.spec['ports'] == {'port-0-eth1': {'address_pairs': [], 'virtual_ips': {ITEM: (ADDRESS,)}}}
    assert plan.changes[0].detail == f'interface eth1 address pairs none -> {ADDRESS}'
    (task,) = list(world().plan(wanted(shares=False)).tasks.values())
    assert task.spec['ports'] == {'port-0-eth1': {'address_pairs': []}}


def test_one_that_is_gone_is_made_again_and_put_into_the_pairs() -> None:
    one = world()
    one.state.ports = [row for row in one.state.ports if row.id != 'port-vip']
    plan = one.plan(wanted())
    assert actions(plan) == [('create', 'edge1-vip'), ('update', 'web/front/0')]
    assert plan.changes[0].reason == 'it is gone from the VIM'
    assert f'ports {ITEM}' in plan.tasks[f'update {FRONT}'].after
    assert plan.changes[1].detail == f'interface eth1 address pairs {ADDRESS} -> that of vip'
    # Where the address is given, the pairs are right as they are
    assert actions(one.plan(wanted(ip_address=ADDRESS))) == [('create', 'edge1-vip')]


def test_another_address_is_set_in_place() -> None:
    plan = world().plan(wanted(ip_address='10.1.0.77'))
    assert plan.tasks[f'update {ITEM}'].spec == {
        'id': 'port-vip', 'net': 'net:data', 'changes': {'fixed_ips': [(None, '10.1.0.77')]}}
    assert [change.detail for change in plan.changes] == [
        f'{ADDRESS} -> 10.1.0.77', f'interface eth1 address pairs {ADDRESS} -> 10.1.0.77']
    assert f'update {ITEM}' in plan.tasks[f'update {FRONT}'].after


def test_it_leaves_a_subnet_that_goes() -> None:
    one = world()
    net = one.state.networks[-1]
    one.state.networks[-1] = net._replace(subnets=tuple(
        subnet._replace(description=mark(NS_ID, 'data', 'subnet.10.1.0.0-16')) for subnet in net.subnets))
    value = wanted()
    value['virtual_links'][1]['subnets'] = [{'cidr': '10.2.0.0/16'}]
    plan = one.plan(value)
    task = plan.tasks[f'update {ITEM}']
    assert task.spec['changes'] == {'subnet': ('net:data', '10.2.0.0/16')}
    assert task.after == ('update net:data',)
    assert task.id in plan.tasks['delete subnets of net:data'].after


def test_on_another_link_it_is_another_port() -> None:
    value = wanted(shares=False, virtual_link='other')
    value['virtual_links'].append({'name': 'other', 'subnets': [{'cidr': '10.3.0.0/16'}]})
    plan = world(frozenset()).plan(value)
    assert ('replace', 'edge1-vip') in actions(plan)
    assert plan.tasks[f'ports {ITEM}'].after == ('create net:other', f'ports-delete {ITEM}')
    assert plan.tasks[f'ports-delete {ITEM}'].spec == {'virtual_ip': 'port-vip'}


def test_deleted_before_its_network() -> None:
    plan = world().plan(None)
    assert f'ports-delete {ITEM}' in plan.tasks['delete net:data'].after
    assert ('delete', 'edge1-vip') in actions(plan)
    one = world()
    one.state.ports = [row for row in one.state.ports if row.id != 'port-vip']
    plan = one.plan(None)
    assert ITEM in plan.forgotten
    assert f'ports-delete {ITEM}' not in plan.tasks


def test_one_made_twice_goes() -> None:
    one = world()
    one.state.ports.append(port(id='port-twin'))
    plan = one.plan(wanted())
    (task,) = list(plan.tasks.values())
    assert (task.verb, task.item, task.spec) == ('ports.delete', ITEM, {'virtual_ip': 'port-twin'})
    assert actions(plan) == [('delete', 'vip')]


def test_a_verb_for_single_instances_leaves_it_alone() -> None:
    one = world()
    one.record[FRONT].pop('id')
    one.state.servers.clear()
    plan = one.plan(wanted(ip_address='10.1.0.77'), asked=Asked(scope=frozenset({FRONT})))
    assert list(plan.tasks) == [f'create {FRONT}']


def test_rights_on_a_network_of_another_project() -> None:
    value = wanted(shares=False, virtual_link='mgmt', ip_address='10.10.0.9')
    value['vnfs'][0]['vdus'][0]['interfaces'][0]['virtual_ips'] = ['vip']
    told = [str(problem) for problem in World().plan(value).problems]
    assert [line.partition(':')[0] for line in told] == ['virtual_ips[0].ip_address', 'vnfs[0].vdus[0].interfaces[0].virtual_ips']
    assert 'create_port:fixed_ips:ip_address' in told[0]
    assert 'create_port:allowed_address_pairs' in told[1]


def test_floating_ip() -> None:
    value = wanted(routed(), floating_ip=True)
    assert make_queries(NS_ID, load(value), {})['default'].external_networks
    plan = routed_world().plan(value)
    task = plan.tasks[f'floating-ip {ITEM} virtual_ip']
    assert set(task.after) == {'create router:gate', f'ports {ITEM}'}
    assert task.spec['mark'] == mark(NS_ID, 'vip', 'floating_ip.virtual_ip')
    assert ('create', 'vip') in actions(plan)
    one = world(base=routed_world(deployed=True))
    one.state.floating_ips = [FloatingIp('fip-v', '198.51.100.9', task.spec['mark'], 'net-public', 'port-vip')]
    one.record[ITEM]['floating_ips'] = {'virtual_ip': {'id': 'fip-v', 'address': '198.51.100.9', 'owned': True}}
    assert one.plan(value).tasks == {}
    one.state.floating_ips[0] = one.state.floating_ips[0]._replace(fixed_address='10.1.0.5')
    assert one.plan(value).changes[0].detail == '198.51.100.9 for 10.1.0.5 -> the address of its port'
    one.state.floating_ips[0] = one.state.floating_ips[0]._replace(fixed_address=ADDRESS)
    assert one.plan(value).tasks == {}
    value['virtual_ips'][0]['ip_address'] = '10.1.0.77'
    assert f'update {ITEM}' in one.plan(value).tasks[f'floating-ip {ITEM} virtual_ip'].after
    plan = one.plan(wanted(routed()))
    assert list(plan.tasks) == [f'floating-ips-release {ITEM}']
    assert actions(plan) == [('delete', 'vip')]
    plan = one.plan(None)
    assert f'floating-ips-release {ITEM}' in plan.tasks[f'ports-delete {ITEM}'].after


def test_what_neutron_is_asked() -> None:
    resources: dict[str, Any] = {'net:data': {'id': 'net-d', 'subnets': [{'id': 's2', 'cidr': '10.2.0.0/16'}]}, ITEM: {
        'vim': 'default', 'ports': {'virtual_ip': {'id': 'port-vip', 'ip_addresses': [ADDRESS]}}}}
    vim, ends = Neutron(), []
    calls = Calls(Log(), resources, lambda _vim: 0.0, 'ns')
    spec = {'id': 'port-vip', 'net': 'net:data', 'changes': {'subnet': ('net:data', '10.2.0.0/16')}}
    Ports(calls, {}, {}).verbs()['virtual_ip.update']([Task('t', '', 'default', ITEM, spec, ())], vim, ends.append)
    assert vim.changes == {'fixed_ips': [('s2', None)]}
    assert resources[ITEM]['ports']['virtual_ip']['ip_addresses'] == ['10.1.0.77']
    plan = World().plan(wanted())
    instance = plan.tasks[f'ports {FRONT}'].spec[0]
    resources[FRONT] = {'vim': 'default', 'ports': {'eth1': {'id': 'port-0-eth1'}}}
    changes = {'address_pairs': [], 'virtual_ips': {ITEM: None}}
    ServerChanges(calls, {}, {})._update_port(Task('t', '', 'default', FRONT, None, ()), vim, instance, 'port-0-eth1', changes)
    assert vim.changes == {'address_pairs': [('10.1.0.77', None)]}
