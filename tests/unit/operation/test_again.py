# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry: an op-occ goes on with the request that it was made with, as far as that is stored."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

SECOND = {'fits': lambda spec: spec['name'].endswith('-1')}


def halfway(site: Site, **vdu: Any) -> None:
    """An INSTANTIATE whose second server is refused."""
    site.failing('create_server', **SECOND)
    assert site.fails('instantiate', document=wanted(**vdu)).problem.status == 500
    site.mended()


def test_a_retry_goes_on_where_it_stopped(site: Site) -> None:
    halfway(site)
    first, before = site.newest, site.vim.ids()
    result = site.apply('retry')
    assert (result['changed'], result['op_occ']['state'], result['op_occ']['operation']) == (True, 'COMPLETED', 'INSTANTIATE')
    assert (site.newest.id, site.newest.data['attempts']) == (first.id, 2)
    now = site.vim.ids()
    assert now['servers'] > before['servers']
    assert (now['ports'], now['networks']) == (before['ports'], before['networks'])
    assert site.ns()['state'] == 'INSTANTIATED'
    assert site.apply('instantiate', document=wanted())['changed'] is False


@pytest.mark.parametrize('by', ['id', 'vnf'])
def test_an_op_occ_is_named_by_its_id_or_by_that_of_a_vnf(site: Site, by: str) -> None:
    halfway(site)
    op_occ_id = site.newest.id if by == 'id' else site.newest.vnf_op_occs()[0]['id']
    assert site.apply('retry', op_occ=op_occ_id)['op_occ']['state'] == 'COMPLETED'


def test_a_corrected_document_may_be_given_as_long_as_what_is_done_fits(site: Site) -> None:
    halfway(site)
    error = site.fails('retry', document=wanted(1, name='back'))
    assert (error.problem.status, 'web/front/0' in error.problem.detail) == (422, True)
    assert site.newest.state == 'FAILED_TEMP'
    assert site.apply('retry', document=wanted(3))['op_occ']['state'] == 'COMPLETED'
    assert len(site.vim.servers) == 3
    assert site.ns()['document']['vnfs'][0]['vdus'][0]['count'] == 3


def test_a_retry_in_check_mode_shows_what_is_left_and_writes_nothing(site: Site) -> None:
    halfway(site)
    before = site.files()
    plan = site.diff('retry')['plan']
    assert [(change['action'], change['name']) for change in plan['changes']] == [('create', 'web/front/1')]
    assert site.files() == before


def test_secrets_are_not_stored_and_asked_for_where_they_are_needed(site: Site) -> None:
    cloud_init = {'text': 'a {{ token }}', 'secret_params': {'token': 'canary'}}
    halfway(site, cloud_init=cloud_init)
    assert not [path for path, content in site.files().items() if b'canary' in content]
    error = site.fails('retry')
    assert 'web/front/1 is not stored' in error.problem.detail
    assert 'nfv_descriptor' in error.problem.detail
    assert site.apply('retry', document=wanted(cloud_init=cloud_init))['op_occ']['state'] == 'COMPLETED'
    assert site.apply('instantiate', document=wanted(cloud_init=cloud_init))['changed'] is False


def test_files_are_stored_with_the_request(site: Site) -> None:
    given = {'document': wanted(cloud_init={'file': 'front.cfg'}), 'files': {'front.cfg': 'role: front'}}
    site.failing('create_server', **SECOND)
    site.fails('instantiate', **given)
    site.mended()
    assert site.apply('retry')['op_occ']['state'] == 'COMPLETED'
    assert site.apply('instantiate', **given)['changed'] is False


def test_secrets_are_not_needed_where_nothing_is_made_of_them(site: Site) -> None:
    given = {'document': wanted(cloud_init={'text': '{{ a }}', 'secret_params': {'a': 'canary'}})}
    site.apply('instantiate', **given)
    hashes = {item: one.get('user_data_hash') for item, one in site.resources().items()}
    site.vim.servers = {key: one._replace(name='drift') for key, one in site.vim.servers.items()}
    site.failing('update_server')
    site.fails('instantiate', **given)
    site.mended()
    assert site.apply('retry')['op_occ']['operation'] == 'UPDATE'
    assert {item: one.get('user_data_hash') for item, one in site.resources().items()} == hashes
    assert site.apply('instantiate', **given)['changed'] is False


def test_the_next_retry_goes_on_with_the_corrected_document(site: Site) -> None:
    halfway(site)
    site.failing('create_server', lambda spec: spec['name'].endswith('-2'))
    site.fails('retry', document=wanted(3))
    site.mended()
    site.apply('retry')
    assert len(site.vim.servers) == 3


@pytest.mark.parametrize('verb', ['retry', 'rollback'])
def test_where_nothing_is_open_there_is_nothing_to_go_on_with(site: Site, verb: str) -> None:
    site.apply('instantiate', document=wanted())
    before = site.files()
    done = site.newest
    for options in ({}, {'op_occ': done.id}):
        for do in (site.apply, site.diff):
            with pytest.raises(OpOccError) as caught:
                do(verb, **options)
            assert caught.value.problem.status == 409
            assert done.id in caught.value.problem.detail
            assert 'COMPLETED' in caught.value.problem.detail
    for options in ({'op_occ': '11111111-1111-4111-8111-111111111111'}, {'ns': 'edge2'}):
        with pytest.raises(OpOccError) as caught:
            site.apply(verb, **options)
        assert caught.value.problem.status == 404
    assert site.files() == before
    with pytest.raises(InputError, match='nfv_op_occ'):
        site.apply(verb, ns=None)


def test_an_error_ends_with_the_commands_that_lead_on(site: Site) -> None:
    site.failing('create_server')
    error = site.fails('instantiate', document=wanted(), descriptor='my ns.yaml')
    state = f'-e nfv_state_dir={site.store.path}'
    assert error.problem.detail.splitlines()[-5:] == [
        f"  ansible-playbook nfv.mano.retry -e nfv_ns=edge1 {state} -e 'nfv_descriptor=my ns.yaml'",
        'To undo what it did:', f'  ansible-playbook nfv.mano.rollback -e nfv_ns=edge1 {state}',
        'To give it up, so that another operation is possible:', f'  ansible-playbook nfv.mano.fail -e nfv_ns=edge1 {state}']
    assert error.result['message'].count('nfv.mano.rollback') == 1
