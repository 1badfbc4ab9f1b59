# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOL003 front on the sandbox: a VNF's life over HTTP, its notifications, Keystone's tokens, and a front that is killed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.front import INSTANTIATE, Front, Rulebook, Subscriber
from ansible_collections.nfv.mano.tests.integration.mano.service import wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    SANDBOX_HOME,
    Project,
    document,
    good,
    play,
    unique_name,
    write,
    write_faults,
)

FORCEFUL = {'terminationType': 'FORCEFUL'}


@pytest.fixture
def started(tmp_path: Path, project: Project) -> Iterator[Callable[..., Front]]:
    """Starts a front; what was made through it is gone afterwards."""
    before, fronts = project.ids(), []

    def start(kind: type[Front] = Front, **options: Any) -> Front:
        fronts.append(kind(tmp_path, **options))
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
    until(lambda: len(subscriber.told) == 8)
    operation = ['STARTING', 'PROCESSING', 'COMPLETED']
    assert subscriber.states() == ['VnfIdentifierCreationNotification', *operation, *operation,
                                   'VnfIdentifierDeletionNotification']


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


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    wait_for(true, seconds, 'what the test waits for')


@pytest.mark.slow
def test_killed_while_an_operation_runs_and_it_tells_of_it(started: Callable[..., Front], project: Project) -> None:
    front, subscriber = started(), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    vnf_id = front.create()
    subscriber.hold = 0.5
    location = front.ask(vnf_id, 'instantiate', {**INSTANTIATE, 'instantiationLevelId': 'large'})
    until(lambda: 'STARTING' in subscriber.states())
    front.process.kill()
    front.process.wait(30)
    for thread in front.threads:
        thread.join(300)
    front.start()
    assert front.wait(location)['operationState'] == 'COMPLETED'
    until(lambda: 'COMPLETED' in subscriber.states())
    assert subscriber.states() == ['VnfIdentifierCreationNotification', 'STARTING', 'PROCESSING', 'COMPLETED']
    assert len(front.events) == 1
    assert len(servers(project, front.good('GET', f'vnf_instances/{vnf_id}')[0])) == 3
    front.done(vnf_id, 'terminate', FORCEFUL)


@pytest.mark.slow
def test_the_playbook_and_its_module_are_killed(started: Callable[..., Front]) -> None:
    front, subscriber = started(), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    vnf_id = front.create()
    location = front.ask(vnf_id, 'instantiate', INSTANTIATE)
    front.wait(location, lambda state: state == 'PROCESSING')
    front.kill_plays()
    found = front.wait(location)
    assert found['operationState'] == 'FAILED_TEMP' and found['error']['detail']
    until(lambda: 'FAILED_TEMP' in subscriber.states())
    front.good('POST', f'{location}/retry', status=202)
    assert front.wait(location, lambda state: state in ('COMPLETED', 'FAILED'))['operationState'] == 'COMPLETED'
    until(lambda: subscriber.states()[-1] == 'COMPLETED')
    assert subscriber.states()[1:] == ['STARTING', 'PROCESSING', 'FAILED_TEMP', 'PROCESSING', 'COMPLETED']
    front.done(vnf_id, 'terminate', FORCEFUL)


@pytest.mark.slow
def test_subscribers_that_are_away_for_a_minute(started: Callable[..., Front]) -> None:
    front, subscribers = started(), {fault: Subscriber() for fault in ('down', 'refuses', 'hangs', 'slow')}
    for one in subscribers.values():
        front.good('POST', 'subscriptions', {'callbackUri': one.uri}, 201)
    began, down = time.monotonic(), subscribers['down']
    down.down()
    subscribers['refuses'].status, subscribers['hangs'].hold, subscribers['slow'].hold = 500, 70.0, 3.0
    vnf_id = front.create()
    front.done(vnf_id, 'instantiate', INSTANTIATE)
    front.done(vnf_id, 'terminate', FORCEFUL)
    front.good('DELETE', f'vnf_instances/{vnf_id}', status=204)
    assert time.monotonic() - began < 60
    operation = ['STARTING', 'PROCESSING', 'COMPLETED']
    expected = ['VnfIdentifierCreationNotification', *operation, *operation, 'VnfIdentifierDeletionNotification']
    # Whoever is away holds up nobody else
    until(lambda: subscribers['slow'].states() == expected)
    time.sleep(max(began + 60 - time.monotonic(), 0))
    assert all(one.told == [] for fault, one in subscribers.items() if fault != 'slow')
    down.up(down.port)
    subscribers['refuses'].status, subscribers['hangs'].hold = 204, 0.0
    for fault, one in subscribers.items():
        until(lambda one=one: len(one.states()) >= len(expected), 90)
        assert one.states() == expected, fault


