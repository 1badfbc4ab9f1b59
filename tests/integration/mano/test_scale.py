# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale: what was asked for is what Nova has, the newest go first, and a document that is applied again keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import document, good, one_now, plan_lines

ADDRESSES = [f'10.81.0.{number}' for number in range(20, 24)]


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    module_service.write(describe(module_service))
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def describe(service: Service, count: int = 2, **vdu: Any) -> dict[str, Any]:
    """Two instances, and addresses for four."""
    value = document(service.name, count, **{'metadata': {'tier': 'web'}, **vdu})
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['ip_addresses'] = ADDRESSES
    return value


def test_out(site: Later) -> None:
    before = [site.server(index).id for index in range(2)]
    lines = site.change('scale', nfv_params={'count': 4}, **FRONT)
    assert [(line.sign, line.kind, line.name) for line in lines] == [('+', 'vdu', 'web/front/2'), ('+', 'vdu', 'web/front/3')]
    site.service.assert_complete(4)
    assert [site.server(index).id for index in range(2)] == before
    given = [ip for index in range(4) for _id, _mac, ips, _server in site.ports(index) for ip in ips]
    assert [ip for ip in given if ip in ADDRESSES] == ADDRESSES
    site.again('scale', nfv_params={'count': 4}, **FRONT)
    site.again()
    op_occ = site.service.op_occs()[-1]
    assert (op_occ['operation'], op_occ['resources']['create']) == ('SCALE', 2)


def test_more_than_there_are_addresses_for(site: Later) -> None:
    site.refuse('scale', 'vnfs[0].vdus[0].interfaces[1].ip_addresses: 4 given for 5 instances', nfv_params={'count': 5}, **FRONT)


def test_a_document_that_changes_another_field_changes_only_that(site: Later) -> None:
    site.service.write(describe(site.service, metadata={'tier': 'edge'}))
    played = good(site.play('instantiate', '--diff'))
    assert [(line.sign, line.detail) for line in plan_lines(played.out)] == [('~', 'metadata tier web -> edge')] * 4
    assert len(site.statuses()) == 4


def test_in_by_steps_the_newest_go_first(site: Later) -> None:
    before = [site.server(index).id for index in range(2)]
    lines = site.change('scale', nfv_params={'type': 'SCALE_IN', 'number_of_steps': '2'})
    assert [(line.sign, line.name) for line in lines] == [('-', 'web/front/2'), ('-', 'web/front/3')]
    site.service.assert_complete(2)
    assert [site.server(index).id for index in range(2)] == before
    site.again()


def test_a_document_with_another_count_wins(site: Later) -> None:
    named = {'type': 'SCALE_OUT', 'request_id': 'ticket 4711'}
    good(site.play('scale', nfv_params=named))
    site.again('scale', nfv_params=named)
    site.service.write(describe(site.service, 1, metadata={'tier': 'edge'}))
    site.refuse('instantiate', 'vdu:web/front/2: would be deleted', 'nfv_allow_delete')
    good(site.play('instantiate', nfv_allow_delete=True))
    site.service.assert_complete(1)
    site.again()
    site.again('scale', nfv_params={'count': 1})


@pytest.mark.slow
def test_a_fault_in_the_middle(site: Later) -> None:
    asked: dict[str, Any] = {'nfv_params': {'type': 'SCALE_OUT', 'number_of_steps': 2}, **FRONT}
    with faults('spawn'):
        failed = site.play('scale', **asked)
        site.assert_failed_with_the_truth(failed, 'web/front/1', 'has done 2 of 4 tasks')
    site.refuse('scale', 'SCALE', 'of other instances (nfv_vdu=front)', nfv_params={'count': 3}, nfv_vnf='web')
    kept = site.server(0).id
    good(site.play('scale', **asked))
    site.service.assert_complete(3)
    assert site.server(0).id == kept
    site.again()


