# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Affinity groups on the sandbox's two compute hosts: what was asked is what Nova says of groups, members and hosts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    PlanLine,
    Project,
    changed_count,
    document,
    good,
    plan_lines,
    play,
    refused,
)

VDU = 'vnfs[0].vdus[0]'


def grouped(ns: str, count: int = 2, **group: Any) -> dict[str, Any]:
    """The document with its VDU in a group."""
    group = {'name': 'spread', 'policy': 'anti-affinity', **group}
    value = document(ns, count, affinity_group=group['name'])
    return {**value, 'affinity_groups': [{key: item for key, item in group.items() if item}]}


def group_of(service: Service) -> Any:
    """The one group of the NS, whose name must have its uuid."""
    (found,) = service.mine()['server_groups']
    assert service.facts('ns')[0]['id'] in found.name
    return service.project.cloud.compute.get_server_group(found.id)


def assert_members(service: Service, group: Any, count: int, hosts: int) -> dict[str, Any]:
    """All servers of the NS, and they alone, are in the group, on that many hosts; returns them by name."""
    servers = service.project.servers(service.name)
    assert len(servers) == count
    assert set(group.member_ids) == {one.id for one in servers.values()}
    assert {one.status for one in servers.values()} == {'ACTIVE'}
    assert len({one.host_id for one in servers.values()}) == hosts
    return servers


def port_ids(service: Service) -> set[str]:
    return {one.id for one in service.mine()['ports']}


def test_anti_affinity_from_its_plan_to_its_end(service: Service) -> None:
    life = Life(service)
    service.write(grouped(service.name))
    life.instantiate()
    life.assert_check_made_nothing()
    assert PlanLine('+', 'server_group', 'spread', 'anti-affinity') in life.plan
    group = group_of(service)
    assert group.policy == 'anti-affinity'
    assert_members(service, group, 2, hosts=2)
    assert {kind: {one.id for one in rows} for kind, rows in service.mine().items()} == service.recorded()
    life.assert_again_changes_nothing()
    # Gone behind our back, or healed: made again on its ports, in its group, on the host that the other one is not on
    before = port_ids(service)
    compute = service.project.cloud.compute
    compute.delete_server(service.project.servers(service.name)[f'{service.name}-web-front-1'])
    wait_for(lambda: len(service.project.servers(service.name)) == 1, 60, 'server deleted')
    good(life.play())
    healed = assert_members(service, group_of(service), 2, hosts=2)
    assert group_of(service).id == group.id
    assert port_ids(service) == before
    records = {'nfv_ns': service.name, 'nfv_state_dir': str(service.state_dir), 'nfv_accept_data_loss': True}
    good(play('heal', **records, nfv_max_unavailable=1, nfv_params={'force': True}))
    again = assert_members(service, group_of(service), 2, hosts=2)
    assert group_of(service).id == group.id
    assert not {one.id for one in healed.values()} & {one.id for one in again.values()}
    assert port_ids(service) == before
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_another_policy_is_another_group_and_its_members_are_replaced(service: Service) -> None:
    service.write(grouped(service.name, policy='affinity'))
    good(service.play())
    old = group_of(service)
    servers, ports = assert_members(service, old, 2, hosts=1), port_ids(service)
    service.write(grouped(service.name))
    refused(service.play(), 'affinity group spread (affinity) -> spread (anti-affinity)', 'nfv_allow_delete')
    assert group_of(service).id == old.id
    changed = good(play('update', '--diff', **{**service.variables('update'), 'nfv_allow_delete': True}))
    assert [line for line in plan_lines(changed.out) if line.kind == 'server_group'] == [
        PlanLine('+', 'server_group', 'spread', 'anti-affinity'),
        PlanLine('-', 'server_group', 'spread', 'affinity (no longer used)')]
    new = group_of(service)
    assert (new.id != old.id, new.policy) == (True, 'anti-affinity')
    after = assert_members(service, new, 2, hosts=2)
    assert not {one.id for one in servers.values()} & {one.id for one in after.values()}
    assert port_ids(service) == ports
    assert changed_count(good(service.play()).out) == 0
    # Out of the document: the servers leave it, and it goes after them
    service.describe(2)
    refused(service.play(), 'affinity group spread (anti-affinity) -> none', 'nfv_allow_delete')
    good(service.play(nfv_allow_delete=True))
    service.assert_complete(2)
    assert service.mine()['server_groups'] == []
    service.terminate()


