# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VnfInstance (SOL003, v1 and v2) of a VNF in the record of its network service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import (
    NETWORK,
    PORT,
    SERVER,
    VIM_TYPE,
    VOLUME,
    ViewError,
    addresses,
    camel,
    external_link,
    filled,
    handle,
    instance_of,
    link,
    link_of,
    vnfc_id,
)

VERSIONS = ('v1', 'v2')
#: Tasks that a VNF instance takes, by its instantiation state.
TASKS = {'NOT_INSTANTIATED': ('instantiate',),
         'INSTANTIATED': ('terminate', 'scale', 'scale_to_level', 'heal', 'operate', 'change_ext_conn', 'change_flavour',
                          'change_vnfpkg')}
#: Links that are not called as their tasks are.
LINKS = {'change_vnfpkg': 'changeCurrentVnfPackage'}
SNAPSHOT_TASKS = ('create_snapshot', 'revert_to_snapshot')
#: Statuses of servers that are down; any other one counts as started.
DOWN = frozenset({'SHUTOFF', 'PAUSED', 'SUSPENDED', 'SHELVED', 'SHELVED_OFFLOADED', 'STOPPED'})

Resources = Mapping[str, Mapping[str, Any]]


def vnf_instance_view(ns: Mapping[str, Any], vnf: str, version: str = 'v2', api_root: str = '') -> dict[str, Any]:
    """A VNF of a network service (as ns_info shows it), as SOL has it.

    :param vnf: its name or its id.
    :raises ViewError: no network service, no such VNF, or no such version.
    """
    if version not in VERSIONS:
        raise ViewError(f'version {version!r} is not one of {", ".join(VERSIONS)}')
    if not {'id', 'name', 'state', 'vnfs'} <= ns.keys():
        raise ViewError('no network service: give one of the nss of nfv.mano.ns_info')
    name = next((name for name, vnf_id in ns['vnfs'].items() if vnf in (name, vnf_id)), None)
    if name is None:
        raise ViewError(f'{vnf} is not a VNF of {ns["name"]} (there are: {", ".join(sorted(ns["vnfs"])) or "none"})')
    vnf_id = ns['vnfs'][name]
    document = ns.get('declared') or ns.get('document') or {}
    declared = next((one for one in document.get('vnfs', ()) if one['name'] == name), None)
    state = 'INSTANTIATED' if declared is not None and ns['state'] == 'INSTANTIATED' else 'NOT_INSTANTIATED'
    declared = declared or (ns.get('vnf_infos') or {}).get(name)
    vnfd = (declared or {}).get('vnfd') or {}
    me = ('vnflcm', version, 'vnf_instances', vnf_id)
    # An open op-occ refuses every other operation
    more = SNAPSHOT_TASKS if version == 'v2' and state == 'INSTANTIATED' else ()
    tasks = () if ns.get('op_occ') else (*TASKS[state], *more)
    info = _Info(ns, name, version, vnfd.get('id') or name, (declared or {}).get('scaling_aspects') or ())
    return filled(
        id=vnf_id, vnfInstanceName=(declared or {}).get('instance_name') or f'{ns["name"]}/{name}',
        vnfInstanceDescription=(declared or {}).get('description') or None,
        vnfdId=vnfd.get('id') or name, vnfProvider=vnfd.get('provider') or '', vnfProductName=vnfd.get('product_name') or name,
        vnfSoftwareVersion=vnfd.get('software_version') or '', vnfdVersion=vnfd.get('version') or '',
        vnfConfigurableProperties=_own(declared, 'configurable_properties'), vimConnectionInfo=_vims(ns, info, version),
        instantiationState=state, instantiatedVnfInfo=info.view() if state == 'INSTANTIATED' else None,
        metadata=_own(declared, 'metadata'), extensions=_own(declared, 'extensions'),
        _links={'self': link(api_root, *me),
                **{LINKS.get(task, camel(task)): link(api_root, *me, task) for task in tasks}})


def _own(declared: Mapping[str, Any] | None, name: str) -> Any:
    return without_secrets((declared or {}).get(name))


def _vims(ns: Mapping[str, Any], info: _Info, version: str) -> Any:
    """The VIMs that the VNF is on, of one that is on none those it was told to go to: a mapping by id in v2, a list in v1. Clouds
    are named; nothing that opens them is known."""
    used = {one['vim'] for one in info.mine.values()}
    vims = {name: filled(vimId=vim.get('cloud'), vimType=VIM_TYPE,
                         accessInfo=filled(project=vim.get('project_id'), region=vim.get('region')))
            for name, vim in (ns.get('vims') or {}).items() if name in used}
    if not used:
        told = ((ns.get('vnf_infos') or {}).get(info.vnf) or {}).get('vim_connection_info') or {}
        vims = {name: filled(vimId=vim.get('vim_id'), vimType=vim.get('vim_type') or VIM_TYPE) for name, vim in told.items()}
    return vims if version == 'v2' else [{'id': name, **vim} for name, vim in vims.items()]


