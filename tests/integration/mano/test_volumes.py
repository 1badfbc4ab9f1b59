# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of VDUs: what was asked is what Nova and Cinder then say, and nothing is lost that was to stay."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    changed_count,
    document,
    good,
    log_size,
    plan_lines,
    play,
    refused,
    writes,
)

ROOT = {'name': 'root', 'size_gib': 2, 'boot': True}
LOGS = {'name': 'logs', 'size_gib': 1, 'keep': True}
DATA = {'name': 'data', 'size_gib': 1}


class Site(NamedTuple):
    """The service under test; a volume that it is given, and one that it must not touch."""

    life: Life
    given: str
    foreign: str

    @property
    def cloud(self) -> Any:
        return self.life.project.cloud

    @property
    def storage(self) -> Any:
        return self.cloud.block_storage

    @property
    def name(self) -> str:
        return self.life.service.name

    @property
    def old(self) -> dict[str, Any]:
        return {'name': 'old', 'existing': self.given}

    def server(self) -> Any:
        return self.life.project.servers(self.name)[f'{self.name}-web-front-0']

    def volume(self, name: str) -> Any:
        (found,) = self.storage.volumes(name=f'{self.name}-web-front-0-{name}')
        return found

    def volumes(self) -> dict[str, str]:
        """Ids of the volumes that the server has, by name."""
        return {self.storage.get_volume(one.id).name: one.id for one in self.server().attached_volumes}

    def describe(self, *volumes: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.life.service.write(document(self.name, 1, volumes=list(volumes), **more))


def _available(storage: Any, volume_id: str) -> None:
    wait_for(lambda: storage.get_volume(volume_id).status == 'available', 60, f'volume {volume_id} is available')


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    storage = module_service.project.cloud.block_storage
    # The foreign one has the name that ours would have
    made = [storage.create_volume(name=name, size=1) for name in ('given', f'{module_service.name}-web-front-0-data')]
    try:
        for volume in made:
            _available(storage, volume.id)
        yield Site(Life(module_service), made[0].id, made[1].id)
    finally:
        module_service.close()
        for volume in made:
            _available(storage, volume.id)
            storage.delete_volume(volume)


# One life, step by step ----------------------------------------------------------------------------------------------


def test_boots_from_a_volume_beside_others(site: Site) -> None:
    site.describe(ROOT, LOGS, site.old)
    site.life.instantiate()
    site.life.assert_check_made_nothing()
    site.life.assert_check_list_is_what_was_made()
    server = site.server()
    assert not (server.image or {}).get('id')
    attached = {one.id: one.delete_on_termination for one in server.attached_volumes}
    assert set(attached) == {site.volume('root').id, site.volume('logs').id, site.given}
    assert not any(attached.values())
    root, logs = site.volume('root'), site.volume('logs')
    assert (root.is_bootable, root.size, root.volume_image_metadata['image_name']) == (True, 2, 'cirros')
    devices = [site.storage.get_volume(one).attachments[0]['device'] for one in (root.id, logs.id, site.given)]
    assert devices == sorted(devices), 'the order of the document'
    (fact,) = site.life.service.facts('ns')
    assert {one.metadata['nfv.mano.mark'] for one in (root, logs)} == {
        f'nfv.mano/{fact["id"]}/web/front/0/volume.{name}' for name in ('root', 'logs')}
    assert site.life.new['volumes'] == {root.id, logs.id}


def test_again_changes_nothing(site: Site) -> None:
    site.life.assert_again_changes_nothing()


def test_extended_and_added_in_place(site: Site) -> None:
    server = site.server().id
    site.describe(ROOT, {**LOGS, 'size_gib': 2}, site.old, {**DATA, 'name': 'more'})
    played = good(site.life.play('instantiate', '--diff'))
    (line,) = plan_lines(played.out)
    assert (line.sign, line.name) == ('~', 'web/front/0')
    assert line.detail.startswith('volume logs 1 -> 2 GiB (extended); volume more 1 GiB is new')
    assert site.server().id == server
    assert (site.volume('logs').size, site.volume('logs').status) == (2, 'in-use')
    assert site.volume('more').id in site.volumes().values()
    site.life.assert_again_changes_nothing()


def test_smaller_is_refused(site: Site) -> None:
    size = log_size()
    site.describe(ROOT, {**LOGS, 'size_gib': 1}, site.old, {**DATA, 'name': 'more'})
    refused(site.life.play(), 'volumes[1].size_gib', 'has 2 GiB and can not shrink to 1 GiB')
    assert writes(size) == []


def test_taken_out_of_the_document(site: Site) -> None:
    more, server = site.volume('more').id, site.server().id
    site.describe(ROOT, {**LOGS, 'size_gib': 2}, site.old)
    refused(site.life.play(), 'volume:web/front/0/more', 'would be deleted', 'nfv_allow_delete')
    good(site.life.play(nfv_allow_delete=True))
    assert site.storage.find_volume(more) is None
    assert site.server().id == server
    site.life.assert_again_changes_nothing()


def test_detached_behind_our_back(site: Site) -> None:
    logs = site.volume('logs').id
    site.cloud.compute.delete_volume_attachment(site.server(), logs)
    _available(site.storage, logs)
    played = good(site.life.play('instantiate', '--diff'))
    assert [line.detail.partition(' (')[0] for line in plan_lines(played.out)] == ['volume logs is not attached']
    assert site.volumes()[f'{site.name}-web-front-0-logs'] == logs
    site.life.assert_again_changes_nothing()


def test_a_fault_of_attaching_and_again(site: Site) -> None:
    site.cloud.compute.set_server_metadata(site.server(), **{'sandbox:fault': 'attach-volume'})
    site.describe(ROOT, {**LOGS, 'size_gib': 2}, site.old, {**DATA, 'name': 'late'})
    refused(site.life.play(), 'Nova gave it up', 'FAILED_TEMP')
    late = site.volume('late').id
    site.cloud.compute.delete_server_metadata(site.server(), ['sandbox:fault'])
    good(site.life.play())
    assert site.volumes()[f'{site.name}-web-front-0-late'] == late


def test_a_lost_server_comes_back_on_the_very_volumes(site: Site) -> None:
    before, server = site.volumes(), site.server()
    site.cloud.compute.delete_server(server)
    wait_for(lambda: server.name not in site.life.project.servers(site.name), 60, 'server deleted')
    good(site.life.play())
    assert site.server().id != server.id
    assert site.volumes() == before
    assert not (site.server().image or {}).get('id')
    site.life.assert_again_changes_nothing()


def test_a_replaced_server_hands_its_volumes_over(site: Site) -> None:
    before, server = site.volumes(), site.server().id
    site.describe(ROOT, {**LOGS, 'size_gib': 2}, site.old, {**DATA, 'name': 'late'}, cloud_init={'text': '#!/bin/sh\n'})
    good(site.life.play(nfv_allow_delete=True, nfv_accept_data_loss=True))
    assert site.server().id != server
    assert site.volumes() == before


def test_terminate_leaves_what_is_kept_given_or_foreign(site: Site) -> None:
    logs = site.volume('logs').id
    assert changed_count(good(site.life.play('terminate')).out) == 1
    after = site.life.project.ids()
    assert after.pop('volumes') == site.life.before['volumes'] | {logs}
    assert after == {kind: ids for kind, ids in site.life.before.items() if kind != 'volumes'}
    assert {site.storage.get_volume(one).status for one in (logs, site.given, site.foreign)} == {'available'}
    site.life.assert_again_changes_nothing('terminate')


def test_what_was_kept_is_taken_again(site: Site) -> None:
    logs = site.volume('logs').id
    site.describe({**LOGS, 'size_gib': 2})
    good(site.life.play())
    assert site.volumes() == {f'{site.name}-web-front-0-logs': logs}
    site.describe({**LOGS, 'size_gib': 2, 'keep': False})
    good(site.life.play())
    site.life.service.terminate()
    assert site.storage.find_volume(logs) is None


# Types, zones, quotas ------------------------------------------------------------------------------------------------


@pytest.fixture
def volume_type(request: pytest.FixtureRequest, admin: Any) -> Iterator[Any]:
    """A volume type with the extra specs of the test's parameter, made by an administrator."""
    storage = admin.block_storage
    made = storage.create_type(name=f'type-{uuid.uuid4().hex[:8]}', extra_specs=request.param)
    yield made
    storage.delete_type(made)


@pytest.fixture
def other(service: Service) -> Iterator[Service]:
    """A service whose remains are gone before its volume type is."""
    yield service
    service.close()


@pytest.mark.slow
@pytest.mark.parametrize('volume_type', [{'volume_backend_name': 'nowhere'}], indirect=True)
def test_a_volume_in_error_and_again(volume_type: Any, other: Service) -> None:
    other.describe(1, volumes=[{**DATA, 'type': volume_type.name, 'availability_zone': 'nova'}])
    refused(other.play(), 'volume', 'is in error', 'FAILED_TEMP')
    (failed,) = other.mine()['volumes']
    assert not other.mine()['servers']
    other.describe(1, volumes=[{**DATA, 'type': 'fake', 'availability_zone': 'nova'}])
    good(other.play())
    (volume,) = other.mine()['volumes']
    assert volume.id != failed.id
    assert (volume.status, volume.volume_type, volume.availability_zone) == ('in-use', 'fake', 'nova')
    other.assert_complete(1)
    other.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('volume_type', [{'multiattach': '<is> True', 'volume_backend_name': 'fake'}], indirect=True)
def test_one_volume_for_all_instances(volume_type: Any, other: Service) -> None:
    life = Life(other)
    before = other.project.ids()
    other.describe(2, volumes=[{**DATA, 'multiattach': True, 'type': 'fake'}])
    refused(life.play(), 'volume type fake does not have multiattach="<is> True"', volume_type.name)
    other.describe(2, volumes=[{**DATA, 'multiattach': True}])
    good(life.play())
    (volume,) = other.mine()['volumes']
    assert (volume.name, volume.volume_type) == (f'{other.name}-web-front-data', volume_type.name)
    assert {one['server_id'] for one in volume.attachments} == {one.id for one in other.mine()['servers']}
    life.assert_again_changes_nothing()
    other.terminate()
    assert other.project.ids() == before


def test_no_room_is_told_beforehand(service: Service) -> None:
    value = document(service.name, 1, volumes=[ROOT, DATA])
    value['vims'] = {'default': {'cloud': 'sandbox-tiny'}}
    service.write(value)
    refused(play('instantiate', '--check', **service.variables('instantiate')), 'vims.default.quota.volumes: 2 needed, 1 free',
            'vims.default.quota.gigabytes: 3 GiB needed, 2 GiB free')


# Killed ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/volume:1:after', 'made/volume:1:lost',
                                   'made/volume:2:after'])
def test_killed_and_again_nothing_is_there_twice(service: Service, point: str) -> None:
    service.describe(1, volumes=[ROOT, DATA])
    assert service.injected(f'KILL:{point}').rc != 0
    good(service.play())
    service.assert_complete(1)
    assert sorted(one.name for one in service.mine()['volumes']) == [f'{service.name}-web-front-0-{name}'
                                                                     for name in ('data', 'root')]
    service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/delete:2:after', 'gone:2:lost', 'gone:4:lost'])
def test_killed_while_it_terminates(service: Service, point: str) -> None:
    service.describe(1, volumes=[ROOT, DATA])
    good(service.play())
    assert service.injected(f'KILL:{point}', 'terminate').rc != 0
    service.terminate()
