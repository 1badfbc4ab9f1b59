#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: environment
short_description: Describe an environment whose topology is scanned
version_added: 0.1.0
description:
  - Keeps the document of an environment, that is of a cloud with its hosts, whose topology M(nfv.mano.topology_scan) finds out.
  - Every mistake in the document is told at once, each with its path.
  - Secrets in it are stored encrypted, never in clear. A section C(OpenStack) with a cloud of C(clouds.yaml) needs none.
  - What scans found out (C(scanned), C(last_scanned), C(operational)) stays, whatever the document says of it.
  - Those whom C(auth) names are let in by access control lists on the environment's files, or by roles and policies of
    PostgreSQL, and nobody else is but the owner.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
  - nfv.mano.topology
options:
  state:
    description:
      - V(absent) takes the environment away together with its inventory, all generations of it, and tells how much that was.
    type: str
    choices: [present, absent]
    default: present
  document:
    description:
      - The environment, as the page C(docs/topology.md) describes it. Needed with O(state=present).
    type: dict
  name:
    description:
      - Its name. Needed with O(state=absent).
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.environment_info
  - module: nfv.mano.topology_scan
"""

EXAMPLES = r"""
- name: Describe a cloud
  nfv.mano.environment:
    document:
      name: lab
      distribution: Kolla
      mechanism_drivers: [openvswitch]
      type_drivers: [vxlan]
      configuration:
        - {name: OpenStack, cloud: lab-admin}
        - {name: CLI, host: compute, hosts: [compute, network]}

- name: Forget it, and its inventory
  nfv.mano.environment:
    name: lab
    state: absent
"""

RETURN = r"""
environment:
  description: The document, without secrets. Null with O(state=absent).
  returned: success
  type: dict
removed:
  description: With O(state=absent), how many objects and links went with it, and which generations. Null where it was not there.
  returned: with O(state=absent)
  type: dict
unenforced:
  description: What in C(auth) can not be enforced here, such as users that this host does not have. These are warnings, too.
  returned: with O(state=present)
  type: list
  elements: str
problems:
  description: Every mistake, as path and message.
  returned: failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
                       'document': {'type': 'dict'}, 'name': {'type': 'str'}, **STATE_ARGUMENTS, **manage.PLACE_ARGUMENTS},
        required_if=[('state', 'present', ['document']), ('state', 'absent', ['name'])], supports_check_mode=True)
    with manage.failing(module):
        bring = manage.present if module.params['state'] == 'present' else manage.absent
        result = bring(module.params, module.check_mode)
    for problem in result.get('unenforced', ()):
        module.warn(problem)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
