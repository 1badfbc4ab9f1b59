# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's network, out of the tools that are there; one that is missing is noted."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.topology import host_parse, vpp_parse

#: Kinds of interfaces that are the host's own hardware, or stand for it.
PHYSICAL = ('', 'bond', 'team')


class Ran(NamedTuple):
    """A command's end."""

    rc: int
    out: str
    err: str


#: Runs a command; None where the host does not have it.
Run = Callable[[list[str]], 'Ran | None']


class Probe:
    """One look at a host.

    :param run: runs a command.
    :param pnics: patterns of names of interfaces that count as physical whatever their kind.
    :param libvirt: URI of libvirt, where it is not the default one.
    """

    def __init__(self, run: Run, pnics: Iterable[str] = (), libvirt: str | None = None, proc: str = '/proc') -> None:
        self._run, self._pnics, self._proc = run, list(pnics), proc
        self._virsh = ['virsh', '--readonly', *(['-c', libvirt] if libvirt else [])]
        self.tools: dict[str, str] = {}

    def look(self) -> dict[str, Any]:
        """All there is: interfaces, bonds, namespaces, ovs, vpp, domains, and of each tool whether it answered."""
        found = self._parsed(['ip', '-d', '-j', 'address', 'show'], host_parse.interfaces, [])
        heard = self._parsed(['lldpctl', '-f', 'json'], host_parse.lldp, {})
        for one in found:
            one['physical'] = self._physical(one)
            if one['physical']:
                one.update(self._parsed(['ethtool', one['name']], host_parse.ethtool, {}))
                if one['name'] in heard:
                    one['lldp'] = heard[one['name']]
        return {'interfaces': found, 'bonds': self._bonds(), 'namespaces': self._namespaces(), 'ovs': self._ovs(),
                'vpp': self._vpp(), 'domains': self._domains(), 'tools': self.tools}

    def _physical(self, one: dict[str, Any]) -> bool:
        named = any(fnmatch.fnmatch(one['name'], pattern) for pattern in self._pnics)
        return named or (one['kind'] in PHYSICAL and not one['name'].startswith(('tap', 'ovs-system')))

    def _parsed(self, argv: list[str], parse: Callable[[str], Any], otherwise: Any) -> Any:
        """What a command prints, parsed; ``otherwise`` where it is missing, fails or prints what can't be understood."""
        name = argv[0]
        ran = self._run(argv)
        if ran is None:
            self.tools[name] = 'missing'
            return otherwise
        if ran.rc:
            self.tools.setdefault(name, ' '.join((ran.err or ran.out).split())[:200] or f'exit {ran.rc}')
            return otherwise
        try:
            answer = parse(ran.out)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.tools[name] = f'not understood: {error}'
            return otherwise
        self.tools.setdefault(name, 'ok')
        return answer

    def _bonds(self) -> dict[str, Any]:
        found = {}
        for path in sorted(glob.glob(os.path.join(self._proc, 'net', 'bonding', '*'))):
            with open(path, encoding='utf-8', errors='replace') as file:
                found[os.path.basename(path)] = host_parse.bond(file.read())
        return found

    def _namespaces(self) -> dict[str, Any]:
        names = self._parsed(['ip', '-j', 'netns', 'list'], host_parse.namespaces, [])
        return {name: self._parsed(['ip', '-n', name, '-d', '-j', 'address', 'show'], host_parse.interfaces, [])
                for name in names}

    def _ovs(self) -> dict[str, Any] | None:
        tables = []
        for table in ('Bridge', 'Port', 'Interface', 'Open_vSwitch'):
            rows = self._parsed(['ovs-vsctl', '--timeout=5', '--format=json', 'list', table], host_parse.ovs_table, None)
            if rows is None:
                return None
            tables.append(rows)
        return host_parse.ovs(*tables)

    def _vpp(self) -> dict[str, Any] | None:
        found = self._parsed(['vppctl', 'show', 'hardware-interfaces'], vpp_parse.hardware, None)
        if found is None:
            return None
        held = self._parsed(['vppctl', 'show', 'interface', 'addr'], vpp_parse.addresses, {})
        plugged = self._parsed(['vppctl', 'show', 'vhost-user'], vpp_parse.sockets, {})
        for name, one in found.items():
            one['addresses'] = held.get(name, [])
            if name in plugged:
                one['socket'] = plugged[name]
        numbers = self._parsed(['vppctl', 'show', 'bridge-domain'], vpp_parse.bridge_domains, [])
        return {'interfaces': found, 'addresses': held, 'bridge_domains': {
            str(number): self._parsed(['vppctl', 'show', 'bridge-domain', str(number), 'detail'], vpp_parse.members, [])
            for number in numbers}, 'tunnels': self._parsed(['vppctl', 'show', 'vxlan', 'tunnel'], vpp_parse.tunnels, {})}

    def _domains(self) -> list[dict[str, Any]]:
        names = self._parsed([*self._virsh, 'list', '--name', '--all'], lambda text: text.split('\n'), [])
        running = set(self._parsed([*self._virsh, 'list', '--name'], lambda text: text.split('\n'), []))
        found = []
        for name in filter(None, (one.strip() for one in names)):
            one = self._parsed([*self._virsh, 'dumpxml', name], host_parse.domain, None)
            if one is not None:
                found.append({**one, 'running': name in running})
        return found
