# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user asks for: limits, and what an operation can not do without."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import LIMITS, InputError, Request

GOOD: dict[str, Any] = {'operation': 'instantiate', 'state_dir': '/state', 'document': {'name': 'edge1'}}


def test_options_that_are_not_given_have_their_defaults() -> None:
    request = Request.of({**GOOD, 'ns': None, 'timeouts': {}, 'passphrase': 'of the module, not of the request'})
    assert (request.ns, request.max_parallel, request.op_occ_retention, request.create_flavors) == (None, 16, 50, True)
    assert {name: request.limit(name) for name in LIMITS} == LIMITS


@pytest.mark.parametrize(('given', 'seconds'), [(30, 30.0), ('45', 45.0), (0.5, 0.5), ('1e3', 1000.0)])
def test_limits_are_seconds_as_numbers_or_as_text(given: Any, seconds: float) -> None:
    assert Request.of({**GOOD, 'timeouts': {'server_active': given}}).limit('server_active') == seconds


@pytest.mark.parametrize('given', [0, -1, 'soon', '', [], {}, 'nan', 'inf', float('nan'), float('inf')])
def test_what_is_no_limit_is_named_with_its_value(given: Any) -> None:
    with pytest.raises(InputError) as caught:
        Request.of({**GOOD, 'timeouts': {'server_active': given}})
    assert caught.value.problems == [f'timeouts.server_active: {given!r} is not a number of seconds above 0']


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Request.of({'operation': 'instantiate', 'state_dir': '/state', 'max_parallel': 0,
                    'timeouts': {'lock': 'x', 'servers': 5}})
    assert [problem.partition(':')[0] for problem in caught.value.problems] == [
        'timeouts.lock', 'timeouts.servers', 'max_parallel', 'descriptor']
    assert str(caught.value).count('\n') == 3
    assert all(f'{name}' in str(caught.value) for name in LIMITS), 'an unknown limit names those that there are'


@pytest.mark.parametrize(('params', 'problem'), [
    ({'operation': 'instantiate'}, 'descriptor: instantiate needs a network-service document (nfv_descriptor)'),
    ({'operation': 'update', 'ns': 'edge1'}, 'descriptor: update needs a network-service document (nfv_descriptor)'),
    ({'operation': 'terminate'}, 'ns: terminate needs the id or the name of an NS (nfv_ns)'),
    ({'operation': 'terminate', 'ns': ''}, 'ns: terminate needs the id or the name of an NS (nfv_ns)'),
    ({'operation': 'terminate', 'document': {}}, 'ns: terminate needs the id or the name of an NS (nfv_ns)'),
])
def test_what_an_operation_can_not_do_without(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        Request.of({'state_dir': '/state', **params})
    assert caught.value.problems == [problem]


@pytest.mark.parametrize('params', [{'ns': 'edge1'}, {'document': {'name': 'edge1'}}])
def test_terminate_needs_a_name_only(params: dict[str, Any]) -> None:
    assert Request.of({'operation': 'terminate', 'state_dir': '/state', **params}).operation == 'terminate'
