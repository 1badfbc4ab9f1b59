# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold between the parts of a document."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import load, validate

FRONT = "vnfs[0].vdus[0]"
DATA = "virtual_links[1]"


def front(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["vnfs"][0]["vdus"][0].update(values)
    return changed


def interface(document: dict[str, Any], at: int, **values: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["vnfs"][0]["vdus"][0]["interfaces"][at].update(values)
    return changed


def data(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["virtual_links"][1].update(values)
    return changed


def top(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**document, **values}


def said(document: dict[str, Any], files: dict[str, str] | None) -> list[str]:
    return [str(problem) for problem in validate(document, files)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "back"}, "vnfs[0].vdus[1].name: 'back' is there already, as vnfs[0].vdus[0]: names are unique"),
        ({"vim": "east"}, f"{FRONT}.vim: 'east' is none of vims: known: default"),
        ({"affinity_group": "spread"}, f"{FRONT}.affinity_group: 'spread' is none of affinity_groups: there are none"),
        ({"flavor": {"vcpus": 1, "ram_mib": 1}},
         f"{FRONT}.flavor.disk_gib: this is missing: a flavor is a name, or vcpus, ram_mib and disk_gib"),
        ({"flavor": {"name": "x", "vcpus": 1}},
         f"{FRONT}.flavor.vcpus: this is given beside name: name a flavor, or say what it must have"),
        ({"tags": ["a", "a"]}, f"{FRONT}.tags[1]: 'a' is given twice"),
        ({"tags": ["nfv.mano.x"]},
         f"{FRONT}.tags[0]: 'nfv.mano.x' starts with nfv.mano.: that is kept for marks of our own"),
        ({"metadata": {"nfv.mano.ns": "x"}},
         f"{FRONT}.metadata['nfv.mano.ns']: 'nfv.mano.ns' starts with nfv.mano.: that is kept for marks of our own"),
        ({"depends_on": ["bakc"]}, f"{FRONT}.depends_on[0]: 'bakc' is no VDU: did you mean back?"),
        ({"depends_on": ["front"]}, f"{FRONT}.depends_on: web/front -> web/front is a circle"),
        ({"cloud_init": {}}, f"{FRONT}.cloud_init: file or text is missing"),
        ({"cloud_init": {"file": "front.cfg", "text": "x"}}, f"{FRONT}.cloud_init: file and text are both given: one of them"),
        ({"cloud_init": {"file": "frnt.cfg"}}, f"{FRONT}.cloud_init.file: 'frnt.cfg' is not there: did you mean front.cfg?"),
        ({"cloud_init": {"text": "x", "params": {"a": 1}, "secret_params": {"a": 2}}},
         f"{FRONT}.cloud_init.secret_params.a: this is in params as well: keep it here only"),
        ({"interfaces": []}, f"{FRONT}.interfaces: an empty list: a VDU needs at least one interface"),
        ({"volumes": [{"name": "a"}]}, f"{FRONT}.volumes[0].size_gib: this is missing: needed unless existing is given"),
        ({"volumes": [{"name": "a", "size_gib": 1, "existing": ["x", "y"]}]},
         f"{FRONT}.volumes[0].size_gib: 1 is given for volumes that are there: leave it out"),
        ({"volumes": [{"name": "a", "existing": "x"}]},
         f"{FRONT}.volumes[0].existing: 1 given for 2: one per instance, one for all when multiattach"),
        ({"volumes": [{"name": "a", "existing": ["x", "y"], "multiattach": True}]},
         f"{FRONT}.volumes[0].existing: 2 given for 1: one per instance, one for all when multiattach"),
        ({"volumes": [{"name": "a", "existing": ["x", "y"], "type": "t"}]},
         f"{FRONT}.volumes[0].type: this is given for volumes that are there, which stay as they are: leave it out"),
        ({"volumes": [{"name": "a", "size_gib": 1, "boot": True}, {"name": "b", "size_gib": 1, "boot": True}]},
         f"{FRONT}.volumes[1].boot: true is given at {FRONT}.volumes[0] already: one boot volume per VDU"),
        ({"volumes": [{"name": "a", "size_gib": 1, "boot": True, "multiattach": True}]},
         f"{FRONT}.volumes[0].multiattach: true is given for a boot volume: instances can't share it"),
        ({"volumes": [{"name": "a", "size_gib": 1}, {"name": "a", "size_gib": 1}]},
         f"{FRONT}.volumes[1].name: 'a' is there already, as {FRONT}.volumes[0]: names are unique"),
    ],
)
def test_vdus(document: dict[str, Any], files: dict[str, str], values: dict[str, Any], message: str) -> None:
    assert said(front(document, **values), files) == [message]


