# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in plans and tasks: made before their server, subports put on and taken off, deleted in time."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.trunks import Trunks
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import load, validate
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port, Trunk
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.trunking import Trunking
from ansible_collections.nfv.mano.tests.unit.execute.test_routing import Log
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, document, network

FRONT = 'vdu:web/front/0'
RED, BLUE = 'port-0-eth1:red', 'port-0-eth1:blue'


def wanted(red: int | None = 100, blue: int | None = 200, **more: Any) -> dict[str, Any]:
    """The document with VLANs on eth1."""
    value = document(1)
    value['virtual_links'] += [{'name': name, 'subnets': [{'cidr': f'10.{at}.0.0/16'}]} for at, name in ((2, 'red'), (3, 'blue'))]
    interface = value['vnfs'][0]['vdus'][0]['interfaces'][1]
    interface['subports'] = [{'name': name, 'virtual_link': name, 'segmentation_id': vlan, **more}
                             for name, vlan in (('red', red), ('blue', blue)) if vlan is not None]
    return value


def subport(name: str) -> Port:
    return Port(f'port-0-eth1:{name}', '', mark(NS_ID, 'web/front/0', f'port.eth1:{name}'), f'net-{name}', 'fa:16:3e:00:00:02',
                ((f'subnet-{name}', '10.9.0.5'),), '', 'trunk:subport', frozenset(), True, frozenset(), 'ACTIVE')


def world(trunk: Trunk | None = None, recorded: bool = True) -> World:
    """An instance whose eth1 is a trunk with red and blue."""
    one = World().deployed(1)
    one.state.trunks = True
    trunk = trunk or Trunk('trunk-1', {RED: 100, BLUE: 200})
    one.state.ports = [row._replace(trunk=trunk) if row.id == 'port-0-eth1' else row for row in one.state.ports]
    for name in ('red', 'blue'):
        one.state.networks.append(network(name, '10.2.0.0/16' if name == 'red' else '10.3.0.0/16',
                                          description=mark(NS_ID, name, 'net'))._replace(name=f'edge1-{name}'))
        one.record[f'net:{name}'] = {'vim': 'default', 'id': f'net-{name}', 'name': f'edge1-{name}', 'owned': True,
                                     'subnets': []}
        one.state.ports.append(subport(name))
        one.record[FRONT]['ports'][f'eth1:{name}'] = {
            'id': f'port-0-eth1:{name}', 'net': f'net:{name}', 'network_id': f'net-{name}', 'mac_address': 'fa:16:3e:00:00:02',
            'ip_addresses': ['10.9.0.5']}
    if recorded:
        one.record[FRONT]['trunks'] = {'eth1': {'id': 'trunk-1'}}
    return one


def of_front(plan: Plan) -> list[str]:
    """The verbs of the instance's tasks, which are one after the other."""
    return [task.verb for task in plan.tasks.values() if task.item == FRONT]


@pytest.mark.parametrize(('change', 'message'), [
    ({'segmentation_id': 100}, '.subports[1].segmentation_id: 100 is there already, as '),
    ({'name': 'red'}, ".subports[1].name: 'red' is there already, as "),
    ({'segmentation_id': 4095}, '.subports[1].segmentation_id: 4095 is more than 4094'),
    ({'virtual_link': 'green'}, ".subports[1].virtual_link: 'green' is no virtual link"),
    ({'ip_addresses': ['10.9.0.1']}, ".subports[1].ip_addresses[0]: '10.9.0.1' is outside the subnets of 'blue': 10.3.0.0/16"),
])
def test_what_does_not_fit_is_told(change: dict[str, Any], message: str) -> None:
    value = wanted()
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['subports'][1].update(change)
    assert any(message in str(problem) for problem in validate(value)), validate(value)


def test_made_with_its_subports_before_the_server() -> None:
    one = World()
    assert make_queries(NS_ID, load(wanted()), {})['default'].trunks
    assert not make_queries(NS_ID, load(document()), {})['default'].trunks
    one.state.trunks = True
    plan = one.plan(wanted(ip_addresses=[]))
    assert not plan.problems
    ports = plan.tasks[f'ports {FRONT}']
    assert ports.spec[1] == (0, 1, 2, 3)
    assert {'create net:red', 'create net:blue'} <= set(ports.after)
    resources = {f'net:{name}': {'id': f'net-{name}'} for name in ('mgmt', 'data', 'red', 'blue')}
    spec = ports.spec[0].port_spec(2, resources)
    assert (spec['name'], spec['mark'], spec['network_id']) == (
        'edge1-web-front-0-eth1-red', mark(NS_ID, 'web/front/0', 'port.eth1:red'), 'net-red')
    trunks = plan.tasks[f'trunks {FRONT}']
    assert trunks.spec[1] == {'eth1': (None, {'eth1:red': 100, 'eth1:blue': 200})}
    assert trunks.after == (ports.id,)
    server = plan.tasks[f'create {FRONT}']
    assert trunks.id in server.after
    made = {FRONT: {'ports': {name: {'id': name} for name in ('eth0', 'eth1', 'eth1:red')}}}
    assert server.spec.server_spec(made)['ports'] == ['eth0', 'eth1']
    assert [plan.needs['default'][name] for name in ('port', 'trunk')] == [4, 1]
    assert plan.changes[-1].detail == 'cirros, m1.tiny, 2 interfaces, 2 subports'


