# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: sol_op_occ
author:
  - nfv.mano contributors (@nfv-mano)
version_added: 0.1.0
short_description: An operation occurrence as ETSI SOL003 or SOL005 has it
description:
  - Turns an operation occurrence (op-occ) into the VnfLcmOpOcc of ETSI GS NFV-SOL 003 or the NsLcmOpOcc of ETSI GS NFV-SOL 005.
  - The C(_links) to its tasks (cancel, retry, rollback, fail) are there while its state takes them.
  - No secret is in it. Empty lists and attributes without a value are left out.
  - An operation that SOL003 does not know is shown as the nearest one. C(UPDATE) is C(CHANGE_VNFPKG) (in version V(v1)
    C(MODIFY_INFO)); what replaces or moves servers is C(HEAL).
positional: version
options:
  _input:
    description:
      - One of the RV(nfv.mano.op_occ_info#module:op_occs) of M(nfv.mano.op_occ_info), or the fact of an op-occ.
      - C(operationParams), C(resourceChanges) and what else belongs to a single operation are there where it was called with
        O(nfv.mano.op_occ_info#module:details=true).
    type: dict
    required: true
  version:
    description:
      - V(v1) or V(v2) of SOL003 for the op-occ of a VNF, V(SOL005) for that of a network service.
      - By default V(v2) or V(SOL005), as the op-occ is.
    type: str
    choices: [v1, v2, SOL005]
  api_root:
    description:
      - What the links start with, such as V(https://mano.example.com).
    type: str
    default: ''
seealso:
  - module: nfv.mano.op_occ_info
  - plugin: nfv.mano.sol_vnf_instance
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the operation occurrences of a network service
  nfv.mano.op_occ_info:
    ns: edge1
    details: true
  register: found

- name: Show those of its VNFs as SOL003 has them
  ansible.builtin.debug:
    msg: "{{ found.op_occs | selectattr('scope', 'eq', 'vnf') | map('nfv.mano.sol_op_occ', 'v2') }}"

- name: Show its own one as SOL005 has it
  ansible.builtin.debug:
    msg: "{{ found.op_occs | selectattr('scope', 'eq', 'ns') | first | nfv.mano.sol_op_occ }}"
"""

RETURN = r"""
_value:
  description: The VnfLcmOpOcc or NsLcmOpOcc.
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import ViewError
from ansible_collections.nfv.mano.plugins.module_utils.sol.op_occ import op_occ_view


def sol_op_occ(op_occ: Any, version: str | None = None, api_root: str = '') -> dict[str, Any]:
    """An op-occ as SOL has it."""
    try:
        return op_occ_view(op_occ, version, api_root)
    except (ViewError, AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f'nfv.mano.sol_op_occ: {error}') from error


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {'sol_op_occ': sol_op_occ}
