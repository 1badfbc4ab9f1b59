# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cinder: volumes (Volume API v3)."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Volume
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service, given

#: Reasons of failures for users 3.5, a volume extended while it is attached 3.42. All else is in every v3.
MESSAGES_VERSION = '3.5'
EXTEND_ATTACHED_VERSION = '3.42'


class BlockStorage(Service):
    """Volumes."""

    def create_volume(self, spec: dict[str, Any]) -> Volume:
        body = {'name': spec['name'], 'size': spec['size_gib'], 'volume_type': spec['type'],
                'availability_zone': spec['availability_zone'], 'imageRef': spec['image_id'],
                'snapshot_id': spec.get('snapshot_id'),
                'metadata': {MARK_KEY: spec['mark'], NS_KEY: spec['ns_id']}}
        answer = self._client.call('volume', 'POST', '/volumes', f'create volume {spec["name"]}', json={'volume': given(body)})
        return convert.volume(answer['volume'])

    def volumes(self, ns_id: str) -> list[Volume]:
        return read.volumes_of(self._client, ns_id)

    def get_volume(self, volume_id: str) -> Volume | None:
        return read.get_volume(self._client, volume_id)

    def volume_fault(self, volume_id: str) -> str:
        try:
            answer = self._client.call('volume', 'GET', '/messages', 'read the messages of Cinder', version=MESSAGES_VERSION,
                                       params={'resource_uuid': volume_id})
        except VimError:  # an older Cinder, or one that tells its users nothing
            return ''
        newest = max(answer['messages'], key=lambda row: row['created_at'], default={})
        return newest.get('user_message', '')

    def extend_volume(self, volume_id: str, size_gib: int, attached: bool) -> None:
        self._client.call('volume', 'POST', f'/volumes/{volume_id}/action', f'extend volume {volume_id} to {size_gib} GiB',
                          json={'os-extend': {'new_size': size_gib}}, version=EXTEND_ATTACHED_VERSION if attached else None)

    def delete_volume(self, volume_id: str) -> None:
        self._client.call('volume', 'DELETE', f'/volumes/{volume_id}', f'delete volume {volume_id}', missing_ok=True)
