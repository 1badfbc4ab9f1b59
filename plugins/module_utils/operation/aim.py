# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation works towards: a target, and what of it the operation may touch."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, Vdu, Vnf, merge, patch_between

#: Keys of the overlay beside those of the document, each by record key of an instance: the wanted status of a server that is
#: not to be ACTIVE; the image and the flavor that are its own; the host that it was moved to from the one that its VDU's
#: document names ('': the scheduler chose).
POWER, OWN, HOSTS = 'power', 'instances', 'hosts'


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """``target`` None: everything goes. ``document``, ``overlay`` and ``files`` (contents by name; None: not known) are what
    the record keeps once it is reached."""

    target: NetworkService | None
    document: dict[str, Any] | None
    overlay: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}

    @property
    def hosts(self) -> dict[str, str]:
        """Hosts in place of those that the document names, by record key."""
        return self.overlay.get(HOSTS) or {}


@dataclass(frozen=True, slots=True)
class Base:
    """What an operation starts from: the declared state from before it, also when it is taken up again.

    :param ns: the record of the NS, with the document and the overlay from before.
    :param resources: the record's resources, from before.
    :param done: ids of the operation's tasks that are done.
    :param begun: ``host_id`` of the hosts from which it has sent servers off, by record key.
    """

    ns: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]
    done: frozenset[str] = frozenset()
    begun: Mapping[str, str] = field(default_factory=dict)

    @property
    def overlay(self) -> dict[str, Any]:
        """What later verbs changed of the document."""
        return self.ns.get('overlay') or {}

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """Images and flavors of single instances, as documents write them, by record key."""
        return self.overlay.get(OWN) or {}

    @property
    def hosts(self) -> dict[str, str]:
        """Hosts in place of those that the document names, by record key."""
        return self.overlay.get(HOSTS) or {}


def declared_document(ns: Mapping[str, Any]) -> dict[str, Any] | None:
    """The document that is in force, with what later verbs changed of it; None: there is none."""
    if ns.get('state') != 'INSTANTIATED':
        return None
    document = ns.get('document') or {}
    return merge(document, ns.get('overlay') or {}, document)


def with_power(overlay: Mapping[str, Any] | None, power: Mapping[str, str]) -> dict[str, Any]:
    """An overlay with other wanted statuses."""
    return _with(overlay or {}, POWER, power)


def with_own(overlay: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An overlay with other images and flavors of single instances."""
    return _with(overlay, OWN, {item: values for item, values in own.items() if values})


def with_hosts(overlay: Mapping[str, Any], hosts: Mapping[str, str]) -> dict[str, Any]:
    """An overlay with other hosts in place of those that the document names."""
    return _with(overlay, HOSTS, hosts)


def without_instances(overlay: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """An overlay in which nothing is said of instances, by record key."""
    for key in (POWER, OWN, HOSTS):
        said = overlay.get(key) or {}
        if any(item in gone for item in said):
            overlay = _with(overlay, key, {item: value for item, value in said.items() if item not in gone})
    return overlay


def _with(overlay: Mapping[str, Any], key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in overlay.items() if name != key}
    return {**rest, **({key: dict(sorted(values.items()))} if values else {})}


def with_values(overlay: Mapping[str, Any], vnf: str, items: str, name: str, **values: Any) -> dict[str, Any]:
    """An overlay with other values of a VNF's VDU or scaling aspect: keys of the document.

    :param items: the list it stands in, 'vdus' or 'scaling_aspects'.
    """
    changed = copy.deepcopy(dict(overlay))
    of_vnf = _named(changed.setdefault('vnfs', []), vnf)
    _named(of_vnf.setdefault(items, []), name).update(values)
    return changed


def with_vnf(overlay: Mapping[str, Any], vnf: str, **values: Any) -> dict[str, Any]:
    """An overlay with other values of a VNF: keys of the document."""
    changed = copy.deepcopy(dict(overlay))
    _named(changed.setdefault('vnfs', []), vnf).update(values)
    return changed


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The item of a list of a document with this name, added where there is none."""
    for item in items:
        if item['name'] == name:
            return item
    items.append({'name': name})
    return items[-1]


def overlaid(overlay: Mapping[str, Any], document: Mapping[str, Any], place: Sequence[tuple[str, str]], key: str,
             value: Any) -> dict[str, Any]:
    """An overlay with what is to be there of one key of a document, as far as that does not say so already.

    :param place: the way to the part that has the key: lists, and the names of items in them.
    """
    changed = copy.deepcopy(dict(overlay))
    part, said = changed, document
    for items, name in place:
        part = _named(part.setdefault(items, []), name)
        said = next((one for one in said.get(items, ()) if one['name'] == name), {})
    part.pop(key, None)
    there = said.get(key)
    if isinstance(value, Mapping):
        patch = patch_between(there or {}, value)
        part.update({key: patch} if patch else {})
    elif (there or None) != (value or None):
        part[key] = value
    return _without_empty(changed, place)


def _without_empty(overlay: dict[str, Any], place: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The overlay without those items of a place that nothing is said of any more."""
    if not place:
        return overlay
    (items, name), rest = place[0], place[1:]
    kept = [_without_empty(one, rest) if one['name'] == name else one for one in overlay[items]]
    kept = [one for one in kept if one.keys() != {'name'}]
    return {key: kept if key == items else value for key, value in overlay.items() if key != items or kept}


def item_of(vnf: Vnf, vdu: Vdu, index: int) -> str:
    """The record's key of a VDU instance."""
    return f'vdu:{vnf.name}/{vdu.name}/{index}'


def instances(target: NetworkService | None) -> set[str]:
    """The record's keys of all VDU instances of a target."""
    return {item_of(vnf, vdu, index) for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus
            for index in range(vdu.count)}


def split_item(item: str) -> tuple[str, str, int]:
    """VNF, VDU and count-index of a record's key of a VDU instance."""
    vnf, vdu, index = item.partition(':')[2].split('/')
    return vnf, vdu, int(index)
