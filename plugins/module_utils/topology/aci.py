# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of a Cisco ACI fabric, as its controller (APIC) tells of them."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, UNKNOWN, UP, Obj

#: Rows of one page; an APIC refuses more than 100,000 in one answer.
PAGE = 1000
#: What is asked, by class; what stands below a row comes with it where that is asked.
CLASSES: Mapping[str, str] = {'fabricNode': '', 'fvCEp': '&rsp-subtree=children&rsp-subtree-class=fvRsCEpToPathEp',
                              'lldpAdjEp': '', 'ethpmPhysIf': ''}
#: Roles of nodes that are switches.
SWITCHES = ('leaf', 'spine')
_NODE = re.compile(r'topology/pod-\d+/node-\d+')
_PORT = re.compile(r'^(topology/pod-\d+)/paths-(\d+)/pathep-\[([^\]]+)\]$')
_INTERFACE = re.compile(r'\[(eth[^\]]+)\]')

Rows = Mapping[str, Iterable[Mapping[str, Any]]]


class Apic:
    """One controller."""

    def __init__(self, place: tuple[str, int], user: str, password: str, context: ssl.SSLContext | None,
                 timeout: float = 30.0) -> None:
        self._place, self._user, self._password = place, user, password
        self._base = f'https://{place[0]}:{place[1]}'
        self._context, self._timeout, self._token = context, timeout, ''

    @classmethod
    def of(cls, section: Any, context: ssl.SSLContext, timeout: float = 30.0) -> Apic:
        """That of a section ACI, with its secrets."""
        return cls((section.host, section.port or 443), section.user or '', section.pwd or '', context, timeout)

    def login(self) -> None:
        """Log in.

        :raises TopologyError: no answer, or a refusal, in the APIC's own words.
        """
        body = {'aaaUser': {'attributes': {'name': self._user, 'pwd': self._password}}}
        rows = self._ask('/api/aaaLogin.json', json.dumps(body).encode())
        self._token = next((row['aaaLogin']['attributes']['token'] for row in rows if 'aaaLogin' in row), '')
        if not self._token:
            raise TopologyError(f'{self._base} gave no token: this is no APIC')

    def read(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of all classes, page by page: attributes, and ``children`` where there are any.

        :raises TopologyError: no answer, or a refusal.
        """
        if not self._token:
            self.login()
        return {name: list(self._rows(name, more)) for name, more in CLASSES.items()}

    def _rows(self, name: str, more: str) -> Iterator[dict[str, Any]]:
        page = 0
        while True:
            rows = self._ask(f'/api/class/{name}.json?order-by={name}.dn&page={page}&page-size={PAGE}{more}')
            for row in rows:
                if name in row:
                    yield {**row[name]['attributes'], 'children': row[name].get('children') or []}
            if len(rows) < PAGE:
                return
            page += 1

    def _ask(self, path: str, body: bytes | None = None) -> list[dict[str, Any]]:
        line = http.client.HTTPSConnection(*self._place, timeout=self._timeout, context=self._context)
        try:
            line.request('POST' if body else 'GET', path, body, {'Cookie': f'APIC-cookie={self._token}'} if self._token else {})
            answer = line.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise TopologyError(f'{self._base}: {error or type(error).__name__}') from error
        finally:
            line.close()
        try:
            rows = list(json.loads(text)['imdata'])
            if status < 400:
                return rows
            reason = rows[0]['error']['attributes']['text']
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise TopologyError(f'{self._base}: what it answers is not of an APIC (HTTP {status})') from error
        raise TopologyError(f'{self._base} refuses: {reason} (HTTP {status})')


def switches(rows: Rows) -> list[Obj]:
    """Switches and those of their ports that something is plugged into.

    :param rows: as :meth:`Apic.read` gives them.
    """
    nodes = {row['dn']: row for row in rows['fabricNode'] if row.get('role') in SWITCHES}
    found = [Obj(f'switch:{dn}', 'switch', row['name'], '',
                 status=UP if row.get('fabricSt') in ('active', 'unknown') else DOWN, attributes={key: row[key] for key in (
                     'role', 'model', 'serial', 'vendor', 'version', 'address') if row.get(key)})
             for dn, row in nodes.items()]
    macs: dict[tuple[str, str], set[str]] = {}
    for row in rows['fvCEp']:
        for child in row['children']:
            path = _PORT.match(((child.get('fvRsCEpToPathEp') or {}).get('attributes') or {}).get('tDn') or '')
            if path:
                macs.setdefault((f'{path[1]}/node-{path[2]}', path[3].lower()), set()).add(row['mac'].lower())
    heard: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows['lldpAdjEp']:
        node, interface = _NODE.match(row['dn']), _INTERFACE.search(row['dn'])
        if node and interface:
            heard[node[0], interface[1].lower()] = row
    operation = {(node[0], interface[1].lower()): row for row in rows['ethpmPhysIf']
                 if (node := _NODE.match(row['dn'])) and (interface := _INTERFACE.search(row['dn']))}
    return found + [_port(*key, macs.get(key, set()), heard.get(key), operation.get(key), nodes)
                    for key in sorted({*macs, *heard}) if key[0] in nodes]


def _port(node: str, name: str, macs: set[str], heard: Mapping[str, Any] | None, told: Mapping[str, Any] | None,
          nodes: Mapping[str, Mapping[str, Any]]) -> Obj:
    attributes: dict[str, Any] = {'mac_addresses': sorted(macs)}
    if heard:
        other = next((dn for dn, row in nodes.items() if row['name'] == heard.get('sysName')), '')
        # What a host sends as its port is its interface's MAC address; other switches are known by their place in the fabric
        if other:
            attributes['lldp'] = {'chassis_id': other, 'port_id': str(heard.get('portIdV')).lower()}
        elif heard.get('portIdT') == 'mac':
            attributes['mac_addresses'] = sorted({*macs, str(heard['portIdV']).lower()})
    if told:
        attributes['speed'] = told.get('operSpeed') or ''
    state = {'up': UP, 'down': DOWN}.get((told or {}).get('operSt', ''), UNKNOWN)
    return Obj(f'switch:{node}/{name}', 'switch_pnic', name, f'switch:{node}', status=state, attributes=attributes)


def of_fabric(one: Obj) -> bool:
    """Whether a fabric's controller told of a switch or a port of one; of a port a host may have as well, by LLDP."""
    return one.id.startswith('switch:topology/') and (one.type == 'switch' or 'mac_addresses' in one.attributes)


def merge(objects: Iterable[Obj], fabric: Iterable[Obj]) -> list[Obj]:
    """Objects with those of the fabric; what hosts heard of a switch by LLDP, which knows it by another id, becomes the
    fabric's own switch of that name."""
    found = {one.id: one for one in fabric}
    own = {one.name: one.id for one in found.values() if one.type == 'switch'}
    known = list(objects)
    same = {one.id: own[one.name] for one in known if one.type == 'switch' and one.id not in found and one.name in own}
    for one in known:
        if one.type == 'switch_pnic' and one.owner_id in same:
            switch = same[one.owner_id]
            port = Obj(f'{switch}/{one.name.lower()}', 'switch_pnic', one.name.lower(), switch, status=one.status,
                       attributes=one.attributes)
            found.setdefault(port.id, port)
        elif one.id not in same:
            heard = one.attributes.get('lldp') or {}
            switch = same.get(f'switch:{heard.get("chassis_id")}', '')
            if switch:
                one.attributes = {**one.attributes, 'lldp': {**heard, 'chassis_id': switch.partition(':')[2],
                                                             'port_id': heard['port_id'].lower()}}
            found.setdefault(one.id, one)
    return list(found.values())
