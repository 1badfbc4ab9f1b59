# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb on every operation in every state: it ends where it must, or it is refused and not a byte is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import STATES, first_state
from ansible_collections.nfv.mano.plugins.module_utils.operation import cancel as cancelling
from ansible_collections.nfv.mano.plugins.module_utils.operation import engine, front, views
from ansible_collections.nfv.mano.plugins.module_utils.operation.again import AGAIN
from ansible_collections.nfv.mano.plugins.module_utils.operation.asked import CARRY_OUT
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import parameters
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.plan.world import network

OWNER = {'host': 'controller', 'boot_id': 'boot', 'pid': 7}
#: Triggers that lead from FAILED_TEMP to a state.
WAYS = {'PROCESSING': ['retry'], 'FAILED_TEMP': [], 'ROLLING_BACK': ['rollback'], 'COMPLETED': ['retry', 'done'],
        'FAILED': ['fail'], 'ROLLED_BACK': ['rollback', 'rolled_back']}
AFTER_START = ('PROCESSING', 'FAILED_TEMP', 'ROLLING_BACK')
CLOSED = {state: state for state in ('COMPLETED', 'FAILED', 'ROLLED_BACK')}
RECOVERED = {'STARTING': 'ROLLED_BACK', 'PROCESSING': 'FAILED_TEMP', 'ROLLING_BACK': 'FAILED_TEMP'}
#: Verb -> state -> where it ends; a state that is not here is refused. A dead owner's op-occ is recovered first.
ENDS = {'retry': dict.fromkeys(AFTER_START, 'COMPLETED'), 'rollback': dict.fromkeys(AFTER_START, 'ROLLED_BACK'),
        'fail': {'STARTING': 'ROLLED_BACK', **dict.fromkeys((*AFTER_START, 'FAILED'), 'FAILED')}, 'cancel': RECOVERED,
        'recover': {**RECOVERED, 'FAILED_TEMP': 'FAILED_TEMP', **CLOSED},
        # The same request again goes on with what is open; another one has to wait for its end, and is one of its own then
        'same': {'STARTING': 'ROLLED_BACK', **dict.fromkeys(AFTER_START, 'COMPLETED'), **CLOSED},
        'other': {'STARTING': 'ROLLED_BACK', **CLOSED}}


def document(count: int = 2) -> dict[str, Any]:
    """One that can be scaled to a level."""
    made = wanted(count, min_count=1, max_count=5)
    made['vnfs'][0]['instantiation_levels'] = [{'name': 'three', 'counts': {'front': 3}}]
    return made


@dataclass(frozen=True)
class Case:
    """One operation that fails halfway: at which call, and on which instance."""

    verb: str
    call: str
    options: dict[str, Any] = field(default_factory=dict)
    before: int = 2
    last: str = '-1'
    prepare: Callable[[Site], None] = lambda site: None
    #: Whether nothing leads back from it.
    for_good: bool = False

    def ready(self, site: Site) -> None:
        """What is there before it."""
        site.vim.admin = True
        if self.before:
            site.apply('instantiate', document=document(self.before))
        self.prepare(site)

    def break_down(self, site: Site) -> None:
        """The calls on its last instance are refused from now on."""
        names = {key: one.name for key, one in site.vim.servers.items()}

        def fits(what: Any) -> bool:
            if isinstance(what, dict):
                return what['name'].endswith(self.last)
            return names[what[0] if isinstance(what, tuple) else what].endswith(self.last)
        site.failing(self.call, fits)

    def request(self) -> dict[str, Any]:
        return {'timeouts': {'lock': 0.1}, 'accept_data_loss': True, **self.options}


def _all_in_error(site: Site) -> None:
    for key, one in site.vim.servers.items():
        site.vim.servers[key] = one._replace(status='ERROR')


def _given_up(site: Site) -> None:
    """A scale out has failed and left a third and a fourth instance."""
    site.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    site.fails('scale', params={'count': 5}, vdu='front')
    site.mended()
    views.close(site.store, 'edge1', None, fail=True, force_takeover=False, dry=False)


def _host_down(site: Site) -> None:
    site.vim.hosts['compute1'] = site.vim.hosts['compute1']._replace(up=False)


def _snapshot(site: Site) -> None:
    site.apply('create_snapshot', params=MONDAY, vnf='web')


def _another_network(site: Site) -> None:
    site.vim.networks['net-other'] = network('other', '10.30.0.0/16')


def _next_version() -> dict[str, Any]:
    made = document()
    made['vnfs'][0]['vdus'][0]['image'] = 'ubuntu'
    return made


