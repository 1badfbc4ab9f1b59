# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doers of every item kind have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.waiter import Waiter
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim

Ended: TypeAlias = Callable[[End], None]
Verb: TypeAlias = Callable[[list[Task], Vim, Ended], None]
Single: TypeAlias = Callable[[Task, Vim, Ended], None]


class Kind(ABC):
    """Does the tasks of one item kind.

    :param waiters: by VIM, for what takes its time.
    :param limits: seconds that things may take: 'server_active', 'server_delete', 'server_power', 'volume_available',
        'volume_delete', 'snapshot_available'.
    """

    def __init__(self, calls: Calls, waiters: Mapping[str, Waiter], limits: Mapping[str, float]) -> None:
        self._calls = calls
        self._waiters = waiters
        self._limits = limits

    @abstractmethod
    def verbs(self) -> dict[str, Verb]:
        """What does the tasks of each verb; only bulk verbs get more than one at once."""

    def stop(self) -> None:  # noqa: B027
        """End the kind's own waits; most have none."""


def single(do: Single) -> Verb:
    """A verb that takes one task at a time."""
    return lambda tasks, vim, ended: do(tasks[0], vim, ended)
