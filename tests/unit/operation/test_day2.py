# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale, operate and heal as whole operations: what is there afterwards, what a retry goes on with, what a rollback undoes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

STOP, START = {'state': 'STOPPED'}, {'state': 'STARTED'}
FORCE = {'force': True}


@pytest.fixture
def three(site: Site) -> Site:
    """Three instances."""
    site.apply('instantiate', document=wanted(3))
    return site


def by_index(site: Site) -> dict[int, Any]:
    return {int(one.name.rpartition('-')[2]): one for one in site.vim.servers.values()}


def statuses(site: Site) -> list[str]:
    return [one.status for _index, one in sorted(by_index(site).items())]


def ids(site: Site) -> list[str]:
    return [one.id for _index, one in sorted(by_index(site).items())]


def again(site: Site, verb: str = 'instantiate', **options: Any) -> None:
    """Nothing is left to do."""
    files, calls = site.files(), len(site.vim.called)
    options = options or {'document': wanted(3)}
    assert site.apply(verb, **options)['changed'] is False
    assert (site.files(), site.vim.called[calls:]) == (files, [])


def changes(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one['action'], one['name']) for one in result['plan']['changes']]


# Scale --------------------------------------------------------------------------------------------------------------


def test_scale_out_and_in(three: Site) -> None:
    before, ports = ids(three), set(three.vim.ports)
    shown = three.diff('scale', params={'count': 5}, vdu='front')
    assert (changes(shown), three.vim.ids()['servers']) == ([('create', 'web/front/3'), ('create', 'web/front/4')], set(before))
    result = three.apply('scale', params={'count': 5}, vdu='front')
    assert (result['op_occ']['operation'], result['op_occ']['state']) == ('SCALE', 'COMPLETED')
    assert (changes(result), ids(three)[:3], len(ids(three))) == (changes(shown), before, 5)
    assert [one['vnf_name'] for one in three.newest.vnf_op_occs()] == ['web']
    again(three, 'scale', params={'count': 5})
    again(three)
    assert changes(three.apply('scale', params={'type': 'SCALE_IN', 'number_of_steps': 2})) == [
        ('delete', 'web/front/3'), ('delete', 'web/front/4')]
    assert (ids(three), set(three.vim.ports)) == (before, ports)
    again(three)


def test_steps_are_counted_from_before_however_often_it_is_tried(three: Site) -> None:
    three.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    options: dict[str, Any] = {'params': {'type': 'SCALE_OUT', 'number_of_steps': 2}}
    three.fails('scale', **options)
    assert (len(ids(three)), three.ns()['overlay']) == (4, {})
    three.fails('scale', **options)
    three.mended()
    assert three.diff('scale', **options)['plan']['counts']['create'] == 1
    three.apply('scale', **options)
    assert (len(ids(three)), three.newest.data['attempts']) == (5, 3)
    again(three)


