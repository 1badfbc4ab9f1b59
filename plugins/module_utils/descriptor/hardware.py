# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VDU of a VNFD is made of: image, flavor, volumes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_HASH = re.compile(r"([0-9a-fA-F]{32}|[0-9a-fA-F]{128})")
# ETSI's words, and OSM's older ones
_PINNING = {"STATIC": "dedicated", "DYNAMIC": "shared", "DEDICATED": "dedicated", "SHARED": "shared"}
_THREADS = {"ISOLATE": "isolate", "PREFER": "prefer", "REQUIRE": "require"}
_PAGES = {"LARGE": "large", "SMALL": "small", "SIZE_2MB": "2MB", "SIZE_1GB": "1GB", "PREFER_LARGE": "any"}
_REQUIREMENTS = {"keep-volume": "keep", "multiattach": "multiattach"}
_STORAGES = {
    "ROOT-STORAGE": "root",
    "ROOT": "root",
    "PERSISTENT-STORAGE": "persistent",
    "PERSISTENT-ROOT-STORAGE": "persistent-root",
    "EPHEMERAL-STORAGE": "ephemeral",
    "SWAP-STORAGE": "swap",
}
# They stand in the CPU, the memory, the storage or beside them: packages differ
_QUOTAS = {"cpu-quota": "cpu_quota", "mem-quota": "memory_quota", "vif-quota": "interface_quota", "disk-io-quota": "disk_quota"}
_EPA_LATER = ("mem-policy", "logical-node")


def referred(owner: Node, key: str, name: str | None, there: Mapping[str, Node], what: str) -> Node | None:
    """What ``owner.key`` names; a dangling reference is reported."""
    if name is None or name in there:
        return there.get(name or "")
    owner.notes.problem(owner.at(key), f"{show(name)} is no {what}: {nearest(name, there)}")
    return None


def image(vdu: Node, images: Mapping[str, Node]) -> Any:
    """The VDU's image, by its checksum when there is one, else by its name."""
    name = vdu.text("sw-image-desc", required=True)
    vdu.texts("alternative-sw-image-desc")
    found = referred(vdu, "sw-image-desc", name, images, "sw-image-desc")
    if found is None:
        return name
    checksum = None
    if isinstance(found.values.get("checksum"), Mapping):
        told = found.node("checksum")
        checksum = told.text("hash") if told else None
        if told:
            told.close(quiet=("algorithm",))
    else:
        checksum = found.text("checksum")
    known = found.text("image") or found.text("name") or name
    if checksum and _HASH.fullmatch(checksum):
        return {"checksum": checksum.lower()}
    if checksum:
        found.notes.warn(found.at("checksum"), f"{show(checksum)} is left out: neither MD5 nor SHA-512")
    return known


def flavor(vdu: Node, computes: Mapping[str, Node], storages: Mapping[str, Node]) -> tuple[Any, list[dict[str, Any]]]:
    """The VDU's flavor and volumes. Memory is in GB of 1024 MiB, storage in GiB, as OSM takes them."""
    shape: dict[str, Any] = {"vcpus": 1, "ram_mib": 1024, "disk_gib": 0, "match": "at_least"}
    compute = referred(
        vdu, "virtual-compute-desc", vdu.text("virtual-compute-desc", required=True), computes, "virtual-compute-desc"
    )
    epa: dict[str, Any] = {}
    if compute:
        _cpu(compute, shape, epa)
        _memory(compute, shape, epa)
        _quotas(compute, epa)
        compute.close(later=("logical-node", "compute-requirements"), quiet=("virtual-disk",))
    volumes: list[dict[str, Any]] = []
    for name in vdu.texts("virtual-storage-desc"):
        storage = referred(vdu, "virtual-storage-desc", name, storages, "virtual-storage-desc")
        if storage:
            _quotas(storage, epa)
            _storage(storage, name, shape, volumes)
    if epa:
        shape["epa"] = epa
    return shape, volumes