@pytest.mark.parametrize(
    ("at", "values", "message"),
    [
        (1, {"name": "eth0"}, "name: 'eth0' is there already, as vnfs[0].vdus[0].interfaces[0]: names are unique"),
        (1, {"position": 4}, "position: 4 is out of range 1..3"),
        (1, {"virtual_link": "dta", "ip_addresses": []}, "virtual_link: 'dta' is no virtual link: did you mean data?"),
        (1, {"ip_addresses": ["192.168.50.10"]}, "ip_addresses: 1 given for 2 instances: one per instance"),
        (1, {"mac_addresses": ["fa:16:3e:00:00:01"]}, "mac_addresses: 1 given for 2 instances: one per instance"),
        (1, {"ip_addresses": ["192.168.51.10", "192.168.50.11"]},
         "ip_addresses[0]: '192.168.51.10' is outside the subnets of 'web/internal': 192.168.50.0/24"),
        (1, {"ip_addresses": ["192.168.50.0", "192.168.50.11"]},
         "ip_addresses[0]: '192.168.50.0' is the network address of 192.168.50.0/24"),
        (1, {"ip_addresses": ["192.168.50.255", "192.168.50.11"]},
         "ip_addresses[0]: '192.168.50.255' is the broadcast address of 192.168.50.0/24"),
        (1, {"ip_addresses": ["192.168.50.11", "192.168.50.11"]},
         "ip_addresses[1]: '192.168.50.11' is given at vnfs[0].vdus[0].interfaces[1].ip_addresses[0] already, "
         "on the same virtual link 'web/internal'"),
        (1, {"mac_addresses": ["fa:16:3e:00:00:01", "FA:16:3E:00:00:01"]},
         "mac_addresses[1]: 'fa:16:3e:00:00:01' is given at vnfs[0].vdus[0].interfaces[1].mac_addresses[0] already, "
         "on the same virtual link 'web/internal'"),
        (1, {"management": True},
         "management: true is given at vnfs[0].vdus[0].interfaces[0] already: one interface per VDU"),
        (1, {"port_security": False, "security_groups": ["x"]},
         "security_groups: these need port security, but port_security is false"),
        (1, {"floating_ip": {"address": "198.51.100.9"}},
         "floating_ip.address: '198.51.100.9' is one address for 2 instances"),
        (1, {"type": "pci-passthrough", "mac_addresses": ["fa:16:3e:00:00:01", "fa:16:3e:00:00:02"]},
         "mac_addresses: these are given for pci-passthrough: a card has its own"),
    ],
)
def test_interfaces(document: dict[str, Any], files: dict[str, str], at: int, values: dict[str, Any], message: str) -> None:
    assert said(interface(document, at, **values), files) == [f"{FRONT}.interfaces[{at}].{message}"]


def test_one_floating_ip_for_two_interfaces(document: dict[str, Any], files: dict[str, str]) -> None:
    front = document["vnfs"][0]["vdus"][0]
    front["count"] = 1
    for at in (1, 2):
        front["interfaces"][at].update(floating_ip={"address": "198.51.100.9"}, ip_addresses=[], mac_addresses=[])
    assert said(document, files) == [
        f"{FRONT}.interfaces[2].floating_ip.address: '198.51.100.9' is given already, at "
        f"{FRONT}.interfaces[1].floating_ip.address: one interface has it"]


