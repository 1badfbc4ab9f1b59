# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ML2 mechanism driver that binds every port of a sandbox compute host without an agent and makes it ACTIVE at once.

Faults, in the name or description of a port: "sandbox-fault:bind" is not bound (Nova: PortBindingFailed), "sandbox-fault:create"
makes the create call fail with HTTP 500 (a network too), "sandbox-fault:down" is bound but stays DOWN.
"""

from __future__ import annotations

from typing import Any

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api

HOST_PREFIX = 'compute'


def _fault(resource: dict[str, Any], word: str) -> bool:
    text = f'{resource.get("name") or ""} {resource.get("description") or ""}'
    return f'sandbox-fault:{word}' in text


class SandboxMechanismDriver(api.MechanismDriver):
    def initialize(self) -> None:
        pass

    @property
    def connectivity(self) -> str:
        return portbindings.CONNECTIVITY_L2

    def create_network_precommit(self, context: Any) -> None:
        if _fault(context.current, 'create'):
            raise RuntimeError('sandbox fault: create network')

    def create_port_precommit(self, context: Any) -> None:
        if _fault(context.current, 'create'):
            raise RuntimeError('sandbox fault: create port')

    def update_port_postcommit(self, context: Any) -> None:
        # An existing binding was activated (the end of a live migration): bind_port() is not called then, and the port
        # would wait, DOWN, for an agent's word.
        port = context.current
        bound = context.vif_type in (portbindings.VIF_TYPE_OVS, portbindings.VIF_TYPE_HW_VEB)
        moved = context.original_host != context.host
        if port['status'] == constants.PORT_STATUS_DOWN and bound and moved and not _fault(port, 'down'):
            directory.get_plugin().update_port_status(
                context._plugin_context, port['id'], constants.PORT_STATUS_ACTIVE, context.host
            )

    def bind_port(self, context: Any) -> None:
        port = context.current
        if not context.host.startswith(HOST_PREFIX) or _fault(port, 'bind'):
            return
        for segment in context.segments_to_bind:
            details = {
                portbindings.CAP_PORT_FILTER: True,
                portbindings.OVS_HYBRID_PLUG: False,
                'bridge_name': 'br-int',
                'datapath_type': 'system',
                'connectivity': 'l2',
            }
            vif_type = portbindings.VIF_TYPE_OVS
            if port.get(portbindings.VNIC_TYPE) in ('direct', 'direct-physical', 'macvtap'):
                vif_type = portbindings.VIF_TYPE_HW_VEB
                details['vlan'] = str(segment.get(api.SEGMENTATION_ID) or 0)
            status = constants.PORT_STATUS_DOWN if _fault(port, 'down') else constants.PORT_STATUS_ACTIVE
            context.set_binding(segment[api.ID], vif_type, details, status=status)
            return
