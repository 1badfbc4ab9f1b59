# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes more than one call: lists that Nova cuts without saying so, and a flavor whose name is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Query, State
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.compute import NAMES, Compute

SPEC = {'name': 'shape', 'mark': 'ours', 'vcpus': 1, 'ram_mib': 64, 'disk_gib': 1, 'ephemeral_gib': 0, 'swap_mib': 0,
        'extra_specs': {'a': 'b'}}


class Groups:
    """Nova with a limit of three rows for each answer."""

    def __init__(self, number: int) -> None:
        self.rows = [{'id': str(place), 'name': 'n', 'policy': 'affinity', 'members': ['s']} for place in range(number)]
        self.calls = 0

    def call(self, service: str, method: str, path: str, what: str, *, params: dict[str, str]) -> Any:
        self.calls += 1
        return {'server_groups': self.rows[int(params['offset']):][:3]}


@pytest.mark.parametrize(('number', 'calls'), [(0, 1), (2, 2), (3, 2), (7, 4)])
def test_every_server_group_is_read(number: int, calls: int) -> None:
    nova = Groups(number)
    assert [group.id for group in read.server_groups(nova)] == [str(place) for place in range(number)]  # type: ignore[arg-type]
    assert nova.calls == calls


class Ports:
    """Neutron with ports by id: (network, owner, description)."""

    def __init__(self, **there: tuple[str, str, str]) -> None:
        self.rows = [{'id': name, 'name': '', 'network_id': net, 'device_owner': owner, 'description': text, 'mac_address': '',
                      'fixed_ips': [], 'device_id': '', 'status': 'ACTIVE'} for name, (net, owner, text) in there.items()]
        self.asked: list[tuple[str, str]] = []

    def pages(self, _service: str, _path: str, _kind: str, _what: str, query: list[tuple[str, str]]) -> list[dict[str, Any]]:
        self.asked += query
        return [row for row in self.rows if (query[0][0], row[query[0][0]]) in query]


def test_ports_on_our_networks_are_asked_for_once() -> None:
    """The lists of our networks tell of most; by id only those that are elsewhere."""
    neutron = Ports(mine=('data', 'compute:nova', 'a'), theirs=('data', 'compute:nova', ''), dhcp=('data', 'network:dhcp', ''),
                    shared=('mgmt', 'compute:nova', 'b'), lost=('mgmt', '', 'c'), other=('mgmt', 'compute:nova', ''))
    state = State(vim='default')
    query = Query('ns', network_ids={'data'}, port_ids={'mine', 'shared', 'gone'}, marks={'port': {'a', 'c'}})
    read._ports(neutron, query, state)  # type: ignore[arg-type]
    assert neutron.asked == [('network_id', 'data'), ('id', 'gone'), ('id', 'shared'), ('description', 'a'), ('description', 'c')]
    assert {port.id for port in state.ports} == {'mine', 'shared', 'lost'}
    assert len(state.ports) == 3
    assert {net: [port.id for port in ports] for net, ports in state.foreign_ports.items()} == {'data': ['mine', 'theirs']}


class Flavors(Compute):
    """Nova with flavors of names and marks, none of which the project sees."""

    def __init__(self, **there: str) -> None:
        self._client, self._admin, self._project_id = self, None, 'p'  # type: ignore[assignment]
        self.there, self.posted = dict(there), []

    def call(self, service: str, method: str, path: str, what: str, *, json: Any) -> Any:
        self.posted.append(path.rpartition('/')[2])
        if path.endswith('/action') and self.posted.count('action') > 1:
            raise VimError(what, 'it has access', status=409)
        if path != '/flavors':
            return None
        if json['flavor']['name'] in self.there:
            raise VimError(what, 'the name is taken', status=409)
        self.there[json['flavor']['name']] = json['flavor']['description']
        return {'flavor': self.row(json['flavor']['name'])}

    def row(self, name: str) -> dict[str, Any]:
        return {'id': f'id-{name}', 'name': name, 'vcpus': 1, 'ram': 64, 'disk': 1, 'description': self.there[name]}

    def pages(self, *_arguments: Any) -> Iterator[dict[str, Any]]:
        return iter([self.row(name) for name in self.there])


def test_a_name_that_is_taken() -> None:
    assert Flavors().create_flavor(SPEC).name == 'shape'
    nova = Flavors(shape='theirs')
    nova.there['shape-1'] = 'theirs'
    assert nova.create_flavor(SPEC).name == 'shape-2'


def test_one_of_ours_that_was_cut_off_is_taken_up() -> None:
    nova = Flavors(shape='ours')
    assert nova.create_flavor(SPEC).id == 'id-shape'
    nova.complete_flavor('id-shape', SPEC)
    nova.complete_flavor('id-shape', SPEC)
    assert nova.posted == ['flavors', *['os-extra_specs', 'action'] * 2]


def test_there_is_an_end_to_names() -> None:
    nova = Flavors(shape='theirs', **{f'shape-{number}': 'theirs' for number in range(100)})
    with pytest.raises(VimError, match='taken'):
        nova.create_flavor(SPEC)
    assert len(nova.posted) == NAMES + 1