def test_positions_that_collide(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = interface(interface(document, 0, position=2), 1, position=2)
    assert said(changed, files) == [f"{FRONT}.interfaces[1].position: 2 is taken by {FRONT}.interfaces[0]"]


@pytest.mark.parametrize(
    ("positions", "order"),
    [
        ((None, None, None), ["eth0", "eth1", "eth2"]),
        ((3, 2, 1), ["eth2", "eth1", "eth0"]),
        ((None, None, 1), ["eth2", "eth0", "eth1"]),
        ((3, None, None), ["eth1", "eth2", "eth0"]),
        ((None, 3, 1), ["eth2", "eth0", "eth1"]),
    ],
)
def test_interfaces_come_in_guest_order(
    document: dict[str, Any], files: dict[str, str], positions: tuple[int | None, ...], order: list[str]
) -> None:
    for at, place in enumerate(positions):
        document = interface(document, at, position=place)
    assert [item.name for item in load(document, files).vnfs[0].vdus[0].interfaces] == order


def test_one_interface_at_a_pci_address(document: dict[str, Any], files: dict[str, str]) -> None:
    wrong = interface(interface(document, 0, vpci="0000:00:0a.0"), 1, vpci="00:0A.0")
    assert said(wrong, files) == [f"{FRONT}.interfaces[1].vpci: '0000:00:0a.0' is taken by {FRONT}.interfaces[0]"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"existing": "x"}, "subnets: this is given for 'x', which is there already: leave it out"),
        ({"provider": {}}, "provider: an empty mapping: say something, or leave it out"),
        ({"provider": {"network_type": "vlan", "segmentation_id": 4095}},
         "provider.segmentation_id: 4095 is out of range 1..4094 for vlan"),
        ({"provider": {"network_type": "flat", "physical_network": "p", "segmentation_id": 5}},
         "provider.segmentation_id: 5 is given for a flat network, which has none"),
        ({"provider": {"network_type": "flat"}},
         "provider.physical_network: this is missing: a flat network is on a physical one"),
        ({"provider": {"network_type": "vxlan", "physical_network": "p"}},
         "provider.physical_network: 'p' is given for a vxlan network, which is on none"),
        ({"subnets": ["10.1.0.0/24", "10.1.0.128/25"]},
         "subnets[1].cidr: '10.1.0.128/25' overlaps 10.1.0.0/24 of virtual_links[1].subnets[0]"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "ip_version": 6}]},
         "subnets[0].ip_version: 6 is given, but 10.1.0.0/24 is IPv4"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "ipv6_ra_mode": "slaac"}]},
         "subnets[0].ipv6_ra_mode: slaac is given, but 10.1.0.0/24 is IPv4"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "gateway": "10.2.0.1"}]},
         "subnets[0].gateway: '10.2.0.1' is outside 10.1.0.0/24"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "dns": ["2001:db8::1"]}]},
         "subnets[0].dns[0]: '2001:db8::1' is not an IPv4 address, as 10.1.0.0/24 is"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"start": "10.2.0.1"}}]},
         "subnets[0].dhcp.start: '10.2.0.1' is outside 10.1.0.0/24"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"start": "10.1.0.200", "count": 56}}]},
         "subnets[0].dhcp.count: 56 from 10.1.0.200 is more than the 55 that 10.1.0.0/24 has left"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"count": 300}}]},
         "subnets[0].dhcp.count: 300 is more than 10.1.0.0/24 has"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "gateway": "10.1.0.20", "dhcp": {"start": "10.1.0.10", "count": 11}}]},
         "subnets[0].dhcp.start: '10.1.0.10': the gateway 10.1.0.20 is in the range handed out"),
        ({"subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"start": "10.1.0.1"}}]},
         "subnets[0].dhcp.start: '10.1.0.1': the gateway 10.1.0.1 is in the range handed out"),
    ],
)
def test_virtual_links(document: dict[str, Any], files: dict[str, str], values: dict[str, Any], message: str) -> None:
    assert said(data(document, **values), files) == [f"{DATA}.{message}"]