def test_a_vim_without_trunks_is_told() -> None:
    assert [str(problem) for problem in World().plan(wanted()).problems] == [
        'vnfs[0].vdus[0].interfaces[1].subports: VIM default has no trunks: its Neutron lacks the extension trunk']


def test_nothing_to_do_once_it_is_there() -> None:
    plan = world().plan(wanted())
    assert plan.tasks == {}
    assert FRONT not in plan.found


def test_one_whose_record_was_lost_is_recorded() -> None:
    plan = world(recorded=False).plan(wanted())
    assert plan.tasks == {}
    assert plan.found[FRONT]['trunks'] == {'eth1': {'id': 'trunk-1'}}


def test_subports_come_go_and_change_while_the_server_runs() -> None:
    one = world()
    plan = one.plan(wanted(red=101, blue=None))
    assert of_front(plan) == ['trunks.release', 'ports.delete', 'trunks.set']
    assert plan.tasks[f'trunks-release {FRONT}'].spec == (
        {}, {'eth1:red': ('trunk-1', RED), 'eth1:blue': ('trunk-1', BLUE)})
    assert plan.tasks[f'ports-delete {FRONT}'].spec == {'eth1:blue': BLUE}
    assert plan.tasks[f'trunks {FRONT}'].spec[1] == {'eth1': ('trunk-1', {'eth1:red': 101})}
    assert plan.changes[0].detail == 'subport eth1/red VLAN 100 -> 101; subport eth1/blue VLAN 200 -> none'

    del one.record[FRONT]['ports']['eth1:blue']
    one.state.ports = [row._replace(trunk=Trunk('trunk-1', {RED: 100})) if row.id == 'port-0-eth1' else row
                       for row in one.state.ports if row.id != BLUE]
    plan = one.plan(wanted())
    assert of_front(plan) == ['ports.create', 'trunks.set']
    assert plan.tasks[f'ports {FRONT}'].spec[1] == (3,)
    assert plan.tasks[f'trunks {FRONT}'].spec[1] == {'eth1': ('trunk-1', {'eth1:blue': 200})}


def test_one_that_somebody_took_off_is_put_back_and_theirs_stays() -> None:
    plan = world(Trunk('trunk-1', {RED: 100, 'theirs': 300})).plan(wanted())
    assert of_front(plan) == ['trunks.set']
    assert plan.tasks[f'trunks {FRONT}'].spec[1] == {'eth1': ('trunk-1', {'eth1:blue': 200})}
    assert plan.changes[0].detail == 'subport eth1/blue VLAN none -> 200'


def test_a_subport_on_another_link_gets_another_port() -> None:
    value = wanted()
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['subports'][0]['virtual_link'] = 'blue'
    plan = world().plan(value)
    assert of_front(plan) == ['trunks.release', 'ports.delete', 'ports.create', 'trunks.set']
    assert plan.tasks[f'trunks-release {FRONT}'].spec == ({}, {'eth1:red': ('trunk-1', RED)})
    assert plan.tasks[f'trunks {FRONT}'].spec[1] == {'eth1': ('trunk-1', {'eth1:red': 100})}


def test_an_interface_becomes_a_trunk_off_the_server() -> None:
    one = World().deployed(1)
    one.state.trunks = True
    plan = one.plan(wanted())
    assert of_front(plan) == ['server.unplug', 'ports.create', 'trunks.set', 'server.plug']
    assert plan.tasks[f'trunks {FRONT}'].spec[1] == {'eth1': (None, {'eth1:red': 100, 'eth1:blue': 200})}
    assert plan.tasks[f'unplug {FRONT}'].spec[3] == {}
    assert 'interface eth1 becomes a trunk (detach, attach)' in plan.changes[-1].detail


