# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that read records, and the one that closes what a dead owner left: from facts alone."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.journal import Journal
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, lock_path
from ansible_collections.nfv.mano.plugins.modules import ns_info, op_occ_info
from ansible_collections.nfv.mano.plugins.modules import op_occ as op_occ_module


class Modules:
    """Runs modules on one state directory."""

    def __init__(self, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._capsys = store, capsys

    def __call__(self, module: ModuleType, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The answer of a module."""
        given = {'state_dir': self.store.path, '_ansible_check_mode': check, **arguments}
        with patch_module_args(given), pytest.raises(SystemExit):
            module.main()
        return json.loads(self._capsys.readouterr().out)

    def files(self) -> dict[str, bytes]:
        """Every file of the state directory."""
        return {str(path): path.read_bytes() for path in Path(self.store.path).rglob('*') if path.is_file()}


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Modules:
    """Runs a module."""
    return Modules(store, capsys)


def test_recovered_closes_what_a_dead_owner_left_and_then_changes_nothing(run: Modules, op_occ: OpOcc) -> None:
    op_occ.trigger('grant')
    before = run.files()
    would = run(op_occ_module, check=True, ns='edge1')
    assert would['changed'] is True
    assert run.files() == before, 'check mode writes nothing'
    did = run(op_occ_module, ns='edge1')
    assert (did['changed'], did['op_occ']['state'], did['op_occ']['error']['status']) == (True, 'FAILED_TEMP', 500)
    assert did['diff']['before'] != did['diff']['after']
    again = run(op_occ_module, ns=op_occ.ns_id)
    assert (again['changed'], again['op_occ']['state']) == (False, 'FAILED_TEMP')


def test_recovered_closes_a_start_and_then_there_is_nothing(run: Modules, op_occ: OpOcc) -> None:
    assert run(op_occ_module, ns='edge1')['op_occ']['state'] == 'ROLLED_BACK'
    nothing = run(op_occ_module, ns='edge1')
    assert (nothing['changed'], nothing['op_occ']) == (False, None)


def test_an_owner_that_is_alive_is_left_alone(run: Modules, op_occ: OpOcc) -> None:
    op_occ.trigger('grant')
    holder = {'host': 'elsewhere', 'boot_id': 'another', 'pid': 7, 'since': 'now', 'heartbeat': '2999-01-01T00:00:00+00:00'}
    with NsLock(run.store, op_occ.ns_id) as lock:
        holder['heartbeat'] = lock.owner['since']
    Path(lock_path(run.store, op_occ.ns_id)).write_text(json.dumps({'counter': 9, 'holder': holder}), encoding='utf-8')
    shown = run(op_occ_info, ns='edge1', scope='ns')['op_occs'][0]
    assert (shown['state'], shown['owner_alive']) == ('PROCESSING', True)
    forced = run(op_occ_module, ns='edge1', force_takeover=True)
    assert forced['op_occ']['state'] == 'FAILED_TEMP'


@pytest.mark.parametrize('module', [op_occ_module, op_occ_info, ns_info])
def test_an_unknown_ns_is_named_beside_those_that_there_are(run: Modules, op_occ: OpOcc, module: ModuleType) -> None:
    answer = run(module, ns='edge2')
    assert answer['failed'] is True
    assert 'edge2' in answer['msg']
    assert 'edge1' in answer['msg']


@pytest.mark.parametrize('module', [op_occ_module, op_occ_info, ns_info])
def test_a_damaged_fact_is_named_and_stays(run: Modules, op_occ: OpOcc, module: ModuleType) -> None:
    path = Path(run.store.file('op_occ', op_occ.id))
    path.write_text('{"schema": 99}', encoding='utf-8')
    before = path.read_bytes(), path.stat().st_mtime_ns
    answer = run(module, ns='edge1')
    assert answer['failed'] is True
    assert f'{path}: has schema 99, this release reads up to 1' in answer['msg']
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_progress_of_one_that_runs_is_in_its_journal(run: Modules, op_occ: OpOcc) -> None:
    op_occ.trigger('grant')
    journal = Journal(op_occ.dir.journal_path)
    journal.append('task', task='c', status='DONE')
    journal.append('begin', tasks=3)
    for task, status in (('a', 'DONE'), ('b', 'FAILED'), ('c', 'DONE'), ('a', 'DONE')):
        journal.append('task', task=task, status=status)
    journal.close()
    shown = run(op_occ_info, op_occ=op_occ.id)['op_occs'][0]
    assert (shown['progress'], shown['owner_alive']) == ({'done': 2, 'total': 3}, False)


def test_op_occs_are_listed_newest_first_and_filtered(run: Modules, ns: dict[str, Any]) -> None:
    made = []
    for operation in ('INSTANTIATE', 'UPDATE', 'TERMINATE'):
        made.append(OpOccs(run.store).start(operation, ns, {}, {}, {}, {}))
        made[-1].trigger('grant')
        made[-1].trigger('done')
    ids = [one.id for one in made]

    def listed(**filters: Any) -> list[str]:
        return [one['id'] for one in run(op_occ_info, **filters)['op_occs']]
    assert listed() == ids[::-1]
    assert listed(limit=2) == ids[:0:-1]
    assert listed(operation='UPDATE', ns='edge1') == [ids[1]]
    assert listed(state='FAILED') == []
    unknown = run(op_occ_info, op_occ='nowhere')
    assert (unknown['failed'], unknown['problem']['status']) == (True, 404)


def test_services_are_shown_with_their_open_op_occ(run: Modules, op_occ: OpOcc) -> None:
    run.store.new_ns('edge2')
    shown = {one['name']: one['op_occ'] and one['op_occ']['id'] for one in run(ns_info)['nss']}
    assert shown == {'edge1': op_occ.id, 'edge2': None}
    assert [one['name'] for one in run(ns_info, ns='edge2')['nss']] == ['edge2']


def test_reading_an_empty_place_makes_nothing(run: Modules, tmp_path: Path) -> None:
    nowhere = tmp_path / 'nowhere'
    assert run(ns_info, state_dir=str(nowhere))['nss'] == []
    assert run(op_occ_info, state_dir=str(nowhere))['op_occs'] == []
    assert not nowhere.exists()
