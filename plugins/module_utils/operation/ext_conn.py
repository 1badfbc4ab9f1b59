# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces that are moved to other networks, in the words of SOL003's ChangeExtVnfConnectivityRequest."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, item_of, overlaid
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, at_once, select, select_vnf
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, link_key
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    Interface,
    NetworkService,
    TargetError,
    Vdu,
    VirtualLink,
    Vnf,
    merge,
    read_attribute,
)

LINK_KEYS = ('id', 'vim_connection_id', 'resource_id', 'ext_cps')
CP_KEYS = ('cpd_id', 'cp_config')
ETHERNET_KEYS = ('mac_address', 'ip_addresses')
IP_KEYS = ('type', 'fixed_addresses', 'num_dynamic_addresses')


class Moved(NamedTuple):
    """One interface of a VDU, and what the document is to say of it: keys of an interface."""

    vdu: Vdu
    interface: Interface
    values: dict[str, Any]


def change_ext_conn(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the interfaces on their new virtual links, and whose ports are moved.

    :raises InputError: parameters that can't be used; no such VNF, interface or virtual link.
    """
    params = Params('change_ext_conn', request.params, 'ext_virtual_links')
    params.check('vdu: change_ext_conn takes none; ext_cps name the interfaces' if request.vdu is not None else None,
                 'count_index: change_ext_conn takes none; an interface is of all instances of its VDU'
                 if request.count_index is not None else None)
    vnf = select_vnf(request, target)[1]
    reader = _Reader(base, target, vnf)
    moved = reader.links(request.params.get('ext_virtual_links'))
    if reader.problems:
        raise InputError(reader.problems)
    _refuse_given_up(base, vnf, moved)
    document = base.ns.get('document') or {}
    overlay = base.overlay
    for link in reader.new.values():
        for key, value in link.items():
            overlay = overlaid(overlay, document, (('virtual_links', link['name']),), key, value) if key != 'name' else overlay
    for one in moved:
        place = (('vnfs', vnf.name), ('vdus', one.vdu.name), ('interfaces', one.interface.name))
        for key, value in one.values.items():
            overlay = overlaid(overlay, document, place, key, value)
    items = frozenset(item_of(vnf, one.vdu, index) for one in moved for index in range(one.vdu.count))
    names = frozenset(f'{vnf.name}/{one.vdu.name}/{one.interface.name}' for one in moved)
    vdus = {one.vdu.name for one in moved}
    selected = [one for one in select(request, target) if one.vdu.name in vdus]
    return _without_unused(overlay, document), Asked(scope=items, moved=names, change='interfaces',
                                                     at_once=at_once(request, selected))


def _refuse_given_up(base: Base, vnf: Vnf, moved: Sequence[Moved]) -> None:
    """
    :raises InputError: ports are kept from an operation that was given up, and it would be the third network.
    """
    problems = []
    for one in moved:
        net, name = link_key(one.values['virtual_link']), one.interface.name
        for item in (item_of(vnf, one.vdu, index) for index in range(one.vdu.count)):
            record = base.resources.get(item, {})
            nets = {part: record.get(part, {}).get(name, {}).get('net', net) for part in ('ports', 'kept_ports')}
            if net not in nets.values():
                problems.append(f'{item}: a port of {name} is kept from an operation that was given up; nfv.mano.instantiate '
                                'with the same document puts that right first')
    if problems:
        raise InputError(problems)


class _Reader:
    """Reads the request, and notes what is wrong with it, each with its path."""

    def __init__(self, base: Base, target: NetworkService, vnf: Vnf) -> None:
        self._base, self._target, self._vnf = base, target, vnf
        self.problems: list[str] = []
        #: Virtual links that the document does not have, by name, as it would write them.
        self.new: dict[str, dict[str, Any]] = {}

    def links(self, given: Any) -> list[Moved]:
        """The interfaces that are meant, with their new virtual links."""
        path = 'params.ext_virtual_links'
        if not isinstance(given, list) or not given:
            self.problems.append(f'{path}: change_ext_conn needs a list of virtual links, each with id, ext_cps, and resource_id '
                                 'where the document does not have it')
            return []
        moved = [one for number, link in enumerate(given) for one in self._link(f'{path}[{number}]', link)]
        seen: set[tuple[str, str]] = set()
        for one in moved:
            key = (one.vdu.name, one.interface.name)
            if key in seen:
                self.problems.append(f'{path}: {"/".join(key)} is named twice; an interface is on one virtual link')
            seen.add(key)
        return moved

    def _mapping(self, path: str, value: Any, known: Sequence[str], needed: Sequence[str] = ()) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.problems.append(f'{path}: {value!r} is not a mapping')
            return {}
        self.problems += [f'{path}.{key}: not supported; known are {", ".join(known)}' for key in value if key not in known]
        self.problems += [f'{path}.{key}: is missing' for key in needed if value.get(key) in (None, '', [])]
        return value

    def _list(self, path: str, value: Any) -> Iterator[tuple[str, Any]]:
        if value is not None and not isinstance(value, list):
            self.problems.append(f'{path}: {value!r} is not a list')
        elif value:
            yield from ((f'{path}[{number}]', one) for number, one in enumerate(value))

    def _link(self, path: str, given: Any) -> Iterator[Moved]:
        link = self._mapping(path, given, LINK_KEYS, ('id', 'ext_cps'))
        if not isinstance(link.get('id'), str) or not link['id']:
            return
        key = self._named(path, link)
        for at, cp in self._list(f'{path}.ext_cps', link.get('ext_cps')):
            found = self._interface(f'{at}.cpd_id', self._mapping(at, cp, CP_KEYS, ('cpd_id',)).get('cpd_id'))
            if found is not None:
                vdu, interface = found
                if key not in self.new and self._target.links[key].vim != vdu.vim:
                    self.problems.append(f'{path}.id: {key} is a virtual link of another VIM than VDU {vdu.name}')
                if key in self.new:
                    self.new[key].setdefault('vim', link.get('vim_connection_id') or vdu.vim)
                yield Moved(vdu, interface, self._values(f'{at}.cp_config', key, vdu, interface, cp.get('cp_config')))

    def _named(self, path: str, link: Mapping[str, Any]) -> str:
        """The virtual link as interfaces name it; one that the document does not have is noted as new."""
        name, resource = link['id'], link.get('resource_id')
        try:
            key, known = self._target.virtual_link(name, self._vnf)
        except KeyError:
            if not resource:
                there = ', '.join(sorted(self._target.links)) or 'none'
                self.problems.append(f'{path}.id: {name} is not a virtual link of {self._target.name} (there are: {there}); '
                                     'to make it one, give the name or id of its network as resource_id')
            values = {'name': name, 'existing': resource or name}
            for attribute, value in values.items():
                try:
                    read_attribute(VirtualLink, attribute, value, f'{path}.{"id" if attribute == "name" else "resource_id"}')
                except TargetError as error:
                    self.problems += [str(problem) for problem in error.problems]
            self.new[name] = values
            return name
        its = {known.existing, self._base.resources.get(f'net:{key}', {}).get('id')}
        if resource and resource not in its:
            self.problems.append(f'{path}.resource_id: {resource} is not the network of {key}, which is '
                                 f'{" or ".join(sorted(filter(None, its)))}; name another virtual link')
        return key

    def _interface(self, path: str, cpd_id: Any) -> tuple[Vdu, Interface] | None:
        """The interface that a connection point of the descriptor is."""
        known = {f'{vdu.name}/{interface.name}': (vdu, interface) for vdu in self._vnf.vdus for interface in vdu.interfaces}
        if cpd_id is None:
            return None
        if cpd_id not in known:
            self.problems.append(f'{path}: {cpd_id} is not an interface of {self._vnf.name} (there are: '
                                 f'{", ".join(sorted(known)) or "none"})')
            return None
        vdu, interface = known[cpd_id]
        if interface.subports:
            self.problems.append(f'{path}: {cpd_id} is the parent of a trunk, which would go with its port; change the document '
                                 'and run nfv.mano.update')
        return vdu, interface

    def _values(self, path: str, key: str, vdu: Vdu, interface: Interface, config: Any) -> dict[str, Any]:
        """What the document is to say of an interface: addresses are those that are given, else free ones."""
        addresses: list[str | None] = [None] * vdu.count
        macs: list[str | None] = [None] * vdu.count
        cps = {f'{vdu.name}/{index}/{interface.name}': index for index in range(vdu.count)}
        for cp_id, one in (self._mapping(path, config, tuple(cps)) if config is not None else {}).items():
            if cp_id in cps:
                macs[cps[cp_id]], addresses[cps[cp_id]] = self._config(f'{path}.{cp_id}', one)
        stays = self._target.virtual_link(interface.virtual_link, self._vnf)[0] == key
        values: dict[str, Any] = {'virtual_link': interface.virtual_link if stays else key}
        for name, given in (('ip_addresses', addresses), ('mac_addresses', macs)):
            if any(given) and not all(given):
                self.problems.append(f'{path}: {name.rpartition("_")[0]} addresses are given for {sum(map(bool, given))} of '
                                     f'{vdu.count} instances; for all of them, or for none')
            elif any(given):
                values[name] = given
            elif name == 'ip_addresses' and not stays:
                values[name] = []
        return values

    def _config(self, path: str, given: Any) -> tuple[str | None, str | None]:
        """MAC and IP address of one connection point; None: a free one."""
        mac = address = None
        config = self._mapping(path, given, ('cp_protocol_data',))
        for at, data in self._list(f'{path}.cp_protocol_data', config.get('cp_protocol_data')):
            ethernet = self._mapping(at, data, ('layer_protocol', 'ip_over_ethernet')).get('ip_over_ethernet') or {}
            ethernet = self._mapping(f'{at}.ip_over_ethernet', ethernet, ETHERNET_KEYS)
            mac = mac or self._value(f'{at}.ip_over_ethernet.mac_address', 'mac_addresses', ethernet.get('mac_address'))
            for place, ips in self._list(f'{at}.ip_over_ethernet.ip_addresses', ethernet.get('ip_addresses')):
                known = self._mapping(place, ips, IP_KEYS)
                for where, one in self._list(f'{place}.fixed_addresses', known.get('fixed_addresses')):
                    if address is not None:
                        self.problems.append(f'{where}: {one} is a second address; an interface has one that is given')
                    address = self._value(where, 'ip_addresses', one)
                    self._check_family(f'{place}.type', known.get('type'), address)
        return mac, address

    def _value(self, path: str, name: str, value: Any) -> str | None:
        if value is None:
            return None
        try:
            return str(read_attribute(Interface, name, [value], path)[0])
        except TargetError as error:
            self.problems += [str(problem).replace(f'{path}[0]', path) for problem in error.problems]
            return None

    def _check_family(self, path: str, given: Any, address: str | None) -> None:
        if given is not None and address is not None and given != f'IPV{ipaddress.ip_address(address).version}':
            self.problems.append(f'{path}: {given!r} is not the type of {address}')


def _without_unused(overlay: dict[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The overlay without virtual links that were added to it and that no interface is on any more."""
    known = {link['name'] for link in document.get('virtual_links', ())}
    merged = merge(document, overlay, document)
    used = {part['virtual_link'] for vnf in merged.get('vnfs', ()) for vdu in vnf.get('vdus', ())
            for interface in vdu['interfaces'] for part in (interface, *interface.get('subports', ()))}
    kept = [link for link in overlay.get('virtual_links', ()) if link['name'] in known | used]
    rest = {key: value for key, value in overlay.items() if key != 'virtual_links'}
    return {**rest, **({'virtual_links': kept} if kept else {})}
