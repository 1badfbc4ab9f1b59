# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations that are killed, stopped or lose their disk: the same command again completes, nothing twice, nothing left over.

Every operation killed at every moment is test_faults.py's, and `make faults`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Running, Service, kill, pids_of, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good

#: A kind of entry each, before and after it is durable.
POINTS = ('begin:1:after', 'intent/net:1:after', 'made/net:1:lost', 'intent/subnet:1:lost', 'intent/port:1:after',
          'made/port:1:lost', 'intent/server:2:after', 'made/server:3:torn', 'settled:2:after', 'task:4:lost', 'end:1:lost')
#: Entries of a terminate run.
TERMINATE_POINTS = ('intent/delete:2:after', 'gone:3:lost', 'task:2:torn', 'end:1:after')
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='mounts a file system, which takes root')


@pytest.mark.slow
@pytest.mark.parametrize('point', POINTS)
def test_module_killed_with_20_vdus(service: Service, point: str) -> None:
    service.describe(20)
    killed = service.injected(f'KILL:{point}')
    assert killed.rc != 0
    assert service.state() == 'FAILED_TEMP'
    assert re.search(r'module was killed while it ran.*is\s+FAILED_TEMP', killed.out, re.DOTALL), killed.out
    good(service.play())
    service.assert_complete(20)
    service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('point', TERMINATE_POINTS)
def test_module_killed_while_it_terminates(service: Service, point: str) -> None:
    good(service.play())
    assert service.injected(f'KILL:{point}', 'terminate').rc != 0
    assert service.state() == 'FAILED_TEMP'
    service.terminate()


@pytest.mark.slow
def test_killed_again_and_again(service: Service) -> None:
    for point in ('intent/net:1:after', 'intent/port:1:after', 'made/server:2:lost', 'begin:1:after'):
        assert service.injected(f'KILL:{point}').rc != 0
    good(service.play())
    service.assert_complete(6)
    assert service.op_occs()[-1]['attempts'] == 5
    service.terminate()


def _working(service: Service) -> Running:
    """A run that has made servers, none of which is ACTIVE yet for some seconds."""
    service.describe(4, metadata={'sandbox:delay': '6'})
    running = service.start()
    service.until('made', 'server', 2)
    return running


def test_playbook_alone_killed(service: Service) -> None:
    """Its module runs on to the end; who comes meanwhile is told so."""
    running = _working(service)
    owner = service.holder()
    assert owner is not None
    running.send(signal.SIGKILL)
    running.wait()
    second = service.play()
    assert second.rc != 0
    assert f'pid {owner["pid"]} on host {owner["host"]}' in ' '.join(second.out.split()), second.out
    wait_for(lambda: service.holder() is None, 90, 'the module ends by itself')
    service.assert_complete(4)
    third = good(service.play())
    assert changed_count(third.out) == 0, third.out
    service.terminate()


@pytest.mark.slow
def test_everything_killed(service: Service) -> None:
    """As a container's end does it: playbook, workers and module at once."""
    running = _working(service)
    for pid in pids_of(service.name):
        kill(pid)
    running.wait()
    wait_for(lambda: not pids_of(service.name), 5, 'all processes are dead')
    assert service.state() == 'PROCESSING'
    good(service.play())
    service.assert_complete(4)
    assert [one['attempts'] for one in service.op_occs()] == [2]
    service.terminate()


@pytest.mark.parametrize('number', [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_stopped_by_a_signal(service: Service, number: signal.Signals) -> None:
    """The playbook ends at once, and within 10 s the op-occ is FAILED_TEMP with a record that has all that was made."""
    running = _working(service)
    running.send(number)
    sent = time.monotonic()
    wait_for(lambda: service.state() == 'FAILED_TEMP' and service.holder() is None, 10, 'FAILED_TEMP after the signal')
    print(f'FAILED_TEMP {time.monotonic() - sent:.1f} s after {number.name}')
    assert running.wait(10).rc != 0
    assert {one.id for one in service.mine()['servers']} == service.recorded()['servers']
    good(service.play())
    service.assert_complete(4)
    service.terminate()


# The state directory ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(service: Service) -> Iterator[None]:
    """The state directory is a file system of 2 MiB."""
    service.state_dir.mkdir(mode=0o700)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', str(service.state_dir)], check=True)
    yield
    service.close()
    subprocess.run(['umount', str(service.state_dir)], check=True)


@pytest.mark.slow
@as_root
def test_state_directory_full_in_the_middle(service: Service, small_disk: None) -> None:
    running = _working(service)
    filler = service.state_dir / 'filler'
    with filler.open('wb', buffering=0) as file, pytest.raises(OSError, match='No space left'):
        while True:
            file.write(bytes(512))
    played = running.wait()
    assert played.rc != 0
    assert re.search(rf'{re.escape(str(service.state_dir))}/\S+[ ,:].*(disk is full|No space left)', ' '.join(played.out.split()))
    filler.unlink()
    _assert_goes_on(service)


@pytest.mark.slow
@as_root
def test_state_directory_read_only_in_the_middle(service: Service) -> None:
    running = _working(service)
    folder = str(service.state_dir)
    subprocess.run(['mount', '--bind', folder, folder], check=True)
    try:
        subprocess.run(['mount', '-o', 'remount,bind,ro', folder], check=True)
        played = running.wait()
    finally:
        subprocess.run(['umount', folder], check=True)
    assert played.rc != 0
    assert re.search(rf'{re.escape(folder)}/\S+[ ,:].*Read-only file system', ' '.join(played.out.split())), played.out
    _assert_goes_on(service)


def _assert_goes_on(service: Service) -> None:
    good(service.play())
    service.assert_complete(4)
    service.terminate()
