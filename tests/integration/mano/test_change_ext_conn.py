# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change_ext_conn: interfaces on other networks while the servers run, and the very same ports again after a rollback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import document, good, refused

WEB = {'nfv_vnf': 'web'}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    """Two instances, and beside them a network of the project's own."""
    network = module_service.project.cloud.network
    other = network.create_network(name=f'other-{module_service.name}')
    try:
        network.create_subnet(network_id=other.id, ip_version=4, cidr='10.82.0.0/24')
        module_service.write(document(module_service.name, 2))
        site = Later(module_service)
        site.before = site.project.ids()
        good(site.play())
        yield site
        site.assert_terminate_leaves_the_project_as_it_was()
    finally:
        module_service.close()
        network.delete_network(other.id)


def moving(site: Later, back: str = '', interface: str = 'eth1', **cp: Any) -> dict[str, Any]:
    """The request that moves an interface to the other network, or back to its own."""
    link = {'id': back} if back else {'id': 'other', 'resource_id': f'other-{site.service.name}'}
    return {'ext_virtual_links': [{**link, 'ext_cps': [{'cpd_id': f'front/{interface}', **cp}]}]}


def connected(site: Later, interface: str = 'eth1') -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Id, network, MAC and addresses of the ports that Neutron has on the servers, by count-index."""
    found = []
    for index in range(2):
        server = site.server(index)
        [port] = [one for one in site.project.cloud.network.ports(device_id=server.id)
                  if one.description.endswith(f'/port.{interface}')]
        found.append((port.id, site.project.cloud.network.get_network(port.network_id).name, port.mac_address,
                      tuple(ip['ip_address'] for ip in port.fixed_ips)))
    return found


def test_moved_while_it_runs(site: Later) -> None:
    before, ids = connected(site), [site.server(index).id for index in range(2)]
    lines = site.change('change_ext_conn', nfv_params=moving(site), **WEB)
    assert [(line.sign, line.name) for line in lines] == [('~', 'web/front/0'), ('~', 'web/front/1')]
    assert 'interface eth1 data -> other (attach; the old port is kept until all are moved)' in lines[0].detail
    site.service.assert_complete(2)
    assert {one[1] for one in connected(site)} == {f'other-{site.service.name}'}
    assert [site.server(index).id for index in range(2)] == ids
    assert not {one[0] for one in before} & {one.id for one in site.project.cloud.network.ports()}
    site.again('change_ext_conn', nfv_params=moving(site), **WEB)
    site.again()


@pytest.mark.slow
def test_other_verbs_keep_it_and_it_goes_back(site: Later) -> None:
    good(site.play('heal', nfv_params={'force': True}, nfv_count_index=0, nfv_accept_data_loss=True, **FRONT))
    assert {one[1] for one in connected(site)} == {f'other-{site.service.name}'}
    site.again()
    site.change('change_ext_conn', nfv_params=moving(site, back='data'), nfv_max_unavailable=1, **WEB)
    site.service.assert_complete(2)
    assert {one[1] for one in connected(site)} == {f'{site.service.name[:16]}-data'}
    site.again()


@pytest.mark.slow
def test_off_a_network_that_others_share_and_the_order_in_the_guest(site: Later) -> None:
    lines = site.change('change_ext_conn', nfv_params=moving(site, interface='eth0'), **WEB)
    assert all("(comes last in the guest's order)" in line.detail for line in lines)
    assert {one[1] for one in connected(site, 'eth0')} == {f'other-{site.service.name}'}
    good(site.play('change_ext_conn', nfv_params=moving(site, back='mgmt', interface='eth0'), **WEB))
    assert {one[1] for one in connected(site, 'eth0')} == {'shared'}
    site.again()


#: Entries of the journal after which the process is killed: all through the operation, up to the commit.
POINTS = ('intent/update:1:after', 'intent/create:1:lost', 'made/port:1:lost', 'made/port:1:after', 'intent/detach:1:after',
          'intent/attach:2:after')


@pytest.mark.slow
@pytest.mark.parametrize('point', POINTS)
def test_killed_and_rolled_back_to_the_very_same_ports(site: Later, point: str) -> None:
    before = connected(site)
    asked = {'nfv_params': moving(site), 'nfv_max_unavailable': 1, **WEB}
    assert site.service.injected(f'KILL:{point}', 'change_ext_conn', **asked).rc != 0
    good(site.play('rollback'))
    assert connected(site) == before
    assert {one['state'] for one in site.service.op_occs()[-1:]} == {'ROLLED_BACK'}
    site.again()


@pytest.mark.slow
def test_killed_and_gone_on_with(site: Later) -> None:
    params = moving(site, cp_config={f'front/{index}/eth1': {'cp_protocol_data': [{'ip_over_ethernet': {'ip_addresses': [
        {'type': 'IPV4', 'fixed_addresses': [f'10.82.0.{50 + index}']}]}}]} for index in range(2)})
    assert site.service.injected('KILL:intent/attach:2:after', 'change_ext_conn', nfv_params=params, **WEB).rc != 0
    good(site.play('change_ext_conn', nfv_params=params, **WEB))
    site.service.assert_complete(2)
    assert [one[3] for one in connected(site)] == [('10.82.0.50',), ('10.82.0.51',)]
    site.again('change_ext_conn', nfv_params=params, **WEB)
    site.again()


@pytest.mark.slow
def test_an_address_that_is_taken_leaves_the_servers_as_they_are(site: Later) -> None:
    good(site.play('change_ext_conn', nfv_params=moving(site, back='data'), **WEB))
    before, network = connected(site), site.project.cloud.network
    taken = network.create_port(network_id=network.find_network(f'other-{site.service.name}').id,
                                fixed_ips=[{'ip_address': '10.82.0.61'}])
    try:
        params = moving(site, cp_config={f'front/{index}/eth1': {'cp_protocol_data': [{'ip_over_ethernet': {'ip_addresses': [
            {'fixed_addresses': [f'10.82.0.{60 + index}']}]}}]} for index in range(2)})
        failed = site.play('change_ext_conn', nfv_params=params, nfv_max_unavailable=1, **WEB)
        site.assert_failed_with_the_truth(failed, 'web/front/1', '10.82.0.61')
        there = {one.id for one in network.ports(device_id=site.server(1).id)}
        assert before[1][0] in there, 'no new port, so the old one stays on the server'
        good(site.play('rollback'))
    finally:
        network.delete_port(taken)
    assert connected(site) == before
    site.again()


@pytest.mark.slow
def test_wrong_input(site: Later) -> None:
    records = site.records()
    wrong = {'ext_virtual_links': [{'id': 'nowhere', 'ext_cps': [{'cpd_id': 'front/eth7'}]}]}
    refused(site.play('change_ext_conn', nfv_params=wrong, **WEB), 'nowhere is not a virtual link of',
            'front/eth7 is not an interface', '(there are: front/eth0, front/eth1)')
    assert site.records() == records
