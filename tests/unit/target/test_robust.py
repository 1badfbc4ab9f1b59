# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a document holds, there is an answer: a service or problems, never a traceback. And the way back is the same."""

from __future__ import annotations

import copy
import json
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target import (
    TargetError,
    load,
    merge,
    redact,
    to_document,
    validate,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = ("name", "vnfs", "vdus", "interfaces", "virtual_links", "subnets", "cidr", "image", "flavor", "count", "a/b", "web")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**4000),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([*WORDS, "10.1.0.0/24", "10.1.0.5", "::1", "fa:16:3e:00:00:01", "\ud800", "\x00", ""]),
)
keys = st.one_of(st.sampled_from([*WORDS, *attributes(NetworkService)]), st.text(max_size=4), st.integers(), st.none())
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5))
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

FULL: dict[str, Any] = {
    "name": "full",
    "description": "everything",
    "vims": {"default": {"cloud": "a", "region": "r", "admin_cloud": "b", "management_network": "m",
                         "data_physical_network": "p"}, "west": "b"},
    "routers": [{"name": "gate", "external_network": "public", "virtual_links": ["data"]}],
    "virtual_links": [
        {"name": "mgmt", "existing": "shared"},
        {
            "name": "data",
            "type": "elan",
            "underlay": True,
            "mtu": 1400,
            "port_security": False,
            "qos_policy": "gold",
            "common_id": "c",
            "provider": {"network_type": "vlan", "physical_network": "p", "segmentation_id": 210},
            "subnets": [
                {"cidr": "10.1.0.0/24", "gateway": None, "dhcp": {"start": "10.1.0.10", "count": 9}, "dns": ["10.1.0.2"]},
                {"cidr": "2001:db8::/64", "ip_version": 6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"},
            ],
        },
        {"name": "far", "vim": "west", "subnets": ["10.9.0.0/24"]},
    ],
    "affinity_groups": [{"name": "g", "policy": "anti-affinity"}, {"name": "h", "existing": "id"}],
    "vnfs": [
        {
            "name": "web",
            "vnfd": {"id": "v", "provider": "p", "product_name": "n", "software_version": "1", "version": "2"},
            "virtual_links": [{"name": "internal", "subnets": [{"cidr": "192.168.50.0/24", "dhcp": False}]}],
            "ssh_keys": ["ssh-ed25519 AAAA vnf"],
            "vdus": [
                {
                    "name": "front",
                    "count": 2,
                    "image": {"checksum": "0" * 32},
                    "flavor": {
                        "vcpus": 2,
                        "ram_mib": 2048,
                        "disk_gib": 0,
                        "swap_mib": 5,
                        "ephemeral_gib": 1,
                        "match": "at_least",
                        "extra_specs": {"hw:cpu_policy": "dedicated"},
                        "epa": {
                            "page_size": "1GB",
                            "cpu_policy": "dedicated",
                            "numa_nodes": [{"id": 0, "vcpus": [0, 1], "paired_thread_ids": ["0,1"]}],
                            "cpu_quota": {"limit": 5},
                        },
                    },
                    "affinity_group": "g",
                    "interfaces": [
                        {"name": "eth0", "virtual_link": "mgmt", "management": True, "floating_ip": "public", "position": 3},
                        {"name": "eth1", "virtual_link": "web/internal", "ip_addresses": ["192.168.50.10", "192.168.50.11"]},
                        {
                            "name": "eth2",
                            "virtual_link": "data",
                            "type": "sr-iov",
                            "vpci": "0000:00:0a.0",
                            "mac_addresses": ["fa:16:3e:00:00:01", "fa:16:3e:00:00:02"],
                            "security_groups": [],
                            "allowed_address_pairs": [{"ip_address": "10.1.0.0/24", "mac_address": "fa:16:3e:00:00:09"}],
                            "qos_policy": "q",
                        },
                    ],
                    "volumes": [
                        {"name": "root", "size_gib": 20, "boot": True, "keep": True, "type": "t"},
                        {"name": "old", "existing": ["a", "b"]},
                    ],
                    "cloud_init": {"text": "#!/bin/sh\n", "params": {"a": [1, {"b": None}]}, "secret_params": {"s": "hush"}},
                    "ssh_keys": ["ssh-rsa AAAA"],
                    "ssh_access": {"user": "debian"},
                    "metadata": {"tier": "web"},
                    "tags": ["t"],
                    "availability_zone": "z",
                    "host": "h",
                    "config_drive": True,
                    "protected": True,
                    "depends_on": ["back"],
                    "ready": {"tcp_port": 22, "timeout_s": 60},
                },
                {
                    "name": "back",
                    "vim": "west",
                    "image": "i",
                    "flavor": "f",
                    "interfaces": [{"name": "e", "virtual_link": "far"}],
                },
            ],
        }
    ],
    "ssh_keys": ["ssh-ed25519 AAAA ns"],
}


def check(document: Any) -> None:
    problems = validate(document, {})
    assert all(isinstance(problem.path, str) and problem.message and "\n" not in str(problem) for problem in problems)
    try:
        ns = load(document, {})
    except TargetError as error:
        assert error.problems == problems != []
        return
    assert problems == []
    assert load(to_document(ns), {}) == ns
    json.dumps(to_document(ns), allow_nan=False).encode()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


def test_the_full_document_is_fine() -> None:
    assert validate(FULL, {}) == []
    check(FULL)


@quick
@given(values)
def test_any_value(value: Any) -> None:
    check(value)


@quick
@given(st.sampled_from(places(FULL)), values)
def test_any_value_anywhere_in_a_valid_document(place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(FULL)
    here: Any = document
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    check(document)


@quick
@given(st.sampled_from(places(FULL)), values)
def test_any_key_anywhere_in_a_valid_document(place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(FULL)
    here: Any = document
    for key in place:
        here = here[key]
    if isinstance(here, dict):
        here[str(value)[:20] if not isinstance(value, int) else value] = value
    elif isinstance(here, list):
        here.append(value)
    check(document)


@quick
@given(st.sampled_from(places(FULL)))
def test_anything_left_out_of_a_valid_document(place: tuple[Any, ...]) -> None:
    document = copy.deepcopy(FULL)
    here: Any = document
    for key in place[:-1]:
        here = here[key]
    del here[place[-1]]
    check(document)


@quick
@given(values, values, values)
def test_merging_anything(last: Any, overlay: Any, new: Any) -> None:
    as_mapping = overlay if isinstance(overlay, dict) else {}
    before = copy.deepcopy(new)
    merge(last if isinstance(last, dict) else None, as_mapping, new)
    assert repr(new) == repr(before)


@quick
@given(values)
def test_redacting_anything(value: Any) -> None:
    assert "hush" not in repr(redact({"a": value, "secret_params": {"x": "hush"}}))
