# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: images of servers (Compute API 2.45, Image API v2) and snapshots of volumes (Volume API v3)."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, VolumeSnapshot
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service

#: A volume put back to its latest snapshot.
REVERT_VERSION = '3.40'


class Snapshots(Service):
    """Images of servers, and snapshots of volumes."""

    def create_server_image(self, server_id: str, spec: dict[str, Any]) -> str:
        answer = self._client.call('compute', 'POST', f'/servers/{server_id}/action', f'take image {spec["name"]}', json={
            'createImage': {'name': spec['name'], 'metadata': {MARK_KEY: spec['mark'], NS_KEY: spec['ns_id']}}})
        return answer['image_id']

    def get_image(self, image_id: str) -> Image | None:
        answer = self._client.call('image', 'GET', f'/images/{image_id}', f'get image {image_id}', missing_ok=True)
        return convert.image(answer) if answer else None

    def server_images(self, ns_id: str) -> list[Image]:
        return read.server_images(self._client, ns_id)

    def delete_image(self, image_id: str) -> None:
        self._client.call('image', 'DELETE', f'/images/{image_id}', f'delete image {image_id}', missing_ok=True)

    def create_volume_snapshot(self, spec: dict[str, Any]) -> VolumeSnapshot:
        body = {'volume_id': spec['volume_id'], 'name': spec['name'], 'force': True,
                'metadata': {MARK_KEY: spec['mark'], NS_KEY: spec['ns_id']}}
        answer = self._client.call('volume', 'POST', '/snapshots', f'take a snapshot of volume {spec["volume_id"]}',
                                   json={'snapshot': body})
        return convert.volume_snapshot(answer['snapshot'])

    def mark_volume_snapshot(self, snapshot_id: str, mark: str, ns_id: str) -> None:
        # POST adds to what is there
        self._client.call('volume', 'POST', f'/snapshots/{snapshot_id}/metadata', f'mark volume snapshot {snapshot_id}',
                          json={'metadata': {MARK_KEY: mark, NS_KEY: ns_id}})

    def volume_snapshots(self) -> list[VolumeSnapshot]:
        return read.volume_snapshots(self._client)

    def get_volume_snapshot(self, snapshot_id: str) -> VolumeSnapshot | None:
        answer = self._client.call('volume', 'GET', f'/snapshots/{snapshot_id}', f'get volume snapshot {snapshot_id}',
                                   missing_ok=True)
        return convert.volume_snapshot(answer['snapshot']) if answer else None

    def delete_volume_snapshot(self, snapshot_id: str) -> None:
        try:
            self._client.call('volume', 'DELETE', f'/snapshots/{snapshot_id}', f'delete volume snapshot {snapshot_id}',
                              missing_ok=True)
        except VimError as error:
            # One that is on its way already is refused
            there = self.get_volume_snapshot(snapshot_id) if error.status in (400, 409) else None
            if error.status not in (400, 409) or (there is not None and there.status != 'deleting'):
                raise

    def revert_volume(self, volume_id: str, snapshot_id: str) -> str:
        self._client.call('volume', 'POST', f'/volumes/{volume_id}/action',
                          f'revert volume {volume_id} to snapshot {snapshot_id}', json={'revert': {'snapshot_id': snapshot_id}},
                          version=REVERT_VERSION)
        return self._client.request_id

    def mark_volume(self, volume_id: str, mark: str) -> None:
        self._client.call('volume', 'POST', f'/volumes/{volume_id}/metadata', f'mark volume {volume_id}',
                          json={'metadata': {MARK_KEY: mark}}, missing_ok=True)
