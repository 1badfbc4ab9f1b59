# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are whole or as they were, whatever happens while they are written."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError, files

FACT = {'kind': 'ns', 'id': 'one', 'name': 'edge1', 'state': 'INSTANTIATED'}


def failing(number: int) -> Any:
    """A system call that fails."""
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise OSError(number, os.strerror(number))
    return fail


def test_what_is_written_is_read_with_its_schema(store: Store) -> None:
    assert store.write('ns', 'one', FACT) is True
    assert store.read('ns', 'one') == {**FACT, 'schema': files.SCHEMA}


def test_only_the_owner_can_look_inside(store: Store) -> None:
    store.write('ns', 'one', FACT)
    store.op_occ_dir('two').write_json('plan.json', {})
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [Path(store.path), *Path(store.path).rglob('*')]}
    assert modes == {'state': 0o700, 'ns_one.fact': 0o600, 'op_occ_two.d': 0o700, 'plan.json': 0o600}


def test_equal_bytes_are_not_written(store: Store) -> None:
    store.write('ns', 'one', FACT)
    before = os.stat(store.file('ns', 'one'))
    assert store.write('ns', 'one', dict(reversed(FACT.items()))) is False
    after = os.stat(store.file('ns', 'one'))
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_every_text_comes_back(store: Store) -> None:
    text = 'Zürich 東京 \x00 \u2028 "\\ \udc80'
    store.write('ns', 'one', {**FACT, 'description': text})
    assert (store.read('ns', 'one') or {})['description'] == text


