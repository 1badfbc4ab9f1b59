# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reading modules show: op-occs and NSs from their facts alone, and recovery of what a dead owner left."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, held, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, RUNNING, next_state
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, results
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import declared_document
from ansible_collections.nfv.mano.plugins.module_utils.operation.changes import resource_changes
from ansible_collections.nfv.mano.plugins.module_utils.operation.key_pair import PUBLIC
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import age, fold_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.plan.snapshot import listed
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

NOT_SHOWN = ('schema', 'kind')


def op_occ_view(store: Store, op_occ: OpOcc) -> dict[str, Any]:
    """An op-occ as it is now: of one that runs, the journal tells the progress and the lock whether its owner lives.

    ``duration`` is in seconds, of one that is open until now.
    """
    view = {key: value for key, value in op_occ.data.items() if key not in NOT_SHOWN}
    view['owner_alive'] = None
    if op_occ.data['scope'] == 'ns' and op_occ.state in OPEN:
        view['owner_alive'] = held(store, op_occ)
        view['progress'] = op_occ.journalled_progress() or view['progress']
        view['cancel_pending'] = op_occ.state in RUNNING and op_occ.cancel_wish() is not None
    view['duration'] = round(age(view['start_time']) - (age(view['end_time']) if view['end_time'] else 0.0), 1)
    return view


def list_op_occs(store: Store, *, ns: str | None, op_occ: str | None, limit: int | None, details: bool = False,
                 **filters: Any) -> list[dict[str, Any]]:
    """Op-occs that fit, newest first.

    :param details: what belongs to a single operation too: see :func:`_details`.
    :raises OpOccError: 404, no such NS or op-occ.
    """
    op_occs = OpOccs(store)
    ns_id = again.find_ns(store, ns)['id'] if ns else None
    found = [op_occs.get(op_occ)] if op_occ else op_occs.list(limit, ns_id=ns_id, **filters)
    return [{**op_occ_view(store, one), **(_history(one) if ns or op_occ or details else {}),
             **(_details(store, one) if details else {})} for one in found]


def _history(op_occ: OpOcc) -> dict[str, Any]:
    return {'states': op_occ.states(), 'errors': op_occ.errors()}


def _details(store: Store, op_occ: OpOcc) -> dict[str, Any]:
    """What the views of SOL are made of, beside the fact; that of a VNF has it from the NS's.

    :returns: parameters, ``planned`` counts, cancel_mode, errors, ``vnfs`` {id, name, vnfd}, ``nets`` and ``changes``.
    """
    of_ns = op_occ.data['scope'] == 'ns'
    whole = op_occ if of_ns else OpOccs(store).get(op_occ.data['parent'])
    kept = (whole.dir.read_json('parameters.json') or {}).get('parameters', {})
    parts = [part for part in whole.vnf_op_occs() if of_ns or part['id'] == op_occ.id]
    mode, changes = whole.cancel_wish(), resource_changes(whole)
    return {'parameters': {key: kept.get(key) for key in ('params', *results.SELECTION)},
            'planned': whole.data.get('resources') or {}, 'errors': whole.errors(), 'cancel_mode': mode,
            'cancel_pending': whole.state in RUNNING and mode is not None,
            'vnfs': [{'id': part['vnf_id'], 'name': part['vnf_name'],
                      'vnfd': (store.read('vnf', part['vnf_id']) or {}).get('vnfd')} for part in parts],
            'nets': {item: {'subnets': one.get('subnets', [])} for item, one in
                     read_resources(store, store.read('ns', whole.ns_id) or {}).items() if item.startswith('net:')},
            'changes': [one for one in changes if of_ns or one['vnf'] == op_occ.data['vnf_name']]}


def ns_view(store: Store, ns: dict[str, Any]) -> dict[str, Any]:
    """An NS with all its resources by item, the document in force (``declared``), its open op-occ, and where its private key is
    (None: it has none)."""
    return ns_shown(store, ns, OpOccs(store).open_for(ns['id']))


