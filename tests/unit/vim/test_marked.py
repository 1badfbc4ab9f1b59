# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything with a mark of an NS: in as many lists for two hundred VDUs as for two, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import State
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import read

NS, OTHER = '5f0c1111-2222-3333-4444-555566667777', '00000000-0000-4000-8000-000000000000'


class Cloud:
    """A project's lists in one page each: ``number`` ports on a network of the NS, and of each kind one of somebody else's."""

    def __init__(self, number: int) -> None:
        self.asked: list[str] = []
        self.rows: dict[str, list[dict[str, Any]]] = {
            'ports': [self._port(f'port-{index}', mark(NS, f'web/front/{index}', 'port.eth0')) for index in range(number)]
            + [self._port('foreign', mark(OTHER, 'web/front/0', 'port.eth0')), self._port('plain', '')],
            'networks': [self._row('net', mark(NS, 'data', 'net')), self._row('other', 'nfv.mano')],
            'routers': [self._row('router', mark(NS, 'gate', 'router')), self._row('theirs', '')]}

    @staticmethod
    def _row(row_id: str, description: str) -> dict[str, Any]:
        return {'id': row_id, 'name': row_id, 'description': description, 'project_id': 'mine', 'shared': False,
                'router:external': False, 'mtu': 1500, 'subnets': []}

    def _port(self, port_id: str, description: str) -> dict[str, Any]:
        return {**self._row(port_id, description), 'network_id': 'net', 'mac_address': 'fa:16:3e:00:00:01', 'fixed_ips': [],
                'device_id': '', 'device_owner': '', 'status': 'DOWN'}

    def login(self) -> tuple[str, frozenset[str]]:
        return 'mine', frozenset({'member'})

    def call(self, *arguments: Any, **_more: Any) -> Any:
        self.asked.append(arguments[2])
        return {'server_groups': []}

    def pages(self, _service: str, path: str, key: str, _what: str, params: Any = ()) -> Iterator[dict[str, Any]]:
        self.asked.append(path)
        given = dict(params.items() if isinstance(params, dict) else params)
        rows = self.rows.get(key, [])
        wanted = {name: value for name, value in given.items() if name in ('network_id', 'device_id', 'project_id')}
        return iter([row for row in rows if all(row.get(name) == value for name, value in wanted.items())])


def look(number: int) -> tuple[Cloud, State]:
    cloud = Cloud(number)
    query = make_queries(NS, None, {}, (), Asked(leftovers='delete'), ['default'])['default']
    return cloud, read.read(cloud, 'default', query)  # type: ignore[arg-type]


def test_only_what_carries_a_mark_of_the_ns_is_read() -> None:
    _cloud, state = look(3)
    assert {port.id for port in state.ports} == {'port-0', 'port-1', 'port-2'}
    assert [one.id for one in state.networks] == ['net']
    assert [one.id for one in state.routers] == ['router']
    told = {port.id for port in state.foreign_ports['net']}
    assert told == {'port-0', 'port-1', 'port-2', 'foreign', 'plain'}, 'what stands against its deletion'


def test_the_number_of_calls_does_not_depend_on_the_number_of_vdus() -> None:
    assert sorted(look(2)[0].asked) == sorted(look(200)[0].asked)
