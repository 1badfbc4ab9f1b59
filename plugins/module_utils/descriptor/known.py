# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each attribute of a descriptor becomes, or why it is left out.

The readers go by these tables, and docs/sol006.md is made of them: an attribute that is in none is unknown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What there is to say of an attribute.

    ``how``: ``read`` (``text`` is what it becomes), ``left`` (a warning tells that it is left out, and ``text`` why), ``kept``
    (left out, but not lost) or ``unused`` (it has no effect on a VIM, and no warning is due).
    """

    how: str
    text: str


def left(why: str) -> Said:
    """An attribute that asks for something that is not done."""
    return Said("left", why)


def unused(why: str) -> Said:
    """An attribute that asks for nothing."""
    return Said("unused", why)


#: What nothing acts upon, but is handed on.
KEPT = Said("kept", "kept for later in the VNF's `metadata`, under `sol006`: nothing acts on it yet")
INFORMATION = unused("information only")


class Section:
    """The attributes of one mapping. ``name``: where it stands; ``keys``: by attribute what it becomes."""

    def __init__(self, name: str, keys: Mapping[str, str | Said]) -> None:
        self.name = name
        self.keys = {key: Said("read", said) if isinstance(said, str) else said for key, said in keys.items()}
