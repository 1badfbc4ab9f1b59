# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instantiation parameters of a package, as OSM's users write them."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import Section, left, unused

_KUBERNETES = "Kubernetes is no VIM here"
_DAY_2 = "configuring what runs is not done: run your own plays afterwards, with the addresses of the record"
_ACCOUNT = (
    "the VIM of that name, where `vims` of the parameters or nfv_vims has one, or members are on several; else it is left out, "
    "as accounts of OSM mean nothing here"
)

PARAMS = Section("parameters", {
    "ns-name": "`name`",
    "ns-description": "`description`",
    "nsd-id": "which NSD is read, where there are several; a UUID of OSM's catalog is left out",
    "ns-flavour-id": "which df of the NSD",
    "ns-instantiation-level-id": "which ns-instantiation-level of it",
    "ns-scale-info": "which ns-scale-level of a scaling-aspect of it",
    "vim-account-id": _ACCOUNT,
    "vim-account": "the same",
    "vims": "`vims`",
    "vld": "what a virtual link of the NS is",
    "vnf": "what a VNF is",
    "ssh-keys": "`ssh_keys`",
    "additional-params-for-ns": "`cloud_init.params` of all VDUs",
    "additional-params-for-vnf": "`cloud_init.params` of the VDUs of a VNF, or of one VDU",
    "wim-account-id": left("networks between VIMs are not made"),
    "wim-account": left("networks between VIMs are not made"),
    "k8s-namespace": left(_KUBERNETES),
    "config-units": left(_DAY_2),
    "ns-config-template-id": left("give the parameters themselves"),
    "placement-engine": left("say the VIM of a VNF by its vim_account_id, the host of a VDU in the document"),
    "placement-constraints": left("say the VIM of a VNF by its vim_account_id, the host of a VDU in the document"),
    "timeout-ns-deploy": left("say nfv_timeouts"),
    "vdu-image": left("say it in the VNFD"),
    "lcm-operation-type": unused("the playbook says it"),
    "ns-instance-id": unused("nfv_ns says it"),
    "nsr-id": unused("nfv_ns says it"),
    "netslice-instance-id": unused("slices are not done"),
})
SCALE_INFO = Section("parameters.ns-scale-info", {
    "ns-scaling-aspect-id": "the scaling-aspect of the NSD",
    "ns-scale-level-id": "its ns-scale-level",
})
LINK = Section("parameters.vld, parameters.vnf.internal-vld", {
    "name": "id of the virtual-link-desc, or of the int-virtual-link-desc",
    "vim-network-name": "`existing`: a name, or a mapping of VIM accounts to names",
    "vim-network-id": "`existing`",
    "ip-profile": "its subnet",
    "provider-network": "`provider`",
    "vnfd-connection-point-ref": "`ip_addresses` of interfaces that are on it",
    "internal-connection-point": "`ip_addresses` of interfaces that are on it",
    "ns-net": left("slices are not done"),
    "wim-account-id": left("networks between VIMs are not made"),
})
POINT = Section("parameters.vld.vnfd-connection-point-ref", {
    "member-vnf-index-ref": "the VNF",
    "vnfd-connection-point-ref": "its ext-cpd",
    "ip-address": "`ip_addresses`: one, or a list of one for each instance",
})
INNER_POINT = Section("parameters.vnf.internal-vld.internal-connection-point", {
    "id-ref": "the int-cpd",
    "ip-address": "`ip_addresses`: one, or a list of one for each instance",
})
MEMBER = Section("parameters.vnf", {
    "member-vnf-index": "the VNF",
    "vim-account-id": _ACCOUNT,
    "vim-account": "the same",
    "vnf-flavour-id": "which df of the VNFD",
    "instantiation-level-id": "which instantiation-level of it",
    "vnf-instance-name": "`instance_name`",
    "ssh-keys": "`ssh_keys` of the VNF",
    "vdu": "what a VDU is",
    "internal-vld": "what a virtual link inside is",
})
VDU = Section("parameters.vnf.vdu", {
    "id": "the VDU",
    "vim-flavor-id": "`flavor`: a flavor that is there",
    "vim-flavor-name": "`flavor`: a flavor that is there",
    "vim-flavor": "`flavor`: a flavor that is there",
    "interface": "what an interface is",
    "volume": "`volumes`: existing ones",
    "ssh-keys": "`ssh_keys`",
    "security-group-name": "`security_groups` of all its interfaces",
    "count": "`count`",
    "availability-zone": "`availability_zone`",
    "instance-name": left("servers are called by NS, VNF, VDU and number"),
    "config-units": left(_DAY_2),
})
INTERFACE = Section("parameters.vnf.vdu.interface", {
    "name": "the interface",
    "ip-address": "`ip_addresses`: one, or a list of one for each instance",
    "mac-address": "`mac_addresses`: one, or a list of one for each instance",
    "floating-ip-required": "`floating_ip`",
    "floating-ip": "`floating_ip`: true, or the name of an external network",
})
VOLUME = Section("parameters.vnf.vdu.volume", {
    "name": "the virtual-storage-desc",
    "vim-volume-id": "`existing`: one, or a list of one for each instance",
})
FOR_VNF = Section("parameters.additional-params-for-vnf", {
    "member-vnf-index": "the VNF",
    "additional-params": "`cloud_init.params` of its VDUs",
    "additional-params-for-vdu": "those of one VDU",
    "affinity-or-anti-affinity-group": "`existing` of an affinity group",
    "additional-params-for-kdu": left(_KUBERNETES),
    "k8s-namespace": left(_KUBERNETES),
    "config-units": left(_DAY_2),
})
FOR_VDU = Section("parameters.additional-params-for-vnf.additional-params-for-vdu", {
    "vdu-id": "the VDU",
    "additional-params": "`cloud_init.params`",
    "config-units": left(_DAY_2),
})
GROUP = Section("parameters.additional-params-for-vnf.affinity-or-anti-affinity-group", {
    "id": "the affinity-or-anti-affinity-group of the VNFD",
    "vim-affinity-group-id": "`existing`",
})

SECTIONS = (PARAMS, SCALE_INFO, LINK, POINT, MEMBER, VDU, INTERFACE, VOLUME, INNER_POINT, FOR_VNF, FOR_VDU, GROUP)
