# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one cloud in a handful of bulk lists, sent side by side."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY, ns_prefix, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    FloatingIp,
    Image,
    Network,
    Port,
    Query,
    Router,
    Server,
    ServerGroup,
    State,
    Trunk,
    Volume,
    VolumeSnapshot,
)
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client

#: Ids in one query string: 36 characters and the key each; front ends cut request lines at 8 KiB.
IDS_PER_CALL = 100
#: Cinder lists by no set of ids: above this many the whole project's list is the shorter way.
VOLUMES_ONE_BY_ONE = 10
#: Marks are up to 250 characters.
MARKS_PER_CALL = 20
AT_ONCE = 8
#: Statuses of an image that is there, or on its way.
IMAGE_COMES = frozenset({'queued', 'saving', 'active'})
UUID = re.compile(r'^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$')


def read(client: Client, vim: str, query: Query) -> State:
    """Everything that the query asks, in bulk lists whose number does not depend on the number of servers.

    :raises VimError: a list was refused or got no answer.
    """
    project_id, roles = client.login()
    state = State(vim=vim, project_id=project_id, roles=roles)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix='read') as pool:
        for done in [pool.submit(job, client, query, state) for job in _jobs(query)]:
            done.result()
    _fill_subnets(client, state)
    if query.marked:
        _ports(client, query, state)
    return state


def _jobs(query: Query) -> list[Callable[[Client, Query, State], None]]:
    nets = query.networks or query.optional_networks or query.network_ids
    wanted = [(query.images or query.image_checksums, _images), (query.flavors, _flavors),
              (nets or query.marks.get('net') or query.marked, _networks),
              (query.security_groups, _security_groups), (query.servers, _servers),
              (query.server_groups, _server_groups),
              # What is marked is asked for once its networks are known
              ((query.port_ids or query.network_ids or query.marks.get('port')) and not query.marked, _ports),
              (query.cidrs, _cidrs), (query.volumes or query.volume_ids, _volumes), (query.volume_types, _volume_types),
              (query.volume_zones, _volume_zones), (query.qos_policies, _qos_policies),
              (query.external_networks, _external_networks), (query.floating_ips, _floating_ips),
              (query.router_ids or query.marks.get('router') or query.marked, _routers), (query.trunks, _trunks),
              (query.snapshots, _server_images), (query.snapshots, _volume_snapshots)]
    return [job for asked, job in wanted if asked]


def chunks(values: Iterable[str], size: int = IDS_PER_CALL) -> Iterable[list[str]]:
    """Sorted slices of at most ``size`` values, for repeated keys of a query string."""
    ordered = sorted(values)
    for start in range(0, len(ordered), size):
        yield ordered[start:start + size]


def by_key(client: Client, path: str, kind: str, key: str, values: Iterable[str],
           extra: tuple[tuple[str, str], ...] = ()) -> list[dict[str, Any]]:
    """Rows of a Neutron list whose ``key`` is one of the values."""
    size = MARKS_PER_CALL if key == 'description' else IDS_PER_CALL
    return [row for part in chunks(values, size)
            for row in client.pages('network', path, kind, f'list {kind}', [(key, value) for value in part] + list(extra))]


def _marked(client: Client, kind: str, query: Query, state: State) -> list[dict[str, Any]]:
    """Rows of a Neutron list with a mark of the NS, where they are asked for: Neutron knows whole descriptions only, so the
    project's list is read, and looked through here."""
    if not query.marked:
        return []
    prefix = ns_prefix(query.ns_id)
    rows = client.pages('network', f'/{kind}', kind, f'list {kind}', {'project_id': state.project_id})
    return [row for row in rows if (row.get('description') or '').startswith(prefix)]


