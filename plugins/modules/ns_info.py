#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ns_info
short_description: Show network services
version_added: 0.1.0
description:
  - Shows network services from their records, with what is in the VIM for each. Needs no VIM.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
options:
  ns:
    description:
      - Id or name of a network service. By default all are shown.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.op_occ_info
  - plugin: nfv.mano.sol_vnf_instance
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show a network service
  nfv.mano.ns_info:
    ns: edge1
  register: edge1

- name: Show its servers
  ansible.builtin.debug:
    msg: "{{ item.key }} is {{ item.value.status }} at {{ item.value.addresses | join(', ') }}"
  loop: "{{ edge1.nss[0].resources | dict2items | selectattr('key', 'match', 'vdu:') }}"
"""

RETURN = r"""
nss:
  description:
    - The network services. Each with id, name, state, document, declared (the document with what later verbs changed of
      it), vims, vnfs, its open op_occ, and resources by item, such as C(vdu:web/front/0) with id, name, status, addresses and
      ports.
    - Its C(snapshots), each with name and C(instances), of each of which it tells vnf, vdu, count_index, vim, image_id,
      volume_snapshots by volume, when it was C(created), how consistent it is (C(pause) and C(stop), the server was held still;
      C(still), it did not run; C(one disk); C(none), each disk is of a moment of its own) and whether it is whole (C(ready)).
    - Of VNFs that were made by themselves (through the SOL003 front), C(vnf_infos), what is told of each by name, also while it
      is not instantiated.
    - Where a VDU has C(ssh_access), C(ssh_public_key) and C(ssh_key_file), the path of the encrypted private key.
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.again import find_ns
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS, failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import ns_view
from ansible_collections.nfv.mano.plugins.module_utils.store import Store


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={'ns': {'type': 'str'}, **STATE_ARGUMENTS}, supports_check_mode=True)
    store = Store(module.params['state_dir'])
    with failing(module):
        found = [find_ns(store, module.params['ns'])] if module.params['ns'] else store.all('ns')
        views = [ns_view(store, one) for one in found]
    module.exit_json(changed=False, nss=views)


if __name__ == '__main__':
    main()
