# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public keys into guests that are real sshds; the record that leads to them is of a VIM in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.inject import inject
from ansible_collections.nfv.mano.plugins.module_utils.operation.injection import Wish
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.tests.integration.sshd import USER, Sshd
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, site, wanted

__all__ = ['site']

SECRET = 'a long canary of a passphrase'
PASSWORD = 'canary password of a guest'
KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPcG1Jx0vSFNX0sjYdQ8TyYB7Xm1nVhGmDFG2nSZ8k9J operator@home'
BLOB = KEY.rpartition(' ')[0]


class Guests:
    """An NS of two instances, each a guest of its own, which cloud-init has let the NS's key into."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        site.apply('instantiate', document=wanted(2, ssh_access=USER), passphrase=SECRET)
        self.sshds = [Sshd(folder / str(index)).start() for index in range(2)]
        self.public = site.ns()['ssh_public_key']
        for one in self.sshds:
            one.keys.write_text(f'{self.public}\n')

    def inject(self, dry: bool = False, **more: Any) -> dict[str, Any]:
        places = {f'web/front/{index}': one.place for index, one in enumerate(self.sshds)}
        login = {} if 'password' in more or 'passphrase' in more else {'passphrase': SECRET}
        return inject(Wish(**{'state_dir': self.site.store.path, 'ns': 'edge1', 'key': KEY, 'addresses': places, 'timeout': 10,
                              **login, **more}), dry)

    def keys(self) -> list[list[str]]:
        return [one.keys.read_text().splitlines() for one in self.sshds]


@pytest.fixture
def guests(site: Site, tmp_path: Path) -> Iterator[Guests]:
    one = Guests(site, tmp_path)
    yield one
    for sshd in one.sshds:
        sshd.stop()


def test_every_guest_has_it_and_a_second_run_changes_nothing(guests: Guests) -> None:
    before = guests.site.files()
    planned = guests.inject(dry=True)
    assert (planned['changed'], planned['op_occ']) == (True, {'id': None, 'state': None, 'operation': None, 'result': 'planned'})
    assert planned['diff']['prepared'].splitlines() == [
        'Plan for edge1: 0 to create, 2 to update, 0 to replace, 0 to delete, 0 unchanged',
        *(f'  ~   key    web/front/{index}  ssh-ed25519 operator@home -> {USER}@127.0.0.1' for index in range(2))]
    assert (guests.site.files(), guests.keys()) == (before, [[guests.public]] * 2)

    done = guests.inject()
    assert (done['changed'], done['op_occ']['state'], done['op_occ']['result']) == (True, 'COMPLETED', 'changed')
    assert [(one['name'], one['changed'], one['failed'], one['msg']) for one in done['instances']] == [
        (f'web/front/{index}', True, False, 'the key was put in') for index in range(2)]
    assert guests.keys() == [[guests.public, KEY]] * 2
    assert guests.site.newest.operation == 'INJECT_SSH_KEY'

    before = guests.site.files()
    for dry in (True, False):
        again = guests.inject(dry=dry)
        assert (again['changed'], again['op_occ']['result'], again['op_occ']['id']) == (False, 'unchanged', None)
    assert (guests.site.files(), guests.keys()) == (before, [[guests.public, KEY]] * 2)
    assert not any(SECRET.encode() in content for content in before.values())


FILES: list[tuple[str | None, list[str]]] = [
    ('', [KEY]),
    (None, [KEY]),
    (f'{BLOB} another comment\n', [f'{BLOB} another comment']),
    (f'no-pty,command="/bin/true" {BLOB}\n', [f'no-pty,command="/bin/true" {BLOB}']),
    (f'# {KEY}\n', [f'# {KEY}', KEY]),
    ('ssh-rsa AAAA without-end-of-line', ['ssh-rsa AAAA without-end-of-line', KEY])]


def test_what_else_is_in_the_file_stays(guests: Guests, tmp_path: Path) -> None:
    """The login is with another file than the one that is written, so that its content is free."""
    one = guests.sshds[0]
    one.stop()
    login = tmp_path / 'login_keys'
    login.write_text(f'{guests.public}\n')
    written, one.keys = one.keys, login
    one.start()
    for content, expected in FILES:
        if content is None:
            shutil.rmtree(written.parent)
        else:
            written.write_text(content)
        done = guests.inject(count_index=0, vdu='front', addresses={'web/front/0': one.place})
        assert (written.read_text().splitlines(), done['changed']) == (expected, expected[-1] == KEY)
        if content is None:
            assert (written.stat().st_mode & 0o777, written.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_one_that_is_down_fails_alone_and_the_next_run_puts_in_what_is_missing(guests: Guests) -> None:
    guests.sshds[1].stop()
    with pytest.raises(OpOccError) as caught:
        guests.inject()
    result: dict[str, Any] = vars(caught.value)['result']
    assert [(one['changed'], one['failed']) for one in result['instances']] == [(True, False), (False, True)]
    assert 'the key is not in 1 of 2 instances' in result['message'] and 'web/front/1: ' in result['message']
    assert 'Connection refused' in result['instances'][1]['msg']
    assert guests.site.newest.state == result['op_occ']['state'] == 'FAILED'
    guests.sshds[1].start()
    done = guests.inject()
    assert [one['changed'] for one in done['instances']] == [False, True]
    assert guests.keys() == [[guests.public, KEY]] * 2


def test_a_host_key_that_changed_is_refused(guests: Guests) -> None:
    guests.inject()
    known = Path(guests.site.store.known_hosts_file(guests.site.ns()['id']))
    ids = [one['id'] for item, one in sorted(guests.site.resources().items()) if item.startswith('vdu:')]
    assert [line.split()[0] for line in sorted(known.read_text().splitlines())] == sorted(ids)
    one = guests.sshds[1]
    one.stop()
    one.new_host_key()
    one.start()
    with pytest.raises(OpOccError) as caught:
        guests.inject()
    assert f'remove the line of {ids[1]} from {known}' in caught.value.problem.detail
    assert not guests.inject(host_key_checking=False)['changed']
    guests.site.apply('terminate')
    assert not known.exists()


def test_a_guest_that_does_not_let_us_in(guests: Guests) -> None:
    guests.sshds[0].keys.write_text('')
    with pytest.raises(OpOccError) as caught:
        guests.inject()
    assert "does not let the service's key pair in" in caught.value.problem.detail


def test_what_died_with_its_owner_is_closed_by_the_next_run(guests: Guests) -> None:
    with NsLock(guests.site.store, guests.site.ns()['id']) as lock:
        died = OpOccs(guests.site.store).start('INJECT_SSH_KEY', guests.site.ns(), {}, {}, lock.owner, {})
        died.trigger('grant', owner=lock.owner)
    for verb in ('scale', 'rollback', 'retry'):
        with pytest.raises(OpOccError):
            guests.site.apply(verb, params={'count': 3} if verb == 'scale' else {})
    assert guests.inject()['op_occ']['state'] == 'COMPLETED'
    assert OpOccs(guests.site.store).get(died.id).state == 'FAILED'


def test_another_open_operation_refuses_it(guests: Guests) -> None:
    guests.site.failing('create_ports')
    guests.site.fails('scale', params={'count': 3})
    for dry in (True, False):
        with pytest.raises(OpOccError, match='INJECT_SSH_KEY refused: SCALE'):
            guests.inject(dry=dry)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({'vnf': 'wbe'}, 'vnf: wbe is not a VNF of edge1 (there are: web)'),
    ({'count_index': 5}, 'count_index: 5 is not an instance of VDU web/front (there are: 0 to 1)'),
    ({'key': 'hello'}, 'key: this is no public SSH key: write it as in authorized_keys, on one line'),
    ({'addresses': {'web/front/7': '127.0.0.1'}},
     'addresses: web/front/7 is not an instance that is meant (there are: web/front/0, web/front/1)'),
    ({'addresses': {'web/front/0': {'port': 22}}}, 'addresses.web/front/0: neither an address nor a mapping of address and port'),
    ({'passphrase': None}, 'passphrase: it opens the key pair of edge1: set nfv_passphrase or nfv_key_file, or nfv_ssh_password '
                           'to log in without the key pair')]


@pytest.mark.parametrize('dry', [True, False])
def test_wrong_input(guests: Guests, dry: bool) -> None:
    before = guests.site.files()
    for more, problem in WRONG:
        with pytest.raises(InputError) as caught:
            guests.inject(dry=dry, **more)
        assert caught.value.problems == [problem]
    with pytest.raises(InputError, match='passphrase: this is not what the key pair .* is encrypted with'):
        guests.inject(dry=dry, passphrase='wrong')
    assert (guests.site.files(), [one.logins() for one in guests.sshds]) == (before, [0, 0])


def test_a_service_without_a_key_pair(site: Site) -> None:
    site.apply('instantiate', document=wanted(1))
    with pytest.raises(InputError) as caught:
        inject(Wish(state_dir=site.store.path, ns='edge1'), False)
    assert [one.partition(':')[0] for one in caught.value.problems] == ['key', 'password', 'user']


def may_unshare() -> bool:
    return os.geteuid() == 0 and subprocess.run(['unshare', '--mount', 'true'], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_unshare(), reason='a password of its own for sshd needs root')
def test_with_a_password_the_service_own_key_goes_in(site: Site, tmp_path: Path) -> None:
    hashed = subprocess.run(['openssl', 'passwd', '-6', '-stdin'], input=f'{PASSWORD}\n', capture_output=True, text=True,
                            timeout=30, check=True).stdout.strip()
    site.apply('instantiate', document=wanted(1, ssh_access=True), passphrase=SECRET)
    guest = Sshd(tmp_path / 'guest', password=hashed).start()
    asked = {'state_dir': site.store.path, 'ns': 'edge1', 'user': USER, 'addresses': {'web/front/0': guest.place}}
    try:
        with pytest.raises(OpOccError) as caught:
            inject(Wish(**asked, password='wrong'), False)
        assert 'does not let the password in' in caught.value.problem.detail
        assert inject(Wish(**asked, password=PASSWORD), False)['changed']
        assert guest.keys.read_text() == f'{site.ns()["ssh_public_key"]}\n'
        assert not inject(Wish(**asked, passphrase=SECRET), False)['changed']
        assert not any(secret.encode() in content for content in site.files().values() for secret in (PASSWORD, SECRET))
    finally:
        guest.stop()
