# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nets on an SDN controller: what connects them stands behind an interface of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Calls
from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.execute.task_files import passed
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.sdn_net import CONNECTED, SdnNet, sdn_ports
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim

Net = Mapping[str, Any]


class Connector(Protocol):
    """Brings nets onto a controller, and takes them off it. Both can be asked again for the same net: it has one id for good.

    ``net`` is {id, name, type (ELINE, ELAN), vim, network {id, name, provider}, ports, ports_before}; both lists have
    mappings as plan/sdn_net.sdn_ports makes them. What is returned is for people; :class:`Parked` is raised where it takes a
    task file of the user's that was not run yet, and :class:`VimError` where it failed.
    """

    def connect(self, task: Task, net: Net) -> str:
        """Let these ports, and no others, be on the net."""

    def disconnect(self, task: Task, net: Net) -> str:
        """Let the net be gone; one that is not there is fine."""


class ByTaskFile:
    """The connector that the user's own Ansible tasks are: a task file that is told the net and its ``state``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def connect(self, task: Task, net: Net) -> str:
        return passed(self._calls, task, {'sdn_net': {**net, 'state': 'present'}})

    def disconnect(self, task: Task, net: Net) -> str:
        return passed(self._calls, task, {'sdn_net': {**net, 'state': 'absent'}})


class SdnNets(Kind):
    """Does the tasks of nets on a controller. The record has them from before the controller is asked: what came of an attempt
    that failed is not known, so it is to be undone as well."""

    def verbs(self) -> dict[str, Verb]:
        return {'sdn_net.connect': single(self._connect), 'sdn_net.disconnect': single(self._disconnect)}

    @property
    def _connector(self) -> Connector:
        return ByTaskFile(self._calls)

    def _connect(self, task: Task, vim: Vim, ended: Ended) -> None:
        spec: SdnNet = task.spec
        record = self._calls.resources.get(task.item, {})
        before = _known(record)
        if task.id in self._calls.answers:
            # Those that it was told; where they went meanwhile the next plan sees
            ports = record['asked']
        else:
            ports = self._ports(spec, vim)
            net = self._calls.resources[spec.net]
            network = {'id': net['id'], 'name': net['name'], 'provider': net.get('provider') or {}}
            record = {**record, **spec.entry, 'network': network}
            self._calls.note('connecting', task=task.id, put={task.item: {**record, 'state': 'CONNECTING', 'asked': ports}})
        note = self._connector.connect(task, _net(record, ports, before))
        self._calls.note('connected', task=task.id,
                         put={task.item: {**spec.entry, 'state': CONNECTED, 'sdn_ports': ports, 'asked': []}})
        ended(End(task, None, note))

    def _ports(self, spec: SdnNet, vim: Vim) -> list[dict[str, Any]]:
        resources = self._calls.resources
        ids = [resources[end.item]['ports'][end.interface]['id'] for end in spec.ends]
        try:
            return sdn_ports(spec.ends, resources, vim.port_bindings(ids))
        except KeyError as unbound:
            raise VimError(f'connect {spec.net}', f'port {unbound.args[0]} is not bound to a physical card') from unbound

    def _disconnect(self, task: Task, vim: Vim, ended: Ended) -> None:
        record = task.spec
        self._calls.note('disconnecting', task=task.id, put={task.item: {'vim': vim.name, 'state': 'DISCONNECTING'}})
        note = self._connector.disconnect(task, _net(record, [], _known(record)))
        self._calls.note('gone', task=task.id, gone={task.item: {'id': record['id']}})
        ended(End(task, None, note))


def _known(record: Net) -> list[dict[str, Any]]:
    """The ports that may be on a net."""
    connected = record.get('sdn_ports') or []
    return [*connected, *(port for port in record.get('asked') or [] if port not in connected)]


def _net(record: Net, ports: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[str, Any]:
    return {**{name: record.get(name) for name in ('id', 'name', 'type', 'vim', 'network')}, 'ports': ports,
            'ports_before': before}
