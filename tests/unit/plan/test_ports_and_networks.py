# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QoS policies and kinds of interfaces in plans, and networks that are only looked at closely."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import port_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.preflight import shortfalls
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, document, network

GOLD, SILVER = 'policy-gold', 'policy-silver'


def policies(one: World) -> World:
    """The world with two QoS policies."""
    one.state.qos_policies = [(GOLD, 'gold'), (SILVER, 'silver')]
    one.state.nearest = {'qos:golden': ['gold']}
    return one


def wanted(link: str | None = 'gold', interface: str | None = 'gold') -> dict[str, Any]:
    """The document with QoS policies on its own link and on eth1."""
    value = document(1)
    value['virtual_links'][1]['qos_policy'] = link
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['qos_policy'] = interface
    return value


def with_policies(one: World) -> World:
    """As after an instantiate of :func:`wanted`."""
    one.state.networks[1] = one.state.networks[1]._replace(qos_policy_id=GOLD)
    one.state.ports[1] = one.state.ports[1]._replace(qos_policy_id=GOLD)
    one.record['net:data']['qos_policy_id'] = GOLD
    one.record['vdu:web/front/0']['ports']['eth1']['given'] = ['qos_policy']
    return one


def test_set_at_creation() -> None:
    tasks = policies(World()).plan(wanted()).tasks
    assert tasks['create net:data'].spec['qos_policy_id'] == GOLD
    instance, _places = tasks['ports vdu:web/front/0'].spec
    resources = {'net:mgmt': {'id': 'm'}, 'net:data': {'id': 'd'}}
    assert [instance.port_spec(place, resources)['qos_policy_id'] for place in (0, 1)] == [None, GOLD]


def test_nothing_to_do_once_they_are_set() -> None:
    assert with_policies(policies(World()).deployed(1)).plan(wanted()).tasks == {}


def test_changed_in_place() -> None:
    plan = with_policies(policies(World()).deployed(1)).plan(wanted('silver', 'silver'))
    assert actions(plan) == [('update', 'edge1-data'), ('update', 'web/front/0')]
    assert [change.detail for change in plan.changes] == ['qos_policy gold -> silver',
                                                          'interface eth1 qos_policy gold -> silver']
    assert plan.tasks['update net:data'].spec['network'] == {'qos_policy_id': SILVER}
    assert plan.tasks['update vdu:web/front/0'].spec['ports'] == {'port-0-eth1': {'qos_policy_id': SILVER}}


def test_dropped_ones_go_and_those_of_others_stay() -> None:
    plan = with_policies(policies(World()).deployed(1)).plan(wanted(None, None))
    assert plan.tasks['update net:data'].spec['network'] == {'qos_policy_id': None}
    assert plan.tasks['update vdu:web/front/0'].spec['ports'] == {'port-0-eth1': {'qos_policy_id': None}}
    theirs = policies(World()).deployed(1)
    theirs.state.ports[1] = theirs.state.ports[1]._replace(qos_policy_id=GOLD)
    assert theirs.plan(wanted(None, None)).tasks == {}


def test_what_is_none() -> None:
    told = [str(problem) for problem in policies(World()).plan(wanted('golden')).problems]
    assert told == ['virtual_links[1].qos_policy: golden is not a QoS policy of VIM default; the nearest names are gold']
    told = [str(problem) for problem in World().plan(wanted(None)).problems]
    assert told == ['vnfs[0].vdus[0].interfaces[1].qos_policy: VIM default has no QoS: its Neutron lacks the extension qos']


# Kinds of interfaces ----------------------------------------------------------------------------------------------


def typed(kind: str, **link: Any) -> dict[str, Any]:
    """The document with eth1 of a kind, on a network that is made so."""
    value = document(1)
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['type'] = kind
    value['virtual_links'][1].update(link)
    return value


@pytest.mark.parametrize(('kind', 'model', 'fine'), [
    ('e1000', 'e1000', True), ('e1000', 'e1000e', True), ('e1000', '', False), ('e1000', 'virtio', False),
    ('paravirt', '', True), ('paravirt', 'virtio', True), ('paravirt', 'e1000', False), ('virtio', 'e1000', True),
])
def test_model_is_the_image_s(kind: str, model: str, fine: bool) -> None:
    one = World()
    one.state.images = [one.state.images[0]._replace(vif_model=model)]
    problems = [str(problem) for problem in one.plan(typed(kind)).problems]
    told = f'vnfs[0].vdus[0].interfaces[1].type: {kind} is not what image cirros'
    assert not problems if fine else problems[0].startswith(told)


@pytest.mark.parametrize(('kind', 'bound'), [('sr-iov', 'direct'), ('pci-passthrough', 'direct-physical'), ('virtio', None)])
def test_kind_is_the_port_s(kind: str, bound: str | None) -> None:
    one = World()
    one.state.admin = True
    plan = one.plan(typed(kind, provider={'network_type': 'vlan', 'physical_network': 'physnet1'}))
    assert not plan.problems
    instance, _places = plan.tasks['ports vdu:web/front/0'].spec
    assert instance.port_spec(1, {'net:data': {'id': 'd'}})['vnic_type'] == bound


