# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations


class ModuleDocFragment:
    """The options of how an operation runs, whatever it does."""

    DOCUMENTATION = r"""
options:
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
  max_unavailable:
    description:
      - How many VDU instances a heal, a rebuild, a revert, a change of flavor or a restart may take down at once, a snapshot
        hold still, or a migration or an evacuation move, as a count or as a share such as V(25%).
      - By default all that are meant.
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
        C(server_migrate) (3600, also for evacuation),
        C(volume_available) (600, also for what is attached, detached and extended), C(volume_delete) (300),
        C(snapshot_available) (1800), C(call) (what
        C(clouds.yaml) says, else 60), C(adopt_window) (the call limit and 60), C(lock) (15), C(cancel) (120).
    type: dict
    default: {}
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
