# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VDU of a VNFD is made of: image, flavor, volumes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_hardware as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params, known_vnfd
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_HASH = re.compile(r"([0-9a-fA-F]{32}|[0-9a-fA-F]{128})")
# ETSI's words, and OSM's older ones
_PINNING = {"STATIC": "dedicated", "DYNAMIC": "shared", "DEDICATED": "dedicated", "SHARED": "shared"}
_THREADS = {"ISOLATE": "isolate", "PREFER": "prefer", "REQUIRE": "require"}
_PAGES = {"LARGE": "large", "SMALL": "small", "SIZE_2MB": "2MB", "SIZE_1GB": "1GB", "PREFER_LARGE": "any"}
_REQUIREMENTS = {"keep-volume": "keep", "multiattach": "multiattach"}
# What flavors' extra specs begin with
_SPECS = re.compile(r"(hw|quota|trait|resources|os|pci_passthrough|aggregate_instance_extra_specs|capabilities|accel|hw_[a-z]+|"
                    r"trait[0-9]+|resources[0-9]+):.+")
_MOST_NUMA_NODES = 64
# Above this many GB a memory was rather meant in MB
_MUCH_MEMORY = 512
_MUCH_SWAP = 64
_STORAGES = {
    "ROOT-STORAGE": "root",
    "ROOT": "root",
    "PERSISTENT-STORAGE": "persistent",
    "PERSISTENT-ROOT-STORAGE": "persistent-root",
    "EPHEMERAL-STORAGE": "ephemeral",
    "SWAP-STORAGE": "swap",
    "BLOCK": "persistent",
}
# They stand in the CPU, the memory, the storage or beside them: packages differ
_QUOTAS = {"cpu-quota": "cpu_quota", "mem-quota": "memory_quota", "vif-quota": "interface_quota", "disk-io-quota": "disk_quota"}


def referred(owner: Node, key: str, name: str | None, there: Mapping[str, Node], what: str) -> Node | None:
    """What ``owner.key`` names; a dangling reference is reported."""
    if name is None or name in there:
        return there.get(name or "")
    owner.notes.problem(owner.at(key), f"{show(name)} is no {what}: {nearest(name, there)}")
    return None


def image(vdu: Node, images: Mapping[str, Node], storages: Mapping[str, Node]) -> Any:
    """The VDU's image, by its checksum when there is one, else by its name. A VDU that names none boots from the image of one of
    its storages."""
    name = vdu.text("sw-image-desc")
    told = [(vdu, "sw-image-desc", name)] if name else []
    for storage in (storages[one] for one in vdu.texts("virtual-storage-desc") if one in storages):
        mine = storage.node("block-storage-data") if "block-storage-data" in storage.values else storage
        named = mine.text("sw-image-desc") if mine else None
        if mine and named and not told:
            told.append((mine, "sw-image-desc", named))
    if not told:
        vdu.text("sw-image-desc", required=True)
        return None
    owner, key, name = told[0]
    for other in vdu.texts("alternative-sw-image-desc"):
        found = referred(vdu, "alternative-sw-image-desc", other, images, "sw-image-desc")
        if found and (found.text("vim-type") or "").lower() == "openstack":
            owner, key, name = vdu, "alternative-sw-image-desc", other
            break
    found = referred(owner, key, name, images, "sw-image-desc")
    return _image(found, name) if found else name


def _image(found: Node, name: str | None) -> Any:
    checksum = None
    if isinstance(found.values.get("checksum"), Mapping):
        told = found.node("checksum")
        checksum = told.text("hash") if told else None
        if told:
            told.text("algorithm")
            told.close(known.CHECKSUM)
    else:
        checksum = found.text("checksum")
    image = found.text("image")
    known_name = image or found.text("name") or name
    if checksum and _HASH.fullmatch(checksum):
        return {"checksum": checksum.lower()}
    if checksum:
        found.notes.leave(found.at("checksum"), f"{show(checksum)} is neither MD5 nor SHA-512")
    return known_name


def check_image(vdu: Node, images: Mapping[str, Node], shape: Any, volumes: list[dict[str, Any]]) -> None:
    """Tell of an image that asks for more than the flavor has."""
    found = images.get(vdu.text("sw-image-desc") or "")
    if found is None:
        return
    disk, ram = found.gib("min-disk"), found.gib("min-ram")
    from_volume = any(volume.get("boot") for volume in volumes)
    if disk and not from_volume and 0 < shape["disk_gib"] < disk:
        vdu.notes.warn(found.at("min-disk"), f"the image needs {disk:g} GiB, but the VDU's root disk has {shape['disk_gib']}")
    if ram and shape["ram_mib"] < ram * 1024:
        vdu.notes.warn(found.at("min-ram"), f"the image needs {ram * 1024:g} MiB, but the VDU has {shape['ram_mib']}")


