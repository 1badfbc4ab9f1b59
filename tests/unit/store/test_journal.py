# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries are on disk one by one, whole, in order, and none is lost."""

from __future__ import annotations

import errno
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import FencedError, Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store import journal as journal_room
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where the journal is: its folder is not there yet."""
    return str(tmp_path / 'op_occ_one.d' / 'journal')


def test_entries_are_numbered_timed_and_fenced(store: Store, path: str) -> None:
    with NsLock(store, 'one'):
        pass
    with NsLock(store, 'one') as lock:
        written = [Journal(path, lock).append('intent', kind='server', marks=['a\nb']), Journal(path, lock).append('made')]
    assert Journal.read(path) == written
    assert [(entry['n'], entry['fence'], entry['event']) for entry in written] == [(1, 2, 'intent'), (2, 2, 'made')]
    assert written[0]['t'] < written[1]['t']
    assert written[0]['t'].endswith('Z')
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_no_journal_is_no_entries(path: str) -> None:
    assert Journal.read(path) == []
    assert not os.path.exists(os.path.dirname(path))


def test_each_entry_is_one_write_and_one_sync_before_append_returns(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    write, sync = os.write, os.fsync
    journal = Journal(path)
    monkeypatch.setattr(journal_room.os, 'write', lambda fd, data: calls.append('write') or write(fd, data))
    monkeypatch.setattr(journal_room.os, 'fsync', lambda fd: calls.append('fsync') or sync(fd))
    journal.append('intent', text='x' * 100_000)
    assert calls == ['write', 'fsync']


def test_200_threads_write_at_once(path: str) -> None:
    journal = Journal(path)
    barrier = threading.Barrier(200)

    def work(number: int) -> None:
        barrier.wait()
        for step in range(5):
            journal.append('task', task=f'{number}/{step}', text='ä' * number)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = Journal.read(path)
    assert [entry['n'] for entry in entries] == list(range(1, 1001))
    assert {entry['task'] for entry in entries} == {f'{number}/{step}' for number in range(200) for step in range(5)}
    for number in (0, 99, 199):
        steps = [entry['task'] for entry in entries if entry['task'].startswith(f'{number}/')]
        assert steps == [f'{number}/{step}' for step in range(5)]


@pytest.mark.parametrize('torn', [b'{"n": 3, "event": "ma', b'{"n": 3, "event": "made"}', b'\x00' * 64, b'\xc3',
                                  b'{"n": 3, \x00\x00\n'])
def test_a_torn_last_line_says_nothing_and_is_gone_on_reopening(path: str, torn: bytes) -> None:
    journal = Journal(path)
    whole = [journal.append('intent'), journal.append('made')]
    journal.close()
    with open(path, 'ab') as file:
        file.write(torn)
    assert Journal.read(path) == whole
    assert Path(path).read_bytes().endswith(torn), 'reading repairs nothing'
    after = Journal(path).append('end')
    assert after['n'] == 3
    assert Journal.read(path) == [*whole, after]
    assert len(Path(path).read_bytes().splitlines()) == 3


@pytest.mark.parametrize('line', [b'{"n": 2, "eve', b'', b'null', b'[]', b'"n"', b'{"n": 2}', b'{"n": "x", "event": "made"}'])
def test_a_damaged_line_in_the_middle_is_named(path: str, line: bytes) -> None:
    journal = Journal(path)
    for _number in range(3):
        journal.append('intent')
    lines = Path(path).read_bytes().splitlines()
    lines[1] = line
    damaged = b'\n'.join(lines) + b'\n'
    Path(path).write_bytes(damaged)
    for use in (Journal.read, Journal):
        with pytest.raises(StoreError, match='line 2 is no journal entry') as caught:
            use(path)
        assert caught.value.path == path
    assert Path(path).read_bytes() == damaged


def test_who_was_taken_over_writes_nothing(store: Store, path: str) -> None:
    with NsLock(store, 'one') as lock:
        journal = Journal(path, lock)
        journal.append('intent')
    with NsLock(store, 'one'):
        with pytest.raises(FencedError):
            journal.append('made')
        with pytest.raises(FencedError):
            Journal(path, lock)
    assert [entry['event'] for entry in Journal.read(path)] == ['intent']


@pytest.mark.parametrize('moment', ['write', 'part', 'fsync'])
def test_a_full_disk_leaves_the_journal_as_it_was(path: str, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    def fail(*_arguments: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    write = os.write
    journal = Journal(path)
    first = journal.append('intent')
    before = Path(path).read_bytes()
    with monkeypatch.context() as full, pytest.raises(StoreError, match='journal: can not be written: ') as caught:
        if moment == 'part':
            full.setattr(journal_room.os, 'write', lambda fd, data: write(fd, data[:10]))
        else:
            full.setattr(journal_room.os, moment, fail)
        journal.append('made')
    assert caught.value.path == path
    assert Path(path).read_bytes() == before
    assert Journal.read(path) == [first]
    assert journal.append('made')['n'] == 2


def test_half_a_line_that_can_not_be_taken_back_is_the_last(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    write = os.write
    journal = Journal(path)
    first = journal.append('intent')
    with monkeypatch.context() as broken, pytest.raises(StoreError):
        broken.setattr(journal_room.os, 'write', lambda fd, data: write(fd, data[:10]))
        broken.setattr(journal_room.os, 'ftruncate', fail)
        journal.append('made')
    with pytest.raises(StoreError, match='can not be written'):
        journal.append('made')
    assert Journal.read(path) == [first]
    assert Journal(path).append('made')['n'] == 2


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    path = str(small_disk / 'op_occ_one.d' / 'journal')
    journal = Journal(path)
    written = []
    with pytest.raises(StoreError, match='journal: can not be written: (No space left on device|the disk is full)'):
        while True:
            written.append(journal.append('task', text='x' * 5000))
    assert written
    assert Journal.read(path) == written


def test_a_folder_that_can_not_be_made() -> None:
    with pytest.raises(StoreError, match='/proc/nowhere: can not be made'):
        Journal('/proc/nowhere/journal')


def test_what_append_returned_survives_kill(path: str, start: Any) -> None:
    code = '''
import sys
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
journal = Journal(sys.argv[1])
while True:
    print(journal.append('task', text='x' * 3000)['n'], flush=True)
'''
    for _round in range(3):
        process = start(code, path)
        process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        told = [int(line) for line in process.communicate()[0].split('\n')[:-1]]
        numbers = [entry['n'] for entry in Journal.read(path)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert told
        assert told[-1] <= numbers[-1] <= told[-1] + 1


def test_odd_texts_come_back(path: str) -> None:
    text = 'a\r\nb\x0b\x85\u2028\udcff'
    Journal(path).append('task', error=text)
    assert Journal.read(path)[0]['error'] == text
    assert len(json.loads(Path(path).read_text(encoding='utf-8'))['error']) == len(text)
