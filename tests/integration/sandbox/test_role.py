# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role: nothing to do a second time, clear refusals, and an end of its own processes only."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openstack
import pytest
from ansible_collections.nfv import mano
from ansible_collections.nfv.mano.tests.integration.sandbox.support import HOME, settings

# Where the package of this test was imported from is where ansible-playbook finds the collection.
COLLECTIONS = Path(next(iter(mano.__path__))).parents[2]
PROGRAM = Path(__file__).parents[3] / 'roles' / 'sandbox' / 'files' / 'program'
SECOND_BASE = 27100


def play(state: str, home: Path, *, check: bool = False, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run the playbook; variables without their prefix nfv_sandbox_."""
    extra = {f'nfv_sandbox_{name}': value for name, value in (variables | {'state': state, 'home': str(home)}).items()}
    command = [str(Path(sys.executable).with_name('ansible-playbook')), 'nfv.mano.sandbox', '-e', json.dumps(extra)]
    command += ['--check'] if check else []
    env = os.environ | {'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS)}
    return subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def changed(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stdout
    return int(re.findall(r'changed=(\d+)', done.stdout)[-1])


def as_deployed() -> dict[str, object]:
    """The variables that the running sandbox was deployed with."""
    now = settings()
    names = ('ports', 'computes', 'password', 'hard', 'memory_mib')
    delay = {'detach_delay': now['detach_delay']} if now['hard'] else {}
    return {name: now[name] for name in names} | delay


@pytest.fixture
def second_home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / 'second'
    yield home
    if home.exists():
        play('absent', home)


def test_started_twice_changes_nothing() -> None:
    assert changed(play('started', HOME, **as_deployed())) == 0


def test_taken_port_is_named_with_the_service_that_wants_it(second_home: Path) -> None:
    with socket.create_server(('127.0.0.1', SECOND_BASE + 3)):
        done = play('started', second_home, port_base=SECOND_BASE)
    assert done.returncode != 0
    assert f'port {SECOND_BASE + 3} on 127.0.0.1, wanted by neutron, is taken by pid {os.getpid()}' in done.stdout
    assert not (second_home / 'venv').exists()


def test_too_little_memory(second_home: Path) -> None:
    done = play('started', second_home, port_base=SECOND_BASE, memory_mib=9_000_000)
    assert done.returncode != 0
    assert '9000000 MiB are needed' in done.stdout
    assert not (second_home / 'venv').exists()


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / 'letter').write_text('dear')
    done = play('started', tmp_path, port_base=SECOND_BASE)
    assert done.returncode != 0
    assert "is not empty and not a sandbox's directory" in done.stdout
    assert changed(play('absent', tmp_path)) == 0
    assert [path.name for path in tmp_path.iterdir()] == ['letter']


def test_stopped_and_absent_where_there_is_none(tmp_path: Path) -> None:
    assert changed(play('stopped', tmp_path / 'none')) == 0
    assert changed(play('absent', tmp_path / 'none')) == 0
    assert not (tmp_path / 'none').exists()


SUPERVISOR = """
import json, sys
from pathlib import Path
from sandbox.processes import Process, Supervisor
home = Path(sys.argv[1])
supervisor = Supervisor(home, home, home, {"PATH": "/usr/bin:/bin"})
command = sys.argv[2]
if command == "spawn":
    supervisor.spawn(Process("ours", ("/bin/sh", "-c", "sleep 600 & exec sleep 600"), stop_seconds=2))
    print(supervisor.pid("ours"))
else:
    print(json.dumps(supervisor.stop(supervisor.names())))
"""


def supervise(home: Path, command: str) -> str:
    argv = [sys.executable, '-c', SUPERVISOR, str(home), command]
    done = subprocess.run(
        argv, cwd=PROGRAM, env={'PYTHONPATH': str(PROGRAM)}, text=True, capture_output=True, check=True
    )
    return done.stdout.strip()


def runs(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


def in_session(pid: int) -> list[int]:
    found = []
    for entry in Path('/proc').glob('[0-9]*'):
        try:
            fields = (entry / 'stat').read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != 'Z':
            found.append(int(entry.name))
    return found


def test_stop_ends_what_our_process_forked_even_when_it_is_gone(tmp_path: Path) -> None:
    leader = int(supervise(tmp_path, 'spawn'))
    children = [pid for pid in in_session(leader) if pid != leader]
    assert children
    os.kill(leader, 9)
    assert json.loads(supervise(tmp_path, 'stop')) == ['ours']
    assert in_session(leader) == []
    assert not list(tmp_path.glob('*.pid'))


def test_stop_leaves_a_stranger_with_our_old_pid(tmp_path: Path) -> None:
    boot = Path('/proc/sys/kernel/random/boot_id').read_text().strip()
    with subprocess.Popen(['sleep', '600'], start_new_session=True) as stranger:
        note = {'pid': stranger.pid, 'start': 1, 'boot': boot, 'stop_seconds': 2}
        (tmp_path / 'ours.pid').write_text(json.dumps(note))
        assert json.loads(supervise(tmp_path, 'stop')) == []
        assert runs(stranger.pid)
        stranger.kill()


@pytest.mark.slow
def test_a_second_hard_sandbox_beside_the_first(second_home: Path) -> None:
    """Its whole life: started, filled, reset, restarted and removed, while the first goes on."""
    mode = {'port_base': SECOND_BASE, 'hard': True, 'computes': 3}
    assert changed(play('started', second_home, **mode)) > 0
    assert changed(play('started', second_home, **mode)) == 0
    files = [str(second_home / 'clouds.yaml')]
    clouds = openstack.config.OpenStackConfig(config_files=files, load_envvars=False)

    def servers() -> list[str]:
        connection = openstack.connection.Connection(config=clouds.get_one('sandbox'))
        return [server.name for server in connection.compute.servers()]

    connection = openstack.connection.Connection(config=clouds.get_one('sandbox'))
    assert connection.network.get_quota(connection.current_project_id).ports == 500
    connection.compute.create_server(
        name='kept',
        image_id=connection.image.find_image('cirros').id,
        flavor_id=connection.compute.find_flavor('m1.tiny').id,
        networks=[{'uuid': connection.network.find_network('shared').id}],
    )
    assert changed(play('stopped', second_home)) == 1
    assert changed(play('stopped', second_home)) == 0
    assert changed(play('started', second_home, **mode)) > 0
    assert servers() == ['kept']
    assert changed(play('reset', second_home, **mode)) > 0
    assert servers() == []
    assert changed(play('absent', second_home)) > 0
    assert not second_home.exists()
    assert openstack.connect(cloud='sandbox').compute.find_flavor('m1.tiny')


@pytest.mark.parametrize('ports', [{'keystoen': 27190}, {'keystone': SECOND_BASE + 1}])
def test_wrong_ports_are_refused(tmp_path: Path, ports: dict[str, int]) -> None:
    done = play('started', tmp_path / 'none', port_base=SECOND_BASE, ports=ports)
    assert done.returncode != 0
    assert 'each with a port of its own' in done.stdout
    assert not (tmp_path / 'none').exists()


def test_check_mode_makes_nothing(tmp_path: Path) -> None:
    for state in ('started', 'reset', 'stopped', 'absent'):
        assert play(state, tmp_path / 'none', check=True).returncode == 0
    assert not (tmp_path / 'none').exists()
