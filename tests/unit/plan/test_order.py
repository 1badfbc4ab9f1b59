# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is up before whom, and when an instance counts as up."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import fold
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import TaskFile
from ansible_collections.nfv.mano.tests.unit.plan.world import World, document, network

READY = {'tcp_port': 22}
TEXT = 'TCP port 22 of eth0'


def two_vdus(front: int = 2, back: int = 3, **of_back: Any) -> dict[str, Any]:
    """front depends on back."""
    wanted = document(front, depends_on=['back'])
    vnf = wanted['vnfs'][0]
    vnf['vdus'].append({**vnf['vdus'][0], 'name': 'back', 'count': back, 'depends_on': [], **of_back})
    return wanted


def test_every_instance_waits_for_all_of_the_other_vdu() -> None:
    tasks = World().plan(two_vdus()).tasks
    assert set(tasks['up vdu:web/back'].after) == {f'create vdu:web/back/{index}' for index in range(3)}
    for index in range(2):
        assert 'up vdu:web/back' in tasks[f'create vdu:web/front/{index}'].after
    assert not any(task_id.startswith('up ') and task_id != 'up vdu:web/back' for task_id in tasks)


def test_edges_grow_with_the_sum_and_not_the_product() -> None:
    def edges(number: int) -> int:
        return sum(len(task.after) for task in World().plan(two_vdus(number, number)).tasks.values())
    assert edges(80) < 2.1 * edges(40)


def test_what_is_up_already_is_not_waited_for() -> None:
    world = World().deployed(2)
    tasks = world.plan(two_vdus(front=2, back=0)).tasks
    assert tasks == {}


def test_checked_after_it_was_made_and_before_the_others() -> None:
    tasks = World().plan(two_vdus(ready=READY)).tasks
    assert tasks['ready vdu:web/back/1'].after == ('create vdu:web/back/1',)
    assert 'ready vdu:web/back/1' in tasks['up vdu:web/back'].after


def test_a_check_that_held_is_not_made_again() -> None:
    world = World().deployed(1)
    first = world.plan(document(1, ready=READY))
    assert list(first.tasks) == ['ready vdu:web/front/0']
    assert [change.detail for change in first.changes] == [f'check that {TEXT} answers']
    world.record['vdu:web/front/0']['ready'] = TEXT
    assert world.plan(document(1, ready=READY)).tasks == {}
    assert list(world.plan(document(1, ready={'tcp_port': 80})).tasks) == ['ready vdu:web/front/0']


def test_a_new_server_is_checked_anew() -> None:
    record = {'vdu:web/front/0': {'id': 's', 'ready': TEXT, 'ports': {'eth0': {'id': 'p'}}}}
    fold(record, [{'gone': {'vdu:web/front/0': {'id': 's'}}}])
    assert 'ready' not in record['vdu:web/front/0']


def test_a_task_file_in_place_of_a_port() -> None:
    asked = {'task_file': 'ready.yml', 'timeout_s': 20}
    plan = World().plan(two_vdus(ready=asked))
    task = plan.tasks['ready vdu:web/back/1']
    assert (task.verb, task.after, task.spec) == ('task_file.pass', ('create vdu:web/back/1',), {'ready': 'task file ready.yml'})
    assert task.task_file == TaskFile('ready.yml', 'ready', 'web/back', 20.0)
    assert plan.task_files() == {task.task_file: 3}
    assert task.id in plan.tasks['up vdu:web/back'].after
    world = World().deployed(1)
    assert [change.detail for change in world.plan(document(1, ready=asked)).changes] == ['check that task file ready.yml passes']
    world.record['vdu:web/front/0']['ready'] = 'task file ready.yml'
    assert world.plan(document(1, ready=asked)).tasks == {}


def test_a_task_file_comes_after_the_floating_ip() -> None:
    world = World()
    world.state.external_networks = [network('public', external=True)]
    wanted = document(1, ready={'task_file': 'ready.yml'})
    wanted['vnfs'][0]['vdus'][0]['interfaces'][1]['floating_ip'] = True
    assert 'floating-ip vdu:web/front/0 eth1' in world.plan(wanted).tasks['ready vdu:web/front/0'].after
