# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution of a granted plan: journal, record and progress hang on the runner here."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.reading import adopt_window, call_counts
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

if TYPE_CHECKING:
    from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Answer
    from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End, Outcome, Parked

#: The limits that bound what the execution waits for.
WAITS = ('server_active', 'server_delete', 'server_power', 'server_resize', 'server_migrate', 'volume_available', 'volume_delete',
         'snapshot_available')
#: Seconds that calls in flight get to end, by what stops the work: a call's own time-out ends those that hang.
GRACES = {'GRACEFUL': math.inf, 'FORCEFUL': 0.0}
SIGNAL_GRACE = 7.0
#: Seconds between two writes of the progress.
SHOW_EVERY = 1.0


@dataclass(slots=True)
class Work:
    """What a signal handler and the running work know of each other."""

    running: bool = False
    signal: str | None = None


@dataclass(slots=True)
class WorkEnd:
    """How the work ended: ``progress`` {done, total}; ``signal`` or ``cancel`` (a mode) is what stopped it; ``parked`` are tasks
    that wait for their task files, where nothing else stands against going on."""

    ok: bool
    outcome: Outcome
    progress: dict[str, int]
    signal: str | None
    cancel: str | None
    calls: dict[str, int]
    parked: list[Parked] = field(default_factory=list)


class _Watch:
    """What the running work looks at again and again: signals, the wish to cancel, and whether progress is to be told."""

    def __init__(self, op_occ: OpOcc, lock: NsLock, work: Work, total: int, tell: Callable[[str], None]) -> None:
        self._op_occ, self._lock, self._work, self._tell = op_occ, lock, work, tell
        self._total, self._done, self._shown_at = total, op_occ.data['progress']['done'], time.monotonic()
        self.cancel: str | None = None

    def done(self, number: int) -> None:
        """So many tasks are done by now."""
        self._done = number

    def grace(self) -> float | None:
        """Seconds for calls in flight where the work has to stop, else None."""
        self._show()
        wish = None
        with contextlib.suppress(StoreError):
            wish = self._op_occ.cancel_wish()
        if wish and wish != self.cancel:
            self.cancel = wish
            self._tell(f'Cancelling ({wish}): nothing more is started')
            self._write(cancel_pending=True)
        if self._work.signal is not None:
            return SIGNAL_GRACE
        return GRACES.get(self.cancel or '')

    def _show(self) -> None:
        progress = {'done': self._done, 'total': self._total}
        if progress == self._op_occ.data['progress'] or time.monotonic() - self._shown_at < SHOW_EVERY:
            return
        self._shown_at = time.monotonic()
        self._write(progress=progress)

    def _write(self, **changes: Any) -> None:
        # What can not be written now is in the journal
        with contextlib.suppress(StoreError):
            self._lock.fence()
            self._op_occ.show(**changes)


def execute(request: Request, op_occ: OpOcc, draft: Draft, resources: Resources, lock: NsLock,
            tell: Callable[[str], None], work: Work, answers: Mapping[str, Answer]) -> WorkEnd:
    """Run the plan's graph; ``resources`` becomes what is true afterwards.

    :param answers: what came of task files that the op-occ has waited for, by task.
    """
    # Not before there is work: a module's files are compiled anew each time, and most runs change nothing
    from ansible_collections.nfv.mano.plugins.module_utils.execute.actions import Actions
    from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
    from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import Runner
    journal = Journal(op_occ.dir.journal_path, lock=lock)
    tasks = draft.plan.tasks
    before = op_occ.data['progress']['done']
    total = before + len(tasks)
    calls = Calls(journal, resources, lambda vim: adopt_window(request, draft.vims[vim.name]), op_occ.ns_id, answers)
    calls.note('begin', tasks=len(tasks), done=before, put=draft.plan.found, gone=draft.plan.gone,
               forget=draft.plan.forgotten)
    limits = {name: request.limit(name) or 0.0 for name in WAITS}
    actions = Actions(draft.vims, calls, op_occ.ns_id, limits)
    watch = _Watch(op_occ, lock, work, total, tell)

    def on_end(end: End, outcome: Outcome) -> None:
        journal.append('task', task=end.task.id, status='FAILED' if end.error else 'DONE',
                       **({'error': str(end.error)} if end.error else {}))
        watch.done(before + len(outcome.done))
        tell(progress_line(end, before, outcome, total))
    runner = Runner(tasks, actions, request.max_parallel, on_end, watch.grace)
    work.running = True
    try:
        outcome = runner.run()
    finally:
        work.running = False
        actions.stop()
    done = before + len(outcome.done)
    journal.append('end', done=done, total=total, signal=work.signal, cancel=watch.cancel)
    calls.close()
    stopped = outcome.failed or work.signal or watch.cancel
    return WorkEnd(done == total, outcome, {'done': done, 'total': total}, work.signal, watch.cancel, call_counts(draft.vims),
                   [] if stopped else list(outcome.parked.values()))


def progress_line(end: End, before: int, outcome: Outcome, total: int) -> str:
    """``[ 7/16] vdu web/front/2 ACTIVE after 4.2 s``.

    :param before: tasks that were done before this run.
    """
    number = before + len(outcome.done) + len(outcome.failed)
    what = end.task.item.replace(':', ' ', 1)
    how = f'FAILED: {end.error}' if end.error else end.note
    return f'[{number:>{len(str(total))}}/{total}] {what} {how} after {outcome.seconds[end.task.id]:.1f} s'
