# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers started, stopped, paused, suspended and restarted because it was asked for; nothing else is compared."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import graceful, power
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Operate, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

#: A server that reboots already is waited for.
REBOOTABLE = frozenset({'ACTIVE', 'REBOOT', 'HARD_REBOOT'})
DOWN = {'SHUTOFF': 'stopped', 'PAUSED': 'paused', 'SUSPENDED': 'suspended'}


def plan_operate(context: Context, asked: Operate) -> None:
    """The VDU instances that are meant, each on its way to the status that is asked for."""
    for vdu, key in context.meant():
        _plan_instance(context, asked, vdu, key)


def _plan_instance(context: Context, asked: Operate, vdu: Vdu, key: str) -> None:
    item, vim = f'vdu:{key}', vdu.vim or 'default'
    record = context.record.get(item, {})
    server = find_server(context, vim, key, record)
    if server is None:
        context.problem(item, 'its server is gone from the VIM; nfv.mano.heal makes it again')
        return
    way = _reboot(context, asked, item, server) if asked.reboot else _way(context, asked, item, server)
    if not way:
        if way is not None and record.get('status') != server.status:
            context.plan.found[item] = {**record, 'id': server.id, 'status': server.status}
        context.plan.unchanged += 1
        return
    text = f'status {server.status} ({way[0].action})' if asked.reboot else power.describe(server.status, way)
    drained, patience = (), asked.patience
    if asked.graceful and asked.status == 'SHUTOFF' and vdu.drain:
        drained, patience = graceful.drain(context, vdu.drain, vim, item, asked.patience, asked.done), None
    spec = (server.name, server.id, way, patience)
    context.plan.add(Task(f'{way[0].action} {item}', 'server.power', vim, item, spec, drained))
    context.plan.changes.append(Change('update', 'vdu', key, vim, text, 'asked for'))


def find_server(context: Context, vim: str, key: str, record: Resource) -> Server | None:
    """The server of an instance: the recorded one, else one with its mark."""
    live = context.live.get(record.get('vim', vim))
    if live is None:
        return None
    marked = live.marked_servers.get(mark(context.ns_id, key, 'server'), ())
    return live.servers.get(record.get('id', '')) or next(iter(marked), None)


def _way(context: Context, asked: Operate, item: str, server: Server) -> tuple[power.Step, ...] | None:
    """One action, none where it is there already, or None and a problem."""
    if server.status == asked.status:
        return ()
    if asked.status == 'ACTIVE' and server.status in power.WAKE:
        return power.steps(server.status, 'ACTIVE')
    if asked.status in power.SLEEP and server.status == 'ACTIVE':
        return power.steps('ACTIVE', asked.status)
    can = f'started only from {", ".join(sorted(power.WAKE))}' if asked.status == 'ACTIVE' else \
        f'{DOWN[asked.status]} only from ACTIVE'
    context.problem(item, f'its server is {server.status} and can be {can}{way_out(server)}')
    return None


def _reboot(context: Context, asked: Operate, item: str, server: Server) -> tuple[power.Step, ...] | None:
    step = power.Step(asked.reboot or '', 'ACTIVE')
    if f'{step.action} {item}' in asked.done:
        return ()
    if server.status not in REBOOTABLE:
        context.problem(item, f'its server is {server.status} and can be restarted only from ACTIVE{way_out(server)}')
        return None
    return (step,)


def way_out(server: Server) -> str:
    """What to do first, of a server that can not take an action."""
    return '; start it first' if server.status in power.WAKE else '; nfv.mano.heal makes it anew' \
        if server.status == 'ERROR' else ''
