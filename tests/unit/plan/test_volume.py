# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of volumes: what is made, attached, extended, kept, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, NS_KEY, mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Volume, VolumeType
from ansible_collections.nfv.mano.tests.unit.plan.world import NS_ID, World, actions, calls_made, document

ROOT = {'name': 'root', 'size_gib': 2, 'boot': True}
LOGS = {'name': 'logs', 'size_gib': 5}
ITEM = 'vdu:web/front/0'


def asked(*volumes: dict[str, Any], count: int = 1) -> dict[str, Any]:
    return document(count, volumes=list(volumes))


def volume(volume_id: str, text: str = '', **more: Any) -> Volume:
    """A volume; ``text`` is its owner mark."""
    values = {'name': volume_id, 'status': 'available', 'size_gib': 5, 'type': 'fast', 'bootable': False, 'multiattach': False,
              'metadata': {MARK_KEY: text, NS_KEY: NS_ID} if text else {}, 'servers': (), 'availability_zone': 'nova',
              'image_id': None, 'created': '2026-01-01T00:00:00', **more}
    return Volume(volume_id, **values)


class Disks(World):
    """A world with volume types."""

    def __init__(self) -> None:
        super().__init__()
        self.state.volume_types = [VolumeType('t1', 'fast', False, True), VolumeType('t2', 'both', True, False)]
        self.state.volume_zones = ['nova']

    def attached(self, *volumes: dict[str, Any], **more: Any) -> Disks:
        """One instance with these volumes, as an instantiate leaves them; ``more`` are attributes of each."""
        self.deployed(1)
        entries = {}
        for asked_for in volumes:
            name, boot = asked_for['name'], asked_for.get('boot', False)
            self.state.volumes.append(volume(f'v-{name}', mark(NS_ID, 'web/front/0', f'volume.{name}'), **{
                'status': 'in-use', 'servers': ('server-0',), 'size_gib': asked_for['size_gib'], 'bootable': boot,
                'image_id': 'image-cirros' if boot else None, **more}))
            entries[name] = {'id': f'v-{name}', 'size_gib': asked_for['size_gib'], 'owned': True,
                             'keep': asked_for.get('keep', False), 'boot': boot, 'ready': True}
            if boot:
                self.server(0, image_id=None)
                self.record[ITEM]['image_id'] = None
        self.record[ITEM]['volumes'] = entries
        return self

    def change(self, volume_id: str, **changes: Any) -> Disks:
        """Somebody changed a volume behind our back."""
        self.state.volumes = [one._replace(**changes) if one.id == volume_id else one for one in self.state.volumes]
        return self

    def lose_server(self) -> Disks:
        """Somebody deleted the server."""
        self.state.servers = []
        for one in list(self.state.volumes):
            self.change(one.id, status='available', servers=())
        return self


def verbs(plan: Plan) -> list[str]:
    return [task.verb for task in plan.tasks.values()]


def told(plan: Plan) -> str:
    return '\n'.join(map(str, plan.problems))


# Made --------------------------------------------------------------------------------------------------------------


def test_volumes_are_made_before_the_server_that_boots_from_one() -> None:
    plan = Disks().plan(asked(ROOT, LOGS))
    assert not plan.problems
    made, server = plan.tasks[f'volumes {ITEM}'], plan.tasks[f'create {ITEM}']
    assert made.id in server.after
    instance, places, names = made.spec
    assert (places, names) == ((0, 1), ('root', 'logs'))
    assert instance.volume_spec(0) == {
        'ns_id': NS_ID, 'name': 'edge1-web-front-0-root', 'mark': f'nfv.mano/{NS_ID}/web/front/0/volume.root', 'size_gib': 2,
        'type': None, 'availability_zone': None, 'image_id': 'image-cirros', 'volume': 'root'}
    assert instance.volume_spec(1)['image_id'] is None
    resources = {ITEM: {'ports': {'eth0': {'id': 'p0'}, 'eth1': {'id': 'p1'}},
                        'volumes': {'root': {'id': 'a'}, 'logs': {'id': 'b'}}}}
    spec = instance.server_spec(resources)
    assert spec['image_id'] is None
    assert spec['volumes'] == [{'id': 'a', 'boot': True}, {'id': 'b', 'boot': False}]
    assert plan.needs['default']['volumes'] == plan.needs['default']['volumes_fast'] == 2
    assert plan.needs['default']['gigabytes'] == plan.needs['default']['gigabytes_fast'] == 7
    assert plan.needs['default']['per_volume_gigabytes'] == 5
    assert plan.changes[-1].detail == 'cirros, m1.tiny, 2 interfaces, volume root 2 GiB (boot), volume logs 5 GiB'


