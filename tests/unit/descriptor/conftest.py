# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A package pair that tests change in one place."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def nsd() -> dict[str, Any]:
    return {
        "id": "edge-ns",
        "name": "edge",
        "version": "1.0",
        "vnfd-id": ["web-vnf"],
        "df": [
            {
                "id": "default-df",
                "vnf-profile": [
                    {
                        "id": "web",
                        "vnfd-id": "web-vnf",
                        "virtual-link-connectivity": [
                            {
                                "virtual-link-profile-id": "mgmt",
                                "constituent-cpd-id": [
                                    {"constituent-base-element-id": "web", "constituent-cpd-id": "mgmt-ext"}
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
        "virtual-link-desc": [{"id": "mgmt", "mgmt-network": True}],
    }


@pytest.fixture
def vnfd() -> dict[str, Any]:
    return {
        "id": "web-vnf",
        "product-name": "web",
        "provider": "us",
        "mgmt-cp": "mgmt-ext",
        "df": [{"id": "default-df", "vdu-profile": [{"id": "front", "min-number-of-instances": 1}]}],
        "ext-cpd": [{"id": "mgmt-ext", "int-cpd": {"vdu-id": "front", "cpd": "eth0-int"}}],
        "int-virtual-link-desc": [{"id": "internal"}],
        "sw-image-desc": [{"id": "img", "name": "Cirros", "image": "cirros"}],
        "virtual-compute-desc": [
            {"id": "small", "virtual-cpu": {"num-virtual-cpu": 2}, "virtual-memory": {"size": 0.5}}
        ],
        "virtual-storage-desc": [{"id": "root", "size-of-storage": 3}],
        "vdu": [
            {
                "id": "front",
                "name": "front",
                "sw-image-desc": "img",
                "virtual-compute-desc": "small",
                "virtual-storage-desc": ["root"],
                "int-cpd": [
                    {
                        "id": "eth0-int",
                        "virtual-network-interface-requirement": [
                            {"name": "eth0", "position": 2, "virtual-interface": {"type": "PARAVIRT"}}
                        ],
                    },
                    {
                        "id": "eth1-int",
                        "int-virtual-link-desc": "internal",
                        "virtual-network-interface-requirement": [
                            {"name": "eth1", "position": 1, "virtual-interface": {"type": "VIRTIO"}}
                        ],
                    },
                ],
            }
        ],
    }