def _images(client: Client, query: Query, state: State) -> None:
    names = {name for name in query.images if not UUID.match(name)}
    for part in chunks(names, 30):
        quoted = ','.join('"' + name.replace('"', '\\"') + '"' for name in part)
        state.images += [convert.image(row) for row in
                         client.pages('image', '/images', 'images', 'list images', {'name': f'in:{quoted}'})]
    for part in chunks(query.images - names - {image.id for image in state.images}):
        state.images += [convert.image(row) for row in
                         client.pages('image', '/images', 'images', 'list images', {'id': f'in:{",".join(part)}'})]
    # Community and hidden images are in no list
    for image_id in query.images - names - {image.id for image in state.images}:
        row = client.call('image', 'GET', f'/images/{image_id}', f'get image {image_id}', missing_ok=True)
        if row:
            state.images.append(convert.image(row))
    for checksum in query.image_checksums:
        key = 'checksum' if len(checksum) == 32 else 'os_hash_value'
        state.images += [convert.image(row) for row in
                         client.pages('image', '/images', 'images', 'list images', {key: checksum})]
    found = {image.name for image in state.images}
    if names - found:
        everything = [row['name'] or '' for row in client.pages('image', '/images', 'images', 'list images')]
        _nearest(state, 'image', names - found, everything)


def _flavors(client: Client, query: Query, state: State) -> None:
    state.flavors = [convert.flavor(row) for row in client.pages('compute', '/flavors/detail', 'flavors', 'list flavors')]


def _networks(client: Client, query: Query, state: State) -> None:
    ids = query.network_ids | {name for name in query.networks if UUID.match(name)}
    rows = by_key(client, '/networks', 'networks', 'id', ids)
    rows += by_key(client, '/networks', 'networks', 'name', query.networks | query.optional_networks)
    rows += by_key(client, '/networks', 'networks', 'description', query.marks.get('net', ()))
    rows += _marked(client, 'networks', query, state)
    state.networks = list({row['id']: convert.network(row) for row in rows}.values())
    missing = query.networks - {network.name for network in state.networks} - {net.id for net in state.networks}
    if missing:
        names = [row['name'] for row in client.pages('network', '/networks', 'networks', 'list networks', {'fields': 'name'})]
        _nearest(state, 'net', missing, names)


def _fill_subnets(client: Client, state: State) -> None:
    rows = by_key(client, '/subnets', 'subnets', 'network_id', {network.id for network in state.networks})
    of_network: dict[str, list[Any]] = {}
    for row in rows:
        of_network.setdefault(row['network_id'], []).append(convert.subnet(row))
    state.networks = [network._replace(subnets=tuple(of_network.get(network.id, ()))) for network in state.networks]


def _cidrs(client: Client, query: Query, state: State) -> None:
    state.used_cidrs = [row['cidr'] for row in
                        client.pages('network', '/subnets', 'subnets', 'list subnets', {'fields': 'cidr'})]


def _security_groups(client: Client, query: Query, state: State) -> None:
    rows = list(client.pages('network', '/security-groups', 'security_groups', 'list security groups',
                             [('fields', 'id'), ('fields', 'name'), ('fields', 'project_id')]))
    # An administrator sees every project's groups, each with a "default"
    rows = [row for row in rows if row.get('project_id') == state.project_id] or rows
    state.security_groups = [(row['id'], row['name']) for row in rows]


def _qos_policies(client: Client, query: Query, state: State) -> None:
    if client.call('network', 'GET', '/extensions/qos', 'look for QoS', missing_ok=True) is None:
        return
    # Whole rows: asked for single fields Neutron leaves out policies that are shared
    rows = list(client.pages('network', '/qos/policies', 'policies', 'list QoS policies'))
    state.qos_policies = [(row['id'], row['name']) for row in rows]
    known = {word for one in state.qos_policies for word in one}
    _nearest(state, 'qos', query.qos_policies - known, [row['name'] for row in rows])


def _trunks(client: Client, query: Query, state: State) -> None:
    state.trunks = client.call('network', 'GET', '/extensions/trunk', 'look for trunks', missing_ok=True) is not None


def _external_networks(client: Client, query: Query, state: State) -> None:
    rows = client.pages('network', '/networks', 'networks', 'list external networks', {'router:external': 'true'})
    state.external_networks = [network for network in map(convert.network, rows) if network.external]


