# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network service as a document again, and secrets out of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target import load, redact, to_document


def test_the_way_back(document: dict[str, Any], files: dict[str, str]) -> None:
    ns = load(document, files)
    assert load(to_document(ns), files) == ns
    assert to_document(load(to_document(ns), files)) == to_document(ns)


def test_what_is_by_default_is_left_out(document: dict[str, Any], files: dict[str, str]) -> None:
    front = document["vnfs"][0]["vdus"][0]
    front["tags"] = []
    front["protected"] = False
    front["vim"] = "default"
    written = to_document(load(document, files))["vnfs"][0]["vdus"][0]
    assert written == {
        "name": "front",
        "count": 2,
        "image": {"name": "cirros"},
        "flavor": {"vcpus": 2, "ram_mib": 2048, "disk_gib": 10, "match": "at_least"},
        "interfaces": [
            {"name": "eth0", "virtual_link": "mgmt", "management": True},
            {"name": "eth1", "virtual_link": "web/internal", "ip_addresses": ["192.168.50.10", "192.168.50.11"]},
            {"name": "eth2", "virtual_link": "data"},
        ],
        "cloud_init": {"file": "front.cfg", "params": {"role": "front"}},
        "metadata": {"tier": "web"},
    }


def test_none_and_empty_are_told_apart(document: dict[str, Any], files: dict[str, str]) -> None:
    interfaces = document["vnfs"][0]["vdus"][0]["interfaces"]
    interfaces[0]["security_groups"] = []
    interfaces[1]["security_groups"] = None
    ns = load(document, files)
    assert [item.security_groups for item in ns.vnfs[0].vdus[0].interfaces] == [(), None, None]
    written = to_document(ns)["vnfs"][0]["vdus"][0]["interfaces"]
    assert [item.get("security_groups", "absent") for item in written] == [[], "absent", "absent"]


def test_a_gateway_stays_none(document: dict[str, Any], files: dict[str, str]) -> None:
    written = to_document(load(document, files))
    assert written["vnfs"][0]["virtual_links"][0]["subnets"] == [{"cidr": "192.168.50.0/24", "gateway": None}]


def test_secrets_are_redacted_by_position(document: dict[str, Any]) -> None:
    cloud_init = document["vnfs"][0]["vdus"][0]["cloud_init"]
    cloud_init["secret_params"] = {"token": "hush", "more": {"deep": ["hush"]}}
    shown = redact(document)
    assert shown["vnfs"][0]["vdus"][0]["cloud_init"]["secret_params"] == {"token": "REDACTED", "more": "REDACTED"}
    assert shown["vnfs"][0]["vdus"][0]["cloud_init"]["params"] == {"role": "front"}
    assert cloud_init["secret_params"]["token"] == "hush"
    assert redact({"secret_params": "hush"}) == {"secret_params": "REDACTED"}
