# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state directory of its own for each test, and processes beside the test's."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, place

Start = Callable[..., 'subprocess.Popen[str]']


@pytest.fixture(autouse=True)
def outside_of_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own directories are inside whatever runs them."""
    monkeypatch.setattr(place, 'in_container', lambda: False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    made = Store(str(tmp_path / 'state'))
    made.prepare()
    return made


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python code as a process of its own, in front of which ``prefix`` may stand; killed after the test."""
    started: list[subprocess.Popen[str]] = []

    def start_process(code: str, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*prefix, sys.executable, '-c', code, *arguments], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(path for path in sys.path if path)})
        started.append(process)
        return process
    yield start_process
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB; needs the right to mount."""
    path = tmp_path / 'small'
    path.mkdir()
    mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', str(path)], capture_output=True, text=True,
                             check=False)
    if mounted.returncode:
        pytest.skip(f'a small file system can not be mounted here: {mounted.stderr.strip()}')
    yield path
    subprocess.run(['umount', '-l', str(path)], check=True)