def test_physical_card_needs_a_physical_network() -> None:
    assert 'needs a network on a physical one' in str(World().plan(typed('sr-iov')).problems[0])


@pytest.mark.parametrize(('lies', 'fine'), [
    ({}, True), ({'network_type': 'vlan', 'physical_network': 'physnet1'}, True), ({'network_type': 'geneve'}, False)])
def test_physical_card_on_a_network_that_is_there(lies: dict[str, Any], fine: bool) -> None:
    one = World()
    one.state.networks.append(network('line', '10.1.0.0/16', **lies))
    value = typed('sr-iov')
    value['virtual_links'][1] = {'name': 'data', 'existing': 'line'}
    told = [str(problem) for problem in one.plan(value).problems]
    assert told == ([] if fine else ['vnfs[0].vdus[0].interfaces[1].type: sr-iov needs a network on a physical one, but line is '
                                     'of type geneve'])


def test_another_kind_takes_another_port() -> None:
    one = World().deployed(1)
    plan = one.plan(typed('sr-iov'))
    assert plan.changes[0].detail == 'interface eth1 vnic_type normal -> direct (detach, attach)'
    assert plan.tasks['unplug vdu:web/front/0'].spec[2] == {'eth1': 'port-0-eth1'}
    assert plan.tasks['ports vdu:web/front/0'].after == ('unplug vdu:web/front/0',)


def test_address_of_a_card_is_not_recorded() -> None:
    port = World().deployed(1).state.ports[0]
    assert port_entry(port, 'net:data')['mac_address'] == port.mac_address
    assert port_entry(port._replace(vnic_type='direct-physical'), 'net:data')['mac_address'] is None


# PCI addresses ----------------------------------------------------------------------------------------------------

VPCI = 'nfv.mano.vpci.eth1'


def placed(address: str | None) -> dict[str, Any]:
    """The document with a PCI address for eth1."""
    value = document(1)
    value['vnfs'][0]['vdus'][0]['interfaces'][1].update({'vpci': address} if address else {})
    return value


def test_pci_address_is_told_to_the_guest() -> None:
    task = World().plan(placed('00:0A.0')).tasks['create vdu:web/front/0']
    resources = {'vdu:web/front/0': {'ports': {name: {'id': name} for name in ('eth0', 'eth1')}}}
    assert task.spec.server_spec(resources)['metadata'] == {'tier': 'web', VPCI: '0000:00:0a.0'}


def test_pci_address_changes_in_place_and_goes() -> None:
    one = World().deployed(1)
    one.server(0, metadata={**one.state.servers[0].metadata, VPCI: '0000:00:0a.0'})
    one.record['vdu:web/front/0']['metadata'][VPCI] = '0000:00:0a.0'
    assert one.plan(placed('0000:00:0a.0')).tasks == {}
    plan = one.plan(placed('0000:00:0b.0'))
    assert plan.changes[0].detail == f'metadata {VPCI} 0000:00:0a.0 -> 0000:00:0b.0'
    assert plan.tasks['update vdu:web/front/0'].spec['server'] == {'metadata': {VPCI: '0000:00:0b.0'}}
    assert plan.needs == {}
    assert one.plan(placed(None)).tasks['update vdu:web/front/0'].spec['server'] == {'metadata_gone': [VPCI]}


def test_metadata_of_each_server_has_a_limit() -> None:
    limits = {'default': {'metadata_items': Quota(2, 0)}}
    (told,) = shortfalls(World().plan(placed('00:0a.0')), limits)
    assert str(told) == 'vims.default.quota.metadata_items: 3 needed in web/front, limit 2'
    (told,) = shortfalls(World().deployed(1).plan(placed('00:0a.0')), limits)
    assert str(told) == 'vims.default.quota.metadata_items: 3 needed in web/front/0, limit 2'


# Networks ---------------------------------------------------------------------------------------------------------


def test_provider_attributes_do_not_change() -> None:
    one = World().deployed(1)
    one.state.admin = True
    one.record['net:data']['provider'] = {'network_type': 'vlan', 'segmentation_id': 210}
    assert not one.plan(typed('virtio', provider={'network_type': 'vlan', 'segmentation_id': 210})).problems
    problem = str(one.plan(typed('virtio', provider={'network_type': 'vlan', 'segmentation_id': 211})).problems[0])
    assert problem.startswith('virtual_links[1].provider.segmentation_id: 210 of network edge1-data can not be changed to 211')


def test_provider_attributes_of_what_is_there() -> None:
    one = World().deployed(1)
    one.state.admin = True
    one.record['net:data']['provider'] = {}
    (problem,) = one.plan(typed('virtio', provider={'network_type': 'vlan'})).problems
    assert 'what the VIM chose of network edge1-data can not be changed to vlan' in str(problem)
    one.state.networks[1] = one.state.networks[1]._replace(network_type='vlan', segmentation_id=107)
    assert not one.plan(typed('virtio', provider={'network_type': 'vlan', 'segmentation_id': 107})).problems


