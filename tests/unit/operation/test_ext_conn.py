# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change_ext_conn as whole operations: new ports first, old ones last, the very same ports again after a rollback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.filter.sol_op_occ import FilterModule as OpOccFilter
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, changes
from ansible_collections.nfv.mano.tests.unit.plan.world import network

sol_op_occ = OpOccFilter().filters()['sol_op_occ']


def moving(interface: str = 'eth1', link: str = 'new', resource: str | None = 'other', **cp: Any) -> dict[str, Any]:
    """A request that moves one interface."""
    more = {'resource_id': resource} if resource else {}
    return {'ext_virtual_links': [{'id': link, **more, 'ext_cps': [{'cpd_id': f'front/{interface}', **cp}]}]}


MOVE: dict[str, Any] = {'vnf': 'web', 'params': moving()}
BACK: dict[str, Any] = {'vnf': 'web', 'params': moving(link='data', resource=None)}


@pytest.fixture
def two(site: Site) -> Site:
    """Two instances, and a network that the document does not name."""
    site.vim.networks['net-other'] = network('other', '10.30.0.0/16')
    site.apply('instantiate', document=wanted(2))
    return site


def ports(site: Site, interface: str = 'eth1') -> list[str]:
    """Ids of the ports in use, by count-index, as the record has them."""
    return [one['ports'][interface]['id'] for item, one in sorted(site.resources().items()) if item.startswith('vdu:')]


def nets(site: Site, interface: str = 'eth1') -> set[str]:
    return {site.vim.ports[one].network_id for one in ports(site, interface)}


def assert_whole(site: Site) -> None:
    """Each server on its recorded ports, which carry their marks; and there is no other port."""
    resources = {item: one for item, one in site.resources().items() if item.startswith('vdu:')}
    assert all(not one.get('kept_ports') for one in resources.values())
    recorded = {port['id']: (name, one['id']) for one in resources.values() for name, port in one['ports'].items()}
    assert recorded.keys() == set(site.vim.ports)
    for port_id, (name, server) in recorded.items():
        port = site.vim.ports[port_id]
        assert (port.device_id, port.description.rpartition('/')[2]) == (server, f'port.{name}')


def test_new_ports_are_on_the_servers_before_an_old_one_goes(two: Site) -> None:
    before, servers, files = ports(two), set(two.vim.servers), two.files()
    shown = two.diff('change_ext_conn', **MOVE)
    assert (changes(shown), two.files()) == ([('update', 'web/front/0'), ('update', 'web/front/1')], files)
    assert [one['detail'] for one in shown['plan']['changes']] == [
        'interface eth1 data -> new (attach; the old port is kept until all are moved)'] * 2
    calls = len(two.vim.called)
    result = two.apply('change_ext_conn', **MOVE)
    assert (result['op_occ']['operation'], result['op_occ']['state'], result['diff']) == (
        'CHANGE_EXT_CONN', 'COMPLETED', shown['diff'])
    made = two.vim.called[calls:]
    assert (made.count('attach_interface'), made.count('delete_port'), made.index('create_ports') < made.index(
        'detach_interface')) == (2, 2, True)
    assert max(place for place, name in enumerate(made) if name == 'attach_interface') < made.index('delete_port')
    assert (nets(two), set(two.vim.servers), set(before) & set(two.vim.ports)) == ({'net-other'}, servers, set())
    assert_whole(two)
    again(two, 'change_ext_conn', **MOVE)
    again(two, document=wanted(2))


def test_it_outlives_other_verbs_and_goes_back_to_the_document(two: Site) -> None:
    two.apply('change_ext_conn', **MOVE)
    two.apply('scale', params={'count': 3})
    two.apply('heal', params={'force': True}, accept_data_loss=True)
    assert nets(two) == {'net-other'}
    two.apply('instantiate', document=wanted(3, metadata={'tier': 'db'}))
    assert nets(two) == {'net-other'}
    two.apply('change_ext_conn', **BACK)
    data = two.resources()['net:data']['id']
    assert (nets(two), two.ns()['overlay']) == ({data}, {'vnfs': [{'name': 'web', 'vdus': [{'name': 'front', 'count': 3}]}]})
    assert_whole(two)
    again(two, document=wanted(3, metadata={'tier': 'db'}))


