# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with packages and parameters: the path, the value, and what would be right."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import NSD, VNFD, Tree, problems, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def change(tree: Any, path: str, value: Any) -> None:
    steps = [int(word) if word.isdigit() else word for word in path.replace("[", ".").replace("]", "").split(".")]
    for word in steps[:-1]:
        tree = tree[word]
    tree[steps[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("df", [], "df: this is missing"),
        ("df[0].vnf-profile", "web", "df[0].vnf-profile: 'web' is a string, not a list"),
        ("df[0].vnf-profile[0].vnfd-id", "wbe-vnf",
         "df[0].vnf-profile[0].vnfd-id: 'wbe-vnf' is in no package: did you mean web-vnf?"),
        ("df[0].vnf-profile[0].virtual-link-connectivity[0].constituent-cpd-id[0].constituent-base-element-id", "db",
         "df[0].vnf-profile[0].virtual-link-connectivity[0].constituent-cpd-id[0].constituent-base-element-id: "
         "'db' is not this member, web"),
        ("virtual-link-desc", [{"id": "mgmt"}, {"id": "mgmt"}],
         f"virtual-link-desc[1].id: 'mgmt' is there already, at {NSD}.virtual-link-desc[0]"),
        ("virtual-link-desc[0].mgmt-network", "perhaps",
         "virtual-link-desc[0].mgmt-network: 'perhaps' is a string, not true or false"),
    ],
)
def test_mistakes_in_an_nsd(nsd: Tree, vnfd: Tree, path: str, value: Any, message: str) -> None:
    change(nsd, path, value)
    assert problems(nsd, vnfd) == [f"{NSD}.{message}"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("mgmt-cp", "mgmt", "mgmt-cp: 'mgmt' is no ext-cpd: did you mean mgmt-ext?"),
        ("df[0].vdu-profile[0].id", "frnt", "df[0].vdu-profile[0].id: 'frnt' is no VDU here: did you mean front?"),
        ("vdu[0].sw-image-desc", "imgs", "vdu[0].sw-image-desc: 'imgs' is no sw-image-desc: did you mean img?"),
        ("vdu[0].virtual-compute-desc", "big",
         "vdu[0].virtual-compute-desc: 'big' is no virtual-compute-desc: known: small"),
        ("vdu[0].virtual-storage-desc", ["rot"],
         "vdu[0].virtual-storage-desc: 'rot' is no virtual-storage-desc: did you mean root?"),
        ("virtual-storage-desc[0].size-of-storage", -1,
         "virtual-storage-desc[0].size-of-storage: -1 is a number, not a number of 0..2147483647"),
        ("virtual-storage-desc[0].type-of-storage", "tape",
         "virtual-storage-desc[0].type-of-storage: 'tape' is none of root-storage, root, persistent-storage, "
         "persistent-root-storage, ephemeral-storage, swap-storage, block"),
        ("virtual-compute-desc[0].virtual-cpu.num-virtual-cpu", 1.5,
         "virtual-compute-desc[0].virtual-cpu.num-virtual-cpu: 1.5 is a number, not a whole number"),
        ("vdu[0].int-cpd[1].int-virtual-link-desc", "interal",
         "vdu[0].int-cpd[1].int-virtual-link-desc: 'interal' is no int-virtual-link-desc: did you mean internal?"),
        ("vdu[0].int-cpd[0].virtual-network-interface-requirement[0].virtual-interface.type", "TOKEN-RING",
         "vdu[0].int-cpd[0].virtual-network-interface-requirement[0].virtual-interface.type: 'TOKEN-RING' is none of "
         "VIRTIO, PARAVIRT, OM-MGMT, E1000, SR-IOV, PCI-PASSTHROUGH"),
        ("vdu[0].cloud-init-file", "x.cfg",
         "vdu[0].cloud-init-file: 'x.cfg' is not there: looked for it in web/cloud_init"),
        ("vdu[0].cloud-init-file", "../../x.cfg",
         "vdu[0].cloud-init-file: '../../x.cfg' is not there: looked for it in web/cloud_init"),
    ],
)
def test_mistakes_in_a_vnfd(nsd: Tree, vnfd: Tree, path: str, value: Any, message: str) -> None:
    change(vnfd, path, value)
    assert [problem for problem in problems(nsd, vnfd) if problem.endswith(message)] == [f"{VNFD}.{message}"]


