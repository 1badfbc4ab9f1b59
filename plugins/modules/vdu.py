#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vdu
short_description: Bring VDU instances into a state
version_added: 0.1.0
description:
  - Brings VDU instances of a network service into a state, all that are named in one operation with one plan and one operation
    occurrence (op-occ). It does what the operation of M(nfv.mano.ns_apply) does that leads there.
  - What is so already is left alone. Run again after a failure it goes on where it stopped.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.run
  - nfv.mano.state
requirements:
  - openstacksdk >= 4
  - jinja2
  - PyYAML
options:
  ns:
    description:
      - Id or name of the network service.
    type: str
    required: true
  instances:
    description:
      - The VDU instances that are meant.
    type: list
    elements: dict
    required: true
    suboptions:
      vnf:
        description:
          - Name of the VNF, as the document calls it.
        type: str
        required: true
      vdu:
        description:
          - Name of the VDU.
        type: str
        required: true
      count_index:
        description:
          - Count-index of the instance. By default all instances of the VDU, as a whole.
        type: int
  state:
    description:
      - V(present) makes them whole where they are not well, on the very same ports (heal). More instances than the record says
        are made by V(operation=scale) of M(nfv.mano.ns_apply).
      - V(absent) takes them away (scale in). They must be the newest of their VDU.
      - V(started), V(stopped), V(paused), V(suspended) and V(restarted) are states of the power (operate).
      - V(rebuilt) gives them a fresh root disk where they are of another image than O(image), or than the one that they should be
        of; with O(force) in any case (rebuild).
      - V(resized) gives them O(flavor) (change_flavour).
      - V(migrated) moves those to O(to_host) that are not there, or without it each to a host that the scheduler chooses
        (migrate).
    type: str
    choices: [present, absent, started, stopped, paused, suspended, restarted, rebuilt, resized, migrated]
    default: present
  image:
    description:
      - With O(state=rebuilt), the name of an image, or a mapping as in the document.
    type: raw
  flavor:
    description:
      - With O(state=resized), the name of a flavor, or a mapping as in the document.
    type: raw
  force:
    description:
      - With O(state=rebuilt) and O(state=present), whether those that are so already get a fresh root disk, or another server.
        False unless given.
    type: bool
  root:
    description:
      - With O(state=present), what becomes of the boot volume of a server that is replaced.
    type: str
    choices: [keep, rebuild]
  stop_type:
    description:
      - With O(state=stopped) and O(state=restarted), how.
      - A VDU with C(drain) in the document is stopped gracefully by the role P(nfv.mano.operate#role) only, which runs its task
        file.
    type: str
    choices: [GRACEFUL, FORCEFUL]
  graceful_stop_timeout:
    description:
      - With O(state=stopped), how many seconds it may take before it counts as failed.
    type: int
  to_host:
    description:
      - With O(state=migrated), the compute host.
    type: str
  migration_type:
    description:
      - With O(state=migrated), how. By default V(live), and V(cold) for a server that is stopped.
    type: str
    choices: [live, cold]
  request_id:
    description:
      - A name of the caller's for this request. Once it is carried out the same name again changes nothing and answers with its
        op-occ, as long as that is kept.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Except for what is asked for anew each time, O(state=restarted), O(force), and O(state=migrated) without O(to_host). With
        O(request_id) these are idempotent, too.
seealso:
  - module: nfv.mano.ns_apply
  - module: nfv.mano.console_info
"""

EXAMPLES = r"""
- name: Stop two instances
  nfv.mano.vdu:
    ns: edge1
    instances:
      - {vnf: web, vdu: front, count_index: 1}
      - {vnf: web, vdu: front, count_index: 2}
    state: stopped

- name: Another image for a VDU, one instance at a time
  nfv.mano.vdu:
    ns: edge1
    instances:
      - {vnf: web, vdu: front}
    state: rebuilt
    image: ubuntu-24.04
    max_unavailable: 1

- name: Another flavor for one instance
  nfv.mano.vdu:
    ns: edge1
    instances:
      - {vnf: web, vdu: front, count_index: 0}
    state: resized
    flavor: {vcpus: 4, ram_mib: 4096, disk_gib: 10, match: at_least}
"""

RETURN = r"""
instances:
  description: What came of each VDU instance that is meant, in the order of VNF, VDU and count-index.
  returned: when the instances are known
  type: list
  elements: dict
  contains:
    vnf:
      description: Name of its VNF.
      type: str
      returned: always
    vdu:
      description: Name of its VDU.
      type: str
      returned: always
    count_index:
      description: Its count-index.
      type: int
      returned: always
    changed:
      description: Whether it was changed, or would be.
      type: bool
      returned: always
    action:
      description: One of create, update, replace and delete, null where it stays as it is.
      type: str
      returned: always
    detail:
      description: What was changed, for people.
      type: str
      returned: always
    id:
      description: Id of its server by the record afterwards, null where there is none.
      type: str
      returned: always
    status:
      description: Nova's status of its server by the record afterwards.
      type: str
      returned: always
op_occ:
  description: The operation occurrence. Its id and state are null where none was needed.
  returned: always
  type: dict
  contains:
    id:
      description: Its UUID.
      type: str
      returned: when the operation had something to do
    operation:
      description: INSTANTIATE, UPDATE, TERMINATE and the like; of a retry or a rollback the operation that it is of.
      type: str
      returned: when the operation had something to do
    state:
      description: COMPLETED, FAILED_TEMP or ROLLED_BACK.
      type: str
      returned: when the operation had something to do
    result:
      description: What came of it. One of changed, unchanged, planned and failed.
      type: str
      returned: always
plan:
  description: What had to change.
  returned: success, when the VIMs were read
  type: dict
  contains:
    counts:
      description: Number of items by action (create, update, replace, delete, unchanged).
      type: dict
      returned: always
    tasks:
      description: Number of tasks in the graph.
      type: int
      returned: always
    changes:
      description: A mapping per change, with action, kind, name, vim, detail and reason.
      type: list
      elements: dict
      returned: always
    task_files:
      description: A mapping per task file that is to be run, with file, purpose, subject, timeout_s and items.
      type: list
      elements: dict
      returned: always
ns:
  description: The network service. Its id, name and state.
  returned: always
  type: dict
problem:
  description: ProblemDetails (RFC 7807) of an operation that did not end well.
  returned: failure
  type: dict
problems:
  description: What is wrong with the input, each with its path and value.
  returned: when the input can not be used
  type: list
  elements: str
notes:
  description: What could not be checked beforehand.
  returned: when the VIMs were read
  type: list
  elements: str
calls:
  description: Number of API calls by method.
  returned: when tasks were run
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.operation.front import VDU_ARGUMENTS, run_vdu


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=VDU_ARGUMENTS, supports_check_mode=True)
    run_vdu(module, dry=module.check_mode)


if __name__ == '__main__':
    main()