class _Info:
    """instantiatedVnfInfo; ``mine`` are the VNF's own resources."""

    def __init__(self, ns: Mapping[str, Any], vnf: str, version: str, vnfd_id: str,
                 aspects: Sequence[Mapping[str, Any]]) -> None:
        self.vnf, self.version, self.vnfd_id, self.aspects = vnf, version, vnfd_id, aspects
        #: The SOL003 front keeps what was asked for; a document knows of no flavours.
        self.flavour = (ns.get('asked') or {}).get('flavourId') or 'default'
        resources: Resources = ns.get('resources') or {}
        self.nets = {item: one for item, one in resources.items() if item.startswith('net:')}
        self.mine = {item: one for item, one in resources.items()
                     if item.startswith((f'vdu:{vnf}/', f'net:{vnf}/', f'volume:{vnf}/')) and one.get('id')}
        self.servers = {item: one for item, one in self.mine.items() if item.startswith('vdu:')}

    def view(self) -> dict[str, Any]:
        """All of it."""
        up = [_started(one) for one in self.servers.values()]
        return filled(
            flavourId=self.flavour, vnfState='STARTED' if any(up) or not up else 'STOPPED', scaleStatus=self._levels('level'),
            maxScaleLevels=self._levels('max_level'), extCpInfo=self._external_cps(),
            extVirtualLinkInfo=self._external_links(), vnfcResourceInfo=[self._vnfc(*one) for one in self.servers.items()],
            vnfVirtualLinkResourceInfo=[self._net(*one) for one in self.mine.items() if one[0].startswith('net:')],
            virtualStorageResourceInfo=self._storages(),
            vnfcInfo=[filled(id=vnfc_id(item), vduId=instance_of(item)[1], vnfcResourceInfoId=one['id'],
                             vnfcState='STARTED' if _started(one) else 'STOPPED') for item, one in self.servers.items()])

    def _levels(self, key: str) -> list[dict[str, Any]]:
        more = {'vnfdId': self.vnfd_id} if self.version == 'v2' else {}
        return [{'aspectId': one['name'], **more, 'scaleLevel': one.get(key, 0)} for one in self.aspects]

    def _ports(self) -> list[tuple[str, str, Mapping[str, Any], str]]:
        """(connection point's id, descriptor's id, port, VIM) of every interface."""
        return [(f'{vnfc_id(item)}/{name}', f'{instance_of(item)[1]}/{name}', port, one['vim'])
                for item, one in self.servers.items() for name, port in one.get('ports', {}).items()]

    def _protocols(self, port: Mapping[str, Any]) -> list[dict[str, Any]]:
        ips = addresses(port, self.nets.get(port['net'], {}).get('subnets', ()))
        return [filled(layerProtocol='IP_OVER_ETHERNET',
                       ipOverEthernet=filled(macAddress=port.get('mac_address'), ipAddresses=ips))]

    def _external_cps(self) -> list[dict[str, Any]]:
        return [filled(id=cp_id, cpdId=cpd, cpConfigId=cp_id if self.version == 'v2' else None,
                       cpProtocolInfo=self._protocols(port), extLinkPortId=port['id'], associatedVnfcCpId=cp_id)
                for cp_id, cpd, port, _vim in self._ports() if not link_of(port['net'], self.vnf)]

    def _external_links(self) -> list[dict[str, Any]]:
        links: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
        for cp_id, _cpd, port, vim in self._ports():
            if not link_of(port['net'], self.vnf):
                links.setdefault((port['net'], vim), []).append((cp_id, port))
        return [external_link(net, ports, self.nets, vim, self.version) for (net, vim), ports in links.items()]

    def _vnfc(self, item: str, one: Mapping[str, Any]) -> dict[str, Any]:
        cps = []
        for name, port in one.get('ports', {}).items():
            cp_id = f'{vnfc_id(item)}/{name}'
            where = {'vnfLinkPortId': port['id']} if link_of(port['net'], self.vnf) else {'vnfExtCpId': cp_id}
            cps.append({'id': cp_id, 'cpdId': f'{instance_of(item)[1]}/{name}', **where, 'cpProtocolInfo': self._protocols(port)})
        return filled(id=one['id'], vduId=instance_of(item)[1], vnfdId=self.vnfd_id if self.version == 'v2' else None,
                      computeResource=handle(one['vim'], one['id'], SERVER, self.version),
                      storageResourceIds=[volume['id'] for volume in one.get('volumes', {}).values()], vnfcCpInfo=cps,
                      metadata=dict(one.get('metadata') or {}))

    def _net(self, item: str, one: Mapping[str, Any]) -> dict[str, Any]:
        ports = [{'id': port['id'], 'resourceHandle': handle(vim, port['id'], PORT, self.version), 'cpInstanceId': cp_id,
                  'cpInstanceType': 'VNFC_CP'} for cp_id, _cpd, port, vim in self._ports() if port['net'] == item]
        return filled(id=one['id'], vnfVirtualLinkDescId=link_of(item, self.vnf),
                      vnfdId=self.vnfd_id if self.version == 'v2' else None,
                      networkResource=handle(one['vim'], one['id'], NETWORK, self.version), vnfLinkPorts=ports)

    def _storages(self) -> list[dict[str, Any]]:
        found = {volume['id']: (name, one['vim']) for one in self.servers.values()
                 for name, volume in one.get('volumes', {}).items()}
        found.update({one['id']: (item.rpartition('/')[2], one['vim']) for item, one in self.mine.items()
                      if item.startswith('volume:')})
        return [filled(id=volume_id, virtualStorageDescId=name, vnfdId=self.vnfd_id if self.version == 'v2' else None,
                       storageResource=handle(vim, volume_id, VOLUME, self.version))
                for volume_id, (name, vim) in found.items()]


def _started(server: Mapping[str, Any]) -> bool:
    return server.get('status') not in DOWN
