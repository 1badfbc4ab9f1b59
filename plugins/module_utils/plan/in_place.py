# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that change a server which stays: one after the other, since Nova does one thing to a server at a time."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import instance_volumes, kept_ports, power, trunk
from ansible_collections.nfv.mano.plugins.module_utils.plan.compare import need_metadata
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import RESIZING, Difference
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server


def plan_changes(context: Context, instance: Instance, item: str, record: Resource, server: Server,
                 difference: Difference) -> None:
    """Tasks and change of a server that differs from the target."""
    chain = _Chain(context, instance, item, server)
    up, down = _around(instance, server, difference)
    chain.power('wake', up)
    if difference.busy:
        chain.add('await', 'server.await', (instance, server.id, server.status))
    # Between two flavors, and in ERROR, Nova takes no other change
    first = 'rebuild' if server.status == 'ERROR' else 'resize' if server.status in RESIZING else 'volumes'
    for name in (first, *(name for name in ('volumes', 'update', 'resize', 'rebuild') if name != first)):
        if name == 'volumes':
            chain.after = instance_volumes.plan_moves(context, instance, item, record, server, difference.volumes, chain.after)
        elif name == 'update' and (difference.server or difference.ports):
            _update(chain, difference)
        elif name == 'resize' and difference.resize:
            _resize(chain)
        elif name == 'rebuild' and difference.rebuild:
            stopped = difference.stop or server.status == 'SHUTOFF'
            chain.add('rebuild', 'server.rebuild', (instance, server.id, difference.rebuild, difference.rebuild_begun, stopped))
    _interfaces(chain, record, difference)
    chain.power('power', down)
    context.plan.changes.append(Change(
        'update', 'vdu', instance.key, instance.shared.vim, '; '.join(difference.texts),
        'asked for' if context.asked.change else 'differs from the target',
        loses_data=difference.loses or (difference.rebuild is not None and not difference.rebuild_begun)))


class _Chain:
    """Tasks of one server, each after the one before."""

    def __init__(self, context: Context, instance: Instance, item: str, server: Server) -> None:
        self.context, self.instance, self.item, self.server = context, instance, item, server
        self.after: tuple[str, ...] = ()

    def add(self, name: str, verb: str, spec: Any, also_after: tuple[str, ...] = ()) -> str:
        """One more task, after the last one and others."""
        task = self.context.plan.add(Task(f'{name} {self.item}', verb, self.instance.shared.vim, self.item, spec,
                                          (*self.after, *also_after)))
        self.after = (task,)
        return task

    def power(self, name: str, way: tuple[power.Step, ...]) -> None:
        """Steps from one power state to another."""
        if way:
            self.add(name, 'server.power', (self.instance.name, self.server.id, way, None))

    def use(self, key: str, task: str) -> None:
        """The task frees something of the record that may go afterwards."""
        self.context.users.setdefault(key, []).append(task)


def _around(instance: Instance, server: Server, difference: Difference) -> tuple[tuple[power.Step, ...], tuple[power.Step, ...]]:
    """Power steps before and after the changes: a server that sleeps in memory is woken for what Nova refuses then."""
    if difference.stop:
        return power.steps(server.status, 'SHUTOFF') or (), _from_anywhere(instance.status)
    disks = difference.volumes
    plugs = bool(difference.detached or difference.attached or difference.off or disks.detach or disks.attach)
    if difference.resize or difference.rebuild or difference.busy or (plugs and server.status == 'SUSPENDED'):
        if server.status in ('PAUSED', 'SUSPENDED'):
            return power.steps(server.status, 'ACTIVE') or (), power.steps('ACTIVE', instance.status) or ()
        if server.status not in power.WELL:
            return (), _from_anywhere(instance.status)
    return (), difference.power


def _from_anywhere(wanted: str) -> tuple[power.Step, ...]:
    """The steps to a status from ACTIVE or SHUTOFF, whichever it is by then (a step that is done already is no error)."""
    if wanted == 'SHUTOFF':
        return (power.Step('stop', 'SHUTOFF'),)
    return (power.Step('start', 'ACTIVE'), *(power.steps('ACTIVE', wanted) or ()))


def _update(chain: _Chain, difference: Difference) -> None:
    instance = chain.instance
    moves = any(changes.keys() & {'subnet', 'virtual_ips'} for changes in difference.ports.values())
    spec = {'id': chain.server.id, 'server': difference.server, 'ports': difference.ports, 'instance': instance}
    task = chain.add('update', 'server.update', spec, instance.shared.net_makers if moves else ())
    need_metadata(chain.context.plan, instance.shared.vim, instance.key, chain.server, difference)
    if difference.ports and instance.shared.live.leaving:
        for net in set(instance.shared.nets):
            chain.use(net, task)


def _resize(chain: _Chain) -> None:
    shared = chain.instance.shared
    maker = chain.context.makers.get(shared.flavor['key'])
    chain.add('resize', 'server.resize', (chain.instance, chain.server.id), (maker,) if maker else ())
    if chain.server.status not in RESIZING:
        have = chain.server.flavor
        chain.context.plan.need(shared.vim, cores=max(0, shared.flavor['vcpus'] - have['vcpus']),
                                ram=max(0, shared.flavor['ram_mib'] - have['ram']))


def _interfaces(chain: _Chain, record: Resource, difference: Difference) -> None:
    instance = chain.instance
    moves = difference.trunks
    # A trunk goes when the server is off its port; a subport comes off one at any time
    off = trunk.Moves(subports=moves.subports)
    chain.after = trunk.plan_release(chain.context, instance.shared.vim, chain.item, off, chain.after)
    if difference.detached:
        task = chain.add('unplug', 'server.unplug', (instance, chain.server.id, difference.detached, moves.trunks, False))
        for name in difference.detached:
            chain.use(record['ports'][name]['net'], task)
    if difference.stale:
        task = chain.add('ports-delete', 'ports.delete', difference.stale)
        for name in difference.stale:
            chain.use(record['ports'][name]['net'], task)
    if difference.kept:
        marks = {name: (port_id, kept_ports.kept_mark(instance, name)) for name, port_id in difference.kept.items()}
        chain.add('keep', 'ports.keep', marks)
    if difference.made:
        spec = (instance, tuple(difference.made), tuple(difference.kept))
        chain.add('ports', 'ports.create', spec, instance.shared.net_makers)
        gone = len(difference.detached) + len(difference.stale)
        chain.context.plan.need(instance.shared.vim, port=max(0, len(difference.made) - gone))
    if difference.off:
        chain.add('take-off', 'server.unplug', (instance, chain.server.id, difference.off, {}, True))
    chain.after = trunk.plan_set(chain.context, instance, chain.item, moves, chain.after) or chain.after
    if difference.attached:
        twins = tuple(task for one in sorted(difference.taken_by)
                      if (task := f'delete {chain.item} duplicate {one}') in chain.context.plan.tasks)
        chain.add('plug', 'server.plug', (instance, chain.server.id, tuple(difference.attached)), twins)
    if chain.context.asked.moved is not None:
        chain.context.commit[chain.item] = (instance.shared.vim, difference.released)
    elif difference.released:
        chain.after = kept_ports.plan_release(chain.context, instance.shared.vim, chain.item, record, chain.after)
