# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operate: Nova and the record say what was asked for, and the same document keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, one_now, plan_lines

STOP, START = {'state': 'STOPPED'}, {'state': 'STARTED'}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    module_service.describe(3)
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def test_stop_one(site: Later) -> None:
    asked: dict[str, Any] = {'nfv_params': {**STOP, 'stop_type': 'GRACEFUL', 'graceful_stop_timeout': 60},
                             'nfv_count_index': '1', **FRONT}
    lines = site.change('operate', **asked)
    assert [(line.sign, line.name, line.detail) for line in lines] == [
        ('~', 'web/front/1', 'status ACTIVE -> SHUTOFF (stop)')]
    assert (site.statuses(), site.record(1)['status']) == (['ACTIVE', 'SHUTOFF', 'ACTIVE'], 'SHUTOFF')
    site.again('operate', **asked)
    site.again()
    vnfs = [one for one in site.service.facts('op_occ') if one['scope'] == 'vnf' and one['operation'] == 'OPERATE']
    assert [(one['vnf_name'], one['state']) for one in vnfs] == [('web', 'COMPLETED')]


def test_what_others_stop_or_start_is_put_back(site: Later) -> None:
    compute = site.project.cloud.compute
    compute.stop_server(site.server(0))
    compute.start_server(site.server(1))
    wait_for(lambda: site.statuses() == ['SHUTOFF', 'ACTIVE', 'ACTIVE'], 60, 'stopped and started behind our back')
    played = good(site.play('instantiate', '--diff'))
    assert sorted((line.name, line.detail) for line in plan_lines(played.out)) == [
        ('web/front/0', 'status SHUTOFF -> ACTIVE (start)'), ('web/front/1', 'status ACTIVE -> SHUTOFF (stop)')]
    assert site.statuses() == ['ACTIVE', 'SHUTOFF', 'ACTIVE']


def test_a_document_that_changes_another_field_leaves_it_stopped(site: Later) -> None:
    site.service.describe(3, metadata={'tier': 'web'})
    played = good(site.play('instantiate', '--diff'))
    assert [line.detail for line in plan_lines(played.out)] == ['metadata tier none -> web'] * 3
    assert site.statuses() == ['ACTIVE', 'SHUTOFF', 'ACTIVE']


def test_it_was_stopped_already(site: Later) -> None:
    site.project.cloud.compute.stop_server(site.server(2))
    wait_for(lambda: site.statuses()[2] == 'SHUTOFF', 60, 'stopped behind our back')
    good(site.play('operate', nfv_params=STOP, nfv_count_index=2, **FRONT))
    assert site.record(2)['status'] == 'SHUTOFF'
    site.again()


def test_start_all(site: Later) -> None:
    lines = site.change('operate', nfv_params={'change_state_to': 'started'})
    assert sorted(line.name for line in lines) == ['web/front/1', 'web/front/2']
    assert (site.statuses(), site.record(1)['status']) == (['ACTIVE'] * 3, 'ACTIVE')
    site.again('operate', nfv_params=START)
    site.again()


@pytest.mark.slow
@pytest.mark.parametrize(('state', 'status'), [('PAUSED', 'PAUSED'), ('SUSPENDED', 'SUSPENDED')])
def test_pause_and_suspend(site: Later, state: str, status: str) -> None:
    asked: dict[str, Any] = {'nfv_vnf': 'web', 'nfv_vdu': 'front', 'nfv_count_index': 0}
    site.change('operate', nfv_params={'state': state}, **asked)
    assert (site.statuses()[0], site.record(0)['status']) == (status, status)
    site.again()
    site.refuse('operate', f'vdu:web/front/0: its server is {status} and can be stopped only from ACTIVE', nfv_params=STOP,
                **asked)
    site.change('operate', nfv_params=START, **asked)
    assert site.statuses()[0] == 'ACTIVE'


@pytest.mark.slow
@pytest.mark.parametrize(('kind', 'action'), [('GRACEFUL', 'reboot-soft'), ('FORCEFUL', 'reboot-hard')])
def test_restart(site: Later, kind: str, action: str) -> None:
    named = {'state': 'RESTARTED', 'stop_type': kind, 'request_id': f'window {kind}'}
    lines = site.change('operate', nfv_params=named, nfv_max_unavailable=1)
    assert [line.detail for line in lines] == [f'status ACTIVE ({action})'] * 3
    assert site.statuses() == ['ACTIVE'] * 3
    newest = [next(iter(site.project.cloud.compute.server_actions(site.server(index)))).action for index in range(3)]
    assert newest == ['reboot'] * 3
    asked = [entry['event'] for entry in site.journal() if entry['event'] in ('intent', 'settled')]
    assert asked == ['intent', 'settled'] * 3, 'one after the other'
    site.again('operate', nfv_params=named)


@pytest.mark.slow
def test_a_fault_in_the_middle(site: Later) -> None:
    asked: dict[str, Any] = {'nfv_params': STOP, **FRONT}
    with faults('stop'):
        site.assert_failed_with_the_truth(site.play('operate', **asked), 'stop server', 'the server is ACTIVE')
    good(site.play('operate', **asked))
    assert site.statuses() == ['SHUTOFF'] * 3
    site.again()
    assert changed_count(good(site.play('operate', nfv_params=START)).out) == 1


@pytest.mark.slow
def test_new_instances_are_started(site: Later) -> None:
    good(site.play('operate', nfv_params=STOP, nfv_count_index=2, **FRONT))
    good(site.play('scale', nfv_params={'count': 4}))
    assert site.statuses() == ['ACTIVE', 'ACTIVE', 'SHUTOFF', 'ACTIVE']
    good(site.play('scale', nfv_params={'count': 2}))
    good(site.play('scale', nfv_params={'count': 3}))
    assert site.statuses() == ['ACTIVE'] * 3
    site.again()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'an unknown VNF': ({'nfv_vnf': 'wbe', 'nfv_params': STOP}, '(there are: web)'),
    'an unknown VDU': ({'nfv_vdu': 'frnt', 'nfv_params': STOP}, '(there are: web/front)'),
    'an unknown instance': ({'nfv_count_index': '3', 'nfv_params': STOP}, 'count_index: 3 is not an instance'),
    'no index': ({'nfv_count_index': 'one', 'nfv_params': STOP}, 'nfv_count_index'),
    'no state': ({'nfv_params': {}}, 'operate needs one of STARTED, STOPPED'),
    'an unknown state': ({'nfv_params': {'state': 'HALTED'}}, "'HALTED' is none of STARTED, STOPPED"),
    'an unknown service': ({'nfv_ns': 'nobody', 'nfv_params': STOP}, 'nobody is not an NS'),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown state'))
def test_wrong_input(site: Later, case: str) -> None:
    records = site.records()
    more, word = WRONG[case]
    site.refuse('operate', word, **more)
    assert site.records() == records


def test_a_server_that_is_gone(site: Later) -> None:
    site.project.cloud.compute.delete_server(site.server(2))
    wait_for(lambda: len(site.statuses()) == 2, 60, 'deleted behind our back')
    site.refuse('operate', 'vdu:web/front/2: its server is gone from the VIM; nfv.mano.heal makes it again', nfv_params=STOP)
    assert site.statuses() == ['ACTIVE'] * 2
