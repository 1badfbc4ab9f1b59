#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inject_ssh_key
short_description: Put a public key into the guests of a network service
version_added: 0.1.0
description:
  - Logs in to VDU instances over SSH, with the network service's own key pair or with a password, and sees to it that a public
    key is in the C(authorized_keys) of the user who logs in. Other lines of that file stay as they are.
  - A guest needs a POSIX shell with C(sed), C(grep) and C(tail), and no Python.
  - Where a key is missing, or a guest can not be asked, an op-occ C(INJECT_SSH_KEY) is made. It ends COMPLETED, or FAILED where
    some guest does not have the key. Run again, what is missing is put in.
  - In check mode it logs in and looks.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
options:
  ns:
    description:
      - Id or name of the network service.
    type: str
    required: true
  vnf:
    description:
      - Name of the VNF that is meant. By default all.
    type: str
  vdu:
    description:
      - Name of the VDU that is meant. By default all.
    type: str
  count_index:
    description:
      - Count-index of the VDU instance that is meant. By default all.
    type: int
  key:
    description:
      - The public key to put in, a line as in C(authorized_keys). By default the network service's own.
      - A key that is there with another comment or with options counts as there.
    type: str
  user:
    description:
      - Whom to log in as. By default the user of the VDU's C(ssh_access).
    type: str
  password:
    description:
      - The user's password. By default the network service's key pair logs in.
    type: str
  port:
    description:
      - The port of the SSH server.
    type: int
    default: 22
  addresses:
    description:
      - Where instances are reached, where that is not what the record says (behind a port forwarding, say). An instance
        (V(web/front/0)) to an address, or to a mapping of C(address) and C(port).
    type: dict
    default: {}
  host_key_checking:
    description:
      - Remember a guest's host key at the first login, by its server's id, and refuse another one afterwards.
    type: bool
    default: true
  timeout:
    description:
      - How long it may take to connect to a guest, in seconds.
    type: int
    default: 30
  max_parallel:
    description:
      - Guests at once.
    type: int
    default: 16
  force_takeover:
    description:
      - Take an operation over from another host before that host's lease has ended.
    type: bool
    default: false
  op_occ_retention:
    description:
      - How many finished op-occs are kept per network service.
    type: int
    default: 50
requirements:
  - the program C(ssh) of OpenSSH 8.4 or newer
  - cryptography, where the network service's key pair logs in
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.ns_apply
  - module: nfv.mano.ns_info
"""

EXAMPLES = r"""
- name: Let an operator in everywhere
  nfv.mano.inject_ssh_key:
    ns: edge1
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPcG1Jx0vSFNX0sjYdQ8TyYB7Xm1nVhGmDFG2nSZ8k9J operator
    passphrase: "{{ vault_nfv_passphrase }}"

- name: Let the network service's own key pair in where an image takes no user data
  nfv.mano.inject_ssh_key:
    ns: edge1
    vnf: router
    user: admin
    password: "{{ vault_router_password }}"
"""

RETURN = r"""
instances:
  description: A mapping for each instance that is meant, with name, address, port, user, changed, failed and msg.
  returned: when the input can be used
  type: list
  elements: dict
op_occ:
  description: The op-occ, with id, state, operation and result. Its id and state are null where none was needed.
  returned: always
  type: dict
ns:
  description: The network service. Its id, name and state.
  returned: when it was found
  type: dict
problem:
  description: ProblemDetails (RFC 7807) of what did not end well.
  returned: failure
  type: dict
problems:
  description: What is wrong with the input.
  returned: when the input can not be used
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.inject import inject
from ansible_collections.nfv.mano.plugins.module_utils.operation.injection import Wish

ARGUMENTS = {'ns': {'type': 'str', 'required': True}, 'vnf': {'type': 'str'}, 'vdu': {'type': 'str'},
             'count_index': {'type': 'int'}, 'key': {'type': 'str', 'no_log': False}, 'user': {'type': 'str'},
             'password': {'type': 'str', 'no_log': True}, 'port': {'type': 'int', 'default': 22},
             'addresses': {'type': 'dict', 'default': {}}, 'host_key_checking': {'type': 'bool', 'default': True},
             'timeout': {'type': 'int', 'default': 30}, 'max_parallel': {'type': 'int', 'default': 16},
             'force_takeover': {'type': 'bool', 'default': False}, 'op_occ_retention': {'type': 'int', 'default': 50},
             **STATE_ARGUMENTS}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with failing(module):
        result = inject(Wish(**module.params), dry=module.check_mode)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
