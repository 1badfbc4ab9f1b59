# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes in sessions of their own: started once, found again by pid and start time, ended for sure."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import SandboxError

LOG_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Process:
    """One long-running process. env is added to the supervisor's; stop_seconds is its time between TERM and KILL."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = 12.0


def _stat(pid: int) -> tuple[str, int, int] | None:
    """(state, session id, start time in ticks since boot) of a process, None when there is none or a zombie."""
    try:
        text = Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return None
    # The command, in brackets, may hold blanks and brackets itself.
    fields = text.rsplit(')', 1)[1].split()
    if fields[0] in 'ZX':
        return None
    return fields[0], int(fields[3]), int(fields[19])


def _boot_id() -> str:
    return Path('/proc/sys/kernel/random/boot_id').read_text().strip()


class Supervisor:
    """Starts and ends the processes of one sandbox. Keeps run/NAME.pid and log/NAME.log."""

    def __init__(self, run: Path, log: Path, cwd: Path, env: Mapping[str, str]) -> None:
        self._run = run
        self._log = log
        self._cwd = cwd
        self._env = dict(env)

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._run.glob('*.pid'))

    def log_file(self, name: str) -> Path:
        return self._log / f'{name}.log'

    def pid(self, name: str) -> int | None:
        """The pid of our process if it still runs; a stranger with the same pid does not count."""
        note = self._note(name)
        if note is None:
            return None
        stat = _stat(note['pid'])
        return note['pid'] if stat and stat[2] == note['start'] else None

    def spawn(self, process: Process) -> None:
        """Start it unless it runs already."""
        if self.pid(process.name):
            return
        path = self.log_file(process.name)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix('.log.1'))
        with path.open('ab') as log:
            child = subprocess.Popen(
                process.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env | dict(process.env),
                cwd=self._cwd,
                start_new_session=True,
            )
        stat = _stat(child.pid)
        if stat is None:
            raise SandboxError(f'{process.name} ended at once: see {path}')
        note = {'pid': child.pid, 'start': stat[2], 'boot': _boot_id(), 'stop_seconds': process.stop_seconds}
        (self._run / f'{process.name}.pid').write_text(json.dumps(note))

    def stop(self, names: Iterable[str], *, at_once: bool = False) -> list[str]:
        """End these processes and what they forked; returns the names of those that ran. at_once: KILL, no TERM."""
        names = list(names)
        members = {name: self._members(name) for name in names}
        ran = [name for name in names if members[name]]
        deadline = time.monotonic() + max((self._stop_seconds(name) for name in ran), default=0.0)
        if not at_once:
            for name in ran:
                self._signal(members[name], signal.SIGTERM)
            while time.monotonic() < deadline and any(self._members(name) for name in ran):
                time.sleep(0.1)
        for name in ran:
            self._signal(self._members(name), signal.SIGKILL)
        while any(self._members(name) for name in ran):
            time.sleep(0.05)
        for name in names:
            (self._run / f'{name}.pid').unlink(missing_ok=True)
        return ran

    def check(self, name: str) -> None:
        """Raise SandboxError, with the end of its log, when the process has died."""
        if self.pid(name) is None:
            path = self.log_file(name)
            tail = '\n'.join(path.read_text(errors='replace').splitlines()[-15:]) if path.exists() else ''
            raise SandboxError(f'{name} has died; its log is {path} and ends with:\n{tail}')

    def _note(self, name: str) -> dict | None:
        try:
            note = json.loads((self._run / f'{name}.pid').read_text())
        except (OSError, ValueError):
            return None
        return note if note['boot'] == _boot_id() else None

    def _stop_seconds(self, name: str) -> float:
        note = self._note(name)
        return note['stop_seconds'] if note else 0.0

    def _members(self, name: str) -> list[int]:
        """The process and whatever it forked: all in the session that it leads.

        A session id is not given out again while a member lives, so members are ours also when their leader is gone.
        """
        note = self._note(name)
        if note is None:
            return []
        leader = _stat(note['pid'])
        if leader and leader[2] != note['start']:
            return []
        found = []
        for entry in os.listdir('/proc'):
            stat = _stat(int(entry)) if entry.isdigit() else None
            if stat and stat[1] == note['pid'] and stat[2] >= note['start']:
                found.append(int(entry))
        return found

    @staticmethod
    def _signal(pids: Iterable[int], number: signal.Signals) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
