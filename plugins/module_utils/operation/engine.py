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
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import results
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft, make_draft, make_target
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import (
    add_vnfs,
    fold_journal,
    merge_doubtful,
    merge_pending,
    read_journal,
    read_resources,
    vnf_of,
    write_record,
)
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.work import Work, WorkEnd, execute
from ansible_collections.nfv.mano.plugins.module_utils.plan.render import as_data
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, owner_alive
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

Tell = Callable[[str], None]
Ns = dict[str, Any]


class Interrupted(Exception):
    """A signal arrived before anything was touched."""


def diff(request: Request, tell: Tell) -> dict[str, Any]:
    """What the operation would do; touches nothing, takes no lock and writes no file.

    :raises InputError: the request or the document is wrong.
    :raises StoreError: the state directory can't be read.
    :raises OpOccError: another operation is open, or something stands against the plan.
    :raises VimError: a VIM can't be read.
    """
    store = Store(request.state_dir)
    store.prepare(create=False)
    ns = _find(store, request) or {'id': '0' * 8, 'name': _name(request), 'state': 'NOT_INSTANTIATED'}
    resources, pending = read_resources(store, ns), list(ns.get('pending', ()))
    open_one = OpOccs(store).open_for(ns['id'])
    if open_one is not None:
        if owner_alive(store, ns['id']):
            raise results.still_running(open_one)
        results.refuse_other_verb(open_one, _operation(request, ns))
        entries = read_journal(open_one)
        fold(resources, entries)
        pending = merge_pending(pending, entries)
    if not ns.get('vnfs') and not resources and request.operation == 'terminate':
        return results.nothing(ns, None)
    draft = make_draft(request, ns, resources, pending, tell, wait=False)
    if draft.problems:
        raise results.with_state(results.refused(None, draft, ns), None, ns, request, draft)
    return results.planned(ns, draft)


