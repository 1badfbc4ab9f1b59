# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole operations on a VIM in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute import watch
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import engine, reading
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, place
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.memory import Memory
from ansible_collections.nfv.mano.tests.unit.plan.world import document


class Site:
    """One NS, its state directory and its VIM."""

    def __init__(self, folder: Path) -> None:
        self.vim = Memory()
        self.store = Store(str(folder))
        self.lines: list[str] = []

    def request(self, operation: str, **options: Any) -> Request:
        needed = {} if 'document' in options or 'op_occ' in options else {'ns': 'edge1'}
        return Request.of({'operation': operation, 'state_dir': self.store.path, **needed, **options})

    def apply(self, operation: str, **options: Any) -> dict[str, Any]:
        return engine.apply(self.request(operation, **options), self.lines.append)

    def diff(self, operation: str, **options: Any) -> dict[str, Any]:
        return engine.diff(self.request(operation, **options), self.lines.append)

    def fails(self, operation: str, **options: Any) -> OpOccError:
        """The error of an operation that must not end well."""
        with pytest.raises(OpOccError) as caught:
            self.apply(operation, **options)
        return caught.value

    def failing(self, call: str, fits: Callable[[Any], bool] = lambda what: True, status: int = 500) -> None:
        """From now on calls of this name (of which it fits) are refused."""
        def before(name: str, what: Any) -> None:
            if name == call and fits(what):
                raise VimError(f'{name} refused here', 'the test says so', status=status)
        self.vim.before = before

    def mended(self) -> None:
        self.vim.before = lambda name, what: None

    @property
    def newest(self) -> OpOcc:
        return OpOccs(self.store).list(1, scope='ns')[0]

    def ns(self) -> dict[str, Any]:
        return self.store.find_ns('edge1') or {}

    def resources(self) -> dict[str, Any]:
        return read_resources(self.store, self.ns())

    def recorded(self) -> dict[str, set[str]]:
        """Ids of what the record says is ours; servers, ports, networks."""
        resources = self.resources()
        vdus = [one for item, one in resources.items() if item.startswith('vdu:')]
        return {'servers': {one['id'] for one in vdus if 'id' in one},
                'ports': {port['id'] for one in vdus for port in one.get('ports', {}).values()},
                'networks': {one['id'] for one in resources.values() if 'subnets' in one}}

    def files(self) -> dict[str, bytes]:
        """Every file of the state directory but locks."""
        return {str(path): path.read_bytes() for path in Path(self.store.path).rglob('*')
                if path.is_file() and path.suffix != '.lock'}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A place where operations run."""
    made = Site(tmp_path / 'state')
    monkeypatch.setattr(place, 'in_container', lambda: False)
    monkeypatch.setattr(reading, 'OpenStack', made.vim.connected)
    monkeypatch.setattr(watch, 'SHORTEST', 0.02)
    return made


def wanted(count: int = 2, **vdu: Any) -> dict[str, Any]:
    """A document of edge1."""
    return json.loads(json.dumps(document(count, **vdu)))
