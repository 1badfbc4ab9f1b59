# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task files of the user's: run by the role while the operation is parked, so a task asks for what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End, Parked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim


def passed(calls: Calls, task: Task, told: Mapping[str, Any] | None = None) -> str:
    """What came of the task file of a task, for people.

    :param told: what the file is told beside the instance that the task is of.
    :raises Parked: it was not run yet.
    :raises VimError: it failed.
    """
    wanted, answer = task.task_file, calls.answers.get(task.id)
    if wanted is None or answer is None:
        raise Parked(task, told)
    if answer.error is None:
        return f'task file {wanted.file} passed'
    if answer.late and not wanted.must_pass:
        return f'task file {wanted.file} did not end within {wanted.timeout:g} s'
    late = f'not passed after {wanted.timeout:g} s: ' if answer.late else ''
    raise VimError(f'pass task file {wanted.file}', f'{late}{answer.error}')


class TaskFiles(Kind):
    """Does the tasks that are nothing but a task file; their spec is what the record keeps once it has passed."""

    def verbs(self) -> dict[str, Verb]:
        return {'task_file.pass': single(self._pass)}

    def _pass(self, task: Task, vim: Vim, ended: Ended) -> None:
        note = passed(self._calls, task)
        if task.spec:
            self._calls.note('passed', task=task.id, put={task.item: task.spec})
        ended(End(task, None, note))
