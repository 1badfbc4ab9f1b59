# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state directory for who reads it over and over: a fact that has not changed is not read again."""

from __future__ import annotations

import os
import threading
import time
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.store.facts import FINISHED, Store

#: What tells one content of a file from the next: every write makes a new file.
Signature = tuple[int, int, int]
#: Facts that are kept in memory.
MOST = 20_000
#: Nanoseconds that file systems' clocks may be behind.
TICK = 50_000_000
#: Seconds after which facts are looked at again anyway: somebody may have edited one in its place.
HOLDS = 1.0


class _All(NamedTuple):
    """All facts of a kind by id, the mark of their directory from before, and from when until when they hold."""

    facts: dict[str, dict[str, Any]]
    mark: int | None
    began: float
    until: float


class CachedStore(Store):
    """As :class:`Store`; what :meth:`read` returns is shared, so nobody may change it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._known: dict[str, tuple[Signature, dict[str, Any]]] = {}
        self._all: dict[str, _All] = {}
        self._looking: dict[str, threading.Lock] = {}
        self._mutex = threading.Lock()

    def read(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """As :meth:`Store.read`.

        :raises StoreError: as there.
        """
        path = self.file(kind, record_id)
        signature = self.signature(kind, record_id)
        if signature is None:
            # It says why, where it is not just absent
            return super().read(kind, record_id)
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

    def signature(self, kind: str, record_id: str) -> Signature | None:
        """What any write of a fact changes; None: there is none.

        :raises StoreError: that can be no id.
        """
        try:
            found = os.stat(self.file(kind, record_id))
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def mark(self) -> int | None:
        """What a write of any fact changes; None: it is not known, since there was one just now."""
        try:
            found = os.stat(self.path).st_mtime_ns
        except OSError:
            return None
        # Two changes within one tick of the clock leave the same time
        return found if time.time_ns() - found > TICK else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """As :meth:`Store.all`; where nothing was written since, nothing is looked at, and those who ask while another one looks
        look together."""
        asked = time.monotonic()
        with self._looking.setdefault(kind, threading.Lock()):
            mark, known = self.mark(), self._all.get(kind)
            if known is None or known.began < asked and (mark is None or known.mark != mark or known.until < asked):
                known = self._all[kind] = self._look(kind, mark, known)
        return list(known.facts.values())

    def _look(self, kind: str, mark: int | None, known: _All | None) -> _All:
        """All facts of a kind as they are from now on; an op-occ that was finished is taken to stay so for a while."""
        began = time.monotonic()
        fresh = known is not None and known.until >= began
        before = known.facts if known is not None and fresh and kind == 'op_occ' else {}
        found = {one: before[one] if one in before and before[one]['state'] in FINISHED else self.read(kind, one)
                 for one in self.ids(kind)}
        return _All({one: data for one, data in found.items() if data is not None}, mark, began,
                    known.until if known is not None and fresh else began + HOLDS)
