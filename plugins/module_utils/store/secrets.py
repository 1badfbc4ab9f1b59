# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets at rest: sealed with a passphrase, and opened with it again."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError

#: scrypt's cost: about 0.1 s and 16 MiB each time.
COST = 2 ** 14


def seal(value: Any, passphrase: bytes) -> str:
    """A JSON value as a text that only who has the passphrase can read.

    :raises SecretError: the package cryptography is missing.
    """
    salt = os.urandom(16)
    token = _fernet(passphrase, salt).encrypt(json.dumps(value).encode())
    return f'1:{base64.b64encode(salt).decode()}:{token.decode()}'


def unseal(text: str, passphrase: bytes, what: str) -> Any:
    """What :func:`seal` was given.

    :param what: whose secrets they are, for messages.
    :raises SecretError: this is not the passphrase, or the text is damaged.
    """
    try:
        version, salt, token = text.split(':')
        if version != '1':
            raise SecretError(f'the secrets of {what} are of a newer nfv.mano')
        fernet = _fernet(passphrase, base64.b64decode(salt))
    except ValueError as error:
        raise SecretError(f'the secrets of {what} are damaged') from error
    try:
        return json.loads(fernet.decrypt(token.encode()))
    except Exception as error:  # cryptography's InvalidToken tells nothing
        raise SecretError(f'this is not what the secrets of {what} are encrypted with, or they are damaged') from error


def _fernet(passphrase: bytes, salt: bytes) -> Any:
    try:
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    except ImportError:
        raise SecretError('the Python package cryptography is missing on this host') from None
    return Fernet(base64.urlsafe_b64encode(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase)))
