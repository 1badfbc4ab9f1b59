# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a client sends is answered, never by a 500; a body with something wrong in it is never taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import bodies
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Call, body_of
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import REQUEST
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, Client
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ANY = st.recursive(st.none() | st.booleans() | st.integers(-3, 2 ** 40) | st.floats(allow_nan=False) | st.text(max_size=12),
                   lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                   max_leaves=6)
BODIES = {**{(version, task): body for version, tasks in bodies.TASKS.items() for task, body in tasks.items()},
          ('v2', 'create'): bodies.CREATE, ('v2', 'modify'): bodies.MODIFY['v2'], ('v2', 'cancel'): bodies.CANCEL,
          ('v1', 'subscribe'): REQUEST['v1'], ('v2', 'subscribe'): REQUEST['v2']}


def fitting(kind: Any) -> st.SearchStrategy[Any]:
    """Values that an attribute takes."""
    if isinstance(kind, bodies.Text):
        return st.sampled_from(kind.choices) if kind.choices else st.text(
            st.characters(codec='utf-8', exclude_characters='\0'), min_size=kind.least, max_size=min(kind.most, kind.least + 6))
    if isinstance(kind, bodies.Number):
        return st.integers(kind.least, min(kind.most, kind.least + 3))
    if isinstance(kind, bodies.Truth):
        return st.booleans()
    if isinstance(kind, bodies.Free):
        return st.dictionaries(st.text(st.characters(codec='utf-8', exclude_characters='\0'), min_size=1, max_size=4),
                               st.integers(0, 3), max_size=2)
    if isinstance(kind, bodies.Many):
        return st.lists(fitting(kind.of), min_size=kind.least, max_size=kind.least + 1)
    if isinstance(kind, bodies.ById):
        return st.dictionaries(st.sampled_from(['a', 'b']), fitting(kind.of), max_size=2)
    assert isinstance(kind, bodies.Body)
    needed = {*kind.needed, *kind.one_of[:1]}
    return st.fixed_dictionaries({name: fitting(kind.known[name]) for name in sorted(needed)},
                                 optional={name: fitting(one) for name, one in kind.known.items()
                                           if name not in needed and name not in kind.one_of})


@pytest.mark.parametrize('key', sorted(BODIES), ids='-'.join)
def test_bodies_that_fit_are_taken_and_others_are_not(key: tuple[str, str]) -> None:
    body = BODIES[key]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(fitting(body), st.data())
    def check(value: dict[str, Any], data: st.DataObject) -> None:
        body.check(json.loads(json.dumps(value)))
        name = data.draw(st.sampled_from([*body.known, 'unknownAttribute']))
        wrong = data.draw(ANY)
        known = body.known.get(name)
        if known is None or list(known.problems(name, wrong)):
            with pytest.raises(OpOccError) as caught:
                body.check({**value, name: wrong})
            assert caught.value.problem.status == 400
        for needed in body.needed:
            with pytest.raises(OpOccError):
                body.check({key: one for key, one in value.items() if key != needed})
    check()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | ANY.map(lambda value: json.dumps(value).encode()))
def test_a_body_is_an_object_or_refused(content: bytes) -> None:
    try:
        assert isinstance(body_of(Call('POST', '/', headers={'content-type': 'application/json'}, body=content)), dict)
    except OpOccError as error:
        assert error.problem.status == 400


def test_no_call_is_answered_500(site: Site, tmp_path: Path) -> None:
    client = Client(site, tmp_path / 'packages')
    vnf_id = client.create()
    client.done(vnf_id, 'instantiate', INSTANTIATE)
    op_occ_id = client.good('GET', 'vnf_lcm_op_occs').body[0]['id']
    paths = ['vnf_instances', f'vnf_instances/{vnf_id}', 'vnf_lcm_op_occs', f'vnf_lcm_op_occs/{op_occ_id}', 'subscriptions',
             *(f'vnf_instances/{vnf_id}/{task}' for task in bodies.TASKS['v2']),
             *(f'vnf_lcm_op_occs/{op_occ_id}/{task}' for task in ('retry', 'rollback', 'fail', 'cancel'))]

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(paths), st.sampled_from(['GET', 'POST', 'PATCH', 'PUT']), st.data())
    def check(path: str, method: str, data: st.DataObject) -> None:
        task = path.rpartition('/')[2]
        body = BODIES.get(('v2', task))
        value = data.draw(st.one_of(ANY, fitting(body)) if body is not None else ANY)
        if isinstance(value, dict):
            # Whatever would be good is not, so that the next one finds all as it was
            value = {**value, 'extra': 1}
        client.call(method, path, value, data.draw(st.sampled_from(['v1', 'v2'])))
    check()