def test_connection_points_that_lead_nowhere(nsd: Tree, vnfd: Tree) -> None:
    vnfd["ext-cpd"][0]["int-cpd"]["cpd"] = "eth7-int"
    assert problems(nsd, vnfd) == [
        f"{VNFD}.vdu[0].int-cpd[0]: 'eth0-int' is on no virtual link: neither int-virtual-link-desc nor ext-cpd has it",
        f"{VNFD}.ext-cpd[0].int-cpd: there is no int-cpd 'eth7-int' of a VDU 'front'",
    ]


def test_an_ext_cpd_that_is_not_connected(nsd: Tree, vnfd: Tree) -> None:
    nsd["df"][0]["vnf-profile"][0]["virtual-link-connectivity"] = []
    assert problems(nsd, vnfd) == [
        f"{VNFD}.vdu[0].int-cpd[0]: 'eth0-int' is on no virtual link: its ext-cpd 'mgmt-ext' is connected to none"
    ]


def test_an_ext_cpd_that_is_not_connected_and_not_needed(nsd: Tree, vnfd: Tree) -> None:
    """A VNF with more connection points than the NS has virtual links."""
    vnfd["ext-cpd"].append({"id": "spare", "int-cpd": {"vdu-id": "front", "cpd": "eth1-int"}})
    del vnfd["vdu"][0]["int-cpd"][1]["int-virtual-link-desc"]
    result = read(nsd, vnfd)
    load(result.document)
    assert [one["name"] for one in result.document["vnfs"][0]["vdus"][0]["interfaces"]] == ["eth0"]
    assert f"{VNFD}.vdu[0].int-cpd[1]: this is left out: its ext-cpd 'spare' is connected to no virtual link" in result.warnings
    nsd["df"][0]["vnf-profile"][0]["virtual-link-connectivity"] = []
    del vnfd["mgmt-cp"]
    assert problems(nsd, vnfd) == [f"{VNFD}.vdu[0].int-cpd: none of them is on a virtual link"]


def test_a_connected_ext_cpd_that_is_not_there(nsd: Tree, vnfd: Tree) -> None:
    place = "df[0].vnf-profile[0].virtual-link-connectivity[0]"
    change(nsd, f"{place}.constituent-cpd-id[0].constituent-cpd-id", "mgmt-xt")
    point = f"{NSD}.{place}.constituent-cpd-id[0].constituent-cpd-id"
    assert f"{point}: 'mgmt-xt' is no ext-cpd of web-vnf: did you mean mgmt-ext?" in problems(nsd, vnfd)
    change(nsd, f"{place}.virtual-link-profile-id", "mgnt")
    assert f"{NSD}.{place}.virtual-link-profile-id: 'mgnt' is no virtual-link-desc: did you mean mgmt?" in problems(nsd, vnfd)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"vld": [{"name": "mgnt"}]}, "params:vld[0].name: 'mgnt' is no virtual link here: did you mean mgmt?"),
        ({"vnf": [{"member-vnf-index": "wbe"}]}, "params:vnf[0].member-vnf-index: 'wbe' is no member here: did you mean web?"),
        ({"vnf": [{"member-vnf-index": "web", "vdu": [{"id": "frnt"}]}]},
         "params:vnf[0].vdu[0].id: 'frnt' is no VDU here: did you mean front?"),
        ({"vnf": [{"member-vnf-index": "web", "vdu": [{"id": "front", "interface": [{"name": "eth5"}]}]}]},
         "params:vnf[0].vdu[0].interface[0].name: 'eth5' is no interface here: did you mean eth1?"),
        ({"vnf": [{"member-vnf-index": "web", "internal-vld": [{"name": "inernal"}]}]},
         "params:vnf[0].internal-vld[0].name: 'inernal' is no virtual link here: did you mean internal?"),
        ({"additionalParamsForVnf": [{"member-vnf-index": "db"}]},
         "params:additional-params-for-vnf[0].member-vnf-index: 'db' is no member here: known: web"),
        ({"additionalParamsForNs": 5}, "params:additional-params-for-ns: 5 is a number, not a mapping"),
        ({"nsFlavourId": "big"}, "ns/nsd.yaml:nsd.df: 'big' is none of them: known: default-df"),
        ({"nsd-id": "other"}, "params:nsd-id: 'other' is no NSD here: known: edge-ns"),
        ({"vld": [{"name": "mgmt", "ip-profile": {}}]}, "params:vld[0].ip-profile.subnet-address: this is missing"),
        ({1: 2}, "params:: the key 1 is not a string: put it in quotes"),
    ],
)
def test_mistakes_in_parameters(nsd: Tree, vnfd: Tree, params: Tree, message: str) -> None:
    assert problems(nsd, vnfd, params) == [message]


