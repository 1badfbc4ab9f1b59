# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve one OpenStack WSGI application with waitress, and write an access log.

usage: wsgi_run.py MODULE PORT THREADS ACCESS_LOG [arguments of the service, e.g. --config-file F]

One process per service, because each uses oslo.config's global CONF. The access log has one JSON object per line, written
before the client sees the answer: t (UTC), method, path, query, status, request_bytes, ms, agent, user, project, request_id.
"""

from __future__ import annotations

import datetime
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class AccessLog:
    """WSGI middleware: one line per request, in one write, so that threads do not mix."""

    def __init__(self, application: Application, path: str) -> None:
        self._application = application
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begin = time.monotonic()
        # The services change SCRIPT_NAME and PATH_INFO on the way.
        path = environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')

        def logged_start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self._write(environ, path, int(status.split(' ', 1)[0]), dict(headers), begin)
            return start_response(status, headers, *rest)

        return self._application(environ, logged_start)

    def _write(self, environ: dict[str, Any], path: str, status: int, headers: dict[str, str], begin: float) -> None:
        line = {
            't': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='milliseconds'),
            'method': environ.get('REQUEST_METHOD', ''),
            'path': path,
            'query': environ.get('QUERY_STRING', ''),
            'status': status,
            'request_bytes': int(environ.get('CONTENT_LENGTH') or 0),
            'ms': round((time.monotonic() - begin) * 1000),
            'agent': environ.get('HTTP_USER_AGENT', ''),
            # Known once keystonemiddleware has looked at the token.
            'user': environ.get('HTTP_X_USER_NAME', ''),
            'project': environ.get('HTTP_X_PROJECT_NAME', ''),
            'request_id': next((headers[key] for key in headers if key.lower() == 'x-openstack-request-id'), ''),
        }
        os.write(self._file, (json.dumps(line) + '\n').encode())


def main() -> None:
    module, port, threads, access_log = sys.argv[1:5]
    # The services parse sys.argv themselves: only their own arguments stay.
    sys.argv = [module, *sys.argv[5:]]
    application = importlib.import_module(module).application
    # After Cinder, which patches the standard library.
    import waitress

    waitress.serve(
        AccessLog(application, access_log),
        listen=f'127.0.0.1:{port}',
        threads=int(threads),
        ident=None,
        clear_untrusted_proxy_headers=True,
        channel_timeout=120,
        connection_limit=500,
        backlog=512,
        max_request_body_size=1 << 31,
    )


if __name__ == '__main__':
    main()
