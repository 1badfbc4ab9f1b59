# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change of the flavor: resized and confirmed, and Nova says to which; what fits no more is refused before anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import good, one_now, plan_lines


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    module_service.describe(2)
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def flavors(site: Later) -> list[str]:
    """What Nova says, by count-index."""
    return [site.server(index).flavor.original_name for index in range(2)]


def stays(site: Later) -> Any:
    return [(site.server(index).id, site.ports(index)) for index in range(2)]


@pytest.mark.slow
def test_of_one_instance_and_then_of_all(site: Later) -> None:
    before = stays(site)
    lines = site.change('change_flavour', nfv_params={'flavor': 'm1.small'}, nfv_count_index='1', **FRONT)
    assert [(line.sign, line.name) for line in lines] == [('~', 'web/front/1')]
    assert lines[0].detail.startswith('flavor m1.tiny (')
    assert 'm1.small (' in lines[0].detail
    assert (flavors(site), stays(site), site.statuses()) == (['m1.tiny', 'm1.small'], before, ['ACTIVE'] * 2)
    site.again()
    lines = site.change('change_flavour', nfv_params={'flavor': 'm1.small'})
    assert [line.name for line in lines] == ['web/front/0']
    assert (flavors(site), stays(site), site.statuses()) == (['m1.small'] * 2, before, ['ACTIVE'] * 2)
    site.again('change_flavour', nfv_params={'flavor': {'name': 'm1.small'}})
    site.again()


@pytest.mark.slow
def test_a_smaller_disk_is_refused_before_anything(site: Later) -> None:
    site.refuse('change_flavour', 'vdu:web/front/0: flavor m1.tiny: disk', 'a resize can not make a disk smaller',
                nfv_params={'flavor': 'm1.tiny'})


@pytest.mark.slow
def test_the_document_with_another_field_changes_only_that(site: Later) -> None:
    site.service.describe(2, metadata={'tier': 'web'})
    played = good(site.play('instantiate', '--diff'))
    assert [line.detail for line in plan_lines(played.out)] == ['metadata tier none -> web'] * 2
    assert flavors(site) == ['m1.small'] * 2


@pytest.mark.slow
def test_what_no_host_takes_leaves_the_truth_and_is_rolled_back(site: Later) -> None:
    site.assert_failed_with_the_truth(site.play('change_flavour', nfv_params={'flavor': 'm1.huge'}), 'resize server',
                                      'ACTIVE with flavor')
    good(site.play('rollback'))
    assert (flavors(site), site.statuses()) == (['m1.small'] * 2, ['ACTIVE'] * 2)
    site.again()


@pytest.mark.slow
def test_a_flavor_that_is_missing_needs_the_right(site: Later) -> None:
    site.refuse('change_flavour', 'os_compute_api:os-flavor-manage:create',
                nfv_params={'flavor': {'vcpus': 1, 'ram_mib': 2049, 'disk_gib': 20}})


@pytest.mark.slow
def test_one_of_ours_is_made_and_goes_when_nobody_uses_it(site: Later, admin: Any) -> None:
    vims = {'default': {'cloud': 'sandbox', 'admin_cloud': 'sandbox-admin'}}
    before = {one.name for one in admin.compute.flavors(is_public=None)}
    shape = {'vcpus': 1, 'ram_mib': 2050, 'disk_gib': 20}
    lines = site.change('change_flavour', nfv_params={'flavor': shape}, nfv_vims=vims)
    assert [line.sign for line in lines] == ['+', '~', '~']
    (made,) = {one.name for one in admin.compute.flavors(is_public=None)} - before
    assert flavors(site) == [made] * 2
    site.again(nfv_vims=vims)
    lines = site.change('change_flavour', nfv_params={'flavor': 'm1.small'}, nfv_vims=vims)
    assert [line.sign for line in lines] == ['-', '~', '~']
    assert {one.name for one in admin.compute.flavors(is_public=None)} == before
    site.again(nfv_vims=vims)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'no flavor': ({'nfv_params': {}}, 'change_flavour needs one: a name, or vcpus, ram_mib and disk_gib'),
    'an unknown flavor': ({'nfv_params': {'flavor': 'm1.smal'}}, 'm1.smal is not a flavor of VIM default; the nearest names are'),
    'half a shape': ({'nfv_params': {'flavor': {'vcpus': 2}}}, 'params.flavor.ram_mib: this is missing'),
    'an unknown instance': ({'nfv_params': {'flavor': 'm1.small'}, 'nfv_count_index': 5}, '(there are: 0 to 1)'),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown flavor'))
def test_wrong_input(site: Later, case: str) -> None:
    more, word = WRONG[case]
    site.refuse('change_flavour', word, **more)
