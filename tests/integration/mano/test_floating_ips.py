# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating IPs: what Neutron then says, drift, replacement of the server, a given address, a lost reply, the end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.proxy import Proxy, Rule, clouds_through
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    plan_lines,
    refused,
)


def floating(name: str, count: int, value: Any = True) -> dict[str, Any]:
    """A routed link, on which each instance has its only interface, managed through a floating IP."""
    described = document(name, count)
    del described['virtual_links'][0]
    described['routers'] = [{'name': 'gate', 'external_network': 'public', 'virtual_links': ['data']}]
    described['vnfs'][0]['vdus'][0]['interfaces'] = [
        {'name': 'eth0', 'virtual_link': 'data', 'management': True, **({'floating_ip': value} if value else {})}]
    return described


def by_port(project: Project) -> dict[str, Any]:
    """The project's floating IPs by the name of their port."""
    network = project.cloud.network
    ports = {one.id: one.name for one in network.ports(project_id=project.project_id)}
    return {ports.get(one.port_id, 'none'): one for one in network.ips()}


def entry(service: Service, index: int = 0) -> dict[str, Any]:
    """The record of one instance."""
    (vnf,) = service.facts('vnf')
    return vnf['resources'][f'vdu:web/front/{index}']


@pytest.fixture
def given(project: Project) -> Iterator[Any]:
    """A floating IP that the project has already."""
    network = project.cloud.network
    made = network.create_ip(floating_network_id=network.find_network('public').id, description='not of nfv.mano')
    yield made
    network.delete_ip(made.id)


def test_life(service: Service, project: Project) -> None:
    life, network, name = Life(service), project.cloud.network, service.name
    service.write(floating(name, 2))
    life.instantiate()
    life.assert_check_made_nothing()
    assert [(line.sign, line.name, line.detail) for line in life.plan if line.kind == 'floating_ip'] == [
        ('+', 'web/front/0/eth0', 'from public'), ('+', 'web/front/1/eth0', 'from public')]
    made = by_port(project)
    assert sorted(made) == [f'{name}-web-front-0-eth0', f'{name}-web-front-1-eth0']
    first = made[f'{name}-web-front-0-eth0']
    assert first.description.endswith('/web/front/0/floating_ip.eth0')
    assert first.floating_network_id == network.find_network('public').id
    assert entry(service)['floating_ips'] == {'eth0': {'id': first.id, 'address': first.floating_ip_address, 'owned': True}}
    assert entry(service)['management_address'] == first.floating_ip_address
    (vnf,) = service.facts('vnf')
    assert vnf['management_addresses'] == {
        f'front/{index}': made[f'{name}-web-front-{index}-eth0'].floating_ip_address for index in range(2)}
    life.assert_again_changes_nothing()

    # Behind our back: one is taken away, the other's server is deleted
    network.update_ip(first, port_id=None)
    server = project.servers(name)[f'{name}-web-front-1']
    project.cloud.compute.delete_server(server)
    wait_for(lambda: server.name not in project.servers(name), 60, 'server deleted')
    lines = {line.name: line for line in plan_lines(good(life.play('instantiate', '--diff')).out)}
    assert sorted(lines) == ['web/front/0/eth0', 'web/front/1']
    assert lines['web/front/0/eth0'].detail.startswith(f'{first.floating_ip_address} port none -> ')
    assert {key: one.id for key, one in by_port(project).items()} == {key: one.id for key, one in made.items()}
    life.assert_again_changes_nothing()

    # The document drops one instance, and the floating IPs of the rest
    service.write(floating(name, 1, value=None))
    good(life.play(nfv_allow_delete=True))
    assert not service.mine()['floating_ips']
    assert entry(service)['management_address'].startswith('10.81.0.')
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_given_address(service: Service, project: Project, given: Any) -> None:
    network, address = project.cloud.network, given.floating_ip_address
    before = project.ids()
    service.write(floating(service.name, 2, {'address': address}))
    refused(service.play(), 'is one address for 2 instances')
    service.write(floating(service.name, 1, {'address': '198.51.100.254'}))
    refused(service.play(), 'vnfs[0].vdus[0].interfaces[0].floating_ip.address: 198.51.100.254 is not a floating IP of this '
            'project in VIM default')
    service.write(floating(service.name, 1, {'address': address}))
    good(service.play())
    assert by_port(project)[f'{service.name}-web-front-0-eth0'].id == given.id
    assert entry(service)['floating_ips'] == {'eth0': {'id': given.id, 'address': address, 'owned': False}}
    assert changed_count(good(service.play()).out) == 0
    service.terminate()
    assert project.ids() == before
    left = network.get_ip(given.id)
    assert (left.port_id, left.description) == (None, 'not of nfv.mano')


@pytest.mark.slow
def test_address_in_use_is_refused(service: Service, project: Project, given: Any) -> None:
    network = project.cloud.network
    with contextlib.ExitStack() as close:
        theirs = network.create_network(name='theirs')
        close.callback(network.delete_network, theirs.id)
        subnet = network.create_subnet(network_id=theirs.id, ip_version=4, cidr='10.99.0.0/24')
        router = network.create_router(external_gateway_info={'network_id': network.find_network('public').id})
        close.callback(network.delete_router, router.id)
        network.add_interface_to_router(router, subnet_id=subnet.id)
        close.callback(network.remove_interface_from_router, router, subnet_id=subnet.id)
        port = network.create_port(network_id=theirs.id)
        close.callback(network.delete_port, port.id)
        network.update_ip(given, port_id=port.id)
        close.callback(network.update_ip, given, port_id=None)
        before = project.ids()
        service.write(floating(service.name, 1, {'address': given.floating_ip_address}))
        refused(service.play(), f'{given.floating_ip_address} is in use by port {port.id}, which is not of this NS')
        assert project.ids() == before
        assert network.get_ip(given.id).port_id == port.id


def test_link_without_a_way_out_is_refused(service: Service, project: Project) -> None:
    value = floating(service.name, 1)
    del value['routers']
    service.write(value)
    before = project.ids()
    refused(service.play(), 'vnfs[0].vdus[0].interfaces[0].floating_ip: data is on no router to public')
    assert project.ids() == before


@pytest.mark.slow
def test_reply_that_comes_too_late_makes_no_second_one(service: Service, project: Project) -> None:
    """It was asked for again before the first call arrived: Neutron refuses that, and nothing is there twice."""
    service.write(floating(service.name, 1))
    endpoint = project.cloud.network.get_endpoint()
    with Proxy(endpoint, Rule('POST', '/floatingips', hold=20.0)) as proxy:
        clouds = clouds_through(Path(os.environ['OS_CLIENT_CONFIG_FILE']), 'sandbox', service.folder, network=proxy.url)
        good(service.play(env={'OS_CLIENT_CONFIG_FILE': clouds}, nfv_timeouts={'adopt_window': 8, 'call': 5}))
        wait_for(lambda: bool(proxy.struck), 60, 'the call arrives')
        assert proxy.struck == [409]
    assert len(service.mine()['floating_ips']) == 1
    assert {one.id for one in service.mine()['floating_ips']} == service.recorded()['floating_ips']
    good(service.play())
    service.terminate()
