# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How networks lie on physical ones: as their virtual links say, completed for data networks."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.vnic import VNIC_TYPES
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network

KEYS = ('network_type', 'physical_network', 'segmentation_id')
#: Types of networks that are on a physical one; None is not said.
PHYSICAL = (None, 'flat', 'vlan')


def of_cards(context: Context) -> set[str]:
    """Keys of the virtual links that physical cards, or functions of them, are on."""
    target = context.target
    return {target.virtual_link(one.virtual_link, vnf)[0] for _path, vnf, vdu in context.vdus() for one in vdu.interfaces
            if target is not None and one.type in VNIC_TYPES}


def wanted(context: Context, link: VirtualLink, of_card: bool) -> dict[str, Any]:
    """The provider attributes of a network; none where the VIM is to choose.

    :param of_card: whether it is one of :func:`of_cards`.
    """
    given = {key: getattr(link.provider, key) for key in KEYS if getattr(link.provider, key, None) is not None}
    physical = given.get('physical_network')
    if physical is None and (link.underlay or of_card) and given.get('network_type') in PHYSICAL and context.target is not None:
        physical = context.target.vims[link.vim].data_physical_network
    return {'network_type': 'vlan', 'physical_network': physical, **given} if physical else given


def seen(network: Network) -> dict[str, Any]:
    """What the VIM tells of them."""
    return {key: getattr(network, key) for key in KEYS if getattr(network, key) is not None}


def describe(provider: dict[str, Any]) -> list[str]:
    """Provider attributes for people."""
    words = [str(provider[key]) for key in ('network_type', 'segmentation_id') if key in provider]
    words += ['on', provider['physical_network']] if 'physical_network' in provider else []
    return [' '.join(words)] if words else []


def check_rights(context: Context, path: str, link: VirtualLink, provider: dict[str, Any]) -> None:
    """Refuse them before the VIM does."""
    if provider and not context.live[link.vim].state.admin:
        policies = ', '.join(f'create_network:provider:{key}' for key in provider)
        place = '.provider' if link.provider else '.underlay' if link.underlay else ''
        context.problem(f'{path}{place}', f'provider attributes need the right {policies} (administrators) in VIM '
                        f'{link.vim}, which this project member does not have; name an admin_cloud for the VIM')


def compare(context: Context, path: str, provider: dict[str, Any], network: Network, record: Resource) -> None:
    """Neutron changes no provider attribute of a network with ports; a member does not even see them, the record does."""
    known = {**record.get('provider', {}), **seen(network)}
    for name, value in provider.items():
        if known.get(name) != value and (name in known or 'provider' in record):
            there = known.get(name, 'what the VIM chose')
            context.problem(f'{path}.provider.{name}', f'{there} of network {network.name} can not be changed to {value}: '
                            'give the virtual link another name, so that it is made anew')
