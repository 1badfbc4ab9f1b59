# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an op-occ fits into its fact: no more than setup should have to read, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.files import encode

#: Bytes of a fact, so that setup stays fast over thousands of them. Errors stand in full in errors.json.
FACT_LIMIT = 4096
#: Characters of one text, tried from the left until the fact fits; an id has 36.
TEXT_LIMITS = (1200, 600, 300, 150, 75, 40)
CUT = '...'
REDACTED = 'REDACTED'


def fitting(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fact, its texts cut until it is no larger than FACT_LIMIT."""
    fact = dict(data)
    for limit in TEXT_LIMITS:
        fact = cut(data, limit)
        if len(encode(fact)) <= FACT_LIMIT:
            return fact
    # Counts by a name of ours are few; so many can only be a mistake, which must not slow every setup down
    return {**fact, 'resources': {}, 'error': fact.get('error') and {**fact['error'], 'instance': None, 'type': 'about:blank'}}


def cut(value: Any, limit: int) -> Any:
    """A value with every text in it no longer than ``limit`` characters."""
    if isinstance(value, str):
        return value if len(value) <= limit else value[:limit - len(CUT)] + CUT
    if isinstance(value, Mapping):
        return {key: cut(one, limit) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [cut(one, limit) for one in value]
    return value


def without_secrets(value: Any) -> Any:
    """Parameters with every value below ``secret_params`` taken out."""
    if isinstance(value, Mapping):
        return {key: _redacted(one) if key == 'secret_params' else without_secrets(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_secrets(one) for one in value]
    return value


def _redacted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _redacted(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(one) for one in value]
    return REDACTED
