# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling by aspects and to levels, as whole operations and as what they make of the record."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

OUT, IN = {'type': 'SCALE_OUT', 'aspect_id': 'width'}, {'type': 'SCALE_IN', 'aspect_id': 'width'}


def scaled(count: int = 2, **vnf: Any) -> dict[str, Any]:
    """Two VDUs, an aspect that brings two of one and one of the other, and two levels."""
    document = wanted(count, min_count=1, max_count=6)
    front = document['vnfs'][0]['vdus'][0]
    document['vnfs'][0].update({
        'vdus': [front, {**front, 'name': 'back', 'count': 1, 'max_count': 10}],
        'scaling_aspects': [{'name': 'width', 'max_level': 3, 'deltas': [{'front': 2, 'back': 1}]}],
        'instantiation_levels': [{'name': 'small', 'counts': {'front': 1, 'back': 1}, 'aspects': {'width': 0}},
                                 {'name': 'big', 'counts': {'front': 6, 'back': 3}, 'aspects': {'width': 2}}], **vnf})
    return document


@pytest.fixture
def web(site: Site) -> Site:
    """Two of front, one of back."""
    site.apply('instantiate', document=scaled())
    return site


def there(site: Site) -> tuple[int, int]:
    names = [one.name for one in site.vim.servers.values()]
    return sum('-front-' in name for name in names), sum('-back-' in name for name in names)


def level(site: Site) -> int:
    """Of the aspect, by the record."""
    vnfs = site.ns()['overlay'].get('vnfs') or [{}]
    return next((one.get('level', 0) for one in vnfs[0].get('scaling_aspects', ())), 0)


def again(site: Site, verb: str = 'instantiate', **options: Any) -> None:
    files, calls = site.files(), len(site.vim.called)
    assert site.apply(verb, **(options or {'document': scaled()}))['changed'] is False
    assert (site.files(), site.vim.called[calls:]) == (files, [])


def test_an_aspect_out_and_in(web: Site) -> None:
    shown = web.diff('scale', params=OUT)
    result = web.apply('scale', params=OUT)
    assert [one['name'] for one in result['plan']['changes']] == ['web/front/2', 'web/front/3', 'web/back/1']
    assert shown['plan']['changes'] == result['plan']['changes']
    assert (result['op_occ']['operation'], there(web), level(web)) == ('SCALE', (4, 2), 1)
    again(web)
    web.apply('scale', params={**OUT, 'number_of_steps': 1})
    assert (there(web), level(web)) == ((6, 3), 2)
    again(web)
    web.apply('scale', params={**IN, 'number_of_steps': '2'})
    assert (there(web), level(web)) == ((2, 1), 0)
    again(web)


def test_to_a_level_by_name(web: Site) -> None:
    big: dict[str, Any] = {'params': {'instantiation_level_id': 'big'}}
    result = web.apply('scale', vnf='web', **big)
    assert (result['op_occ']['operation'], there(web), level(web)) == ('SCALE_TO_LEVEL', (6, 3), 2)
    again(web, 'scale', **big)
    again(web)
    web.apply('scale', params=IN)
    assert (there(web), level(web)) == ((4, 2), 1)
    web.apply('scale', params={'instantiation_level_id': 'small'})
    assert (there(web), level(web)) == ((1, 1), 0)
    again(web)


def test_to_levels_of_aspects(web: Site) -> None:
    asked: dict[str, Any] = {'params': {'scale_info': [{'aspect_id': 'width', 'scale_level': '2'}]}}
    assert web.apply('scale', **asked)['op_occ']['operation'] == 'SCALE_TO_LEVEL'
    assert (there(web), level(web)) == ((6, 3), 2)
    again(web, 'scale', **asked)
    again(web)


def test_a_fault_in_the_middle_counts_no_step_twice(web: Site) -> None:
    web.failing('create_server', lambda spec: '-back-' in spec['name'])
    web.fails('scale', params=OUT)
    assert (there(web), level(web)) == ((4, 1), 0)
    web.fails('scale', params=OUT)
    web.mended()
    web.apply('scale', params=OUT)
    assert (there(web), level(web)) == ((4, 2), 1)
    web.failing('create_server', lambda spec: '-back-' in spec['name'])
    web.fails('scale', params={'instantiation_level_id': 'big'})
    assert 'SCALE refused: SCALE_TO_LEVEL' in str(web.fails('scale', params=OUT))
    web.mended()
    web.apply('rollback')
    assert (there(web), level(web)) == ((4, 2), 1)
    again(web)


