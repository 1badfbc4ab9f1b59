# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrate and evacuate as whole operations: which servers go where, what a retry goes on with, what a rollback undoes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

TO_2: dict[str, Any] = {'params': {'to_host': 'compute2'}}
FORCE = {'force': True}
DOWN: dict[str, Any] = {'params': {'from_host': 'compute1'}, 'accept_data_loss': True}


@pytest.fixture
def three(site: Site) -> Site:
    """Three instances on compute1."""
    site.vim.admin = True
    site.apply('instantiate', document=wanted(3))
    return site


def hosts(site: Site) -> list[str]:
    """Of the instances, by count-index."""
    return [one.host_id.removeprefix('id-') for one in sorted(site.vim.servers.values(), key=lambda one: one.name)]


def ids(site: Site) -> list[str]:
    return [one.id for one in sorted(site.vim.servers.values(), key=lambda one: one.name)]


def again(site: Site, verb: str = 'instantiate', **options: Any) -> None:
    """Nothing is left to do."""
    files, calls = site.files(), len(site.vim.called)
    assert site.apply(verb, **(options or {'document': wanted(3)}))['changed'] is False
    assert (site.files(), site.vim.called[calls:]) == (files, [])


def details(result: dict[str, Any]) -> list[str]:
    return [one['detail'] for one in result['plan']['changes']]


def down(site: Site, name: str = 'compute1') -> None:
    site.vim.hosts[name] = site.vim.hosts[name]._replace(up=False)


# Migrate ------------------------------------------------------------------------------------------------------------


def test_to_a_host_and_the_second_time_nothing(three: Site) -> None:
    shown = three.diff('migrate', count_index=1, **TO_2)
    assert (details(shown), hosts(three)) == (['host compute1 -> compute2 (live migration)'], ['compute1'] * 3)
    result = three.apply('migrate', count_index=1, **TO_2)
    assert (result['op_occ']['operation'], result['op_occ']['state']) == ('MIGRATE', 'COMPLETED')
    assert (details(result), hosts(three)) == (details(shown), ['compute1', 'compute2', 'compute1'])
    record = three.resources()['vdu:web/front/1']
    assert (record['host'], record['host_id'], record['status']) == ('compute2', 'id-compute2', 'ACTIVE')
    again(three, 'migrate', count_index=1, **TO_2)
    again(three)


def test_wherever_the_scheduler_likes(three: Site) -> None:
    result = three.apply('migrate', vdu='front')
    assert details(result) == ['host compute1 -> chosen by the scheduler (live migration)'] * 3
    assert 'compute1' not in hosts(three)
    again(three)
    three.apply('migrate', params={'request_id': 'monday'}, vdu='front')
    assert hosts(three) == ['compute1'] * 3
    again(three, 'migrate', params={'request_id': 'monday'}, vdu='front')


def test_cold_is_confirmed(three: Site) -> None:
    three.vim.server_action(ids(three)[2], 'stop')
    called = len(three.vim.called)
    three.apply('migrate', params={'to_host': 'compute2', 'type': 'cold'}, count_index=0)
    assert three.vim.called[called:] == ['move-cold', 'confirm_resize']
    assert three.vim.servers[ids(three)[0]].status == 'ACTIVE'
    # What is stopped can not move in another way
    result = three.apply('migrate', count_index=2, **TO_2)
    assert details(result) == ['host compute1 -> compute2 (cold migration)']
    three.vim.server_action(ids(three)[1], 'stop')
    error = three.fails('migrate', params={'type': 'live'}, count_index=1)
    assert 'is SHUTOFF, and live migration is possible only from ACTIVE and PAUSED; start it first' in str(error)


def test_only_those_that_are_on_a_host(three: Site) -> None:
    three.apply('migrate', count_index=1, **TO_2)
    options: dict[str, Any] = {'params': {'from_host': 'compute1', 'disable_service': True}}
    shown = three.diff('migrate', **options)
    moved = 'host compute1 -> chosen by the scheduler (live migration)'
    assert details(shown) == ['compute service enabled -> disabled', moved, moved]
    three.apply('migrate', **options)
    assert 'compute1' not in hosts(three)
    assert three.vim.hosts['compute1'].enabled is False
    again(three, 'migrate', **options)


