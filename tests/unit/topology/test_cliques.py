# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links by their rules, and the graphs around focal points, on clouds that are wired in different ways."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import hosts
from ansible_collections.nfv.mano.plugins.module_utils.topology.api import objects_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import (
    Adjacency,
    CliqueRule,
    make_clique,
    make_cliques,
    rules_of,
)
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import load
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import implicit_links, make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, UP, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import read_all
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, interface, mac, uid


def objects(cloud: Cloud) -> list[Obj]:
    rows = read_all(cloud, 'RegionOne')  # type: ignore[arg-type]
    return place('lab', hosts.join('lab', objects_of('lab', rows), cloud.facts()))


def clique(cloud: Cloud, focal: str, **environment: object) -> tuple[list[str], dict[str, set[str]]]:
    """The types of links of a clique in the order that they were followed, and its objects' names by type."""
    found = objects(cloud)
    described = load({'name': 'lab', 'type_drivers': cloud.tenant, **environment})
    links = make_links(found, described.type_drivers)
    by_id, by_key = {one.id: one for one in found}, {link.key: link for link in links}
    made = next(one for one in make_cliques(found, links, rules_of(described)) if one.focal_id == focal)
    names: dict[str, set[str]] = {}
    for node in made.nodes:
        names.setdefault(by_id[node].type, set()).add(by_id[node].object_name or by_id[node].name)
    return list(dict.fromkeys(by_key[key].type for key in made.links)), names


@pytest.mark.parametrize(('kind', 'way'), [
    ('ovs', ['instance-vnic', 'vnic-vedge', 'vedge-otep', 'otep-host_pnic', 'vedge-host_pnic', 'host_pnic-network',
             'host_pnic-switch_pnic', 'switch-switch_pnic']),
    ('ovn', ['instance-vnic', 'vnic-vedge', 'vedge-otep', 'otep-host_pnic', 'vedge-host_pnic', 'host_pnic-network',
             'host_pnic-switch_pnic', 'switch-switch_pnic']),
    ('hybrid', ['instance-vnic', 'vnic-vconnector', 'vconnector-vedge', 'vedge-otep', 'otep-host_pnic', 'vedge-host_pnic',
                'host_pnic-network', 'host_pnic-switch_pnic', 'switch-switch_pnic']),
    ('linuxbridge', ['instance-vnic', 'vnic-vconnector', 'otep-vconnector', 'vconnector-host_pnic', 'otep-host_pnic',
                     'host_pnic-network', 'host_pnic-switch_pnic', 'switch-switch_pnic'])])
def test_an_instance_leads_from_its_vnic_to_the_physical_network(kind: str, way: list[str]) -> None:
    followed, names = clique(Cloud(6, 2, 2, kind), uid(6, 3))
    assert followed == way
    assert names['instance'] == {'vm-3'} and len(names['vnic']) == 1
    assert names['network'] == {'net1'}, 'only its own network'
    if kind == 'hybrid':
        assert len(names['vconnector']) == 1, 'and the bridge of no other'
    assert names['host_pnic'] == {'eth0', 'eth1'}


def test_ovn_is_a_switch_on_each_host_and_serves_on_none() -> None:
    cloud = Cloud(2, 2, 1, 'ovn')
    facts = cloud.facts()
    for port in facts['compute1']['ovs']['bridges'][1]['ports'][:1]:
        port['name'] = port['interfaces'][0]['name'] = 'vhu0'
    found = {one.id: one for one in place('lab', hosts.join(
        'lab', objects_of('lab', read_all(cloud)), facts))}  # type: ignore[arg-type]
    edge = found['vedge:compute1/ovn']
    assert edge.attributes['bridge_mappings'] == {'physnet1': 'br-ex'} and 'vedge:compute1/ovs' not in found
    end = found['otep:compute1/10.0.0.2/geneve']
    assert (end.owner_id, end.attributes['udp_port'], end.attributes['ports']) == (
        edge.id, 6081, {'ovn-abcdef-0': {'remote_ip': '10.0.9.9'}})
    assert [(one.host, one.parent_type) for one in found.values() if one.type == 'vservice'] == [('', 'folder')]
    links = {(link.type, link.source_id) for link in make_links(found.values())}
    assert ('vnic-vedge', f'vnic:{uid(7, 1)}') in links, 'by its port, whatever the device is called'


def test_a_vlan_cloud_leads_over_interfaces_behind_the_switch_only() -> None:
    followed, names = clique(Cloud(2, 2, 1, 'ovs', 'vlan'), uid(6, 1))
    assert followed[:4] == ['instance-vnic', 'vnic-vedge', 'vedge-host_pnic', 'host_pnic-network']
    assert names['host_pnic'] == {'eth1'}


def test_a_network_leads_to_its_instances_and_services_and_no_others() -> None:
    _followed, names = clique(Cloud(6, 2, 2, 'hybrid'), uid(4, 0))
    assert names['instance'] == {'vm-0', 'vm-2', 'vm-4'}
    assert names['vservice'] == {f'qdhcp-{uid(4, 0)}', f'qrouter-{uid(8, 0)}'}


def test_a_vservice_and_a_switch_port_are_focal_points_too() -> None:
    followed, _names = clique(Cloud(), f'compute0/qdhcp-{uid(4, 0)}')
    assert followed[:2] == ['vservice-vnic', 'vnic-vedge']
    _followed, names = clique(Cloud(4, 2), 'switch:aa:bb/Eth1')
    assert names['instance'] == {'vm-1', 'vm-3'}


