# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a cloud's APIs tell an administrator: one paged list per type of resource, sent side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client

#: Rows asked for in one page; services may give fewer.
PAGE = '1000'


class Listing(NamedTuple):
    """How a type of resource is listed. Without those that are ``needed`` there is no inventory."""

    service: str
    path: str
    key: str
    params: Mapping[str, str]
    needed: bool = False


LISTINGS: Mapping[str, Listing] = {
    'regions': Listing('identity', '/regions', 'regions', {}),
    'projects': Listing('identity', '/projects', 'projects', {}),
    'services': Listing('compute', '/os-services', 'services', {}, True),
    'hypervisors': Listing('compute', '/os-hypervisors/detail', 'hypervisors', {'limit': PAGE}),
    'zones': Listing('compute', '/os-availability-zone/detail', 'availabilityZoneInfo', {}),
    'aggregates': Listing('compute', '/os-aggregates', 'aggregates', {}),
    'servers': Listing('compute', '/servers/detail', 'servers', {'all_tenants': '1', 'limit': PAGE}, True),
    'agents': Listing('network', '/agents', 'agents', {}),
    'networks': Listing('network', '/networks', 'networks', {'limit': PAGE}, True),
    'subnets': Listing('network', '/subnets', 'subnets', {'limit': PAGE}, True),
    'ports': Listing('network', '/ports', 'ports', {'limit': PAGE}, True),
    'routers': Listing('network', '/routers', 'routers', {'limit': PAGE}),
    'floating_ips': Listing('network', '/floatingips', 'floatingips', {'limit': PAGE}),
    'security_groups': Listing('network', '/security-groups', 'security_groups', {'limit': PAGE}),
    'trunks': Listing('network', '/trunks', 'trunks', {'limit': PAGE}),
    'volumes': Listing('volume', '/volumes/detail', 'volumes', {'all_tenants': '1', 'limit': PAGE}),
}
#: What the services call the types of single objects, for :func:`read_one`.
SINGLE: Mapping[str, tuple[str, str, str]] = {
    'instance': ('servers', '/servers/{}', 'server'), 'network': ('networks', '/networks/{}', 'network'),
    'port': ('ports', '/ports/{}', 'port'), 'vservice': ('routers', '/routers/{}', 'router'),
    'floating_ip': ('floating_ips', '/floatingips/{}', 'floatingip'),
    'security_group': ('security_groups', '/security-groups/{}', 'security_group'),
    'trunk': ('trunks', '/trunks/{}', 'trunk'), 'volume': ('volumes', '/volumes/{}', 'volume'),
    'server_group': ('server_groups', '/os-server-groups/{}', 'server_group'),
}


@dataclass
class CloudRows:
    """What a cloud's lists gave, as its APIs have it, by kind; ``failed`` are kinds without an answer, with its reason."""

    region: str = ''
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Rows of a kind."""
        return self.rows.get(kind, [])


def read_all(client: Client, region: str = '', at_once: int = 8) -> CloudRows:
    """Every list.

    :raises VimError: no login, or a list that an inventory can't do without was refused.
    """
    roles = client.login()[1]
    found = CloudRows(region)
    jobs: dict[str, Callable[[], list[dict[str, Any]]]] = {name: _job(client, one) for name, one in LISTINGS.items()}
    jobs['server_groups'] = lambda: _server_groups(client)
    with ThreadPoolExecutor(at_once, thread_name_prefix='scan') as pool:
        running = {name: pool.submit(job) for name, job in jobs.items()}
    for name, job in running.items():
        try:
            found.rows[name] = job.result()
        except VimError as error:
            if name in LISTINGS and LISTINGS[name].needed:
                raise _explained(error, client, roles) from error
            if error.status == 404 or ('endpoint' in error.why and 'not found' in error.why):
                # A service or an extension that the cloud does not have
                found.rows[name] = []
            else:
                found.failed[name] = str(error)
    return found


def read_one(client: Client, kind: str, object_id: str, region: str = '') -> CloudRows:
    """One object with what belongs below it; no row of it where it is gone.

    :param kind: a key of :data:`SINGLE`.
    :raises VimError: no answer, or a refusal.
    """
    rows_of, path, key = SINGLE[kind]
    service = LISTINGS[rows_of].service if rows_of in LISTINGS else 'compute'
    answer = client.call(service, 'GET', path.format(object_id), f'get {kind} {object_id}', missing_ok=True)
    found = CloudRows(region, {rows_of: [answer[key]] if answer else []})
    by = {'instance': 'device_id', 'vservice': 'device_id', 'network': 'network_id'}.get(kind)
    if by and answer:
        params = {by: object_id, 'limit': PAGE}
        found.rows['ports'] = list(client.pages('network', '/ports', 'ports', 'list ports', params))
    if kind == 'network' and answer:
        found.rows['subnets'] = list(client.pages('network', '/subnets', 'subnets', 'list subnets', {'network_id': object_id}))
    return found


def catalog_problem(client: Client) -> str:
    """What the catalog lacks that an inventory can't do without, empty where it lacks nothing."""
    there = client.catalog()
    missing = sorted({'identity', *(one.service for one in LISTINGS.values() if one.needed)} - there)
    if not missing:
        return ''
    known = ', '.join(sorted(there)) or 'nothing'
    return f'the catalog of cloud {client.cloud} has no {", ".join(missing)} in this region; it has {known}'


def needed_lists(client: Client) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The lists that an inventory can't do without: what each is called, and a call that tries one row of it."""
    roles = client.login()[1]
    for name, one in LISTINGS.items():
        if one.needed:
            params = {**one.params, **({'limit': '1'} if 'limit' in one.params else {})}
            yield f'list {name}', _trial(client, one, params, roles)


def _trial(client: Client, one: Listing, params: Mapping[str, str], roles: frozenset[str]) -> Callable[[], Any]:
    def trial() -> Any:
        try:
            return client.call(one.service, 'GET', one.path, f'list {one.key}', params=dict(params))
        except VimError as error:
            raise _explained(error, client, roles) from error
    return trial


def _job(client: Client, one: Listing) -> Callable[[], list[dict[str, Any]]]:
    def job() -> list[dict[str, Any]]:
        return list(client.pages(one.service, one.path, one.key, f'list {one.key}', dict(one.params)))
    return job


def _server_groups(client: Client) -> list[dict[str, Any]]:
    """Nova cuts this list without a link to the rest: an empty page is its end."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        rows = client.call('compute', 'GET', '/os-server-groups', 'list server groups',
                           params={'all_projects': 'true', 'offset': str(len(found))})['server_groups']
        before = len(found)
        found.update((row['id'], row) for row in rows)
        if len(found) == before:
            return list(found.values())


def _explained(error: VimError, client: Client, roles: frozenset[str]) -> VimError:
    if error.status != 403:
        return error
    return VimError(error.what, f'{error.why} Cloud {client.cloud} has the roles {", ".join(sorted(roles)) or "none"}: a scan '
                    'lists all projects, which takes an administrator (or who the policies let)', status=error.status,
                    request_id=error.request_id)
