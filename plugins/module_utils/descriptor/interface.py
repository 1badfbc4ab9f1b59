# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection points of a VNFD as interfaces of its VDUs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

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


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """Where an ext-cpd is connected: a virtual link of the NS, and an address there if one is given."""

    link: str
    address: str | None = None


class Connections:
    """Which virtual link each connection point of a VNFD is on."""

    def __init__(self, vnf: str, vnfd: Node, outside: Mapping[str, Connection]) -> None:
        self.vnf = vnf
        self.notes = vnfd.notes
        self.inside: set[str] = set()
        self.tied: dict[str, Connection] = {}
        self.addresses: dict[tuple[str, str], str] = {}
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
            self.external[key] = (name, connection, node)
            inside.close()
        elif link:
            if connection:
                self.tied[link] = connection
        else:
            self.notes.problem(node.at("int-cpd"), "this is missing: an ext-cpd is an int-cpd's, or an int-virtual-link-desc's")

    def addresses_inside(self, link: str, asked: Node) -> None:
        """Keep the addresses that instantiation parameters give to int-cpds of an internal virtual link."""
        for point in asked.nodes("internal-connection-point"):
            name, address = point.text("id-ref", required=True), point.text("ip-address")
            if name and address:
                self.addresses[(link, name)] = address
            point.close()

    def place(self, vdu: str, name: str, node: Node) -> tuple[str | None, str | None, Node | None]:
        """The virtual link of the int-cpd ``name`` as the document writes it, its address, and its ext-cpd."""
        link = node.text("int-virtual-link-desc")
        self.used.add((vdu, name))
        ext, connection, ext_node = self.external.get((vdu, name), (None, None, None))
        if connection is None and link in self.tied:
            connection = self.tied[link]
        if connection is not None:
            return connection.link, connection.address, ext_node
        if link is None:
            why = f"its ext-cpd {show(ext)} is connected to none" if ext else "neither int-virtual-link-desc nor ext-cpd has it"
            self.notes.problem(node.path, f"{show(name)} is on no virtual link: {why}")
        elif link not in self.inside:
            self.notes.problem(
                node.at("int-virtual-link-desc"), f"{show(link)} is no int-virtual-link-desc: {nearest(link, self.inside)}"
            )
        else:
            return f"{self.vnf}/{name_of(link)}", self.addresses.get((link, name)), ext_node
        return None, None, ext_node


def interfaces(vdu_id: str, vdu: Node, count: int, connections: Connections, asked: Node | None) -> list[dict[str, Any]]:
    """The interfaces of a VDU. Positions of them all are only an order; of some, they are places in it."""
    wishes = by_id(asked.nodes("interface"), "name") if asked else {}
    found = []
    for cpd_id, cpd in by_id(vdu.nodes("int-cpd")).items():
        found.append(_interface(vdu_id, cpd_id, cpd, count, connections, wishes))
    for name, node in wishes.items():
        names = [item["name"] for item in found]
        if name not in names:
            node.notes.problem(node.at("name"), f"{show(name)} is no interface here: {nearest(name, names)}")
    positions = [item.get("position") for item in found]
    if found and None not in positions and len(set(positions)) == len(positions):
        found.sort(key=lambda item: item["position"])
        for item in found:
            del item["position"]
    return found


def _interface(
    vdu_id: str, cpd_id: str, cpd: Node, count: int, connections: Connections, wishes: Mapping[str, Node]
) -> dict[str, Any]:
    link, address, external = connections.place(vdu_id, cpd_id, cpd)
    found: dict[str, Any] = {"name": name_of(cpd_id), "virtual_link": link}
    requirements = cpd.nodes("virtual-network-interface-requirement")
    if len(requirements) > 1:
        cpd.notes.problem(
            cpd.at("virtual-network-interface-requirement"), f"{len(requirements)} are given, one is read"
        )
    kind = _requirement(requirements[0], found) if requirements else None
    secured = cpd.flag("port-security-enabled")
    if external:
        outside = external.flag("port-security-enabled")
        secured = outside if outside is not None else secured
        external.close(later=("port-security-disable-strategy",), quiet=("description", "layer-protocol", "cp-role", "id"))
    if secured is not None:
        found["port_security"] = secured
    ext_id = connections.external.get((vdu_id, cpd_id), (None,))[0]
    if kind == "OM-MGMT" or (ext_id is not None and ext_id == connections.management):
        found["management"] = True
    wish = wishes.get(found["name"])
    address = _wished(wish, found, count, address) if wish else address
    if address:
        _fixed(found, "ip_addresses", address, count, cpd)
    cpd.close(
        later=("port-security-disable-strategy", "bitrate-requirement", "security-group-rule-id"),
        quiet=("description", "layer-protocol", "cpd-role", "order"),
    )
    return found


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
        virtual.close(later=("bandwidth",))
    node.close(later=("network-interface-requirements", "nic-io-requirements"), quiet=("description", "support-mandatory"))
    return kind


def _wished(wish: Node, found: dict[str, Any], count: int, address: str | None) -> str | None:
    """Put an interface's instantiation parameters into ``found``; its address."""
    mac = wish.text("mac-address")
    if mac:
        _fixed(found, "mac_addresses", mac, count, wish)
    if wish.flag("floating-ip-required") or wish.flag("floating-ip"):
        found["floating_ip"] = True
    asked = wish.text("ip-address")
    wish.close()
    return asked or address


def _fixed(found: dict[str, Any], key: str, address: str, count: int, node: Node) -> None:
    if count == 1:
        found[key] = [address]
    else:
        node.notes.problem(node.path, f"{show(address)} is one address for {count} instances of the VDU")
