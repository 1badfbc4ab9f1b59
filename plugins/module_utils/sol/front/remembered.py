# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that many clients ask for again and again: each is made once for all of them."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Hashable
from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer

#: Seconds for which an answer holds, and how many are kept.
FRESH, MOST = 0.25, 5_000
LOCKS = 64


class _Known(NamedTuple):
    """An answer, the mark of what it tells of, and when making it began."""

    answer: Answer
    mark: object
    began: float


class Remembered:
    """Shares answers; a mark is what changes with what they tell of, None where that is not known just now."""

    def __init__(self) -> None:
        self._known: dict[Hashable, _Known] = {}
        self._locks = [threading.Lock() for _number in range(LOCKS)]
        self._cleared = 0

    def get(self, key: Hashable, mark: Callable[[], object]) -> Answer | None:
        """The answer, where there is one that holds."""
        known = self._known.get(key)
        if known is None or known.mark is None or known.began + FRESH < time.monotonic() or known.mark != mark():
            return None
        return known.answer

    def share(self, key: Hashable, mark: Callable[[], object], make: Callable[[], Answer]) -> Answer:
        """The answer; who asks while it is made for another one gets the next one, together with all who wait for it."""
        asked = time.monotonic()
        found = self.get(key, mark)
        if found is not None:
            return found
        with self._locks[hash(key) % LOCKS]:
            known = self._known.get(key)
            if known is not None and known.began >= asked:
                return known.answer
            found = self.get(key, mark)
            if found is not None:
                return found
            began, before, cleared = time.monotonic(), mark(), self._cleared
            answer = make()
            answer = dataclasses.replace(answer, encoded=answer.content())
            if cleared == self._cleared:
                if len(self._known) >= MOST:
                    self._known.clear()
                self._known[key] = _Known(answer, before, began)
            return answer

    def clear(self) -> None:
        """Something was changed here: what was answered before holds no longer, nor what is being made of it."""
        self._cleared += 1
        self._known.clear()
