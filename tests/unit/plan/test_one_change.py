# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of rebuild and change_flavour: that one thing, on the same server, or a problem that names the way out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.target import load, with_own
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image
from ansible_collections.nfv.mano.tests.unit.plan.test_asked import items, most_down
from ansible_collections.nfv.mano.tests.unit.plan.test_volume import LOGS, ROOT, Disks, asked
from ansible_collections.nfv.mano.tests.unit.plan.world import World, actions, document, flavor

ITEM = 'vdu:web/front/0'
LOST = '(rebuild: what is on the root disk is lost)'


def world_of(count: int = 1) -> World:
    """Some instances, and a second image."""
    world = World().deployed(count)
    world.state.images.append(Image('image-ubuntu', 'ubuntu', 'active', 0, 0, ()))
    return world


def rebuild(world: World, *indexes: int, image: str = 'cirros', again: bool = False, **more: Any) -> Plan:
    before = {item: frozenset[str]() for item in items(*indexes)} if again else {}
    return world.plan(document(3, image=image), asked=Asked(scope=items(*indexes), change='image', again=before, **more))


def details(plan: Plan) -> list[str]:
    assert plan.problems == []
    return [change.detail for change in plan.changes]


def test_another_image_and_nothing_else() -> None:
    world = world_of(3)
    world.server(0, name='drifted', metadata={}, flavor={'original_name': 'other', 'vcpus': 9, 'ram': 9, 'disk': 1})
    plan = rebuild(world, 0, 1, image='ubuntu')
    assert details(plan) == [f'image cirros -> ubuntu {LOST}'] * 2
    assert sorted(plan.tasks) == [f'rebuild {item}' for item in sorted(items(0, 1))]
    assert {change.reason for change in plan.changes} == {'asked for'}
    assert plan.tasks[f'rebuild {ITEM}'].spec[2:4] == ('image-ubuntu', '')


def test_the_same_image_again_is_that_of_the_server() -> None:
    world = world_of()
    world.state.images.append(Image('image-old', 'old', 'active', 0, 0, ()))
    world.record[ITEM]['image_id'] = 'image-old'
    world.server(0, image_id='image-old')
    assert rebuild(world, 0).tasks == {}
    plan = rebuild(world, 0, again=True)
    assert details(plan) == [f'image cirros again {LOST}']
    assert plan.tasks[f'rebuild {ITEM}'].spec[2] == 'image-old'
    world.state.images.pop()
    assert details(rebuild(world, 0, again=True)) == [f'image image-old -> cirros {LOST}'], 'it is gone by now'


def test_what_is_done_is_not_done_twice_and_what_is_begun_is_seen_to_its_end() -> None:
    world = world_of()
    world.record[ITEM]['rebuilt'] = 'req-2'
    assert rebuild(world, 0, again=True).tasks == {}
    before = {ITEM: frozenset({'req-2'})}
    plan = world.plan(document(1), asked=Asked(scope=items(0), change='image', again=before))
    assert plan.tasks[f'rebuild {ITEM}'].spec[3] == ''
    world.record[ITEM]['rebuilding'] = {'request_id': 'req-3', 'image_id': 'image-cirros'}
    plan = world.plan(document(1), asked=Asked(scope=items(0), change='image', again=before))
    assert plan.tasks[f'rebuild {ITEM}'].spec[3] == 'req-3'
    given_up = {ITEM: frozenset({'req-2', 'req-3'})}
    plan = world.plan(document(1), asked=Asked(scope=items(0), change='image', again=given_up))
    assert plan.tasks[f'rebuild {ITEM}'].spec[3] == ''


@pytest.mark.parametrize(('status', 'power', 'tasks'), [
    ('ACTIVE', 'ACTIVE', ['rebuild']), ('SHUTOFF', 'SHUTOFF', ['rebuild']), ('SHUTOFF', 'ACTIVE', ['rebuild', 'power']),
    ('PAUSED', 'PAUSED', ['wake', 'rebuild', 'power']), ('REBOOT', 'ACTIVE', ['await', 'rebuild', 'power']),
    ('ERROR', 'ACTIVE', ['rebuild', 'power']), ('VERIFY_RESIZE', 'ACTIVE', ['resize', 'rebuild', 'power'])])
def test_statuses(status: str, power: str, tasks: list[str]) -> None:
    world = world_of()
    world.server(0, status=status, launched=True)
    plan = rebuild(world, 0, image='ubuntu') if power == 'ACTIVE' else world.plan(
        document(1, image='ubuntu'), power={ITEM: power}, asked=Asked(scope=items(0), change='image'))
    assert plan.problems == []
    assert [task.removesuffix(f' {ITEM}') for task in plan.tasks] == tasks


@pytest.mark.parametrize(('change', 'status', 'problem'), [
    ('image', None, 'its server is gone from the VIM; nfv.mano.heal makes it again'),
    ('flavor', None, 'its server is gone from the VIM; nfv.mano.heal makes it again'),
    ('image', 'ERROR', 'its server is ERROR and can be rebuilt only from ACTIVE, PAUSED, SHUTOFF, SUSPENDED; '
     'nfv.mano.heal makes it anew'),
    ('flavor', 'ERROR', 'its server is ERROR and can be resized only from ACTIVE, PAUSED, SHUTOFF, SUSPENDED; '
     'nfv.mano.heal makes it anew'),
    ('flavor', 'SHELVED', 'its server is SHELVED and can be resized only from ACTIVE, PAUSED, SHUTOFF, SUSPENDED')])
