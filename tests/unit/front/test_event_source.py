# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source itself: its server on a real socket, its limits, and who may call."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import datetime
import importlib.util
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.operation.asked import CARRY_OUT
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.auth import Guard, hash_password, read_users
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.changing import AGAIN
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Call
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.options import OptionError, Options
from ansible_collections.nfv.mano.plugins.module_utils.store import StoreError
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, Client
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / 'extensions' / 'eda' / 'plugins' / 'event_source' / 'sol_vnflcm.py'
V2 = {'Version': '2.0.0'}


def load() -> Any:
    spec = importlib.util.spec_from_file_location('sol_vnflcm', SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_port() -> int:
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return int(one.getsockname()[1])


def self_signed(folder: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, '127.0.0.1')])
    today = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), today,
                                   today + datetime.timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))])
    signed = made.add_extension(address, False).add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256())
    path = folder / 'front.pem'
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


@pytest.fixture
def served(client: Client) -> Callable[..., Any]:
    """Runs a test's coroutine against a served front; returns the events."""
    def run(test: Callable[[aiohttp.ClientSession, int], Coroutine[Any, Any, None]], **options: Any) -> list[dict[str, Any]]:
        async def main() -> list[dict[str, Any]]:
            port, queue = free_port(), asyncio.Queue()
            args = {'state_dir': client.site.store.path, 'port': port, 'packages': str(client.folder), 'clouds': 'cloud',
                    **options}
            task = asyncio.create_task(load().main(queue, args))
            try:
                for _attempt in range(200):
                    await asyncio.sleep(0.02)
                    if task.done():
                        task.result()
                    try:
                        (await asyncio.open_connection('127.0.0.1', port))[1].close()
                        break
                    except OSError:
                        continue
                async with aiohttp.ClientSession(f'http://127.0.0.1:{port}') as session:
                    await test(session, port)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return [queue.get_nowait() for _number in range(queue.qsize())]
        return asyncio.run(asyncio.wait_for(main(), 60))
    return run


def test_an_operation_is_answered_and_becomes_one_event(served: Callable[..., Any], client: Client) -> None:
    location = ''

    async def test(session: aiohttp.ClientSession, port: int) -> None:
        nonlocal location
        async with session.post('/vnflcm/v2/vnf_instances', json={'vnfdId': 'web-1.0'}, headers=V2) as answer:
            assert answer.status == 201 and answer.headers['Version'] == '2.0.0'
            vnf = await answer.json()
        assert answer.headers['Location'] == f'http://127.0.0.1:{port}/vnflcm/v2/vnf_instances/{vnf["id"]}'
        async with session.post(f'{answer.headers["Location"]}/instantiate', json=INSTANTIATE, headers=V2) as answer:
            assert answer.status == 202 and await answer.read() == b''
            location = answer.headers['Location']
        async with session.get(location, headers=V2) as answer:
            assert (await answer.json())['operationState'] == 'STARTING'
    [event] = served(test)
    assert event['nfv']['verb'] == 'carry_out' and event['nfv']['state_dir'] == client.site.store.path
    client.carry_out(event['nfv'])
    assert client.op_occ(location)['operationState'] == 'COMPLETED'

    async def nothing(_session: aiohttp.ClientSession, _port: int) -> None:
        await asyncio.sleep(0.1)
    assert served(nothing) == []


def test_what_was_left_is_told_at_the_start(served: Callable[..., Any], client: Client) -> None:
    event = client.ask(client.create(), 'instantiate', INSTANTIATE)[1]

    async def nothing(_session: aiohttp.ClientSession, _port: int) -> None:
        await asyncio.sleep(0.2)
    assert [one['nfv'] for one in served(nothing)] == [event]


