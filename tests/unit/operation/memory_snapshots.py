# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of servers and snapshots of volumes of the VIM in memory, with the order that Cinder insists on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Query, Server, State, VolumeSnapshot
from ansible_collections.nfv.mano.tests.unit.operation.memory_volumes import Disks


class SnapshotsInMemory(ABC):
    """The part of a VIM that deals with snapshots; ``broken`` are words (image, snapshot) that end badly."""

    disks: Disks
    servers: Any

    def __init__(self) -> None:
        self.images: dict[str, Image] = {}
        self.broken: set[str] = set()

    @abstractmethod
    def _call(self, name: str, what: Any) -> str:
        """Note a call, and give it a number."""

    def read_snapshots(self, query: Query, state: State) -> None:
        if query.snapshots:
            state.server_images = self.server_images(query.ns_id)
            state.volume_snapshots = self.volume_snapshots()

    def create_server_image(self, server_id: str, spec: dict[str, Any]) -> str:
        image_id = f'image-{self._call("create_server_image", spec)}'
        server: Server = self.servers[server_id]
        taken = [] if server.image_id is not None else [
            self._taken(row.id, f'snapshot for {spec["name"]}', {}).id for row in list(self.disks.rows.values())
            if server_id in row.servers]
        status = 'killed' if 'image' in self.broken else 'active'
        self.images[image_id] = Image(image_id, spec['name'], status, 0, 0, (), '', spec['mark'], tuple(taken))
        return image_id

    def get_image(self, image_id: str) -> Image | None:
        return self.images.get(image_id)

    def server_images(self, ns_id: str) -> list[Image]:
        return [one for one in self.images.values() if one.mark.startswith(ns_prefix(ns_id))]

    def delete_image(self, image_id: str) -> None:
        self._call('delete_image', image_id)
        self.images.pop(image_id, None)

    def create_volume_snapshot(self, spec: dict[str, Any]) -> VolumeSnapshot:
        self._call('create_volume_snapshot', spec)
        return self._taken(spec['volume_id'], spec['name'], {MARK_KEY: spec['mark'], NS_KEY: spec['ns_id']})

    def _taken(self, volume_id: str, name: str, metadata: dict[str, str]) -> VolumeSnapshot:
        number = self._call('snapshot', volume_id)
        made = VolumeSnapshot(f'snapshot-{number}', name, 'error' if 'snapshot' in self.broken else 'available', volume_id,
                              self.disks.rows[volume_id].size_gib, metadata, f'2026-01-01T00:00:{int(number):06}')
        self.disks.snapshots[made.id] = made
        return made

    def mark_volume_snapshot(self, snapshot_id: str, mark: str, ns_id: str) -> None:
        self._call('mark_volume_snapshot', snapshot_id)
        row = self.disks.snapshots[snapshot_id]
        self.disks.snapshots[snapshot_id] = row._replace(metadata={MARK_KEY: mark, NS_KEY: ns_id})

    def volume_snapshots(self) -> list[VolumeSnapshot]:
        return list(self.disks.snapshots.values())

    def get_volume_snapshot(self, snapshot_id: str) -> VolumeSnapshot | None:
        return self.disks.snapshots.get(snapshot_id)

    def delete_volume_snapshot(self, snapshot_id: str) -> None:
        self._call('delete_volume_snapshot', snapshot_id)
        self.disks.snapshots.pop(snapshot_id, None)

    def revert_volume(self, volume_id: str, snapshot_id: str) -> str:
        number = self._call('revert_volume', (volume_id, snapshot_id))
        row = self.disks.rows[volume_id]
        newest = [one.id for one in self.disks.snapshots.values() if one.volume_id == volume_id][-1]
        if row.status != 'available' or newest != snapshot_id or self.disks.snapshots[newest].size_gib != row.size_gib:
            raise VimError(f'revert volume {volume_id}', f'it is {row.status}, and its latest is {newest}', status=400)
        self.disks.later(volume_id, 'reverting', row)
        return f'req-{number}'

    def mark_volume(self, volume_id: str, mark: str) -> None:
        self._call('mark_volume', volume_id)
        row = self.disks.rows[volume_id]
        self.disks.rows[volume_id] = row._replace(metadata={**row.metadata, MARK_KEY: mark})
