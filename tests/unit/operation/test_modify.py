# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modify_info as whole operations: what a merge patch makes of record and servers, what it outlives, what a rollback undoes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.filter.sol_op_occ import FilterModule as OpOccFilter
from ansible_collections.nfv.mano.plugins.filter.sol_vnf_instance import FilterModule as VnfFilter
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, changes

sol_vnf_instance = VnfFilter().filters()['sol_vnf_instance']
sol_op_occ = OpOccFilter().filters()['sol_op_occ']
WEB: dict[str, Any] = {'vnf': 'web'}
FRONT: dict[str, Any] = {'vnf': 'web', 'vdu': 'front'}
PATCH: dict[str, Any] = {'vnf_instance_description': 'faces the world', 'metadata': {'tier': 'gold', 'site': {'rack': 7}},
                         'extensions': {'mode': 'fast'}, 'vnf_configurable_properties': {'is_autoscale_enabled': True}}


def document(**more: Any) -> dict[str, Any]:
    """Two instances of a VNF of which something is told; ``more`` are keys of the VNF."""
    made = wanted(2)
    made['vnfs'][0].update({'description': 'front ends', 'metadata': {'owner': 'a', 'site': {'room': 'x'}}, **more})
    return made


@pytest.fixture
def two(site: Site) -> Site:
    """Two instances."""
    site.apply('instantiate', document=document())
    return site


def declared(site: Site) -> dict[str, Any]:
    """The VNF as the document in force has it."""
    return views.ns_view(site.store, site.ns())['declared']['vnfs'][0]


def details(result: dict[str, Any]) -> dict[str, str]:
    return {f'{one["kind"]} {one["name"]}': one['detail'] for one in result['plan']['changes']}


def names(site: Site) -> list[str]:
    return sorted(one.name for one in site.vim.servers.values())


def test_a_patch_is_in_the_record_and_no_vim_is_asked(two: Site) -> None:
    calls, files = len(two.vim.called), two.files()
    shown = two.diff('modify_info', **WEB, params=PATCH)
    assert (shown['changed'], two.files()) == (True, files)
    assert details(shown) == {'vnf web': 'description front ends -> faces the world; metadata.site.rack none -> 7; '
                              'metadata.tier none -> gold; extensions.mode none -> fast; '
                              'configurable_properties.is_autoscale_enabled none -> true (in the record only)'}
    result = two.apply('modify_info', **WEB, params=PATCH)
    assert (result['changed'], result['diff'], result['op_occ']['operation'], result['op_occ']['state']) == (
        True, shown['diff'], 'MODIFY_INFO', 'COMPLETED')
    assert two.vim.called[calls:] == []
    assert declared(two)['metadata'] == {'owner': 'a', 'site': {'room': 'x', 'rack': 7}, 'tier': 'gold'}
    view = sol_vnf_instance(json.loads(json.dumps(views.ns_view(two.store, two.ns()))), 'web')
    assert (view['vnfInstanceDescription'], view['extensions'], view['vnfConfigurableProperties'], view['metadata']['tier']) == (
        'faces the world', {'mode': 'fast'}, {'is_autoscale_enabled': True}, 'gold')
    assert view['vimConnectionInfo']['default']['accessInfo']['project'], 'what is known of a VIM that was not read stays'
    again(two, 'modify_info', **WEB, params=PATCH)
    again(two, document=document())


def test_the_states_and_the_view_of_its_op_occ(two: Site) -> None:
    two.apply('modify_info', **WEB, params=PATCH)
    assert [one['state'] for one in two.newest.states()] == ['PROCESSING', 'COMPLETED']
    [vnf] = views.list_op_occs(two.store, ns='edge1', op_occ=None, limit=1, details=True, scope='vnf')
    view = sol_op_occ(json.loads(json.dumps(vnf)))
    assert (view['operation'], view['changedInfo']['metadata'], view['operationParams']['extensions']) == (
        'MODIFY_INFO', {'tier': 'gold', 'site': {'rack': 7}}, {'mode': 'fast'})
    two.apply('modify_info', params={'metadata': {'a': 'b'}, 'ns_instance_name': 'Edge'})
    assert two.newest.data['operation'] == 'MODIFY_INFO'
    [vnf] = views.list_op_occs(two.store, ns='edge1', op_occ=None, limit=1, details=True, scope='vnf')
    assert 'changedInfo' not in sol_op_occ(json.loads(json.dumps(vnf))), 'what is told of the NS is not told of its VNF'


