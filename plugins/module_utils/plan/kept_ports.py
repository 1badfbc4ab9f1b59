# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that were taken out of use and are kept until an operation's commit, so that a rollback puts the very same ones back.

The record has them beside the ports in use, under ``kept_ports``, by interface. Their owner mark says so as well: the mark of an
interface's port is that of the one in use.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task

PART = 'kept_ports'


def kept_mark(instance: Instance, interface: str) -> str:
    """The owner mark of a port that is kept for an interface."""
    return instance.mark(f'kept.{interface}')


def in_use(context: Context, instance: Instance, item: str, record: Resource) -> Resource:
    """The record with kept ports back in use where the target puts their interface on their network again."""
    kept = record.get(PART)
    if not kept:
        return record
    ports = record.get('ports', {})
    nets = {interface.name: net for interface, net in zip(instance.shared.ports, instance.shared.nets)}
    back = {name: entry for name, entry in kept.items() if entry['net'] == nets.get(name) != ports.get(name, {}).get('net')
            and entry['id'] in instance.shared.live.ports}
    if not back:
        return record
    given_up = {name: ports[name] for name in back if name in ports}
    swapped = {**record, 'vim': instance.shared.vim, 'ports': {**ports, **back}, PART: {**kept, **given_up}}
    context.plan.found[item] = swapped
    return swapped


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
