# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of an NS over its facts files: one for the NS, one for each VNF."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources, doubtful, fold, unresolved
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import declared_document
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

#: Seconds for which a call that was given up as lost is still looked for. Far above any front end's patience.
DOUBT = 3600.0
#: Where a VNF that was made by itself is to go to.
VIMS = 'vim_connection_info'
#: What is told of a VNF.
INFO = ('instance_name', 'description', 'metadata', 'extensions', 'configurable_properties', 'vnfd')


def vnf_of(item: str) -> str | None:
    """The VNF that a resource belongs to (``vdu:web/front/0``, ``net:web/internal``), None where it is the NS's."""
    kind, _colon, name = item.partition(':')
    of_vnfs = ('vdu', 'net', 'volume', 'snapshot', 'old_volume', 'sdn_net')
    return name.partition('/')[0] if '/' in name and kind in of_vnfs else None


def read_resources(store: Store, ns: dict[str, Any]) -> Resources:
    """All resources of an NS by item, from its fact and its VNFs'."""
    resources: Resources = dict(ns.get('resources', {}))
    for vnf_id in ns.get('vnfs', {}).values():
        resources.update((store.read('vnf', vnf_id) or {}).get('resources', {}))
    return resources


def add_vnfs(ns: dict[str, Any], names: Iterable[str]) -> None:
    """Give an id to every VNF that has none yet."""
    for name in names:
        ns.setdefault('vnfs', {}).setdefault(name, str(uuid.uuid4()))


def write_record(store: Store, ns: dict[str, Any], resources: Resources) -> None:
    """Write the NS's fact and its VNFs'; facts that stay as they are, are not written."""
    parts: dict[str | None, Resources] = {name: {} for name in ns.get('vnfs', {})}
    for item, resource in sorted(resources.items()):
        parts.setdefault(vnf_of(item), {})[item] = resource
    ns['resources'] = parts.pop(None, {})
    add_vnfs(ns, parts)
    for name, part in parts.items():
        vnf_id = ns['vnfs'][name]
        before = store.read('vnf', vnf_id) or {}
        origin = next((vnf.get('vnfd') for vnf in (ns.get('overlay') or {}).get('vnfs', ()) if vnf['name'] == name), None)
        described = next((vnf for vnf in (ns.get('document') or {}).get('vnfs', ()) if vnf['name'] == name), {})
        store.write('vnf', vnf_id, {**before, 'kind': 'vnf', 'id': vnf_id, 'ns_id': ns['id'], 'ns_name': ns['name'],
                                    'name': name, 'vnfd': origin or described.get('vnfd'),
                                    'state': ns['state'] if described else 'NOT_INSTANTIATED',
                                    'management_addresses': _management_addresses(part), 'resources': part,
                                    **_info(before, ns, name)})
    store.write('ns', ns['id'], ns)


def _info(before: Mapping[str, Any], ns: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is told of a VNF that was made by itself: it outlives the document."""
    declared = declared_document(ns) if 'info' in before else None
    described = next((vnf for vnf in (declared or {}).get('vnfs', ()) if vnf['name'] == name), None)
    if not described:
        return {}
    kept = {VIMS: before['info'][VIMS]} if VIMS in before['info'] else {}
    return {'info': {**{key: described[key] for key in INFO if described.get(key)}, **kept}}


def _management_addresses(resources: Resources) -> dict[str, str]:
    """Where a VNF is managed: by VDU instance (``front/0``), those that have a management interface."""
    return {item.partition('/')[2]: values['management_address'] for item, values in resources.items()
            if values.get('management_address')}


def fold_journal(store: Store, op_occ: Any) -> None:
    """Bring the record up to what the journal of an op-occ says: what a process that died did not come to.

    Replaying entries that are in the record already changes nothing, so this can itself be interrupted and run again.

    :param op_occ: the op-occ (with ``ns_id`` and ``dir``).
    """
    ns = store.read('ns', op_occ.ns_id)
    if ns is None:
        return
    entries = read_journal(op_occ)
    resources = fold(read_resources(store, ns), entries)
    ns['pending'] = merge_pending(ns.get('pending', ()), entries)
    ns['doubtful'] = merge_doubtful(ns.get('doubtful', ()), entries)
    write_record(store, ns, resources)


def read_journal(op_occ: Any) -> list[dict[str, Any]]:
    """The entries of an op-occ's journal, none where it has no journal yet."""
    from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
    return Journal.read(op_occ.dir.journal_path)


def merge_doubtful(before: Iterable[dict[str, Any]], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Create calls that may still bring forth a twin of what was made in their place, for as long as that is likely."""
    calls = {call['mark']: call for call in (*before, *doubtful(entries))}
    return [call for call in calls.values() if age(call['t']) < DOUBT]


def age(stamp: str) -> float:
    """Seconds since a time stamp of the journal."""
    then = datetime.datetime.fromisoformat(stamp)
    return (datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()


def merge_pending(before: Iterable[dict[str, Any]], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Create calls of unknown outcome: those of the journal, and earlier ones that it did not come back to."""
    intended = {mark for entry in entries for mark in entry.get('marks', ())}
    return [call for call in before if call['mark'] not in intended] + list(unresolved(entries))