def test_one_that_failed_says_why_and_goes_on(three: Site) -> None:
    second = ids(three)[1]
    move = three.vim.move_server

    def stays(server_id: str, way: str, host: str | None) -> str:
        return 'req' if server_id == second else move(server_id, way, host)
    three.vim.move_server = stays  # type: ignore[method-assign]
    error = three.fails('migrate', max_unavailable='1', **TO_2)
    assert ('Failed to live-migrate server edge1-web-front-1: no valid host was found; the server is ACTIVE on '
            'compute1') in str(error)
    assert (hosts(three), three.newest.state) == (['compute2', 'compute1', 'compute1'], 'FAILED_TEMP')
    assert three.resources()['vdu:web/front/1']['host_id'] == 'id-compute1'
    three.vim.move_server = move  # type: ignore[method-assign]
    result = three.apply('migrate', max_unavailable='1', **TO_2)
    assert (len(details(result)), hosts(three)) == (2, ['compute2'] * 3)
    again(three)


def test_a_retry_moves_none_twice(three: Site) -> None:
    """Wherever the scheduler likes: only the journal knows which were moved already."""
    third = ids(three)[2]
    three.failing('move-live', lambda what: what[0] == third)
    three.fails('migrate', max_unavailable='1')
    assert hosts(three) == ['compute2', 'compute2', 'compute1']
    three.mended()
    called = len(three.vim.called)
    three.apply('retry')
    assert (three.vim.called[called:], hosts(three)) == (['move-live'], ['compute2'] * 3)


def test_a_lost_answer_does_not_move_it_twice(three: Site) -> None:
    move = three.vim.move_server

    def lost(server_id: str, way: str, host: str | None) -> str:
        move(server_id, way, host)
        raise ConnectionError('as if the process had died here')
    three.vim.move_server = lost  # type: ignore[method-assign]
    three.fails('migrate', count_index=0)
    three.vim.move_server = move  # type: ignore[method-assign]
    called = len(three.vim.called)
    three.apply('migrate', count_index=0)
    assert (three.vim.called[called:], hosts(three)[0]) == ([], 'compute2')
    assert three.resources()['vdu:web/front/0']['host'] == 'compute2'


def test_one_that_is_left_in_error_is_brought_up_where_it_is(three: Site) -> None:
    """A cold migration that failed on the new host: its disk is there, so a hard reboot is all that it needs."""
    first = ids(three)[0]
    move = three.vim.move_server

    def broken(server_id: str, way: str, host: str | None) -> str:
        request = move(server_id, way, host)
        three.vim.servers[server_id] = three.vim.servers[server_id]._replace(status='ERROR', fault='no room after all')
        return request
    three.vim.move_server = broken  # type: ignore[method-assign]
    options: dict[str, Any] = {'params': {'type': 'cold'}, 'count_index': 0}
    assert 'no room after all' in str(three.fails('migrate', **options))
    three.vim.move_server = move  # type: ignore[method-assign]
    called = len(three.vim.called)
    three.apply('migrate', **options)
    assert three.vim.called[called:] == ['reboot-hard']
    assert (three.vim.servers[first].status, hosts(three)[0]) == ('ACTIVE', 'compute2')


def test_a_rollback_brings_them_back(three: Site) -> None:
    three.apply('migrate', count_index=1, params={'to_host': 'compute3'})
    third = ids(three)[2]
    three.failing('move-live', lambda what: what[0] == third)
    three.fails('migrate', **TO_2)
    three.mended()
    assert hosts(three) == ['compute2', 'compute2', 'compute1']
    three.apply('rollback')
    assert (hosts(three), three.newest.state) == (['compute1', 'compute3', 'compute1'], 'ROLLED_BACK')
    again(three)


def test_a_rollback_reverts_what_is_not_confirmed(three: Site) -> None:
    three.failing('confirm_resize')
    three.fails('migrate', params={'type': 'cold'}, count_index=0)
    three.mended()
    called = len(three.vim.called)
    three.apply('rollback')
    assert three.vim.called[called:] == ['revert_resize']
    again(three)


