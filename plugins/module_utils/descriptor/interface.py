# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection points of a VNFD as interfaces of its VDUs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_vnfd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

# PARAVIRT is what OSM calls virtio on KVM; OM-MGMT is such an interface for management.
_TYPES = {
    "VIRTIO": "virtio",
    "PARAVIRT": "virtio",
    "OM-MGMT": "virtio",
    "E1000": "e1000",
    "SR-IOV": "sr-iov",
    "PCI-PASSTHROUGH": "pci-passthrough",
}
#: Global, unique local and link-local ones of IPv6: Neutron takes no range that has multicast addresses.
_EVERY_ADDRESS = ("0.0.0.0/0", "2000::/3", "fc00::/7", "fe80::/10")
_STRATEGIES = {"FULL": "full", "ALLOW-ADDRESS-PAIRS": "pairs"}


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """Where an ext-cpd is connected: a virtual link of the NS, and addresses there if any are given."""

    link: str
    addresses: tuple[str, ...] = ()


class Connections:
    """Which virtual link each connection point of a VNFD is on."""

    def __init__(self, vnf: str, vnfd: Node, outside: Mapping[str, Connection]) -> None:
        self.vnf = vnf
        self.notes = vnfd.notes
        self.inside: set[str] = set()
        self.tied: dict[str, Connection] = {}
        self.addresses: dict[tuple[str, str], list[str]] = {}
        self.external: dict[tuple[str, str], tuple[str, Connection | None, Node]] = {}
        external = by_id(vnfd.nodes("ext-cpd"))
        for name, node in external.items():
            self._external(name, node, outside.get(name))
        management = vnfd.text("mgmt-cp")
        if management and management not in external:
            self.notes.problem(vnfd.at("mgmt-cp"), f"{show(management)} is no ext-cpd: {nearest(management, external)}")
        self.management = management
        self.names = set(external)
        self.used: set[tuple[str, str]] = set()

    def check_used(self) -> None:
        """Report each ext-cpd whose int-cpd no VDU has; to be called when all are read."""
        for (vdu, cpd), (_name, _connection, node) in self.external.items():
            if (vdu, cpd) not in self.used:
                self.notes.problem(node.at("int-cpd"), f"there is no int-cpd {show(cpd)} of a VDU {show(vdu)}")

    def _external(self, name: str, node: Node, connection: Connection | None) -> None:
        inside = node.node("int-cpd")
        link = node.text("int-virtual-link-desc")
        if inside:
            key = (inside.text("vdu-id", required=True) or "", inside.text("cpd", required=True) or "")
            if key in self.external:
                there = self.external[key][0]
                self.notes.problem(node.at("int-cpd"), f"{show(key[1])} is the int-cpd of {there} already: an interface is on "
                                   "one virtual link")
            self.external[key] = (name, connection, node)
            inside.close(known.CPD_REFERENCE)
        elif link:
            if connection:
                self.tied[link] = connection
            node.close(known.EXT_CPD)
        elif node.values.get("k8s-cluster-net") is not None:
            node.close(known.EXT_CPD)
        else:
            self.notes.problem(node.at("int-cpd"), "this is missing: an ext-cpd is an int-cpd's, or an int-virtual-link-desc's")

    def addresses_inside(self, link: str, asked: Node) -> None:
        """Keep the addresses that instantiation parameters give to int-cpds of an internal virtual link."""
        for point in asked.nodes("internal-connection-point"):
            name, addresses = point.text("id-ref", required=True), point.addresses("ip-address")
            if name and addresses:
                self.addresses[(link, name)] = addresses
            point.close(known_params.INNER_POINT)

    def place(self, vdu: str, name: str, node: Node) -> tuple[str | None, list[str], Node | None]:
        """The virtual link of the int-cpd ``name`` as the document writes it, its addresses, and its ext-cpd."""
        link = node.text("int-virtual-link-desc")
        self.used.add((vdu, name))
        ext, connection, ext_node = self.external.get((vdu, name), (None, None, None))
        if connection is None and link in self.tied:
            connection = self.tied[link]
        if connection is not None:
            return connection.link, list(connection.addresses), ext_node
        if link is None and ext and ext != self.management:
            self.notes.leave(node.path, f"its ext-cpd {show(ext)} is connected to no virtual link")
        elif link is None:
            why = f"its ext-cpd {show(ext)} is connected to none" if ext else "neither int-virtual-link-desc nor ext-cpd has it"
            self.notes.problem(node.path, f"{show(name)} is on no virtual link: {why}")
        elif link not in self.inside:
            self.notes.problem(
                node.at("int-virtual-link-desc"), f"{show(link)} is no int-virtual-link-desc: {nearest(link, self.inside)}"
            )
        else:
            return f"{self.vnf}/{name_of(link)}", self.addresses.get((link, name), []), ext_node
        return None, [], ext_node


