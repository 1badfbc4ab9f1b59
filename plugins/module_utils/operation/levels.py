# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the scaling aspects and the instantiation levels of a VNF make of its counts.

Each function returns instances by VDU and levels by scaling aspect; what is not in them stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.target import Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.scaling import ScalingAspect

Counts: TypeAlias = 'tuple[dict[str, int], dict[str, int]]'
#: Characters of a name at most.
LONGEST = 255


def by_steps(vnf: Vnf, aspect_id: str, steps: int) -> Counts:
    """So many steps of an aspect, up or (below 0) down.

    :raises InputError: no such aspect, or no such level of it.
    """
    aspect = _aspect(vnf, aspect_id, 'params.aspect_id')
    level = aspect.level + steps
    if not 0 <= level <= aspect.max_level:
        raise InputError([f'params.number_of_steps: {abs(steps)} leads from level {aspect.level} of aspect '
                          f'{vnf.name}/{aspect.name} to {level}, which is out of range 0..{aspect.max_level}'])
    return _moved(vnf, {aspect.name: level})


def to_levels(vnf: Vnf, info: Any) -> Counts:
    """Aspects at levels of theirs: SOL003's scaleInfo, a list of mappings of aspect_id and scale_level.

    :raises InputError: it is none, or there is no such aspect or level.
    """
    rows = info if isinstance(info, list) else []
    if not rows or not all(isinstance(row, Mapping) and row.keys() == {'aspect_id', 'scale_level'} for row in rows):
        raise InputError(['params.scale_info: not a list of mappings of aspect_id and scale_level'])
    wanted: dict[str, int] = {}
    problems = []
    for place, row in enumerate(rows):
        path = f'params.scale_info[{place}]'
        try:
            aspect = _aspect(vnf, row['aspect_id'], f'{path}.aspect_id')
        except InputError as error:
            problems += error.problems
            continue
        text = str(row['scale_level'])
        if not text.isdecimal() or int(text) > aspect.max_level:
            problems.append(f'{path}.scale_level: {row["scale_level"]!r} is not a level of aspect {vnf.name}/{aspect.name} '
                            f'(there are: 0..{aspect.max_level})')
        elif aspect.name in wanted:
            problems.append(f'{path}.aspect_id: {aspect.name} is given twice')
        else:
            wanted[aspect.name] = int(text)
    if problems:
        raise InputError(problems)
    return _moved(vnf, wanted)


def to_named(vnf: Vnf, name: str) -> Counts:
    """An instantiation level.

    :raises InputError: there is no such level.
    """
    for level in vnf.instantiation_levels:
        if level.name == name:
            return dict(level.counts), dict(level.aspects)
    raise InputError([f'params.instantiation_level_id: {name} is not a level of {vnf.name} '
                      f'({_there(one.name for one in vnf.instantiation_levels)})'])


def _moved(vnf: Vnf, wanted: Mapping[str, int]) -> Counts:
    """The counts once aspects are at other levels: as many more or fewer as there are between the levels."""
    more: Counter[str] = Counter()
    for aspect in vnf.scaling_aspects:
        more.update(aspect.between(aspect.level, wanted.get(aspect.name, aspect.level)))
    return {vdu.name: vdu.count + more[vdu.name] for vdu in vnf.vdus if vdu.name in more}, dict(wanted)


def _aspect(vnf: Vnf, name: Any, path: str) -> ScalingAspect:
    for aspect in vnf.scaling_aspects:
        if aspect.name == name:
            return aspect
    names = _there(one.name for one in vnf.scaling_aspects)
    raise InputError([f'{path}: {name} is not a scaling aspect of {vnf.name} ({names})'])


def _there(names: Iterable[str]) -> str:
    return f'there are: {", ".join(sorted(names)) or "none"}'