def apply(request: Request, tell: Tell) -> dict[str, Any]:
    """Do the operation: start, read, plan, pre-flight, execute, record, end.

    :raises InputError: the request or the document is wrong; nothing was written.
    :raises StoreError: the state directory or a fact can't be used.
    :raises OpOccError: refused, or failed; its ProblemDetails say what is there now.
    """
    store = Store(request.state_dir)
    store.prepare()
    ns = _find(store, request)
    if ns is None:
        make_target(request, {})
        ns = store.new_ns(_name(request))
    with NsLock(store, ns['id'], wait=request.limit('lock') or 0.0, force_takeover=request.force_takeover) as lock:
        ns = store.read('ns', ns['id']) or ns
        try:
            with _signals() as work:
                return _Operation(request, store, ns, lock, tell, work).run()
        except Interrupted as error:
            raise InputError([f'stopped by {error}']) from error


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

    :raises InputError: an NS is named that is not there (instantiate makes one by its document's name).
    """
    ns = store.find_ns(_name(request))
    if ns is None and (request.operation != 'instantiate' or request.ns):
        names = sorted(one['name'] for one in store.all('ns'))
        raise InputError([f'ns: {_name(request)} is not an NS of {request.state_dir} (there are: {", ".join(names) or "none"})'])
    return ns


def _name(request: Request) -> str:
    name = request.ns or (request.document or {}).get('name')
    if not isinstance(name, str) or not name:
        # The document's own check says what is wrong with its name
        make_target(request, {})
        raise InputError(['name: the document has no name'])
    return name


def _operation(request: Request, ns: Ns) -> str:
    if request.operation == 'terminate':
        return 'TERMINATE'
    if request.operation == 'update' and ns.get('state') != 'INSTANTIATED':
        raise InputError([f'ns: {ns["name"]} is not instantiated, so there is nothing to update; run nfv.mano.instantiate'])
    return 'UPDATE' if ns.get('state') == 'INSTANTIATED' else 'INSTANTIATE'


class _Operation:
    """One run, with the lock held."""

    def __init__(self, request: Request, store: Store, ns: Ns, lock: NsLock, tell: Tell, work: Work) -> None:
        self.request, self.store, self.ns, self.lock, self.tell, self.work = request, store, ns, lock, tell, work
        self.op_occs = OpOccs(store)
        self.operation = _operation(request, ns)
        self.op_occ: OpOcc | None = None

    def run(self) -> dict[str, Any]:
        self._take_up()
        resources = read_resources(self.store, self.ns)
        if self.operation == 'TERMINATE' and self.ns['state'] == 'NOT_INSTANTIATED' and not resources \
                and not self.ns.get('pending') and self.op_occ is None:
            return results.nothing(self.ns, None)
        draft = self._draft(resources)
        if self.op_occ is None and not draft.problems and not self._has_work(draft, resources):
            return results.nothing(self.ns, draft)
        op_occ = self._start(draft, resources)
        if draft.problems:
            raise self._refuse(results.refused(op_occ, draft, self.ns), draft)
        return self._execute(op_occ, draft, resources)

    def _take_up(self) -> None:
        """An op-occ that is still open: recovered if its owner died, retried if it is this verb's, else refused."""
        self.op_occs.sweep(self.ns['id'])
        self.op_occ = self.op_occs.open_for(self.ns['id'])
        if self.op_occ is None:
            return
        # The lock is ours, so whoever runs it is dead
        if recover(self.store, self.lock, self.op_occ, fold=fold_journal):
            self.ns = self.store.read('ns', self.ns['id']) or self.ns
            self.op_occ = self.op_occs.open_for(self.ns['id'])
        if self.op_occ is not None:
            results.refuse_other_verb(self.op_occ, self.operation)

    def _draft(self, resources: Resources) -> Draft:
        try:
            return make_draft(self.request, self.ns, resources, list(self.ns.get('pending', ())), self.tell, wait=True)
        except (VimError, Interrupted) as error:
            self._start(None, resources)
            raise self._refuse(results.unreadable(self.op_occ, error, self.ns)) from error

    def _has_work(self, draft: Draft, resources: Resources) -> bool:
        """Whether an op-occ is needed: tasks, another document, or a record that is not what was found."""
        if draft.plan.tasks or draft.plan.forgotten or self.ns.get('pending'):
            return True
        if any(resources.get(item) != values for item, values in draft.plan.found.items()):
            return True
        wanted = 'NOT_INSTANTIATED' if self.operation == 'TERMINATE' else 'INSTANTIATED'
        return self.ns['state'] != wanted or (draft.target is not None and draft.document != self.ns.get('document'))

    def _start(self, draft: Draft | None, resources: Resources) -> OpOcc:
        """STARTING, unless an open op-occ is being retried."""
        if self.op_occ is not None:
            return self.op_occ
        add_vnfs(self.ns, [vnf.name for vnf in draft.target.vnfs] if draft and draft.target else [])
        self.store.write('ns', self.ns['id'], self.ns)
        named = {vnf_of(task.item) for task in draft.plan.tasks.values()} if draft else set()
        touched = {name: vnf_id for name, vnf_id in self.ns.get('vnfs', {}).items()
                   if name in named or self.operation != 'UPDATE'}
        counts = draft.plan.counts() if draft else {}
        self.op_occ = self.op_occs.start(self.operation, self.ns, touched, _parameters(self.request), self.lock.owner, counts)
        self.op_occ.dir.write_json('record_before.json', {'ns': self.ns, 'resources': resources})
        return self.op_occ

    def _refuse(self, error: OpOccError, draft: Draft | None = None) -> OpOccError:
        """The pre-flight said no: a new op-occ is ROLLED_BACK, one that is retried stays FAILED_TEMP."""
        if self.op_occ is not None and self.op_occ.state == 'STARTING':
            self.op_occ.trigger('refuse', error=error.problem)
        return results.with_state(error, self.op_occ, self.ns, self.request, draft)

    def _execute(self, op_occ: OpOcc, draft: Draft, resources: Resources) -> dict[str, Any]:
        op_occ.dir.write_json('plan.json', as_data(draft.plan))
        self.ns['vims'] = draft.clouds
        self.store.write('ns', self.ns['id'], self.ns)
        self.lock.name_op_occ(op_occ.id)
        if op_occ.state == 'FAILED_TEMP':
            op_occ.trigger('retry', owner=self.lock.owner)
        else:
            op_occ.trigger('grant')
        try:
            return self._finish(op_occ, draft, resources,
                                execute(self.request, op_occ, draft, resources, self.lock, self.tell, self.work))
        except StoreError as error:
            # The op-occ stays PROCESSING on disk, and the journal has all that was made: recovery tells the truth
            raise results.with_state(results.unwritable(op_occ, error, self.ns), op_occ, self.ns, self.request, draft) from error

    def _finish(self, op_occ: OpOcc, draft: Draft, resources: Resources, end: WorkEnd) -> dict[str, Any]:
        """Record and op-occ change together: the record first, since recovery would bring it to the same."""
        op_occ.dir.write_json('end.json', {'calls': end.calls, 'seconds': end.outcome.seconds})
        entries = read_journal(op_occ)
        self.ns['doubtful'] = merge_doubtful(self.ns.get('doubtful', ()), entries)
        self.ns['pending'] = [] if end.ok else merge_pending(self.ns.get('pending', ()), entries)
        if end.ok:
            self._settle(draft)
        write_record(self.store, self.ns, resources)
        if end.ok:
            # Before the end: once it is COMPLETED nothing may fail any more
            self.store.retain(self.ns['id'], self.request.op_occ_retention)
            op_occ.trigger('done', progress=end.progress)
            return results.completed(op_occ, draft, self.ns, end)
        error = results.failed(op_occ, draft, self.ns, end)
        op_occ.trigger('failed', error=error.problem, progress=end.progress)
        raise results.with_state(error, op_occ, self.ns, self.request, draft)

    def _settle(self, draft: Draft) -> None:
        """The target is reached: it is what the next document is compared with."""
        instantiated = draft.target is not None
        self.ns.update(state='INSTANTIATED' if instantiated else 'NOT_INSTANTIATED', document=draft.document,
                       overlay=self.ns.get('overlay') if instantiated else {},
                       description=draft.target.description if draft.target else self.ns.get('description', ''))


def _parameters(request: Request) -> dict[str, Any]:
    return {'operation': request.operation, 'params': request.params, 'allow_delete': request.allow_delete,
            'create_flavors': request.create_flavors, 'timeouts': request.timeouts}
