# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key pair of an NS: made when a VDU first asks for it, the same one ever after, gone with the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import (
    KeyPair,
    SecretError,
    check_opens,
    make_key_pair,
    read_key_file,
)
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

#: Key of the NS's record.
PUBLIC = 'ssh_public_key'


def key_pair_for(target: NetworkService | None, store: Store, ns: Mapping[str, Any], request: Request) -> KeyPair | None:
    """The key pair where a VDU of the target asks for it: the NS's, else a new one, in memory only.

    :raises InputError: there is nothing to encrypt a new one with, or what is given does not open the stored one.
    """
    asking = [f'{vnf.name}/{vdu.name}' for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus if vdu.ssh_access]
    if not asking:
        return None
    known = ns.get(PUBLIC)
    if known is None and not (request.passphrase or request.key_file):
        raise InputError([f'passphrase: the key pair of {ns["name"]}, which VDU {asking[0]} asks for by ssh_access, is kept '
                          'encrypted: set nfv_passphrase (from Ansible Vault) or nfv_key_file'])
    secret = secret_of(request)
    if known is None:
        with _Named(request):
            return make_key_pair(secret or b'', f'nfv.mano/{ns["name"]}')
    stored = store.read_key(ns['id'])
    if secret is not None and stored is not None:
        check_secret(request, stored, secret, store.key_file(ns['id']))
    return KeyPair(known)


def check_secret(request: Request, stored: bytes, secret: bytes, path: str) -> None:
    """See that what is given opens a stored private key.

    :raises InputError: it does not.
    """
    with _Named(request):
        check_opens(stored, secret, path)


def secret_of(request: Request) -> bytes | None:
    """What encrypts secrets at rest, None where nothing is given.

    :raises InputError: both are given, or the key file can not be used.
    """
    return secret_given(request.passphrase, request.key_file)


def secret_given(passphrase: str | None, key_file: str | None) -> bytes | None:
    """As :func:`secret_of` where there is no operation.

    :raises InputError: as there.
    """
    if passphrase and key_file:
        raise InputError(['key_file: passphrase is given as well; set nfv_passphrase or nfv_key_file'])
    if not key_file:
        return passphrase.encode() if passphrase else None
    try:
        return read_key_file(key_file)
    except SecretError as error:
        raise InputError([f'key_file: {error}']) from error


class _Named:
    """Tells an error of a secret with the option that it is of."""

    def __init__(self, request: Request) -> None:
        self._option = 'key_file' if request.key_file else 'passphrase'

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, SecretError):
            raise InputError([f'{self._option}: {error}']) from error


def keep(pair: KeyPair | None, store: Store, ns: dict[str, Any]) -> None:
    """Store a new key pair; before anything is made with it. The record is written by the caller."""
    if pair is not None and pair.private is not None:
        store.write_key(ns['id'], pair.private)
    if pair is not None:
        ns[PUBLIC] = pair.public


def forget(store: Store, ns: dict[str, Any]) -> None:
    """Nothing takes the key pair any more, and no guest is known. The record is written by the caller."""
    ns.pop(PUBLIC, None)
    store.delete_key(ns['id'])
