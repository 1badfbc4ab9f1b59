# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is not as its document says: changed behind our back, or by another document; the same command mends it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
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
    refused,
    writes,
)

Mutation = Callable[['Site'], None]


class Site(NamedTuple):
    """The service under test, and a security group of somebody else."""

    life: Life
    group: Any

    @property
    def cloud(self) -> Any:
        return self.life.project.cloud

    @property
    def name(self) -> str:
        return self.life.service.name

    def server(self, index: int = 0) -> Any:
        return self.life.project.servers(self.name)[f'{self.name}-web-front-{index}']

    def port(self, interface: str, index: int = 0) -> Any:
        (found,) = self.cloud.network.ports(name=f'{self.name}-web-front-{index}-{interface}')
        return found

    def net(self) -> Any:
        (found,) = self.life.service.mine()['networks']
        return found

    def subnet(self) -> Any:
        (found,) = self.cloud.network.subnets(network_id=self.net().id)
        return found

    def describe(self, count: int = 2, **more: Any) -> dict[str, Any]:
        """The document; ``more`` are keys of the VDU."""
        value = document(self.name, count, metadata={'tier': 'web', 'owner': 'us'}, **more)
        value['virtual_links'][1]['subnets'][0]['dns'] = ['10.81.0.2']
        value['vnfs'][0]['vdus'][0]['interfaces'][1]['security_groups'] = ['default']
        return value


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    network = module_service.project.cloud.network
    group = network.create_security_group(name=f'group-{uuid.uuid4().hex[:8]}')
    try:
        one = Site(Life(module_service), group)
        module_service.write(one.describe())
        good(one.life.play())
        yield one
    finally:
        module_service.close()
        network.delete_security_group(group)


# Behind our back ---------------------------------------------------------------------------------------------------


def _delete_server(site: Site) -> None:
    server = site.server()
    site.cloud.compute.delete_server(server)
    wait_for(lambda: server.name not in site.life.project.servers(site.name), 60, 'server deleted')


def _stop(site: Site) -> None:
    site.cloud.compute.stop_server(site.server())
    wait_for(lambda: site.server().status == 'SHUTOFF', 60, 'server stopped')


def _update_port(site: Site, **values: Any) -> None:
    site.cloud.network.update_port(site.port('eth1'), **values)


#: What somebody does, the sign and what the plan says of it, and whether it is mended then.
DRIFT: dict[str, tuple[Mutation, str, str, Callable[[Site], bool]]] = {
    'metadata changed': (
        lambda site: site.cloud.compute.set_server_metadata(site.server(), tier='other'),
        '~', 'metadata tier other -> web', lambda site: site.server().metadata['tier'] == 'web'),
    'metadata removed': (
        lambda site: site.cloud.compute.delete_server_metadata(site.server(), ['owner']),
        '~', 'metadata owner none -> us', lambda site: site.server().metadata['owner'] == 'us'),
    'renamed': (
        lambda site: site.cloud.compute.update_server(site.server(1), name=f'{site.name}-other'),
        '~', 'name {name}-other -> {name}-web-front-1', lambda site: site.server(1).status == 'ACTIVE'),
    'stopped': (_stop, '~', 'status SHUTOFF -> ACTIVE', lambda site: site.server().status == 'ACTIVE'),
    'security group': (
        lambda site: _update_port(site, security_groups=[site.group.id]),
        '~', 'interface eth1 security groups {group} -> default',
        lambda site: site.group.id not in site.port('eth1').security_group_ids),
    'subnet': (
        lambda site: site.cloud.network.update_subnet(site.subnet(), dns_nameservers=['9.9.9.9']),
        '~', '10.81.0.0/24 dns 9.9.9.9 -> 10.81.0.2', lambda site: site.subnet().dns_nameservers == ['10.81.0.2']),
    'network renamed': (
        lambda site: site.cloud.network.update_network(site.net(), name=f'{site.name}-another'),
        '~', 'name {name}-another -> {name}-data', lambda site: site.net().name == f'{site.name}-data'),
    'server deleted': (_delete_server, '+', 'it is gone from the VIM', lambda site: site.server().status == 'ACTIVE'),
}