def test_an_interface_is_a_trunk_no_more() -> None:
    value = wanted()
    del value['vnfs'][0]['vdus'][0]['interfaces'][1]['subports']
    plan = world().plan(value)
    assert of_front(plan) == ['server.unplug', 'ports.delete', 'ports.create', 'server.plug']
    assert plan.tasks[f'unplug {FRONT}'].spec[3] == {'eth1': 'trunk-1'}
    assert plan.tasks[f'ports-delete {FRONT}'].spec == {'eth1:red': RED, 'eth1:blue': BLUE}


def test_a_new_server_gets_the_very_trunk() -> None:
    one = world()
    plan = one.plan(wanted(), asked=Asked(scope=frozenset({FRONT}), replace={FRONT: 'server-0'}))
    assert of_front(plan) == ['server.delete', 'server.create']
    one.record[FRONT].pop('id')
    one.state.servers.clear()
    plan = one.plan(wanted(blue=None))
    assert of_front(plan) == ['trunks.release', 'ports.delete', 'server.create']


def test_all_goes_in_order() -> None:
    plan = world().plan(None)
    assert of_front(plan) == ['server.delete', 'trunks.release', 'ports.delete']
    assert plan.tasks[f'trunks-release {FRONT}'].after == (f'delete {FRONT}',)
    assert plan.tasks[f'ports-delete {FRONT}'].after == (f'trunks-release {FRONT}',)
    assert actions(plan)[-1] == ('delete', 'web/front/0')


class Neutron:
    """Notes what it is asked; what it refuses, it refuses once."""

    name = 'default'
    call_timeout = 0.1

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def create_trunk(self, spec: dict[str, Any]) -> Trunk:
        self.asked.append(('create', spec['port_id'], spec['subports']))
        return Trunk('trunk-1', spec['subports'])

    def add_subports(self, *call: Any) -> None:
        self.asked.append(('add', *call))

    def remove_subports(self, *call: Any) -> None:
        self.asked.append(('remove', *call))

    def delete_trunk(self, *call: Any) -> None:
        self.asked.append(('delete', *call))


def test_what_neutron_is_asked() -> None:
    one = World()
    one.state.trunks = True
    plan = one.plan(wanted())
    resources: dict[str, Any] = {FRONT: {'vim': 'default', 'ports': {
        name: {'id': f'id-{name}'} for name in ('eth1', 'eth1:red', 'eth1:blue')}}}
    vim, ends = Neutron(), []
    verbs = Trunks(Calls(Log(), resources, lambda _vim: 0.0, 'ns'), {}, {}).verbs()
    verbs['trunks.set']([plan.tasks[f'trunks {FRONT}']], vim, ends.append)
    assert resources[FRONT]['trunks'] == {'eth1': {'id': 'trunk-1'}}
    spec = (plan.tasks[f'trunks {FRONT}'].spec[0], {'eth1': ('trunk-1', {'eth1:red': 101})})
    verbs['trunks.set']([Task('t', '', 'default', FRONT, spec, ())], vim, ends.append)
    gone = ({'eth1': 'trunk-1'}, {'eth1:red': ('trunk-2', 'a'), 'eth1:blue': ('trunk-2', 'b')})
    verbs['trunks.release']([Task('t', '', 'default', FRONT, gone, ())], vim, ends.append)
    assert vim.asked == [('create', 'id-eth1', {'id-eth1:red': 100, 'id-eth1:blue': 200}),
                         ('add', 'trunk-1', {'id-eth1:red': 101}), ('remove', 'trunk-2', ['a', 'b']),
                         ('delete', 'trunk-1')]
    assert not resources[FRONT]['trunks']
    assert [end.error for end in ends] == [None] * 3


class Api:
    """Answers of the Network API to calls that were sent a second time."""

    def __init__(self, subports: dict[str, int]) -> None:
        self.subports = subports

    def call(self, _service: str, method: str, path: str, what: str, **more: Any) -> Any:
        if method == 'GET':
            return {'trunk': {'id': 't', 'sub_ports': [{'port_id': one, 'segmentation_id': vlan}
                                                       for one, vlan in self.subports.items()]}}
        rows = more['json']['sub_ports']
        if path.endswith('add_subports'):
            raise VimError(what, 'in use', status=409)
        if any(row['port_id'] not in self.subports for row in rows):
            return None
        for row in rows:
            del self.subports[row['port_id']]
        return {}


def test_calls_that_were_sent_twice_are_fine() -> None:
    service: Any = Trunking()
    service._client = Api({'a': 1, 'b': 2})
    service.add_subports('t', {'a': 1})
    with pytest.raises(VimError):
        service.add_subports('t', {'a': 3})
    service.remove_subports('t', ['b', 'c'])
    assert service._client.subports == {'a': 1}
