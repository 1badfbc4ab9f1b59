# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of one operation with the lock of its NS held: start, read, plan, pre-flight, execute, record, end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import first_state
from ansible_collections.nfv.mano.plugins.module_utils.operation import key_pair, results, waiting
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft, make_draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.once import answered
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
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import OF_RECORD, InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.work import Work, WorkEnd, execute
from ansible_collections.nfv.mano.plugins.module_utils.plan.render import as_data
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.plugins.module_utils.target import redact
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

#: Options that say how a run goes and not what is asked for; a retry brings its own.
OF_A_RUN = frozenset({'state_dir', 'op_occ', 'max_parallel', 'force_takeover', 'op_occ_retention', 'passphrase', 'key_file',
                      'task_files'})


#: Brings record and VIM together, whatever is declared.
RECONCILE = 'RECONCILE'
#: In an op-occ's folder: what the record keeps of a request that another process has accepted.
KEPT_OF_REQUEST = 'asked.json'
#: What the record keeps of an operation's aim.
KEPT = ('document', 'overlay', 'files')
#: Operations that are of all VNFs, whatever they change.
WHOLE = frozenset({'INSTANTIATE', 'TERMINATE'})


class Interrupted(Exception):
    """A signal arrived before anything was touched."""


class Run:
    """One operation, forward.

    :param operation: what the op-occ is called: INSTANTIATE, UPDATE, TERMINATE ...
    :param parked: the op-occ that has waited for task files, and goes on now.
    """

    #: What moves the op-occ when the work begins and ends well, by the state that it begins in.
    BEGIN = {'STARTING': 'grant', 'FAILED_TEMP': 'retry'}
    DONE = 'done'
    #: Where the plan is kept.
    PLAN = 'plan.json'

    def __init__(self, operation: str, request: Request, store: Store, ns: dict[str, Any], lock: NsLock,
                 tell: Callable[[str], None], work: Work, parked: OpOcc | None = None) -> None:
        self.operation, self.request, self.store, self.ns = operation, request, store, ns
        self.parked = parked
        self.lock, self.tell, self.work = lock, tell, work
        self.op_occs = OpOccs(store)
        self.op_occ: OpOcc | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is one that starts to work at once: what stands against it refuses the request, and there is no op-occ."""
        return self.op_occ is None and first_state(self.operation) != 'STARTING'

    def run(self) -> dict[str, Any]:
        """The whole operation; returns what the module returns."""
        self.take_up()
        if self.op_occ is None:
            need_instantiated(self.request, self.ns)
            before = answered(self.store, self.ns['id'], self.request, self.operation)
            if before is not None:
                return results.answered(self.ns, before)
        resources = read_resources(self.store, self.ns)
        if self.operation == 'TERMINATE' and self.ns['state'] == 'NOT_INSTANTIATED' and not resources \
                and not self.ns.get('pending') and self.op_occ is None:
            return results.nothing(self.ns, None)
        draft = self._draft(resources)
        draft.problems += waiting.not_run(self.request, draft.plan)
        if self.op_occ is None and not draft.problems and not self._has_work(draft, resources):
            return results.nothing(self.ns, draft)
        if draft.problems and self.at_once:
            raise results.with_state(results.refused(None, draft, self.ns), None, self.ns, self.request, draft)
        op_occ = self._start(draft, resources)
        if draft.problems:
            raise self._refuse(self.refused(op_occ, draft), draft)
        result = self._execute(op_occ, draft, resources)
        if self.parked is not None:
            # The plan of all of it was shown when it began
            result['plan'] = {key: value for key, value in (op_occ.dir.read_json(self.PLAN) or {}).items() if key != 'schema'}
            result.pop('diff', None)
        return result

    def take_up(self) -> None:
        """An op-occ that is still open: recovered if its owner died, retried if it is this verb's, else refused."""
        if self.parked is not None:
            results.refuse_other_verb(self.parked, self.operation, self.request)
            self.op_occ, self.operation = self.parked, self.parked.operation
            return
        self.op_occs.sweep(self.ns['id'])
        self.op_occ = self.op_occs.open_for(self.ns['id'])
        if self.op_occ is None:
            return
        # The lock is ours, so whoever runs it is dead
        if recover(self.store, self.lock, self.op_occ, fold=fold_journal):
            self.ns = self.store.read('ns', self.ns['id']) or self.ns
            self.op_occ = self.op_occs.open_for(self.ns['id'])
        if self.op_occ is not None:
            results.refuse_other_verb(self.op_occ, self.operation, self.request)
            self.operation = self.op_occ.operation

    def make_draft(self, resources: Resources) -> Draft:
        """Read the VIMs and plan."""
        return make_draft(self.request, self.ns, resources, list(self.ns.get('pending', ())), self.tell, self.store, wait=True,
                          base=base_of(self.op_occ, self.ns, resources))

    def refused(self, op_occ: OpOcc, draft: Draft) -> OpOccError:
        """What stands against the plan, as an error."""
        return results.refused(op_occ, draft, self.ns)

    def _draft(self, resources: Resources) -> Draft:
        try:
            return self.make_draft(resources)
        except InputError as error:
            if self.op_occ is None or not self.op_occ.data['waiting_for']:
                raise
            raise self._refuse(results.unreadable(self.op_occ, error, self.ns)) from error
        except (VimError, Interrupted) as error:
            if not self.at_once:
                self._start(None, resources)
            raise self._refuse(results.unreadable(self.op_occ, error, self.ns)) from error

    def _has_work(self, draft: Draft, resources: Resources) -> bool:
        """Whether an op-occ is needed: tasks, another document, or a record that is not what was found."""
        pending = self.ns.get('pending') and not draft.aim.asked.of_servers
        if draft.plan.tasks or draft.plan.forgotten or draft.plan.gone or pending:
            return True
        if any(resources.get(item) != values for item, values in draft.plan.found.items()):
            return True
        wanted = {'TERMINATE': 'NOT_INSTANTIATED', RECONCILE: self.ns['state']}.get(self.operation, 'INSTANTIATED')
        return self.ns['state'] != wanted or (draft.target is not None and any(
            (getattr(draft.aim, key) or {}) != (self.ns.get(key) or {}) for key in KEPT))

    def _start(self, draft: Draft | None, resources: Resources) -> OpOcc:
        """STARTING, unless an open op-occ is being retried."""
        if self.op_occ is not None:
            return self.op_occ
        add_vnfs(self.ns, [vnf.name for vnf in draft.target.vnfs] if draft and draft.target else [])
        self.store.write('ns', self.ns['id'], self.ns)
        named = {vnf_of(task.item) for task in draft.plan.tasks.values()} if draft else set()
        named |= {change.name for change in draft.plan.changes if change.kind == 'vnf'} if draft else set()
        touched = {name: vnf_id for name, vnf_id in self.ns.get('vnfs', {}).items()
                   if name in named or self.operation in WHOLE}
        counts = draft.plan.counts() if draft else {}
        # One that has an id and nothing else got it just now, or from a run that died before it had an op-occ
        new = [vnf_id for vnf_id in touched.values() if self.store.read('vnf', vnf_id) is None]
        had = {one.data.get('vnf_id') for one in self.op_occs.list(ns_id=self.ns['id'])} if new else set()
        created = [vnf_id for vnf_id in new if vnf_id not in had]
        self.op_occ = self.op_occs.start(self.operation, self.ns, touched, parameters(self.request), self.lock.owner, counts,
                                         self.request.op_occ_retention, {'ns': self.ns, 'resources': resources}, created=created)
        return self.op_occ

    def _refuse(self, error: OpOccError, draft: Draft | None = None) -> OpOccError:
        """The pre-flight said no: a new op-occ is ROLLED_BACK, one that is taken up again stays FAILED_TEMP, or comes to it."""
        if self.op_occ is not None and self.op_occ.state != 'FAILED_TEMP':
            self.op_occ.trigger('refuse' if self.op_occ.state == 'STARTING' else 'failed', error=error.problem)
        return results.with_state(error, self.op_occ, self.ns, self.request, draft)

    def _execute(self, op_occ: OpOcc, draft: Draft, resources: Resources) -> dict[str, Any]:
        answers = waiting.answers(op_occ, self.request)
        if op_occ.unbegun or not op_occ.data['waiting_for']:
            op_occ.dir.write_json(self.PLAN, as_data(draft.plan))
        self.ns['vims'] = draft.clouds
        if self.request.descriptor:
            # Task files of later verbs stand beside it
            self.ns['descriptor'] = self.request.descriptor
        key_pair.keep(draft.key_pair, self.store, self.ns)
        self.store.write('ns', self.ns['id'], self.ns)
        self.lock.name_op_occ(op_occ.id)
        self._begin(op_occ, draft)
        try:
            return self._finish(op_occ, draft, resources,
                                execute(self.request, op_occ, draft, resources, self.lock, self.tell, self.work, answers))
        except StoreError as error:
            # The op-occ stays PROCESSING on disk, and the journal has all that was made: recovery tells the truth
            raise results.with_state(results.unwritable(op_occ, error, self.ns), op_occ, self.ns, self.request, draft) from error

    def _begin(self, op_occ: OpOcc, draft: Draft) -> None:
        if op_occ.data['waiting_for'] and op_occ.state not in self.BEGIN:
            op_occ.go_on(self.lock.owner)
            return
        mode = op_occ.cancel_wish()
        if op_occ.state == 'STARTING' and mode is not None:
            error = results.cancelled(op_occ, self.ns, mode)
            op_occ.trigger('cancel', error=error.problem)
            raise results.with_state(error, op_occ, self.ns, self.request, draft)
        progress = {'done': 0, 'total': len(draft.plan.tasks)}
        if op_occ.state not in self.BEGIN:
            # It began with its request
            op_occ.show(progress=progress)
            return
        # One that an earlier attempt has left
        op_occ.forget_cancel()
        trigger = self.BEGIN[op_occ.state]
        if trigger == 'retry':
            # With a corrected document, say: the next retry goes on with that
            op_occ.dir.write_json('parameters.json', {'parameters': parameters(self.request)})
        op_occ.trigger(trigger, owner=self.lock.owner, progress=progress,
                       resources=draft.plan.counts() if op_occ.unbegun else None)

    def _finish(self, op_occ: OpOcc, draft: Draft, resources: Resources, end: WorkEnd) -> dict[str, Any]:
        """Record and op-occ change together: the record first, since recovery would bring it to the same."""
        op_occ.dir.write_json('end.json', {'calls': end.calls, 'seconds': end.outcome.seconds})
        entries = read_journal(op_occ)
        self.ns['doubtful'] = merge_doubtful(self.ns.get('doubtful', ()), entries)
        if not draft.aim.asked.of_servers:
            # Where only servers were looked at, what else may be there is still to be found
            self.ns['pending'] = [] if end.ok else merge_pending(self.ns.get('pending', ()), entries)
        if end.ok:
            self.settle(draft)
        servers = any(item.startswith('vdu:') and 'id' in one for item, one in resources.items())
        if end.ok and draft.target is None and not servers:
            key_pair.forget(self.store, self.ns)
        write_record(self.store, self.ns, resources)
        if end.parked:
            return waiting.park(op_occ, draft, self.ns, resources, end, self.request, self.tell)
        if end.ok:
            op_occ.trigger(self.DONE, progress=end.progress)
            return results.completed(op_occ, draft, self.ns, end)
        error = results.failed(op_occ, draft, self.ns, end, self.request)
        op_occ.trigger('cancel' if end.cancel else 'failed', error=error.problem, progress=end.progress)
        raise results.with_state(error, op_occ, self.ns, self.request, draft)

    def settle(self, draft: Draft) -> None:
        """The target is reached: it is what the next document is compared with."""
        if self.operation == RECONCILE:
            # What is declared stays what it is
            return
        instantiated = draft.target is not None
        self.ns.update((self.op_occ.dir.read_json(KEPT_OF_REQUEST) or {}).get('kept') or {} if self.op_occ else {})
        self.ns.update({key: getattr(draft.aim, key) for key in KEPT})
        self.ns.update(state='INSTANTIATED' if instantiated else 'NOT_INSTANTIATED',
                       description=draft.target.description if draft.target else self.ns.get('description', ''))


