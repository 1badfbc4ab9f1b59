# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project member may not do: told with the right that is missing, or done by the VIM's admin_cloud."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    document,
    good,
    log_size,
    plan_lines,
    play,
    refused,
    writes,
)

VDU = 'vnfs[0].vdus[0]'
#: No flavor of the sandbox has it.
SHAPE = {'vcpus': 3, 'ram_mib': 768, 'disk_gib': 2}
NAME = 'nfv-3c-768m-2g'
PROVIDER = {'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 731}


def privileged(name: str, **vim: Any) -> dict[str, Any]:
    """A document that takes an administrator: a provider network and a flavor that is not there."""
    value = document(name, 1, flavor=SHAPE)
    value['virtual_links'][1]['provider'] = PROVIDER
    value['vims']['default'].update(vim)
    return value


def test_every_missing_right_is_told_before_anything_is_made(service: Service, project: Project) -> None:
    value = privileged(service.name)
    vdu = value['vnfs'][0]['vdus'][0]
    vdu['host'] = 'compute1'
    vdu['interfaces'][0].update(ip_addresses=['10.10.7.7'], port_security=False, mac_addresses=['fa:16:3e:00:00:07'])
    service.write(value)
    before, size = project.ids(), log_size()
    refused(service.play(),
            'virtual_links[1].provider: provider attributes need the right create_network:provider:network_type, '
            'create_network:provider:physical_network, create_network:provider:segmentation_id',
            f'{VDU}.host: compute1', 'os_compute_api:servers:create:forced_host',
            f'{VDU}.interfaces[0].ip_addresses', 'create_port:fixed_ips:ip_address',
            f'{VDU}.interfaces[0].mac_addresses', 'create_port:mac_address',
            f'{VDU}.interfaces[0].port_security', 'create_port:port_security_enabled',
            f'{VDU}.flavor', '3 vCPU, 768 MiB, 2 GiB', 'os_compute_api:os-flavor-manage:create')
    assert writes(size) == []
    assert project.ids() == before
    assert service.state() == 'ROLLED_BACK'


@pytest.mark.slow
def test_dry_run_tells_the_same(service: Service) -> None:
    service.write(privileged(service.name))
    told = play('instantiate', '--check', **service.variables('instantiate'))
    refused(told, 'create_network:provider:network_type', 'os_compute_api:os-flavor-manage:create')
    assert not service.state_dir.exists()


def test_flavors_are_not_made_where_that_is_not_wanted(service: Service, admin: Any) -> None:
    service.write(privileged(service.name, admin_cloud='sandbox-admin'))
    refused(service.play(nfv_create_flavors=False), f'{VDU}.flavor', '3 vCPU, 768 MiB, 2 GiB', 'nfv_create_flavors is false')


@pytest.mark.slow
def test_admin_cloud_makes_and_deletes(service: Service, project: Project, admin: Any) -> None:
    before = project.ids()
    service.write(privileged(service.name, admin_cloud='sandbox-admin'))
    checked = good(play('instantiate', '--check', '--diff', **service.variables('instantiate')))
    lines = {(line.kind, line.name): line.detail for line in plan_lines(checked.out)}
    assert lines['net', f'{service.name}-data'] == 'vlan 731 on physnet1, 10.81.0.0/24'
    assert ('flavor', NAME) in lines
    good(service.play())
    (net,) = service.mine()['networks']
    seen = admin.network.get_network(net.id)
    assert (seen.provider_network_type, seen.provider_physical_network, seen.provider_segmentation_id) == (
        'vlan', 'physnet1', 731)
    # Made by the administrator, and the project's all the same
    assert seen.project_id == project.project_id
    flavor = next(one for one in admin.compute.flavors(is_public=None) if one.name == NAME)
    assert not flavor.is_public
    assert {one['tenant_id'] for one in admin.compute.get_flavor_access(flavor)} == {project.project_id}
    size = log_size()
    good(service.play())
    assert writes(size) == []
    service.terminate()
    assert project.ids() == before
    assert NAME not in {one.name for one in admin.compute.flavors(is_public=None)}


@pytest.mark.slow
def test_flavor_that_another_server_uses_is_left(service: Service, project: Project, admin: Any) -> None:
    service.write(privileged(service.name, admin_cloud='sandbox-admin'))
    good(service.play())
    flavor = next(one for one in admin.compute.flavors(is_public=None) if one.name == NAME)
    compute = project.cloud.compute
    other = compute.create_server(
        name='a-stranger', flavor_id=flavor.id, image_id=project.cloud.image.find_image('cirros').id,
        networks=[{'uuid': project.cloud.network.find_network('shared').id}])
    try:
        compute.wait_for_server(other)
        ended = good(service.play('terminate'))
        assert 'left: a server still uses it' in ended.out
        service.assert_gone()
        assert NAME in {one.name for one in admin.compute.flavors(is_public=None)}
        assert compute.get_server(other.id).status == 'ACTIVE'
    finally:
        compute.delete_server(other)
        wait_for(lambda: other.id not in {one.id for one in compute.servers()}, 60, 'foreign server deleted')
