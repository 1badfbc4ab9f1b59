#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_impact
short_description: Show what depends on an object of a topology
version_added: 0.1.0
description:
  - Shows what depends on a host, a physical interface, a network or any other object, which network services that hits, and what
    the object depends on itself. Needs no cloud.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.topology
  - nfv.mano.topology.inventory
options:
  object:
    description:
      - Id of the object, or a name that only one has.
    type: str
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.topology_info
"""

EXAMPLES = r"""
- name: Which services are hit where a host fails
  nfv.mano.topology_impact:
    environment: lab
    object: host:compute7
  register: hit

- name: Name them
  ansible.builtin.debug:
    msg: "{{ hit.services | map(attribute='ns') | unique }}"
"""

RETURN = r"""
object:
  description: The object itself.
  returned: success
  type: dict
dependents:
  description: What depends on it, each with id, type, name, host, status and name_path.
  returned: success
  type: list
  elements: dict
dependencies:
  description: What it depends on.
  returned: success
  type: list
  elements: dict
services:
  description:
    - VDU instances of network services that are hit, each with ns, ns_id, vnf, vdu, count_index, op_occ (the operation that was
      started last), instance and instance_id.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.impact import impact


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={'object': {'type': 'str', 'required': True}, **manage.READ_ARGUMENTS},
                           supports_check_mode=True)
    with manage.failing(module), manage.inventory(module.params) as inventory:
        found = impact(inventory, inventory.find(module.params['object']))
    module.exit_json(changed=False, **found)


if __name__ == '__main__':
    main()