def _routers(client: Client, query: Query, state: State) -> None:
    rows = by_key(client, '/routers', 'routers', 'id', query.router_ids)
    rows += by_key(client, '/routers', 'routers', 'description', query.marks.get('router', ()))
    rows += _marked(client, 'routers', query, state)
    found = {row['id']: row for row in rows}
    ports: dict[str, list[dict[str, Any]]] = {}
    for row in by_key(client, '/ports', 'ports', 'device_id', found):
        ports.setdefault(row['device_id'], []).append(row)
    state.routers = [convert.router(row, ports.get(router_id, ())) for router_id, row in found.items()]


def _floating_ips(client: Client, query: Query, state: State) -> None:
    rows = client.pages('network', '/floatingips', 'floatingips', 'list floating IPs', {'project_id': state.project_id})
    state.floating_ips = [convert.floating_ip(row) for row in rows]


def _servers(client: Client, query: Query, state: State) -> None:
    state.servers = servers_of(client, query.ns_id)
    # A server that somebody took our tag from is in no list, and must not be made a second time
    for server_id in sorted(query.server_ids - {server.id for server in state.servers}):
        row = client.call('compute', 'GET', f'/servers/{server_id}', f'get server {server_id}', missing_ok=True)
        if row:
            state.servers.append(convert.server(row['server']))


def servers_of(client: Client, ns_id: str) -> list[Server]:
    """Every server with the NS's tag, in one paged list."""
    tag = ns_tag(ns_id)
    rows = client.pages('compute', '/servers/detail', 'servers', 'list servers', {'tags': tag})
    return [server for server in map(convert.server, rows) if tag in server.tags]


def _server_groups(client: Client, query: Query, state: State) -> None:
    state.server_groups = server_groups(client)


def server_groups(client: Client) -> list[ServerGroup]:
    """Every server group of the project. Nova cuts this list without a link to the rest: an empty page is its end."""
    found: dict[str, ServerGroup] = {}
    offset = 0
    while True:
        rows = client.call('compute', 'GET', '/os-server-groups', 'list server groups',
                           params={'offset': str(offset)})['server_groups']
        if not rows:
            return list(found.values())
        found.update((row['id'], convert.server_group(row)) for row in rows)
        offset += len(rows)


def _ports(client: Client, query: Query, state: State) -> None:
    """Our ports, and those of instances on the networks that we made: whoever made them, the network can't go before them.

    What is on our networks comes with those lists, and is asked for a second time only where it is somewhere else.
    """
    prefix = ns_prefix(query.ns_id)
    made = {network.id for network in state.networks if network.description.startswith(prefix)} if query.marked else set()
    rows = by_key(client, '/ports', 'ports', 'network_id', query.network_ids | made)
    there = {row['id']: convert.port(row) for row in rows}
    for port in there.values():
        # Neutron removes its own DHCP and distributed ports together with the network
        if not port.device_owner.startswith(('network:dhcp', 'network:distributed')):
            state.foreign_ports.setdefault(port.network_id, []).append(port)
    ours = {port_id: there[port_id] for port_id in sorted(query.port_ids & there.keys())}
    for key, values in (('id', query.port_ids - there.keys()), ('description', query.marks.get('port', set()))):
        ours.update((row['id'], convert.port(row)) for row in by_key(client, '/ports', 'ports', key, values))
    ours.update((row['id'], convert.port(row)) for row in _marked(client, 'ports', query, state))
    state.ports = list(ours.values())


def _volumes(client: Client, query: Query, state: State) -> None:
    rows = {volume.id: volume for volume in volumes_of(client, query.ns_id)} if query.volumes else {}
    missing = sorted(query.volume_ids - rows.keys())
    if len(missing) > VOLUMES_ONE_BY_ONE:
        everything = client.pages('volume', '/volumes/detail', 'volumes', 'list volumes')
        rows.update((row['id'], convert.volume(row)) for row in everything if row['id'] in query.volume_ids)
        missing = []
    for volume_id in missing:
        found = get_volume(client, volume_id)
        if found is not None:
            rows[volume_id] = found
    state.volumes = list(rows.values())


