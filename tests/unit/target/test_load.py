# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading values: each mistake is told with path, value and the way out, all at once."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    Dhcp,
    Flavor,
    Image,
    NetworkService,
    TargetError,
    load,
    validate,
)

_GONE = object()
FRONT = "vnfs[0].vdus[0]"


def change(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``document`` with ``value`` at ``path`` (``vnfs[0].name``)."""
    changed = copy.deepcopy(document)
    here: Any = changed
    steps = [int(word) if word.isdigit() else word for word in path.replace("[", ".").replace("]", "").split(".")]
    for word in steps[:-1]:
        here = here[word]
    if value is _GONE:
        del here[steps[-1]]
    else:
        here[steps[-1]] = value
    return changed


def test_a_document_is_read_complete(document: dict[str, Any], files: dict[str, str]) -> None:
    ns = load(document, files)
    front, back = ns.vnfs[0].vdus
    assert isinstance(ns, NetworkService)
    assert ns.vims["default"].cloud == "sandbox"
    assert (front.count, back.count) == (2, 1)
    assert front.image == Image(name="cirros")
    assert front.flavor == Flavor(vcpus=2, ram_mib=2048, disk_gib=10, match="at_least")
    assert back.flavor == Flavor(name="m1.tiny")
    assert front.cloud_init is not None
    assert front.cloud_init.text == files["front.cfg"]
    assert {vdu.vim for vdu in ns.vnfs[0].vdus} | {link.vim for link in ns.links.values()} == {"default"}
    data = ns.virtual_link("data")[1]
    assert data.subnets[0].dhcp == Dhcp(start="10.1.0.10", count=100)
    assert (data.subnets[0].gateway, data.subnets[0].ip_version) == ("auto", 4)
    assert ns.virtual_link("internal", ns.vnfs[0])[0] == "web/internal"
    assert ns.virtual_link("web/internal")[1].subnets[0].gateway == "none"


def test_the_least_document() -> None:
    ns = load({"name": "x"})
    assert ns.vims["default"].cloud is None
    assert (ns.vnfs, ns.virtual_links, ns.description) == ((), (), "")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("name", "", "name: '' is empty: write something, or leave the key out"),
        ("name", "a b", "name: 'a b' does not fit: letters, digits, '-', '_' and '.', a letter or digit first"),
        ("name", "x" * 64, f"name: '{'x' * 55}...' has 64 characters, more than 63"),
        ("name", "a\x00b", "name: 'a\\x00b' has control characters"),
        ("name", "a\n", "name: 'a\\n' has control characters"),
        ("name", None, "name: null is no value here: leave the key out"),
        ("name", 5, "name: 5 is a number, not a string: put it in quotes"),
        ("name", _GONE, "name: this is missing: Its name."),
        ("nmae", "x", "nmae: unknown key: did you mean name?"),
        ("vnfs", {}, "vnfs: a mapping is given, not a list"),
        ("vnfs[0]", "web", "vnfs[0]: 'web' is a string, not a mapping"),
        ("vims", [], "vims: a list is given, not a mapping"),
        ("vims.default", 3, "vims.default: 3 is a number, not a mapping, nor its cloud"),
        (f"{FRONT}.coutn", 1, f"{FRONT}.coutn: unknown key: did you mean count?"),
        (f"{FRONT}.count", -1, f"{FRONT}.count: -1 is less than 0"),
        (f"{FRONT}.count", 10_001, f"{FRONT}.count: 10001 is more than 10000"),
        pytest.param(f"{FRONT}.count", 10**5000, f"{FRONT}.count: a number of 16610 bits is more than 10000", id="huge"),
        (f"{FRONT}.count", "4", f"{FRONT}.count: '4' is a string, not a whole number: write it without quotes"),
        (f"{FRONT}.count", True, f"{FRONT}.count: true is a boolean, not a whole number"),
        (f"{FRONT}.count", 2.0, f"{FRONT}.count: 2.0 is a number, not a whole number"),
        (f"{FRONT}.count", math.nan, f"{FRONT}.count: nan is a number, not a whole number"),
        (f"{FRONT}.config_drive", "yes", f"{FRONT}.config_drive: 'yes' is a string, not true or false"),
        (f"{FRONT}.image", _GONE, f"{FRONT}.image: this is missing: A name, or a mapping: the image it boots."),
        (f"{FRONT}.image", 7, f"{FRONT}.image: 7 is a number, not a mapping, nor its name"),
        (f"{FRONT}.image", {}, f"{FRONT}.image: none is given: exactly one of name, id and checksum"),
        (
            f"{FRONT}.image",
            {"name": "a", "id": "b"},
            f"{FRONT}.image: name and id are given: exactly one of name, id and checksum",
        ),
        (f"{FRONT}.image", {"checksum": "abc"}, f"{FRONT}.image.checksum: 'abc' does not fit: 32 or 128 hexadecimal digits"),
        (f"{FRONT}.flavor.match", "fits", f"{FRONT}.flavor.match: 'fits' is none of exact, at_least"),
        (f"{FRONT}.metadata.tier", 1, f"{FRONT}.metadata.tier: 1 is a number, not a string: put it in quotes"),
        (f"{FRONT}.metadata", {1: "x"}, f"{FRONT}.metadata.1: 1 is a number, not a string: put it in quotes"),
        (
            f"{FRONT}.metadata",
            {"ä": "x"},
            f"{FRONT}.metadata.ä: 'ä' does not fit: letters, digits, '-', '_', ':', '.' and blanks",
        ),
        (f"{FRONT}.tags", ["a,b"], f"{FRONT}.tags[0]: 'a,b' does not fit: no ',' and no '/', which Nova refuses in tags"),
        (f"{FRONT}.interfaces[0]", None, f"{FRONT}.interfaces[0]: null, not a mapping"),
        (
            f"{FRONT}.interfaces[1].ip_addresses",
            ["192.168.50.300", "192.168.50.11"],
            f"{FRONT}.interfaces[1].ip_addresses[0]: '192.168.50.300' is no IP address",
        ),
        (
            f"{FRONT}.interfaces[1].ip_addresses",
            "192.168.50.10",
            f"{FRONT}.interfaces[1].ip_addresses: '192.168.50.10' is a string, not a list",
        ),
        (
            f"{FRONT}.interfaces[0].mac_addresses",
            ["fa:16:3e:00:00:0g", "fa:16:3e:00:00:01"],
            f"{FRONT}.interfaces[0].mac_addresses[0]: 'fa:16:3e:00:00:0g' is no MAC address: write it as fa:16:3e:00:00:01",
        ),
        (
            f"{FRONT}.interfaces[0].mac_addresses",
            ["01:16:3e:00:00:00", "fa:16:3e:00:00:01"],
            f"{FRONT}.interfaces[0].mac_addresses[0]: '01:16:3e:00:00:00' is a multicast address: the first pair must be even",
        ),
        (
            f"{FRONT}.interfaces[0].mac_addresses",
            [754321, "fa:16:3e:00:00:01"],
            f"{FRONT}.interfaces[0].mac_addresses[0]: 754321 is a number, not a MAC address: put it in quotes",
        ),
        (
            f"{FRONT}.interfaces[0].allowed_address_pairs",
            [{"ip_address": "10.0.0.0/33"}],
            f"{FRONT}.interfaces[0].allowed_address_pairs[0].ip_address: '10.0.0.0/33' is no IP address",
        ),
        (
            f"{FRONT}.interfaces[0].vpci",
            "here",
            f"{FRONT}.interfaces[0].vpci: 'here' is no PCI address: write it as 0000:00:0a.0",
        ),
        (
            f"{FRONT}.interfaces[0].vpci",
            "00:2a.0",
            f"{FRONT}.interfaces[0].vpci: '00:2a.0' is no PCI address: write it as 0000:00:0a.0",
        ),
        (
            "affinity_groups",
            [{"name": "g", "policy": "affinity", "scope": "zone"}],
            "affinity_groups[0].scope: 'zone' does not fit: nfvi-node: Nova's server groups know compute hosts and nothing else; "
            "a zone is a VDU's availability_zone",
        ),
        (f"{FRONT}.interfaces[0].floating_ip", 3,
         f"{FRONT}.interfaces[0].floating_ip: 3 is a number, not a mapping, nor its pool, true or false"),
        (
            "virtual_links[1].subnets[0].cidr",
            "10.1.0.5/24",
            "virtual_links[1].subnets[0].cidr: '10.1.0.5/24' has host bits set: did you mean 10.1.0.0/24?",
        ),
        (
            "virtual_links[1].subnets[0].cidr",
            "10.1.0.0",
            "virtual_links[1].subnets[0].cidr: '10.1.0.0' is no subnet: write address and prefix length, such as 10.1.0.0/24",
        ),
        (
            "virtual_links[1].subnets[0].gateway",
            "first",
            "virtual_links[1].subnets[0].gateway: 'first' is no IP address, nor auto or none",
        ),
        (
            "virtual_links[1].subnets[0].gateway",
            "fe80::1%eth0",
            "virtual_links[1].subnets[0].gateway: 'fe80::1%eth0' has a zone: leave it out",
        ),
        ("ssh_keys", ["hello"], "ssh_keys[0]: 'hello' is no public SSH key: write it as in authorized_keys, on one line"),
        ("ssh_keys", ["-----BEGIN PRIVATE KEY-----\nabc"], "ssh_keys[0]: this is a private key: give the public one"),
        (
            f"{FRONT}.cloud_init",
            {"file": "../x"},
            f"{FRONT}.cloud_init.file: '../x' is outside: name a file below the document's folder",
        ),
        (f"{FRONT}.cloud_init.params", {"a": math.nan},
         f"{FRONT}.cloud_init.params.a: nan is no number that JSON knows: put it in quotes"),
        (f"{FRONT}.cloud_init.params", {"a": 2**63},
         f"{FRONT}.cloud_init.params.a: 9223372036854775808 does not fit 64 bits: put it in quotes"),
        (f"{FRONT}.cloud_init.params", {"a": [{5: 1}]},
         f"{FRONT}.cloud_init.params.a[0]: the key 5 is not a string: put it in quotes"),
        (f"{FRONT}.cloud_init.params", {"a": object()},
         f"{FRONT}.cloud_init.params.a: a object is no JSON value: put it in quotes"),
        (f"{FRONT}.cloud_init.params", "x", f"{FRONT}.cloud_init.params: 'x' is a string, not a mapping"),
        (f"{FRONT}.cloud_init.secret_params", "hunter2", f"{FRONT}.cloud_init.secret_params: this is not a mapping"),
        (f"{FRONT}.cloud_init.secret_params", {"a": 2**80},
         f"{FRONT}.cloud_init.secret_params.a: this value does not fit 64 bits: put it in quotes"),
    ],
)
def test_a_mistake_is_told_with_path_and_value(
    document: dict[str, Any], files: dict[str, str], path: str, value: Any, message: str
) -> None:
    assert [str(problem) for problem in validate(change(document, path, value), files)] == [message]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "document: null, not a mapping"),
        ([], "document: a list is given, not a mapping"),
        ("name: x", "document: 'name: x' is a string, not a mapping"),
        ({1: 2, "name": "x"}, "document: the key 1 is not a string: known: affinity_groups, "
         "configurable_properties, description, extensions, instance_name, metadata, name, routers, "
         "ssh_keys, vims, virtual_ips, virtual_links, vnfs"),
    ],
)
def test_what_is_no_document(value: Any, message: str) -> None:
    assert [str(problem) for problem in validate(value)] == [message]


def test_all_mistakes_at_once(document: dict[str, Any], files: dict[str, str]) -> None:
    document = change(document, "name", 1)
    document = change(document, f"{FRONT}.count", -1)
    document = change(document, f"{FRONT}.interfaces[0].virtual_link", "mgnt")
    document = change(document, "vnfs[0].vdus[1].interfaces", [])
    with pytest.raises(TargetError) as raised:
        load(document, files)
    assert [problem.path for problem in raised.value.problems] == [
        "name",
        f"{FRONT}.count",
        f"{FRONT}.interfaces[0].virtual_link",
        "vnfs[0].vdus[1].interfaces",
    ]
    assert str(raised.value).count("\n") == 3


def test_free_values_have_a_limit_to_their_depth_and_number(document: dict[str, Any], files: dict[str, str]) -> None:
    deep: Any = "x"
    for _level in range(40):
        deep = [deep]
    wide: list[Any] = ["x"] * 10
    for _level in range(6):
        wide = [wide] * 10
    path = f"{FRONT}.cloud_init.params"
    assert validate(change(document, path, {"a": deep}), files)[0].message == "this is deeper than 32 levels"
    problems = validate(change(document, path, {"a": wide}), files)
    assert [problem.message for problem in problems] == ["this is more than 100000 values"]


class Tagged(str):
    """A string as Ansible tags them."""

    __slots__ = ()


def test_tagged_strings_are_strings_and_come_out_plain(document: dict[str, Any], files: dict[str, str]) -> None:
    tagged = {Tagged("name"): Tagged("edge1"), Tagged("ssh_keys"): [Tagged(document["ssh_keys"][0])]}
    ns = load(tagged, files)
    assert (type(ns.name), type(ns.ssh_keys[0])) == (str, str)
    assert ns.name == "edge1"


def test_shorthands() -> None:
    interface = {
        "name": "eth0",
        "virtual_link": "data",
        "floating_ip": True,
        "allowed_address_pairs": ["10.1.0.99"],
    }
    vdu = {"name": "a", "image": "i", "flavor": "f", "affinity_group": "g", "interfaces": [interface]}
    ns = load(
        {
            "name": "x",
            "vims": {"default": "sandbox"},
            "affinity_groups": [{"name": "g", "policy": "affinity"}],
            "virtual_links": [{"name": "data", "subnets": ["10.1.0.0/24", {"cidr": "10.2.0.0/24", "dhcp": False}]}],
            "vnfs": [{"name": "v", "vdus": [vdu]}],
        }
    )
    found = ns.vnfs[0].vdus[0]
    assert ns.vims["default"].cloud == "sandbox"
    assert [subnet.cidr for subnet in ns.virtual_links[0].subnets] == ["10.1.0.0/24", "10.2.0.0/24"]
    assert [subnet.dhcp.enabled for subnet in ns.virtual_links[0].subnets] == [True, False]
    assert found.affinity_groups == ("g",)
    assert found.interfaces[0].floating_ip is not None
    assert found.interfaces[0].allowed_address_pairs[0].ip_address == "10.1.0.99"


def test_values_are_normalised(document: dict[str, Any], files: dict[str, str]) -> None:
    document = change(document, f"{FRONT}.interfaces[2].mac_addresses", ["FA:16:3E:00:00:01", "fa:16:3e:00:00:02"])
    document = change(document, "virtual_links[1].subnets", [{"cidr": "2001:DB8:0::/64", "gateway": "2001:db8:0:0::1"}])
    ns = load(document, files)
    assert ns.vnfs[0].vdus[0].interfaces[2].mac_addresses[0] == "fa:16:3e:00:00:01"
    subnet = ns.virtual_links[1].subnets[0]
    assert (subnet.cidr, subnet.gateway, subnet.ip_version) == ("2001:db8::/64", "2001:db8::1", 6)
