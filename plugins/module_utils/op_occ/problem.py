# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ProblemDetails (RFC 7807, as ETSI GS NFV-SOL 013 clause 6.3 uses them)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """What went wrong: ``title`` in a line, ``detail`` in full, ``status`` an HTTP status."""

    title: str
    status: int
    detail: str
    type: str = 'about:blank'
    instance: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the op-occ keeps it."""
        return asdict(self)


class OpOccError(Exception):
    """An operation that is refused or failed."""

    def __init__(self, problem: ProblemDetails) -> None:
        super().__init__(f'{problem.title}: {problem.detail}')
        self.problem = problem


def conflict(title: str, detail: str, instance: str | None = None) -> OpOccError:
    """409: not now."""
    return OpOccError(ProblemDetails(title, 409, detail, instance=instance))


def not_found(title: str, detail: str) -> OpOccError:
    """404: no such op-occ or NS."""
    return OpOccError(ProblemDetails(title, 404, detail))
