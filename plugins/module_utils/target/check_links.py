# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for a virtual link, and for all interfaces that are on it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface, Vdu, VirtualIp
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Provider, Subnet, VirtualLink, given
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, show
from ansible_collections.nfv.mano.plugins.module_utils.target.vim import Vim

# ansible-test judges module_utils by the grammar of Python 3.8; the collection needs 3.11.
# pylint: disable=unsupported-binary-operation
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# pylint: enable=unsupported-binary-operation
Uses = Sequence[tuple[str, Vdu, Interface]]

_MADE_ONLY = ("subnets", "provider", "mtu", "port_security", "qos_policy", "common_id", "underlay", "management")
_SEGMENTS = {"vlan": 4094, "vxlan": 2**24 - 1, "geneve": 2**24 - 1, "gre": 2**32 - 1}


class Member(NamedTuple):
    """A virtual link at its path, and its VIM (None: it could not be read)."""

    path: str
    link: VirtualLink
    vim: str | None


def check_link(link: VirtualLink, path: str, report: Report) -> None:
    """Report what is wrong with a virtual link by itself."""
    if link.existing is not None:
        for name in _MADE_ONLY:
            if getattr(link, name) not in (None, (), False):
                report.add(f"{path}.{name}", f"this is given for {show(link.existing)}, which is there already: leave it out")
    if link.sdn is not None and link.type == "bridge":
        report.add(f"{path}.type", "'bridge' is no net of an SDN controller: say elan or eline")
    if link.provider is not None:
        _check_provider(link.provider, f"{path}.provider", report, link.underlay)
    networks: list[tuple[IpNetwork, str]] = []
    for at, subnet in enumerate(link.subnets or ()):
        if subnet is None or subnet.cidr is None:
            continue
        network = ipaddress.ip_network(subnet.cidr)
        for other, place in networks:
            if other.version == network.version and other.overlaps(network):
                report.add(f"{path}.subnets[{at}].cidr", f"{show(subnet.cidr)} overlaps {other} of {place}")
        networks.append((network, f"{path}.subnets[{at}]"))
        _check_subnet(subnet, network, f"{path}.subnets[{at}]", report)


def check_common(members: Sequence[Member], report: Report) -> None:
    """Report virtual links of one network that do not say the same of it."""
    said: dict[str, tuple[str, Any]] = {}
    for path, link, vim in members if len(members) > 1 else ():
        for name, value in {**given(link), "vim": vim}.items():
            there, other = said.setdefault(name, (f"{path}.{name}", value))
            if value != other and name != "description":
                both = f"{show(value)} here, {show(other)} there: " if isinstance(value, (str, int)) else ""
                report.add(f"{path}.{name}", f"this differs from {there}: {both}both have the common_id {show(link.common_id)}, "
                           "which makes them one network")


def _where(members: Sequence[Member], name: str) -> str:
    """The path of an attribute of a network: that of the first virtual link that gives it."""
    return next((f"{path}.{name}" for path, link, _vim in members if name in given(link)), f"{members[0].path}.{name}")


def check_underlay(network: VirtualLink, vim: Vim | None, members: Sequence[Member], report: Report) -> None:
    """Report an underlay that is on no physical network."""
    provider = network.provider or Provider()
    if not network.underlay or network.existing is not None:
        return
    if provider.network_type not in (None, "flat", "vlan"):
        report.add(f"{_where(members, 'provider')}.network_type", f"{provider.network_type} is given for an underlay, which is "
                   "on a physical network: flat or vlan")
    elif provider.physical_network is None and vim is not None and vim.data_physical_network is None:
        report.add(_where(members, "underlay"), "true needs a physical network: give provider.physical_network, or "
                   "data_physical_network of its VIM")


def _check_provider(provider: Provider, path: str, report: Report, underlay: bool | None) -> None:
    kind, segment = provider.network_type, provider.segmentation_id
    if kind is None and segment is None and provider.physical_network is None:
        report.add(path, "an empty mapping: say something, or leave it out")
    if kind in ("flat", "local") and segment is not None:
        report.add(f"{path}.segmentation_id", f"{segment} is given for a {kind} network, which has none")
    elif kind in _SEGMENTS and segment is not None and segment > _SEGMENTS[kind]:
        report.add(f"{path}.segmentation_id", f"{segment} is out of range 1..{_SEGMENTS[kind]} for {kind}")
    if kind == "flat" and provider.physical_network is None and not underlay:
        report.add(f"{path}.physical_network", "this is missing: a flat network is on a physical one")
    if kind in ("vxlan", "gre", "geneve", "local") and provider.physical_network is not None:
        report.add(f"{path}.physical_network", f"{show(provider.physical_network)} is given for a {kind} network, "
                   "which is on none")


