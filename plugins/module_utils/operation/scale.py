# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scale: other numbers of instances are the target, of one VDU, or of those that an aspect or a level of a VNF is about."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation import levels
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, item_of, with_values, without_instances
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, select, select_one, select_vnf
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.check_scaling import bounds, in_bounds

#: The ways to say where it goes; those of SCALE_TO_LEVEL are SOL003's own.
WAYS = ('count', 'type', 'instantiation_level_id', 'scale_info')
TO_LEVEL = ('instantiation_level_id', 'scale_info')
PARAMS = (*WAYS, 'number_of_steps', 'aspect_id')


@dataclass(slots=True)
class Wish:
    """What one VNF is to become: instances by VDU, levels by scaling aspect, and which input says so."""

    path: str
    vnf: Vnf
    said: str
    counts: dict[str, int]
    levels: dict[str, int] = field(default_factory=dict)


def scale(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the new counts and levels, and what may be touched: instances beyond the smaller of both counts.

    :raises InputError: parameters that can't be used, no such VNF, VDU, aspect or level, a number out of its bounds, or a VDU
        whose instances are protected.
    """
    wishes = [_wish(request, target)] if request.items is None else _without(request, target)
    problems = [problem for wish in wishes for number, vdu in enumerate(wish.vnf.vdus)
                for problem in _problems(wish, number, vdu)]
    if problems:
        raise InputError(problems)
    overlay = base.overlay
    scope: set[str] = set()
    for wish in wishes:
        overlay = _overlay(overlay, wish)
        for vdu in wish.vnf.vdus:
            if vdu.name in wish.counts:
                scope |= _scope(base, wish.vnf, vdu, wish.counts[vdu.name])
    return overlay, Asked(scope=frozenset(scope))


def _without(request: Request, target: NetworkService) -> list[Wish]:
    """What VNFs are to become without the listed instances, of which some may be gone already."""
    Params('scale', request.params).check()
    listed: dict[tuple[str, str], set[int | None]] = {}
    for item in request.items or ():
        listed.setdefault((item['vnf'], item['vdu']), set()).add(item.get('count_index'))
    wishes: dict[str, Wish] = {}
    problems = []
    for one in select(dataclasses.replace(request, items=[{'vnf': vnf, 'vdu': vdu} for vnf, vdu in listed]), target):
        away = listed[one.vnf.name, one.vdu.name]
        left = [index for index in one.indexes if not away & {index, None}]
        if left != list(range(len(left))):
            problems.append(f'instances: only the newest instances can be taken away; of VDU {one.vnf.name}/{one.vdu.name} '
                            f'{left[-1]} would stay')
        wish = wishes.setdefault(one.vnf.name, Wish(one.path.rpartition('.')[0], one.vnf, 'instances', {}))
        wish.counts[one.vdu.name] = len(left)
    if problems:
        raise InputError(problems)
    return list(wishes.values())


def _wish(request: Request, target: NetworkService) -> Wish:
    params = Params('scale', request.params, *PARAMS)
    count, kind = params.number('count', 0), params.word('type', 'SCALE_OUT', 'SCALE_IN')
    steps, aspect_id = params.number('number_of_steps', 1), params.text('aspect_id', levels.LONGEST)
    level_id = params.text('instantiation_level_id', levels.LONGEST)
    given = [name for name in WAYS if params.has(name)]
    of_vnf = aspect_id or given[:1] in (['instantiation_level_id'], ['scale_info'])
    params.check(
        'count_index: scale takes none, the newest instances go first' if request.count_index is not None else None,
        'params: scale needs one of count, type (SCALE_OUT, SCALE_IN) with number_of_steps and aspect_id, instantiation_level_id '
        'and scale_info' if len(given) != 1 else None,
        *(f'params.{name}: goes with type, not with {given[0]}' for name in ('number_of_steps', 'aspect_id')
          if params.has(name) and given and given != ['type']),
        f'vdu: a VNF is scaled by {"aspect_id" if aspect_id else given[0]}, not one VDU' if of_vnf and request.vdu else None)
    if not of_vnf:
        one = select_one(request, target)
        path = one.path.rpartition('.')[0]
        if count is not None:
            return Wish(path, one.vnf, 'params.count', {one.vdu.name: count})
        more = (steps or 1) * (1 if kind == 'SCALE_OUT' else -1)
        return Wish(path, one.vnf, 'params.number_of_steps', {one.vdu.name: one.vdu.count + more})
    path, vnf = select_vnf(request, target)
    if aspect_id:
        more = (steps or 1) * (1 if kind == 'SCALE_OUT' else -1)
        return Wish(path, vnf, 'params.number_of_steps', *levels.by_steps(vnf, aspect_id, more))
    if level_id:
        return Wish(path, vnf, 'params.instantiation_level_id', *levels.to_named(vnf, level_id))
    return Wish(path, vnf, 'params.scale_info', *levels.to_levels(vnf, request.params.get('scale_info')))


def _problems(wish: Wish, number: int, vdu: Vdu) -> list[str]:
    """What stands against the number of instances of one VDU."""
    wanted, name = wish.counts.get(vdu.name, vdu.count), f'VDU {wish.vnf.name}/{vdu.name}'
    if wanted == vdu.count:
        return []
    if wanted < 0:
        return [f'{wish.said}: {vdu.count - wanted} can not be taken from {vdu.count} instances of {name}']
    if not in_bounds(vdu, wanted):
        return [f'{wish.said}: {wanted} instances of {name} are out of range {bounds(vdu)}']
    if wanted < vdu.count and vdu.protected:
        return [f'{wish.path}.vdus[{number}].protected: instances of {name} are protected, and scaling from {vdu.count} to '
                f'{wanted} would delete some; set protected to false in the document']
    return []


def _scope(base: Base, vnf: Vnf, vdu: Vdu, wanted: int) -> set[str]:
    least = min(vdu.count, wanted)
    prefix = item_of(vnf, vdu, 0).rpartition('/')[0]
    # Also what is left of a scale that was given up
    recorded = {item for item in base.resources if item.rpartition('/')[0] == prefix and int(item.rpartition('/')[2]) >= least}
    return recorded.union(item_of(vnf, vdu, index) for index in range(least, max(vdu.count, wanted)))


def _overlay(overlay: dict[str, Any], wish: Wish) -> dict[str, Any]:
    counts = {vdu.name: wish.counts[vdu.name] for vdu in wish.vnf.vdus if wish.counts.get(vdu.name, vdu.count) != vdu.count}
    for name, count in counts.items():
        overlay = with_values(overlay, wish.vnf.name, 'vdus', name, count=count)
    for aspect in wish.vnf.scaling_aspects:
        if wish.levels.get(aspect.name, aspect.level) != aspect.level:
            overlay = with_values(overlay, wish.vnf.name, 'scaling_aspects', aspect.name, level=wish.levels[aspect.name])
    gone = {item_of(wish.vnf, vdu, index) for vdu in wish.vnf.vdus for index in range(counts.get(vdu.name, vdu.count), vdu.count)}
    return without_instances(overlay, gone)
