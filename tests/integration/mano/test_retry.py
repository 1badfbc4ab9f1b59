# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry on the real cloud: done work stays, the rest is done, and each way of failing can be gone on from."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.service import PLAY_MARK, Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    BIN,
    ROOT,
    Played,
    changed_count,
    environment,
    good,
    log_size,
    refused,
    writes,
)

SPAWN = {'sandbox:fault': 'spawn-abort'}


def weakened(service: Service, count: int = 1) -> dict[str, Any]:
    """A document of which one VDU ends in ERROR."""
    value = service.describe(count)
    vdus = value['vnfs'][0]['vdus']
    vdus.append({**vdus[0], 'name': 'weak', 'count': 1, 'metadata': SPAWN})
    return service.write(value)


def mended(service: Service, value: dict[str, Any]) -> dict[str, Any]:
    value['vnfs'][0]['vdus'][1].pop('metadata')
    return service.write(value)


def copied(service: Service, verb: str, out: str) -> Played:
    """Run a command of an error as it stands there."""
    (line,) = {found.strip() for found in re.findall(rf'ansible-playbook nfv\.mano\.{verb} .*', out.replace("\\n", '\n'))}
    words = shlex.split(line)
    words[0] = str(BIN / words[0])
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=ROOT, check=False,
                          env=environment(**{PLAY_MARK: service.name}))
    return Played(done.returncode, done.stdout + done.stderr)


def test_retry_with_the_command_of_the_error_and_a_corrected_document(service: Service) -> None:
    """What is done stays: the server that was ACTIVE, and the ports of the one that was not."""
    value = weakened(service)
    failed = service.play()
    assert failed.rc != 0
    before = service.mine()
    active = {one.id for one in before['servers'] if one.status == 'ACTIVE'}
    assert len(active) == 1
    mended(service, value)
    played = good(copied(service, 'retry', failed.out))
    assert op_occ_stat(played) == {'id': service.op_occs()[-1]['id'], 'state': 'COMPLETED', 'result': 'changed'}
    after = service.mine()
    assert active < {one.id for one in after['servers']}
    assert {one.id for one in after['ports']} == {one.id for one in before['ports']}
    assert [one['attempts'] for one in service.op_occs()] == [2]
    assert changed_count(good(service.play()).out) == 0
    service.terminate()


@pytest.mark.slow
def test_retry_after_a_kill_and_a_kill_of_the_retry(service: Service) -> None:
    service.describe(3)
    assert service.injected('KILL:made/port:1:lost').rc != 0
    op_occ = service.op_occs()[-1]
    assert op_occ['state'] == 'FAILED_TEMP'
    size = log_size()
    checked = good(service.check('retry'))
    assert 'web/front/2' in checked.out and writes(size) == []
    again = service.injected('KILL:settled:1:after', 'retry')
    assert again.rc != 0
    assert re.search(r'module was killed while it ran.*is\s+FAILED_TEMP', again.out, re.DOTALL), again.out
    good(service.play('retry', nfv_op_occ=op_occ['id']))
    service.assert_complete(3)
    assert [(one['id'], one['attempts']) for one in service.op_occs()] == [(op_occ['id'], 3)]
    size = log_size()
    refused(service.play('retry'), 'Nothing to retry', f'INSTANTIATE {op_occ["id"]}, is COMPLETED', '409')
    refused(service.play('retry', nfv_op_occ='11111111-1111-4111-8111-111111111111'), 'No such op-occ', '404')
    assert writes(size) == []
    service.terminate()
