# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the views have in common: names, resource handles, links, network addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

#: Keys whose values have names of the user's own.
FREE = frozenset({'additional_params', 'extensions', 'metadata', 'vnf_configurable_properties', 'interface_info', 'access_info',
                  'extra'})
#: Keys of mappings by ids of the user's own, whose values are SOL's.
BY_ID = frozenset({'cp_config', 'vim_connection_info'})
VIM_TYPE = 'ETSINFV.OPENSTACK_KEYSTONE.V_3'
SERVER, NETWORK, PORT, VOLUME = 'OS::Nova::Server', 'OS::Neutron::Net', 'OS::Neutron::Port', 'OS::Cinder::Volume'


class ViewError(ValueError):
    """What can not be shown so: the wrong version, or no record of that kind."""


def camel(name: str) -> str:
    """``vnf_instance_name`` as SOL writes it: ``vnfInstanceName``."""
    first, *rest = name.split('_')
    return first + ''.join(word[:1].upper() + word[1:] for word in rest)


def camelled(value: Any) -> Any:
    """A value with the names of SOL's attributes as SOL writes them; below FREE they are the user's and stay."""
    if isinstance(value, Mapping):
        return {camel(key): one if key in FREE else
                {name: camelled(part) for name, part in one.items()} if key in BY_ID and isinstance(one, Mapping) else
                camelled(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [camelled(one) for one in value]
    return value


def filled(**values: Any) -> dict[str, Any]:
    """Attributes without those that have nothing to say: None, and empty lists and mappings."""
    return {key: value for key, value in values.items() if value is not None and value != [] and value != {}}


def handle(vim: str, resource_id: str, kind: str, version: str) -> dict[str, Any]:
    """A ResourceHandle; v1 has no type in it."""
    return filled(vimConnectionId=vim, resourceId=resource_id, vimLevelResourceType=kind if version == 'v2' else None)


def link(api_root: str, *path: str) -> dict[str, str]:
    """A Link below the API's root."""
    return {'href': '/'.join([api_root.rstrip('/'), *path])}


def instance_of(item: str) -> tuple[str, str, str]:
    """(VNF, VDU, index) of ``vdu:web/front/0``."""
    vnf, vdu, index = item.partition(':')[2].split('/')
    return vnf, vdu, index


def vnfc_id(item: str) -> str:
    """The VNFC's id in its VNF: it stays the same whatever server it is on."""
    return '/'.join(instance_of(item)[1:])


def link_of(net: str, vnf: str) -> str | None:
    """The name of a virtual link inside a VNF by its record key (``net:web/internal``), None where it is outside."""
    owner, slash, name = net.partition(':')[2].partition('/')
    return name if slash and owner == vnf else None


def addresses(entry: Mapping[str, Any], subnets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The addresses of a port by subnet: {type, addresses, subnetId}."""
    known = [(ipaddress.ip_network(one['cidr']), one['id']) for one in subnets]
    found: dict[tuple[str, str | None], list[str]] = {}
    for text in entry.get('ip_addresses') or ():
        address = ipaddress.ip_address(text)
        subnet = next((subnet_id for network, subnet_id in known if address in network), None)
        found.setdefault((f'IPV{address.version}', subnet), []).append(text)
    return [filled(type=kind, addresses=texts, subnetId=subnet) for (kind, subnet), texts in found.items()]


def external_cp_data(entry: Mapping[str, Any], subnets: Iterable[Mapping[str, Any]], cpd: str, cp_id: str) -> dict[str, Any]:
    """VnfExtCpData of one port, as v2 has it: its configuration under the connection point's id."""
    ips = [filled(type=one['type'], fixedAddresses=one['addresses'], subnetId=one.get('subnetId'))
           for one in addresses(entry, subnets)]
    ethernet = filled(macAddress=entry.get('mac_address'), ipAddresses=ips)
    protocol = filled(layerProtocol='IP_OVER_ETHERNET', ipOverEthernet=ethernet)
    return {'cpdId': cpd, 'cpConfig': {cp_id: filled(linkPortId=entry['id'], cpProtocolData=[protocol])}}


def external_link(net: str, port_entries: Iterable[tuple[str, Mapping[str, Any]]], nets: Mapping[str, Mapping[str, Any]],
                  vim: str, version: str) -> dict[str, Any]:
    """ExtVirtualLinkInfo of the ports on one virtual link.

    :param net: its record key.
    :param port_entries: connection point ids (``front/0/eth0``) with the record's entries of their ports.
    :param nets: the record's networks.
    """
    ports = list(port_entries)
    subnets = nets.get(net, {}).get('subnets', ())
    link_ports = [{'id': entry['id'], 'resourceHandle': handle(vim, entry['id'], PORT, version), 'cpInstanceId': cp_id}
                  for cp_id, entry in ports]
    data = [external_cp_data(entry, subnets, cpd_of(cp_id), cp_id) for cp_id, entry in ports]
    return filled(id=net.partition(':')[2], resourceHandle=handle(vim, ports[0][1]['network_id'], NETWORK, version),
                  extLinkPorts=link_ports, currentVnfExtCpData=data if version == 'v2' else None)


def cpd_of(cp_id: str) -> str:
    """The descriptor's connection point (``front/eth0``) of an instance's (``front/0/eth0``)."""
    vdu, _index, interface = cp_id.split('/')
    return f'{vdu}/{interface}'
