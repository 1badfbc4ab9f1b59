# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuild and change_flavour as whole operations: what is kept beside the document, what a retry does, what a rollback says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation import draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, by_index, changes, ids

UBUNTU: dict[str, Any] = {'params': {'image': 'ubuntu'}}


@pytest.fixture
def three(site: Site) -> Site:
    """Three instances."""
    site.apply('instantiate', document=wanted(3))
    return site


def images(site: Site) -> list[str]:
    return [str(one.image_id).removeprefix('image-') for _index, one in sorted(by_index(site).items())]


def flavors(site: Site) -> list[str]:
    return [one.flavor['original_name'] for _index, one in sorted(by_index(site).items())]


def rebuilds(site: Site) -> int:
    return site.vim.called.count('rebuild_server')


def test_another_image_for_a_vdu_is_kept(three: Site) -> None:
    before = three.vim.ids()
    shown = three.diff('rebuild', vdu='front', **UBUNTU)
    assert images(three) == ['cirros'] * 3
    result = three.apply('rebuild', vdu='front', **UBUNTU)
    assert (result['op_occ']['operation'], result['op_occ']['state'], changes(result)) == ('REBUILD', 'COMPLETED', changes(shown))
    assert (images(three), three.vim.ids()) == (['ubuntu'] * 3, before)
    again(three, 'rebuild', vdu='front', **UBUNTU)
    again(three)
    three.apply('scale', params={'count': 4})
    assert images(three) == ['ubuntu'] * 4
    three.apply('instantiate', document=wanted(4, image={'name': 'ubuntu'}))
    again(three, document=wanted(4, image='ubuntu'))
    three.apply('instantiate', document=wanted(4), allow_delete=True)
    assert images(three) == ['cirros'] * 4


def test_another_image_for_one_instance_is_its_own(three: Site) -> None:
    three.apply('rebuild', count_index=2, **UBUNTU)
    assert images(three) == ['cirros', 'cirros', 'ubuntu']
    again(three)
    again(three, 'rebuild', count_index=2, **UBUNTU)
    three.apply('instantiate', document=wanted(3, metadata={'tier': 'db'}))
    assert images(three) == ['cirros', 'cirros', 'ubuntu'], 'a document with another field changes only that'
    three.apply('heal', accept_data_loss=True, params={'force': True})
    assert images(three) == ['cirros', 'cirros', 'ubuntu']
    three.apply('scale', params={'count': 2})
    three.apply('scale', params={'count': 3})
    assert (images(three), three.ns()['overlay'].get('instances')) == (['cirros'] * 3, None)


def test_a_document_with_another_image_is_the_new_truth(three: Site) -> None:
    three.apply('rebuild', count_index=2, params={'image': {'name': 'ubuntu'}})
    three.apply('instantiate', document=wanted(3, image='ubuntu'), allow_delete=True)
    assert (images(three), three.ns()['overlay']) == (['ubuntu'] * 3, {})


def test_back_to_the_image_of_the_document(three: Site) -> None:
    three.apply('rebuild', count_index=2, **UBUNTU)
    three.apply('rebuild', count_index=2, params={'image': 'cirros'})
    assert (images(three), three.ns()['overlay']) == (['cirros'] * 3, {})
    again(three)
    again(three, 'rebuild', params={'image': 'cirros'})


def test_forced_each_is_rebuilt_anew_each_time(three: Site) -> None:
    before = ids(three)
    assert three.apply('rebuild')['changed'] is False
    assert draft.ALL_OF_IT in three.lines
    for number in (3, 6):
        three.apply('rebuild', params={'force': True})
        assert (rebuilds(three), ids(three), three.ns()['overlay']) == (number, before, {})
        again(three)
    three.apply('rebuild', count_index=1, params={'image': 'cirros', 'force': 'true'})
    assert rebuilds(three) == 7


def test_none_is_rebuilt_twice(three: Site) -> None:
    second = ids(three)[1]
    three.failing('rebuild_server', lambda server_id: server_id == second)
    three.fails('rebuild', max_unavailable='1', params={'force': True})
    assert rebuilds(three) == 2, 'the third was not begun'
    three.fails('rebuild', max_unavailable='1', params={'force': True})
    three.mended()
    three.apply('rebuild', max_unavailable='1', params={'force': True})
    assert rebuilds(three) == 5
    again(three)


def test_rebuilt_is_what_a_rollback_can_not_undo(three: Site) -> None:
    second = ids(three)[1]
    three.failing('rebuild_server', lambda server_id: server_id == second)
    three.fails('rebuild', max_unavailable='1', params={'force': True})
    three.mended()
    error = str(three.fails('rollback'))
    assert 'vdu web/front/0' in error
    assert 'was rebuilt, and what was on its root disk is gone' in error
    assert 'web/front/2' not in error
    three.apply('rollback', accept_data_loss=True)
    again(three)


