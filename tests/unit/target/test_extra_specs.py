# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shape asks of its host, as Nova's extra specs; and what of it can't be."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import load, validate
from ansible_collections.nfv.mano.plugins.module_utils.target.extra_specs import extra_specs

FLAVOR = "vnfs[0].vdus[0].flavor"
EPA = f"{FLAVOR}.epa"
NODE = f"{EPA}.numa_nodes"


def with_epa(document: dict[str, Any], epa: Any, **sizes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["vnfs"][0]["vdus"][0]["flavor"] = {"vcpus": 8, "ram_mib": 4096, "disk_gib": 1, "epa": epa, **sizes}
    return changed


def specs(document: dict[str, Any], files: dict[str, str], epa: Any, **sizes: Any) -> dict[str, str]:
    return extra_specs(load(with_epa(document, epa, **sizes), files).vnfs[0].vdus[0].flavor)


@pytest.mark.parametrize(("epa", "found"), [
    ({}, {}),
    ({"page_size": "1GB"}, {"hw:mem_page_size": "1GB"}),
    ({"cpu_policy": "shared"}, {"hw:cpu_policy": "shared"}),
    ({"cpu_policy": "dedicated", "cpu_thread_policy": "isolate"},
     {"hw:cpu_policy": "dedicated", "hw:cpu_thread_policy": "isolate"}),
    ({"cpu_quota": {"limit": 2000, "reserve": 1000, "shares": 5}},
     {"quota:cpu_limit": "2000", "quota:cpu_reservation": "1000", "quota:cpu_shares_level": "custom",
      "quota:cpu_shares_share": "5"}),
    ({"memory_quota": {"limit": 0}, "interface_quota": {"reserve": 1}, "disk_quota": {"shares": 0}},
     {"quota:memory_limit": "0", "quota:vif_reservation": "1", "quota:disk_io_shares_level": "custom",
      "quota:disk_io_shares_share": "0"}),
])
def test_what_is_not_numa(document: dict[str, Any], files: dict[str, str], epa: Any, found: dict[str, str]) -> None:
    assert specs(document, files, epa) == found


@pytest.mark.parametrize(("nodes", "found"), [
    ([{"id": 0}], {}),
    ([{"id": 0}, {"id": 1}], {}),
    ([{"id": 0, "vcpus": [0, 1, 2, 5, 7]}, {"id": 1, "vcpus": [6, 3, 4]}],
     {"numa_cpus.0": "0-2,5,7", "numa_mem.0": "2048", "numa_cpus.1": "3-4,6", "numa_mem.1": "2048"}),
    # The order of the list says nothing
    ([{"id": 1, "memory_mib": 1024}, {"id": 0, "memory_mib": 3072}],
     {"numa_cpus.0": "0-3", "numa_mem.0": "3072", "numa_cpus.1": "4-7", "numa_mem.1": "1024"}),
    ([{"id": 0, "cores": 3, "memory_mib": 1096}, {"id": 1, "vcpus": [0, 1, 2, 3, 4], "memory_mib": 3000}],
     {"cpu_policy": "dedicated", "cpu_thread_policy": "isolate",
      "numa_cpus.0": "5-7", "numa_mem.0": "1096", "numa_cpus.1": "0-4", "numa_mem.1": "3000"}),
    ([{"id": 0, "threads": 8}],
     {"cpu_policy": "dedicated", "cpu_thread_policy": "prefer", "numa_cpus.0": "0-7", "numa_mem.0": "4096"}),
    ([{"id": 0, "paired_threads": 3}, {"id": 1, "paired_threads": 1}],
     {"cpu_policy": "dedicated", "cpu_thread_policy": "require",
      "numa_cpus.0": "0-5", "numa_mem.0": "2048", "numa_cpus.1": "6-7", "numa_mem.1": "2048"}),
    ([{"id": 0, "paired_thread_ids": ["0,4", "1,5"]}, {"id": 1, "paired_threads": 2, "paired_thread_ids": ["2,6", "3,7"]}],
     {"cpu_policy": "dedicated", "cpu_thread_policy": "require",
      "numa_cpus.0": "0-1,4-5", "numa_mem.0": "2048", "numa_cpus.1": "2-3,6-7", "numa_mem.1": "2048"}),
])
def test_numa_nodes(document: dict[str, Any], files: dict[str, str], nodes: list[Any], found: dict[str, str]) -> None:
    wanted = {"numa_nodes": str(len(nodes)), **found}
    assert specs(document, files, {"numa_nodes": nodes}) == {f"hw:{key}": value for key, value in wanted.items()}


def test_they_stand_beside_those_that_are_given(document: dict[str, Any], files: dict[str, str]) -> None:
    given = {"hw:cpu_policy": "dedicated", "os:secure_boot": "required"}
    assert specs(document, files, {"cpu_policy": "dedicated", "page_size": "large"}, extra_specs=given) == {
        "hw:cpu_policy": "dedicated", "os:secure_boot": "required", "hw:mem_page_size": "large"}
    assert specs(document, files, None, extra_specs=given) == given


@pytest.mark.parametrize(("epa", "told"), [
    ({"cpu_thread_policy": "prefer"},
     f"{EPA}.cpu_policy: this is missing: {EPA}.cpu_thread_policy is about dedicated vCPUs, so say dedicated"),
    ({"cpu_policy": "shared", "cpu_thread_policy": "prefer"},
     f"{EPA}.cpu_policy: 'shared' contradicts {EPA}.cpu_thread_policy, which is about dedicated vCPUs: say dedicated"),
    ({"cpu_policy": "shared", "numa_nodes": [{"id": 0, "cores": 8}]},
     f"{EPA}.cpu_policy: 'shared' contradicts {NODE}[0], which is about dedicated vCPUs: say dedicated"),
    ({"cpu_policy": "dedicated", "cpu_thread_policy": "prefer", "numa_nodes": [{"id": 0, "cores": 8}]},
     f"{NODE}[0]: this asks for the thread policy isolate, but {EPA}.cpu_thread_policy for prefer: Nova has one per server"),
    ({"numa_nodes": [{"id": 0, "cores": 4}, {"id": 1, "threads": 4}]},
     f"{NODE}[1]: this asks for the thread policy prefer, but {NODE}[0] for isolate: Nova has one per server"),
    ({"cpu_quota": {"limit": 5, "reserve": 6}}, f"{EPA}.cpu_quota.reserve: 6 is more than the limit, 5"),
])
def test_policies_that_contradict(document: dict[str, Any], files: dict[str, str], epa: Any, told: str) -> None:
    assert [str(problem) for problem in validate(with_epa(document, epa), files)] == [told]


@pytest.mark.parametrize(("nodes", "told"), [
    ([{"id": 1}], "[0].id: 1 is out of range 0..0: nodes are counted from 0 on"),
    ([{"id": 0}, {"id": 0}], f"[1].id: 0 is the id of {NODE}[0] already"),
    ([{"id": 0, "vcpus": [0, 1]}, {"id": 1, "vcpus": [2, 3, 4]}], ": 2 + 3 vCPUs are on the nodes, but the flavor has 8"),
    ([{"id": 0, "cores": 6}, {"id": 1, "cores": 6}], ": 6 + 6 vCPUs are on the nodes, but the flavor has 8"),
    ([{"id": 0, "vcpus": [0, 1, 2, 3, 4, 5, 6, 8]}], "[0].vcpus: vCPU 8 is out of range 0..7: the flavor has 8"),
    ([{"id": 0, "vcpus": [0, 1, 2, 3]}, {"id": 1, "vcpus": [3, 4, 5, 6]}],
     f"[1].vcpus: vCPU 3 is at {NODE}[0] already: each vCPU is there once"),
    ([{"id": 0, "vcpus": [0, 1, 2, 3]}, {"id": 1}], "[1].vcpus: this is missing: other nodes say which vCPUs they have, so "
     "all must"),
    ([{"id": 0}, {"id": 1}, {"id": 2}], ": 8 vCPUs can't be divided evenly among 3 nodes: give vcpus for each"),
    ([{"id": 0, "memory_mib": 4096}, {"id": 1, "memory_mib": 1}],
     ": 4096 + 1 MiB of memory are on the nodes, but the flavor has 4096"),
    ([{"id": 0, "memory_mib": 4096}, {"id": 1}], "[1].memory_mib: this is missing: other nodes say how much memory they "
     "have, so all must"),
    ([{"id": 0, "cores": 4, "threads": 4}], "[0]: cores and threads are given: one of them"),
    ([{"id": 0, "vcpus": [0, 1, 2, 3, 4, 5, 6, 7], "cores": 7}], "[0].cores: 7 make 7 vCPUs, but vcpus names 8"),
    ([{"id": 0, "paired_threads": 3, "paired_thread_ids": ["0,1", "2,3", "4,5", "6,7"]}],
     "[0].paired_thread_ids: 4 pairs are given, but paired_threads is 3"),
    ([{"id": 0, "vcpus": [0, 1], "paired_thread_ids": ["0,2"]}],
     "[0].paired_thread_ids: these are the vCPUs 0, 2, but vcpus names 0, 1"),
])
def test_numa_nodes_that_nova_can_not_do(document: dict[str, Any], files: dict[str, str], nodes: Any, told: str) -> None:
    problems = [str(problem) for problem in validate(with_epa(document, {"numa_nodes": nodes}), files)]
    assert f"{NODE}{told}" in problems
    assert all(problem.startswith(NODE) for problem in problems)


def test_uneven_memory_of_even_nodes(document: dict[str, Any], files: dict[str, str]) -> None:
    problems = validate(with_epa(document, {"numa_nodes": [{"id": 0}, {"id": 1}]}, ram_mib=4095), files)
    assert [str(problem) for problem in problems] == [
        f"{NODE}: 4095 MiB can't be divided evenly among 2 nodes: give memory_mib for each"]


def test_what_contradicts_given_extra_specs_is_told_with_both_paths(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = with_epa(document, {"page_size": "large", "numa_nodes": [{"id": 0, "vcpus": list(range(8))}]},
                       extra_specs={"hw:mem_page_size": "1GB", "hw:numa_mem.0": "1024"})
    assert [str(problem) for problem in validate(changed, files)] == [
        f"{FLAVOR}.extra_specs['hw:mem_page_size']: '1GB' contradicts {EPA}.page_size, which makes it 'large': leave one out",
        f"{FLAVOR}.extra_specs['hw:numa_mem.0']: '1024' contradicts {NODE}[0], which makes it '4096': leave one out"]


def test_a_spec_that_is_too_long_for_nova(document: dict[str, Any], files: dict[str, str]) -> None:
    nodes = [{"id": place, "vcpus": list(range(place, 256, 2))} for place in range(2)]
    problems = [str(problem) for problem in validate(with_epa(document, {"numa_nodes": nodes}, vcpus=256), files)]
    assert len(problems) == 2
    assert "hw:numa_cpus.0" in problems[0]
    assert "Nova takes 255" in problems[0]


def test_what_can_not_be_read_is_told_once(document: dict[str, Any], files: dict[str, str]) -> None:
    epa = {"cpu_policy": "dedicatd", "numa_nodes": [{"id": "0", "vcpus": ["x"]}, "node"]}
    paths = [problem.path for problem in validate(with_epa(document, epa), files)]
    assert paths == [f"{EPA}.cpu_policy", f"{NODE}[0].id", f"{NODE}[0].vcpus[0]", f"{NODE}[1]"]
