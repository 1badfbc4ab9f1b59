# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is checked but not carried out yet is refused, with path and value."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import load, unsupported
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes
from ansible_collections.nfv.mano.plugins.module_utils.target.support import TABLE

FRONT = "vnfs[0].vdus[0]"


def test_a_supported_document(document: dict[str, Any], files: dict[str, str]) -> None:
    front = document["vnfs"][0]["vdus"][0]
    front.update(config_drive=True, availability_zone="nova", host="h", tags=["a"], image={"checksum": "0" * 32},
                 volumes=[{"name": "a", "size_gib": 1}])
    front["interfaces"][2].update(allowed_address_pairs=["10.1.0.9"], port_security=True, security_groups=["x"])
    document["affinity_groups"] = [{"name": "g", "policy": "affinity", "scope": "nfvi-node"}]
    front["affinity_group"] = "g"
    front["flavor"]["epa"] = {"page_size": "large", "numa_nodes": [{"id": 0}]}
    document["virtual_links"][1].update(mtu=1400, type="elan", provider={"segmentation_id": 5}, port_security=True)
    front["interfaces"][2].update(type="e1000", floating_ip=True, qos_policy="gold")
    document["virtual_links"][1]["qos_policy"] = "gold"
    document["routers"] = [{"name": "r", "external_network": "x", "virtual_links": ["data"]}]
    document["vims"]["west"] = {"cloud": "b"}
    assert unsupported(load(document, files)) == []


@pytest.mark.parametrize(
    ("where", "values", "message"),
    [
        ("link", {"common_id": "c"}, "virtual_links[1].common_id: 'c'"),
    ],
)
def test_not_supported_yet(
    document: dict[str, Any], files: dict[str, str], where: str, values: dict[str, Any], message: str
) -> None:
    changed = copy.deepcopy(document)
    vnf = changed["vnfs"][0]
    parts = {
        "ns": changed,
        "link": changed["virtual_links"][1],
        "inside": vnf["virtual_links"][0],
        "vdu": vnf["vdus"][0],
        "interface": vnf["vdus"][0]["interfaces"][2],
    }
    parts[where].update(values)
    assert [str(problem) for problem in unsupported(load(changed, files))] == [f"{message} is not supported yet"]


def test_the_table_names_attributes_that_are_there() -> None:
    assert [row for row in TABLE if row.key not in attributes(row.cls)] == []
