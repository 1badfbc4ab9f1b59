# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of an op-occ: JSON lines, each on disk before the next step is taken."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from typing import Any, Protocol

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.store.files import make_folder, read_bytes, sync_folder


class Fence(Protocol):
    """What a lock tells the journal."""

    counter: int

    def fence(self) -> None:
        """Raise FencedError when somebody took over."""


class Journal:
    """Appends entries; safe for many threads.

    :param lock: its fencing counter stands in each entry, and nothing is written once it is passed.
    :raises FencedError: somebody took the NS over.
    :raises StoreError: the file can't be opened, or a line in it is no entry.
    """

    def __init__(self, path: str, lock: Fence | None = None) -> None:
        self.path = path
        self._lock = lock
        self._mutex = threading.Lock()
        if lock is not None:
            lock.fence()
        make_folder(os.path.dirname(path))
        entries, self._length = _parse(path)
        self._number = entries[-1]['n'] if entries else 0
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            # A line that a killed process did not finish says nothing
            os.ftruncate(self._fd, self._length)
            sync_folder(os.path.dirname(path))
        except OSError as error:
            raise StoreError(path, f'can not be opened: {why(error)}') from error

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        """Write one entry; on disk when this returns.

        :raises FencedError: somebody took the NS over.
        :raises StoreError: the entry can't be written; the journal is as it was.
        """
        with self._mutex:
            if self._lock is not None:
                self._lock.fence()
            entry = {'n': self._number + 1, 't': now(), 'event': event, **fields}
            if self._lock is not None:
                entry['fence'] = self._lock.counter
            line = (json.dumps(entry, ensure_ascii=False) + '\n').encode('utf-8', 'backslashreplace')
            try:
                if os.write(self._fd, line) != len(line):
                    raise OSError(0, 'the disk is full')
                os.fsync(self._fd)
            except OSError as error:
                self._cut_off()
                raise StoreError(self.path, f'can not be written: {why(error)}') from error
            self._number += 1
            self._length += len(line)
            return entry

    def _cut_off(self) -> None:
        """Half a line would spoil the one behind it: it goes, or no other is written by this process."""
        try:
            os.ftruncate(self._fd, self._length)
        except OSError:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """Close the file; nothing can be appended any more."""
        with self._mutex:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    @staticmethod
    def read(path: str) -> list[dict[str, Any]]:
        """All entries; a last line without an end is left out. No journal is no entries.

        :raises StoreError: a line is no entry; names its number.
        """
        return _parse(path)[0]


def _parse(path: str) -> tuple[list[dict[str, Any]], int]:
    """Entries, and the length of the file up to the last whole one."""
    data = read_bytes(path) or b''
    lines = data.split(b'\n')[:-1]
    entries, whole = [], 0
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            entry['n'] + 0, entry['event']
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            # After a power cut the last one can have its length and not its content; those before it were on disk
            if number == len(lines) and b'\0' in line:
                break
            raise StoreError(path, f'line {number} is no journal entry: {error}') from error
        entries.append(entry)
        whole += len(line) + 1
    return entries, whole
