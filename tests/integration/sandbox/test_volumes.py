# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and servers that boot from one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.sandbox.support import Cloud, wait


def test_attach_and_detach(cloud: Cloud, server: Any) -> None:
    volume = cloud.volume()
    cloud.demo.compute.create_volume_attachment(server, volume_id=volume.id)
    cloud.volume_is(volume, 'in-use')
    assert [one.volume_id for one in cloud.demo.compute.volume_attachments(server)] == [volume.id]
    cloud.demo.compute.delete_volume_attachment(server, volume.id)
    cloud.volume_is(volume, 'available')


@pytest.mark.slow
def test_snapshot_and_extend(cloud: Cloud) -> None:
    volume = cloud.volume()
    storage = cloud.demo.block_storage
    snapshot = storage.create_snapshot(volume_id=volume.id, name='test')
    wait(lambda: storage.get_snapshot(snapshot).status == 'available', 'no snapshot')
    storage.extend_volume(volume, 2)
    wait(lambda: storage.get_volume(volume).size == 2, 'not extended')
    storage.delete_snapshot(snapshot)
    storage.wait_for_delete(snapshot, wait=30)


@pytest.mark.slow
def test_boot_from_volume(cloud: Cloud) -> None:
    mapping = {
        'boot_index': 0,
        'uuid': cloud.image_id,
        'source_type': 'image',
        'destination_type': 'volume',
        'volume_size': 1,
        'delete_on_termination': True,
    }
    server = cloud.server(image_id=None, block_device_mapping=[mapping])
    volume = cloud.demo.block_storage.get_volume(server.attached_volumes[0].id)
    assert (volume.status, volume.is_bootable) == ('in-use', True)
    cloud.delete(server)
    wait(lambda: not cloud.demo.block_storage.find_volume(volume.id), 'volume stays')
