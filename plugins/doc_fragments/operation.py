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
      - V(scale) makes the number of instances of a VDU another one, V(operate) brings VDU instances into another power state,
        V(heal) replaces their servers on the same ports. They are of what the record says; O(descriptor) is needed only where
        servers are made whose user data has secrets, and nothing else is taken from it.
      - V(rebuild) gives the same servers a fresh root disk, of the same or another image, V(change_flavour) another flavor. What
        they bring about is kept beside the document.
      - V(retry) goes on with an operation that failed, with what it was asked for; O(descriptor) may be a corrected document.
        Secrets are not stored, so it is needed again where servers are still to be made of them.
      - V(rollback) undoes an operation that failed. What was declared before it is the target; what can not come back is named,
        and nothing is touched unless O(accept_data_loss) is true. O(descriptor), the document from before, is needed only
        where servers have to be made again with secrets.
    type: str
    choices: [instantiate, update, terminate, scale, operate, heal, rebuild, change_flavour, retry, rollback]
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
      - Of V(scale), C(count), or C(type) (C(SCALE_OUT), C(SCALE_IN)) with C(number_of_steps) (1) and C(aspect_id), or
        C(instantiation_level_id), or C(scale_info) (a list of mappings of C(aspect_id) and C(scale_level)).
      - Of V(operate), C(state) (C(STARTED), C(STOPPED), C(PAUSED), C(SUSPENDED), C(RESTARTED)), C(stop_type) (C(GRACEFUL),
        C(FORCEFUL)) and C(graceful_stop_timeout) (seconds).
      - Of V(heal), C(cause), C(root) (C(keep), C(rebuild)) and C(force) (false).
      - Of V(rebuild), C(image) (a name, or a mapping as in the document) and C(force) (false), whether servers of that image are
        rebuilt too.
      - Of V(change_flavour), C(flavor) (a name, or a mapping as in the document).
      - Of these, C(request_id), a name of the caller's for the request. Once it is carried out the same name again changes
        nothing and answers with its op-occ, as long as that is kept.
    type: dict
    default: {}
  ns:
    description:
      - Id or name of the network service. By default the name in the document.
    type: str
  vnf:
    description:
      - Name of the VNF that is meant by the operations on single VDUs, as the document calls it.
    type: str
  vdu:
    description:
      - Name of the VDU that is meant.
    type: str
  count_index:
    description:
      - Count-index of the VDU instance that is meant.
    type: int
  max_unavailable:
    description:
      - How many VDU instances V(heal), V(rebuild), V(change_flavour) or a restart may take down at once, as a count or as a
        share such as V(25%).
      - By default all that are meant.
    type: str
  op_occ:
    description:
      - For V(retry) and V(rollback), the id of the op-occ. By default the open one of O(ns).
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
      - Limits in seconds. C(server_active) (600), C(server_delete) (300), C(server_power) (300), C(server_resize) (1800),
        C(volume_available) (600, also for what is attached, detached and extended), C(volume_delete) (300), C(call) (what
        C(clouds.yaml) says, else 60), C(adopt_window) (the call limit and 60), C(lock) (15), C(cancel) (120).
    type: dict
    default: {}
  allow_delete:
    description:
      - Deletions, replacements and rebuilds by a changed document are meant.
    type: bool
    default: false
  accept_data_loss:
    description:
      - What a rollback can not bring back (data on disks of servers that are gone, their ports) may be lost, and servers
        may be made without user data that is not stored.
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
