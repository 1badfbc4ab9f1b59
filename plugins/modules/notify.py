#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: notify
short_description: Tell subscribers what has become of operations
version_added: 0.1.0
description:
  - Sends to the subscribers of the SOL003 front what they have not taken yet of the states that operation occurrences (op-occs)
    have come to, in order. The front does so by itself while it runs; this is for where it does not.
  - Before that it recovers op-occs whose owner died, or that nobody has taken up in time, as the front does too.
  - What a subscriber does not take stays for the next time. The module does not fail for it.
  - Needs no VIM.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
requirements:
  - cryptography, where a subscription has credentials
options:
  api_root:
    description:
      - What the links in notifications start with, such as V(https://mano.example.com). By default as when it was subscribed.
    type: str
    default: ''
  callback_ca:
    description:
      - File with certificates of authorities, in PEM, that subscribers' certificates may be of, beside the system's.
    type: path
  timeout:
    description:
      - How many seconds to go on trying where a subscriber does not take what it is told.
    type: float
    default: 10
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.op_occ_info
"""

EXAMPLES = r"""
- name: Tell subscribers what has become of operations
  nfv.mano.notify:
    api_root: https://mano.example.com
"""

RETURN = r"""
waiting:
  description: How many notifications each subscription has not taken yet, by its id.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close_dead
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.notifier import notifier_of
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

ARGUMENTS = {'api_root': {'type': 'str', 'default': ''}, 'callback_ca': {'type': 'path'},
             'timeout': {'type': 'float', 'default': 10.0}, **STATE_ARGUMENTS}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    asked = module.params
    with failing(module):
        if not module.check_mode:
            close_dead(Store(asked['state_dir']))
        notifier = notifier_of(*(asked[name] for name in ('state_dir', 'api_root', 'callback_ca', 'passphrase', 'key_file')))
        before = notifier.waiting()
        after = before if module.check_mode else notifier.flush(asked['timeout'])
    module.exit_json(changed=any(before.values()) if module.check_mode else before != after, waiting=after)


if __name__ == '__main__':
    main()
