# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of interfaces: how a port is bound, and which model of card the guest sees.

Nova has no model for each port: the image's property hw_vif_model is that of all cards of a server.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Port

#: Types of the document that are not bound to a virtual switch -> Neutron's vnic_type.
VNIC_TYPES = {'sr-iov': 'direct', 'pci-passthrough': 'direct-physical'}
#: Types of the document that ask for a model -> the image's models that are one.
MODELS = {'e1000': ('e1000', 'e1000e', 'VirtualE1000', 'VirtualE1000e'),
          'paravirt': ('virtio', '', 'vmxnet3', 'VirtualVmxnet', 'VirtualVmxnet3', 'netfront')}


def vnic_type(interface: Interface) -> str:
    """Neutron's vnic_type of an interface's port."""
    return VNIC_TYPES.get(interface.type, 'normal')


def other_type(port: Port, interface: Interface) -> str | None:
    """In words, when a port is bound otherwise than its interface says: a bound port's type can't be changed."""
    wanted = vnic_type(interface)
    return f'vnic_type {port.vnic_type} -> {wanted}' if port.vnic_type != wanted else None


def check(context: Context, path: str, vim: str, net: str, interface: Interface, image: Image | None) -> None:
    """What an interface's type needs: of the image a model, of the network a physical one below it."""
    models = MODELS.get(interface.type)
    if models is not None and image is not None and image.vif_model not in models:
        context.problem(f'{path}.type', f'{interface.type} is not what image {image.name} asks for '
                        f'(hw_vif_model {image.vif_model or "is not set"}): all cards of a server are of the model that its '
                        f'image says; use an image with {models[0]}')
    network = context.live[vim].networks.get(context.plan.found.get(net, {}).get('id', ''))
    # Members are not told how a network lies
    if interface.type in VNIC_TYPES and network is not None and network.network_type and not network.physical_network:
        context.problem(f'{path}.type', f'{interface.type} needs a network on a physical one, but {network.name} is of type '
                        f'{network.network_type}')
    making = context.plan.tasks.get(f'create {net}')
    if interface.type in VNIC_TYPES and making is not None and 'physical_network' not in making.spec['provider']:
        context.problem(f'{path}.type', f'{interface.type} needs a network on a physical one: give {interface.virtual_link} a '
                        f'provider with physical_network, or VIM {vim} data_physical_network')
