# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aspects, levels and bounds of counts: what must hold of them, and what lies between two levels."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import load, to_document, validate
from ansible_collections.nfv.mano.plugins.module_utils.target.scaling import ScalingAspect

WIDTH: dict[str, Any] = {"name": "width", "max_level": 3, "deltas": [{"front": 2, "back": 1}]}
SMALL: dict[str, Any] = {"name": "small", "counts": {"front": 2}, "aspects": {"width": 0}}


def test_between_levels() -> None:
    even = ScalingAspect(name="a", max_level=3, deltas=({"x": 2, "y": 1},))
    assert (even.between(0, 3), even.between(3, 1), even.between(2, 2)) == ({"x": 6, "y": 3}, {"x": -4, "y": -2}, {})
    uneven = ScalingAspect(name="a", max_level=3, deltas=({"x": 1}, {"x": 2}, {"y": 5}))
    assert (uneven.between(0, 2), uneven.between(3, 1)) == ({"x": 3}, {"x": -2, "y": -5})


def test_there_and_back(document: dict[str, Any], files: dict[str, str]) -> None:
    document["vnfs"][0].update(scaling_aspects=[{**WIDTH, "level": 1}], instantiation_levels=[SMALL])
    document["vnfs"][0]["vdus"][0].update(min_count=1, max_count=4)
    ns = load(document, files)
    assert load(to_document(ns), files) == ns
    assert (ns.vnfs[0].scaling_aspects[0].level, ns.vnfs[0].vdus[0].max_count) == (1, 4)


VDU, VNF = "vnfs[0].vdus[0]", "vnfs[0]"


@pytest.mark.parametrize(("vdu", "vnf", "message"), [
    ({"min_count": 3}, {}, f"{VDU}.count: 2 is out of range 3..10000 (min_count, max_count)"),
    ({"max_count": 1}, {}, f"{VDU}.count: 2 is out of range 0..1 (min_count, max_count)"),
    ({"min_count": 3, "max_count": 2}, {}, f"{VDU}.min_count: 3 is more than max_count, 2"),
    ({}, {"scaling_aspects": [{**WIDTH, "level": 4}]}, f"{VNF}.scaling_aspects[0].level: 4 is more than max_level, 3"),
    ({}, {"scaling_aspects": [{**WIDTH, "deltas": [{"front": 1}, {"front": 2}]}]},
     f"{VNF}.scaling_aspects[0].deltas: 2 given for 3 steps: one for all steps alike, or one for each"),
    ({}, {"scaling_aspects": [{**WIDTH, "deltas": [{"frnt": 1}]}]},
     f"{VNF}.scaling_aspects[0].deltas[0].frnt: 'frnt' is no VDU of this VNF: did you mean front?"),
    ({}, {"scaling_aspects": [WIDTH, WIDTH]},
     f"{VNF}.scaling_aspects[1].name: 'width' is there already, as {VNF}.scaling_aspects[0]: names are unique"),
    ({"max_count": 2}, {"instantiation_levels": [{"name": "big", "counts": {"front": 3}}]},
     f"{VNF}.instantiation_levels[0].counts.front: 3 is out of range 0..2 (min_count, max_count)"),
    ({}, {"instantiation_levels": [SMALL]},
     f"{VNF}.instantiation_levels[0].aspects.width: 'width' is no scaling aspect of this VNF: there are none"),
    ({}, {"scaling_aspects": [WIDTH], "instantiation_levels": [{**SMALL, "aspects": {"width": 4}}]},
     f"{VNF}.instantiation_levels[0].aspects.width: 4 is more than max_level, 3"),
])
def test_what_does_not_fit(document: dict[str, Any], files: dict[str, str], vdu: Any, vnf: Any, message: str) -> None:
    document["vnfs"][0].update(vnf)
    document["vnfs"][0]["vdus"][0].update(vdu)
    assert message in [str(problem) for problem in validate(document, files)]
