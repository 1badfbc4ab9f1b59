# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state directory for who reads it over and over: a fact that has not changed is not read again."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.facts import Store

#: What tells one content of a file from the next: every write makes a new file.
Signature = tuple[int, int, int]
#: Facts that are kept in memory.
MOST = 20_000
#: Nanoseconds that file systems' clocks may be behind.
TICK = 50_000_000
#: Seconds after which facts are looked at again anyway: somebody may have edited one in its place.
HOLDS = 1.0


class CachedStore(Store):
    """As :class:`Store`; what :meth:`read` returns is shared, so nobody may change it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._known: dict[str, tuple[Signature, dict[str, Any]]] = {}
        self._all: dict[str, tuple[int, float, list[dict[str, Any]]]] = {}
        self._mutex = threading.Lock()

    def read(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """As :meth:`Store.read`.

        :raises StoreError: as there.
        """
        path = self.file(kind, record_id)
        try:
            found = os.stat(path)
        except OSError:
            # It says why, where it is not just absent
            return super().read(kind, record_id)
        signature = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._known.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        data = super().read(kind, record_id)
        if data is not None:
            with self._mutex:
                if len(self._known) >= MOST:
                    self._known.clear()
                self._known[path] = (signature, data)
        return data

    def mark(self) -> int | None:
        """What any write of a fact changes; None: it is not known, since there was one just now."""
        try:
            found = os.stat(self.path).st_mtime_ns
        except OSError:
            return None
        # Two changes within one tick of the clock leave the same time
        return found if time.time_ns() - found > TICK else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """As :meth:`Store.all`; where nothing was written since, nothing is looked at."""
        mark = self.mark()
        known = self._all.get(kind)
        if mark is None or known is None or known[0] != mark or known[1] < time.monotonic():
            known = (mark or 0, time.monotonic() + HOLDS, super().all(kind))
            if mark is not None:
                self._all[kind] = known
        return list(known[2])
