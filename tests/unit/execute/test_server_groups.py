# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups and flavors as their tasks make and delete them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.flavors import Flavors
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_groups import ServerGroups
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Flavor, ServerGroup

GROUP, FLAVOR = 'server_group:default/spread/affinity', 'flavor:default/shape'


class Vim:
    """Remembers what it was asked for."""

    name = 'default'
    call_timeout = 1.0

    def __init__(self, members: tuple[str, ...] = ()) -> None:
        self.members, self.asked = members, []

    def create_server_group(self, spec: dict[str, Any]) -> ServerGroup:
        self.asked.append('create')
        return ServerGroup('g', spec['mark'], spec['policy'], frozenset())

    def get_server_group(self, group_id: str) -> ServerGroup | None:
        return ServerGroup(group_id, 'name', 'affinity', frozenset(self.members))

    def delete_server_group(self, group_id: str) -> None:
        self.asked.append(f'delete {group_id}')

    def create_flavor(self, spec: dict[str, Any]) -> Flavor:
        self.asked.append('create')
        return Flavor('f', 'other-name', 1, 1, 0, 0, 0, {}, spec['mark'])

    def complete_flavor(self, flavor_id: str, spec: dict[str, Any]) -> None:
        self.asked.append(f'complete {flavor_id} {spec["extra_specs"]}')


class Log:
    """A journal that is only kept."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        self.entries.append({'event': event, **fields})
        return self.entries[-1]


def do(kind: type, vim: Vim, task: Task, resources: dict[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    """What the task noted, and how it ended."""
    log, ends = Log(), []
    verbs = kind(Calls(log, resources, lambda one: 1.0, 'ns'), {}, {}).verbs()
    verbs[task.verb]([task], vim, ends.append)
    assert [end.error for end in ends] == [None]
    return [entry['event'] for entry in log.entries], [end.note for end in ends if isinstance(end, End)]


def test_a_group_is_in_the_record_once_it_is_made() -> None:
    resources: dict[str, dict[str, Any]] = {}
    task = Task('t', 'server_group.create', 'default', GROUP, {'mark': 'm', 'policy': 'affinity'}, ())
    assert do(ServerGroups, Vim(), task, resources) == (['intent', 'made'], ['created'])
    assert resources == {GROUP: {'vim': 'default', 'id': 'g', 'name': 'm', 'policy': 'affinity', 'owned': True}}


@pytest.mark.parametrize(('members', 'events', 'note', 'asked'), [
    ((), ['intent', 'gone'], 'deleted', ['delete g']),
    (('server-of-others',), ['left'], 'left: a server still uses it', []),
])
def test_a_group_goes_unless_somebody_is_in_it(
    members: tuple[str, ...], events: list[str], note: str, asked: list[str]
) -> None:
    vim, resources = Vim(members), {GROUP: {'vim': 'default', 'id': 'g', 'owned': True}}
    task = Task('t', 'server_group.delete', 'default', GROUP, 'g', ())
    assert do(ServerGroups, vim, task, resources) == (events, [note])
    assert (vim.asked, resources) == (asked, {})


def test_a_flavor_is_in_the_record_before_it_is_complete() -> None:
    vim, resources = Vim(), {}
    sizes = {'vcpus': 1, 'ram_mib': 1, 'disk_gib': 0, 'ephemeral_gib': 0, 'swap_mib': 0, 'extra_specs': {'a': 'b'}}
    task = Task('t', 'flavor.create', 'default', FLAVOR, {'name': 'shape', 'mark': 'm', **sizes}, ())
    assert do(Flavors, vim, task, resources) == (['intent', 'made', 'intent'], ['created'])
    assert vim.asked == ['create', "complete f {'a': 'b'}"]
    assert resources == {FLAVOR: {'vim': 'default', 'id': 'f', 'name': 'other-name', 'owned': True, **sizes}}
