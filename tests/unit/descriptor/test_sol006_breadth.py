# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with the rarer attributes: the path, the value, and what would be right."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import NSD, VNFD, Tree, problems, read, vdu

VDU = f"{VNFD}.vdu[0]"


@pytest.mark.parametrize(
    ("df", "message"),
    [
        ({"ns-instantiation-level": [{"id": "l", "vnf-to-level-mapping": [{"vnf-profile-id": "wbe"}]}]},
         "ns-instantiation-level[0].vnf-to-level-mapping[0].vnf-profile-id: 'wbe' is no vnf-profile: did you mean web?"),
        ({"ns-instantiation-level": [{"id": "l"}], "default-instantiation-level": "k"},
         "ns-instantiation-level: 'k' is none of them: known: l"),
        ({"ns-instantiation-level": [{"id": "l", "vnf-to-level-mapping": [
            {"vnf-profile-id": "web", "number-of-instances": 2_000_000}]}]},
         "vnf-profile[0].max-number-of-instances: 2000000 are asked for, more than 1000"),
        ({"affinity-or-anti-affinity-group": [{"id": "g", "type": "apart"}]},
         "affinity-or-anti-affinity-group[0].type: 'apart' is none of AFFINITY, ANTI-AFFINITY, SOFT-AFFINITY, "
         "SOFT-ANTI-AFFINITY"),
        ({"dependencies": [{"id": "d", "primary-id": "web", "secondary-id": "bd"}]},
         "dependencies[0].secondary-id: 'bd' is no vnf-profile: known: web"),
        ({"dependencies": [{"id": "d", "primary-id": "web", "secondary-id": "web"}]},
         "dependencies[0]: this is a loop: web after web"),
        ({"ns-instantiation-level": [{"id": "l"}, {"id": "m", "vnf-to-level-mapping": [{"vnf-profile-id": "wbe"}]}]},
         "ns-instantiation-level[1].vnf-to-level-mapping[0].vnf-profile-id: 'wbe' is no vnf-profile: did you mean web?"),
        ({"scaling-aspect": [{"id": "a", "ns-scale-level": [{"id": "l", "vnf-to-level-mapping": [{"vnf-profile-id": "wbe"}]}]}]},
         "scaling-aspect[0].ns-scale-level[0].vnf-to-level-mapping[0].vnf-profile-id: 'wbe' is no vnf-profile: "
         "did you mean web?"),
    ],
)
def test_mistakes_in_a_df_of_an_nsd(nsd: Tree, vnfd: Tree, df: Tree, message: str) -> None:
    nsd["df"][0].update(df)
    assert problems(nsd, vnfd) == [f"{NSD}.df[0].{message}"]


@pytest.mark.parametrize(("info", "message"), [
    ({"ns_scaling_aspect_id": "wdth", "ns_scale_level_id": "big"},
     "ns-scaling-aspect-id: 'wdth' is no scaling-aspect: did you mean width?"),
    ({"ns_scaling_aspect_id": "width", "ns_scale_level_id": "bgi"},
     "ns-scale-level-id: 'bgi' is no ns-scale-level of width: did you mean big?"),
    ({"ns_scaling_aspect_id": "width"}, "ns-scale-level-id: this is missing"),
])
def test_mistakes_in_what_an_ns_is_scaled_to(nsd: Tree, vnfd: Tree, info: Tree, message: str) -> None:
    level = {"id": "big", "vnf-to-level-mapping": [{"vnf-profile-id": "web", "number-of-instances": 2}]}
    nsd["df"][0]["scaling-aspect"] = [{"id": name, "ns-scale-level": [level]} for name in ("width", "other")]
    assert problems(nsd, vnfd, {"ns_scale_info": [info]}) == [f"params:ns-scale-info[0].{message}"]


def test_aspects_of_an_ns_that_do_not_agree(nsd: Tree, vnfd: Tree) -> None:
    level = {"id": "big", "vnf-to-level-mapping": [{"vnf-profile-id": "web", "number-of-instances": 2}]}
    nsd["df"][0]["scaling-aspect"] = [{"id": name, "ns-scale-level": [level]} for name in ("width", "other")]
    asked = [{"ns_scaling_aspect_id": name, "ns_scale_level_id": "big"} for name in ("width", "other")]
    assert problems(nsd, vnfd, {"nsScaleInfo": asked}) == [
        "params:ns-scale-info[1]: other and width both say how many VNFs 'web' is"]


