#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_scan
short_description: Scan the topology of an environment
version_added: 0.1.0
description:
  - Reads an environment's cloud through its APIs, takes what its hosts told (M(nfv.mano.host_network_facts)), finds the links
    between all objects and the graphs around them, and keeps that as a new generation of the inventory.
  - Readers see the old generation until the new one is whole. A scan that fails or dies leaves the old one. Of two scans at once
    the second is refused.
  - The records in O(state_dir) tell which network services instances belong to. O(passphrase) or O(key_file) is needed only for
    the password of an ACI fabric that is asked.
  - Every type of resource is listed once, page by page, all of them in parallel. The cloud has to be an administrator's.
  - Hosts and lists that do not answer end in the state C(completed_with_errors); what was known of them stays.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
  - nfv.mano.topology
requirements:
  - openstacksdk >= 4
options:
  environment:
    description:
      - Name of the environment.
    type: str
    required: true
  inventory_only:
    description:
      - Only the objects. Links and graphs stay, but for those of objects that are gone.
    type: bool
    default: false
  links_only:
    description:
      - Only the links, of the objects that are known. No cloud is asked.
    type: bool
    default: false
  cliques_only:
    description:
      - Only the graphs, of the objects and links that are known. No cloud is asked.
    type: bool
    default: false
  clear:
    description:
      - Forget all older generations once this one is whole, and take nothing over from them.
    type: bool
    default: false
  object_id:
    description:
      - Only this object, with what is below it, its links, and the graphs that they are in. Its id, or a name that only one has.
      - Those of types C(instance), C(network), C(port), C(vservice) (a router), C(floating_ip), C(security_group),
        C(server_group), C(trunk) and C(volume) can be scanned so, and a C(host) whose O(host_facts) are given.
      - A C(vnic) is scanned with what it belongs to, a C(host_pnic), C(vconnector), C(vedge) or C(otep) with its host.
    type: str
  object_type:
    description:
      - The type of O(object_id). Needed where it is not in the inventory yet.
    type: str
  implicit_links:
    description:
      - Also make the links that follow from others, such as from an instance to a network.
    type: bool
    default: false
  keep_generations:
    description:
      - How many generations stay for comparison, this one included.
    type: int
    default: 5
  host_facts:
    description:
      - What hosts told, by the name that the cloud calls them. Left out, hosts are not asked, and what they told before stays.
    type: dict
  hosts_failed:
    description:
      - Hosts that did not answer, each with the reason.
    type: dict
    default: {}
  cloud:
    description:
      - The cloud of C(clouds.yaml), in place of the one that the environment's section OpenStack names.
    type: str
  max_parallel:
    description:
      - Calls at once.
    type: int
    default: 8
  log_level:
    description:
      - How much C(lines) tells. V(debug) adds what each list and each host gave, V(warning) leaves only what did not answer.
    type: str
    choices: [debug, info, warning, error]
    default: info
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.environment
  - module: nfv.mano.topology_info
  - module: nfv.mano.host_network_facts
"""

EXAMPLES = r"""
- name: Scan all that the APIs tell
  nfv.mano.topology_scan:
    environment: lab

- name: Look at one server again
  nfv.mano.topology_scan:
    environment: lab
    object_id: edge1-web-front-0
"""

RETURN = r"""
state:
  description: C(completed) or C(completed_with_errors).
  returned: success
  type: str
generation:
  description: Number of the new generation.
  returned: success
  type: int
differences:
  description: How many objects, links and graphs came, went or changed since the generation before.
  returned: success
  type: int
problems:
  description: What did not answer, or why the scan failed.
  returned: always
  type: list
  elements: str
counts:
  description: How many C(objects), C(links) and C(cliques) there are now, by type.
  returned: success
  type: dict
scan:
  description: What was scanned.
  returned: success
  type: dict
lines:
  description: What was done, as lines for people.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan

ARGUMENTS = {
    'environment': {'type': 'str', 'required': True},
    **{name: {'type': 'bool', 'default': False} for name in (*scan.ONLY, 'clear', 'implicit_links')},
    'object_id': {'type': 'str'},
    'object_type': {'type': 'str'},
    'keep_generations': {'type': 'int', 'default': 5},
    'host_facts': {'type': 'dict'},
    'hosts_failed': {'type': 'dict', 'default': {}},
    'cloud': {'type': 'str'},
    'max_parallel': {'type': 'int', 'default': 8},
    'log_level': {'type': 'str', 'choices': list(scan.LEVELS), 'default': 'info'},
    **STATE_ARGUMENTS,
    **manage.PLACE_ARGUMENTS,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS)
    lines: list[str] = []

    def tell(line: str, level: str) -> None:
        if scan.LEVELS.index(level) >= scan.LEVELS.index(module.params['log_level']):
            lines.append(line)

    with manage.failing(module):
        result = scan.run(module.params, tell)
    for problem in result['problems']:
        module.warn(problem)
    module.exit_json(**result, lines=lines)


if __name__ == '__main__':
    main()
