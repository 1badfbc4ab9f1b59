# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attribute filters, selectors and pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.query import Kind, parse
from hypothesis import given
from hypothesis import strategies as st

KIND = Kind(frozenset({'id', 'name', 'count', 'up', 'since', 'parts', 'more', 'own'}), frozenset({'id', 'parts'}),
            frozenset({'more'}))
ITEM: dict[str, Any] = {'id': 'a', 'name': "it's, (so)", 'count': 3, 'up': True, 'since': '2026-01-02T00:00:00.500000Z',
                        'parts': [{'kind': 'x', 'at': {'port': 1}}, {'kind': 'y'}], 'more': {'a': 1, 'b': {'c': 2, 'd': 3}},
                        'own': {'k/l': 'v'}}


def matches(text: str) -> bool:
    return parse([('filter', text)], KIND).matches(ITEM)


@pytest.mark.parametrize('text', [
    '(eq,id,a)', '(neq,id,b)', '(in,id,b,a)', '(nin,id,b,c)', '(cont,name,so)', '(ncont,name,nothing,none)', '(eq,count,3)',
    '(gt,count,2)', '(gte,count,3.0)', '(lt,count,4)', '(lte,count,3)', '(eq,up,true)', '(eq,parts/kind,y)',
    '(eq,parts/at/port,1)', "(eq,name,'it''s, (so)')", '(gt,since,2026-01-02T00:00:00Z)', '(lt,since,2026-01-02T00:00:00.6Z)',
    '(eq,own/k~1l,v)',
    '(eq,id,a);(eq,count,3)', '(neq,parts/kind,z)', '(eq,own/@key,k/l)', '(neq,own/absent,x)'])
def test_fits(text: str) -> None:
    assert matches(text)


@pytest.mark.parametrize('text', [
    '(eq,id,b)', '(neq,id,a)', '(nin,id,a)', '(gt,count,3)', '(eq,count,three)', '(gt,up,false)', '(eq,parts/kind,z)',
    '(neq,parts/kind,x)', '(cont,count,3)', '(eq,id,a);(eq,count,4)', '(eq,more/b,2)', '(eq,own/absent,x)'])
def test_does_not_fit(text: str) -> None:
    assert not matches(text)


@pytest.mark.parametrize('query', [
    [('filter', text)] for text in ('', 'eq,id,a', '(eq,id)', '(eq,id,a', '(like,id,a)', '(eq,id,a,b)', '(eq,absent,a)',
                                    '(eq,id,a)(eq,id,b)', '(eq,id,a);', "(eq,id,'a)", '(eq,,a)', '(eq,a//b,c)',
                                    '(eq,id,' + 'a' * 5000 + ')')
] + [[('fields', 'absent')], [('exclude_fields', 'absent')], [('exclude_fields', 'id')], [('all_fields', ''), ('fields', 'id')],
     [('fields', '')], [('what', '')], [('fields', 'id'), ('fields', 'name')]])
def test_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(OpOccError) as caught:
        parse(query, KIND)
    assert caught.value.problem.status == 400


@pytest.mark.parametrize(('query', 'names'), [
    ([], {'id', 'name', 'count', 'up', 'since', 'parts', 'own'}),
    ([('exclude_default', '')], {'id', 'name', 'count', 'up', 'since', 'parts', 'own'}),
    ([('all_fields', '')], set(ITEM)),
    ([('fields', 'more')], {'id', 'name', 'count', 'up', 'since', 'parts', 'more'}),
    ([('fields', 'more'), ('exclude_default', '')], set(ITEM)),
    ([('exclude_fields', 'name,own')], {'id', 'count', 'up', 'since', 'parts', 'more'}),
    ([('exclude-fields', 'name')], set(ITEM) - {'name'})])
def test_attributes_that_are_shown(query: list[tuple[str, str]], names: set[str]) -> None:
    assert set(parse(query, KIND).select(KIND, ITEM)) == names


def test_parts_of_attributes() -> None:
    assert parse([('fields', 'more/b/c')], KIND).select(KIND, ITEM)['more'] == {'b': {'c': 2}}
    assert parse([('exclude_fields', 'more/b/c')], KIND).select(KIND, ITEM)['more'] == {'a': 1, 'b': {'d': 3}}


def test_pages_have_every_item_once_whatever_comes_meanwhile() -> None:
    items = [{'id': f'{number:03}'} for number in range(25)]
    seen, query = [], [('filter', '(neq,id,x)')]
    while True:
        page, following = parse(query, KIND).page(items, lambda one: [one['id']], 10)
        seen += [one['id'] for one in page]
        if following is None:
            break
        items = [one for one in items if one['id'] != seen[0]] + [{'id': 'z'}] if len(seen) == 10 else items
        query = parse_qsl(following)
        assert ('filter', '(neq,id,x)') in query
    assert seen == [f'{number:03}' for number in range(25)] + ['z']


@given(st.text(max_size=60), st.sampled_from(['filter', 'fields', 'exclude_fields', 'nextpage_opaque_marker']))
def test_whatever_is_sent_is_understood_or_refused(text: str, name: str) -> None:
    try:
        query = parse([(name, text)], KIND)
        query.page([ITEM] if query.matches(ITEM) else [], lambda one: [one['id']], 1)
        query.select(KIND, ITEM)
    except OpOccError as error:
        assert error.problem.status == 400
