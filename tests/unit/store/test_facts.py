# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records: found, made once, archived."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError, facts


def op_occ(store: Store, name: str, number: int, **changed: Any) -> None:
    """An op-occ with a folder."""
    store.write('op_occ', name, {
        'kind': 'op_occ', 'id': name, 'ns_id': 'one', 'scope': 'ns', 'state': 'COMPLETED', 'operation': 'UPDATE', 'parent': None,
        'start_time': f'2026-11-21T05:00:{number:02}.000000Z', **changed})
    store.op_occ_dir(name).write_json('plan.json', {'tasks': number})


def test_ids_of_a_kind_only(store: Store) -> None:
    for name in ('b', 'a'):
        store.write('ns', name, {'id': name, 'name': name, 'state': 'X'})
    op_occ(store, 'c', 1)
    for name in ('ns_a.lock', 'ns_d.fact.7.tmp', 'xns_e.fact', 'ns_.fact', 'ns_a b.fact', 'other.fact'):
        (Path(store.path) / name).touch()
    assert (store.ids('ns'), store.ids('op_occ'), store.ids('vnf')) == (['a', 'b'], ['c'], [])
    assert [ns['id'] for ns in store.all('ns')] == ['a', 'b']


@pytest.mark.parametrize('wrong', ['', '../x', 'a/b', '.hidden', 'a\x00', 'x' * 65, 'ä', 'a_b'])
def test_what_can_be_no_id_is_no_path(store: Store, wrong: str) -> None:
    with pytest.raises(StoreError, match='can not be the id of a record'):
        store.read('ns', wrong)
    assert store.find_ns(wrong) is None


def test_an_ns_is_found_by_id_and_by_name(store: Store) -> None:
    made = store.new_ns('edge1')
    assert store.find_ns('edge1') == store.find_ns(made['id']) == store.read('ns', made['id'])
    assert store.find_ns('edge2') is None
    assert made['state'] == 'NOT_INSTANTIATED'


@pytest.mark.parametrize('name', ['a name with spaces', 'x' * 300, 'über/all', '../../etc', "o'neill"])
def test_any_name_can_be_looked_for(store: Store, name: str) -> None:
    made = store.new_ns(name)
    assert (store.find_ns(name) or {})['id'] == made['id']


def test_a_name_of_two_is_refused_with_their_ids(store: Store) -> None:
    for name in ('id-1', 'id-2'):
        store.write('ns', name, {'id': name, 'name': 'edge1', 'state': 'X'})
    with pytest.raises(StoreError, match='edge1 is the name of 2 NSs: id-1, id-2; use an id'):
        store.find_ns('edge1')


def test_many_that_start_at_once_make_one(store: Store, start: Any) -> None:
    code = '''
import sys
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
print('ready', flush=True)
sys.stdin.readline()
print(Store(sys.argv[1]).new_ns('edge1')['id'])
'''
    processes = [start(code, store.path) for _number in range(6)]
    assert [process.stdout.readline() for process in processes] == ['ready\n'] * 6
    for process in processes:
        process.stdin.write('\n')
        process.stdin.flush()
    assert {process.stdout.readline().strip() for process in processes} == set(store.ids('ns'))
    assert len(store.ids('ns')) == 1


def test_a_names_lock_that_stays_taken_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, 'NAMES_WAIT', 0.1)
    with store._names_lock(), pytest.raises(StoreError, match='names.lock: another run has held this lock for 0.1 s'):
        store.new_ns('edge1')


def test_deleting_takes_the_folder_along_and_can_be_repeated(store: Store) -> None:
    op_occ(store, 'a', 1)
    store.delete('op_occ', 'a')
    store.delete('op_occ', 'a')
    store.delete('ns', 'never')
    assert os.listdir(store.path) == []


def test_the_folder_of_an_op_occ(store: Store) -> None:
    folder = store.op_occ_dir('a')
    assert folder.path == os.path.join(store.path, 'op_occ_a.d')
    assert folder.journal_path == os.path.join(store.path, 'op_occ_a.d', 'journal')
    assert folder.read_json('plan.json') is None
    assert not os.path.exists(folder.path)
    folder.write_json('plan.json', {'tasks': 3})
    assert (folder.read_json('plan.json') or {})['tasks'] == 3


def test_the_newest_finished_ones_stay(store: Store) -> None:
    for number in range(6):
        op_occ(store, f'ns{number}', number)
        op_occ(store, f'vnf{number}', number, scope='vnf', parent=f'ns{number}')
    op_occ(store, 'open', 0, state='FAILED_TEMP')
    op_occ(store, 'other', 0, ns_id='two')
    store.retain('one', keep=2)
    assert store.ids('op_occ') == ['ns4', 'ns5', 'open', 'other', 'vnf4', 'vnf5']
    archive = Path(store.path) / 'archive'
    assert archive.stat().st_mode & 0o777 == 0o700
    moved = {path.name for path in archive.iterdir()}
    assert moved == {f'op_occ_{kind}{number}.{end}' for kind in ('ns', 'vnf') for number in range(4) for end in ('fact', 'd')}
    assert (archive / 'op_occ_ns0.d' / 'plan.json').exists()


def test_a_thousand_are_archived_with_as_few_syncs_as_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        op_occ(store, f'ns{number}', number)
    synced: list[str] = []
    monkeypatch.setattr(facts, 'sync_folder', synced.append)
    store.retain('one', keep=10)
    assert len(store.ids('op_occ')) == 10
    assert len(synced) == 4
    store.retain('one', keep=10)
    assert len(synced) == 4


def test_an_archiving_that_was_cut_short_is_finished_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename
    for cut in range(4):
        op_occ(store, 'parent', 1)
        op_occ(store, 'part', 1, scope='vnf', parent='parent')
        calls = iter(range(10))

        def fail(source: str, target: str, cut: int = cut, calls: Any = calls) -> None:
            if next(calls) == cut:
                raise OSError(28, 'No space left on device')
            rename(source, target)
        with monkeypatch.context() as full, pytest.raises(StoreError, match='can not be moved to .*/archive: No space left'):
            full.setattr(facts.os, 'rename', fail)
            store.retain('one', keep=0)
        assert 'parent' in store.ids('op_occ'), 'an op-occ goes last, so that its parts are found through it'
        store.retain('one', keep=0)
        assert store.ids('op_occ') == []
        assert len(os.listdir(os.path.join(store.path, 'archive'))) == 4
        shutil.rmtree(os.path.join(store.path, 'archive'))
