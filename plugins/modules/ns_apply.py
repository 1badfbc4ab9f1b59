#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ns_apply
short_description: Do an operation on a network service
version_added: 0.1.0
description:
  - Does one operation on a network service, whole, in one process under one lock. Reads the VIMs, plans, checks that there
    is room for the plan, executes it in parallel, and records the operation as an ETSI operation occurrence (op-occ).
  - Run again after a failure or an interruption it goes on where it stopped. Run again after success it changes nothing.
  - In check mode it does what M(nfv.mano.ns_diff) does.
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
    support: partial
    details:
      - Except for what is asked for anew each time. V(operation=heal) and V(operation=rebuild) with C(force),
        V(operation=revert_to_snapshot), a restart, scaling by steps, and migration to whatever host the scheduler chooses; with a
        C(request_id) among the O(params) these are idempotent, too.
seealso:
  - module: nfv.mano.ns_diff
  - module: nfv.mano.op_occ_info
"""

EXAMPLES = r"""
- name: Instantiate a network service
  nfv.mano.ns_apply:
    operation: instantiate
    descriptor: edge1.yaml
    cloud: mycloud

- name: Go on with an operation that failed
  nfv.mano.ns_apply:
    operation: retry
    ns: edge1

- name: Undo an operation that failed
  nfv.mano.ns_apply:
    operation: rollback
    ns: edge1

- name: See what an operation that was given up has left behind, and bring record and VIM together
  nfv.mano.ns_apply:
    operation: reconcile
    ns: edge1

- name: Four instances of a VDU
  nfv.mano.ns_apply:
    operation: scale
    ns: edge1
    vnf: web
    vdu: front
    params:
      count: 4

- name: Stop one of them
  nfv.mano.ns_apply:
    operation: operate
    ns: edge1
    vnf: web
    vdu: front
    count_index: 3
    params:
      state: STOPPED

- name: Terminate it
  nfv.mano.ns_apply:
    operation: terminate
    ns: edge1
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
      description: COMPLETED, FAILED_TEMP or ROLLED_BACK; PROCESSING or ROLLING_BACK where it waits for task files.
      type: str
      returned: when the operation had something to do
    result:
      description: What came of it. One of changed, unchanged, planned, waiting and failed.
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
waiting_for:
  description:
    - The task files of the user's that are to be run before the operation goes on. C(lease) is its name for O(task_files),
      C(until) when it ends; C(files) has for each file C(file), C(path) (on the controller, null where it is not there),
      C(error) (what is wrong with it), C(purpose), C(subject), C(timeout_s) and C(instances).
  returned: when the operation waits for task files
  type: dict
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
subscribers:
  description: How many subscriptions there are to M(nfv.mano.notify) of it.
  returned: when there are any
  type: int
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
    run(module, dry=module.check_mode)


if __name__ == '__main__':
    main()
