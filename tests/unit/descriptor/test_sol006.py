# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NSD, VNFDs and instantiation parameters as a network-service document."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import to_document
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import KEPT
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import VNFD, Tree, read, vdu


def test_a_package_pair(nsd: Tree, vnfd: Tree) -> None:
    result = read(nsd, vnfd, {"vld": [{"name": "mgmt", "vim-network-name": "shared"}]})
    subnet = result.document["vnfs"][0]["virtual_links"][0]["subnets"][0]
    assert result.document == {
        "name": "edge",
        "virtual_links": [{"name": "mgmt", "existing": "shared"}],
        "vnfs": [
            {
                "name": "web",
                "vnfd": {"id": "web-vnf", "provider": "us", "product_name": "web"},
                "virtual_links": [{"name": "internal", "subnets": [subnet]}],
                "vdus": [
                    {
                        "name": "front",
                        "count": 1,
                        "image": "cirros",
                        "flavor": {"vcpus": 2, "ram_mib": 512, "disk_gib": 3, "match": "at_least"},
                        "interfaces": [
                            {"name": "eth1", "virtual_link": "web/internal"},
                            {"name": "eth0", "virtual_link": "mgmt", "management": True},
                        ],
                        "min_count": 1,
                    }
                ],
            }
        ],
    }
    assert result.warnings == [f"web/internal: this virtual link has no ip profile: {subnet['cidr']} is taken"]
    assert subnet["gateway"] is None
    load(result.document, result.files)


@pytest.mark.parametrize(
    ("wrap_ns", "wrap_vnf"),
    [
        (lambda ns: {"nsd": {"nsd": [ns]}}, lambda vnf: {"vnfd": vnf}),
        (lambda ns: {"nsd": [ns]}, lambda vnf: {"vnfd": {"vnfd": [vnf]}}),
        (lambda ns: {"nsd:nsd-catalog": {"nsd": [ns]}}, lambda vnf: {"vnfd:vnfd-catalog": {"vnfd": [vnf]}}),
        (lambda ns: {"etsi-nfv-nsd:nsd": {"nsd": ns}}, lambda vnf: {"etsi-nfv-vnfd:vnfd": vnf}),
    ],
)
def test_nesting(nsd: Tree, vnfd: Tree, wrap_ns: Any, wrap_vnf: Any) -> None:
    files = {"a.yml": json.dumps(wrap_ns(nsd)), "b.yaml": json.dumps(wrap_vnf(vnfd))}
    assert to_document(files).document == read(nsd, vnfd).document


def test_the_spelling_of_keys_does_not_matter(nsd: Tree, vnfd: Tree) -> None:
    def respell(value: Any) -> Any:
        if isinstance(value, dict):
            return {f"x:{key.replace('-', '_')}": respell(item) for key, item in value.items()}
        return [respell(item) for item in value] if isinstance(value, list) else value

    assert read(respell(nsd), respell(vnfd)).document == read(nsd, vnfd).document


@pytest.mark.parametrize(
    ("df", "count"),
    [
        ({"id": "d"}, 1),
        ({"id": "d", "vdu-profile": [{"id": "front", "min-number-of-instances": 3}]}, 3),
        ({"id": "d", "instantiation-level": [{"id": "l", "vdu-level": [{"vdu-id": "front", "number-of-instances": 2}]}],
          "vdu-profile": [{"id": "front", "min-number-of-instances": 1}]}, 2),
        ({"id": "d", "default-instantiation-level": "m", "instantiation-level": [
            {"id": "l", "vdu-level": [{"vdu-id": "front", "number-of-instances": 2}]},
            {"id": "m", "vdu-level": [{"vdu-id": "front", "number-of-instances": "4"}]}]}, 4),
    ],
)
def test_counts(nsd: Tree, vnfd: Tree, df: Tree, count: int) -> None:
    vnfd["df"] = [df]
    assert vdu(nsd, vnfd)["count"] == count


