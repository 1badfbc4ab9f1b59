# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What VPP's ``vppctl`` prints, as mappings: text in, no I/O. It has no other form than tables for people."""

from __future__ import annotations

import re
from typing import Any

_HARDWARE = re.compile(r'^(?P<name>\S+)\s+(?P<index>\d+)\s+(?P<link>up|down|slave)\b')
_ETHERNET = re.compile(r'^\s+Ethernet address (\S+)')
_SPEED = re.compile(r'^\s+Link speed: (\d+) (Gbps|Mbps)')
_ADDRESSED = re.compile(r'^(\S+) \((?:up|dn)\):')
_LAYER3 = re.compile(r'^\s+L3 (\S+/\d+)')
_DOMAIN = re.compile(r'^\s*(\d+)\s+\d+\s+\d+\s')
_MEMBER = re.compile(r'^\s+(\S+)\s+\d+\s+\d+\s+\d+\s+[-*]\s')
_VHOST = re.compile(r'^Interface: (\S+) ')
_SOCKET = re.compile(r'^\s*socket filename (\S+)')
_TUNNEL = re.compile(r'^\[\d+\] (?:instance (?P<instance>\d+) )?src (?P<local>\S+) dst (?P<remote>\S+)(?P<rest>.*)')
#: Interfaces of hardware are called after their kind and PCI address, or bundle such ones.
_PHYSICAL = re.compile(r'^(?:(?!Virtual)\w*Ethernet[0-9a-f]+/|BondEthernet\d)')


def hardware(text: str) -> dict[str, dict[str, Any]]:
    """Interfaces out of ``show hardware-interfaces``: index, link (up or down), mac, speed_mbps, physical."""
    found: dict[str, dict[str, Any]] = {}
    one: dict[str, Any] = {}
    for line in text.splitlines():
        if head := _HARDWARE.match(line):
            one = found[head['name']] = {'index': int(head['index']), 'link': 'down' if head['link'] == 'down' else 'up',
                                         'mac': '', 'physical': bool(_PHYSICAL.match(head['name']))}
        elif one and (address := _ETHERNET.match(line)):
            one['mac'] = address[1].lower()
        elif one and (speed := _SPEED.match(line)):
            one['speed_mbps'] = int(speed[1]) * (1000 if speed[2] == 'Gbps' else 1)
    return found


def addresses(text: str) -> dict[str, list[str]]:
    """IP addresses by interface out of ``show interface addr``."""
    found: dict[str, list[str]] = {}
    name = ''
    for line in text.splitlines():
        if head := _ADDRESSED.match(line):
            name = head[1]
        elif name and (address := _LAYER3.match(line)):
            found.setdefault(name, []).append(address[1])
    return found


def bridge_domains(text: str) -> list[int]:
    """Numbers out of ``show bridge-domain``; 0 is where VPP keeps what is in none."""
    return [number for number in (int(row[1]) for row in map(_DOMAIN.match, text.splitlines()) if row) if number]


def members(text: str) -> list[str]:
    """Interfaces out of ``show bridge-domain NUMBER detail``."""
    return [row[1] for row in map(_MEMBER.match, text.splitlines()) if row]


def sockets(text: str) -> dict[str, str]:
    """Paths of the sockets that guests are plugged into, by interface, out of ``show vhost-user``."""
    found: dict[str, str] = {}
    name = ''
    for line in text.splitlines():
        if head := _VHOST.match(line):
            name = head[1]
        elif name and (path := _SOCKET.match(line)):
            found[name] = path[1]
    return found


def tunnels(text: str) -> dict[str, dict[str, Any]]:
    """Tunnels out of ``show vxlan tunnel``, by interface: local, remote, vni, port."""
    found: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        if row := _TUNNEL.match(line.strip()):
            told = dict(re.findall(r'(dst_port|vni) (\d+)', row['rest']))
            # Older ones give no instance: tunnels are then numbered as they come
            name = f'vxlan_tunnel{row["instance"] or len(found)}'
            found[name] = {'local': row['local'], 'remote': row['remote'], 'vni': int(told.get('vni', 0)),
                           'port': int(told.get('dst_port', 4789))}
    return found
