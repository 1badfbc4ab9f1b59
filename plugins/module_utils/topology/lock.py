# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One scan of an environment at a time: a kernel lock, free again when its process is gone, however it went."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.store.files import make_folder
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import Running, TopologyError


@contextlib.contextmanager
def scanning(folder: str, environment: str, scan: str) -> Iterator[None]:
    """Hold the lock of an environment.

    :param scan: what is done, for those who find it locked.
    :raises Running: somebody else holds it, and is named.
    :raises TopologyError: it can't be taken here.
    """
    path = os.path.join(folder, f'{environment}.lock')
    try:
        make_folder(folder)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (OSError, StoreError) as error:
        raise TopologyError(f'{path}: can not be opened: {error}') from error
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            content = os.pread(fd, 4096, 0)
            try:
                holder = json.loads(content or b'{}')
            except ValueError:
                holder = {}
            raise Running(environment, holder) from None
        text = json.dumps({'host': socket.gethostname(), 'pid': os.getpid(), 'since': now(), 'scan': scan}).encode()
        os.ftruncate(fd, 0)
        os.pwrite(fd, text, 0)
        yield
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)
