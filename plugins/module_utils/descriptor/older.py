# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptors of OSM's own model, from before SOL006 (release NINE), as those of SOL006.

What is not known here is handed on as it is, so that the readers tell that it is left out.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id

_MARKS = {"nsd": ("constituent-vnfd",), "vnfd": ("mgmt-interface", "connection-point", "internal-vld")}
_RENAMED = {"vendor": "provider", "name": "product-name", "monitoring-param": "monitoring-parameter"}
# Where each part of guest-epa stands in SOL006
_OF_CPU = {"cpu-pinning-policy": "policy", "cpu-thread-pinning-policy": "thread-policy"}
_OF_MEMORY = ("mempage-size", "numa-node-policy", "mem-quota")


def is_older(kind: str, node: Node) -> bool:
    """Whether a descriptor is of the older model."""
    return "df" not in node.values and any(key in node.values for key in _MARKS[kind])


def translated(kind: str, node: Node) -> dict[str, Any]:
    """A descriptor of the older model as one of SOL006."""
    return _nsd(node) if kind == "nsd" else _vnfd(node)


def _rest(node: Node) -> dict[str, Any]:
    """What nobody asked for."""
    return {key: value for key, value in node.values.items() if key not in node.asked}


def _profiles(node: Node) -> dict[str, Any]:
    """ip-profiles by their names."""
    return {name: profile.get("ip-profile-params") for name, profile in by_id(node.nodes("ip-profiles"), "name").items()}


def _referred(link: Node, profiles: dict[str, Any]) -> Any:
    """The ip-profile-params that a vld names."""
    name = link.text("ip-profile-ref")
    if name is not None and name not in profiles:
        link.notes.problem(link.at("ip-profile-ref"), f"{name!r} is none of ip-profiles")
    return profiles.get(name or "")


def _nsd(node: Node) -> dict[str, Any]:
    profiles = _profiles(node)
    members = {}
    for entry in node.nodes("constituent-vnfd"):
        index = entry.text("member-vnf-index", required=True)
        entry.get("start-by-default")
        members[index] = {"id": index, "vnfd-id": entry.text("vnfd-id-ref", required=True), "virtual-link-connectivity": [],
                          **_rest(entry)}
    links = []
    for name, link in by_id(node.nodes("vld")).items():
        for point in link.nodes("vnfd-connection-point-ref"):
            index, cpd = point.text("member-vnf-index-ref", required=True), point.text("vnfd-connection-point-ref", required=True)
            point.get("vnfd-id-ref")
            if index is not None and index not in members:
                point.notes.problem(point.at("member-vnf-index-ref"), f"{index!r} is none of constituent-vnfd")
            elif index is not None:
                members[index]["virtual-link-connectivity"].append({"virtual-link-profile-id": name, "constituent-cpd-id": [
                    {"constituent-base-element-id": index, "constituent-cpd-id": cpd, **_rest(point)}]})
        params = _referred(link, profiles)
        links.append({"id": name, **({"ip-profile": params} if params is not None else {}), **_rest(link)})
    df = {"id": "default-df", "vnf-profile": list(members.values())}
    found = {"df": [df], "virtual-link-desc": links, "id": node.get("id"), "name": node.get("name"), "vendor": node.get("vendor")}
    return {**_rest(node), **{key: value for key, value in found.items() if value is not None}}


def _vnfd(node: Node) -> dict[str, Any]:
    profiles = _profiles(node)
    management = node.node("mgmt-interface")
    points = by_id(node.nodes("connection-point"), "name")
    tied = {name: point.text("internal-vld-ref") for name, point in points.items()}
    found: dict[str, Any] = {"sw-image-desc": [], "virtual-compute-desc": [], "virtual-storage-desc": [], "vdu": []}
    inside: dict[str, str] = {}
    links = []
    for name, link in by_id(node.nodes("internal-vld")).items():
        for point in link.nodes("internal-connection-point"):
            inside[point.text("id-ref", required=True) or ""] = name
        params = _referred(link, profiles)
        data = {"virtual-link-protocol-data": {"l3-protocol-data": params}} if params is not None else {}
        links.append({"id": name, **data, **_rest(link)})
    outside: list[dict[str, Any]] = [{"id": name, "int-virtual-link-desc": link} for name, link in tied.items() if link]
    counts = {name: _vdu(name, vdu, inside, points, found, outside) for name, vdu in by_id(node.nodes("vdu")).items()}
    aspects = [_aspect(group, counts) for group in node.nodes("scaling-group-descriptor")]
    profiles_of_vdus = [{"id": name, **limits} for name, limits in counts.items()]
    df = {"id": "default-df", "vdu-profile": profiles_of_vdus, "scaling-aspect": aspects}
    found.update({"df": [df], "int-virtual-link-desc": links, "ext-cpd": outside})
    cpd = management.text("cp") if management else None
    if cpd:
        found["mgmt-cp"] = cpd
    images = {one["id"]: one for one in reversed(found["sw-image-desc"])}
    rest = {_RENAMED.get(key, key): value for key, value in _rest(node).items()}
    return {**rest, **found, "sw-image-desc": list(images.values())}