def on_physnet(value: dict[str, Any], network: str | None = 'physnet1') -> dict[str, Any]:
    """The document on a VIM with a physical network for data networks."""
    value['vims']['default']['data_physical_network'] = network
    return value


@pytest.mark.parametrize(('kind', 'link', 'expected'), [
    ('virtio', {}, {}),
    ('virtio', {'underlay': True}, {'network_type': 'vlan', 'physical_network': 'physnet1'}),
    ('sr-iov', {}, {'network_type': 'vlan', 'physical_network': 'physnet1'}),
    ('pci-passthrough', {'provider': {'network_type': 'flat', 'physical_network': 'physnet2'}},
     {'network_type': 'flat', 'physical_network': 'physnet2'}),
    ('sr-iov', {'provider': {'segmentation_id': 210}},
     {'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 210}),
    ('virtio', {'provider': {'physical_network': 'physnet2'}}, {'network_type': 'vlan', 'physical_network': 'physnet2'}),
])
def test_data_networks(kind: str, link: dict[str, Any], expected: dict[str, Any]) -> None:
    one = World()
    one.state.admin = True
    plan = one.plan(on_physnet(typed(kind, **link)))
    assert not plan.problems
    assert plan.tasks['create net:data'].spec['provider'] == expected
    one = one.deployed(1)
    one.record['net:data']['provider'] = {**expected, 'segmentation_id': 210}
    assert not one.plan(on_physnet(typed('virtio', **link))).tasks


def meshed(*vnfs: str) -> dict[str, Any]:
    """A document of VNFs with one network in common."""
    value = document(1)
    (web,) = value['vnfs']
    value['vnfs'] = [{**web, 'name': name, 'virtual_links': [{'name': 'inner', 'common_id': 'mesh'}], 'vdus': [
        {**web['vdus'][0], 'interfaces': [{'name': 'eth0', 'virtual_link': 'inner'}]}]} for name in vnfs]
    value['virtual_links'] = [{'name': 'all', 'common_id': 'mesh', 'mtu': 1400, 'subnets': [{'cidr': '10.1.0.0/16'}]}]
    return value


def test_one_network_for_all_with_one_common_id() -> None:
    one = World()
    plan = one.plan(meshed('web', 'db'))
    assert actions(plan) == [('create', 'edge1-mesh'), ('create', 'web/front/0'), ('create', 'db/front/0')]
    task = plan.tasks['create net:common_id:mesh']
    assert (task.spec['mtu'], task.spec['mark']) == (1400, f'nfv.mano/{NS_ID}/common_id:mesh/net')
    assert plan.tasks['ports vdu:db/front/0'].after == (task.id,)
    one.state.networks.append(network('mesh', '10.1.0.0/16', description=task.spec['mark'], mtu=1400)._replace(name='edge1-mesh'))
    one.record['net:common_id:mesh'] = {'vim': 'default', 'id': 'net-mesh', 'name': 'edge1-mesh', 'owned': True,
                                        'subnets': [{'id': 'subnet-mesh', 'cidr': '10.1.0.0/16'}]}
    alone = meshed('db')
    del alone['virtual_links']
    assert actions(one.plan(alone)) == [('create', 'db/front/0')]
    assert actions(one.plan(None)) == [('delete', 'edge1-mesh')]


def test_data_network_takes_an_administrator() -> None:
    told = [str(one).partition(':')[0] for one in World().plan(on_physnet(typed('virtio', underlay=True))).problems]
    assert told == ['virtual_links[1].underlay']
    assert [str(one).partition(':')[0] for one in World().plan(on_physnet(typed('sr-iov'))).problems] == ['virtual_links[1]']


def test_tunnels_carry_no_card() -> None:
    one = World()
    one.state.admin = True
    (problem,) = one.plan(on_physnet(typed('sr-iov', provider={'network_type': 'vxlan'}))).problems
    assert str(problem).startswith('vnfs[0].vdus[0].interfaces[1].type: sr-iov needs a network on a physical one')


@pytest.mark.parametrize(('gateway', 'first'), [('auto', '10.1.0.2'), (None, '10.1.0.1'), ('10.1.0.1', '10.1.0.2')])
def test_number_of_addresses_alone(gateway: str | None, first: str) -> None:
    value = document(1)
    value['virtual_links'][1]['subnets'][0].update(gateway=gateway, dhcp={'count': 10})
    (subnet,) = World().plan(value).tasks['create net:data'].spec['subnets']
    assert subnet['pools'] == [(first, f'10.1.0.{int(first[-1]) + 9}')]


def test_gateway_comes_back_and_leaves_the_pool() -> None:
    one = World().deployed(1)
    subnet = one.state.networks[1].subnets[0]._replace(gateway=None, pools=(('10.1.0.1', '10.1.255.254'),))
    one.state.networks[1] = one.state.networks[1]._replace(subnets=(subnet,))
    assert one.plan(document(1)).tasks['update net:data'].spec['subnets'] == {
        'subnet-data': {'gateway': '10.1.0.1', 'pools': [('10.1.0.2', '10.1.255.254')]}}
