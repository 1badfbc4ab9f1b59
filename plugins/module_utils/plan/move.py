# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that go to another compute host: migrated while theirs works, or evacuated when it is down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Move
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.operate import find_server, way_out
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Host, Server

#: Statuses of a server that is on its way, by what Nova does.
UNDER_WAY = frozenset({'MIGRATING', 'RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE', 'REBUILD'})
#: Statuses from which Nova takes each way, and in which it leaves the server.
FROM = {'live': ('ACTIVE', 'PAUSED'), 'cold': ('ACTIVE', 'SHUTOFF'), 'evacuate': ('ACTIVE', 'SHUTOFF', 'ERROR')}
AT_REST = ('ACTIVE', 'PAUSED', 'SHUTOFF')
WAYS = {'live': 'live migration', 'cold': 'cold migration', 'evacuate': 'evacuation'}
RIGHTS = {'live': 'os_compute_api:os-migrate-server:migrate_live', 'cold': 'os_compute_api:os-migrate-server:migrate',
          'evacuate': 'os_compute_api:os-evacuate'}


class Spec(NamedTuple):
    """One server's way: ``host`` and ``host_id`` None: any but ``origin``, a ``host_id``. ``names`` are of hosts by ``host_id``;
    ``mend`` says that a server in ERROR was left so by this operation."""

    name: str
    server_id: str
    way: str
    origin: str
    host: str | None
    host_id: str | None
    names: Mapping[str, str]
    mend: bool = False

    def arrived(self, server: Server) -> bool:
        """Whether the server is on the host that is meant."""
        return server.host_id != self.origin if self.host_id is None else server.host_id == self.host_id


def next_action(spec: Spec, server: Server) -> str | None:
    """What a server that is idle needs next: its way, 'confirm', 'revert', 'reboot-hard', or None: it is there."""
    if server.status == 'VERIFY_RESIZE':
        return 'confirm' if spec.arrived(server) else 'revert'
    if server.status == 'ERROR' and spec.way != 'evacuate':
        return 'reboot-hard'
    return None if spec.arrived(server) and server.status != 'ERROR' else spec.way


def plan_moves(context: Context, move: Move) -> None:
    """The VDU instances that are meant, each on its way to another host."""
    known: dict[str, list[str]] = {}
    for vim in sorted({vdu.vim or 'default' for _path, vnf, vdu in context.vdus()
                       if any(context.touches(f'vdu:{vnf.name}/{vdu.name}/{index}') for index in range(vdu.count))}):
        live = context.live.get(vim)
        if live is None:
            continue
        if not live.state.admin:
            right = RIGHTS[move.way or 'live']
            context.problem(f'vims.{vim}.admin_cloud', f'this needs the rights {right} and os_compute_api:os-services:list '
                            f'(administrators), which this project member does not have in VIM {vim}; name a cloud that has '
                            'them as its admin_cloud')
            continue
        known[vim] = [host.name for host in live.state.hosts]
    _check_hosts(context, move, known)
    if context.plan.problems:
        return
    if move.disable:
        _disable(context, move, known)
    for vdu, key in context.meant():
        _plan_instance(context, move, vdu.vim or 'default', key)


def _check_hosts(context: Context, move: Move, known: Mapping[str, list[str]]) -> None:
    for vim, names in known.items():
        if move.to_host is not None and move.to_host not in names:
            context.problem('params.to_host', _unknown(move.to_host, vim, names))
    if move.from_host is not None and known and not any(move.from_host in names for names in known.values()):
        for vim, names in known.items():
            context.problem('params.from_host', _unknown(move.from_host, vim, names))
    for vim in known if move.way == 'evacuate' and not move.begun else ():
        host = _host(context.live[vim], move.from_host)
        if host is not None and host.up:
            context.problem('params.from_host', f'{host.name} is up in VIM {vim}: servers are evacuated only from a host that is '
                            'down; nfv.mano.migrate moves them while it works')


