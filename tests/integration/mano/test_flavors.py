# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VDU asks of its host (EPA): in Nova's extra specs, found in flavors that are there or made with one."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    log_size,
    one_now,
    plan_lines,
    play,
    refused,
    writes,
)

FLAVOR = 'vnfs[0].vdus[0].flavor'
SIZES = {'vcpus': 3, 'ram_mib': 384, 'disk_gib': 1}
#: All there is of it that the sandbox's hosts can be asked for: they have no CPUs of their own for a guest.
HOSTED = {
    'page_size': 'small', 'cpu_policy': 'shared',
    'numa_nodes': [{'id': 1, 'vcpus': [0, 2], 'memory_mib': 256}, {'id': 0, 'vcpus': [1], 'memory_mib': 128}],
    'cpu_quota': {'limit': 2000, 'reserve': 1000, 'shares': 8}, 'memory_quota': {'limit': 384},
    'interface_quota': {'reserve': 10}, 'disk_quota': {'shares': 3}}
HOSTED_SPECS = {
    'hw:mem_page_size': 'small', 'hw:cpu_policy': 'shared', 'hw:numa_nodes': '2',
    'hw:numa_cpus.0': '1', 'hw:numa_mem.0': '128', 'hw:numa_cpus.1': '0,2', 'hw:numa_mem.1': '256',
    'quota:cpu_limit': '2000', 'quota:cpu_reservation': '1000', 'quota:cpu_shares_level': 'custom',
    'quota:cpu_shares_share': '8', 'quota:memory_limit': '384', 'quota:vif_reservation': '10',
    'quota:disk_io_shares_level': 'custom', 'quota:disk_io_shares_share': '3'}
#: Dedicated CPUs: the rest of it.
PINNED = {
    'cores': ({'numa_nodes': [{'id': 0, 'cores': 3}]},
              {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'isolate', 'hw:numa_nodes': '1', 'hw:numa_cpus.0': '0-2',
               'hw:numa_mem.0': '384'}),
    'threads': ({'numa_nodes': [{'id': 0, 'threads': 2}, {'id': 1, 'threads': 1}], 'page_size': '2MB'},
                {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'prefer', 'hw:numa_nodes': '2',
                 'hw:numa_cpus.0': '0-1', 'hw:numa_mem.0': '192', 'hw:numa_cpus.1': '2', 'hw:numa_mem.1': '192',
                 'hw:mem_page_size': '2MB'}),
    'paired threads': ({'numa_nodes': [{'id': 0, 'paired_thread_ids': ['0,3', '1,2']}]},
                       {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'require', 'hw:numa_nodes': '1',
                        'hw:numa_cpus.0': '0-3', 'hw:numa_mem.0': '384'}),
    'policies': ({'cpu_policy': 'dedicated', 'cpu_thread_policy': 'require', 'page_size': 'large'},
                 {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'require', 'hw:mem_page_size': 'large'}),
}


def flavors(admin: Any) -> list[Any]:
    """Those of this file's shapes, with their extra specs."""
    return [admin.compute.fetch_flavor_extra_specs(one) for one in admin.compute.flavors(is_public=None)
            if one.name.startswith(('nfv-3c-384m-1g', 'nfv-4c-384m-1g', 'test-epa-'))]


def describe(service: Service, count: int, epa: dict[str, Any], admin_cloud: bool = True, **more: Any) -> None:
    value = document(service.name, count, flavor={**SIZES, 'epa': epa, **more})
    if admin_cloud:
        value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    service.write(value)


def test_epa_from_its_plan_to_its_end(service: Service, project: Project, admin: Any) -> None:
    before = project.ids()
    describe(service, 1, HOSTED)
    checked = good(play('instantiate', '--check', '--diff', **service.variables('instantiate')))
    (line,) = [line for line in plan_lines(checked.out) if line.kind == 'flavor']
    assert all(f'{key}={value}' in line.detail for key, value in HOSTED_SPECS.items())
    assert flavors(admin) == []
    good(service.play())
    (flavor,) = flavors(admin)
    assert (flavor.name, flavor.extra_specs, flavor.is_public) == (line.name, HOSTED_SPECS, False)
    assert len(flavor.name) < 100
    # What Nova keeps in the server is what was asked
    (server,) = project.servers(service.name).values()
    assert (server.status, server.flavor.extra_specs) == ('ACTIVE', HOSTED_SPECS)
    size = log_size()
    assert changed_count(good(service.play()).out) == 0
    assert writes(size) == []
    service.terminate()
    assert project.ids() == before
    assert flavors(admin) == []


