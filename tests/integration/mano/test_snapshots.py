# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: what Nova, Glance and Cinder say of them, of what is reverted to them, and of what is deleted with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import document, good, play, refused

MARK, NS = 'nfv.mano.mark', 'nfv.mano.ns'
ROOT, DATA = {'name': 'root', 'size_gib': 2, 'boot': True}, {'name': 'data', 'size_gib': 1}
MONDAY: dict[str, Any] = {'nfv_params': {'name': 'monday'}}
TUESDAY: dict[str, Any] = {'nfv_params': {'name': 'tuesday'}}
GONE: dict[str, Any] = {'nfv_params': {'name': 'monday', 'state': 'absent'}}
MEANT = {'nfv_accept_data_loss': True}


class Site(Later):
    """A service of one VDU with volumes."""

    def describe(self, *volumes: dict[str, Any], count: int = 1, **more: Any) -> None:
        self.service.describe(count, volumes=list(volumes), **more)

    @property
    def storage(self) -> Any:
        return self.project.cloud.block_storage

    def disks(self, index: int = 0) -> dict[str, str]:
        """Ids of the volumes that Nova says are on a server, by their names' ends."""
        found = [self.storage.get_volume(one.id) for one in self.server(index).attached_volumes]
        return {one.name.rpartition('-')[2]: one.id for one in found}

    def actions(self, index: int = 0) -> list[str]:
        """What Nova was asked to do to a server, oldest first."""
        return [one.action for one in self.project.cloud.compute.server_actions(self.server(index))][::-1]

    def snapshot(self, name: str = 'monday', index: int = 0) -> dict[str, Any]:
        """What the record says of a snapshot."""
        (fact,) = self.service.facts('vnf')
        found: dict[str, Any] = fact['resources'][f'snapshot:web/front/{index}/{name}']
        return found

    def assert_as_recorded(self) -> None:
        """All that carries our mark is in the record, and the other way round."""
        assert {kind: {one.id for one in rows} for kind, rows in self.service.mine().items()} == self.service.recorded()


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    site = Site(module_service)
    site.describe(DATA)
    site.before = site.project.ids()
    good(site.play())
    yield site
    good(site.play('terminate'))
    assert site.project.ids() == site.before


@pytest.fixture
def other(service: Service) -> Site:
    """One for a test alone."""
    return Site(service)


def test_an_image_and_a_snapshot_of_the_volume(site: Site) -> None:
    lines = site.change('create_snapshot', **MONDAY)
    assert [(line.sign, line.kind, line.name, line.detail) for line in lines] == [
        ('+', 'snapshot', 'web/front/0/monday', 'root disk, volume data 1 GiB (paused meanwhile: of one moment)')]
    known = site.snapshot()
    image = site.project.cloud.image.get_image(known['id'])
    (ns,) = site.service.facts('ns')
    mark = f'nfv.mano/{ns["id"]}/web/front/0/snapshot.monday'
    assert (image.name, image.status, image.properties[MARK], image.properties[NS]) == (
        f'{site.service.name}-web-front-0-monday', 'active', mark, ns['id'])
    part = site.storage.get_snapshot(known['volume_snapshots']['data']['id'])
    assert (part.volume_id, part.status, part.metadata[MARK]) == (site.disks()['data'], 'available', f'{mark}:data')
    assert [one for one in site.actions() if one in ('pause', 'createImage', 'unpause')] == ['pause', 'createImage', 'unpause']
    assert site.statuses() == ['ACTIVE']
    site.again('create_snapshot', **MONDAY)
    site.again()


def test_reverted_on_the_same_server_and_volume(site: Site) -> None:
    site.refuse('revert_to_snapshot', 'vdu:web/front/0: would be reverted', 'what is on the root disk is lost',
                'volume data: what was written since is lost (reverted in place)', 'nfv_accept_data_loss', **MONDAY)
    server, disks, ports = site.server(0).id, site.disks(), site.ports(0)
    site.change('revert_to_snapshot', **MONDAY, **MEANT)
    assert (site.server(0).id, site.disks(), site.ports(0)) == (server, disks, ports)
    assert site.server(0).image.id == site.snapshot()['id']
    assert (site.actions()[-1], site.statuses()) == ('start', ['ACTIVE'])
    assert 'rebuild' in site.actions()
    site.assert_as_recorded()
    site.again()


@pytest.mark.slow
def test_from_an_earlier_one_by_a_new_volume_and_deleted(site: Site) -> None:
    good(site.play('create_snapshot', **TUESDAY))
    first = site.disks()['data']
    lines = site.change('revert_to_snapshot', **MONDAY, **MEANT)
    assert 'a new volume of the snapshot' in lines[0].detail
    second = site.disks()['data']
    assert second != first
    assert site.storage.get_volume(second).snapshot_id == site.snapshot()['volume_snapshots']['data']['id']
    assert site.storage.get_volume(first).status == 'available'
    site.assert_as_recorded()
    site.again()
    lines = site.change('create_snapshot', **GONE)
    assert [(line.sign, line.name) for line in lines] == [('-', 'web/front/0/monday')]
    site.again('create_snapshot', **GONE)
    good(site.play('create_snapshot', nfv_params={'name': 'tuesday', 'state': 'absent'}))
    assert site.storage.find_volume(first) is None, 'it goes with its last snapshot'
    site.assert_as_recorded()
    site.again()