def test_a_crash_at_the_very_end_does_not_scale_twice(three: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is written and the op-occ is not moved yet."""
    options: dict[str, Any] = {'params': {'type': 'SCALE_OUT'}}

    move = OpOcc.trigger

    def died(op_occ: OpOcc, name: str, **more: Any) -> None:
        if name == 'done':
            raise KeyboardInterrupt
        move(op_occ, name, **more)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(OpOcc, 'trigger', died)
        three.apply('scale', **options)
    assert (len(ids(three)), three.newest.state) == (4, 'PROCESSING')
    three.apply('scale', **options)
    assert (len(ids(three)), three.newest.state) == (4, 'COMPLETED')
    again(three)


def test_another_verb_and_other_instances_are_refused_meanwhile(three: Site) -> None:
    three.failing('create_server')
    three.fails('scale', params={'count': 4}, vdu='front')
    open_one = three.newest.id
    for verb, options in (('operate', {'params': STOP}), ('heal', {}), ('instantiate', {'document': wanted(3)}),
                          ('scale', {'params': {'count': 4}, 'vnf': 'web'})):
        error = three.fails(verb, **options)
        assert (error.problem.status, open_one in str(error), 'nfv.mano.retry' in str(error)) == (409, True, True)
    three.mended()
    assert three.apply('retry')['op_occ']['state'] == 'COMPLETED'
    assert len(ids(three)) == 4


def test_a_scale_that_failed_is_undone_by_rollback(three: Site) -> None:
    before = three.vim.ids()
    three.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    three.fails('scale', params={'count': 5})
    three.mended()
    assert three.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert three.vim.ids() == before
    again(three)


def test_a_document_with_another_count_is_the_new_truth(three: Site) -> None:
    three.apply('scale', params={'count': 5})
    three.apply('instantiate', document=wanted(4), allow_delete=True)
    assert len(ids(three)) == 4
    again(three, document=wanted(4))
    assert three.ns()['overlay'] == {}


# Operate ------------------------------------------------------------------------------------------------------------


def test_stopped_by_the_verb_it_stays_so(three: Site) -> None:
    options: dict[str, Any] = {'params': STOP, 'vnf': 'web', 'vdu': 'front', 'count_index': 1}
    result = three.apply('operate', **options)
    assert [one['detail'] for one in result['plan']['changes']] == ['status ACTIVE -> SHUTOFF (stop)']
    assert (statuses(three), three.resources()['vdu:web/front/1']['status']) == (['ACTIVE', 'SHUTOFF', 'ACTIVE'], 'SHUTOFF')
    again(three, 'operate', **options)
    again(three)
    three.vim.server_action(ids(three)[0], 'stop')
    three.vim.server_action(ids(three)[1], 'start')
    three.apply('instantiate', document=wanted(3))
    assert statuses(three) == ['ACTIVE', 'SHUTOFF', 'ACTIVE']
    three.apply('operate', params=START)
    assert (statuses(three), three.ns()['overlay']) == (['ACTIVE'] * 3, {})


def test_terminated_and_made_again_nothing_is_remembered(three: Site) -> None:
    three.apply('operate', params=STOP)
    three.apply('scale', params={'count': 2})
    three.apply('terminate')
    three.apply('instantiate', document=wanted(3))
    assert statuses(three) == ['ACTIVE'] * 3


def test_a_stop_that_failed_goes_on_or_is_undone(three: Site) -> None:
    second = ids(three)[1]
    three.failing('stop', lambda server_id: server_id == second)
    three.fails('operate', params=STOP)
    assert (statuses(three), three.ns()['overlay']) == (['SHUTOFF', 'ACTIVE', 'SHUTOFF'], {})
    three.mended()
    three.apply('rollback')
    assert statuses(three) == ['ACTIVE'] * 3
    again(three)
    three.failing('stop', lambda server_id: server_id == second)
    three.fails('operate', params=STOP)
    three.mended()
    three.apply('operate', params=STOP)
    assert statuses(three) == ['SHUTOFF'] * 3
    again(three)


def test_a_restart_that_failed_restarts_the_rest(three: Site) -> None:
    second = ids(three)[1]
    three.failing('reboot-soft', lambda server_id: server_id == second)
    three.fails('operate', params={'state': 'RESTARTED'})
    three.mended()
    called = len(three.vim.called)
    three.apply('retry')
    assert three.vim.called[called:] == ['reboot-soft']


# Heal ---------------------------------------------------------------------------------------------------------------


def test_another_server_on_the_same_ports(three: Site) -> None:
    before, ports = ids(three), set(three.vim.ports)
    error = three.fails('heal', count_index=1, params=FORCE)
    assert 'nfv_accept_data_loss' in str(error)
    three.apply('heal', count_index=1, params={'cause': 'slow', **FORCE}, accept_data_loss=True)
    assert [one in before for one in ids(three)] == [True, False, True]
    assert set(three.vim.ports) == ports
    assert three.newest.dir.read_json('parameters.json')['parameters']['params'] == {'cause': 'slow', **FORCE}
    again(three)


def test_none_is_healed_twice(three: Site) -> None:
    before = ids(three)
    three.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    three.fails('heal', accept_data_loss=True, max_unavailable='1', params=FORCE)
    first, now = by_index(three)[0].id, ids(three)
    assert (first != before[0], before[2] in now, len(now)) == (True, True, 2), 'the third was not begun'
    three.mended()
    three.apply('heal', accept_data_loss=True, max_unavailable='1', params=FORCE)
    assert by_index(three)[0].id == first
    assert not set(before) & set(ids(three))
    again(three)


def test_after_a_heal_that_was_given_up(three: Site) -> None:
    three.failing('create_server')
    three.fails('heal', count_index=0, accept_data_loss=True, params=FORCE)
    three.mended()
    three.newest.trigger('fail')
    three.apply('heal', count_index=0)
    assert statuses(three) == ['ACTIVE'] * 3
    again(three)


def test_a_stopped_server_is_healed_and_stopped(three: Site) -> None:
    three.apply('operate', params=STOP, count_index=1)
    before = ids(three)
    three.apply('heal', accept_data_loss=True, params=FORCE)
    assert (statuses(three), set(before) & set(ids(three))) == (['ACTIVE', 'SHUTOFF', 'ACTIVE'], set())
    again(three)


def test_what_is_well_stays_and_what_is_not_is_put_right(three: Site) -> None:
    three.apply('operate', params=STOP, count_index=1)
    again(three, 'heal', params={'cause': 'routine', 'root': 'rebuild'})
    assert draft.ALL_WELL in three.lines
    before, ports = ids(three), set(three.vim.ports)
    three.vim.server_action(before[0], 'stop')
    del three.vim.servers[before[2]]
    result = three.apply('heal', count_index=0)
    assert [one['detail'] for one in result['plan']['changes']] == ['status SHUTOFF -> ACTIVE (start)']
    assert changes(three.apply('heal')) == [('create', 'web/front/2')]
    assert (statuses(three), ids(three)[:2], set(three.vim.ports)) == (['ACTIVE', 'SHUTOFF', 'ACTIVE'], before[:2], ports)
    again(three, 'heal', params={})


def test_a_server_in_error_is_replaced_on_its_ports(three: Site) -> None:
    before, ports = ids(three), set(three.vim.ports)
    broken = three.vim.servers[before[1]]
    three.vim.servers[broken.id] = broken._replace(status='ERROR', fault='its host burnt down')
    assert 'nfv_accept_data_loss' in str(three.fails('heal'))
    assert changes(three.apply('heal', accept_data_loss=True)) == [('replace', 'web/front/1')]
    assert ([one in before for one in ids(three)], set(three.vim.ports)) == ([True, False, True], ports)
    again(three, 'heal', params={})


# The same request again ---------------------------------------------------------------------------------------------


NAMED: dict[str, dict[str, Any]] = {
    'scale': {'params': {'type': 'SCALE_OUT', 'number_of_steps': 2, 'request_id': 'monday'}},
    'operate': {'params': {'state': 'RESTARTED', 'request_id': 'monday'}, 'vdu': 'front', 'count_index': 1},
    'heal': {'params': {**FORCE, 'request_id': 'monday'}, 'accept_data_loss': True}}


@pytest.mark.parametrize('verb', NAMED)
def test_a_request_with_a_name_is_carried_out_once(three: Site, verb: str) -> None:
    options = NAMED[verb]
    done = three.apply(verb, **options)['op_occ']
    now, files, calls = three.vim.ids(), three.files(), len(three.vim.called)
    for answer in (three.apply(verb, **options), three.diff(verb, **options)):
        assert (answer['changed'], answer['op_occ']) == (False, {**done, 'result': 'unchanged'})
    assert (three.vim.ids(), three.files(), three.vim.called[calls:]) == (now, files, [])
    other = {**options, 'params': {**options['params'], 'request_id': 'tuesday'}}
    assert three.apply(verb, **other)['changed'] is True
    assert three.vim.called[calls:] != []


def test_a_request_that_failed_is_gone_on_with_and_one_that_was_undone_is_made_anew(three: Site) -> None:
    three.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    three.fails('scale', **NAMED['scale'])
    three.mended()
    three.apply('rollback')
    three.failing('create_server', lambda spec: spec['name'].endswith('-4'))
    three.fails('scale', **NAMED['scale'])
    three.mended()
    three.apply('scale', **NAMED['scale'])
    assert len(ids(three)) == 5
    again(three, 'scale', **NAMED['scale'])
    again(three, 'scale', params={**NAMED['scale']['params'], 'number_of_steps': '2'})


def test_the_name_of_another_request(three: Site) -> None:
    done = three.apply('scale', **NAMED['scale'])['op_occ']['id']
    for verb, options in (('heal', NAMED['heal']), ('scale', {**NAMED['scale'], 'vnf': 'web'}),
                          ('scale', {'params': {'type': 'SCALE_IN', 'request_id': 'monday'}})):
        with pytest.raises(InputError, match=f'monday is the name of SCALE {done} already'):
            three.apply(verb, **options)
    with pytest.raises(InputError, match='request_id: not a text of at most 255 characters'):
        three.apply('scale', params={'count': 3, 'request_id': 7})


@pytest.mark.parametrize(('verb', 'params'), [('scale', {'count': 1}), ('operate', STOP), ('heal', {})])
def test_what_is_not_instantiated(site: Site, verb: str, params: dict[str, Any]) -> None:
    with pytest.raises(OpOccError, match='nobody is not an NS') as unknown:
        site.apply(verb, ns='nobody', params=params)
    assert unknown.value.problem.status == 404
    site.apply('instantiate', document=wanted(1))
    site.apply('terminate')
    files = site.files()
    with pytest.raises(OpOccError, match=f'is not instantiated, so there is nothing to {verb}') as early:
        site.apply(verb, params=params)
    assert early.value.problem.status == 409
    with pytest.raises(InputError, match=f'{verb} needs the id or the name of an NS'):
        site.apply(verb, ns=None, params=params)
    assert site.files() == files
