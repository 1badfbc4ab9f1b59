# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one NS at once, and runs of which a part fails while the rest goes on."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import Played, changed_count, document, good

COUNT = 3
#: A process namespace of its own, with its own /proc: the pids inside mean nothing outside.
UNSHARE = ('unshare', '--pid', '--fork', '--mount-proc')


def _can_unshare() -> bool:
    return os.geteuid() == 0 and subprocess.run([*UNSHARE, 'true'], capture_output=True, check=False).returncode == 0


def _race(service: Service, *prefixes: tuple[str, ...]) -> tuple[Played, Played]:
    """Two runs started at once: the winner and the loser, which waits 1 s for the lock."""
    service.describe(COUNT, metadata={'sandbox:delay': '6'})
    runs = [service.start(prefix=prefix) for prefix in prefixes]
    ends = [run.wait() for run in runs]
    assert sorted(end.rc == 0 for end in ends) == [False, True], '\n'.join(end.out for end in ends)
    winner, loser = sorted(ends, key=lambda end: end.rc)
    return winner, loser


def _assert_one_won(service: Service, winner: Played, loser: Played) -> None:
    assert changed_count(winner.out) == 1
    owner = service.op_occs()[-1]['owner']
    assert owner['host'] == socket.gethostname()
    assert f'pid {owner["pid"]} on host {owner["host"]} has worked on this NS' in ' '.join(loser.out.split()), loser.out
    assert len(service.facts('ns')) == 1
    service.assert_complete(COUNT)
    assert len(service.op_occs()) == 1


@pytest.mark.slow
def test_two_at_once_on_a_new_name(service: Service) -> None:
    """They make one NS, and one of them instantiates it."""
    _assert_one_won(service, *_race(service, (), ()))
    service.terminate()


@pytest.mark.skipif(not _can_unshare(), reason='namespaces of processes take root')
def test_two_process_namespaces_on_one_state_directory(service: Service) -> None:
    _assert_one_won(service, *_race(service, UNSHARE, UNSHARE))
    service.terminate()


@pytest.mark.slow
def test_two_terminate_at_once(service: Service) -> None:
    """On an NS that is there already; the loser waits for the lock, and then finds nothing to do."""
    service.describe(COUNT)
    good(service.play())
    runs = [service.start('terminate', nfv_timeouts={'lock': 60}) for dummy in range(2)]
    ends = [good(run.wait()) for run in runs]
    assert sorted(changed_count(end.out) for end in ends) == [0, 1]
    assert [one['operation'] for one in service.op_occs()] == ['INSTANTIATE', 'TERMINATE']
    service.assert_gone()


@pytest.mark.slow
def test_fifty_races(service: Service) -> None:
    """Two plays with the same change at once: one op-occ each time; the other is told who works, or finds nothing left to do."""
    service.describe(1)
    good(service.play())
    for race in range(50):
        service.describe(1, metadata={'race': str(race)})
        ends = [run.wait() for run in [service.start(), service.start()]]
        won = [end for end in ends if end.rc == 0 and changed_count(end.out) == 1]
        assert len(won) == 1, '\n'.join(end.out for end in ends)
        (lost,) = [end for end in ends if end not in won]
        assert lost.rc == 0 or 'has worked on this NS' in ' '.join(lost.out.split()), lost.out
        assert len(service.op_occs()) == race + 2
        assert [one.metadata['race'] for one in service.mine()['servers']] == [str(race)]
    service.assert_complete(1)
    service.terminate()


def test_spawn_fault_on_one_of_ten(service: Service) -> None:
    """Nine are ACTIVE, the error says which one is not and why; with the fault mended the same command completes."""
    value = document(service.name, 9)
    vdus = value['vnfs'][0]['vdus']
    vdus.append({**vdus[0], 'name': 'weak', 'count': 1, 'metadata': {'sandbox:fault': 'spawn'}})
    service.write(value)
    played = service.play()
    assert played.rc != 0
    assert service.state() == 'FAILED_TEMP'
    servers = service.project.servers(service.name)
    statuses = {name.removeprefix(f'{service.name}-web-'): one.status for name, one in servers.items()}
    assert statuses == {**{f'front-{index}': 'ACTIVE' for index in range(9)}, 'weak-0': 'ERROR'}
    error = service.op_occs()[-1]['error']
    fault = service.project.cloud.compute.get_server(servers[f'{service.name}-web-weak-0'].id).fault['message']
    assert 'web/weak/0' in error['detail'] and fault in error['detail'], error
    assert 'web/front' not in error['detail']
    said = ' '.join(played.out.split())
    assert 'web/weak/0' in said and fault in said, played.out
    vdus[1].pop('metadata')
    service.write(value)
    good(service.play())
    _assert_all_active(service, 10)
    service.terminate()


def _assert_all_active(service: Service, count: int) -> None:
    there = service.mine()
    assert [one.status for one in there['servers']] == ['ACTIVE'] * count
    assert len(there['ports']) == 2 * count
    assert {kind: {one.id for one in rows} for kind, rows in there.items()} == service.recorded()
    assert service.state() == 'COMPLETED'


@pytest.mark.slow
def test_one_port_of_a_bulk_refused(service: Service) -> None:
    """Neutron makes a bulk whole or not at all: only the VDU whose fixed IP somebody else has fails."""
    value = service.describe(1)
    good(service.play())
    cloud = service.project.cloud
    net = service.mine()['networks'][0]
    foreign = cloud.network.create_port(name=f'{service.name}-foreign', network_id=net.id,
                                        fixed_ips=[{'ip_address': '10.81.0.52'}])
    try:
        front = value['vnfs'][0]['vdus'][0]
        mgmt, data = front['interfaces']
        addresses = [f'10.81.0.{number}' for number in range(50, 55)]
        value['vnfs'][0]['vdus'].append({**front, 'name': 'fixed', 'count': 5,
                                         'interfaces': [mgmt, {**data, 'ip_addresses': addresses}]})
        service.write(value)
        played = service.play()
        assert played.rc != 0
        assert service.state() == 'FAILED_TEMP'
        names = sorted(name.removeprefix(f'{service.name}-web-') for name in service.project.servers(service.name))
        assert names == ['fixed-0', 'fixed-1', 'fixed-3', 'fixed-4', 'front-0']
        assert {one.status for one in service.project.servers(service.name).values()} == {'ACTIVE'}
        detail = service.op_occs()[-1]['error']['detail']
        assert 'web/fixed/2' in detail and '10.81.0.52' in detail and 'req-' in detail, detail
    finally:
        cloud.network.delete_port(foreign)
    good(service.play())
    _assert_all_active(service, 6)
    service.terminate()
