# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Op-occs as facts: one for the operation on the NS, and one for each VNF that it touches, moved together."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import ProblemDetails, not_found
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, next_state
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import OpOccDir, Store, now
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

#: Bytes of a fact, so that setup stays fast over thousands of them, and of its texts. Errors stand in full in errors.json.
FACT_LIMIT = 4096
TITLE_LIMIT, DETAIL_LIMIT, NAME_LIMIT = 200, 1200, 128


class OpOcc:
    """One op-occ of an NS with those of its VNFs."""

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
    def dir(self) -> OpOccDir:
        """Its folder: parameters, plan, record from before, errors, states, journal."""
        return self._store.op_occ_dir(self.id)

    def trigger(self, name: str, *, error: ProblemDetails | None = None, progress: Mapping[str, int] | None = None) -> None:
        """Move it, and the op-occs of its VNFs with it.

        VNF op-occs are written first: as long as the NS's own is open, recovery moves all of them again.

        :raises OpOccError: 409, the table does not allow it; nothing is written.
        :raises StoreError: a file can't be written.
        """
        state, moment = next_state(self.state, name, self.id), now()
        history = self.dir.read_json('states.json') or {'states': []}
        history['states'].append({'state': state, 'time': moment, 'trigger': name})
        if error is not None:
            errors = self.dir.read_json('errors.json') or {'errors': []}
            errors['errors'].append({'time': moment, 'attempt': self.data['attempts'], **error.to_dict()})
            self.dir.write_json('errors.json', errors)
        changes: dict[str, Any] = {'state': state, 'state_entered_time': moment,
                                   'end_time': None if state in OPEN else moment}
        changes['error'] = _short(error) if error is not None else None if name in ('grant', 'retry') else self.data['error']
        if progress is not None:
            changes['progress'] = dict(progress)
        if name == 'retry':
            changes['attempts'] = self.data['attempts'] + 1
        for vnf_op_occ in self.vnf_op_occs():
            self._store.write('op_occ', vnf_op_occ['id'], _fitting({**vnf_op_occ, **changes}))
        self.dir.write_json('states.json', history)
        self.data.update(changes)
        self._store.write('op_occ', self.id, _fitting(self.data))

    def vnf_op_occs(self) -> list[dict[str, Any]]:
        """The op-occs of the VNFs that this operation touches."""
        ids = (self.dir.read_json('vnf_op_occs.json') or {'ids': []})['ids']
        return [data for data in (self._store.read('op_occ', one) for one in ids) if data is not None]


class OpOccs:
    """All op-occs of a state directory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, operation: str, ns: Mapping[str, Any], vnfs: Mapping[str, str], parameters: Mapping[str, Any],
              owner: Mapping[str, Any], counts: Mapping[str, int]) -> OpOcc:
        """A new op-occ in STARTING, with one for each VNF (name -> id).

        Its own fact is written last: an op-occ is there with all its parts, or not at all.
        """
        moment = now()
        common = {'kind': 'op_occ', 'ns_id': ns['id'], 'ns_name': ns['name'], 'operation': operation, 'state': 'STARTING',
                  'state_entered_time': moment, 'start_time': moment, 'end_time': None, 'progress': {'done': 0, 'total': 0},
                  'error': None, 'attempts': 1, 'cancel_pending': False, 'waiting_for': None,
                  'owner': {key: owner.get(key) for key in ('host', 'boot_id', 'pid')}}
        op_occ = OpOcc(self._store, {**common, 'id': str(uuid.uuid4()), 'scope': 'ns', 'resources': dict(counts)})
        parts = [{**common, 'id': str(uuid.uuid4()), 'scope': 'vnf', 'vnf_id': vnf_id, 'vnf_name': name,
                  'parent': op_occ.id} for name, vnf_id in sorted(vnfs.items())]
        op_occ.dir.write_json('parameters.json', {'parameters': dict(parameters)})
        op_occ.dir.write_json('states.json', {'states': [{'state': 'STARTING', 'time': moment, 'trigger': 'request'}]})
        op_occ.dir.write_json('vnf_op_occs.json', {'ids': [part['id'] for part in parts]})
        for part in parts:
            self._store.write('op_occ', part['id'], _fitting(part))
        self._store.write('op_occ', op_occ.id, _fitting(op_occ.data))
        return op_occ

    def get(self, op_occ_id: str) -> OpOcc:
        """An op-occ by its id.

        :raises OpOccError: 404.
        """
        data = self._store.read('op_occ', op_occ_id) if '/' not in op_occ_id else None
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
        """Close op-occs of VNFs whose start was interrupted before their NS op-occ was there; with the lock held."""
        for data in self._store.all('op_occ'):
            if (data['ns_id'] == ns_id and data['scope'] == 'vnf' and data['state'] in OPEN
                    and self._store.read('op_occ', data['parent']) is None):
                moment = now()
                self._store.write('op_occ', data['id'], {
                    **data, 'state': next_state('STARTING', 'owner_died'), 'state_entered_time': moment, 'end_time': moment})

    def list(self, limit: int | None = None, **filters: Any) -> list[OpOcc]:
        """Op-occs whose attributes have these values (None: any), newest first."""
        asked = {key: value for key, value in filters.items() if value is not None}
        found = [data for data in self._store.all('op_occ') if all(data.get(key) == value for key, value in asked.items())]
        found.sort(key=lambda data: data['start_time'], reverse=True)
        return [OpOcc(self._store, data) for data in found[:limit]]


def recover(store: Store, lock: NsLock, op_occ: OpOcc, fold: Callable[[Store, OpOcc], None]) -> bool:
    """Close an op-occ whose owner died: what was made is folded into the record, then it is moved as the table says.

    Only with the lock held: that it could be taken is the proof that the owner is dead.

    :returns: whether there was something to recover.
    """
    lock.fence()
    if op_occ.state not in OPEN or op_occ.state == 'FAILED_TEMP':
        return False
    owner = op_occ.data.get('owner') or {}
    fold(store, op_occ)
    op_occ.trigger('owner_died', error=ProblemDetails(
        f'{op_occ.data["ns_name"]}: {op_occ.operation} was interrupted', 500,
        f'its owner (pid {owner.get("pid")} on host {owner.get("host")}) died in {op_occ.state}',
        instance=f'op_occ/{op_occ.id}'))
    return True


def _short(error: ProblemDetails) -> dict[str, Any]:
    return {**error.to_dict(), 'title': _cut(error.title, TITLE_LIMIT), 'detail': _cut(error.detail, DETAIL_LIMIT)}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + ' ... (all of it: errors.json)'


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """The fact, cut until it is no larger than setup should have to read."""
    data = {**data, **{key: _cut(data[key], NAME_LIMIT) for key in ('ns_name', 'vnf_name') if data.get(key)}}
    limit = DETAIL_LIMIT
    while len(json.dumps(data, indent=1, ensure_ascii=False).encode()) > FACT_LIMIT - 100 and limit > 10:
        limit //= 2
        if data.get('error'):
            data['error'] = {**data['error'], 'title': _cut(data['error']['title'], limit),
                             'detail': _cut(data['error']['detail'], limit)}
    return data
