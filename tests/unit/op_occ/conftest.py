# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store, an NS of two VNFs, its lock, and an op-occ on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, place
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

VNFS = {'web': 'vnf-web', 'db': 'vnf-db'}
OWNER = {'host': 'controller', 'boot_id': 'boot', 'pid': 7, 'since': 'now', 'op_occ': None}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store."""
    monkeypatch.setattr(place, 'in_container', lambda: False)
    made = Store(str(tmp_path / 'state'))
    made.prepare()
    return made


@pytest.fixture
def ns(store: Store) -> dict[str, Any]:
    """The record of an NS."""
    return store.new_ns('edge1')


@pytest.fixture
def lock(store: Store, ns: dict[str, Any]) -> Iterator[NsLock]:
    """The NS's lock, held."""
    with NsLock(store, ns['id']) as held:
        yield held


@pytest.fixture
def op_occ(store: Store, ns: dict[str, Any]) -> OpOcc:
    """An INSTANTIATE in STARTING."""
    return OpOccs(store).start('INSTANTIATE', ns, VNFS, {'params': {}}, OWNER, {'create': 5})