def test_a_group_that_is_not_there(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["vdu-profile"][0]["affinity-or-anti-affinity-group"] = [{"id": "g"}]
    assert problems(nsd, vnfd) == [f"{VNFD}.df[0].vdu-profile[0].affinity-or-anti-affinity-group[0].id: "
                                   "'g' is no affinity-or-anti-affinity-group: there are none"]


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ({"cidr": "10.0.0.0/40"}, "cidr: '10.0.0.0/40' is no subnet: write address and prefix length, such as 10.1.0.0/24"),
        ({"cidr": "10.0.0.0/24", "ip-version": "ipv6"}, "ip-version: '10.0.0.0/24' is no subnet of version 6"),
        ({"cidr": "10.0.0.0/24", "ip-allocation-pools": ["10.0.0.9-10.0.0.2"]},
         "ip-allocation-pools[0]: '10.0.0.9-10.0.0.2' is no pool: write its first and last address, such as 10.1.0.10-10.1.0.99"),
        ({"cidr": "10.0.0.0/24", "dhcp-params": {"count": "many"}}, "dhcp-params.count: 'many' is a string, not a number of "
         "0..2147483647"),
    ],
)
def test_mistakes_in_a_subnet(nsd: Tree, vnfd: Tree, profile: Tree, message: str) -> None:
    link = {"id": "internal", "virtual-link-protocol-data": {"l3-protocol-data": profile}}
    vnfd["df"][0]["virtual-link-profile"] = [link]
    assert problems(nsd, vnfd) == [f"{VNFD}.df[0].virtual-link-profile[0].virtual-link-protocol-data.l3-protocol-data.{message}"]


@pytest.mark.parametrize(
    ("memory", "ram"), [(1, 1024), ("2", 2048), (0.25, 256), ("768 MB", 768), ("2GiB", 2048), ("1 TB", 1048576)]
)
def test_units_of_memory(nsd: Tree, vnfd: Tree, memory: Any, ram: int) -> None:
    vnfd["virtual-compute-desc"][0]["virtual-memory"]["size"] = memory
    assert vdu(nsd, vnfd)["flavor"]["ram_mib"] == ram


@pytest.mark.parametrize("memory", ["lots", "5 PB", "1,5"])
def test_units_that_there_are_not(nsd: Tree, vnfd: Tree, memory: str) -> None:
    vnfd["virtual-compute-desc"][0]["virtual-memory"]["size"] = memory
    assert problems(nsd, vnfd) == [f"{VNFD}.virtual-compute-desc[0].virtual-memory.size: '{memory}' is a string, not a size in "
                                   "GB, nor one with its unit, such as '512 MB'"]


def test_too_many_numa_nodes(nsd: Tree, vnfd: Tree) -> None:
    vnfd["virtual-compute-desc"][0]["virtual-memory"]["numa-node-policy"] = {"node-cnt": 2_000_000}
    assert problems(nsd, vnfd) == [f"{VNFD}.virtual-compute-desc[0].virtual-memory.numa-node-policy.node-cnt: 2000000 is more "
                                   "than 64"]


def test_an_int_cpd_of_two_ext_cpds(nsd: Tree, vnfd: Tree) -> None:
    vnfd["ext-cpd"].append({"id": "again", "int-cpd": {"vdu-id": "front", "cpd": "eth0-int"}})
    assert f"{VNFD}.ext-cpd[1].int-cpd: 'eth0-int' is the int-cpd of mgmt-ext already: an interface is on one virtual link" in (
        problems(nsd, vnfd))


