# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of an NSD, and those that the virtual links of NSDs and VNFDs have in common."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import INFORMATION, Section, left, unused

_DAY_2 = "configuring what runs is not done: run your own plays afterwards, with the addresses of the record"
_BIT_RATES = "OpenStack limits bit rates by QoS policies: name one as `qos_policy` in the document"
_GROUPS_OF_LINKS = "OpenStack has no affinity of networks"
_NESTED = "a network service in a network service is not done: instantiate it beside this one"
_PNF = "a physical function is none that a VIM makes"

NSD = Section("nsd", {
    "id": "what `nsd_id` of the parameters chooses; `name`, where there is no other",
    "name": "`name`, unless `ns_name` of the parameters says another",
    "description": "`description`, unless `ns_description` of the parameters says another",
    "df": "read: the first one, or the one that `ns_flavour_id` of the parameters names",
    "virtual-link-desc": "a virtual link each",
    "vnfd-id": "the packages of VNFDs that it needs: one that is nowhere is told",
    "version": INFORMATION,
    "designer": INFORMATION,
    "nsd-invariant-id": INFORMATION,
    "invariant-id": INFORMATION,
    "short-name": INFORMATION,
    "vendor": INFORMATION,
    "logo": INFORMATION,
    "signature": INFORMATION,
    "ns-configuration": left(_DAY_2),
    "lifecycle-management-script": left(_DAY_2),
    "vnffgd": left("forwarding graphs are not done"),
    "monitored-info": left("monitoring is not done"),
    "auto-scaling-rule": left("nothing scales by itself: run the verb scale"),
    "auto-scaling-policy": left("nothing scales by itself: run the verb scale"),
    "pnfd": left(_PNF),
    "pnfd-id": left(_PNF),
    "nested-nsd-id": left(_NESTED),
    "sapd": unused("an access point is its virtual link"),
    "parameter": left("say it in the parameters"),
    "security": left("signatures are not checked"),
    "connection-point": unused("an access point is its virtual link"),
})
DF = Section("nsd.df", {
    "id": "its name",
    "description": INFORMATION,
    "flavour-key": INFORMATION,
    "vnf-profile": "a VNF each, or several",
    "virtual-link-profile": "what a virtual link has beside its virtual-link-desc",
    "affinity-or-anti-affinity-group": "an affinity group each",
    "ns-instantiation-level": "how many VNFs each vnf-profile is: the default one, or the one that `ns_instantiation_level_id` "
                              "of the parameters names",
    "default-ns-instantiation-level-id": "which ns-instantiation-level it is; without it the first one",
    "default-instantiation-level": "the same",
    "dependencies": "`depends_on` of the VDUs of the secondary VNF",
    "scaling-aspect": "how many VNFs each vnf-profile is, where `ns_scale_info` of the parameters names one of its levels: an NS "
                      "is scaled by instantiating it again with another one",
    "pnf-profile": left(_PNF),
    "ns-profile": left(_NESTED),
    "nsr-profile": left(_NESTED),
    "monitored-info": left("monitoring is not done"),
})
DEPENDENCY = Section("nsd.df.dependencies", {
    "id": INFORMATION,
    "primary-id": "the vnf-profile, or the vnfd-id, that must be there first",
    "primary-vnf-profile": "the same",
    "secondary-id": "the one that comes after it",
    "secondary-vnf-profile": "the same",
    "primary-ns-profile": left(_NESTED),
    "secondary-ns-profile": left(_NESTED),
})
LEVEL = Section("nsd.df.ns-instantiation-level", {
    "id": "its name",
    "description": INFORMATION,
    "vnf-to-level-mapping": "by vnf-profile, the number of VNFs",
    "virtual-link-to-level-mapping": left(_BIT_RATES),
    "ns-to-level-mapping": left(_NESTED),
})
ASPECT = Section("nsd.df.scaling-aspect", {
    "id": "what `ns_scale_info` names",
    "name": INFORMATION,
    "description": INFORMATION,
    "ns-scale-level": "by vnf-profile, the number of VNFs",
})
SCALE_LEVEL = Section("nsd.df.scaling-aspect.ns-scale-level", {
    "id": "what `ns_scale_info` names",
    "description": INFORMATION,
    "vnf-to-level-mapping": "by vnf-profile, the number of VNFs",
    "virtual-link-to-level-mapping": left(_BIT_RATES),
    "ns-to-level-mapping": left(_NESTED),
})
LEVEL_OF_VNF = Section("vnf-to-level-mapping", {
    "vnf-profile-id": "the vnf-profile",
    "number-of-instances": "so many VNFs: `web`, `web-2`, `web-3` ...",
})
GROUP = Section("affinity-or-anti-affinity-group", {
    "id": "`name`, that of a VNFD with the VNF's name before it",
    "type": "`policy`: affinity, anti-affinity, soft-affinity or soft-anti-affinity",
    "scope": "`scope`: nfvi-node only, as Nova's server groups know compute hosts and nothing else",
})
RULE = Section("local-affinity-or-anti-affinity-rule", {
    "affinity-type": "the `policy` of an affinity group of the instances of one vdu-profile, or vnf-profile",
    "affinity-scope": "its `scope`",
    "type": "as affinity-type",
    "scope": "as affinity-scope",
})
VNF_PROFILE = Section("nsd.df.vnf-profile", {
    "id": "the VNF's `name`, the member VNF index",
    "description": INFORMATION,
    "vnfd-id": "which VNFD it is of: its id, or else the name of its package",
    "flavour-id": "which df of the VNFD; without it the first one",
    "vnf-df": "the same",
    "instantiation-level": "which instantiation-level of that df; without it the default one",
    "min-number-of-instances": "how many VNFs, where no ns-instantiation-level says so",
    "max-number-of-instances": "no ns-instantiation-level may ask for more",
    "affinity-or-anti-affinity-group": "`affinity_group` of those of its VDUs that have none of their own, as Nova takes one",
    "local-affinity-or-anti-affinity-rule": "an affinity group of all VNFs of this profile, where there are several",
    "virtual-link-connectivity": "which virtual link an ext-cpd is on",
})
CONNECTIVITY = Section("nsd.df.vnf-profile.virtual-link-connectivity", {
    "virtual-link-profile-id": "a virtual-link-profile, or a virtual-link-desc",
    "constituent-cpd-id": "the connection points that are on it",
})
CONSTITUENT = Section("nsd.df.vnf-profile.virtual-link-connectivity.constituent-cpd-id", {
    "constituent-base-element-id": "the vnf-profile itself: another one is a mistake",
    "constituent-cpd-id": "the ext-cpd of the VNFD",
    "ip-address": "`ip_addresses` of its interface",
})
LINK = Section("nsd.virtual-link-desc", {
    "id": "the virtual link's `name`",
    "name": INFORMATION,
    "description": "`description`",
    "mgmt-network": "`management`",
    "vim-network-name": "`existing`",
    "vim-network-id": "`existing`",
    "connectivity-type": "`type`",
    "type": "`type`: eline, elan, bridge",
    "underlay": "`underlay`",
    "provider-network": "`provider`",
    "ip-profile": "its subnet, as in the parameters",
    "virtual-link-df": left("service levels are not done"),
    "df": left("service levels are not done"),
    "virtual-link-desc-flavour": left("service levels are not done"),
    "root-bandwidth": left(_BIT_RATES),
    "leaf-bandwidth": left(_BIT_RATES),
    "security": left("signatures are not checked"),
    "test-access": left("Neutron has no test access"),
    "version": INFORMATION,
    "short-name": INFORMATION,
    "vendor": INFORMATION,
})
CONNECTIVITY_TYPE = Section("virtual-link-desc.connectivity-type", {
    "flow-pattern": "`type`: line is eline, mesh is elan; tree is left out, as OpenStack's networks have no root",
    "layer-protocol": INFORMATION,
})
LINK_PROFILE = Section("nsd.df.virtual-link-profile", {
    "id": "what virtual-link-connectivity names",
    "description": INFORMATION,
    "virtual-link-desc-id": "the virtual link it is of",
    "flavour-id": INFORMATION,
    "virtual-link-protocol-data": "a subnet each, several where there are several",
    "local-affinity-or-anti-affinity-rule": left(_GROUPS_OF_LINKS),
    "affinity-or-anti-affinity-group": left(_GROUPS_OF_LINKS),
    "max-bitrate-requirements": left(_BIT_RATES),
    "min-bitrate-requirements": left(_BIT_RATES),
})
PROTOCOL_DATA = Section("virtual-link-protocol-data", {
    "associated-layer-protocol": INFORMATION,
    "l2-protocol-data": "what the network is like",
    "l3-protocol-data": "a subnet",
})
LAYER_2 = Section("virtual-link-protocol-data.l2-protocol-data", {
    "name": INFORMATION,
    "mtu": "`mtu`, in bytes",
    "network-type": left("choosing it takes an administrator: say provider-network in the parameters"),
    "vlan-transparent": left("whether a network carries tags is the VIM's: use `subports` in the document"),
    "segmentation-id": left("choosing it takes an administrator: say provider-network in the parameters"),
})
SUBNET = Section("l3-protocol-data, ip-profile", {
    "name": INFORMATION,
    "description": INFORMATION,
    "ip-version": "checked against the subnet's address; it says its version itself",
    "cidr": "`cidr`",
    "subnet-address": "`cidr`",
    "gateway-ip": "`gateway`; without it there is none",
    "gateway-address": "`gateway`; without it there is none",
    "dhcp-enabled": "`dhcp`",
    "dhcp-params": "`dhcp`",
    "ip-allocation-pools": "`dhcp.start` and `dhcp.count`: the first pool",
    "dns-server": "`dns`",
    "ipv6-address-mode": "`ipv6_address_mode` and `ipv6_ra_mode`",
    "security-group": left("groups are of interfaces: name them as `security_groups` in the document"),
    "dual-stack": unused("two subnets are two virtual-link-protocol-data"),
})
DHCP = Section("dhcp-params", {
    "enabled": "`dhcp.enabled`",
    "start-address": "`dhcp.start`",
    "count": "`dhcp.count`",
})
DNS = Section("dns-server", {"address": "one of `dns`"})
PROVIDER = Section("provider-network", {
    "network-type": "`provider.network_type`",
    "overlay-type": "`provider.network_type`",
    "physical-network": "`provider.physical_network`",
    "segmentation-id": "`provider.segmentation_id`",
    "sdn-ports": left("ports of an SDN controller are connected by the task file that `sdn` of the document names"),
})

SECTIONS = (NSD, DF, VNF_PROFILE, CONNECTIVITY, CONSTITUENT, LEVEL, ASPECT, SCALE_LEVEL, LEVEL_OF_VNF, DEPENDENCY, GROUP, RULE,
            LINK, CONNECTIVITY_TYPE, LINK_PROFILE, PROTOCOL_DATA, LAYER_2, SUBNET, DHCP, DNS, PROVIDER)