def test_null_takes_away_and_other_verbs_keep_it(two: Site) -> None:
    two.apply('modify_info', **WEB, params={'metadata': {'owner': None, 'site': {'room': None, 'row': 3}}})
    assert declared(two)['metadata'] == {'site': {'row': 3}}
    two.apply('scale', params={'count': 3})
    two.apply('heal', params={'force': True}, accept_data_loss=True)
    assert declared(two)['metadata'] == {'site': {'row': 3}}
    two.apply('modify_info', **WEB, params={'metadata': None, 'vnf_instance_description': None})
    assert (declared(two).get('metadata', {}), declared(two).get('description', '')) == ({}, '')
    two.apply('modify_info', **WEB, params={'metadata': {'owner': 'a', 'site': {'room': 'x'}},
                                            'vnf_instance_description': 'front ends'})
    assert two.ns()['overlay'] == {'vnfs': [{'name': 'web', 'vdus': [{'name': 'front', 'count': 3}]}]}


def test_a_document_wins_where_it_changed_and_only_there(two: Site) -> None:
    two.apply('modify_info', **WEB, params={**PATCH, 'metadata': {'owner': 'b', 'tier': 'gold'}})
    changed = document(metadata={'owner': 'c', 'site': {'room': 'x'}})
    shown = two.diff('instantiate', document=changed)
    assert details(shown) == {'vnf web': 'metadata.owner b -> c (in the record only)'}
    assert (shown['changed'], two.apply('instantiate', document=changed)['changed']) == (True, True)
    assert declared(two)['metadata'] == {'owner': 'c', 'tier': 'gold', 'site': {'room': 'x'}}
    assert declared(two)['description'] == 'faces the world'
    again(two, document=changed)


def test_servers_are_called_by_the_names(two: Site) -> None:
    before = two.vim.ids()
    shown = two.diff('modify_info', params={'ns_instance_name': 'Edge East', 'ns_instance_description': 'east'})
    assert details(shown) == {
        'ns edge1': 'instance_name none -> Edge East (its servers are called by it); '
                    'description none -> east (in the record only)',
        'vdu web/front/0': 'name edge1-web-front-0 -> Edge East-web-front-0',
        'vdu web/front/1': 'name edge1-web-front-1 -> Edge East-web-front-1'}
    result = two.apply('modify_info', params={'ns_instance_name': 'Edge East', 'ns_instance_description': 'east'})
    assert changes(result) == changes(shown)
    two.apply('modify_info', **WEB, params={'vnf_instance_name': 'Web'})
    assert (names(two), two.vim.ids()) == (['Edge East-Web-front-0', 'Edge East-Web-front-1'], before)
    assert {one['name'] for item, one in two.resources().items() if item.startswith('vdu:')} == set(names(two))
    assert (two.ns()['name'], two.ns()['description']) == ('edge1', 'east')
    again(two, document=document())
    again(two, 'modify_info', **WEB, params={'vnf_instance_name': 'Web'})
    two.apply('scale', params={'count': 3})
    assert names(two)[2] == 'Edge East-Web-front-2'
    two.apply('modify_info', params={'ns_instance_name': None})
    assert names(two)[0] == 'edge1-Web-front-0'


def test_metadata_and_description_of_a_vdu_are_its_servers(two: Site) -> None:
    patch = {'metadata': {'tier': None, 'zone': 'a'}, 'description': 'in front'}
    shown = two.diff('modify_info', **FRONT, params=patch)
    assert details(shown)['vdu web/front/0'] == ('description none -> in front; metadata zone none -> a; '
                                                 'metadata tier web -> none')
    two.apply('modify_info', **FRONT, params=patch)
    for server in two.vim.servers.values():
        assert (server.description, server.metadata.get('zone'), 'tier' in server.metadata) == ('in front', 'a', False)
    again(two, 'modify_info', **FRONT, params=patch)
    again(two, document=document())


def test_what_else_differs_in_the_vim_is_left_alone(two: Site) -> None:
    (first, second) = sorted(two.vim.servers)
    two.vim.servers[first] = two.vim.servers[first]._replace(status='SHUTOFF')
    del two.vim.servers[second]
    result = two.apply('modify_info', **WEB, params={'vnf_instance_name': 'Web'})
    assert (changes(result), len(two.vim.servers)) == ([('update', 'web'), ('update', 'web/front/0')], 1)
    assert two.vim.servers[first].status == 'SHUTOFF'


