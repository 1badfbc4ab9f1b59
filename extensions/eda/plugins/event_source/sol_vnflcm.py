# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ETSI SOL003's VNF lifecycle management as a REST API: queries are answered from the records, operations become events."""

from __future__ import annotations

DOCUMENTATION = r"""
---
short_description: Serve the VNF lifecycle management API of ETSI SOL003.
description:
  - Serves /vnflcm/v1 and /vnflcm/v2 over the records of nfv.mano.
  - Queries are answered from the facts files, without a call to OpenStack.
options:
  state_dir:
    description:
      - Where the records are.
    type: str
    default: "~/.local/state/nfv.mano"
  host:
    description:
      - The address to listen on.
    type: str
    default: "127.0.0.1"
  port:
    description:
      - The port to listen on.
    type: int
    default: 9890
  api_root:
    description:
      - What links start with, such as https://mano.example.com. By default the address that it listens on.
    type: str
  certificate:
    description:
      - File with the certificate, and those that it hangs on, in PEM. With it TLS is spoken.
    type: str
  certificate_key:
    description:
      - File with the certificate's private key in PEM, where it is not in the same file.
    type: str
  users_file:
    description:
      - File with a line "name:hash" for each user of HTTP Basic. "python sol_vnflcm.py --hash-password" makes a hash.
    type: str
  keystone:
    description:
      - A cloud of clouds.yaml whose Keystone knows the tokens (X-Auth-Token) that are good here. Its user has to be allowed to
        validate them.
    type: str
  keystone_roles:
    description:
      - Roles of which a token needs one. By default any will do.
    type: list
    elements: str
  packages:
    description:
      - Folder with SOL006 packages of VNFs, each a folder or a tarball. They are found by the id of their VNFD.
    type: str
  clouds:
    description:
      - Clouds of clouds.yaml that VNFs may be instantiated on. A client names one as vimId of vimConnectionInfo; the first is
        taken where it names none.
    type: list
    elements: str
  lease:
    description:
      - Seconds that a playbook has to take up what was accepted. After that the op-occ is rolled back.
    type: float
    default: 600
  key_file:
    description:
      - File with the key that encrypts the credentials of subscriptions. Without it none are taken.
    type: str
  callback_ca:
    description:
      - File with certificates of authorities, in PEM, that subscribers' certificates may be of, beside the system's.
    type: str
  sweep:
    description:
      - Seconds between two looks for op-occs whose owner died.
    type: float
    default: 15
  page_size:
    description:
      - Items of a list in one answer.
    type: int
    default: 100
  max_body:
    description:
      - Bytes that a request's body may have.
    type: int
    default: 1048576
  header_timeout:
    description:
      - Seconds in which a request's header has to be there.
    type: float
    default: 10
  body_timeout:
    description:
      - Seconds in which a request's body has to be there.
    type: float
    default: 30
  max_requests:
    description:
      - Requests under way at once; more are answered 503.
    type: int
    default: 256
"""

EXAMPLES = r"""
- nfv.mano.sol_vnflcm:
    host: 0.0.0.0
    port: 9890
    state_dir: /var/lib/nfv.mano
    certificate: /etc/nfv.mano/front.pem
    users_file: /etc/nfv.mano/users
"""

import argparse
import asyncio
import contextlib
import dataclasses
import getpass
import importlib.util
import json
import logging
import ssl
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aiohttp import web


def _find_collection() -> None:
    """Outside of Ansible nobody finds collections: say where this one is."""
    with contextlib.suppress(ImportError):
        if importlib.util.find_spec('ansible_collections.nfv.mano') is not None:
            return
    root = Path(__file__).absolute().parents[4]
    if root.parts[-3:] == ('ansible_collections', 'nfv', 'mano'):
        sys.path.insert(0, str(root.parents[2]))
        return
    # A checkout of another name
    for name, places in (('ansible_collections', []), ('ansible_collections.nfv', []), ('ansible_collections.nfv.mano', [root])):
        module = sys.modules.setdefault(name, types.ModuleType(name))
        module.__path__ = [*getattr(module, '__path__', []), *map(str, places)]


_find_collection()

from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close_dead
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.app import Front
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.auth import hash_password
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call, problem
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.options import OptionError, Options
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError

#: Seconds that an idle connection stays open, that requests get to end when the server does, and that what is left of a body that
#: was refused is read, so that its sender comes to read the answer.
IDLE, LAST, LINGER = 75.0, 10.0, 1.0
#: Seconds between two looks for new subscriptions; threads that answer calls, and that call subscribers.
PAUSE, THREADS = 0.5, 32
LOG = logging.getLogger('nfv.mano.sol003')


class _Connection(asyncio.Protocol):
    """A connection of aiohttp's that is closed where a request's header takes too long."""

    def __init__(self, server: _Server) -> None:
        self._server, self._inner = server, server.make()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.busy = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._server.connections[transport] = self
        self._inner.connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        if not self.busy:
            self._wait()
        self._inner.data_received(data)

    def _wait(self) -> None:
        if self._timer is None and self._transport is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._server.options.header_timeout, self._transport.abort)

    def begins(self) -> None:
        """A header is there."""
        self.busy += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._server.connections.pop(self._transport, None)
        self._inner.connection_lost(exc)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


