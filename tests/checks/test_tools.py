# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every tool that judges the collection, each as one test: what a tool does stands in the Makefile alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TAIL = 120  # lines of a tool's output that a failure shows


def check_target(target: str) -> str:
    """Run a target of the Makefile; returns its output, fails the test with the end of it when it exits non-zero."""
    # A make above this pytest must not hand its flags and job slots down.
    env = {name: value for name, value in os.environ.items() if name not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')}
    env['PYTEST_ARGS'] = ''
    done = subprocess.run(
        ['make', '--no-print-directory', target], cwd=ROOT, env=env, check=False, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    if done.returncode:
        print(*done.stdout.splitlines()[-TAIL:], sep='\n')
        pytest.fail(f'make {target} ended with {done.returncode}: the end of its output is below', pytrace=False)
    return done.stdout


@pytest.mark.parametrize('target', ['lint', 'docs-check', 'importer', 'molecule', 'sanity'])
def test_tool(target: str) -> None:
    check_target(target)


@pytest.mark.slow
def test_hard_mode() -> None:
    check_target('hard')


@pytest.mark.slow
def test_newest_ansible_core() -> None:
    python = subprocess.run(
        ['make', '--no-print-directory', '-s', 'has-newest'], cwd=ROOT, check=False, capture_output=True, text=True)
    if python.returncode:
        pytest.skip('no Python 3.12 here; name one: make test-all PYTHON_NEWEST=/path/to/python3.12')
    check_target('newest')
