#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_info
short_description: Show the topology of an environment
version_added: 0.1.0
description:
  - Shows what scans found, that is objects as a tree, single ones with their links and the graphs around them, or those that a
    search finds. Needs no cloud.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.topology
  - nfv.mano.topology.inventory
options:
  object:
    description:
      - Id of an object, or a name that only one has. Shown with its links, and with its graphs where it is a focal point.
    type: str
  search:
    description:
      - Objects whose name, id, MAC or IP address has a part that begins with this. Where there is none, that contains it.
    type: str
  types:
    description:
      - Only objects of these types, such as V(instance) or V(host_pnic). Without O(search), all of them.
    type: list
    elements: str
    default: []
  depth:
    description:
      - Show the tree below O(object), or below the environment, so many levels deep.
    type: int
    default: 0
  limit:
    description:
      - At most so many objects of a search.
    type: int
    default: 100
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.topology_scan
  - module: nfv.mano.topology_diff
  - module: nfv.mano.topology_impact
  - module: nfv.mano.topology_export
"""

EXAMPLES = r"""
- name: Whose is this address
  nfv.mano.topology_info:
    environment: lab
    search: 10.1.0.17
  register: found

- name: The way of a server to the wire
  nfv.mano.topology_info:
    environment: lab
    object: edge1-web-front-0
  register: front
"""

RETURN = r"""
generation:
  description: The generation that was read. Null where there was no scan.
  returned: success
  type: int
counts:
  description: How many C(objects), C(links) and C(cliques) there are, by type.
  returned: success
  type: dict
objects:
  description: Those that were searched for, or of the types, each with id, type, name, host, status and name_path.
  returned: with O(search) or O(types)
  type: list
  elements: dict
object:
  description: All that is known of the object.
  returned: with O(object)
  type: dict
links:
  description: Its links, each with link_type, source_id, source, target_id, target, state and more.
  returned: with O(object)
  type: list
  elements: dict
cliques:
  description: The graphs around it, each with clique_type, objects and links.
  returned: with O(object)
  type: list
  elements: dict
tree:
  description: An object with C(below), a list of such.
  returned: with O(depth)
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, views


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={
        'object': {'type': 'str'}, 'search': {'type': 'str'}, 'types': {'type': 'list', 'elements': 'str', 'default': []},
        'depth': {'type': 'int', 'default': 0}, 'limit': {'type': 'int', 'default': 100}, **manage.READ_ARGUMENTS},
        supports_check_mode=True)
    with manage.failing(module), manage.inventory(module.params) as inventory:
        found = views.info(inventory, module.params)
    module.exit_json(changed=False, **found)


if __name__ == '__main__':
    main()
