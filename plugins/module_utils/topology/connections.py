# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of an environment's connections: each section of its configuration is used, as scans and listeners will use it."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.topology import aci, amqp, libraries
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import Environment
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import catalog_problem, needed_lists

#: The page that a monitoring server answers on when it works, and its usual port.
PAGES: Mapping[str, tuple[str, int]] = {'sensu': ('/info', 4567), 'sensu go': ('/health', 8080), 'prometheus': ('/-/ready', 9090)}
_ERRORS = (TopologyError, VimError, OSError, ValueError)


class Asked(NamedTuple):
    """What a test is given besides the environment.

    :param cloud: a cloud of clouds.yaml in place of the environment's own.
    :param hosts: what the playbook found on each host: ``connection`` and ``sudo``, each None or the error; ``seconds``.
    :param timeout: seconds until a connection is given up.
    """

    cloud: str | None
    hosts: Mapping[str, Mapping[str, Any]]
    timeout: float


class Tested:
    """The test of one section: its checks, in order; after one that failed the rest are left out."""

    def __init__(self, section: str, matters: bool) -> None:
        self.section, self.matters = section, matters
        self.checks: list[dict[str, Any]] = []
        self._at = now()

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(one['ok'] for one in self.checks)

    def check(self, name: str, work: Callable[[], Any]) -> bool:
        """Carry one out, and say whether it passed."""
        began = time.perf_counter()
        error = None
        try:
            work()
        except _ERRORS as failed:
            error = ' '.join(str(failed).split()) or type(failed).__name__
        return self.add(name, time.perf_counter() - began, error)

    def add(self, name: str, seconds: float, error: str | None) -> bool:
        """Note one that was carried out elsewhere."""
        self.checks.append({'check': name, 'ok': error is None, 'seconds': round(seconds, 3), 'error': error})
        return error is None

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {'section': self.section, 'ok': self.ok, 'matters': self.matters, 'at': self._at,
                'seconds': round(sum(one['seconds'] for one in self.checks), 3), 'checks': self.checks}


def try_connections(environment: Environment, asked: Asked) -> list[dict[str, Any]]:
    """Try each section that there is; OpenStack, without which there is no scan, in any case."""
    matters = {'OpenStack': True, 'CLI': True, 'AMQP': environment.listen, 'Monitoring': environment.enable_monitoring,
               'ACI': environment.aci_enabled, 'mysql': False}
    found = []
    for name, test in _TESTS.items():
        section = environment.section(name)
        if section is not None or name == 'OpenStack':
            one = Tested(name, matters[name])
            test(one, section, asked)
            found.append(one.document())
    return found


def operational(results: Iterable[Mapping[str, Any]]) -> str:
    """``running`` where all that matter passed, else ``error``."""
    return 'error' if any(one['matters'] and not one['ok'] for one in results) else 'running'


def lines(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """Results for people, a line for each check."""
    return [f'{one["section"]}, {check["check"]}: {"ok" if check["ok"] else check["error"]} ({check["seconds"]} s)'
            for one in results for check in one['checks']]


def _openstack(tested: Tested, section: Any, asked: Asked) -> None:
    cloud = asked.cloud or (section.cloud if section else None)
    found: list[Client] = []

    def token() -> None:
        if not cloud:
            raise TopologyError('the section OpenStack names no cloud of clouds.yaml, where credentials are kept; '
                                'give it one (cloud), or name one with nfv_cloud')
        client = Client(cloud, section.region if section else None, call_timeout=asked.timeout)
        client.login()
        found.append(client)

    def catalog() -> None:
        if problem := catalog_problem(found[0]):
            raise TopologyError(problem)

    if tested.check('token', token) and tested.check('catalog', catalog):
        for what, call in needed_lists(found[0]):
            if not tested.check(f'rights: {what}', call):
                return


def _cli(tested: Tested, section: Any, asked: Asked) -> None:
    if not asked.hosts:
        tested.add('connection', 0.0, 'no host was asked: the playbook nfv.mano.environment_test asks those of nfv_scan_hosts, '
                                      'or else those that the section names (hosts)')
    for host, told in sorted(asked.hosts.items()):
        if tested.add(f'{host}: connection', float(told.get('seconds') or 0), told.get('connection')):
            tested.add(f'{host}: sudo', 0.0, told.get('sudo'))


def _amqp(tested: Tested, section: Any, asked: Asked) -> None:
    tls = bool(section.tls)
    port = section.port or (5671 if tls else 5672)
    tested.check('login with TLS' if tls else 'login', lambda: amqp.login(amqp.Bus(
        section.host, port, section.user or 'guest', section.pwd or 'guest', section.vhost or '/',
        context(section) if tls else None, asked.timeout)))


def _aci(tested: Tested, section: Any, asked: Asked) -> None:
    tested.check('login', lambda: aci.Apic.of(section, context(section), asked.timeout).login())


def _monitoring(tested: Tested, section: Any, asked: Asked) -> None:
    page, usual = PAGES.get((section.type or '').lower(), ('/', 80))
    port = section.api_port or usual

    def api() -> None:
        line = http.client.HTTPConnection(section.server_ip, port, timeout=asked.timeout)
        address = f'http://{section.server_ip}:{port}{page}'
        try:
            line.request('GET', page)
            answer = line.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise TopologyError(f'{address}: {error or type(error).__name__}') from error
        finally:
            line.close()
        if answer.status >= 400:
            raise TopologyError(f'{address} answers {answer.status} {answer.reason}')

    tested.check('API', api)
    if section.rabbitmq_user:
        tested.check('message bus', lambda: amqp.login(amqp.Bus(
            section.server_ip, section.rabbitmq_port or 5672, section.rabbitmq_user, section.rabbitmq_pass or '',
            timeout=asked.timeout)))


def _mysql(tested: Tested, section: Any, asked: Asked) -> None:
    def login() -> None:
        module = libraries.pymysql()
        try:
            module.connect(host=section.host, port=section.port or 3306, user=section.user or '', password=section.pwd or '',
                           connect_timeout=asked.timeout, read_timeout=asked.timeout).close()
        except module.MySQLError as error:
            raise TopologyError(' '.join(str(one) for one in error.args)) from error

    tested.check('login', login)


def context(section: Any) -> ssl.SSLContext:
    """How TLS is done with a section's host.

    :raises OSError: the file with certificates can't be read, or has none.
    """
    made = ssl.create_default_context(cafile=section.ca_file)
    if not section.verify_tls:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


_TESTS: Mapping[str, Callable[[Tested, Any, Asked], None]] = {
    'OpenStack': _openstack, 'CLI': _cli, 'AMQP': _amqp, 'ACI': _aci, 'Monitoring': _monitoring, 'mysql': _mysql}
