# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that find no host: a member of a strict group is made again, with a trace of each."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute import servers, watch
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End, Stopped
from ansible_collections.nfv.mano.plugins.module_utils.execute.servers import PAUSES, Servers
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.tests.unit.plan.world import World, document

NO_HOST = 'No valid host was found. There are not enough hosts available.'
ITEM = 'vdu:web/front/0'


class Nova:
    """Servers by id; the first so many of them find no host."""

    name = 'default'
    call_timeout = 1.0

    def __init__(self, failing: int, fault: str) -> None:
        self.failing, self.fault, self.made = failing, fault, 0
        self.servers: dict[str, Any] = {}

    def create_server(self, spec: dict[str, Any]) -> tuple[str, str]:
        self.made += 1
        failed = self.made <= self.failing
        one = SimpleNamespace(id=f's{self.made}', name=spec['name'], status='ERROR' if failed else 'ACTIVE', task_state=None,
                              fault=self.fault if failed else None, host_id='h', addresses=(), image_id='i', flavor={})
        self.servers[one.id] = one
        return one.id, f'req-{one.id}'

    def server_ids(self, ns_id: str, statuses: Any = ()) -> set[str]:
        return {one.id for one in self.servers.values() if not statuses or one.status in statuses}

    def get_server(self, server_id: str) -> Any:
        return self.servers.get(server_id)

    def delete_server(self, server_id: str) -> None:
        del self.servers[server_id]


class Log:
    """A journal that is only kept."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        self.entries.append({'event': event, **fields})
        return self.entries[-1]


def create(nova: Nova, policy: str | None, stop: bool = False) -> tuple[End, list[str], dict[str, Any]]:
    """A server's task: its end, what was journalled of calls and their effects, and what the record has of it."""
    value = document(1, affinity_group='spread') if policy else document(1)
    value['affinity_groups'] = [{'name': 'spread', 'policy': policy}] if policy else []
    task = World().plan(value).tasks[f'create {ITEM}']
    interfaces = [one.name for one in task.spec.shared.vdu.interfaces]
    ports = {name: {'id': f'port-{name}', 'net': 'net', 'mac_address': 'm', 'ip_addresses': []} for name in interfaces}
    groups = {task.spec.shared.group['key']: {'id': 'group'}} if policy else {}
    log, over, ends = Log(), threading.Event(), []

    def ended(end: End) -> None:
        ends.append(end)
        over.set()
    waits = Waiter(nova, 'ns')  # type: ignore[arg-type]
    calls = Calls(log, {ITEM: {'ports': ports}, **groups}, lambda vim: 1.0, 'ns')  # type: ignore[arg-type]
    kind = Servers(calls, {'default': waits}, {'server_active': 5.0, 'server_delete': 5.0})  # type: ignore[arg-type]
    kind.verbs()['server.create']([task], nova, ended)  # type: ignore[arg-type]
    while stop and log.entries[-1]['event'] != 'settled':
        time.sleep(0.01)
    if stop:
        calls.stop()
    assert over.wait(10)
    waits.stop()
    assert len(ends) == 1
    return ends[0], [entry['event'] for entry in log.entries], calls.resources[ITEM]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, 'SHORTEST', 0.01)
    monkeypatch.setattr(servers, 'PAUSES', (0.0,) * len(PAUSES))


def test_a_member_of_a_strict_group_is_made_again() -> None:
    nova = Nova(2, NO_HOST)
    end, events, record = create(nova, 'anti-affinity')
    assert end.error is None
    assert set(nova.servers) == {record['id']} == {'s3'}
    assert record['status'] == 'ACTIVE'
    assert record['ports'], 'its ports are kept'
    once = ['intent', 'made', 'settled', 'intent', 'gone']
    assert events == [*once, *once, 'intent', 'made', 'settled']


def test_it_is_given_up_in_the_end_and_the_last_one_is_there_to_look_at() -> None:
    nova = Nova(99, NO_HOST)
    end, _events, record = create(nova, 'anti-affinity')
    assert NO_HOST in str(end.error)
    assert f'(made {len(PAUSES) + 1} times)' in str(end.error)
    assert set(nova.servers) == {record['id']}
    assert record['status'] == 'ERROR'


def test_a_stop_ends_the_pause_before_it_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, 'PAUSES', (600.0,))
    nova = Nova(1, NO_HOST)
    end, events, record = create(nova, 'anti-affinity', stop=True)
    assert isinstance(end.error, Stopped)
    assert events == ['intent', 'made', 'settled']
    assert (set(nova.servers), record['id'], record['status']) == ({'s1'}, 's1', 'ERROR')


@pytest.mark.parametrize(('policy', 'fault'), [
    (None, NO_HOST), ('soft-anti-affinity', NO_HOST), ('anti-affinity', 'Build of instance aborted: no disk')])
def test_whatever_else_fails_is_told_at_once(policy: str | None, fault: str) -> None:
    nova = Nova(1, fault)
    end, _events, record = create(nova, policy)
    assert str(end.error).endswith(f'{fault} [req-s1]')
    assert (nova.made, record['status']) == (1, 'ERROR')
