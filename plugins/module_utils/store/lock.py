# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of an NS: a kernel lock, its holder with a heartbeat, and a fencing counter.

On one boot of one host the owner is dead exactly when the kernel lock can be taken (a pid proves nothing: containers have
their own). From another host, where a network file system may not carry kernel locks over, the heartbeat must also be older
than the lease.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
import time
from datetime import datetime, timezone
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import FencedError, LockedError, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import Store, now

#: Seconds between two heartbeats, and after which a silent holder on another host counts as dead.
HEARTBEAT, LEASE = 5.0, 60.0
RETRY = 0.2


def boot_id() -> str:
    """What tells one boot of one kernel from every other; containers of a host share it."""
    try:
        with open('/proc/sys/kernel/random/boot_id', encoding='utf-8') as file:
            return file.read().strip()
    except OSError:
        return socket.gethostname()


def lock_path(store: Store, ns_id: str) -> str:
    """Where the lock of an NS is; the file stays for good, others may be waiting on it."""
    return os.path.join(store.path, f'ns_{ns_id}.lock')


class NsLock:
    """Holds the lock of an NS as a context manager.

    :param wait: seconds to wait for a holder that is alive.
    :param force_takeover: take it from another host whose heartbeat is younger than the lease.
    :raises LockedError: somebody else holds it, and is named.
    :raises StoreError: the lock file can't be used.
    """

    def __init__(self, store: Store, ns_id: str, wait: float = 15.0, force_takeover: bool = False) -> None:
        self.path = lock_path(store, ns_id)
        self.previous: dict[str, Any] | None = None
        self.counter = 0
        self.owner: dict[str, Any] = {}
        self._wait = wait
        self._force = force_takeover
        self._fd = -1
        self._stop = threading.Event()
        self._write_mutex = threading.Lock()

    def __enter__(self) -> NsLock:
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(self.path, f'can not be opened: {error.strerror}') from error
        try:
            self._take()
        except BaseException:
            os.close(self._fd)
            raise
        threading.Thread(target=self._beat, name='heartbeat', daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        with self._write_mutex:
            if self._content().get('counter') == self.counter:
                self._write({'counter': self.counter, 'holder': None})
            os.close(self._fd)
            self._fd = -1

    def fence(self) -> None:
        """Check that nobody took over since.

        :raises FencedError: somebody did.
        """
        found = self._content().get('counter', 0)
        if found != self.counter:
            raise FencedError(self.path, f'was taken over (counter {found}, ours {self.counter}): this process stops here')

    def _take(self) -> None:
        deadline = time.monotonic() + self._wait
        while True:
            holder = self._try()
            if holder is None:
                return
            if time.monotonic() >= deadline:
                raise LockedError(self.path, holder, _who(holder))
            time.sleep(RETRY)

    def _try(self) -> dict[str, Any] | None:
        """Take it; returns the holder where that is not possible."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._content().get('holder') or {}
        except OSError as error:
            raise StoreError(self.path, f'can not be locked: {error.strerror}; the state directory needs a file system '
                             'with locks') from error
        content = self._content()
        holder = content.get('holder')
        if holder and holder['boot_id'] != boot_id() and not self._force and _age(holder['heartbeat']) < LEASE:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            return holder
        self.previous = holder
        self.counter = content.get('counter', 0) + 1
        self.owner = {'host': socket.gethostname(), 'boot_id': boot_id(), 'pid': os.getpid(), 'since': now()}
        self._write({'counter': self.counter, 'holder': {**self.owner, 'heartbeat': now()}})
        return None

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            with self._write_mutex:
                if self._fd < 0 or self._content().get('counter') != self.counter:
                    return
                self._write({'counter': self.counter, 'holder': {**self.owner, 'heartbeat': now()}})

    def _content(self) -> dict[str, Any]:
        return _parse(os.pread(self._fd, 4096, 0))

    def _write(self, content: dict[str, Any]) -> None:
        # In place and padded: a rename would leave those who wait on the old file
        data = json.dumps(content).encode().ljust(1024) + b'\n'
        os.pwrite(self._fd, data, 0)


def owner_alive(store: Store, ns_id: str) -> bool:
    """Whether somebody works on the NS right now; takes nothing over."""
    try:
        fd = os.open(lock_path(store, ns_id), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        holder = _parse(os.pread(fd, 4096, 0)).get('holder')
        return bool(holder and holder['boot_id'] != boot_id() and _age(holder['heartbeat']) < LEASE)
    finally:
        os.close(fd)


def _parse(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data or b'{}')
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _age(stamp: str) -> float:
    return (datetime.now(timezone.utc) - datetime.fromisoformat(stamp)).total_seconds()


def _who(holder: dict[str, Any]) -> str:
    if not holder:
        return 'somebody else works on this NS'
    return (f'pid {holder["pid"]} on host {holder["host"]} has worked on this NS since {holder["since"]}; '
            'wait for its end (nfv.mano.op_occ_info shows its progress)')
