# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology
short_description: Hosts and instances of a scanned environment
version_added: 0.1.0
author:
  - nfv.mano contributors (@nfv-mano)
description:
  - Makes an inventory of what M(nfv.mano.topology_scan) found, that is the cloud's hosts, and the instances on them.
  - Hosts are in the group C(hosts), and in C(compute), C(network) and C(controller) by what they are. Instances are in
    C(instances), in C(host_<name>), C(project_<name>), C(network_<name>), and in C(ns_<name>) where they belong
    to a network service.
  - C(ansible_host) of a host is its address; of an instance its floating IP, else its first address.
  - What is known of each is in its variable C(topology).
extends_documentation_fragment:
  - ansible.builtin.constructed
requirements:
  - SQLAlchemy >= 2.0
options:
  plugin:
    description: This plugin's name.
    type: str
    required: true
    choices: [nfv.mano.topology]
  environment:
    description: Name of the environment.
    type: str
    required: true
  types:
    description: What to make hosts of.
    type: list
    elements: str
    choices: [host, instance]
    default: [host, instance]
  generation:
    description: The generation to read. By default the current one.
    type: int
  state_dir:
    description: The state directory.
    type: path
    default: ~/.local/state/nfv.mano
  database:
    description: An SQLAlchemy URL of a database for all inventories.
    type: str
"""

EXAMPLES = r"""
# lab.topology.yml
plugin: nfv.mano.topology
environment: lab
keyed_groups:
  - key: topology.status
    prefix: status
"""

from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible_collections.nfv.mano.plugins.module_utils.topology import hostlist, manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError


class InventoryModule(BaseInventoryPlugin, Constructable):
    """Hosts and instances of an environment."""

    NAME = 'nfv.mano.topology'

    def verify_file(self, path: str) -> bool:
        """Whether a file can be one of this plugin."""
        return super().verify_file(path) and path.endswith(('.yml', '.yaml'))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the file, and make hosts of what its environment has."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        params = {name: self.get_option(name) for name in ('environment', 'generation', 'state_dir', 'database')}
        try:
            with manage.inventory(params) as found:
                hosts = hostlist.of_topology(found, self.get_option('types'))
        except TopologyError as error:
            raise AnsibleParserError(str(error)) from error
        hostlist.fill(self, hosts)