def interfaces(
    vdu_id: str, vdu: Node, count: int, connections: Connections, asked: Node | None, alone: bool = True
) -> list[dict[str, Any]]:
    """The interfaces of a VDU.

    :param alone: whether the parameters are of this VNF, and of no other.
    """
    wishes = by_id(asked.nodes("interface"), "name") if asked and alone else {}
    group = asked.text("security-group-name") if asked else None
    before = len(vdu.notes.problems)
    read = [(_interface(vdu_id, name, cpd, count, connections, wishes), cpd) for name, cpd in by_id(vdu.nodes("int-cpd")).items()]
    read = [(item, cpd) for item, cpd in read if item["virtual_link"]]
    found, cpds = [item for item, _cpd in read], [cpd for _item, cpd in read]
    if not found and vdu.get("int-cpd") and len(vdu.notes.problems) == before:
        vdu.notes.problem(vdu.at("int-cpd"), "none of them is on a virtual link")
    for name, node in wishes.items():
        names = [item["name"] for item in found]
        if name not in names:
            node.notes.problem(node.at("name"), f"{show(name)} is no interface here: {nearest(name, names)}")
    for item in found:
        if group and item.get("port_security") is not False:
            item["security_groups"] = [group]
    _vpcis(found, cpds)
    _positions(found, cpds)
    return found


def _vpcis(found: list[dict[str, Any]], cpds: list[Node]) -> None:
    """Leave out PCI addresses that another interface has: packages give one to all of them."""
    taken: dict[str, str] = {}
    for item, cpd in zip(found, cpds):
        vpci = item.get("vpci")
        if vpci in taken:
            cpd.notes.leave(cpd.path, f"its vpci {vpci}, which is that of {taken[vpci]}")
            del item["vpci"]
        elif vpci is not None:
            taken[vpci] = item["name"]


def _positions(found: list[dict[str, Any]], cpds: list[Node]) -> None:
    """Put interfaces in their order: positions of them all are only that, of some they are places in it."""
    for item in found:
        order = item.pop("order", None)
        if order is not None:
            item.setdefault("position", order)
    # They may be counted from 0
    first = 1 if any(item.get("position") == 0 for item in found) else 0
    positions = [item.get("position") for item in found]
    if found and None not in positions and len(set(positions)) == len(positions):
        found.sort(key=lambda item: item["position"])
        for item in found:
            del item["position"]
        return
    for item, cpd in zip(found, cpds):
        position = item.get("position")
        if position is None:
            continue
        item["position"] = position + first
        if item["position"] > len(found):
            cpd.notes.leave(cpd.path, f"its position {position}: there are {len(found)} interfaces")
            del item["position"]


