# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that stay: resized from wherever they are, rebuilt, and what is told of an action that only looks well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute import waiter, watch
from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import fold
from ansible_collections.nfv.mano.plugins.module_utils.execute.resize import Resizes
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_changes import ServerChanges
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Server
from ansible_collections.nfv.mano.tests.unit.plan.world import World, document

ITEM = 'vdu:web/front/0'
TINY = {'original_name': 'm1.tiny', 'vcpus': 1, 'ram': 512, 'disk': 1}
SMALL = {'original_name': 'm1.small', 'vcpus': 1, 'ram': 2048, 'disk': 20}
LIMITS = {'server_active': 5.0, 'server_resize': 5.0}


class Nova:
    """One server; what an action leads to is there after two looks at it."""

    name = 'default'

    def __init__(self, server: Server, failing: str = '', refused: str = '', ends: dict[str, Any] | None = None) -> None:
        self.server, self.failing, self.refused, self.ends = server, failing, refused, ends
        self.after: dict[str, Any] = {}
        self.looks = 0
        self.asked: list[str] = []
        self.bound = {'port-0-eth1'}

    def _act(self, action: str, then: dict[str, Any], **now: Any) -> str:
        self.asked.append(action)
        self.server = self.server._replace(**now)
        self.looks = 0
        self.after = {'task_state': None, 'status': 'ACTIVE', **({} if action == self.failing else then), **(self.ends or {})}
        if action == self.refused:
            raise VimError(action, 'not now', status=409)
        return f'req-{action}'

    def resize_server(self, server_id: str, flavor_id: str) -> str:
        assert flavor_id == 'flavor-m1.small'
        return self._act('resize', {'status': 'VERIFY_RESIZE', 'flavor': SMALL}, status='RESIZE', task_state='resize_prep')

    def confirm_resize(self, server_id: str) -> str:
        return self._act('confirm', {})

    def revert_resize(self, server_id: str) -> str:
        return self._act('revert', {'flavor': TINY}, status='REVERT_RESIZE', task_state='resize_reverting')

    def rebuild_server(self, server_id: str, image_id: str, **user_data: str | None) -> str:
        assert user_data == {'user_data': None}
        return self._act('rebuild', {}, status='REBUILD', task_state='rebuilding')

    def detach_interface(self, server_id: str, port_id: str) -> str:
        self.asked.append(f'detach {port_id}')
        return 'req-detach'

    def delete_port(self, port_id: str) -> None:
        assert port_id not in self.bound
        self.asked.append(f'delete {port_id}')

    def bound_ports(self, port_ids: list[str]) -> set[str]:
        self.looks += 1
        self.bound = set() if self.looks > 2 and self.failing != 'detach' else self.bound
        return self.bound

    def servers(self, ns_id: str) -> list[Server]:
        self.looks += 1
        if self.after and self.looks > 2:
            self.server, self.after = self.server._replace(**self.after), {}
        return [self.server]

    def get_server(self, server_id: str) -> Server:
        return self.server

    def action_error(self, server_id: str, request_id: str) -> str | None:
        return f'{request_id} failed' if self.failing and not self.after else None


class Calls:
    """Calls whose journal is a list."""

    def __init__(self, resources: dict[str, dict[str, Any]]) -> None:
        self.resources, self.entries = resources, []

    def change(self, vim: Any, task: str, call: str, target: Any, do: Callable[[], Any]) -> Any:
        return do()

    def note(self, event: str, **fields: Any) -> None:
        self.entries.append(fields)
        fold(self.resources, [fields])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watch, 'SHORTEST', 0.01)
    monkeypatch.setattr(waiter, 'ASK_AGAIN', 0.05)
    yield


def perform(nova_of: dict[str, Any], wanted: dict[str, Any], name: str, record: dict[str, Any] | None = None,
            **nova: Any) -> tuple[End, Nova, Calls]:
    """Do the task of that name of the plan for the wanted document."""
    world = World().deployed(0)
    world.state.images.append(Image('image-ubuntu', 'ubuntu', 'active', 0, 0, ()))
    cloud = Nova(world.add(0, **nova_of), **nova)
    world.record[ITEM].update(record or {})
    task = world.plan(wanted, allow_delete=True).tasks[f'{name} {ITEM}']
    calls, over, ends = Calls(world.record), threading.Event(), []

    def ended(end: End) -> None:
        ends.append(end)
        over.set()
    waits = Waiter(cloud, 'ns')  # type: ignore[arg-type]
    verbs = {verb: do for kind in (ServerChanges, Resizes)
             for verb, do in kind(calls, {'default': waits}, LIMITS).verbs().items()}  # type: ignore[arg-type]
    _run(verbs[task.verb], task, cloud, ended)
    assert over.wait(5)
    waits.stop()
    return ends[0], cloud, calls


def _run(do: Any, task: Task, cloud: Nova, ended: Callable[[End], None]) -> None:
    try:
        do([task], cloud, ended)
    except VimError as error:  # as the runner does
        ended(End(task, error, ''))


