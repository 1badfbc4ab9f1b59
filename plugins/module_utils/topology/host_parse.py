# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tools of a host print, as mappings: text in, no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

_SPEED = re.compile(r'^\s*Speed: (\d+)Mb/s', re.MULTILINE)
_DUPLEX = re.compile(r'^\s*Duplex: (\w+)', re.MULTILINE)
_LINK = re.compile(r'^\s*Link detected: (yes|no)', re.MULTILINE)


def interfaces(text: str) -> list[dict[str, Any]]:
    """Interfaces out of ``ip -d -j address show``.

    Each with name, index, mac, state, carrier, mtu, addresses, kind (empty: physical, or loopback), master, parent (of a VLAN and
    the like), and of their kinds vlan_id, vxlan {id, local, remote, port}, bond {mode}, vfs [{vf, mac}].

    :raises ValueError: no JSON.
    """
    return [_interface(row) for row in json.loads(text or '[]') if row.get('ifname')]


def _interface(row: Mapping[str, Any]) -> dict[str, Any]:
    info = row.get('linkinfo') or {}
    data = info.get('info_data') or {}
    kind = info.get('info_kind') or ('loopback' if row.get('link_type') == 'loopback' else '')
    found: dict[str, Any] = {
        'name': row['ifname'], 'index': row.get('ifindex'), 'mac': (row.get('address') or '').lower(),
        'state': row.get('operstate') or 'UNKNOWN', 'carrier': 'LOWER_UP' in row.get('flags', ()), 'mtu': row.get('mtu'),
        'addresses': [f'{one["local"]}/{one["prefixlen"]}' for one in row.get('addr_info') or () if one.get('local')],
        'kind': kind, 'master': row.get('master') or '', 'parent': row.get('link') or ''}
    if kind == 'vlan':
        found['vlan_id'] = data.get('id')
    elif kind == 'vxlan':
        found['vxlan'] = {key: data[key] for key in ('id', 'local', 'local6', 'remote', 'remote6', 'group', 'port', 'link')
                          if key in data}
    elif kind == 'bond':
        found['bond'] = {'mode': data.get('mode'), 'active_slave': data.get('active_slave')}
    elif kind == 'bridge':
        found['vlan_filtering'] = bool(data.get('vlan_filtering'))
    if row.get('vfinfo_list'):
        found['vfs'] = [{'vf': vf.get('vf'), 'mac': (vf.get('address') or vf.get('mac') or '').lower()}
                        for vf in row['vfinfo_list']]
    return found


def namespaces(text: str) -> list[str]:
    """Names out of ``ip -j netns list``; the tool prints nothing where there are none."""
    return [row['name'] for row in json.loads(text or '[]') if row.get('name')]


def bond(text: str) -> dict[str, Any]:
    """A file of /proc/net/bonding: mode, active member, members with their MII status and speed."""
    found: dict[str, Any] = {'mode': '', 'active': '', 'members': []}
    for line in text.splitlines():
        key, colon, value = (part.strip() for part in line.partition(':'))
        if not colon:
            continue
        if key == 'Bonding Mode':
            found['mode'] = value
        elif key == 'Currently Active Slave':
            found['active'] = value
        elif key == 'Slave Interface':
            found['members'].append({'name': value})
        elif found['members'] and key in ('MII Status', 'Speed', 'Duplex', 'Permanent HW addr'):
            found['members'][-1][key.lower().replace(' ', '_')] = value
    return found


def ethtool(text: str) -> dict[str, Any]:
    """Out of ``ethtool NAME``: speed_mbps, duplex, link; what it does not tell is not there."""
    found: dict[str, Any] = {}
    if speed := _SPEED.search(text):
        found['speed_mbps'] = int(speed[1])
    if (duplex := _DUPLEX.search(text)) and not duplex[1].startswith('Unknown'):
        found['duplex'] = duplex[1].lower()
    if link := _LINK.search(text):
        found['link'] = link[1] == 'yes'
    return found


def ovs_table(text: str) -> list[dict[str, Any]]:
    """Rows out of ``ovs-vsctl --format=json list TABLE``; sets are lists, maps mappings, uuids strings.

    :raises ValueError: no JSON.
    """
    answer = json.loads(text or '{"headings": [], "data": []}')
    return [dict(zip(answer['headings'], map(_ovs_value, row))) for row in answer['data']]