def test_a_document_that_moves_it_wins(two: Site) -> None:
    two.apply('change_ext_conn', **MOVE)
    interfaces = [{'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'mgmt'}]
    two.apply('instantiate', document=wanted(2, interfaces=interfaces))
    assert nets(two) == {'net-shared'}
    assert_whole(two)
    again(two, document=wanted(2, interfaces=interfaces))


def test_the_plan_tells_where_the_order_in_the_guest_changes(two: Site) -> None:
    shown = two.diff('change_ext_conn', vnf='web', params=moving('eth0'))
    assert shown['plan']['changes'][0]['detail'].endswith("(comes last in the guest's order)")


def test_addresses_are_those_that_are_asked_for(two: Site) -> None:
    def config(index: int) -> dict[str, Any]:
        return {'cp_protocol_data': [{'layer_protocol': 'IP_OVER_ETHERNET', 'ip_over_ethernet': {
            'mac_address': f'fa:16:3e:11:22:0{index}',
            'ip_addresses': [{'type': 'IPV4', 'fixed_addresses': [f'10.30.0.{5 + index}']}]}}]}
    asked: list[dict[str, Any]] = []
    two.vim.before = lambda name, what: asked.extend(what) if name == 'create_ports' else None
    params = moving(cp_config={f'front/{index}/eth1': config(index) for index in (1, 0)})
    two.apply('change_ext_conn', vnf='web', params=params)
    assert sorted((one['fixed_ips'], one['mac_address']) for one in asked) == [
        ([(None, f'10.30.0.{5 + index}')], f'fa:16:3e:11:22:0{index}') for index in (0, 1)]
    assert two.ns()['overlay']['vnfs'][0]['vdus'][0]['interfaces'] == [{
        'name': 'eth1', 'virtual_link': 'new', 'ip_addresses': ['10.30.0.5', '10.30.0.6'],
        'mac_addresses': ['fa:16:3e:11:22:00', 'fa:16:3e:11:22:01']}]


#: Calls that fail, and how often they may be made before.
FAILING = [('update_port', 0), ('create_ports', 0), ('detach_interface', 0), ('detach_interface', 1), ('attach_interface', 0),
           ('attach_interface', 1)]


def fail_after(site: Site, call: str, number: int) -> None:
    """From the call after so many of its name on each is refused."""
    left = [number]

    def before(name: str, what: Any) -> None:
        if name == call:
            left[0] -= 1
            if left[0] < 0:
                raise VimError(f'{name} refused here', 'the test says so', status=500)
    site.vim.before = before


@pytest.mark.parametrize(('call', 'number'), FAILING)
def test_a_rollback_puts_the_very_same_ports_back(two: Site, call: str, number: int) -> None:
    before, there = ports(two), dict(two.vim.ports)
    fail_after(two, call, number)
    two.fails('change_ext_conn', **MOVE, max_unavailable='1')
    two.mended()
    assert set(before) <= set(two.vim.ports), 'none is deleted before all are moved'
    two.apply('rollback')
    assert (ports(two), two.vim.ports, two.newest.state) == (before, there, 'ROLLED_BACK')
    assert_whole(two)
    again(two, document=wanted(2))


@pytest.mark.parametrize(('call', 'number'), [*FAILING, ('delete_port', 0), ('delete_port', 1)])
def test_a_retry_goes_on(two: Site, call: str, number: int) -> None:
    fail_after(two, call, number)
    two.fails('change_ext_conn', **MOVE)
    two.mended()
    two.apply('retry')
    assert nets(two) == {'net-other'}
    assert len(two.vim.ports) == 4
    assert_whole(two)
    again(two, 'change_ext_conn', **MOVE)
    again(two, document=wanted(2))


def test_a_rollback_that_is_interrupted_goes_on(two: Site) -> None:
    before = ports(two)
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    for call in ('detach_interface', 'attach_interface', 'delete_port'):
        fail_after(two, call, 0)
        two.fails('rollback')
    two.mended()
    two.apply('rollback')
    assert ports(two) == before
    assert_whole(two)


def test_what_a_commit_deleted_is_named(two: Site) -> None:
    before = ports(two)
    fail_after(two, 'delete_port', 1)
    two.fails('change_ext_conn', **MOVE)
    two.mended()
    detail = two.fails('rollback').problem.detail
    assert sum(one in detail for one in before) == 1
    two.apply('rollback', accept_data_loss=True)
    assert sum(one in ports(two) for one in before) == 1
    assert_whole(two)


def test_given_up_the_same_document_puts_it_right(two: Site) -> None:
    before = ports(two)
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    two.mended()
    views.close(two.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
    left = views.remains(two.store, two.ns())
    assert {one['id'] for one in left if one['item'].startswith('vdu:')} >= set(before)
    result = two.apply('instantiate', document=wanted(2))
    assert (changes(result), ports(two)) == ([('update', 'web/front/0'), ('update', 'web/front/1')], before)
    assert_whole(two)
    again(two, document=wanted(2))


def test_corrected_before_it_is_gone_on_with(two: Site) -> None:
    before = ports(two)
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    wrong = ports(two)
    two.mended()
    two.apply('change_ext_conn', vnf='web', params=moving(link='third', resource='shared'))
    assert (nets(two), set(two.vim.ports) & {*before, *wrong}) == ({'net-shared'}, set())
    assert_whole(two)
    again(two, document=wanted(2))


def test_given_up_to_a_third_network_only_when_that_is_put_right(two: Site) -> None:
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    two.mended()
    views.close(two.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
    with pytest.raises(InputError, match='a port of eth1 is kept from an operation that was given up'):
        two.apply('change_ext_conn', vnf='web', params=moving(link='third', resource='shared'))


@pytest.mark.parametrize('then', ['terminate', 'heal', 'again', 'scale'])
def test_given_up_every_verb_copes_with_what_is_kept(two: Site, then: str) -> None:
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    two.mended()
    views.close(two.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
    if then == 'terminate':
        two.apply('terminate')
        assert (two.vim.ports, two.resources()) == ({}, {})
        return
    if then == 'heal':
        two.apply('heal', params={'force': True}, accept_data_loss=True)
    elif then == 'again':
        two.apply('change_ext_conn', **MOVE)
    else:
        two.apply('scale', params={'count': 1})
    two.apply('instantiate', document=wanted(2))
    assert_whole(two)
    again(two, document=wanted(2))


def test_its_op_occ_tells_which_ports(two: Site) -> None:
    before = ports(two)

    def seen() -> dict[str, Any]:
        [vnf] = views.list_op_occs(two.store, ns='edge1', op_occ=None, limit=1, details=True, scope='vnf')
        return sol_op_occ(json.loads(json.dumps(vnf)))

    def by_change(view: dict[str, Any]) -> dict[str, set[str]]:
        told = view['resourceChanges'].get('affectedExtLinkPorts', ())
        return {change: {one['id'] for one in told if one['changeType'] == change} for change in ('ADDED', 'REMOVED')}
    fail_after(two, 'attach_interface', 1)
    two.fails('change_ext_conn', **MOVE)
    new = set(ports(two))
    assert by_change(seen()) == {'ADDED': new, 'REMOVED': set()}, 'what is kept is not removed'
    two.mended()
    two.apply('retry')
    view = seen()
    assert by_change(view) == {'ADDED': new, 'REMOVED': set(before)}
    assert view['changedExtConnectivity'][0]['id'] == 'new'
    assert view['operationParams']['extVirtualLinks'][0]['extCps'][0]['cpdId'] == 'front/eth1'


def test_one_after_the_other(two: Site) -> None:
    calls = len(two.vim.called)
    two.apply('change_ext_conn', **MOVE, max_unavailable='1')
    made = [name for name in two.vim.called[calls:] if name in ('detach_interface', 'attach_interface', 'delete_port')]
    assert made == ['detach_interface', 'attach_interface'] * 2 + ['delete_port'] * 2
    assert_whole(two)


def test_a_lost_reply_is_not_answered_by_the_old_port(two: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made: Callable[..., Any] = two.vim.create_ports
    lost = [1]

    def lose(specs: Any) -> Any:
        answer = made(specs)
        if lost:
            lost.pop()
            raise VimError('create ports', 'the reply was lost', unknown=True)
        return answer
    monkeypatch.setattr(two.vim, 'create_ports', lose)
    two.apply('change_ext_conn', **MOVE)
    assert (nets(two), len(two.vim.ports)) == ({'net-other'}, 4)
    assert_whole(two)


def test_a_server_in_error_is_told_before_anything(two: Site) -> None:
    first = min(two.vim.servers)
    two.vim.servers[first] = two.vim.servers[first]._replace(status='ERROR')
    there = dict(two.vim.ports)
    assert 'vdu:web/front/0: its server is ERROR' in two.fails('change_ext_conn', **MOVE).problem.detail
    assert two.vim.ports == there


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'nothing': ({}, 'params.ext_virtual_links: change_ext_conn needs a list'),
    'an unknown link without a network': (moving(resource=None), 'ext_virtual_links[0].id: new is not a virtual link of edge1 '
                                          '(there are: data, mgmt)'),
    'another network': (moving(link='data'), 'ext_virtual_links[0].resource_id: other is not the network of data'),
    'an unknown interface': (moving('eth9'), 'ext_cps[0].cpd_id: front/eth9 is not an interface of web (there are: front/eth0, '
                             'front/eth1)'),
    'an address for one of two': (moving(cp_config={'front/0/eth1': {'cp_protocol_data': [{'ip_over_ethernet': {'ip_addresses': [
        {'fixed_addresses': ['10.30.0.5']}]}}]}}), 'ip addresses are given for 1 of 2 instances'),
    'an unknown instance': (moving(cp_config={'front/7/eth1': {}}), 'front/7/eth1: not supported; known are front/0/eth1'),
    'no address': (moving(cp_config={'front/0/eth1': {'cp_protocol_data': [{'ip_over_ethernet': {'ip_addresses': [
        {'fixed_addresses': ['ten']}]}}]}}), "ip_addresses[0].fixed_addresses[0]: 'ten' is no IP address"),
    'a port that is there': (moving(cp_config={'front/0/eth1': {'link_port_id': 'p'}}), 'link_port_id: not supported'),
    'no connection points': ({'ext_virtual_links': [{'id': 'data', 'ext_cps': []}]}, 'ext_virtual_links[0].ext_cps: is missing'),
}


@pytest.mark.parametrize('case', WRONG)
def test_wrong_input(two: Site, case: str) -> None:
    params, words = WRONG[case]
    files = two.files()
    with pytest.raises(InputError) as caught:
        two.apply('change_ext_conn', vnf='web', params=params)
    assert words in str(caught.value)
    assert two.files() == files
