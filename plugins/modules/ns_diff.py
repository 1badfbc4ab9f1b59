#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ns_diff
short_description: Show what an operation on a network service would do
version_added: 0.1.0
description:
  - Compares the target of an operation with the record and with what is in the VIMs now, and returns the plan.
  - Never changes anything, neither in a VIM nor on disk.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.operation
  - nfv.mano.run
  - nfv.mano.state
requirements:
  - openstacksdk >= 4
  - jinja2
  - cryptography, where a VDU has C(ssh_access)
  - PyYAML
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.ns_apply
"""

EXAMPLES = r"""
- name: Show what instantiating would do
  nfv.mano.ns_diff:
    descriptor: edge1.yaml
    cloud: mycloud
  register: would
"""

RETURN = r"""
op_occ:
  description: The operation occurrence. Its id and state are null where none was needed.
  returned: always
  type: dict
  contains:
    id:
      description: Its UUID.
      type: str
      returned: when the operation had something to do
    operation:
      description: INSTANTIATE, UPDATE, TERMINATE and the like; of a retry or a rollback the operation that it is of.
      type: str
      returned: when the operation had something to do
    state:
      description: COMPLETED, FAILED_TEMP or ROLLED_BACK.
      type: str
      returned: when the operation had something to do
    result:
      description: What came of it. One of changed, unchanged, planned and failed.
      type: str
      returned: always
plan:
  description: What had to change.
  returned: success, when the VIMs were read
  type: dict
  contains:
    counts:
      description: Number of items by action (create, update, replace, delete, unchanged).
      type: dict
      returned: always
    tasks:
      description: Number of tasks in the graph.
      type: int
      returned: always
    changes:
      description: A mapping per change, with action, kind, name, vim, detail and reason.
      type: list
      elements: dict
      returned: always
    task_files:
      description: A mapping per task file that is to be run, with file, purpose, subject, timeout_s and items.
      type: list
      elements: dict
      returned: always
ns:
  description: The network service. Its id, name and state.
  returned: always
  type: dict
problem:
  description: ProblemDetails (RFC 7807) of an operation that did not end well.
  returned: failure
  type: dict
problems:
  description: What is wrong with the input, each with its path and value.
  returned: when the input can not be used
  type: list
  elements: str
notes:
  description: What could not be checked beforehand.
  returned: when the VIMs were read
  type: list
  elements: str
calls:
  description: Number of API calls by method.
  returned: when tasks were run
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import ARGUMENTS, run


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, dry=True)


if __name__ == '__main__':
    main()
