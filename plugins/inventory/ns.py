# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ns
short_description: VDU instances of network services
version_added: 0.1.0
author:
  - nfv.mano contributors (@nfv-mano)
description:
  - Makes an inventory of the VDU instances in the records of network services. Needs no cloud.
  - They are in the groups C(ns_<ns>), C(vnf_<ns>_<vnf>), C(vdu_<ns>_<vnf>_<vdu>), and C(host_<name>) where their host is known.
  - C(ansible_host) is the address of the interface with C(management), else the first one.
  - What is known of each is in its variable C(nfv).
extends_documentation_fragment:
  - ansible.builtin.constructed
options:
  plugin:
    description: This plugin's name.
    type: str
    required: true
    choices: [nfv.mano.ns]
  ns:
    description: Id or name of a network service. By default all.
    type: str
  state_dir:
    description: The state directory.
    type: path
    default: ~/.local/state/nfv.mano
"""

EXAMPLES = r"""
# shop.ns.yml
plugin: nfv.mano.ns
ns: shop
"""

from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible_collections.nfv.mano.plugins.module_utils.store import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.topology import hostlist


class InventoryModule(BaseInventoryPlugin, Constructable):
    """VDU instances of network services."""

    NAME = 'nfv.mano.ns'

    def verify_file(self, path: str) -> bool:
        """Whether a file can be one of this plugin."""
        return super().verify_file(path) and path.endswith(('.yml', '.yaml'))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the file, and make hosts of what the records have."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            hosts = hostlist.of_records(self.get_option('state_dir'), self.get_option('ns'))
        except StoreError as error:
            raise AnsibleParserError(str(error)) from error
        hostlist.fill(self, hosts)
