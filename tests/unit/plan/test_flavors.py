# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flavors with extra specs: which fit, how one that is made is called, and what a server with another one becomes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.flavor import shape
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Epa, Flavor, NumaNode
from ansible_collections.nfv.mano.tests.unit.plan.world import World, actions, document, flavor

SIZES = {'vcpus': 2, 'ram_mib': 1024, 'disk_gib': 1}
EPA = {'cpu_policy': 'dedicated', 'page_size': 'large'}
SPECS = {'hw:cpu_policy': 'dedicated', 'hw:mem_page_size': 'large'}
NAME = 'nfv-2c-1024m-1g-hw:cpu_policy=dedicated-hw:mem_page_size=large'


def wanting(**more: Any) -> dict[str, Any]:
    return document(1, flavor={**SIZES, 'epa': EPA, **more})


@pytest.mark.parametrize(('match', 'specs', 'fits'), [
    ('exact', SPECS, True), ('at_least', SPECS, True), ('exact', {**SPECS, 'theirs': '1'}, False),
    ('at_least', {**SPECS, 'theirs': '1'}, True), ('at_least', {'hw:cpu_policy': 'dedicated'}, False),
    ('at_least', {**SPECS, 'hw:cpu_policy': 'shared'}, False), ('exact', {}, False),
])
def test_which_flavors_fit(match: str, specs: dict[str, str], fits: bool) -> None:
    world = World()
    world.state.flavors.append(flavor('big', 2, 1024, 1, extra_specs=specs))
    plan = world.plan(wanting(match=match))
    problems = [str(problem) for problem in plan.problems]
    assert (problems == []) is fits, problems
    if not fits:
        assert f'2 vCPU, 1024 MiB, 1 GiB with hw:cpu_policy=dedicated, hw:mem_page_size=large (match: {match})' in problems[0]


def test_one_that_is_missing_is_made_with_all_it_takes() -> None:
    world = World()
    world.state.admin = True
    plan = world.plan(wanting(extra_specs={'hw:cpu_policy': 'dedicated', 'hw:hide_hypervisor_id': 'true'}))
    (task,) = [task for task in plan.tasks.values() if task.verb == 'flavor.create']
    assert task.spec['extra_specs'] == {**SPECS, 'hw:hide_hypervisor_id': 'true'}
    assert task.id in plan.tasks['create vdu:web/front/0'].after


def test_shapes_that_differ_in_epa_only_are_two_flavors() -> None:
    world = World()
    world.state.admin = True
    value = wanting()
    plain = {**value['vnfs'][0]['vdus'][0], 'name': 'back', 'flavor': SIZES}
    value['vnfs'][0]['vdus'].append(plain)
    plan = world.plan(value)
    assert [name for action, name in actions(plan) if name.startswith('nfv-')] == [NAME, 'nfv-2c-1024m-1g']


def test_names_are_short_the_same_for_equal_shapes_and_others_for_others() -> None:
    def name(nodes: int, **more: Any) -> str:
        epa = Epa(numa_nodes=tuple(NumaNode(id=place, vcpus=(place,)) for place in range(nodes)))
        return shape(Flavor(vcpus=nodes, ram_mib=1024, disk_gib=1, epa=epa, **more))
    names = [name(nodes) for nodes in range(2, 40)]
    assert max(map(len, names)) <= 100
    assert len(set(names)) == len(names)
    assert name(32) == name(32) != name(32, extra_specs={'a': 'b'})
    # Nova takes no name that ends with a blank
    assert ' ' not in shape(Flavor(vcpus=1, ram_mib=1, disk_gib=0, extra_specs={'a': 'ends with a blank '}))


def test_a_server_whose_flavor_lacks_what_is_asked_is_resized_and_both_are_told() -> None:
    world = World().deployed(1)
    world.state.flavors.append(flavor('big', 2, 1024, 1, extra_specs=SPECS))
    world.server(0, flavor={'original_name': 'plain', 'vcpus': 2, 'ram': 1024, 'disk': 1, 'extra_specs': {}})
    plan = world.plan(wanting())
    assert actions(plan) == [('update', 'web/front/0')]
    assert ('flavor 2 vCPU, 1024 MiB -> 2 vCPU, 1024 MiB, hw:cpu_policy=dedicated, hw:mem_page_size=large (resize)'
            in plan.changes[0].detail)
    world.server(0, flavor={'original_name': 'big', 'vcpus': 2, 'ram': 1024, 'disk': 1, 'extra_specs': SPECS})
    assert world.plan(wanting()).tasks == {}


def test_a_flavor_of_ours_goes_after_all_that_is_done_with_its_servers() -> None:
    world = World().deployed(2)
    key = 'flavor:default/nfv-1c-512m-1g'
    world.record[key] = {'vim': 'default', 'id': 'f', 'name': 'nfv-1c-512m-1g', 'owned': True}
    for index in range(2):
        world.record[f'vdu:web/front/{index}']['flavor_key'] = key
    plan = world.plan(document(1, flavor='m1.small'), allow_delete=True)
    assert {'resize vdu:web/front/0', 'delete vdu:web/front/1'} <= set(plan.tasks[f'delete {key}'].after)
    assert {'delete vdu:web/front/0', 'delete vdu:web/front/1'} <= set(world.plan(None).tasks[f'delete {key}'].after)
