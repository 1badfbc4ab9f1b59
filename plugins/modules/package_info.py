#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_info
short_description: Validate SOL006 packages
version_added: 0.1.0
description:
  - Validates the packages in a folder on the controller. A VNFD by itself in each of its deployment flavours, an NSD with the
    VNFDs that are there. Needs no VIM and no parameters, and changes nothing.
  - It ends well also where packages are wrong. RV(problems) is empty where none is.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
options:
  descriptor:
    description:
      - Path on the controller of a folder of packages, each a folder or a tarball, or of one package.
    type: path
    required: true
  show:
    description:
      - Print the table for people.
    type: bool
    default: false
  packages:
    description:
      - What was found by reading O(descriptor).
    type: list
    elements: dict
    default: []
  table:
    description:
      - The same in lines for people.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.ns_target
"""

EXAMPLES = r"""
- name: Validate packages
  nfv.mano.package_info:
    descriptor: packages
  register: found

- name: See that all of them can be used
  ansible.builtin.assert:
    that: not found.problems
"""

RETURN = r"""
packages:
  description: A mapping for each descriptor, and for each package that has none.
  returned: success
  type: list
  elements: dict
  contains:
    package:
      description: Name of its folder or tarball, or of its file.
      type: str
      returned: always
    kind:
      description: V(nsd) or V(vnfd), empty for a package without a descriptor.
      type: str
      returned: always
    id:
      description: Id of the descriptor.
      type: str
      returned: always
    version:
      description: Version of the descriptor.
      type: str
      returned: always
    vdus:
      description: How many VDU instances there are of it to begin with.
      type: int
      returned: always
    problems:
      description: What is wrong with it, each with its path and value.
      type: list
      elements: str
      returned: always
    left_out:
      description: What of it becomes nothing, each with path and why.
      type: list
      elements: dict
      returned: always
    warnings:
      description: What is left out, and what was decided, in lines for people.
      type: list
      elements: str
      returned: always
table:
  description: The same in lines for people.
  returned: success
  type: list
  elements: str
problems:
  description: Everything that is wrong.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets_shown import PACKAGES_ARGUMENTS, show_packages


def main() -> None:
    """Run the module."""
    show_packages(AnsibleModule(argument_spec=PACKAGES_ARGUMENTS, supports_check_mode=True))


if __name__ == '__main__':
    main()
