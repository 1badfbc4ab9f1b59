# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers of HTTP without a server, and what every one of them has to keep to (ETSI GS NFV-SOL 013)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails

#: What a version of the API answers with, and the versions of it that a client may name.
VERSIONS = {'v1': '1.3.0', 'v2': '2.0.0'}
ACCEPTED = {'v1': ('1.1.0', '1.2.0', '1.3.0'), 'v2': ('2.0.0',)}
_VERSION = re.compile(r'([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})(-impl:[!-~]{1,64})?')
JSON, PROBLEM, PATCH = 'application/json', 'application/problem+json', 'application/merge-patch+json'
TITLES = {400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable',
          408: 'Request Timeout', 409: 'Conflict', 412: 'Precondition Failed', 413: 'Content Too Large',
          415: 'Unsupported Media Type', 422: 'Unprocessable Content', 500: 'Internal Server Error', 503: 'Service Unavailable'}
#: Objects and lists in one another that a body may have.
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One request; names of headers are in lower case, ``query`` is in the order it was sent in."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b''


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; ``body`` None: none. ``event`` is what is to be done because of it, ``encoded`` the body's bytes where they are
    known."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, Any] | None = None
    encoded: bytes | None = None

    def content(self) -> bytes:
        """The body's bytes."""
        if self.encoded is not None:
            return self.encoded
        return b'' if self.body is None else json.dumps(self.body, ensure_ascii=False).encode('utf-8', 'backslashreplace')


def problem(status: int, detail: str, **headers: str) -> Answer:
    """An answer that says what is wrong."""
    return told(ProblemDetails(TITLES[status], status, detail), **headers)


def told(details: ProblemDetails, **headers: str) -> Answer:
    """ProblemDetails as an answer; names of headers are written with ``_``."""
    body = {key: value for key, value in details.to_dict().items() if value is not None}
    if 'instance' in body and body['instance'].startswith('op_occ/'):
        body['instance'] = f'vnf_lcm_op_occs/{body["instance"].removeprefix("op_occ/")}'
    return Answer(details.status, body, {'Content-Type': PROBLEM, **{key.replace('_', '-'): one for key, one in headers.items()}})


def refused(status: int, detail: str) -> OpOccError:
    """The same as an error."""
    return OpOccError(ProblemDetails(TITLES[status], status, detail))


def check_version(call: Call, version: str) -> None:
    """
    :raises OpOccError: 400, v2 needs the header; 406, it names another version.
    """
    given = call.headers.get('version')
    if given is None:
        if version == 'v2':
            raise refused(400, f'the header Version is missing: send Version: {VERSIONS[version]}')
        return
    found = _VERSION.fullmatch(given.strip())
    if found is None or found.group(1) not in ACCEPTED[version]:
        raise refused(406, f'Version: this API has {", ".join(ACCEPTED[version])}')


def check_accept(call: Call) -> None:
    """
    :raises OpOccError: 406, the client takes no JSON.
    """
    ranges = [one.strip().lower() for one in call.headers.get('accept', '*/*').split(',')]
    kinds = [kind.strip() for kind, *rest in (one.split(';') for one in ranges)
             if not any(re.fullmatch(r'q=0(\.0*)?', part.strip()) for part in rest)]
    if not {'*/*', 'application/*', JSON} & set(kinds):
        raise refused(406, f'Accept: answers are {JSON}')


def body_of(call: Call, required: bool = True) -> dict[str, Any]:
    """The JSON object that a request has as its body; empty where it has none and needs none.

    :raises OpOccError: 415, of another kind; 400, no JSON object.
    """
    if not call.body and not required:
        return {}
    kind, *rest = (part.strip().lower() for part in call.headers.get('content-type', '').split(';'))
    if kind not in ((JSON, PATCH) if call.method == 'PATCH' else (JSON,)):
        raise refused(415, f'Content-Type: send {PATCH if call.method == "PATCH" else JSON}')
    if any(part.startswith('charset=') and part.strip('"') not in ('charset=utf-8', 'charset="utf-8') for part in rest):
        raise refused(415, 'Content-Type: the only charset is utf-8')
    try:
        value = json.loads(call.body.decode('utf-8'), parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise refused(400, f'the body is no JSON: {str(error)[:200]}') from None
    if not isinstance(value, dict):
        raise refused(400, 'the body is no JSON object')
    if not _fits(value, DEEPEST):
        raise refused(400, f'the body has more than {DEEPEST} objects and lists in one another, or a text that is no Unicode')
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f'{name} is no JSON value')


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError('a name stands twice in an object')
    return made


def _fits(value: Any, depth: int) -> bool:
    if depth <= 0:
        return False
    if isinstance(value, dict):
        return all(_fits(key, 1) and _fits(one, depth - 1) for key, one in value.items())
    if isinstance(value, list):
        return all(_fits(one, depth - 1) for one in value)
    # A lone surrogate, or a NUL, is in no name that anything behind takes
    return not isinstance(value, str) or not any('\ud800' <= sign <= '\udfff' or sign == '\0' for sign in value)
