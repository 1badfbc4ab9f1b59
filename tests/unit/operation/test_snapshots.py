# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots through whole operations: taken while the server is held still, reverted to, deleted, and what a failure leaves."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.snapshots import Snapshots
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import draft, views
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, changes, statuses

ROOT = {'name': 'root', 'size_gib': 2, 'boot': True}
DATA = {'name': 'data', 'size_gib': 1}
MONDAY, TUESDAY = {'name': 'monday'}, {'name': 'tuesday'}
GONE = {**MONDAY, 'state': 'absent'}
KEY = 'snapshot:web/front/0/monday'
MEANT: dict[str, Any] = {'accept_data_loss': True}


def made(site: Site, *volumes: dict[str, Any], count: int = 1) -> dict[str, Any]:
    """The document that the site is made of."""
    document = wanted(count, volumes=list(volumes))
    site.apply('instantiate', document=document)
    return document


def taken(site: Site, params: dict[str, Any] | None = None, **options: Any) -> list[str]:
    """Take a snapshot; returns the calls that change something."""
    before = len(site.vim.called)
    site.apply('create_snapshot', params=params or MONDAY, **options)
    return site.vim.called[before:]


def details(result: dict[str, Any]) -> list[str]:
    return [one['detail'] for one in result['plan']['changes']]


def disk(site: Site, name: str = 'data', item: str = 'vdu:web/front/0') -> str:
    """The id of an instance's volume, by the record."""
    found: str = site.resources()[item]['volumes'][name]['id']
    return found


def all_snapshots(site: Site) -> int:
    return len(site.vim.images) + len(site.vim.disks.snapshots)


# Taken --------------------------------------------------------------------------------------------------------------


def test_a_server_with_one_disk_runs_on(site: Site) -> None:
    document = made(site, count=2)
    shown = site.diff('create_snapshot', params=MONDAY)
    assert (changes(shown), details(shown)) == (
        [('create', 'web/front/0/monday'), ('create', 'web/front/1/monday')], ['root disk (as it is at that moment)'] * 2)
    assert draft.PER_SERVER in shown['notes']
    result = site.apply('create_snapshot', params=MONDAY)
    assert (result['op_occ']['operation'], result['op_occ']['state'], changes(result)) == (
        'CREATE_SNAPSHOT', 'COMPLETED', changes(shown))
    image = site.vim.images[site.resources()[KEY]['id']]
    assert (image.name, image.mark) == ('edge1-web-front-0-monday', f'nfv.mano/{site.ns()["id"]}/web/front/0/snapshot.monday')
    assert 'pause' not in site.vim.called
    again(site, 'create_snapshot', params=MONDAY)
    again(site, document=document)


def test_several_disks_are_of_one_moment(site: Site) -> None:
    document = made(site, DATA)
    assert details(site.diff('create_snapshot', params=MONDAY)) == [
        'root disk, volume data 1 GiB (paused meanwhile: of one moment)']
    assert taken(site) == ['pause', 'create_volume_snapshot', 'snapshot', 'create_server_image', 'unpause']
    (one,) = site.vim.disks.snapshots.values()
    assert one.metadata[MARK_KEY].endswith('/web/front/0/snapshot.monday:data')
    kept = site.resources()[KEY]
    assert kept['volume_snapshots'] == {'data': {'id': one.id, 'volume_id': disk(site), 'size_gib': 1, 'owned': True}}
    assert (kept['consistency'], kept['ready'], statuses(site)) == ('pause', True, ['ACTIVE'])
    assert 'held' not in site.resources()['vdu:web/front/0']
    again(site, document=document)
    (shown,) = views.ns_view(site.store, site.ns())['snapshots']
    assert (shown['name'], [one['volume_snapshots'] for one in shown['instances']]) == ('monday', [{'data': one.id}])


@pytest.mark.parametrize(('quiesce', 'calls', 'said'), [
    ('stop', ['stop', 'create_volume_snapshot', 'snapshot', 'create_server_image', 'start'], 'stopped meanwhile'),
    ('none', ['create_volume_snapshot', 'snapshot', 'create_server_image'], 'each disk of a moment of its own')])
def test_held_still_in_another_way(site: Site, quiesce: str, calls: list[str], said: str) -> None:
    made(site, DATA)
    asked = {**MONDAY, 'quiesce': quiesce}
    assert said in details(site.diff('create_snapshot', params=asked))[0]
    assert taken(site, asked) == calls
    assert statuses(site) == ['ACTIVE']


