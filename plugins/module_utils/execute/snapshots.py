# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of servers with their volumes: taken while the server is held still, and deleted."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.row_waiter import Judge, Rows, RowWaiter
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import GONE, Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import WELL
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import Step as PowerStep
from ansible_collections.nfv.mano.plugins.module_utils.plan.snapshot import Disk, Taking
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: Statuses of an image that will not come to be any more.
LOST = frozenset({'killed', 'deleted', 'pending_delete', 'deactivated'})
Then = Callable[[], None]


class _Step(NamedTuple):
    """A snapshot on its way. What fails is told once the server runs again as it did."""

    task: Task
    vim: Vim
    ended: Ended

    @property
    def taking(self) -> Taking:
        """What is to be done."""
        found: Taking = self.task.spec
        return found

    @property
    def what(self) -> str:
        """For messages."""
        return f'take snapshot {self.taking.entry["snapshot"]} of server {self.taking.server_name}'


class Snapshots(Kind):
    """Does the tasks of snapshots."""

    def __init__(self, calls: Calls, waiters: Mapping[str, Waiter], limits: Mapping[str, float]) -> None:
        super().__init__(calls, waiters, limits)
        self._lock = threading.Lock()
        self._row_waiters: dict[tuple[str, str], RowWaiter] = {}

    def verbs(self) -> dict[str, Verb]:
        return {'snapshot.create': single(self._create), 'snapshot.delete': single(self._delete)}

    def stop(self) -> None:
        with self._lock:
            for waiter in self._row_waiters.values():
                waiter.stop()

    def _until(self, vim: Vim, kind: str, ids: Iterable[str], what: str, limit: str, judge: Judge,
               then: Callable[[Rows, Exception | None], None]) -> None:
        with self._lock:
            waiter = self._row_waiters.get((vim.name, kind))
            if waiter is None:
                listed, get = {'image': (lambda: vim.server_images(self._calls.ns_id), vim.get_image),
                               'volume snapshot': (vim.volume_snapshots, vim.get_volume_snapshot)}[kind]
                waiter = self._row_waiters[(vim.name, kind)] = RowWaiter(vim.name, kind, listed, get)
        waiter.until(ids, what, self._limits[limit], judge, then)

    # Taken -----------------------------------------------------------------------------------------------------

    def _create(self, task: Task, vim: Vim, ended: Ended) -> None:
        step = _Step(task, vim, ended)
        # Nova takes no image of a server that something else is being done to
        self._idle(step, WELL, lambda _server: self._clear(step))

    def _idle(self, step: _Step, wanted: Iterable[str], then: Callable[[Server], None],
              why: Callable[[], str | None] | None = None, failed: Callable[[Exception], None] | None = None) -> None:
        """Go on with ``then`` once the server is idle in one of the wanted statuses; a failure is the task's end."""
        give_up = failed or (lambda error: self._let_go(step, error))

        def settled(server: Server | None, error: VimError | None) -> None:
            try:
                if server is not None:
                    self._calls.note('settled', task=step.task.id, put={step.task.item: {
                        'id': server.id, 'status': server.status, 'host_id': server.host_id}})
                if error is None and server is not None:
                    then(server)
                    return
            except Exception as broken:  # the journal can not be written, or the next step is refused
                give_up(broken)
                return
            give_up(error or VimError(step.what, GONE))
        self._waiters[step.vim.name].until_idle(step.taking.server_id, step.what, self._limits['server_power'], settled,
                                                wanted, why)

    def _guarded(self, step: _Step, do: Then) -> None:
        """Do the next thing; where it fails the server is let go all the same."""
        try:
            do()
        except Exception as error:  # refused, or the journal can not be written
            self._let_go(step, error)

    def _clear(self, step: _Step) -> None:
        """What an earlier attempt left behind goes first: it may have the same marks, and is of another moment."""
        taking = step.taking
        if taking.doomed_images or taking.doomed:
            self._remove(step.task, step.vim, taking.key, taking.doomed_images, taking.doomed,
                         lambda error: self._let_go(step, error) if error else self._hold(step))
        else:
            self._hold(step)

    def _hold(self, step: _Step) -> None:
        taking = step.taking
        if not taking.hold:
            self._guarded(step, lambda: self._image(step))
            return

        def hold() -> None:
            self._calls.note('holding', task=step.task.id, put={step.task.item: {'held': taking.status}})
            self._act(step, taking.hold, lambda _server: self._image(step), lambda error: self._let_go(step, error))
        self._guarded(step, hold)

    def _act(self, step: _Step, way: tuple[PowerStep, ...], then: Callable[[Server], None],
             failed: Callable[[Exception], None]) -> None:
        """One step of the server's power state after the other."""
        action, status = way[0]
        request_id = self._calls.change(step.vim, step.task.id, action, step.taking.server_id,
                                        lambda: step.vim.server_action(step.taking.server_id, action))

        def done(server: Server) -> None:
            if len(way) > 1:
                self._act(step, way[1:], then, failed)
            else:
                then(server)
        self._idle(step, (status,), done, lambda: step.vim.action_error(step.taking.server_id, request_id), failed)

    def _image(self, step: _Step) -> None:
        taking = step.taking
        if taking.by_nova:
            self._take_image(step, lambda: self._adopt(step))
            return
        for name, disk in taking.disks.items():
            self._take_disk(step, name, disk)
        self._take_image(step, lambda: self._wait_for_disks(step))

    def _take_image(self, step: _Step, then: Then) -> None:
        taking, (name, mark) = step.taking, step.taking.image
        spec = {'name': name, 'mark': mark, 'ns_id': self._calls.ns_id}
        image_id = self._calls.create(
            step.vim, 'image', [mark], step.task.id, lambda: step.vim.create_server_image(taking.server_id, spec),
            lambda rows: rows[0].id, lambda made: {taking.key: {**taking.entry, 'id': made}})

        def active(_rows: Rows, error: Exception | None) -> None:
            if error is not None:
                self._let_go(step, error)
            else:
                self._guarded(step, then)
        self._until(step.vim, 'image', [image_id], step.what, 'snapshot_available', _active(step.what), active)

    def _take_disk(self, step: _Step, name: str, disk: Disk) -> None:
        spec = {'volume_id': disk.volume_id, 'name': disk.name, 'mark': disk.mark, 'ns_id': self._calls.ns_id}
        self._calls.create(
            step.vim, 'volume_snapshot', [disk.mark], step.task.id, lambda: step.vim.create_volume_snapshot(spec),
            lambda rows: rows[0], lambda made: {step.taking.key: {
                **step.taking.entry, 'volume_snapshots': {name: _entry(made.id, disk)}}})

    def _adopt(self, step: _Step) -> None:
        """The snapshots that Nova took of the volumes of a server that boots from one: recorded and marked as ours."""
        taking = step.taking
        image = step.vim.get_image(self._calls.resources[taking.key]['id'])
        names = {disk.volume_id: name for name, disk in taking.disks.items()}
        for snapshot_id in image.snapshots if image else ():
            row = step.vim.get_volume_snapshot(snapshot_id)
            name = names.get(row.volume_id) if row else None
            if name is None:
                continue
            disk = taking.disks[name]
            self._calls.note('made', kind='volume_snapshot', vim=step.vim.name, marks=[], task=step.task.id, put={
                taking.key: {'volume_snapshots': {name: _entry(snapshot_id, disk)}}})
            self._calls.change(step.vim, step.task.id, 'mark', snapshot_id, lambda one=snapshot_id, text=disk.mark:
                               step.vim.mark_volume_snapshot(one, text, self._calls.ns_id))
        taken = self._calls.resources[taking.key].get('volume_snapshots', {})
        if taken.keys() != taking.disks.keys():
            raise VimError(step.what, f'Nova took no snapshot of volume {", ".join(sorted(taking.disks.keys() - taken.keys()))}')
        self._wait_for_disks(step)

    def _wait_for_disks(self, step: _Step) -> None:
        taken = self._calls.resources[step.taking.key].get('volume_snapshots', {})

        def available(_rows: Rows, error: Exception | None) -> None:
            if error is not None:
                self._let_go(step, error)
            else:
                self._guarded(step, lambda: self._ready(step))
        if taken:
            self._until(step.vim, 'volume snapshot', [one['id'] for one in taken.values()], step.what, 'snapshot_available',
                        _available(step.what), available)
        else:
            self._ready(step)

    def _ready(self, step: _Step) -> None:
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds')
        self._calls.note('settled', task=step.task.id, put={step.taking.key: {'ready': True, 'created': now}})
        # Nova ends its own task a moment after the image is there
        held = step.taking.hold[-1].status if step.taking.hold else step.taking.status
        self._idle(step, {held, step.taking.status}, lambda _server: self._let_go(step, None))

    def _let_go(self, step: _Step, error: Exception | None) -> None:
        """Let a server go that was held still, whatever came of the snapshot, and end the task."""
        taking, end = step.taking, End(step.task, error, f'snapshot {step.taking.entry["snapshot"]} taken')
        if not taking.back or not self._calls.resources.get(step.task.item, {}).get('held'):
            step.ended(end)
            return

        def failed(worse: Exception) -> None:
            step.ended(End(step.task, error or worse, ''))
        try:
            self._idle(step, WELL, lambda server: step.ended(end) if server.status == taking.back[-1].status else
                       self._act(step, taking.back, lambda _server: step.ended(end), failed), failed=failed)
        except Exception as worse:  # stopped, or the journal can not be written
            failed(worse)

    # Deleted ---------------------------------------------------------------------------------------------------

    def _delete(self, task: Task, vim: Vim, ended: Ended) -> None:
        images, snapshots = task.spec
        self._remove(task, vim, task.item, images, snapshots, lambda error: ended(End(task, error, 'deleted')))

    def _remove(self, task: Task, vim: Vim, key: str, images: Iterable[str], snapshots: Iterable[str],
                then: Callable[[Exception | None], None]) -> None:
        """Delete snapshots of volumes, wait until they are gone, and delete the image last: it tells of them."""
        what, doomed = f'delete {key.replace(":", " ", 1)}', list(snapshots)

        def gone(_rows: Rows, error: Exception | None) -> None:
            try:
                if error is None:
                    self._forget(task, vim, key, images, doomed)
            except Exception as broken:  # refused, or the journal can not be written
                error = broken
            then(error)
        for snapshot_id in doomed:
            self._calls.change(vim, task.id, 'delete', snapshot_id,
                               lambda snapshot_id=snapshot_id: vim.delete_volume_snapshot(snapshot_id))
        if doomed:
            self._until(vim, 'volume snapshot', doomed, what, 'volume_delete', _gone(what), gone)
        else:
            gone({}, None)

    def _forget(self, task: Task, vim: Vim, key: str, images: Iterable[str], doomed: list[str]) -> None:
        parts = self._calls.resources.get(key, {}).get('volume_snapshots', {})
        lost = {name: one['id'] for name, one in parts.items() if one['id'] in doomed}
        if lost:
            self._calls.note('gone', task=task.id, gone={key: {'volume_snapshots': lost}})
        for image_id in images:
            self._calls.change(vim, task.id, 'delete', image_id, lambda image_id=image_id: vim.delete_image(image_id))
            self._calls.note('gone', task=task.id, gone={key: {'id': image_id}})


def _entry(snapshot_id: str, disk: Disk) -> dict[str, Any]:
    return {'id': snapshot_id, 'volume_id': disk.volume_id, 'size_gib': disk.size_gib, 'owned': True}


def _active(what: str) -> Judge:
    def judge(image: Any) -> bool:
        if image is None or image.status in LOST:
            raise VimError(what, 'Nova gave it up: its image is gone' if image is None else f'image {image.id} is {image.status}')
        return image.status == 'active'
    return judge


def _available(what: str) -> Judge:
    def judge(snapshot: Any) -> bool:
        if snapshot is None or snapshot.status.startswith('error'):
            raise VimError(what, 'a snapshot of a volume is gone' if snapshot is None else
                           f'the snapshot {snapshot.id} of volume {snapshot.volume_id} is in {snapshot.status}')
        return snapshot.status == 'available'
    return judge


def _gone(what: str) -> Judge:
    def judge(snapshot: Any) -> bool:
        if snapshot is not None and snapshot.status == 'error_deleting':
            raise VimError(what, f'the snapshot {snapshot.id} of volume {snapshot.volume_id} is in {snapshot.status}')
        return snapshot is None
    return judge