def existing(volumes: list[dict[str, Any]], asked: Node | None, alone: bool = True) -> list[dict[str, Any]]:
    """The volumes of a VDU with those that the parameters say are there already.

    :param alone: whether the parameters are of this VNF, and of no other.
    """
    for node in asked.nodes("volume") if asked else ():
        name = node.text("name", required=True)
        ids = node.addresses("vim-volume-id")
        fits = [volume for volume in volumes if name is not None and volume["name"] == name_of(name)]
        if name is not None and not fits:
            names = [volume["name"] for volume in volumes]
            node.notes.problem(node.at("name"), f"{show(name)} is no volume here: {nearest(name, names)}")
        for volume in fits:
            if ids and alone:
                volume["existing"] = ids
                volume.pop("size_gib", None)
        node.close(known_params.VOLUME)
    return volumes


def flavor(vdu: Node, computes: Mapping[str, Node], storages: Mapping[str, Node]) -> tuple[Any, list[dict[str, Any]]]:
    """The VDU's flavor and volumes. Memory is in GB of 1024 MiB, storage in GiB, as OSM takes them, or as their units say."""
    shape: dict[str, Any] = {"vcpus": 1, "ram_mib": 1024, "disk_gib": 0, "match": "at_least"}
    compute = referred(
        vdu, "virtual-compute-desc", vdu.text("virtual-compute-desc", required=True), computes, "virtual-compute-desc"
    )
    epa: dict[str, Any] = {}
    if compute:
        specs: dict[str, str] = {}
        _cpu(compute, shape, epa, specs)
        _memory(compute, shape, epa, specs)
        _quotas(compute, epa)
        _specs(compute, "compute-requirements", specs)
        for node in compute.nodes("logical-node"):
            node.text("id")
            _specs(node, "requirement-detail", specs)
            node.close(known.LOGICAL_NODE)
        if specs:
            shape["extra_specs"] = specs
    volumes: list[dict[str, Any]] = []
    boots = vdu.values.get("boot-order") is None
    for name in vdu.texts("virtual-storage-desc"):
        storage = referred(vdu, "virtual-storage-desc", name, storages, "virtual-storage-desc")
        if storage:
            _quotas(storage, epa)
            _storage(storage, name, shape, volumes, boots)
        boots = False
    _boot_order(vdu, volumes)
    if epa:
        shape["epa"] = epa
    return shape, volumes


def _boot_order(vdu: Node, volumes: list[dict[str, Any]]) -> None:
    """Mark the volume that the boot order names first."""
    entries = [(node.whole("key") or 0, node.text("value", required=True), node) for node in vdu.nodes("boot-order")]
    for at, (_key, name, node) in enumerate(sorted(entries, key=lambda entry: entry[0])):
        fits = [volume for volume in volumes if name is not None and volume["name"] == name_of(name)]
        if at or not fits:
            node.notes.leave(node.path, "one volume is booted from" if at else "it boots from its root disk")
        for volume in fits if not at else ():
            volume["boot"] = True
        node.close(known_vnfd.BOOT_ORDER)


def _specs(owner: Node, key: str, specs: dict[str, str]) -> None:
    """Extra specs of Nova among requirements of keys and values; they may also stand in one mapping."""
    value = owner.get(key)
    if value is None or isinstance(value, str):
        if value:
            owner.notes.leave(owner.at(key), "this is no extra spec of Nova")
        return
    if isinstance(value, Mapping) and "key" not in value:
        rows = [(str(name), item, f"{owner.at(key)}.{name}") for name, item in value.items()]
    else:
        rows = []
        for node in owner.nodes(key):
            rows.append((node.text("key", required=True) or "", node.get("value"), node.path))
            node.close(known.KEY_VALUE)
    for name, item, path in rows:
        if name and _SPECS.fullmatch(name) and isinstance(item, (str, int, float)):
            specs[name] = str(item).lower() if isinstance(item, bool) else str(item)
        elif name:
            owner.notes.leave(path, f"{show(name)} is no extra spec of Nova")


def _cpu(compute: Node, shape: dict[str, Any], epa: dict[str, Any], specs: dict[str, str]) -> None:
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
        pinning.close(known.PINNING)
    _quotas(cpu, epa)
    _specs(cpu, "vdu-cpu-requirements", specs)
    cpu.close(known.CPU)


def _memory(compute: Node, shape: dict[str, Any], epa: dict[str, Any], specs: dict[str, str]) -> None:
    memory = compute.node("virtual-memory")
    if memory is None:
        return
    size, told = memory.gib("size"), memory.whole("size-mb")
    if told is not None:
        shape["ram_mib"] = told
    elif size is not None:
        shape["ram_mib"] = round(size * 1024)
        if size >= _MUCH_MEMORY and not memory.has_unit("size"):
            memory.notes.warn(memory.at("size"), f"{size:g} GB of memory: SOL006 counts it in GB; write '{size:g} MB' if that is "
                              "what is meant")
    pages = memory.choice("mempage-size", _PAGES)
    if pages:
        epa["page_size"] = pages
    _quotas(memory, epa)
    _numa(memory, epa)
    if memory.flag("numa-enabled") and "numa_nodes" not in epa:
        epa["numa_nodes"] = [{"id": 0}]
    _specs(memory, "vdu-mem-requirements", specs)
    memory.close(known.MEMORY)


