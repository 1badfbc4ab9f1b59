# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""inject_ssh_key, carried out: looked at, then an op-occ where there is something to do, and a result for each instance.

Nothing of it is in the VIM or in the record, so what fails leaves nothing to roll back: its op-occ is FAILED and closes nothing
to other verbs, and the same verb again puts in what is missing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.ssh import Guest, SshError, put_key
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, results
from ansible_collections.nfv.mano.plugins.module_utils.operation.injection import OPERATION, Injection, Wish, settle
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.plan import render
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Plan
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, owner_alive

CANCELLED = 'cancelled before it was its turn'
#: What an instance's result may be.
WELL = {'there': 'the key is there', 'added': 'the key was put in', 'absent': 'the key would be put in'}
Row = dict[str, Any]


def inject(wish: Wish, dry: bool) -> dict[str, Any]:
    """See to it that the key is in every guest that is meant; returns what the module returns.

    :raises InputError: something is wrong with what is asked for; nothing was touched.
    :raises OpOccError: 404, no such NS; 409, another operation is open; or some guest does not have the key.
    """
    store = Store(wish.state_dir)
    store.prepare(create=False)
    ns = again.find_ns(store, wish.ns)
    if dry:
        found = OpOccs(store).open_for(ns['id'])
        if found is not None and owner_alive(store, ns['id']):
            raise results.still_running(found)
        _refuse_others(found, wish)
        with tempfile.TemporaryDirectory(prefix='nfv-mano-') as folder:
            return _Pass(wish, store, ns, None).look(folder)
    with NsLock(store, ns['id'], force_takeover=wish.force_takeover) as lock:
        op_occs = OpOccs(store)
        op_occs.sweep(ns['id'])
        found = op_occs.open_for(ns['id'])
        if found is not None:
            # The lock is ours, so whoever ran it is dead
            recover(store, lock, found, fold=fold_journal)
            _refuse_others(op_occs.open_for(ns['id']), wish)
            if found.state == 'FAILED_TEMP':
                found.trigger('fail')
        return _Pass(wish, store, store.read('ns', ns['id']) or ns, lock).run()


def _refuse_others(found: OpOcc | None, wish: Wish) -> None:
    if found is not None and found.operation != OPERATION:
        results.refuse_other_verb(found, OPERATION, wish.request())


