# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: a clear error with path and value, no Python in it, and nothing made."""

from __future__ import annotations

import copy
import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    SANDBOX_HOME,
    Played,
    Project,
    document,
    log_size,
    play,
    refused,
    writes,
)

VDU = 'vnfs[0].vdus[0]'
NEWER = json.dumps({'schema': 999, 'kind': 'ns', 'id': 'x', 'name': 'x'})


@pytest.fixture(scope='module', autouse=True)
def project_is_as_before(project: Project) -> Iterator[None]:
    before = project.ids()
    yield
    assert project.ids() == before


@pytest.fixture(autouse=True)
def nothing_written() -> Iterator[None]:
    size = log_size()
    yield
    assert writes(size) == []


def vdu(document: dict[str, Any]) -> dict[str, Any]:
    return document['vnfs'][0]['vdus'][0]


def attempt(service: Service, text: str | dict[str, Any], *arguments: str, env: dict[str, str] | None = None,
            verb: str = 'instantiate', **more: Any) -> Played:
    """Run a verb with a document that is wrong."""
    path = service.folder / 'bad.yaml'
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    service.descriptor = str(path)
    return play(verb, *arguments, env=env, **service.variables(verb, **more))


#: Keys to put into the VDU of :func:`support.document`, and what the error must say.
WRONG_VDUS = {
    'an unknown key': ({'colour': 'red'}, f'{VDU}.colour', 'unknown'),
    'a wrong type': ({'count': 'two'}, f'{VDU}.count', 'two'),
    'a negative count': ({'count': -1}, f'{VDU}.count', '-1'),
    'on no network': ({'interfaces': []}, f'{VDU}.interfaces', VDU),
    'an unknown link': ({'interfaces': [{'name': 'eth0', 'virtual_link': 'datta'}]},
                        f'{VDU}.interfaces[0].virtual_link', 'datta'),
    'an IP outside its subnet': (
        {'interfaces': [{'name': 'eth0', 'virtual_link': 'data', 'ip_addresses': ['10.99.0.5', '10.81.0.6']}]},
        f'{VDU}.interfaces[0].ip_addresses[0]', '10.99.0.5', '10.81.0.0/24'),
    'two equal IPs': (
        {'interfaces': [{'name': 'eth0', 'virtual_link': 'data', 'ip_addresses': ['10.81.0.5', '10.81.0.5']}]},
        f'{VDU}.interfaces[0].ip_addresses[1]', '10.81.0.5'),
    'two equal PCI addresses': (
        {'interfaces': [{'name': name, 'virtual_link': 'data', 'vpci': '00:0a.0'} for name in ('eth0', 'eth1')]},
        f'{VDU}.interfaces[1].vpci', 'taken by', f'{VDU}.interfaces[0]'),
    'an unknown image': ({'image': 'cirrus'}, f'{VDU}.image: cirrus is not an image', 'nearest names are cirros'),
    'an unknown flavor': ({'flavor': 'm1.tinny'}, f'{VDU}.flavor: m1.tinny is not a flavor', 'm1.tiny'),
    'a missing variable': ({'cloud_init': {'text': '#cloud-config\nhostname: {{ hostnam }}\n'}}, 'hostnam', VDU),
}


@pytest.mark.parametrize('case', WRONG_VDUS)
def test_wrong_vdu(service: Service, case: str) -> None:
    keys, *words = WRONG_VDUS[case]
    refused(attempt(service, document(service.name, **keys)), *words)


def test_every_problem_is_told_at_once(service: Service) -> None:
    wrong = document(service.name, count=-1, colour='red', image='cirros', flavor={'vcpus': 0, 'ram_mib': 512, 'disk_gib': 1})
    wrong['virtual_links'][1]['subnets'][0]['cidr'] = '10.81.0.0/99'
    refused(attempt(service, wrong), f'{VDU}.count', f'{VDU}.colour', f'{VDU}.flavor.vcpus',
            'virtual_links[1].subnets[0].cidr', '10.81.0.0/99')


def test_what_is_not_in_the_cloud_is_told_at_once(service: Service) -> None:
    wrong = document(service.name, image='cirrus', flavor='m1.tinny')
    wrong['virtual_links'][0]['existing'] = 'sharde'
    refused(attempt(service, wrong), f'{VDU}.image: cirrus', f'{VDU}.flavor: m1.tinny',
            'virtual_links[0].existing: sharde is not a network', 'nearest names are shared')
    assert service.state() == 'ROLLED_BACK'


def test_yaml_that_does_not_parse(service: Service) -> None:
    refused(attempt(service, 'name: edge\nvnfs: [unclosed\nother: 1\n'), 'bad.yaml', 'line 3')


@pytest.mark.parametrize('text, word', [('- name: edge\n', 'a list'), ('', 'empty')])
def test_no_mapping(service: Service, text: str, word: str) -> None:
    refused(attempt(service, text), f'bad.yaml: a network service is a mapping, and this is {word}')


@pytest.mark.parametrize('verb', ['instantiate', 'update'])
def test_no_descriptor(service: Service, verb: str) -> None:
    refused(play(verb, nfv_ns=service.name, nfv_state_dir=str(service.state_dir)), 'descriptor')


def test_descriptor_that_is_not_there(service: Service) -> None:
    service.descriptor = str(service.folder / 'nowhere.yaml')
    refused(service.play(), 'nowhere.yaml')


# Clouds -----------------------------------------------------------------------------------------------------------


