# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state directory is refused before anything is made when records would not be safe in it."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError, place

DOCKER = """\
600 500 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A,upperdir=/b,workdir=/c
601 600 0:53 / /proc rw,nosuid - proc proc rw
602 600 254:1 /srv/state /runner/state rw,relatime - ext4 /dev/vda1 rw
603 600 254:1 /srv/odd /mnt/with\\040space rw,relatime - ext4 /dev/vda1 rw
604 600 254:1 /var/lib/docker/containers/x/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
"""
MACHINE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
"""


@pytest.mark.parametrize(('path', 'mountinfo', 'lost'), [
    ('/root/.local/state/nfv.mano', DOCKER, True),
    ('/runner', DOCKER, True),
    ('/runner/statement', DOCKER, True),
    ('/runner/state', DOCKER, False),
    ('/runner/state/edge', DOCKER, False),
    ('/mnt/with space/state', DOCKER, False),
    ('/', DOCKER, True),
    # Other storage drivers: a folder, a subvolume or a data set of the host's disk is the container's root
    ('/root', '5 4 8:1 /var/lib/docker/vfs/dir/abc / rw - ext4 /dev/sda1 rw\n', True),
    ('/root', '5 4 0:30 /docker/btrfs/subvolumes/abc / rw - btrfs /dev/sda1 rw\n', True),
    ('/root', '5 4 0:30 / / rw - zfs pool/docker/abc rw\n', True),
    ('/root', '5 4 0:30 / / rw - fuse.fuse-overlayfs fuse-overlayfs rw\n', True),
    # A later mount on the same point hides the earlier one
    ('/data', DOCKER + '700 600 8:1 / /data rw - ext4 /dev/sdb rw\n', False),
    # A virtual machine that was made from a container's image
    ('/root/.local/state/nfv.mano', MACHINE, False),
    ('/root', 'a line that says nothing\n' + DOCKER, True),
])
def test_what_goes_with_its_container(path: str, mountinfo: str, lost: bool) -> None:
    assert place.is_lost_with_container(path, mountinfo) is lost


@pytest.mark.parametrize('mark', ['file', 'variable', None])
def test_marks_of_containers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mark: str | None) -> None:
    monkeypatch.undo()
    monkeypatch.delenv(place.CONTAINER_VARIABLE, raising=False)
    monkeypatch.setattr(place, 'CONTAINER_MARKS', (str(tmp_path / 'no'), str(tmp_path / 'mark')))
    if mark == 'file':
        (tmp_path / 'mark').touch()
    if mark == 'variable':
        monkeypatch.setenv(place.CONTAINER_VARIABLE, '10.0.0.1')
    assert place.in_container() is (mark is not None)


def test_in_a_container_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, 'in_container', lambda: True)
    monkeypatch.setattr(place, 'is_lost_with_container', lambda _path, _mountinfo: True)
    with pytest.raises(StoreError) as caught:
        Store(str(tmp_path / 'deep' / 'state')).prepare()
    assert caught.value.path == str(tmp_path / 'deep' / 'state')
    assert 'mount a volume there, or set nfv_state_dir to one' in caught.value.reason
    assert list(tmp_path.iterdir()) == []


def test_on_a_volume_of_a_container_it_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, 'in_container', lambda: True)
    monkeypatch.setattr(place, 'is_lost_with_container', lambda _path, _mountinfo: False)
    Store(str(tmp_path / 'state')).prepare()
    assert (tmp_path / 'state').is_dir()


def test_the_home_directory_is_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('HOME', str(tmp_path))
    store = Store('~/a/b')
    assert store.path == f'{tmp_path}/a/b'
    assert not os.path.exists(store.path)
    store.prepare()
    assert stat.S_IMODE(os.stat(store.path).st_mode) == 0o700


def test_a_directory_that_can_not_be_made() -> None:
    with pytest.raises(StoreError, match='^/proc/nowhere/state: can not be made the state directory: No such file'):
        Store('/proc/nowhere/state').prepare()


def test_a_directory_that_can_not_be_written() -> None:
    with pytest.raises(StoreError, match='^/proc/self/fdinfo: can not be written: .*; set nfv_state_dir'):
        Store('/proc/self/fdinfo').prepare()


@pytest.mark.parametrize('create', [True, False])
def test_a_file_where_the_directory_should_be(tmp_path: Path, create: bool) -> None:
    (tmp_path / 'state').write_text('', encoding='utf-8')
    with pytest.raises(StoreError, match=f'^{tmp_path}/state: '):
        Store(str(tmp_path / 'state')).prepare(create=create)


def test_reading_only_makes_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path / 'state'))
    store.prepare(create=False)
    assert store.all('ns') == []
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_ours_is_made_private(store: Store) -> None:
    store.new_ns('edge1')
    os.chmod(store.path, 0o777)
    store.prepare()
    assert stat.S_IMODE(os.stat(store.path).st_mode) == 0o700


@pytest.mark.parametrize('mode', [0o1777, 0o777])
def test_a_directory_of_everybody_is_refused_and_stays_as_it_is(tmp_path: Path, mode: int) -> None:
    (tmp_path / 'somebody').touch()
    tmp_path.chmod(mode)
    with pytest.raises(StoreError, match='everybody can write to it; set nfv_state_dir to a directory of its own'):
        Store(str(tmp_path)).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode
    assert os.listdir(tmp_path) == ['somebody']


def test_a_directory_with_other_things_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / 'something').touch()
    tmp_path.chmod(0o755)
    Store(str(tmp_path)).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_nothing_is_left_of_trying_it_out(store: Store) -> None:
    store.prepare()
    assert os.listdir(store.path) == []


def test_the_same_pid_in_another_container_is_not_in_the_way(store: Store) -> None:
    with open(os.path.join(store.path, f'probe-{os.getpid()}.tmp'), 'w', encoding='utf-8') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        store.prepare()


def test_a_full_disk_is_told_before_anything_is_done(small_disk: Path) -> None:
    store = Store(str(small_disk / 'state'))
    store.prepare()
    with pytest.raises(OSError, match='No space'), open(small_disk / 'filling', 'wb', buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(StoreError, match='state: can not be written: No space left on device; set nfv_state_dir'):
        store.prepare()
    assert os.listdir(store.path) == []


def granted_always(_fd: int, _how: int) -> None:
    """A file system that ignores locks."""


def granted_never(_fd: int, _how: int) -> None:
    """A file system that has no locks."""
    raise OSError(95, 'Operation not supported')


@pytest.mark.parametrize('flock', [granted_always, granted_never])
def test_a_file_system_without_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flock: Any) -> None:
    with monkeypatch.context() as patched, pytest.raises(StoreError, match='is on a file system without locks'):
        patched.setattr(fcntl, 'flock', flock)
        Store(str(tmp_path / 'state')).prepare()
    assert os.listdir(tmp_path / 'state') == []
