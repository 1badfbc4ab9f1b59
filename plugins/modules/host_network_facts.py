#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_network_facts
short_description: See how a host's network is wired
version_added: 0.1.0
description:
  - Tells of a host's interfaces, bonds, bridges, VLANs, tunnels and network namespaces, its Open vSwitch and its VPP, the
    interfaces of its libvirt domains, and what its neighbours say by LLDP.
  - Asks C(ip), C(ovs-vsctl), C(vppctl), C(virsh), C(lldpctl) and C(ethtool). One that is missing, or may not be used, is
    noted in C(tools) and is no error. Other users than root see less.
  - What it finds is what M(nfv.mano.topology_scan) takes as O(nfv.mano.topology_scan#module:host_facts). Changes nothing.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
options:
  pnics:
    description:
      - Patterns of names, such as V(ens*), of interfaces that count as physical whatever their kind is.
      - By default all count that are of no virtual kind, and bonds.
    type: list
    elements: str
    default: []
  libvirt_uri:
    description:
      - The libvirt to ask. By default what C(virsh) takes itself.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.topology_scan
"""

EXAMPLES = r"""
- name: See how the hosts are wired
  hosts: compute:network
  become: true
  gather_facts: false
  tasks:
    - name: Ask each
      nfv.mano.host_network_facts:
      register: found
"""

RETURN = r"""
host_network:
  description:
    - C(hostname), and C(interfaces), each with name, index, mac, state, carrier, mtu, addresses, kind (empty if physical),
      master, parent, physical, and what there is for its kind (vlan_id, vxlan, bond, vfs, speed_mbps, duplex, link, lldp).
    - C(bonds) by name, C(namespaces) with their interfaces by name, C(ovs) with bridges and external_ids (null where there is
      none), C(vpp) with interfaces, addresses, bridge_domains and tunnels (null where there is none), C(domains) of libvirt
      with their interfaces, and C(tools), each with C(ok), C(missing), or why it gave nothing.
  returned: always
  type: dict
"""

import platform

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.topology.host_probe import Probe, Ran


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={'pnics': {'type': 'list', 'elements': 'str', 'default': []},
                                          'libvirt_uri': {'type': 'str'}}, supports_check_mode=True)

    def run(argv: list[str]) -> Ran | None:
        # Not every user's PATH has the administrator's tools
        path = module.get_bin_path(argv[0], opt_dirs=['/sbin', '/usr/sbin', '/usr/local/sbin'])
        if path is None:
            return None
        return Ran(*module.run_command([path, *argv[1:]], environ_update={'LC_ALL': 'C'}))

    found = Probe(run, module.params['pnics'], module.params['libvirt_uri']).look()
    module.exit_json(changed=False, host_network={'hostname': platform.node(), 'kernel': platform.release(), **found})


if __name__ == '__main__':
    main()
