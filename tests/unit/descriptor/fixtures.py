# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of tests/fixtures/sol006, each with what is expected of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import Result, read_path, to_document

ROOT = Path(__file__).resolve().parents[2] / "fixtures" / "sol006"
CASES = sorted(path.parent for path in ROOT.glob("*/case.yml"))


def parameters(case: Path) -> dict[str, Any]:
    """The instantiation parameters of a case."""
    params: dict[str, Any] = yaml.safe_load((case / "case.yml").read_text(encoding="utf-8")).get("params") or {}
    return params


def read(case: Path) -> Result:
    """What the packages of a case become."""
    return to_document(read_path(str(case / "packages")).files, parameters(case))


def told(result: Result) -> dict[str, Any]:
    """What expected.yml has of a result."""
    return {"document": result.document, "left_out": [f"{one.path}: {one.message}" for one in result.left_out],
            "notes": result.notes}
