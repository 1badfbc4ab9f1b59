# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of one's own over SSH: records stay there, progress comes here while it runs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, play, play_timed
from ansible_collections.nfv.mano.tests.integration.sshd import USER, Sshd, new_key

STEP = re.compile(r'\[ *(\d+)/(\d+)\] ')


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[str]:
    """One with a host that is reached through a real sshd."""
    server = Sshd(tmp_path / 'sshd', OS_CLIENT_CONFIG_FILE=os.environ['OS_CLIENT_CONFIG_FILE'])
    server.keys.write_text(new_key(tmp_path / 'user'), encoding='utf-8')
    host = {'ansible_host': '127.0.0.1', 'ansible_port': server.port, 'ansible_user': USER,
            'ansible_ssh_private_key_file': str(tmp_path / 'user'), 'ansible_python_interpreter': sys.executable,
            'ansible_ssh_common_args': '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'}
    path = tmp_path / 'inventory.json'
    path.write_text(json.dumps({'all': {'hosts': {'jump': host}}}), encoding='utf-8')
    server.start()
    yield str(path)
    server.stop()


def test_progress_is_live_over_ssh(service: Service, inventory: str) -> None:
    service.describe(4)
    variables = service.variables('instantiate', nfv_hosts='jump')
    ran, lines = play_timed('instantiate', '-i', inventory, **variables)
    good(ran)
    steps = [(second, match) for second, match in ((second, STEP.match(line)) for second, line in lines) if match]
    assert [int(match[1]) for _second, match in steps] == list(range(1, int(steps[0][1][2]) + 1))
    # It is asked for every other second: what ended first was shown before the last had ended
    assert steps[-1][0] - steps[0][0] > 1.0
    service.assert_complete(4)
    assert changed_count(good(play('instantiate', '-i', inventory, **variables)).out) == 0
    good(play('terminate', '-i', inventory, **service.variables('terminate', nfv_hosts='jump')))
    service.assert_gone()
