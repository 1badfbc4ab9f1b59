# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries in every secret that a user gives: what is shown and what is stored has none of them."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openstack
import pytest
import yaml
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    SANDBOX_HOME,
    Played,
    changed_count,
    document,
    good,
    play,
    refused,
)


class Canaries(NamedTuple):
    """The secrets of one user."""

    token: str
    passphrase: str
    password: str

    def songs(self, text: bytes) -> list[str]:
        """The secrets that are in a text, as they are and in base64."""
        return [name for name, value in self._asdict().items() for form in _forms(value) if form in text]


def _forms(value: str) -> set[bytes]:
    """A value and what base64 makes of it wherever in a longer text it stands."""
    plain = value.encode()
    shifted = (base64.b64encode(b'\0' * shift + plain) for shift in range(3))
    return {plain, *(text[4:-4] for text in shifted)}


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    """With a user of the project whose password is one of them, as cloud canary of a clouds.yaml beside the state."""
    secrets = Canaries(*(f'canary{uuid.uuid4().hex}' for _number in range(3)))
    known = yaml.safe_load((SANDBOX_HOME / 'clouds.yaml').read_text())['clouds']
    cloud = openstack.connect(cloud='sandbox-admin')
    identity, name = cloud.identity, f'canary-{uuid.uuid4().hex[:8]}'
    project = identity.find_project(known['sandbox']['auth']['project_name'])
    user = identity.create_user(name=name, password=secrets.password, domain_id='default', default_project_id=project.id)
    try:
        identity.assign_project_role_to_user(project, user, identity.find_role('member'))
        mine = {**known['sandbox'], 'auth': {**known['sandbox']['auth'], 'username': name, 'password': secrets.password}}
        (tmp_path / 'clouds.yaml').write_text(json.dumps({'clouds': {**known, 'canary': mine}}))
        yield secrets
    finally:
        identity.delete_user(user)


class Watched:
    """Plays of a service, as chatty as they can be, whose every trace is searched."""

    def __init__(self, service: Service, canaries: Canaries) -> None:
        self.service, self.canaries = service, canaries
        self.temporary = service.folder / 'temporary'
        self.temporary.mkdir()

    def play(self, verb: str, *arguments: str, **more: Any) -> Played:
        folder = str(self.temporary)
        env = {'OS_CLIENT_CONFIG_FILE': str(self.service.folder / 'clouds.yaml'), 'TMPDIR': folder,
               'ANSIBLE_LOCAL_TEMP': folder, 'ANSIBLE_REMOTE_TEMP': folder}
        played = play(verb, '-vvv', '--diff', *arguments, env=env,
                      **self.service.variables(verb, nfv_passphrase=self.canaries.passphrase, **more))
        assert self.canaries.songs(played.out.encode()) == []
        assert {str(path): found for path in self.files() if (found := self.canaries.songs(path.read_bytes()))} == {}
        return played

    def files(self) -> list[Path]:
        """Records and journals, and whatever Ansible has left behind."""
        return [path for folder in (self.service.state_dir, self.temporary) for path in folder.rglob('*') if path.is_file()]


def secretive(service: Service, token: str, **cloud_init: Any) -> dict[str, Any]:
    value = document(service.name, 1, cloud_init={
        'text': '#cloud-config\npassword: "{{ token }}"\nrole: plays the {{ role }}\n', 'params': {'role': 'front'},
        'secret_params': {'token': token}, **cloud_init})
    value['vims']['default']['cloud'] = 'canary'
    return value


def user_data(service: Service) -> str:
    """What Nova has, as only an administrator may see it."""
    (server,) = service.mine()['servers']
    seen = openstack.connect(cloud='sandbox-admin').compute.get(f'/servers/{server.id}', microversion='2.3').json()
    return base64.b64decode(seen['server']['OS-EXT-SRV-ATTR:user_data']).decode()


def test_secrets_reach_nova_and_nobody_else(service: Service, canaries: Canaries) -> None:
    watched = Watched(service, canaries)
    service.write(secretive(service, canaries.token))
    good(watched.play('instantiate', '--check'))
    good(watched.play('instantiate'))
    rendered = user_data(service)
    assert f'password: "{canaries.token}"' in rendered
    assert 'role: plays the front' in rendered
    assert not [path for path in watched.files() if b'plays the front' in path.read_bytes()]
    journals = [path for path in watched.files() if path.name == 'journal']
    assert journals
    (record,) = service.facts('ns')
    kept = record['document']['vnfs'][0]['vdus'][0]['cloud_init']
    assert kept['secret_params'] == {'token': 'REDACTED'}
    assert kept['params'] == {'role': 'front'}
    assert changed_count(good(watched.play('instantiate')).out) == 0


@pytest.mark.slow
def test_another_secret_is_another_server(service: Service, canaries: Canaries) -> None:
    """A secret that changed is told as changed user data, with neither value."""
    watched = Watched(service, canaries)
    service.write(secretive(service, f'{canaries.token}-before'))
    good(watched.play('instantiate'))
    service.write(secretive(service, canaries.token))
    refused(watched.play('instantiate'), 'web/front/0', 'user data has changed', 'nfv_allow_delete')
    assert f'{canaries.token}-before' in user_data(service)


@pytest.mark.parametrize('more', [{'text': '#cloud-config\n{{ token }} {{ nowhere }}\n'}, {'params': {'token': 'twice'}}])
def test_errors_tell_no_secret(service: Service, canaries: Canaries, more: dict[str, Any]) -> None:
    service.write(secretive(service, canaries.token, **more))
    refused(Watched(service, canaries).play('instantiate'), 'vnfs[0].vdus[0].cloud_init')


def test_login_errors_tell_no_password(service: Service, canaries: Canaries) -> None:
    clouds = json.loads((service.folder / 'clouds.yaml').read_text())
    clouds['clouds']['canary']['auth']['username'] = 'nobody'
    (service.folder / 'clouds.yaml').write_text(json.dumps(clouds))
    service.write(secretive(service, canaries.token))
    refused(Watched(service, canaries).play('instantiate'), 'log in to cloud canary')
