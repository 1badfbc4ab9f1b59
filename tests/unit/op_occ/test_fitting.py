# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fact is never larger than setup should have to read, and never has a secret."""

from __future__ import annotations

import os
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import FACT_LIMIT, cut, fitting, without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.files import encode


@pytest.mark.parametrize(('letter', 'vnfs'), [
    ('x', 60), ('x', 0), ('ä', 2), ('東', 2), ('\x00', 2), ('\U0001f600', 2), ('\udc80', 2), ('"', 2)])
def test_no_fact_is_too_large(store: Store, letter: str, vnfs: int) -> None:
    long = letter * 5000
    ns = {'id': 'one', 'name': long}
    names = {f'{number}{long}': f'vnf-{number}' for number in range(vnfs)}
    op_occ = OpOccs(store).start('INSTANTIATE', ns, names, {}, {'host': long, 'boot_id': long, 'pid': 1},
                                 {f'{number}{letter * 50}': number for number in range(200)})
    op_occ.trigger('grant', progress={'done': 0, 'total': 900})
    error = ProblemDetails(long, 500, long, long, long)
    op_occ.trigger('failed', error=error)
    for one in store.ids('op_occ'):
        assert os.path.getsize(store.file('op_occ', one)) <= 4096
    assert op_occ.errors()[0]['detail'] == long
    assert op_occ.data['error']['detail'].startswith(letter * 30)
    assert (op_occ.data['ns_id'], op_occ.data['error']['status'], op_occ.data['progress']['total']) == ('one', 500, 900)


def test_what_fits_is_not_cut() -> None:
    data = {'id': 'a' * 36, 'ns_name': 'n' * 255, 'error': {'detail': 'd' * 1200}, 'resources': {'create': 1}}
    assert fitting(data) == data


def test_only_as_much_is_cut_as_must_be() -> None:
    data = {'error': {'detail': 'd' * 10_000, 'title': 'short', 'type': 'about:blank', 'instance': None}}
    fact = fitting(data)
    assert len(fact['error']['detail']) == 1200
    assert fact['error']['detail'].endswith('...')
    assert fact['error']['title'] == 'short'
    assert len(encode(fact)) <= FACT_LIMIT == 4096
    assert fitting(fact) == fact


def test_an_id_is_never_cut() -> None:
    assert cut('11111111-1111-4111-8111-111111111111', 40) == '11111111-1111-4111-8111-111111111111'


@pytest.mark.parametrize(('given', 'kept'), [
    ({'secret_params': {'token': 'canary'}}, {'secret_params': {'token': 'REDACTED'}}),
    ({'secret_params': 'canary'}, {'secret_params': 'REDACTED'}),
    ({'vdus': [{'cloud_init': {'params': {'a': 1}, 'secret_params': {'b': ['canary', {'c': 'canary'}]}}}]},
     {'vdus': [{'cloud_init': {'params': {'a': 1}, 'secret_params': {'b': ['REDACTED', {'c': 'REDACTED'}]}}}]}),
    ({'params': {'token': 'shown'}}, {'params': {'token': 'shown'}}),
])
def test_secrets_are_taken_out_by_position(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert without_secrets(given) == kept


def test_parameters_are_written_without_secrets(store: Store) -> None:
    op_occ = OpOccs(store).start('UPDATE', {'id': 'one', 'name': 'edge1'}, {}, {'params': {'secret_params': {'x': 'canary'}}},
                                 {}, {})
    for folder, _folders, names in os.walk(store.path):
        for name in names:
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                assert 'canary' not in file.read()
    assert (op_occ.dir.read_json('parameters.json') or {})['parameters']['params'] == {'secret_params': {'x': 'REDACTED'}}