@pytest.mark.parametrize('what', DRIFT)
def test_drift_is_shown_and_put_back(site: Site, what: str) -> None:
    mutate, sign, text, is_mended = DRIFT[what]
    ports = {one.id for one in site.life.service.mine()['ports']}
    mutate(site)
    played = good(site.life.play('instantiate', '--diff'))
    (line,) = plan_lines(played.out)
    assert line.sign == sign
    assert text.format(name=site.name, group=site.group.id) in line.detail
    assert changed_count(played.out) == 1
    assert is_mended(site)
    # Also a new server stands on the ports of the old one
    assert {one.id for one in site.life.service.mine()['ports']} == ports


def test_a_lost_interface_comes_back_to_the_same_server(site: Site) -> None:
    """Detached, and its port deleted."""
    port, server = site.port('eth1', 1), site.server(1)
    site.cloud.compute.delete_server_interface(port.id, server=server)
    wait_for(lambda: not site.port('eth1', 1).device_id, 60, 'interface detached')
    site.cloud.network.delete_port(port)
    (line,) = plan_lines(good(site.life.play('instantiate', '--diff')).out)
    assert 'interface eth1 has no port (attach)' in line.detail
    assert site.server(1).id == server.id == site.port('eth1', 1).device_id


def test_all_is_as_it_was(site: Site) -> None:
    site.life.assert_again_changes_nothing()


# Another document ---------------------------------------------------------------------------------------------------


def test_count_up(site: Site) -> None:
    before = site.life.project.ids()
    site.life.service.write(site.describe(3))
    checked = good(site.life.play('update', '--check', '--diff'))
    assert [(line.sign, line.kind, line.name) for line in plan_lines(checked.out)] == [('+', 'vdu', 'web/front/2')]
    assert site.life.project.ids() == before
    assert changed_count(good(site.life.play('update')).out) == 1
    after = site.life.project.ids()
    assert after['servers'] - before['servers'] == {site.server(2).id}
    assert len(after['ports'] - before['ports']) == 2
    assert all(after[kind] >= before[kind] for kind in before)


def test_count_down_has_to_be_meant(site: Site) -> None:
    gone, before, size = site.server(2).id, site.life.project.ids(), log_size()
    site.life.service.write(site.describe(2))
    refused(site.life.play(), 'vdu:web/front/2', 'would be deleted', 'nfv_allow_delete')
    assert (writes(size), site.life.project.ids()) == ([], before)
    played = good(site.life.play('instantiate', '--diff', nfv_allow_delete=True))
    assert [(line.sign, line.kind, line.name) for line in plan_lines(played.out)] == [('-', 'vdu', 'web/front/2')]
    after = site.life.project.ids()
    assert before['servers'] - after['servers'] == {gone}
    assert len(before['ports'] - after['ports']) == 2


def test_attributes_change_in_place(site: Site) -> None:
    """All at once: metadata, tags, security groups, port security, name servers and gateway; the servers stay."""
    value = site.describe(2, tags=['blue'])
    vdu = value['vnfs'][0]['vdus'][0]
    vdu['metadata'] = {'tier': 'database'}
    vdu['interfaces'][1]['security_groups'] = [site.group.name]
    value['virtual_links'][1]['subnets'][0].update(dns=['10.81.0.3', '10.81.0.4'], gateway=None)
    before = {site.server(index).id for index in range(2)}
    site.life.service.write(value)
    played = good(site.life.play('instantiate', '--diff'))
    assert {line.sign for line in plan_lines(played.out)} == {'~'}
    assert {site.server(index).id for index in range(2)} == before
    for index in range(2):
        server = site.server(index)
        assert (server.metadata['tier'], 'owner' in server.metadata, 'blue' in server.tags) == ('database', False, True)
        assert site.port('eth1', index).security_group_ids == [site.group.id]
    assert (site.subnet().dns_nameservers, site.subnet().gateway_ip) == (['10.81.0.3', '10.81.0.4'], None)
    site.life.assert_again_changes_nothing()


def test_port_security_off_and_on(site: Site) -> None:
    """On a network of its own a member may; the security groups go with it."""
    value = site.describe(2)
    interface = value['vnfs'][0]['vdus'][0]['interfaces'][1]
    del interface['security_groups']
    interface['port_security'] = False
    site.life.service.write(value)
    good(site.life.play())
    assert [site.port('eth1', index).is_port_security_enabled for index in range(2)] == [False, False]
    interface['port_security'] = True
    site.life.service.write(value)
    good(site.life.play())
    for index in range(2):
        port = site.port('eth1', index)
        assert port.is_port_security_enabled is True
        assert [site.cloud.network.get_security_group(one).name for one in port.security_group_ids] == ['default']


def test_terminate(site: Site) -> None:
    site.life.service.terminate()