MONDAY = {'name': 'monday'}
MOVED = {'ext_virtual_links': [{'id': 'new', 'resource_id': 'other', 'ext_cps': [{'cpd_id': 'front/eth1'}]}]}
CASES = {
    'INSTANTIATE': Case('instantiate', 'create_server', {'document': document()}, before=0),
    'UPDATE': Case('update', 'create_server', {'document': document(3)}, last='-2'),
    'SCALE': Case('scale', 'create_server', {'params': {'count': 3}, 'vdu': 'front'}, last='-2'),
    'SCALE in': Case('scale', 'delete_server', {'params': {'count': 1}, 'vdu': 'front'}),
    'SCALE_TO_LEVEL': Case('scale', 'create_server', {'params': {'instantiation_level_id': 'three'}}, last='-2'),
    'HEAL': Case('heal', 'create_server', {'vdu': 'front'}, prepare=_all_in_error),
    'OPERATE': Case('operate', 'stop', {'params': {'state': 'STOPPED'}}),
    'REBUILD': Case('rebuild', 'rebuild_server', {'params': {'image': 'ubuntu'}}),
    'CHANGE_FLAVOUR': Case('change_flavour', 'confirm_resize', {'params': {'flavor': 'm1.small'}}),
    'MIGRATE': Case('migrate', 'move-live', {'params': {'to_host': 'compute2'}}),
    'EVACUATE': Case('evacuate', 'move-evacuate', {'params': {'from_host': 'compute1'}}, prepare=_host_down, for_good=True),
    'CHANGE_VNFPKG': Case('change_vnfpkg', 'rebuild_server', {'document': _next_version(), 'ns': 'edge1'}),
    'MODIFY_INFO': Case('modify_info', 'update_server', {'params': {'vnf_instance_name': 'Web'}, 'vnf': 'web'}),
    'CHANGE_EXT_CONN': Case('change_ext_conn', 'attach_interface', {'params': MOVED, 'vnf': 'web'}, prepare=_another_network),
    'CREATE_SNAPSHOT': Case('create_snapshot', 'create_server_image', {'params': MONDAY, 'vnf': 'web'}, last='-1-monday'),
    'REVERT_TO_SNAPSHOT': Case('revert_to_snapshot', 'rebuild_server', {'params': MONDAY, 'vnf': 'web'}, prepare=_snapshot),
    'RECONCILE': Case('reconcile', 'delete_server', last='-3', prepare=_given_up, for_good=True),
    'TERMINATE': Case('terminate', 'delete_server'),
}
#: What a case has left in a state: files by their path in the state directory, and the VIM.
Left = tuple[str, dict[str, bytes], dict[str, Any]]
LEFT: dict[tuple[str, str], Left] = {}


@pytest.fixture(autouse=True)
def without_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What outlives a power cut is for tests/unit/store: here a thousand operations run."""
    monkeypatch.setattr(os, 'fsync', lambda fd: None)


def do(site: Site, case: Case, verb: str, op_occ_id: str, dry: bool = False) -> None:
    """A verb on an op-occ that is named by its id, or a request on its NS."""
    run = site.diff if dry else site.apply
    if verb in AGAIN:
        run(verb, op_occ=op_occ_id, timeouts={'lock': 0.1}, accept_data_loss=True)
    elif verb == 'same':
        run(case.verb, **case.request())
    elif verb == 'other' and case.verb != 'terminate':
        run('terminate', timeouts={'lock': 0.1})
    elif verb == 'other':
        run('instantiate', document=document(), timeouts={'lock': 0.1})
    elif verb == 'cancel':
        cancelling.cancel(site.store, None, op_occ_id, mode='GRACEFUL', timeout=5.0, force_takeover=False, dry=dry)
    else:
        views.close(site.store, None, op_occ_id, fail=verb == 'fail', force_takeover=False, dry=dry)


def in_state(site: Site, name: str, state: str) -> str:
    """An op-occ in a state, with nobody working on it; its id. It is brought there once, and put back after that."""
    if (name, state) not in LEFT:
        op_occ_id = _brought(site, CASES[name], state)
        LEFT[name, state] = op_occ_id, _files(site), site.vim.kept()
    op_occ_id, files, kept = LEFT[name, state]
    site.vim.restore(kept)
    for path, content in files.items():
        there = Path(site.store.path, path)
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        there.write_bytes(content)
    return op_occ_id


def _files(site: Site) -> dict[str, bytes]:
    return {os.path.relpath(path, site.store.path): content for path, content in site.files().items()}


def _brought(site: Site, case: Case, state: str) -> str:
    case.ready(site)
    if state == 'STARTING':
        site.store.prepare()
        request, ns = site.request(case.verb, **case.request()), site.store.new_ns('edge1')
        op_occ = OpOccs(site.store).start(engine.operation_of(request, ns), ns, {}, parameters(request), OWNER, {})
        op_occ.dir.write_json('record_before.json', {'ns': ns, 'resources': site.resources()})
        return op_occ.id
    case.break_down(site)
    site.fails(case.verb, **case.request())
    site.mended()
    for trigger in WAYS[state]:
        site.newest.trigger(trigger)
    assert site.newest.state == state
    return site.newest.id


def test_every_operation_is_in_the_table() -> None:
    assert {case.verb for case in CASES.values()} == set(front.OPERATIONS) - {*AGAIN, CARRY_OUT}


@pytest.mark.parametrize(('name', 'state'), [(name, state) for name in CASES for state in STATES
                                             if state != 'STARTING' or first_state(name) == 'STARTING'])
@pytest.mark.parametrize('verb', ENDS)
def test_every_verb_in_every_state(site: Site, name: str, verb: str, state: str) -> None:
    case = CASES[name]
    op_occ_id = in_state(site, name, state)
    assert OpOccs(site.store).get(op_occ_id).operation == name.partition(' ')[0]
    before, calls = site.files(), len(site.vim.called)
    end = None if verb == 'rollback' and case.for_good else ENDS[verb].get(state)
    if end is None:
        _refused(site, case, verb, op_occ_id)
        assert len(site.vim.called) == calls
        return
    do(site, case, verb, op_occ_id, dry=True)
    assert (site.files(), len(site.vim.called)) == (before, calls)
    do(site, case, verb, op_occ_id)
    assert OpOccs(site.store).get(op_occ_id).state == end
    if verb not in ('same', 'other'):
        assert (site.files() == before) is (state == end)
    assert OpOccs(site.store).open_for(site.ns()['id']) is None or end == 'FAILED_TEMP'
    if verb == 'rollback':
        assert len(site.vim.servers) == case.before


def _refused(site: Site, case: Case, verb: str, op_occ_id: str) -> None:
    """409 that names the op-occ and its state, dry or not; nothing is written, but that a dead owner's op-occ is recovered."""
    state = OpOccs(site.store).get(op_occ_id).state
    before = site.files()
    for dry in (True, False):
        with pytest.raises(OpOccError) as caught:
            do(site, case, verb, op_occ_id, dry)
        assert (caught.value.problem.status, caught.value.problem.instance) == (409, f'op_occ/{op_occ_id}')
        told = f'{caught.value.problem.title} {caught.value.problem.detail}'
        assert op_occ_id in told
        assert any(one in told for one in (state, RECOVERED.get(state, state)))
        if dry or state not in RECOVERED:
            assert site.files() == before
    assert OpOccs(site.store).get(op_occ_id).state == RECOVERED.get(state, state)


