#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: op_occ
short_description: Close an operation occurrence
version_added: 0.1.0
description:
  - Closes the open operation occurrence (op-occ) of a network service when the process that ran it is dead. What it made is
    folded from the journal into the record. An op-occ in STARTING becomes ROLLED_BACK, one in PROCESSING becomes FAILED_TEMP.
  - The owner is dead exactly when its lock can be taken. One that is alive is left alone, and the module fails and names it.
  - An op-occ in FAILED_TEMP refuses every other operation. Run the same operation again to go on with it, or give it up with
    O(state=failed), after which another one (such as terminate) is possible. What was made stays, in the VIM and in the record.
  - Needs no VIM.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
options:
  state:
    description:
      - What to do with the op-occ. V(recovered) closes it where its owner died. V(failed) does so too, and then makes one that
        is in FAILED_TEMP FAILED, which is final.
    type: str
    choices: [recovered, failed]
    default: recovered
  ns:
    description:
      - Id or name of the network service.
    type: str
    required: true
  force_takeover:
    description:
      - Take it over from another host before that host's lease has ended.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.op_occ_info
"""

EXAMPLES = r"""
- name: Close what a killed job left open
  nfv.mano.op_occ:
    ns: edge1
    state: recovered

- name: Give up a failed instantiation, to terminate what it made
  nfv.mano.op_occ:
    ns: edge1
    state: failed
"""

RETURN = r"""
op_occ:
  description: The op-occ that was open, as it is now. Null where none was.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close_ns
from ansible_collections.nfv.mano.plugins.module_utils.store import Store


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={'state': {'type': 'str', 'choices': ['recovered', 'failed'], 'default': 'recovered'},
                       'ns': {'type': 'str', 'required': True},
                       'force_takeover': {'type': 'bool', 'default': False}, **STATE_ARGUMENTS},
        supports_check_mode=True)
    store = Store(module.params['state_dir'])
    with failing(module):
        changed, op_occ = close_ns(store, module.params['ns'], fail=module.params['state'] == 'failed',
                                   force_takeover=module.params['force_takeover'], dry=module.check_mode)
    state = (op_occ or {}).get('state')
    before = 'open\n' if changed else f'{state or "none open"}\n'
    after = f'{module.params["state"]}\n' if changed else before
    module.exit_json(changed=changed, op_occ=op_occ, diff={'before': before, 'after': after})


if __name__ == '__main__':
    main()
