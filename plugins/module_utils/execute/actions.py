# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each verb of the task graph does, in terms of a VIM: a file per item kind."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.flavors import Flavors
from ansible_collections.nfv.mano.plugins.module_utils.execute.floating_ips import FloatingIps
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Verb
from ansible_collections.nfv.mano.plugins.module_utils.execute.moves import Moves
from ansible_collections.nfv.mano.plugins.module_utils.execute.nets import Nets
from ansible_collections.nfv.mano.plugins.module_utils.execute.ports import Ports
from ansible_collections.nfv.mano.plugins.module_utils.execute.power import Power
from ansible_collections.nfv.mano.plugins.module_utils.execute.readiness import Readiness
from ansible_collections.nfv.mano.plugins.module_utils.execute.resize import Resizes
from ansible_collections.nfv.mano.plugins.module_utils.execute.routers import Routers
from ansible_collections.nfv.mano.plugins.module_utils.execute.sdn_nets import SdnNets
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_changes import ServerChanges
from ansible_collections.nfv.mano.plugins.module_utils.execute.server_groups import ServerGroups
from ansible_collections.nfv.mano.plugins.module_utils.execute.servers import Servers
from ansible_collections.nfv.mano.plugins.module_utils.execute.snapshots import Snapshots
from ansible_collections.nfv.mano.plugins.module_utils.execute.task_files import TaskFiles
from ansible_collections.nfv.mano.plugins.module_utils.execute.trunks import Trunks
from ansible_collections.nfv.mano.plugins.module_utils.execute.volumes import Volumes
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim

KINDS = (Flavors, FloatingIps, Moves, Nets, Ports, Routers, ServerGroups, Servers, ServerChanges, Resizes, Power, Readiness,
         Volumes, Snapshots, Trunks, TaskFiles, SdnNets)


class Actions:
    """Does tasks on the VIMs of one operation (a :class:`Performer`).

    :param limits: seconds that things may take: 'server_active', 'server_delete', 'server_power', 'volume_available',
        'volume_delete', 'snapshot_available'.
    """

    def __init__(self, vims: Mapping[str, Vim], calls: Calls, ns_id: str, limits: Mapping[str, float]) -> None:
        self._vims = vims
        self._calls = calls
        self._waiters = {name: Waiter(vim, ns_id) for name, vim in vims.items()}
        self._kinds = [kind(calls, self._waiters, limits) for kind in KINDS]
        self._verbs: dict[str, Verb] = {name: verb for kind in self._kinds for name, verb in kind.verbs().items()}

    def stop(self) -> None:
        """Give up waiting; calls in flight end by themselves."""
        self._calls.stop()
        for vim in self._vims.values():
            vim.abort()
        for waiter in (*self._waiters.values(), *self._kinds):
            waiter.stop()

    def perform(self, tasks: list[Task], ended: Ended) -> None:
        self._verbs[tasks[0].verb](tasks, self._vims[tasks[0].vim], ended)
