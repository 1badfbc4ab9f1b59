# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers: what Neutron then says, changes in place, drift, others' interfaces, the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    log_size,
    plan_lines,
    refused,
    writes,
)


def routed(name: str, *links: str, external: str = 'public') -> dict[str, Any]:
    """Two virtual links and a router, no VDU: one link has a subnet with a gateway, one without, and one of IPv6."""
    return {'name': name, 'vims': {'default': {'cloud': 'sandbox'}},
            'routers': [{'name': 'gate', 'external_network': external, 'virtual_links': list(links)}],
            'virtual_links': [
                {'name': 'mgmt', 'existing': 'shared'},
                {'name': 'data', 'subnets': [{'cidr': '10.81.0.0/24'}]},
                {'name': 'wide', 'subnets': [{'cidr': '10.82.0.0/24'}, {'cidr': '10.83.0.0/24', 'gateway': None},
                                             {'cidr': 'fd00:82::/64', 'ipv6_address_mode': 'slaac', 'ipv6_ra_mode': 'slaac'}]},
                {'name': 'bare', 'subnets': [{'cidr': '10.84.0.0/24', 'gateway': None}]}]}


def router(service: Service) -> Any:
    (found,) = service.mine()['routers']
    return found


def connected(service: Service) -> list[str]:
    """Prefixes of the subnets that the router is on, as Neutron says."""
    network = service.project.cloud.network
    ids = {ip['subnet_id'] for port in network.ports(device_id=router(service).id, device_owner='network:router_interface')
           for ip in port.fixed_ips}
    return sorted(one.cidr for one in network.subnets() if one.id in ids)


@pytest.fixture
def second_external() -> Iterator[str]:
    """Another external network."""
    network = openstack.connect(cloud='sandbox-admin').network
    made = network.create_network(name='public-two', is_router_external=True, provider_network_type='vlan',
                                  provider_physical_network='physnet1', provider_segmentation_id=1999)
    network.create_subnet(network_id=made.id, ip_version=4, cidr='203.0.113.0/24', is_dhcp_enabled=False)
    try:
        yield made.name
    finally:
        network.delete_network(made)


def test_life(service: Service, project: Project, second_external: str) -> None:
    life = Life(service)
    network = project.cloud.network
    service.write(routed(service.name, 'data'))
    life.instantiate()
    life.assert_check_made_nothing()
    assert [(line.sign, line.kind, line.name, line.detail) for line in life.plan if line.kind == 'router'] == [
        ('+', 'router', f'{service.name}-gate', 'public, data')]
    made = router(service)
    assert made.external_gateway_info['network_id'] == network.find_network('public').id
    assert made.description.endswith('/gate/router')
    assert connected(service) == ['10.81.0.0/24']
    assert service.recorded()['routers'] == {made.id}
    life.assert_again_changes_nothing()

    # Behind our back
    (subnet,) = (one for one in service.mine()['subnets'] if one.cidr == '10.81.0.0/24')
    network.remove_interface_from_router(made, subnet_id=subnet.id)
    network.update_router(made, name='theirs')
    (line,) = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert line.sign == '~'
    assert line.detail == f'name theirs -> {service.name}-gate; data 10.81.0.0/24 is not connected'
    assert (router(service).name, connected(service)) == (f'{service.name}-gate', ['10.81.0.0/24'])

    # Another document: links, and the way out
    service.write(routed(service.name, 'wide', external=second_external))
    played = good(life.play('instantiate', '--diff'))
    assert [(line.sign, line.kind) for line in plan_lines(played.out)] == [('~', 'router')]
    assert connected(service) == ['10.82.0.0/24', 'fd00:82::/64']
    assert router(service).id == made.id
    assert router(service).external_gateway_info['network_id'] == network.find_network(second_external).id
    life.assert_again_changes_nothing()

    # A network goes with its interface, the router stays
    value = routed(service.name, 'data')
    value['virtual_links'] = [link for link in value['virtual_links'] if link['name'] != 'wide']
    service.write(value)
    good(life.play(nfv_allow_delete=True))
    assert connected(service) == ['10.81.0.0/24']
    assert router(service).id == made.id
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_interface_of_somebody_else_stays(service: Service, project: Project) -> None:
    network = project.cloud.network
    service.write(routed(service.name, 'data'))
    good(service.play())
    with contextlib.ExitStack() as close:
        theirs = network.create_network(name='theirs')
        close.callback(network.delete_network, theirs.id)
        subnet = network.create_subnet(network_id=theirs.id, ip_version=4, cidr='10.99.0.0/24')
        network.add_interface_to_router(router(service), subnet_id=subnet.id)
        (port,) = network.ports(network_id=theirs.id, device_owner='network:router_interface')
        assert changed_count(good(service.play()).out) == 0
        size = log_size()
        refused(service.play('terminate'), f'port {port.id} on network {theirs.id}', 'not of this NS', 'left alone')
        assert writes(size) == []
        assert connected(service) == ['10.81.0.0/24', '10.99.0.0/24']
        network.remove_interface_from_router(router(service), port_id=port.id)
    service.terminate()


def test_what_can_not_be_is_told_before_anything_is_made(service: Service, project: Project) -> None:
    before, size = project.ids(), log_size()
    value = routed(service.name, 'bare', 'mgmt', external='publik')
    value['routers'].append({'name': 'inner', 'external_network': 'shared'})
    service.write(value)
    refused(service.play(),
            'routers[0].external_network: publik is not an external network of VIM default; the nearest names are public',
            'routers[0].virtual_links[0]: bare has no subnet that a router can be on',
            'routers[0].virtual_links[1]: mgmt is the network shared of another project',
            'routers[1].external_network: shared is not an external network of VIM default but an ordinary one')
    assert (project.ids(), writes(size)) == (before, [])


def test_quotas(service: Service) -> None:
    admin = openstack.connect(cloud='sandbox-admin')
    tiny = admin.identity.find_project('tiny').id
    value = document(service.name, 1)
    value['vims']['default']['cloud'] = 'sandbox-tiny'
    value['routers'] = [{'name': 'gate', 'external_network': 'public', 'virtual_links': ['data']}]
    value['vnfs'][0]['vdus'][0]['interfaces'] = [{'name': 'eth0', 'virtual_link': 'data', 'floating_ip': True}]
    service.write(value)
    before = admin.network.get_quota(tiny)
    admin.network.update_quota(tiny, routers=0, floating_ips=0)
    try:
        refused(service.play(), 'vims.default.quota.router: 1 needed, 0 free (limit 0, used 0)',
                'vims.default.quota.floatingip: 1 needed, 0 free (limit 0, used 0)')
    finally:
        admin.network.update_quota(tiny, routers=before.routers, floating_ips=before.floating_ips)
