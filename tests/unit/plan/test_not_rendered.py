# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDUs of a stored document whose user data is not stored: servers that are there stay, none is made without it unasked."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import is_whole, load
from ansible_collections.nfv.mano.tests.unit.plan.world import World, actions, document

NOT_RENDERED = {'not_rendered': frozenset({('web', 'front')})}


@pytest.fixture
def world() -> World:
    """Two servers with user data that nobody knows any more."""
    made = World().deployed()
    for index in range(2):
        made.record[f'vdu:web/front/{index}']['user_data_hash'] = f'hash-{index}'
    return made


def test_servers_that_are_there_stay_and_keep_their_hash(world: World) -> None:
    world.server(0, status='SHUTOFF')
    world.record['vdu:web/front/1']['status'] = 'BUILD'
    plan = world.plan(document(), **NOT_RENDERED)
    assert (actions(plan), plan.problems) == ([('update', 'web/front/0')], [])
    assert plan.found['vdu:web/front/1']['user_data_hash'] == 'hash-1'


def test_one_that_has_to_be_made_is_refused_by_name(world: World) -> None:
    plan = world.plan(document(3), **NOT_RENDERED)
    assert [str(problem) for problem in plan.problems] == [
        'vnfs[0].vdus[0].cloud_init: the user data of web/front/2 is not stored (a file, or secret_params): give '
        'nfv_descriptor again']


def test_with_the_loss_accepted_it_is_made_without_and_the_plan_says_so(world: World) -> None:
    plan = world.plan(document(3), **NOT_RENDERED, accept_data_loss=True)
    assert plan.problems == []
    (change,) = plan.changes
    assert 'without its user data, which is not stored' in change.detail
    assert plan.tasks['create vdu:web/front/2'].spec.user_data is None


@pytest.mark.parametrize(('cloud_init', 'whole'), [
    (None, True), ({'text': 'a'}, True), ({'text': 'a', 'secret_params': {'b': 'c'}}, True),
    ({'text': 'a', 'secret_params': {'b': 'REDACTED'}}, False), ({'file': 'front.cfg'}, False)])
def test_what_is_stored_of_user_data(cloud_init: dict | None, whole: bool) -> None:
    service = load(document(1, **({'cloud_init': cloud_init} if cloud_init else {})))
    assert is_whole(service.vnfs[0].vdus[0]) is whole
