# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of routers and floating IPs ask of a VIM, and what the record says after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.floating_ips import FloatingIps
from ansible_collections.nfv.mano.plugins.module_utils.execute.routers import Routers
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.router import Leg
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Router

FRONT, GATE = 'vdu:web/front/0', 'router:gate'
NETS = {'net:data': {'vim': 'default', 'id': 'net-d', 'subnets': [{'id': 's4', 'cidr': '10.1.0.0/24'},
                                                                  {'id': 's6', 'cidr': 'fd00::/64'}]},
        'net:mgmt': {'vim': 'default', 'id': 'net-m', 'subnets': [{'id': 'sm', 'cidr': '10.2.0.0/24'}]}}


class Neutron:
    """Notes what it is asked; fails at one call."""

    name = 'default'
    call_timeout = 0.1

    def __init__(self, failing: str = '') -> None:
        self.asked: list[tuple[Any, ...]] = []
        self._failing = failing

    def _note(self, *call: Any) -> None:
        if call[0] == self._failing:
            raise VimError(call[0], 'no', status=409)
        self.asked.append(call)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._note(name, *arguments)
            return self._answer(name)
        return call

    @staticmethod
    def _answer(name: str) -> Any:
        if name in ('create_router', 'update_router'):
            return Router('router-1', 'edge1-gate', '', 'net-x', ('198.51.100.9',))
        return FloatingIp('fip-1', '198.51.100.7', '', 'net-x', 'port-1')


class Log:
    """A journal that is not kept."""

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        return {'event': event, 't': '0', **fields}


class Site:
    """A VIM, a record, and tasks that are done on them."""

    def __init__(self, failing: str = '', **resources: Any) -> None:
        self.vim = Neutron(failing)
        self.resources: dict[str, Any] = {**{key: dict(value) for key, value in NETS.items()}, **resources}
        calls = Calls(Log(), self.resources, lambda vim: 0.0, 'ns')
        self._verbs = {**Routers(calls, {}, {}).verbs(), **FloatingIps(calls, {}, {}).verbs()}

    def do(self, verb: str, item: str, spec: Any) -> str:
        """Do one task; returns what people are told."""
        ends: list[End] = []
        self._verbs[verb]([Task('t', verb, 'default', item, spec, ())], self.vim, ends.append)
        (end,) = ends
        assert end.error is None
        return end.note


def test_router_is_made_and_connected_to_the_subnets_that_are_meant() -> None:
    site = Site()
    legs = [Leg('net:data', 'fd00::/64', None, False), Leg('net:mgmt', None, 'sm', True)]
    site.do('router.create', GATE, {'name': 'edge1-gate', 'mark': 'm', 'external_network_id': 'net-x', 'legs': legs,
                                    'nets': ['net:data', 'net:mgmt']})
    assert site.vim.asked[1:] == [('add_router_interface', 'router-1', 's6', False),
                                  ('add_router_interface', 'router-1', 'sm', True)]
    assert site.resources[GATE] == {
        'vim': 'default', 'id': 'router-1', 'name': 'edge1-gate', 'owned': True, 'external_network_id': 'net-x',
        'addresses': ['198.51.100.9'], 'networks': {'net:data': 'net-d', 'net:mgmt': 'net-m'}}


def test_router_that_was_not_connected_is_in_the_record() -> None:
    site = Site(failing='add_router_interface')
    with pytest.raises(VimError):
        site.do('router.create', GATE, {'name': 'edge1-gate', 'mark': 'm', 'external_network_id': 'net-x', 'nets': ['net:data'],
                                        'legs': [Leg('net:data', '10.1.0.0/24', None, False)]})
    assert site.resources[GATE]['networks'] == {'net:data': 'net-d'}, 'what is found on its networks later is known to be ours'


def test_router_is_changed_only_where_something_differs() -> None:
    entry = {'vim': 'default', 'id': 'router-1', 'name': 'theirs'}
    site = Site(**{GATE: {**entry, 'networks': {'net:mgmt': 'net-m'}}})
    spec = {'id': 'router-1', 'router': {}, 'attach': [Leg('net:data', '10.1.0.0/24', 's4', False)], 'nets': ['net:data'],
            'entry': entry}
    site.do('router.update', GATE, spec)
    assert site.vim.asked == [('add_router_interface', 'router-1', 's4', False)]
    assert site.resources[GATE]['networks'] == {'net:data': 'net-d'}
    site.do('router.update', GATE, {**spec, 'router': {'name': 'edge1-gate'}, 'attach': []})
    assert site.vim.asked[1:] == [('update_router', 'router-1', {'name': 'edge1-gate'})]
    assert site.resources[GATE]['name'] == 'edge1-gate'


def test_router_goes_after_its_interfaces() -> None:
    site = Site(**{GATE: {'vim': 'default', 'id': 'router-1'}})
    site.do('router.delete', GATE, ('router-1', ['s4', 's6']))
    assert [call[0] for call in site.vim.asked] == ['remove_router_interface', 'remove_router_interface', 'delete_router']
    assert GATE not in site.resources


def test_floating_ip_is_allocated_for_the_port_that_was_made_meanwhile() -> None:
    site = Site(**{FRONT: {'vim': 'default', 'ports': {'eth0': {'id': 'port-1'}}}})
    note = site.do('floating_ip.create', FRONT, {'interface': 'eth0', 'port_id': None, 'mark': 'm', 'network_id': 'net-x',
                                                 'name': 'web/front/0/eth0'})
    assert note == 'floating IP 198.51.100.7'
    assert site.vim.asked[0][1]['port_id'] == 'port-1'
    assert site.resources[FRONT]['floating_ips'] == {'eth0': {'id': 'fip-1', 'address': '198.51.100.7', 'owned': True}}


def test_given_floating_ip_is_in_the_record_before_it_is_associated() -> None:
    site = Site(failing='associate_floating_ip', **{FRONT: {'vim': 'default', 'ports': {}}})
    entry = {'id': 'fip-1', 'address': '198.51.100.7', 'owned': False}
    with pytest.raises(VimError):
        site.do('floating_ip.associate', FRONT, {'interface': 'eth0', 'port_id': 'port-1', 'entry': entry})
    assert site.resources[FRONT]['floating_ips'] == {'eth0': entry}


def test_each_floating_ip_is_given_back_in_its_way() -> None:
    ips = {name: {'id': f'fip-{name}', 'address': '', 'owned': False} for name in ('eth0', 'eth1', 'eth2')}
    site = Site(**{FRONT: {'vim': 'default', 'id': 'server-1', 'ports': {}, 'floating_ips': ips}})
    site.do('floating_ips.release', FRONT, {'forget': False, 'interfaces': {
        'eth0': ('fip-eth0', 'release'), 'eth1': ('fip-eth1', 'disassociate'), 'eth2': ('fip-eth2', 'forget')}})
    assert site.vim.asked == [('release_floating_ip', 'fip-eth0'), ('associate_floating_ip', 'fip-eth1', None)]
    assert site.resources[FRONT]['floating_ips'] == {}


def test_record_of_an_instance_goes_with_its_last_floating_ip() -> None:
    site = Site(**{FRONT: {'vim': 'default', 'id': 'gone', 'ports': {'eth0': {'id': 'gone-too'}}, 'floating_ips': {
        'eth0': {'id': 'fip-1', 'address': '', 'owned': True}}}})
    site.do('floating_ips.release', FRONT, {'forget': True, 'interfaces': {'eth0': ('fip-1', 'release')}})
    assert FRONT not in site.resources
