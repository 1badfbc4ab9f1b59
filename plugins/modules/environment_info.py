#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_info
short_description: Show environments
version_added: 0.1.0
description:
  - Shows environments with their documents, their scans, and how much is known of them. Needs no cloud.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.topology
options:
  state_dir:
    description:
      - The state directory.
    type: path
    default: ~/.local/state/nfv.mano
  name:
    description:
      - Name of an environment. By default all are shown.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.environment
  - module: nfv.mano.topology_info
"""

EXAMPLES = r"""
- name: Show all environments
  nfv.mano.environment_info:
  register: found

- name: Show when each was scanned
  ansible.builtin.debug:
    msg: "{{ found.environments | items2dict(key_name='name', value_name='last_scanned') }}"
"""

RETURN = r"""
environments:
  description:
    - Each with its document (without secrets; C(has_secrets) says whether there are any), the current C(generation), all
      C(generations) with state, times, scan, problems and counts, and C(counts) of objects, links and cliques by type.
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={'name': {'type': 'str'}, **manage.PLACE_ARGUMENTS}, supports_check_mode=True)
    with manage.failing(module):
        found = manage.listing(module.params)
    module.exit_json(changed=False, environments=found)


if __name__ == '__main__':
    main()
