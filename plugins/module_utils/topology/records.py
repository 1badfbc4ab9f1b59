# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which network service a server belongs to: what nfv.mano's own records and marks tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, PREFIX


def vdus(store: Store) -> dict[str, dict[str, Any]]:
    """Of each server of the records, by its id: ns_id, ns, vnf, vdu, count_index, the op_occ last started, addresses and
    management_address.

    :raises StoreError: a record is damaged.
    """
    latest: dict[str, tuple[str, str]] = {}
    services = {one['id']: one for one in store.all('ns')}
    for one in store.all('op_occ') if services else ():
        if one['scope'] == 'ns':
            latest[one['ns_id']] = max(latest.get(one['ns_id'], ('', '')), (one['start_time'], one['id']))
    found = {}
    for vnf in store.all('vnf'):
        for item, resource in (vnf.get('resources') or {}).items():
            kind, _colon, path = item.partition(':')
            parts = path.split('/')
            if kind != 'vdu' or len(parts) != 3 or not resource.get('id'):
                continue
            found[resource['id']] = {
                'ns_id': vnf['ns_id'], 'ns': services.get(vnf['ns_id'], {}).get('name') or vnf.get('ns_name'),
                'vnf': parts[0], 'vdu': parts[1], 'count_index': int(parts[2]), 'op_occ': latest.get(vnf['ns_id'], ('', None))[1],
                'name': resource.get('name'), 'status': resource.get('status'), 'host': resource.get('host'),
                'addresses': resource.get('addresses') or [],
                'management_address': resource.get('management_address')}
    return found


def tell_services(objects: Iterable[Obj], store: Store) -> list[str]:
    """Put their network service, VNF, VDU and op-occ into the attributes of instances; returns what could not be read."""
    problems: list[str] = []
    try:
        known = vdus(store)
    except StoreError as error:
        known, problems = {}, [f'records: {error}']
    for one in objects:
        if one.type != 'instance':
            continue
        told = known.get(one.id)
        if told:
            one.attributes['nfv'] = {key: told[key] for key in ('ns_id', 'ns', 'vnf', 'vdu', 'count_index', 'op_occ')}
            continue
        # Of a record that is elsewhere the mark still tells whose it is
        parts = str((one.attributes.get('metadata') or {}).get(MARK_KEY, '')).split('/')
        if len(parts) == 6 and parts[0] == PREFIX and parts[4].isdecimal():
            one.attributes['nfv'] = {'ns_id': parts[1], 'ns': None, 'vnf': parts[2], 'vdu': parts[3],
                                     'count_index': int(parts[4]), 'op_occ': None}
    return problems
