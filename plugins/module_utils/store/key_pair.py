# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH key pairs: made here, their private part only ever written encrypted."""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import why

#: Every sshd takes RSA, and every ssh reads it in the form that is encrypted with what cryptography brings itself.
BITS = 3072


class SecretError(Exception):
    """A passphrase, a key file or a package that is missing or does not fit; never tells a secret."""


class KeyPair(NamedTuple):
    """``public`` as in authorized_keys; ``private`` encrypted, as ``ssh -i`` takes it (None: it is stored already)."""

    public: str
    private: bytes | None = None


def make_key_pair(passphrase: bytes, comment: str) -> KeyPair:
    """A new pair.

    :raises SecretError: the package cryptography is missing.
    """
    serialization = _cryptography()
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.BestAvailableEncryption(passphrase))
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return KeyPair(f'{public.decode()} {comment}', private)


def check_opens(private: bytes, passphrase: bytes, path: str) -> None:
    """See that a passphrase opens a stored private key.

    :param path: where it is, for messages.
    :raises SecretError: it does not, or the package cryptography is missing.
    """
    try:
        _cryptography().load_pem_private_key(private, passphrase)
    except ValueError as error:
        raise SecretError(f'this is not what the key pair {path} is encrypted with, or that file is damaged') from error


def _cryptography() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise SecretError('the Python package cryptography is missing on this host') from None
    return serialization


def read_key_file(path: str) -> bytes:
    """The secret in a file of one's own: its content, without the end of the line.

    :raises SecretError: it can't be read, others may look into it, or it is empty.
    """
    full = os.path.expanduser(path)
    try:
        with open(full, 'rb') as file:
            found = os.fstat(file.fileno())
            content = file.read(65_536).rstrip(b'\r\n')
    except OSError as error:
        raise SecretError(f'{path} can not be read: {why(error)}') from error
    if found.st_mode & 0o077:
        raise SecretError(f'{path} has mode {stat.S_IMODE(found.st_mode):04o}: others may read it; chmod 600 it, and take a new '
                          'key where it is not yours alone')
    if not content or b'\n' in content or b'\0' in content:
        raise SecretError(f'{path} is {"not one line of text" if content else "empty"}')
    return content
