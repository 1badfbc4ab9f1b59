# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record as the journal leaves it: one pure function, used while an operation runs and after its process died."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Resources = dict[str, dict[str, Any]]
#: What a server that is gone takes with it; its ports, its volumes and what the document said of it stay.
OF_SERVER = ('id', 'name', 'status', 'host_id', 'host', 'addresses', 'ready')
#: Things of an instance that have a name and an id each.
PARTS = ('ports', 'kept_ports', 'volumes', 'floating_ips', 'trunks', 'volume_snapshots')


def fold(resources: Resources, entries: Iterable[dict[str, Any]]) -> Resources:
    """Apply journal entries to the record's resources, in place; returns them."""
    for entry in entries:
        for item, values in entry.get('put', {}).items():
            _put(resources, item, values)
        for item, what in entry.get('gone', {}).items():
            _gone(resources, item, what)
        for item in entry.get('forget', ()):
            resources.pop(item, None)
    return resources


def _put(resources: Resources, item: str, values: dict[str, Any]) -> None:
    resource = resources.setdefault(item, {})
    if values.get('host_id', resource.get('host_id')) != resource.get('host_id'):
        # The name is known only of the host that we moved it to
        resource.pop('host', None)
    parts = {part: {**resource.get(part, {}), **values[part]} for part in PARTS if part in values}
    resource.update({**values, **parts})
    if resource.get('held') and values.get('status') == resource['held']:
        # It runs again as it did before it was held still
        del resource['held']
    _set_management_address(resource)


def _set_management_address(resource: dict[str, Any]) -> None:
    """Where an instance is managed: the floating IP of its management interface, else that interface's first address."""
    if 'management' not in resource:
        return
    interface = resource['management']
    floating = resource.get('floating_ips', {}).get(interface, {}).get('address')
    fixed = resource.get('ports', {}).get(interface, {}).get('ip_addresses') or [None]
    resource['management_address'] = floating or fixed[0]


def _gone(resources: Resources, item: str, what: dict[str, Any]) -> None:
    """``what`` is {'id': ...} for the item's own resource, and by the names of :data:`PARTS` {name: id} for parts of it, such as
    {'ports': {interface: id}}."""
    resource = resources.get(item)
    if resource is None:
        return
    if 'id' in what and resource.get('id') == what['id']:
        if not item.startswith(('vdu:', 'snapshot:')):
            del resources[item]
            return
        for key in OF_SERVER if item.startswith('vdu:') else ('id',):
            resource.pop(key, None)
    for part in PARTS:
        for name, part_id in what.get(part, {}).items():
            if resource.get(part, {}).get(name, {}).get('id') == part_id:
                del resource[part][name]
    _set_management_address(resource)
    if 'id' not in resource and not any(resource.get(part) for part in PARTS):
        del resources[item]


def unresolved(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Create calls that were meant and of which nothing came back: one mapping per mark, with vim, kind, mark and the
    time of the intent (``t``)."""
    open_calls: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry['event'] == 'intent' and entry.get('call') == 'create':
            for mark in entry['marks']:
                open_calls[mark] = {'vim': entry['vim'], 'kind': entry['kind'], 'mark': mark, 't': entry['t']}
        elif entry['event'] in ('made', 'refused'):
            for mark in entry.get('marks', ()):
                open_calls.pop(mark, None)
    yield from open_calls.values()


def doubtful(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Create calls that were sent more often than answers came back: what was given up as lost can still show up, beside
    what was made in its place. One mapping per mark, as of :func:`unresolved`."""
    sent: dict[str, dict[str, Any]] = {}
    balance: dict[str, int] = {}
    for entry in entries:
        create = entry['event'] == 'intent' and entry.get('call') == 'create'
        if not create and entry['event'] not in ('made', 'refused'):
            continue
        for mark in entry.get('marks', ()):
            balance[mark] = balance.get(mark, 0) + (1 if create else -1)
            if create:
                sent[mark] = {'vim': entry['vim'], 'kind': entry['kind'], 'mark': mark, 't': entry['t']}
    yield from (call for mark, call in sent.items() if balance[mark] > 0)
