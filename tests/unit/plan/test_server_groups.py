# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Affinity groups: found or made, who is in them, and when they go."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.preflight import shortfalls, unchecked
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota, ServerGroup
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, document

KEY = 'server_group:default/spread/anti-affinity'
SPREAD = {'name': 'spread', 'policy': 'anti-affinity'}


def grouped(count: int = 2, group: dict[str, Any] | None = None, **vdu: Any) -> dict[str, Any]:
    """The document with its VDU in a group."""
    group = group or SPREAD
    return {**document(count, affinity_group=group['name'], **vdu), 'affinity_groups': [group]}


def name_of(policy: str = 'anti-affinity', group: str = 'spread') -> str:
    return mark(NS_ID, f'default/{group}/{policy}', 'server_group')


def put(world: World, *members: str, group_id: str = 'group-1', policy: str = 'anti-affinity', recorded: bool = True) -> World:
    """A group of ours in the VIM, and in the record."""
    world.state.server_groups.append(ServerGroup(group_id, name_of(policy), policy, frozenset(members)))
    if recorded:
        world.record[f'server_group:default/spread/{policy}'] = {
            'vim': 'default', 'id': group_id, 'name': name_of(policy), 'policy': policy, 'owned': True}
    return world


def verbs(plan: Plan, kind: str = 'server_group') -> list[str]:
    return [task.verb for task in plan.tasks.values() if task.verb.startswith(f'{kind}.')]


def test_a_group_is_made_before_the_servers_that_join_it() -> None:
    plan = World().plan(grouped(2))
    assert ('create', 'spread') in actions(plan)
    assert plan.tasks[f'create {KEY}'].spec == {'mark': name_of(), 'policy': 'anti-affinity'}
    for index in range(2):
        assert f'create {KEY}' in plan.tasks[f'create vdu:web/front/{index}'].after
    instance = plan.tasks['create vdu:web/front/0'].spec
    resources = {KEY: {'id': 'group-new'}, 'vdu:web/front/0': {'ports': {'eth0': {'id': 'a'}, 'eth1': {'id': 'b'}}}}
    assert instance.server_spec(resources)['group_id'] == 'group-new'
    assert plan.needs['default']['server_groups'] == 1
    assert plan.needs['default']['server_group_members:spread'] == 2


def test_nothing_to_do_once_they_are_in_it() -> None:
    plan = put(World().deployed(2), 'server-0', 'server-1').plan(grouped(2))
    assert (plan.tasks, plan.problems) == ({}, [])
    assert plan.needs == {}


def test_a_group_that_a_lost_reply_left_is_taken_up_by_its_whole_name() -> None:
    world = put(World(), recorded=False)
    world.state.server_groups.insert(0, ServerGroup('group-0', name_of('affinity'), 'anti-affinity', frozenset()))
    world.state.server_groups.insert(0, ServerGroup('group-9', f'{name_of()}x', 'anti-affinity', frozenset()))
    plan = world.plan(grouped(1))
    assert plan.found[KEY]['id'] == 'group-1'
    assert verbs(plan) == ['server_group.delete', 'server_group.delete'], 'names of ours that nothing wants'
    assert 'delete server_group:default/spread/anti-affinity group-1' not in plan.tasks


def test_of_twins_the_recorded_one_stays() -> None:
    world = put(World().deployed(1), 'server-0')
    put(world, group_id='group-0', recorded=False)
    plan = world.plan(grouped(1))
    assert [task.spec for task in plan.tasks.values()] == ['group-0']


@pytest.mark.parametrize(('group', 'members', 'told'), [
    (SPREAD, (), 'affinity group none -> spread (anti-affinity)'),
    ({'name': 'spread', 'policy': 'affinity'}, ('server-0', 'server-1'),
     'affinity group spread (anti-affinity) -> spread (affinity)'),
    ({'name': 'other', 'policy': 'soft-affinity'}, ('server-0', 'server-1'),
     'affinity group spread (anti-affinity) -> other (soft-affinity)'),
])
def test_servers_that_are_not_in_their_group_are_replaced(group: dict[str, str], members: tuple[str, ...], told: str) -> None:
    world = put(World().deployed(2), *members)
    refused = world.plan(grouped(2, group))
    assert len(refused.problems) == 2
    assert told in str(refused.problems[0])
    plan = world.plan(grouped(2, group), allow_delete=True)
    assert not plan.problems
    assert [change for change in actions(plan) if change[0] == 'replace'] == [
        ('replace', 'web/front/0'), ('replace', 'web/front/1')]
    if group is not SPREAD:
        # The new group first, the old one last
        new = next(task.id for task in plan.tasks.values() if task.verb == 'server_group.create')
        assert new in plan.tasks['create vdu:web/front/0'].after
        assert set(plan.tasks[f'delete {KEY} group-1'].after) == {'delete vdu:web/front/0', 'delete vdu:web/front/1'}


def test_a_vdu_that_leaves_its_group_is_replaced_and_the_group_goes() -> None:
    plan = put(World().deployed(1), 'server-0').plan(document(1), allow_delete=True)
    assert [change for change in actions(plan) if change[0] == 'replace'] == [('replace', 'web/front/0')]
    assert 'affinity group spread (anti-affinity) -> none' in str(plan.changes)
    assert plan.tasks[f'delete {KEY} group-1'].after == ('delete vdu:web/front/0',)
    assert plan.tasks['create vdu:web/front/0'].spec.shared.group is None


