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
        V(heal) replaces their servers on the same ports, V(migrate) moves them to other compute hosts, V(evacuate) has those of a
        host that is down made again on others. They are of what the record says; O(descriptor) is needed only where
        servers are made whose user data has secrets, and nothing else is taken from it.
      - V(rebuild) gives the same servers a fresh root disk, of the same or another image, V(change_flavour) another flavor. What
        they bring about is kept beside the document.
      - V(change_vnfpkg) brings the VDU instances of a VNF to the images and flavors of another version of it, which O(descriptor)
        has, on the same servers and one after the other.
      - V(create_snapshot) takes an image of each server and a snapshot of each of its volumes under a name, or deletes them,
        V(revert_to_snapshot) puts instances back to them. What is lost by that is named, and nothing is touched unless
        O(accept_data_loss) is true.
      - V(modify_info) changes what is told of the network service, of O(vnf), or of O(vdu), such as names, descriptions and
        metadata. It is kept beside the document too.
      - V(change_ext_conn) moves interfaces to other networks. Their old ports are kept until all are moved. It is kept beside the
        document too.
      - V(reconcile) brings the record and the VIMs together by the owner marks, after an operation was given up. What is there
        and declared gets into the record, what is gone is let go, what is ours and not declared is deleted. Nothing is made.
      - V(retry) goes on with an operation that failed, with what it was asked for; O(descriptor) may be a corrected document.
        Secrets are not stored, so it is needed again where servers are still to be made of them.
      - V(rollback) undoes an operation that failed. What was declared before it is the target; what can not come back is named,
        and nothing is touched unless O(accept_data_loss) is true. O(descriptor), the document from before, is needed only
        where servers have to be made again with secrets.
      - V(carry_out) carries out an operation that another process (the SOL003 front) has accepted, and that waits for it.
    type: str
    choices: [instantiate, update, terminate, scale, operate, heal, rebuild, change_flavour, migrate, evacuate, change_vnfpkg,
              create_snapshot, revert_to_snapshot, modify_info, change_ext_conn, reconcile,
              retry, rollback, carry_out]
    default: instantiate
  params:
    description:
      - Parameters of the operation. With SOL006 packages, the instantiation parameters.
      - Of V(scale), C(count), or C(type) (C(SCALE_OUT), C(SCALE_IN)) with C(number_of_steps) (1) and C(aspect_id), or
        C(instantiation_level_id), or C(scale_info) (a list of mappings of C(aspect_id) and C(scale_level)).
      - Of V(operate), C(state) (C(STARTED), C(STOPPED), C(PAUSED), C(SUSPENDED), C(RESTARTED)), C(stop_type) (C(GRACEFUL),
        C(FORCEFUL)) and C(graceful_stop_timeout) (seconds).
      - Of V(terminate), C(termination_type) (C(FORCEFUL) by default, C(GRACEFUL)) and C(graceful_termination_timeout) (seconds).
      - Of V(heal), C(cause), C(root) (C(keep), C(rebuild)) and C(force) (false).
      - Of V(rebuild), C(image) (a name, or a mapping as in the document) and C(force) (false), whether servers of that image are
        rebuilt too.
      - Of V(change_flavour), C(flavor) (a name, or a mapping as in the document).
      - Of V(migrate), C(type) (C(live), C(cold)), C(to_host), C(from_host), C(disable_service) (of C(from_host)) and C(vim).
      - Of V(evacuate), C(from_host), which is down, C(to_host) and C(vim).
      - Of V(change_vnfpkg), C(vnfd_id) (what the VNFD's id has to be) and C(package_params) (the instantiation parameters of
        SOL006 packages).
      - Of V(create_snapshot), C(name), C(quiesce) (C(pause), C(stop), C(none)) and C(state) (C(present), C(absent)). Of
        V(revert_to_snapshot), C(name).
      - Of V(terminate), C(keep_snapshots) (false), whether snapshots stay, and with them the volumes that they are of.
      - Of V(modify_info), a merge patch. C(ns_instance_name), C(ns_instance_description), C(metadata), C(extensions) and
        C(ns_configurable_properties), or with O(vnf) the same with C(vnf_) in front, or with O(vdu) C(description) and
        C(metadata).
      - Of V(change_ext_conn), C(ext_virtual_links), a list of mappings of C(id), C(resource_id) and C(ext_cps), as
        P(nfv.mano.change_ext_conn#role) tells.
      - Of V(reconcile), C(leftovers) (C(delete), C(adopt) into the record).
      - Of these but V(reconcile), C(request_id), a name of the caller's for the request. Once it is carried out the same name
        again changes nothing and answers with its op-occ, as long as that is kept.
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
  op_occ:
    description:
      - For V(retry), V(rollback) and V(carry_out), the id of the op-occ. By default the open one of O(ns).
    type: str
  task_files:
    description:
      - An empty mapping says that the caller runs the task files of C(waiting_for) in the result. With C(lease) and C(results)
        the operation goes on after that, with the same other options as before.
      - Left out, a plan that needs task files is refused.
    type: dict
    suboptions:
      lease:
        description:
          - That of C(waiting_for).
        type: str
      results:
        description:
          - What came of each file of C(waiting_for), in the same order.
        type: list
        elements: dict
        default: []
        suboptions:
          error:
            description:
              - Why it failed. Left out, it has passed.
            type: str
          late:
            description:
              - Whether it was out of time.
            type: bool
            default: false
  allow_delete:
    description:
      - Deletions, replacements and rebuilds by a changed document are meant.
    type: bool
    default: false
"""
