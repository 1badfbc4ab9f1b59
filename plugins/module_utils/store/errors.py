# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the store."""

from __future__ import annotations

from typing import Any


class StoreError(Exception):
    """A file of the state directory that can't be used; names the path and the reason."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f'{self.path}: {self.reason}'


class LockedError(StoreError):
    """Somebody else works on the NS; ``holder`` says who (host, boot_id, pid, since, op_occ)."""

    def __init__(self, path: str, holder: dict[str, Any], reason: str) -> None:
        super().__init__(path, reason)
        self.holder = holder


class FencedError(StoreError):
    """Somebody took the NS over; this process must not touch it any more."""


def why(error: OSError) -> str:
    """The operating system's reason, in words."""
    return error.strerror or str(error)
