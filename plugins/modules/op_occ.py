#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: op_occ
short_description: Close or cancel an operation occurrence
version_added: 0.1.0
description:
  - Closes the open operation occurrence (op-occ) of a network service when the process that ran it is dead. What it made is
    folded from the journal into the record. An op-occ in STARTING becomes ROLLED_BACK, one in PROCESSING or ROLLING_BACK
    becomes FAILED_TEMP.
  - The owner is dead exactly when its lock can be taken. One that is alive is left alone, and the module fails and names it,
    unless it is to be cancelled.
  - An op-occ in FAILED_TEMP refuses every other operation. Go on with it or undo it by M(nfv.mano.ns_apply), or give it up with
    O(state=failed), after which another one (such as reconcile, or terminate) is possible. What was made stays, in the VIM and in
    the record.
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
        is in FAILED_TEMP FAILED, which is final. V(cancelled) ends one that another process runs, and waits for its end.
    type: str
    choices: [recovered, failed, cancelled]
    default: recovered
  ns:
    description:
      - Id or name of the network service. Its open op-occ is meant unless O(op_occ) is given.
      - This or O(op_occ) is needed.
    type: str
  op_occ:
    description:
      - Id of the op-occ. That of a VNF stands for that of its network service.
    type: str
  cancel_mode:
    description:
      - V(GRACEFUL) lets calls in flight end, V(FORCEFUL) does not wait for them. What such a call still makes is found by its
        mark in the next run.
    type: str
    choices: [GRACEFUL, FORCEFUL]
    default: GRACEFUL
  timeout:
    description:
      - How many seconds to wait for the end of what is cancelled.
    type: float
    default: 120
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
    support: partial
    details:
      - Not with O(state=cancelled), which fails where nothing runs.
seealso:
  - module: nfv.mano.op_occ_info
  - module: nfv.mano.ns_apply
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

- name: End what another job does at once
  nfv.mano.op_occ:
    ns: edge1
    state: cancelled
    cancel_mode: FORCEFUL
"""

RETURN = r"""
op_occ:
  description: The op-occ as it is now. Null where none was open and none was asked for.
  returned: success
  type: dict
remains:
  description:
    - What is in the VIM of the network service by its record, and stays until it is terminated. A mapping for each, with item,
      name, id and vim.
  returned: when O(state=failed)
  type: list
  elements: dict
problem:
  description: ProblemDetails (RFC 7807) of what could not be done.
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.cancel import cancel
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close, op_occ_view, remains
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

ARGUMENTS = {'state': {'type': 'str', 'choices': ['recovered', 'failed', 'cancelled'], 'default': 'recovered'},
             'ns': {'type': 'str'}, 'op_occ': {'type': 'str'},
             'cancel_mode': {'type': 'str', 'choices': ['GRACEFUL', 'FORCEFUL'], 'default': 'GRACEFUL'},
             'timeout': {'type': 'float', 'default': 120.0}, 'force_takeover': {'type': 'bool', 'default': False},
             **STATE_ARGUMENTS}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True, required_one_of=[('ns', 'op_occ')])
    asked = module.params
    store = Store(asked['state_dir'])
    how = {'force_takeover': asked['force_takeover'], 'dry': module.check_mode}
    result = {}
    with failing(module):
        if asked['state'] == 'cancelled':
            changed, found = cancel(store, asked['ns'], asked['op_occ'], mode=asked['cancel_mode'],
                                    timeout=asked['timeout'], **how)
        else:
            changed, found = close(store, asked['ns'], asked['op_occ'], fail=asked['state'] == 'failed', **how)
        view = found and op_occ_view(store, found)
        if found is not None and asked['state'] == 'failed':
            result['remains'] = remains(store, store.read('ns', found.ns_id) or {})
    before = 'open\n' if changed else f'{view["state"] if view else "none open"}\n'
    module.exit_json(changed=changed, op_occ=view, diff={'before': before, 'after': f'{asked["state"]}\n' if changed else before},
                     **result)


if __name__ == '__main__':
    main()
