# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenStack as a VIM: one login, a file per service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    Flavor,
    FloatingIp,
    Image,
    Network,
    Port,
    Query,
    Quota,
    Router,
    Server,
    ServerGroup,
    State,
    Trunk,
    Volume,
    VolumeSnapshot,
)
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import moves, quota, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.block_storage import BlockStorage
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.moves import Moves
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.network import Networking
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.routing import Routing
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.server_changes import ServerChanges
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.snapshots import Snapshots
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.trunking import Trunking


class OpenStack(BlockStorage, Moves, ServerChanges, Snapshots, Networking, Routing, Trunking):
    """One cloud of clouds.yaml as a VIM; ``admin_cloud`` is used for those calls that a member may not do.

    :raises VimUnreachable: the cloud is unknown or openstacksdk is missing.
    """

    def __init__(self, name: str, cloud: str, *, region: str | None = None, admin_cloud: str | None = None,
                 call_timeout: float | None = None, max_parallel: int = 16) -> None:
        self.name = name
        # Reads, waits and quotas go beside the parallel calls
        self._client = Client(cloud, region, call_timeout=call_timeout, pool_size=max_parallel + 8)
        self._admin = Client(admin_cloud, region, call_timeout=call_timeout) if admin_cloud else None
        self.call_timeout = self._client.call_timeout
        self._project_id = ''

    @property
    def calls(self) -> Counter[str]:
        """How many calls were sent, by method."""
        return self._client.calls + (self._admin.calls if self._admin else Counter())

    def abort(self) -> None:
        self._client.abort()
        if self._admin:
            self._admin.abort()

    def read(self, query: Query) -> State:
        state = read.read(self._client, self.name, query)
        self._project_id = state.project_id
        state.admin = 'admin' in state.roles or (self._admin is not None and 'admin' in self._admin.login()[1])
        if query.hosts and state.admin:
            state.hosts = moves.hosts(self._privileged, state.project_id)
        if query.bindings and state.admin:
            state.bindings = self.port_bindings(query.bindings)
        return state

    def quotas(self, volumes: bool = False) -> dict[str, Quota]:
        with ThreadPoolExecutor(2) as pool:
            nova = pool.submit(quota.compute, self._client)
            cinder = pool.submit(quota.block_storage, self._client, self._project_id) if volumes else None
            return {**quota.network(self._client, self._project_id), **nova.result(), **(cinder.result() if cinder else {})}

    def find_marked(self, kind: str, mark: str, ns_id: str) -> Sequence[
            Server | Port | Network | Router | FloatingIp | Trunk | Flavor | ServerGroup | Volume | Image | VolumeSnapshot]:
        if kind == 'flavor':
            return self.flavors_marked(mark)
        return read.find_marked(self._client, kind, mark, ns_id)
