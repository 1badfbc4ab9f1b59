# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Op-occs as facts: one for the operation on the NS, and one for each VNF that it touches, moved together."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import fitting, without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails, conflict, not_found
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, RUNNING, first_state, next_state
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import OpOccDir, Store, now
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, owner_alive

OWNER = ('host', 'boot_id', 'pid')
#: Where who wants it cancelled says so, and how; its owner looks there.
CANCEL = 'cancel.json'
CANCEL_MODES = ('GRACEFUL', 'FORCEFUL')
#: What it waits for in full; its fact has the gist.
WAITING_FOR = 'waiting_for.json'


class OpOcc:
    """One op-occ of an NS with those of its VNFs; ``data`` is its fact."""

    def __init__(self, store: Store, data: dict[str, Any]) -> None:
        self._store = store
        self.data = data

    @property
    def id(self) -> str:
        """Its UUID."""
        return self.data['id']

    @property
    def state(self) -> str:
        """Its state, one of states.STATES."""
        return self.data['state']

    @property
    def operation(self) -> str:
        """INSTANTIATE, UPDATE, TERMINATE ..."""
        return self.data['operation']

    @property
    def ns_id(self) -> str:
        """The NS it is of."""
        return self.data['ns_id']

    @property
    def run_by(self) -> str:
        """Whose process has it, or had it last, in words; empty where nobody began with it."""
        owner = self.data.get('owner') or {}
        return f'pid {owner.get("pid")} on host {owner.get("host")}' if owner.get('pid') else ''

    @property
    def dir(self) -> OpOccDir:
        """Its folder: parameters, plan, record from before, errors, states, journal."""
        return self._store.op_occ_dir(self.id)

    def errors(self) -> list[dict[str, Any]]:
        """The error of every attempt in full, the first one first: ProblemDetails with ``time`` and ``attempt``."""
        return (self.dir.read_json('errors.json') or {'errors': []})['errors']

    def states(self) -> list[dict[str, Any]]:
        """Every state it has been in, with its time and trigger, the first one first."""
        return (self.dir.read_json('states.json') or {'states': []})['states']

    def vnf_op_occs(self) -> list[dict[str, Any]]:
        """The op-occs of the VNFs that this operation touches."""
        ids = (self.dir.read_json('vnf_op_occs.json') or {'ids': []})['ids']
        return [data for data in (self._store.read('op_occ', one) for one in ids) if data is not None]

    def created(self) -> list[str]:
        """The ids that VNFs got with this operation."""
        return (self.dir.read_json('vnf_op_occs.json') or {}).get('created', [])

    @property
    def parked(self) -> bool:
        """Whether it waits for task files of the user's: no process works on it, and until the lease ends none is missed."""
        waiting = self.data.get('waiting_for')
        return self.state in RUNNING and bool(waiting) and waiting['until'] > now()

    @property
    def unbegun(self) -> bool:
        """Whether it was accepted and nobody has begun to carry it out: it waits, and for no task file."""
        waiting = self.data.get('waiting_for')
        return self.state in RUNNING and bool(waiting) and not waiting['files']

    def park(self, waiting_for: Mapping[str, Any], files: Sequence[Mapping[str, Any]], progress: Mapping[str, int]) -> None:
        """Leave it to whoever runs the task files; with the NS's lock held.

        :param waiting_for: {lease, until, files}: its name, when it ends, and the files by name.
        :param files: the same in full, with the tasks that wait for each.
        """
        self.dir.write_json(WAITING_FOR, {'files': list(files)})
        self.show(waiting_for=dict(waiting_for), progress=dict(progress))

    def waited_for(self) -> list[dict[str, Any]]:
        """The files that it was parked for, in full."""
        return (self.dir.read_json(WAITING_FOR) or {'files': []})['files']

    def go_on(self, owner: Mapping[str, Any]) -> None:
        """It waits no longer; with the NS's lock held."""
        self.show(waiting_for=None, owner=_owner(owner))

    def trigger(self, name: str, *, error: ProblemDetails | None = None, progress: Mapping[str, int] | None = None,
                resources: Mapping[str, int] | None = None, owner: Mapping[str, Any] | None = None) -> None:
        """Move it, and the op-occs of its VNFs with it.

        The move stands in states.json before any fact is written, and the NS's own fact is written last: what a crash cuts
        short is found open, and :meth:`finish` does the rest.

        :param progress: {done, total} of tasks.
        :param resources: how many resources are to be made, changed and deleted, by action.
        :param owner: the process that goes on with it (a lock's ``owner``), for retry and rollback.
        :raises OpOccError: 409, the table does not allow it; nothing is written.
        :raises StoreError: a file can't be written; what was moved is moved again by the next.
        """
        state, moment = next_state(self.state, name, self.id), now()
        attempts = self.data['attempts'] + (name == 'retry')
        changes: dict[str, Any] = {'state': state, 'state_entered_time': moment, 'attempts': attempts,
                                   'end_time': None if state in OPEN else moment, 'waiting_for': None}
        if state not in RUNNING:
            changes['cancel_pending'] = False
        if error is not None:
            self.dir.write_json('errors.json', {'errors': [
                *self.errors(), {'time': moment, 'attempt': attempts, 'trigger': name, **error.to_dict()}]})
            changes['error'] = error.to_dict()
        elif name in ('grant', 'retry'):
            changes['error'] = None
        for key, value in (('progress', progress), ('resources', resources)):
            if value is not None:
                changes[key] = dict(value)
        if owner is not None:
            changes['owner'] = _owner(owner)
        states = [*self.states(), {'state': state, 'time': moment, 'trigger': name}]
        self.dir.write_json('states.json', {'states': states, 'changes': changes})
        self._apply(changes)

    def journalled_progress(self) -> dict[str, int] | None:
        """How far the last attempt came, by its journal; None where it did not begin."""
        entries = Journal.read(self.dir.journal_path)
        begins = [number for number, entry in enumerate(entries) if entry['event'] == 'begin']
        if not begins:
            return None
        done = {entry['task'] for entry in entries[begins[-1]:] if entry['event'] == 'task' and entry['status'] == 'DONE'}
        before = entries[begins[-1]].get('done', 0)
        return {'done': before + len(done), 'total': before + entries[begins[-1]]['tasks']}

    def wish_cancel(self, mode: str) -> None:
        """Tell its owner that it is to end, one of CANCEL_MODES."""
        self.dir.write_json(CANCEL, {'mode': mode, 'time': now()})

    def cancel_wish(self) -> str | None:
        """The mode in which it is to be cancelled, None where nobody asks for that."""
        return (self.dir.read_json(CANCEL) or {}).get('mode')

    def forget_cancel(self) -> None:
        """Withdraw the wish: one of an earlier attempt, or one that came too late."""
        self.dir.remove(CANCEL)

    def show(self, **changes: Any) -> None:
        """Change what its fact tells without a move: progress, cancel_pending."""
        data = fitting({**self.data, **changes})
        self._store.write('op_occ', self.id, data)
        self.data = data

    def finish(self) -> bool:
        """Do the rest of a move that a crash cut short; with the NS's lock held.

        :returns: whether there was one.
        """
        changes = (self.dir.read_json('states.json') or {}).get('changes')
        if not changes or changes['state_entered_time'] == self.data['state_entered_time']:
            return False
        self._apply(changes)
        return True

    def _apply(self, changes: dict[str, Any]) -> None:
        # Progress and counts are of the whole operation
        of_vnf = {key: value for key, value in changes.items() if key not in ('progress', 'resources')}
        for part in self.vnf_op_occs():
            self._store.write('op_occ', part['id'], fitting({**part, **of_vnf}))
        data = fitting({**self.data, **changes})
        self._store.write('op_occ', self.id, data)
        self.data = data


