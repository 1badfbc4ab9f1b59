# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of subscribers: HTTP with limits on time and size, no redirections, TLS verified."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

#: Seconds that a call may take, and bytes of an answer that are read.
TIMEOUT, MOST = 10.0, 65_536
#: Seconds before its end from which on a token of OAuth 2.0 is not used any more, and how long one without an end is.
EARLY, LASTS = 10.0, 60.0


class SendError(Exception):
    """A subscriber was not reached, or did not take it; says why, and no secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to prove to a subscriber who calls: one of both."""

    basic: str | None = field(default=None, repr=False)
    oauth2: Mapping[str, str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Credentials | None:
        """From SubscriptionAuthentication; OAuth 2.0 is the first choice where both are given."""
        if given is None:
            return None
        if 'OAUTH2_CLIENT_CREDENTIALS' in given['authType']:
            return cls(oauth2=given['paramsOauth2ClientCredentials'])
        named = given['paramsBasic']
        return cls(basic=_basic(named['userName'], named['password']))


def _basic(name: str, password: str) -> str:
    return 'Basic ' + base64.b64encode(f'{name}:{password}'.encode()).decode()


class Sender:
    """Calls subscribers; tokens are kept while they are good.

    :param ca_file: certificates of authorities that are trusted beside the system's.
    """

    def __init__(self, ca_file: str | None = None) -> None:
        self._tls = ssl.create_default_context()
        if ca_file:
            self._tls.load_verify_locations(ca_file)
        self._tokens: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._mutex = threading.Lock()

    def test(self, uri: str, credentials: Credentials | None) -> None:
        """See that a callback is there.

        :raises SendError: it does not answer 204.
        """
        status = self._call('GET', uri, None, self._headers(credentials))[0]
        if status != 204:
            raise SendError(f'it answered {status}')

    def send(self, uri: str, credentials: Credentials | None, notification: Mapping[str, Any], version: str) -> None:
        """Tell a subscriber.

        :param version: of the API, for its header.
        :raises SendError: it did not take it.
        """
        body = json.dumps(notification).encode()
        headers = {**self._headers(credentials), 'Content-Type': 'application/json', 'Version': version}
        status = self._call('POST', uri, body, headers)[0]
        if status == 401 and credentials is not None and credentials.oauth2 is not None:
            # The token may have been taken back
            self._tokens.clear()
        if not 200 <= status < 300:
            raise SendError(f'it answered {status}')

    def _headers(self, credentials: Credentials | None) -> dict[str, str]:
        if credentials is None:
            return {}
        return {'Authorization': credentials.basic or f'Bearer {self._token(credentials.oauth2 or {})}'}

    def _token(self, client: Mapping[str, str]) -> str:
        """A token of OAuth 2.0's client credentials grant (RFC 6749 clause 4.4)."""
        key = (client['tokenEndpoint'], client['clientId'], client['clientPassword'])
        until, token = self._tokens.get(key, (0.0, ''))
        if until > time.monotonic():
            return token
        headers = {'Content-Type': 'application/x-www-form-urlencoded', 'Accept': 'application/json',
                   'Authorization': _basic(quote(key[1], safe=''), quote(key[2], safe=''))}
        status, content = self._call('POST', key[0], urlencode({'grant_type': 'client_credentials'}).encode(), headers)
        try:
            found = json.loads(content) if status == 200 else {}
            token, lasts = str(found['access_token']), float(found.get('expires_in', LASTS))
        except (ValueError, KeyError, TypeError):
            raise SendError(f'its token endpoint answered {status} and no token') from None
        with self._mutex:
            self._tokens[key] = (time.monotonic() + lasts - EARLY, token)
        return token

    def _call(self, method: str, uri: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(uri)
        path = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
        host = parts.hostname or ''
        connection = (http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=self._tls) if parts.scheme == 'https'
                      else http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT))
        # A time-out of the socket is for each piece of an answer, this is for all of it
        watch = threading.Timer(TIMEOUT, _cut, [connection])
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read(MOST)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SendError(f'it was not reached: {getattr(error, "strerror", None) or type(error).__name__}') from error
        finally:
            watch.cancel()
            connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """End what hangs in another thread."""
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(2)
        except OSError:
            return
