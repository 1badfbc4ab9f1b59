# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services from plan to end: the check lists what the run makes, the same again changes nothing, terminate leaves nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.tests.integration.mano.life import Life, copy_example, op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import BIN, ROOT, Project, environment, unique_name

PROGRESS = re.compile(r'\[ *(\d+)/(\d+)\] (\w+) (\S+) (.+) after (\d+\.\d) s')
KIB = 1024


@pytest.fixture(scope='module')
def edge(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[Life]:
    """The example of the README, instantiated."""
    service = Service(unique_name(), tmp_path_factory.mktemp('edge'), project)
    copy_example(service, 'edge1.yaml')
    try:
        yield Life(service, nfv_cloud='sandbox').instantiate()
    finally:
        service.close()


# Tests of `edge` in the order of its life -------------------------------------------------------------------------


def test_check_makes_nothing(edge: Life) -> None:
    edge.assert_check_made_nothing()


def test_check_lists_exactly_what_the_run_makes(edge: Life) -> None:
    edge.assert_check_list_is_what_was_made()
    assert {line.name for line in edge.plan} == {
        f'{edge.service.name}-data', f'{edge.service.name}-web-internal', 'web/front/0', 'web/front/1', 'web/back/0'}


def test_the_service_is_as_its_document_says(edge: Life) -> None:
    cloud, name = edge.project.cloud, edge.service.name
    servers = edge.project.servers(name)
    front = servers[f'{name}-web-front-1']
    assert front.metadata['tier'] == 'web'
    ports = {one.name.removeprefix(f'{front.name}-'): one for one in cloud.network.ports(device_id=front.id)}
    assert sorted(ports) == ['eth0', 'eth1', 'eth2']
    assert [ip['ip_address'] for ip in ports['eth1'].fixed_ips] == ['192.168.50.11']
    nets = {one.name: one for one in cloud.network.networks()}
    assert ports['eth0'].network_id == nets['shared'].id
    data = next(iter(cloud.network.subnets(network_id=nets[f'{name}-data'].id)))
    assert (data.cidr, data.dns_nameservers) == ('10.1.0.0/24', ['10.1.0.2'])
    assert data.allocation_pools == [{'start': '10.1.0.10', 'end': '10.1.0.109'}]
    internal = next(iter(cloud.network.subnets(network_id=nets[f'{name}-web-internal'].id)))
    assert internal.gateway_ip is None


def test_progress_is_live(edge: Life) -> None:
    shown = [(second, PROGRESS.fullmatch(line)) for second, line in edge.lines]
    steps = [(second, match) for second, match in shown if match]
    assert [int(match[1]) for _second, match in steps] == list(range(1, len(steps) + 1))
    assert {int(match[2]) for _second, match in steps} == {len(steps)}
    first, last = steps[0][0], steps[-1][0]
    # Not all at the end: the lines are as far apart as the tasks that they tell of
    assert last - first > 1.0
    assert len({round(second * 2) for second, _match in steps}) >= 3
    assert last - first > 0.5 * float(steps[-1][1][6])


def test_playbook_tells_its_op_occ(edge: Life) -> None:
    (op_occ,) = edge.service.op_occs()
    assert op_occ_stat(edge.checked) == {'id': None, 'state': None, 'result': 'planned'}
    assert op_occ_stat(edge.ran) == {'id': op_occ['id'], 'state': 'COMPLETED', 'result': 'changed'}


def test_each_vnf_has_an_op_occ_beside_the_ns(edge: Life) -> None:
    (ns,), (vnf,) = edge.service.facts('ns'), edge.service.facts('vnf')
    op_occs = {one['scope']: one for one in edge.service.facts('op_occ')}
    assert sorted(op_occs) == ['ns', 'vnf']
    assert op_occs['vnf']['parent'] == op_occs['ns']['id']
    assert (op_occs['vnf']['vnf_id'], op_occs['vnf']['vnf_name']) == (vnf['id'], 'web')
    for one in op_occs.values():
        assert (one['ns_id'], one['operation'], one['state']) == (ns['id'], 'INSTANTIATE', 'COMPLETED')
    assert op_occs['ns']['resources']['create'] == len(edge.plan)
    assert op_occs['ns']['progress'] == {'done': 8, 'total': 8}


def test_setup_gathers_the_records(edge: Life) -> None:
    folder = edge.service.state_dir
    done = subprocess.run([BIN / 'ansible', 'localhost', '-m', 'ansible.builtin.setup', '-a',
                           f'gather_subset=!all,!min,local fact_path={folder}'],
                          env=environment(ANSIBLE_CALLBACK_RESULT_FORMAT='yaml'), capture_output=True, text=True, check=True)
    local = yaml.safe_load(done.stdout.partition('=>')[2])['ansible_facts']['ansible_local']
    assert sorted(local) == sorted(path.stem for path in folder.glob('*.fact'))
    assert {one['state'] for key, one in local.items() if key.startswith('op_occ_')} == {'COMPLETED'}


def test_records_are_private_and_op_occs_small(edge: Life) -> None:
    folder = edge.service.state_dir
    assert oct(folder.stat().st_mode & 0o777) == '0o700'
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in folder.glob('*.fact')} == {
        path.name: '0o0' for path in folder.glob('*.fact')}
    assert max(path.stat().st_size for path in folder.glob('op_occ_*.fact')) <= 4 * KIB


def test_again_changes_nothing(edge: Life) -> None:
    edge.assert_again_changes_nothing()


def test_update_with_the_same_document_changes_nothing(edge: Life) -> None:
    edge.assert_again_changes_nothing('update')


def test_terminate_leaves_the_project_as_it_was(edge: Life) -> None:
    edge.assert_terminate_leaves_the_project_as_it_was()


# Others, whole ----------------------------------------------------------------------------------------------------


def _whole_life(life: Life) -> None:
    life.instantiate()
    life.assert_check_made_nothing()
    life.assert_check_list_is_what_was_made()
    life.assert_again_changes_nothing()
    facts = life.service.state_dir.glob('op_occ_*.fact')
    assert max(path.stat().st_size for path in facts) <= 4 * KIB
    life.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
@pytest.mark.parametrize('count', [10, 100])
def test_many_vdus(service: Service, count: int) -> None:
    example = copy_example(service, 'hundred.yaml')
    example['vnfs'][0]['vdus'][0]['count'] = count
    Path(service.descriptor).write_text(yaml.safe_dump(example))
    life = Life(service, nfv_cloud='sandbox')
    _whole_life(life)
    assert len(life.new['servers']) == count


def test_sol006_package_pair(service: Service) -> None:
    service.descriptor = str(ROOT / 'examples' / 'sol006')
    params: dict[str, Any] = yaml.safe_load((ROOT / 'examples' / 'sol006' / 'params.yml').read_text())['nfv_params']
    life = Life(service, nfv_cloud='sandbox', nfv_params={**params, 'ns_name': service.name})
    _whole_life(life)
    assert {line.name for line in life.plan if line.kind == 'vdu'} == {
        'web/front/0', 'web/worker/0', 'web/worker/1', 'db/main/0'}
    assert {one['vnf_name'] for one in service.facts('op_occ') if one['scope'] == 'vnf'} == {'web', 'db'}
