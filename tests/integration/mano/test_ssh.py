# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of one's own over SSH: records stay there, progress comes here while it runs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.tests.integration.mano import sshd
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, play, play_timed

STEP = re.compile(r'\[ *(\d+)/(\d+)\] ')


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[str]:
    """One with a host that is reached through a real sshd."""
    folder = tmp_path / 'sshd'
    folder.mkdir()
    with sshd.running(folder, OS_CLIENT_CONFIG_FILE=os.environ['OS_CLIENT_CONFIG_FILE']) as server:
        path = tmp_path / 'inventory.json'
        path.write_text(json.dumps({'all': {'hosts': {'jump': server.variables}}}), encoding='utf-8')
        yield str(path)


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