def clouds(service: Service, *, port: int | None = None, password: str | None = None, **more: Any) -> dict[str, str]:
    """The environment of a play with a clouds.yaml of its own."""
    known = yaml.safe_load((SANDBOX_HOME / 'clouds.yaml').read_text())['clouds']['sandbox']
    cloud = {**copy.deepcopy(known), **more}
    if port is not None:
        cloud['auth']['auth_url'] = f'http://127.0.0.1:{port}/v3'
    if password is not None:
        cloud['auth']['password'] = password
    path = service.folder / 'clouds.yaml'
    path.write_text(json.dumps({'clouds': {'sandbox': cloud}}))
    return {'OS_CLIENT_CONFIG_FILE': str(path)}


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def test_unknown_cloud(service: Service) -> None:
    wrong = document(service.name)
    wrong['vims']['default']['cloud'] = 'sandbx'
    refused(attempt(service, wrong), 'sandbx', 'did you mean sandbox', 'clouds.yaml')


def test_no_cloud(service: Service) -> None:
    wrong = document(service.name)
    del wrong['vims']
    refused(attempt(service, wrong), 'vims.default.cloud', 'nfv_cloud')


def test_wrong_credentials(service: Service) -> None:
    wrong = attempt(service, document(service.name), env=clouds(service, password='not-the-password'))
    refused(wrong, 'log in to cloud sandbox', 'requires authentication')
    assert 'not-the-password' not in wrong.out


def test_unreachable_keystone(service: Service) -> None:
    port, begin = closed_port(), time.monotonic()
    refused(attempt(service, document(service.name), env=clouds(service, port=port)), 'log in to cloud sandbox', f':{port}')
    assert time.monotonic() - begin < 30


def test_unreachable_nova(service: Service) -> None:
    port, begin = closed_port(), time.monotonic()
    env = clouds(service, compute_endpoint_override=f'http://127.0.0.1:{port}/v2.1')
    refused(attempt(service, document(service.name), env=env), 'list flavors', f'{port}')
    assert time.monotonic() - begin < 60


def test_quota_too_small(service: Service) -> None:
    """Every shortfall at once, with what is needed and what is free."""
    wide = document(service.name)
    wide['vims']['default']['cloud'] = 'sandbox-tiny'
    wide['virtual_links'].append({'name': 'more', 'subnets': [{'cidr': '10.82.0.0/24'}]})
    told = refused(attempt(service, wide), 'vims.default.quota.instances: 2 needed, 1 free (limit 1, used 0)',
                   'vims.default.quota.cores: 2 needed, 1 free', 'vims.default.quota.ram: 1024 MiB needed, 512 MiB free',
                   'vims.default.quota.port: 4 needed, 2 free', 'vims.default.quota.network: 2 needed, 1 free')
    assert 'quota.subnet' not in told.out
    assert service.state() == 'ROLLED_BACK'
    assert service.facts('ns')[0]['state'] == 'NOT_INSTANTIATED'


# State directory and records --------------------------------------------------------------------------------------


@pytest.mark.parametrize('place', ['below a file', 'in /proc', 'read only'])
def test_state_directory_that_can_not_be_written(service: Service, place: str) -> None:
    (service.folder / 'file').write_text('')
    paths = {'below a file': service.folder / 'file' / 'state', 'in /proc': Path('/proc/nfv'), 'read only': service.state_dir}
    if place == 'read only':
        if os.geteuid() == 0:
            pytest.skip('root may write everywhere')
        service.state_dir.mkdir(mode=0o500)
    refused(attempt(service, document(service.name), nfv_state_dir=str(paths[place])), str(paths[place]), 'nfv_state_dir')


@pytest.mark.parametrize('verb, content, words', [
    ('instantiate', '{"schema": 1, "name": ', ('not JSON',)),
    ('terminate', '["schema", 1]\n', ()),
    ('instantiate', NEWER, ('schema', '999')),
    ('terminate', NEWER, ('schema', '999')),
])
def test_fact_that_can_not_be_used(service: Service, verb: str, content: str, words: tuple[str, ...]) -> None:
    service.state_dir.mkdir(mode=0o700)
    fact = service.state_dir / f'ns_{uuid.uuid4()}.fact'
    fact.write_text(content)
    refused(attempt(service, document(service.name), verb=verb), str(fact), *words)
    assert fact.read_text() == content
    fact.unlink()
    assert list(service.state_dir.glob('*.fact')) == []


@pytest.mark.parametrize('verb', ['update', 'terminate'])
def test_unknown_ns(service: Service, verb: str) -> None:
    refused(attempt(service, document(service.name), verb=verb, nfv_ns='nobody'), 'nobody is not an NS', 'there are: none')


# What a playbook takes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize('verb, pattern, number', [
    ('instantiate', 'nowhere', '0'), ('instantiate', 'all', '2 (one, two)'), ('terminate', 'nowhere', '0')])
def test_nfv_hosts_must_match_one_host(service: Service, verb: str, pattern: str, number: str) -> None:
    refused(attempt(service, document(service.name), '-i', 'one,two', verb=verb, nfv_hosts=pattern),
            'nfv_hosts must match exactly one host', f"'{pattern}' matches {number}")
    assert not service.state_dir.exists()


@pytest.mark.parametrize('timeouts, words', [
    ({'server_activ': 5}, ('timeouts.server_activ: unknown', 'server_active')),
    ({'server_active': 'soon'}, ("timeouts.server_active: 'soon' is not a number of seconds",)),
    ({'call': -1}, ('timeouts.call: -1 is not a number of seconds above 0',)),
])
def test_bad_timeouts(service: Service, timeouts: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(attempt(service, document(service.name), nfv_timeouts=timeouts), *words)


def test_bad_max_parallel(service: Service) -> None:
    refused(attempt(service, document(service.name), nfv_max_parallel=0), 'max_parallel: 0')
