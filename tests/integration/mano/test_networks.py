# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and ports closely: dual stack, QoS policies, kinds of interfaces, provider networks, a shared virtual IP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    log_size,
    plan_lines,
    refused,
    unique_name,
    writes,
)

V4, V6 = '10.81.0.0/24', 'fd00:81::/64'
VIP = ['10.81.0.100', 'fd00:81::100']


class Offer(NamedTuple):
    """What an administrator and an image's owner offer: QoS policies by name, and an image whose cards are e1000."""

    gold: Any
    silver: Any
    image: str


@pytest.fixture
def offer(project: Project) -> Iterator[Offer]:
    admin, name = openstack.connect(cloud='sandbox-admin'), unique_name()
    policies = [admin.network.create_qos_policy(name=f'{name}-{metal}', is_shared=True) for metal in ('gold', 'silver')]
    image = project.cloud.image.create_image(
        name=f'{name}-e1000', disk_format='raw', container_format='bare', data=io.BytesIO(b'not really an image\n'),
        use_import=False, wait=True, hw_vif_model='e1000')
    try:
        yield Offer(*policies, image.name)
    finally:
        project.cloud.image.delete_image(image.id)
        for policy in policies:
            admin.network.delete_qos_policy(policy)


def describe(name: str, offer: Offer, **interface: Any) -> dict[str, Any]:
    """One link of two families, and two instances with one interface each."""
    value = document(name, 2, image=offer.image)
    value['virtual_links'] = [{'name': 'data', 'qos_policy': offer.gold.name, 'subnets': [
        {'cidr': V4, 'dhcp': {'count': 50}, 'dns': ['10.81.0.2']},
        {'cidr': V6, 'ipv6_address_mode': 'slaac', 'ipv6_ra_mode': 'slaac', 'dns': ['fd00:81::2']}]}]
    value['vnfs'][0]['vdus'][0]['interfaces'] = [
        {'name': 'eth0', 'virtual_link': 'data', 'type': 'e1000', 'qos_policy': offer.silver.name, 'management': True,
         'allowed_address_pairs': VIP, **interface}]
    return value


def ports(service: Service) -> list[Any]:
    """The instances' ports, in their order."""
    return sorted(service.mine()['ports'], key=lambda port: port.name)


@pytest.mark.slow
def test_two_families_qos_and_a_virtual_ip(offer: Offer, project: Project, service: Service) -> None:
    life, network = Life(service), project.cloud.network
    wrong = describe(service.name, offer, qos_policy=f'{offer.gold.name}en')
    wrong['vnfs'][0]['vdus'][0]['image'] = 'cirros'
    service.write(wrong)
    at = 'vnfs[0].vdus[0].interfaces[0]'
    refused(service.play(), f'{at}.type: e1000 is not what image cirros asks for (hw_vif_model is not set)',
            f'{at}.qos_policy: {offer.gold.name}en is not a QoS policy of VIM default; the nearest names are {offer.gold.name}')

    service.write(describe(service.name, offer))
    before = project.ids()
    good(life.play())
    (net,) = service.mine()['networks']
    assert network.get_network(net.id).qos_policy_id == offer.gold.id
    subnets = {one.cidr: one for one in network.subnets(network_id=net.id)}
    assert {cidr: (one.ip_version, one.gateway_ip, one.dns_nameservers) for cidr, one in subnets.items()} == {
        V4: (4, '10.81.0.1', ['10.81.0.2']), V6: (6, 'fd00:81::', ['fd00:81::2'])}
    assert subnets[V4].allocation_pools == [{'start': '10.81.0.2', 'end': '10.81.0.51'}]
    assert (subnets[V6].ipv6_address_mode, subnets[V6].ipv6_ra_mode) == ('slaac', 'slaac')
    for index, port in enumerate(ports(service)):
        assert {ip['subnet_id'] for ip in port.fixed_ips} == {one.id for one in subnets.values()}
        assert port.qos_policy_id == offer.silver.id
        assert sorted(pair['ip_address'] for pair in port.allowed_address_pairs) == VIP
        (vnf,) = service.facts('vnf')
        assert vnf['management_addresses'][f'front/{index}'] in {ip['ip_address'] for ip in port.fixed_ips}
    life.assert_again_changes_nothing()

    # Behind our back
    network.update_port(ports(service)[0], qos_policy_id=None)
    network.update_network(net, qos_policy_id=offer.silver.id)
    network.update_subnet(subnets[V6], gateway_ip=None)
    lines = {line.kind: line for line in plan_lines(good(life.play('instantiate', '--diff')).out)}
    assert f'qos_policy {offer.silver.name} -> {offer.gold.name}' in lines['net'].detail
    assert f'{V6} gateway none -> fd00:81::' in lines['net'].detail
    assert lines['vdu'].detail == f'interface eth0 qos_policy none -> {offer.silver.name}'
    assert network.get_subnet(subnets[V6].id).gateway_ip == 'fd00:81::'
    life.assert_again_changes_nothing()

    # Another document
    value = describe(service.name, offer, allowed_address_pairs=VIP[:1])
    del value['virtual_links'][0]['qos_policy'], value['vnfs'][0]['vdus'][0]['interfaces'][0]['qos_policy']
    value['virtual_links'][0]['subnets'][1]['dns'] = ['fd00:81::3', 'fd00:81::2']
    service.write(value)
    assert {line.sign for line in plan_lines(good(life.play('instantiate', '--diff')).out)} == {'~'}
    assert network.get_network(net.id).qos_policy_id is None
    assert {(port.qos_policy_id, len(port.allowed_address_pairs)) for port in ports(service)} == {(None, 1)}
    assert network.get_subnet(subnets[V6].id).dns_nameservers == ['fd00:81::3', 'fd00:81::2']
    life.assert_again_changes_nothing()
    service.terminate()
    assert project.ids() == before


