# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VIM in memory, in the words of vim/model.py: what a plan is made from. It pretends nothing: it is only data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.build import make_plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, load
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, mark, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Flavor, Image, Network, Port, Server, State, Subnet

NS_ID = '5f0c1111-2222-3333-4444-555566667777'
MINE, OTHERS = 'project-mine', 'project-others'


def document(count: int = 2, **vdu: Any) -> dict[str, Any]:
    """An NS with a network of its own, an existing one, and one VDU."""
    return {'name': 'edge1', 'vims': {'default': {'cloud': 'c'}},
            'virtual_links': [{'name': 'mgmt', 'existing': 'shared'}, {'name': 'data', 'subnets': [{'cidr': '10.1.0.0/16'}]}],
            'vnfs': [{'name': 'web', 'vdus': [{
                'name': 'front', 'count': count, 'image': 'cirros', 'flavor': 'm1.tiny', 'metadata': {'tier': 'web'},
                'interfaces': [{'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'data'}], **vdu}]}]}


def flavor(name: str, vcpus: int = 1, ram_mib: int = 512, disk_gib: int = 1, **more: Any) -> Flavor:
    """A flavor whose id is made from its name."""
    values = {'ephemeral_gib': 0, 'swap_mib': 0, 'extra_specs': {}, 'description': '', **more}
    return Flavor(f'flavor-{name}', name, vcpus, ram_mib, disk_gib, **values)


def network(name: str, cidr: str | None = None, project: str = MINE, **more: Any) -> Network:
    """A network, with one subnet where a cidr is given."""
    subnets = (Subnet(f'subnet-{name}', name, f'net-{name}', cidr, 4, cidr.replace('0/', '1/').split('/')[0], True, (), (),
                      None, None, ''),) if cidr else ()
    values = {'description': '', 'project_id': project, 'shared': project != MINE, 'external': False, 'mtu': 1500,
              'port_security': True, 'network_type': None, 'physical_network': None, 'segmentation_id': None, **more}
    return Network(f'net-{name}', name, subnets=subnets, **values)


def calls_made(do: Callable[[], Any]) -> int:
    """How many calls of functions it takes: what time would tell on a machine with nothing else to do."""
    seen = 0

    def profile(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal seen
        seen += event in ('call', 'c_call')
    sys.setprofile(profile)
    try:
        do()
    finally:
        sys.setprofile(None)
    return seen


class World:
    """State and record of one NS on one VIM, as an operation that ended well leaves them."""

    def __init__(self) -> None:
        self.state = State(vim='default', project_id=MINE, roles=frozenset({'member'}))
        self.state.images = [Image('image-cirros', 'cirros', 'active', 0, 0, ('0' * 32,))]
        self.state.flavors = [flavor('m1.tiny'), flavor('m1.small', 1, 2048, 20)]
        self.state.networks = [network('shared', '10.10.0.0/16', OTHERS)]
        self.record: dict[str, dict[str, Any]] = {}

    def plan(self, wanted: dict[str, Any] | None, **options: Any) -> Plan:
        """The plan for a document; None: everything goes."""
        return self.plan_of(load(wanted) if wanted is not None else None, **options)

    def plan_of(self, target: NetworkService | None, **options: Any) -> Plan:
        """The plan for a target."""
        return make_plan(Context(NS_ID, 'edge1', target, self.record, {'default': Live.of(self.state)}, **options))

    def deployed(self, count: int = 2) -> World:
        """As after an instantiate of :func:`document`."""
        self.state.networks.append(network('data', '10.1.0.0/16', description=mark(NS_ID, 'data', 'net'))
                                   ._replace(name='edge1-data'))
        self.record['net:data'] = {'vim': 'default', 'id': 'net-data', 'name': 'edge1-data', 'owned': True,
                                   'subnets': [{'id': 'subnet-data', 'cidr': '10.1.0.0/16'}]}
        self.record['net:mgmt'] = {'vim': 'default', 'id': 'net-shared', 'name': 'shared', 'owned': False, 'subnets': []}
        for index in range(count):
            self.add(index)
        return self

    def add(self, index: int, **server: Any) -> Server:
        """One instance: server, ports, record."""
        key = f'web/front/{index}'
        ports = {}
        for interface, net in (('eth0', 'mgmt'), ('eth1', 'data')):
            port_id = f'port-{index}-{interface}'
            self.state.ports.append(Port(port_id, '', mark(NS_ID, key, f'port.{interface}'), f'net-{net}', 'fa:16:3e:00:00:01',
                                         (('subnet', f'10.1.0.{index + 5}'),), f'server-{index}', 'compute:nova',
                                         frozenset(), True, frozenset(), 'ACTIVE'))
            ports[interface] = {'id': port_id, 'net': f'net:{net}', 'network_id': f'net-{net}',
                                'mac_address': 'fa:16:3e:00:00:01', 'ip_addresses': [f'10.1.0.{index + 5}']}
        values = {'name': f'edge1-web-front-{index}', 'status': 'ACTIVE', 'task_state': None, 'fault': None,
                  'flavor': {'original_name': 'm1.tiny', 'vcpus': 1, 'ram': 512, 'disk': 1}, 'image_id': 'image-cirros',
                  'metadata': {'tier': 'web', MARK_KEY: mark(NS_ID, key, 'server')}, 'tags': frozenset({ns_tag(NS_ID)}),
                  'addresses': (), 'host_id': 'h', 'description': '', 'created': f'2026-01-01T00:00:{index % 60:02}Z', **server}
        made = Server(f'server-{index}', **values)
        self.state.servers.append(made)
        self.record[f'vdu:{key}'] = {'vim': 'default', 'id': made.id, 'name': made.name, 'status': 'ACTIVE', 'ports': ports,
                                     'metadata': {'tier': 'web'}, 'tags': [], 'image': 'cirros', 'image_id': 'image-cirros',
                                     'user_data_hash': None, 'flavor_key': 'flavor:default/m1.tiny'}
        return made

    def server(self, index: int, **changes: Any) -> None:
        """Somebody changed a server behind our back."""
        self.state.servers = [one._replace(**changes) if one.id == f'server-{index}' else one for one in self.state.servers]


def actions(plan: Plan) -> list[tuple[str, str]]:
    """(action, name) of every change."""
    return [(change.action, change.name) for change in plan.changes]