def test_a_boot_volume_stands_in_for_the_flavors_disk() -> None:
    world = Disks()
    world.state.images[0] = world.state.images[0]._replace(min_disk_gib=3)
    world.state.flavors[0] = world.state.flavors[0]._replace(disk_gib=0)
    assert told(world.plan(asked(ROOT))) == ('vnfs[0].vdus[0].volumes[0].size_gib: 2 GiB is too small for image cirros, which '
                                             'needs 3 GiB')
    assert not world.plan(asked({**ROOT, 'size_gib': 3})).problems


@pytest.mark.parametrize(('asked_for', 'message'), [
    ({'type': 'fats'}, 'volumes[0].type: fats is not a volume type of VIM default; the nearest names are fast'),
    ({'type': 'fast', 'multiattach': True}, 'volume type fast does not have multiattach="<is> True"; with it there are: both'),
    ({'availability_zone': 'mars'}, 'mars is not a zone of the block storage of VIM default (there are nova)')])
def test_what_the_vim_does_not_have(asked_for: dict[str, Any], message: str) -> None:
    assert message in told(Disks().plan(asked({**LOGS, **asked_for})))


def test_no_type_with_multiattach_at_all() -> None:
    world = Disks()
    world.state.volume_types.pop()
    assert 'volumes[0].multiattach: it needs a volume type with multiattach' in told(
        world.plan(asked({**LOGS, 'multiattach': True})))


def test_a_volume_that_never_came_to_be_goes_and_is_made_again() -> None:
    world = Disks().attached(LOGS).lose_server().change('v-logs', status='error')
    world.record[ITEM]['volumes']['logs']['ready'] = False
    plan = world.plan(asked(LOGS))
    assert not plan.problems
    assert plan.tasks[f'volumes-release {ITEM}'].spec == ({'logs': ('v-logs', 'delete')}, None)
    assert plan.tasks[f'volumes {ITEM}'].after == (f'volumes-release {ITEM}',)
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == (0,)


def test_a_volume_that_was_well_and_is_in_error_is_left_to_people() -> None:
    assert 'v-logs of web/front/0 is error in Cinder' in told(Disks().attached(LOGS).change('v-logs', status='error')
                                                              .plan(asked(LOGS)))


def test_a_lost_answer_is_adopted_by_its_mark() -> None:
    world = Disks()
    world.state.volumes = [volume('v-new', mark(NS_ID, 'web/front/0', 'volume.logs'), status='creating')]
    plan = world.plan(asked(LOGS))
    assert plan.found[ITEM]['volumes']['logs']['id'] == 'v-new'
    assert plan.found[ITEM]['volumes']['logs']['ready'] is False
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == ()


def test_twins_go_only_where_an_answer_was_lost() -> None:
    world, text = Disks().attached(LOGS), mark(NS_ID, 'web/front/0', 'volume.logs')
    world.state.volumes.append(volume('v-twin', text, created='2026-01-02T00:00:00'))
    assert not world.plan(asked(LOGS)).tasks
    plan = world.plan(asked(LOGS), doubtful=frozenset({text}))
    assert [task.spec for task in plan.tasks.values()] == [({'logs': ('v-twin', 'delete')}, None)]


# There -------------------------------------------------------------------------------------------------------------


def test_nothing_to_do() -> None:
    plan = Disks().attached(ROOT, LOGS).plan(asked(ROOT, LOGS))
    assert (plan.tasks, plan.problems) == ({}, [])
    assert not plan.found.keys() & {ITEM}