def _check_subnet(subnet: Subnet, network: IpNetwork, path: str, report: Report) -> None:
    if subnet.ip_version is not None and subnet.ip_version != network.version:
        report.add(f"{path}.ip_version", f"{subnet.ip_version} is given, but {network} is IPv{network.version}")
    for name in ("ipv6_address_mode", "ipv6_ra_mode"):
        if getattr(subnet, name) is not None and network.version == 4:
            report.add(f"{path}.{name}", f"{getattr(subnet, name)} is given, but {network} is IPv4")
    gateway = _gateway(subnet, network)
    if subnet.gateway not in ("auto", "none", None):
        _check_inside(ipaddress.ip_address(subnet.gateway), network, f"{path}.gateway", report)
    for at, address in enumerate(subnet.dns or ()):
        if address is not None and ipaddress.ip_address(address).version != network.version:
            report.add(f"{path}.dns[{at}]", f"{show(address)} is not an IPv{network.version} address, as {network} is")
    if subnet.dhcp is not None:
        _check_dhcp(subnet, network, gateway, f"{path}.dhcp", report)


def _gateway(subnet: Subnet, network: IpNetwork) -> IpAddress | None:
    if subnet.gateway in (None, "none"):
        return None
    if subnet.gateway == "auto":
        return network.network_address + 1 if network.num_addresses > 2 else None
    return ipaddress.ip_address(subnet.gateway)


def _check_inside(address: IpAddress, network: IpNetwork, path: str, report: Report) -> bool:
    if address.version != network.version or address not in network:
        report.add(path, f"{show(str(address))} is outside {network}")
    elif network.version == 4 and network.prefixlen < 31 and address in (
        network.network_address,
        network.broadcast_address,
    ):
        which = "network" if address == network.network_address else "broadcast"
        report.add(path, f"{show(str(address))} is the {which} address of {network}")
    else:
        return True
    return False


def _check_dhcp(subnet: Subnet, network: IpNetwork, gateway: IpAddress | None, path: str, report: Report) -> None:
    dhcp = subnet.dhcp
    if dhcp.count is not None and dhcp.count > network.num_addresses:
        report.add(f"{path}.count", f"{dhcp.count} is more than {network} has")
        return
    if dhcp.start is None:
        return
    start = ipaddress.ip_address(dhcp.start)
    if not _check_inside(start, network, f"{path}.start", report):
        return
    end = network.num_addresses - (network.version == 4 and network.prefixlen < 31)
    offset = int(start) - int(network.network_address)
    count = dhcp.count or end - offset
    if offset + count > end:
        report.add(f"{path}.count", f"{dhcp.count} from {start} is more than the {end - offset} that {network} has left")
    elif gateway is not None and 0 <= int(gateway) - int(start) < count:
        report.add(f"{path}.start", f"{show(dhcp.start)}: the gateway {gateway} is in the range handed out")


def check_use(key: str, link: VirtualLink, uses: Uses, shared: Sequence[tuple[str, VirtualIp]], report: Report) -> None:
    """Report what is wrong with interfaces and virtual IPs on the virtual link ``key``: addresses, and how many there are."""
    networks = [ipaddress.ip_network(subnet.cidr) for subnet in link.subnets or () if subnet and subnet.cidr]
    ips: dict[str, str] = {}
    macs: dict[str, str] = {}
    for path, one in shared:
        if one.ip_address is not None:
            _check_address(one.ip_address, networks, key, f"{path}.ip_address", report)
            _check_once(one.ip_address, ips, key, f"{path}.ip_address", report)
    for path, _vdu, interface in uses:
        for at, address in enumerate(interface.ip_addresses or ()):
            if address is not None:
                place = f"{path}.ip_addresses[{at}]"
                _check_address(address, networks, key, place, report)
                _check_once(address, ips, key, place, report)
        for at, address in enumerate(interface.mac_addresses or ()):
            if address is not None:
                _check_once(address, macs, key, f"{path}.mac_addresses[{at}]", report)
        if link.port_security is False and interface.port_security is None and interface.virtual_ips:
            report.add(f"{path}.virtual_ips", f"these need port security, but port_security of {show(key)} is false")


def check_ends(key: str, link: VirtualLink, members: Sequence[Member], uses: Uses, routers: int, report: Report) -> None:
    """Report an eline that has not two ends, interfaces of instances or routers; of what is there one may be elsewhere."""
    if link.type != "eline" or any(vdu.count is None for _path, vdu, _interface in uses):
        return
    ends = routers + sum(vdu.count for _path, vdu, _interface in uses)
    if ends > 2 or (ends < 2 and link.existing is None):
        report.add(_where(members, "type"), f"{show(key)} is an eline, which has two ends, but {ends or 'none'} (interfaces of "
                   f"instances, routers) {'is' if ends == 1 else 'are'} on it")


def _check_address(text: str, networks: Sequence[IpNetwork], key: str, path: str, report: Report) -> None:
    address = ipaddress.ip_address(text)
    inside = [network for network in networks if address.version == network.version and address in network]
    if inside:
        _check_inside(address, inside[0], path, report)
    elif networks:
        subnets = ", ".join(str(network) for network in networks)
        report.add(path, f"{show(text)} is outside the subnets of {show(key)}: {subnets}")


def _check_once(address: str, seen: dict[str, str], key: str, path: str, report: Report) -> None:
    if address in seen:
        report.add(path, f"{show(address)} is given at {seen[address]} already, on the same virtual link {show(key)}")
    seen.setdefault(address, path)
