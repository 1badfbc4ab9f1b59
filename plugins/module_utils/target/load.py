# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network-service document: read, checked as a whole, and made complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.checks import check
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Struct
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import read
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, Report, TargetError
from ansible_collections.nfv.mano.plugins.module_utils.target.resolve import resolve


def _read(document: Any, files: Mapping[str, str] | None) -> tuple[NetworkService | None, list[Problem]]:
    report = Report()
    ns = read(Struct(NetworkService), document, "", report)
    if ns is not None:
        check(ns, files, report)
    return ns, report.problems


def load(document: Any, files: Mapping[str, str] | None = None) -> NetworkService:
    """The network service that ``document`` describes, complete: VIMs named, interfaces in guest order.

    ``files`` maps the names of cloud-init files to their content; None leaves them unchecked and their content out.
    Raises TargetError with every problem there is.
    """
    ns, problems = _read(document, files)
    if problems or ns is None:
        raise TargetError(problems)
    return resolve(ns, files)


def validate(document: Any, files: Mapping[str, str] | None = None) -> list[Problem]:
    """Every problem that ``load`` would raise."""
    return _read(document, files)[1]