def test_instances_of_a_protected_vdu_stay(site: Later) -> None:
    good(site.play('scale', nfv_params={'count': 3}))
    site.service.write(describe(site.service, 1, metadata={'tier': 'edge'}, protected=True))
    good(site.play())
    site.refuse('scale', 'vnfs[0].vdus[0].protected', 'are protected', nfv_params={'count': 2})
    assert len(site.statuses()) == 3


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'an unknown VNF': ({'nfv_vnf': 'wbe', 'nfv_params': {'count': 3}}, 'vnf: wbe is not a VNF'),
    'an unknown VDU': ({'nfv_vdu': 'frnt', 'nfv_params': {'count': 3}}, '(there are: web/front)'),
    'an instance': ({'nfv_count_index': '1', 'nfv_params': {'count': 3}}, 'count_index: scale takes none'),
    'no parameter': ({'nfv_params': {}}, 'params: scale needs one of count, type'),
    'an unknown type': ({'nfv_params': {'type': 'UP'}}, 'is none of SCALE_OUT, SCALE_IN'),
    'below nothing': ({'nfv_params': {'type': 'SCALE_IN', 'number_of_steps': 9}}, '9 can not be taken from 3 instances'),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown VNF'))
def test_wrong_input(site: Later, case: str) -> None:
    records = site.records()
    more, word = WRONG[case]
    site.refuse('scale', word, **more)
    assert site.records() == records


def test_what_is_not_instantiated(service: Service) -> None:
    service.describe(1)
    good(service.play())
    service.terminate()
    Later(service).refuse('scale', 'is not instantiated, so there is nothing to scale', nfv_params={'count': 3})


def sized(service: Service) -> dict[str, Any]:
    """One of front and one of back, an aspect with two steps, and a level."""
    value = document(service.name, 1)
    vnf = value['vnfs'][0]
    front = {**vnf['vdus'][0], 'max_count': 3}
    vnf.update(vdus=[front, {**front, 'name': 'back'}],
               scaling_aspects=[{'name': 'width', 'max_level': 2, 'deltas': [{'front': 1}, {'front': 1, 'back': 2}]}],
               instantiation_levels=[{'name': 'wide', 'counts': {'front': 2, 'back': 2}, 'aspects': {'width': 1}}])
    return value


@pytest.mark.slow
def test_by_an_aspect_and_to_levels(service: Service) -> None:
    service.write(sized(service))
    site = Later(service)
    site.before = site.project.ids()
    good(site.play())

    def there() -> list[str]:
        return sorted(name.removeprefix(f'{service.name}-web-') for name in site.project.servers(service.name))
    lines = site.change('scale', nfv_params={'type': 'SCALE_OUT', 'aspect_id': 'width'})
    assert [(line.sign, line.name) for line in lines] == [('+', 'web/front/1')]
    site.again()
    with faults('spawn'):
        site.play('scale', nfv_params={'type': 'SCALE_OUT', 'aspect_id': 'width'})
    assert service.state() == 'FAILED_TEMP'
    good(site.play('retry'))
    assert there() == ['back-0', 'back-1', 'back-2', 'front-0', 'front-1', 'front-2']
    site.again()
    site.refuse('scale', 'number_of_steps: 1 leads from level 2 of aspect web/width to 3, which is out of range 0..2',
                nfv_params={'type': 'SCALE_OUT', 'aspect_id': 'width'})
    to_level: dict[str, Any] = {'nfv_params': {'instantiation_level_id': 'wide'}}
    lines = site.change('scale', **to_level)
    assert sorted((line.sign, line.name) for line in lines) == [('-', 'web/back/2'), ('-', 'web/front/2')]
    assert service.op_occs()[-1]['operation'] == 'SCALE_TO_LEVEL'
    site.again('scale', **to_level)
    site.again()
    bottom: dict[str, Any] = {'nfv_params': {'scale_info': [{'aspect_id': 'width', 'scale_level': 0}]}}
    site.change('scale', **bottom)
    assert there() == ['back-0', 'back-1', 'front-0'], 'the level took one of back that no step had brought'
    site.again('scale', **bottom)
    site.assert_terminate_leaves_the_project_as_it_was()