def volumes_of(client: Client, ns_id: str, key: str = NS_KEY) -> list[Volume]:
    """Every volume of an NS by its metadata, in one paged list; with another key of the metadata, those of that value."""
    # Cinder takes the mapping as Python writes it
    rows = client.pages('volume', '/volumes/detail', 'volumes', 'list volumes', {'metadata': str({key: ns_id})})
    return [volume for volume in map(convert.volume, rows) if volume.metadata.get(key) == ns_id]


def get_volume(client: Client, volume_id: str) -> Volume | None:
    """A volume by its id, None where there is none."""
    answer = client.call('volume', 'GET', f'/volumes/{volume_id}', f'get volume {volume_id}', missing_ok=True)
    return convert.volume(answer['volume']) if answer else None


def _server_images(client: Client, query: Query, state: State) -> None:
    state.server_images = server_images(client, query.ns_id)


def server_images(client: Client, ns_id: str) -> list[Image]:
    """Every image of a server that carries a mark of the NS, in one paged list. Images of a server that was made from one
    inherit its properties: only the mark and the name together tell ours."""
    rows = client.pages('image', '/images', 'images', 'list images', {NS_KEY: ns_id})
    return [image for image in map(convert.image, rows) if image.mark.startswith(ns_prefix(ns_id))]


def _volume_snapshots(client: Client, query: Query, state: State) -> None:
    state.volume_snapshots = volume_snapshots(client)


def volume_snapshots(client: Client) -> list[VolumeSnapshot]:
    """Every snapshot of a volume of the project: whether one is its volume's latest, all of them tell."""
    return [convert.volume_snapshot(row) for row in
            client.pages('volume', '/snapshots/detail', 'snapshots', 'list volume snapshots')]


def _volume_types(client: Client, query: Query, state: State) -> None:
    default = client.call('volume', 'GET', '/types/default', 'get the default volume type', missing_ok=True)
    default_id = default['volume_type']['id'] if default else None
    state.volume_types = [convert.volume_type(row, default_id) for row in
                          client.pages('volume', '/types', 'volume_types', 'list volume types')]


def _volume_zones(client: Client, query: Query, state: State) -> None:
    answer = client.call('volume', 'GET', '/os-availability-zone', 'list the availability zones of Cinder')
    state.volume_zones = [row['zoneName'] for row in answer['availabilityZoneInfo'] if row['zoneState']['available']]


def _nearest(state: State, kind: str, missing: Iterable[str], names: Iterable[str]) -> None:
    known = sorted(set(names))
    for name in missing:
        state.nearest[f'{kind}:{name}'] = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or known[:3]


def find_marked(client: Client, kind: str, mark: str, ns_id: str) -> list[
        Server | Port | Network | Router | FloatingIp | Trunk | ServerGroup | Volume | Image | VolumeSnapshot]:
    """The rows that carry exactly this mark, oldest first for servers and volumes (a service's filter is never trusted)."""
    if kind == 'server':
        found = [server for server in servers_of(client, ns_id) if server.metadata.get(MARK_KEY) == mark]
        return sorted(found, key=lambda server: server.created)
    if kind == 'server_group':
        return [group for group in server_groups(client) if group.name == mark]
    if kind == 'volume':
        return sorted(volumes_of(client, mark, MARK_KEY), key=lambda one: one.created)
    if kind == 'image':
        return [image for image in server_images(client, ns_id) if image.mark == mark and image.status in IMAGE_COMES]
    if kind == 'volume_snapshot':
        return [one for one in volume_snapshots(client) if one.metadata.get(MARK_KEY) == mark]
    path, convert_row = {'port': ('/ports', convert.port), 'net': ('/networks', convert.network),
                         'subnet': ('/subnets', convert.subnet), 'router': ('/routers', convert.router),
                         'floating_ip': ('/floatingips', convert.floating_ip), 'trunk': ('/trunks', convert.trunk)}[kind]
    rows = by_key(client, path, path[1:], 'description', [mark])
    return [row for row in map(convert_row, rows) if row.description == mark]