def need_instantiated(request: Request, ns: Mapping[str, Any]) -> None:
    """
    :raises OpOccError: 409, what is not instantiated is to be scaled, healed and so on.
    """
    if request.operation in OF_RECORD and ns.get('state') != 'INSTANTIATED':
        raise results.not_instantiated(ns, request.operation)


def base_of(op_occ: OpOcc | None, ns: Mapping[str, Any], resources: Resources) -> Base:
    """What an operation starts from: the record, of one that is taken up again the record from before it."""
    before = op_occ.dir.read_json('record_before.json') if op_occ is not None else None
    if op_occ is None or before is None:
        return Base(ns, resources)
    entries = read_journal(op_occ)
    done = {entry['task'] for entry in entries if entry['event'] == 'task' and entry['status'] == 'DONE'}
    return Base({**ns, **{key: before['ns'].get(key) for key in KEPT}}, before['resources'], frozenset(done), moved_from(entries))


def moved_from(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """``host_id`` of the hosts that servers were on when an operation first sent them to another, by record key."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry['event'] == 'intent' and entry.get('call') == 'move':
            found.setdefault(entry['task'].partition(' ')[2], entry['target']['from'])
    return found


def parameters(request: Request) -> dict[str, Any]:
    """What an op-occ keeps of its request: enough to go on with it, and no secret."""
    kept = {one.name: getattr(request, one.name) for one in dataclasses.fields(request) if one.name not in OF_A_RUN}
    return {**kept, 'document': redact(request.document)}
