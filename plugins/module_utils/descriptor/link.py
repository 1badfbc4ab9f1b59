# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual links of NSDs and VNFDs: their IP profiles, and subnets for those that have none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import NAME_LENGTH

LINK_QUIET = ("version", "virtual-link-desc-flavour", "short-name", "root-bandwidth", "leaf-bandwidth")
_TYPES = {"ELINE": "eline", "LINE": "eline", "ELAN": "elan", "MESH": "elan", "BRIDGE": "bridge"}
_PATTERNS = {"LINE": "eline", "MESH": "elan", "TREE": ""}


def name_of(text: str) -> str:
    """An id as a name of the network-service document: other characters become hyphens."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text).lstrip("-_.")[:NAME_LENGTH] or "x"


def subnet(profile: Node) -> dict[str, Any] | None:
    """The subnet of an ip-profile or of l3-protocol-data; None when it has no address."""
    cidr = profile.text("subnet-address") or profile.text("cidr")
    gateway = profile.text("gateway-address") or profile.text("gateway-ip")
    dhcp = _dhcp(profile)
    servers = []
    for at, item in enumerate(profile.items("dns-server")):
        entry = Node(item if isinstance(item, dict) else {"address": item}, f"{profile.at('dns-server')}[{at}]", profile.notes)
        address = entry.text("address", required=True)
        if address:
            servers.append(address)
    profile.close(later=("security-group", "dual-stack"), quiet=("ip-version", "name"))
    if cidr is None:
        profile.notes.problem(profile.at("subnet-address"), "this is missing")
        return None
    found: dict[str, Any] = {"cidr": cidr, "gateway": gateway}
    if dhcp:
        found["dhcp"] = dhcp
    if servers:
        found["dns"] = servers
    return found


def _dhcp(profile: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    enabled = profile.flag("dhcp-enabled")
    params = profile.node("dhcp-params")
    if params:
        asked = params.flag("enabled")
        enabled = asked if asked is not None else enabled
        found = {"start": params.text("start-address"), "count": params.whole("count")}
        params.close()
    found["enabled"] = False if enabled is False else None
    return {key: value for key, value in found.items() if value is not None}


def put_type(link: dict[str, Any], node: Node) -> None:
    """Put what a virtual-link-desc says of its ends and of what is below it into ``link``."""
    found = node.choice("type", _TYPES)
    connectivity = node.node("connectivity-type")
    if connectivity:
        pattern = connectivity.choice("flow-pattern", _PATTERNS)
        if pattern == "":
            node.notes.warn(connectivity.at("flow-pattern"), "this is left out: OpenStack's networks have no root")
        connectivity.close(quiet=("layer-protocol",))
        found = found or pattern
    if found:
        link["type"] = found
    if node.flag("underlay"):
        link["underlay"] = True


def _provider(link: dict[str, Any], node: Node) -> None:
    network = node.node("provider-network")
    if network is None:
        return
    kind = network.text("network-type") or network.text("overlay-type")
    found = {"network_type": kind.lower() if kind else None, "physical_network": network.text("physical-network"),
             "segmentation_id": network.whole("segmentation-id")}
    network.close(later=("sdn-ports",))
    given = {key: value for key, value in found.items() if value is not None}
    if given:
        link["provider"] = given


def settings(link: dict[str, Any], node: Node) -> None:
    """Put what an instantiation parameter ``vld`` or ``internal-vld`` says into ``link``."""
    _provider(link, node)
    existing = _vim_network(node, "vim-network-id") or _vim_network(node, "vim-network-name")
    profile = node.node("ip-profile")
    if profile:
        found = subnet(profile)
        if found:
            link["subnets"] = [found]
    if existing:
        link["existing"] = existing


def _vim_network(node: Node, key: str) -> str | None:
    """A network's name or id, plain or as a mapping of VIM accounts to it."""
    if isinstance(node.values.get(key), dict):
        by_vim = node.node(key)
        names = [by_vim.text(vim) for vim in by_vim.values] if by_vim else []
        if len(set(names)) > 1:
            node.notes.problem(node.at(key), f"{len(names)} VIMs are given: a virtual link is on one VIM")
        return names[0] if names else None
    return node.text(key)


def protocol_data(node: Node) -> list[dict[str, Any]]:
    """The subnets of a profile's virtual-link-protocol-data."""
    found = []
    for data in node.nodes("virtual-link-protocol-data"):
        layer3 = data.node("l3-protocol-data")
        data.close(later=("l2-protocol-data",), quiet=("associated-layer-protocol",))
        made = subnet(layer3) if layer3 else None
        if made:
            found.append(made)
    return found


def finish(links: Iterable[tuple[str, dict[str, Any]]], notes: Notes) -> None:
    """Leave out what does not go together, and give a subnet to each link that is made and has none.

    ``links``: the key (``data``, ``web/internal``) and the link. The subnet follows from the key, so that it stays the same
    when other links come and go; it is one that no other link here has.
    """
    links = list(links)
    taken = [network for _key, link in links for network in _networks(link)]
    for key, link in links:
        if link.get("existing"):
            link.pop("management", None)
            for name, what in (("subnets", "ip profile"), ("provider", "provider-network"), ("underlay", "underlay")):
                if link.pop(name, None):
                    notes.warn(key, f"its {what} is left out: the network {link['existing']} is there already")
        elif not link.get("subnets"):
            free = _free(key, taken)
            taken.append(free)
            made: dict[str, Any] = {"cidr": str(free)}
            if not link.get("management"):
                made["gateway"] = None
            link["subnets"] = [made]
            notes.warn(key, f"this virtual link has no ip profile: {free} is taken")


def _networks(link: dict[str, Any]) -> list[Any]:
    found = []
    for item in link.get("subnets", ()):
        try:
            found.append(ipaddress.ip_network(item["cidr"], strict=False))
        except ValueError:
            continue
    return found


def _free(key: str, taken: list[Any]) -> ipaddress.IPv4Network:
    start = int(sha256(key.encode()).hexdigest(), 16)
    for block in (ipaddress.ip_network("192.168.0.0/16"), ipaddress.ip_network("172.16.0.0/12")):
        size = 2 ** (24 - block.prefixlen)
        for probe in range(size):
            number = int(block.network_address) + ((start + probe) % size) * 256
            network = ipaddress.IPv4Network((number, 24))
            if not any(other.version == 4 and other.overlaps(network) for other in taken):
                return network
    return ipaddress.IPv4Network("10.255.255.0/24")
