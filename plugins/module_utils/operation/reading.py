# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VIMs of an operation: one login each, read side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.record import age
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Query, Quota, State
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.cloud import OpenStack

#: On top of a call's time-out: how long a create call that was held back can still show up.
ADOPT_MARGIN = 60.0
LOOK_AGAIN = 2.0


def adopt_window(request: Request, vim: OpenStack) -> float:
    """Seconds from the intent of a create call until it can not show up any more."""
    return request.limit('adopt_window') or vim.call_timeout + ADOPT_MARGIN


def connect(request: Request, clouds: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> dict[str, OpenStack]:
    """The VIMs that the queries are for.

    :param clouds: VIM name -> {cloud, region, admin_cloud}.
    :raises InputError: a VIM without a cloud.
    :raises VimUnreachable: a cloud that clouds.yaml does not have.
    """
    missing = [f'vims.{name}.cloud: no cloud is named for VIM {name}; name one in the document or by nfv_cloud or nfv_vims'
               for name in names if not clouds.get(name, {}).get('cloud')]
    if missing:
        raise InputError(missing)
    return {name: OpenStack(name, clouds[name]['cloud'], region=clouds[name].get('region'),
                            admin_cloud=clouds[name].get('admin_cloud'), call_timeout=request.limit('call'),
                            max_parallel=request.max_parallel) for name in names}


def read_all(vims: Mapping[str, OpenStack], queries: Mapping[str, Query], pending: list[dict[str, Any]],
             request: Request, tell: Callable[[str], None], wait: bool) -> dict[str, State]:
    """The state of every VIM; with ``wait``, again until each pending create call has shown up or its window is over.

    :raises VimError: a VIM does not answer, or refuses.
    """
    while True:
        with ThreadPoolExecutor(max(len(vims), 1)) as pool:
            states = dict(zip(vims, pool.map(lambda name: vims[name].read(queries[name]), vims)))
        left = [left for call in pending if not _shows(states[call['vim']], call)
                and (left := adopt_window(request, vims[call['vim']]) - age(call['t'])) > 0] if wait else []
        if not left:
            return states
        tell(f'Waiting up to {max(left):.0f} s for {len(left)} create calls whose answer was lost')
        time.sleep(min(LOOK_AGAIN, max(left)))


def _shows(state: State, call: Mapping[str, Any]) -> bool:
    if call['kind'] == 'server':
        return any(server.metadata.get(MARK_KEY) == call['mark'] for server in state.servers)
    if call['kind'] == 'server_group':
        return any(group.name == call['mark'] for group in state.server_groups)
    if call['kind'] == 'trunk':
        # Ports are read, and tell of the trunk that they are the parent of
        return any(port.trunk and port.description == call['mark'].replace('/trunk.', '/port.') for port in state.ports)
    if call['kind'] == 'volume':
        return any(volume.metadata.get(MARK_KEY) == call['mark'] for volume in state.volumes)
    if call['kind'] == 'image':
        return any(image.mark == call['mark'] for image in state.server_images)
    if call['kind'] == 'volume_snapshot':
        return any(one.metadata.get(MARK_KEY) == call['mark'] for one in state.volume_snapshots)
    rows = {'port': state.ports, 'net': state.networks, 'flavor': state.flavors, 'router': state.routers,
            'floating_ip': state.floating_ips,
            'subnet': [subnet for network in state.networks for subnet in network.subnets]}[call['kind']]
    return any(row.description == call['mark'] for row in rows)


def read_quotas(vims: Mapping[str, OpenStack], plan: Plan) -> dict[str, dict[str, Quota]]:
    """The quotas of every VIM of which the plan takes something."""
    asked = [name for name, needs in plan.needs.items() if sum(needs.values())]
    with ThreadPoolExecutor(max(len(asked), 1)) as pool:
        return dict(zip(asked, pool.map(lambda name: vims[name].quotas(volumes='gigabytes' in plan.needs[name]), asked)))


def call_counts(vims: Mapping[str, OpenStack]) -> dict[str, int]:
    """API calls so far by method, over all VIMs."""
    counts: dict[str, int] = {}
    for vim in vims.values():
        for method, number in vim.calls.items():
            counts[method] = counts.get(method, 0) + number
    return counts
