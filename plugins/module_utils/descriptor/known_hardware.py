# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of what a VDU of a VNFD is made of: image, flavor, volumes."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import INFORMATION, Section, left, unused

_NO_SPEC = "no extra spec of Nova says this"
_AS_GIVEN = "images are found, never made: what they are like is the VIM's to say"

IMAGE = Section("vnfd.sw-image-desc", {
    "id": "`image`, where it has no other name",
    "name": "`image`, where there is no `image`",
    "image": "`image`",
    "checksum": "`image.checksum`: MD5 or SHA-512; another one is left out",
    "vim-type": "which of the alternatives is taken: openstack",
    "min-disk": "checked against the flavor's root disk, in GB",
    "min-ram": "checked against the flavor's memory, in GB",
    "version": INFORMATION,
    "provider": INFORMATION,
    "container-format": unused(_AS_GIVEN),
    "disk-format": unused(_AS_GIVEN),
    "size": unused(_AS_GIVEN),
    "operating-system": unused(_AS_GIVEN),
    "supported-virtualization-environment": unused(_AS_GIVEN),
})
CHECKSUM = Section("vnfd.sw-image-desc.checksum", {
    "hash": "`image.checksum`",
    "algorithm": "it is told from the number of digits",
})
COMPUTE = Section("vnfd.virtual-compute-desc", {
    "id": "what a VDU names",
    "virtual-cpu": "`flavor.vcpus` and `flavor.epa`",
    "virtual-memory": "`flavor.ram_mib` and `flavor.epa`",
    "cpu-quota": "`flavor.epa.cpu_quota`",
    "mem-quota": "`flavor.epa.memory_quota`",
    "vif-quota": "`flavor.epa.interface_quota`",
    "disk-io-quota": "`flavor.epa.disk_quota`",
    "compute-requirements": "`flavor.extra_specs`, where a key is one of Nova's, such as hw:cpu_policy; others are left out",
    "logical-node": "its requirement-detail is read like compute-requirements",
    "request-additional-capability": left(_NO_SPEC),
    "virtual-disk": unused("disks are virtual-storage-desc"),
})
LOGICAL_NODE = Section("vnfd.virtual-compute-desc.logical-node", {
    "id": INFORMATION,
    "requirement-detail": "`flavor.extra_specs`, where a key is one of Nova's",
})
KEY_VALUE = Section("requirements of keys and values", {"key": "an extra spec's name", "value": "its value"})
CPU = Section("vnfd.virtual-compute-desc.virtual-cpu", {
    "num-virtual-cpu": "`flavor.vcpus`; left out: 1",
    "pinning": "`flavor.epa.cpu_policy` and `cpu_thread_policy`",
    "virtual-cpu-pinning": "the same",
    "cpu-quota": "`flavor.epa.cpu_quota`",
    "mem-quota": "`flavor.epa.memory_quota`",
    "vif-quota": "`flavor.epa.interface_quota`",
    "disk-io-quota": "`flavor.epa.disk_quota`",
    "vdu-cpu-requirements": "`flavor.extra_specs`, where a key is one of Nova's",
    "clock": left(_NO_SPEC),
    "clock-speed": left(_NO_SPEC),
    "virtual-cpu-clock": left(_NO_SPEC),
    "cpu-architecture": unused("the image says its architecture"),
    "oversubscription-policy": left("how much a host is overcommitted is the VIM's"),
    "virtual-cpu-oversubscription-policy": left("how much a host is overcommitted is the VIM's"),
    "mem-policy": left(_NO_SPEC),
    "logical-node": left(_NO_SPEC),
})
PINNING = Section("vnfd.virtual-compute-desc.virtual-cpu.pinning", {
    "policy": "`cpu_policy`: static and dedicated are dedicated, dynamic and shared are shared",
    "thread-policy": "`cpu_thread_policy`: isolate, prefer, require",
    "rule": left(_NO_SPEC),
})
MEMORY = Section("vnfd.virtual-compute-desc.virtual-memory", {
    "size": "`flavor.ram_mib`: in GB of 1024 MiB; or a number with its unit, such as '512 MB'; left out: 1 GB",
    "size-mb": "`flavor.ram_mib`",
    "mempage-size": "`flavor.epa.page_size`",
    "numa-node-policy": "`flavor.epa.numa_nodes`",
    "numa-enabled": "one NUMA node, where numa-node-policy says none",
    "cpu-quota": "`flavor.epa.cpu_quota`",
    "mem-quota": "`flavor.epa.memory_quota`",
    "vif-quota": "`flavor.epa.interface_quota`",
    "disk-io-quota": "`flavor.epa.disk_quota`",
    "vdu-mem-requirements": "`flavor.extra_specs`, where a key is one of Nova's",
    "over-subscription-policy": left("how much a host is overcommitted is the VIM's"),
    "virtual-memory-oversubscription-policy": left("how much a host is overcommitted is the VIM's"),
    "mem-policy": left(_NO_SPEC),
    "logical-node": left(_NO_SPEC),
})
NUMA = Section("vnfd.virtual-compute-desc.virtual-memory.numa-node-policy", {
    "node-cnt": "how many there are, where they are not described",
    "node": "a NUMA node each",
    "numa-aware": INFORMATION,
    "mem-policy": left(_NO_SPEC),
    "logical-node": left(_NO_SPEC),
})
NUMA_NODE = Section("vnfd.virtual-compute-desc.virtual-memory.numa-node-policy.node", {
    "id": "`id`",
    "vcpu": "`vcpus`",
    "memory-mb": "`memory_mib`, in MiB",
    "num-cores": "`cores`",
    "num-threads": "`threads`",
    "paired-threads": "`paired_threads` and `paired_thread_ids`",
    "om-numa-type": INFORMATION,
})
VCPU = Section("numa-node-policy.node.vcpu", {"id": "one of `vcpus`"})
PAIRED = Section("numa-node-policy.node.paired-threads", {
    "num-paired-threads": "`paired_threads`",
    "paired-thread-ids": "`paired_thread_ids`",
})
PAIR = Section("numa-node-policy.node.paired-threads.paired-thread-ids", {
    "thread-a": "the first of a pair",
    "thread-b": "the second of a pair",
})
QUOTA = Section("cpu-quota, mem-quota, vif-quota, disk-io-quota", {
    "limit": "`limit`",
    "reserve": "`reserve`",
    "shares": "`shares`",
})
STORAGE = Section("vnfd.virtual-storage-desc", {
    "id": "a volume's `name`; what a VDU names",
    "type-of-storage": "root-storage: `flavor.disk_gib`; ephemeral-storage: `ephemeral_gib`; swap-storage: `swap_mib`; "
                       "persistent-storage and block: a volume; persistent-root-storage, and a persistent-storage that is the "
                       "VDU's first, where no boot-order says otherwise: a volume with `boot`",
    "size-of-storage": "in GB of 1024 MiB; or a number with its unit",
    "vdu-storage-requirements": "keep-volume: `keep`; multiattach: `multiattach`; others are left out",
    "multiattach": "`multiattach`",
    "keep-volume": "`keep`",
    "cpu-quota": "`flavor.epa.cpu_quota`",
    "mem-quota": "`flavor.epa.memory_quota`",
    "vif-quota": "`flavor.epa.interface_quota`",
    "disk-io-quota": "`flavor.epa.disk_quota`",
    "sw-image-desc": "the image of the VDU that boots from it, where the VDU names none",
    "block-storage-data": "size-of-storage, vdu-storage-requirements and sw-image-desc stand there in newer descriptors",
    "rdma-enabled": left(_NO_SPEC),
    "description": INFORMATION,
})
STORAGE_REQUIREMENT = Section("vnfd.virtual-storage-desc.vdu-storage-requirements", {
    "key": "keep-volume or multiattach",
    "value": "true or false",
})
SECTIONS = (IMAGE, CHECKSUM, COMPUTE, LOGICAL_NODE, KEY_VALUE, CPU, PINNING, MEMORY, NUMA, NUMA_NODE, VCPU, PAIRED, PAIR, QUOTA,
            STORAGE, STORAGE_REQUIREMENT)
