# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the virtual links of an NSD and its VNFDs become."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import Tree, read


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"vld": [{"name": "mgmt", "vim-network-name": "a"}]}, {"existing": "a"}),
        ({"vld": [{"name": "mgmt", "vim_network_id": "b"}]}, {"existing": "b"}),
        ({"vld": [{"name": "mgmt", "vim-network-name": {"account": "c"}}]}, {"existing": "c"}),
        (
            {
                "vld": [
                    {
                        "name": "mgmt",
                        "ip-profile": {
                            "ip-version": "ipv4",
                            "subnet-address": "10.5.0.0/24",
                            "gateway-address": "10.5.0.1",
                            "dns-server": [{"address": "10.5.0.2"}, "10.5.0.3"],
                            "dhcp-params": {"enabled": True, "start-address": "10.5.0.10", "count": 20},
                        },
                    }
                ]
            },
            {
                "management": True,
                "subnets": [
                    {
                        "cidr": "10.5.0.0/24",
                        "gateway": "10.5.0.1",
                        "dhcp": {"start": "10.5.0.10", "count": 20},
                        "dns": ["10.5.0.2", "10.5.0.3"],
                    }
                ],
            },
        ),
        (
            {"vld": [{"name": "mgmt", "ip_profile": {"subnet_address": "10.5.0.0/24", "dhcp_params": {"enabled": False}}}]},
            {"management": True, "subnets": [{"cidr": "10.5.0.0/24", "gateway": None, "dhcp": {"enabled": False}}]},
        ),
    ],
)
def test_parameters_of_virtual_links(nsd: Tree, vnfd: Tree, params: Tree, expected: Tree) -> None:
    result = read(nsd, vnfd, params)
    assert result.document["virtual_links"] == [{"name": "mgmt", **expected}]
    load(result.document)


def test_a_management_network_without_parameters_is_the_vims(nsd: Tree, vnfd: Tree) -> None:
    link = read(nsd, vnfd).document["virtual_links"][0]
    assert link["management"] is True
    assert "gateway" not in link["subnets"][0]


def test_virtual_links_by_the_nsd(nsd: Tree, vnfd: Tree) -> None:
    nsd["virtual-link-desc"][0]["vim-network-name"] = "ext"
    assert read(nsd, vnfd).document["virtual_links"] == [{"name": "mgmt", "existing": "ext"}]
    profile = {
        "id": "p",
        "virtual-link-desc-id": "mgmt",
        "virtual-link-protocol-data": [{"l3-protocol-data": {"cidr": "10.6.0.0/24", "gateway-ip": "10.6.0.9"}}],
    }
    del nsd["virtual-link-desc"][0]["vim-network-name"]
    nsd["df"][0]["virtual-link-profile"] = [profile]
    nsd["df"][0]["vnf-profile"][0]["virtual-link-connectivity"][0]["virtual-link-profile-id"] = "p"
    result = read(nsd, vnfd)
    assert result.document["virtual_links"] == [
        {"name": "mgmt", "management": True, "subnets": [{"cidr": "10.6.0.0/24", "gateway": "10.6.0.9"}]}
    ]
    load(result.document)


def test_subnets_that_are_taken_do_not_collide_and_stay(nsd: Tree, vnfd: Tree) -> None:
    vnfd["int-virtual-link-desc"] = [{"id": "internal"}, *({"id": f"l{at}"} for at in range(60))]
    links = read(nsd, vnfd).document["vnfs"][0]["virtual_links"]
    assert len({link["subnets"][0]["cidr"] for link in links}) == 61
    vnfd["int-virtual-link-desc"] = [{"id": "internal"}]
    assert read(nsd, vnfd).document["vnfs"][0]["virtual_links"] == links[:1]


def test_an_ext_cpd_of_an_internal_virtual_link_is_the_nss(nsd: Tree, vnfd: Tree) -> None:
    vnfd["ext-cpd"] = [{"id": "mgmt-ext", "int-virtual-link-desc": "internal"}]
    del vnfd["mgmt-cp"]
    vnfd["vdu"][0]["int-cpd"].pop(0)
    result = read(nsd, vnfd)
    assert "virtual_links" not in result.document["vnfs"][0]
    assert result.document["vnfs"][0]["vdus"][0]["interfaces"] == [{"name": "eth1", "virtual_link": "mgmt"}]
    load(result.document)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"connectivity-type": {"layer-protocol": ["ethernet"], "flow-pattern": "line"}}, {"type": "eline"}),
        ({"connectivity_type": {"flow_pattern": "mesh"}, "underlay": True}, {"type": "elan", "underlay": True}),
        ({"type": "ELINE", "connectivity-type": {"layer-protocol": ["ethernet"]}}, {"type": "eline"}),
        ({"provider-network": {"physical-network": "physnet1", "segmentation-id": 210}},
         {"provider": {"physical_network": "physnet1", "segmentation_id": 210}}),
    ],
)
def test_ends_and_what_is_below(nsd: Tree, vnfd: Tree, said: Tree, expected: Tree) -> None:
    nsd["virtual-link-desc"][0].update(said)
    vnfd["int-virtual-link-desc"][0].update({key: value for key, value in said.items() if key != "provider-network"})
    result = read(nsd, vnfd)
    links = [result.document["virtual_links"][0], result.document["vnfs"][0]["virtual_links"][0]]
    assert {key: value for key, value in links[0].items() if key not in ("name", "management", "subnets")} == expected
    expected = {key: value for key, value in expected.items() if key != "provider"}
    assert {key: value for key, value in links[1].items() if key not in ("name", "subnets")} == expected
    assert not [text for text in result.warnings if "connectivity" in text]


def test_what_a_network_that_is_there_or_a_tree_can_not_have(nsd: Tree, vnfd: Tree) -> None:
    nsd["virtual-link-desc"][0].update({"connectivity-type": {"flow-pattern": "tree"}, "underlay": True})
    nsd["virtual-link-desc"][0]["vim-network-name"] = "ext"
    result = read(nsd, vnfd, {"vld": [{"name": "mgmt", "provider-network": {"network-type": "VLAN", "sdn-ports": []}}]})
    assert result.document["virtual_links"] == [{"name": "mgmt", "existing": "ext"}]
    for text in ("OpenStack's networks have no root", "mgmt: this is left out: its provider-network: ",
                 "mgmt: this is left out: its underlay: "):
        assert [warning for warning in result.warnings if text in warning]
