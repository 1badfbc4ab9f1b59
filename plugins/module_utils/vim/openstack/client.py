# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One login to one cloud of clouds.yaml, and calls whose every failure says what it means."""

from __future__ import annotations

import difflib
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError, VimUnreachable

#: Nova: tags at creation 2.52, flavor description 2.55, extra specs in flavors 2.61, one policy of a group 2.64.
COMPUTE_VERSION = '2.64'
#: Seconds until a call is given up, where neither the user nor clouds.yaml (api_timeout) says otherwise.
CALL_TIMEOUT = 60.0
#: How often a call is sent again after 429 or 503, and the longest single wait in seconds.
BACKOFF_TRIES = 6
BACKOFF_LIMIT = 30.0
#: How often a call that may be sent twice is sent again after its connection was lost.
LOST_TRIES = 2
IDEMPOTENT = frozenset({'GET', 'PUT', 'DELETE'})
GATEWAY_ERRORS = frozenset({500, 502, 504})


class Client:
    """Calls to the services of one cloud through openstacksdk's adapters, over one session.

    A call that makes something is sent once and never again by any library: whether it is sent again is decided
    by who holds the journal. 429 and 503 say that nothing was done: they are waited out here, for any call.

    :param cloud: the name of a cloud of clouds.yaml.
    :param call_timeout: seconds; None: what clouds.yaml says, else :data:`CALL_TIMEOUT`.
    :raises VimUnreachable: the cloud is not in clouds.yaml, or openstacksdk is missing.
    """

    def __init__(self, cloud: str, region: str | None = None, *, call_timeout: float | None = None,
                 pool_size: int = 32) -> None:
        self.cloud = cloud
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._connection = _connect(cloud, region, pool_size)
        self.call_timeout = float(call_timeout or self._connection.config.config.get('api_timeout') or CALL_TIMEOUT)
        self._connection.session.timeout = self.call_timeout
        self._adapters: dict[str, Any] = {}
        self._aborted = threading.Event()
        self._last = threading.local()

    def login(self) -> tuple[str, frozenset[str]]:
        """Log in: the project's id and the names of the roles in it.

        :raises VimUnreachable: wrong credentials, or no answer from Keystone.
        """
        try:
            access = self._connection.session.auth.get_access(self._connection.session)
        except Exception as error:  # keystoneauth's errors share no base with requests' and ssl's
            raise VimUnreachable(f'log in to cloud {self.cloud}', _reason(error),
                                 status=getattr(error, 'http_status', 0) or 0) from error
        return access.project_id or '', frozenset(access.role_names)

    def catalog(self) -> frozenset[str]:
        """Types of the services that the catalog has in this region. Comes after :meth:`login`."""
        access = self._connection.session.auth.get_access(self._connection.session)
        region = self._connection.config.get_region_name() or None
        return frozenset(access.service_catalog.get_endpoints(region_name=region))

    @property
    def request_id(self) -> str:
        """OpenStack's id of this thread's last call, empty where the service gave none."""
        return getattr(self._last, 'request_id', '')

    def abort(self) -> None:
        """Make every wait between two tries end now (the operation is being stopped)."""
        self._aborted.set()

    def call(self, service: str, method: str, path: str, what: str, *, json: Any = None,
             params: Any = None, version: str | None = None, missing_ok: bool = False) -> Any:
        """One call; returns the parsed body, or None for an empty one and for a 404 with ``missing_ok``.

        :param what: what the call does, for errors: ``create port edge1-web-front-0-eth0``.
        :raises VimError: with ``unknown`` set where the call may have had its effect all the same.
        """
        tries = 0
        while True:
            try:
                response = self._send(service, method, path, what, json, params, version)
            except VimError as lost:
                if method not in IDEMPOTENT or tries >= LOST_TRIES or self._aborted.is_set() or not lost.unknown:
                    raise
                tries += 1
                self._aborted.wait(0.5 * 2 ** tries)
                continue
            self._last.request_id = _request_id(response)
            if response.status_code == 404 and missing_ok:
                return None
            if response.status_code < 400:
                return response.json() if response.content else None
            error = _refused(response, what, method)
            if response.status_code not in (429, 503) or tries >= BACKOFF_TRIES or self._aborted.is_set():
                raise error
            self._aborted.wait(min(error.retry_after or 0.5 * 2 ** tries, BACKOFF_LIMIT))
            tries += 1

    def pages(self, service: str, path: str, key: str, what: str, params: Any = (),
              version: str | None = None) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page, as each service links them."""
        query: list[tuple[str, str]] = list(params.items() if isinstance(params, dict) else params)
        while True:
            body = self.call(service, 'GET', path, what, params=query, version=version)
            yield from body[key]
            following = body.get('next') or next((link['href'] for link in body.get(f'{key}_links', ())
                                                  if link.get('rel') == 'next'), None)
            if not following or not body[key]:
                return
            query = parse_qsl(urlsplit(following).query)

    def _adapter(self, service: str) -> Any:
        from keystoneauth1.adapter import Adapter
        # Discovery is lazy and openstacksdk does not lock it: two threads would both ask
        with self._lock:
            if service not in self._adapters:
                attribute = 'block_storage' if service == 'volume' else service
                adapter = getattr(self._connection, attribute)
                # Keystone's own adapter calls by this name the reading of an endpoint's entry
                Adapter.get_endpoint(adapter)
                self._adapters[service] = adapter
            return self._adapters[service]

    def _send(self, service: str, method: str, path: str, what: str, json: Any, params: Any,
              version: str | None) -> Any:
        options: dict[str, Any] = {'raise_exc': False, 'timeout': self.call_timeout, 'connect_retries': 0,
                                   'status_code_retries': 0, 'redirect': False}
        if json is not None:
            options['json'] = json
        if params:
            options['params'] = params
        version = version or (COMPUTE_VERSION if service == 'compute' else None)
        if version:
            options['microversion'] = version
        self.calls[method] += 1
        try:
            return self._adapter(service).request(path, method, **options)
        except Exception as error:  # requests', ssl's and keystoneauth's errors; each is told apart below
            name = type(error).__name__
            # Refused connections and unresolved names never reached the service; all else may have
            sent = not any(word in f'{name} {error}' for word in ('refused', 'resolve', 'EndpointNotFound',
                                                                  'Unauthorized', 'SSL'))
            kind = VimError if sent else VimUnreachable
            raise kind(what, _reason(error), status=getattr(error, 'http_status', 0) or 0, unknown=sent) from error


def _connect(cloud: str, region: str | None, pool_size: int) -> Any:
    try:
        import openstack
        from keystoneauth1.session import TCPKeepAliveAdapter
    except ImportError as error:
        raise VimUnreachable(f'use cloud {cloud}', f'openstacksdk is not installed ({error})') from error
    try:
        connection = openstack.connect(cloud=cloud, app_name='nfv.mano', **({'region_name': region} if region else {}))
    except Exception as error:  # openstacksdk raises its own, keystoneauth's and os-service-types' errors here
        raise VimUnreachable(f'use cloud {cloud}', _why_not(openstack, cloud, error)) from error
    for scheme in ('http://', 'https://'):
        # requests keeps 10 connections and drops the rest: each call beyond would connect anew
        connection.session.session.mount(
            scheme, TCPKeepAliveAdapter(pool_connections=pool_size, pool_maxsize=pool_size))
    return connection


def _why_not(openstack: Any, cloud: str, error: Exception) -> str:
    """openstacksdk's reason, with the clouds there are and the nearest of them."""
    try:
        names = sorted(openstack.config.OpenStackConfig().get_cloud_names())
    except Exception:  # a broken clouds.yaml is what the first error is about
        return _reason(error)
    near = difflib.get_close_matches(cloud, names, n=3, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}? ' if near else ''
    return f'{_reason(error)} {hint}(clouds.yaml has: {", ".join(names) or "no cloud"})'


def _reason(error: Exception) -> str:
    text = getattr(error, 'message', None) or getattr(error, 'details', None) or str(error) or type(error).__name__
    return ' '.join(str(text).split())


def _refused(response: Any, what: str, method: str) -> VimError:
    """The error in an answer of 400 and above, in the words of the service that gave it."""
    retry_after = response.headers.get('Retry-After', '')
    return VimError(what, _body_reason(response), status=response.status_code,
                    request_id=_request_id(response),
                    unknown=method == 'POST' and response.status_code in GATEWAY_ERRORS,
                    retry_after=float(retry_after) if retry_after.isdigit() else None)


def _request_id(response: Any) -> str:
    return response.headers.get('x-openstack-request-id') or response.headers.get('x-compute-request-id') or ''


def _body_reason(response: Any) -> str:
    try:
        body = response.json()
    except ValueError:
        return ' '.join(response.text.split())[:300] or response.reason or 'no reason given'
    if isinstance(body, dict) and len(body) == 1:
        body = next(iter(body.values()))
    if isinstance(body, dict):
        body = body.get('message') or body.get('detail') or body
    return ' '.join(str(body).split())[:1000]