def _ovs_value(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2:
        if value[0] == 'uuid':
            return value[1]
        if value[0] == 'set':
            return [_ovs_value(one) for one in value[1]]
        if value[0] == 'map':
            return {str(_ovs_value(key)): _ovs_value(one) for key, one in value[1]}
    return value


def ovs(bridges: Iterable[Mapping[str, Any]], ports: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]],
        root: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The tables Bridge, Port, Interface and Open_vSwitch as one: bridges with ports with interfaces, and external_ids."""
    by_port = {row['_uuid']: row for row in ports}
    by_interface = {row['_uuid']: row for row in found}

    def interface(row: Mapping[str, Any]) -> dict[str, Any]:
        return {'name': row['name'], 'type': row.get('type') or '', 'options': row.get('options') or {},
                'external_ids': row.get('external_ids') or {}, 'mac': row.get('mac_in_use') or '',
                'link_state': row.get('link_state') or ''}

    def port(row: Mapping[str, Any]) -> dict[str, Any]:
        return {'name': row['name'], 'tag': row.get('tag') or None, 'interfaces': [
            interface(by_interface[one]) for one in _listed(row.get('interfaces')) if one in by_interface]}

    return {'bridges': [{'name': row['name'], 'datapath_type': row.get('datapath_type') or '', 'ports': sorted(
        (port(by_port[one]) for one in _listed(row.get('ports')) if one in by_port), key=lambda one: str(one['name']))}
        for row in bridges], 'external_ids': next((row.get('external_ids') or {} for row in root), {})}


def _listed(value: Any) -> list[Any]:
    """A set of one element is printed as the element."""
    return value if isinstance(value, list) else [] if value in (None, '') else [value]


def domain(text: str) -> dict[str, Any]:
    """A domain out of ``virsh dumpxml``: uuid, name, interfaces with type, mac, source, device and pci_slot.

    :raises ValueError: no XML, or none of a domain.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f'no XML: {error}') from error
    if root.tag != 'domain':
        raise ValueError(f'not a domain but {root.tag}')
    return {'uuid': root.findtext('uuid') or '', 'name': root.findtext('name') or '',
            'interfaces': [_domain_interface(one) for one in root.iterfind('./devices/interface')]}


def _domain_interface(one: ElementTree.Element) -> dict[str, Any]:
    def attribute(path: str, *names: str) -> str:
        node = one.find(path)
        return next((node.get(name, '') for name in names if node is not None and node.get(name)), '')
    address = one.find('source/address')
    slot = ''
    if address is not None and address.get('type') == 'pci':
        part = {key: int(address.get(key, '0'), 16) for key in ('domain', 'bus', 'slot', 'function')}
        slot = f'{part["domain"]:04x}:{part["bus"]:02x}:{part["slot"]:02x}.{part["function"]:x}'
    return {'type': one.get('type', ''), 'mac': attribute('mac', 'address').lower(),
            'source': attribute('source', 'bridge', 'network', 'dev', 'path'), 'device': attribute('target', 'dev'),
            'model': attribute('model', 'type'), 'pci_slot': slot}


def lldp(text: str) -> dict[str, dict[str, Any]]:
    """Neighbours by interface out of ``lldpctl -f json``: chassis_id, chassis_name, port_id, port_description, management.

    :raises ValueError: no JSON.
    """
    heard = (json.loads(text or '{}').get('lldp') or {}).get('interface') or {}
    # One interface is a mapping, several are a list of mappings of one key
    rows = [heard] if isinstance(heard, Mapping) else heard
    return {name: _neighbour(row) for each in rows for name, row in each.items()}


def _neighbour(row: Mapping[str, Any]) -> dict[str, Any]:
    chassis = row.get('chassis') or {}
    # With a name the chassis stands below it, without one directly
    name, told = ('', chassis) if 'id' in chassis else next(iter(chassis.items()), ('', {}))
    port = row.get('port') or {}
    return {'chassis_id': _value(told.get('id')), 'chassis_name': name, 'port_id': _value(port.get('id')),
            'port_description': port.get('descr') or '', 'management': _listed(told.get('mgmt-ip'))}


def _value(one: Any) -> str:
    return str(one.get('value', '')) if isinstance(one, Mapping) else ''
