# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a VNF may be scaled: by aspects, a step at a time, and to levels."""

from __future__ import annotations

import dataclasses
from collections import Counter

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import NAME, Integer, ListOf, MapOf, Text, attribute

INSTANCES = Integer(0, 10_000)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScalingAspect:
    """Something that a VNF grows in, a step at a time: which VDUs get how many instances more.

    The counts of the VDUs are what there is at `level`; `scale` moves both, and keeps them like any count that it set.
    """

    name: str = attribute("Its name, SOL003's aspectId.", NAME)
    description: str = attribute("What it is.", Text(shortest=0), default="")
    max_level: int = attribute("How many steps there are above level 0.", Integer(1, 10_000))
    level: int = attribute("The level that the counts of the VDUs stand for.", INSTANCES, default=0)
    deltas: tuple[dict[str, int], ...] = attribute(
        "By VDU, how many instances a step brings: one mapping for all steps alike, or one for each step.",
        ListOf(MapOf(INSTANCES), most=10_000),
    )

    def between(self, level: int, to: int) -> Counter[str]:
        """By VDU, how many instances there are more at one level than at another (fewer: below 0)."""
        found: Counter[str] = Counter()
        for step in range(min(level, to), max(level, to)):
            for vdu, number in self.deltas[step if len(self.deltas) > 1 else 0].items():
                found[vdu] += number if to > level else -number
        return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InstantiationLevel:
    """A size of a VNF that it may be scaled to by name."""

    name: str = attribute("Its name, SOL003's instantiationLevelId.", NAME)
    description: str = attribute("What it is for.", Text(shortest=0), default="")
    counts: dict[str, int] = attribute("By VDU, how many instances; those of other VDUs stay.", MapOf(INSTANCES))
    aspects: dict[str, int] = attribute(
        "By scaling aspect, the level that this stands for; the others keep theirs.", MapOf(INSTANCES), default={}
    )
