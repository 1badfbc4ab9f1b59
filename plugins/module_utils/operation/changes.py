# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an operation changed what is in the VIM: the record from before it, and what its journal made of that."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources, fold
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import read_journal, vnf_of

#: A resource of its own or a part of one: (kind, item, name of the part).
Key = tuple[str, str, str]
PARTS = {'ports': 'port', 'volumes': 'volume', 'floating_ips': 'floating_ip'}
KINDS = ('vdu', 'net', 'volume', 'router', 'server_group', 'sdn_net')
#: Ports of an instance that are out of use and kept for a rollback.
KEPT = 'kept_ports'
#: What tells that a resource with the same id is not as it was. States of a moment do not.
TOLD = {'vdu': ('flavor', 'image', 'image_id', 'metadata', 'tags', 'name', 'host_id'),
        'net': ('subnets', 'qos_policy_id', 'provider'), 'port': ('net', 'ip_addresses', 'mac_address'), 'volume': ('size_gib',),
        'floating_ip': ('port_id',), 'router': ('networks', 'external_network_id'), 'server_group': (),
        'sdn_net': ('type', 'sdn_ports', 'state')}


def resource_changes(op_occ: OpOcc) -> list[dict[str, Any]]:
    """What an operation made, deleted and changed so far, also one that failed; none where it touched nothing.

    :returns: mappings with kind, item, vnf (None: the NS's), name (of a part), id, vim, server (of a part: the server's id),
        change (ADDED, REMOVED, MODIFIED, or TEMPORARY of what it made and deleted again) and the record's ``entry``.
    """
    kept = op_occ.dir.read_json('record_before.json')
    if kept is None:
        return []
    before: Resources = kept['resources']
    after = copy.deepcopy(before)
    was, seen = _flat(before), {}
    for entry in read_journal(op_occ):
        fold(after, [entry])
        touched = {item: after[item] for item in entry.get('put', {}) if item in after}
        seen.update({(key, one['id']): one for key, one in _flat(touched).items()})
    now = _flat(after)
    ids = {one['id'] for one in (*was.values(), *now.values())}
    # What is out of use, and not deleted yet
    held = {port['id'] for one in after.values() for port in one.get(KEPT, {}).values()}
    found = [*(one for one in _differences(was, now) if one['change'] != 'REMOVED' or one['id'] not in held),
             *(_told(key, one, 'ADDED' if one_id in held else 'TEMPORARY') for (key, one_id), one in seen.items()
               if one_id not in ids)]
    return sorted(found, key=lambda one: (KINDS + ('port', 'floating_ip')).index(one['kind']))


def _differences(was: dict[Key, dict[str, Any]], now: dict[Key, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for key in sorted(was.keys() | now.keys()):
        old, new = was.get(key), now.get(key)
        if old and (new is None or new['id'] != old['id']):
            yield _told(key, old, 'REMOVED')
        if new and (old is None or new['id'] != old['id']):
            yield _told(key, new, 'ADDED')
        elif old and new and any(old.get(name) != new.get(name) for name in TOLD[key[0]]):
            yield _told(key, new, 'MODIFIED')


def _told(key: Key, entry: dict[str, Any], change: str) -> dict[str, Any]:
    kind, item, name = key
    return {'kind': kind, 'item': item, 'vnf': vnf_of(item), 'name': name, 'id': entry['id'], 'vim': entry['vim'],
            'server': entry.get('server'), 'change': change, 'entry': entry}


def _flat(resources: Resources) -> dict[Key, dict[str, Any]]:
    """All that is ours in the VIM, parts of instances too, each with its VIM."""
    found: dict[Key, dict[str, Any]] = {}
    for item, one in resources.items():
        kind = item.partition(':')[0]
        if kind in KINDS and one.get('id') and one.get('owned', True):
            found[(kind, item, '')] = {name: value for name, value in one.items() if name not in (*PARTS, KEPT)}
        for plural, part in PARTS.items() if kind == 'vdu' else ():
            for name, entry in one.get(plural, {}).items():
                if entry.get('owned', True):
                    found[(part, item, name)] = {**entry, 'vim': one['vim'], 'server': one.get('id')}
    return found
