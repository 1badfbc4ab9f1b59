# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules put in place: units of systemd, or the user's crontab."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.schedule import Schedule, crontab

#: Runs a command with an input: its exit code, output and errors; None where the host does not have it.
Run = Callable[[list[str], str], 'tuple[int, str, str] | None']


class Systemd:
    """Units in a folder.

    :param folder: where units are; None: where this user's systemd looks for them.
    """

    def __init__(self, run: Run, folder: str | None = None) -> None:
        self._run, self._told = run, folder is None
        root = os.geteuid() == 0
        self._who = [] if root else ['--user']
        self._folder = folder or ('/etc/systemd/system' if root else os.path.expanduser('~/.config/systemd/user'))

    def bring(self, schedule: Schedule, present: bool, dry: bool) -> dict[str, Any]:
        """Make a schedule's units be there, or not.

        :raises TopologyError: a file can't be written, or systemd refuses.
        """
        wanted = schedule.units()
        timer = f'{schedule.unit}.timer'
        before = {name: self._read(name) for name in wanted}
        after: dict[str, str | None] = {name: text if present else None for name, text in wanted.items()}
        on = self._on(timer)
        changed = before != after or (self._told and on != present)
        if changed and not dry:
            if self._told and not present and on:
                self._systemctl('disable', '--now', timer)
            for name, text in after.items():
                self._write(name, text)
            if self._told:
                self._systemctl('daemon-reload')
            if self._told and present:
                self._systemctl('enable', timer)
                # A timer that ran on goes on by its old time
                self._systemctl('restart', timer)
        return {'changed': changed, 'method': 'systemd', 'files': sorted(os.path.join(self._folder, name) for name in wanted),
                'diff': {'before': _joined(before), 'after': _joined(after)}}

    def _on(self, timer: str) -> bool:
        if not self._told:
            return False
        states = [self._run(['systemctl', *self._who, '--quiet', verb, timer], '') for verb in ('is-enabled', 'is-active')]
        return all(state is not None and state[0] == 0 for state in states)

    def _systemctl(self, *words: str) -> None:
        ran = self._run(['systemctl', *self._who, *words], '')
        if ran is None or ran[0]:
            raise TopologyError(f'systemctl {" ".join(words)}: {"there is no systemctl" if ran is None else _said(ran)}')

    def _read(self, name: str) -> str | None:
        try:
            with open(os.path.join(self._folder, name), encoding='utf-8') as file:
                return file.read()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise TopologyError(f'{os.path.join(self._folder, name)}: {error}') from error

    def _write(self, name: str, text: str | None) -> None:
        path = os.path.join(self._folder, name)
        try:
            if text is None:
                if os.path.lexists(path):
                    os.unlink(path)
                return
            os.makedirs(self._folder, exist_ok=True)
            with open(f'{path}.new', 'w', encoding='utf-8') as file:
                file.write(text)
            os.replace(f'{path}.new', path)
        except OSError as error:
            raise TopologyError(f'{path}: can not be written: {error.strerror}') from error


class Cron:
    """This user's crontab."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def bring(self, schedule: Schedule, present: bool, dry: bool) -> dict[str, Any]:
        """Make a schedule's line be there, or not.

        :raises TopologyError: there is no cron, or it refuses.
        """
        listed = self._run(['crontab', '-l'], '')
        if listed is None:
            raise TopologyError('there is neither a running systemd nor a crontab on this host to put the schedule into: '
                                'install cron')
        if listed[0] and 'no crontab' not in listed[2]:
            raise TopologyError(f'crontab -l: {_said(listed)}')
        before = '' if listed[0] else listed[1]
        after = crontab(before, schedule, present)
        if after != before and not dry:
            ran = self._run(['crontab', '-'], after)
            if ran is None or ran[0]:
                raise TopologyError(f'crontab: {_said(ran) if ran else "is gone"}')
        return {'changed': after != before, 'method': 'cron', 'files': [], 'diff': {'before': before, 'after': after}}


def _said(ran: tuple[int, str, str]) -> str:
    return ' '.join((ran[2] or ran[1]).split()) or f'exit {ran[0]}'


def _joined(files: dict[str, str | None]) -> str:
    return ''.join(f'# {name}\n{text}' for name, text in sorted(files.items()) if text is not None)