RESIZED = document(1, flavor='m1.small')


@pytest.mark.parametrize(('server', 'asked'), [
    ({}, ['resize', 'confirm']),
    ({'status': 'VERIFY_RESIZE', 'flavor': SMALL}, ['confirm']),
    ({'status': 'VERIFY_RESIZE', 'flavor': {**SMALL, 'original_name': 'm1.other'}}, ['revert', 'resize', 'confirm']),
    ({'status': 'SHUTOFF'}, ['resize', 'confirm'])])
def test_a_resize_goes_on_from_where_the_server_is(server: dict[str, Any], asked: list[str]) -> None:
    end, nova, calls = perform(server, RESIZED, 'resize')
    assert (end.error, end.note, nova.asked) == (None, 'resized', asked)
    record = calls.resources[ITEM]
    assert (record['status'], record['flavor'], record['flavor_key']) == ('ACTIVE', 'm1.small', 'flavor:default/m1.small')


def test_a_resize_back_to_the_flavor_before_is_only_reverted() -> None:
    end, nova, _calls = perform({'status': 'VERIFY_RESIZE', 'flavor': SMALL}, document(1), 'resize')
    assert (end.error, nova.asked) == (None, ['revert'])


def test_a_resize_that_leaves_the_server_as_it_was_has_failed() -> None:
    end, nova, calls = perform({}, RESIZED, 'resize', failing='resize')
    assert str(end.error) == ('Failed to resize server edge1-web-front-0: req-resize failed; the server is ACTIVE with flavor '
                              'm1.tiny [req-resize]')
    assert (nova.asked, calls.resources[ITEM]['status']) == (['resize'], 'ACTIVE')


def test_a_resize_that_ends_in_error_tells_the_fault() -> None:
    end, _nova, calls = perform({}, RESIZED, 'resize', ends={'status': 'ERROR', 'fault': 'no room'})
    assert 'no room' in str(end.error)
    assert calls.resources[ITEM]['status'] == 'ERROR'


@pytest.mark.parametrize(('refused', 'is_well'), [('confirm', True), ('resize', False)])
def test_who_is_late_to_confirm_looks_where_the_server_ends(refused: str, is_well: bool) -> None:
    end, _nova, _calls = perform({}, RESIZED, 'resize', refused=refused)
    assert (end.error is None) is is_well


REBUILT = document(1, image='ubuntu')


def test_a_rebuild_is_recorded_as_soon_as_nova_takes_it() -> None:
    end, nova, calls = perform({}, REBUILT, 'rebuild', ends={'image_id': 'image-ubuntu'})
    assert (end.error, nova.asked) == (None, ['rebuild'])
    begun = calls.entries[0]['put'][ITEM]
    assert (begun['rebuilding'], begun['image'], begun['image_id']) == (
        {'request_id': 'req-rebuild', 'image_id': 'image-ubuntu'}, 'ubuntu', 'image-ubuntu')
    assert (calls.resources[ITEM]['rebuilding'], calls.resources[ITEM]['status']) == (None, 'ACTIVE')


@pytest.mark.parametrize('ends', [{}, {'status': 'ERROR', 'fault': 'no disk'}])
def test_a_rebuild_that_failed_is_not_taken_for_done(ends: dict[str, Any]) -> None:
    end, _nova, calls = perform({}, REBUILT, 'rebuild', failing='rebuild', ends=ends)
    assert ('no disk' if ends else 'req-rebuild failed') in str(end.error)
    assert calls.resources[ITEM]['rebuilding']['request_id'] == 'req-rebuild'


BEGUN = {'image': 'ubuntu', 'image_id': 'image-cirros', 'rebuilding': {'request_id': 'req-1', 'image_id': 'image-ubuntu'}}


@pytest.mark.parametrize(('server', 'failing', 'asked'), [
    ({'image_id': 'image-ubuntu'}, '', []), ({}, 'the one before', ['rebuild']), ({'status': 'ERROR'}, '', ['rebuild'])])
def test_a_rebuild_of_an_earlier_run_is_begun_again_only_where_it_failed(server: dict[str, Any], failing: str,
                                                                         asked: list[str]) -> None:
    _end, nova, calls = perform(server, REBUILT, 'rebuild', BEGUN, failing=failing)
    assert nova.asked == asked
    assert (calls.resources[ITEM]['rebuilding'] is None) is not bool(failing)


def test_a_port_is_deleted_once_it_is_off_the_server() -> None:
    wanted = document(1, interfaces=[{'name': 'eth0', 'virtual_link': 'mgmt'}])
    end, nova, calls = perform({}, wanted, 'unplug')
    assert (end.error, nova.asked) == (None, ['detach port-0-eth1', 'delete port-0-eth1'])
    assert list(calls.resources[ITEM]['ports']) == ['eth0']
    end, nova, calls = perform({}, wanted, 'unplug', failing='detach')
    assert 'req-detach failed' in str(end.error)
    assert list(calls.resources[ITEM]['ports']) == ['eth0', 'eth1']