class _Server:
    """HTTP, with its limits, around a front."""

    def __init__(self, front: Front, options: Options, queue: Any) -> None:
        self.options = options
        self.connections: dict[Any, _Connection] = {}
        self._front, self._queue, self._under_way = front, queue, 0
        # Of its own: subscribers that hang must not hold back calls
        self._threads = ThreadPoolExecutor(THREADS, 'call')
        self.make = web.Server(self._handle, keepalive_timeout=IDLE, lingering_time=LINGER, access_log=None)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = self.connections.get(request.transport)
        if connection is not None:
            connection.begins()
        self._under_way += 1
        try:
            if self._under_way > self.options.max_requests:
                return _response(problem(503, 'too many requests are under way', Retry_After='1'), close=True)
            return await self._answer(request)
        finally:
            self._under_way -= 1
            if connection is not None:
                connection.busy -= 1

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            body = await asyncio.wait_for(self._body(request), self.options.body_timeout) if request.can_read_body else b''
        except TimeoutError:
            return _response(problem(408, f'the body was not there after {self.options.body_timeout:g} s'), close=True)
        except (web.HTTPException, ValueError, web.RequestPayloadError):
            return _response(problem(400, 'the body can not be read'), close=True)
        if body is None:
            return _response(problem(413, f'the body has more than {self.options.max_body} bytes'), close=True)
        call = Call(request.method, request.rel_url.raw_path, tuple(request.rel_url.query.items()),
                    {name.lower(): value for name, value in request.headers.items()}, body)
        # What is known already does not wait for a thread
        answer = self._front.known(call) or await asyncio.get_running_loop().run_in_executor(
            self._threads, self._front.answer, call)
        response = _response(answer)
        if answer.event is not None:
            # Should this not come to its end, the record still says what is to be done
            await self._queue.put(dict(answer.event))
        return response

    async def _body(self, request: web.BaseRequest) -> bytes | None:
        """The body, None where it is too large."""
        most = self.options.max_body
        if request.content_length is not None and request.content_length > most:
            return None
        chunks, size = [], 0
        async for chunk in request.content.iter_chunked(65_536):
            size += len(chunk)
            if size > most:
                return None
            chunks.append(chunk)
        return b''.join(chunks)

    async def serve(self) -> asyncio.Server:
        """Listen; the server is on."""
        options = self.options
        context = None
        if options.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(options.certificate, options.certificate_key)
        return await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), options.host, options.port, ssl=context, backlog=1024,
            **({'ssl_handshake_timeout': options.header_timeout} if context else {}))

    async def close(self) -> None:
        """End what is under way."""
        await self.make.shutdown(LAST)
        self._threads.shutdown(wait=False, cancel_futures=True)


def _response(answer: Answer, close: bool = False) -> web.Response:
    response = web.Response(status=answer.status, body=answer.content(), headers=dict(answer.headers))
    if close:
        response.force_close()
    return response


async def main(queue: Any, args: dict[str, Any]) -> None:
    """What ansible-rulebook runs: serve, and put an event into the queue for each operation that is to be carried out."""
    options = Options.of(args)
    front = await asyncio.to_thread(options.front)
    server = _Server(front, options, queue)
    listening = await server.serve()
    print(f'sol_vnflcm: listening on {options.root}', file=sys.stderr, flush=True)
    # What was accepted and not begun when the last one died
    for event in await asyncio.to_thread(front.changing.left):
        await queue.put(event)
    tasks = [asyncio.create_task(_sweep(front, options.sweep)), asyncio.create_task(_notify(front))]
    try:
        await listening.serve_forever()
    finally:
        for task in tasks:
            task.cancel()
        listening.close()
        await server.close()


async def _sweep(front: Front, pause: float) -> None:
    """Close what is left of owners that died, again and again."""
    while True:
        try:
            await asyncio.to_thread(close_dead, front.changing.store)
        except StoreError as error:
            LOG.error('%s', error)
        await asyncio.sleep(pause)


async def _notify(front: Front) -> None:
    """Tell subscribers, each by itself."""
    loop, working = asyncio.get_running_loop(), {}
    with ThreadPoolExecutor(THREADS, 'subscriber') as threads:
        async def one(subscription_id: str) -> None:
            try:
                await asyncio.sleep(await loop.run_in_executor(threads, front.notifier.work, subscription_id) or 0.0)
            except StoreError as error:
                LOG.error('subscription %s: %s', subscription_id, error)
            finally:
                working.pop(subscription_id, None)
        try:
            while True:
                with contextlib.suppress(StoreError):
                    for subscription_id in await loop.run_in_executor(threads, front.notifier.ids):
                        if subscription_id not in working:
                            working[subscription_id] = asyncio.create_task(one(subscription_id))
                await asyncio.sleep(PAUSE)
        finally:
            for task in list(working.values()):
                task.cancel()
            threads.shutdown(wait=False, cancel_futures=True)


class _Printed:
    """Stands in for ansible-rulebook's queue: events are lines of JSON."""

    async def put(self, event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)


def _command_line() -> dict[str, Any]:
    parser = argparse.ArgumentParser(description='Serves the VNF lifecycle management API of ETSI SOL003; prints its events.')
    for one in dataclasses.fields(Options):
        parser.add_argument(f'--{one.name.replace("_", "-")}', dest=one.name)
    parser.add_argument('--hash-password', action='store_true', help='print the hash of a password for users_file, and end')
    given = vars(parser.parse_args())
    if given.pop('hash_password'):
        print(hash_password(getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip('\n')))
        sys.exit(0)
    return given


if __name__ == '__main__':
    try:
        asyncio.run(main(_Printed(), _command_line()))
    except KeyboardInterrupt:
        sys.exit(130)
    except (OptionError, StoreError) as error:
        sys.exit(f'sol_vnflcm: {error}')
