#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: console_info
short_description: Show URLs of consoles
version_added: 0.1.0
description:
  - Asks the VIM for URLs of the consoles of VDU instances. Changes nothing, and needs no operation occurrence.
  - Such a URL lets whoever has it into the console, until the cloud ends it (ten minutes by default). It is kept nowhere, but
    it is in what this module returns.
  - Fails where the VIM gives no URL for an instance, with its reason; those of the others are returned all the same.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
requirements:
  - openstacksdk >= 4
options:
  ns:
    description:
      - Id or name of the network service.
    type: str
    required: true
  vnf:
    description:
      - Name of the VNF. By default all are meant.
    type: str
  vdu:
    description:
      - Name of the VDU. By default all are meant.
    type: str
  count_index:
    description:
      - Count-index of the VDU instance. By default all are meant.
    type: int
  type:
    description:
      - The kind of console. Which of them there are is up to the cloud.
    type: str
    choices: [novnc, spice-html5, serial, mks]
    default: novnc
  cloud:
    description:
      - The cloud of C(clouds.yaml) for VIMs of the record that name none.
    type: str
  vims:
    description:
      - Overrides the record's VIMs. A name of a VIM to a mapping with C(cloud), C(region) and so on.
    type: dict
    default: {}
  max_parallel:
    description:
      - Calls at once.
    type: int
    default: 16
  timeouts:
    description:
      - Limits in seconds. Here only C(call) (what C(clouds.yaml) says, else 60).
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.ns_info
"""

EXAMPLES = r"""
- name: Where the console of a VDU instance is
  nfv.mano.console_info:
    ns: edge1
    vnf: web
    vdu: front
    count_index: 0
  register: shown
"""

RETURN = r"""
consoles:
  description:
    - One for each VDU instance, with vnf, vdu, count_index, name and id of its server, type, url and error. Either of the last
      two is null.
  returned: when the instances are known
  type: list
  elements: dict
lines:
  description: The same as lines for people.
  returned: when the instances are known
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import CONSOLE_ARGUMENTS, show_consoles


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=CONSOLE_ARGUMENTS, supports_check_mode=True)
    show_consoles(module)


if __name__ == '__main__':
    main()