def test_no_way(change: str, status: str | None, problem: str) -> None:
    world = world_of()
    if status:
        world.server(0, status=status)
    else:
        world.state.servers.clear()
    plan = world.plan(document(1, image='ubuntu', flavor='m1.small'), asked=Asked(scope=items(0), change=change))
    assert [str(one) for one in plan.problems] == [f'{ITEM}: {problem}']
    assert plan.tasks == {}


def test_a_boot_volume_is_no_disk_to_rebuild_and_other_volumes_stay() -> None:
    world = Disks().attached(ROOT)
    plan = world.plan(asked(ROOT), asked=Asked(scope=items(0), change='image', again={ITEM: frozenset()}))
    assert 'it boots from a volume' in str(plan.problems[0])
    assert 'root: rebuild' in str(plan.problems[0])
    world = Disks().attached(LOGS)
    plan = world.plan(asked(LOGS), asked=Asked(scope=items(0), change='image', again={ITEM: frozenset()}))
    assert details(plan) == ['image cirros again (rebuild: what is on the root disk is lost, volumes stay: logs)']


def test_all_disks_that_are_lost_are_named() -> None:
    world = world_of()
    world.server(0, flavor={'original_name': 'm1.tiny', 'vcpus': 1, 'ram': 512, 'disk': 1, 'ephemeral': 2})
    assert 'what is on the root and ephemeral disks is lost' in details(rebuild(world, 0, again=True))[0]


@pytest.mark.parametrize('at_once', [1, 2])
def test_no_more_are_down_than_may_be(at_once: int) -> None:
    assert most_down(rebuild(world_of(3), 0, 1, 2, image='ubuntu', at_once=at_once)) == at_once


def test_what_must_answer_is_asked_again() -> None:
    world = world_of()
    world.record[ITEM]['ready'] = 'TCP port 22 of eth0'
    wanted = document(1, ready={'tcp_port': 22})
    plan = world.plan(wanted, asked=Asked(scope=items(0), change='image', again={ITEM: frozenset()}))
    assert plan.tasks[f'ready {ITEM}'].after == (f'rebuild {ITEM}',)


# Flavor --------------------------------------------------------------------------------------------------------


def resize(world: World, *indexes: int, wanted: Any = 'm1.small', **more: Any) -> Plan:
    return world.plan(document(2, flavor=wanted), asked=Asked(scope=items(*indexes), change='flavor'), **more)


def test_another_flavor_and_nothing_else() -> None:
    world = world_of(2)
    world.server(0, name='drifted', image_id='image-ubuntu')
    plan = resize(world, 0, 1)
    assert details(plan) == ['flavor m1.tiny (1 vCPU, 512 MiB, 1 GiB) -> m1.small (1 vCPU, 2048 MiB, 20 GiB) (resize)'] * 2
    assert list(plan.tasks) == [f'resize {item}' for item in sorted(items(0, 1))]
    assert plan.needs['default'] == {'cores': 0, 'ram': 2 * 1536}


def test_a_smaller_disk_is_refused_before_anything() -> None:
    world = world_of()
    world.server(0, flavor={'original_name': 'm1.small', 'vcpus': 1, 'ram': 2048, 'disk': 20})
    assert 'disk 20 GiB -> 1 GiB: a resize can not make a disk smaller' in str(resize(world, 0, wanted='m1.tiny').problems[0])


def test_a_flavor_of_ours_is_made_before_and_one_that_nobody_uses_any_more_goes_after() -> None:
    world = world_of()
    world.state.admin = True
    world.record['flavor:default/old'] = {'vim': 'default', 'id': 'flavor-old', 'name': 'old', 'owned': True}
    world.record['flavor:default/m1.small'] = {'vim': 'default', 'id': 'flavor-m1.small', 'name': 'm1.small', 'owned': False}
    world.record[ITEM]['flavor_key'] = 'flavor:default/old'
    plan = resize(world, 0, wanted={'vcpus': 3, 'ram_mib': 600, 'disk_gib': 5})
    assert plan.tasks[f'resize {ITEM}'].after == ('create flavor:default/nfv-3c-600m-5g',)
    assert plan.tasks['delete flavor:default/old'].after == (f'resize {ITEM}',)
    assert plan.forgotten == ['flavor:default/m1.small']


def test_one_that_fits_already_is_noted() -> None:
    world = world_of()
    wanted = {'vcpus': 1, 'ram_mib': 100, 'disk_gib': 1, 'match': 'at_least'}
    plan = resize(world, 0, wanted=wanted)
    assert plan.tasks == {}
    assert plan.found[ITEM]['flavor_key'] == 'flavor:default/nfv-1c-100m-1g'


# Instances with an image or a flavor of their own ----------------------------------------------------------------


def test_instances_with_values_of_their_own_are_compared_with_those() -> None:
    world = world_of(3)
    world.state.flavors.append(flavor('m1.big', 4, 4096, 40))
    own = {('web', 'front'): {1: {'image': 'ubuntu'}, 2: {'flavor': 'm1.big'}}}
    target = with_own(load(document(3)), own)
    assert [(one.image.name, one.flavor.name, some) for one, some in target.vnfs[0].vdus[0].variants(range(3))] == [
        ('cirros', 'm1.tiny', [0]), ('ubuntu', 'm1.tiny', [1]), ('cirros', 'm1.big', [2])]
    plan = world.plan_of(target, allow_delete=True)
    assert actions(plan) == [('update', 'web/front/1'), ('update', 'web/front/2')]
    assert 'image cirros -> ubuntu' in plan.changes[0].detail
    assert 'm1.big (4 vCPU' in plan.changes[1].detail
    assert {'flavor:default/m1.tiny', 'flavor:default/m1.big'} <= plan.found.keys()
