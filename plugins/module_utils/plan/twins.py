# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports and networks that are there twice: a create call that was given up as lost, made again, and arrived after all.

Servers of the kind are found by their tag and dealt with beside their VDU (vdu.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network, Port, Volume

Row = TypeVar('Row', Port, Network, Volume)
REASON = 'made twice by a lost reply'


def plan_ports(context: Context) -> None:
    """Every port with a mark of this NS that is neither the record's nor the one that the plan takes up."""
    prefix = ns_prefix(context.ns_id)
    wanted = {f'vdu:{vnf.name}/{vdu.name}/{index}' for _path, vnf, vdu in context.vdus() for index in range(vdu.count)}
    interfaces = {f'{vnf.name}/{vdu.name}/port.{interface.name}' for _path, vnf, vdu in context.vdus()
                  for interface in vdu.interfaces}
    recorded = {port['id'] for resource in context.record.values() for port in resource.get('ports', {}).values()}
    nets = {resource.get('id'): key for key, resource in context.record.items() if key.startswith('net:')}
    for vim, live in context.live.items():
        for text, ports in live.marked_ports.items():
            if not text.startswith(prefix):
                continue
            owner, _slash, task = text.removeprefix(prefix).rpartition('/')
            item = f'vdu:{owner}'
            named = f'{owner.rpartition("/")[0]}/{task}' in interfaces
            for port in _twins(ports, recorded, item in wanted and named):
                done = context.plan.add(Task(f'delete twin {port.id}', 'ports.delete', vim, item,
                                             {task.removeprefix('port.'): port.id}, ()))
                context.users.setdefault(nets.get(port.network_id, ''), []).append(done)
                context.plan.changes.append(Change('delete', 'vdu', owner, vim, f'port {port.id}', REASON))


def plan_volumes(context: Context) -> None:
    """As :func:`plan_ports`, but only for marks of lost create calls: a volume may have data that nobody knows of."""
    prefix = ns_prefix(context.ns_id)
    if not context.doubtful:
        return
    wanted = {mark(context.ns_id, owner, f'volume.{volume.name}') for _path, vnf, vdu in context.vdus()
              for volume in vdu.volumes for owner in (f'{vnf.name}/{vdu.name}',
                                                      *(f'{vnf.name}/{vdu.name}/{index}' for index in range(vdu.count)))}
    recorded = {resource.get('id') for key, resource in context.record.items() if key.startswith('volume:')}
    recorded |= {one['id'] for resource in context.record.values() for one in resource.get('volumes', {}).values()}
    for vim, live in context.live.items():
        for text in sorted(context.doubtful & live.marked_volumes.keys()):
            owner, _slash, task = text.removeprefix(prefix).rpartition('/')
            name = task.removeprefix('volume.')
            for volume in _twins(live.marked_volumes[text], recorded, text in wanted):
                context.plan.add(Task(f'delete twin {volume.id}', 'volumes.release', vim, f'vdu:{owner}',
                                      ({name: (volume.id, 'delete')}, None), ()))
                context.plan.changes.append(Change('delete', 'volume', f'{owner}/{name}', vim, volume.id, REASON))


def plan_networks(context: Context) -> None:
    """Every network with a mark of this NS that is neither the record's nor the one that the plan takes up."""
    prefix = ns_prefix(context.ns_id)
    wanted = {mark(context.ns_id, key, 'net') for _path, key, _link in context.links()}
    recorded = {resource.get('id') for key, resource in context.record.items() if key.startswith('net:')}
    for vim, live in context.live.items():
        by_mark: dict[str, list[Network]] = {}
        for network in live.networks.values():
            if network.description.startswith(prefix):
                by_mark.setdefault(network.description, []).append(network)
        for text, networks in by_mark.items():
            key = text.removeprefix(prefix).rpartition('/')[0]
            for network in _twins(networks, recorded, text in wanted):
                context.plan.add(Task(f'delete twin {network.id}', 'net.delete', vim, f'net:{key}', network.id, ()))
                context.plan.changes.append(Change('delete', 'net', network.name, vim, network.id, REASON))


def _twins(rows: Sequence[Row], recorded: set[str | None], wanted: bool) -> list[Row]:
    """The rows of one mark less the one that stays: the recorded one, else the first (which is the one that is adopted)."""
    if any(row.id in recorded for row in rows):
        return [row for row in rows if row.id not in recorded]
    return list(rows[1:] if wanted else rows)
