# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When scans run by themselves: systemd's timers, or lines of a crontab, as texts."""

from __future__ import annotations

import datetime
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError

SCHEDULES = ('hourly', 'daily', 'weekly', 'monthly', 'yearly', 'once')
WEEKDAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
#: The last day that every month has.
LAST_DAY = 28
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]{0,62}')


@dataclass(frozen=True)
class Schedule:
    """When a scan runs, by the clock of the host that it runs on.

    :param at: with ``once``: ``YYYY-MM-DD HH:MM``.
    """

    name: str
    every: str
    minute: int = 0
    hour: int = 0
    weekday: str = 'mon'
    day: int = 1
    month: int = 1
    at: str = ''
    command: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def problems(self) -> list[str]:
        """What is wrong with it."""
        found = [] if _NAME.fullmatch(self.name) else [f'name: {self.name!r} has other characters than letters, digits, "-", '
                                                       '"_" and ".", or is longer than 63']
        for name, value, low, high in (('minute', self.minute, 0, 59), ('hour', self.hour, 0, 23), ('day', self.day, 1, LAST_DAY),
                                       ('month', self.month, 1, 12)):
            if not low <= value <= high:
                found.append(f'{name}: {value} is out of range {low}..{high}')
        if self.every == 'once':
            try:
                self.moment()
            except TopologyError as error:
                found.append(str(error))
        lines = [word for word in (*self.command, *self.variables, *self.variables.values()) if '\n' in word or '\0' in word]
        return found + [f'{word!r} has more than one line' for word in lines]

    def moment(self) -> datetime.datetime:
        """The one moment of ``once``.

        :raises TopologyError: it is none.
        """
        try:
            return datetime.datetime.strptime(self.at, '%Y-%m-%d %H:%M')
        except ValueError:
            raise TopologyError(f'at: {self.at!r} is no time such as 2027-01-31 04:00, which schedule once needs') from None

    # -- systemd

    @property
    def unit(self) -> str:
        """The name of its units."""
        return f'nfv-mano-scan-{self.name}'

    def calendar(self) -> str:
        """As systemd's OnCalendar has it."""
        if self.every == 'once':
            return f'{self.at}:00'
        clock = f'{self.hour:02}:{self.minute:02}:00'
        return {'hourly': f'*-*-* *:{self.minute:02}:00', 'daily': f'*-*-* {clock}',
                'weekly': f'{self.weekday.capitalize()} *-*-* {clock}', 'monthly': f'*-*-{self.day:02} {clock}',
                'yearly': f'*-{self.month:02}-{self.day:02} {clock}'}[self.every]

    def units(self) -> dict[str, str]:
        """The two units, by file name. A time that passed while the host was off is made up for."""
        environment = ''.join(f'Environment={_systemd(f"{key}={value}", dollars=False)}\n'
                              for key, value in self.variables.items())
        command = ' '.join(_systemd(word) for word in self.command)
        about = f'[Unit]\nDescription=Scan of a topology ({self.name})\n'
        return {
            f'{self.unit}.service': f'{about}Wants=network-online.target\nAfter=network-online.target\n\n'
                                    f'[Service]\nType=oneshot\n{environment}ExecStart={command}\n',
            f'{self.unit}.timer': f'{about}\n[Timer]\nOnCalendar={self.calendar()}\nPersistent=true\n\n'
                                  '[Install]\nWantedBy=timers.target\n'}

    # -- cron

    @property
    def mark(self) -> str:
        """The line before its line."""
        return f'# nfv.mano scan: {self.name}'

    def line(self) -> str:
        """Its line of a crontab."""
        minute, hour, day, month, weekday = (str(self.minute), '*', '*', '*', '*')
        guard = ''
        if self.every == 'once':
            moment = self.moment()
            minute, hour, day, month = str(moment.minute), str(moment.hour), str(moment.day), str(moment.month)
            # A crontab knows no years
            guard = f'[ "$(date +%Y)" = {moment.year} ] && '
        elif self.every != 'hourly':
            hour = str(self.hour)
            if self.every == 'weekly':
                weekday = str((WEEKDAYS.index(self.weekday) + 1) % 7)
            elif self.every in ('monthly', 'yearly'):
                day = str(self.day)
                month = str(self.month) if self.every == 'yearly' else '*'
        given = ['env', *(f'{key}={value}' for key, value in self.variables.items())] if self.variables else []
        # cron takes a bare % for the end of the line
        command = (guard + shlex.join([*given, *self.command])).replace('%', r'\%')
        return f'{minute} {hour} {day} {month} {weekday} {command}'


def crontab(text: str, schedule: Schedule, present: bool) -> str:
    """A crontab with, or without, a schedule; other lines stay as they are."""
    lines = text.splitlines()
    at = lines.index(schedule.mark) if schedule.mark in lines else len(lines)
    kept = [*lines[:at], *lines[at + 2:]]
    if present:
        kept[at:at] = [schedule.mark, schedule.line()]
    return ''.join(f'{line}\n' for line in kept)


def command(program: str, playbook: str, variables: Mapping[str, Any], inventory: Sequence[str] = ()) -> list[str]:
    """The command of a scan."""
    chosen = [word for path in inventory for word in ('-i', path)]
    return [program, playbook, *chosen, '-e', json.dumps(variables, sort_keys=True)]


def _systemd(word: str, dollars: bool = True) -> str:
    escaped = word.replace('\\', '\\\\').replace('"', '\\"').replace('%', '%%')
    return f'"{escaped.replace("$", "$$") if dollars else escaped}"'
