# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback: what was declared before is there again, or what can't come back is named and nothing is touched."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.rollback import with_user_data
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted


def last(spec: dict[str, Any]) -> bool:
    return spec['name'].endswith('-3')


def record(site: Site) -> dict[str, Any]:
    """What the NS's record says of its state, and all its resources."""
    ns = site.ns()
    kept = ('state', 'document', 'overlay', 'vims', 'pending', 'description')
    return copy.deepcopy({'resources': site.resources(), **{key: ns.get(key) for key in kept}})


def test_of_an_instantiate_all_that_was_made_goes(site: Site) -> None:
    before = site.vim.ids()
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    site.mended()
    result = site.apply('rollback')
    assert (result['op_occ']['state'], result['op_occ']['result'], result['changed']) == ('ROLLED_BACK', 'changed', True)
    assert site.vim.ids() == before
    assert (site.ns()['state'], site.ns()['document'], site.resources()) == ('NOT_INSTANTIATED', None, {})
    op_occ = site.newest
    assert [one['trigger'] for one in op_occ.states()] == ['request', 'grant', 'failed', 'rollback', 'rolled_back']
    assert op_occ.data['error']['status'] == 500, 'why it failed is still told'
    assert {part['state'] for part in op_occ.vnf_op_occs()} == {'ROLLED_BACK'}
    assert site.apply('instantiate', document=wanted())['op_occ']['state'] == 'COMPLETED'