def test_one_address_for_several_instances(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["vdu-profile"][0]["min-number-of-instances"] = 2
    wish = {"id": "front", "interface": [{"name": "eth1", "ip-address": "10.8.0.8"}]}
    assert problems(nsd, vnfd, {"vnf": [{"member-vnf-index": "web", "vdu": [wish]}]}) == [
        f"{VNFD}.vdu[0].int-cpd[1]: '10.8.0.8' is one address for 2 instances of the VDU"
    ]


def test_packages_that_are_none() -> None:
    for files in ({}, {"a.yaml": "x: 1"}, {"README": "nsd: {}"}, {"charms/x/a.yaml": "{"}):
        with pytest.raises(DescriptorError, match="there is no NSD"):
            to_document(files)


def test_several_nsds_and_the_same_vnfd_twice(nsd: Tree, vnfd: Tree) -> None:
    other = json.dumps({"nsd": {**nsd, "id": "other"}})
    with pytest.raises(DescriptorError, match="there are 2 NSDs: name one with nsd_id: known: edge-ns, other"):
        read(nsd, vnfd, None, **{"ns/other.yaml": other})
    assert read(nsd, vnfd, {"nsdId": "other"}, **{"ns/other.yaml": other}).document["name"] == "edge"
    with pytest.raises(DescriptorError, match="'web-vnf' is there already, in web/vnfd.yaml"):
        read(nsd, vnfd, None, **{"web2/vnfd.yaml": json.dumps({"vnfd": vnfd})})


def test_yaml_that_does_not_parse_is_told_with_line_and_column(nsd: Tree, vnfd: Tree) -> None:
    with pytest.raises(DescriptorError, match=r"^web/b.yaml, line 3, column 1: this is no valid YAML"):
        read(nsd, vnfd, None, **{"web/b.yaml": "a: 1\nb: [\n"})


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
    st.sampled_from(["web", "front", "mgmt", "internal", "mgmt-ext", "10.0.0.0/24", "", "\x00"]),
)
keys = st.text(max_size=4)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), values)
def test_whatever_a_package_holds_there_is_an_answer(nsd: Tree, vnfd: Tree, data: st.DataObject, value: Any) -> None:
    params = {
        "vld": [{"name": "mgmt", "ip-profile": {"subnet-address": "10.0.0.0/24", "dns-server": ["10.0.0.2"]}}],
        "vnf": [{"member-vnf-index": "web", "vdu": [{"id": "front", "interface": [{"name": "eth0"}]}]}],
        "additionalParamsForVnf": [{"member-vnf-index": "web", "additionalParams": {"a": 1}}],
    }
    trees = copy.deepcopy({"nsd": nsd, "vnfd": vnfd, "params": params})
    place = data.draw(st.sampled_from(places(trees)))
    here: Any = trees
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    asked = trees["params"] if isinstance(trees["params"], dict) else None
    try:
        result = read(trees["nsd"], trees["vnfd"], asked)
    except DescriptorError as error:
        assert error.problems
        assert all(problem.path and problem.message for problem in error.problems)
    else:
        json.dumps(result.document)
