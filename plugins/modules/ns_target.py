#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ns_target
short_description: Show what SOL006 packages become
version_added: 0.1.0
description:
  - Shows the network-service document that a folder or tarball of SOL006 packages becomes, and everything of the packages that is
    not in it, each with its path and why.
  - The document can be kept in a file, changed there, and instantiated in place of the packages.
  - A network-service document is shown as well, with what is as by default left out. Needs no VIM.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
requirements:
  - PyYAML
options:
  descriptor:
    description:
      - Path on the controller of a folder or tarball of SOL006 packages, or of a network-service document.
    type: path
  document:
    description:
      - The network-service document itself, in place of O(descriptor).
    type: dict
  files:
    description:
      - Contents of the files that O(document) names, by name.
    type: dict
    default: {}
  params:
    description:
      - The instantiation parameters of the packages.
    type: dict
    default: {}
  vims:
    description:
      - The clouds that the network service is going to run on, by the names of its VIMs. VIM accounts of O(params) that are
        called so are these VIMs.
    type: dict
    default: {}
  dest:
    description:
      - File to write the document to. The cloud-init files that it names are written beside it.
    type: path
  left_out:
    description:
      - What is known to be left out. Found by reading O(descriptor).
    type: list
    elements: dict
    default: []
  notes:
    description:
      - What is to be said besides. Found by reading O(descriptor).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.package_info
  - module: nfv.mano.ns_apply
"""

EXAMPLES = r"""
- name: See what packages mean
  nfv.mano.ns_target:
    descriptor: packages/edge
    params:
      vld:
        - {name: mgmt, vim_network_name: shared}
  register: edge

- name: Show what is left out
  ansible.builtin.debug:
    msg: "{{ item.path }}: {{ item.why }}"
  loop: "{{ edge.left_out }}"

- name: Keep the document
  nfv.mano.ns_target:
    descriptor: packages/edge.tar.gz
    dest: services/edge.yaml
"""

RETURN = r"""
document:
  description: The network-service document. Values of secret parameters are not shown.
  returned: success
  type: dict
left_out:
  description: What of the packages is not in the document.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Where it stands, as C(file:path).
      type: str
      returned: always
    why:
      description: Why it is left out.
      type: str
      returned: always
notes:
  description: What is left out, and what was decided, in lines for people.
  returned: success
  type: list
  elements: str
files:
  description: Names of the files that the document names.
  returned: success
  type: list
  elements: str
dest:
  description: Where the document was written.
  returned: when the document is written
  type: str
problems:
  description: What is wrong with the input, each with its path and value.
  returned: when the input can not be used
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets_shown import TARGET_ARGUMENTS, show_target


def main() -> None:
    """Run the module."""
    show_target(AnsibleModule(argument_spec=TARGET_ARGUMENTS, required_one_of=[('descriptor', 'document')],
                              supports_check_mode=True))


if __name__ == '__main__':
    main()