def test_a_document_with_another_size_is_the_new_truth(web: Site) -> None:
    web.apply('scale', params=OUT)
    new = scaled(3)
    new['vnfs'][0]['scaling_aspects'][0]['level'] = 1
    web.apply('instantiate', document=new, allow_delete=True)
    assert there(web) == (3, 2), 'it says nothing else of back'
    again(web, document=new)


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    'an aspect': ({**OUT, 'aspect_id': 'wdth'}, {}, 'params.aspect_id: wdth is not a scaling aspect of web (there are: width)'),
    'too far': ({**OUT, 'number_of_steps': 4}, {},
                'params.number_of_steps: 4 leads from level 0 of aspect web/width to 4, which is out of range 0..3'),
    'too deep': (IN, {}, 'params.number_of_steps: 1 leads from level 0 of aspect web/width to -1, which is out of range 0..3'),
    'more than may be': ({**OUT, 'number_of_steps': 3}, {},
                         'params.number_of_steps: 8 instances of VDU web/front are out of range 1..6 (min_count, max_count)'),
    'a count': ({'count': 7}, {'vdu': 'front'}, 'params.count: 7 instances of VDU web/front are out of range 1..6'),
    'none': ({'count': 0}, {'vdu': 'front'}, 'params.count: 0 instances of VDU web/front are out of range 1..6'),
    'a level': ({'instantiation_level_id': 'huge'}, {},
                'params.instantiation_level_id: huge is not a level of web (there are: big, small)'),
    'one VDU': (OUT, {'vdu': 'front'}, 'vdu: a VNF is scaled by aspect_id, not one VDU'),
    'one VDU to a level': ({'instantiation_level_id': 'big'}, {'vdu': 'front'},
                           'vdu: a VNF is scaled by instantiation_level_id'),
    'a VNF': (OUT, {'vnf': 'wbe'}, 'vnf: wbe is not a VNF of edge1 (there are: web)'),
    'info': ({'scale_info': {'width': 1}}, {}, 'params.scale_info: not a list of mappings of aspect_id and scale_level'),
    'its level': ({'scale_info': [{'aspect_id': 'width', 'scale_level': 4}]}, {},
                  'params.scale_info[0].scale_level: 4 is not a level of aspect web/width (there are: 0..3)'),
    'its aspect': ({'scale_info': [{'aspect_id': 'x', 'scale_level': 1}]}, {},
                   'scale_info[0].aspect_id: x is not a scaling aspect'),
    'twice': ({'scale_info': [{'aspect_id': 'width', 'scale_level': 1}] * 2}, {},
              'scale_info[1].aspect_id: width is given twice'),
    'steps to a level': ({'instantiation_level_id': 'big', 'number_of_steps': 1}, {},
                         'number_of_steps: goes with type, not with'),
}


@pytest.mark.parametrize('case', WRONG)
def test_wrong_input(web: Site, case: str) -> None:
    params, options, said = WRONG[case]
    files = web.files()
    with pytest.raises(InputError) as caught:
        web.apply('scale', params=params, **options)
    assert said in str(caught.value)
    assert web.files() == files


def test_a_protected_vdu_stays_also_when_an_aspect_is_scaled_in(site: Site) -> None:
    document = scaled()
    document['vnfs'][0]['vdus'][1]['protected'] = True
    site.apply('instantiate', document=document)
    site.apply('scale', params=OUT)
    with pytest.raises(InputError, match=r'vnfs\[0\].vdus\[1\].protected: instances of VDU web/back are protected, and scaling'):
        site.apply('scale', params=IN)
    assert there(site) == (4, 2)


def test_the_vnf_has_to_be_named_where_there_are_several(site: Site) -> None:
    document = scaled()
    document['vnfs'].append({**document['vnfs'][0], 'name': 'db'})
    site.apply('instantiate', document=document)
    with pytest.raises(InputError, match='vnf: name the VNF that is meant .nfv_vnf.; there are: web, db'):
        site.apply('scale', params=OUT)
    result = site.apply('scale', params=OUT, vnf='db')
    assert [one['name'] for one in result['plan']['changes']] == ['db/front/2', 'db/front/3', 'db/back/1']
