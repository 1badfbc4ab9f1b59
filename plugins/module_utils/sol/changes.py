# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""resourceChanges: what an operation made, deleted and changed, as the affected* lists of SOL003 and SOL005."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.sol.common import (
    NETWORK,
    PORT,
    SERVER,
    VOLUME,
    external_link,
    filled,
    handle,
    instance_of,
    link_of,
    vnfc_id,
)

Changes = Sequence[Mapping[str, Any]]
#: How a VNF of an NS is affected, by the NS's operation.
OF_VNF = {'INSTANTIATE': 'INSTANTIATE', 'TERMINATE': 'TERMINATE', 'SCALE': 'SCALE', 'HEAL': 'HEAL', 'OPERATE': 'OPERATE',
          'CHANGE_FLAVOUR': 'CHANGE_FLAVOUR', 'CHANGE_EXT_CONN': 'CHANGE_EXTERNAL_VNF_CONNECTIVITY',
          'MODIFY_INFO': 'MODIFY_INFORMATION', 'REBUILD': 'HEAL', 'MIGRATE': 'HEAL', 'EVACUATE': 'HEAL', 'DRAIN': 'HEAL'}
RESULTS = {'COMPLETED': 'COMPLETED', 'ROLLED_BACK': 'ROLLED_BACK', 'FAILED': 'FAILED', 'FAILED_TEMP': 'FAILED'}
OF_LINK = {'ADDED': 'ADD', 'REMOVED': 'DELETE', 'MODIFIED': 'MODIFY'}


def vnf_changes(changes: Changes, version: str, vnfd_id: str | None) -> dict[str, Any]:
    """resourceChanges of one VNF; empty lists are left out.

    :param changes: those of operation/changes.py that are the VNF's.
    """
    more = {'vnfdId': vnfd_id} if version == 'v2' and vnfd_id else {}
    return filled(
        affectedVnfcs=[{**_vnfc(one, changes, version), **more} for one in _vnfcs(changes)],
        affectedVirtualLinks=[{**one, **more} for one in _virtual_links(changes, version)],
        affectedExtLinkPorts=_ext_link_ports(changes, version) if version == 'v2' else None,
        affectedVirtualStorages=[{**one, **more} for one in _storages(changes, version)])


def _vnfcs(changes: Changes) -> list[Mapping[str, Any]]:
    """Changed servers, and those that only their ports or volumes changed of."""
    servers = [one for one in changes if one['kind'] == 'vdu']
    told = {one['item'] for one in servers}
    parts: dict[str, Mapping[str, Any]] = {}
    for one in changes:
        server = one.get('server')
        if one['kind'] in ('port', 'volume') and one['item'].startswith('vdu:') and one['item'] not in told and server:
            parts.setdefault(one['item'], {**one, 'kind': 'vdu', 'id': server, 'change': 'MODIFIED', 'entry': {}})
    return [*servers, *parts.values()]


def _vnfc(one: Mapping[str, Any], changes: Changes, version: str) -> dict[str, Any]:
    parts = [part for part in changes if part['item'] == one['item'] and part['kind'] in ('port', 'volume')]

    def named(kind: str, change: str) -> list[str]:
        return [part['id'] for part in parts if part['kind'] == kind and part['change'] == change]
    # Of a server that was replaced what was added is the new one's
    added, removed = one['change'] != 'REMOVED', one['change'] != 'ADDED'
    ports = [cp_id(part) for part in parts if part['kind'] == 'port']
    entry = one['entry']
    return filled(
        id=one['id'], vduId=instance_of(one['item'])[1], changeType=one['change'],
        computeResource=handle(one['vim'], one['id'], SERVER, version),
        zoneId=entry.get('availability_zone') if version == 'v2' else None,
        metadata={'vnfcInfoId': vnfc_id(one['item']), **(entry.get('metadata') or {})} if version == 'v2' else None,
        affectedVnfcCpIds=ports, addedStorageResourceIds=named('volume', 'ADDED') if added else None,
        removedStorageResourceIds=named('volume', 'REMOVED') if removed else None)


