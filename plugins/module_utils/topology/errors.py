# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of a topology."""

from __future__ import annotations

from typing import Any


class TopologyError(Exception):
    """What a user of a topology has to be told; ``problems`` are the parts of it where there are several."""

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or [message]


class NotFound(TopologyError):
    """No such environment, object or generation."""


class Running(TopologyError):
    """Another scan of the environment runs; ``holder`` says which (host, pid, since, scan)."""

    def __init__(self, environment: str, holder: dict[str, Any]) -> None:
        who = f'pid {holder["pid"]} on host {holder["host"]}, since {holder["since"]}' if holder.get('pid') else 'another process'
        super().__init__(f'environment {environment} is being scanned already: {holder.get("scan") or "a scan"} by {who}; '
                         'wait for its end')
        self.holder = holder
