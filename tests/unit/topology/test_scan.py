# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole scans and partial ones against a cloud in memory: every object once, what is gone is gone, what failed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.topology.cloud import PROJECT, Cloud, uid

Scanner = Callable[..., dict[str, Any]]
Where = dict[str, Any]


def inventory(where: Where, generation: int | None = None) -> Inventory:
    with manage.opened(where, 'lab') as database:
        return Inventory(database, generation)


def test_every_object_is_there_once_below_its_parent(look: Scanner, cloud: Cloud, where: Where) -> None:
    result = look(host_facts=cloud.facts())
    assert result['state'] == 'completed' and result['problems'] == [] and result['changed']
    counts = result['counts']['objects']
    assert (counts['instance'], counts['vnic'], counts['port'], counts['network'], counts['host'], counts['vservice'],
            counts['floating_ip'], counts['server_group'], counts['region'], counts['project'], counts['host_ref']) == (
                4, 7, 7, 2, 3, 3, 1, 1, 1, 1, 1)
    one = inventory(where)
    ids = [each.id for each in one.objects()]
    assert len(ids) == len(set(ids)) and {each.parent_id for each in one.objects()} - {''} <= set(ids)
    assert one.object(uid(6, 1)).name_path == '/lab/regions/RegionOne/availability_zones/nova/compute1/instances/vm-1'
    assert one.object('host:control').attributes['host_types'] == ['Controller']
    assert one.object(uid(4, 0)).owner_id == PROJECT and one.object(uid(4, 0)).attributes['cidrs'] == ['10.0.0.0/16']
    assert manage.listing(where)[0]['scanned'] is True


def test_a_second_scan_of_the_same_differs_in_nothing(look: Scanner, cloud: Cloud) -> None:
    look(host_facts=cloud.facts())
    cloud.rows['/agents'][0]['heartbeat_timestamp'] = 'later'
    again = look(host_facts=cloud.facts())
    assert (again['changed'], again['differences'], again['generation']) == (False, 0, 2)


def test_the_number_of_calls_does_not_depend_on_the_number_of_servers(look: Scanner, cloud: Cloud) -> None:
    look()
    few = sorted(cloud.asked)
    cloud.asked.clear()
    for number in range(10, 60):
        cloud.add_server(number, 0, 0)
    look()
    assert sorted(cloud.asked) == few


def test_what_is_gone_is_gone_with_its_links_and_cliques(look: Scanner, cloud: Cloud, where: Where) -> None:
    look(host_facts=cloud.facts())
    gone = cloud.rows['/servers/detail'].pop(0)['id']
    cloud.rows['/ports'] = [row for row in cloud.rows['/ports'] if row['device_id'] != gone]
    look(host_facts=cloud.facts())
    one = inventory(where)
    with pytest.raises(NotFound):
        one.object(gone)
    assert one.links(touching=[gone]) == [] and one.cliques(gone) == [] and one.search('vm-0') == []
    assert inventory(where, 1).object(gone).name == 'vm-0'


def test_a_list_that_fails_leaves_its_objects_and_is_named(look: Scanner, cloud: Cloud, where: Where) -> None:
    look(host_facts=cloud.facts())
    cloud.refused = {'/floatingips': 500, '/trunks': 404}
    result = look(host_facts=cloud.facts())
    assert result['state'] == 'completed_with_errors' and 'floating_ips: ' in result['problems'][0]
    assert len(result['problems']) == 1, 'an extension that is not there is no problem'
    assert result['counts']['objects']['floating_ip'] == 1
    assert inventory(where).generations()[0]['state'] == 'completed_with_errors'


def test_without_the_rights_it_says_so_and_the_old_generation_stays(look: Scanner, cloud: Cloud, where: Where) -> None:
    look()
    cloud.refused = {'/servers/detail': 403}
    with pytest.raises(VimError, match=r'list servers: Policy .* has the roles admin: .* takes an administrator'):
        look()
    one = inventory(where)
    assert one.current == 1 and one.counts()['objects']['instance'] == 4
    assert [each['state'] for each in one.generations()] == ['failed', 'completed']