def test_of_an_update_the_document_from_before_is_in_force_again(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    ids, before = site.vim.ids(), record(site)
    site.failing('create_server', last)
    site.fails('update', document=wanted(4, metadata={'tier': 'changed'}))
    assert len(site.vim.servers) == 3
    site.mended()
    shown = site.diff('rollback')
    assert {(one['action'], one['name']) for one in shown['plan']['changes']} == {
        ('delete', 'web/front/2'), ('delete', 'web/front/3'), ('update', 'web/front/0'), ('update', 'web/front/1')}
    assert (shown['changed'], site.newest.state) == (True, 'FAILED_TEMP')
    site.apply('rollback')
    assert (site.vim.ids(), record(site)) == (ids, before)
    assert site.apply('instantiate', document=wanted(2))['changed'] is False


@pytest.mark.parametrize('done', [True, False])
def test_what_a_call_set_whose_answer_was_lost_is_taken_away(site: Site, monkeypatch: pytest.MonkeyPatch, done: bool) -> None:
    site.apply('instantiate', document=wanted(2, metadata={'tier': 'web'}))
    servers, before, real = copy.deepcopy(site.vim.servers), record(site), site.vim.update_server

    def update_server(server_id: str, changes: dict[str, Any]) -> None:
        if done:
            real(server_id, changes)
        raise VimError(f'update server {server_id}', 'the connection was lost')
    monkeypatch.setattr(site.vim, 'update_server', update_server)
    site.fails('update', document=wanted(2, metadata={'tier': 'web', 'owner': 'me'}, tags=['gold']))
    monkeypatch.setattr(site.vim, 'update_server', real)
    site.apply('rollback')
    assert (site.vim.servers, record(site)) == (servers, before)


def test_a_rollback_that_fails_keeps_every_error_and_can_be_done_again_or_retried(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    ids = site.vim.ids()
    site.failing('create_server', last)
    site.fails('update', document=wanted(4))
    site.failing('delete_server')
    error = site.fails('rollback')
    assert 'the rollback of UPDATE has done' in error.problem.title
    op_occ = site.newest
    assert (op_occ.state, [one['trigger'] for one in op_occ.errors()]) == ('FAILED_TEMP', ['failed', 'failed'])
    assert ['create_server' in op_occ.errors()[0]['detail'], 'delete_server' in op_occ.errors()[1]['detail']] == [True, True]
    site.mended()
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'
    assert len(site.vim.servers) == 4
    site.failing('create_server')
    site.fails('update', document=wanted(5))
    site.failing('delete_port')
    site.fails('rollback')
    site.mended()
    assert site.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert ids['servers'] < site.vim.ids()['servers']


def terminated_halfway(site: Site) -> str:
    """A TERMINATE that has deleted one of two servers; its id."""
    site.apply('instantiate', document=wanted())
    # Which of two that are made at once gets the lower id is nobody's choice
    gone, stays = sorted(site.vim.servers, key=lambda server_id: site.vim.servers[server_id].name)
    site.failing('delete_server', lambda server_id: server_id == stays)
    site.fails('terminate')
    site.mended()
    return gone


def test_of_a_terminate_that_has_deleted_nothing_everything_stays(site: Site) -> None:
    site.apply('instantiate', document=wanted())
    ids, before = site.vim.ids(), record(site)
    site.failing('delete_server')
    site.fails('terminate')
    site.mended()
    assert site.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert (site.vim.ids(), record(site)) == (ids, before)


@pytest.mark.parametrize('do', ['apply', 'diff'])
def test_what_can_not_come_back_is_named_and_nothing_is_touched(site: Site, do: str) -> None:
    gone = terminated_halfway(site)
    ids, files = site.vim.ids(), site.files()
    with pytest.raises(OpOccError) as caught:
        getattr(site, do)('rollback')
    problem = caught.value.problem
    assert problem.status == 409
    assert f'vdu web/front/0: edge1-web-front-0 {gone} is gone with its data' in problem.detail
    assert 'port eth1' in problem.detail and 'nfv_accept_data_loss' in problem.detail
    assert 'web/front/1' not in problem.detail
    assert (site.vim.ids(), site.files()) == (ids, files)


def test_with_the_loss_accepted_what_is_gone_is_made_anew(site: Site) -> None:
    gone = terminated_halfway(site)
    shown = site.diff('rollback', accept_data_loss=True)
    assert any(gone in note for note in shown['notes'])
    site.apply('rollback', accept_data_loss=True)
    assert (len(site.vim.servers), site.ns()['state'], gone in site.vim.servers) == (2, 'INSTANTIATED', False)
    assert site.vim.ids()['servers'] == site.recorded()['servers']
    assert site.apply('instantiate', document=wanted())['changed'] is False


#: User data and one more interface: the rebuild comes first.
CHANGED = {'cloud_init': {'text': 'new'}, 'interfaces': [
    {'name': name, 'virtual_link': 'mgmt' if name == 'eth0' else 'data'} for name in ('eth0', 'eth1', 'eth2')]}


def test_a_server_that_the_operation_rebuilt_is_named(site: Site) -> None:
    site.apply('instantiate', document=wanted(1, cloud_init={'text': 'old'}))
    (old,) = site.vim.servers
    site.failing('create_ports')
    site.fails('update', document=wanted(1, **CHANGED), allow_delete=True)
    site.mended()
    assert f'{old} has to be rebuilt' in site.fails('rollback').problem.detail
    site.apply('rollback', accept_data_loss=True)
    assert site.apply('instantiate', document=wanted(1, cloud_init={'text': 'old'}))['changed'] is False


def test_user_data_that_is_not_stored_comes_with_the_document_from_before(site: Site) -> None:
    before = wanted(1, cloud_init={'file': 'a.cfg', 'secret_params': {'token': 'canary'}})
    given = {'document': before, 'files': {'a.cfg': 'is {{ token }}'}}
    site.apply('instantiate', **given)
    site.failing('create_ports')
    site.fails('update', document=wanted(1, **CHANGED), allow_delete=True)
    site.mended()
    assert 'the user data of web/front/0 from before is not stored' in site.fails('rollback').problem.detail
    site.apply('rollback', accept_data_loss=True, **given)
    assert site.ns()['document']['vnfs'][0]['vdus'][0]['cloud_init'] == {'file': 'a.cfg', 'secret_params': {'token': 'REDACTED'}}
    assert site.apply('instantiate', **given)['changed'] is False


def test_only_user_data_that_is_else_the_same_is_taken_over() -> None:
    stored = {'vnfs': [{'name': 'web', 'vdus': [
        {'name': 'a', 'cloud_init': {'file': 'a.cfg', 'secret_params': {'b': 'REDACTED'}}},
        {'name': 'b', 'cloud_init': {'file': 'b.cfg'}}, {'name': 'c'}]}]}
    given = {'vnfs': [{'name': 'web', 'vdus': [
        {'name': 'a', 'cloud_init': {'file': 'a.cfg', 'params': {}, 'secret_params': {'b': 'secret'}}},
        {'name': 'b', 'cloud_init': {'file': 'other.cfg'}}, {'name': 'c', 'cloud_init': {'text': 'x'}}]}]}
    before = copy.deepcopy(stored)
    vdus = with_user_data(stored, given, {'a.cfg': 'text of a'})['vnfs'][0]['vdus']
    assert vdus[0]['cloud_init'] == {'text': 'text of a', 'params': {}, 'secret_params': {'b': 'secret'}}
    assert vdus[1:] == before['vnfs'][0]['vdus'][1:]
    assert stored == before


def test_leftovers_of_an_operation_that_was_given_up_are_not_the_failed_ones(site: Site) -> None:
    """They were there before: their deletion is a loss that has to be accepted."""
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    (leftover,) = site.vim.servers
    (net,) = site.vim.networks.keys() - {'net-shared'}
    site.newest.trigger('fail')
    site.fails('instantiate', document=wanted())
    site.mended()
    detail = site.fails('rollback').problem.detail
    assert leftover in detail and f'{net} was there before the operation, and would be deleted' in detail
    site.apply('rollback', accept_data_loss=True)
    assert site.vim.servers == {}


def test_of_a_terminate_of_what_was_never_whole_there_is_no_way_back(site: Site) -> None:
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    site.newest.trigger('fail')
    site.failing('delete_server')
    site.fails('terminate')
    site.mended()
    ids = site.vim.ids()
    assert 'nothing was declared before it' in site.fails('rollback').problem.detail
    assert site.vim.ids() == ids
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'


#: What fails in each verb on an NS of three, with what it is asked for.
LATER: dict[str, tuple[str, Callable[[Any], bool], dict[str, Any]]] = {
    'scale': ('create_server', last, {'params': {'count': 4}}),
    'operate': ('stop', lambda server_id: server_id.endswith('-6'), {'params': {'state': 'STOPPED'}}),
    'heal': ('delete_server', lambda server_id: True, {'count_index': 0, 'accept_data_loss': True, 'params': {'force': True}}),
    'rebuild': ('rebuild_server', lambda server_id: True, {'params': {'image': 'ubuntu'}}),
    'change_flavour': ('resize_server', lambda flavor_id: True, {'params': {'flavor': 'm1.small'}})}


@pytest.mark.parametrize('verb', LATER)
@pytest.mark.parametrize('way', ['rollback', 'retry'])
def test_of_the_verbs_on_what_runs(site: Site, verb: str, way: str) -> None:
    call, fits, options = LATER[verb]
    site.apply('instantiate', document=wanted(3))
    ids, before = site.vim.ids(), record(site)
    site.failing(call, fits)
    site.fails(verb, **options)
    site.mended()
    assert site.apply(way)['op_occ']['state'] == ('ROLLED_BACK' if way == 'rollback' else 'COMPLETED')
    if way == 'rollback':
        assert site.vim.ids() == ids
        assert {one.status for one in site.vim.servers.values()} == {'ACTIVE'}
        now = record(site)
        assert {key for key in now if now[key] != before[key]} == set()
        assert site.apply('instantiate', document=wanted(3))['changed'] is False
    else:
        assert len(site.vim.servers) == (4 if verb == 'scale' else 3)
        assert {one.status for one in site.vim.servers.values()} == {'SHUTOFF' if verb == 'operate' else 'ACTIVE'}
        assert (site.vim.ids()['servers'] == ids['servers']) is (verb not in ('scale', 'heal'))
        assert site.vim.ids()['ports'] >= ids['ports']