def test_pci_addresses_are_told_to_the_guest(service: Service, project: Project) -> None:
    def metadata() -> dict[str, str]:
        (server,) = service.mine()['servers']
        return {key: value for key, value in project.cloud.compute.get_server(server.id).metadata.items() if '.vpci.' in key}
    value = document(service.name, 1)
    first, second = value['vnfs'][0]['vdus'][0]['interfaces']
    first['vpci'], second['vpci'] = '00:0A.0', '00:0b.0'
    life = Life(service)
    service.write(value)
    good(life.play())
    assert metadata() == {'nfv.mano.vpci.eth0': '0000:00:0a.0', 'nfv.mano.vpci.eth1': '0000:00:0b.0'}
    (server,) = service.mine()['servers']
    first['vpci'] = '00:0c.0'
    del second['vpci']
    service.write(value)
    (line,) = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert (line.sign, line.detail) == ('~', 'metadata nfv.mano.vpci.eth0 0000:00:0a.0 -> 0000:00:0c.0; '
                                        'metadata nfv.mano.vpci.eth1 0000:00:0b.0 -> none')
    assert metadata() == {'nfv.mano.vpci.eth0': '0000:00:0c.0'}
    assert [one.id for one in service.mine()['servers']] == [server.id]
    life.assert_again_changes_nothing()
    service.terminate()


@pytest.mark.slow
def test_one_network_for_all_with_one_common_id(service: Service, project: Project) -> None:
    value = document(service.name, 1)
    (web,) = value['vnfs']
    web['vdus'][0]['interfaces'] = [{'name': 'eth0', 'virtual_link': 'inner'}]
    web['virtual_links'] = [{'name': 'inner', 'common_id': 'mesh', 'subnets': [{'cidr': '10.82.0.0/24'}]}]
    db = {**web, 'name': 'db', 'virtual_links': [{'name': 'inner', 'common_id': 'mesh', 'mtu': 1400}]}
    value['virtual_links'] = []
    service.write({**value, 'vnfs': [{**web, 'virtual_links': [{**web['virtual_links'][0], 'mtu': 1300}]}, db]})
    refused(service.play(), 'vnfs[1].virtual_links[0].mtu: this differs from vnfs[0].virtual_links[0].mtu: 1400 here, 1300 there')

    service.write({**value, 'vnfs': [web, db]})
    before, life = project.ids(), Life(service)
    good(life.play())
    (net,) = service.mine()['networks']
    assert (net.name, net.mtu) == (f'{service.name}-mesh', 1400)
    assert [port.network_id for port in service.mine()['ports']] == [net.id] * 2
    life.assert_again_changes_nothing()

    # The network stays for the one that still uses it, on the subnet that the other one had given
    service.write({**value, 'vnfs': [db]})
    lines = plan_lines(good(life.play('instantiate', '--diff', nfv_allow_delete=True)).out)
    assert [(line.sign, line.kind, line.name) for line in lines] == [('-', 'vdu', 'web/front/0')]
    assert ([one.id for one in service.mine()['networks']], len(service.mine()['ports'])) == ([net.id], 1)
    service.terminate()
    assert project.ids() == before


