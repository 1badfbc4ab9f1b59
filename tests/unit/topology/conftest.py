# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment over a cloud in memory, and scans of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(4, 2, 2, 'hybrid')


@pytest.fixture
def look(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    monkeypatch.setattr(scan, 'Client', lambda *_arguments, **_options: cloud)
    place = {'state_dir': str(tmp_path), 'database': None}
    manage.present({**place, 'document': {'name': 'lab', 'type_drivers': 'vxlan', 'configuration': [
        {'name': 'OpenStack', 'cloud': 'lab-admin', 'region': 'RegionOne'}]}}, dry=False)

    def go(**params: Any) -> dict[str, Any]:
        return scan.run({**place, 'environment': 'lab', **params})
    return go
