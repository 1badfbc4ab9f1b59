# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for a flavor: a name or a shape, and EPA that Nova can do in a flavor of that size."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nfv.mano.plugins.module_utils.target.extra_specs import (
    COUNTS,
    QUOTAS,
    counted_vcpus,
    derived,
    named_vcpus,
    thread_policies,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Epa, Flavor, NumaNode
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, show, step

LONGEST_SPEC = 255


def check_flavor(flavor: Flavor | None, path: str, report: Report) -> None:
    """Report what is wrong with a flavor."""
    if flavor is None:
        return
    sizes = [name for name in ("vcpus", "ram_mib", "disk_gib") if getattr(flavor, name) is not None]
    if flavor.name is None:
        for name in ("vcpus", "ram_mib", "disk_gib"):
            if name not in sizes and not report.unread(path, "name", name):
                report.add(f"{path}.{name}", "this is missing: a flavor is a name, or vcpus, ram_mib and disk_gib")
        _epa(flavor, path, report)
        return
    others = [name for name in ("ephemeral_gib", "swap_mib", "epa", "extra_specs") if getattr(flavor, name)]
    for name in sizes + others:
        report.add(f"{path}.{name}", "this is given beside name: name a flavor, or say what it must have")


def _epa(flavor: Flavor, path: str, report: Report) -> None:
    epa, below = flavor.epa, f"{path}.epa"
    if epa is None or not flavor.vcpus or not flavor.ram_mib or _has_problems(below, report):
        return
    _policies(epa, below, report)
    for name in QUOTAS:
        quota = getattr(epa, name)
        if quota and quota.limit and (quota.reserve or 0) > quota.limit:
            report.add(f"{below}.{name}.reserve", f"{quota.reserve} is more than the limit, {quota.limit}")
    for at, node in enumerate(epa.numa_nodes):
        _node(node, f"{below}.numa_nodes[{at}]", report)
    if not _has_problems(below, report):
        _nodes(epa.numa_nodes, flavor.vcpus, flavor.ram_mib, f"{below}.numa_nodes", report)
    if not _has_problems(below, report):
        _specs(flavor, epa, path, report)


def _has_problems(path: str, report: Report) -> bool:
    return any(problem.path.startswith(path) for problem in report.problems)


def _policies(epa: Epa, path: str, report: Report) -> None:
    wanted: dict[str, str] = {}
    if epa.cpu_thread_policy:
        wanted[epa.cpu_thread_policy] = f"{path}.cpu_thread_policy"
    for at, node in enumerate(epa.numa_nodes):
        for policy in thread_policies(node):
            wanted.setdefault(policy, f"{path}.numa_nodes[{at}]")
    if not wanted:
        return
    (first, first_path), *others = wanted.items()
    for policy, place in others:
        report.add(place, f"this asks for the thread policy {policy}, but {first_path} for {first}: Nova has one per server")
    if epa.cpu_policy == "shared":
        report.add(f"{path}.cpu_policy", f"'shared' contradicts {first_path}, which is about dedicated vCPUs: say dedicated")
    elif epa.cpu_policy is None and not any(thread_policies(node) for node in epa.numa_nodes):
        report.add(f"{path}.cpu_policy", f"this is missing: {first_path} is about dedicated vCPUs, so say dedicated")


def _node(node: NumaNode, path: str, report: Report) -> None:
    """One NUMA node by itself."""
    pairs = len(node.paired_thread_ids)
    if pairs and node.paired_threads not in (None, pairs):
        report.add(f"{path}.paired_thread_ids", f"{pairs} pairs are given, but paired_threads is {node.paired_threads}")
    counts = [key for key in COUNTS if getattr(node, key)]
    if len(thread_policies(node)) > 1:
        report.add(path, f"{' and '.join(counts)} are given: one of them")
        return
    if node.vcpus and counts and counted_vcpus(node) != len(node.vcpus):
        report.add(f"{path}.{counts[0]}", f"{getattr(node, counts[0])} make {counted_vcpus(node)} vCPUs, but vcpus names "
                   f"{len(node.vcpus)}")
    if node.vcpus and pairs:
        paired = [int(vcpu) for pair in node.paired_thread_ids for vcpu in pair.split(",")]
        if sorted(paired) != sorted(node.vcpus):
            report.add(f"{path}.paired_thread_ids", f"these are the vCPUs {_listed(paired)}, but vcpus names "
                       f"{_listed(node.vcpus)}")


