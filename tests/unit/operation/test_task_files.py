# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations that wait for task files of the user's: parked, gone on with, cancelled, recovered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import status, views
from ansible_collections.nfv.mano.plugins.module_utils.operation.cancel import cancel
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, boot_id, lock_path
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

READY = {'task_file': 'ready.yml', 'timeout_s': 20}
PASSED = 'task file ready.yml'


def described() -> dict[str, Any]:
    """One front, which depends on two back, which have a task file."""
    document = wanted(2, name='back', ready=READY)
    vnf = document['vnfs'][0]
    vnf['vdus'].append({**vnf['vdus'][0], 'name': 'front', 'count': 1, 'depends_on': ['back'], 'ready': None})
    return document


def go_on(site: Site, parked: dict[str, Any], operation: str = 'instantiate', error: str | None = None,
          late: bool = False, **options: Any) -> dict[str, Any]:
    """Answer each file that it waits for in the same way."""
    told = parked['waiting_for']
    results = [{'error': error, 'late': late} for _file in told['files']]
    return site.apply(operation, task_files={'lease': told['lease'], 'results': results}, **options)


def park(site: Site) -> dict[str, Any]:
    return site.apply('instantiate', document=described(), task_files={})


def ended_lease(site: Site) -> None:
    """Its lease is over."""
    waiting = {**site.newest.data['waiting_for'], 'until': '2026-01-01T00:00:00.000000Z'}
    with NsLock(site.store, site.ns()['id']):
        site.newest.show(waiting_for=waiting)


def test_it_waits_for_a_file_and_goes_on_with_it(site: Site) -> None:
    parked = park(site)
    told = parked['waiting_for']
    assert (parked['changed'], parked['op_occ']['state'], parked['op_occ']['result']) == (True, 'PROCESSING', 'waiting')
    (file,) = told['files']
    assert (file['file'], file['purpose'], file['subject'], file['timeout_s']) == ('ready.yml', 'ready', 'web/back', 20.0)
    assert [one['id'] for one in file['instances']] == [site.resources()[f'vdu:web/back/{index}']['id'] for index in (0, 1)]
    assert file['instances'][1]['addresses']['eth1']
    assert len(site.vim.servers) == 2, 'front comes after back is up'
    assert site.recorded()['servers'] == site.vim.ids()['servers']
    view = views.list_op_occs(site.store, ns='edge1', op_occ=None, limit=1, scope='ns')[0]
    assert (view['owner_alive'], view['waiting_for']['files']) == (True, ['ready.yml'])
    assert 'PROCESSING (waits for ready.yml)' in status.table([view])[1]
    done = go_on(site, parked, document=described())
    assert (done['op_occ']['state'], len(site.vim.servers)) == ('COMPLETED', 3)
    assert done['plan'] == parked['plan'] and 'diff' not in done
    assert site.resources()['vdu:web/back/0']['ready'] == PASSED
    newest = site.newest.data
    assert (newest['waiting_for'], newest['progress']['done']) == (None, newest['progress']['total'])
    assert newest['progress']['total'] == parked['plan']['tasks']
    assert [one['trigger'] for one in site.newest.states()] == ['request', 'grant', 'done']
    assert site.apply('instantiate', document=described(), task_files={})['changed'] is False


def test_a_dry_run_names_the_file_and_a_module_alone_is_refused(site: Site) -> None:
    would = site.diff('instantiate', document=described())
    assert 'task file ready.yml: ready of web/back (2)' in would['diff']['prepared']
    assert would['plan']['task_files'] == [{'file': 'ready.yml', 'purpose': 'ready', 'subject': 'web/back', 'timeout_s': 20.0,
                                            'items': 2}]
    error = site.fails('instantiate', document=described())
    assert 'task file ready.yml: run by the roles of nfv.mano' in error.problem.detail
    assert (site.newest.state, site.vim.called) == ('ROLLED_BACK', [])


def test_one_that_fails_is_run_again_by_a_retry(site: Site) -> None:
    parked = park(site)
    with pytest.raises(OpOccError) as caught:
        go_on(site, parked, document=described(), error='Ask: no answer', late=True)
    assert 'pass task file ready.yml: not passed after 20 s: Ask: no answer' in caught.value.problem.detail
    assert 'not started, because of: vdu web/back/' in caught.value.problem.detail
    assert (site.newest.state, len(site.vim.servers)) == ('FAILED_TEMP', 2)
    assert 'ready' not in site.resources()['vdu:web/back/0']
    again = site.apply('retry', task_files={})
    assert again['waiting_for']['files'][0]['subject'] == 'web/back'
    assert go_on(site, again, 'retry')['op_occ']['state'] == 'COMPLETED'
    assert len(site.vim.servers) == 3


def test_meanwhile_everything_else_is_refused(site: Site) -> None:
    park(site)
    files = site.files()
    for operation, options in (('instantiate', {'document': described(), 'task_files': {}}), ('terminate', {}), ('retry', {})):
        error = site.fails(operation, **options)
        assert 'waits for task file ready.yml' in str(error) and 'nfv.mano.cancel' in str(error)
        with pytest.raises(OpOccError, match='ready.yml'):
            site.diff(operation, **options)
    assert site.files() == files


