# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, ports, routers, floating IPs, trunks, QoS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.sandbox.support import Cloud, wait
from openstack import exceptions


@dataclass(frozen=True)
class Tenant:
    """A network of the demo project, its subnet and a router to the network `public`."""

    network: Any
    subnet: Any
    router: Any


@pytest.fixture(scope='module')
def tenant(module_cloud: Cloud) -> Iterator[Tenant]:
    network = module_cloud.demo.network
    net = network.create_network(name='test-net')
    pools = [{'start': '192.168.77.10', 'end': '192.168.77.99'}]
    subnet = network.create_subnet(
        network_id=net.id, ip_version=4, name='test-subnet', cidr='192.168.77.0/24', allocation_pools=pools
    )
    gateway = {'network_id': module_cloud.network_id('public')}
    router = network.create_router(name='test-router', external_gateway_info=gateway)
    network.add_interface_to_router(router, subnet_id=subnet.id)
    yield Tenant(net, subnet, router)
    network.remove_interface_from_router(router, subnet_id=subnet.id)
    network.delete_router(router)
    network.delete_network(net)


def test_floating_ip_shows_in_the_servers_addresses(cloud: Cloud, tenant: Tenant) -> None:
    server = cloud.server(networks=[{'uuid': tenant.network.id}])
    port = next(cloud.demo.network.ports(device_id=server.id))
    floating = cloud.demo.network.create_ip(floating_network_id=cloud.network_id('public'), port_id=port.id)
    cloud.later(lambda: cloud.demo.network.delete_ip(floating))

    def addresses() -> list[str]:
        return [one['addr'] for net in cloud.get(server).addresses.values() for one in net]

    wait(lambda: floating.floating_ip_address in addresses(), 'not in the addresses', 20)


def test_port_with_fixed_ip_mac_group_and_address_pair(cloud: Cloud, tenant: Tenant) -> None:
    group = cloud.demo.network.create_security_group(name='test-group')
    cloud.later(lambda: cloud.demo.network.delete_security_group(group))
    cloud.demo.network.create_security_group_rule(
        security_group_id=group.id, direction='ingress', protocol='tcp', port_range_min=22, port_range_max=22
    )
    port = cloud.port(
        'test-net',
        mac_address='fa:16:3e:00:77:01',
        fixed_ips=[{'subnet_id': tenant.subnet.id, 'ip_address': '192.168.77.200'}],
        security_groups=[group.id],
        allowed_address_pairs=[{'ip_address': '192.168.77.250'}],
    )
    server = cloud.server(networks=[{'port': port.id}])
    now = cloud.demo.network.get_port(port.id)
    assert (now.status, now.device_id, now.mac_address) == ('ACTIVE', server.id, 'fa:16:3e:00:77:01')
    assert [one['name'] for one in server.security_groups] == ['test-group']
    with pytest.raises(exceptions.ConflictException):
        cloud.port('test-net', fixed_ips=[{'subnet_id': tenant.subnet.id, 'ip_address': '192.168.77.200'}])


def test_port_security_off(cloud: Cloud, tenant: Tenant) -> None:
    port = cloud.port('test-net', is_port_security_enabled=False, security_groups=[])
    cloud.server(networks=[{'port': port.id}])
    now = cloud.admin.network.get_port(port.id)
    assert (now.is_port_security_enabled, now.status, now.binding_vif_type) == (False, 'ACTIVE', 'ovs')


@pytest.mark.slow
def test_attach_and_detach_an_interface(cloud: Cloud, tenant: Tenant, server: Any) -> None:
    interface = cloud.demo.compute.create_server_interface(server, net_id=tenant.network.id)
    wait(lambda: cloud.demo.network.get_port(interface.port_id).status == 'ACTIVE', 'port is not ACTIVE')
    cloud.demo.compute.delete_server_interface(interface.port_id, server=server)
    wait(lambda: not cloud.demo.network.find_port(interface.port_id), 'port stays')


@pytest.mark.slow
def test_trunk(cloud: Cloud, tenant: Tenant) -> None:
    parent = cloud.port('test-net')
    child = cloud.port()
    sub_port = {'port_id': child.id, 'segmentation_type': 'vlan', 'segmentation_id': 101}
    trunk = cloud.demo.network.create_trunk(name='test', port_id=parent.id, sub_ports=[sub_port])
    cloud.later(lambda: cloud.demo.network.delete_trunk(trunk))
    cloud.server(networks=[{'port': parent.id}])
    assert [one['port_id'] for one in cloud.demo.network.get_trunk(trunk).sub_ports] == [child.id]


@pytest.mark.slow
def test_qos_policy(cloud: Cloud) -> None:
    policy = cloud.admin.network.create_qos_policy(name='test', is_shared=True)
    cloud.later(lambda: cloud.admin.network.delete_qos_policy(policy))
    cloud.admin.network.create_qos_bandwidth_limit_rule(policy, max_kbps=1000, max_burst_kbps=100)
    assert cloud.port(qos_policy_id=policy.id).qos_policy_id == policy.id


def test_provider_attributes(cloud: Cloud) -> None:
    network = cloud.admin.network.create_network(
        name='test-provider',
        provider_network_type='vlan',
        provider_physical_network='physnet1',
        provider_segmentation_id=222,
    )
    cloud.later(lambda: cloud.admin.network.delete_network(network))
    assert network.provider_segmentation_id == 222
    with pytest.raises(exceptions.ForbiddenException):
        cloud.demo.network.create_network(name='test-provider', provider_network_type='vlan')


def test_a_member_cannot_use_the_other_projects_things(cloud: Cloud, tenant: Tenant) -> None:
    import openstack

    two = openstack.connect(cloud='sandbox-two')
    assert two.network.find_network(tenant.network.id) is None
    assert two.network.find_network('shared') is not None


def test_virtual_function_and_whole_card(cloud: Cloud) -> None:
    """Each host has cards of its own; the port says which one it got."""
    slots = {}
    for kind in ('direct', 'direct-physical'):
        port = cloud.port(binding_vnic_type=kind)
        cloud.server(networks=[{'port': port.id}])
        bound = cloud.admin.network.get_port(port.id)
        slots[kind] = bound.binding_profile['pci_slot']
        assert bound.binding_profile['physical_network'] == 'physnet2'
        assert slots[kind].startswith(f'0000:2{bound.binding_host_id[-1]}:')
    assert len(set(slots.values())) == 2