def _cpu(compute: Node, shape: dict[str, Any], epa: dict[str, Any]) -> None:
    cpu = compute.node("virtual-cpu")
    if cpu is None:
        return
    count = cpu.whole("num-virtual-cpu")
    shape["vcpus"] = 1 if count is None else count
    pinning = cpu.node("pinning") or cpu.node("virtual-cpu-pinning")
    if pinning:
        policy = pinning.choice("policy", _PINNING)
        threads = pinning.choice("thread-policy", _THREADS)
        epa.update({key: value for key, value in (("cpu_policy", policy), ("cpu_thread_policy", threads)) if value})
        pinning.close()
    _quotas(cpu, epa)
    cpu.close(later=_EPA_LATER, quiet=("clock-speed", "cpu-architecture"))


def _memory(compute: Node, shape: dict[str, Any], epa: dict[str, Any]) -> None:
    memory = compute.node("virtual-memory")
    if memory is None:
        return
    size = memory.number("size")
    if size is not None:
        shape["ram_mib"] = round(size * 1024)
    pages = memory.choice("mempage-size", _PAGES)
    if pages:
        epa["page_size"] = pages
    _quotas(memory, epa)
    _numa(memory, epa)
    memory.close(later=(*_EPA_LATER, "over-subscription-policy"), quiet=("numa-enabled",))


def _quotas(owner: Node, epa: dict[str, Any]) -> None:
    for key, name in _QUOTAS.items():
        quota = owner.node(key)
        if quota is None:
            continue
        found = {word: value for word in ("limit", "reserve", "shares") if (value := quota.whole(word))}
        quota.close()
        if found:
            epa[name] = found


def _numa(memory: Node, epa: dict[str, Any]) -> None:
    policy = memory.node("numa-node-policy")
    if policy is None:
        return
    nodes = [_numa_node(node, at) for at, node in enumerate(policy.nodes("node"))]
    count = policy.whole("node-cnt")
    policy.close(later=_EPA_LATER)
    if count and nodes and count != len(nodes):
        policy.notes.problem(policy.at("node-cnt"), f"{count} are wanted, but {len(nodes)} are described")
    nodes = nodes or [{"id": place} for place in range(count or 0)]
    if nodes:
        epa["numa_nodes"] = nodes


def _numa_node(node: Node, at: int) -> dict[str, Any]:
    number = node.whole("id")
    found: dict[str, Any] = {"id": at if number is None else number}
    vcpus = [vcpu.whole("id") for vcpu in node.nodes("vcpu")]
    pairs = node.node("paired-threads")
    told = {"vcpus": vcpus, "memory_mib": node.whole("memory-mb"), "cores": node.whole("num-cores"),
            "threads": node.whole("num-threads")}
    if pairs:
        told["paired_threads"] = pairs.whole("num-paired-threads")
        told["paired_thread_ids"] = [f"{pair.whole('thread-a')},{pair.whole('thread-b')}"
                                     for pair in pairs.nodes("paired-thread-ids")]
        pairs.close()
    node.close()
    return {**found, **{key: value for key, value in told.items() if value}}


def _storage(storage: Node, name: str, shape: dict[str, Any], volumes: list[dict[str, Any]]) -> None:
    kind = storage.text("type-of-storage") or "root-storage"
    word = _STORAGES.get(kind.rpartition(":")[2].upper())
    if word is None:
        storage.notes.problem(storage.at("type-of-storage"), f"{show(kind)} is none of {', '.join(_STORAGES).lower()}")
    size = storage.whole("size-of-storage")
    if size is None:
        storage.notes.problem(storage.at("size-of-storage"), "this is missing")
        return
    asked = {
        _REQUIREMENTS[key]
        for requirement in storage.nodes("vdu-storage-requirements")
        if (key := requirement.text("key")) in _REQUIREMENTS and requirement.flag("value")
    }
    if word == "root":
        shape["disk_gib"] = size
    elif word == "ephemeral":
        shape["ephemeral_gib"] = size
    elif word == "swap":
        shape["swap_mib"] = size * 1024
    elif word:
        volume: dict[str, Any] = {"name": name_of(name), "size_gib": size}
        if word == "persistent-root":
            volume["boot"] = True
        volume.update(dict.fromkeys(sorted(asked), True))
        volumes.append(volume)
    storage.close(later=("multiattach",), quiet=("rdma-enabled", "sw-image-desc"))
