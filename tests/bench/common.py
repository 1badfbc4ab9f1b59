# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: a run as a process of its own with its CPU time, tables, and the machine they ran on."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = os.environ.get('ANSIBLE_COLLECTIONS_PATH', str(ROOT / '.venv' / 'collections')).split(':')[0]


class Run(NamedTuple):
    """One finished process: seconds on the clock, seconds of CPU of it and its children, what it printed."""

    wall: float
    cpu: float
    out: str


def timed(argv: Sequence[str], **env: str) -> Run:
    """Run a command to its end.

    :raises SystemExit: it failed; shows what it printed.
    """
    before, began = os.times(), time.monotonic()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={
            **os.environ, 'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_COLLECTIONS_PATH': COLLECTIONS, **env}) as process:
        try:
            out, errors = process.communicate()
        except BaseException:
            # A playbook that is killed leaves its module running; this one ends in good order
            process.terminate()
            raise
    wall, after = time.monotonic() - began, os.times()
    if process.returncode:
        sys.exit(f'{" ".join(argv)[:300]}\n{out[-3000:]}{errors[-3000:]}')
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Run(wall, cpu, out)


def median(values: Sequence[float]) -> float:
    """The median, rounded for people."""
    return round(statistics.median(values), 3)


def report(title: str, rows: list[dict[str, Any]], as_json: bool) -> None:
    """A table for people, or one JSON object."""
    machine = {'date': time.strftime('%Y-%m-%d'), 'python': platform.python_version(), 'cores': os.cpu_count(),
               'machine': platform.machine()}
    if as_json:
        print(json.dumps({'benchmark': title, **machine, 'rows': rows}))
        return
    print(f'{title} ({", ".join(f"{key} {value}" for key, value in machine.items())})\n')
    heads = list(rows[0])
    widths = [max(len(head), *(len(str(row[head])) for row in rows)) for head in heads]
    for cells in (heads, ['-' * width for width in widths], *([str(row[head]) for head in heads] for row in rows)):
        print('| ' + ' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + ' |')
