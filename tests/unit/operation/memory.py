# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VIM in memory that keeps what it is asked for, so that the engine's own logic can be stopped at every single call.

It says nothing about OpenStack and no test of a call to OpenStack uses it: what Nova, Neutron and Cinder make of the same
calls is shown by tests/integration on the sandbox, with real faults. Here are the orders and interruptions that no cloud
brings about on request: a reply that is lost at the seventh call of twelve, an operation that is cancelled between two.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_prefix, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    Binding,
    Host,
    Image,
    Network,
    Port,
    Query,
    Quota,
    Server,
    State,
    Subnet,
)
from ansible_collections.nfv.mano.tests.unit.operation.memory_snapshots import SnapshotsInMemory
from ansible_collections.nfv.mano.tests.unit.operation.memory_volumes import Disks, VolumesInMemory
from ansible_collections.nfv.mano.tests.unit.plan.world import MINE, flavor, network

#: Statuses that actions lead to, where that is not ACTIVE.
AFTER = {'stop': 'SHUTOFF', 'pause': 'PAUSED', 'suspend': 'SUSPENDED'}


class Servers(dict[str, Server]):
    """Servers by id, and the VIM's call that lists them."""

    def __call__(self, _ns_id: str) -> list[Server]:
        return list(self.values())


class Memory(SnapshotsInMemory, VolumesInMemory):
    """All that one project has, by id. ``before`` is told of each call ``(name, what)`` and may raise."""

    name = 'default'
    call_timeout = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.servers = Servers()
        self.ports: dict[str, Port] = {}
        self.networks: dict[str, Network] = {'net-shared': network('shared', '10.10.0.0/16', 'others')}
        self.disks = Disks()
        names = ('compute1', 'compute2', 'compute3')
        self.hosts = {name: Host(name, f'id-{name}', f'service-{name}', True, True) for name in names}
        self.admin = False
        self.before: Callable[[str, Any], None] = lambda name, what: None
        self.called: list[str] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def connected(self, *_args: Any, **_options: Any) -> Memory:
        """In place of a login."""
        return self

    def kept(self) -> dict[str, Any]:
        """All that is there, to be put back by :meth:`restore`."""
        return {'admin': self.admin, 'tables': [dict(table) for table in self._tables()]}

    def restore(self, kept: dict[str, Any]) -> None:
        """Be as it was then."""
        self.admin = kept['admin']
        for table, rows in zip(self._tables(), kept['tables']):
            table.clear()
            table.update(rows)

    def _tables(self) -> tuple[dict[str, Any], ...]:
        return (self.servers, self.ports, self.networks, self.disks.rows, self.disks.snapshots, self.images, self.hosts)

    @property
    def calls(self) -> Counter[str]:
        return Counter(self.called)

    def ids(self) -> dict[str, set[str]]:
        return {'servers': set(self.servers), 'ports': set(self.ports), 'networks': set(self.networks)}

    def _call(self, name: str, what: Any) -> str:
        with self._lock:
            self.called.append(name)
            number = next(self._numbers)
        self.before(name, what)
        return str(number)

    def read(self, query: Query) -> State:
        state = State(vim=self.name, project_id=MINE, roles=frozenset({'member'}))
        state.admin, state.hosts = self.admin, list(self.hosts.values()) if query.hosts and self.admin else []
        state.images = [Image(f'image-{name}', name, 'active', 0, 0, (digit * 32,))
                        for digit, name in zip('01', ('cirros', 'ubuntu'))]
        state.images += [self.images[image_id] for image_id in sorted(query.images & self.images.keys())]
        state.flavors = [flavor('m1.tiny'), flavor('m1.small', 1, 2048, 20)]
        state.networks = list(self.networks.values())
        prefix = ns_prefix(query.ns_id)
        state.ports = [port for port in self.ports.values()
                       if port.id in query.port_ids or port.description in query.marks.get('port', ())
                       or (query.marked and port.description.startswith(prefix))]
        state.servers = [one for one in self.servers.values() if query.servers and ns_tag(query.ns_id) in one.tags]
        self.read_volumes(query, state)
        state.bindings = self.port_bindings(query.bindings) if self.admin else {}
        self.read_snapshots(query, state)
        return state

    def port_bindings(self, port_ids: Iterable[str]) -> dict[str, Binding]:
        """A card's function for each port, on the host of its server."""
        hosts = {one.host_id: one.name for one in self.hosts.values()}
        return {port_id: Binding(hosts.get(self.servers[port.device_id].host_id, '') if port.device_id in self.servers else '',
                                 f'0000:11:{port_id}', 'physnet1')
                for port_id in port_ids if (port := self.ports.get(port_id)) is not None}

    def quotas(self, volumes: bool = False) -> dict[str, Quota]:
        return {}

    def find_marked(self, kind: str, mark: str, ns_id: str) -> Sequence[Any]:
        rows = {'server': self.servers, 'port': self.ports, 'net': self.networks, 'volume': self.disks.rows, 'image': self.images,
                'volume_snapshot': self.disks.snapshots}[kind].values()
        return [row for row in rows if mark in (getattr(row, 'description', None), getattr(row, 'mark', None),
                                                getattr(row, 'metadata', {}).get(MARK_KEY))]

    def create_network(self, spec: dict[str, Any]) -> Network:
        net_id = f'net-{self._call("create_network", spec)}'
        self.networks[net_id] = network(spec['name'], description=spec['mark'])._replace(id=net_id)
        return self.networks[net_id]

    def create_subnets(self, network_id: str, specs: Sequence[dict[str, Any]]) -> list[Subnet]:
        number = self._call('create_subnets', specs)
        gateways = [spec['cidr'].replace('0/', '1/').partition('/')[0] for spec in specs]
        made = [Subnet(f'subnet-{number}-{place}', spec['name'], network_id, spec['cidr'], 4, gateways[place], True, (), (), None,
                       None, spec['mark']) for place, spec in enumerate(specs)]
        self.networks[network_id] = self.networks[network_id]._replace(subnets=tuple(made))
        return made

    def delete_network(self, network_id: str) -> None:
        self._call('delete_network', network_id)
        if any(port.network_id == network_id for port in self.ports.values()):
            raise VimError(f'delete network {network_id}', 'there are ports on it', status=409)
        self.networks.pop(network_id, None)

    def create_ports(self, specs: Sequence[dict[str, Any]]) -> list[Port]:
        number = int(self._call('create_ports', specs))
        made = [Port(f'port-{number}-{place}', spec['name'], spec['mark'], spec['network_id'],
                     f'fa:16:3e:00:{number:02}:{place:02}',
                     tuple(('subnet', address) for _subnet, address in spec.get('fixed_ips') or () if address)
                     or (('subnet', f'10.1.{number}.{place}'),), '', '', frozenset(), True, frozenset(), 'DOWN',
                     vnic_type=spec.get('vnic_type') or 'normal') for place, spec in enumerate(specs)]
        self.ports.update({port.id: port for port in made})
        return made

    def update_port(self, port_id: str, changes: dict[str, Any]) -> Port:
        self._call('update_port', port_id)
        self.ports[port_id] = self.ports[port_id]._replace(**changes)
        return self.ports[port_id]

    def delete_port(self, port_id: str) -> None:
        self._call('delete_port', port_id)
        self.ports.pop(port_id, None)

    def create_server(self, spec: dict[str, Any]) -> tuple[str, str]:
        server_id = f'server-{self._call("create_server", spec)}'
        sizes = {'original_name': spec['flavor_id'].removeprefix('flavor-'), 'vcpus': 1, 'ram': 512, 'disk': 1}
        self.servers[server_id] = Server(
            server_id, name=spec['name'], status='ACTIVE', task_state=None, fault=None, flavor=sizes, image_id=spec['image_id'],
            metadata={**spec['metadata'], MARK_KEY: spec['mark']}, tags=frozenset({*spec['tags'], ns_tag(spec['ns_id'])}),
            addresses=(), host_id='id-compute1', description='', created=f'2026-01-01T00:00:{len(self.called):04}')
        for port_id in spec['ports']:
            self.ports[port_id] = self.ports[port_id]._replace(device_id=server_id)
        for volume in spec['volumes']:
            row = self.disks.rows[volume['id']]
            assert row.status == 'available' or row.multiattach, row
            self.disks.rows[row.id] = row._replace(status='in-use', servers=(*row.servers, server_id))
        return server_id, f'req-{server_id}'

    def get_server(self, server_id: str) -> Server | None:
        return self.servers.get(server_id)

    def server_ids(self, ns_id: str, statuses: Iterable[str] = ()) -> set[str]:
        wanted = set(statuses)
        return {one.id for one in self.servers.values() if not wanted or one.status in wanted}

    def update_server(self, server_id: str, changes: dict[str, Any]) -> None:
        self._call('update_server', changes)
        server = self.servers[server_id]
        values = {**changes, 'metadata': {**server.metadata, **changes.get('metadata', {})}}
        for key in values.pop('metadata_gone', ()):
            values['metadata'].pop(key)
        if 'tags' in values:
            values['tags'] = frozenset(values['tags'])
        self.servers[server_id] = server._replace(**values)

    def resize_server(self, server_id: str, flavor_id: str) -> str:
        request = self._call('resize_server', flavor_id)
        sizes = {**self.servers[server_id].flavor, 'original_name': flavor_id.removeprefix('flavor-')}
        self.servers[server_id] = self.servers[server_id]._replace(status='VERIFY_RESIZE', flavor=sizes)
        return f'req-{request}'

    def confirm_resize(self, server_id: str) -> str:
        request = self._call('confirm_resize', server_id)
        self.servers[server_id] = self.servers[server_id]._replace(status='ACTIVE')
        return f'req-{request}'

    def attach_interface(self, server_id: str, port_id: str) -> None:
        self._call('attach_interface', port_id)
        self.ports[port_id] = self.ports[port_id]._replace(device_id=server_id)

    def detach_interface(self, server_id: str, port_id: str) -> str:
        request = self._call('detach_interface', port_id)
        self.ports[port_id] = self.ports[port_id]._replace(device_id='')
        return f'req-{request}'

    def bound_ports(self, port_ids: Iterable[str]) -> set[str]:
        return {port_id for port_id in port_ids if self.ports[port_id].device_id}

    def rebuild_server(self, server_id: str, image_id: str, **user_data: str | None) -> str:
        number = self._call('rebuild_server', server_id)
        self.servers[server_id] = self.servers[server_id]._replace(image_id=image_id)
        return f'req-{number}'

    def server_action(self, server_id: str, action: str) -> str:
        number = self._call(action, server_id)
        self.servers[server_id] = self.servers[server_id]._replace(status=AFTER.get(action, 'ACTIVE'))
        return f'req-{number}'

    def move_server(self, server_id: str, way: str, host: str | None) -> str:
        request = self._call(f'move-{way}', (server_id, host))
        server = self.servers[server_id]
        there = host or next(one.name for one in self.hosts.values()
                             if one.host_id != server.host_id and one.up and one.enabled)
        self.servers[server_id] = server._replace(host_id=self.hosts[there].host_id,
                                                  status='VERIFY_RESIZE' if way == 'cold' else server.status)
        return f'req-{request}'

    def move_error(self, server_id: str, request_id: str) -> str | None:
        return 'no valid host was found'

    def revert_resize(self, server_id: str) -> str:
        request = self._call('revert_resize', server_id)
        self.servers[server_id] = self.servers[server_id]._replace(status='ACTIVE', host_id='id-compute1')
        return f'req-{request}'

    def disable_host(self, service_id: str, reason: str) -> None:
        self._call('disable_host', service_id)
        name = service_id.removeprefix('service-')
        self.hosts[name] = self.hosts[name]._replace(enabled=False)

    def action_error(self, server_id: str, request_id: str) -> str | None:
        return None

    def delete_server(self, server_id: str) -> None:
        self._call('delete_server', server_id)
        self.servers.pop(server_id, None)
        for port in [one for one in self.ports.values() if one.device_id == server_id]:
            self.ports[port.id] = port._replace(device_id='')
        self.disks.release(server_id)

    def abort(self) -> None:
        """Nothing waits here."""
