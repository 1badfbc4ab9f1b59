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

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_nsd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, canonical
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import NAME_LENGTH
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_TYPES = {"ELINE": "eline", "LINE": "eline", "ELAN": "elan", "MESH": "elan", "BRIDGE": "bridge"}
_PATTERNS = {"LINE": "eline", "MESH": "elan", "TREE": ""}
_OF_MADE = {"subnets": "ip profile", "provider": "provider-network", "underlay": "underlay", "mtu": "mtu"}
_VERSIONS = {"IPV4": "4", "IPV6": "6", "4": "4", "6": "6"}
_MODES = {"SLAAC": "slaac", "DHCPV6-STATEFUL": "dhcpv6-stateful", "DHCPV6-STATELESS": "dhcpv6-stateless"}


def name_of(text: str) -> str:
    """An id as a name of the network-service document: other characters become hyphens."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text).lstrip("-_.")[:NAME_LENGTH] or "x"


def told(node: Node, key: str = "description") -> dict[str, str]:
    """A description as the document has it: on one line and not too long."""
    text = node.text(key)
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+", " ", text).strip()[:255] if text else ""
    return {"description": plain} if plain else {}


def subnet(profile: Node) -> dict[str, Any] | None:
    """The subnet of an ip-profile or of l3-protocol-data; None when it has no address."""
    key = "subnet-address" if profile.values.get("subnet-address") is not None else "cidr"
    cidr = profile.text(key)
    gateway = profile.text("gateway-address") or profile.text("gateway-ip")
    version = profile.choice("ip-version", _VERSIONS)
    dhcp, servers = _dhcp(profile), _dns(profile)
    mode = profile.choice("ipv6-address-mode", _MODES)
    profile.close(known.SUBNET)
    if cidr is None:
        profile.notes.problem(profile.at("subnet-address"), "this is missing")
        return None
    network = _network(cidr)
    if network is None:
        profile.notes.problem(profile.at(key), f"{show(cidr)} is no subnet: write address and prefix length, such as 10.1.0.0/24")
        return None
    if version and version != str(network.version):
        profile.notes.problem(profile.at("ip-version"), f"{show(cidr)} is no subnet of version {version}")
    found: dict[str, Any] = {"cidr": str(network), "gateway": gateway}
    if dhcp:
        found["dhcp"] = dhcp
    if servers:
        found["dns"] = servers
    if mode:
        found.update(ipv6_address_mode=mode, ipv6_ra_mode=mode)
    return found


def _network(cidr: Any) -> Any:
    """A subnet, host bits or not, as descriptors often give the gateway's address there; None when it is none."""
    try:
        return ipaddress.ip_network(cidr, strict=False) if re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]{1,3}", cidr) else None
    except ValueError:
        return None


def _dns(profile: Node) -> list[str]:
    servers = []
    for at, item in enumerate(profile.items("dns-server")):
        entry = Node(item if isinstance(item, dict) else {"address": item}, f"{profile.at('dns-server')}[{at}]", profile.notes)
        address = entry.text("address", required=True)
        entry.close(known.DNS)
        if address:
            servers.append(address)
    return servers


