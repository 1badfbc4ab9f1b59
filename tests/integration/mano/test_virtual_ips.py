# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual IPs: the port and the pairs that Neutron then has, drift, changes in place, kills, the end."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    document,
    good,
    log_size,
    plan_lines,
    refused,
    writes,
)


def shared(name: str, count: int = 2, shares: bool = True, floating: bool = True, **more: Any) -> dict[str, Any]:
    """A routed link, on which the instances share an address."""
    value = document(name, count)
    del value['virtual_links'][0]
    value['routers'] = [{'name': 'gate', 'external_network': 'public', 'virtual_links': ['data']}]
    if shares:
        value['virtual_ips'] = [{'name': 'vip', 'virtual_link': 'data', **({'floating_ip': True} if floating else {}), **more}]
    value['vnfs'][0]['vdus'][0]['interfaces'] = [
        {'name': 'eth0', 'virtual_link': 'data', **({'virtual_ips': ['vip']} if shares else {})}]
    return value


def port(service: Service) -> Any:
    """The port of the virtual IP."""
    (found,) = [one for one in service.mine()['ports'] if one.description.endswith('/vip/port.virtual_ip')]
    return found


def pairs(service: Service) -> dict[str, list[str]]:
    """The allowed addresses of the instances' ports by name."""
    return {one.name.removeprefix(f'{service.name}-'): sorted(pair['ip_address'] for pair in one.allowed_address_pairs)
            for one in service.mine()['ports'] if 'eth0' in one.name}


def address(service: Service) -> str:
    return str(port(service).fixed_ips[0]['ip_address'])


def both(*addresses: str) -> dict[str, list[str]]:
    return {f'web-front-{index}-eth0': list(addresses) for index in range(2)}


@pytest.mark.slow
def test_shared_by_two_instances(service: Service, project: Project) -> None:
    life = Life(service)
    service.write(shared(service.name))
    life.instantiate()
    life.assert_check_made_nothing()
    assert [(line.sign, line.name, line.detail) for line in life.plan if line.kind in ('virtual_ip', 'floating_ip')] == [
        ('+', f'{service.name}-vip', 'data'), ('+', 'vip', 'from public')]
    made = port(service)
    assert (made.name, made.device_id, len(made.fixed_ips)) == (f'{service.name}-vip', '', 1)
    assert pairs(service) == both(address(service))
    (floating,) = service.mine()['floating_ips']
    assert (floating.port_id, floating.fixed_ip_address) == (made.id, address(service))
    assert service.recorded() == {kind: {one.id for one in rows} for kind, rows in service.mine().items()}
    life.assert_again_changes_nothing()
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_life(service: Service, project: Project) -> None:
    life, network = Life(service), project.cloud.network
    service.write(shared(service.name))
    life.instantiate()
    made = port(service)

    # Behind our back: somebody takes the pair from one instance
    ours = next(one for one in service.mine()['ports'] if one.name.endswith('front-1-eth0'))
    network.update_port(ours, allowed_address_pairs=[])
    (line,) = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert (line.sign, line.detail) == ('~', f'interface eth0 address pairs none -> {address(service)}')
    assert pairs(service) == both(address(service))

    # Another address: the very port, and its floating IP
    service.write(shared(service.name, ip_address='10.81.0.200'))
    lines = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert sorted((line.sign, line.kind) for line in lines) == [
        ('~', 'floating_ip'), ('~', 'vdu'), ('~', 'vdu'), ('~', 'virtual_ip')]
    assert (port(service).id, address(service)) == (made.id, '10.81.0.200')
    assert pairs(service) == both('10.81.0.200')
    (floating,) = service.mine()['floating_ips']
    assert (floating.port_id, floating.fixed_ip_address) == (made.id, '10.81.0.200')
    life.assert_again_changes_nothing()

    # The port is gone: a new one, the floating IP is put on it, the pairs stay
    network.delete_port(made.id)
    lines = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert sorted((line.sign, line.kind) for line in lines) == [('+', 'virtual_ip'), ('~', 'floating_ip')]
    assert [one.port_id for one in service.mine()['floating_ips']] == [port(service).id]
    life.assert_again_changes_nothing()

    # The document has it no more
    service.write(shared(service.name, shares=False))
    lines = plan_lines(good(life.play('instantiate', '--diff')).out)
    assert sorted((line.sign, line.kind) for line in lines) == [
        ('-', 'floating_ip'), ('-', 'virtual_ip'), ('~', 'vdu'), ('~', 'vdu')]
    assert pairs(service) == both()
    assert [len(service.mine()[kind]) for kind in ('ports', 'floating_ips')] == [len(both()), 0]
    life.assert_again_changes_nothing()
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['intent/port:1:after', 'made/port:1:lost', 'intent/floating_ip:1:after'])
def test_killed_and_run_again(service: Service, project: Project, point: str) -> None:
    before = project.ids()
    service.write(shared(service.name))
    assert service.injected(f'KILL:{point}').rc != 0
    good(service.play())
    assert pairs(service) == both(address(service))
    assert [one.port_id for one in service.mine()['floating_ips']] == [port(service).id]
    assert service.recorded() == {kind: {one.id for one in rows} for kind, rows in service.mine().items()}
    service.terminate()
    assert project.ids() == before


def test_what_can_not_be_is_told_before_anything_is_made(service: Service, project: Project) -> None:
    before, size = project.ids(), log_size()
    value = shared(service.name, floating=False)
    value['virtual_links'].append({'name': 'mgmt', 'existing': 'shared'})
    value['virtual_ips'].append({'name': 'theirs', 'virtual_link': 'mgmt', 'ip_address': '10.10.0.77'})
    service.write(value)
    refused(service.play(), 'virtual_ips[1].ip_address: the network shared belongs to another project: this needs the right '
            'create_port:fixed_ips:ip_address')
    assert (project.ids(), writes(size)) == (before, [])