def test_a_deployment_flavour_by_name(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"].append({"id": "big", "vdu-profile": [{"id": "front", "min-number-of-instances": 5}]})
    nsd["df"].append(copy.deepcopy(nsd["df"][0]))
    nsd["df"][1]["id"] = "large"
    nsd["df"][1]["vnf-profile"][0]["flavour-id"] = "big"
    assert vdu(nsd, vnfd)["count"] == 1
    assert vdu(nsd, vnfd, {"nsFlavourId": "large"})["count"] == 5


def test_storages(nsd: Tree, vnfd: Tree) -> None:
    vnfd["virtual-storage-desc"] = [
        {"id": "root", "type-of-storage": "root-storage", "size-of-storage": "8"},
        {"id": "eph", "type-of-storage": "etsi-nfv-descriptors:ephemeral-storage", "size-of-storage": 2},
        {"id": "swap", "type-of-storage": "swap-storage", "size-of-storage": 1},
        {"id": "logs", "type-of-storage": "persistent-storage:persistent-storage", "size-of-storage": 5,
         "vdu-storage-requirements": [{"key": "keep-volume", "value": "true"}]},
        {"id": "common", "type-of-storage": "persistent-storage", "size-of-storage": 3,
         "vdu-storage-requirements": [{"key": "keep-volume", "value": "false"}, {"key": "multiattach", "value": "true"}]},
    ]
    vnfd["vdu"][0]["virtual-storage-desc"] = ["root", "eph", "swap", "logs", "common"]
    found = vdu(nsd, vnfd)
    assert found["flavor"] == {
        "vcpus": 2, "ram_mib": 512, "disk_gib": 8, "ephemeral_gib": 2, "swap_mib": 1024, "match": "at_least",
    }
    assert found["volumes"] == [{"name": "logs", "size_gib": 5, "keep": True},
                                {"name": "common", "size_gib": 3, "multiattach": True}]


def test_what_is_asked_of_the_host_is_not_lost(nsd: Tree, vnfd: Tree) -> None:
    compute = vnfd["virtual-compute-desc"][0]
    compute["virtual-cpu"]["pinning"] = {"policy": "DEDICATED", "thread-policy": "ISOLATE"}
    compute["virtual-memory"]["mempage-size"] = "LARGE"
    assert vdu(nsd, vnfd)["flavor"]["epa"] == {
        "cpu_policy": "dedicated", "cpu_thread_policy": "isolate", "page_size": "large",
    }


def test_numa_nodes_and_quotas(nsd: Tree, vnfd: Tree) -> None:
    compute = vnfd["virtual-compute-desc"][0]
    compute["virtual-cpu"].update({"num-virtual-cpu": 6, "pinning": {"policy": "static"},
                                   "cpu-quota": {"limit": 5, "reserve": "4", "shares": 0}})
    compute["virtual-memory"].update({
        "numa-enabled": True, "mem-quota": {"limit": 7}, "vif-quota": {"shares": 8},
        "numa-node-policy": {"node-cnt": 2, "node": [
            {"id": 0, "vcpu": [{"id": 0}, {"id": 1}], "memory-mb": 256,
             "paired-threads": {"num-paired-threads": 1, "paired-thread-ids": [{"thread-a": 0, "thread-b": 1}]}},
            {"id": 1, "memory-mb": 256, "paired-threads": {"num-paired-threads": 2}}]}})
    vnfd["virtual-storage-desc"][0]["disk-io-quota"] = {"limit": 9}
    result = read(nsd, vnfd)
    assert result.document["vnfs"][0]["vdus"][0]["flavor"]["epa"] == {
        "cpu_policy": "dedicated", "cpu_quota": {"limit": 5, "reserve": 4}, "memory_quota": {"limit": 7},
        "interface_quota": {"shares": 8}, "disk_quota": {"limit": 9},
        "numa_nodes": [{"id": 0, "vcpus": [0, 1], "memory_mib": 256, "paired_threads": 1, "paired_thread_ids": ["0,1"]},
                       {"id": 1, "memory_mib": 256, "paired_threads": 2}]}
    assert load(result.document).vnfs[0].vdus[0].flavor.epa is not None
    assert not [warning for warning in result.warnings if "quota" in warning or "numa" in warning]


def test_numa_nodes_by_their_number_only(nsd: Tree, vnfd: Tree) -> None:
    vnfd["virtual-compute-desc"][0]["virtual-memory"]["numa-node-policy"] = {"node-cnt": 2}
    assert vdu(nsd, vnfd)["flavor"]["epa"] == {"numa_nodes": [{"id": 0}, {"id": 1}]}


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"id": "img"}, "img"),
        ({"id": "img", "name": "n"}, "n"),
        ({"id": "img", "name": "n", "image": "i"}, "i"),
        ({"id": "img", "name": "n", "checksum": {"algorithm": "md5", "hash": "A" * 32}}, {"checksum": "a" * 32}),
        ({"id": "img", "name": "n", "checksum": "A" * 32}, {"checksum": "a" * 32}),
        ({"id": "img", "name": "n", "checksum": "short"}, "n"),
    ],
)
def test_images(nsd: Tree, vnfd: Tree, image: Tree, expected: Any) -> None:
    vnfd["sw-image-desc"] = [image]
    assert vdu(nsd, vnfd)["image"] == expected