def test_a_host_that_does_not_answer_is_named_and_what_it_told_stays(look: Scanner, cloud: Cloud, where: Where) -> None:
    whole = look(host_facts=cloud.facts())
    facts = {host: told for host, told in cloud.facts().items() if host != 'compute1'}
    result = look(host_facts=facts, hosts_failed={'compute1': 'Connection refused'})
    assert result['state'] == 'completed_with_errors' and result['problems'] == ['host compute1: Connection refused']
    assert result['counts'] == whole['counts'] and result['differences'] == 0
    assert look()['counts'] == whole['counts'], 'hosts that are not asked keep what they told'
    assert 'host_pnic' not in look(clear=True)['counts']['objects']
    assert inventory(where).kept() == [4]


def test_links_only_and_cliques_only_ask_no_cloud(look: Scanner, cloud: Cloud, where: Where) -> None:
    first = look(inventory_only=True, host_facts=cloud.facts())
    assert first['counts']['links'] == {} and first['counts']['cliques'] == {}
    cloud.asked.clear()
    assert look(links_only=True)['counts']['links']['instance-vnic'] == 4
    done = look(cliques_only=True)
    assert done['counts']['cliques']['instance'] == 4 and cloud.asked == []
    assert look(links_only=True, implicit_links=True)['counts']['links']['instance-network'] == 4
    assert inventory(where).scanned == inventory(where, 1).scanned


def test_inventory_only_leaves_links_but_those_of_what_is_gone(look: Scanner, cloud: Cloud) -> None:
    before = look(host_facts=cloud.facts())['counts']
    gone = cloud.rows['/servers/detail'].pop(0)['id']
    cloud.rows['/ports'] = [row for row in cloud.rows['/ports'] if row['device_id'] != gone]
    after = look(inventory_only=True)['counts']
    assert after['links']['instance-vnic'] == before['links']['instance-vnic'] - 1
    assert after['cliques']['instance'] == before['cliques']['instance'] - 1


def test_one_object_is_brought_up_to_date_as_a_whole_scan_would(look: Scanner, cloud: Cloud, where: Where) -> None:
    look(host_facts=cloud.facts())
    cloud.rows['/servers/detail'][1]['status'] = 'SHUTOFF'
    new = cloud.add_server(77, 0, 1)
    cloud.asked.clear()
    assert look(object_id='vm-1')['differences'] > 0
    look(object_id=new, object_type='instance')
    assert not any(path.endswith('/detail') for path in cloud.asked)
    gone = cloud.rows['/servers/detail'].pop(2)['id']
    cloud.rows['/ports'] = [row for row in cloud.rows['/ports'] if row['device_id'] != gone]
    partial = look(object_id=gone)
    whole = look()
    assert whole['differences'] == 0, 'nothing was left for a whole scan to do'
    assert whole['counts'] == partial['counts']
    assert inventory(where).object(uid(6, 1)).status == 'SHUTOFF'


def test_a_guest_that_only_its_host_knows_is_there_until_it_says_otherwise(look: Scanner, cloud: Cloud, where: Where) -> None:
    facts, guest = cloud.facts(), uid(6, 99)
    facts['compute0']['domains'] = [{'uuid': guest, 'name': 'by-hand', 'running': True, 'interfaces': [
        {'type': 'bridge', 'mac': '52:54:00:aa:00:01', 'source': 'br0', 'device': 'vnet0', 'model': 'virtio', 'pci_slot': ''}]}]
    whole = look(host_facts=facts)
    assert inventory(where).object(guest).status == 'ACTIVE'
    assert look()['counts'] == whole['counts'], 'its host was not asked'
    facts['compute0']['domains'] = []
    look(object_id='host:compute0', host_facts=facts)
    assert inventory(where).search('by-hand') == [] == inventory(where).search('vnet0')
    assert look(host_facts=facts)['differences'] == 0, 'nothing was left for a whole scan to do'


