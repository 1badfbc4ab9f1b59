# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tacker's own client, python-tackerclient, drives the life of a VNF through the front."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.front import INSTANTIATE, Front, Subscriber
from ansible_collections.nfv.mano.tests.integration.mano.support import BIN, SANDBOX_HOME, environment, write_faults
from ansible_collections.nfv.mano.tests.integration.mano.test_sol003 import started

__all__ = ['started']


class Tacker:
    """The command ``openstack vnflcm`` without a Keystone."""

    def __init__(self, front: Front, folder: Path, version: str) -> None:
        self.front, self.folder, self.version = front, folder, version

    def run(self, *words: str, well: bool = True) -> str:
        """What it prints; it has to end well, unless that is not to be had of it."""
        done = subprocess.run([str(BIN / 'openstack'), '--os-auth-type', 'none', '--os-endpoint', self.front.root,
                               '--os-tacker-api-version', self.version, 'vnflcm', *words], capture_output=True, text=True,
                              timeout=120, env=environment(), check=False)
        assert done.returncode == 0 or not well, done.stdout + done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, '-f', 'json'))

    def file(self, value: Any) -> str:
        path = self.folder / 'request.json'
        path.write_text(json.dumps(value), encoding='utf-8')
        return str(path)

    def newest(self, state: str) -> str:
        """The id of the newest op-occ, once it is in this state."""
        rows = self.json('op', 'list')
        newest = rows[-1]['ID']
        found = self.front.wait(f'vnf_lcm_op_occs/{newest}')
        assert found['operationState'] == state, found
        assert self.json('op', 'show', newest)['Operation State'] == state
        return str(newest)

    def failed(self, vnf_id: str) -> str:
        """The id of an instantiation that has failed."""
        write_faults(SANDBOX_HOME, ['spawn'])
        try:
            self.run('instantiate', vnf_id, self.file(INSTANTIATE))
            return self.newest('FAILED_TEMP')
        finally:
            write_faults(SANDBOX_HOME, [])

    def comes_to(self, op_occ: str, state: str) -> None:
        self.front.wait(f'vnf_lcm_op_occs/{op_occ}', lambda found: found == state)


@pytest.mark.slow
@pytest.mark.parametrize('version', ['1', '2'])
def test_a_life(started: Callable[..., Front], tmp_path: Path, version: str) -> None:
    front, subscriber = started(), Subscriber()
    tacker = Tacker(front, tmp_path, version)
    subscription = tacker.json('subsc', 'create', tacker.file({'callbackUri': subscriber.uri}))['ID']
    assert [one['ID'] for one in tacker.json('subsc', 'list')] == [subscription]
    assert tacker.json('subsc', 'show', subscription)['Callback URI'] == subscriber.uri
    vnf_id = tacker.json('create', 'web-1.0', '--name', 'one')['ID']
    assert [one['ID'] for one in tacker.json('list')] == [vnf_id]
    op_occ = tacker.failed(vnf_id)
    tacker.run('op', 'rollback', op_occ)
    tacker.comes_to(op_occ, 'ROLLED_BACK')
    op_occ = tacker.failed(vnf_id)
    tacker.run('op', 'retry', op_occ)
    tacker.comes_to(op_occ, 'COMPLETED')
    assert tacker.json('show', vnf_id)['Instantiation State'] == 'INSTANTIATED'
    tacker.run('update', vnf_id, '--I', tacker.file({'vnfInstanceName': 'two'}))
    tacker.newest('COMPLETED')
    assert tacker.json('show', vnf_id)['VNF Instance Name'] == 'two'
    tacker.run('scale', vnf_id, '--type', 'SCALE_OUT', '--aspect-id', 'fronts')
    tacker.newest('COMPLETED')
    tacker.run('heal', vnf_id)
    tacker.newest('COMPLETED')
    tacker.run('terminate', vnf_id, '--termination-type', 'FORCEFUL', '--D')
    assert tacker.json('list') == [] and 'ROLLED_BACK' in subscriber.states()
    tacker.run('subsc', 'delete', subscription)


@pytest.mark.slow
@pytest.mark.parametrize('version', ['1', '2'])
def test_an_instantiation_that_is_given_up(started: Callable[..., Front], tmp_path: Path, version: str) -> None:
    front = started()
    tacker = Tacker(front, tmp_path, version)
    vnf_id = tacker.json('create', 'web-1.0')['ID']
    op_occ = tacker.failed(vnf_id)
    assert tacker.json('op', 'fail', op_occ)['Operation State'] == 'FAILED'
    # What it left behind goes with a terminate
    tacker.run('terminate', vnf_id, '--termination-type', 'FORCEFUL')
    tacker.newest('COMPLETED')
    if version == '1':
        tacker.run('instantiate', vnf_id, tacker.file({**INSTANTIATE, 'instantiationLevelId': 'large'}))
        running = tacker.json('op', 'list')[-1]['ID']
        tacker.comes_to(running, 'PROCESSING')
        # The client says so and ends badly: its command was to show a row, and has none
        assert 'has been accepted' in tacker.run('op', 'cancel', running, well=False)
        tacker.newest('FAILED_TEMP')
        tacker.run('op', 'rollback', running)
        tacker.comes_to(running, 'ROLLED_BACK')
    tacker.run('delete', vnf_id)
