# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small valid document that tests change in one place."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample example"


@pytest.fixture
def files() -> dict[str, str]:
    return {"front.cfg": "#cloud-config\nhostname: {{ role }}-{{ index }}\n"}


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "name": "edge1",
        "vims": {"default": {"cloud": "sandbox"}},
        "virtual_links": [
            {"name": "mgmt", "existing": "shared"},
            {"name": "data", "subnets": [{"cidr": "10.1.0.0/24", "dhcp": {"start": "10.1.0.10", "count": 100}}]},
        ],
        "vnfs": [
            {
                "name": "web",
                "virtual_links": [{"name": "internal", "subnets": [{"cidr": "192.168.50.0/24", "gateway": None}]}],
                "vdus": [
                    {
                        "name": "front",
                        "count": 2,
                        "image": "cirros",
                        "flavor": {"vcpus": 2, "ram_mib": 2048, "disk_gib": 10, "match": "at_least"},
                        "interfaces": [
                            {"name": "eth0", "virtual_link": "mgmt", "management": True},
                            {
                                "name": "eth1",
                                "virtual_link": "web/internal",
                                "ip_addresses": ["192.168.50.10", "192.168.50.11"],
                            },
                            {"name": "eth2", "virtual_link": "data"},
                        ],
                        "cloud_init": {"file": "front.cfg", "params": {"role": "front"}},
                        "metadata": {"tier": "web"},
                    },
                    {
                        "name": "back",
                        "image": "cirros",
                        "flavor": "m1.tiny",
                        "interfaces": [{"name": "eth0", "virtual_link": "internal"}],
                    },
                ],
            }
        ],
        "ssh_keys": [KEY],
    }