def _dhcp(profile: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    enabled = profile.flag("dhcp-enabled")
    params = profile.node("dhcp-params")
    if params:
        asked = params.flag("enabled")
        enabled = asked if asked is not None else enabled
        found = {"start": params.text("start-address"), "count": params.whole("count")}
        params.close(known.DHCP)
    found = {**_pool(profile), **{key: value for key, value in found.items() if value is not None}}
    if enabled is False:
        found["enabled"] = False
    return found


def _pool(profile: Node) -> dict[str, Any]:
    """The first of ip-allocation-pools, such as 10.1.0.10-10.1.0.99."""
    pools = profile.texts("ip-allocation-pools")
    path = profile.at("ip-allocation-pools")
    if len(pools) > 1:
        profile.notes.leave(f"{path}[1]", "the document has one pool for each subnet")
    if not pools:
        return {}
    first, _dash, last = (word.strip() for word in pools[0].partition("-"))
    try:
        begin, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
        if begin.version != end.version or int(begin) > int(end):
            raise ValueError
    except ValueError:
        profile.notes.problem(f"{path}[0]", f"{show(pools[0])} is no pool: write its first and last address, "
                              "such as 10.1.0.10-10.1.0.99")
        return {}
    return {"start": str(begin), "count": int(end) - int(begin) + 1}


def put_type(link: dict[str, Any], node: Node) -> None:
    """Put what a virtual-link-desc says of its ends and of what is below it into ``link``."""
    found = node.choice("type", _TYPES)
    connectivity = node.node("connectivity-type")
    if connectivity:
        pattern = connectivity.choice("flow-pattern", _PATTERNS)
        if pattern == "":
            node.notes.leave(connectivity.at("flow-pattern"), "OpenStack's networks have no root")
        connectivity.close(known.CONNECTIVITY_TYPE)
        found = found or pattern
    if found:
        link["type"] = found
    if node.flag("underlay"):
        link["underlay"] = True


def _provider(link: dict[str, Any], node: Node) -> None:
    network = node.node("provider-network")
    if network is None:
        return
    overlay = network.text("overlay-type")
    kind = network.text("network-type") or overlay
    found = {"network_type": kind.lower() if kind else None, "physical_network": network.text("physical-network"),
             "segmentation_id": network.whole("segmentation-id")}
    network.close(known.PROVIDER)
    given = {key: value for key, value in found.items() if value is not None}
    if given:
        link["provider"] = given


def settings(link: dict[str, Any], node: Node, vim: str | None = None) -> None:
    """Put what an instantiation parameter ``vld`` or ``internal-vld`` says into ``link``, which is on ``vim``."""
    _provider(link, node)
    existing = _vim_network(node, "vim-network-id", vim) or _vim_network(node, "vim-network-name", vim)
    profile = node.node("ip-profile")
    if profile:
        found = subnet(profile)
        if found:
            link["subnets"] = [found]
    if existing:
        link["existing"] = existing


def _vim_network(node: Node, key: str, vim: str | None) -> str | None:
    """A network's name or id, plain or as a mapping of VIM accounts to it."""
    if not isinstance(node.values.get(key), dict):
        return node.text(key)
    by_vim = node.node(key)
    names = {name_of(account): by_vim.text(account) for account in by_vim.values} if by_vim else {}
    if vim is not None and names and canonical_name(vim) not in names:
        node.notes.problem(node.at(key), f"there is none for VIM {vim}: {nearest(vim, names)}")
    if vim is None and len(set(names.values())) > 1:
        node.notes.problem(node.at(key), f"{len(names)} VIMs are given, but the VNFs are on one: name it with vim_account_id")
    return names.get(canonical_name(vim)) if vim is not None else next(iter(names.values()), None)


def canonical_name(vim: str) -> str:
    """A VIM's name as keys of a descriptor's mapping are spelled."""
    return name_of(canonical(vim))


def protocol_data(node: Node) -> dict[str, Any]:
    """The subnets and the MTU of a profile's virtual-link-protocol-data."""
    subnets: list[dict[str, Any]] = []
    found: dict[str, Any] = {}
    for data in node.nodes("virtual-link-protocol-data"):
        layer2, layer3 = data.node("l2-protocol-data"), data.node("l3-protocol-data")
        mtu = layer2.whole("mtu") if layer2 else None
        for part, section in ((data, known.PROTOCOL_DATA), (layer2, known.LAYER_2)):
            if part:
                part.close(section)
        if mtu:
            found["mtu"] = mtu
        made = subnet(layer3) if layer3 else None
        if made:
            subnets.append(made)
    return {**found, **({"subnets": subnets} if subnets else {})}


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
            for name, what in _OF_MADE.items():
                if link.pop(name, None):
                    notes.leave(key, f"its {what}: the network {link['existing']} is there already")
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
