# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of connections, against small servers that speak the protocols; the sandbox has the real ones."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import connections, manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.connections import Asked, try_connections
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import load
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS: dict[str, Any] = {'a': {'connection': None, 'sudo': None, 'seconds': 0.2}}


def asked(**more: Any) -> Asked:
    return Asked(**{'cloud': None, 'hosts': {}, 'timeout': 5.0, **more})


def results(*sections: dict[str, Any], given: Asked | None = None, **more: Any) -> dict[str, dict[str, Any]]:
    """What is found of sections, by their names."""
    found = try_connections(load({'name': 'lab', 'configuration': list(sections), **more}), given or asked())
    return {one['section']: one for one in found}


def error(one: dict[str, Any]) -> str:
    """The error of the last check."""
    return str(one['checks'][-1]['error'])


# -- a bus

def frame(method: int, arguments: bytes) -> bytes:
    payload = struct.pack('>HH', 10, method) + arguments
    return struct.pack('>BHI', 1, 0, len(payload)) + payload + b'\xce'


def closing(code: int, text: str) -> bytes:
    return frame(50, struct.pack('>HB', code, len(text)) + text.encode() + struct.pack('>HH', 0, 0))


def read(line: socket.socket, size: int) -> bytes:
    found = b''
    while len(found) < size:
        found += line.recv(size - len(found)) or b'\0' * size
    return found


def take(line: socket.socket) -> bytes:
    """The arguments of the next method."""
    size = struct.unpack('>BHI', read(line, 7))[2]
    return read(line, size + 1)[4:-1]


def bus(line: socket.socket) -> None:
    """A broker that knows one user and one virtual host, as far as a login goes."""
    assert read(line, 8) == b'AMQP\0\0\x09\x01'
    line.sendall(frame(10, b'\0\x09' + struct.pack('>I', 0) + struct.pack('>I', 5) + b'PLAIN' + struct.pack('>I', 5) + b'en_US'))
    if b'\0mq\0right' not in take(line):
        line.sendall(closing(403, 'ACCESS_REFUSED - Login was refused'))
        return
    line.sendall(frame(30, struct.pack('>HIH', 2047, 131072, 60)))
    assert take(line) == struct.pack('>HIH', 2047, 131072, 60)
    if take(line) != b'\x01/\0\0':
        line.sendall(closing(530, 'NOT_ALLOWED - vhost not found'))
        return
    line.sendall(frame(41, b'\0'))
    take(line)
    line.sendall(frame(51, b''))