def test_a_server_that_takes_no_metadata_is_told_before_anything(two: Site) -> None:
    first = min(two.vim.servers)
    two.vim.servers[first] = two.vim.servers[first]._replace(status='ERROR')
    files = two.files()
    error = two.fails('modify_info', **FRONT, params={'metadata': {'zone': 'a'}})
    assert 'its server is ERROR' in error.problem.detail and error.problem.status == 422
    assert two.files() == files, 'it has no STARTING: what is refused leaves no op-occ'


def test_a_rollback_brings_back_names_and_record(two: Site) -> None:
    before, ns = names(two), two.ns()
    second = max(two.vim.servers)

    def refuse(name: str, what: Any) -> None:
        if name == 'update_server' and what.get('name', '').endswith('-1'):
            raise VimError('update server', 'the test says so', status=500)
    two.vim.before = refuse
    two.fails('modify_info', **WEB, params={'vnf_instance_name': 'Web', 'metadata': {'tier': 'gold'}})
    assert two.newest.state == 'FAILED_TEMP'
    two.mended()
    two.vim.servers[second] = two.vim.servers[second]._replace(status='SHUTOFF')
    shown = two.diff('rollback')
    assert changes(shown) == [('update', 'web/front/0')]
    two.apply('rollback')
    assert (names(two), two.newest.state) == (before, 'ROLLED_BACK')
    assert {key: two.ns().get(key) for key in ('document', 'overlay', 'description')} == {
        key: ns.get(key) for key in ('document', 'overlay', 'description')}
    assert two.vim.servers[second].status == 'SHUTOFF', 'drift is none of its business'
    assert 'tier' not in declared(two)['metadata']


def test_a_retry_goes_on(two: Site) -> None:
    two.failing('update_server', lambda changes: changes['name'].endswith('-1'))
    two.fails('modify_info', **WEB, params={'vnf_instance_name': 'Web'})
    two.mended()
    two.apply('retry')
    assert names(two) == ['edge1-Web-front-0', 'edge1-Web-front-1']
    again(two, document=document())


@pytest.mark.parametrize('verb', ['retry', 'rollback'])
def test_an_owner_that_died_before_the_first_task(two: Site, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    def die(*_args: Any, **_options: Any) -> None:
        raise KeyboardInterrupt
    started = OpOccs.start
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(OpOccs, 'start', lambda *args, **options: (started(*args, **options), die()))
        two.apply('modify_info', **WEB, params={'vnf_instance_name': 'Web'})
    assert two.newest.state == 'PROCESSING'
    two.apply(verb)
    assert names(two)[0] == ('edge1-Web-front-0' if verb == 'retry' else 'edge1-web-front-0')


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'nothing': ({**WEB, 'params': {}}, 'modify_info of a VNF (nfv_vnf) needs one of vnf_instance_name'),
    'of a VNF without one': ({'params': {'vnf_instance_name': 'x'}}, 'params.vnf_instance_name: unknown to modify_info of a '
                             'network service (of a VNF: with nfv_vnf); known are ns_instance_name'),
    'an unknown VNF': ({'vnf': 'wbe', 'params': {'metadata': {}}}, 'vnf: wbe is not a VNF of edge1 (there are: web)'),
    'no mapping': ({**WEB, 'params': {'metadata': 'x'}}, "params.metadata: 'x' is neither a mapping nor null"),
    'too long a name': ({**WEB, 'params': {'vnf_instance_name': 'x' * 256}}, 'params.vnf_instance_name: '),
    'too long a description': ({**WEB, 'params': {'vnf_instance_description': 'x' * 1025}}, 'more than 1024'),
    'a secret': ({**WEB, 'params': {'extensions': {'a': [{'secret_params': {'b': 1}}]}}}, 'shown as it is'),
    'metadata that Nova does not take': ({**FRONT, 'params': {'metadata': {'a': 7}}}, "params.metadata.a: 7 is a number"),
    'an instance': ({**FRONT, 'count_index': 0, 'params': {'description': 'x'}}, 'count_index: modify_info takes none'),
}


@pytest.mark.parametrize('case', WRONG)
def test_wrong_input(two: Site, case: str) -> None:
    options, words = WRONG[case]
    files = two.files()
    with pytest.raises(InputError) as caught:
        two.apply('modify_info', **options)
    assert words in str(caught.value)
    assert two.files() == files