def ns_shown(store: Store, ns: dict[str, Any], open_one: OpOcc | None) -> dict[str, Any]:
    """As :func:`ns_view` where it is known which op-occ is open."""
    view = {key: value for key, value in ns.items() if key not in NOT_SHOWN}
    view['ssh_key_file'] = store.key_file(ns['id']) if PUBLIC in ns else None
    view['resources'] = read_resources(store, ns)
    view['snapshots'] = listed(view['resources'])
    view['declared'] = declared_document(ns)
    facts = {name: store.read('vnf', vnf_id) or {} for name, vnf_id in ns.get('vnfs', {}).items()}
    view['vnf_infos'] = {name: fact['info'] for name, fact in facts.items() if 'info' in fact}
    view['op_occ'] = None if open_one is None else op_occ_view(store, open_one)
    return view


def close(store: Store, ns: str | None, op_occ_id: str | None, *, fail: bool, force_takeover: bool,
          dry: bool) -> tuple[bool, OpOcc | None]:
    """Recover an op-occ whose owner died, and with ``fail`` end it for good where it is in FAILED_TEMP.

    :returns: whether there was something to do, and the op-occ (None: none was open, and nothing more was asked).
    :raises OpOccError: 404, no such NS or op-occ; 409, its state takes no fail, or (in a dry run) its owner is alive.
    :raises LockedError: the owner is alive.
    """
    record, found = again.find(store, ns, op_occ_id)
    if dry:
        if found is not None and found.state in OPEN and held(store, found):
            raise results.still_running(found)
        if found is None or found.state not in OPEN:
            return False, _closed(store, record, found) if fail else found
        return fail or found.state in RUNNING, found
    with NsLock(store, record['id'], force_takeover=force_takeover) as lock:
        OpOccs(store).sweep(record['id'])
        found = again.find(store, record['id'], op_occ_id)[1]
        if found is None or found.state not in OPEN:
            return False, _closed(store, record, found) if fail else found
        changed = recover(store, lock, found, fold=fold_journal)
        if fail and found.state == 'FAILED_TEMP':
            found.trigger('fail')
            changed = True
        return changed, found


def close_dead(store: Store) -> None:
    """Recover every op-occ that nobody works on any more: its owner died, or nobody has taken it up in time.

    :raises StoreError: a record can't be read or written.
    """
    for one in OpOccs(store).list(scope='ns'):
        if one.state in RUNNING and not held(store, one):
            # Who has taken it up meanwhile goes on with it
            with contextlib.suppress(LockedError, OpOccError):
                close(store, None, one.id, fail=False, force_takeover=False, dry=False)


def _closed(store: Store, ns: dict[str, Any], found: OpOcc | None) -> OpOcc:
    """An op-occ that is FAILED already: the one that is meant, or the NS's last.

    :raises OpOccError: 409, it is not.
    """
    last = found or next(iter(OpOccs(store).list(1, ns_id=ns['id'], scope='ns')), None)
    if last is None or (found is None and last.state != 'FAILED'):
        raise again.nothing_to(store, 'fail', ns)
    if last.state != 'FAILED':
        next_state(last.state, 'fail', last.id)
    return last


def remains(store: Store, ns: dict[str, Any]) -> list[dict[str, Any]]:
    """What the record says is in the VIM and belongs to the NS: {item, name, id, vim}, volumes, trunks, ports and
    floating IPs with their servers' item."""
    found = []
    for item, one in sorted(read_resources(store, ns).items()):
        if one.get('id') and one.get('owned', True) and not item.startswith('image:'):
            found.append({'item': item, 'name': one.get('name', ''), 'id': one['id'], 'vim': one['vim']})
        found += [{'item': item, 'name': name, 'id': part['id'], 'vim': one['vim']}
                  for kind in ('volumes', 'trunks', 'ports', 'kept_ports', 'floating_ips', 'volume_snapshots')
                  for name, part in sorted(one.get(kind, {}).items()) if part.get('owned', True)]
    return found
