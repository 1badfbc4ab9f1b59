# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed document changes servers where they are: the same server, the same ports, and the second run has nothing to do."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    changed_count,
    document,
    good,
    log_size,
    plan_lines,
    refused,
    writes,
)

MGMT, DATA = {'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'data'}
MORE = {'name': 'eth2', 'virtual_link': 'data'}
VDU = {'description': 'in front', 'metadata': {'tier': 'web'}, 'tags': ['blue']}


class Site(NamedTuple):
    """One VDU instance, and two flavors that differ in memory only."""

    life: Life
    admin: Any
    flavors: tuple[str, str]

    @property
    def cloud(self) -> Any:
        return self.life.project.cloud

    @property
    def server(self) -> Any:
        """The one server as Nova says it is."""
        name = self.life.service.name
        return self.cloud.compute.get_server(self.life.project.servers(name)[f'{name}-web-front-0'])

    @property
    def ports(self) -> dict[str, Any]:
        """Ports on the server, by interface."""
        server = self.server
        return {one.name.removeprefix(f'{server.name}-'): one for one in self.cloud.network.ports(device_id=server.id)}

    def describe(self, **more: Any) -> dict[str, Any]:
        """Write the document; ``more`` are keys of the VDU."""
        return self.life.service.write(document(self.life.service.name, 1, **{
            'flavor': self.flavors[0], **VDU, **more}))

    def actions(self, name: str) -> int:
        """How often Nova was asked for something, by the server's own log."""
        return sum(one.action == name for one in self.cloud.compute.server_actions(self.server.id))

    def update(self, told: str, **options: Any) -> None:
        """Run the document: one line that tells this, the same server, all well; and the same again changes nothing."""
        server_id = self.server.id
        played = good(self.life.play('instantiate', '--diff', **options))
        lines = plan_lines(played.out)
        assert [line.sign for line in lines] == ['~']
        assert told in lines[0].detail
        self.assert_settled(server_id)
        assert changed_count(good(self.life.play(**options)).out) == 0

    def assert_settled(self, server_id: str) -> None:
        """The server is the same, ACTIVE, and has all that it had of us."""
        server = self.server
        assert (server.id, server.status, server.task_state) == (server_id, 'ACTIVE', None)
        assert (server.description, server.metadata['tier'], 'blue' in server.tags) == ('in front', 'web', True)
        assert self.life.service.state() == 'COMPLETED'
        assert self.life.service.recorded()['ports'] == {one.id for one in self.ports.values()}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    admin = openstack.connect(cloud='sandbox-admin')
    names = (f'{module_service.name}-a', f'{module_service.name}-b')
    made = [admin.compute.create_flavor(name=name, vcpus=1, ram=ram, disk=2) for name, ram in zip(names, (512, 640))]
    try:
        one = Site(Life(module_service), admin, names)
        one.describe()
        good(one.life.play())
        yield one
    finally:
        module_service.close()
        for flavor in made:
            admin.compute.delete_flavor(flavor)


# Flavor ------------------------------------------------------------------------------------------------------------


def test_another_flavor_resizes(site: Site) -> None:
    ports = {name: one.id for name, one in site.ports.items()}
    site.describe(flavor=site.flavors[1])
    site.update(f'1 vCPU, 512 MiB) -> {site.flavors[1]} (1 vCPU, 640 MiB) (resize)')
    assert site.server.flavor.original_name == site.flavors[1]
    assert {name: one.id for name, one in site.ports.items()} == ports


#: Entries of a resize, and the flavor (place in Site.flavors) that it leads to.
RESIZE_POINTS = {'intent/resize:1:after': 0, 'changed:1:after': 1, 'intent/confirm:1:after': 0, 'settled:3:lost': 1}


@pytest.mark.slow
@pytest.mark.parametrize('point', RESIZE_POINTS)
def test_a_resize_that_is_killed_goes_on(site: Site, point: str) -> None:
    server_id = site.server.id
    wanted = site.flavors[RESIZE_POINTS[point]]
    if site.server.flavor.original_name == wanted:
        site.describe(flavor=site.flavors[1 - RESIZE_POINTS[point]])
        good(site.life.play())
    before = site.actions('resize')
    site.describe(flavor=wanted)
    assert site.life.service.injected(f'KILL:{point}').rc != 0
    good(site.life.play())
    site.assert_settled(server_id)
    assert (site.server.flavor.original_name, site.actions('resize')) == (wanted, before + 1)


@pytest.mark.slow
def test_somebody_elses_resize_is_reverted(site: Site) -> None:
    now, other = site.server.flavor.original_name, next(one for one in site.flavors if one != site.server.flavor.original_name)
    site.describe(flavor=now)
    good(site.life.play())
    site.cloud.compute.resize_server(site.server, next(one for one in site.cloud.compute.flavors() if one.name == other).id)
    wait_for(lambda: site.server.status == 'VERIFY_RESIZE', 60, 'resized')
    site.update('(revert)')
    assert site.server.flavor.original_name == now


def test_a_smaller_disk_is_refused(site: Site) -> None:
    site.describe(flavor='m1.tiny')
    size = log_size()
    refused(site.life.play(), 'disk 2 GiB -> 1 GiB', 'a resize can not make a disk smaller')
    assert writes(size) == []


@pytest.mark.slow
def test_a_resize_that_no_host_takes_has_failed(site: Site) -> None:
    server_id, before = site.server.id, site.server.flavor.original_name
    site.describe(flavor='m1.huge')
    refused(site.life.play(), 'resize server', 'ACTIVE with flavor')
    assert (site.life.service.state(), site.server.status) == ('FAILED_TEMP', 'ACTIVE')
    site.describe(flavor=before)
    good(site.life.play())
    site.assert_settled(server_id)


# Root disk ---------------------------------------------------------------------------------------------------------


def test_another_image_and_user_data_rebuild_when_it_is_meant(site: Site) -> None:
    ports = {name: (one.id, one.mac_address, one.fixed_ips) for name, one in site.ports.items()}
    site.describe(flavor=site.server.flavor.original_name, image='ubuntu', cloud_init={'text': 'one'})
    size = log_size()
    refused(site.life.play(), 'would be rebuilt, and lose what is on its root disk', 'nfv_allow_delete')
    assert writes(size) == []
    site.update('image cirros -> ubuntu, user data has changed (rebuild', nfv_allow_delete=True)
    server = site.admin.compute.get_server(site.server.id)
    assert site.cloud.image.get_image(server.image.id).name == 'ubuntu'
    assert base64.b64decode(server.user_data).decode() == 'one'
    assert {name: (one.id, one.mac_address, one.fixed_ips) for name, one in site.ports.items()} == ports


@pytest.mark.slow
@pytest.mark.parametrize(('point', 'rebuilds'), [
    ('changed:1:after', 1), ('intent/rebuild:1:after', 1),
    ('settled:1:lost', 1)])
def test_a_rebuild_that_is_killed_goes_on_and_is_done_once(site: Site, point: str, rebuilds: int) -> None:
    server_id, before = site.server.id, site.actions('rebuild')
    site.describe(flavor=site.server.flavor.original_name, image='ubuntu', cloud_init={'text': point})
    assert site.life.service.injected(f'KILL:{point}', nfv_allow_delete=True).rc != 0
    good(site.life.play(nfv_allow_delete=True))
    site.assert_settled(server_id)
    assert site.actions('rebuild') == before + rebuilds
    assert base64.b64decode(site.admin.compute.get_server(server_id).user_data).decode() == point


# Interfaces --------------------------------------------------------------------------------------------------------


@pytest.fixture
def plain(site: Site) -> dict[str, Any]:
    """What the tests of interfaces leave as it is."""
    server = site.admin.compute.get_server(site.server.id)
    booted = {'cloud_init': {'text': base64.b64decode(server.user_data).decode()}} if server.user_data else {}
    return {'flavor': server.flavor.original_name, 'image': site.cloud.image.get_image(server.image.id).name, **booted}


def test_an_interface_comes_and_goes(site: Site, plain: dict[str, Any]) -> None:
    before = {name: one.id for name, one in site.ports.items()}
    site.describe(**plain, interfaces=[MGMT, DATA, MORE])
    site.update('interface eth2 is new (attach)')
    assert {name: site.ports[name].id for name in before} == before
    assert set(site.ports) == {'eth0', 'eth1', 'eth2'}
    site.describe(**plain, interfaces=[MGMT, MORE])
    site.update('interface eth1 data -> none (detach)')
    assert set(site.ports) == {'eth0', 'eth2'}
    assert before['eth1'] not in site.life.project.ids()['ports']


@pytest.mark.slow
def test_an_interface_moves_to_another_network(site: Site, plain: dict[str, Any]) -> None:
    site.describe(**plain, interfaces=[{**MGMT, 'virtual_link': 'data'}, MORE])
    site.update("interface eth0 mgmt -> data (detach, attach) (comes last in the guest's order)")
    (net,) = site.life.service.mine()['networks']
    assert site.ports['eth0'].network_id == net.id


def test_a_port_that_somebody_detached_is_attached_again(site: Site, plain: dict[str, Any]) -> None:
    site.describe(**plain, interfaces=[MGMT, DATA])
    good(site.life.play())
    port = site.ports['eth1']
    site.cloud.compute.delete_server_interface(port.id, server=site.server)
    wait_for(lambda: 'eth1' not in site.ports, 60, 'interface detached')
    site.update('interface eth1 is not attached')
    assert site.ports['eth1'].id == port.id


@pytest.mark.slow
@pytest.mark.parametrize('point', [
    'intent/attach:1:after', 'intent/detach:1:after', 'gone:1:lost', 'intent/port:1:after', 'made/port:1:lost', 'settled:2:lost'])
def test_changed_interfaces_are_completed_after_a_kill(site: Site, plain: dict[str, Any], point: str) -> None:
    site.describe(**plain, interfaces=[MGMT, DATA])
    good(site.life.play())
    server_id = site.server.id
    site.describe(**plain, interfaces=[MGMT, {**DATA, 'virtual_link': 'mgmt'}, MORE])
    assert site.life.service.injected(f'KILL:{point}').rc != 0
    good(site.life.play())
    site.assert_settled(server_id)
    assert set(site.ports) == {'eth0', 'eth1', 'eth2'}
    assert site.ports['eth1'].network_id == site.ports['eth0'].network_id
    assert site.life.service.recorded()['ports'] == {one.id for one in site.life.service.mine()['ports']}
    assert changed_count(good(site.life.play()).out) == 0


# Subnets and ports -------------------------------------------------------------------------------------------------


def _subnets(site: Site, *cidrs: str, **vdu: Any) -> None:
    value = site.describe(**vdu)
    value['virtual_links'][1]['subnets'] = [{'cidr': cidr} for cidr in cidrs]
    site.life.service.write(value)


def test_a_subnet_is_taken_out_and_ports_move_off_it(site: Site, plain: dict[str, Any]) -> None:
    server_id = site.server.id
    for cidrs in (['10.81.0.0/24'], ['10.81.0.0/24', '10.82.0.0/24']):
        _subnets(site, *cidrs, **plain)
        good(site.life.play())
    port = site.ports['eth1']
    (old,) = (one for one in site.life.service.mine()['subnets'] if one.cidr == '10.81.0.0/24')
    foreign = site.cloud.network.create_port(network_id=old.network_id, name='theirs', fixed_ips=[{'subnet_id': old.id}])
    _subnets(site, '10.82.0.0/24', **plain)
    try:
        refused(site.life.play(), 'addresses of 1 ports', f'theirs {foreign.id}')
    finally:
        site.cloud.network.delete_port(foreign)
    lines = plan_lines(good(site.life.play('instantiate', '--diff')).out)
    assert {(line.sign, line.kind) for line in lines} == {('~', 'net'), ('~', 'vdu')}
    site.assert_settled(server_id)
    assert [one.cidr for one in site.life.service.mine()['subnets']] == ['10.82.0.0/24']
    assert site.ports['eth1'].id == port.id
    assert site.ports['eth1'].fixed_ips[0]['ip_address'].startswith('10.82.0.')
    assert changed_count(good(site.life.play()).out) == 0


@pytest.mark.slow
def test_port_security_on_again_has_the_default_group(site: Site, plain: dict[str, Any]) -> None:
    for interface, told in (({**DATA, 'port_security': False}, 'port_security true -> false'),
                            (DATA, 'security groups none -> default')):
        value = site.describe(**plain, interfaces=[MGMT, interface])
        value['virtual_links'][1]['subnets'] = [{'cidr': '10.82.0.0/24'}]
        site.life.service.write(value)
        site.update(told)
    groups = {one.id: one.name for one in site.cloud.network.security_groups(project_id=site.life.project.project_id)}
    assert [groups[one] for one in site.ports['eth1'].security_group_ids] == ['default']
    assert site.ports['eth1'].is_port_security_enabled is True


@pytest.mark.slow
def test_a_resize_that_breaks_the_server_is_told_and_replaced_when_that_is_meant(site: Site, plain: dict[str, Any]) -> None:
    server, ports = site.server, {one.id for one in site.ports.values()}
    other = next(one for one in site.flavors if one != plain['flavor'])
    site.cloud.compute.set_server_metadata(server, **{'sandbox:fault': 'migrate'})
    _subnets(site, '10.82.0.0/24', **{**plain, 'flavor': other})
    refused(site.life.play(), 'resize server', 'sandbox fault: migrate')
    refused(site.life.play(), 'in ERROR', 'nfv_allow_delete')
    good(site.life.play(nfv_allow_delete=True))
    assert site.server.id != server.id
    assert {one.id for one in site.ports.values()} == ports


def test_terminate(site: Site) -> None:
    site.life.service.terminate()