def test_a_lost_server_comes_back_on_the_very_volumes() -> None:
    plan = Disks().attached(ROOT, LOGS).lose_server().plan(asked(ROOT, LOGS))
    assert verbs(plan) == ['volumes.create', 'server.create']
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == ()
    assert plan.needs['default']['volumes'] == 0


def test_a_replaced_server_hands_its_volumes_over() -> None:
    world = Disks().attached(ROOT, LOGS)
    world.server(0, status='ERROR', fault='x')
    plan = world.plan(asked(ROOT, LOGS))
    assert not plan.problems, 'a root disk that is a volume is not lost'
    assert plan.tasks[f'volumes {ITEM}'].after == (f'delete {ITEM}',)
    assert verbs(plan) == ['server.delete', 'volumes.create', 'server.create']


def test_detached_behind_our_back() -> None:
    plan = Disks().attached(LOGS).change('v-logs', status='available', servers=()).plan(asked(LOGS))
    assert plan.changes[0].detail == 'volume logs is not attached'
    assert plan.tasks[f'attach {ITEM}'].spec == ('server-0', ('logs',))
    assert plan.tasks[f'volumes {ITEM}'].spec[1:] == ((), ('logs',))


def test_attached_elsewhere_is_refused() -> None:
    plan = Disks().attached(LOGS).change('v-logs', servers=('foreign',)).plan(asked(LOGS))
    assert 'v-logs of web/front/0 is attached to server foreign' in told(plan)


def test_a_new_volume_is_attached_in_place() -> None:
    plan = Disks().attached(ROOT).plan(asked(ROOT, LOGS))
    assert verbs(plan) == ['volumes.create', 'volumes.attach']
    assert actions(plan) == [('update', 'web/front/0')]
    assert plan.changes[0].detail == 'volume logs 5 GiB is new'


def test_extended_in_place() -> None:
    plan = Disks().attached(LOGS).plan(asked({**LOGS, 'size_gib': 8}))
    assert plan.tasks[f'extend {ITEM}'].spec == {'logs': ('v-logs', 8)}
    assert plan.changes[0].detail == 'volume logs 5 -> 8 GiB (extended)'
    assert (plan.needs['default']['volumes'], plan.needs['default']['gigabytes']) == (0, 3)


@pytest.mark.parametrize(('change', 'message'), [
    ({'size_gib': 4}, 'volumes[0].size_gib: volume v-logs v-logs of web/front/0 has 5 GiB and can not shrink to 4 GiB'),
    ({'type': 'both'}, 'is of fast: moving it to both (retype, migration) is not supported'),
    ({'multiattach': True, 'type': 'both'}, 'give it another name')])
def test_what_can_not_change(change: dict[str, Any], message: str) -> None:
    assert message in told(Disks().attached(LOGS).plan(asked({**LOGS, **change})))


def test_another_image_is_not_what_the_boot_volume_has() -> None:
    world = Disks().attached(ROOT)
    world.state.images.append(world.state.images[0]._replace(id='image-other', name='other'))
    wanted = asked(ROOT)
    wanted['vnfs'][0]['vdus'][0]['image'] = 'other'
    assert 'other is not what volume v-root v-root of web/front/0 was filled from' in told(world.plan(wanted))


def test_a_healed_server_may_get_a_new_root_disk() -> None:
    world = Disks().attached(ROOT, LOGS)
    given = {'scope': frozenset({ITEM}), 'replace': {ITEM: 'server-0'}}
    plan = world.plan(asked(ROOT, LOGS), asked=Asked(**given, root='rebuild'))
    assert plan.tasks[f'volumes-release {ITEM}'].spec == ({'root': ('v-root', 'delete')}, None)
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == (0,)
    assert 'would be deleted (healed with a new root disk: 2 GiB); set nfv_accept_data_loss' in told(plan)
    plan = world.plan(asked(ROOT, LOGS), asked=Asked(**given))
    assert not plan.problems
    assert f'volumes-release {ITEM}' not in plan.tasks
    assert plan.tasks[f'volumes {ITEM}'].spec[1] == ()


# Released ----------------------------------------------------------------------------------------------------------


