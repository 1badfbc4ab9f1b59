# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of scans: what is written for systemd and for cron, and that a second run writes nothing."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.schedule import SCHEDULES, Schedule, command, crontab
from ansible_collections.nfv.mano.plugins.module_utils.topology.timers import Cron, Systemd

WORDS = command('/opt/venv/bin/ansible-playbook', 'nfv.mano.scan', {'nfv_environment': 'lab', 'odd': '50% of $HOME "it\'s"'},
                ['/etc/hosts.yml'])


def schedule(every: str = 'daily', **more: Any) -> Schedule:
    return Schedule('lab', every, minute=30, hour=4, weekday='sun', day=2, month=11, at='2027-01-31 04:05', command=WORDS,
                    variables={'OS_CLIENT_CONFIG_FILE': '/etc/openstack/100%.yaml'}, **more)


@pytest.mark.parametrize(('every', 'calendar', 'line'), [
    ('hourly', '*-*-* *:30:00', '30 * * * * '), ('daily', '*-*-* 04:30:00', '30 4 * * * '),
    ('weekly', 'Sun *-*-* 04:30:00', '30 4 * * 0 '), ('monthly', '*-*-02 04:30:00', '30 4 2 * * '),
    ('yearly', '*-11-02 04:30:00', '30 4 2 11 * '), ('once', '2027-01-31 04:05:00', '5 4 31 1 * ')])
def test_each_schedule(every: str, calendar: str, line: str) -> None:
    one = schedule(every)
    assert one.calendar() == calendar and one.line().startswith(line) and one.problems() == []
    assert (r'[ "$(date +\%Y)" = 2027 ] && ' in one.line()) == (every == 'once')


@pytest.mark.skipif(shutil.which('systemd-analyze') is None, reason='no systemd-analyze here')
def test_systemd_takes_them(tmp_path: Path) -> None:
    times = [schedule(every).calendar() for every in SCHEDULES]
    done = subprocess.run(['systemd-analyze', 'calendar', *times], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_shell_gives_the_command_as_it_was(tmp_path: Path) -> None:
    program = tmp_path / 'show'
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$OS_CLIENT_CONFIG_FILE" "$@"\n', encoding='utf-8')
    program.chmod(0o755)
    one = dataclasses.replace(schedule(), command=[str(program), *WORDS[1:]])
    # cron takes the backslashes before % away, and gives the rest to the shell
    text = one.line().split(' ', 5)[5].replace(r'\%', '%')
    done = subprocess.run(['/bin/sh', '-c', text], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ['/etc/openstack/100%.yaml', *WORDS[1:]]


def test_units_escape_what_systemd_would_read() -> None:
    service = schedule().units()['nfv-mano-scan-lab.service']
    assert 'Environment="OS_CLIENT_CONFIG_FILE=/etc/openstack/100%%.yaml"' in service
    assert r'50%% of $$HOME \\\"it' in service
    assert 'OnCalendar=*-*-* 04:30:00\nPersistent=true' in schedule().units()['nfv-mano-scan-lab.timer']


def test_all_mistakes_are_told_at_once() -> None:
    wrong = Schedule('../lab', 'once', minute=60, hour=24, day=31, month=0, at='tomorrow', command=['a\nb'])
    told = '\n'.join(wrong.problems())
    for words in ("name: '../lab'", 'minute: 60 is out of range 0..59', 'hour: 24', 'day: 31 is out of range 1..28', 'month: 0',
                  "at: 'tomorrow' is no time", 'has more than one line'):
        assert words in told, words


def test_a_crontab_keeps_its_other_lines() -> None:
    other = 'MAILTO=root\n# nfv.mano scan: other\n0 1 * * * true\n'
    once = crontab(other, schedule(), True)
    assert once.startswith(other) and crontab(once, schedule(), True) == once
    changed = crontab(once, schedule('weekly'), True)
    assert changed.count('nfv.mano scan: lab') == 1 and ' * * 0 ' in changed
    assert crontab(changed, schedule(), False) == other == crontab(other, schedule(), False)


class Host:
    """A host's systemctl and crontab, in memory."""

    def __init__(self) -> None:
        self.crontab: str | None = None
        self.on: set[str] = set()
        self.ran: list[str] = []

    def run(self, argv: list[str], text: str) -> tuple[int, str, str] | None:
        words = [word for word in argv if not word.startswith('--')]
        self.ran.append(' '.join(words))
        if words[0] == 'crontab':
            if words[1] == '-':
                self.crontab = text
            return (1, '', 'no crontab for root') if self.crontab is None else (0, self.crontab, '')
        if words[1].startswith('is-'):
            return (0 if words[2] in self.on else 1, '', '')
        if words[1] in ('enable', 'disable'):
            (self.on.add if words[1] == 'enable' else self.on.discard)(words[2])
        return (0, '', '')


def test_cron_is_brought_there_and_away_once() -> None:
    host = Host()
    cron = Cron(host.run)
    assert cron.bring(schedule(), True, dry=True)['changed'] and host.crontab is None
    assert cron.bring(schedule(), True, dry=False)['changed'] and not cron.bring(schedule(), True, dry=False)['changed']
    assert 'nfv.mano scan: lab' in str(host.crontab)
    assert cron.bring(schedule(), False, dry=False)['changed'] and not cron.bring(schedule(), False, dry=False)['changed']
    with pytest.raises(TopologyError, match='neither a running systemd nor a crontab'):
        Cron(lambda argv, text: None).bring(schedule(), True, dry=False)
    with pytest.raises(TopologyError, match='crontab -l: not allowed'):
        Cron(lambda argv, text: (1, '', 'not allowed')).bring(schedule(), True, dry=False)


def test_units_are_brought_there_and_away_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host()
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setattr('os.geteuid', lambda: 1000)
    systemd = Systemd(host.run)
    folder = tmp_path / '.config' / 'systemd' / 'user'
    assert systemd.bring(schedule(), True, dry=True)['changed'] and not folder.exists()
    told = systemd.bring(schedule(), True, dry=False)
    assert told['changed'] and told['files'] == [str(folder / f'nfv-mano-scan-lab.{kind}') for kind in ('service', 'timer')]
    assert host.on == {'nfv-mano-scan-lab.timer'} and 'systemctl daemon-reload' in host.ran
    assert not systemd.bring(schedule(), True, dry=False)['changed']
    assert systemd.bring(schedule('weekly'), True, dry=False)['changed']
    host.on.clear()
    assert systemd.bring(schedule('weekly'), True, dry=False)['changed'], 'one that was switched off is switched on'
    assert systemd.bring(schedule(), False, dry=False)['changed'] and list(folder.iterdir()) == [] and not host.on
    assert not systemd.bring(schedule(), False, dry=False)['changed']


def test_units_in_a_folder_are_told_to_nobody(tmp_path: Path) -> None:
    host = Host()
    systemd = Systemd(host.run, str(tmp_path / 'units'))
    assert systemd.bring(schedule(), True, dry=False)['changed'] and not systemd.bring(schedule(), True, dry=False)['changed']
    assert host.ran == [] and len(list((tmp_path / 'units').iterdir())) == 2
    with pytest.raises(TopologyError, match='systemctl daemon-reload: Failed to connect'):
        broken = Systemd(lambda argv, text: (1, '', 'Failed to connect to bus') if 'daemon-reload' in argv else (1, '', ''))
        broken._folder = str(tmp_path / 'other')
        broken.bring(schedule(), True, dry=False)
