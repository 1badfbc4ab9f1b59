# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets at rest: encrypted with a key that is derived from a passphrase, or from the content of a key file."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import SecretError, why

#: What an encrypted text begins with: the format's name, its parameters are in the constants below.
MARK = 'nfv1'
#: scrypt's cost (RFC 7914): some 0.1 s and 32 MiB for each salt.
COST, BLOCK, PARALLEL = 2 ** 15, 8, 1


class Cipher:
    """Encrypts texts; what it returns carries its salt and can be decrypted with the passphrase or key file alone.

    :raises SecretError: none or both given, or the key file can't be read, is empty, or others can read it.
    """

    def __init__(self, passphrase: str | None = None, key_file: str | None = None) -> None:
        if bool(passphrase) == bool(key_file):
            raise SecretError('secrets', 'exactly one of passphrase and key_file is needed (nfv_passphrase, nfv_key_file)')
        self._where = os.path.expanduser(key_file) if key_file else 'passphrase'
        self._secret = _read_key(self._where) if key_file else str(passphrase).encode()
        self._salt = os.urandom(16)
        self._keys: dict[bytes, bytes] = {}

    def encrypt(self, text: str) -> str:
        """The text, encrypted and authenticated (Fernet): one word of ASCII.

        :raises SecretError: cryptography is not installed.
        """
        token = self._fernet(self._salt).encrypt(text.encode())
        return f'{MARK}${base64.urlsafe_b64encode(self._salt).decode()}${token.decode()}'

    def decrypt(self, text: str) -> str:
        """What :meth:`encrypt` was given.

        :raises SecretError: another passphrase or key, a damaged text, or cryptography is not installed.
        """
        mark, _, rest = text.partition('$')
        salt, _, token = rest.partition('$')
        if mark != MARK or not salt or not token:
            raise SecretError(self._where, f'what is to be decrypted is no text of this format ({MARK})')
        try:
            fernet = self._fernet(base64.urlsafe_b64decode(salt))
        except (binascii.Error, ValueError) as error:
            raise SecretError(self._where, 'what is to be decrypted is damaged') from error
        from cryptography.fernet import InvalidToken
        try:
            return fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise SecretError(self._where, 'does not decrypt this: it is not the one that encrypted it, '
                              'or the text is damaged') from error

    def _fernet(self, salt: bytes) -> Any:
        try:
            from cryptography.fernet import Fernet
            from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
        except ImportError as error:
            raise SecretError(self._where, 'needs the Python package cryptography, which is not installed') from error
        if salt not in self._keys:
            derived = Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=PARALLEL).derive(self._secret)
            self._keys[salt] = base64.urlsafe_b64encode(derived)
        return Fernet(self._keys[salt])


def _read_key(path: str) -> bytes:
    try:
        with open(path, 'rb') as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            key = file.read().strip()
    except OSError as error:
        raise SecretError(path, f'can not be read: {why(error)}') from error
    if mode & 0o077:
        raise SecretError(path, f'can be read by others (mode {mode:04o}); make it 0600')
    if not key:
        raise SecretError(path, 'is empty')
    return key