def test_taken_out_of_the_document() -> None:
    world = Disks().attached(ROOT, LOGS, {'name': 'data', 'size_gib': 1, 'keep': True})
    plan = world.plan(asked(ROOT))
    assert 'volume:web/front/0/logs: would be deleted' in told(plan)
    plan = world.plan(asked(ROOT), allow_delete=True)
    assert not plan.problems
    assert actions(plan) == [('delete', 'web/front/0/logs'), ('update', 'web/front/0')]
    assert plan.changes[1].detail == 'volume logs is not in the target (deleted); volume data is not in the target (kept)'
    assert plan.tasks[f'detach {ITEM}'].spec == ('server-0', {'logs': 'v-logs', 'data': 'v-data'})
    assert plan.tasks[f'volumes-release {ITEM}'].spec == ({'logs': ('v-logs', 'delete'), 'data': ('v-data', 'keep')}, None)


def test_a_kept_volume_alone_needs_no_leave_to_delete() -> None:
    assert not Disks().attached({**LOGS, 'keep': True}).plan(asked()).problems


def test_another_boot_volume_takes_another_server() -> None:
    world = Disks().attached(ROOT)
    plan = world.plan(asked({**ROOT, 'name': 'root2'}), allow_delete=True)
    assert ('replace', 'web/front/0') in actions(plan)
    assert ('delete', 'web/front/0/root') in actions(plan)
    assert plan.tasks[f'volumes-release {ITEM}'].after == (f'delete {ITEM}',)


def test_booting_from_the_image_instead_takes_another_server() -> None:
    plan = Disks().attached(ROOT).plan(asked({**ROOT, 'boot': False}), allow_delete=True)
    assert actions(plan) == [('replace', 'web/front/0')]
    assert not plan.problems


def test_a_volume_without_an_image_can_not_be_booted_from() -> None:
    plan = Disks().attached({**ROOT, 'boot': False}).plan(asked(ROOT), allow_delete=True)
    assert 'is not bootable, as it was not filled from an image' in told(plan)


def test_terminate_deletes_what_is_ours_and_not_kept() -> None:
    world = Disks().attached(ROOT, {**LOGS, 'keep': True})
    world.record[ITEM]['volumes']['old'] = {'id': 'v-old', 'size_gib': 1, 'owned': False, 'keep': False, 'boot': False,
                                            'ready': True}
    world.state.volumes.append(volume('v-old', servers=('server-0',), status='in-use'))
    plan = world.plan(None)
    task = plan.tasks[f'volumes-release {ITEM}']
    assert task.spec == ({'root': ('v-root', 'delete'), 'logs': ('v-logs', 'keep'), 'old': ('v-old', 'forget')}, None)
    assert task.after == (f'delete {ITEM}',)
    assert plan.changes[-1].detail == ('edge1-web-front-0; volume root deleted; volume logs kept; volume old left as it is')


def test_kept_volumes_are_remembered_taken_again_and_forgotten_once_they_are_gone() -> None:
    world = Disks().attached({**LOGS, 'keep': True}).lose_server()
    world.state.ports, world.state.networks = [], world.state.networks[:1]
    kept = {**world.record[ITEM]['volumes']['logs'], 'kept': True}
    world.record = {ITEM: {'vim': 'default', 'volumes': {'logs': kept}}}
    ended = world.plan(None)
    assert (ended.tasks, ended.changes, ended.forgotten) == ({}, [], [])
    again = world.plan(asked({**LOGS, 'keep': True}))
    assert again.tasks[f'volumes {ITEM}'].spec[1] == ()
    assert 'kept' not in again.found[ITEM]['volumes']['logs']
    world.state.volumes = []
    gone = world.plan(None)
    assert (gone.tasks, gone.changes, gone.forgotten) == ({}, [], [ITEM])


# Existing and shared -----------------------------------------------------------------------------------------------


