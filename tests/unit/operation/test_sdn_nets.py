# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nets on an SDN controller, by a task file of the user's: what it is told, and what the record says meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.cancel import cancel
from ansible_collections.nfv.mano.plugins.module_utils.operation.changes import resource_changes
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import remains
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

ITEM = 'sdn_net:data'


def described(count: int = 2) -> dict[str, Any]:
    document = wanted(count)
    document['virtual_links'][1].update(type='elan', sdn='sdn.yml', provider={
        'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 210})
    document['vnfs'][0]['vdus'][0]['interfaces'][1]['type'] = 'sr-iov'
    return document


@pytest.fixture(autouse=True)
def admin(site: Site) -> None:
    """Where ports are bound is seen."""
    site.vim.admin = True


def park(site: Site, operation: str = 'instantiate', **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An operation that waits; also what its task file is told of the net."""
    parked = site.apply(operation, task_files={}, **options)
    (file,) = parked['waiting_for']['files']
    assert (file['file'], file['purpose'], file['subject'], file['instances']) == ('sdn.yml', 'sdn_net', 'data', [])
    return parked, file['sdn_net']


def go_on(site: Site, parked: dict[str, Any], operation: str = 'instantiate', error: str | None = None,
          **options: Any) -> dict[str, Any]:
    answer = {'lease': parked['waiting_for']['lease'], 'results': [{'error': error}]}
    return site.apply(operation, task_files=answer, **options)


@pytest.fixture
def up(site: Site) -> Site:
    """Two instances on a net of a controller."""
    go_on(site, park(site, document=described())[0], document=described())
    return site


def test_it_gets_the_ports_with_host_and_pci_address(site: Site) -> None:
    parked, told = park(site, document=described())
    resources = site.resources()
    assert (told['state'], told['type'], told['name'], told['ports_before']) == ('present', 'ELAN', 'data', [])
    assert told['network'] == {'id': resources['net:data']['id'], 'name': 'edge1-data', 'provider': {
        'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 210}}
    for index, port in enumerate(told['ports']):
        there = resources[f'vdu:web/front/{index}']['ports']['eth1']
        assert port == {'vnf': 'web', 'vdu': 'front', 'count_index': index, 'interface': 'eth1', 'type': 'sr-iov',
                        'port_id': there['id'], 'mac_address': there['mac_address'], 'compute_node': 'compute1',
                        'pci_address': f'0000:11:{there["id"]}', 'physical_network': 'physnet1'}
    assert (resources[ITEM]['state'], resources[ITEM]['asked']) == ('CONNECTING', told['ports'])
    assert go_on(site, parked, document=described())['op_occ']['state'] == 'COMPLETED'
    record = site.resources()[ITEM]
    assert (record['state'], record['sdn_ports'], record['asked']) == ('CONNECTED', told['ports'], [])
    assert {'kind': 'sdn_net', 'item': ITEM, 'change': 'ADDED'}.items() <= [
        one for one in resource_changes(site.newest) if one['kind'] == 'sdn_net'][0].items()
    assert site.apply('instantiate', document=described(), task_files={})['changed'] is False


def test_one_that_failed_is_known_and_connected_by_a_retry(site: Site) -> None:
    parked, told = park(site, document=described())
    with pytest.raises(OpOccError, match='pass task file sdn.yml: no switch'):
        go_on(site, parked, document=described(), error='no switch')
    assert site.resources()[ITEM]['state'] == 'CONNECTING'
    assert ITEM in [one['item'] for one in remains(site.store, site.ns())]
    again, same = park(site, 'retry')
    assert (same['ports'], same['ports_before']) == (told['ports'], told['ports'])
    assert go_on(site, again, 'retry')['op_occ']['state'] == 'COMPLETED'


def test_cancelled_and_rolled_back_it_is_undone(site: Site) -> None:
    _parked, told = park(site, document=described())
    cancel(site.store, 'edge1', None, mode='GRACEFUL', timeout=5, force_takeover=False, dry=False)
    parked, undone = park(site, 'rollback')
    assert (undone['state'], undone['ports'], undone['ports_before']) == ('absent', [], told['ports'])
    assert (site.vim.servers, len(site.vim.networks)) == ({}, 2), 'its network goes after it'
    assert go_on(site, parked, 'rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert (len(site.vim.networks), site.resources()) == (1, {})


def test_another_count_is_told_with_the_ports_from_before(up: Site) -> None:
    parked, told = park(up, 'scale', params={'count': 3})
    assert ([one['count_index'] for one in told['ports']], len(told['ports_before'])) == ([0, 1, 2], 2)
    go_on(up, parked, 'scale', params={'count': 3})
    parked, told = park(up, 'scale', params={'count': 1})
    assert ([one['count_index'] for one in told['ports']], len(told['ports_before'])) == ([0], 3)
    assert len(up.vim.servers) == 1
    go_on(up, parked, 'scale', params={'count': 1})
    assert len(up.resources()[ITEM]['sdn_ports']) == 1


def test_migrated_it_is_told_the_new_host(up: Site) -> None:
    parked, told = park(up, 'migrate', params={'type': 'cold', 'to_host': 'compute2'}, vnf='web', vdu='front', count_index=1)
    assert [one['compute_node'] for one in told['ports']] == ['compute1', 'compute2']
    go_on(up, parked, 'migrate', params={'type': 'cold', 'to_host': 'compute2'}, vnf='web', vdu='front', count_index=1)
    assert up.apply('instantiate', document=described(), task_files={})['changed'] is False


def test_terminated_it_is_undone_and_out_of_the_record(up: Site) -> None:
    before = up.resources()[ITEM]['sdn_ports']
    assert 'task file sdn.yml: sdn_net of data (1)' in up.diff('terminate')['diff']['prepared']
    parked, told = park(up, 'terminate')
    assert (told['state'], told['ports_before'], up.vim.servers) == ('absent', before, {})
    with pytest.raises(OpOccError):
        go_on(up, parked, 'terminate', error='the controller does not answer')
    assert up.resources()[ITEM]['state'] == 'DISCONNECTING'
    assert len(up.vim.networks) == 2
    parked, told = park(up, 'retry')
    assert told['ports_before'] == before
    assert go_on(up, parked, 'retry')['op_occ']['state'] == 'COMPLETED'
    assert (up.resources(), len(up.vim.networks)) == ({}, 1)


def test_a_port_that_is_not_bound_is_an_error_that_names_it(site: Site) -> None:
    for name in list(site.vim.hosts):
        site.vim.hosts[name] = site.vim.hosts[name]._replace(host_id='nowhere')
    error = site.fails('instantiate', document=described(1), task_files={})
    assert f'port {site.resources()["vdu:web/front/0"]["ports"]["eth1"]["id"]} is not bound' in error.problem.detail