def test_a_key_in_two_spellings(nsd: Tree, vnfd: Tree) -> None:
    vnfd["mgmt_cp"] = "other"
    assert f"{VNFD}: 'mgmt-cp' is there twice, in different spellings" in problems(nsd, vnfd)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"vnf": [{"member-vnf-index": "web", "vdu": [{"id": "front", "volume": [{"name": "logs", "vim-volume-id": "x"}]}]}]},
         "params:vnf[0].vdu[0].volume[0].name: 'logs' is no volume here: there are none"),
        ({"vld": [{"name": "mgmt", "vim-network-name": {"a": "x", "b": "y"}}]},
         "params:vld[0].vim-network-name: 2 VIMs are given, but the VNFs are on one: name it with vim_account_id"),
        ({"vld": [{"name": "mgmt", "vnfd-connection-point-ref": [
            {"member-vnf-index-ref": "wbe", "vnfd-connection-point-ref": "mgmt-ext", "ip-address": "10.0.0.1"}]}]},
         "params:vld[0].vnfd-connection-point-ref[0].member-vnf-index-ref: 'wbe' is no member here: did you mean web?"),
        ({"additional-params-for-vnf": [{"member-vnf-index": "web"}, {"member-vnf-index": "web"}]},
         "params:additional-params-for-vnf[1]: 'web' is there already, at params:additional-params-for-vnf[0]"),
        ({"additional-params-for-vnf": [{"member-vnf-index": "web", "affinity-or-anti-affinity-group": [
            {"id": "g", "vim-affinity-group-id": "x"}]}]},
         "params:additional-params-for-vnf[0].affinity-or-anti-affinity-group[0].id: 'g' is no affinity-or-anti-affinity-group "
         "of web"),
        ({"vimAccountId": "a", "vnf": [{"member-vnf-index": "web", "vimAccountId": "b"}],
          "vld": [{"name": "mgmt", "vim-network-name": {"a": "x"}}]},
         "params:vld[0].vim-network-name: there is none for VIM b: known: a"),
    ],
)
def test_mistakes_in_parameters(nsd: Tree, vnfd: Tree, params: Tree, message: str) -> None:
    assert problems(nsd, vnfd, params) == [message]


def test_an_account_of_a_vim_that_is_known(nsd: Tree, vnfd: Tree) -> None:
    files = {"ns/nsd.yaml": json.dumps({"nsd": nsd}), "web/vnfd.yaml": json.dumps({"vnfd": vnfd})}
    found = to_document(files, {"vimAccountId": "site-a"}, {"site-a": {"cloud": "x"}}).document
    assert (found["vims"], found["vnfs"][0]["vim"], found["virtual_links"][0]["vim"]) == ({"site-a": {}}, "site-a", "site-a")
    assert "vims" not in to_document(files, {"vimAccountId": "site-b"}, {"site-a": {"cloud": "x"}}).document
    load(found)


def test_the_own_vim_of_the_ns_keeps_the_names(nsd: Tree, vnfd: Tree) -> None:
    other = copy.deepcopy(nsd["df"][0]["vnf-profile"][0])
    other["id"] = "near"
    other["virtual-link-connectivity"][0]["constituent-cpd-id"][0]["constituent-base-element-id"] = "near"
    nsd["df"][0]["vnf-profile"].append(other)
    result = read(nsd, vnfd, {"vim_account_id": "here", "vnf": [{"member_vnf_index": "web", "vim_account_id": "there"}]})
    assert [(link["name"], link["vim"]) for link in result.document["virtual_links"]] == [
        ("mgmt-there", "there"), ("mgmt", "here")]
    assert [vnf["vdus"][0]["interfaces"][1]["virtual_link"] for vnf in result.document["vnfs"]] == ["mgmt-there", "mgmt"]
    assert [text for text in result.warnings if "name its cloud with nfv_vims" in text]
    load(result.document)