class OpOccs:
    """All op-occs of a state directory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, operation: str, ns: Mapping[str, Any], vnfs: Mapping[str, str], parameters: Mapping[str, Any],
              owner: Mapping[str, Any], counts: Mapping[str, int], keep: int | None = None,
              before: Mapping[str, Any] | None = None, waiting_for: Mapping[str, Any] | None = None,
              created: Sequence[str] = ()) -> OpOcc:
        """A new op-occ in STARTING, with one for each VNF (name -> id); with the NS's lock held.

        Its own fact is written last: an op-occ is there with all its parts, or not at all.

        :param counts: how many resources are to be made, changed and deleted, by action.
        :param keep: how many finished ones of the NS stay beside it, whatever they ended in (None: all of them).
        :param before: the record from before, for a rollback.
        :param waiting_for: {lease, until, files}, where another process is to carry it out.
        :param created: ids of VNFs, which they got just now.
        :raises OpOccError: 409, the NS has an open op-occ; nothing is written.
        :raises StoreError: a file can't be written.
        """
        found = self.open_for(ns['id'])
        if found is not None:
            raise conflict(f'{operation} refused: {found.operation} {found.id} is {found.state}',
                           f'an NS has one open operation at a time; this one was run by {found.run_by or "nobody yet"}',
                           f'op_occ/{found.id}')
        if keep is not None:
            self._store.retain(ns['id'], keep)
        state, moment = first_state(operation), now()
        common = {'kind': 'op_occ', 'ns_id': ns['id'], 'ns_name': ns['name'], 'operation': operation, 'state': state,
                  'state_entered_time': moment, 'start_time': moment, 'end_time': None, 'progress': {'done': 0, 'total': 0},
                  'error': None, 'attempts': 1, 'cancel_pending': False, 'waiting_for': None, 'owner': _owner(owner)}
        op_occ = OpOcc(self._store, fitting({**common, 'id': str(uuid.uuid4()), 'scope': 'ns', 'parent': None,
                                             'resources': dict(counts), 'waiting_for': waiting_for and dict(waiting_for)}))
        parts = [{**common, 'id': str(uuid.uuid4()), 'scope': 'vnf', 'vnf_id': vnf_id, 'vnf_name': name, 'resources': {},
                  'parent': op_occ.id} for name, vnf_id in sorted(vnfs.items())]
        op_occ.dir.write_json('parameters.json', {'parameters': without_secrets(parameters)})
        if before is not None:
            op_occ.dir.write_json('record_before.json', dict(before))
        op_occ.dir.write_json('states.json', {'states': [{'state': state, 'time': moment, 'trigger': 'request'}]})
        op_occ.dir.write_json('vnf_op_occs.json', {'ids': [part['id'] for part in parts], 'created': list(created)})
        for part in parts:
            self._store.write('op_occ', part['id'], fitting(part))
        self._store.write('op_occ', op_occ.id, op_occ.data)
        return op_occ

    def get(self, op_occ_id: str) -> OpOcc:
        """An op-occ by its id.

        :raises OpOccError: 404.
        :raises StoreError: its fact is damaged.
        """
        try:
            self._store.file('op_occ', op_occ_id)
        except StoreError:
            data = None
        else:
            data = self._store.read('op_occ', op_occ_id)
        if data is None:
            raise not_found('No such op-occ', f'{op_occ_id} is not an op-occ of {self._store.path}')
        return OpOcc(self._store, data)

    def open_for(self, ns_id: str) -> OpOcc | None:
        """The open op-occ of an NS; there is one at most."""
        for data in self._store.all('op_occ'):
            if data['scope'] == 'ns' and data['ns_id'] == ns_id and data['state'] in OPEN:
                return OpOcc(self._store, data)
        return None

    def sweep(self, ns_id: str) -> None:
        """Close and archive op-occs of VNFs whose start was interrupted before their NS op-occ was there; with the lock held."""
        facts = self._store.all('op_occ')
        known = {data['id'] for data in facts}
        for data in facts:
            if data['ns_id'] != ns_id or not data.get('parent') or data['parent'] in known:
                continue
            if data['state'] in OPEN:
                moment = now()
                self._store.write('op_occ', data['id'], {
                    **data, 'state': next_state('STARTING', 'owner_died'), 'state_entered_time': moment, 'end_time': moment})
            # Nothing leads to it any more, so retention would never come to it
            self._store.archive(data['parent'])
            self._store.archive(data['id'])

    def list(self, limit: int | None = None, vnf: str | None = None, **filters: Any) -> list[OpOcc]:
        """Op-occs whose attributes have these values (None: any), newest first.

        :param vnf: id or name of a VNF; those of its NS are not among them.
        """
        asked = {key: value for key, value in filters.items() if value is not None}
        found = [data for data in self._store.all('op_occ') if all(data.get(key) == value for key, value in asked.items())
                 and (vnf is None or vnf in (data.get('vnf_id'), data.get('vnf_name')))]
        found.sort(key=lambda data: data['start_time'], reverse=True)
        return [OpOcc(self._store, data) for data in found[:limit if limit is None else max(limit, 0)]]


def recover(store: Store, lock: NsLock, op_occ: OpOcc, fold: Callable[[Store, OpOcc], None]) -> bool:
    """Close an op-occ whose owner died: what was made is folded into the record, then it is moved as the table says.

    Only with the lock held: that it could be taken is the proof that the owner is dead, or that the lease of one that is parked
    has ended. A move that the crash cut short is finished before. It can itself be interrupted at any point and run again.

    :returns: whether there was something to recover.
    :raises OpOccError: 409, it is parked, and its lease has not ended.
    """
    lock.fence()
    finished = op_occ.finish()
    if op_occ.state not in RUNNING:
        return finished
    if op_occ.parked and lock.previous is None and not lock.force_takeover:
        raise waits(op_occ)
    waiting = op_occ.data.get('waiting_for')
    why = f'its owner ({op_occ.run_by or "unknown"}) died in {op_occ.state}'
    if waiting:
        why = f'it waited for {listed(waiting["files"])} until {waiting["until"]}, and nobody went on with it'
    fold(store, op_occ)
    op_occ.trigger('owner_died', progress=op_occ.journalled_progress(), error=ProblemDetails(
        f'{op_occ.data["ns_name"]}: {op_occ.operation} was interrupted', 500, why, instance=f'op_occ/{op_occ.id}'))
    return True


def waits(op_occ: OpOcc) -> OpOccError:
    """409: it waits for task files of the user's."""
    waiting = op_occ.data['waiting_for']
    return conflict(f'{op_occ.operation} {op_occ.id} is {op_occ.state} and waits for {listed(waiting["files"])}',
                    f'its play (of {op_occ.run_by or "nobody"}) runs that and goes on with it then; the lease ends at '
                    f'{waiting["until"]}. If the play is dead: nfv.mano.cancel ends it at once, nfv_force_takeover=true goes on '
                    'without waiting', f'op_occ/{op_occ.id}')


def held(store: Store, op_occ: OpOcc) -> bool:
    """Whether somebody works on it, or it is parked; takes nothing over."""
    return owner_alive(store, op_occ.ns_id) or op_occ.parked


def lease(seconds: float, files: Sequence[str]) -> dict[str, Any]:
    """What an op-occ waits for from now on, at most so long: ``waiting_for``, {lease, until, files}."""
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return {'lease': str(uuid.uuid4()), 'until': until.isoformat(timespec='microseconds').replace('+00:00', 'Z'),
            'files': list(files)}


def listed(files: Sequence[str]) -> str:
    """``task file a.yml, b.yml``; of what waits for none, its playbook."""
    return f'task file {", ".join(files)}' if files else 'its playbook'


def _owner(owner: Mapping[str, Any]) -> dict[str, Any]:
    return {key: owner.get(key) for key in OWNER}
