# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile as whole operations: after a fail record and VIM say the same, and a second run changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted


def give_up(site: Site) -> None:
    site.mended()
    views.close(site.store, 'edge1', None, fail=True, force_takeover=False, dry=False)


def agree(site: Site) -> None:
    """Record and VIM say the same, and nothing is left to do."""
    ids = site.vim.ids()
    ids['networks'] -= {'net-shared'}
    recorded = site.recorded()
    recorded['networks'] -= {'net-shared'}
    assert recorded == ids
    files, calls = site.files(), len(site.vim.called)
    assert site.diff('reconcile')['changed'] is False
    result = site.apply('reconcile')
    assert (result['changed'], result['op_occ']['id']) == (False, None)
    assert (site.files(), len(site.vim.called)) == (files, calls)


def reconciled(site: Site, **options: Any) -> dict[str, Any]:
    """The result of a run, which does what its dry run has shown."""
    files, calls = site.files(), len(site.vim.called)
    shown = site.diff('reconcile', **options)
    assert (site.files(), len(site.vim.called)) == (files, calls)
    result = site.apply('reconcile', **options)
    assert (shown['changed'], shown['plan']['changes']) == (True, result['plan']['changes'])
    assert (result['op_occ']['operation'], result['op_occ']['state']) == ('RECONCILE', 'COMPLETED')
    return result


def test_leftovers_of_an_instantiate_that_was_given_up_go(site: Site) -> None:
    before = site.vim.ids()
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    give_up(site)
    assert site.vim.ids() != before
    reconciled(site)
    assert site.vim.ids() == before
    assert site.ns()['state'] == 'NOT_INSTANTIATED'
    agree(site)


def test_or_they_stay_and_the_next_instantiate_goes_on_with_them(site: Site) -> None:
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    give_up(site)
    there = site.vim.ids()
    assert site.apply('reconcile', params={'leftovers': 'adopt'})['changed'] is False
    site.apply('instantiate', document=wanted())
    assert site.vim.ids()['servers'] > there['servers']
    assert site.vim.ids()['ports'] == there['ports']
    agree(site)


def test_after_a_scale_out_that_was_given_up_the_declared_number_stays(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    before = site.vim.ids()
    site.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    site.fails('scale', params={'count': 5}, vdu='front')
    give_up(site)
    assert len(site.vim.servers) == 4
    result = reconciled(site)
    assert {(one['action'], one['name']) for one in result['plan']['changes']} == {
        ('delete', f'web/front/{index}') for index in (2, 3, 4)}
    assert site.vim.ids() == before
    agree(site)
    assert site.apply('instantiate', document=wanted(2))['changed'] is False


def test_after_a_terminate_that_was_given_up_the_record_forgets_what_is_gone(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    site.failing('delete_server', lambda one: one.endswith('-1') or True)
    site.fails('terminate')
    give_up(site)
    gone = next(iter(site.vim.servers))
    del site.vim.servers[gone]
    result = reconciled(site)
    assert any('is not there' in note for note in result['notes'])
    agree(site)
    assert site.ns()['state'] == 'INSTANTIATED'
    site.apply('heal')
    assert len(site.vim.servers) == 2


@pytest.mark.parametrize('leftovers', ['delete', 'adopt'])
def test_a_record_that_lost_everything_finds_it_again(site: Site, leftovers: str) -> None:
    site.apply('instantiate', document=wanted(3))
    ids, resources = site.vim.ids(), site.resources()
    ns = site.ns()
    site.store.write('ns', ns['id'], {**ns, 'resources': {}})
    site.store.delete('vnf', ns['vnfs']['web'])
    reconciled(site, params={'leftovers': leftovers})
    assert site.vim.ids() == ids
    agree(site)
    now = site.resources()
    assert {item: one['id'] for item, one in now.items() if item.startswith('vdu:')} == {
        item: one['id'] for item, one in resources.items() if item.startswith('vdu:')}
    assert site.diff('instantiate', document=wanted(3))['plan']['counts']['create'] == 0
    site.apply('terminate')
    assert not site.vim.servers and not site.vim.ports


def test_a_reply_that_was_lost_is_adopted(site: Site) -> None:
    """The create call went through, and neither its answer nor a look afterwards told so."""
    site.apply('instantiate', document=wanted(1))
    made = site.vim.create_server

    def lose(spec: dict[str, Any]) -> tuple[str, str]:
        made(spec)
        raise VimError('create server', 'the connection was cut', status=500)
    site.vim.create_server = lose  # type: ignore[method-assign]
    site.vim.find_marked = lambda *_args: []  # type: ignore[method-assign]
    site.fails('scale', params={'count': 2}, vdu='front')
    del site.vim.create_server, site.vim.find_marked
    give_up(site)
    assert len(site.vim.servers) == 2
    reconciled(site)
    assert len(site.vim.servers) == 1
    agree(site)


def test_what_others_have_survives(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    server, port = next(iter(site.vim.servers.values())), next(iter(site.vim.ports.values()))
    site.vim.servers['foreign'] = server._replace(id='foreign', metadata={}, name=server.name)
    site.vim.ports['foreign'] = port._replace(id='foreign', description='mine', network_id='net-shared')
    site.failing('create_server', lambda spec: spec['name'].endswith('-2'))
    site.fails('scale', params={'count': 3}, vdu='front')
    give_up(site)
    reconciled(site)
    assert 'foreign' in site.vim.servers and 'foreign' in site.vim.ports


def test_one_that_fails_is_retried_and_can_not_be_rolled_back(site: Site) -> None:
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    give_up(site)
    site.failing('delete_server')
    error = site.fails('reconcile')
    assert 'nfv.mano.rollback' not in error.problem.detail
    site.mended()
    for do in (site.diff, site.apply):
        with pytest.raises(OpOccError, match='can not be rolled back') as caught:
            do('rollback')
        assert caught.value.problem.status == 409
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'
    agree(site)


def test_an_open_op_occ_is_closed_first(site: Site) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=wanted())
    before = site.files()
    assert site.fails('reconcile').problem.status == 409
    assert site.files() == before


@pytest.mark.parametrize(('options', 'message'), [
    ({'params': {'leftovers': 'eat'}}, "params.leftovers: 'eat' is none of delete, adopt"),
    ({'params': {'count': 1}}, 'params.count: unknown to reconcile'), ({'vdu': 'front'}, 'vdu: reconcile is of the whole'),
    ({'ns': None}, 'reconcile needs the id or the name of an NS')])
def test_what_can_not_be_asked_for(site: Site, options: dict[str, Any], message: str) -> None:
    site.apply('instantiate', document=wanted())
    with pytest.raises(InputError, match=message):
        site.apply('reconcile', **options)