def test_a_type_that_adds_nothing_and_a_reversed_link_hide_nothing() -> None:
    focal = Obj('i', 'instance', 'i', '')
    links = [Link('instance-vnic', 'v', 'i'), Link('vedge-otep', 'o', 'e'), Link('vnic-vedge', 'v', 'e')]
    rule = CliqueRule('x', 'instance', ('instance-vnic', 'vnic-vconnector', 'vconnector-vedge', 'vnic-vedge', 'vedge-otep'))
    made = make_clique(focal, rule, Adjacency(links))
    assert made.nodes == ['i', 'v', 'e', 'o'] and len(made.links) == 3


def test_the_best_clique_type_wins() -> None:
    def named(**more: object) -> str:
        own = [{'name': 'own', 'focal_point_type': 'instance', 'link_types': ['instance-vnic'], **more}]
        return rules_of(load({'name': 'lab', 'distribution': 'Kolla', 'type_drivers': ['vlan', 'vxlan'],
                              'mechanism_drivers': ['ovn'], 'clique_types': own}))['instance'].name
    assert named() == 'own', 'of this environment'
    assert named(distribution='Kolla') == 'own'
    assert named(distribution='RDO') == 'vlan', 'the usual one for its type driver'
    assert rules_of(load({'name': 'lab'}))['instance'].name == 'ANY'
    two = [{'name': name, 'focal_point_type': 'instance', 'link_types': ['instance-vnic'], **more} for name, more in (
        ('driver', {'type_drivers': 'vlan', 'mechanism_drivers': 'ovn'}), ('version', {'distribution_version': '19'}))]
    best = rules_of(load({'name': 'lab', 'distribution_version': '19', 'type_drivers': ['vlan'], 'mechanism_drivers': ['ovn'],
                          'clique_types': two}))
    assert best['instance'].name == 'version'


def test_links_are_down_where_an_end_is() -> None:
    cloud = Cloud(1, 1)
    cloud.rows['/servers/detail'][0]['status'] = 'SHUTOFF'
    cloud.rows['/agents'][0]['alive'] = False
    states = {link.type: link.state for link in make_links(objects(cloud))}
    assert states['instance-vnic'] == DOWN and states['vedge-otep'] == DOWN and states['vservice-vnic'] == UP


def test_sr_iov_goes_by_the_virtual_functions_address() -> None:
    cloud = Cloud(1, 1, tenant='vlan')
    cloud.rows['/ports'][0]['binding:vnic_type'] = 'direct'
    facts = cloud.facts()
    facts['compute0']['interfaces'].append(interface('ens1', '52:54:02:00:00:00', physical=True, vfs=[{'vf': 0, 'mac': mac(0)}]))
    facts['compute0']['ovs'] = None
    found = place('lab', hosts.join('lab', objects_of('lab', read_all(cloud)), facts))  # type: ignore[arg-type]
    ends = {(link.type, link.target_id) for link in make_links(found, ['vlan'])}
    assert ('vnic-vedge', 'vedge:compute0/sriov') in ends and ('vedge-host_pnic', 'pnic:compute0/ens1') in ends
    assert ('host_pnic-network', uid(4, 0)) in ends


def test_a_vnic_is_found_by_mac_where_its_device_has_another_name() -> None:
    cloud = Cloud(1, 1, kind='linuxbridge')
    facts = cloud.facts()
    for one in facts['compute0']['interfaces']:
        if one['name'].startswith('tap') and one['mac'].startswith('fe:'):
            one['name'] = 'vnet0'
    facts['compute0']['domains'] = [{'uuid': uid(6, 0), 'name': 'instance-1', 'running': True, 'interfaces': [
        {'type': 'bridge', 'mac': mac(0), 'source': 'brq', 'device': 'vnet0', 'model': 'virtio', 'pci_slot': ''}]}]
    found = place('lab', hosts.join('lab', objects_of('lab', read_all(cloud)), facts))  # type: ignore[arg-type]
    assert [one.name for one in found if one.type == 'instance'] == ['vm-0'], 'the domain is the instance'
    linked = [link for link in make_links(found) if link.type == 'vnic-vconnector']
    assert f'vnic:{uid(7, 0)}' in {link.source_id for link in linked}


def test_implicit_links_follow_and_are_down_where_a_part_is() -> None:
    kinds = {'i': 'instance', 'v': 'vnic', 'e': 'vedge', 'p': 'host_pnic', 'n': 'network', 'm': 'network'}
    links = [Link('instance-vnic', 'i', 'v', networks=('n',)), Link('vnic-vedge', 'v', 'e', networks=('n',)),
             Link('vedge-host_pnic', 'e', 'p', state=DOWN), Link('host_pnic-network', 'p', 'n', networks=('n',)),
             Link('host_pnic-network', 'p', 'm', networks=('m',))]
    found = {(one.source_id, one.target_id): one for one in implicit_links(links, kinds)}
    assert set(found) == {('i', 'e'), ('i', 'p'), ('i', 'n'), ('v', 'p'), ('v', 'n'), ('e', 'n'), ('e', 'm')}
    assert found['i', 'n'].type == 'instance-network' and found['i', 'n'].implicit
    assert (found['i', 'e'].state, found['i', 'n'].state) == (UP, DOWN)


def test_neighbours_of_switches_are_linked_once() -> None:
    ports = [Obj(f'switch:{one}/1', 'switch_pnic', '1', f'switch:{one}',
                 attributes={'lldp': {'chassis_id': other, 'port_id': '1'}})
             for one, other in (('a', 'b'), ('b', 'a'))]
    found = make_links([Obj('switch:a', 'switch', 'a', ''), Obj('switch:b', 'switch', 'b', ''), *ports])
    assert sorted(link.type for link in found) == ['switch-switch_pnic', 'switch-switch_pnic', 'switch_pnic-switch_pnic']