@pytest.mark.parametrize('by_force', [False, True])
def test_one_whose_lease_ended_is_recovered(site: Site, by_force: bool) -> None:
    parked = park(site)
    if not by_force:
        ended_lease(site)
        assert views.list_op_occs(site.store, ns='edge1', op_occ=None, limit=1, scope='ns')[0]['owner_alive'] is False
    changed, found = views.close(site.store, 'edge1', None, fail=False, force_takeover=by_force, dry=False)
    assert (changed, found and found.state) == (True, 'FAILED_TEMP')
    assert 'it waited for task file ready.yml until' in site.newest.errors()[-1]['detail']
    assert site.newest.states()[-1]['trigger'] == 'owner_died'
    with pytest.raises(OpOccError, match='was ended while its task files ran'):
        go_on(site, parked, document=described())
    again = site.apply('instantiate', document=described(), task_files={})
    assert go_on(site, again, document=described())['op_occ']['state'] == 'COMPLETED'


def test_it_goes_on_after_its_lease_where_nobody_has_recovered_it(site: Site) -> None:
    parked = park(site)
    ended_lease(site)
    assert go_on(site, parked, document=described())['op_occ']['state'] == 'COMPLETED'


def test_cancelled_while_the_file_runs(site: Site) -> None:
    parked = park(site)
    changed, found = cancel(site.store, 'edge1', None, mode='GRACEFUL', timeout=5, force_takeover=False, dry=False)
    assert (changed, found.state, found.data['waiting_for']) == (True, 'FAILED_TEMP', None)
    assert found.states()[-1]['trigger'] == 'cancel' and 'it waited for task file ready.yml' in found.errors()[-1]['detail']
    assert site.recorded()['servers'] == site.vim.ids()['servers']
    files = site.files()
    with pytest.raises(OpOccError, match='somebody cancelled it') as caught:
        go_on(site, parked, document=described())
    assert caught.value.result['op_occ']['state'] == 'FAILED_TEMP'  # type: ignore[attr-defined]
    assert site.files() == files
    again = site.apply('retry', task_files={})
    assert go_on(site, again, 'retry')['op_occ']['state'] == 'COMPLETED'


def test_who_died_while_going_on_is_recovered_at_once(site: Site) -> None:
    """Its lease has not ended, but it held the lock when it died."""
    park(site)
    path = Path(lock_path(site.store, site.ns()['id']))
    holder = {'host': 'here', 'boot_id': boot_id(), 'pid': 7, 'since': 'now', 'heartbeat': 'now', 'op_occ': None}
    path.write_text(json.dumps({'counter': 99, 'holder': holder}).ljust(1023) + '\n')
    changed, found = views.close(site.store, 'edge1', None, fail=False, force_takeover=False, dry=False)
    assert (changed, found and found.state) == (True, 'FAILED_TEMP')


def test_a_wish_to_cancel_that_came_in_between_is_seen(site: Site) -> None:
    parked = park(site)
    site.newest.wish_cancel('GRACEFUL')
    with pytest.raises(OpOccError, match='was cancelled'):
        go_on(site, parked, document=described())
    assert (site.newest.state, len(site.vim.servers)) == ('FAILED_TEMP', 2)


def test_a_failure_beside_it_ends_it_at_once(site: Site) -> None:
    site.failing('create_server', lambda spec: spec['name'].endswith('back-1'))
    error = site.fails('instantiate', document=described(), task_files={})
    assert 'create_server refused here' in error.problem.detail
    assert (site.newest.state, site.newest.data['waiting_for']) == ('FAILED_TEMP', None)


def test_what_stands_against_going_on_fails_it(site: Site) -> None:
    parked = park(site)
    site.vim.networks.pop('net-shared')
    with pytest.raises(OpOccError):
        go_on(site, parked, document=described())
    assert site.newest.state == 'FAILED_TEMP'


def test_a_result_is_needed_for_each(site: Site) -> None:
    parked = park(site)
    with pytest.raises(InputError, match='0 are given, 1 are waited for'):
        site.apply('instantiate', document=described(), task_files={'lease': parked['waiting_for']['lease'], 'results': []})
    assert site.newest.parked


def test_a_rollback_waits_too(site: Site) -> None:
    document = wanted(1, ready=READY)
    go_on(site, site.apply('instantiate', document=document, task_files={}), document=document)
    site.failing('delete_network')
    site.fails('terminate')
    site.mended()
    parked = site.apply('rollback', accept_data_loss=True, task_files={})
    assert (parked['op_occ']['state'], site.newest.state) == ('ROLLING_BACK', 'ROLLING_BACK')
    assert go_on(site, parked, 'rollback', accept_data_loss=True)['op_occ']['state'] == 'ROLLED_BACK'
    assert site.ns()['state'] == 'INSTANTIATED'


def test_one_after_the_other_each_has_to_pass_before_the_next_is_touched(site: Site) -> None:
    document = wanted(3, ready=READY)
    go_on(site, site.apply('instantiate', document=document, task_files={}), document=document)
    before = [site.resources()[f'vdu:web/front/{index}']['id'] for index in range(3)]
    heal = {'params': {'force': True}, 'max_unavailable': '1', 'accept_data_loss': True}
    parked = site.apply('heal', task_files={}, **heal)
    assert [one['count_index'] for one in parked['waiting_for']['files'][0]['instances']] == [0]
    assert before[0] not in site.vim.servers and set(before[1:]) <= set(site.vim.servers)
    with pytest.raises(OpOccError, match='not well'):
        go_on(site, parked, 'heal', error='not well', **heal)
    assert set(before[1:]) <= set(site.vim.servers), 'while the first is not ready none of the others goes'
    rounds = []
    parked = site.apply('heal', task_files={}, **heal)
    while 'waiting_for' in parked:
        rounds.append([one['count_index'] for one in parked['waiting_for']['files'][0]['instances']])
        parked = go_on(site, parked, 'heal', **heal)
    assert (rounds, parked['op_occ']['state']) == ([[0], [1], [2]], 'COMPLETED')
