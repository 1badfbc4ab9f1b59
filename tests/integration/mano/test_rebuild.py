# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuild: the same servers on the same ports with a fresh root disk, and Nova says of which image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, one_now, plan_lines, refused

UBUNTU, FORCE = {'image': 'ubuntu'}, {'force': True}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    module_service.describe(2, volumes=[{'name': 'logs', 'size_gib': 1}])
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def images(site: Later) -> list[str]:
    """Names of the images that Nova says the servers are of, by count-index."""
    return [site.project.cloud.image.get_image(site.server(index).image.id).name for index in range(2)]


def stays(site: Later) -> Any:
    """What a rebuild must leave alone: ids of servers, ports with addresses, volumes."""
    servers = [site.server(index) for index in range(2)]
    return ([one.id for one in servers], [site.ports(index) for index in range(2)],
            [[disk.id for disk in one.attached_volumes] for one in servers])


def rebuilds(site: Later) -> int:
    """How often Nova was asked to, by the servers' own logs."""
    return sum(one.action == 'rebuild' for index in range(2)
               for one in site.project.cloud.compute.server_actions(site.server(index)))


def test_another_image(site: Later) -> None:
    before = stays(site)
    lines = site.change('rebuild', nfv_params=UBUNTU, nfv_max_unavailable=1, **FRONT)
    assert sorted((line.sign, line.name, line.detail) for line in lines) == [
        ('~', f'web/front/{index}', 'image cirros -> ubuntu (rebuild: what is on the root disk is lost, volumes stay: logs)')
        for index in range(2)]
    assert (images(site), stays(site), site.statuses()) == (['ubuntu'] * 2, before, ['ACTIVE'] * 2)
    asked = [entry['event'] for entry in site.journal() if entry['event'] in ('intent', 'settled')]
    assert asked == ['intent', 'settled'] * 2, 'one after the other'
    site.again('rebuild', nfv_params=UBUNTU, **FRONT)
    site.again()


def test_the_document_with_another_field_changes_only_that(site: Later) -> None:
    site.service.describe(2, volumes=[{'name': 'logs', 'size_gib': 1}], metadata={'tier': 'web'})
    played = good(site.play('instantiate', '--diff'))
    assert [line.detail for line in plan_lines(played.out)] == ['metadata tier none -> web'] * 2
    assert images(site) == ['ubuntu'] * 2


@pytest.mark.slow
def test_a_spawn_fault_and_then_to_the_end(site: Later) -> None:
    before, asked = (images(site), stays(site)), {'nfv_params': FORCE, 'nfv_max_unavailable': 1}
    with faults('spawn'):
        site.assert_failed_with_the_truth(site.play('rebuild', **asked), 'Failed to rebuild server', 'not started, because of')
    assert sorted(site.statuses()) == ['ACTIVE', 'ERROR']
    good(site.play('rebuild', **asked))
    assert ((images(site), stays(site)), site.statuses()) == (before, ['ACTIVE'] * 2)
    site.again()


@pytest.mark.slow
def test_one_instance_stopped_gets_an_image_of_its_own(site: Later) -> None:
    good(site.play('operate', nfv_params={'state': 'STOPPED'}, nfv_count_index=1))
    before = stays(site)
    site.change('rebuild', nfv_params={'image': {'name': 'cirros'}}, nfv_count_index='1')
    assert (images(site), stays(site), site.statuses()) == (['ubuntu', 'cirros'], before, ['ACTIVE', 'SHUTOFF'])
    site.again()
    good(site.play('operate', nfv_params={'state': 'STARTED'}))


@pytest.mark.slow
@pytest.mark.parametrize('point', ['changed:1:after', 'intent/rebuild:2:after', 'settled:1:lost'])
def test_killed_in_the_middle_none_is_rebuilt_twice(site: Later, point: str) -> None:
    before, ids = rebuilds(site), stays(site)
    asked: dict[str, Any] = {'nfv_params': FORCE, 'nfv_max_unavailable': 1}
    assert site.service.injected(f'KILL:{point}', 'rebuild', **asked).rc != 0
    good(site.play('rebuild', **asked))
    assert (rebuilds(site), stays(site), site.statuses()) == (before + 2, ids, ['ACTIVE'] * 2)
    site.again()


@pytest.mark.slow
def test_a_named_request_is_carried_out_once(site: Later) -> None:
    asked: dict[str, Any] = {'nfv_params': {**FORCE, 'request_id': 'monday'}, 'nfv_count_index': 0}
    before = rebuilds(site)
    assert [changed_count(good(site.play('rebuild', **asked)).out) for _time in range(2)] == [1, 0]
    assert rebuilds(site) == before + 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'an unknown VDU': ({'nfv_vdu': 'frnt', 'nfv_params': UBUNTU}, '(there are: web/front)'),
    'an unknown image': ({'nfv_params': {'image': 'ubunt'}}, 'ubunt is not an image of VIM default'),
    'no image': ({'nfv_params': {'image': {'name': 'a', 'id': 'b'}}}, 'params.image: name and id are given: exactly one of'),
    'an unknown parameter': ({'nfv_params': {'img': 'ubuntu'}}, 'params.img: unknown to rebuild; known are image, force'),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown image'))
def test_wrong_input(site: Later, case: str) -> None:
    more, word = WRONG[case]
    site.refuse('rebuild', word, **more)


def test_consoles(site: Later) -> None:
    records = site.records()
    shown = good(site.play('console', **FRONT)).out
    assert shown.count('http://127.0.0.1:6080/vnc_auto.html?path=') == 2
    assert 'web/front/1' in shown
    assert changed_count(shown) == 0
    assert site.records() == records
    refused(site.play('console', nfv_params={'type': 'serial'}, nfv_count_index=0), 'No console',
            'get the serial console of server')
    refused(site.play('console', nfv_count_index=7), 'count_index: 7 is not an instance of VDU web/front (there are: 0 to 1)')
