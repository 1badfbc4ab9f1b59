# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations


class ModuleDocFragment:
    """The options of an operation on a network service."""

    DOCUMENTATION = r"""
options:
  operation:
    description:
      - What is done. V(instantiate) makes the network service, or brings one that is there to the document;
        V(update) does only the latter; V(terminate) deletes all that was made for it.
    type: str
    choices: [instantiate, update, terminate]
    default: instantiate
  descriptor:
    description:
      - On the controller, the path of a network-service document (YAML), or of a folder or C(.tar.gz) of SOL006 packages.
      - Read by the action plugin, which puts what it finds into O(document) and O(files).
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
      - Parameters of the operation. With SOL006 packages, the instantiation parameters.
    type: dict
    default: {}
  ns:
    description:
      - Id or name of the network service. By default the name in the document.
    type: str
  cloud:
    description:
      - The cloud of C(clouds.yaml) for VIMs of the document that name none.
    type: str
  vims:
    description:
      - Overrides the document's VIMs. A name of a VIM to a mapping with C(cloud), C(region) and so on.
    type: dict
    default: {}
  max_parallel:
    description:
      - Calls at once per VIM.
    type: int
    default: 16
  timeouts:
    description:
      - Limits in seconds. C(server_active) (600), C(server_delete) (300), C(server_power) (300), C(call) (what
        C(clouds.yaml) says, else 60), C(adopt_window) (the call limit and 60), C(lock) (15).
    type: dict
    default: {}
  allow_delete:
    description:
      - Deletions and replacements by a changed document are meant.
    type: bool
    default: false
  accept_data_loss:
    description:
      - Data on ephemeral disks may be lost by what the operation does.
    type: bool
    default: false
  create_flavors:
    description:
      - Make flavors that are missing, where the right is there.
    type: bool
    default: true
  force_takeover:
    description:
      - Take an operation over from another host before that host's lease has ended.
    type: bool
    default: false
  op_occ_retention:
    description:
      - How many finished op-occs are kept per network service. Older ones move to C(archive/).
    type: int
    default: 50
  progress:
    description:
      - Show a line as each task ends.
    type: bool
    default: true
  progress_file:
    description:
      - Where lines of progress go. Set by the action plugin.
    type: path
"""
