# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution of a granted plan: journal, record and progress hang on the runner here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.nfv.mano.plugins.module_utils.execute.actions import Actions
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End, Outcome, Runner
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.reading import adopt_window, call_counts
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

#: The limits that bound what the execution waits for.
WAITS = ('server_active', 'server_delete', 'server_power', 'volume_available', 'volume_delete')


@dataclass(slots=True)
class Work:
    """What a signal handler and the running work know of each other."""

    running: bool = False
    signal: str | None = None


@dataclass(slots=True)
class WorkEnd:
    """How the work ended: ``progress`` {done, total}."""

    ok: bool
    outcome: Outcome
    progress: dict[str, int]
    signal: str | None
    calls: dict[str, int]


def execute(request: Request, op_occ: OpOcc, draft: Draft, resources: Resources, lock: NsLock,
            tell: Callable[[str], None], work: Work) -> WorkEnd:
    """Run the plan's graph; ``resources`` becomes what is true afterwards."""
    journal = Journal(op_occ.dir.journal_path, lock=lock)
    tasks = draft.plan.tasks
    total = len(tasks)
    calls = Calls(journal, resources, lambda vim: adopt_window(request, draft.vims[vim.name]), op_occ.ns_id)
    calls.note('begin', tasks=total, put=draft.plan.found, forget=draft.plan.forgotten)
    limits = {name: request.limit(name) or 0.0 for name in WAITS}
    actions = Actions(draft.vims, calls, op_occ.ns_id, limits)

    def on_end(end: End, outcome: Outcome) -> None:
        journal.append('task', task=end.task.id, status='FAILED' if end.error else 'DONE',
                       **({'error': str(end.error)} if end.error else {}))
        tell(progress_line(end, outcome, total))
    runner = Runner(tasks, actions, request.max_parallel, on_end, lambda: work.signal is not None)
    work.running = True
    try:
        outcome = runner.run()
    finally:
        work.running = False
        actions.stop()
    journal.append('end', done=len(outcome.done), total=total, signal=work.signal)
    ok = len(outcome.done) == total
    return WorkEnd(ok, outcome, {'done': len(outcome.done), 'total': total}, work.signal, call_counts(draft.vims))


def progress_line(end: End, outcome: Outcome, total: int) -> str:
    """``[ 7/16] vdu web/front/2 ACTIVE after 4.2 s``."""
    number = len(outcome.done) + len(outcome.failed)
    what = end.task.item.replace(':', ' ', 1)
    how = f'FAILED: {end.error}' if end.error else end.note
    return f'[{number:>{len(str(total))}}/{total}] {what} {how} after {outcome.seconds[end.task.id]:.1f} s'