def test_a_rebuild_with_another_image_is_rolled_back_to_the_old_one(three: Site) -> None:
    three.apply('rebuild', count_index=2, **UBUNTU)
    second = ids(three)[1]
    three.failing('rebuild_server', lambda server_id: server_id == second)
    three.fails('rebuild', max_unavailable='1', vdu='front', **UBUNTU)
    three.mended()
    assert images(three) == ['ubuntu', 'cirros', 'ubuntu']
    three.apply('rollback', accept_data_loss=True)
    assert images(three) == ['cirros', 'cirros', 'ubuntu']
    again(three)


def test_another_flavor_for_a_vdu_is_kept(three: Site) -> None:
    before = three.vim.ids()
    result = three.apply('change_flavour', params={'flavor': 'm1.small'})
    assert (result['op_occ']['operation'], result['op_occ']['state']) == ('CHANGE_FLAVOUR', 'COMPLETED')
    assert (flavors(three), three.vim.ids()) == (['m1.small'] * 3, before)
    again(three, 'change_flavour', params={'flavor': {'name': 'm1.small'}})
    again(three)
    three.apply('instantiate', document=wanted(3, metadata={'tier': 'db'}))
    assert flavors(three) == ['m1.small'] * 3


def test_another_flavor_for_one_instance_and_then_for_all(three: Site) -> None:
    three.apply('change_flavour', count_index=1, params={'flavor': 'm1.small'})
    assert flavors(three) == ['m1.tiny', 'm1.small', 'm1.tiny']
    again(three)
    three.apply('change_flavour', params={'flavor': 'm1.small'})
    assert (flavors(three), three.ns()['overlay'].get('instances')) == (['m1.small'] * 3, None)
    again(three)


def test_a_resize_that_failed_goes_on(three: Site) -> None:
    second = ids(three)[1]
    three.failing('resize_server', lambda flavor_id: ids(three)[1] == second)
    three.fails('change_flavour', params={'flavor': 'm1.small'}, max_unavailable='1')
    assert (flavors(three), three.ns()['overlay']) == (['m1.tiny'] * 3, {})
    three.mended()
    three.apply('change_flavour', params={'flavor': 'm1.small'}, max_unavailable='1')
    assert flavors(three) == ['m1.small'] * 3


def test_a_list_of_selections_is_one_operation(three: Site) -> None:
    two = [{'vnf': 'web', 'vdu': 'front', 'count_index': 2}, {'vdu': 'front', 'count_index': 0}]
    three.apply('rebuild', items=two, **UBUNTU)
    assert images(three) == ['ubuntu', 'cirros', 'ubuntu']
    again(three, 'rebuild', items=two, **UBUNTU)
    with pytest.raises(InputError) as caught:
        three.apply('rebuild', items=[*two, {'vdu': 'frnt'}, {'count_index': 5}])
    assert caught.value.problems == [
        'instances[2].vdu: frnt is not a VDU of edge1 (there are: web/front)',
        'instances[3].count_index: 5 is not an instance of VDU web/front (there are: 0 to 2)']


@pytest.mark.parametrize(('verb', 'params', 'problem'), [
    ('rebuild', {'image': {'nam': 'x'}}, 'params.image.nam'),
    ('rebuild', {'image': {'name': 'a', 'id': 'b'}}, 'params.image: name and id are given: exactly one of name, id and checksum'),
    ('rebuild', {'force': 'perhaps'}, "params.force: 'perhaps' is none of true, false"),
    ('rebuild', {'flavor': 'x'}, 'params.flavor: unknown to rebuild; known are image, force, request_id'),
    ('change_flavour', {}, 'params.flavor: change_flavour needs one: a name, or vcpus, ram_mib and disk_gib'),
    ('change_flavour', {'flavor': {'vcpus': 1}}, 'params.flavor.ram_mib: this is missing'),
    ('change_flavour', {'flavor': {'vcpus': 0, 'ram_mib': 1, 'disk_gib': 1}}, 'params.flavor.vcpus')])
def test_what_is_wrong_is_told_with_its_path(three: Site, verb: str, params: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        three.apply(verb, params=params)
    assert any(one.startswith(problem) for one in caught.value.problems), caught.value.problems


def test_an_unknown_image_or_flavor_is_refused_with_the_nearest_names(three: Site) -> None:
    assert 'ubunt is not an image of VIM default' in str(three.fails('rebuild', params={'image': 'ubunt'}))
    assert 'm1.smal is not a flavor of VIM default; the nearest names are m1.small' in str(
        three.fails('change_flavour', params={'flavor': 'm1.smal'}))
    assert 'disk 1 GiB -> 0 GiB' not in str(three.ns())