def _vdu(
    name: str, vdu: Node, inside: dict[str, str], points: dict[str, Node], found: dict[str, Any], outside: list[dict[str, Any]]
) -> dict[str, int]:
    """Put a VDU among the rest of its VNFD; the limits of its number."""
    made: dict[str, Any] = {"id": name, "virtual-compute-desc": name, "virtual-storage-desc": [name]}
    image, others = _images(vdu)
    found["sw-image-desc"] += [one for one in (image, *others) if one]
    if image:
        made["sw-image-desc"] = image["id"]
        made["alternative-sw-image-desc"] = [one["id"] for one in others]
    compute, root = _flavor(vdu)
    found["virtual-compute-desc"].append({"id": name, **compute})
    found["virtual-storage-desc"].append({"id": name, "type-of-storage": "root-storage", **root})
    for volume in by_id(vdu.nodes("volumes"), "name").values():
        told = f"{name}-{volume.text('name')}"
        found["virtual-storage-desc"].append({"id": told, "type-of-storage": "persistent-storage",
                                              "size-of-storage": volume.get("size"), **_rest(volume)})
        made["virtual-storage-desc"].append(told)
    for point in vdu.nodes("internal-connection-point"):
        point.asked.update(point.values)
    made["int-cpd"] = [_interface(name, card, inside, points, outside) for card in by_id(vdu.nodes("interface"), "name").values()]
    count = vdu.whole("count")
    found["vdu"].append({**_rest(vdu), **made})
    return {"min-number-of-instances": 1 if count is None else count}


def _images(vdu: Node) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    name, checksum = vdu.text("image"), vdu.text("image-checksum")
    others = []
    for other in vdu.nodes("alternative-images"):
        alternative = other.text("image", required=True)
        others.append({"id": alternative, "vim-type": other.get("vim-type"), "checksum": other.text("image-checksum")})
    return ({"id": name, "checksum": checksum} if name else None), [one for one in others if one["id"]]


def _flavor(vdu: Node) -> tuple[dict[str, Any], dict[str, Any]]:
    """virtual-compute-desc and the root disk."""
    flavor, epa = vdu.node("vm-flavor"), vdu.node("guest-epa")
    cpu: dict[str, Any] = {}
    memory: dict[str, Any] = {}
    root: dict[str, Any] = {}
    if flavor:
        cpu["num-virtual-cpu"], memory["size-mb"] = flavor.get("vcpu-count"), flavor.get("memory-mb")
        root["size-of-storage"] = flavor.get("storage-gb")
    if epa:
        pinning = {_OF_CPU[key]: epa.get(key) for key in _OF_CPU if key in epa.values}
        cpu.update({"pinning": pinning} if pinning else {})
        cpu["cpu-quota"] = epa.get("cpu-quota")
        memory.update({key: epa.get(key) for key in _OF_MEMORY})
        root["disk-io-quota"] = epa.get("disk-io-quota")
        return {"virtual-cpu": cpu, "virtual-memory": memory, **_rest(epa)}, root
    return {"virtual-cpu": cpu, "virtual-memory": memory}, root


def _interface(
    vdu: str, card: Node, inside: dict[str, str], points: dict[str, Node], outside: list[dict[str, Any]]
) -> dict[str, Any]:
    name = card.text("name") or ""
    external, internal = card.text("external-connection-point-ref"), card.text("internal-connection-point-ref")
    card.get("type")
    requirement = {"name": name, "position": card.get("position"), "virtual-interface": card.get("virtual-interface")}
    found: dict[str, Any] = {"id": name, "virtual-network-interface-requirement": [requirement]}
    if external is not None:
        point = points.get(external)
        told = {key: point.get(key) for key in ("port-security-enabled", "port-security-disable-strategy")} if point else {}
        outside.append({"id": external, "int-cpd": {"vdu-id": vdu, "cpd": name}, **told})
    elif internal is not None:
        found["int-virtual-link-desc"] = inside.get(internal, internal)
    return {**_rest(card), **found}


def _aspect(group: Node, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """A scaling group as an aspect: as many steps as it may have instances more."""
    most, rows = group.whole("max-instance-count") or 1, []
    group.get("min-instance-count")
    for entry in group.nodes("vdu"):
        vdu, number = entry.text("vdu-id-ref", required=True), entry.whole("count")
        number = 1 if number is None else number
        rows.append({"id": vdu, "number-of-instances": number})
        if vdu in counts:
            counts[vdu]["max-number-of-instances"] = counts[vdu]["min-number-of-instances"] + most * number
    return {"id": group.text("name", required=True), "max-scale-level": most,
            "aspect-delta-details": {"deltas": [{"id": "step", "vdu-delta": rows}]}, **_rest(group)}