@pytest.mark.parametrize('what', one_now(PINNED, 'paired threads'))
def test_every_name_and_value_is_one_that_nova_knows(service: Service, admin: Any, what: str) -> None:
    """From API 2.86 on Nova checks extra specs; the newest one refuses none of ours."""
    epa, specs = PINNED[what]
    describe(service, 0, epa, **({'vcpus': 4} if what == 'paired threads' else {}))
    good(service.play())
    (flavor,) = flavors(admin)
    assert flavor.extra_specs == specs
    answer = admin.compute.post(f'/flavors/{flavor.id}/os-extra_specs', json={'extra_specs': specs | HOSTED_SPECS},
                                microversion='2.86')
    assert answer.status_code == 200, answer.text
    service.terminate()
    assert flavors(admin) == []


def test_flavors_that_are_there(service: Service, project: Project, admin: Any) -> None:
    """A member finds the smallest that satisfies; a flavor with more is none for match: exact."""
    for name, more in (('big', {'ram': 512}), ('fit', {})):
        one = admin.compute.create_flavor(name=f'test-epa-{name}-{uuid.uuid4().hex[:6]}', vcpus=3, disk=1,
                                          **{'ram': 384, **more})
        admin.compute.create_flavor_extra_specs(one, {**HOSTED_SPECS, 'operator:tier': 'gold'})
    describe(service, 1, HOSTED, admin_cloud=False)
    refused(service.play(), f'{FLAVOR}: no flavor of VIM default has 3 vCPU, 384 MiB, 1 GiB with hw:cpu_policy=shared',
            '(match: exact)', 'os_compute_api:os-flavor-manage:create')
    describe(service, 1, HOSTED, admin_cloud=False, match='at_least')
    good(service.play())
    (server,) = project.servers(service.name).values()
    assert server.flavor.original_name.startswith('test-epa-fit-')
    assert changed_count(good(service.play()).out) == 0
    service.terminate()
    assert len(flavors(admin)) == 2, 'they are not ours'


@pytest.mark.slow
def test_a_flavor_cut_off_before_its_extra_specs(service: Service, admin: Any) -> None:
    """Killed between Nova's calls: the project can't see what is half made, and it is completed all the same."""
    describe(service, 1, HOSTED)
    assert service.injected('KILL:made/flavor:1:after').rc != 0
    (half,) = flavors(admin)
    assert half.extra_specs == {}
    good(service.play())
    (flavor,) = flavors(admin)
    assert (flavor.id, flavor.extra_specs) == (half.id, HOSTED_SPECS)
    service.terminate()
    assert flavors(admin) == []


def test_a_name_that_an_invisible_flavor_has(service: Service, admin: Any) -> None:
    describe(service, 0, {'page_size': 'any'})
    name = 'nfv-3c-384m-1g-hw:mem_page_size=any'
    other = admin.compute.create_flavor(name=name, vcpus=1, ram=64, disk=1, is_public=False)
    good(service.play())
    assert {one.name for one in flavors(admin)} == {name, f'{name}-1'}
    service.terminate()
    assert [one.id for one in flavors(admin)] == [other.id]


def test_what_nova_could_not_do_is_told_before_anything_is_made(service: Service) -> None:
    describe(service, 1, {'numa_nodes': [{'id': 0, 'vcpus': [0, 1]}, {'id': 1, 'vcpus': [3]}], 'page_size': 'large'},
             extra_specs={'hw:mem_page_size': 'small'})
    refused(service.play(), f'{FLAVOR}.epa.numa_nodes[1].vcpus: vCPU 3 is out of range 0..2: the flavor has 3')
    describe(service, 1, {'page_size': 'large'}, extra_specs={'hw:mem_page_size': 'small'})
    refused(service.play(), f"{FLAVOR}.extra_specs['hw:mem_page_size']: 'small' contradicts {FLAVOR}.epa.page_size")
    assert not list(service.state_dir.glob('*.fact'))