def cp_id(part: Mapping[str, Any]) -> str:
    """The connection point of a port: ``front/0/eth0``."""
    return f'{vnfc_id(part["item"])}/{part["name"]}'


def _virtual_links(changes: Changes, version: str) -> Iterable[dict[str, Any]]:
    """The VNF's own virtual links, and those of them that only ports came to or went from."""
    nets = {one['item']: one for one in changes if one['kind'] == 'net'}
    ports: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in changes:
        if one['kind'] == 'port' and one['change'] in ('ADDED', 'REMOVED') and link_of(one['entry']['net'], one['vnf']):
            ports.setdefault((one['entry']['net'], one['change']), []).append(one)
    for item, one in nets.items():
        mine = [port['id'] for (net, _change), found in ports.items() if net == item for port in found]
        yield filled(id=one['id'], vnfVirtualLinkDescId=link_of(item, one['vnf']), changeType=one['change'],
                     networkResource=handle(one['vim'], one['id'], NETWORK, version),
                     vnfLinkPortIds=mine)
    for (net, change), found in ports.items():
        if net not in nets:
            network_id = found[0]['entry']['network_id']
            yield filled(id=network_id, vnfVirtualLinkDescId=link_of(net, found[0]['vnf']), changeType=f'LINK_PORT_{change}',
                         networkResource=handle(found[0]['vim'], network_id, NETWORK, version),
                         vnfLinkPortIds=[port['id'] for port in found])


def _ext_link_ports(changes: Changes, version: str) -> list[dict[str, Any]]:
    return [filled(id=one['id'], changeType=one['change'], extCpInstanceId=cp_id(one),
                   resourceHandle=handle(one['vim'], one['id'], PORT, version))
            for one in changes if one['kind'] == 'port' and one['change'] in ('ADDED', 'REMOVED')
            and not link_of(one['entry']['net'], one['vnf'])]


def _storages(changes: Changes, version: str) -> list[dict[str, Any]]:
    return [filled(id=one['id'], virtualStorageDescId=one['name'] or one['item'].rpartition('/')[2], changeType=one['change'],
                   storageResource=handle(one['vim'], one['id'], VOLUME, version))
            for one in changes if one['kind'] == 'volume']


def changed_ext_connectivity(changes: Changes, nets: Mapping[str, Any], version: str) -> list[dict[str, Any]]:
    """ExtVirtualLinkInfo of every virtual link that ports came to."""
    links: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in changes:
        if one['kind'] == 'port' and one['change'] in ('ADDED', 'MODIFIED') and not link_of(one['entry']['net'], one['vnf']):
            links.setdefault((one['entry']['net'], one['vim']), []).append(one)
    return [external_link(net, [(cp_id(one), one['entry']) for one in found], nets, vim, version)
            for (net, vim), found in links.items()]


def ns_changes(op_occ: Mapping[str, Any]) -> dict[str, Any]:
    """resourceChanges of an NS: its VNFs, and its own virtual links."""
    result = RESULTS.get(op_occ['state'])
    kind = OF_VNF.get(op_occ['operation'], 'MODIFY_INFORMATION')
    vnfs = [filled(vnfInstanceId=one['id'], vnfdId=(one.get('vnfd') or {}).get('id') or one['name'], vnfProfileId=one['name'],
                   vnfName=one['name'], changeType=kind, changeResult=result) for one in op_occ.get('vnfs') or ()]
    links = [filled(nsVirtualLinkInstanceId=one['id'], nsVirtualLinkDescId=one['item'].partition(':')[2],
                    vlProfileId=one['item'].partition(':')[2], changeType=OF_LINK[one['change']], changeResult=result)
             for one in op_occ.get('changes') or () if one['kind'] == 'net' and one['vnf'] is None and one['change'] in OF_LINK]
    return filled(affectedVnfs=vnfs, affectedVls=links)