class _Pass:
    """One pass over the guests; ``lock`` None: a dry one."""

    def __init__(self, wish: Wish, store: Store, ns: dict[str, Any], lock: NsLock | None) -> None:
        self.wish, self.store, self.ns, self.lock = wish, store, ns, lock
        self.asked: Injection = settle(wish, store, ns, read_resources(store, ns))
        self.rows: dict[str, Row] = {}

    def look(self, folder: str) -> dict[str, Any]:
        """What is missing where; host keys that are new are remembered in a folder that goes."""
        known = self.asked.login.known_hosts
        if known is not None:
            copied = os.path.join(folder, 'known_hosts')
            if os.path.exists(known):
                shutil.copy(known, copied)
            self.asked = self.asked._replace(login=self.asked.login._replace(known_hosts=copied))
        self._each(self.asked.guests, look=True)
        missing = bool(self._open())
        return {**self._result('planned' if missing else 'unchanged'), 'changed': missing}

    def run(self) -> dict[str, Any]:
        """Look, and put in what is missing."""
        self._each(self.asked.guests, look=True)
        missing = self._open()
        if not missing or self.lock is None:
            return self._result('unchanged')
        plan = self._plan()
        vnf_ids = {name: vnf_id for name, vnf_id in self.ns.get('vnfs', {}).items()
                   if any(one.partition('/')[0] == name for one in missing)}
        op_occs = OpOccs(self.store)
        op_occ = op_occs.start(OPERATION, self.ns, vnf_ids, self._parameters(), self.lock.owner, plan.counts(),
                               self.wish.op_occ_retention)
        op_occ.dir.write_json('plan.json', render.as_data(plan))
        self.lock.name_op_occ(op_occ.id)
        op_occ.trigger('grant', owner=self.lock.owner, progress={'done': 0, 'total': len(missing)})
        self._each(missing, look=False, cancelled=lambda: op_occ.cancel_wish() is not None)
        return self._end(op_occ, missing)

    def _end(self, op_occ: OpOcc, missing: list[str]) -> dict[str, Any]:
        failed = {name: self.rows[name]['msg'] for name in missing if self.rows[name]['failed']}
        progress = {'done': len(missing) - len(failed), 'total': len(missing)}
        if not failed:
            op_occ.trigger('done', progress=progress)
            return self._result('changed', op_occ)
        lines = [f'{name}: {why}' for name, why in failed.items()]
        cancelled = CANCELLED in failed.values()
        title = (f'{self.ns["name"]}: the key is not in {len(failed)} of {len(self.asked.guests)} instances'
                 f'{"; cancelled" if cancelled else ""}')
        error = results.OperationError(ProblemDetails(title, 409 if cancelled else 500, '\n'.join(lines), f'op_occ/{op_occ.id}'))
        op_occ.trigger('cancel' if cancelled else 'failed', error=error.problem, progress=progress)
        if not cancelled:
            op_occ.trigger('fail')
        error.result.update(self._result('failed', op_occ), message='\n'.join([
            title, *(f'  {line}' for line in lines), 'Run the same again once the cause is mended: it puts in what is missing.']))
        raise error

    def _each(self, names: Iterable[str], look: bool, cancelled: Callable[[], bool] = lambda: False) -> None:
        with ThreadPoolExecutor(max(self.wish.max_parallel, 1)) as pool:
            for row in pool.map(lambda name: self._one(name, look, cancelled), names):
                self.rows[row['name']] = row

    def _one(self, name: str, look: bool, cancelled: Callable[[], bool]) -> Row:
        guest = self.asked.guests[name]
        if not isinstance(guest, Guest):
            return {'name': name, 'address': None, 'changed': False, 'failed': True, 'msg': guest}
        row = {'name': name, 'address': guest.address, 'port': guest.port, 'user': guest.user, 'failed': False}
        if cancelled():
            return {**row, 'changed': False, 'failed': True, 'msg': CANCELLED}
        try:
            found = put_key(guest, self.asked.login, self.asked.key, look)
        except SshError as error:
            return {**row, 'changed': False, 'failed': True, 'msg': str(error)}
        return {**row, 'changed': found != 'there', 'msg': WELL[found]}

    def _open(self) -> list[str]:
        """Instances that do not have the key, by what is known."""
        return [name for name, row in self.rows.items() if row['failed'] or row['changed']]

    def _plan(self) -> Plan:
        plan = Plan(self.ns['name'], unchanged=len(self.rows) - len(self._open()))
        kind, _blob, comment = (*self.asked.key.split(' ', 2), '')[:3]
        for name in self._open():
            row = self.rows[name]
            where = f'{row["user"]}@{row["address"]}' if row['address'] else 'nowhere'
            why = f'not known to be there: {row["msg"]}' if row['failed'] else 'the key is not there'
            plan.changes.append(Change('update', 'key', name, 'default', f'{kind} {comment} -> {where}'.replace('  ', ' '), why))
        return plan

    def _parameters(self) -> dict[str, Any]:
        """What the op-occ keeps of the request; there is no ``operation``: a retry is the verb itself."""
        return {'ns': self.wish.ns, 'vnf': self.wish.vnf, 'vdu': self.wish.vdu, 'count_index': self.wish.count_index,
                'key': self.asked.key, 'instances': list(self.asked.guests)}

    def _result(self, result: str, op_occ: OpOcc | None = None) -> dict[str, Any]:
        plan = self._plan()
        brief: Mapping[str, Any] = {'id': op_occ and op_occ.id, 'state': op_occ and op_occ.state,
                                    'operation': op_occ and op_occ.operation, 'result': result}
        return {'changed': any(row['changed'] for row in self.rows.values()), 'op_occ': dict(brief),
                'ns': {key: self.ns.get(key) for key in ('id', 'name', 'state')}, 'instances': list(self.rows.values()),
                'diff': {'prepared': render.text(plan)}}
