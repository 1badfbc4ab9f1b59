# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operate: another power state of VDU instances is the target."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, with_power
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, at_once, select
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Operate
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

PARAMS = ('state', 'change_state_to', 'stop_type', 'graceful_stop_timeout')
#: State as it is asked for -> Nova's status. A restart leads to where it began.
STATES = {'STARTED': 'ACTIVE', 'STOPPED': 'SHUTOFF', 'PAUSED': 'PAUSED', 'SUSPENDED': 'SUSPENDED', 'RESTARTED': 'ACTIVE'}


def operate(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the wanted statuses, and what to do to which instances.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance.
    """
    params = Params('operate', request.params, *PARAMS)
    states = {params.word(name, *STATES) for name in ('state', 'change_state_to') if params.has(name)}
    state = next(iter(states), None)
    kind = params.word('stop_type', 'FORCEFUL', 'GRACEFUL')
    patience = params.number('graceful_stop_timeout', 1)
    params.check(
        None if states else f'params.state: operate needs one of {", ".join(STATES)}',
        'params.state: says another state than change_state_to' if len(states) > 1 else None,
        'params.stop_type: goes with STOPPED and RESTARTED only' if kind and state not in ('STOPPED', 'RESTARTED') else None,
        'params.graceful_stop_timeout: goes with state STOPPED and stop_type GRACEFUL only'
        if patience and (state != 'STOPPED' or kind == 'FORCEFUL') else None)
    selected = select(request, target)
    items = frozenset(item for one in selected for item in one.items)
    status = STATES[state or 'STARTED']
    power, reboot = base.power, None
    if state == 'RESTARTED':
        reboot = 'reboot-hard' if kind == 'FORCEFUL' else 'reboot-soft'
    else:
        power = {item: wanted for item, wanted in power.items() if item not in items}
        power.update({} if status == 'ACTIVE' else dict.fromkeys(sorted(items), status))
    return with_power(base.overlay, power), Asked(scope=items, at_once=at_once(request, selected),
                                                  operate=Operate(status, reboot, patience, base.done, kind != 'FORCEFUL'))
