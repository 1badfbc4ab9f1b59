# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a directory outlives the process's container."""

from __future__ import annotations

import os

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError

CONTAINER_MARKS = ('/.dockerenv', '/run/.containerenv')
#: File systems that container engines lay an image and its changes on.
LAYERED = frozenset({'overlay', 'aufs', 'fuse.fuse-overlayfs', 'zfs', 'btrfs'})


def in_container() -> bool:
    """Whether this process runs in a container (Docker's and Podman's marks)."""
    return any(os.path.exists(path) for path in CONTAINER_MARKS)


def mount_of(path: str, mountinfo: str) -> tuple[str, str]:
    """The mount point that a path is on, and the type of its file system.

    :param mountinfo: the text of /proc/self/mountinfo (proc(5): the fifth field is the mount point, the first one behind the
        lone hyphen the type).
    """
    best = ('/', '')
    for line in mountinfo.splitlines():
        words = line.split()
        point = words[4].replace('\\040', ' ')
        if (path == point or path.startswith(point.rstrip('/') + '/')) and len(point) >= len(best[0]):
            best = (point, words[words.index('-') + 1])
    return best


def refuse_lost_in_container(path: str) -> None:
    """Refuse a state directory that goes away with its container.

    A virtual machine that was made from a container's image keeps the image's marks: only a layered root is a container's own.

    :raises StoreError: in a container, and not on a mounted volume.
    """
    if not in_container():
        return
    with open('/proc/self/mountinfo', encoding='utf-8') as file:
        point, kind = mount_of(os.path.realpath(path), file.read())
    if point == '/' and kind in LAYERED:
        raise StoreError(path, 'is inside a container and not on a mounted volume: records would be lost with it; '
                         'mount a volume there, or set nfv_state_dir to one')