@pytest.mark.slow
def test_operations_of_playbooks_are_told_of_without_a_front(started: Callable[..., Front]) -> None:
    front, subscriber = started(), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    front.stop()
    name, state = unique_name(), str(front.state_dir)
    good(play('instantiate', nfv_descriptor=write(front.folder, document(name, 1)), nfv_state_dir=state))
    operation, port = ['STARTING', 'PROCESSING', 'COMPLETED'], subscriber.port
    assert subscriber.states() == ['VnfIdentifierCreationNotification', *operation]
    subscriber.down()
    good(play('terminate', nfv_ns=name, nfv_state_dir=state))
    subscriber.up(port)
    good(play('notify', nfv_state_dir=state))
    assert subscriber.states() == ['VnfIdentifierCreationNotification', *operation, *operation]
    [vnf_id] = {one['vnfInstanceId'] for one in subscriber.told}
    assert subscriber.told[-1]['_links']['vnfInstance']['href'] == f'{front.root}/vnflcm/v2/vnf_instances/{vnf_id}'
    front.start()
    front.good('DELETE', f'vnf_instances/{vnf_id}', status=204)
    until(lambda: subscriber.states()[7:] == ['VnfIdentifierDeletionNotification'])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which('java') is None, reason='ansible-rulebook needs Java')
def test_driven_by_ansible_rulebook(started: Callable[..., Front], project: Project) -> None:
    front, subscriber = started(Rulebook), Subscriber()
    front.good('POST', 'subscriptions', {'callbackUri': subscriber.uri}, 201)
    vnf_id, other = front.create(), front.create()
    write_faults(SANDBOX_HOME, ['spawn'])
    try:
        location = front.ask(vnf_id, 'instantiate', INSTANTIATE)
        assert front.wait(location)['operationState'] == 'FAILED_TEMP', front.said()
    finally:
        write_faults(SANDBOX_HOME, [])
    front.good('POST', f'{location}/retry', status=202)
    front.wait(location, lambda state: state == 'COMPLETED')
    assert len(servers(project, front.good('GET', f'vnf_instances/{vnf_id}')[0])) == 1
    # One runs while the other is cancelled, and rolled back
    location = front.ask(other, 'instantiate', {**INSTANTIATE, 'instantiationLevelId': 'large'})
    second = front.ask(vnf_id, 'terminate', FORCEFUL)
    front.wait(location, lambda state: state == 'PROCESSING')
    front.good('POST', f'{location}/cancel', {'cancelMode': 'GRACEFUL'}, 202)
    assert front.wait(location)['operationState'] == 'FAILED_TEMP'
    front.good('POST', f'{location}/rollback', status=202)
    front.wait(location, lambda state: state == 'ROLLED_BACK')
    assert front.wait(second)['operationState'] == 'COMPLETED'
    assert {'FAILED_TEMP', 'ROLLED_BACK', 'COMPLETED'} <= set(subscriber.states())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which('java') is None, reason='ansible-rulebook needs Java')
def test_ansible_rulebook_dies(started: Callable[..., Front]) -> None:
    front = started(Rulebook)
    vnf_id = front.create()
    location = front.ask(vnf_id, 'instantiate', {**INSTANTIATE, 'instantiationLevelId': 'large'})
    front.wait(location, lambda state: state == 'PROCESSING')
    front.stop(kill=True)
    front.start()
    assert front.wait(location)['operationState'] == 'FAILED_TEMP'
    front.good('POST', f'{location}/rollback', status=202)
    # The window in which a lost answer may still show up ends first
    front.wait(location, lambda state: state == 'ROLLED_BACK', timeout=240)
