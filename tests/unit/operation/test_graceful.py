# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests drained by a task file of the user's and stopped, before they are off or deleted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

STOP = {'state': 'STOPPED', 'graceful_stop_timeout': 30}
GRACEFUL = {'termination_type': 'GRACEFUL', 'graceful_termination_timeout': 30}
DRAIN = 'drain.yml'


@pytest.fixture
def up(site: Site) -> Site:
    """Two instances of a VDU that is drained."""
    site.apply('instantiate', document=wanted(2, drain=DRAIN))
    site.vim.called.clear()
    return site


def go_on(site: Site, parked: dict[str, Any], operation: str, error: str | None = None, late: bool = False,
          **options: Any) -> dict[str, Any]:
    results = [{'error': error, 'late': late} for _file in parked['waiting_for']['files']]
    return site.apply(operation, task_files={'lease': parked['waiting_for']['lease'], 'results': results}, **options)


def statuses(site: Site) -> set[str]:
    return {one.status for one in site.vim.servers.values()}


def test_drained_then_stopped(up: Site) -> None:
    would = up.diff('operate', params=STOP)
    assert 'task file drain.yml: drain of web/front (2)' in would['diff']['prepared']
    parked = up.apply('operate', params=STOP, task_files={})
    (file,) = parked['waiting_for']['files']
    assert (file['purpose'], file['timeout_s'], len(file['instances'])) == ('drain', 30.0, 2)
    assert (up.vim.called, statuses(up)) == ([], {'ACTIVE'})
    assert go_on(up, parked, 'operate', params=STOP)['op_occ']['state'] == 'COMPLETED'
    assert (up.vim.called, statuses(up)) == (['stop', 'stop'], {'SHUTOFF'})
    assert up.apply('operate', params=STOP, task_files={})['changed'] is False


def test_out_of_time_it_is_stopped_all_the_same(up: Site) -> None:
    parked = up.apply('operate', params=STOP, task_files={})
    go_on(up, parked, 'operate', error='Timed out', late=True, params=STOP)
    assert statuses(up) == {'SHUTOFF'}


def test_a_drain_that_fails_stops_the_operation_and_not_the_guest(up: Site) -> None:
    parked = up.apply('operate', params=STOP, task_files={})
    with pytest.raises(OpOccError, match='pass task file drain.yml: no such pool'):
        go_on(up, parked, 'operate', error='no such pool', params=STOP)
    assert (up.newest.state, statuses(up), up.vim.called) == ('FAILED_TEMP', {'ACTIVE'}, [])
    forced = up.apply('operate', params={'state': 'STOPPED', 'stop_type': 'FORCEFUL'})
    assert (forced['op_occ']['state'], statuses(up)) == ('COMPLETED', {'SHUTOFF'})


def test_what_is_drained_is_not_drained_again(up: Site) -> None:
    parked = up.apply('operate', params=STOP, task_files={})
    up.failing('stop', lambda server_id: server_id == up.resources()['vdu:web/front/1']['id'])
    with pytest.raises(OpOccError, match='stop refused here'):
        go_on(up, parked, 'operate', params=STOP)
    up.mended()
    assert up.apply('retry', task_files={})['op_occ']['state'] == 'COMPLETED'
    assert statuses(up) == {'SHUTOFF'}


def test_without_a_task_file_and_by_other_states_nothing_is_drained(up: Site) -> None:
    for params, end in (({'state': 'PAUSED'}, 'PAUSED'), ({'state': 'STARTED'}, 'ACTIVE'),
                        ({'state': 'STOPPED', 'stop_type': 'FORCEFUL'}, 'SHUTOFF')):
        assert up.apply('operate', params=params)['op_occ']['state'] == 'COMPLETED'
        assert statuses(up) == {end}


def test_a_graceful_terminate_drains_and_stops_first(up: Site) -> None:
    up.apply('operate', count_index=1, vnf='web', vdu='front', params={'state': 'STOPPED', 'stop_type': 'FORCEFUL'})
    up.vim.called.clear()
    would = up.diff('terminate', params=GRACEFUL)
    assert 'edge1-web-front-0, stopped first' in would['diff']['prepared']
    assert 'edge1-web-front-1, stopped first' not in would['diff']['prepared'], 'it is off already'
    parked = up.apply('terminate', params=GRACEFUL, task_files={})
    assert [one['count_index'] for one in parked['waiting_for']['files'][0]['instances']] == [0]
    assert len(up.vim.servers) == 1, 'what is off already goes meanwhile'
    assert go_on(up, parked, 'terminate', params=GRACEFUL)['op_occ']['state'] == 'COMPLETED'
    assert up.vim.called.index('stop') < len(up.vim.called) - 1 - up.vim.called[::-1].index('delete_server')
    assert (up.vim.servers, up.vim.ports, up.ns()['state']) == ({}, {}, 'NOT_INSTANTIATED')


def test_what_does_not_stop_is_deleted_all_the_same(site: Site) -> None:
    site.apply('instantiate', document=wanted(2))
    site.failing('stop')
    assert site.apply('terminate', params=GRACEFUL)['op_occ']['state'] == 'COMPLETED'
    assert any('not stopped: the test says so' in line for line in site.lines)
    assert site.vim.servers == {}


def test_a_forceful_terminate_does_neither(up: Site) -> None:
    up.apply('terminate', params={'termination_type': 'FORCEFUL'})
    assert (up.vim.servers, 'stop' in up.vim.called) == ({}, False)


def test_a_graceful_terminate_that_is_rolled_back_starts_what_it_stopped(up: Site) -> None:
    parked = up.apply('terminate', params=GRACEFUL, task_files={})
    up.failing('delete_server')
    with pytest.raises(OpOccError, match='delete_server refused here'):
        go_on(up, parked, 'terminate', params=GRACEFUL)
    up.mended()
    assert {one['status'] for item, one in up.resources().items() if item.startswith('vdu:')} == {'SHUTOFF'} == statuses(up)
    assert up.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert statuses(up) == {'ACTIVE'}


@pytest.mark.parametrize(('params', 'word'), [
    ({'termination_type': 'SLOWLY'}, "'SLOWLY' is none of FORCEFUL, GRACEFUL"),
    ({'graceful_termination_timeout': 5}, 'goes with termination_type GRACEFUL only'),
    ({'termination_type': 'GRACEFUL', 'graceful_termination_timeout': 0}, '0 is not a whole number of 1 or more'),
    ({'force': True}, 'params.force: unknown to terminate'),
])
def test_wrong_parameters(up: Site, params: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        up.apply('terminate', params=params)
