# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes: made, waited for, attached, extended, detached and released."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.row_waiter import Judge, Rows, RowWaiter
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import HELD, old_key
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Volume

#: What the record says of volumes that stay: for good, or for the snapshots that stand on them.
KEPT = {'keep': True, 'hold': HELD}
#: What is said of volumes that were let go.
SAID = {'keep': 'kept', 'hold': 'kept for its snapshots', 'retire': 'put aside', 'forget': 'left as it is', 'delete': 'deleted'}
#: Statuses in which Cinder does nothing to a volume.
IDLE = frozenset({'available', 'in-use'})


class Volumes(Kind):
    """Does the tasks of volumes: ``volume`` is one that instances share, ``volumes`` are those of an instance."""

    def __init__(self, calls: Calls, waiters: Mapping[str, Waiter], limits: Mapping[str, float]) -> None:
        super().__init__(calls, waiters, limits)
        self._lock = threading.Lock()
        self._volume_waiters: dict[str, RowWaiter] = {}

    def verbs(self) -> dict[str, Verb]:
        return {'volume.create': single(self._create_shared), 'volume.await': single(self._await_shared),
                'volume.release': single(self._release_shared), 'volumes.create': single(self._create),
                'volumes.attach': single(self._attach), 'volumes.detach': single(self._detach),
                'volumes.extend': single(self._extend), 'volumes.revert': single(self._revert),
                'volumes.release': single(self._release), 'old_volume.delete': single(self._delete_old)}

    def stop(self) -> None:
        with self._lock:
            for waiter in self._volume_waiters.values():
                waiter.stop()

    def _until(self, task: Task, vim: Vim, ids: Iterable[str], what: str, limit: str, judge: Judge, ended: Ended,
               then: Callable[[Rows], None]) -> None:
        """Go on with ``then`` once every volume is judged to be there; a failure is the task's end."""
        def settled(rows: Rows, error: Exception | None) -> None:
            if error is None:
                then(rows)
            else:
                ended(End(task, error, ''))
        with self._lock:
            waiter = self._volume_waiters.get(vim.name)
            if waiter is None:
                waiter = self._volume_waiters[vim.name] = RowWaiter(
                    vim.name, 'volume', lambda: vim.volumes(self._calls.ns_id), vim.get_volume)
        waiter.until(ids, what, self._limits[limit], judge, settled)

    # Made ------------------------------------------------------------------------------------------------------

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        instance, places, names = task.spec
        for place in places:
            spec = instance.volume_spec(place)
            self._made(task, vim, spec, lambda made, place=place, name=spec['volume']: {
                'vim': vim.name, 'volumes': {name: _entry(instance, place, made, False)}})
        ids = self._ids(task.item, instance, names)

        def available(rows: Rows) -> None:
            entries = {name: _entry(instance, place, row, True) for place, name in _places(instance, names)
                       if (row := rows[ids[name]]) is not None}
            self._calls.note('settled', task=task.id, put={task.item: {'vim': vim.name, 'volumes': entries}})
            ended(End(task, None, f'volume{"s" if len(names) > 1 else ""} {", ".join(names)} available'))
        self._until(task, vim, ids.values(), f'create volumes of {instance.name}', 'volume_available',
                    _available(vim, f'create volume of {instance.name}'), ended, available)

    def _made(self, task: Task, vim: Vim, spec: dict[str, Any], puts: Callable[[Volume], dict[str, Any]]) -> Volume:
        return self._calls.create(vim, 'volume', [spec['mark']], task.id, lambda: vim.create_volume(spec),
                                  lambda rows: rows[0], lambda made: {task.item: puts(made)})

    def _ids(self, item: str, instance: Instance, names: Iterable[str]) -> dict[str, str]:
        """Name -> id, of volumes that are by now in the record, the document, or their own item."""
        recorded = self._calls.resources.get(item, {}).get('volumes', {})
        ids = {}
        for place, name in _places(instance, names):
            wanted = instance.shared.volumes[place]
            if wanted.key is not None:
                ids[name] = self._calls.resources[wanted.key]['id']
            else:
                ids[name] = instance.existing_volume(wanted) or recorded[name]['id']
        return ids

    def _create_shared(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec, entry = task.spec
        made = self._made(task, vim, spec, lambda row: {**entry, 'id': row.id, 'size_gib': row.size_gib, 'ready': False})
        self._ready(task, vim, made.id, spec['name'], ended)

    def _await_shared(self, task: Task, vim: Vim, ended: Ended) -> None:
        self._ready(task, vim, task.spec, task.spec, ended)

    def _ready(self, task: Task, vim: Vim, volume_id: str, named: str, ended: Ended) -> None:
        def available(_rows: Rows) -> None:
            self._calls.note('settled', task=task.id, put={task.item: {'ready': True}})
            ended(End(task, None, 'available'))
        what = f'create volume {named}'
        self._until(task, vim, [volume_id], what, 'volume_available', _available(vim, what), ended, available)

    # Changed ---------------------------------------------------------------------------------------------------

    def _attach(self, task: Task, vim: Vim, ended: Ended) -> None:
        server_id, names = task.spec
        volumes = self._calls.resources[task.item]['volumes']
        ids = [volumes[name]['id'] for name in names]
        what = f'attach volumes to server {server_id}'

        def idle(rows: Rows) -> None:
            for volume_id in ids:
                row = rows[volume_id]
                if row is not None and server_id not in row.servers:
                    self._calls.change(vim, task.id, 'attach', volume_id,
                                       lambda volume_id=volume_id: _sent(lambda: vim.attach_volume(server_id, volume_id)))
            self._until(task, vim, ids, what, 'volume_available', _attached(what, server_id), ended, attached)

        def attached(_rows: Rows) -> None:
            ended(End(task, None, f'volume{"s" if len(names) > 1 else ""} {", ".join(names)} attached'))
        self._until(task, vim, ids, what, 'volume_available', _idle(what), ended, idle)

    def _detach(self, task: Task, vim: Vim, ended: Ended) -> None:
        server_id, volumes = task.spec
        what = f'detach volumes from server {server_id}'

        def idle(rows: Rows) -> None:
            for volume_id, row in rows.items():
                if row is not None and server_id in row.servers:
                    self._calls.change(vim, task.id, 'detach', volume_id,
                                       lambda volume_id=volume_id: vim.detach_volume(server_id, volume_id))
            self._until(task, vim, volumes.values(), what, 'volume_available', _detached(what, server_id), ended, detached)

        def detached(_rows: Rows) -> None:
            ended(End(task, None, f'volume{"s" if len(volumes) > 1 else ""} {", ".join(volumes)} detached'))
        self._until(task, vim, volumes.values(), what, 'volume_available', _idle(what), ended, idle)

    def _extend(self, task: Task, vim: Vim, ended: Ended) -> None:
        sizes = dict(task.spec.values())
        what = f'extend volumes of {task.item.partition(":")[2]}'

        def idle(rows: Rows) -> None:
            for volume_id, row in rows.items():
                if row is not None and row.size_gib < sizes[volume_id]:
                    self._calls.change(vim, task.id, 'extend', volume_id,
                                       lambda one=row: vim.extend_volume(one.id, sizes[one.id], one.status == 'in-use'))
            self._until(task, vim, sizes, what, 'volume_available', _of_size(vim, what, sizes), ended, extended)

        def extended(_rows: Rows) -> None:
            for name, (_volume_id, size) in task.spec.items():
                if name:
                    entry = {**self._calls.resources[task.item]['volumes'][name], 'size_gib': size}
                    self._calls.note('changed', task=task.id, put={task.item: {'volumes': {name: entry}}})
                else:
                    self._calls.note('changed', task=task.id, put={task.item: {'size_gib': size}})
            ended(End(task, None, 'extended'))
        self._until(task, vim, sizes, what, 'volume_available', _idle(what), ended, idle)

    def _revert(self, task: Task, vim: Vim, ended: Ended) -> None:
        """Put volumes back to their latest snapshot, in place: {name: (id, snapshot id)}."""
        ids = [volume_id for volume_id, _snapshot in task.spec.values()]
        what = f'revert volumes of {task.item.partition(":")[2]}'

        def free(_rows: Rows) -> None:
            for name, (volume_id, snapshot_id) in task.spec.items():
                request_id = self._calls.change(vim, task.id, 'revert', volume_id, lambda one=volume_id, to=snapshot_id:
                                                vim.revert_volume(one, to))
                told = self._calls.resources.get(task.item, {}).get('reverted') or {}
                self._calls.note('changed', task=task.id, put={task.item: {'reverted': {**told, name: request_id}}})
            self._until(task, vim, ids, what, 'volume_available', _available(vim, what), ended, reverted)

        def reverted(_rows: Rows) -> None:
            ended(End(task, None, f'volume{"s" if len(ids) > 1 else ""} {", ".join(task.spec)} reverted'))
        self._until(task, vim, ids, what, 'volume_available', _available(vim, what), ended, free)

    # Released --------------------------------------------------------------------------------------------------

    def _release(self, task: Task, vim: Vim, ended: Ended) -> None:
        volumes, server_gone = task.spec
        if server_gone:
            self._calls.note('gone', task=task.id, gone={task.item: {'id': server_gone}})
        for name, (volume_id, what) in volumes.items():
            entry = self._calls.resources.get(task.item, {}).get('volumes', {}).get(name)
            if what in KEPT and entry is not None:
                self._calls.note('kept', task=task.id, put={task.item: {'volumes': {name: {**entry, 'kept': KEPT[what]}}}})
            elif what == 'retire' and entry is not None:
                self._retire(task, vim, name, entry)
            elif what == 'forget':
                self._calls.note('gone', task=task.id, gone={task.item: {'volumes': {name: volume_id}}})
        doomed = {volume_id: {task.item: {'volumes': {name: volume_id}}}
                  for name, (volume_id, what) in volumes.items() if what == 'delete'}
        said = ', '.join(f'{name} {SAID[what]}' for name, (_id, what) in volumes.items())
        self._delete(task, vim, doomed, f'volume{"s" if len(volumes) > 1 else ""} {said}', ended)

    def _retire(self, task: Task, vim: Vim, name: str, entry: dict[str, Any]) -> None:
        """Another volume takes its place and its mark; it stays for the snapshots that stand on it."""
        owner, volume_id = task.item.partition(':')[2], entry['id']
        self._calls.change(vim, task.id, 'retire', volume_id,
                           lambda: vim.mark_volume(volume_id, mark(self._calls.ns_id, owner, f'old_volume.{name}.{volume_id}')))
        old = {'vim': vim.name, 'id': volume_id, 'name': name, 'size_gib': entry['size_gib'], 'owned': True}
        self._calls.note('retired', task=task.id, put={old_key(owner, name, volume_id): old},
                         gone={task.item: {'volumes': {name: volume_id}}})

    def _delete_old(self, task: Task, vim: Vim, ended: Ended) -> None:
        key, volume_id = task.spec
        self._delete(task, vim, {volume_id: {key: {'id': volume_id}}}, f'volume {volume_id} deleted', ended)

    def _release_shared(self, task: Task, vim: Vim, ended: Ended) -> None:
        volume_id, what = task.spec
        if what == 'keep':
            self._calls.note('kept', task=task.id, put={task.item: {'kept': True}})
            ended(End(task, None, 'kept'))
            return
        self._delete(task, vim, {volume_id: {task.item: {'id': volume_id}}}, 'deleted', ended)

    def _delete(self, task: Task, vim: Vim, doomed: Mapping[str, dict[str, Any]], said: str, ended: Ended) -> None:
        """Delete volumes once they are free; ``doomed`` has what the record loses with each, by id."""
        if not doomed:
            ended(End(task, None, said))
            return
        what = f'delete volumes of {task.item.partition(":")[2]}'

        def free(_rows: Rows) -> None:
            for volume_id in doomed:
                self._calls.change(vim, task.id, 'delete', volume_id, lambda volume_id=volume_id: vim.delete_volume(volume_id))
            self._until(task, vim, doomed, what, 'volume_delete', _gone(vim, what), ended, gone)

        def gone(_rows: Rows) -> None:
            for lost in doomed.values():
                self._calls.note('gone', task=task.id, gone=lost)
            ended(End(task, None, said))
        self._until(task, vim, doomed, what, 'volume_delete', _free, ended, free)


def _places(instance: Instance, names: Iterable[str]) -> list[tuple[int, str]]:
    return [(place, wanted.asked.name) for place, wanted in enumerate(instance.shared.volumes) if wanted.asked.name in names]


def _entry(instance: Instance, place: int, row: Volume, ready: bool) -> dict[str, Any]:
    return instance.shared.volumes[place].entry(row.id, row.size_gib, ready)


def _sent(call: Callable[[], None]) -> None:
    """A call whose lost answer does not matter: what came of it is seen in the volume."""
    try:
        call()
    except VimError as error:
        if not error.unknown:
            raise


# Judges: what is waited for ----------------------------------------------------------------------------------------


def _there(what: str, volume: Volume | None) -> Volume:
    if volume is None:
        raise VimError(what, 'a volume is gone: somebody else deleted it')
    return volume


def _fault(vim: Vim, what: str, volume: Volume) -> VimError:
    told = vim.volume_fault(volume.id)
    return VimError(what, f'volume {volume.name} {volume.id} is in {volume.status}' + (f': {told}' if told else ''))


def _available(vim: Vim, what: str) -> Judge:
    def judge(volume: Volume | None) -> bool:
        there = _there(what, volume)
        if there.status.startswith('error'):
            raise _fault(vim, what, there)
        return there.status == 'available' or (there.multiattach and there.status == 'in-use')
    return judge


def _idle(what: str) -> Judge:
    def judge(volume: Volume | None) -> bool:
        there = _there(what, volume)
        if there.status.startswith('error'):
            raise VimError(what, f'volume {there.name} {there.id} is in {there.status}')
        return there.status in IDLE
    return judge


def _attached(what: str, server_id: str) -> Judge:
    def judge(volume: Volume | None) -> bool:
        there = _there(what, volume)
        if server_id in there.servers:
            return there.status == 'in-use'
        if there.status == 'available' or there.status.startswith('error'):
            raise VimError(what, f'Nova gave it up: volume {there.name} {there.id} is {there.status} again')
        return False
    return judge


def _detached(what: str, server_id: str) -> Judge:
    def judge(volume: Volume | None) -> bool:
        if volume is None or server_id not in volume.servers:
            return volume is None or volume.status in IDLE
        if volume.status == 'in-use' and not volume.multiattach:
            raise VimError(what, f'Nova gave it up: volume {volume.name} {volume.id} is in use again')
        return False
    return judge


def _of_size(vim: Vim, what: str, sizes: Mapping[str, int]) -> Judge:
    def judge(volume: Volume | None) -> bool:
        there = _there(what, volume)
        if there.status.startswith('error'):
            raise _fault(vim, what, there)
        if there.status in IDLE and there.size_gib < sizes[there.id]:
            raise VimError(what, f'Cinder gave it up: volume {there.name} {there.id} has {there.size_gib} GiB')
        return there.status in IDLE
    return judge


def _free(volume: Volume | None) -> bool:
    return volume is None or volume.status in ('available', 'deleting') or volume.status.startswith('error')


def _gone(vim: Vim, what: str) -> Judge:
    def judge(volume: Volume | None) -> bool:
        if volume is not None and volume.status == 'error_deleting':
            raise _fault(vim, what, volume)
        return volume is None
    return judge
