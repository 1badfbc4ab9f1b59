# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock is the owner: one at a time, dead exactly when the lock can be taken, fenced off when it was taken over."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import FencedError, LockedError, Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store import lock as lock_room
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock, holder_of, lock_path, owner_alive

HOLD = '''
import os, sys, time
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
with NsLock(Store(sys.argv[1]), 'one') as lock:
    lock.name_op_occ('the-op-occ')
    print(os.getpid(), lock.counter, flush=True)
    sys.stdin.readline()
'''


def content(store: Store) -> dict[str, Any]:
    """What the lock file says."""
    return json.loads(Path(lock_path(store, 'one')).read_text(encoding='utf-8'))


def put_holder(store: Store, counter: int = 4, heartbeat_age: float = 0.0, **changed: Any) -> dict[str, Any]:
    """A lock file whose holder is gone without a word."""
    beat = (datetime.now(timezone.utc) - timedelta(seconds=heartbeat_age)).isoformat()
    holder = {'host': 'elsewhere', 'boot_id': 'another', 'pid': 7, 'since': beat, 'op_occ': 'abc', 'heartbeat': beat, **changed}
    fd = os.open(lock_path(store, 'one'), os.O_WRONLY | os.O_CREAT, 0o600)
    os.pwrite(fd, json.dumps({'counter': counter, 'holder': holder}).encode().ljust(lock_room.SIZE), 0)
    os.close(fd)
    return holder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats so fast that a test can watch them."""
    monkeypatch.setattr(lock_room, 'HEARTBEAT', 0.05)
    monkeypatch.setattr(lock_room, 'RETRY', 0.02)


def test_the_holder_stands_in_the_file_while_it_holds(store: Store) -> None:
    with NsLock(store, 'one') as lock:
        lock.name_op_occ('abc')
        holder = content(store)['holder']
        assert (holder['host'], holder['pid'], holder['op_occ']) == (socket.gethostname(), os.getpid(), 'abc')
        assert holder['boot_id'] == lock_room.boot_id()
        assert lock.previous is None
        lock.fence()
    assert content(store) == {'counter': 1, 'holder': None}


def test_the_counter_only_grows_and_the_file_stays(store: Store) -> None:
    inodes, counters = set(), []
    for _round in range(3):
        with NsLock(store, 'one') as lock:
            counters.append(lock.counter)
        inodes.add(os.stat(lock_path(store, 'one')).st_ino)
    assert counters == [1, 2, 3]
    assert len(inodes) == 1


def test_the_second_is_refused_and_told_who_it_was(store: Store, start: Any) -> None:
    process = start(HOLD, store.path)
    pid = process.stdout.readline().split()[0]
    began = time.monotonic()
    with pytest.raises(LockedError) as caught, NsLock(store, 'one', wait=1):
        pass
    assert 1 <= time.monotonic() - began < 3
    assert caught.value.holder['pid'] == int(pid)
    for part in (lock_path(store, 'one'), f'pid {pid}', socket.gethostname(), caught.value.holder['since'], 'the-op-occ'):
        assert part in str(caught.value)
    assert content(store)['counter'] == 1


def test_the_second_gets_it_when_the_first_is_done_in_time(store: Store, start: Any) -> None:
    process = start(HOLD, store.path)
    process.stdout.readline()
    end = threading.Timer(0.5, lambda: print(file=process.stdin, flush=True))
    end.start()
    with NsLock(store, 'one', wait=15) as lock:
        assert (lock.counter, lock.previous) == (2, None)
    end.join()


def test_a_killed_holder_is_dead_at_once(store: Store, start: Any) -> None:
    process = start(HOLD, store.path)
    pid = process.stdout.readline().split()[0]
    assert owner_alive(store, 'one')
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not owner_alive(store, 'one')
    with NsLock(store, 'one', wait=0) as lock:
        assert lock.counter == 2
        assert lock.previous is not None
        assert (lock.previous['pid'], lock.previous['op_occ']) == (int(pid), 'the-op-occ')


def test_a_live_holder_in_another_pid_namespace_is_not_mistaken(store: Store, start: Any) -> None:
    tried = subprocess.run(['unshare', '-pf', '--mount-proc', 'true'], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f'no pid namespace can be made here: {tried.stderr.strip()}')
    process = start(HOLD, store.path, prefix=('unshare', '-pf', '--mount-proc', '--kill-child'))
    inner = process.stdout.readline().split()[0]
    assert inner != str(process.pid)
    assert owner_alive(store, 'one')
    with pytest.raises(LockedError, match=f'pid {inner} on host {socket.gethostname()}'), NsLock(store, 'one', wait=0.5):
        pass


def test_both_in_pid_namespaces_of_their_own(store: Store, start: Any) -> None:
    if shutil.which('unshare') is None or os.geteuid():
        pytest.skip('making pid namespaces needs root and unshare')
    code = '''
import sys
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
print('ready', flush=True)
sys.stdin.readline()
try:
    with NsLock(Store(sys.argv[1]), 'one', wait=0.5):
        print('won', flush=True)
        sys.stdin.readline()
except LockedError as error:
    print(error, flush=True)
'''
    two = [start(code, store.path, prefix=('unshare', '-pf', '--mount-proc', '--kill-child')) for _number in range(2)]
    assert [process.stdout.readline() for process in two] == ['ready\n'] * 2
    for process in two:
        process.stdin.write('\n')
        process.stdin.flush()
    answers = sorted((process.stdout.readline() for process in two), key=lambda answer: answer != 'won\n')
    assert answers[0] == 'won\n'
    assert f'pid 1 on host {socket.gethostname()}' in answers[1]


def test_one_of_many_processes_wins_each_time(store: Store, start: Any) -> None:
    code = '''
import sys
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
for _round in range(20):
    with NsLock(Store(sys.argv[1]), 'one', wait=60) as lock:
        with open(sys.argv[2], 'r+') as file:
            before = int(file.read())
            file.seek(0)
            file.write(str(before + 1))
        assert lock.counter == before + 1, (lock.counter, before)
print('ok')
'''
    tally = Path(store.path) / 'tally'
    tally.write_text('0', encoding='utf-8')
    processes = [start(code, store.path, str(tally)) for _number in range(4)]
    assert [process.communicate(timeout=120)[0] for process in processes] == ['ok\n'] * 4
    assert tally.read_text(encoding='utf-8') == '80'


def test_two_in_one_process_exclude_each_other(store: Store) -> None:
    with NsLock(store, 'one'), pytest.raises(LockedError), NsLock(store, 'one', wait=0):
        pass


def test_two_services_do_not(store: Store) -> None:
    with NsLock(store, 'one'), NsLock(store, 'two', wait=0):
        assert owner_alive(store, 'one')
        assert owner_alive(store, 'two')


def test_a_program_that_the_owner_started_does_not_keep_the_lock(store: Store, start: Any) -> None:
    code = HOLD.replace("print(os", "import subprocess; child = subprocess.Popen(['sleep', '60'], close_fds=False)\n    print(os")
    process = start(code, store.path)
    process.stdout.readline()
    child = subprocess.run(['pgrep', '-P', str(process.pid)], capture_output=True, text=True, check=True).stdout.split()[0]
    try:
        process.kill()
        process.wait()
        with NsLock(store, 'one', wait=0) as lock:
            assert lock.counter == 2
    finally:
        os.kill(int(child), signal.SIGKILL)


def test_a_fork_of_the_owner_neither_keeps_the_lock_nor_writes(store: Store, start: Any) -> None:
    code = '''
import os, sys, time
from ansible_collections.nfv.mano.plugins.module_utils.store import FencedError, Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
lock = NsLock(Store(sys.argv[1]), 'one').__enter__()
if os.fork() == 0:
    try:
        lock.fence()
    except FencedError:
        print(os.getpid(), 'fenced', flush=True)
    lock.__exit__(None, None, None)
    time.sleep(60)
lock.fence()
time.sleep(60)
'''
    process = start(code, store.path)
    child, word = process.stdout.readline().split()
    try:
        assert word == 'fenced'
        assert owner_alive(store, 'one')
        process.kill()
        process.wait()
        with NsLock(store, 'one', wait=0) as lock:
            assert lock.counter == 2
    finally:
        os.kill(int(child), signal.SIGKILL)


def test_the_heartbeat_does_not_keep_a_process_alive(store: Store, start: Any) -> None:
    code = '''
import sys
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
lock = NsLock(Store(sys.argv[1]), 'one').__enter__()
'''
    assert start(code, store.path).wait(timeout=30) == 0


@pytest.mark.usefixtures('quick')
def test_the_heart_beats_in_place(store: Store) -> None:
    with NsLock(store, 'one'):
        before, inode = content(store)['holder']['heartbeat'], os.stat(lock_path(store, 'one')).st_ino
        deadline = time.monotonic() + 10
        while content(store)['holder']['heartbeat'] == before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert content(store)['holder']['heartbeat'] > before
        assert os.stat(lock_path(store, 'one')).st_ino == inode
        assert os.stat(lock_path(store, 'one')).st_size == lock_room.SIZE


@pytest.mark.usefixtures('quick')
def test_the_fence_holds_while_the_heart_beats(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_room, 'HEARTBEAT', 0.0005)
    with NsLock(store, 'one') as lock:
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            lock.fence()


def test_a_dead_holder_of_this_boot_is_followed_at_once(store: Store) -> None:
    holder = put_holder(store, boot_id=lock_room.boot_id())
    assert not owner_alive(store, 'one')
    with NsLock(store, 'one', wait=0) as lock:
        assert (lock.counter, lock.previous) == (5, holder)


def test_a_holder_on_another_host_lives_as_long_as_its_lease(store: Store) -> None:
    holder = put_holder(store, heartbeat_age=50)
    assert holder_of(store, 'one') == holder
    with pytest.raises(LockedError) as caught, NsLock(store, 'one', wait=0):
        pass
    assert caught.value.holder == holder
    for part in ('pid 7 on host elsewhere', 'op-occ abc', holder['heartbeat'], '60 s', 'nfv_force_takeover'):
        assert part in str(caught.value)
    assert content(store)['counter'] == 4


def test_a_holder_on_another_host_can_be_taken_over_by_force(store: Store) -> None:
    holder = put_holder(store)
    with NsLock(store, 'one', wait=0, force_takeover=True) as lock:
        assert (lock.counter, lock.previous) == (5, holder)


def test_force_does_not_take_a_lock_that_is_held(store: Store, start: Any) -> None:
    start(HOLD, store.path).stdout.readline()
    with pytest.raises(LockedError), NsLock(store, 'one', wait=0, force_takeover=True):
        pass


@pytest.mark.usefixtures('quick')
@pytest.mark.parametrize('age', [61, 86_400, -86_400])
def test_a_silent_holder_on_another_host_is_watched_then_followed(store: Store, age: float) -> None:
    holder = put_holder(store, heartbeat_age=age)
    assert not owner_alive(store, 'one')
    began = time.monotonic()
    with NsLock(store, 'one', wait=0) as lock:
        assert (lock.counter, lock.previous) == (5, holder)
    assert time.monotonic() - began >= 1


@pytest.mark.usefixtures('quick')
def test_a_heartbeat_of_a_wrong_clock_that_moves_is_alive(store: Store) -> None:
    put_holder(store, heartbeat_age=600)
    stop = threading.Event()

    def beat() -> None:
        age = 600.0
        while not stop.wait(0.3):
            age -= 0.3
            put_holder(store, heartbeat_age=age)
    thread = threading.Thread(target=beat)
    thread.start()
    try:
        with pytest.raises(LockedError, match='pid 7 on host elsewhere'), NsLock(store, 'one', wait=2):
            pass
    finally:
        stop.set()
        thread.join()


def test_the_one_that_was_taken_over_is_fenced_off(store: Store) -> None:
    with NsLock(store, 'one') as lock:
        put_holder(store, counter=lock.counter + 1)
        with pytest.raises(FencedError, match=r'was taken over \(counter 2, ours 1\)'):
            lock.fence()
    assert content(store)['holder']['host'] == 'elsewhere'


@pytest.mark.usefixtures('quick')
def test_the_one_that_was_taken_over_does_not_beat_any_more(store: Store) -> None:
    with NsLock(store, 'one') as lock:
        put_holder(store, counter=lock.counter + 1)
        time.sleep(0.3)
        assert content(store)['holder']['host'] == 'elsewhere'


def test_a_lock_file_that_was_removed_by_hand_fences_its_holder_off(store: Store) -> None:
    with NsLock(store, 'one') as lock:
        os.unlink(lock_path(store, 'one'))
        with pytest.raises(FencedError):
            lock.fence()


def test_the_fence_is_shut_after_the_end(store: Store) -> None:
    with NsLock(store, 'one') as lock:
        pass
    with pytest.raises(FencedError, match='is not held by this process'):
        lock.fence()


@pytest.mark.parametrize('garbage', ['', 'null', '[]', '{"counter": 3, "ho', '\x00' * 100, '{"holder": 5}',
                                     '{"counter": "x"}', '{"holder": {}, "counter": null}'])
def test_a_damaged_lock_file_can_be_taken(store: Store, garbage: str) -> None:
    Path(lock_path(store, 'one')).write_text(garbage, encoding='utf-8')
    assert not owner_alive(store, 'one')
    with NsLock(store, 'one', wait=0) as lock:
        lock.fence()


def test_looking_takes_nothing_and_makes_nothing(store: Store) -> None:
    assert holder_of(store, 'one') is None
    assert os.listdir(store.path) == []


def test_who_can_not_look_does_not_say_that_nobody_is_there(store: Store) -> None:
    os.symlink('loop', store.path + '/loop')
    os.symlink('loop', lock_path(store, 'one'))
    with pytest.raises(StoreError, match='ns_one.lock: can not be opened'):
        owner_alive(store, 'one')


def test_looking_does_not_get_in_the_way(store: Store) -> None:
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            owner_alive(store, 'one')
    threads = [threading.Thread(target=look) for _number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _round in range(20):
            with NsLock(store, 'one', wait=5):
                pass
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_lock_that_can_not_be_made_names_the_file() -> None:
    with pytest.raises(StoreError, match='ns_one.lock: can not be opened'), NsLock(Store('/proc/1'), 'one'):
        pass


def test_an_error_inside_frees_the_lock(store: Store) -> None:
    with pytest.raises(RuntimeError), NsLock(store, 'one'):
        raise RuntimeError
    assert content(store)['holder'] is None
    with NsLock(store, 'one', wait=0):
        pass