@contextlib.contextmanager
def serving(serve: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server of one connection; gives its port."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        def work() -> None:
            with contextlib.suppress(OSError, ssl.SSLError):
                line = server.accept()[0]
                with context.wrap_socket(line, server_side=True) if context else line as talk:
                    serve(talk)
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(10)


@pytest.fixture(scope='module')
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself, and a server's side of TLS with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, '127.0.0.1')])
    today = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
            .not_valid_before(today - datetime.timedelta(1)).not_valid_after(today + datetime.timedelta(1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.KeyUsage(True, False, False, False, False, True, False, False, False), critical=True)
            .sign(key, hashes.SHA256()))
    path = tmp_path_factory.mktemp('tls') / 'both.pem'
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


@pytest.mark.parametrize(('more', 'wanted'), [
    ({}, 'None'), ({'pwd': 'wrong'}, 'the bus refuses: ACCESS_REFUSED - Login was refused (403)'),
    ({'vhost': 'other'}, 'the bus refuses: NOT_ALLOWED - vhost not found (530)')])
def test_a_login_to_a_bus(more: dict[str, Any], wanted: str) -> None:
    with serving(bus) as port:
        found = results({'name': 'AMQP', 'host': '127.0.0.1', 'port': port, 'user': 'mq', 'pwd': 'right', **more})['AMQP']
    assert error(found) == wanted and found['ok'] == (wanted == 'None') and not found['matters']
    assert 0 <= found['seconds'] < 5 and found['at'].startswith('20') and 'right' not in str(found)


def test_a_login_to_a_bus_with_tls(certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, context = certificate
    section = {'name': 'AMQP', 'host': 'localhost', 'user': 'mq', 'pwd': 'right', 'tls': True}
    for more, wanted in (({'ca_file': str(path)}, 'None'), ({'verify_tls': False}, 'None'), ({}, 'certificate verify failed'),
                         ({'ca_file': '/nowhere.pem'}, 'No such file')):
        with serving(bus, context) as port:
            found = results({**section, 'port': port, **more})['AMQP']
            if '/nowhere' in str(more):
                socket.create_connection(('127.0.0.1', port)).close()
        assert wanted in error(found), more
    with serving(lambda line: line.sendall(b'220 mail.example.com ESMTP\r\n')) as port:
        assert 'this is no AMQP bus' in error(results({**section, 'tls': False, 'port': port})['AMQP'])


def test_no_answer_is_told_in_the_systems_words() -> None:
    with socket.create_server(('127.0.0.1', 0)) as server:
        port = server.getsockname()[1]
    found = results({'name': 'AMQP', 'host': '127.0.0.1', 'port': port}, {'name': 'ACI', 'host': '127.0.0.1', 'port': port},
                    {'name': 'Monitoring', 'server_ip': '127.0.0.1', 'api_port': port},
                    {'name': 'mysql', 'host': '127.0.0.1', 'port': port})
    assert all('refused' in error(found[name]) for name in ('AMQP', 'ACI', 'Monitoring'))
    # Where PyMySQL is not installed that is what is told
    assert 'refused' in error(found['mysql']) or 'PyMySQL' in error(found['mysql'])


# -- an APIC and a monitoring server

class Pages(http.server.BaseHTTPRequestHandler):
    """An APIC's login, and the page of a monitoring server that works."""

    def _answer(self, code: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self._answer(200 if self.path == '/-/ready' else 404, {})

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers['Content-Length'])))['aaaUser']['attributes']
        if given == {'name': 'admin', 'pwd': 'right'}:
            self._answer(200, {'imdata': [{'aaaLogin': {'attributes': {'token': 'abc'}}}]})
        else:
            told = {'code': '401', 'text': 'Username or password is incorrect'}
            self._answer(401, {'imdata': [{'error': {'attributes': told}}]})

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def pages(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = http.server.HTTPServer(('127.0.0.1', 0), Pages)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_login_to_an_apic(certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, context = certificate
    with pages(context) as port:
        section = {'name': 'ACI', 'host': 'localhost', 'port': port, 'user': 'admin', 'pwd': 'right'}
        assert results({**section, 'ca_file': str(path)}, aci_enabled=True)['ACI']['ok']
        refused = results({**section, 'ca_file': str(path), 'pwd': 'wrong'})['ACI']
        assert error(refused).endswith('refuses: Username or password is incorrect (HTTP 401)')
        assert 'certificate verify failed' in error(results(section)['ACI'])


def test_a_monitoring_server() -> None:
    with pages() as port:
        section = {'name': 'Monitoring', 'server_ip': '127.0.0.1', 'api_port': port}
        assert results({**section, 'type': 'Prometheus'})['Monitoring']['ok']
        assert 'answers 404' in error(results({**section, 'type': 'Sensu'})['Monitoring'])
        with serving(bus) as bus_port:
            found = results({**section, 'type': 'Prometheus', 'rabbitmq_user': 'mq', 'rabbitmq_pass': 'right',
                             'rabbitmq_port': bus_port})['Monitoring']
        assert [check['check'] for check in found['checks']] == ['API', 'message bus'] and found['ok']


# -- what it comes to

def test_hosts_are_those_that_the_playbook_tried() -> None:
    section = {'name': 'CLI', 'host': 'compute'}
    assert 'no host was asked' in error(results(section)['CLI'])
    assert results(section, given=asked(hosts=HOSTS))['CLI']['ok']
    told = {**HOSTS, 'b': {'connection': 'No route to host', 'sudo': None, 'seconds': 3.1},
            'c': {'connection': None, 'sudo': 'a password is required', 'seconds': 0.1}}
    found = results(section, given=asked(hosts=told))['CLI']
    assert not found['ok'] and {check['check']: check['error'] for check in found['checks'] if check['error']} == {
        'b: connection': 'No route to host', 'c: sudo': 'a password is required'}


def test_an_environment_without_a_cloud_is_not_operational() -> None:
    found = results()
    assert list(found) == ['OpenStack'] and 'names no cloud' in error(found['OpenStack'])
    assert connections.operational(found.values()) == 'error'
    one = {'section': 'mysql', 'ok': False, 'matters': False, 'checks': []}
    assert connections.operational([one]) == 'running', 'nothing here uses mysql'


def test_results_are_kept_with_the_environment(where: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Cloud:
        """A cloud whose administrator this is, until it is told otherwise."""

        cloud = 'lab'
        admin = True

        def login(self) -> tuple[str, frozenset[str]]:
            return 'p', frozenset({'admin' if self.admin else 'member'})

        def catalog(self) -> frozenset[str]:
            return frozenset({'identity', 'compute', 'network'})

        def call(self, service: str, *_arguments: Any, **_options: Any) -> Any:
            if not self.admin and service == 'compute':
                raise connections.VimError('list services', 'Policy does not allow it', status=403)
            return {}

    monkeypatch.setattr(connections, 'Client', lambda *_arguments, **_options: Cloud())
    place = {**where, 'name': None}
    document = {'name': 'lab', 'configuration': [{'name': 'OpenStack', 'cloud': 'lab'}, {'name': 'CLI', 'host': 'a'}]}
    manage.present({**place, 'document': document}, dry=False)
    given = {**place, 'environment': 'lab', 'hosts': HOSTS, 'timeout': 5.0}
    assert manage.test(given, dry=True)['operational'] == 'running'
    assert manage.listing(place)[0]['operational'] == 'stopped', 'check mode keeps nothing'
    first, again = manage.test(given, dry=False), manage.test(given, dry=False)
    assert first['changed'] and not again['changed']
    kept = manage.listing(place)[0]
    assert kept['operational'] == 'running' and [one['section'] for one in kept['tests']] == ['OpenStack', 'CLI']
    assert [check['check'] for check in kept['tests'][0]['checks']] == [
        'token', 'catalog', *(f'rights: list {name}' for name in ('services', 'servers', 'networks', 'subnets', 'ports'))]
    monkeypatch.setattr(Cloud, 'admin', False)
    worse = manage.test(given, dry=False)
    assert worse['changed'] and worse['operational'] == 'error'
    assert any('takes an administrator' in line for line in worse['lines'])
    assert not manage.present({**place, 'document': document}, dry=False)['changed'], 'what was found out is not of the document'
