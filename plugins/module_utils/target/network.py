# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual links, their subnets, and routers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import (
    NAME,
    REFERENCE,
    Address,
    Boolean,
    Choice,
    Cidr,
    Integer,
    ListOf,
    Struct,
    Text,
    attribute,
)

NETWORK_TYPES = ("flat", "vlan", "vxlan", "gre", "geneve", "local")
#: What the keys of networks begin with that virtual links have in common.
COMMON = "common_id:"
IPV6_MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a network lies on the physical ones. Choosing it takes more than a project member."""

    network_type: str | None = attribute("How it is kept apart from others.", Choice(NETWORK_TYPES), default=None)
    physical_network: str | None = attribute("The VIM's name of the physical network.", Text(), default=None)
    segmentation_id: int | None = attribute("VLAN id, VNI or GRE key.", Integer(1, 2**32 - 1), default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dhcp:
    """Whether and from where the VIM hands out addresses."""

    SHORTHAND: ClassVar[str] = "enabled"

    enabled: bool = attribute("Whether there is a DHCP service.", Boolean(), default=True)
    start: str | None = attribute(
        "First address handed out; left out: the first one that is free.", Address(), default=None
    )
    count: int | None = attribute("How many addresses; left out: up to the last.", Integer(1, 2**63 - 1), default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """An IP subnet of a network."""

    SHORTHAND: ClassVar[str] = "cidr"

    cidr: str = attribute("Network address and prefix length.", Cidr())
    ip_version: int | None = attribute("4 or 6; left out: as the cidr says.", Integer(4, 6), default=None)
    gateway: str = attribute(
        "The gateway's address; `auto`: the first one, null: no gateway.",
        Address(words=("auto", "none"), null="none"),
        default="auto",
    )
    dhcp: Dhcp = attribute("false, or a mapping: how addresses are handed out.", Struct(Dhcp), default=Dhcp())
    dns: tuple[str, ...] = attribute("Name servers.", ListOf(Address(), most=20), default=())
    ipv6_address_mode: str | None = attribute("How guests get IPv6 addresses.", Choice(IPV6_MODES), default=None)
    ipv6_ra_mode: str | None = attribute("What the router advertises.", Choice(IPV6_MODES), default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sdn:
    """A net on an SDN controller, between the ports of physical cards (interfaces of the types sr-iov and pci-passthrough)."""

    SHORTHAND: ClassVar[str] = "task_file"

    task_file: str = attribute(
        "A task file that connects and disconnects it ([task files](task-files.md)), looked for as that of `ready` of a VDU.",
        Text(),
    )
    timeout_s: int = attribute("How long that may take.", Integer(1, 86_400), default=300, unit="s")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VirtualLink:
    """A network: one that is there (`existing`), the VIM's management network, or one that is made."""

    name: str = attribute("Its name, unique in the NS or in its VNF.", NAME)
    description: str = attribute("What it is for.", Text(shortest=0), default="")
    vim: str | None = attribute("The VIM it is on; left out: the VNF's, or the default one.", NAME, default=None)
    existing: str | None = attribute(
        "Name or id of a network that is there; never made, never deleted.", Text(), default=None
    )
    management: bool = attribute(
        "The VIM's management network, else the one of its name, else it is made.", Boolean(), default=False
    )
    type: str = attribute(
        "bridge or elan: any number of interfaces; eline: exactly two, a router counts as one. OpenStack makes the same network "
        "of each.", Choice(("bridge", "elan", "eline")), default="bridge"
    )
    underlay: bool = attribute(
        "A data network: it is on a physical one, that of `provider` or else `data_physical_network` of the VIM; a VLAN unless "
        "`provider` says otherwise. So is one that is made for interfaces of `type` sr-iov and pci-passthrough.",
        Boolean(), default=False
    )
    provider: Provider | None = attribute("How it lies on the physical networks.", Struct(Provider), default=None)
    subnets: tuple[Subnet, ...] = attribute("Its subnets.", ListOf(Struct(Subnet), by="cidr", most=100), default=())
    mtu: int | None = attribute("Largest packet; left out: as the VIM says.", Integer(68, 65_535), default=None, unit="bytes")
    port_security: bool | None = attribute(
        "Whether the VIM filters traffic of its interfaces; left out: as the VIM says.", Boolean(), default=None
    )
    qos_policy: str | None = attribute("Name or id of a QoS policy.", Text(), default=None)
    sdn: Sdn | None = attribute(
        "The path of a task file, or a mapping: the link is an elan or eline on an SDN controller, too.",
        Struct(Sdn), default=None,
    )
    common_id: str | None = attribute(
        "Virtual links of the NS and of its VNFs that say the same one are one network: made once, called by it, deleted with "
        "the last of them. What one of them leaves out is as another says.", NAME, default=None
    )


def network_key(key: str, link: VirtualLink) -> str:
    """The key of the network that a virtual link is on: its own, or that of all with its ``common_id``. No name has a colon."""
    return key if link.common_id is None else f"{COMMON}{link.common_id}"


def given(link: VirtualLink) -> dict[str, Any]:
    """What a virtual link says of its network, by the names of the attributes."""
    return {field.name: getattr(link, field.name) for field in dataclasses.fields(link)
            if field.name != "name" and getattr(link, field.name) not in (None, field.default)}


def networks(links: Mapping[str, VirtualLink]) -> dict[str, VirtualLink]:
    """The networks of virtual links by their keys: those with a ``common_id`` are one, called by it."""
    found: dict[str, VirtualLink] = {}
    for key, link in links.items():
        where = network_key(key, link)
        if link.common_id is None:
            found[where] = link
        else:
            first = found.get(where) or VirtualLink(name=link.common_id)
            found[where] = dataclasses.replace(first, **{**given(link), **given(first)})
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A router between virtual links and an external network.

    It takes the gateway's address of each subnet. Refused are a virtual link on which no subnet has one, another gateway for a
    subnet that a router is on, and, without an administrator, a network of another project.
    """

    name: str = attribute("Its name in this document.", NAME)
    vim: str | None = attribute("The VIM it is made on; left out: the default one.", NAME, default=None)
    external_network: str = attribute("Name or id of the external network.", Text())
    virtual_links: tuple[str, ...] = attribute(
        "Virtual links that it connects, by those of their subnets that have a gateway.",
        ListOf(REFERENCE, most=100),
        default=(),
    )
