# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds answers, and bodies of requests, to the OpenAPI description that ships in docs/openapi."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(__file__).resolve().parents[3] / 'docs' / 'openapi'


@functools.cache
def whole(version: str) -> dict[str, Any]:
    """The description of a version of the API."""
    return json.loads((FOLDER / f'vnflcm-{version}.json').read_text(encoding='utf-8'))


@functools.cache
def schema(version: str, name: str, many: bool = False) -> Draft202012Validator:
    """What checks a value by one of the description's schemas, or each item of a list."""
    one = {'$ref': f'#/components/schemas/{name}'}
    wanted = {'type': 'array', 'items': one} if many else one
    return Draft202012Validator({**wanted, 'components': whole(version)['components']}, format_checker=FormatChecker())


def operation(version: str, method: str, path: str) -> dict[str, Any] | None:
    """How a call is described; None: it is not."""
    for template, methods in whole(version)['paths'].items():
        if re.fullmatch(re.sub(r'\{\w+\}', '[0-9a-f-]{36}', template), path):
            return methods.get(method.lower())
    return None


def wrong(version: str, method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> Iterator[str]:
    """What of an answer is not as it is described.

    :param path: below /vnflcm/<version>.
    """
    found = operation(version, method, path)
    if found is None:
        if status not in (401, 404, 405):
            yield f'{method} {path} is described nowhere and was answered {status}'
        return
    answer = found['responses'].get(str(status))
    if answer is None:
        yield f'{status} is no answer to {method} {path}'
        return
    answer = whole(version)['components']['responses'][answer['$ref'].rpartition('/')[2]] if '$ref' in answer else answer
    yield from (f'the header {name} is missing' for name, one in answer.get('headers', {}).items()
                if one.get('required') and name not in headers)
    kinds = answer.get('content', {})
    if not kinds:
        if body is not None:
            yield 'there is a body'
        return
    [(kind, content)] = kinds.items()
    if headers.get('Content-Type') != kind:
        yield f'its body is {headers.get("Content-Type")} and not {kind}'
    named = content['schema'].get('items', content['schema'])
    checked = schema(version, named['$ref'].rpartition('/')[2], many='items' in content['schema'])
    yield from (f'{error.json_path}: {error.message[:300]}' for error in checked.iter_errors(body))
