# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of the VIM in memory: each change takes until the second look."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Query, State, Volume, VolumeSnapshot, VolumeType


class Disks:
    """Volumes by id; ``failing`` are words (create, attach, detach, extend, delete) that end badly."""

    def __init__(self) -> None:
        self.rows: dict[str, Volume] = {}
        self.snapshots: dict[str, VolumeSnapshot] = {}
        self.failing: set[str] = set()
        self._later: dict[str, tuple[int, Volume | None]] = {}

    def there(self, volume_id: str, **more: Any) -> Volume:
        """A volume of somebody else."""
        values = {'name': volume_id, 'status': 'available', 'size_gib': 1, 'type': 'fast', 'bootable': False,
                  'multiattach': False, 'metadata': {}, 'servers': (), 'availability_zone': 'nova', 'image_id': None,
                  'created': f'2026-01-01T00:00:{len(self.rows):04}', **more}
        self.rows[volume_id] = Volume(volume_id, **values)
        return self.rows[volume_id]

    def later(self, volume_id: str, now: str, then: Volume | None) -> None:
        """A status for now, and what the volume becomes at the second look."""
        self.rows[volume_id] = self.rows[volume_id]._replace(status=now)
        self._later[volume_id] = (2, then)

    def look(self) -> None:
        """Time goes by."""
        for volume_id, (looks, then) in list(self._later.items()):
            self._later[volume_id] = (looks - 1, then)
            if looks == 1:
                del self._later[volume_id]
                self.rows.pop(volume_id)
                if then is not None:
                    self.rows[volume_id] = then

    def release(self, server_id: str) -> None:
        """A server is gone."""
        for row in list(self.rows.values()):
            if server_id in row.servers:
                left = tuple(one for one in row.servers if one != server_id)
                self.rows[row.id] = row._replace(servers=left, status='in-use' if left else 'available')


class VolumesInMemory(ABC):
    """The part of a VIM that deals with volumes; ``disks`` has them."""

    disks: Disks

    @abstractmethod
    def _call(self, name: str, what: Any) -> str:
        """Note a call, and give it a number."""

    def read_volumes(self, query: Query, state: State) -> None:
        if query.volumes:
            self.disks.look()
        state.volumes = [one for one in self.disks.rows.values()
                         if one.id in query.volume_ids or (query.volumes and one.metadata.get(NS_KEY) == query.ns_id)]
        state.volume_types = [VolumeType('t1', 'fast', False, True), VolumeType('t2', 'both', True, False)]

    def create_volume(self, spec: dict[str, Any]) -> Volume:
        volume_id = f'volume-{self._call("create_volume", spec)}'
        made = self.disks.there(volume_id, name=spec['name'], size_gib=spec['size_gib'], type=spec['type'] or 'fast',
                                multiattach=spec['type'] == 'both', metadata={MARK_KEY: spec['mark'], NS_KEY: spec['ns_id']},
                                bootable=spec['image_id'] is not None or self._bootable(spec.get('snapshot_id')),
                                image_id=spec['image_id'])
        self.disks.later(volume_id, 'creating', made._replace(status='error' if 'create' in self.disks.failing else 'available'))
        return self.disks.rows[volume_id]

    def _bootable(self, snapshot_id: str | None) -> bool:
        return snapshot_id is not None and self.disks.rows[self.disks.snapshots[snapshot_id].volume_id].bootable

    def volumes(self, ns_id: str) -> list[Volume]:
        self.disks.look()
        return [one for one in self.disks.rows.values() if one.metadata.get(NS_KEY) == ns_id]

    def get_volume(self, volume_id: str) -> Volume | None:
        return self.disks.rows.get(volume_id)

    def volume_fault(self, volume_id: str) -> str:
        return 'no backend has room'

    def extend_volume(self, volume_id: str, size_gib: int, attached: bool) -> None:
        self._call('extend_volume', volume_id)
        row = self.disks.rows[volume_id]
        assert attached == (row.status == 'in-use')
        self.disks.later(volume_id, 'extending', row._replace(status='error_extending') if 'extend' in self.disks.failing
                         else row._replace(size_gib=size_gib))

    def delete_volume(self, volume_id: str) -> None:
        self._call('delete_volume', volume_id)
        row = self.disks.rows.get(volume_id)
        if row is None:
            return
        if row.servers or any(one.volume_id == volume_id for one in self.disks.snapshots.values()):
            raise VimError(f'delete volume {volume_id}', f'it is {row.status}, or has snapshots', status=400)
        self.disks.later(volume_id, 'deleting', row._replace(status='error_deleting') if 'delete' in self.disks.failing else None)

    def attach_volume(self, server_id: str, volume_id: str) -> None:
        self._call('attach_volume', volume_id)
        row = self.disks.rows[volume_id]
        if row.status != 'available' and not row.multiattach:
            raise VimError(f'attach volume {volume_id}', f'it is {row.status}', status=400)
        self.disks.later(volume_id, 'reserved', row if 'attach' in self.disks.failing else
                         row._replace(status='in-use', servers=(*row.servers, server_id)))

    def detach_volume(self, server_id: str, volume_id: str) -> None:
        self._call('detach_volume', volume_id)
        row = self.disks.rows[volume_id]
        left = tuple(one for one in row.servers if one != server_id)
        self.disks.later(volume_id, 'detaching', row if 'detach' in self.disks.failing else
                         row._replace(status='in-use' if left else 'available', servers=left))
