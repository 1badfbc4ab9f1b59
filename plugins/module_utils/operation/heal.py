# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Heal: the same target for some VDU instances, those that are well marked for replacement where that is asked for."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, at_once, select
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

PARAMS = ('cause', 'root', 'force')
LONGEST_CAUSE = 255


def heal(request: Request, base: Base, target: NetworkService) -> Asked:
    """Which instances are put right, and with ``force`` which servers are replaced although they are well: those that the
    record had before the operation, so that none is replaced twice.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance.
    """
    params = Params('heal', request.params, *PARAMS)
    cause, root = params.text('cause', LONGEST_CAUSE), params.word('root', 'keep', 'rebuild') or 'keep'
    force = params.truth('force')
    params.check()
    selected = select(request, target)
    items = [item for one in selected for item in one.items]
    marked = {item: base.resources.get(item, {}).get('id', '') for item in items} if force else {}
    return Asked(scope=frozenset(items), replace=marked, cause=cause, root=root, at_once=at_once(request, selected))
