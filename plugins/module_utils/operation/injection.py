# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""inject_ssh_key: a public key into the guests of an NS. What is asked for, checked against the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.execute.ssh import Guest, Login
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, item_of
from ansible_collections.nfv.mano.plugins.module_utils.operation.key_pair import PUBLIC, check_secret, secret_of
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.results import not_instantiated
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import select
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.target import is_ssh_key

#: What its op-occ is called.
OPERATION = 'INJECT_SSH_KEY'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; the names are those of the module's options."""

    state_dir: str
    ns: str
    vnf: str | None = None
    vdu: str | None = None
    count_index: int | None = None
    key: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    port: int = 22
    addresses: dict[str, Any] = field(default_factory=dict)
    host_key_checking: bool = True
    timeout: float = 30.0
    max_parallel: int = 16
    force_takeover: bool = False
    op_occ_retention: int = 50
    passphrase: str | None = field(default=None, repr=False)
    key_file: str | None = None

    def request(self) -> Request:
        """What the parts that all verbs share take."""
        return Request(operation='inject_ssh_key', state_dir=self.state_dir, ns=self.ns, vnf=self.vnf, vdu=self.vdu,
                       count_index=self.count_index, passphrase=self.passphrase, key_file=self.key_file)


class Injection(NamedTuple):
    """The wish, settled: ``guests`` by instance (``web/front/0``); a text in place of a guest says why there is none."""

    key: str
    login: Login
    guests: dict[str, Guest | str]


def settle(wish: Wish, store: Store, ns: Mapping[str, Any], resources: Resources) -> Injection:
    """
    :raises OpOccError: 409, the NS is not instantiated.
    :raises InputError: everything that is wrong with what is asked for.
    """
    if ns.get('state') != 'INSTANTIATED':
        raise not_instantiated(ns, 'log in to')
    problems: list[str] = []
    key = ' '.join((wish.key or ns.get(PUBLIC) or '').split())
    if not key:
        problems.append(f'key: {ns["name"]} has no key pair of its own (no VDU has ssh_access): give the public key to put in')
    elif not is_ssh_key(key):
        problems.append('key: this is no public SSH key: write it as in authorized_keys, on one line')
    login = _login(wish, store, ns, problems)
    guests = dict(_guests(wish, ns, resources, problems))
    unknown = sorted(wish.addresses.keys() - guests.keys())
    if unknown:
        problems.append(f'addresses: {", ".join(unknown)} is not an instance that is meant (there are: '
                        f'{", ".join(sorted(guests)) or "none"})')
    if problems:
        raise InputError(problems)
    return Injection(key, login, guests)


def _login(wish: Wish, store: Store, ns: Mapping[str, Any], problems: list[str]) -> Login:
    known_hosts = store.known_hosts_file(ns['id']) if wish.host_key_checking else None
    secret = None
    if wish.password is None:
        stored = store.read_key(ns['id'])
        secret = secret_of(wish.request())
        if stored is None:
            what = f'its private key {store.key_file(ns["id"])} is gone' if PUBLIC in ns else 'no VDU has ssh_access'
            problems.append(f'password: {ns["name"]} has no key pair to log in with ({what}): set nfv_ssh_password')
        elif secret is None:
            problems.append(f'passphrase: it opens the key pair of {ns["name"]}: set nfv_passphrase or nfv_key_file, or '
                            'nfv_ssh_password to log in without the key pair')
        else:
            check_secret(wish.request(), stored, secret, store.key_file(ns['id']))
    opens = None if secret is None else secret.decode('utf-8', 'surrogateescape')
    return Login(wish.password, store.key_file(ns['id']), opens, known_hosts, wish.timeout)


def _guests(wish: Wish, ns: Mapping[str, Any], resources: Resources, problems: list[str]) -> Iterator[tuple[str, Guest | str]]:
    target = make_aim(wish.request(), Base(ns, resources)).target
    for one in select(wish.request(), target) if target else ():
        user = wish.user or (one.vdu.ssh_access.user if one.vdu.ssh_access else None)
        if user is None:
            problems.append(f'user: {one.path}.ssh_access of VDU {one.vnf.name}/{one.vdu.name} names none: say whom to log in as')
        for index in one.indexes:
            name = f'{one.vnf.name}/{one.vdu.name}/{index}'
            yield name, _guest(wish, name, resources.get(item_of(one.vnf, one.vdu, index), {}), user or '', problems)


def _guest(wish: Wish, name: str, resource: Mapping[str, Any], user: str, problems: list[str]) -> Guest | str:
    """Where an instance is reached: as it is asked for, else as it is managed, else by its first interface."""
    given = wish.addresses.get(name)
    place = given if isinstance(given, Mapping) else {'address': given}
    port = place.get('port', wish.port)
    fits = isinstance(place.get('address'), str) and str(port).isdecimal() and set(place) <= {'address', 'port'}
    if given is not None and not fits:
        problems.append(f'addresses.{name}: neither an address nor a mapping of address and port')
        return ''
    if not resource.get('id'):
        return 'it has no server by the record'
    ports = [address for one in resource.get('ports', {}).values() for address in one.get('ip_addresses', ())]
    floating = [one['address'] for one in resource.get('floating_ips', {}).values()]
    address = place['address'] or resource.get('management_address') or next(iter((*floating, *ports)), None)
    return Guest(resource['id'], address, int(port), user) if address else 'it has no address by the record'