@pytest.mark.parametrize('verb', [verb for verb in ENDS if verb not in ('cancel', 'recover')])
def test_nobody_moves_what_somebody_works_on(site: Site, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setattr(views, 'NsLock', partial(NsLock, wait=0.1))
    case, op_occ_id = CASES['INSTANTIATE'], in_state(site, 'INSTANTIATE', 'PROCESSING')
    before = site.files()
    with NsLock(site.store, site.newest.ns_id):
        with pytest.raises(OpOccError, match=rf'its owner \(pid {os.getpid()} on host \S+\) is alive') as caught:
            do(site, case, verb, op_occ_id, dry=True)
        assert caught.value.problem.status == 409
        with pytest.raises(LockedError, match='has worked on this NS'):
            do(site, case, verb, op_occ_id)
    assert site.files() == before


@pytest.mark.parametrize('verb', ['retry', 'rollback', 'fail', 'cancel', 'recover'])
def test_an_op_occ_that_is_not_there_is_not_found(site: Site, verb: str) -> None:
    in_state(site, 'INSTANTIATE', 'FAILED_TEMP')
    before = site.files()
    for op_occ_id in ('11111111-1111-4111-8111-111111111111', 'no id at all/'):
        for dry in (True, False):
            with pytest.raises(OpOccError) as caught:
                do(site, CASES['INSTANTIATE'], verb, op_occ_id, dry)
            assert caught.value.problem.status == 404
    assert site.files() == before


def test_a_refusal_names_who_ran_what_is_open(site: Site) -> None:
    op_occ_id = in_state(site, 'SCALE', 'FAILED_TEMP')
    problem = site.fails('terminate').problem
    assert f'SCALE {op_occ_id} is FAILED_TEMP' in problem.title
    assert f'last run by pid {os.getpid()} on host ' in problem.detail
    assert all(f'nfv.mano.{verb}' in problem.detail for verb in ('retry', 'rollback', 'fail'))


def test_what_remains_is_told_of_what_is_given_up(site: Site) -> None:
    op_occ_id = in_state(site, 'INSTANTIATE', 'FAILED_TEMP')
    do(site, CASES['INSTANTIATE'], 'fail', op_occ_id)
    told = {one['id'] for one in views.remains(site.store, site.ns())}
    assert told == {*site.vim.servers, *site.vim.ports, *site.vim.networks} - {'net-shared'}
    site.apply('terminate')
    assert views.remains(site.store, site.ns()) == []
    with pytest.raises(OpOccError, match='Nothing to fail'):
        views.close(site.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