def _interface(
    vdu_id: str, cpd_id: str, cpd: Node, count: int, connections: Connections, wishes: Mapping[str, Node]
) -> dict[str, Any]:
    link, addresses, external = connections.place(vdu_id, cpd_id, cpd)
    found: dict[str, Any] = {"name": name_of(cpd_id), "virtual_link": link}
    requirements = cpd.nodes("virtual-network-interface-requirement")
    for more in requirements[1:]:
        cpd.notes.leave(more.path, "an interface is one card")
    kind = _requirement(requirements[0], found) if requirements else None
    order = cpd.get("order")
    order = order[0] if isinstance(order, (list, tuple)) and order else order
    if isinstance(order, int) and not isinstance(order, bool) and 0 <= order < 255:
        found["order"] = order
    _security(cpd, external, found)
    floating = [_floating(node) for node in (cpd, external) if node]
    if any(floating):
        found["floating_ip"] = True
    if external:
        external.close(known.EXT_CPD)
    ext_id = connections.external.get((vdu_id, cpd_id), (None,))[0]
    if kind == "OM-MGMT" or (ext_id is not None and ext_id == connections.management):
        found["management"] = True
    wish = wishes.get(found["name"])
    addresses = _wished(wish, found, count, addresses) if wish else addresses
    if addresses:
        _fixed(found, "ip_addresses", addresses, count, cpd)
    cpd.close(known.INT_CPD)
    return found


def _security(cpd: Node, external: Node | None, found: dict[str, Any]) -> None:
    """Put what is said of port security into ``found``: the ext-cpd has the last word."""
    nodes = [node for node in (external, cpd) if node]
    enabled = next((flag for node in nodes if (flag := node.flag("port-security-enabled")) is not None), None)
    strategy = next((word for node in nodes if (word := node.choice("port-security-disable-strategy", _STRATEGIES))), None)
    if enabled is False and strategy == "pairs":
        found["allowed_address_pairs"] = list(_EVERY_ADDRESS)
    elif enabled is not None:
        found["port_security"] = enabled


def _floating(node: Node) -> bool:
    """Whether a connection point asks for a floating IP, in OSM's words or in ETSI's."""
    asked = bool(node.flag("floating-ip-required"))
    for protocol in node.nodes("protocol"):
        for data in protocol.nodes("address-data"):
            asked = bool(data.flag("floating-ip-activated")) or asked
            data.close(known.ADDRESS_DATA)
        protocol.close(known.PROTOCOL)
    return asked


def _requirement(node: Node, found: dict[str, Any]) -> str | None:
    """Put an interface requirement into ``found``; the interface's type as it stands."""
    name = node.text("name")
    if name:
        found["name"] = name_of(name)
    position = node.whole("position")
    if position is not None:
        found["position"] = position
    virtual = node.node("virtual-interface")
    kind = None
    if virtual:
        type_ = virtual.choice("type", _TYPES)
        kind = (virtual.text("type") or "").upper()
        if type_ and type_ != "virtio":
            found["type"] = type_
        vpci = virtual.text("vpci")
        if vpci:
            found["vpci"] = vpci
        virtual.close(known.VIRTUAL_INTERFACE)
    node.close(known.REQUIREMENT)
    return kind


def _wished(wish: Node, found: dict[str, Any], count: int, addresses: list[str]) -> list[str]:
    """Put an interface's instantiation parameters into ``found``; its addresses."""
    macs = wish.addresses("mac-address")
    if macs:
        _fixed(found, "mac_addresses", macs, count, wish)
    required, pool = wish.flag("floating-ip-required"), wish.get("floating-ip")
    if isinstance(pool, str) and pool.lower() not in ("true", "false"):
        found["floating_ip"] = pool
    elif wish.flag("floating-ip") or required:
        found["floating_ip"] = True
    asked = wish.addresses("ip-address")
    wish.close(known_params.INTERFACE)
    return asked or addresses


def _fixed(found: dict[str, Any], key: str, addresses: list[str], count: int, node: Node) -> None:
    if len(addresses) >= count:
        found[key] = addresses
    elif len(addresses) == 1:
        node.notes.problem(node.path, f"{show(addresses[0])} is one address for {count} instances of the VDU")
    else:
        node.notes.problem(node.path, f"{len(addresses)} addresses are given for {count} instances of the VDU")
