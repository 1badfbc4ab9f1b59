# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Well-known shapes of SOL006 packages: what a package asks for is what Nova, Neutron and Cinder then say."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import read_path, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import Interface, NetworkService, Vdu, load
from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import ROOT, good, play, refused

PACKAGES = ROOT / 'tests' / 'fixtures' / 'sol006'
#: What is on the sandbox's network, and not made.
MGMT = {'vld': [{'name': 'mgmt', 'vim_network_name': 'shared'}]}
SHAPES = ('one_vdu', 'several_vdus', 'members_of_one_vnfd', 'internal_links', 'link_to_the_outside', 'boot_volume',
          'vnf_affinity', 'levels', 'scaling', 'ns_scaling', 'second_df', 'dependencies', 'port_security', 'virtual_links')
#: Those that ask for what only its owner may say of a network.
OWN_NETWORK = ('port_security',)


def given(case: str, name: str, **more: Any) -> dict[str, Any]:
    """The parameters of a case, and those that the sandbox needs."""
    params = yaml.safe_load((PACKAGES / case / 'case.yml').read_text(encoding='utf-8')).get('params') or {}
    asked = {key: value for key, value in params.items() if key != 'additional_params_for_vnf'}
    return {**asked, **({} if case in OWN_NETWORK else MGMT), 'ns_name': name, **more}


def target_of(path: Path, params: dict[str, Any]) -> NetworkService:
    made = to_document(read_path(str(path)).files, params)
    return load(made.document, made.files)


def assert_as_asked(service: Service, target: NetworkService) -> None:
    """Each instance of each VDU, with its flavor, its interfaces, its volumes and its group; the networks with their subnets."""
    cloud, servers = service.project.cloud, service.project.servers(service.name)
    wanted = {f'{service.name}-{vnf.name}-{vdu.name}-{index}': (vnf.name, vdu) for vnf in target.vnfs for vdu in vnf.vdus
              for index in range(vdu.count)}
    assert set(servers) == set(wanted)
    assert {one.status for one in servers.values()} == {'ACTIVE'}
    nets = {one.name: one for one in cloud.network.networks()}
    for name, (_vnf, vdu) in wanted.items():
        server = cloud.compute.get_server(servers[name].id)
        assert_flavor(server, vdu)
        assert (getattr(server.image, 'id', None) is None) == any(one.boot for one in vdu.volumes)
        ports = {one.name.removeprefix(f'{name}-'): one for one in cloud.network.ports(device_id=server.id)}
        attached = [one.port_id for one in cloud.compute.server_interfaces(server)]
        assert sorted(one.id for one in ports.values()) == sorted(attached)
        assert set(ports) == {one.name for one in vdu.interfaces}
        for interface in vdu.interfaces:
            assert ports[interface.name].network_id == nets[net_name(service, target, interface.virtual_link)].id
            assert_port(ports[interface.name], interface)
        volumes = [cloud.block_storage.get_volume(one.id) for one in server.attached_volumes]
        assert sorted(one.size for one in volumes) == sorted(one.size_gib for one in vdu.volumes)
        assert [one.is_bootable for one in volumes if one.is_bootable] == [True for one in vdu.volumes if one.boot]
    assert_groups(service, target, servers)
    for link, described in target.links.items():
        net = nets[net_name(service, target, link)]
        if not described.existing:
            assert {one.cidr for one in cloud.network.subnets(network_id=net.id)} == {one.cidr for one in described.subnets}
            assert not described.mtu or net.mtu == described.mtu


def assert_port(port: Any, asked: Interface) -> None:
    """What an interface says of its port, of the first instance's."""
    pairs = sorted(one['ip_address'] for one in port.allowed_address_pairs)
    assert pairs == sorted(one.ip_address for one in asked.allowed_address_pairs)
    assert asked.port_security in (None, port.is_port_security_enabled)
    assert set(asked.ip_addresses[:1]) <= {one['ip_address'] for one in port.fixed_ips}


def assert_flavor(server: Any, vdu: Vdu) -> None:
    there, asked = server.flavor, vdu.flavor
    assert (there.vcpus >= asked.vcpus, there.ram >= asked.ram_mib, there.disk >= asked.disk_gib) == (True, True, True)


def net_name(service: Service, target: NetworkService, link: str) -> str:
    """What the network of a virtual link is called in the VIM."""
    known = target.links[link]
    return known.existing or '-'.join([service.name, *link.split('/')])


def assert_groups(service: Service, target: NetworkService, servers: dict[str, Any]) -> None:
    members = {group.name: sorted(servers[f'{service.name}-{vnf.name}-{vdu.name}-{index}'].id for vnf in target.vnfs
                                  for vdu in vnf.vdus if group.name in vdu.affinity_groups for index in range(vdu.count))
               for group in target.affinity_groups if not group.existing}
    there = [sorted(service.project.cloud.compute.get_server_group(one.id).member_ids)
             for one in service.mine()['server_groups']]
    assert sorted(there) == sorted(members.values())