def test_limits(served: Callable[..., Any]) -> None:
    async def test(session: aiohttp.ClientSession, port: int) -> None:
        async with session.post('/vnflcm/v2/vnf_instances', data=b'x' * 3000, headers=V2) as answer:
            assert answer.status == 413 and (await answer.json())['status'] == 413

        async def chunks() -> Any:
            for _number in range(10):
                yield b'x' * 500
        async with session.post('/vnflcm/v2/vnf_instances', data=chunks(), headers=V2) as answer:
            assert answer.status == 413
        # A header that never ends, and a body that never comes
        for sent, expected in ((b'GET / HTTP/1.1\r\nHost: x\r\n', b''),
                               (b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n', b'408')):
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
            start = time.monotonic()
            writer.write(sent)
            try:
                got = await asyncio.wait_for(reader.read(), 5)
            except ConnectionError:
                got = b''
            assert expected in got and time.monotonic() - start < 3
            writer.close()
        async with session.get('/vnflcm/api_versions') as answer:
            assert answer.status == 200
        await asyncio.sleep(1.0)
        # A connection that was used and is idle is not closed for that
        async with session.get('/vnflcm/api_versions') as answer:
            assert answer.status == 200
    assert served(test, max_body='2048', header_timeout='0.5', body_timeout=0.5) == []


@pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning')
def test_tls(served: Callable[..., Any], tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))

    async def test(session: aiohttp.ClientSession, port: int) -> None:
        url = f'https://127.0.0.1:{port}/vnflcm/api_versions'
        async with session.get(url, ssl=trusting) as answer:
            assert answer.status == 200
        with pytest.raises(aiohttp.ClientError):
            await session.get(url)
        with pytest.raises(aiohttp.ClientError):
            await session.get('/vnflcm/api_versions')
        old = ssl.create_default_context(cafile=str(certificate))
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with pytest.raises(aiohttp.ClientError):
            await session.get(url, ssl=old)
    served(test, certificate=str(certificate))


def test_too_many_requests_at_once(served: Callable[..., Any]) -> None:
    async def test(session: aiohttp.ClientSession, port: int) -> None:
        slow = []
        for _number in range(2):
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
            writer.write(b'POST /vnflcm/v1/vnf_instances HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n')
            slow.append((reader, writer))
        await asyncio.sleep(0.2)
        async with session.get('/vnflcm/api_versions') as answer:
            assert answer.status == 503 and answer.headers['Retry-After'] == '1'
        for _reader, writer in slow:
            writer.close()
        await asyncio.sleep(0.2)
        async with session.get('/vnflcm/api_versions') as answer:
            assert answer.status == 200
    served(test, max_requests=2)


def test_passwords(served: Callable[..., Any], tmp_path: Path) -> None:
    users = tmp_path / 'users'
    users.write_text(f'# who may call\nnfvo:{hash_password("a pass:word")}\n', encoding='utf-8')
    users.chmod(0o600)
    assert 'pass:word' not in users.read_text(encoding='utf-8')

    async def test(session: aiohttp.ClientSession, _port: int) -> None:
        for given, status in (('', 401), ('nfvo:a pass:word', 200), ('nfvo:other', 401), ('other:a pass:word', 401),
                              ('nfvo', 401), ('nfvo:a pass:word', 200)):
            headers = {**V2, 'Authorization': f'Basic {base64.b64encode(given.encode()).decode()}'}
            async with session.get('/vnflcm/v2/vnf_instances', headers=headers if given else V2) as answer:
                assert answer.status == status
                assert ('WWW-Authenticate' in answer.headers) == (status == 401)
    served(test, users_file=str(users))
    users.chmod(0o644)
    with pytest.raises(StoreError):
        read_users(str(users))


def test_tokens() -> None:
    asked: list[str] = []

    def roles(token: str) -> frozenset[str] | None:
        asked.append(token)
        return {'good': frozenset({'member'}), 'other': frozenset({'reader'})}.get(token)
    guard = Guard({}, roles, frozenset({'member'}))
    for token, good in (('good', True), ('good', True), ('other', False), ('bad', False), ('', False), ('a\r\nb', False)):
        assert (guard.refuse(Call('GET', '/', headers={'x-auth-token': token})) is None) == good
    assert asked == ['good', 'other', 'bad']
    assert [guard.knows(Call('GET', '/', headers={'x-auth-token': token})) for token in ('good', 'other')] == [True, False]


@pytest.mark.parametrize(('given', 'word'), [
    ({'host': '0.0.0.0'}, 'users_file'), ({'host': 'localhost'}, 'users_file'), ({'port': 'x'}, 'port'),
    ({'port': 70000}, 'port'), ({'what': 1}, 'what'), ({'max_body': 0}, 'max_body'), ({'certificate_key': 'x'}, 'certificate'),
    ({'api_root': 'x'}, 'api_root'), ({'keystone_roles': 'x'}, 'keystone'), ({'header_timeout': 'nan'}, 'header_timeout')])
def test_options_that_can_not_be_used(given: dict[str, Any], word: str) -> None:
    with pytest.raises(OptionError, match=word):
        Options.of(given)


def test_options() -> None:
    made = Options.of({'host': '::1', 'port': '80', 'clouds': 'a, b', 'keystone_roles': ['x'], 'keystone': 'c',
                       'users_file': None})
    assert (made.root, made.clouds, made.keystone_roles, made.port) == ('http://[::1]:80', ('a', 'b'), ('x',), 80)


def test_the_rulebook() -> None:
    [rulebook] = yaml.safe_load((ROOT / 'extensions' / 'eda' / 'rulebooks' / 'vnflcm.yml').read_text(encoding='utf-8'))
    # A cancel, and operations on other VNFs, do not wait for what runs
    assert rulebook['execution_strategy'] == 'parallel'
    fields = {one.name for one in dataclasses.fields(Options)}
    assert set(rulebook['sources'][0]['nfv.mano.sol_vnflcm']) == fields
    assert set(yaml.safe_load(load().DOCUMENTATION)['options']) == fields
    rules = {rule['condition']: rule['action']['run_playbook'] for rule in rulebook['rules']}
    assert set(rules) == {f'event.nfv.verb == "{verb}"' for verb in (CARRY_OUT, *AGAIN)}
    for condition, played in rules.items():
        assert played['name'] == f'nfv.mano.{condition.split(chr(34))[1]}'
        assert (ROOT / 'playbooks' / f'{played["name"].rpartition(".")[2]}.yml').exists()


def test_by_itself_from_a_checkout_of_any_name(tmp_path: Path) -> None:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key not in ('PYTHONPATH', 'ANSIBLE_COLLECTIONS_PATH')}
    checkout = tmp_path / 'elsewhere'
    checkout.symlink_to(SOURCE.parents[4])
    source = checkout / SOURCE.relative_to(SOURCE.parents[4])
    with subprocess.Popen([sys.executable, str(source), '--state-dir', str(tmp_path / 'state'), '--port', str(port)],
                          env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert f'listening on http://127.0.0.1:{port}' in process.stderr.readline()
        finally:
            process.terminate()
    hashed = subprocess.run([sys.executable, str(source), '--hash-password'], input='secret\n', capture_output=True, text=True,
                            env=environment, cwd=tmp_path, check=True).stdout.strip()
    assert hashed.startswith('scrypt$')
    refused = subprocess.run([sys.executable, str(source), '--host', '0.0.0.0'], capture_output=True, text=True, env=environment,
                             cwd=tmp_path, check=False)
    assert refused.returncode == 1 and 'users_file' in refused.stderr and 'Traceback' not in refused.stderr
