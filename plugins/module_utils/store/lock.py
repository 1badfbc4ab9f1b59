# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of an NS: a kernel lock, its holder with a heartbeat, and a fencing counter.

On one boot of one host the owner is dead exactly when the kernel lock can be taken (a pid proves nothing: containers have
their own). From another host, where a network file system may not carry kernel locks over, the heartbeat must also be older
than the lease, and stand still while it is watched: the other host's clock may be wrong.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
import weakref
from datetime import datetime, timezone
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import FencedError, LockedError, StoreError, why
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import Store, now

#: Seconds between two heartbeats, and after which a silent holder on another host counts as dead.
HEARTBEAT, LEASE = 5.0, 60.0
#: Seconds between two tries, and for which even an impatient taker tries: a reader's look holds the lock for a moment.
RETRY, LEAST_WAIT = 0.1, 0.3
#: Bytes of the file: one size, so that writing in place never needs room on a full disk.
SIZE = 1024

_held: weakref.WeakSet[NsLock] = weakref.WeakSet()


def boot_id() -> str:
    """What tells one boot of one kernel from every other; containers of a host share it."""
    try:
        with open('/proc/sys/kernel/random/boot_id', encoding='utf-8') as file:
            return file.read().strip()
    except OSError:
        return socket.gethostname()


def lock_path(store: Store, ns_id: str) -> str:
    """Where the lock of an NS is; the file stays for good, others may be waiting on it."""
    return store.file('ns', ns_id).removesuffix('.fact') + '.lock'


class NsLock:
    """Holds the lock of an NS as a context manager.

    ``counter`` grows with every holder, ``owner`` is this process (host, boot_id, pid, since, op_occ), ``previous`` the holder
    that died with the lock, or None.

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
        self.force_takeover = force_takeover
        self._fd = -1
        self._stop = threading.Event()
        self._mutex = threading.Lock()
        self._watched: tuple[str, float] | None = None

    def __enter__(self) -> NsLock:
        deadline = time.monotonic() + max(self._wait, LEAST_WAIT)
        while (holder := self._try()) is not None:
            if time.monotonic() >= deadline and not self._watching(holder):
                raise LockedError(self.path, holder, _who(holder))
            time.sleep(RETRY)
        _held.add(self)
        self._stop.clear()
        threading.Thread(target=self._beat, name='heartbeat', daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        _held.discard(self)
        with self._mutex:
            if self._fd < 0:
                return
            # Closing frees it in any case; a holder that stays in the file is one that died
            with contextlib.suppress(OSError):
                if _read(self._fd).get('counter') == self.counter:
                    _write(self._fd, {'counter': self.counter, 'holder': None})
            os.close(self._fd)
            self._fd = -1

    def fence(self) -> None:
        """Check that nobody took over since.

        :raises FencedError: somebody did, or this is not the process that took the lock.
        """
        with self._mutex:
            if self._fd < 0:
                raise FencedError(self.path, 'is not held by this process (any more)')
            try:
                found = _read(self._fd).get('counter', 0)
                same = _is_current(self._fd, self.path)
            except OSError as error:
                raise FencedError(self.path, f'can not be read: {why(error)}') from error
        if found != self.counter or not same:
            raise FencedError(self.path, f'was taken over (counter {found}, ours {self.counter}): this process stops here')

    def name_op_occ(self, op_occ_id: str) -> None:
        """Tell those who find the NS locked which op-occ it is locked for."""
        self.owner = {**self.owner, 'op_occ': op_occ_id}
        self._tell()

    def _try(self) -> dict[str, Any] | None:
        """Take it; returns the holder where that is not possible."""
        try:
            # Opened anew each time: a network file system then shows what other hosts wrote
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(self.path, f'can not be opened: {why(error)}') from error
        try:
            holder = self._take(fd)
        except OSError as error:
            os.close(fd)
            raise StoreError(self.path, f'can not be locked: {why(error)}; the state directory needs a file system '
                             'with locks') from error
        except BaseException:
            os.close(fd)
            raise
        if holder is None:
            self._fd = fd
        else:
            os.close(fd)
        return holder

    def _take(self, fd: int) -> dict[str, Any] | None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(fd).get('holder') or {}
        content = _read(fd)
        holder = content.get('holder')
        if holder and not self.force_takeover and self._lives_elsewhere(holder):
            return holder
        if not _is_current(fd, self.path):
            return holder or {}
        self.previous = holder
        self.counter = content.get('counter', 0) + 1
        self.owner = {'host': socket.gethostname(), 'boot_id': boot_id(), 'pid': os.getpid(), 'since': now(), 'op_occ': None}
        _write(fd, {'counter': self.counter, 'holder': {**self.owner, 'heartbeat': now()}})
        return None

    def _lives_elsewhere(self, holder: dict[str, Any]) -> bool:
        """Whether a holder on another host has to be believed alive."""
        if holder.get('boot_id') == boot_id():
            return False
        beat = str(holder.get('heartbeat'))
        if self._watched is None:
            self._watched = (beat, time.monotonic())
        # One that moves while it is watched is alive, whatever its clock says
        return abs(_age(beat)) < LEASE or beat != self._watched[0] or self._watching(holder)

    def _watching(self, holder: dict[str, Any]) -> bool:
        """Whether a heartbeat older than the lease has to be watched for longer to believe that it stands still."""
        if self._watched is None or str(holder.get('heartbeat')) != self._watched[0]:
            return False
        return abs(_age(self._watched[0])) >= LEASE and time.monotonic() - self._watched[1] < HEARTBEAT + 1

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            # A write that fails is tried again with the next beat; the fence finds what is wrong for good
            with contextlib.suppress(OSError):
                self._tell()

    def _tell(self) -> None:
        with self._mutex:
            if self._fd >= 0 and _read(self._fd).get('counter') == self.counter:
                _write(self._fd, {'counter': self.counter, 'holder': {**self.owner, 'heartbeat': now()}})


def _forget_in_child() -> None:
    """A fork shares its parent's kernel lock, which would then outlive the parent: it lets go of it."""
    for lock in list(_held):
        fd, lock._fd, lock._mutex = lock._fd, -1, threading.Lock()
        if fd >= 0:
            os.close(fd)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def holder_of(store: Store, ns_id: str) -> dict[str, Any] | None:
    """Who works on the NS right now, None where nobody does; takes nothing over and writes nothing.

    A holder that has not said who it is yet is an empty mapping.

    :raises StoreError: the lock file can't be used: nobody may be taken for dead then.
    """
    path = lock_path(store, ns_id)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(path, f'can not be opened: {why(error)}') from error
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(fd).get('holder') or {}
        holder = _read(fd).get('holder')
        elsewhere = holder and holder.get('boot_id') != boot_id() and abs(_age(str(holder.get('heartbeat')))) < LEASE
        return holder if elsewhere else None
    except OSError as error:
        raise StoreError(path, f'can not be locked: {why(error)}') from error
    finally:
        os.close(fd)


