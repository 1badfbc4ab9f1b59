# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network-service document: its model, its reader, and what is derived from it. Pure, and nothing of Ansible in it."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.target.document import is_whole, redact, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Epa, Flavor, Image, NumaNode, Quota
from ansible_collections.nfv.mano.plugins.module_utils.target.load import load, validate
from ansible_collections.nfv.mano.plugins.module_utils.target.merge import merge, standing
from ansible_collections.nfv.mano.plugins.module_utils.target.model import (
    AddressPair,
    AffinityGroup,
    CloudInit,
    Drain,
    FloatingIp,
    Interface,
    NetworkService,
    Ready,
    Vdu,
    Vnf,
    Vnfd,
    Volume,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Dhcp, Provider, Router, Subnet, VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.target.own import read_part, with_own, write_part
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import is_ssh_key
from ansible_collections.nfv.mano.plugins.module_utils.target.patch import merge_patch, patch_between, read_attribute
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, TargetError
from ansible_collections.nfv.mano.plugins.module_utils.target.user_data import render_user_data
from ansible_collections.nfv.mano.plugins.module_utils.target.vim import Vim

__all__ = [
    "AddressPair",
    "AffinityGroup",
    "CloudInit",
    "Dhcp",
    "Drain",
    "Epa",
    "Flavor",
    "FloatingIp",
    "Image",
    "Interface",
    "NetworkService",
    "NumaNode",
    "Problem",
    "Provider",
    "Quota",
    "Ready",
    "Router",
    "Subnet",
    "TargetError",
    "Vdu",
    "Vim",
    "VirtualLink",
    "Vnf",
    "Vnfd",
    "Volume",
    "is_ssh_key",
    "is_whole",
    "load",
    "merge",
    "merge_patch",
    "patch_between",
    "read_attribute",
    "read_part",
    "redact",
    "render_user_data",
    "standing",
    "to_document",
    "validate",
    "with_own",
    "write_part",
]
