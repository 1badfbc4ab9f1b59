# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terminate: nothing is the target; gracefully, the guests are stopped first."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params
from ansible_collections.nfv.mano.plugins.module_utils.operation.snapshot import KEEP
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Stop
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

PARAMS = ('termination_type', 'graceful_termination_timeout', KEEP)


def terminate(request: Request, base: Base, before: Callable[[], NetworkService | None]) -> Asked:
    """How the guests are stopped before they are deleted (not at all unless that is asked for), and whether snapshots stay.

    :param before: what is declared, None where nothing is; asked only where it is needed.
    :raises InputError: parameters that can't be used.
    """
    params = Params('terminate', request.params, *PARAMS)
    kind = params.word('termination_type', 'FORCEFUL', 'GRACEFUL')
    keep, patience = params.truth(KEEP), params.number('graceful_termination_timeout', 1)
    params.check('params.graceful_termination_timeout: goes with termination_type GRACEFUL only'
                 if patience and kind != 'GRACEFUL' else None)
    if kind != 'GRACEFUL':
        return Asked(keep_snapshots=keep)
    target = before()
    drains = {f'vdu:{vnf.name}/{vdu.name}': vdu.drain for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus if vdu.drain}
    return Asked(stop=Stop(patience, drains, base.done), keep_snapshots=keep)