def test_an_affinity_group(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["affinity-or-anti-affinity-group"] = [{"id": "g", "type": "anti-affinity", "scope": "nfvi-node"}]
    vnfd["df"][0]["vdu-profile"][0]["affinity-or-anti-affinity-group"] = [{"id": "g"}]
    result = read(nsd, vnfd)
    assert result.document["affinity_groups"] == [{"name": "web-g", "policy": "anti-affinity", "scope": "nfvi-node"}]
    assert load(result.document).vnfs[0].vdus[0].affinity_groups == ("web-g",)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("VIRTIO", {}),
        ("PARAVIRT", {}),
        ("OM-MGMT", {"management": True}),
        ("E1000", {"type": "e1000"}),
        ("SR-IOV", {"type": "sr-iov"}),
        ("PCI-PASSTHROUGH", {"type": "pci-passthrough"}),
    ],
)
def test_interface_types(nsd: Tree, vnfd: Tree, kind: str, expected: Tree) -> None:
    del vnfd["mgmt-cp"]
    point = vnfd["vdu"][0]["int-cpd"][0]["virtual-network-interface-requirement"][0]
    point["virtual-interface"] = {"type": kind, "vpci": "0000:00:0a.0"}
    found = vdu(nsd, vnfd)["interfaces"][1]
    assert found == {"name": "eth0", "virtual_link": "mgmt", "vpci": "0000:00:0a.0", **expected}


def test_some_positions_are_places(nsd: Tree, vnfd: Tree) -> None:
    del vnfd["vdu"][0]["int-cpd"][1]["virtual-network-interface-requirement"][0]["position"]
    assert [item.get("position") for item in vdu(nsd, vnfd)["interfaces"]] == [2, None]


def test_parameters_of_a_member(nsd: Tree, vnfd: Tree) -> None:
    params = {
        "nsName": "mine",
        "nsDescription": "for a test",
        "vnf": [
            {
                "member-vnf-index": "web",
                "internal-vld": [
                    {
                        "name": "internal",
                        "ip-profile": {"subnet-address": "10.8.0.0/24"},
                        "internal-connection-point": [{"id-ref": "eth1-int", "ip-address": "10.8.0.8"}],
                    }
                ],
                "vdu": [
                    {
                        "id": "front",
                        "vim-flavor-name": "m1.small",
                        "interface": [
                            {"name": "eth0", "mac-address": "fa:16:3e:00:00:01", "floating-ip-required": True}
                        ],
                    }
                ],
            }
        ],
        "vld": [
            {
                "name": "mgmt",
                "vim-network-name": "shared",
                "vnfd-connection-point-ref": [
                    {"member-vnf-index-ref": "web", "vnfd-connection-point-ref": "mgmt-ext", "ip-address": "10.9.0.9"}
                ],
            }
        ],
        "ssh_keys": ["ssh-ed25519 AAAA x"],
    }
    result = read(nsd, vnfd, params)
    document = result.document
    assert (document["name"], document["description"], document["ssh_keys"]) == ("mine", "for a test", ["ssh-ed25519 AAAA x"])
    found = document["vnfs"][0]["vdus"][0]
    assert found["flavor"] == "m1.small"
    assert found["interfaces"] == [
        {"name": "eth1", "virtual_link": "web/internal", "ip_addresses": ["10.8.0.8"]},
        {
            "name": "eth0",
            "virtual_link": "mgmt",
            "management": True,
            "mac_addresses": ["fa:16:3e:00:00:01"],
            "floating_ip": True,
            "ip_addresses": ["10.9.0.9"],
        },
    ]
    assert result.warnings == []
    load(document)


