# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Power states of a server, in Nova's words, and the actions between them."""

from __future__ import annotations

from typing import NamedTuple

#: Nova's status of a server that works but is not ACTIVE -> the action that brings it back, and the one that brings it there.
WAKE = {'SHUTOFF': 'start', 'PAUSED': 'unpause', 'SUSPENDED': 'resume'}
SLEEP = {'SHUTOFF': 'stop', 'PAUSED': 'pause', 'SUSPENDED': 'suspend'}
#: Statuses of a server that is well, and can be a wanted one.
WELL = frozenset({'ACTIVE', *WAKE})


class Step(NamedTuple):
    """One action, and the status that it leads to."""

    action: str
    status: str


def steps(status: str, wanted: str) -> tuple[Step, ...] | None:
    """The actions from one status to another, over ACTIVE; None where there is no way."""
    if status == wanted:
        return ()
    if status not in WELL:
        return None
    up = (Step(WAKE[status], 'ACTIVE'),) if status in WAKE else ()
    down = (Step(SLEEP[wanted], wanted),) if wanted in SLEEP else ()
    return up + down


def describe(status: str, way: tuple[Step, ...]) -> str:
    """``status ACTIVE -> SHUTOFF (stop)``."""
    return f'status {status} -> {way[-1].status} ({", ".join(step.action for step in way)})'
