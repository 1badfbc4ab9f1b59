# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks: what Neutron then has, subports that come, go and change, drift, heal, kills, the end."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import Project, document, good, plan_lines

VLANS = {'red': 100, 'blue': 200}


def trunked(name: str, vlans: dict[str, int], count: int = 1) -> dict[str, Any]:
    """Instances with one interface, whose VLANs are on links of their own."""
    value = document(name, count)
    value['virtual_links'] = [{'name': link, 'subnets': [{'cidr': f'10.{at}.0.0/24'}]}
                              for at, link in ((81, 'data'), (82, 'red'), (83, 'blue'))]
    value['vnfs'][0]['vdus'][0]['interfaces'] = [{'name': 'eth0', 'virtual_link': 'data', 'subports': [
        {'name': link, 'virtual_link': link, 'segmentation_id': vlan} for link, vlan in vlans.items()]}]
    return value


def trunks(service: Service) -> list[Any]:
    return sorted((one for one in service.project.cloud.network.trunks() if one.name.startswith(f'{service.name}-')),
                  key=lambda one: one.name)


def vlans(service: Service) -> dict[str, int]:
    """VLAN ids by network of the only trunk's subports."""
    (trunk,) = trunks(service)
    there = service.mine()
    nets = {one.id: one.name.removeprefix(f'{service.name}-') for one in there['networks']}
    links = {one.id: nets[one.network_id] for one in there['ports']}
    return {links[one['port_id']]: one['segmentation_id'] for one in trunk.sub_ports}


def agrees(service: Service) -> None:
    """The record has what is there, trunks too, and nothing is there twice."""
    assert service.recorded() == {kind: {one.id for one in rows} for kind, rows in service.mine().items()}
    (vnf,) = service.facts('vnf')
    assert {one['id'] for entry in vnf['resources'].values() for one in entry.get('trunks', {}).values()} == {
        one.id for one in trunks(service)}


def test_made_and_deleted(service: Service, project: Project) -> None:
    life = Life(service)
    service.write(trunked(service.name, VLANS))
    life.instantiate()
    life.assert_check_made_nothing()
    assert [line.detail for line in life.plan if line.kind == 'vdu'] == ['cirros, m1.tiny, 1 interface, 2 subports']
    (server,) = service.mine()['servers']
    (trunk,) = trunks(service)
    assert (trunk.name, server.status) == (f'{service.name}-web-front-0-eth0', 'ACTIVE')
    assert trunk.description.endswith('/web/front/0/trunk.eth0')
    assert project.cloud.network.get_port(trunk.port_id).device_id == server.id
    assert vlans(service) == VLANS
    agrees(service)
    life.assert_again_changes_nothing()
    life.assert_terminate_leaves_the_project_as_it_was()
    assert trunks(service) == []


@pytest.mark.slow
def test_life(service: Service, project: Project) -> None:
    life, network = Life(service), project.cloud.network
    service.write(trunked(service.name, VLANS))
    life.instantiate()
    (trunk,), (server,) = trunks(service), service.mine()['servers']

    # Another VLAN id for one, the other one goes: the very trunk and server
    service.write(trunked(service.name, {'red': 101}))
    (line,) = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert (line.sign, line.detail) == ('~', 'subport eth0/red VLAN 100 -> 101; subport eth0/blue VLAN 200 -> none')
    assert vlans(service) == {'red': 101}
    agrees(service)
    life.assert_again_changes_nothing()
    service.write(trunked(service.name, VLANS))
    good(life.play())
    assert vlans(service) == VLANS

    # Behind our back: one is taken off, somebody puts one of their own on
    blue = next(one for one in service.mine()['ports'] if one.name.endswith('-eth0-blue'))
    theirs = network.create_port(network_id=network.find_network('shared').id, name='theirs')
    network.delete_trunk_subports(trunk, [{'port_id': blue.id}])
    network.add_trunk_subports(trunk, [{'port_id': theirs.id, 'segmentation_id': 300, 'segmentation_type': 'vlan'}])
    try:
        (line,) = plan_lines(good(life.play('instantiate', '--diff')).out)
        assert (line.sign, line.detail) == ('~', 'subport eth0/blue VLAN none -> 200')
        assert {one['port_id']: one['segmentation_id'] for one in trunks(service)[0].sub_ports}[theirs.id] == 300
        life.assert_again_changes_nothing()
        network.delete_trunk_subports(trunk, [{'port_id': theirs.id}])
    finally:
        network.delete_port(theirs)

    # Somebody deletes the server: another one is on the very trunk
    project.cloud.compute.delete_server(server)
    wait_for(lambda: not service.mine()['servers'], 60, 'server deleted')
    good(life.play())
    assert service.mine()['servers'][0].id != server.id
    assert [one.id for one in trunks(service)] == [trunk.id]
    assert vlans(service) == VLANS

    # An interface that is a trunk no more, and one again: the server stays
    server = service.mine()['servers'][0]
    service.write(trunked(service.name, {}))
    (line,) = [line for line in plan_lines(good(life.play('instantiate', '--diff')).out) if line.kind == 'vdu']
    assert (line.sign, line.detail) == ('~', 'interface eth0 is a trunk no more (detach, attach)')
    assert trunks(service) == []
    agrees(service)
    life.assert_again_changes_nothing()
    service.write(trunked(service.name, VLANS))
    good(life.play())
    assert [one.id for one in service.mine()['servers']] == [server.id]
    assert vlans(service) == VLANS
    agrees(service)
    life.assert_again_changes_nothing()
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/trunk:1:after', 'made/trunk:1:lost', 'made/port:1:lost'])
def test_killed_and_run_again(service: Service, project: Project, point: str) -> None:
    before = project.ids()
    service.write(trunked(service.name, VLANS, 2))
    assert service.injected(f'KILL:{point}').rc != 0
    good(service.play())
    assert [len(one.sub_ports) for one in trunks(service)] == [2, 2]
    agrees(service)
    service.terminate()
    assert project.ids() == before
    assert trunks(service) == []