def test_existing_volumes_are_attached_and_let_go() -> None:
    world = Disks()
    wanted = asked({'name': 'old', 'existing': ['v-a', 'v-b']}, count=2)
    assert 'volumes[0].existing: v-a is not a volume of VIM default' in told(world.plan(wanted))
    world.state.volumes = [volume('v-a'), volume('v-b', status='creating')]
    assert 'v-b is creating, not available' in told(world.plan(wanted))
    world.change('v-b', status='available')
    plan = world.plan(wanted)
    assert not plan.problems
    assert plan.found['vdu:web/front/1']['volumes']['old'] == {'id': 'v-b', 'size_gib': 5, 'owned': False, 'keep': False,
                                                               'boot': False, 'ready': True}
    assert plan.tasks[f'volumes {ITEM}'].spec[1:] == ((), ('old',))


def test_another_existing_volume_is_swapped_in_place() -> None:
    world = Disks().deployed(1)
    world.state.volumes = [volume('v-a', status='in-use', servers=('server-0',)), volume('v-b')]
    world.record[ITEM]['volumes'] = {'old': {'id': 'v-a', 'size_gib': 5, 'owned': False, 'keep': False, 'boot': False,
                                             'ready': True}}
    plan = world.plan(asked({'name': 'old', 'existing': 'v-b'}))
    assert verbs(plan) == ['volumes.detach', 'volumes.release', 'volumes.create', 'volumes.attach']
    assert plan.tasks[f'detach {ITEM}'].spec == ('server-0', {'old': 'v-a'})
    assert ITEM not in plan.found, 'the record has the old one until it is detached'


def test_a_shared_volume_is_made_once_for_all_instances() -> None:
    shared = {'name': 'data', 'size_gib': 3, 'multiattach': True}
    plan = Disks().plan(asked(shared, count=3))
    assert not plan.problems
    key = 'volume:web/front/data'
    spec, _entry = plan.tasks[f'create {key}'].spec
    assert (spec['name'], spec['type'], spec['mark']) == ('edge1-web-front-data', 'both',
                                                          f'nfv.mano/{NS_ID}/web/front/volume.data')
    assert all(f'create {key}' in plan.tasks[f'volumes vdu:web/front/{index}'].after for index in range(3))
    assert [f'create vdu:web/front/{index - 1}' in plan.tasks[f'create vdu:web/front/{index}'].after for index in (1, 2)] == [
        True, True], 'Cinder reserves a volume for one server at a time'
    assert plan.needs['default']['volumes'] == 1
    assert ('create', 'web/front/data') in actions(plan)


def shared_world() -> tuple[Disks, dict[str, Any]]:
    wanted = {'name': 'data', 'size_gib': 3, 'multiattach': True}
    world = Disks().deployed(2)
    world.state.volumes = [volume('v-data', mark(NS_ID, 'web/front', 'volume.data'), status='in-use', type='both', size_gib=3,
                                  multiattach=True, servers=('server-0', 'server-1'))]
    world.record['volume:web/front/data'] = {'vim': 'default', 'id': 'v-data', 'name': 'v-data', 'size_gib': 3, 'owned': True,
                                             'keep': False, 'kept': False, 'ready': True}
    for index in range(2):
        world.record[f'vdu:web/front/{index}']['volumes'] = {'data': {
            'id': 'v-data', 'size_gib': 3, 'owned': False, 'keep': False, 'boot': False, 'ready': True}}
    return world, wanted


def test_a_shared_volume_goes_with_its_last_user() -> None:
    world, wanted = shared_world()
    assert not world.plan(asked(wanted, count=2)).tasks
    plan = world.plan(None)
    assert plan.tasks['delete volume:web/front/data'].spec == ('v-data', 'delete')
    assert len(plan.tasks['delete volume:web/front/data'].after) == 2
    one = world.plan(asked(wanted, count=1), allow_delete=True)
    assert 'delete volume:web/front/data' not in one.tasks


def test_a_shared_volume_is_extended_once() -> None:
    world, wanted = shared_world()
    plan = world.plan(asked({**wanted, 'size_gib': 9}, count=2))
    assert [task.spec for task in plan.tasks.values()] == [{'': ('v-data', 9)}]


def test_steps_stay_linear_with_volumes() -> None:
    def steps(count: int) -> int:
        world, wanted = Disks(), asked(ROOT, LOGS, count=count)
        return calls_made(lambda: world.plan(wanted))
    assert steps(400) < 2.2 * steps(200)