@pytest.mark.slow
def test_data_network_with_two_ends(service: Service, project: Project) -> None:
    """On the VIM's physical network, a VLAN that Neutron chooses; then a function of a card of that network is on it."""
    admin = openstack.connect(cloud='sandbox-admin')
    value = document(service.name, 1)
    vim, link = value['vims']['default'], value['virtual_links'][1]
    (vdu,) = value['vnfs'][0]['vdus']
    link.update(underlay=True, type='eline')
    service.write(value)
    refused(service.play(), 'virtual_links[1].underlay: true needs a physical network',
            "virtual_links[1].type: 'data' is an eline, which has two ends, but 1 (")
    vim['data_physical_network'] = 'physnet2'
    vdu['count'] = 2
    service.write(value)
    refused(service.play(), 'virtual_links[1].underlay: provider attributes need the right create_network:provider:')

    vim['admin_cloud'] = 'sandbox-admin'
    service.write(value)
    before, life = project.ids(), Life(service)
    good(life.play())
    (net,) = service.mine()['networks']
    seen = admin.network.get_network(net.id)
    assert (seen.provider_network_type, seen.provider_physical_network) == ('vlan', 'physnet2')
    assert 100 < seen.provider_segmentation_id < 3000
    (ns,) = service.facts('ns')
    assert ns['resources']['net:data']['provider'] == {
        'network_type': 'vlan', 'physical_network': 'physnet2', 'segmentation_id': seen.provider_segmentation_id}
    life.assert_again_changes_nothing()
    refused(service.play('scale', nfv_params={'count': 3}, nfv_vnf='web', nfv_vdu='front'), 'which has two ends, but 3 (')

    vdu['interfaces'][1]['type'] = 'sr-iov'
    del link['underlay']
    service.write(value)
    lines = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert {(line.sign, line.kind) for line in lines} == {('~', 'vdu')}
    assert all('interface eth1 vnic_type normal -> direct' in line.detail for line in lines)
    bound = [admin.network.get_port(port.id) for port in service.mine()['ports'] if port.network_id == net.id]
    assert [port.binding_profile['pci_slot'][:6] for port in bound] == ['0000:2'] * 2
    life.assert_again_changes_nothing()
    service.terminate()
    assert project.ids() == before


@pytest.mark.slow
def test_functions_of_physical_cards(service: Service, project: Project) -> None:
    """On a provider network that the administrator's cloud makes; a card is taken and given back in place."""
    admin = openstack.connect(cloud='sandbox-admin')
    value = document(service.name, 1)
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    link = value['virtual_links'][1]
    interfaces = value['vnfs'][0]['vdus'][0]['interfaces']
    interfaces[1]['type'] = 'sr-iov'
    interfaces.append({'name': 'eth2', 'virtual_link': 'data', 'type': 'pci-passthrough'})
    service.write(value)
    before, size = project.ids(), log_size()
    refused(service.play(), 'vnfs[0].vdus[0].interfaces[1].type: sr-iov needs a network on a physical one',
            'vnfs[0].vdus[0].interfaces[2].type: pci-passthrough needs a network on a physical one')
    assert writes(size) == []

    link['provider'] = {'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 745}
    service.write(value)
    good(service.play())
    seen = {port.name.rpartition('-')[2]: admin.network.get_port(port.id) for port in service.mine()['ports']}
    assert {name: port.binding_vnic_type for name, port in seen.items()} == {
        'eth0': 'normal', 'eth1': 'direct', 'eth2': 'direct-physical'}
    slots = {name: port.binding_profile.get('pci_slot', '') for name, port in seen.items()}
    assert slots['eth1'].startswith('0000:1')
    assert slots['eth2'].startswith('0000:1')
    assert len(set(slots.values())) == 3
    assert {port.binding_profile.get('physical_network') for port in seen.values()} == {None, 'physnet1'}
    assert changed_count(good(service.play()).out) == 0

    link['provider']['segmentation_id'] = 746
    service.write(value)
    refused(service.play(), 'virtual_links[1].provider.segmentation_id: 745 of network', 'can not be changed to 746')
    link['provider']['segmentation_id'] = 745
    (server,) = service.mine()['servers']
    interfaces[1]['type'] = 'virtio'
    service.write(value)
    (line,) = plan_lines(good(service.play('instantiate', env={'ANSIBLE_DIFF_ALWAYS': '1'})).out)
    assert 'interface eth1 vnic_type direct -> normal' in line.detail
    (port,) = [one for one in service.mine()['ports'] if one.name.endswith('-eth1')]
    assert (port.binding_vnic_type, port.device_id) == ('normal', server.id)
    service.terminate()
    assert project.ids() == before
