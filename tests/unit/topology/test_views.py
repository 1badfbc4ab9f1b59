# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of an inventory: trees, searches, differences, what depends on what, exports, lists of hosts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import networkx
import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.topology import hostlist, manage, views
from ansible_collections.nfv.mano.plugins.module_utils.topology.difference import changes, difference, earlier, lines
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound
from ansible_collections.nfv.mano.plugins.module_utils.topology.export import export, part
from ansible_collections.nfv.mano.plugins.module_utils.topology.impact import impact
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, uid

Scanner = Callable[..., dict[str, Any]]
Where = dict[str, Any]


def inventory(where: Where, generation: int | None = None) -> Inventory:
    with manage.inventory({**where, 'environment': 'lab', 'generation': generation}) as one:
        return one


@pytest.fixture
def one(look: Scanner, cloud: Cloud, where: Where) -> Inventory:
    look(host_facts=cloud.facts())
    return inventory(where)


def test_the_tree_has_folders_and_as_many_levels_as_are_asked(one: Inventory) -> None:
    top = views.info(one, {'depth': 2, 'object': 'host:compute0'})['tree']
    folders = {each['name']: each for each in top['below']}
    assert {'instances', 'pnics', 'vedges', 'vconnectors', 'vservices', 'network_agents'} <= set(folders)
    first = folders['instances']['below'][0]
    assert first['type'] == 'instance' and first['below'][0]['below'][0]['type'] == 'vnic'
    assert views.info(one, {'depth': 1, 'object': None})['tree']['id'] == 'lab'


def test_an_object_is_shown_with_its_links_and_graphs(one: Inventory) -> None:
    told = views.info(one, {'object': 'vm-1'})
    assert told['object']['id'] == uid(6, 1) and told['object']['last_scanned']
    assert [link['link_type'] for link in told['links']] == ['instance-vnic']
    clique = told['cliques'][0]
    assert clique['clique_type'] == 'ANY' and {'instance', 'vnic', 'vconnector', 'vedge', 'otep', 'host_pnic', 'network'} <= {
        each['type'] for each in clique['objects']}
    assert views.info(one, {'search': 'vm-', 'types': ['instance'], 'limit': 3})['objects'][0]['name'] == 'vm-0'
    assert len(views.info(one, {'types': ['network']})['objects']) == 2


def test_a_difference_says_what_came_went_and_changed(one: Inventory, look: Scanner, cloud: Cloud, where: Where) -> None:
    gone = cloud.rows['/servers/detail'].pop(0)['id']
    cloud.rows['/ports'] = [row for row in cloud.rows['/ports'] if row['device_id'] != gone]
    cloud.rows['/servers/detail'][0]['OS-EXT-SRV-ATTR:host'] = 'compute0'
    cloud.rows['/servers/detail'][1]['name'] = 'renamed'
    new = cloud.add_server(50, 1, 1)
    look()
    found = difference(one, inventory(where))
    objects = found['objects']
    assert {(each['type'], each['id']) for each in objects['went']} == {
        ('instance', gone), ('vnic', f'vnic:{uid(7, 0)}'), ('port', uid(7, 0))}
    assert {(each['type'], each['id']) for each in objects['came']} == {
        ('instance', new), ('vnic', f'vnic:{uid(7, 50)}'), ('port', uid(7, 50))}
    changed = {each['id']: each['changes'] for each in objects['changed']}
    assert changed[uid(6, 1)]['host'] == {'before': 'compute1', 'after': 'compute0'}
    assert changed[uid(6, 2)]['name'] == {'before': 'vm-2', 'after': 'renamed'}
    assert {each['type'] for each in objects['changed']} == {'instance', 'vnic'}
    assert earlier(inventory(where)) == 1 and len(lines(found)) > 6
    with pytest.raises(NotFound, match='nothing to compare'):
        earlier(one)
    same = difference(one, one)
    assert same['objects'] == {'came': [], 'went': [], 'changed': []} and same['links'] == same['objects']


def test_changes_are_told_by_path() -> None:
    assert changes({'a': {'b': 1, 'c': 2}, 'd': 3}, {'a': {'b': 1, 'c': 4}}) == {
        'a.c': {'before': 2, 'after': 4}, 'd': {'before': 3, 'after': None}}


