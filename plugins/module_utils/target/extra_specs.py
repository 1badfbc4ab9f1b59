# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shape asks of its host (EPA), in the words of Nova's flavors: extra specs.

It stands beside the document's classes because the document's checks compare it with what ``extra_specs`` says.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Epa, Flavor, NumaNode, Quota

#: How the vCPUs of a NUMA node may be counted: key -> (vCPUs for each, Nova's thread policy for it).
COUNTS = {"cores": (1, "isolate"), "threads": (1, "prefer"), "paired_threads": (2, "require")}
QUOTAS = {"cpu_quota": "cpu", "memory_quota": "memory", "interface_quota": "vif", "disk_quota": "disk_io"}


class Spec(NamedTuple):
    """An extra spec, and the path below the flavor that it comes from."""

    key: str
    value: str
    path: str


def extra_specs(flavor: Flavor) -> dict[str, str]:
    """All extra specs of a shape without problems: those that are given, and those that say what ``epa`` asks."""
    if flavor.epa is None:
        return flavor.extra_specs
    found = {spec.key: spec.value for spec in derived(flavor.epa, flavor.vcpus or 0, flavor.ram_mib or 0)}
    return {**found, **flavor.extra_specs}


@functools.lru_cache(maxsize=512)  # asked for each instance; a document has few shapes
def derived(epa: Epa, vcpus: int, ram_mib: int) -> tuple[Spec, ...]:
    """The extra specs for ``epa`` (without problems) in a flavor of this size."""
    return (*_policies(epa), *_numa(epa, vcpus, ram_mib), *_quotas(epa))


def _policies(epa: Epa) -> Iterator[Spec]:
    if epa.page_size:
        yield Spec("hw:mem_page_size", epa.page_size, "epa.page_size")
    nodes = next((policy for node in epa.numa_nodes for policy in thread_policies(node)), None)
    policy = epa.cpu_policy or (nodes and "dedicated")
    if policy:
        yield Spec("hw:cpu_policy", policy, "epa.cpu_policy" if epa.cpu_policy else "epa.numa_nodes")
    threads = epa.cpu_thread_policy or nodes
    if threads:
        yield Spec("hw:cpu_thread_policy", threads, "epa.cpu_thread_policy" if epa.cpu_thread_policy else "epa.numa_nodes")


def thread_policies(node: NumaNode) -> list[str]:
    """The thread policies that a NUMA node asks for by the way its vCPUs are counted (Nova has one for all nodes)."""
    return [policy for key, (_each, policy) in COUNTS.items()
            if getattr(node, key) or (key == "paired_threads" and node.paired_thread_ids)]


def _numa(epa: Epa, vcpus: int, ram_mib: int) -> Iterator[Spec]:
    if not epa.numa_nodes:
        return
    yield Spec("hw:numa_nodes", str(len(epa.numa_nodes)), "epa.numa_nodes")
    cpus = node_vcpus(epa.numa_nodes, vcpus)
    memory = [node.memory_mib for node in epa.numa_nodes]
    if not any(cpus) and not any(memory):
        return  # Nova divides both evenly
    # Nova wants both or neither
    share = len(epa.numa_nodes)
    for at, node in enumerate(epa.numa_nodes):
        even = range(node.id * vcpus // share, (node.id + 1) * vcpus // share)
        yield Spec(f"hw:numa_cpus.{node.id}", _ranges(cpus[at] or even), f"epa.numa_nodes[{at}]")
        yield Spec(f"hw:numa_mem.{node.id}", str(node.memory_mib or ram_mib // share), f"epa.numa_nodes[{at}]")


def node_vcpus(nodes: Sequence[NumaNode], vcpus: int) -> list[tuple[int, ...]]:
    """The guest's vCPUs on each node: those that are named, else the lowest free ones; empty where a node says nothing."""
    found = [named_vcpus(node) for node in nodes]
    taken = {vcpu for one in found for vcpu in one}
    free = iter([vcpu for vcpu in range(vcpus) if vcpu not in taken])
    for at in sorted(range(len(nodes)), key=lambda at: nodes[at].id):
        if not found[at]:
            found[at] = tuple(vcpu for _place, vcpu in zip(range(counted_vcpus(nodes[at])), free))
    return found


def named_vcpus(node: NumaNode) -> tuple[int, ...]:
    """The vCPUs that a node names, itself or by its pairs."""
    return node.vcpus or tuple(int(vcpu) for pair in node.paired_thread_ids for vcpu in pair.split(","))


def counted_vcpus(node: NumaNode) -> int:
    """How many vCPUs a node has by its cores, threads or pairs of threads."""
    return sum((getattr(node, key) or 0) * each for key, (each, _policy) in COUNTS.items())


def _ranges(vcpus: Iterable[int]) -> str:
    """``0-3,8`` for 0, 1, 2, 3 and 8: an extra spec has 255 characters."""
    words: list[tuple[int, int]] = []
    for vcpu in sorted(vcpus):
        if words and vcpu == words[-1][1] + 1:
            words[-1] = (words[-1][0], vcpu)
        else:
            words.append((vcpu, vcpu))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in words)


def _quotas(epa: Epa) -> Iterator[Spec]:
    for name, word in QUOTAS.items():
        quota: Quota | None = getattr(epa, name)
        if quota is None:
            continue
        path = f"epa.{name}"
        if quota.limit is not None:
            yield Spec(f"quota:{word}_limit", str(quota.limit), f"{path}.limit")
        if quota.reserve is not None:
            yield Spec(f"quota:{word}_reservation", str(quota.reserve), f"{path}.reserve")
        if quota.shares is not None:
            # Nova reads the number only beside this level
            yield Spec(f"quota:{word}_shares_level", "custom", f"{path}.shares")
            yield Spec(f"quota:{word}_shares_share", str(quota.shares), f"{path}.shares")
