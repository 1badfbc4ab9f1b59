# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a front is set up."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.sol.front.app import Front
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.auth import Guard, read_users
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.changing import Changing
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.notifier import Notifier
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.packages import Packages
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import Reading
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.sending import Sender
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import Subscriptions
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.cached import CachedStore
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError, read_key_file
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.identity import token_roles

_ROOT = re.compile(r'https?://[A-Za-z0-9._~:\[\]/-]{1,200}')


class OptionError(ValueError):
    """An option that can not be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the event source; its documentation says what each is for. Times are in seconds, sizes in bytes."""

    state_dir: str = '~/.local/state/nfv.mano'
    host: str = '127.0.0.1'
    port: int = 9890
    api_root: str | None = None
    certificate: str | None = None
    certificate_key: str | None = None
    users_file: str | None = None
    keystone: str | None = None
    keystone_roles: tuple[str, ...] = ()
    packages: str | None = None
    clouds: tuple[str, ...] = ()
    lease: float = 600.0
    key_file: str | None = None
    callback_ca: str | None = None
    page_size: int = 100
    max_body: int = 1024 * 1024
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    max_requests: int = 256
    sweep: float = 15.0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """From what a rulebook says; values may be texts.

        :raises OptionError: an unknown option, or a value that can not be used.
        """
        fields = {one.name: one for one in dataclasses.fields(cls)}
        unknown = sorted(given.keys() - fields.keys())
        if unknown:
            raise OptionError(f'{unknown[0]}: unknown; known are {", ".join(fields)}')
        made = cls(**{name: _of_type(name, value, str(fields[name].type)) for name, value in given.items()
                      if value is not None and value != ''})
        made.check()
        return made

    def check(self) -> None:
        """
        :raises OptionError: a value that can not be used, or options that do not go together.
        """
        for name in ('page_size', 'max_body', 'header_timeout', 'body_timeout', 'max_requests', 'lease', 'sweep'):
            if not 0 < getattr(self, name) < math.inf:
                raise OptionError(f'{name}: {getattr(self, name)} is not above 0')
        if not 0 < self.port < 65536:
            raise OptionError(f'port: {self.port} is no port')
        if self.api_root is not None and not _ROOT.fullmatch(self.api_root):
            raise OptionError(f'api_root: {self.api_root!r} is no address such as https://mano.example.com')
        if self.certificate_key and not self.certificate:
            raise OptionError('certificate_key: goes with certificate')
        if not self.authenticated and not _is_loopback(self.host):
            raise OptionError(f'host: {self.host} can be reached from other hosts, so who calls has to be known: set '
                              'users_file or keystone')
        if self.keystone_roles and not self.keystone:
            raise OptionError('keystone_roles: goes with keystone')

    @property
    def authenticated(self) -> bool:
        """Whether who calls is asked who he is."""
        return bool(self.users_file or self.keystone)

    @property
    def root(self) -> str:
        """What links start with."""
        host = f'[{self.host}]' if ':' in self.host else self.host
        return (self.api_root or f'{"https" if self.certificate else "http"}://{host}:{self.port}').rstrip('/')

    def front(self) -> Front:
        """A front that is set up so.

        :raises StoreError: the state directory, or a file that is named, can not be used.
        """
        store = CachedStore(self.state_dir)
        store.prepare()
        guard = Guard(read_users(self.users_file) if self.users_file else {},
                      functools.partial(token_roles, self.keystone) if self.keystone else None,
                      frozenset(self.keystone_roles), open_to_all=not self.authenticated)
        reading = Reading(store, self.root, self.page_size)
        written, sender = Store(self.state_dir), Sender(self.callback_ca)
        subscriptions = Subscriptions(written, self.root, self.page_size, self._secret(), sender)
        changing = Changing(written, reading, Packages(self.packages), self.clouds, self.lease, subscriptions.note)
        return Front(reading, changing, subscriptions, Notifier(subscriptions, reading, sender), guard)

    def _secret(self) -> Callable[[], bytes] | None:
        """Reads what encrypts credentials; it is not kept in memory longer than it is used."""
        if not self.key_file:
            return None
        try:
            read_key_file(self.key_file)
        except SecretError as error:
            raise OptionError(f'key_file: {error}') from None
        return functools.partial(read_key_file, self.key_file)


def _of_type(name: str, value: Any, kind: str) -> Any:
    """A value as its option has it."""
    if kind.startswith('tuple'):
        rows = value if isinstance(value, (list, tuple)) else str(value).split(',')
        return tuple(str(one).strip() for one in rows if str(one).strip())
    wanted: Any = {'int': int, 'float': float}.get(kind, str)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise OptionError(f'{name}: {value!r} can not be used')
    try:
        return wanted(value)
    except ValueError:
        raise OptionError(f'{name}: {value!r} is no number') from None


def _is_loopback(host: str) -> bool:
    # A name could be resolved to anything
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