@pytest.mark.parametrize('call', ['write', 'fsync', 'replace'])
@pytest.mark.parametrize('number', [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_a_failed_write_names_the_file_and_loses_nothing(
        store: Store, monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    store.write('ns', 'one', FACT)
    before = Path(store.file('ns', 'one')).read_bytes()
    with monkeypatch.context() as broken, pytest.raises(StoreError) as caught:
        broken.setattr(files.os, call, failing(number))
        store.write('ns', 'one', {**FACT, 'state': 'NOT_INSTANTIATED'})
    assert caught.value.path == store.file('ns', 'one')
    assert os.strerror(number) in str(caught.value)
    assert Path(store.file('ns', 'one')).read_bytes() == before
    assert os.listdir(store.path) == ['ns_one.fact']


def test_an_interrupt_in_the_middle_leaves_nothing_beside(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_fd: int) -> None:
        raise KeyboardInterrupt
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(files.os, 'fsync', interrupt)
        store.write('ns', 'one', FACT)
    assert os.listdir(store.path) == []


def test_a_full_disk(small_disk: Path) -> None:
    store = Store(str(small_disk / 'state'))
    store.prepare()
    store.write('ns', 'one', FACT)
    before = Path(store.file('ns', 'one')).read_bytes()
    with pytest.raises(StoreError, match='ns_one.fact: can not be written: No space left on device'):
        store.write('ns', 'one', {**FACT, 'description': 'x' * 100_000})
    assert Path(store.file('ns', 'one')).read_bytes() == before
    assert os.listdir(store.path) == ['ns_one.fact']


def test_a_disk_that_turned_read_only(small_disk: Path) -> None:
    store = Store(str(small_disk / 'state'))
    store.prepare()
    store.write('ns', 'one', FACT)
    subprocess.run(['mount', '-o', 'remount,ro', str(small_disk)], check=True)
    with pytest.raises(StoreError, match='ns_one.fact: can not be written: Read-only file system'):
        store.write('ns', 'one', {**FACT, 'state': 'NOT_INSTANTIATED'})
    with pytest.raises(StoreError, match='ns_one.fact: can not be removed: Read-only file system'):
        store.delete('ns', 'one')
    with pytest.raises(StoreError, match='names.lock: can not be opened: Read-only file system'):
        store.new_ns('other')
    with pytest.raises(StoreError, match='state: can not be written: Read-only file system; set nfv_state_dir'):
        store.prepare()
    store.prepare(create=False)
    assert (store.read('ns', 'one') or {})['state'] == 'INSTANTIATED'


@pytest.mark.parametrize(('content', 'reason'), [
    (b'', 'is empty; put it right'),
    (b'   \n', 'is empty'),
    (b'{"schema": 1, "id": "one", "na', 'is not JSON: Unterminated string'),
    (b'\xff\xfe\x00', 'is not JSON'),
    (b'[1, 2]', 'is not a JSON object but a list'),
    (b'null', 'is not a JSON object but a NoneType'),
    (b'[' * 100_000, 'is not JSON'),
    (b'{}', 'has no schema number'),
    (b'{"schema": "1"}', "has no schema number (schema: '1')"),
    (b'{"schema": true}', 'has no schema number'),
    (b'{"schema": 0}', 'has schema 0, from which nothing leads to 1'),
    (b'{"schema": 7, "id": "one"}', 'has schema 7, this release reads up to 1; use a newer nfv.mano'),
    (b'{"schema": 1}', 'is no whole record: it lacks name, state'),
    (b'{"schema": 1, "id": "other", "name": "x", "state": "INSTANTIATED"}', 'is no whole record: it lacks the id one'),
])
def test_a_damaged_or_newer_fact_is_refused_and_not_touched(store: Store, content: bytes, reason: str) -> None:
    path = Path(store.file('ns', 'one'))
    path.write_bytes(content)
    before = path.stat()
    for read in (lambda: store.read('ns', 'one'), lambda: store.all('ns'), lambda: store.find_ns('edge1'),
                 lambda: store.new_ns('edge1')):
        with pytest.raises(StoreError) as caught:
            read()
        assert caught.value.path == str(path)
        assert reason in caught.value.reason
    after = path.stat()
    assert path.read_bytes() == content
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_fact_that_is_a_folder(store: Store) -> None:
    os.mkdir(store.file('ns', 'one'))
    with pytest.raises(StoreError, match='ns_one.fact: can not be read: Is a directory'):
        store.read('ns', 'one')


def test_facts_of_schema_1_can_be_read() -> None:
    store = Store(str(Path(__file__).parent / 'schema_1'))
    ns, vnf, op_occ = (store.all(kind)[0] for kind in ('ns', 'vnf', 'op_occ'))
    assert (ns['name'], ns['state'], ns['vnfs']['web']) == ('edge1', 'INSTANTIATED', vnf['id'])
    assert vnf['resources']['vdu:web/front/0']['name'] == 'edge1-web-front-0'
    assert (op_occ['operation'], op_occ['state'], op_occ['ns_id']) == ('INSTANTIATE', 'COMPLETED', ns['id'])


def test_an_older_fact_is_brought_up_through_every_step(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write('ns', 'one', FACT)
    before = Path(store.file('ns', 'one')).read_bytes()
    monkeypatch.setattr(files, 'SCHEMA', 3)
    monkeypatch.setattr(files, 'UPGRADES', {
        1: lambda data: {**data, 'site': 'unknown'},
        2: lambda data: {**data, 'site': data['site'].upper()},
    })
    assert store.read('ns', 'one') == {**FACT, 'site': 'UNKNOWN', 'schema': 3}
    assert Path(store.file('ns', 'one')).read_bytes() == before
    store.write('ns', 'one', store.read('ns', 'one') or {})
    assert json.loads(Path(store.file('ns', 'one')).read_bytes())['schema'] == 3


def test_temporary_files_of_the_dead_are_removed_and_those_of_the_living_stay(store: Store) -> None:
    old, new = (Path(store.path) / f'ns_one.fact.{name}.tmp' for name in ('old', 'new'))
    for path in (old, new):
        path.write_text('{')
    os.utime(old, (time.time() - 2 * files.STALE,) * 2)
    store.prepare()
    assert not old.exists()
    assert new.exists()
    assert store.ids('ns') == []


def test_a_writer_that_is_killed_leaves_a_whole_fact(store: Store, start: Any) -> None:
    code = '''
import itertools, sys
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
store = Store(sys.argv[1])
for number in itertools.count():
    store.write('ns', 'one', {'id': 'one', 'name': 'edge1', 'state': 'X', 'number': number, 'text': 'x' * 20000})
    number == 0 and print('ready', flush=True)
'''
    last = -1
    for _attempt in range(5):
        process = start(code, store.path)
        assert process.stdout.readline() == 'ready\n'
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        fact = store.read('ns', 'one')
        assert fact is not None
        assert len(fact['text']) == 20000
        last = max(last, fact['number'])
    assert last > 0