def _quotas(owner: Node, epa: dict[str, Any]) -> None:
    for key, name in _QUOTAS.items():
        quota = owner.node(key)
        if quota is None:
            continue
        found = {word: value for word in ("limit", "reserve", "shares") if (value := quota.whole(word))}
        quota.close(known.QUOTA)
        if found:
            epa[name] = found


def _numa(memory: Node, epa: dict[str, Any]) -> None:
    policy = memory.node("numa-node-policy")
    if policy is None:
        return
    nodes = [_numa_node(node, at) for at, node in enumerate(policy.nodes("node"))]
    count = policy.whole("node-cnt")
    policy.close(known.NUMA)
    if count and nodes and count != len(nodes):
        policy.notes.problem(policy.at("node-cnt"), f"{count} are wanted, but {len(nodes)} are described")
    elif count and count > _MOST_NUMA_NODES:
        policy.notes.problem(policy.at("node-cnt"), f"{count} is more than {_MOST_NUMA_NODES}")
        count = 0
    nodes = nodes or [{"id": place} for place in range(count or 0)]
    if nodes:
        epa["numa_nodes"] = nodes


def _numa_node(node: Node, at: int) -> dict[str, Any]:
    number = node.whole("id")
    found: dict[str, Any] = {"id": at if number is None else number}
    vcpus = []
    for vcpu in node.nodes("vcpu"):
        vcpus.append(vcpu.whole("id"))
        vcpu.close(known.VCPU)
    pairs = node.node("paired-threads")
    told: dict[str, Any] = {"vcpus": [vcpu for vcpu in vcpus if vcpu is not None], "memory_mib": node.whole("memory-mb"),
                            "cores": node.whole("num-cores"), "threads": node.whole("num-threads")}
    if pairs:
        told["paired_threads"] = pairs.whole("num-paired-threads")
        ids = []
        for pair in pairs.nodes("paired-thread-ids"):
            ids.append(f"{pair.whole('thread-a')},{pair.whole('thread-b')}")
            pair.close(known.PAIR)
        told["paired_thread_ids"] = ids
        pairs.close(known.PAIRED)
    node.close(known.NUMA_NODE)
    return {**found, **{key: value for key, value in told.items() if value}}


def _storage(storage: Node, name: str, shape: dict[str, Any], volumes: list[dict[str, Any]], boots: bool) -> None:
    """Put a storage into the flavor or the volumes; ``boots``: it is the VDU's first, which OSM boots from where it persists."""
    kind = storage.text("type-of-storage") or "root-storage"
    word = _STORAGES.get(kind.rpartition(":")[2].upper())
    if word is None:
        known_kinds = ", ".join(_STORAGES).lower()
        storage.notes.problem(storage.at("type-of-storage"), f"{show(kind)} is none of {known_kinds}")
    inner = storage.node("block-storage-data") if "block-storage-data" in storage.values else storage
    sized = inner or storage
    size = sized.gib("size-of-storage")
    if size is None and word not in ("root", None):
        sized.notes.problem(sized.at("size-of-storage"), "this is missing")
    if size is None or word is None:
        return
    rounded = -int(-size // 1)
    if word == "root":
        shape["disk_gib"] = rounded
    elif word == "ephemeral":
        shape["ephemeral_gib"] = rounded
    elif word == "swap":
        shape["swap_mib"] = round(size * 1024)
        if size >= _MUCH_SWAP and not sized.has_unit("size-of-storage"):
            sized.notes.warn(sized.at("size-of-storage"), f"{size:g} GB of swap: SOL006 counts it in GB, OSM hands the number on "
                             f"as MiB; write '{size:g} MB' if that is what is meant")
    else:
        volume: dict[str, Any] = {"name": name_of(name), "size_gib": rounded}
        if word == "persistent-root" or (boots and word == "persistent" and kind.upper() != "BLOCK"):
            volume["boot"] = True
        volume.update(dict.fromkeys(sorted({*_asked(sized), *_asked(storage)}), True))
        volumes.append(volume)
    if inner is not None and inner is not storage:
        inner.close(known.STORAGE)
    if rounded != size and word != "swap":
        sized.notes.warn(sized.at("size-of-storage"), f"{size:g} GiB: {rounded} are made")


def _asked(storage: Node) -> set[str]:
    """Which of keep and multiattach a storage asks for."""
    asked = {_REQUIREMENTS[key] for key in ("keep-volume", "multiattach") if storage.flag(key)}
    for requirement in storage.nodes("vdu-storage-requirements"):
        key = requirement.text("key", required=True)
        if key in _REQUIREMENTS:
            if requirement.flag("value"):
                asked.add(_REQUIREMENTS[key])
        elif key is not None:
            requirement.notes.leave(requirement.path, f"{show(key)} is none of {', '.join(_REQUIREMENTS)}")
        requirement.get("value")
        requirement.close(known.STORAGE_REQUIREMENT)
    return asked
