#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_test
short_description: Test the connections of an environment
version_added: 0.1.0
description:
  - Uses each section of an environment's configuration as scans and listeners will. C(OpenStack) gives a token, a catalog, and
    the lists that take an administrator; C(AMQP) a login, with TLS where the section says so; C(ACI) and C(mysql) a login;
    C(Monitoring) its API, and its message bus where a user of it is given.
  - Connections to hosts (C(CLI)) are Ansible's own. The playbook C(nfv.mano.environment_test) tries them and gives the results.
  - Keeps the results in the environment, and its C(operational) with them. That is C(running) where all sections passed that
    matter, which are OpenStack and CLI, AMQP with C(listen), Monitoring with C(enable_monitoring) and ACI with C(aci_enabled);
    else it is C(error), and the module fails.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.state
  - nfv.mano.topology
requirements:
  - openstacksdk >= 4
  - PyMySQL, for a section C(mysql)
options:
  environment:
    description:
      - Name of the environment.
    type: str
    required: true
  cloud:
    description:
      - The cloud of C(clouds.yaml) to test, in place of the one that the environment names.
    type: str
  hosts:
    description:
      - What was found on hosts, by name. C(connection) and C(sudo) are each null or the error, C(seconds) is how long it took.
    type: dict
    default: {}
  timeout:
    description:
      - Seconds until a connection is given up.
    type: float
    default: 10
attributes:
  check_mode:
    support: full
    details: Tests, and keeps no result.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details: The results are new ones each time; it is changed where C(operational) is.
seealso:
  - module: nfv.mano.environment
"""

EXAMPLES = r"""
- name: Test the cloud and the message bus
  nfv.mano.environment_test:
    environment: lab
    key_file: ~/.config/nfv.key
"""

RETURN = r"""
operational:
  description: C(running) or C(error).
  returned: always
  type: str
results:
  description:
    - For each section C(section), whether it is C(ok), whether it C(matters), the time C(at) which and the C(seconds) that it
      took, and its C(checks), each with C(check), C(ok), C(seconds) and the exact C(error), which is null where there is none.
  returned: always
  type: list
  elements: dict
lines:
  description: The results as lines for people.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import STATE_ARGUMENTS
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage

ARGUMENTS = {
    'environment': {'type': 'str', 'required': True},
    'cloud': {'type': 'str'},
    'hosts': {'type': 'dict', 'default': {}},
    'timeout': {'type': 'float', 'default': 10},
    **STATE_ARGUMENTS,
    **manage.PLACE_ARGUMENTS,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with manage.failing(module):
        result = manage.test(module.params, module.check_mode)
    failed = [f'{one["section"]}, {check["check"]}: {check["error"]}' for one in result['results'] if one['matters']
              for check in one['checks'] if not check['ok']]
    if failed:
        module.fail_json(msg='\n'.join(failed), **result)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
