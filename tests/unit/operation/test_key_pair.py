# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key pair of an NS: made once, encrypted, in the user data of those that ask for it, gone with the service."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation.key_pair import PUBLIC
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

SECRET = 'a long canary of a passphrase'


def spied(site: Site) -> list[str]:
    """User data of the servers that are made from now on."""
    seen: list[str] = []

    def before(name: str, what: Any) -> None:
        if name == 'create_server':
            seen.append(what['user_data'])
    site.vim.before = before
    return seen


def opened(site: Site, passphrase: str) -> subprocess.CompletedProcess[str]:
    """What OpenSSH makes of the stored private key."""
    command = ['ssh-keygen', '-y', '-P', passphrase, '-f', site.store.key_file(site.ns()['id'])]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def asking(count: int = 1, **more: Any) -> dict[str, Any]:
    return wanted(count, ssh_access='debian', **more)


def test_made_once_and_the_same_ever_after(site: Site) -> None:
    seen = spied(site)
    assert site.diff('instantiate', document=asking(), passphrase=SECRET)['changed']
    assert not Path(site.store.path).exists()
    site.apply('instantiate', document=asking(), passphrase=SECRET)
    public = site.ns()[PUBLIC]
    assert public.startswith('ssh-rsa AAAA') and public.endswith(' nfv.mano/edge1')
    assert seen == [f'#cloud-config\nssh_authorized_keys:\n- {public}\n']
    assert opened(site, SECRET).stdout.split()[:2] == public.split()[:2]
    assert opened(site, 'wrong').returncode
    kept = Path(site.store.key_file(site.ns()['id']))
    assert (kept.stat().st_mode & 0o777, kept.read_text().splitlines()[0]) == (0o600, '-----BEGIN ENCRYPTED PRIVATE KEY-----')
    before = site.files()
    for more in ({'passphrase': SECRET}, {}):
        assert not site.apply('instantiate', document=asking(), **more)['changed']
    assert site.files() == before
    site.apply('scale', params={'count': 3})
    assert seen == [seen[0]] * 3
    assert not any(SECRET.encode() in content for content in site.files().values())


def test_those_that_do_not_ask_do_not_get_it(site: Site) -> None:
    seen = spied(site)
    document = asking()
    document['vnfs'][0]['vdus'].append({**wanted()['vnfs'][0]['vdus'][0], 'name': 'back', 'count': 1})
    site.apply('instantiate', document=document, passphrase=SECRET)
    assert sorted(bool(one) for one in seen) == [False, True]


def test_no_key_pair_where_nobody_asks(site: Site) -> None:
    site.apply('instantiate', document=wanted(), passphrase=SECRET)
    assert (site.ns().get(PUBLIC), site.store.read_key(site.ns()['id'])) == (None, None)


def test_terminate_takes_it_away(site: Site) -> None:
    site.apply('instantiate', document=asking(), passphrase=SECRET)
    public = site.ns()[PUBLIC]
    site.apply('terminate')
    assert (PUBLIC in site.ns(), site.store.read_key(site.ns()['id'])) == (False, None)
    site.apply('instantiate', document=asking(), passphrase=SECRET)
    assert site.ns()[PUBLIC] != public


def test_a_retry_takes_the_same_and_a_rollback_takes_it_away(site: Site) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=asking(), passphrase=SECRET)
    public = site.ns()[PUBLIC]
    seen = spied(site)
    site.failing('create_server')
    site.fails('retry')
    assert site.ns()[PUBLIC] == public
    site.mended()
    assert seen == []
    site.apply('rollback')
    assert (PUBLIC in site.ns(), site.store.read_key(site.ns()['id'])) == (False, None)


def test_what_a_retry_was_given_is_not_stored(site: Site) -> None:
    site.failing('create_server')
    site.fails('instantiate', document=asking(), passphrase=SECRET)
    assert not any(SECRET.encode() in content for content in site.files().values())


@pytest.mark.parametrize('dry', [False, True])
@pytest.mark.parametrize('verb', ['instantiate', 'scale'])
def test_a_wrong_passphrase(site: Site, verb: str, dry: bool) -> None:
    site.apply('instantiate', document=asking(), passphrase=SECRET)
    before = site.files()
    options: dict[str, Any] = {'document': asking()} if verb == 'instantiate' else {'params': {'count': 2}}
    with pytest.raises(InputError) as caught:
        (site.diff if dry else site.apply)(verb, passphrase='wrong', **options)
    assert caught.value.problems == ['passphrase: this is not what the key pair '
                                     f'{site.store.key_file(site.ns()["id"])} is encrypted with, or that file is damaged']
    assert site.files() == before


def test_it_has_to_be_encrypted(site: Site) -> None:
    for verb in (site.diff, site.apply):
        with pytest.raises(InputError, match='the key pair of edge1, which VDU web/front asks for by ssh_access, is kept'):
            verb('instantiate', document=asking())
    assert site.vim.called == []


def test_a_private_key_that_is_lost_replaces_no_server(site: Site) -> None:
    site.apply('instantiate', document=asking(), passphrase=SECRET)
    site.store.delete_key(site.ns()['id'])
    assert not site.apply('instantiate', document=asking(), passphrase='another')['changed']


@pytest.mark.parametrize(('content', 'mode', 'problem'), [
    (b'0123456789abcdef\n', 0o600, None), (b'0123456789abcdef\n', 0o640, 'has mode 0640: others may read it; chmod 600 it'),
    (b'\n', 0o600, 'is empty'), (None, 0, 'can not be read: No such file')])
def test_a_key_file(site: Site, tmp_path: Path, content: bytes | None, mode: int, problem: str | None) -> None:
    path = tmp_path / 'key'
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    if problem is None:
        site.apply('instantiate', document=asking(), key_file=str(path))
        assert opened(site, '0123456789abcdef').returncode == 0
        return
    with pytest.raises(InputError) as caught:
        site.apply('instantiate', document=asking(), key_file=str(path))
    assert caught.value.problems[0].startswith(f'key_file: {path} {problem}')


def test_one_secret_of_two(site: Site, tmp_path: Path) -> None:
    with pytest.raises(InputError, match='key_file: passphrase is given as well'):
        site.apply('instantiate', document=asking(), passphrase=SECRET, key_file=str(tmp_path / 'key'))
