# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VNFD's scaling aspects and instantiation levels as those of the network-service document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_vnfd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of, told
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show


class Scaling:
    """What a deployment flavour says of scaling.

    :param vdus: ids of the VNFD's VDUs.
    :param begin: the instantiation level that is begun with.
    :param without: those of them that are left out.
    :param limits: by VDU, ``min_count`` and ``max_count``.
    """

    def __init__(
        self, vdus: Collection[str], df: Node | None, begin: str | None = None, without: Collection[str] = (),
        limits: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self.limits = {name_of(name): found for name, found in (limits or {}).items()}
        self.vdus = vdus
        self.without = without
        self.df = df
        self.begin = begin
        self.policies: dict[str, Any] = {}
        self.levels_of: dict[str, int] = {}

    def read(self) -> dict[str, Any]:
        """``scaling_aspects`` and ``instantiation_levels`` of the VNF, where there are any."""
        if self.df is None:
            return {}
        aspects = by_id(self.df.nodes("scaling-aspect"))
        levels = by_id(self.df.nodes("instantiation-level"))
        named = {name: self.level(name, node, aspects) for name, node in levels.items()}
        begin = named.get(self.begin or next(iter(named), ""), {})
        self.levels_of = begin.get("aspects", {})
        made = [one for one in (self.aspect(name, node) for name, node in aspects.items()) if one]
        there = {one["name"] for one in made}
        for level in named.values():
            reached = {name: at for name, at in level.pop("aspects", {}).items() if name in there}
            level.update({"aspects": reached} if reached else {})
        found = {"scaling_aspects": made, "instantiation_levels": list(named.values())}
        return {key: value for key, value in found.items() if value}

    def aspect(self, name: str, node: Node) -> dict[str, Any] | None:
        """One aspect; None, and a warning, where it does not say what a step brings."""
        described, most = told(node) or told(node, "name"), node.whole("max-scale-level")
        if node.values.get("scaling-policy") is not None:
            self.policies[name] = node.values["scaling-policy"]
        details = node.node("aspect-delta-details")
        deltas = self.deltas(details) if details else []
        node.close(known.ASPECT)
        if not deltas:
            node.notes.leave(node.path, "it has no deltas of VDUs")
            return None
        if most is None:
            most = self.most(deltas)
        if not most:
            node.notes.leave(node.path, "it has no steps: neither max-scale-level nor the limits of its VDUs leave room for one")
            return None
        level = {"level": self.levels_of[name_of(name)]} if self.levels_of.get(name_of(name)) else {}
        return {"name": name_of(name), **described, "max_level": most, **level, "deltas": deltas}

    def most(self, deltas: list[dict[str, int]]) -> int | None:
        """How often the first step fits in between the VDUs' limits; None where none of them has any."""
        fits = [(self.limits[vdu]["max_count"] - self.limits[vdu].get("min_count", 1)) // number
                for vdu, number in deltas[0].items() if number and "max_count" in self.limits.get(vdu, {})]
        return max(min(fits), 0) if fits else None

    def deltas(self, details: Node) -> list[dict[str, int]]:
        """What each step brings, or one for all of them."""
        there = {name: self.delta(node) for name, node in by_id(details.nodes("deltas")).items()}
        steps = details.texts("step-deltas") or details.texts("uniform-delta")
        for name in steps:
            if name not in there:
                details.notes.problem(details.at("step-deltas"), f"{show(name)} is none of deltas: {nearest(name, there)}")
        details.close(known.DELTA_DETAILS)
        found = [there[name] for name in steps or there if name in there]
        return found if any(found) else []

    def delta(self, node: Node) -> dict[str, int]:
        """Instances by VDU."""
        found: dict[str, int] = {}
        for entry in node.nodes("vdu-delta"):
            self.count(entry, "id", found)
            entry.close(known.VDU_DELTA)
        node.close(known.DELTA)
        return found

    def level(self, name: str, node: Node, aspects: Collection[str]) -> dict[str, Any]:
        """One instantiation level."""
        counts: dict[str, int] = {}
        for entry in node.nodes("vdu-level"):
            self.count(entry, "vdu-id", counts)
            entry.close(known.VDU_LEVEL)
        reached: dict[str, int] = {}
        for entry in node.nodes("scaling-info"):
            aspect, level = entry.text("scaling-aspect-id", required=True), entry.whole("scale-level")
            if aspect and aspect not in aspects:
                path = entry.at("scaling-aspect-id")
                entry.notes.problem(path, f"{show(aspect)} is no scaling-aspect: {nearest(aspect, aspects)}")
            elif aspect and level is not None:
                reached[name_of(aspect)] = level
            entry.close(known.SCALING_INFO)
        described = told(node)
        node.close(known.LEVEL)
        return {"name": name_of(name), **described, "counts": counts, **({"aspects": reached} if reached else {})}

    def count(self, entry: Node, key: str, counts: dict[str, int]) -> None:
        """Add a number of instances of a VDU; one that is left out is 1."""
        vdu, number = entry.text(key, required=True), entry.whole("number-of-instances")
        if vdu and vdu in self.vdus and vdu not in self.without:
            counts[name_of(vdu)] = 1 if number is None else number
        elif vdu and vdu not in self.without:
            entry.notes.problem(entry.at(key), f"{show(vdu)} is no VDU here: {nearest(vdu, self.vdus)}")
