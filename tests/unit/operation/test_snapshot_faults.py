# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots that are interrupted at each single call, refused or with the answer lost: a retry goes on, a rollback goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, statuses

ROOT, DATA = {'name': 'root', 'size_gib': 2, 'boot': True}, {'name': 'data', 'size_gib': 1}
MONDAY, TUESDAY = {'name': 'monday'}, {'name': 'tuesday'}
QUICK: dict[str, Any] = {'timeouts': {'adopt_window': 0.2}}
CHANGING = ('create_server_image', 'create_volume_snapshot', 'mark_volume_snapshot', 'delete_volume_snapshot', 'delete_image',
            'revert_volume', 'mark_volume', 'create_volume', 'delete_volume', 'attach_volume', 'detach_volume', 'create_server',
            'delete_server', 'rebuild_server', 'server_action')


class Struck:
    """Counts the calls that change something, and breaks one of them."""

    def __init__(self, site: Site, number: int, lost: bool) -> None:
        self.number, self.lost, self.seen = number, lost, 0
        for name in CHANGING:
            setattr(site.vim, name, self._wrapped(name, getattr(site.vim, name)))

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            self.seen += 1
            if self.seen != self.number:
                return call(*args, **more)
            if self.lost:
                call(*args, **more)
            raise VimError(name, 'the test says so', status=0 if self.lost else 500, unknown=self.lost)
        return wrapped


def ready(site: Site, disks: list[dict[str, Any]], verb: str) -> dict[str, Any]:
    """A service, for a revert with two snapshots of it: the first is not the latest."""
    document = wanted(2, volumes=disks)
    site.apply('instantiate', document=document)
    if verb == 'revert_to_snapshot':
        site.apply('create_snapshot', params=MONDAY)
        site.apply('create_snapshot', params=TUESDAY, count_index=1)
    return document


@pytest.mark.parametrize('lost', [False, True], ids=['refused', 'lost'])
@pytest.mark.parametrize('disks', [[DATA], [ROOT, DATA]], ids=['image', 'volume'])
@pytest.mark.parametrize('verb', ['create_snapshot', 'revert_to_snapshot'])
@pytest.mark.parametrize('number', [1, 4, 6])
def test_interrupted_at_a_call(site: Site, number: int, verb: str, disks: list[dict[str, Any]], lost: bool) -> None:
    document = ready(site, disks, verb)
    struck = Struck(site, number, lost)
    try:
        site.apply(verb, params=MONDAY, accept_data_loss=True, **QUICK)
    except OpOccError:
        if number % 2:
            site.apply('rollback', accept_data_loss=True, **QUICK)
        else:
            site.apply('retry', **QUICK)
    struck.number = 0
    assert statuses(site) == ['ACTIVE'] * 2
    again(site, document=document)
    known = [one for key, one in site.resources().items() if key.startswith('snapshot:')]
    assert all(one['ready'] for one in known)
    assert {one['id'] for one in known} == set(site.vim.images)
    assert {part['id'] for one in known for part in one.get('volume_snapshots', {}).values()} == set(site.vim.disks.snapshots)
    site.apply('terminate', **QUICK)
    assert (site.resources(), site.vim.images, site.vim.disks.snapshots, site.vim.disks.rows, dict(site.vim.servers)) == (
        {}, {}, {}, {}, {})
