# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One operation, whole, in one process under one lock; and its dry run over the same code."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources, fold
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, held
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, asked, results, waiting
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import make_draft, make_target
from ansible_collections.nfv.mano.plugins.module_utils.operation.once import answered
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import merge_pending, read_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import OF_NS, InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.rollback import Rollback, draft_back
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import Interrupted, Run, base_of, need_instantiated
from ansible_collections.nfv.mano.plugins.module_utils.operation.scale import TO_LEVEL
from ansible_collections.nfv.mano.plugins.module_utils.operation.snapshot import DELETED, deletes
from ansible_collections.nfv.mano.plugins.module_utils.operation.work import Work
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

Tell = Callable[[str], None]
Ns = dict[str, Any]


def diff(request: Request, tell: Tell) -> dict[str, Any]:
    """What the operation would do; touches nothing, takes no lock and writes no file.

    :raises InputError: the request or the document is wrong.
    :raises StoreError: the state directory can't be read.
    :raises OpOccError: another operation is open, or something stands against the plan.
    :raises VimError: a VIM can't be read.
    """
    store = Store(request.state_dir)
    store.prepare(create=False)
    taken: OpOcc | None
    if request.operation in again.AGAIN:
        ns, found = again.find(store, _given_name(request), request.op_occ)
        taken = again.look(store, ns, found, request.operation)
        if request.operation == 'rollback':
            return _diff_back(request, store, ns, taken, tell)
        request = again.original(request, taken)
    elif request.operation == asked.CARRY_OUT:
        ns, found = again.find(store, _given_name(request), request.op_occ)
        taken = asked.waiting(found, ns)
        request = again.original(request, taken)
    else:
        ns = _find(store, request) or {'id': '0' * 8, 'name': _name(request), 'state': 'NOT_INSTANTIATED'}
        taken = _taken(store, ns, request)
        before = None if taken else answered(store, ns['id'], request, operation_of(request, ns))
        if before is not None:
            return results.answered(ns, before)
    resources, pending = _known(store, ns, taken)
    if not ns.get('vnfs') and not resources and request.operation == 'terminate':
        return results.nothing(ns, None)
    draft = make_draft(request, ns, resources, pending, tell, store, wait=False, base=base_of(taken, ns, resources))
    if draft.problems:
        raise results.with_state(results.refused(None, draft, ns), None, ns, request, draft)
    return results.planned(ns, draft)


def _taken(store: Store, ns: Ns, request: Request) -> OpOcc | None:
    """The open op-occ that this verb goes on with, None where there is none.

    :raises OpOccError: it is another verb's, or its owner is alive.
    """
    found = OpOccs(store).open_for(ns['id'])
    if found is not None and held(store, found):
        raise results.still_running(found)
    if found is not None and again.after_death(found) not in OPEN:
        found = None
    if found is not None:
        results.refuse_other_verb(found, operation_of(request, ns), request)
    else:
        need_instantiated(request, ns)
    return found


def _known(store: Store, ns: Ns, op_occ: OpOcc | None) -> tuple[Resources, list[dict[str, Any]]]:
    """Resources and pending calls of the record, brought up to the journal of an open op-occ."""
    resources, pending = read_resources(store, ns), list(ns.get('pending', ()))
    if op_occ is not None:
        entries = read_journal(op_occ)
        fold(resources, entries)
        pending = merge_pending(pending, entries)
    return resources, pending


def _diff_back(request: Request, store: Store, ns: Ns, taken: OpOcc, tell: Tell) -> dict[str, Any]:
    resources, pending = _known(store, ns, taken)
    draft = draft_back(request, taken, ns, resources, pending, tell, store, wait=False)
    if draft.problems:
        error = (results.irrevocable if draft.lost else results.refused)(taken, draft, ns)
        raise results.with_state(error, taken, ns, request, draft)
    return {**results.planned(ns, draft), 'changed': True}


def apply(request: Request, tell: Tell) -> dict[str, Any]:
    """Do the operation: start, read, plan, pre-flight, execute, record, end.

    :raises InputError: the request or the document is wrong; nothing was written.
    :raises StoreError: the state directory or a fact can't be used.
    :raises OpOccError: refused, or failed; its ProblemDetails say what is there now.
    """
    store = Store(request.state_dir)
    if request.operation in (*again.AGAIN, asked.CARRY_OUT):
        store.prepare(create=False)
        ns = again.find(store, _given_name(request), request.op_occ)[0]
    else:
        store.prepare()
        ns = _find(store, request) or {}
        if not ns:
            make_target(request, {})
            ns = store.new_ns(_name(request))
    with NsLock(store, ns['id'], wait=request.limit('lock') or 0.0, force_takeover=request.force_takeover) as lock:
        try:
            with _signals() as work:
                return _run(request, store, ns['id'], lock, tell, work).run()
        except Interrupted as error:
            raise InputError([f'stopped by {error}']) from error


def _run(request: Request, store: Store, ns_id: str, lock: NsLock, tell: Tell, work: Work) -> Run:
    """What the request asks for, with the lock held."""
    ns = store.read('ns', ns_id) or {}
    parked = waiting.take_up(store, ns, request)
    if request.operation == asked.CARRY_OUT and parked is None:
        found = asked.waiting(again.find(store, ns_id, request.op_occ)[1], ns)
        return asked.Asked(found, again.original(request, found), store, ns, lock, tell, work)
    if request.operation not in (*again.AGAIN, asked.CARRY_OUT):
        return Run(operation_of(request, ns), request, store, ns, lock, tell, work, parked)
    taken = parked or again.take_up(store, lock, ns, request.op_occ, request.operation)
    # A recovery has written it
    ns = store.read('ns', ns_id) or ns
    if request.operation == 'rollback':
        return Rollback(taken, request, store, ns, lock, tell, work)
    return Run(taken.operation, again.original(request, taken), store, ns, lock, tell, work, parked)


@contextmanager
def _signals() -> Iterator[Work]:
    """While the work runs a signal stops it in good order; before that it ends the operation at once."""
    work = Work()

    def handle(number: int, _frame: Any) -> None:
        work.signal = signal.Signals(number).name
        if not work.running:
            raise Interrupted(work.signal)
    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield work
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _find(store: Store, request: Request) -> Ns | None:
    """The NS's record.

    :raises OpOccError: 404, an NS is named that is not there (instantiate makes one by its document's name).
    """
    if request.operation != 'instantiate' or request.ns:
        return again.find_ns(store, _name(request))
    return store.find_ns(_name(request))


def _given_name(request: Request) -> Any:
    return request.ns or (request.document or {}).get('name')


def _name(request: Request) -> str:
    name = _given_name(request)
    if not isinstance(name, str) or not name:
        # The document's own check says what is wrong with its name
        make_target(request, {})
        raise InputError(['name: the document has no name'])
    return name


def operation_of(request: Request, ns: Ns) -> str:
    """What the op-occ of a request is called.

    :raises OpOccError: 409, an update of what is not instantiated.
    """
    if request.operation == 'scale' and any(request.params.get(name) is not None for name in TO_LEVEL):
        return 'SCALE_TO_LEVEL'
    if request.operation == 'create_snapshot' and deletes(request.params):
        return DELETED
    if request.operation == 'terminate' or request.operation in OF_NS:
        return request.operation.upper()
    if request.operation == 'update' and ns.get('state') != 'INSTANTIATED':
        raise results.not_instantiated(ns, 'update')
    return 'UPDATE' if ns.get('state') == 'INSTANTIATED' else 'INSTANTIATE'
