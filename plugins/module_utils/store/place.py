# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a directory is fit for records: it outlives the process's container, can be written, and has locks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why

CONTAINER_MARKS = ('/.dockerenv', '/run/.containerenv')
#: Kubernetes' runtimes leave no file; every pod has this variable.
CONTAINER_VARIABLE = 'KUBERNETES_SERVICE_HOST'
WAY_OUT = 'set nfv_state_dir to a directory that can be written'


def in_container() -> bool:
    """Whether this process runs in a container (Docker's, Podman's and Kubernetes' marks)."""
    return CONTAINER_VARIABLE in os.environ or any(os.path.exists(path) for path in CONTAINER_MARKS)


def is_lost_with_container(path: str, mountinfo: str) -> bool:
    """Whether a directory is in its container's own layer, and not on a mounted volume.

    A virtual machine that was made from a container's image keeps the image's marks: its root is a whole disk, which stays.

    :param path: a real path.
    :param mountinfo: the text of /proc/self/mountinfo (proc(5): root and mount point are the fourth and fifth field, type
        and source of the file system the first two behind the lone hyphen).
    """
    best = ('', '/', '', '')
    for line in mountinfo.splitlines():
        before, dash, behind = line.partition(' - ')
        fields, kinds = before.split(), behind.split()
        if len(fields) < 5 or len(kinds) < 2:
            continue
        point = _unescape(fields[4])
        # Of two on the same point the later one hides the earlier
        if (path == point or path.startswith(point.rstrip('/') + '/')) and len(point) >= len(best[0]):
            best = (point, _unescape(fields[3]), kinds[0], _unescape(kinds[1]))
    point, root, kind, source = best
    whole_disk = root == '/' and source.startswith('/dev/') and kind not in ('overlay', 'aufs')
    return point == '/' and not whole_disk


def _unescape(text: str) -> str:
    return re.sub(r'\\([0-7]{3})', lambda found: chr(int(found.group(1), 8)), text)


def refuse_lost_in_container(path: str) -> None:
    """Refuse a state directory that goes away with its container.

    :raises StoreError: in a container, and not on a mounted volume.
    """
    if not in_container():
        return
    with open('/proc/self/mountinfo', encoding='utf-8', errors='surrogateescape') as file:
        if is_lost_with_container(os.path.realpath(path), file.read()):
            raise StoreError(path, 'is inside a container and not on a mounted volume: records would be lost with it; '
                             'mount a volume there, or set nfv_state_dir to one')


def make_private(path: str) -> None:
    """Make a state directory, or one that is there already private. Other people's directories (/tmp ...) stay as they are.

    :raises StoreError: it can't be made, or everybody can write to it.
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.stat(path)
        ours = all(name in ('lost+found', 'names.lock', 'archive', 'topology')
                   or name.startswith(('ns_', 'vnf_', 'op_occ_', 'subscription_')) for name in os.listdir(path))
        # Groups may pass through to an environment of theirs (topology/rights.py), and see nothing here
        if found.st_mode & 0o067 and found.st_uid == os.geteuid() and ours:
            # Volumes of some kinds have modes of their own
            with contextlib.suppress(PermissionError):
                os.chmod(path, 0o700)
                found = os.stat(path)
    except OSError as error:
        raise StoreError(path, f'can not be made the state directory: {why(error)}; {WAY_OUT}') from error
    if found.st_mode & stat.S_IWOTH:
        raise StoreError(path, 'can not be made the state directory: everybody can write to it; '
                         'set nfv_state_dir to a directory of its own')


def try_out(path: str) -> None:
    """Write, lock and remove a file: what the store lives on.

    :raises StoreError: it can't be written, or locks do not work there.
    """
    try:
        # A name of its own: pids are the same in two containers
        fd, probe = tempfile.mkstemp(prefix='probe-', suffix='.tmp', dir=path)
    except OSError as error:
        raise StoreError(path, f'can not be written: {why(error)}; {WAY_OUT}') from error
    try:
        try:
            os.write(fd, bytes(4096))
            os.fsync(fd)
        except OSError as error:
            raise StoreError(path, f'can not be written: {why(error)}; {WAY_OUT}') from error
        if not _locks(probe, fd):
            raise StoreError(path, 'is on a file system without locks (flock), where two runs would not see each other; '
                             'set nfv_state_dir to a local one, or to NFS with locks')
    finally:
        with contextlib.suppress(OSError):
            os.unlink(probe)
        os.close(fd)


def _locks(path: str, fd: int) -> bool:
    """Whether a lock is granted once and not twice."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        second = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(second)