def test_addresses_of_several_instances(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["vdu-profile"][0]["min-number-of-instances"] = 2
    interface = {"name": "eth1", "ip-address": ["10.8.0.8", "10.8.0.9"]}
    params = {"vnf": [{"member-vnf-index": "web", "vdu": [{"id": "front", "interface": [interface]}],
                       "internal-vld": [{"name": "internal", "ip-profile": {"subnet-address": "10.8.0.0/24"}}]}]}
    assert vdu(nsd, vnfd, params)["interfaces"][0]["ip_addresses"] == ["10.8.0.8", "10.8.0.9"]
    vnfd["df"][0]["vdu-profile"][0]["min-number-of-instances"] = 3
    assert problems(nsd, vnfd, params) == [f"{VDU}.int-cpd[1]: 2 addresses are given for 3 instances of the VDU"]


def test_references_of_the_older_model(nsd: Tree) -> None:
    vnfd = {"id": "y", "mgmt-interface": {"cp": "z"}, "vdu": [], "internal-vld": [{"id": "l", "ip-profile-ref": "none"}]}
    old = {"id": "x", "constituent-vnfd": [{"member-vnf-index": 1, "vnfd-id-ref": "y"}], "vld": [
        {"id": "v", "vnfd-connection-point-ref": [{"member-vnf-index-ref": 2, "vnfd-connection-point-ref": "z"}]}]}
    files = {"a.yaml": json.dumps({"nsd:nsd-catalog": {"nsd": [old]}}),
             "b.yaml": json.dumps({"vnfd:vnfd-catalog": {"vnfd": [vnfd]}})}
    with pytest.raises(DescriptorError) as raised:
        to_document(files)
    assert [str(problem) for problem in raised.value.problems] == [
        "a.yaml:nsd.vld[0].vnfd-connection-point-ref[0].member-vnf-index-ref: '2' is none of constituent-vnfd",
        "b.yaml:vnfd.internal-vld[0].ip-profile-ref: 'none' is none of ip-profiles"]


def test_vnfds_without_an_nsd_are_named(vnfd: Tree) -> None:
    with pytest.raises(DescriptorError, match="there is no NSD: a YAML file with nsd at its top; there are VNFDs: web-vnf"):
        to_document({"web/vnfd.yaml": json.dumps({"vnfd": vnfd})})


def test_what_the_image_needs_and_the_flavor_has_not(nsd: Tree, vnfd: Tree) -> None:
    vnfd["sw-image-desc"][0].update({"min-disk": 10, "min-ram": 4})
    result = read(nsd, vnfd)
    assert f"{VNFD}.sw-image-desc[0].min-disk: the image needs 10 GiB, but the VDU's root disk has 3" in result.warnings
    assert f"{VNFD}.sw-image-desc[0].min-ram: the image needs 4096 MiB, but the VDU has 512" in result.warnings


def test_everything_left_out_has_its_path_and_why(nsd: Tree, vnfd: Tree) -> None:
    vnfd["vnf-configuration"] = [{}]
    vnfd["vdu"][0]["clod-init"] = "x"
    left = {one.path: one.message for one in read(nsd, vnfd).left_out}
    assert left[f"{VNFD}.vnf-configuration"].startswith("configuring what runs is not done")
    assert left[f"{VDU}.clod-init"] == "unknown key: did you mean cloud-init?"


def test_several_members_of_a_profile_share_what_is_no_address(nsd: Tree, vnfd: Tree) -> None:
    nsd["df"][0]["vnf-profile"][0]["min-number-of-instances"] = 2
    vnfd["vdu"][0]["cloud-init"] = "#!/bin/sh\n"
    params = {"additionalParamsForVnf": [{"member-vnf-index": "web", "additionalParams": {"a": 1}}],
              "vnf": [{"member-vnf-index": "web", "vdu": [{"id": "front", "vim-flavor-name": "m1.tiny", "interface": [
                  {"name": "eth1", "ip-address": "10.8.0.8"}]}], "internal-vld": [
                      {"name": "internal", "ip-profile": {"subnet-address": "10.8.0.0/24"}}]}]}
    result = read(nsd, vnfd, params)
    first, second = (vnf["vdus"][0] for vnf in result.document["vnfs"])
    assert [vnf["name"] for vnf in result.document["vnfs"]] == ["web", "web-2"]
    assert (first["cloud_init"], first["flavor"]) == (second["cloud_init"], second["flavor"])
    assert first["interfaces"][0].pop("ip_addresses") == ["10.8.0.8"]
    assert first["interfaces"][1] == second["interfaces"][1]
    load(result.document)


def test_dependencies_in_a_loop(nsd: Tree, vnfd: Tree) -> None:
    df = nsd["df"][0]
    for name in ("b", "c"):
        other = copy.deepcopy(df["vnf-profile"][0])
        other["id"] = other["virtual-link-connectivity"][0]["constituent-cpd-id"][0]["constituent-base-element-id"] = name
        df["vnf-profile"].append(other)
    pairs = (("web", "b"), ("b", "c"), ("c", "web"))
    df["dependencies"] = [{"id": str(at), "primary-id": one, "secondary-id": two} for at, (one, two) in enumerate(pairs)]
    assert problems(nsd, vnfd) == [f"{NSD}.df[0].dependencies[2]: this is a loop: web after c after b after web"]


@pytest.mark.parametrize(("positions", "read_as"), [
    ((1, 0), [("eth1", None), ("eth0", None)]), ((0, None), [("eth0", 1), ("eth1", None)]),
    ((None, 1), [("eth0", None), ("eth1", 1)]), ((3, None), [("eth0", None), ("eth1", None)])])
def test_positions_as_packages_have_them(nsd: Tree, vnfd: Tree, positions: Tree, read_as: list[tuple[str, int | None]]) -> None:
    for cpd, position in zip(vnfd["vdu"][0]["int-cpd"], positions):
        cpd["virtual-network-interface-requirement"][0]["position"] = position
    result = read(nsd, vnfd)
    load(result.document)
    interfaces = result.document["vnfs"][0]["vdus"][0]["interfaces"]
    assert [(one["name"], one.get("position")) for one in interfaces] == read_as
    assert (f"{VDU}.int-cpd[0]: this is left out: its position 3: there are 2 interfaces" in result.warnings) == (3 in positions)


def test_one_pci_address_for_all_interfaces(nsd: Tree, vnfd: Tree) -> None:
    """OSM's own packages have it."""
    for cpd in vnfd["vdu"][0]["int-cpd"]:
        cpd["virtual-network-interface-requirement"][0]["virtual-interface"]["vpci"] = "0000:00:0a.0"
    result = read(nsd, vnfd)
    load(result.document)
    assert {one["name"]: one.get("vpci") for one in result.document["vnfs"][0]["vdus"][0]["interfaces"]} == {
        "eth0": "0000:00:0a.0", "eth1": None}
    assert f"{VDU}.int-cpd[1]: this is left out: its vpci 0000:00:0a.0, which is that of eth0" in result.warnings


def test_an_id_of_osm_names_no_nsd(nsd: Tree, vnfd: Tree) -> None:
    result = read(nsd, vnfd, {"nsdId": "8c2f8b95-bb1b-47ee-8001-36dc090678da"})
    assert result.document["name"] == "edge"
    assert "params:nsd-id: this is left out: an id of OSM's own catalog means nothing here" in result.warnings


@pytest.mark.parametrize(("size", "swap", "told"), [(1, 1024, False), ("512", 524288, True), ("512 MB", 512, False)])
def test_swap_that_was_rather_meant_in_mib(nsd: Tree, vnfd: Tree, size: Any, swap: int, told: bool) -> None:
    vnfd["virtual-storage-desc"].append({"id": "swap", "type-of-storage": "swap-storage", "size-of-storage": size})
    vnfd["vdu"][0]["virtual-storage-desc"].append("swap")
    result = read(nsd, vnfd)
    assert result.document["vnfs"][0]["vdus"][0]["flavor"]["swap_mib"] == swap
    assert any("write '512 MB' if that is what is meant" in one for one in result.warnings) == told


def test_more_mistakes_than_someone_reads(nsd: Tree, vnfd: Tree) -> None:
    vnfd["vdu"] = [5] * 1500
    found = problems(nsd, vnfd)
    assert (len(found), found[0]) == (1001, f"{VDU}: 5 is a number, not a mapping")
    assert found[-1].startswith("descriptor: there are ")


def test_more_descriptors_than_a_file_has() -> None:
    with pytest.raises(DescriptorError, match="x.yaml:vnfd: these are 2000: a file has at most 1000"):
        to_document({"x.yaml": json.dumps({"vnfd": [{"id": "x"}] * 2000})})
