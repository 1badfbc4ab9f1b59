#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_diff
short_description: Compare two generations of a topology
version_added: 0.1.0
description:
  - Shows which objects and links came, went or changed between two scans of an environment, and in what. Needs no cloud.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.topology
  - nfv.mano.topology.inventory
options:
  before:
    description:
      - The older generation. By default the one before O(generation).
    type: int
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
- name: What the last scan found that was new
  nfv.mano.topology_diff:
    environment: lab
  register: found

- name: Show it
  ansible.builtin.debug:
    var: found.lines
"""

RETURN = r"""
objects:
  description:
    - C(came), C(went) and C(changed) objects, each with id, type, name and name_path; the last with C(changes), by the path of
      the attribute, each with C(before) and C(after).
  returned: success
  type: dict
links:
  description: The same for links, each with type, source_id, target_id and name.
  returned: success
  type: dict
before:
  description: The older generation.
  returned: success
  type: int
after:
  description: The newer generation.
  returned: success
  type: int
lines:
  description: The same as lines for people.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology import difference, manage


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={'before': {'type': 'int'}, **manage.READ_ARGUMENTS}, supports_check_mode=True)
    with manage.failing(module), manage.inventory(module.params) as after:
        number = module.params['before'] if module.params['before'] is not None else difference.earlier(after)
        with manage.inventory({**module.params, 'generation': number}) as before:
            found = difference.difference(before, after)
    module.exit_json(changed=False, **found, lines=difference.lines(found))


if __name__ == '__main__':
    main()
