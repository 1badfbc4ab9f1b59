#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_schedule
short_description: Scan an environment at set times
version_added: 0.1.0
description:
  - Puts the playbook C(nfv.mano.scan) into a timer of systemd, or into the user's crontab, on the host that the module runs on.
  - As root the timer is the system's, as any other user it is one of the user's own systemd, which runs while nobody is logged in
    only after C(loginctl enable-linger).
  - A time that passes while the host is off is made up for by systemd, and not by cron. Scans that overlap refuse each other.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
options:
  environment:
    description:
      - Name of the environment.
    type: str
    required: true
  name:
    description:
      - Name of the schedule. By default that of the environment.
    type: str
  state:
    description:
      - Whether the schedule is there.
    type: str
    choices: [present, absent]
    default: present
  schedule:
    description:
      - How often. Needed with O(state=present).
    type: str
    choices: [hourly, daily, weekly, monthly, yearly, once]
  minute:
    description:
      - At which minute, but with V(once).
    type: int
    default: 0
  hour:
    description:
      - At which hour, from V(daily) on.
    type: int
    default: 0
  weekday:
    description:
      - On which day with V(weekly).
    type: str
    choices: [mon, tue, wed, thu, fri, sat, sun]
    default: mon
  day:
    description:
      - On which day of the month, 1 to 28, with V(monthly) and V(yearly).
    type: int
    default: 1
  month:
    description:
      - In which month with V(yearly).
    type: int
    default: 1
  at:
    description:
      - When with V(once), such as V(2027-01-31 04:00), by the host's clock.
    type: str
  params:
    description:
      - What is scanned, as C(nfv_params) of the role C(nfv.mano.scan).
    type: dict
    default: {}
  variables:
    description:
      - Other variables of the playbook, such as C(nfv_state_dir), C(nfv_scan_hosts) and C(nfv_key_file). They are readable for
        whoever may read units or the crontab, so secrets do not belong here.
    type: dict
    default: {}
  inventory:
    description:
      - Inventories that the playbook is given.
    type: list
    elements: path
    default: []
  exported:
    description:
      - Variables of the process, such as C(OS_CLIENT_CONFIG_FILE) and C(ANSIBLE_COLLECTIONS_PATH).
    type: dict
    default: {}
  program:
    description:
      - The path of C(ansible-playbook). By default the one that the module's PATH has.
    type: path
  method:
    description:
      - V(auto) takes systemd where it runs, and else cron.
    type: str
    choices: [auto, systemd, cron]
    default: auto
  folder:
    description:
      - Where units of systemd are written, which is not told of them then. For images.
    type: path
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: nfv.mano.topology_scan
"""

EXAMPLES = r"""
- name: Scan the lab each night
  nfv.mano.scan_schedule:
    environment: lab
    schedule: daily
    hour: 3
    inventory: [/etc/ansible/hosts.yml]
    exported:
      OS_CLIENT_CONFIG_FILE: /etc/openstack/clouds.yaml

- name: Scan no more
  nfv.mano.scan_schedule:
    environment: lab
    state: absent
"""

RETURN = r"""
method:
  description: C(systemd) or C(cron).
  returned: success
  type: str
files:
  description: Paths of the units.
  returned: success
  type: list
  elements: str
problems:
  description: All that is wrong with the options.
  returned: failure
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.schedule import SCHEDULES, WEEKDAYS, Schedule, command
from ansible_collections.nfv.mano.plugins.module_utils.topology.timers import Cron, Systemd

ARGUMENTS = {
    'environment': {'type': 'str', 'required': True},
    'name': {'type': 'str'},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
    'schedule': {'type': 'str', 'choices': list(SCHEDULES)},
    'minute': {'type': 'int', 'default': 0},
    'hour': {'type': 'int', 'default': 0},
    'weekday': {'type': 'str', 'choices': list(WEEKDAYS), 'default': 'mon'},
    'day': {'type': 'int', 'default': 1},
    'month': {'type': 'int', 'default': 1},
    'at': {'type': 'str'},
    'params': {'type': 'dict', 'default': {}},
    'variables': {'type': 'dict', 'default': {}},
    'inventory': {'type': 'list', 'elements': 'path', 'default': []},
    'exported': {'type': 'dict', 'default': {}},
    'program': {'type': 'path'},
    'method': {'type': 'str', 'choices': ['auto', 'systemd', 'cron'], 'default': 'auto'},
    'folder': {'type': 'path'},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True,
                           required_if=[('state', 'present', ['schedule']), ('schedule', 'once', ['at'])])
    params = module.params
    present = params['state'] == 'present'

    def run(argv: list[str], text: str) -> tuple[int, str, str] | None:
        path = module.get_bin_path(argv[0])
        return module.run_command([path, *argv[1:]], data=text, binary_data=True) if path else None

    with manage.failing(module):
        program = params['program'] or (module.get_bin_path('ansible-playbook', required=True) if present else '')
        given = {**params['variables'], 'nfv_environment': params['environment'], 'nfv_params': params['params']}
        one = Schedule(params['name'] or params['environment'], params['schedule'] or 'once', params['minute'], params['hour'],
                       params['weekday'], params['day'], params['month'], params['at'] or '',
                       command(program, 'nfv.mano.scan', given, params['inventory']),
                       {key: str(value) for key, value in params['exported'].items()})
        problems = one.problems() if present else []
        if problems:
            raise TopologyError('\n'.join(problems), problems)
        systemd = params['method'] == 'systemd' or params['folder'] or (
            params['method'] == 'auto' and os.path.isdir('/run/systemd/system'))
        place = Systemd(run, params['folder']) if systemd else Cron(run)
        result = place.bring(one, present, module.check_mode)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
