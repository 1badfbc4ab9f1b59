# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that were taken out of use and are kept until an operation's commit, so that a rollback puts the very same ones back.

The record has them beside the ports in use, under ``kept_ports``, by interface. Their owner mark says so as well: the mark of an
interface's port is that of the one in use.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, given, port_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port

PART = 'kept_ports'


def kept_mark(instance: Instance, interface: str) -> str:
    """The owner mark of a port that is kept for an interface."""
    return instance.mark(f'kept.{interface}')


def in_use(context: Context, instance: Instance, item: str, record: Resource) -> Resource:
    """The record with the ports in use that the target's networks call for: kept ones that come back, and one that was made in
    another's place by a call whose answer was lost."""
    kept = record.get(PART) or {}
    if not kept and not context.doubtful:
        return record
    ports, back = record.get('ports', {}), {}
    for interface, net in zip(instance.shared.ports, instance.shared.nets):
        name = interface.name
        if ports.get(name, {}).get('net') == net:
            continue
        old = kept.get(name, {})
        lost = _lost(context, instance, name, net, record) if name in ports and name not in kept else None
        if old.get('net') == net and old['id'] in instance.shared.live.ports:
            back[name] = old
        elif lost is not None:
            back[name] = port_entry(lost, net, given(interface))
    if not back:
        return record
    given_up = {name: ports[name] for name in back if name in ports}
    changed = {**record, 'vim': instance.shared.vim, 'ports': {**ports, **back}, PART: {**kept, **given_up}}
    context.plan.found[item] = changed
    return changed


def _lost(context: Context, instance: Instance, name: str, net: str, record: Resource) -> Port | None:
    """The port of an interface that the record does not know, on the network that is meant."""
    known = {port['id'] for port in record.get('ports', {}).values()}
    network_id = (context.plan.found.get(net) or context.record.get(net) or {}).get('id')
    return next((port for port in instance.shared.live.marked_ports.get(instance.mark(f'port.{name}'), ())
                 if port.id not in known and port.network_id == network_id), None)


def leftover(record: Resource) -> dict[str, tuple[str, bool]]:
    """What is kept by interface: the port's id, and whether it is to be deleted (else the record just lets go of it)."""
    kept = record.get(PART)
    if not kept:
        return {}
    used = {port['id'] for port in record.get('ports', {}).values()}
    return {name: (entry['id'], entry['id'] not in used) for name, entry in kept.items()}


def plan_release(context: Context, vim: str, item: str, record: Resource, after: tuple[str, ...]) -> tuple[str, ...]:
    """The task that deletes what is kept, and what comes after it; a network that goes waits for it."""
    going = leftover(record)
    if not going:
        return after
    task = release(context, vim, item, going, after)
    for name in going:
        context.users.setdefault(record[PART][name]['net'], []).append(task)
    return (task,)


def release(context: Context, vim: str, item: str, going: dict[str, tuple[str, bool]], after: tuple[str, ...]) -> str:
    """The task that deletes ports that are kept."""
    return context.plan.add(Task(f'release {item}', 'ports.release', vim, item, going, after))