def test_parts_are_looked_at_with_what_they_are_part_of(look: Scanner, cloud: Cloud, where: Where) -> None:
    look(host_facts=cloud.facts())
    cloud.rows['/servers/detail'][1]['status'] = 'SHUTOFF'
    assert look(object_id=f'vnic:{uid(7, 1)}', object_type='vnic')['differences'] > 0
    facts = cloud.facts()
    facts['compute0']['interfaces'][0]['carrier'] = False
    for part in ('pnic:compute0/eth0', 'vedge:compute0/ovs', 'otep:compute0/10.0.0.1/vxlan'):
        look(object_id=part, host_facts={'compute0': facts['compute0']})
    cloud.rows['/os-server-groups'][0]['members'] = [uid(6, 1)]
    assert look(object_id=uid(10, 0))['differences'] == 1
    assert look(host_facts=facts)['differences'] == 0, 'nothing was left for a whole scan to do'
    one = inventory(where)
    assert one.object(uid(6, 1)).status == 'SHUTOFF' and one.object('pnic:compute0/eth0').status == 'down'


def test_one_host_is_brought_up_to_date_as_a_whole_scan_would(look: Scanner, cloud: Cloud) -> None:
    look(host_facts=cloud.facts())
    facts = cloud.facts()
    told = facts['compute0']['interfaces']
    told[0]['carrier'] = False
    told[0]['lldp']['port_id'] = 'Eth9'
    told[:] = [one for one in told if not one['name'].startswith(('tap', 'qvb'))]
    del told[1]
    facts['compute0']['ovs']['bridges'][0]['ports'].pop()
    cloud.asked.clear()
    partial = look(object_id='host:compute0', host_facts={'compute0': facts['compute0']})
    assert partial['differences'] > 4 and cloud.asked == []
    whole = look(host_facts=facts)
    assert whole['differences'] == 0, 'nothing was left for a whole scan to do'
    assert whole['counts'] == partial['counts']


def statements(work: Callable[[], Any]) -> int:
    """How many statements a piece of work sends to its database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, 'before_cursor_execute', note)
    try:
        work()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, 'before_cursor_execute', note)
    return len(sent)


def test_one_object_takes_as_many_statements_whatever_the_number_of_others(look: Scanner, cloud: Cloud) -> None:
    look(host_facts=cloud.facts())
    few = statements(lambda: look(object_id='vm-0'))
    for number in range(10, 60):
        cloud.add_server(number, 1, 1)
    look(host_facts=cloud.facts())
    assert statements(lambda: look(object_id='vm-0')) == few


def test_options_that_make_no_sense_are_refused_all_at_once(look: Scanner) -> None:
    with pytest.raises(TopologyError) as caught:
        look(links_only=True, cliques_only=True, clear=True, object_id='x', keep_generations=-1)
    assert len(caught.value.problems) == 4
    with pytest.raises(TopologyError, match='say its type'):
        look(object_id='nobody')
    with pytest.raises(TopologyError, match='of type host_ref can not be scanned by themselves'):
        look() and look(object_id='aggregate:1/compute0')
    with pytest.raises(TopologyError, match='host compute0 was not asked: name it with nfv_scan_hosts'):
        look(object_id='host:compute0')
    with pytest.raises(TopologyError, match='is of type instance, not network'):
        look(object_id='vm-1', object_type='network')
    with pytest.raises(NotFound, match='no environment other'):
        look(environment='other')


def test_an_environment_without_a_cloud_says_what_it_lacks(look: Scanner, where: Where) -> None:
    manage.present({**where, 'document': {'name': 'bare'}}, dry=False)
    with pytest.raises(TopologyError, match='names no cloud of clouds.yaml'):
        look(environment='bare')


def test_servers_of_network_services_carry_their_names(look: Scanner, cloud: Cloud, where: Where) -> None:
    store = Store(where['state_dir'])
    store.prepare()
    ns = store.new_ns('edge1')
    store.write('vnf', 'v1', {'kind': 'vnf', 'id': 'v1', 'ns_id': ns['id'], 'ns_name': 'edge1', 'name': 'web', 'resources': {
        'vdu:web/front/0': {'id': uid(6, 0), 'name': 'vm-0'}}})
    cloud.rows['/servers/detail'][1]['metadata'] = {'nfv.mano.mark': 'nfv.mano/elsewhere/db/sql/3/server'}
    look()
    one = inventory(where)
    assert one.object(uid(6, 0)).attributes['nfv'] == {'ns_id': ns['id'], 'ns': 'edge1', 'vnf': 'web', 'vdu': 'front',
                                                       'count_index': 0, 'op_occ': None}
    assert one.object(uid(6, 1)).attributes['nfv']['vdu'] == 'sql'
    assert 'nfv' not in one.object(uid(6, 2)).attributes