def _nodes(nodes: Sequence[NumaNode], vcpus: int, ram_mib: int, path: str, report: Report) -> None:
    """The NUMA nodes together: Nova takes them only when they are all of the guest, each part of it once."""
    if not nodes:
        return
    ids: dict[int, int] = {}
    for at, node in enumerate(nodes):
        if node.id >= len(nodes):
            report.add(f"{path}[{at}].id", f"{node.id} is out of range 0..{len(nodes) - 1}: nodes are counted from 0 on")
        elif node.id in ids:
            report.add(f"{path}[{at}].id", f"{node.id} is the id of {path}[{ids[node.id]}] already")
        ids.setdefault(node.id, at)
    _vcpus(nodes, vcpus, path, report)
    _memory(nodes, ram_mib, path, report)


def _vcpus(nodes: Sequence[NumaNode], vcpus: int, path: str, report: Report) -> None:
    owners: dict[int, int] = {}
    for at, node in enumerate(nodes):
        key = "vcpus" if node.vcpus else "paired_thread_ids"
        for vcpu in named_vcpus(node):
            if vcpu >= vcpus:
                report.add(f"{path}[{at}].{key}", f"vCPU {vcpu} is out of range 0..{vcpus - 1}: the flavor has {vcpus}")
            elif vcpu in owners:
                report.add(f"{path}[{at}].{key}", f"vCPU {vcpu} is at {path}[{owners[vcpu]}] already: each vCPU is there once")
            owners.setdefault(vcpu, at)
    sizes = [len(named_vcpus(node)) or counted_vcpus(node) for node in nodes]
    _shares(sizes, vcpus, ("vcpus", "vCPUs", "which vCPUs"), path, report)


def _memory(nodes: Sequence[NumaNode], ram_mib: int, path: str, report: Report) -> None:
    sizes = [node.memory_mib or 0 for node in nodes]
    _shares(sizes, ram_mib, ("memory_mib", "MiB of memory", "how much memory"), path, report)


def _shares(sizes: Sequence[int], total: int, words: tuple[str, str, str], path: str, report: Report) -> None:
    """All nodes say what they have and it is all of the flavor's, or none does and it divides evenly.

    :param sizes: of each node, 0 where it does not say.
    :param words: the key, the unit, and what a node has.
    """
    key, unit, what = words
    if all(sizes) and sum(sizes) != total:
        report.add(path, f"{' + '.join(map(str, sizes))} {unit} are on the nodes, but the flavor has {total}")
    elif any(sizes) and not all(sizes):
        report.add(f"{path}[{sizes.index(0)}].{key}", f"this is missing: other nodes say {what} they have, so all must")
    elif not any(sizes) and total % len(sizes):
        report.add(path, f"{total} {unit.split()[0]} can't be divided evenly among {len(sizes)} nodes: give {key} for each")


def _specs(flavor: Flavor, epa: Epa, path: str, report: Report) -> None:
    """What EPA says in Nova's words, against what the document says in them."""
    for spec in derived(epa, flavor.vcpus or 0, flavor.ram_mib or 0):
        if len(spec.value) > LONGEST_SPEC:
            report.add(f"{path}.{spec.path}", f"its vCPUs make {spec.key} {len(spec.value)} characters long, and Nova takes "
                       f"{LONGEST_SPEC}: number them in ranges")
        given = (flavor.extra_specs or {}).get(spec.key)
        if given not in (None, spec.value):
            report.add(step(f"{path}.extra_specs", spec.key), f"{show(given)} contradicts {path}.{spec.path}, which makes it "
                       f"{show(spec.value)}: leave one out")


def _listed(vcpus: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(vcpus)))
