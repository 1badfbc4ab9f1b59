# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A checked network service made complete: VIMs named, interfaces in the guest's order, files' content in place."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface, NetworkService, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Subnet, VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.target.vim import Vim


def default_vim(vims: Mapping[str, Vim]) -> str | None:
    """The VIM for what names none: ``default``, or the only one; None when that is not clear."""
    if "default" in vims:
        return "default"
    return next(iter(vims)) if len(vims) == 1 else None


def guest_order(positions: Sequence[int | None]) -> list[int]:
    """Indices in the order that ``positions`` (1-based, distinct, within range) ask for; the rest fill the gaps."""
    placed = {place: at for at, place in enumerate(positions) if place is not None}
    rest = iter([at for at, place in enumerate(positions) if place is None])
    return [placed[place] if place in placed else next(rest) for place in range(1, len(positions) + 1)]


def resolve(ns: NetworkService, files: Mapping[str, str] | None) -> NetworkService:
    """``ns`` (without problems) with nothing left open. ``files``: content of the files that it names, if known."""
    vims = ns.vims or {"default": Vim()}
    standard = default_vim(vims)
    return dataclasses.replace(
        ns,
        vims=vims,
        routers=_on_vim(ns.routers, standard),
        affinity_groups=_on_vim(ns.affinity_groups, standard),
        virtual_links=tuple([_link(link, standard) for link in ns.virtual_links]),
        vnfs=tuple([_vnf(vnf, standard, files) for vnf in ns.vnfs]),
    )


def _on_vim(items: Sequence[Any], vim: str | None) -> tuple[Any, ...]:
    return tuple([item if item.vim else dataclasses.replace(item, vim=vim) for item in items])


def _link(link: VirtualLink, vim: str | None) -> VirtualLink:
    subnets = tuple([_subnet(subnet) for subnet in link.subnets])
    return dataclasses.replace(link, vim=link.vim or vim, subnets=subnets)


def _subnet(subnet: Subnet) -> Subnet:
    return dataclasses.replace(subnet, ip_version=ipaddress.ip_network(subnet.cidr).version)


def _vnf(vnf: Vnf, standard: str | None, files: Mapping[str, str] | None) -> Vnf:
    vim = vnf.vim or standard
    return dataclasses.replace(
        vnf,
        vim=vim,
        virtual_links=tuple([_link(link, vim) for link in vnf.virtual_links]),
        vdus=tuple([_vdu(vdu, vim, files) for vdu in vnf.vdus]),
    )


def _vdu(vdu: Vdu, vim: str | None, files: Mapping[str, str] | None) -> Vdu:
    changes: dict[str, Any] = {} if vdu.vim else {"vim": vim}
    if any(interface.position is not None for interface in vdu.interfaces):
        changes["interfaces"] = _in_order(vdu.interfaces)
    cloud_init = vdu.cloud_init
    if cloud_init and cloud_init.file and files is not None:
        changes["cloud_init"] = dataclasses.replace(cloud_init, text=files[cloud_init.file])
    return dataclasses.replace(vdu, **changes) if changes else vdu


def _in_order(interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
    order = guest_order([interface.position for interface in interfaces])
    return tuple([dataclasses.replace(interfaces[at], written=at) for at in order])
