# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verbs on an op-occ that is there: which one is meant, and the request that it was made with."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, held, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, conflict, not_found
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, RUNNING, next_state
from ansible_collections.nfv.mano.plugins.module_utils.operation import results
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import OF_DOCUMENT, InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

#: Verbs that go on with an op-occ instead of starting one.
AGAIN = ('retry', 'rollback')
#: Options that are true where either the first request or this one says so.
MEANT = ('allow_delete', 'accept_data_loss')


def find_ns(store: Store, ns: str) -> dict[str, Any]:
    """The record of an NS by its id or name.

    :raises OpOccError: 404; names those that there are.
    """
    found = store.find_ns(ns)
    if found is None:
        names = ', '.join(sorted(one['name'] for one in store.all('ns'))) or 'none'
        raise not_found('No such NS', f'ns: {ns} is not an NS of {store.path} (there are: {names})')
    return found


def find(store: Store, ns: str | None, op_occ_id: str | None) -> tuple[dict[str, Any], OpOcc | None]:
    """The NS and the op-occ that are meant: the one with the id (of a VNF's: its NS's), else the NS's open one.

    :raises OpOccError: 404, no such NS or op-occ; 409, the op-occ is of another NS.
    :raises InputError: neither is given.
    """
    if not op_occ_id:
        if not ns:
            raise InputError(['ns: give the id or the name of an NS (nfv_ns), or the id of an op-occ (nfv_op_occ)'])
        record = find_ns(store, ns)
        return record, OpOccs(store).open_for(record['id'])
    op_occ = OpOccs(store).get(op_occ_id)
    if op_occ.data.get('parent'):
        op_occ = OpOccs(store).get(op_occ.data['parent'])
    record = find_ns(store, op_occ.ns_id)
    if ns and ns not in (record['id'], record['name']):
        raise conflict(f'op-occ {op_occ_id} is not of {ns}', f'it is of {record["name"]} {record["id"]}', f'op_occ/{op_occ.id}')
    return record, op_occ


def take_up(store: Store, lock: NsLock, ns: dict[str, Any], op_occ_id: str | None, trigger: str) -> OpOcc:
    """The op-occ to move, with the lock held: recovered where its owner died, and in a state that takes the trigger.

    :raises OpOccError: 404, 409.
    """
    op_occs = OpOccs(store)
    op_occs.sweep(ns['id'])
    found = op_occs.open_for(ns['id'])
    if found is not None:
        # The lock is ours, so whoever ran it is dead
        recover(store, lock, found, fold=fold_journal)
    if op_occ_id or found is None or found.state not in OPEN:
        found = find(store, ns['id'], op_occ_id)[1]
    if found is None:
        raise nothing_to(store, trigger, ns)
    next_state(found.state, trigger, found.id)
    return found


def look(store: Store, ns: dict[str, Any], found: OpOcc | None, trigger: str) -> OpOcc:
    """As :func:`take_up` for a dry run: nothing is written.

    :raises OpOccError: 409, also where its owner is alive.
    """
    if found is None:
        raise nothing_to(store, trigger, ns)
    if found.state in OPEN and held(store, found):
        raise results.still_running(found)
    next_state(after_death(found), trigger, found.id)
    return found


def after_death(op_occ: OpOcc) -> str:
    """The state that an op-occ is in once it is known that nobody works on it any more."""
    return next_state(op_occ.state, 'owner_died') if op_occ.state in RUNNING else op_occ.state


def nothing_to(store: Store, verb: str, ns: dict[str, Any]) -> OpOccError:
    """409: the NS has no open op-occ."""
    newest = next(iter(OpOccs(store).list(1, ns_id=ns['id'], scope='ns')), None)
    last = f'; its last one, {newest.operation} {newest.id}, is {newest.state}' if newest else ''
    return conflict(f'Nothing to {verb}', f'{ns["name"]} has no open op-occ{last}')


def original(request: Request, op_occ: OpOcc) -> Request:
    """The request that an op-occ was made with, with what is given now over it.

    :raises OpOccError: 409, the op-occ's folder does not have it.
    """
    kept = (op_occ.dir.read_json('parameters.json') or {}).get('parameters', {})
    known = {one.name for one in dataclasses.fields(Request)}
    values = {key: value for key, value in kept.items() if key in known and value is not None}
    if 'operation' not in values or 'operation' not in kept:
        raise conflict(f'{op_occ.operation} {op_occ.id} can not be retried', 'its folder does not have the request that it was '
                       'made with; run the verb again that it was made by', f'op_occ/{op_occ.id}')
    if request.document is not None:
        values.update(descriptor=request.descriptor, document=request.document, files=request.files)
    elif values.get('document') is not None:
        values['files'] = kept.get('files')
    elif values['operation'] in OF_DOCUMENT:
        raise InputError([f'descriptor: {op_occ.operation} {op_occ.id} has no document stored; give nfv_descriptor again'])
    values.update({name: {**values.get(name, {}), **getattr(request, name)} for name in ('params', 'vims', 'timeouts')})
    values.update({name: values.get(name, False) or getattr(request, name) for name in MEANT})
    for name in ('state_dir', 'max_parallel', 'force_takeover', 'op_occ_retention', 'cloud', 'passphrase', 'key_file',
                 'task_files'):
        if getattr(request, name) is not None:
            values[name] = getattr(request, name)
    values['create_flavors'] = values.get('create_flavors', True) and request.create_flavors
    return Request(**values)
