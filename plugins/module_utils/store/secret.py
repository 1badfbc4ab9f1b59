# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets at rest: encrypted with what a passphrase or a key file gives (scrypt, then Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError

COST, BLOCK, LANES = 2 ** 14, 8, 1


def seal(value: dict[str, Any], secret: bytes) -> dict[str, str]:
    """A mapping as a record may have it: {salt, token}.

    :raises SecretError: the package cryptography is missing.
    """
    salt = secrets.token_bytes(16)
    token = _fernet(secret, salt).encrypt(json.dumps(value).encode())
    return {'salt': base64.b64encode(salt).decode(), 'token': token.decode()}


def unseal(sealed: dict[str, str], secret: bytes) -> dict[str, Any]:
    """The mapping.

    :raises SecretError: it was not sealed with this secret, or the package cryptography is missing.
    """
    box = _fernet(secret, base64.b64decode(sealed['salt']))
    from cryptography.fernet import InvalidToken
    try:
        found: dict[str, Any] = json.loads(box.decrypt(sealed['token'].encode()))
    except InvalidToken:
        raise SecretError('this is not what it was encrypted with') from None
    return found


def _fernet(secret: bytes, salt: bytes) -> Any:
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise SecretError('the Python package cryptography is missing on this host') from None
    key = hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=64 * 1024 * 1024, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))
