# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login to a message bus by AMQP 0-9-1, and no more: the frames of its class `connection`, which need no library."""

from __future__ import annotations

import socket
import ssl
import struct
from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError

_HEADER = b'AMQP\x00\x00\x09\x01'
_METHOD, _END = 1, 0xCE
#: Methods of the class connection.
_CONNECTION, _START, _START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE, _CLOSE_OK = 10, 10, 11, 30, 31, 40, 41, 50, 51
#: A broker's greeting is far smaller; another protocol's bytes may claim anything.
_LARGEST = 1 << 20


class Bus(NamedTuple):
    """Where a message bus is, and who logs in. ``context`` None: without TLS."""

    host: str
    port: int
    user: str
    password: str
    vhost: str = '/'
    context: ssl.SSLContext | None = None
    timeout: float = 10.0


def login(bus: Bus) -> None:
    """Connect, log in, open the virtual host, and leave.

    :raises OSError: no connection, or TLS does not come about.
    :raises TopologyError: the bus refuses, in its own words, or is none.
    """
    with socket.create_connection((bus.host, bus.port), bus.timeout) as plain:
        if bus.context is None:
            _talk(plain, bus)
            return
        with bus.context.wrap_socket(plain, server_hostname=bus.host) as wrapped:
            _talk(wrapped, bus)


def _talk(line: socket.socket, bus: Bus) -> None:
    line.sendall(_HEADER)
    _expect(line, _START, 'greeting')
    # With this capability a broker says why it refuses in place of hanging up
    capabilities = _short('authentication_failure_close') + b't\x01'
    properties = _long(_short('capabilities') + b'F' + _long(capabilities))
    _send(line, _START_OK, properties + _short('PLAIN') + _long(f'\0{bus.user}\0{bus.password}'.encode()) + _short('en_US'))
    tune = _expect(line, _TUNE, f'login of user {bus.user}: wrong user or password')
    _send(line, _TUNE_OK, tune[:8])
    _send(line, _OPEN, _short(bus.vhost) + _short('') + b'\0')
    _expect(line, _OPEN_OK, f'virtual host {bus.vhost}')
    _send(line, _CLOSE, struct.pack('>H', 200) + _short('') + struct.pack('>HH', 0, 0))
    _expect(line, _CLOSE_OK, 'goodbye')


def _send(line: socket.socket, method: int, arguments: bytes) -> None:
    payload = struct.pack('>HH', _CONNECTION, method) + arguments
    line.sendall(struct.pack('>BHI', _METHOD, 0, len(payload)) + payload + bytes([_END]))


def _expect(line: socket.socket, wanted: int, at: str) -> bytes:
    """The arguments of the method that has to come now.

    :param at: what is being done, for errors.
    """
    head = _read(line, 7, at)
    if head[:4] == _HEADER[:4]:
        raise TopologyError('the bus speaks another version of AMQP than 0-9-1')
    kind, _channel, size = struct.unpack('>BHI', head)
    if kind != _METHOD or not 4 <= size <= _LARGEST:
        raise TopologyError(f'this is no AMQP bus: it answered {head!r}')
    payload = _read(line, size + 1, at)
    found, method = struct.unpack('>HH', payload[:4])
    if (found, method) == (_CONNECTION, _CLOSE):
        code, length = struct.unpack('>HB', payload[4:7])
        raise TopologyError(f'the bus refuses: {payload[7:7 + length].decode(errors="replace")} ({code})')
    if (found, method) != (_CONNECTION, wanted):
        raise TopologyError(f'the bus answered method {found}.{method} at its {at}')
    return payload[4:-1]


def _read(line: socket.socket, size: int, at: str) -> bytes:
    found = b''
    while len(found) < size:
        part = line.recv(size - len(found))
        if not part:
            raise TopologyError(f'the bus closed the connection at its {at}')
        found += part
    return found


def _short(text: str) -> bytes:
    raw = text.encode()[:255]
    return bytes([len(raw)]) + raw


def _long(raw: bytes) -> bytes:
    return struct.pack('>I', len(raw)) + raw
