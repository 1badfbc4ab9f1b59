#!/usr/bin/python
# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_export
short_description: Write a topology as a graph for other tools
version_added: 0.1.0
description:
  - Writes the topology of an environment, what is below an object, or the graph around a focal point into a file, as GraphML, as
    JSON (node-link), in Graphviz's language, or as a picture.
author:
  - nfv.mano contributors (@nfv-mano)
extends_documentation_fragment:
  - nfv.mano.attributes
  - nfv.mano.topology
  - nfv.mano.topology.inventory
options:
  object:
    description:
      - Id of an object, or a name that only one has. By default all are written.
    type: str
  types:
    description:
      - Only objects of these types.
    type: list
    elements: str
    default: []
  format:
    description:
      - V(svg) needs C(dot) of Graphviz, V(graphml) and V(json) the Python package networkx.
    type: str
    choices: [graphml, json, dot, svg]
    required: true
  dest:
    description:
      - Path of the file. It is replaced where its content differs.
    type: path
    required: true
requirements:
  - networkx >= 3.2 (formats graphml and json)
  - graphviz (format svg)
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: nfv.mano.topology_info
"""

EXAMPLES = r"""
- name: Draw the way of a server to the wire
  nfv.mano.topology_export:
    environment: lab
    object: edge1-web-front-0
    format: svg
    dest: /tmp/front.svg
"""

RETURN = r"""
dest:
  description: Where it is.
  returned: success
  type: str
nodes:
  description: How many objects are in it.
  returned: success
  type: int
edges:
  description: How many links are in it.
  returned: success
  type: int
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.nfv.mano.plugins.module_utils.store.files import read_bytes, write_bytes
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.export import FORMATS, export, part


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={
        'object': {'type': 'str'}, 'types': {'type': 'list', 'elements': 'str', 'default': []},
        'format': {'type': 'str', 'choices': list(FORMATS), 'required': True}, 'dest': {'type': 'path', 'required': True},
        **manage.READ_ARGUMENTS}, supports_check_mode=True)

    def render(text: str) -> bytes:
        path = module.get_bin_path('dot')
        if path is None:
            raise TopologyError('dot of Graphviz is not installed here: install graphviz, or take format dot')
        code, out, err = module.run_command([path, '-Tsvg'], data=text, binary_data=True, encoding=None)
        if code:
            raise TopologyError(f'dot failed: {err.decode(errors="replace").strip()}')
        return out

    dest = module.params['dest']
    with manage.failing(module), manage.inventory(module.params) as inventory:
        objects, links = part(inventory, module.params['object'], module.params['types'])
        content = export(objects, links, module.params['format'], render)
        changed = read_bytes(dest) != content
        if changed and not module.check_mode:
            write_bytes(dest, content)
    module.exit_json(changed=changed, dest=dest, nodes=len(objects), edges=len(links))


if __name__ == '__main__':
    main()
