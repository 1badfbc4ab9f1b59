# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which questions a plan has for each VIM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Resource
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Query


def make_queries(ns_id: str, target: NetworkService | None, record: dict[str, Resource],
                 pending: Iterable[dict[str, Any]] = (), asked_of: Asked | None = None,
                 vims: Iterable[str] = ()) -> dict[str, Query]:
    """One query per VIM that the target or the record uses.

    :param pending: create calls whose answer is unknown: mappings with vim, kind and mark.
    :param vims: all that the NS knows: where leftovers are looked for, nothing that is made is asked about.
    :param asked_of: what a verb asks of single instances: power states need the servers and nothing else, moves the hosts too.
    """
    queries: dict[str, Query] = {}
    known = bool(record)

    def query(vim: str) -> Query:
        return queries.setdefault(vim, Query(ns_id))

    if target is not None and (asked_of is None or asked_of.operate is None):
        _bindings(target, record, query)
    if asked_of is not None and asked_of.of_servers:
        # Where no server is meant, no VIM is asked
        for key, resource in record.items() if asked_of.scope != frozenset() else ():
            if key.startswith('vdu:'):
                _server(resource, query(resource['vim']), asked_of)
        return queries
    for key, resource in record.items():
        kind = key.partition(':')[0]
        asked = query(resource['vim'])
        asked.servers = True
        if kind == 'net' and resource.get('owned') and resource.get('id'):
            asked.network_ids.add(resource['id'])
        if kind == 'router' and resource.get('id'):
            asked.router_ids.add(resource['id'])
        asked.floating_ips = asked.floating_ips or bool(resource.get('floating_ips'))
        if kind == 'flavor' and resource.get('owned'):
            asked.flavors = True
        if kind == 'server_group':
            asked.server_groups = True
        if kind in ('snapshot', 'old_volume'):
            asked.snapshots = asked.volumes = True
        rebuilt = asked_of and asked_of.change in ('image', 'package') and key in (asked_of.scope or ())
        if kind == 'vdu' and resource.get('image_id') and asked_of and (rebuilt or asked_of.heals(key)):
            asked.images.add(resource['image_id'])
        if kind == 'vdu' and resource.get('id'):
            asked.server_ids.add(resource['id'])
        for port in (*resource.get('ports', {}).values(), *resource.get('kept_ports', {}).values()):
            asked.port_ids.add(port['id'])
            if port.get('given'):
                asked.security_groups.add('default')  # what a port gets back that is given no groups any more
        volumes = [resource] if kind == 'volume' else resource.get('volumes', {}).values()
        asked.volume_ids.update(volume['id'] for volume in volumes if volume.get('id'))
        asked.volumes = asked.volumes or bool(volumes)
    for call in pending:
        asked = query(call['vim'])
        asked.servers = True
        asked.marks.setdefault(call['kind'], set()).add(call['mark'])
        asked.flavors = asked.flavors or call['kind'] == 'flavor'
        asked.server_groups = asked.server_groups or call['kind'] == 'server_group'
        asked.volumes = asked.volumes or call['kind'] == 'volume'
        asked.floating_ips = asked.floating_ips or call['kind'] == 'floating_ip'
        asked.snapshots = asked.snapshots or call['kind'] in ('image', 'volume_snapshot')
    if asked_of is not None and asked_of.leftovers:
        for vim in vims:
            asked = query(vim)
            asked.marked = asked.servers = asked.volumes = asked.flavors = asked.server_groups = asked.floating_ips = True
    elif target is not None:
        _target(target, query, known)
    return queries


def _bindings(target: NetworkService, record: dict[str, Resource], query: Any) -> None:
    """Where the ports of SDN nets are bound."""
    links = {f'net:{key}': link for key, link in target.networks.items() if link.sdn}
    for resource in record.values() if links else ():
        for port in resource.get('ports', {}).values():
            if port.get('net') in links:
                query(links[port['net']].vim).bindings.add(port['id'])


def _server(resource: Resource, asked: Query, asked_of: Asked) -> None:
    """What is asked of a server that is acted upon as it is."""
    asked.servers = True
    asked.hosts = asked_of.move is not None
    asked.server_ids.update([resource['id']] if resource.get('id') else [])
    if asked_of.snapshot is not None:
        asked.snapshots = asked.volumes = True
        asked.volume_ids.update(one['id'] for one in resource.get('volumes', {}).values())


def _target(target: NetworkService, query: Any, known: bool) -> None:
    for link in target.networks.values():
        _link(target, link, query(link.vim))
    for group in target.affinity_groups:
        query(group.vim).server_groups = True
    for router in target.routers:
        asked = query(router.vim)
        asked.external_networks = True
        asked.optional_networks.add(router.external_network)
    for shared in target.virtual_ips:
        if shared.floating_ip is not None:
            asked = query(target.virtual_link(shared.virtual_link)[1].vim)
            asked.external_networks = asked.floating_ips = True
    for vnf in target.vnfs:
        for vdu in vnf.vdus:
            asked = query(vdu.vim)
            asked.flavors = True
            asked.servers = asked.servers or known
            for image in (vdu.image, *(values['image'] for values in vdu.own.values() if 'image' in values)):
                if image.checksum:
                    asked.image_checksums.add(image.checksum)
                else:
                    asked.images.add(image.id or image.name)
            for interface in vdu.interfaces:
                asked.security_groups.update(interface.security_groups or ())
                if known and interface.port_security:
                    asked.security_groups.add('default')
                if interface.qos_policy is not None:
                    asked.qos_policies.add(interface.qos_policy)
                asked.trunks = asked.trunks or bool(interface.subports)
                if interface.floating_ip is not None:
                    asked.external_networks = asked.floating_ips = True
            for volume in vdu.volumes:
                asked.volume_ids.update(volume.existing)
                asked.volumes = asked.volumes or known
                asked.volume_types = asked.volume_types or not volume.existing
                asked.volume_zones = asked.volume_zones or volume.availability_zone is not None


def _link(target: NetworkService, link: VirtualLink, asked: Query) -> None:
    if link.qos_policy is not None:
        asked.qos_policies.add(link.qos_policy)
    found_by = link.existing
    if link.management and found_by is None:
        found_by = target.vims[link.vim].management_network
        if found_by is None:
            asked.optional_networks.add(link.name)
    if found_by is not None:
        asked.networks.add(found_by)
    elif not link.subnets:
        asked.cidrs = True