def test_the_host_of_the_document_is_overruled_until_it_says_another(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.vim.admin, read = True, site.vim.read
    monkeypatch.setattr(site.vim, 'read', lambda query: _as_admin(read(query)))
    zones: list[str | None] = []
    create = site.vim.create_server
    monkeypatch.setattr(site.vim, 'create_server', lambda spec: zones.append(spec['availability_zone']) or create(spec))
    pinned = wanted(2, host='compute1')
    site.apply('instantiate', document=pinned)
    site.apply('migrate', count_index=0, **TO_2)
    assert site.ns()['overlay'] == {'hosts': {'vdu:web/front/0': 'compute2'}}
    again(site, document=pinned)
    site.apply('heal', params=FORCE, accept_data_loss=True, max_unavailable='1')
    assert zones[-2:] == ['nova:compute2', 'nova:compute1']
    site.apply('migrate', count_index=0)
    assert site.ns()['overlay'] == {'hosts': {'vdu:web/front/0': ''}}
    site.apply('heal', params=FORCE, accept_data_loss=True, count_index=0)
    assert zones[-1] is None
    site.apply('instantiate', document=wanted(2, host='compute3'))
    assert site.ns()['overlay'] == {}
    again(site, document=wanted(2, host='compute3'))


def _as_admin(state: Any) -> Any:
    state.roles = frozenset({'admin'})
    return state


@pytest.mark.parametrize(('params', 'words'), [
    ({'to_host': 'compute9'}, 'params.to_host: compute9 is not a compute host of VIM default (there are: compute1, compute2, '),
    ({'from_host': 'compute9'}, 'params.from_host: compute9 is not a compute host of VIM default (there are: compute1'),
    ({'to_host': 'compute3'}, 'vdu:web/front/0: the host compute3 is disabled in VIM default'),
])
def test_hosts_that_can_not_be(three: Site, params: dict[str, str], words: str) -> None:
    three.vim.hosts['compute3'] = three.vim.hosts['compute3']._replace(enabled=False)
    called = len(three.vim.called)
    error = three.fails('migrate', params=params)
    assert (words in str(error), three.newest.state, three.vim.called[called:]) == (True, 'ROLLED_BACK', [])


def test_the_right_that_is_missing(three: Site) -> None:
    three.vim.admin = False
    error = three.fails('migrate')
    assert 'vims.default.admin_cloud: this needs the rights os_compute_api:os-migrate-server:migrate_live' in str(error)
    assert 'os_compute_api:os-evacuate' in str(three.fails('evacuate', **DOWN))


@pytest.mark.parametrize(('verb', 'params', 'word'), [
    ('migrate', {'type': 'warm'}, "'warm' is none of live, cold"), ('migrate', {'host': 'compute1'}, 'params.host: unknown to'),
    ('migrate', {'to_host': 'a', 'from_host': 'a'}, 'a is from_host as well'),
    ('migrate', {'disable_service': True}, 'goes with from_host only'), ('evacuate', {}, 'evacuate needs the name'),
])
def test_parameters_that_can_not_be(three: Site, verb: str, params: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        three.apply(verb, params=params)


# Evacuate -----------------------------------------------------------------------------------------------------------


def test_evacuate_from_a_host_that_is_down_only(three: Site) -> None:
    three.apply('migrate', count_index=1, **TO_2)
    assert 'params.from_host: compute1 is up in VIM default' in str(three.fails('evacuate', **DOWN))
    down(three)
    assert 'nfv_accept_data_loss' in str(three.fails('evacuate', params=DOWN['params']))
    result = three.apply('evacuate', **DOWN)
    assert details(result) == ['host compute1 -> chosen by the scheduler (evacuation)'] * 2
    assert (result['op_occ']['operation'], hosts(three)) == ('EVACUATE', ['compute2'] * 3)
    again(three, 'evacuate', **DOWN)
    again(three)


def test_an_evacuation_goes_on(three: Site) -> None:
    down(three)
    second = ids(three)[1]
    three.failing('move-evacuate', lambda what: what[0] == second)
    three.fails('evacuate', max_unavailable='1', **DOWN)
    assert 'the host that its servers were on is down' in str(three.fails('rollback'))
    three.mended()
    three.vim.servers[second] = three.vim.servers[second]._replace(status='ERROR')
    called = len(three.vim.called)
    move = three.vim.move_server

    def works(server_id: str, way: str, host: str | None) -> str:
        request = move(server_id, way, host)
        three.vim.servers[server_id] = three.vim.servers[server_id]._replace(status='ACTIVE')
        return request
    three.vim.move_server = works  # type: ignore[method-assign]
    three.apply('evacuate', max_unavailable='1', **DOWN)
    assert (three.vim.called[called:], hosts(three)) == (['move-evacuate'] * 2, ['compute2'] * 3)