def test_a_stopped_server_stays_stopped(site: Site) -> None:
    document = made(site, DATA)
    site.apply('operate', params={'state': 'STOPPED'})
    assert 'it does not run' in details(site.diff('create_snapshot', params=MONDAY))[0]
    taken(site)
    assert statuses(site) == ['SHUTOFF']
    again(site, document=document)


def test_of_a_server_that_boots_from_a_volume_nova_takes_them_and_we_mark_them(site: Site) -> None:
    made(site, ROOT, DATA)
    calls = taken(site)
    assert calls[:2] == ['pause', 'create_server_image']
    assert calls.count('mark_volume_snapshot') == 2
    kept = site.resources()[KEY]
    assert {name: one['volume_id'] for name, one in kept['volume_snapshots'].items()} == {
        name: disk(site, name) for name in ('root', 'data')}
    assert {one.metadata[MARK_KEY].rpartition(':')[2] for one in site.vim.disks.snapshots.values()} == {'root', 'data'}


def test_the_quota_is_looked_at_before(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made(site, DATA, {'name': 'logs', 'size_gib': 4}, count=2)
    monkeypatch.setattr(site.vim, 'quotas', lambda volumes=False: {'snapshots': Quota(3, 0), 'gigabytes': Quota(100, 91)})
    error = str(site.fails('create_snapshot', params=MONDAY))
    assert 'vims.default.quota.snapshots: 4 needed, 3 free' in error
    assert 'vims.default.quota.gigabytes: 10 GiB needed, 9 GiB free' in error
    assert (all_snapshots(site), site.newest.state) == (0, 'ROLLED_BACK')


@pytest.mark.parametrize('word', ['image', 'snapshot'])
def test_one_that_fails_lets_the_server_go_and_is_taken_anew(site: Site, word: str) -> None:
    document = made(site, DATA)
    site.vim.broken = {word}
    error = str(site.fails('create_snapshot', params=MONDAY))
    assert 'take snapshot monday of server edge1-web-front-0' in error
    assert (statuses(site), site.resources()[KEY]['ready']) == (['ACTIVE'], False)
    first = {*site.vim.images, *site.vim.disks.snapshots}
    site.vim.broken = set()
    site.apply('create_snapshot', params=MONDAY)
    assert not first & {*site.vim.images, *site.vim.disks.snapshots}
    assert (all_snapshots(site), site.resources()[KEY]['ready'], statuses(site)) == (2, True, ['ACTIVE'])
    again(site, document=document)


def test_cut_off_while_the_server_is_held_still_it_runs_again_after_a_retry(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    document = made(site, DATA)
    site.failing('create_server_image')
    with monkeypatch.context() as patched:
        patched.setattr(Snapshots, '_let_go', lambda _self, step, error: step.ended(End(step.task, error, '')))
        site.fails('create_snapshot', params=MONDAY)
    assert (statuses(site), site.resources()['vdu:web/front/0']['held']) == (['PAUSED'], 'ACTIVE')
    site.mended()
    site.apply('retry')
    assert (statuses(site), all_snapshots(site), site.resources()[KEY]['consistency']) == (['ACTIVE'], 2, 'pause')
    assert 'held' not in site.resources()['vdu:web/front/0']
    again(site, document=document)


def test_a_lost_answer_makes_no_second_image(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made(site)
    take = site.vim.create_server_image

    def lost(server_id: str, spec: dict[str, Any]) -> Any:
        monkeypatch.setattr(site.vim, 'create_server_image', take)
        take(server_id, spec)
        raise VimError('take image', 'the connection was closed', unknown=True)
    monkeypatch.setattr(site.vim, 'create_server_image', lost)
    taken(site)
    assert list(site.vim.images) == [site.resources()[KEY]['id']]


def test_an_answer_that_is_lost_for_good_leaves_nothing_when_it_was_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    document = made(site)
    take, late = site.vim.create_server_image, []

    def lost(server_id: str, spec: dict[str, Any]) -> Any:
        late.append((server_id, spec))
        raise VimError('take image', 'the connection was closed', unknown=True)
    monkeypatch.setattr(site.vim, 'create_server_image', lost)
    site.fails('create_snapshot', params=MONDAY, timeouts={'adopt_window': 0.1})
    site.newest.trigger('fail')
    take(*late[0])
    result = site.apply('instantiate', document=document, timeouts={'adopt_window': 0.1})
    assert (changes(result), site.vim.images) == ([('delete', 'web/front/0/monday')], {})
    again(site, document=document)


def test_a_rollback_deletes_what_was_taken(site: Site) -> None:
    document = made(site, DATA, count=2)
    taken(site, TUESDAY)
    before = all_snapshots(site)
    site.failing('create_server_image', lambda spec: spec['name'].endswith('1-monday'))
    site.fails('create_snapshot', params=MONDAY)
    assert all_snapshots(site) > before
    site.mended()
    assert site.apply('rollback')['op_occ']['state'] == 'ROLLED_BACK'
    assert (all_snapshots(site), statuses(site)) == (before, ['ACTIVE'] * 2)
    again(site, document=document)


# Deleted ------------------------------------------------------------------------------------------------------------


def test_deleted_by_name_and_absent_is_fine(site: Site) -> None:
    document = made(site, DATA, count=2)
    taken(site)
    taken(site, TUESDAY)
    result = site.apply('create_snapshot', params=GONE, count_index=1)
    assert (result['op_occ']['operation'], changes(result)) == ('DELETE_SNAPSHOT', [('delete', 'web/front/1/monday')])
    site.apply('create_snapshot', params=GONE)
    assert {key for key in site.resources() if key.startswith('snapshot:')} == {
        f'snapshot:web/front/{index}/tuesday' for index in range(2)}
    assert all_snapshots(site) == 4
    again(site, 'create_snapshot', params=GONE)
    again(site, document=document)


def test_terminate_deletes_them_first_and_then_their_volumes(site: Site) -> None:
    made(site, DATA)
    taken(site)
    site.apply('terminate')
    assert (all_snapshots(site), site.vim.disks.rows, site.resources()) == (0, {}, {})


def test_terminate_keeps_them_if_asked_and_the_volumes_with_them(site: Site) -> None:
    document = made(site, DATA)
    taken(site)
    kept = disk(site)
    site.apply('terminate', params={'keep_snapshots': True})
    assert (all_snapshots(site), list(site.vim.disks.rows)) == (2, [kept])
    assert site.resources()['vdu:web/front/0']['volumes']['data']['kept'] == 'snapshots'
    again(site, 'terminate', params={'keep_snapshots': True})
    site.apply('instantiate', document=document)
    assert disk(site) == kept
    site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    site.apply('terminate', params={'keep_snapshots': True})
    site.apply('terminate')
    assert (all_snapshots(site), site.vim.disks.rows, site.resources()) == (0, {}, {})


def test_scaled_in_a_volume_stays_as_long_as_its_snapshot(site: Site) -> None:
    made(site, DATA, count=2)
    taken(site)
    kept = disk(site, item='vdu:web/front/1')
    site.apply('scale', params={'count': 1})
    assert kept in site.vim.disks.rows
    site.apply('create_snapshot', params=GONE)
    assert (list(site.vim.disks.rows), all_snapshots(site)) == ([disk(site)], 0)
    assert 'vdu:web/front/1' not in site.resources()


# Reverted -----------------------------------------------------------------------------------------------------------


def test_what_is_lost_is_named_and_has_to_be_meant(site: Site) -> None:
    made(site, DATA)
    taken(site)
    error = str(site.fails('revert_to_snapshot', params=MONDAY))
    for words in ('vdu:web/front/0: would be reverted (asked for: snapshot monday of 20',
                  'volume data: what was written since is lost (reverted in place)',
                  'what is on the root disk is lost', 'set nfv_accept_data_loss to true'):
        assert words in error
    assert 'revert_volume' not in site.vim.called


def test_the_same_server_from_its_image_and_the_volume_in_place(site: Site) -> None:
    document = made(site, DATA)
    taken(site)
    before, volume, calls = set(site.vim.servers), disk(site), len(site.vim.called)
    result = site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    assert (result['op_occ']['operation'], result['op_occ']['state']) == ('REVERT_TO_SNAPSHOT', 'COMPLETED')
    assert site.vim.called[calls:] == ['stop', 'detach_volume', 'revert_volume', 'attach_volume', 'rebuild_server', 'start']
    (server,) = site.vim.servers.values()
    assert ({server.id}, server.image_id, disk(site), server.status) == (before, site.resources()[KEY]['id'], volume, 'ACTIVE')
    again(site, document=document)
    site.apply('heal', params={'force': True}, **MEANT)
    assert next(iter(site.vim.servers.values())).image_id == server.image_id
    again(site, document=document)
    (detail,) = details(site.apply('create_snapshot', params=GONE))
    assert 'its server was reverted to it: healed, it is of the image in the document then' in detail
    again(site, document=document)


def test_from_an_earlier_snapshot_by_a_new_volume(site: Site) -> None:
    document = made(site, DATA)
    taken(site)
    taken(site, TUESDAY)
    first = disk(site)
    assert '(a new volume of the snapshot)' in details(site.diff('revert_to_snapshot', params=MONDAY, **MEANT))[0]
    site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    second = disk(site)
    assert second != first
    assert site.resources()[f'old_volume:web/front/0/data/{first}']['id'] == first
    assert '/old_volume.data.' in site.vim.disks.rows[first].metadata[MARK_KEY]
    again(site, document=document)
    site.apply('revert_to_snapshot', params=TUESDAY, **MEANT)
    third = disk(site)
    assert set(site.vim.disks.rows) == {first, third}, 'no snapshot stands on the second'
    site.apply('create_snapshot', params=GONE)
    site.apply('create_snapshot', params={**TUESDAY, 'state': 'absent'})
    assert set(site.vim.disks.rows) == {third}
    again(site, document=document)
    site.apply('terminate')
    assert (site.vim.disks.rows, site.resources()) == ({}, {})


def test_one_that_boots_from_a_volume_is_made_anew_on_the_very_ports(site: Site) -> None:
    document = made(site, ROOT, DATA)
    taken(site)
    (server,), ports, volumes = site.vim.servers, set(site.vim.ports), {name: disk(site, name) for name in ('root', 'data')}
    calls = len(site.vim.called)
    site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    assert site.vim.called[calls:] == ['delete_server', 'revert_volume', 'revert_volume', 'create_server']
    assert ({name: disk(site, name) for name in volumes}, set(site.vim.ports)) == (volumes, ports)
    assert server not in site.vim.servers
    again(site, document=document)
    taken(site, TUESDAY)
    site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    assert not {disk(site, name) for name in volumes} & set(volumes.values())
    again(site, document=document)
    site.apply('terminate')
    assert (site.vim.disks.rows, site.resources(), all_snapshots(site)) == ({}, {}, 0)


def test_it_is_not_made_without_its_user_data(site: Site) -> None:
    secret = {'volumes': [ROOT], 'cloud_init': {'text': 'token: {{ token }}', 'secret_params': {'token': 'x'}}}
    site.apply('instantiate', document=wanted(1, **secret))
    taken(site)
    assert 'give nfv_descriptor again' in str(site.fails('revert_to_snapshot', params=MONDAY, **MEANT))
    site.apply('revert_to_snapshot', params=MONDAY, ns='edge1', document=wanted(1, **secret), **MEANT)
    assert statuses(site) == ['ACTIVE']


def test_a_volume_that_was_extended_since_is_a_new_one(site: Site) -> None:
    made(site, DATA)
    taken(site)
    site.apply('instantiate', document=wanted(1, volumes=[{**DATA, 'size_gib': 3}]))
    first = disk(site)
    site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    assert disk(site) != first
    assert site.vim.disks.rows[disk(site)].size_gib == 3
    again(site, document=wanted(1, volumes=[{**DATA, 'size_gib': 3}]))


@pytest.mark.parametrize('call', ['stop', 'detach_volume', 'revert_volume', 'attach_volume', 'rebuild_server', 'start'])
def test_none_is_reverted_twice(site: Site, call: str) -> None:
    document = made(site, DATA, count=2)
    taken(site)
    second = site.resources()['vdu:web/front/1']
    ids = (second['id'], second['volumes']['data']['id'])
    site.failing(call, lambda what: (what[0] if isinstance(what, tuple) else what) in ids)
    site.fails('revert_to_snapshot', params=MONDAY, max_unavailable='1', **MEANT)
    site.mended()
    site.apply('revert_to_snapshot', params=MONDAY, max_unavailable='1', **MEANT)
    assert (site.vim.called.count('rebuild_server'), statuses(site)) == (2 + (call == 'rebuild_server'), ['ACTIVE'] * 2)
    assert site.vim.called.count('revert_volume') == 2 + (call == 'revert_volume')
    again(site, document=document)


@pytest.mark.parametrize('call', ['delete_server', 'revert_volume', 'create_server'])
def test_one_that_boots_from_a_volume_goes_on_where_it_stopped(site: Site, call: str) -> None:
    document = made(site, ROOT)
    taken(site)
    site.failing(call)
    site.fails('revert_to_snapshot', params=MONDAY, **MEANT)
    site.mended()
    site.apply('retry')
    assert (site.vim.called.count('create_server') - (call == 'create_server'), statuses(site)) == (2, ['ACTIVE'])
    again(site, document=document)


def test_a_rollback_says_what_is_gone(site: Site) -> None:
    document = made(site, DATA)
    taken(site)
    site.failing('attach_volume')
    site.fails('revert_to_snapshot', params=MONDAY, **MEANT)
    site.mended()
    assert 'volume data was reverted, and what had been written since its snapshot is gone' in str(site.fails('rollback'))
    site.apply('rollback', **MEANT)
    assert statuses(site) == ['ACTIVE']
    again(site, document=document)


def test_what_is_not_there_can_not_be_reverted_to(site: Site) -> None:
    made(site, DATA, count=2)
    taken(site, count_index=0)
    with pytest.raises(InputError, match=r'params.name: tuesday is not a snapshot of what is meant \(there are: monday\)'):
        site.apply('revert_to_snapshot', params=TUESDAY, **MEANT)
    result = site.apply('revert_to_snapshot', params=MONDAY, **MEANT)
    assert [name for _action, name in changes(result)] == ['web/front/0'], 'the other has no part in it'
    site.vim.images.clear()
    error = str(site.fails('revert_to_snapshot', params=MONDAY, **MEANT))
    assert 'the image of snapshot monday is gone from the VIM' in error


@pytest.mark.parametrize(('verb', 'params', 'problem'), [
    ('create_snapshot', {}, 'params.name: give the snapshot a name'),
    ('create_snapshot', {'name': 'a/b'}, "params.name: 'a/b' is not a name"),
    ('create_snapshot', {**MONDAY, 'quiesce': 'freeze'}, "params.quiesce: 'freeze' is none of pause, stop, none"),
    ('create_snapshot', {**MONDAY, 'vnf_snapshot_info_id': 'b'}, 'params.name: is another one than vnf_snapshot_info_id'),
    ('revert_to_snapshot', {**MONDAY, 'quiesce': 'stop'}, 'params.quiesce: unknown to revert_to_snapshot')])
def test_what_is_wrong_is_told(site: Site, verb: str, params: dict[str, Any], problem: str) -> None:
    made(site)
    with pytest.raises(InputError) as caught:
        site.apply(verb, params=params)
    assert any(one.startswith(problem) for one in caught.value.problems), caught.value.problems


def test_a_rollback_names_what_is_gone_before_the_journal_told_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made(site, DATA)
    taken(site)
    delete = site.vim.delete_volume_snapshot

    def broken(one: str) -> None:
        delete(one)
        raise VimError('delete', 'the connection broke', unknown=True)
    with monkeypatch.context() as patch, pytest.raises(OpOccError):
        patch.setattr(site.vim, 'delete_volume_snapshot', broken)
        site.apply('create_snapshot', params=GONE)
    part = site.resources()[KEY]['volume_snapshots']['data']['id']
    with pytest.raises(OpOccError, match=f'the snapshot {part} of volume data is gone'):
        site.apply('rollback')
    site.apply('rollback', accept_data_loss=True)
    known = site.resources()[KEY]
    assert (known['volume_snapshots'], known['ready'], known['id']) == ({}, False, *site.vim.images)
    with pytest.raises(OpOccError, match='not whole'):
        site.apply('revert_to_snapshot', params=MONDAY, accept_data_loss=True)
    taken(site)
    known = site.resources()[KEY]
    assert known['ready'] and set(site.vim.images) == {known['id']}
    assert set(site.vim.disks.snapshots) == {known['volume_snapshots']['data']['id']}


def test_a_snapshot_that_is_gone_is_forgotten(site: Site) -> None:
    document = made(site, DATA)
    taken(site)
    site.vim.images.clear()
    told = site.apply('update', document=document)
    assert changes(told) == [('update', 'web/front/0/monday')]
    known = site.resources()[KEY]
    assert 'id' not in known and known['volume_snapshots'] and not known['ready']
    again(site, document=document)
    site.vim.disks.snapshots.clear()
    site.apply('update', document=document)
    assert KEY not in site.resources()
    again(site, document=document)
