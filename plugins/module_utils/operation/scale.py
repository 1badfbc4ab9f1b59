# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scale: another number of instances of one VDU is the target."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, item_of, with_power
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, Selected, select_one
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

PARAMS = ('count', 'type', 'number_of_steps')


def scale(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the new count, and what may be touched: the VDU's instances beyond the smaller of both counts.

    :raises InputError: parameters that can't be used, no such VDU, or one whose instances are protected.
    """
    params = Params('scale', request.params, *PARAMS)
    count, kind = params.number('count', 0), params.word('type', 'SCALE_OUT', 'SCALE_IN')
    steps = params.number('number_of_steps', 1)
    params.check(
        'count_index: scale takes none, the newest instances go first' if request.count_index is not None else None,
        'params: scale needs either count, or type (SCALE_OUT, SCALE_IN) with number_of_steps'
        if params.has('count') == params.has('type') else None,
        'params.number_of_steps: goes with type, not with count' if params.has('count') and steps else None)
    one = select_one(request, target)
    before = one.vdu.count
    wanted = count if count is not None else before + (steps or 1) * (1 if kind == 'SCALE_OUT' else -1)
    if wanted < 0:
        raise InputError([f'params.number_of_steps: {steps or 1} can not be taken from {before} instances of VDU '
                          f'{one.vnf.name}/{one.vdu.name}'])
    if wanted < before and one.vdu.protected:
        raise InputError([f'{one.path}.protected: instances of VDU {one.vnf.name}/{one.vdu.name} are protected, and scaling '
                          f'from {before} to {wanted} would delete some; set protected to false in the document'])
    overlay = base.overlay if wanted == before else _overlay(base, one, wanted)
    return overlay, Asked(scope=_scope(base, one, before, wanted))


def _scope(base: Base, one: Selected, before: int, wanted: int) -> frozenset[str]:
    least = min(before, wanted)
    prefix = item_of(one.vnf, one.vdu, 0).rpartition('/')[0]
    # Also what is left of a scale that was given up
    recorded = {item for item in base.resources if item.rpartition('/')[0] == prefix and int(item.rpartition('/')[2]) >= least}
    return frozenset(recorded.union(item_of(one.vnf, one.vdu, index) for index in range(least, max(before, wanted))))


def _overlay(base: Base, one: Selected, count: int) -> dict[str, Any]:
    overlay = copy.deepcopy(base.overlay)
    vnf = _named(overlay.setdefault('vnfs', []), one.vnf.name)
    _named(vnf.setdefault('vdus', []), one.vdu.name)['count'] = count
    gone = {item_of(one.vnf, one.vdu, index) for index in range(count, one.vdu.count)}
    return with_power(overlay, {item: status for item, status in base.power.items() if item not in gone})


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for item in items:
        if item['name'] == name:
            return item
    items.append({'name': name})
    return items[-1]
