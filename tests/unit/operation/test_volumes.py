# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes through whole operations: made, handed over, extended, released, and what a failure leaves."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

ROOT = {'name': 'root', 'size_gib': 2, 'boot': True}
LOGS = {'name': 'logs', 'size_gib': 1, 'keep': True}
DATA = {'name': 'data', 'size_gib': 1}
ITEM = 'vdu:web/front/0'


def apply(site: Site, *volumes: dict[str, Any], count: int = 1, **options: Any) -> dict[str, Any]:
    return site.apply('instantiate', document=wanted(count, volumes=list(volumes)), **options)


def volumes(site: Site) -> dict[str, Any]:
    """Volumes of the VIM by name."""
    return {one.name: one for one in site.vim.disks.rows.values()}


def recorded(site: Site, item: str = ITEM) -> dict[str, Any]:
    return site.resources()[item]['volumes']


def test_a_life_with_volumes(site: Site) -> None:
    apply(site, ROOT, LOGS)
    (server,) = site.vim.servers.values()
    there = volumes(site)
    assert {name: (one.status, one.servers) for name, one in there.items()} == {
        'edge1-web-front-0-root': ('in-use', (server.id,)), 'edge1-web-front-0-logs': ('in-use', (server.id,))}
    assert (server.image_id, there['edge1-web-front-0-root'].image_id) == (None, 'image-cirros')
    assert {name: (one['owned'], one['keep'], one['ready']) for name, one in recorded(site).items()} == {
        'root': (True, False, True), 'logs': (True, True, True)}
    assert apply(site, ROOT, LOGS)['changed'] is False
    site.apply('terminate')
    assert list(volumes(site)) == ['edge1-web-front-0-logs']
    assert recorded(site) == {'logs': {**recorded(site)['logs'], 'kept': True}}
    assert site.apply('terminate')['changed'] is False
    kept = volumes(site)['edge1-web-front-0-logs'].id
    apply(site, ROOT, LOGS)
    assert recorded(site)['logs']['id'] == kept
    assert 'kept' not in recorded(site)['logs']
    assert apply(site, ROOT, LOGS)['changed'] is False


def test_a_lost_server_comes_back_on_the_very_volumes(site: Site) -> None:
    apply(site, ROOT, DATA)
    before, (server,) = volumes(site), site.vim.servers.values()
    site.vim.delete_server(server.id)
    apply(site, ROOT, DATA)
    assert {one.id for one in volumes(site).values()} == {one.id for one in before.values()}
    assert {one.servers for one in volumes(site).values()} == {tuple(site.vim.servers)}


def test_added_extended_and_taken_out_in_place(site: Site) -> None:
    apply(site, ROOT, LOGS)
    (server,) = site.vim.servers
    apply(site, ROOT, {**LOGS, 'size_gib': 4}, DATA)
    assert volumes(site)['edge1-web-front-0-logs'].size_gib == recorded(site)['logs']['size_gib'] == 4
    assert volumes(site)['edge1-web-front-0-data'].servers == (server,)
    assert apply(site, ROOT, {**LOGS, 'size_gib': 4}, DATA)['changed'] is False
    apply(site, ROOT, allow_delete=True)
    assert (volumes(site)['edge1-web-front-0-logs'].status, volumes(site).get('edge1-web-front-0-data')) == ('available', None)
    assert recorded(site)['logs']['kept'] is True
    assert set(recorded(site)) == {'root', 'logs'}
    assert list(site.vim.servers) == [server]
    assert apply(site, ROOT)['changed'] is False


def test_detached_behind_our_back(site: Site) -> None:
    apply(site, DATA)
    (server,), (volume,) = site.vim.servers, site.vim.disks.rows
    site.vim.detach_volume(server, volume)
    for _look in range(3):
        site.vim.disks.look()
    assert apply(site, DATA)['changed'] is True
    assert site.vim.disks.rows[volume].servers == (server,)


def test_existing_ones_are_never_deleted(site: Site) -> None:
    site.vim.disks.there('mine')
    apply(site, {'name': 'old', 'existing': 'mine'})
    assert site.vim.disks.rows['mine'].status == 'in-use'
    assert apply(site, {'name': 'old', 'existing': 'mine'})['changed'] is False
    site.apply('terminate')
    assert site.vim.disks.rows['mine'].status == 'available'
    assert site.resources() == {}


def test_a_shared_volume(site: Site) -> None:
    shared = {'name': 'data', 'size_gib': 1, 'multiattach': True}
    apply(site, shared, count=2)
    (volume,) = volumes(site).values()
    assert (volume.name, set(volume.servers)) == ('edge1-web-front-data', set(site.vim.servers))
    assert apply(site, shared, count=2)['changed'] is False
    apply(site, {**shared, 'size_gib': 3}, count=2)
    assert site.resources()['volume:web/front/data']['size_gib'] == 3
    assert apply(site, {**shared, 'size_gib': 3}, count=2)['changed'] is False
    site.apply('terminate')
    assert (volumes(site), site.resources()) == ({}, {})


def test_a_volume_in_error_is_told_and_made_again(site: Site) -> None:
    site.vim.disks.failing = {'create'}
    error = site.fails('instantiate', document=wanted(1, volumes=[DATA]))
    assert 'is in error: no backend has room' in error.problem.detail
    assert not site.vim.servers
    first = recorded(site)['data']['id']
    site.vim.disks.failing = set()
    apply(site, DATA)
    (volume,) = volumes(site).values()
    assert (volume.id != first, volume.status) == (True, 'in-use')


@pytest.mark.parametrize(('word', 'why'), [('attach', 'Nova gave it up'), ('extend', 'is in error_extending')])
def test_a_change_that_ends_badly_is_told(site: Site, word: str, why: str) -> None:
    apply(site, DATA)
    site.vim.disks.failing = {word}
    error = site.fails('instantiate', document=wanted(1, volumes=[{**DATA, 'size_gib': 2}, {'name': 'new', 'size_gib': 1}]))
    assert why in error.problem.detail
    site.vim.disks.failing = set()
    for one in site.vim.disks.rows.values():
        if one.status == 'error_extending':
            site.vim.disks.rows[one.id] = one._replace(status='in-use')
    apply(site, {**DATA, 'size_gib': 2}, {'name': 'new', 'size_gib': 1})
    assert {(one.status, one.size_gib) for one in volumes(site).values()} == {('in-use', 2), ('in-use', 1)}


def test_a_deletion_that_ends_badly_is_done_again(site: Site) -> None:
    apply(site, DATA)
    site.vim.disks.failing = {'delete'}
    assert 'error_deleting' in site.fails('terminate').problem.detail
    site.vim.disks.failing = set()
    site.apply('terminate')
    assert (volumes(site), site.resources()) == ({}, {})


def test_a_lost_answer_makes_no_second_volume(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = site.vim.create_volume

    def lost(spec: dict[str, Any]) -> Any:
        monkeypatch.setattr(site.vim, 'create_volume', made)
        made(spec)
        raise VimError('create volume', 'the connection was closed', unknown=True)
    monkeypatch.setattr(site.vim, 'create_volume', lost)
    apply(site, DATA)
    assert len(volumes(site)) == 1