@pytest.mark.slow
def test_more_members_than_hosts(service: Service) -> None:
    """The one that finds no host leaves the operation in FAILED_TEMP; a document that fits ends it."""
    service.write(grouped(service.name, 3))
    refused(service.play(), 'No valid host', '(made 7 times)')
    assert service.state() == 'FAILED_TEMP'
    statuses = sorted(one.status for one in service.project.servers(service.name).values())
    assert statuses == ['ACTIVE', 'ACTIVE', 'ERROR']
    service.write(grouped(service.name, 2))
    good(service.play(nfv_allow_delete=True))
    assert_members(service, group_of(service), 2, hosts=2)
    service.assert_complete(2)
    service.terminate()


@pytest.fixture
def theirs(project: Project) -> Iterator[Any]:
    """A group of somebody else in the project."""
    compute = project.cloud.compute
    group = compute.create_server_group(name=f'theirs-{uuid.uuid4().hex[:8]}', policy='affinity')
    yield group
    compute.delete_server_group(group, ignore_missing=True)


@pytest.mark.slow
def test_existing_group(service: Service, project: Project, theirs: Any) -> None:
    compute = project.cloud.compute
    service.write(grouped(service.name, name='near', policy=None, existing=theirs.name))
    refused(service.play(), f'affinity_groups[0].existing: {theirs.name} is not the id of a server group', theirs.id)
    service.write(grouped(service.name, name='near', policy=None, existing=theirs.id))
    good(service.play())
    assert_members(service, compute.get_server_group(theirs.id), 2, hosts=1)
    assert service.mine()['server_groups'] == []
    assert changed_count(good(service.play()).out) == 0
    service.terminate()
    left = compute.get_server_group(theirs.id)
    assert (left.name, left.member_ids) == (theirs.name, [])


@pytest.mark.slow
def test_a_group_with_a_server_of_others_is_left(service: Service, project: Project) -> None:
    compute = project.cloud.compute
    service.write(grouped(service.name, 1, policy='soft-affinity'))
    good(service.play())
    group = group_of(service)
    other = compute.create_server(
        name='a-stranger', flavor_id=compute.find_flavor('m1.tiny').id, image_id=project.cloud.image.find_image('cirros').id,
        networks=[{'uuid': project.cloud.network.find_network('shared').id}], scheduler_hints={'group': group.id})
    try:
        compute.wait_for_server(other)
        assert 'left: a server still uses it' in good(service.play('terminate')).out
        assert compute.get_server_group(group.id).member_ids == [other.id]
    finally:
        compute.delete_server(other)
        wait_for(lambda: other.id not in {one.id for one in compute.servers()}, 60, 'foreign server deleted')
        compute.delete_server_group(group.id)


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/server_group:1:after', 'made/server_group:1:lost'])
def test_killed_around_its_making(service: Service, point: str) -> None:
    """Before Nova was asked, and after it had done it: one group in the end."""
    service.write(grouped(service.name, 1))
    assert service.injected(f'KILL:{point}').rc != 0
    assert service.state() == 'FAILED_TEMP'
    good(service.play(nfv_timeouts={'adopt_window': 3}))
    assert_members(service, group_of(service), 1, hosts=1)
    service.assert_complete(1)
    service.terminate()


def test_quotas_of_groups_are_checked_beforehand(service: Service) -> None:
    admin = openstack.connect(cloud='sandbox-admin')
    tiny = Project('sandbox-tiny')
    before = admin.get_compute_quotas(tiny.project_id)
    value = grouped(service.name, 2)
    value['vims']['default']['cloud'] = 'sandbox-tiny'
    service.write(value)
    admin.set_compute_quotas(tiny.project_id, server_groups=0, server_group_members=1)
    try:
        refused(play('instantiate', '--check', **service.variables('instantiate')),
                'vims.default.quota.server_groups: 1 needed, 0 free (limit 0, used 0)',
                'vims.default.quota.server_group_members: 2 needed in spread, limit 1')
    finally:
        admin.set_compute_quotas(tiny.project_id, server_groups=before.server_groups,
                                 server_group_members=before.server_group_members)


def test_two_groups_for_a_vdu(service: Service) -> None:
    value = grouped(service.name)
    value['affinity_groups'].append({'name': 'near', 'policy': 'affinity'})
    value['vnfs'][0]['vdus'][0]['affinity_group'] = ['spread', 'near']
    service.write(value)
    refused(service.play(), f'{VDU}.affinity_group: 2 groups are given, but Nova takes one per server')
