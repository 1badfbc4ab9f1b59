# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: sol_vnf_instance
author:
  - nfv.mano contributors (@nfv-mano)
version_added: 0.1.0
short_description: A VNF as ETSI SOL003 has it
description:
  - Turns a VNF of a network service into the VnfInstance of ETSI GS NFV-SOL 003.
  - The C(_links) to its tasks are there while its state takes them, and none while an operation is open.
  - Clouds are named in C(vimConnectionInfo), by the name that they have in C(clouds.yaml). No credential is known or shown.
  - A VNF that came from no VNFD has its own name in C(vnfdId) and C(vnfProductName).
positional: vnf, version
options:
  _input:
    description:
      - One of the RV(nfv.mano.ns_info#module:nss) of M(nfv.mano.ns_info).
    type: dict
    required: true
  vnf:
    description:
      - Name or id of the VNF.
    type: str
    required: true
  version:
    description:
      - Version of SOL003's interface.
    type: str
    choices: [v1, v2]
    default: v2
  api_root:
    description:
      - What the links start with, such as V(https://mano.example.com).
    type: str
    default: ''
seealso:
  - module: nfv.mano.ns_info
  - plugin: nfv.mano.sol_op_occ
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read a network service
  nfv.mano.ns_info:
    ns: edge1
  register: found

- name: Show its VNF as SOL003 has it
  ansible.builtin.debug:
    msg: "{{ found.nss[0] | nfv.mano.sol_vnf_instance('web') }}"
"""

RETURN = r"""
_value:
  description: The VnfInstance.
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import ViewError
from ansible_collections.nfv.mano.plugins.module_utils.sol.vnf_instance import vnf_instance_view


def sol_vnf_instance(ns: Any, vnf: str, version: str = 'v2', api_root: str = '') -> dict[str, Any]:
    """A VNF of a network service as SOL has it."""
    try:
        return vnf_instance_view(ns, vnf, version, api_root)
    except (ViewError, AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f'nfv.mano.sol_vnf_instance: {error}') from error


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {'sol_vnf_instance': sol_vnf_instance}
