# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a VNFD."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import INFORMATION, KEPT, Section, left, unused

_DAY_2 = "configuring what runs is not done: run your own plays afterwards, with the addresses of the record"
_AUTO = "nothing scales by itself: run the verb scale"
_BIT_RATES = "OpenStack limits bit rates by QoS policies: name one as `qos_policy` in the document"
_GROUPS_OF_LINKS = "OpenStack has no affinity of networks"
_KUBERNETES = "Kubernetes is no VIM here"
_RULES = "rules are not made: name groups as `security_groups` in the document"
_NO_SPEC = "no extra spec of Nova says this"
_GRANT = "what an operation may take is said with it"

VNFD = Section("vnfd", {
    "id": "`vnfd.id`; what a vnf-profile names",
    "provider": "`vnfd.provider`",
    "product-name": "`vnfd.product_name`",
    "software-version": "`vnfd.software_version`",
    "version": "`vnfd.version`",
    "description": "`description` of the VNF",
    "df": "read: the first one, or the one that the vnf-profile, or `vnf_flavour_id` of the parameters, names",
    "vdu": "a VDU each",
    "ext-cpd": "which interfaces are on virtual links of the NS",
    "int-virtual-link-desc": "a virtual link inside the VNF each",
    "mgmt-cp": "`management` of that ext-cpd's interface",
    "sw-image-desc": "images, by the VDUs that name them",
    "virtual-compute-desc": "flavors, by the VDUs that name them",
    "virtual-storage-desc": "disks of flavors and volumes, by the VDUs that name them",
    "configurable-properties": "`configurable_properties` of the VNF",
    "monitoring-parameter": KEPT,
    "healing-aspect": KEPT,
    "vnfm-info": INFORMATION,
    "localization-language": INFORMATION,
    "default-localization-language": INFORMATION,
    "product-info-name": INFORMATION,
    "product-info-description": INFORMATION,
    "name": INFORMATION,
    "short-name": INFORMATION,
    "vendor": INFORMATION,
    "logo": INFORMATION,
    "signature": INFORMATION,
    "vnf-configuration": left(_DAY_2),
    "vdu-configuration": left(_DAY_2),
    "lcm-operations-configuration": left("it is read where it stands in a df"),
    "lifecycle-management-script": left(_DAY_2),
    "modifiable-attributes": unused("modify_info changes what can be changed"),
    "indicator": left("monitoring is not done"),
    "kdu": left(_KUBERNETES),
    "k8s-cluster": left(_KUBERNETES),
    "mciop": left(_KUBERNETES),
    "os-container": left(_KUBERNETES),
    "auto-scale": left(_AUTO),
    "element-group": left("VDUs are scaled by scaling aspects"),
    "security-group-rule": left(_RULES),
    "security": left("signatures are not checked"),
})
VNF_DF = Section("vnfd.df", {
    "id": "its name",
    "description": INFORMATION,
    "vdu-profile": "`count`, `min_count`, `max_count` and affinity group of a VDU",
    "instantiation-level": "`instantiation_levels`; the counts of the one that is begun with",
    "default-instantiation-level": "the level that is begun with, unless the vnf-profile or `instantiation_level_id` of the "
                                   "parameters says another; without all of them the first one",
    "scaling-aspect": "`scaling_aspects`",
    "affinity-or-anti-affinity-group": "an affinity group each",
    "virtual-link-profile": "the subnets of a virtual link inside",
    "lcm-operations-configuration": "ssh-access of day 1-2 operations is `ssh_access`",
    "monitoring-parameter": KEPT,
    "healing-aspect": KEPT,
    "supported-operation": INFORMATION,
    "supported-vnf-interfaces": INFORMATION,
    "indicator": left("monitoring is not done"),
    "auto-scale": left(_AUTO),
    "element-group": left("VDUs are scaled by scaling aspects"),
    "deployable-module": left("all VDUs of a df are made"),
    "mciop-profile": left(_KUBERNETES),
})
VDU_PROFILE = Section("vnfd.df.vdu-profile", {
    "id": "the VDU",
    "min-number-of-instances": "`min_count`, and `count` where no instantiation-level says it",
    "max-number-of-instances": "`max_count`",
    "affinity-or-anti-affinity-group": "`affinity_group`: the first one, as Nova takes one",
    "local-affinity-or-anti-affinity-rule": "an affinity group of this VDU's instances, where it is in no other",
})
LINK_PROFILE = Section("vnfd.df.virtual-link-profile", {
    "id": "the int-virtual-link-desc",
    "description": INFORMATION,
    "flavour": INFORMATION,
    "virtual-link-protocol-data": "a subnet each",
    "local-affinity-or-anti-affinity-rule": left(_GROUPS_OF_LINKS),
    "affinity-or-anti-affinity-group": left(_GROUPS_OF_LINKS),
    "max-bit-rate-requirements": left(_BIT_RATES),
    "min-bit-rate-requirements": left(_BIT_RATES),
})
LEVEL = Section("vnfd.df.instantiation-level", {
    "id": "`name`",
    "description": "`description`",
    "vdu-level": "`counts`",
    "scaling-info": "`aspects`",
    "virtual-link-bit-rate-level": left(_BIT_RATES),
    "virtual-cp-level": left("connection points scale with their VDUs"),
})
VDU_LEVEL = Section("vnfd.df.instantiation-level.vdu-level", {
    "vdu-id": "the VDU",
    "number-of-instances": "how many instances; left out: 1",
})
SCALING_INFO = Section("vnfd.df.instantiation-level.scaling-info", {
    "scaling-aspect-id": "the scaling aspect",
    "scale-level": "the level that it is at then",
})
ASPECT = Section("vnfd.df.scaling-aspect", {
    "id": "`name`",
    "name": "`description`, where there is no other",
    "description": "`description`",
    "max-scale-level": "`max_level`; without it as many steps as fit in between the limits of the vdu-profiles",
    "aspect-delta-details": "`deltas`: an aspect without deltas of VDUs is left out",
    "scaling-policy": KEPT,
    "scaling-config-action": left(_DAY_2),
    "enabled-element": left("aspects are of VDUs"),
    "aspect-ref": left("aspects are of VDUs"),
    "priority": unused("aspects scale on their own"),
})
DELTA_DETAILS = Section("vnfd.df.scaling-aspect.aspect-delta-details", {
    "deltas": "what a step brings",
    "step-deltas": "which delta each step brings; without it there is one for all, or one each in their order",
    "number-of-instances": left("deltas say it by VDU"),
    "uniform-delta": "the delta that all steps bring",
})
DELTA = Section("vnfd.df.scaling-aspect.aspect-delta-details.deltas", {
    "id": "its name",
    "vdu-delta": "by VDU, how many instances more",
    "number-of-instances": left("it is said by VDU"),
    "virtual-link-bit-rate-delta": left(_BIT_RATES),
    "kdu-resource-delta": left(_KUBERNETES),
    "virtual-cp-delta": left("connection points scale with their VDUs"),
})
VDU_DELTA = Section("vnfd.df.scaling-aspect.aspect-delta-details.deltas.vdu-delta", {
    "id": "the VDU",
    "number-of-instances": "how many instances; left out: 1",
})
LCM = Section("vnfd.df.lcm-operations-configuration", {
    "operate-vnf-op-config": "read for ssh-access",
    **{f"{verb}-op-config": left(_GRANT) for verb in (
        "instantiate-vnf", "scale-vnf", "scale-vnf-to-level", "heal-vnf", "terminate-vnf", "change-vnf-flavour",
        "change-ext-vnf-connectivity", "change-current-vnf-package")},
})
OPERATE = Section("vnfd.df.lcm-operations-configuration.operate-vnf-op-config", {
    "day1-2": "read for ssh-access",
    "min-graceful-stop-timeout": left(_GRANT),
    "max-recommended-graceful-stop-timeout": left(_GRANT),
    "parameter": left(_GRANT),
})
DAY12 = Section("vnfd.df.lcm-operations-configuration.operate-vnf-op-config.day1-2", {
    "id": "a VDU, or the VNFD: then all VDUs with the management interface",
    "config-access": "`ssh_access`",
    **{key: left(_DAY_2) for key in (
        "execution-environment-list", "initial-config-primitive", "config-primitive", "terminate-config-primitive", "juju",
        "relation", "script", "metrics", "blacklist-config-primitive", "filter")},
})
ACCESS = Section("day1-2.config-access", {"ssh-access": "`ssh_access`"})
SSH_ACCESS = Section("day1-2.config-access.ssh-access", {
    "required": "whether there is `ssh_access`",
    "default-user": "`ssh_access.user`",
})
VDU = Section("vnfd.vdu", {
    "id": "the VDU's `name`",
    "name": INFORMATION,
    "description": "`description`",
    "int-cpd": "an interface each",
    "virtual-compute-desc": "`flavor`: vCPUs, memory and what it asks of its host",
    "virtual-storage-desc": "`flavor`: disks; `volumes`",
    "sw-image-desc": "`image`",
    "alternative-sw-image-desc": "`image`, where one of them has the vim-type openstack",
    "boot-order": "`boot` of the volume that comes first",
    "boot-data": "`cloud_init.text`",
    "cloud-init": "`cloud_init.text`",
    "cloud-init-file": "`cloud_init.file`: looked for in cloud_init, and beside the VNFD",
    "supplemental-boot-data": "`config_drive`",
    "configurable-properties": "`configurable_properties` of the VNF, under the VDU's name",
    "monitoring-parameter": KEPT,
    "alarm": KEPT,
    "pdu-type": "nothing: the VDU is left out, as a physical unit is none that a VIM makes",
    "vdu-configuration": left(_DAY_2),
    "nfvi-constraint": left("say `availability_zone` or `host` in the document"),
    "volumes": left("of older descriptors: say virtual-storage-desc"),
    "interface": left("of older descriptors: say int-cpd"),
    "mcio-constraint-params": left(_KUBERNETES),
    "os-container-desc": left(_KUBERNETES),
})
BOOT_ORDER = Section("vnfd.vdu.boot-order", {"key": "its place in the order", "value": "the virtual-storage-desc"})
BOOT_DATA = Section("vnfd.vdu.supplemental-boot-data", {
    "boot-data-drive": "`config_drive`",
    "config-file": left("write files by cloud-init"),
})
PROPERTY = Section("configurable-properties", {"key": "the name", "value": "the value"})
INT_CPD = Section("vnfd.vdu.int-cpd", {
    "id": "the interface's `name`, where its requirement says none",
    "int-virtual-link-desc": "`virtual_link`",
    "virtual-network-interface-requirement": "what the interface is like; several are several cards, and one is read",
    "order": "`position`, where the requirement says none",
    "port-security-enabled": "`port_security`, unless its ext-cpd says otherwise",
    "port-security-disable-strategy": "full: `port_security`; allow-address-pairs: `allowed_address_pairs` of unicast addresses",
    "floating-ip-required": "`floating_ip`",
    "protocol": "read for floating-ip-activated",
    "description": INFORMATION,
    "layer-protocol": INFORMATION,
    "cp-role": INFORMATION,
    "cpd-role": INFORMATION,
    "bitrate-requirement": left(_BIT_RATES),
    "nicio-requirements": left(_NO_SPEC),
    "security-group-rule-id": left(_RULES),
    "trunk-mode": left("say `subports` in the document"),
    "vnic-type": left("say the type of its virtual-interface"),
})
EXT_CPD = Section("vnfd.ext-cpd", {
    "id": "what virtual-link-connectivity and mgmt-cp name",
    "int-cpd": "the interface that is on the virtual link of the NS: it is left out where the NSD connects the ext-cpd to none",
    "int-virtual-link-desc": "that virtual link is the one of the NS, and none is made inside",
    "port-security-enabled": "`port_security`",
    "port-security-disable-strategy": "as of the int-cpd",
    "floating-ip-required": "`floating_ip`",
    "protocol": "read for floating-ip-activated",
    "description": INFORMATION,
    "name": INFORMATION,
    "layer-protocol": INFORMATION,
    "cp-role": INFORMATION,
    "cpd-role": INFORMATION,
    "k8s-cluster-net": left(_KUBERNETES),
    "security-group-rule-id": left(_RULES),
    "trunk-mode": left("say `subports` in the document"),
    "virtual-network-interface-requirement": left("it is read of the int-cpd"),
    "nicio-requirements": left(_NO_SPEC),
})
CPD_REFERENCE = Section("vnfd.ext-cpd.int-cpd", {"vdu-id": "the VDU", "cpd": "the int-cpd"})
PROTOCOL = Section("cpd.protocol", {
    "associated-layer-protocol": INFORMATION,
    "description": INFORMATION,
    "address-data": "read for floating-ip-activated",
})
ADDRESS_DATA = Section("cpd.protocol.address-data", {
    "type": INFORMATION,
    "floating-ip-activated": "`floating_ip`",
    "mac-address-assignment": left("addresses are said in the parameters"),
    "ip-address-assignment": left("addresses are said in the parameters"),
    "ip-address-type": INFORMATION,
    "number-of-ip-address": left("an interface has one address of each version"),
    "management": INFORMATION,
})
REQUIREMENT = Section("vnfd.vdu.int-cpd.virtual-network-interface-requirement", {
    "name": "the interface's `name`",
    "position": "`position`: of all interfaces only an order, of some the place, counted from 1, or from 0 where one is 0",
    "virtual-interface": "`type`",
    "description": INFORMATION,
    "support-mandatory": INFORMATION,
    "requirement": left(_NO_SPEC),
    "network-interface-requirements": left(_NO_SPEC),
    "nic-io-requirements": left(_NO_SPEC),
})
VIRTUAL_INTERFACE = Section("virtual-interface", {
    "type": "`type`: VIRTIO, PARAVIRT and OM-MGMT are virtio (OM-MGMT is `management`, too), E1000, SR-IOV, PCI-PASSTHROUGH",
    "vpci": "`vpci`, unless another interface has it already",
    "bandwidth": left(_BIT_RATES),
})
LINK = Section("vnfd.int-virtual-link-desc", {
    "id": "the virtual link's `name`",
    "name": INFORMATION,
    "description": "`description`",
    "connectivity-type": "`type`",
    "type": "`type`: eline, elan, bridge",
    "underlay": "`underlay`",
    "virtual-link-protocol-data": "a subnet each",
    "flavour": left("service levels are not done"),
    "virtual-link-desc-flavour": left("service levels are not done"),
    "virtual-link-protocol": INFORMATION,
    "virtual-link-profile": left("it is read where it stands in a df"),
    "root-bandwidth": left(_BIT_RATES),
    "leaf-bandwidth": left(_BIT_RATES),
    "monitoring-parameters": left("monitoring is not done"),
    "monitoring-parameter": left("monitoring is not done"),
    "test-access": left("Neutron has no test access"),
    "version": INFORMATION,
    "short-name": INFORMATION,
})

SECTIONS = (VNFD, VDU, BOOT_ORDER, BOOT_DATA, PROPERTY, INT_CPD, REQUIREMENT, VIRTUAL_INTERFACE, PROTOCOL, ADDRESS_DATA, EXT_CPD,
            CPD_REFERENCE, LINK, VNF_DF, VDU_PROFILE, LEVEL, VDU_LEVEL, SCALING_INFO, ASPECT,
            DELTA_DETAILS, DELTA, VDU_DELTA, LINK_PROFILE, LCM, OPERATE, DAY12, ACCESS, SSH_ACCESS)
