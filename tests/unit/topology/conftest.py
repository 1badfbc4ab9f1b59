# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment over a cloud in memory, and scans of it; its inventory is in a file, and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan
from ansible_collections.nfv.mano.tests.unit.topology import postgresql
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud


@pytest.fixture(scope='session')
def server() -> Iterator[str]:
    with postgresql.server() as folder:
        yield folder


@pytest.fixture(params=['file', pytest.param('postgresql', marks=pytest.mark.slow)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Where inventories are, as modules are told it."""
    url = None if request.param == 'file' else postgresql.new_database(request.getfixturevalue('server'))
    return {'state_dir': str(tmp_path), 'database': url}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(4, 2, 2, 'hybrid')


@pytest.fixture
def look(where: dict[str, Any], cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    monkeypatch.setattr(scan, 'Client', lambda *_arguments, **_options: cloud)
    manage.present({**where, 'document': {'name': 'lab', 'type_drivers': 'vxlan', 'configuration': [
        {'name': 'OpenStack', 'cloud': 'lab-admin', 'region': 'RegionOne'}]}}, dry=False)

    def go(**params: Any) -> dict[str, Any]:
        return scan.run({**where, 'environment': 'lab', **params})
    return go