@pytest.mark.slow
def test_a_server_that_boots_from_a_volume(other: Site) -> None:
    before = other.project.ids()
    other.describe(ROOT, DATA)
    good(other.play())
    disks, server, ports = other.disks(), other.server(0).id, [port[:3] for port in other.ports(0)]
    other.change('create_snapshot', **MONDAY)
    known = other.snapshot()
    image = other.project.cloud.image.get_image(known['id'])
    assert (image.size or 0, known['boot_volume'], set(known['volume_snapshots'])) == (0, True, {'root', 'data'})
    for name, part in known['volume_snapshots'].items():
        row = other.storage.get_snapshot(part['id'])
        assert (row.volume_id, row.metadata[MARK].rpartition(':')[2]) == (disks[name], name)
    other.change('revert_to_snapshot', **MONDAY, **MEANT)
    assert (other.disks(), [port[:3] for port in other.ports(0)]) == (disks, ports)
    assert other.server(0).id != server
    other.again()
    good(other.play('create_snapshot', **TUESDAY))
    other.change('revert_to_snapshot', **MONDAY, **MEANT)
    assert not set(other.disks().values()) & set(disks.values())
    other.assert_as_recorded()
    other.again()
    other.service.terminate()
    assert other.project.ids() == before


@pytest.mark.slow
def test_terminate_keeps_them_if_asked(other: Site) -> None:
    before = other.project.ids()
    other.describe(DATA)
    good(other.play())
    good(other.play('create_snapshot', **MONDAY))
    volume, known = other.disks()['data'], other.snapshot()
    keep: dict[str, Any] = {'nfv_params': {'keep_snapshots': True}}
    good(other.play('terminate', **keep))
    part = known['volume_snapshots']['data']['id']
    assert other.project.ids() == {**before, 'images': before['images'] | {known['id']}, 'volumes': before['volumes'] | {volume},
                                   'volume_snapshots': before['volume_snapshots'] | {part}}
    other.again('terminate', **keep)
    good(other.play())
    assert other.disks()['data'] == volume
    good(other.play('revert_to_snapshot', **MONDAY, **MEANT))
    assert other.server(0).image.id == known['id']
    other.service.terminate()
    assert other.project.ids() == before


@pytest.mark.slow
def test_one_that_nova_gives_up_lets_the_server_go(other: Site) -> None:
    other.describe(DATA)
    good(other.play())
    with faults('snapshot'):
        other.assert_failed_with_the_truth(other.play('create_snapshot', **MONDAY), 'take snapshot monday of server',
                                           'its image is gone')
    assert other.statuses() == ['ACTIVE']
    good(other.play('create_snapshot', **MONDAY))
    other.assert_as_recorded()
    assert len(other.service.mine()['volume_snapshots']) == 1
    other.service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['holding:1:after', 'intent/volume_snapshot:1:after', 'intent/image:1:after',
                                   'made/image:1:after'])
def test_killed_nothing_is_there_twice_and_the_server_runs(other: Site, point: str) -> None:
    other.describe(DATA)
    good(other.play())
    assert other.service.injected(f'KILL:{point}', 'create_snapshot', **MONDAY).rc != 0
    good(other.play('create_snapshot', **MONDAY))
    assert (other.statuses(), other.snapshot()['ready']) == (['ACTIVE'], True)
    other.assert_as_recorded()
    assert [len(other.service.mine()[kind]) for kind in ('images', 'volume_snapshots')] == [1, 1]
    other.service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/revert:1:after', 'changed:1:after', 'intent/rebuild:1:after'])
def test_killed_while_it_is_reverted_it_goes_on(other: Site, point: str) -> None:
    other.describe(DATA)
    good(other.play())
    good(other.play('create_snapshot', **MONDAY))
    server = other.server(0).id
    assert other.service.injected(f'KILL:{point}', 'revert_to_snapshot', **MONDAY, **MEANT).rc != 0
    good(other.play('revert_to_snapshot', **MONDAY, **MEANT))
    assert (other.server(0).id, other.server(0).image.id, other.statuses()) == (server, other.snapshot()['id'], ['ACTIVE'])
    other.again()
    other.service.terminate()


@pytest.mark.slow
def test_a_rollback_deletes_what_was_taken(other: Site) -> None:
    other.describe(DATA)
    good(other.play())
    before = other.project.ids()
    assert other.service.injected('KILL:made/image:1:after', 'create_snapshot', **MONDAY).rc != 0
    good(other.play('rollback'))
    assert (other.project.ids(), other.statuses()) == (before, ['ACTIVE'])
    other.again()
    other.service.terminate()


@pytest.mark.slow
def test_no_room_for_a_snapshot_is_told_beforehand(service: Service) -> None:
    value = document(service.name, 1, volumes=[{'name': 'data', 'size_gib': 2}])
    value['vims'] = {'default': {'cloud': 'sandbox-tiny'}}
    value['virtual_links'] = [{'name': 'mgmt', 'existing': 'shared'}, {'name': 'data', 'existing': 'shared'}]
    service.write(value)
    good(service.play())
    refused(play('create_snapshot', '--check', **service.variables('create_snapshot', **MONDAY)),
            'vims.default.quota.gigabytes: 2 GiB needed')
    good(service.play('terminate'))


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    'no such snapshot': ('revert_to_snapshot', TUESDAY, 'tuesday is not a snapshot of what is meant (there are: monday)'),
    'no name': ('create_snapshot', {'nfv_params': {'quiesce': 'stop'}}, 'params.name: give the snapshot a name'),
    'a name that is none': ('create_snapshot', {'nfv_params': {'name': 'a/b'}}, "params.name: 'a/b' is not a name"),
    'an unknown VDU': ('create_snapshot', {**MONDAY, 'nfv_vdu': 'frnt'}, '(there are: web/front)')}


@pytest.mark.slow
def test_wrong_input(other: Site) -> None:
    other.describe()
    good(other.play())
    good(other.play('create_snapshot', **MONDAY))
    for verb, more, word in WRONG.values():
        other.refuse(verb, word, **more)
