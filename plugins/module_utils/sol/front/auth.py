# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call: HTTP Basic against a file of hashed passwords, tokens of a Keystone, or whoever is on this host."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call, problem
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why

#: Cost, block size and parallelism of scrypt (RFC 7914): about 50 ms and 16 MiB for each new password.
COST, BLOCK, LANES = 2 ** 14, 8, 1
SCHEME = 'scrypt'
#: Seconds for which a password or a token that was right is not checked again.
REMEMBERED = 60.0
MOST_REMEMBERED = 10_000
LONGEST = 8192
#: Signs that a header may have, and a token has.
_TOKEN = re.compile(r'[!-~]+')
#: Checks whether a token is good; returns the names of its roles, None where it is not.
TokenCheck = Callable[[str], 'frozenset[str] | None']


def hash_password(password: str) -> str:
    """A password as the file has it: ``scrypt$<salt>$<hash>``."""
    salt = secrets.token_bytes(16)
    return '$'.join([SCHEME, *(base64.b64encode(one).decode() for one in (salt, _scrypt(password.encode(), salt)))])


def read_users(path: str) -> dict[str, str]:
    """Users and their hashed passwords, a line ``name:hash`` for each.

    :raises StoreError: it can't be read, others may write to it, or a line is none.
    """
    try:
        with open(os.path.expanduser(path), encoding='utf-8') as file:
            mode = os.fstat(file.fileno()).st_mode
            lines = [line.strip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(path, f'can not be read: {why(error) if isinstance(error, OSError) else error}') from error
    if mode & 0o077:
        raise StoreError(path, f'has mode {stat.S_IMODE(mode):04o}: others may read it; chmod 600 it')
    users = {}
    for number, line in enumerate(lines, 1):
        name, _colon, hashed = line.partition(':')
        if not line or line.startswith('#'):
            continue
        if not name or len(_parts(hashed)) != 2:
            raise StoreError(path, f'line {number} is not "name:{SCHEME}$salt$hash" (python sol_vnflcm.py --hash-password)')
        users[name] = hashed
    if not users:
        raise StoreError(path, 'has no user in it')
    return users


class Guard:
    """Lets calls in.

    :param users: hashed passwords by user; empty: no HTTP Basic.
    :param token_roles: checks a token; None: no tokens.
    :param roles: one of these a token needs; empty: any will do.
    :param open_to_all: nobody is asked who he is.
    """

    def __init__(self, users: Mapping[str, str], token_roles: TokenCheck | None = None, roles: frozenset[str] = frozenset(),
                 open_to_all: bool = False) -> None:
        self._users, self._token_roles, self._roles, self._open = users, token_roles, roles, open_to_all
        self._seen: dict[bytes, float] = {}
        self._key = secrets.token_bytes(32)
        self._mutex = threading.Lock()
        #: What is compared where there is no such user, so that the time tells nobody which there are.
        self._nobody = hash_password(secrets.token_hex(16))

    def refuse(self, call: Call) -> Answer | None:
        """401 where the call is not let in."""
        if self._open or any(self._once(kind, secret, check) for kind, secret, check in self._given(call)):
            return None
        ways = [*(['Basic realm="nfv.mano", charset="UTF-8"'] if self._users else []),
                *(['Keystone'] if self._token_roles is not None else [])]
        return problem(401, 'who calls is not known here', WWW_Authenticate=', '.join(ways))

    def knows(self, call: Call) -> bool:
        """Whether the call is let in without anything being checked."""
        return self._open or any(self._is_remembered(self._of(kind, secret)) for kind, secret, _check in self._given(call))

    def _given(self, call: Call) -> Iterator[tuple[str, str, Callable[[str], bool]]]:
        """What a call has to prove who makes it, and what checks that."""
        token, given = call.headers.get('x-auth-token', ''), call.headers.get('authorization', '')
        if self._token_roles is not None and len(token) <= LONGEST and _TOKEN.fullmatch(token) is not None:
            yield 'token', token, self._good_token
        if self._users and 0 < len(given) <= LONGEST:
            yield 'basic', given, self._good_basic

    def _of(self, kind: str, secret: str) -> bytes:
        """What is remembered of a secret."""
        return hmac.digest(self._key, f'{kind} {secret}'.encode('utf-8', 'surrogatepass'), 'sha256')

    def _is_remembered(self, mark: bytes) -> bool:
        return self._seen.get(mark, 0.0) > time.monotonic()

    def _once(self, kind: str, secret: str, check: Callable[[str], bool]) -> bool:
        """Whether a secret is right; for a while one that was is not checked again."""
        mark = self._of(kind, secret)
        if self._is_remembered(mark):
            return True
        moment = time.monotonic()
        if not check(secret):
            return False
        with self._mutex:
            if len(self._seen) >= MOST_REMEMBERED:
                self._seen.clear()
            self._seen[mark] = moment + REMEMBERED
        return True

    def _good_token(self, token: str) -> bool:
        found = self._token_roles(token) if self._token_roles is not None else None
        return found is not None and (not self._roles or bool(self._roles & found))

    def _good_basic(self, given: str) -> bool:
        scheme, _space, encoded = given.partition(' ')
        if scheme.lower() != 'basic':
            return False
        try:
            name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode('utf-8').partition(':')
        except (ValueError, binascii.Error):
            return False
        salt, wanted = _parts(self._users.get(name, self._nobody))
        same = hmac.compare_digest(_scrypt(password.encode(), salt), wanted)
        return bool(colon) and same and name in self._users


def _parts(hashed: str) -> tuple[bytes, ...]:
    """Salt and hash."""
    scheme, *parts = hashed.split('$')
    try:
        return tuple(base64.b64decode(one, validate=True) for one in parts) if scheme == SCHEME else ()
    except (ValueError, binascii.Error):
        return ()


def _scrypt(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=64 * 1024 * 1024)
