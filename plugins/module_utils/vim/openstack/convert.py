# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenStack's JSON to the collection's own words, a function per resource."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    Binding,
    Flavor,
    FloatingIp,
    Image,
    Network,
    Port,
    Router,
    RouterInterface,
    Server,
    ServerGroup,
    Subnet,
    Trunk,
    Volume,
    VolumeSnapshot,
    VolumeType,
)

#: Owners of those ports of a router that connect it to subnets: plain, highly available, distributed.
INTERFACE_OWNERS = ('network:router_interface', 'network:ha_router_replicated_interface', 'network:router_interface_distributed')


def image(row: dict[str, Any]) -> Image:
    """Image API v2: an image."""
    sums = tuple(value for value in (row.get('checksum'), row.get('os_hash_value')) if value)
    return Image(row['id'], row['name'] or '', row['status'], row.get('min_disk') or 0, row.get('min_ram') or 0, sums,
                 row.get('hw_vif_model') or '', row.get(MARK_KEY) or '', _snapshots_of(row.get('block_device_mapping')))


def _snapshots_of(mapping: str | list[dict[str, Any]] | None) -> tuple[str, ...]:
    """Nova writes the devices of an image of a server that boots from a volume as JSON into a property."""
    devices = json.loads(mapping) if isinstance(mapping, str) and mapping else mapping
    return tuple(one['snapshot_id'] for one in devices or () if one.get('snapshot_id'))


def flavor(row: dict[str, Any]) -> Flavor:
    """Compute API: a flavor with details; swap is an empty string for none."""
    return Flavor(row['id'], row['name'], row['vcpus'], row['ram'], row['disk'],
                  row.get('OS-FLV-EXT-DATA:ephemeral') or 0, int(row.get('swap') or 0),
                  dict(row.get('extra_specs') or {}), row.get('description') or '')


def subnet(row: dict[str, Any]) -> Subnet:
    """Network API v2: a subnet."""
    return Subnet(row['id'], row['name'], row['network_id'], row['cidr'], row['ip_version'], row['gateway_ip'],
                  row['enable_dhcp'], tuple((pool['start'], pool['end']) for pool in row['allocation_pools']),
                  tuple(row['dns_nameservers']), row.get('ipv6_address_mode'), row.get('ipv6_ra_mode'),
                  row.get('description') or '')


def network(row: dict[str, Any], subnets: tuple[Subnet, ...] = ()) -> Network:
    """Network API v2: a network; provider attributes are there for who may see them."""
    return Network(row['id'], row['name'], row.get('description') or '', row.get('project_id') or '',
                   bool(row.get('shared')), bool(row.get('router:external')), row.get('mtu') or 0,
                   row.get('port_security_enabled'), row.get('provider:network_type'),
                   row.get('provider:physical_network'), row.get('provider:segmentation_id'), subnets,
                   row.get('qos_policy_id'))


def port(row: dict[str, Any]) -> Port:
    """Network API v2: a port."""
    pairs = frozenset((pair['ip_address'], pair.get('mac_address')) for pair in row.get('allowed_address_pairs') or ())
    return Port(row['id'], row['name'], row.get('description') or '', row['network_id'], row['mac_address'],
                tuple((ip['subnet_id'], ip['ip_address']) for ip in row['fixed_ips']), row['device_id'],
                row['device_owner'], frozenset(row.get('security_groups') or ()), row.get('port_security_enabled'),
                pairs, row['status'], row.get('qos_policy_id'), row.get('binding:vnic_type') or 'normal',
                _trunk_of(row.get('trunk_details')))


def binding(row: dict[str, Any]) -> Binding:
    """Network API v2: where a port is bound, of an administrator's rows."""
    profile = row.get('binding:profile') or {}
    return Binding(row.get('binding:host_id') or '', profile.get('pci_slot') or '', profile.get('physical_network') or '')


def _trunk_of(details: dict[str, Any] | None) -> Trunk | None:
    return trunk({'id': details['trunk_id'], **details}) if details else None


def trunk(row: dict[str, Any]) -> Trunk:
    """Network API v2: a trunk."""
    return Trunk(row['id'], {one['port_id']: one['segmentation_id'] for one in row['sub_ports']}, row.get('description') or '')


def router(row: dict[str, Any], ports: Iterable[dict[str, Any]] = ()) -> Router:
    """Network API v2: a router, with the ports that are its interfaces."""
    gateway = row.get('external_gateway_info') or {}
    return Router(row['id'], row['name'], row.get('description') or '', gateway.get('network_id'),
                  tuple(ip['ip_address'] for ip in gateway.get('external_fixed_ips') or ()),
                  tuple(RouterInterface(one['id'], one['network_id'], tuple(ip['subnet_id'] for ip in one['fixed_ips']))
                        for one in ports if one['device_owner'] in INTERFACE_OWNERS))


def floating_ip(row: dict[str, Any]) -> FloatingIp:
    """Network API v2: a floating IP."""
    return FloatingIp(row['id'], row['floating_ip_address'], row.get('description') or '', row['floating_network_id'],
                      row.get('port_id'), row.get('fixed_ip_address'))


def server(row: dict[str, Any]) -> Server:
    """Compute API 2.47 and later: a server with details."""
    addresses = tuple(ip['addr'] for ips in (row.get('addresses') or {}).values() for ip in ips)
    return Server(row['id'], row['name'], row['status'], row.get('OS-EXT-STS:task_state'),
                  (row.get('fault') or {}).get('message'), row.get('flavor') or {},
                  (row.get('image') or {}).get('id') if isinstance(row.get('image'), dict) else None,
                  row.get('metadata') or {}, frozenset(row.get('tags') or ()), addresses, row.get('hostId') or '',
                  row.get('description') or '', row.get('created') or '', bool(row.get('OS-SRV-USG:launched_at')))


def server_group(row: dict[str, Any]) -> ServerGroup:
    """Compute API 2.64 and later: a server group."""
    return ServerGroup(row['id'], row['name'], row['policy'], frozenset(row['members']))


def volume(row: dict[str, Any]) -> Volume:
    """Volume API v3: a volume with details; the image's id is there for volumes that were filled from one."""
    servers = tuple(one['server_id'] for one in row.get('attachments') or () if one.get('server_id'))
    return Volume(row['id'], row.get('name') or '', row['status'], row['size'], row.get('volume_type'),
                  str(row.get('bootable')).lower() == 'true', bool(row.get('multiattach')), row.get('metadata') or {}, servers,
                  row.get('availability_zone') or '', (row.get('volume_image_metadata') or {}).get('image_id'),
                  row.get('created_at') or '')


def volume_snapshot(row: dict[str, Any]) -> VolumeSnapshot:
    """Volume API v3: a snapshot with details."""
    return VolumeSnapshot(row['id'], row.get('name') or '', row['status'], row['volume_id'], row['size'],
                          row.get('metadata') or {}, row.get('created_at') or '')


def volume_type(row: dict[str, Any], default_id: str | None) -> VolumeType:
    """Volume API v3: a volume type; this extra spec is one of the few that members see."""
    return VolumeType(row['id'], row['name'], (row.get('extra_specs') or {}).get('multiattach') == '<is> True',
                      row['id'] == default_id)