def test_a_package_is_what_the_cloud_then_says(service: Service) -> None:
    service.descriptor = str(PACKAGES / 'one_vdu' / 'packages')
    params = given('one_vdu', service.name)
    good(service.play(nfv_cloud='sandbox', nfv_params=params))
    assert_as_asked(service, target_of(PACKAGES / 'one_vdu' / 'packages', params))


@pytest.mark.slow
@pytest.mark.parametrize('case', SHAPES)
def test_a_shape_from_its_plan_to_its_end(service: Service, case: str) -> None:
    service.descriptor = str(PACKAGES / case / 'packages')
    params = given(case, service.name)
    life = Life(service, nfv_cloud='sandbox', nfv_params=params, nfv_allow_delete=False)
    life.instantiate()
    life.assert_check_made_nothing()
    assert_as_asked(service, target_of(PACKAGES / case / 'packages', params))
    life.assert_again_changes_nothing()
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_what_a_vdu_asks_of_its_host_is_in_its_flavor(service: Service, admin: Any) -> None:
    service.descriptor = str(PACKAGES / 'epa_of_shared_cpus' / 'packages')
    vims = {'default': {'cloud': 'sandbox', 'admin_cloud': 'sandbox-admin'}}
    good(service.play(nfv_vims=vims, nfv_params=given('epa_of_shared_cpus', service.name)))
    (server,) = service.project.servers(service.name).values()
    specs = service.project.cloud.compute.get_server(server.id).flavor.extra_specs
    assert {key: value for key, value in specs.items() if key.startswith(('hw:', 'quota:'))} == {
        'hw:mem_page_size': 'small', 'hw:cpu_policy': 'shared', 'hw:numa_nodes': '2', 'hw:numa_cpus.0': '1',
        'hw:numa_mem.0': '128', 'hw:numa_cpus.1': '0,2', 'hw:numa_mem.1': '256', 'quota:cpu_limit': '2000',
        'quota:cpu_shares_level': 'custom', 'quota:cpu_shares_share': '8'}
    good(play('terminate', nfv_ns=service.name, nfv_state_dir=str(service.state_dir), nfv_vims=vims))


@pytest.mark.slow
def test_a_package_is_scaled_to_a_level_of_its_own(service: Service) -> None:
    service.descriptor = str(PACKAGES / 'levels' / 'packages')
    good(service.play(nfv_cloud='sandbox', nfv_params=given('levels', service.name)))
    assert len(service.project.servers(service.name)) == 4
    good(service.play('scale', nfv_vnf='one', nfv_params={'instantiation_level_id': 'small'}))
    assert len(service.project.servers(service.name)) == 1
    service.terminate()


@pytest.mark.slow
def test_a_kept_document_is_the_packages(service: Service) -> None:
    """What ns_target writes and what the packages become are the same network service: nothing is changed by it."""
    packages = str(PACKAGES / 'several_vdus' / 'packages')
    params = given('several_vdus', service.name)
    service.descriptor = packages
    good(service.play(nfv_cloud='sandbox', nfv_params=params))
    made = to_document(read_path(packages).files, params)
    service.write(made.document)
    again = good(service.play(nfv_cloud='sandbox'))
    assert 'changed=0' in again.out
    service.terminate()


def test_onboard_tells_of_good_and_of_bad_packages(tmp_path: Path) -> None:
    """Needs no cloud: a table of what is there, and a failure where something can not be used."""
    shutil.copytree(ROOT / 'examples' / 'sol006', tmp_path, dirs_exist_ok=True)
    (tmp_path / 'bad').mkdir()
    (tmp_path / 'bad' / 'vnfd.yaml').write_text(json.dumps({'vnfd': {'id': 'bad', 'df': [{'id': 'd'}], 'vdu': [{'id': 'main'}]}}))
    with tarfile.open(tmp_path / 'evil.tar.gz', 'w:gz') as archive:
        archive.addfile(tarfile.TarInfo('../vnfd.yaml'))
    played = play('onboard', nfv_descriptor=str(tmp_path))
    refused(played, 'bad/vnfd.yaml:vnfd.vdu[0].sw-image-desc: this is missing', "evil.tar.gz: '../vnfd.yaml' would be outside")
    lines = [(*words[:3], *words[5:]) for line in played.out.splitlines() if (words := line.split())[1:2] in (['nsd'], ['vnfd'])]
    assert lines == [('bad', 'vnfd', 'bad', '2', 'problems', '0'), ('db_vnf', 'vnfd', 'db-vnf', 'ok', '0'),
                     ('edge_ns', 'nsd', 'edge-ns', 'ok', '0'), ('web_vnf', 'vnfd', 'web-vnf', 'ok', '0')]