def owner_alive(store: Store, ns_id: str) -> bool:
    """Whether somebody works on the NS right now; takes nothing over."""
    return holder_of(store, ns_id) is not None


def _read(fd: int) -> dict[str, Any]:
    """What the lock file says; read again where another process was just writing it."""
    for _attempt in range(5):
        data = os.pread(fd, SIZE * 4, 0)
        try:
            content = json.loads(data or b'{}')
        except ValueError:
            time.sleep(0.002)
            continue
        if isinstance(content, dict) and isinstance(content.get('counter', 0), int) \
                and isinstance(content.get('holder') or {}, dict):
            return content
    return {}


def _write(fd: int, content: dict[str, Any]) -> None:
    # In place and padded: a rename would leave those who wait on the old file
    os.pwrite(fd, json.dumps(content).encode().ljust(SIZE - 1) + b'\n', 0)
    # Other hosts see it only then
    os.fsync(fd)


def _is_current(fd: int, path: str) -> bool:
    """Whether the open file is still the one at its path: somebody may have removed or replaced it by hand."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def _age(stamp: str) -> float:
    """Seconds since a time stamp; a stamp that is none is as old as can be."""
    try:
        return (datetime.now(timezone.utc) - datetime.fromisoformat(stamp)).total_seconds()
    except (ValueError, TypeError):
        return float('inf')


def _who(holder: dict[str, Any]) -> str:
    if not holder:
        return 'somebody else works on this NS'
    what = f' (op-occ {holder["op_occ"]})' if holder.get('op_occ') else ''
    text = f'pid {holder.get("pid")} on host {holder.get("host")} has worked on this NS since {holder.get("since")}{what}; '
    if holder.get('boot_id') == boot_id():
        return text + 'wait for its end (nfv.mano.op_occ_info shows its progress)'
    return text + (f'its last sign of life is of {holder.get("heartbeat")}: wait for its end, or for {LEASE:g} s without a sign, '
                   'or take over with nfv_force_takeover if it is known to be dead')
