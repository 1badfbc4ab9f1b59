# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers started and stopped: what Nova says afterwards counts, and why it did not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute import watch
from ansible_collections.nfv.mano.plugins.module_utils.execute.power import Power
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan import power
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

AFTER = {'stop': 'SHUTOFF', 'start': 'ACTIVE', 'pause': 'PAUSED', 'unpause': 'ACTIVE'}


class Nova:
    """One server; an action is over after two looks at it."""

    name = 'default'

    def __init__(self, status: str, failing: str | None = None) -> None:
        self.status, self.failing, self.task, self.looks = status, failing, '', 0
        self.asked: list[str] = []

    def server_action(self, server_id: str, action: str) -> str:
        self.asked.append(action)
        if self.task:
            raise VimError(action, 'it is busy', status=409)
        self.task, self.looks = action, 0
        return f'req-{action}'

    def servers(self, ns_id: str) -> list[Any]:
        self.looks += 1
        if self.task and self.looks > 2:
            self.status = self.status if self.task == self.failing else AFTER[self.task]
            self.task = ''
        return [SimpleNamespace(id='s', status=self.status, task_state=self.task or None, fault=None, host_id='h')]

    def action_error(self, server_id: str, request_id: str) -> str | None:
        return f'{request_id} failed' if self.failing else None


class Calls:
    """Calls without a journal."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {'vdu:a/b/0': {'id': 's', 'status': 'ACTIVE'}}

    def change(self, vim: Any, task: str, call: str, target: Any, do: Callable[[], None]) -> None:
        do()

    def note(self, event: str, **fields: Any) -> None:
        for item, values in fields['put'].items():
            self.resources[item].update(values)


def change(nova: Nova, wanted: str) -> tuple[End, Calls]:
    """One task that takes the server to a status."""
    calls, over, ends = Calls(), threading.Event(), []

    def ended(end: End) -> None:
        ends.append(end)
        over.set()
    waits = Waiter(nova, 'ns')  # type: ignore[arg-type]
    kind = Power(calls, {'default': waits}, {'server_power': 5.0})  # type: ignore[arg-type]
    spec = ('edge1-a-b-0', None, power.steps(nova.status, wanted), None)
    kind.verbs()['server.power']([Task('power', 'server.power', 'default', 'vdu:a/b/0', spec, ())], nova, ended)  # type: ignore
    assert over.wait(5)
    waits.stop()
    return ends[0], calls


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, 'SHORTEST', 0.01)


@pytest.mark.parametrize(('status', 'wanted', 'asked'), [
    ('ACTIVE', 'SHUTOFF', ['stop']), ('SHUTOFF', 'ACTIVE', ['start']), ('PAUSED', 'SHUTOFF', ['unpause', 'stop'])])
def test_the_server_ends_as_wanted_and_the_record_says_so(status: str, wanted: str, asked: list[str]) -> None:
    nova = Nova(status)
    end, calls = change(nova, wanted)
    assert (end.error, end.note, nova.asked) == (None, wanted, asked)
    assert calls.resources['vdu:a/b/0']['status'] == wanted


def test_an_action_that_failed_is_known_at_once_with_its_reason() -> None:
    end, calls = change(Nova('ACTIVE', failing='stop'), 'SHUTOFF')
    assert str(end.error) == 'Failed to stop server edge1-a-b-0: req-stop failed; the server is ACTIVE'
    assert calls.resources['vdu:a/b/0']['status'] == 'ACTIVE'


def test_somebody_else_was_first() -> None:
    nova = Nova('ACTIVE')
    nova.task = 'stop'
    end, _calls = change(nova, 'SHUTOFF')
    assert end.error is None
    nova = Nova('ACTIVE')
    nova.task = 'unpause'
    end, _calls = change(nova, 'SHUTOFF')
    assert 'it is busy; the server is ACTIVE' in str(end.error)
