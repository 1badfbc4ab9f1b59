# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal that a module ends with has ProblemDetails of the right status."""

from __future__ import annotations

import json
import os
from types import ModuleType
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.plugins.modules import (
    console_info,
    inject_ssh_key,
    ns_apply,
    ns_diff,
    ns_info,
    op_occ_info,
    vdu,
)
from ansible_collections.nfv.mano.plugins.modules import op_occ as op_occ_module
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

ONE = [{'vnf': 'web', 'vdu': 'front', 'count_index': 0}]
MINIMAL = {inject_ssh_key: {'key': 'ssh-ed25519 AAAA'}, vdu: {'instances': ONE, 'state': 'stopped'},
           ns_apply: {'operation': 'heal'}, ns_diff: {'operation': 'heal'}}
NOWHERE = '11111111-1111-4111-8111-111111111111'


@pytest.fixture
def run(site: Site, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a module, which has to fail; its answer."""
    def answer(module: ModuleType, **arguments: Any) -> dict[str, Any]:
        with patch_module_args({'state_dir': site.store.path, **MINIMAL.get(module, {}), **arguments}), \
                pytest.raises(SystemExit):
            module.main()
        said = json.loads(capsys.readouterr().out)
        assert said['failed'] is True, said
        assert said['problem'].keys() == {'type', 'title', 'status', 'detail', 'instance'}
        return said
    return answer


@pytest.mark.parametrize('module', [ns_apply, ns_diff, ns_info, op_occ_info, op_occ_module, vdu, console_info, inject_ssh_key])
def test_an_unknown_ns_is_404(site: Site, run: Any, module: ModuleType) -> None:
    site.apply('instantiate', document=wanted())
    problem = run(module, ns='edge9')['problem']
    assert (problem['status'], problem['title']) == (404, 'No such NS')
    assert 'there are: edge1' in problem['detail']


@pytest.mark.parametrize(('module', 'more'), [
    (ns_apply, {'operation': 'retry'}), (ns_apply, {'operation': 'rollback'}), (op_occ_info, {}), (op_occ_module, {}),
    (op_occ_module, {'state': 'failed'}), (op_occ_module, {'state': 'cancelled'})])
def test_an_unknown_op_occ_is_404(site: Site, run: Any, module: ModuleType, more: dict[str, Any]) -> None:
    site.apply('instantiate', document=wanted())
    assert run(module, op_occ=NOWHERE, **more)['problem']['status'] == 404


@pytest.mark.parametrize(('module', 'more'), [
    *((ns_apply, {'operation': verb}) for verb in ('update', 'scale', 'operate', 'heal', 'rebuild', 'change_flavour', 'migrate',
                                                   'evacuate')), (vdu, {}), (console_info, {}), (inject_ssh_key, {})])
def test_what_is_not_instantiated_is_409(site: Site, run: Any, module: ModuleType, more: dict[str, Any]) -> None:
    site.apply('instantiate', document=wanted())
    site.apply('terminate')
    before = site.files()
    given = {'document': wanted()} if more.get('operation') == 'update' else {'ns': 'edge1'}
    said = run(module, **given, **more)
    assert (said['problem']['status'], said['op_occ']['id']) == (409, None)
    assert 'edge1 is not instantiated' in said['msg']
    assert site.files() == before


def test_an_open_op_occ_is_409_and_named(site: Site, run: Any) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=wanted())
    said = run(ns_apply, operation='terminate', ns='edge1')
    assert (said['problem']['status'], said['problem']['instance']) == (409, f'op_occ/{site.newest.id}')
    for word in (site.newest.id, 'FAILED_TEMP', f'pid {os.getpid()} on host'):
        assert word in said['msg']


@pytest.mark.parametrize(('module', 'more'), [(ns_apply, {'timeouts': {'lock': 0.1}}), (ns_diff, {})])
def test_an_owner_that_is_alive_is_409_and_named(site: Site, run: Any, module: ModuleType, more: dict[str, Any]) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=wanted())
    with NsLock(site.store, site.ns()['id']) as lock:
        lock.name_op_occ(site.newest.id)
        site.newest.trigger('retry', owner=lock.owner)
        said = run(module, operation='terminate', ns='edge1', **more)
    assert (said['problem']['status'], said['problem']['instance']) == (409, f'op_occ/{site.newest.id}')
    for word in (f'INSTANTIATE {site.newest.id}', 'is PROCESSING', f'pid {os.getpid()} on host', 'alive'):
        assert word in said['msg']


@pytest.mark.parametrize(('options', 'status'), [
    ({'operation': 'heal', 'ns': 'edge1', 'vnf': 'nowhere'}, 400), ({'operation': 'scale', 'ns': 'edge1'}, 400),
    ({'operation': 'instantiate', 'document': {'name': 'edge1', 'vnfs': 7}}, 400), ({'operation': 'retry'}, 400),
    ({'operation': 'instantiate', 'document': wanted(image='plan9')}, 422),
    ({'operation': 'instantiate', 'document': wanted(1)}, 422)])
def test_bad_input_is_400_and_what_can_not_be_done_422(site: Site, run: Any, options: dict[str, Any], status: int) -> None:
    site.apply('instantiate', document=wanted())
    said = run(ns_apply, **options)
    assert said['problem']['status'] == status, said
    assert said['problem']['detail']