@pytest.mark.parametrize(
    "values",
    [
        {"subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"start": "10.1.0.200", "count": 55}}]},
        {"subnets": [{"cidr": "10.1.0.0/31", "gateway": None}]},
        {"subnets": [{"cidr": "10.1.0.0/24"}, {"cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}]},
        {"subnets": [{"cidr": "10.1.0.0/24", "gateway": None, "dhcp": {"start": "10.1.0.1", "count": 254}}]},
        {"subnets": [{"cidr": "2001:db8::/64", "gateway": "2001:db8::", "dhcp": {"start": "2001:db8::10"}}]},
        {"provider": {"segmentation_id": 210}},
    ],
)
def test_virtual_links_that_are_fine(document: dict[str, Any], files: dict[str, str], values: dict[str, Any]) -> None:
    assert said(data(document, **values), files) == []


def test_an_eline_has_two_ends(document: dict[str, Any], files: dict[str, str]) -> None:
    assert said(data(document, type="eline"), files) == []
    is_wrong = "virtual_links[1].type: 'data' is an eline, which has two ends, but "
    ends = "(interfaces of instances, routers)"
    for count, found in ((3, f"3 {ends} are on it"), (0, f"none {ends} are on it"), (1, f"1 {ends} is on it")):
        changed = front(data(document, type="eline"), count=count)
        changed["vnfs"][0]["vdus"][0]["interfaces"][1].pop("ip_addresses")
        assert said(changed, files) == [is_wrong + found]
    changed["routers"] = [{"name": "gate", "external_network": "public", "virtual_links": ["data"]}]
    assert said(changed, files) == []
    changed = front(document, count=1)
    changed["virtual_links"][1] = {"name": "data", "type": "eline", "existing": "line"}
    assert said(changed, files) == []


def shared(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The document with a VNF's virtual link on the same network as the NS's."""
    changed = data(document, common_id="mesh")
    changed["vnfs"][0]["virtual_links"][0] = {"name": "internal", "common_id": "mesh", **values}
    changed["vnfs"][0]["vdus"][0]["interfaces"][1].pop("ip_addresses")
    return changed


def test_virtual_links_with_a_common_id_are_one_network(document: dict[str, Any], files: dict[str, str]) -> None:
    ns = load(shared(document, mtu=1400, description="inside"), files)
    assert {ns.virtual_link("data")[0], ns.virtual_link("internal", ns.vnfs[0])[0]} == {"common_id:mesh"}
    network = ns.networks["common_id:mesh"]
    assert (network.name, network.vim, network.mtu, [subnet.cidr for subnet in network.subnets]) == (
        "mesh", "default", 1400, ["10.1.0.0/24"])
    changed = shared(document)
    changed["vnfs"][0]["vdus"][1]["interfaces"][0]["ip_addresses"] = ["10.1.0.77"]
    changed["vnfs"][0]["vdus"][0]["interfaces"][2]["ip_addresses"] = ["10.1.0.76", "10.1.0.77"]
    assert said(changed, files) == [
        "vnfs[0].vdus[1].interfaces[0].ip_addresses[0]: '10.1.0.77' is given at vnfs[0].vdus[0].interfaces[2].ip_addresses[1] "
        "already, on the same virtual link 'common_id:mesh'"
    ]


@pytest.mark.parametrize(
    ("values", "name", "both"),
    [
        ({"mtu": 1400}, "mtu", "1400 here, 1500 there: "),
        ({"subnets": [{"cidr": "10.2.0.0/24"}]}, "subnets", ""),
        ({"vim": "west"}, "vim", "'west' here, 'default' there: "),
    ],
)
def test_one_network_is_one(
    document: dict[str, Any], files: dict[str, str], values: dict[str, Any], name: str, both: str
) -> None:
    changed = shared(document, **values)
    changed["virtual_links"][1]["mtu"] = 1500
    changed["vims"]["west"] = {"cloud": "b"}
    assert said(changed, files) == [
        f"vnfs[0].virtual_links[0].{name}: this differs from virtual_links[1].{name}: {both}both have the common_id 'mesh', "
        "which makes them one network"
    ]


def test_one_network_as_a_whole(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = shared(document, type="eline", underlay=True)
    assert [text.partition(":")[0] for text in said(changed, files)] == [
        "vnfs[0].virtual_links[0].underlay", "vnfs[0].virtual_links[0].type"]
    changed["virtual_links"][1]["provider"] = {"physical_network": "p"}
    changed["vnfs"][0]["vdus"].pop()
    changed["vnfs"][0]["vdus"][0]["interfaces"].pop(1)
    assert said(changed, files) == []
    changed["virtual_links"][1]["existing"] = "x"
    assert "virtual_links[1].common_id: this is given for 'x', which is there already: leave it out" in said(changed, files)


def test_a_router_is_on_a_network_once(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = shared(document)
    changed["routers"] = [{"name": "r", "external_network": "public", "virtual_links": ["data", "web/internal"]}]
    assert said(changed, files) == ["routers[0].virtual_links[1]: 'web/internal' is on the same network as 'data'"]


def test_an_underlay_is_on_a_physical_network(document: dict[str, Any], files: dict[str, str]) -> None:
    assert said(data(document, underlay=True), files) == [
        "virtual_links[1].underlay: true needs a physical network: give provider.physical_network, or data_physical_network "
        "of its VIM"
    ]
    assert said(data(document, underlay=True, provider={"network_type": "vxlan"}), files) == [
        "virtual_links[1].provider.network_type: vxlan is given for an underlay, which is on a physical network: flat or vlan"
    ]
    assert said(data(document, underlay=True, provider={"physical_network": "p"}), files) == []
    document["vims"]["default"]["data_physical_network"] = "p"
    for values in ({}, {"provider": {"segmentation_id": 210}}, {"provider": {"network_type": "flat"}}):
        assert said(data(document, underlay=True, **values), files) == []


def test_two_interfaces_with_the_same_address(document: dict[str, Any], files: dict[str, str]) -> None:
    document["vnfs"][0]["vdus"][1]["interfaces"][0]["ip_addresses"] = ["192.168.50.10"]
    assert said(document, files) == [
        f"vnfs[0].vdus[1].interfaces[0].ip_addresses[0]: '192.168.50.10' is given at {FRONT}.interfaces[1].ip_addresses[0] "
        "already, on the same virtual link 'web/internal'"
    ]


def test_a_virtual_link_inside_another_vnf(document: dict[str, Any], files: dict[str, str]) -> None:
    other = {
        "name": "db",
        "vdus": [
            {"name": "a", "image": "i", "flavor": "f", "interfaces": [{"name": "e", "virtual_link": "web/internal"}]}
        ],
    }
    changed = top(document, vnfs=[*document["vnfs"], other])
    assert said(changed, files) == [
        "vnfs[1].vdus[0].interfaces[0].virtual_link: 'web/internal' is inside VNF web: use a virtual link of the NS"
    ]


def test_two_vims(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = top(document, vims={"east": {"cloud": "a"}, "west": {"cloud": "b"}})
    assert said(changed, files)[0] == "virtual_links[0].vim: this is missing, as no VIM is called default: known: east, west"
    changed = top(document, vims={"default": {"cloud": "a"}, "west": {"cloud": "b"}})
    changed["vnfs"][0]["vdus"][1]["vim"] = "west"
    assert said(changed, files) == [
        "vnfs[0].vdus[1].interfaces[0].virtual_link: 'web/internal' is on VIM default, but the VDU is on west: "
        "a virtual link is on one VIM"
    ]
    only = load(top(document, vims={"west": {"cloud": "b"}}), files)
    assert only.vnfs[0].vdus[0].vim == "west"


def test_a_vnf_on_a_vim_takes_its_own_virtual_links_along(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = top(document, vims={"default": "a", "west": "b"})
    changed["vnfs"][0]["vim"] = "west"
    for link in changed["virtual_links"]:
        link["vim"] = "west"
    ns = load(changed, files)
    assert {link.vim for link in ns.links.values()} == {"west"}
    assert ns.vnfs[0].vdus[0].vim == "west"


def test_groups_and_routers(document: dict[str, Any], files: dict[str, str]) -> None:
    changed = top(
        document,
        affinity_groups=[{"name": "a"}, {"name": "b", "policy": "affinity"}],
        routers=[{"name": "r", "external_network": "public", "virtual_links": ["data", "data", "dat"]}],
    )
    changed["vnfs"][0]["vdus"][1]["affinity_group"] = ["a", "b"]
    assert said(changed, files) == [
        "affinity_groups[0].policy: this is missing: needed unless existing is given",
        "routers[0].virtual_links[1]: 'data' is given twice",
        "routers[0].virtual_links[2]: 'dat' is no virtual link: did you mean data?",
        "vnfs[0].vdus[1].affinity_group: 2 groups are given, but Nova takes one per server",
    ]


def test_a_long_circle_of_dependencies_is_found_without_recursion() -> None:
    vdus = [
        {
            "name": f"v{number}",
            "image": "i",
            "flavor": "f",
            "interfaces": [{"name": "e", "virtual_link": "n"}],
            "depends_on": [f"v{(number + 1) % 3000}"],
        }
        for number in range(3000)
    ]
    changed = {"name": "x", "virtual_links": [{"name": "n"}], "vnfs": [{"name": "f", "vdus": vdus}]}
    problems = validate(changed)
    assert len(problems) == 1
    assert problems[0].message.endswith("is a circle")


def test_files_that_are_not_known_are_not_checked(document: dict[str, Any]) -> None:
    assert said(document, None) == []
    ns = load(document)
    assert ns.vnfs[0].vdus[0].cloud_init is not None
    assert ns.vnfs[0].vdus[0].cloud_init.text is None
