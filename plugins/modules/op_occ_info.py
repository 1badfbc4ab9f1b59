#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: op_occ_info
short_description: Show operation occurrences
version_added: 0.1.0
description:
  - Shows operation occurrences (op-occs) from their facts, newest first. Needs no VIM.
  - Of one that runs, the journal tells the progress, and the lock tells whether its owner is alive.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
options:
  op_occ:
    description:
      - Id of an op-occ.
    type: str
  ns:
    description:
      - Id or name of a network service. Only its op-occs are shown.
    type: str
  vnf:
    description:
      - Id or name of a VNF. Only its op-occs are shown.
    type: str
  operation:
    description:
      - Only op-occs of this operation, such as V(INSTANTIATE).
    type: str
  state:
    description:
      - Only op-occs in this state.
    type: str
    choices: [STARTING, PROCESSING, COMPLETED, FAILED_TEMP, FAILED, ROLLING_BACK, ROLLED_BACK]
  scope:
    description:
      - Only op-occs of network services, or only those of VNFs.
    type: str
    choices: [ns, vnf]
  limit:
    description:
      - At most this many.
    type: int
  details:
    description:
      - Also show what each one was asked for and how it changed what is in the VIM. The filters need it to show all that
        ETSI's representations have.
    type: bool
    default: false
  show:
    description:
      - Print the table and the history for people.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.ns_info
  - plugin: nfv.mano.sol_op_occ
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what is open or failed on a network service
  nfv.mano.op_occ_info:
    ns: edge1
    state: FAILED_TEMP
  register: failed

- name: Read what the last five operations on a VNF changed
  nfv.mano.op_occ_info:
    ns: edge1
    vnf: web
    limit: 5
    details: true
  register: changed
"""

RETURN = r"""
op_occs:
  description:
    - The op-occs, newest first. Each with id, scope, operation, state, start_time, state_entered_time, end_time, duration (in
      seconds), progress, error, attempts, cancel_pending, waiting_for (task files of the user's, and until when), owner and
      owner_alive (true also while it waits for them).
    - Where O(op_occ) or O(ns) is given, also with its states, each with time and trigger, and the errors of every attempt.
    - With O(details=true) also with parameters (without secrets), planned (counts by action), cancel_mode, vnfs, nets, and
      changes. These are the resources that it made, deleted or changed, also where it failed, each with kind, item, vnf, name,
      id, vim, change (V(ADDED), V(REMOVED), V(MODIFIED), V(TEMPORARY)) and its entry of the record.
  returned: always
  type: list
  elements: dict
table:
  description: The same as lines for people.
  returned: always
  type: list
  elements: str
history:
  description: Lines for people with the states and errors of each op-occ, by id.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import STATES
from ansible_collections.nfv.mano.plugins.module_utils.operation import status
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import list_op_occs
from ansible_collections.nfv.mano.plugins.module_utils.store import Store


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={'op_occ': {'type': 'str'}, 'ns': {'type': 'str'}, 'vnf': {'type': 'str'},
                       'operation': {'type': 'str'}, 'details': {'type': 'bool', 'default': False},
                       'state': {'type': 'str', 'choices': list(STATES)},
                       'scope': {'type': 'str', 'choices': ['ns', 'vnf']}, 'limit': {'type': 'int'},
                       'show': {'type': 'bool', 'default': False}, **STATE_ARGUMENTS},
        supports_check_mode=True)
    asked = {key: module.params[key] for key in (
        'op_occ', 'ns', 'vnf', 'operation', 'state', 'scope', 'limit', 'details')}
    with failing(module):
        found = list_op_occs(Store(module.params['state_dir']), **asked)
    history = {one['id']: status.history(one) for one in found if 'states' in one}
    module.exit_json(changed=False, op_occs=found, table=status.table(found), history=history)


if __name__ == '__main__':
    main()