def _unknown(name: str, vim: str, names: list[str]) -> str:
    return f'{name} is not a compute host of VIM {vim} (there are: {", ".join(names) or "none"})'


def _host(live: Live, name: str | None) -> Host | None:
    return next((host for host in live.state.hosts if host.name == name), None)


def _disable(context: Context, move: Move, known: Mapping[str, list[str]]) -> None:
    for vim in known:
        host = _host(context.live[vim], move.from_host)
        if host is None or not host.enabled:
            continue
        context.plan.add(Task(f'disable host:{host.name} {vim}', 'host.disable', vim, f'host:{host.name}', host, ()))
        context.plan.changes.append(Change('update', 'host', host.name, vim, 'compute service enabled -> disabled', 'asked for'))


def _plan_instance(context: Context, move: Move, vim: str, key: str) -> None:
    item = f'vdu:{key}'
    record = context.record.get(item, {})
    server = find_server(context, vim, key, record)
    begun = move.begun.get(item)
    if server is None:
        if move.from_host is None or begun:
            context.problem(item, 'its server is gone from the VIM; nfv.mano.heal makes it again')
        else:
            context.plan.unchanged += 1
        return
    spec = _spec(context, move, vim, item, server)
    source = _host(context.live[vim], move.from_host)
    elsewhere = move.from_host is not None and (source is None or server.host_id != source.host_id) and begun is None
    if elsewhere or (server.status not in UNDER_WAY and next_action(spec, server) is None):
        seen = {'id': server.id, 'status': server.status, 'host_id': server.host_id}
        if not elsewhere and any(record.get(name) != value for name, value in seen.items()):
            context.plan.found[item] = {**record, **seen, 'host': spec.names.get(server.host_id)}
        context.plan.unchanged += 1
        return
    problem = _problem(context, spec, vim, server)
    if problem:
        context.problem(item, problem)
        return
    verb = 'evacuate' if spec.way == 'evacuate' else 'migrate'
    context.plan.add(Task(f'{verb} {item}', 'server.move', vim, item, spec, ()))
    there = spec.names.get(spec.origin, 'unknown')
    context.plan.changes.append(Change(
        'update', 'vdu', key, vim, f'host {there} -> {spec.host or "chosen by the scheduler"} ({WAYS[spec.way]})', 'asked for',
        # Nova can not tell whether the hosts share their disks
        loses_data=spec.way == 'evacuate' and server.image_id is not None and begun is None))


def _spec(context: Context, move: Move, vim: str, item: str, server: Server) -> Spec:
    names = {host.host_id: host.name for host in context.live[vim].state.hosts}
    way = move.way or ('cold' if server.status in ('SHUTOFF', 'RESIZE', 'VERIFY_RESIZE') else 'live')
    begun = move.begun.get(item)
    target = _host(context.live[vim], move.to_host)
    host, host_id = (target.name, target.host_id) if target else (None, None)
    if move.back:
        return Spec(server.name, server.id, way, server.host_id, names.get(begun or '', 'unknown'), begun, names, True)
    return Spec(server.name, server.id, way, begun or server.host_id, host, host_id, names, begun is not None)


def _problem(context: Context, spec: Spec, vim: str, server: Server) -> str | None:
    """Why a server can not go, None where it can."""
    if spec.host is not None:
        target = _host(context.live[vim], spec.host)
        if target is None or not (target.up and target.enabled):
            state = 'gone' if target is None else 'disabled' if target.up else 'down'
            return f'the host {spec.host} is {state} in VIM {vim}, so nothing can move there'
    if server.status in UNDER_WAY:
        return None if spec.mend else (f'its server is {server.status}: wait for the end of that, or run nfv.mano.update, which '
                                       'settles a resize')
    if server.status in FROM[spec.way] or (server.status == 'ERROR' and spec.mend):
        return None
    can = ' and '.join(FROM[spec.way])
    return f'its server is {server.status}, and {WAYS[spec.way]} is possible only from {can}{way_out(server)}'
