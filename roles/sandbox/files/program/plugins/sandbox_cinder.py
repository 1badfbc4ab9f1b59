# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cinder volume driver that keeps nothing but the database rows.

Faults, in a volume's metadata sandbox:fault (words with commas between) or its name ("sandbox-fault:WORD"): create, delete,
attach, snapshot, extend.
"""

from __future__ import annotations

from typing import Any

from cinder import exception, interface
from cinder.volume import driver


@interface.volumedriver
class SandboxVolumeDriver(driver.VolumeDriver):
    VERSION = '1.0'
    CI_WIKI_NAME = 'none'

    def _fault(self, volume: Any, word: str) -> None:
        metadata = getattr(volume, 'metadata', None) or {}
        name = getattr(volume, 'display_name', None) or ''
        if word in (metadata.get('sandbox:fault') or '').split(',') or f'sandbox-fault:{word}' in name:
            raise exception.VolumeBackendAPIException(data=f'sandbox fault: {word}')

    def check_for_setup_error(self) -> None:
        pass

    def _update_volume_stats(self) -> None:
        self._stats = {
            'volume_backend_name': self.configuration.safe_get('volume_backend_name') or 'sandbox',
            'vendor_name': 'sandbox',
            'driver_version': self.VERSION,
            'storage_protocol': 'iscsi',
            'multiattach': True,
            'thin_provisioning_support': True,
            'reserved_percentage': 0,
            'total_capacity_gb': 100000,
            'free_capacity_gb': 90000,
            'max_over_subscription_ratio': 20.0,
            'provisioned_capacity_gb': 0,
            'QoS_support': True,
        }

    def create_volume(self, volume: Any) -> None:
        self._fault(volume, 'create')

    def delete_volume(self, volume: Any) -> None:
        self._fault(volume, 'delete')

    def create_snapshot(self, snapshot: Any) -> None:
        self._fault(snapshot.volume, 'snapshot')

    def delete_snapshot(self, snapshot: Any) -> None:
        pass

    def create_volume_from_snapshot(self, volume: Any, snapshot: Any) -> None:
        self._fault(volume, 'create')

    def create_cloned_volume(self, volume: Any, src_vref: Any) -> None:
        self._fault(volume, 'create')

    def clone_image(
        self, context: Any, volume: Any, image_location: Any, image_meta: Any, image_service: Any
    ) -> tuple[dict[str, Any], bool]:
        # "Cloned" inside the backend: neither a download nor qemu-img.
        self._fault(volume, 'create')
        return {}, True

    def copy_image_to_volume(
        self, context: Any, volume: Any, image_service: Any, image_id: str, disable_sparse: bool = False
    ) -> None:
        pass

    def extend_volume(self, volume: Any, new_size: int) -> None:
        self._fault(volume, 'extend')

    def retype(self, context: Any, volume: Any, new_type: Any, diff: Any, host: Any) -> bool:
        return True

    def revert_to_snapshot(self, context: Any, volume: Any, snapshot: Any) -> None:
        pass

    def ensure_export(self, context: Any, volume: Any) -> None:
        pass

    def create_export(self, context: Any, volume: Any, connector: Any) -> dict[str, Any]:
        return {}

    def remove_export(self, context: Any, volume: Any) -> None:
        pass

    def initialize_connection(self, volume: Any, connector: Any, **kwargs: Any) -> dict[str, Any]:
        self._fault(volume, 'attach')
        data = {'volume_id': volume.id, 'access_mode': 'rw', 'qos_specs': None, 'encrypted': False}
        return {'driver_volume_type': 'fake', 'data': data}

    def terminate_connection(self, volume: Any, connector: Any, **kwargs: Any) -> None:
        pass
