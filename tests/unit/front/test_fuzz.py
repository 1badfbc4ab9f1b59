# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a client sends is answered, never by a 500; a body with something wrong in it is never taken."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import bodies
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Call, body_of
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import REQUEST, check_request
from ansible_collections.nfv.mano.tests.unit.front import described
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, Client
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[3]

#: 1.0 is a whole number to JSON schemas only.
FRACTIONS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
ANY = st.recursive(st.none() | st.booleans() | st.integers(-3, 2 ** 40) | FRACTIONS | st.text(max_size=12),
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


def request_schema(version: str, task: str) -> Draft202012Validator:
    """What the description says of a body."""
    name = {'create': 'CreateVnf', 'modify': 'VnfInfoModification', 'subscribe': 'LccnSubscription'}.get(
        task, ''.join(word.capitalize() for word in task.split('_')))
    return described.schema(version, f'{name}Request')


def taken(key: tuple[str, str], value: Any) -> bool:
    """Whether the front takes a body; it says 400 where it does not."""
    try:
        if key[1] == 'subscribe':
            check_request(value, key[0])
        else:
            BODIES[key].check(value)
    except OpOccError as error:
        assert error.problem.status == 400
        return False
    return True


@pytest.mark.parametrize('key', sorted(BODIES), ids='-'.join)
def test_bodies_are_taken_that_the_description_describes_and_no_others(key: tuple[str, str]) -> None:
    body, checked = BODIES[key], request_schema(*key)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(fitting(body), st.data())
    def check(value: dict[str, Any], data: st.DataObject) -> None:
        # What only an address of HTTP is cannot be drawn from texts
        assert key[1] == 'subscribe' or (taken(key, value) and checked.is_valid(value))
        name = data.draw(st.sampled_from([*body.known, 'unknownAttribute']))
        for changed in ({**value, name: data.draw(ANY)}, {one: inner for one, inner in value.items() if one != name}):
            good = taken(key, changed)
            assert good == checked.is_valid(changed) or (key[1] == 'subscribe' and not good), changed
    check()


BASIC, OAUTH2 = {'userName': 'a', 'password': 'b'}, {'clientId': 'a', 'clientPassword': 'b', 'tokenEndpoint': 'https://x/t'}


@pytest.mark.parametrize(('more', 'good'), [
    ({}, True), ({'callbackUri': 'ftp://x/'}, False), ({'callbackUri': 'http://x/ y'}, False), ({'callbackUri': 5}, False),
    ({'authentication': {'authType': ['BASIC'], 'paramsBasic': BASIC}}, True),
    ({'authentication': {'authType': ['BASIC']}}, False), ({'authentication': {'authType': []}}, False),
    ({'authentication': {'authType': ['OAUTH2_CLIENT_CREDENTIALS'], 'paramsBasic': BASIC}}, False),
    ({'authentication': {'authType': ['OAUTH2_CLIENT_CREDENTIALS'], 'paramsOauth2ClientCredentials': OAUTH2}}, True),
    ({'authentication': {'authType': ['OAUTH2_CLIENT_CREDENTIALS'],
                         'paramsOauth2ClientCredentials': {**OAUTH2, 'tokenEndpoint': 'file:///etc'}}}, False)])
def test_what_a_subscription_needs(more: dict[str, Any], good: bool) -> None:
    for version in ('v1', 'v2'):
        value = {'callbackUri': 'https://example.com/hook', **more}
        assert taken((version, 'subscribe'), value) == request_schema(version, 'subscribe').is_valid(value) == good


def test_the_description_is_that_of_the_code() -> None:
    generator = ROOT / 'tests' / 'tools' / 'generate_openapi.py'
    spec = importlib.util.spec_from_file_location('generate_openapi', generator)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for version in ('v1', 'v2'):
        assert module.path(version).read_text(encoding='utf-8') == module.text(version), 'run tests/tools/generate_openapi.py'
        for one in described.whole(version)['components']['schemas'].values():
            Draft202012Validator.check_schema(one)


@settings(max_examples=100, deadline=None)
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

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
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