def test_a_group_that_nobody_uses_any_more_goes_unasked() -> None:
    world = put(World().deployed(1))
    plan = world.plan(document(1))
    assert (verbs(plan), plan.problems) == (['server_group.delete'], [])


def test_terminate_deletes_it_after_its_servers_and_forgets_one_that_is_gone() -> None:
    world = put(World().deployed(2), 'server-0', 'server-1')
    assert set(world.plan(None).tasks[f'delete {KEY} group-1'].after) == {'delete vdu:web/front/0', 'delete vdu:web/front/1'}
    world.state.server_groups.clear()
    plan = world.plan(None)
    assert KEY in plan.forgotten
    assert verbs(plan) == []


def test_a_group_that_is_gone_is_made_again() -> None:
    world = put(World().deployed(1), 'server-0')
    world.state.server_groups.clear()
    plan = world.plan(grouped(1), allow_delete=True)
    assert [change.reason for change in plan.changes if change.kind == 'server_group'] == ['it is gone from the VIM']
    assert ('replace', 'web/front/0') in actions(plan)


def test_an_existing_group_is_used_and_never_made_or_deleted() -> None:
    world = World().deployed(1)
    world.state.server_groups.append(ServerGroup('group-7', 'theirs', 'affinity', frozenset({'server-0', 'server-x'})))
    wanted = grouped(2, {'name': 'near', 'existing': 'group-7'})
    plan = world.plan(wanted)
    key = 'server_group:default/near/existing'
    assert plan.found[key] == {'vim': 'default', 'id': 'group-7', 'name': 'theirs', 'policy': 'affinity', 'owned': False}
    assert (verbs(plan), actions(plan)) == ([], [('create', 'web/front/1')])
    assert plan.tasks['create vdu:web/front/1'].spec.server_spec(
        {'vdu:web/front/1': {'ports': {'eth0': {'id': 'a'}, 'eth1': {'id': 'b'}}}})['group_id'] == 'group-7'
    assert plan.needs['default']['server_group_members:near'] == 3
    world.record[key] = plan.found[key]
    ended = world.plan(None)
    assert (verbs(ended), key in ended.forgotten) == ([], True)


@pytest.mark.parametrize(('group', 'told'), [
    ({'existing': 'group-8'}, 'affinity_groups[0].existing: group-8 is not the id of a server group of VIM default'),
    ({'existing': 'theirs'}, 'affinity_groups[0].existing: theirs is not the id of a server group of VIM default; it is the '
     'name of group-7'),
    ({'existing': 'group-7', 'policy': 'anti-affinity'},
     'affinity_groups[0].policy: anti-affinity is given, but the server group group-7 has affinity: leave it out'),
])
def test_existing_groups_that_are_not_as_the_document_says(group: dict[str, str], told: str) -> None:
    world = World()
    world.state.server_groups.append(ServerGroup('group-7', 'theirs', 'affinity', frozenset()))
    assert told in [str(problem) for problem in world.plan(grouped(1, {'name': 'near', **group})).problems]


def test_replaced_members_keep_their_group_and_need_no_more_room() -> None:
    world = put(World().deployed(2), 'server-0', 'server-1')
    world.server(0, status='ERROR', fault='No valid host')
    plan = world.plan(grouped(2), allow_delete=True)
    assert plan.tasks['create vdu:web/front/0'].spec.shared.group['id'] == 'group-1'
    assert plan.needs['default']['server_group_members:spread'] == 2
    assert verbs(plan) == []


def test_who_joins_waits_for_those_who_leave_for_good() -> None:
    world = put(World().deployed(3), 'server-1', 'server-2')
    world.server(0, status='ERROR', fault='No valid host')
    plan = world.plan(grouped(2), allow_delete=True)
    assert set(plan.tasks['create vdu:web/front/0'].after) == {'delete vdu:web/front/0', 'delete vdu:web/front/2'}
    assert plan.tasks['delete vdu:web/front/2'].after == ()
    assert plan.needs['default']['server_group_members:spread'] == 2


def test_quotas_of_groups_and_of_the_members_of_each() -> None:
    plan = World().plan(grouped(3))
    enough = {'instances': Quota(-1, 0), 'cores': Quota(-1, 0), 'ram': Quota(-1, 0), 'port': Quota(-1, 0),
              'network': Quota(-1, 0), 'subnet': Quota(-1, 0), 'metadata_items': Quota(-1, 0)}
    full = {**enough, 'server_groups': Quota(10, 10), 'server_group_members': Quota(2, 0)}
    assert [str(problem) for problem in shortfalls(plan, {'default': full})] == [
        'vims.default.quota.server_group_members: 3 needed in spread, limit 2',
        'vims.default.quota.server_groups: 1 needed, 0 free (limit 10, used 10)']
    assert shortfalls(plan, {'default': {**full, 'server_groups': Quota(-1, 0), 'server_group_members': Quota(3, 0)}}) == []
    assert unchecked(plan, {'default': full}) == []
    assert unchecked(plan, {'default': enough}) == [
        'vims.default.quota.server_group_members:spread', 'vims.default.quota.server_groups']


def test_groups_are_read_only_where_there_are_some() -> None:
    def asked(wanted: dict[str, Any] | None, record: dict[str, Any], *pending: dict[str, Any]) -> bool:
        return make_queries(NS_ID, load(wanted) if wanted else None, record, pending)['default'].server_groups
    assert not asked(document(1), World().deployed(1).record)
    assert asked(grouped(1), {})
    assert asked(None, put(World()).record)
    assert asked(None, {}, {'vim': 'default', 'kind': 'server_group', 'mark': name_of()})