def test_values_of_templates_go_from_ns_to_vnf_to_vdu(nsd: Tree, vnfd: Tree) -> None:
    vnfd["vdu"][0]["cloud-init-file"] = "x.cfg"
    params = {
        "additionalParamsForNs": {"a": 1, "b": 1, "c": 1},
        "additionalParamsForVnf": [
            {
                "member-vnf-index": "web",
                "additionalParams": {"b": 2, "c": 2},
                "additional_params_for_vdu": [{"vdu_id": "front", "additional_params": {"c": 3}}],
            }
        ],
    }
    result = read(nsd, vnfd, params, **{"web/cloud_init/x.cfg": "{{ a }}", "web/other.cfg": "y"})
    cloud_init = result.document["vnfs"][0]["vdus"][0]["cloud_init"]
    assert cloud_init == {"file": "web/cloud_init/x.cfg", "params": {"a": 1, "b": 2, "c": 3}}
    assert result.files == {"web/cloud_init/x.cfg": "{{ a }}"}
    load(result.document, result.files)


def test_inline_cloud_init_and_a_config_drive(nsd: Tree, vnfd: Tree) -> None:
    vnfd["vdu"][0]["cloud-init"] = "#cloud-config\n"
    vnfd["vdu"][0]["supplemental-boot-data"] = {"boot-data-drive": True}
    found = vdu(nsd, vnfd)
    assert (found["cloud_init"], found["config_drive"]) == ({"text": "#cloud-config\n"}, True)


def test_two_members_of_one_vnfd(nsd: Tree, vnfd: Tree) -> None:
    second = copy.deepcopy(nsd["df"][0]["vnf-profile"][0])
    second["id"] = 2
    second["virtual-link-connectivity"][0]["constituent-cpd-id"][0]["constituent-base-element-id"] = 2
    nsd["df"][0]["vnf-profile"].append(second)
    vnfd["odd"] = 1
    result = read(nsd, vnfd)
    assert [vnf["name"] for vnf in result.document["vnfs"]] == ["web", "2"]
    assert [warning.split(":")[1] for warning in result.warnings if "odd" in warning] == ["vnfd.odd"]
    load(result.document)


def test_ids_become_names(nsd: Tree, vnfd: Tree) -> None:
    nsd["name"] = "my edge: (1)"
    assert read(nsd, vnfd).document["name"] == "my-edge---1-"


def test_what_is_left_out_is_said(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["healing-aspect"] = [{"id": "s"}]
    vnfd["vdu"][0]["cloud-initfile"] = "x"
    result = read(nsd, vnfd, {"vimAccountId": "abc", "vld": [{"name": "mgmt", "vim-network-name": "x"}], "nsNmae": "y"})
    assert result.warnings[:4] == [
        "params:vim-account-id: this is left out: accounts of OSM mean nothing here: name the cloud with nfv_cloud or nfv_vims",
        "params:ns-nmae: this is left out: unknown key: did you mean ns-name?",
        f"{VNFD}.vdu[0].cloud-initfile: this is left out: unknown key: did you mean cloud-init-file?",
        f"{VNFD}.df[0].healing-aspect: this is left out: {KEPT.text}",
    ]


@pytest.mark.parametrize(
    ("name", "user", "access"), [("front", "debian", "debian"), ("front", None, True), ("web-vnf", "u", "u")]
)
def test_ssh_access_of_a_vdu_or_of_what_the_vnf_is_managed_through(
    nsd: Tree, vnfd: Tree, name: str, user: str | None, access: Any
) -> None:
    ssh = {"required": True, **({"default-user": user} if user else {})}
    entry = {"id": name, "config-access": {"ssh-access": ssh}, "initial-config-primitive": []}
    vnfd["df"][0]["lcm-operations-configuration"] = {"operate-vnf-op-config": {"day1-2": [entry]}}
    assert vdu(nsd, vnfd)["ssh_access"] == access
    place = f"{VNFD}.df[0].lcm-operations-configuration.operate-vnf-op-config.day1-2[0]"
    assert (f"{place}.initial-config-primitive: this is left out: configuring what runs is not done: run your own plays "
            "afterwards, with the addresses of the record" in read(nsd, vnfd).warnings)


@pytest.mark.parametrize("required", [False, None])
def test_ssh_access_that_is_not_required(nsd: Tree, vnfd: Tree, required: bool | None) -> None:
    entry = {"id": "nowhere", "config-access": {"ssh-access": {"required": required, "default-user": "debian"}}}
    vnfd["df"][0]["lcm-operations-configuration"] = {"operate-vnf-op-config": {"day1-2": [entry]}}
    assert "ssh_access" not in vdu(nsd, vnfd)
    entry["config-access"]["ssh-access"]["required"] = True
    assert "ssh_access" not in vdu(nsd, vnfd)
    assert any("'nowhere' is no VDU here: its ssh-access is left out" in one for one in read(nsd, vnfd).warnings)
