# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many VNFs there are of each vnf-profile: by the NS's instantiation levels and its scaling aspects."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_nsd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import Section
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id, chosen
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

MOST_MEMBERS = 1000


def numbers(df: Node, profiles: Mapping[str, Node], params: Params) -> dict[str, int]:
    """By vnf-profile the number of its VNFs: the least, over it the level's, over that those of the aspects asked for."""
    levels = df.nodes("ns-instantiation-level")
    default = df.text("default-ns-instantiation-level-id") or df.text("default-instantiation-level")
    wanted = params.level or default
    level = chosen(levels, wanted, df, "ns-instantiation-level") if levels or wanted else None
    mapped = {one.path: _mapping(one, profiles, known.LEVEL) for one in levels}
    found = {}
    for name, profile in profiles.items():
        least = profile.whole("min-number-of-instances")
        found[name] = 1 if least is None else least
    found.update(mapped[level.path] if level else {})
    found.update(_aspects(df, profiles, params))
    for name, profile in profiles.items():
        most = profile.whole("max-number-of-instances") or MOST_MEMBERS
        if found[name] > min(most, MOST_MEMBERS):
            profile.notes.problem(profile.at("max-number-of-instances"), f"{found[name]} are asked for, more than "
                                  f"{min(most, MOST_MEMBERS)}")
            found[name] = 1
    return found


def _mapping(level: Node, profiles: Mapping[str, Node], section: Section) -> dict[str, int]:
    """The vnf-to-level-mapping of an ns-instantiation-level, or of an ns-scale-level."""
    found = {}
    level.text("id")
    for entry in level.nodes("vnf-to-level-mapping"):
        profile, number = entry.text("vnf-profile-id", required=True), entry.whole("number-of-instances")
        if profile is not None and profile not in profiles:
            entry.notes.problem(entry.at("vnf-profile-id"), f"{show(profile)} is no vnf-profile: {nearest(profile, profiles)}")
        elif profile is not None:
            found[profile] = 1 if number is None else number
        entry.close(known.LEVEL_OF_VNF)
    level.close(section)
    return found


def _aspects(df: Node, profiles: Mapping[str, Node], params: Params) -> dict[str, int]:
    """What the levels say that the parameters ask for of scaling aspects."""
    there: dict[str, dict[str, dict[str, int]]] = {}
    for name, aspect in by_id(df.nodes("scaling-aspect")).items():
        steps = by_id(aspect.nodes("ns-scale-level"))
        there[name] = {step: _mapping(node, profiles, known.SCALE_LEVEL) for step, node in steps.items()}
        aspect.close(known.ASPECT)
    found: dict[str, int] = {}
    said: dict[str, str] = {}
    for entry in params.scale_info:
        aspect_id = entry.text("ns-scaling-aspect-id", required=True)
        level_id = entry.text("ns-scale-level-id", required=True)
        entry.close(known_params.SCALE_INFO)
        if aspect_id is None or level_id is None:
            continue
        levels = there.get(aspect_id, {})
        if aspect_id not in there:
            why = f"{show(aspect_id)} is no scaling-aspect: {nearest(aspect_id, there)}"
            entry.notes.problem(entry.at("ns-scaling-aspect-id"), why)
        elif level_id not in levels:
            why = f"{show(level_id)} is no ns-scale-level of {aspect_id}: {nearest(level_id, levels)}"
            entry.notes.problem(entry.at("ns-scale-level-id"), why)
        for profile, number in levels.get(level_id, {}).items():
            if said.setdefault(profile, aspect_id) != aspect_id:
                why = f"{aspect_id} and {said[profile]} both say how many VNFs {show(profile)} is"
                entry.notes.problem(entry.path, why)
            found[profile] = number
    return found