def test_a_host_that_fails_hits_the_services_on_it(look: Scanner, cloud: Cloud, where: Where) -> None:
    store = Store(where['state_dir'])
    store.prepare()
    ns = store.new_ns('edge1')
    store.write('vnf', 'v1', {'kind': 'vnf', 'id': 'v1', 'ns_id': ns['id'], 'ns_name': 'edge1', 'name': 'web', 'resources': {
        f'vdu:web/front/{at}': {'id': uid(6, at), 'name': f'vm-{at}', 'addresses': [f'10.0.0.{at + 1}'],
                                'management_address': None} for at in range(2)}})
    look(host_facts=cloud.facts())
    found = inventory(where)
    hit = impact(found, found.object('host:compute0'))
    assert [(each['ns'], each['count_index']) for each in hit['services']] == [('edge1', 0)]
    assert {each['name'] for each in hit['dependents'] if each['type'] == 'instance'} == {'vm-0', 'vm-2'}
    assert 'availability_zone' in {each['type'] for each in hit['dependencies']}
    pnic = impact(found, found.object('pnic:compute1/eth0'))
    assert {each['name'] for each in pnic['dependents'] if each['type'] == 'instance'} == {'vm-1', 'vm-3'}
    network = impact(found, found.object(uid(4, 0)))
    assert {each['name'] for each in network['dependents'] if each['type'] == 'instance'} == {'vm-0', 'vm-2'}
    assert 'floating_ip' in {each['type'] for each in network['dependents']}
    server = impact(found, found.object(uid(6, 1)))
    assert {each['type'] for each in server['dependents']} == {'vnic'}
    assert {'host', 'host_pnic', 'network', 'vedge', 'otep', 'vconnector'} <= {each['type'] for each in server['dependencies']}
    assert [one.name for one in hostlist.of_records(where['state_dir'], 'edge1')] == ['vm-0', 'vm-1']
    assert hostlist.of_records(where['state_dir'], 'other') == []


def test_exports_are_read_by_other_tools(one: Inventory) -> None:
    objects, links = part(one, None)
    read = networkx.read_graphml(io.BytesIO(export(objects, links, 'graphml', lambda text: b'')))
    assert set(read) == {each.id for each in objects}
    assert read.number_of_edges() == len(links)
    told = networkx.node_link_graph(json.loads(export(objects, links, 'json', lambda text: b'')), edges='links')
    assert set(told) == set(read)
    assert export(objects, links, 'json', lambda text: b'') == export(objects, links, 'json', lambda text: b'')
    around, ways = part(one, 'vm-1')
    text = export(around, ways, 'dot', lambda text: b'').decode()
    assert text.count('subgraph cluster_') == 1 and 'label="compute1"' in text and text.count('->') == len(ways)
    assert export(around, ways, 'svg', lambda text: text.encode()[:8]) == b'digraph '
    assert {each.type for each in part(one, None, ['host'])[0]} == {'host'}
    with pytest.raises(NotFound):
        part(one, None, ['nothing'])


def test_names_in_graphviz_are_quoted(one: Inventory) -> None:
    objects, _links = part(one, 'vm-1')
    objects[0].object_name = 'a "b\\c\n'
    assert r'a \"b\\c\n"' in export(objects, [], 'dot', lambda text: b'').decode()


def test_hosts_and_instances_are_a_list_for_ansible(one: Inventory) -> None:
    hosts = {host.name: host for host in hostlist.of_topology(one, ['host', 'instance'])}
    assert hosts['compute0'].groups == ('hosts', 'compute') and hosts['compute0'].variables['ansible_host'] == '192.0.2.1'
    assert set(hosts['vm-1'].groups) == {'instances', 'host_compute1', 'project_demo', 'network_net1'}
    assert hosts['vm-1'].variables['ansible_host'] == '10.1.0.2'
    assert {host.name for host in hostlist.of_topology(one, ['host'])} == {'compute0', 'compute1', 'control'}
    assert hostlist.group_name('ns', 'a.b-c', '') == 'ns_a_b_c'
