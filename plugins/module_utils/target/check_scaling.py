# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of the aspects, levels and counts that a VNF is scaled by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, nearest, show, step
from ansible_collections.nfv.mano.plugins.module_utils.target.scaling import InstantiationLevel, ScalingAspect


def bounds(vdu: Vdu) -> str:
    """The numbers of instances that a VDU may have, in words."""
    return f"{vdu.min_count}..{10_000 if vdu.max_count is None else vdu.max_count} (min_count, max_count)"


def in_bounds(vdu: Vdu, count: int) -> bool:
    """Whether a VDU may have so many instances."""
    return (vdu.min_count or 0) <= count and (vdu.max_count is None or count <= vdu.max_count)


def check_count(vdu: Vdu, path: str, report: Report) -> None:
    """Report bounds of a VDU that leave nothing, and a count that is not in them."""
    if vdu.min_count is None:
        return
    if vdu.max_count is not None and vdu.min_count > vdu.max_count:
        report.add(f"{path}.min_count", f"{vdu.min_count} is more than max_count, {vdu.max_count}")
    elif vdu.count is not None and not in_bounds(vdu, vdu.count):
        report.add(f"{path}.count", f"{vdu.count} is out of range {bounds(vdu)}")


def check_scaling(vnf: Vnf, path: str, report: Report) -> None:
    """Report everything of the aspects and levels of a VNF that does not fit to it."""
    vdus = {vdu.name: vdu for vdu in vnf.vdus or () if vdu}
    aspects = {aspect.name: aspect for aspect in vnf.scaling_aspects or () if aspect}
    for number, aspect in enumerate(vnf.scaling_aspects or ()):
        if aspect is not None:
            _aspect(aspect, vdus, f"{path}.scaling_aspects[{number}]", report)
    for number, level in enumerate(vnf.instantiation_levels or ()):
        if level is not None:
            _level(level, vdus, aspects, f"{path}.instantiation_levels[{number}]", report)


def _aspect(aspect: ScalingAspect, vdus: Mapping[str, Vdu], path: str, report: Report) -> None:
    deltas, most = aspect.deltas, aspect.max_level
    if most is not None and aspect.level is not None and aspect.level > most:
        report.add(f"{path}.level", f"{aspect.level} is more than max_level, {most}")
    if deltas is not None and most is not None and len(deltas) not in (1, most):
        report.add(f"{path}.deltas", f"{len(deltas)} given for {most} steps: one for all steps alike, or one for each")
    for number, delta in enumerate(deltas or ()):
        _known(delta, vdus, "VDU of this VNF", f"{path}.deltas[{number}]", report)


def _level(level: InstantiationLevel, vdus: Mapping[str, Vdu], aspects: Mapping[str, ScalingAspect], path: str,
           report: Report) -> None:
    _known(level.counts, vdus, "VDU of this VNF", f"{path}.counts", report)
    _known(level.aspects, aspects, "scaling aspect of this VNF", f"{path}.aspects", report)
    for name, count in (level.counts or {}).items():
        vdu = vdus.get(name)
        if vdu is not None and count is not None and vdu.min_count is not None and not in_bounds(vdu, count):
            report.add(step(f"{path}.counts", name), f"{count} is out of range {bounds(vdu)}")
    for name, at in (level.aspects or {}).items():
        aspect = aspects.get(name)
        if aspect is not None and None not in (at, aspect.max_level) and at > aspect.max_level:
            report.add(step(f"{path}.aspects", name), f"{at} is more than max_level, {aspect.max_level}")


def _known(given: Iterable[str] | None, known: Iterable[str], what: str, path: str, report: Report) -> None:
    for name in given or ():
        if name not in known:
            report.add(step(path, name), f"{show(name)} is no {what}: {nearest(name, known)}")
