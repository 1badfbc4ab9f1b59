# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of an op-occ: JSON lines, each on disk before the next step is taken."""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Protocol

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now


class Fence(Protocol):
    """What a lock tells the journal."""

    counter: int

    def fence(self) -> None:
        """Raise FencedError when somebody took over."""


class Journal:
    """Appends entries; safe for many threads.

    :param lock: its fencing counter stands in each entry, and nothing is written once it is passed.
    :raises StoreError: the file can't be opened, or a line in it is no entry.
    """

    def __init__(self, path: str, lock: Fence | None = None) -> None:
        self.path = path
        self._lock = lock
        self._mutex = threading.Lock()
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            entries, whole = _parse(path)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            # A line that a killed process did not finish says nothing
            os.ftruncate(self._fd, whole)
        except OSError as error:
            raise StoreError(path, f'can not be opened: {error.strerror}') from error
        self._number = entries[-1]['n'] if entries else 0

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        """Write one entry; on disk when this returns.

        :raises FencedError: somebody took the NS over.
        :raises StoreError: the entry can't be written.
        """
        with self._mutex:
            if self._lock is not None:
                self._lock.fence()
            entry = {'n': self._number + 1, 't': now(), 'event': event, **fields}
            if self._lock is not None:
                entry['fence'] = self._lock.counter
            line = (json.dumps(entry, ensure_ascii=False) + '\n').encode()
            try:
                written = os.write(self._fd, line)
                if written != len(line):
                    os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
                    raise StoreError(self.path, 'can not be written: the disk is full')
                os.fsync(self._fd)
            except OSError as error:
                raise StoreError(self.path, f'can not be written: {error.strerror}') from error
            self._number += 1
            return entry

    @staticmethod
    def read(path: str) -> list[dict[str, Any]]:
        """All entries; a last line without an end is left out. No journal is no entries.

        :raises StoreError: a line is no entry; names its number.
        """
        return _parse(path)[0]


def _parse(path: str) -> tuple[list[dict[str, Any]], int]:
    """Entries, and the length of the file up to the last whole line."""
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise StoreError(path, f'can not be read: {error.strerror}') from error
    whole = data.rfind(b'\n') + 1
    entries = []
    for number, line in enumerate(data[:whole].splitlines(), 1):
        try:
            entry = json.loads(line)
            entry['n'], entry['event']
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(path, f'line {number} is no journal entry: {error}') from error
        entries.append(entry)
    return entries, whole
