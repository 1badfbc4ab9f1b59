# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOL003 front on the sandbox: a VNF's life over HTTP, its notifications, Keystone's tokens, and a front that is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.front import INSTANTIATE, Front, Subscriber
from ansible_collections.nfv.mano.tests.integration.mano.support import SANDBOX_HOME, Project, write_faults

FORCEFUL = {'terminationType': 'FORCEFUL'}


@pytest.fixture
def started(tmp_path: Path, project: Project) -> Iterator[Callable[..., Front]]:
    """Starts a front; what was made through it is gone afterwards."""
    before, fronts = project.ids(), []

    def start(**options: Any) -> Front:
        fronts.append(Front(tmp_path, **options))
        return fronts[-1]
    yield start
    for front in fronts:
        front.stop()
    assert project.ids() == before


def servers(project: Project, view: dict[str, Any]) -> set[str]:
    """Of the servers that a VNF instance names those that Nova has."""
    there = {one.id for one in project.cloud.compute.servers()}
    return there & {one['computeResource']['resourceId'] for one in view['instantiatedVnfInfo']['vnfcResourceInfo']}


def test_a_life(started: Callable[..., Front], project: Project) -> None:
    front, subscriber = started(), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    vnf_id = front.create()
    op_occ = front.done(vnf_id, 'instantiate', INSTANTIATE)
    assert len(op_occ['resourceChanges']['affectedVnfcs']) == 1
    view = front.good('GET', f'vnf_instances/{vnf_id}')[0]
    assert len(servers(project, view)) == 1
    front.done(vnf_id, 'terminate', FORCEFUL)
    front.good('DELETE', f'vnf_instances/{vnf_id}', status=204)
    assert all(one.rc == 0 for one in front.plays) and len(front.events) == 2
    front.stop()
    operation = ['STARTING', 'PROCESSING', 'COMPLETED']
    expected = ['VnfIdentifierCreationNotification', *operation, *operation, 'VnfIdentifierDeletionNotification']
    assert subscriber.states() == expected[:len(subscriber.told)] and len(subscriber.told) >= 7


def test_tokens_of_keystone(started: Callable[..., Front]) -> None:
    front = started(keystone='sandbox-admin', keystone_roles='member')
    token = openstack.connect(cloud='sandbox').session.get_token()
    assert front.call('GET', 'vnf_instances', **{'X-Auth-Token': token})[0] == 200
    assert front.call('GET', 'vnf_instances', **{'X-Auth-Token': 'gAAAAAother'})[0] == 401
    status, problem, headers = front.call('GET', 'vnf_instances')
    assert status == 401 and problem['status'] == 401 and 'Keystone' in headers['WWW-Authenticate']


@pytest.mark.slow
def test_scaled_healed_stopped_changed(started: Callable[..., Front], project: Project) -> None:
    front = started()
    vnf_id = front.create()
    front.done(vnf_id, 'instantiate', INSTANTIATE)
    front.done(vnf_id, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    before = servers(project, front.good('GET', f'vnf_instances/{vnf_id}')[0])
    assert len(before) == 2
    front.done(vnf_id, 'heal', {'vnfcInstanceId': ['front/0']})
    after = servers(project, front.good('GET', f'vnf_instances/{vnf_id}')[0])
    assert len(after) == 2 and len(before & after) == 1
    front.done(vnf_id, 'operate', {'changeStateTo': 'STOPPED'})
    assert {project.cloud.compute.get_server(one).status for one in after} == {'SHUTOFF'}
    front.done(vnf_id, 'scale_to_level', {'instantiationLevelId': 'small'})
    front.done(vnf_id, 'terminate', FORCEFUL)


@pytest.mark.slow
def test_failed_then_rolled_back_and_cancelled(started: Callable[..., Front]) -> None:
    front = started()
    vnf_id = front.create()
    write_faults(SANDBOX_HOME, ['spawn'])
    try:
        location = front.ask(vnf_id, 'instantiate', INSTANTIATE)
        assert front.wait(location)['operationState'] == 'FAILED_TEMP'
    finally:
        write_faults(SANDBOX_HOME, [])
    front.good('POST', f'{location}/rollback', status=202)
    assert front.wait(location, lambda state: state == 'ROLLED_BACK')['error']['detail']
    location = front.ask(vnf_id, 'instantiate', {**INSTANTIATE, 'instantiationLevelId': 'large'})
    front.wait(location, lambda state: state == 'PROCESSING')
    front.good('POST', f'{location}/cancel', {'cancelMode': 'GRACEFUL'}, 202)
    assert front.wait(location)['operationState'] == 'FAILED_TEMP'
    front.good('POST', f'{location}/fail')
    front.done(vnf_id, 'terminate', FORCEFUL)


@pytest.mark.slow
def test_killed_between_its_answer_and_the_event(started: Callable[..., Front]) -> None:
    front = started(carries_out=False)
    vnf_id = front.create()
    location = front.ask(vnf_id, 'instantiate', INSTANTIATE)
    front.stop(kill=True)
    front.events.clear()
    front.carries_out = True
    front.start()
    assert front.wait(location)['operationState'] == 'COMPLETED'
    assert len(front.events) == 1
    front.done(vnf_id, 'terminate', FORCEFUL)


@pytest.mark.slow
def test_nobody_carries_it_out(started: Callable[..., Front]) -> None:
    front, subscriber = started(carries_out=False, lease=1), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    found = front.wait(front.ask(front.create(), 'instantiate', INSTANTIATE), timeout=10)
    assert found['operationState'] == 'ROLLED_BACK'
    front.wait(found['_links']['self']['href'], lambda _state: subscriber.states()[-1] == 'ROLLED_BACK', timeout=10)
