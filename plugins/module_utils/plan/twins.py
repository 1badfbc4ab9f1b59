# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports and networks that are there twice: a create call that was given up as lost, made again, and arrived after all.

Servers of the kind are found by their tag and dealt with beside their VDU (vdu.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, owner_item
from ansible_collections.nfv.mano.plugins.module_utils.plan.floating_ip import release
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.router import delete_router
from ansible_collections.nfv.mano.plugins.module_utils.plan.trunk import ports_of
from ansible_collections.nfv.mano.plugins.module_utils.plan.virtual_ip import PORT
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import FloatingIp, Network, Port, Router, Volume

Row = TypeVar('Row', Port, Network, Router, FloatingIp, Volume)
REASON = 'made twice by a lost reply'
LEFT_OVER = 'left over from an earlier operation'


def plan_ports(context: Context) -> None:
    """Every port with a mark of this NS that is neither the record's nor the one that the plan takes up."""
    prefix = ns_prefix(context.ns_id)
    wanted = {f'vdu:{vnf.name}/{vdu.name}/{index}' for _path, vnf, vdu in context.vdus() for index in range(vdu.count)}
    wanted |= {f'virtual_ip:{one.name}' for one in (context.target.virtual_ips if context.target else ())}
    interfaces = {f'{vnf.name}/{vdu.name}/port.{interface.name}' for _path, vnf, vdu in context.vdus()
                  for interface in ports_of(vdu).values()}
    recorded = {port['id'] for resource in context.record.values() for part in ('ports', 'kept_ports')
                for port in resource.get(part, {}).values()}
    recorded |= {port['id'] for resource in context.plan.found.values() for port in resource.get('ports', {}).values()}
    nets = {resource.get('id'): key for key, resource in context.record.items() if key.startswith('net:')}
    for vim, live in context.live.items():
        for text, ports in live.marked_ports.items():
            if not text.startswith(prefix) or (len(ports) == 1 and ports[0].id in recorded):
                continue
            owner, _slash, task = text.removeprefix(prefix).rpartition('/')
            item = owner_item(owner)
            named = f'{owner.rpartition("/")[0]}/{task}' in interfaces or not item.startswith('vdu:')
            there = context.plan.found.get(item, context.record.get(item, {})).get('ports', {})
            # One in use that has another mark was kept, and has come back
            lacking = there.get(task.removeprefix('port.'), {}).get('id') not in live.ports
            is_wanted = item in wanted and named and lacking
            for port in _twins(ports, recorded, is_wanted):
                done = context.plan.add(Task(f'delete twin {port.id}', 'ports.delete', vim, item,
                                             {task.removeprefix('port.'): port.id}, ()))
                context.users.setdefault(nets.get(port.network_id, ''), []).append(done)
                context.plan.changes.append(Change('delete', item.partition(':')[0], owner, vim, f'port {port.id}',
                                                   _reason(ports, recorded, is_wanted)))


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
    wanted = {f'{key}/net' for _path, key, _link in context.links()}
    recorded = {resource.get('id') for key, resource in context.record.items() if key.startswith('net:')}
    for vim, live in context.live.items():
        for text, networks in _by_mark(live.networks.values(), prefix).items():
            key = text.rpartition('/')[0]
            for network in _twins(networks, recorded, text in wanted):
                context.plan.add(Task(f'delete twin {network.id}', 'net.delete', vim, f'net:{key}', network.id, ()))
                context.plan.changes.append(Change('delete', 'net', network.name, vim, network.id,
                                                   _reason(networks, recorded, text in wanted)))


def plan_floating_ips(context: Context) -> None:
    """Every floating IP with a mark of this NS that is neither the record's nor the one that the plan takes up."""
    prefix = ns_prefix(context.ns_id)
    wanted = {f'{vnf.name}/{vdu.name}/{index}/floating_ip.{interface.name}' for _path, vnf, vdu in context.vdus()
              for interface in vdu.interfaces if interface.floating_ip is not None and interface.floating_ip.address is None
              for index in range(vdu.count)}
    wanted |= {f'{one.name}/floating_ip.{PORT}' for one in (context.target.virtual_ips if context.target else ())
               if one.floating_ip is not None and one.floating_ip.address is None}
    recorded = {entry['id'] for resource in context.record.values() for entry in resource.get('floating_ips', {}).values()}
    for vim, live in context.live.items():
        for text, rows in _by_mark(live.state.floating_ips, prefix).items():
            owner, _slash, task = text.rpartition('/')
            for one in _twins(rows, recorded, text in wanted):
                release(context, f'delete twin {one.id}', vim, owner_item(owner),
                        {task.removeprefix('floating_ip.'): (one.id, 'release')}, False)
                context.plan.changes.append(Change('delete', 'floating_ip', owner, vim, one.address,
                                                   _reason(rows, recorded, text in wanted)))


def plan_routers(context: Context) -> None:
    """Every router with a mark of this NS that is neither the record's nor the one that the plan takes up."""
    prefix = ns_prefix(context.ns_id)
    wanted = {f'{router.name}/router' for router in (context.target.routers if context.target else ())}
    recorded = {resource.get('id') for key, resource in context.record.items() if key.startswith('router:')}
    for live in context.live.values():
        for text, rows in _by_mark(live.state.routers, prefix).items():
            item = f'router:{text.rpartition("/")[0]}'
            for one in _twins(rows, recorded, text in wanted):
                delete_router(context, item, context.record.get(item, {}), one, f'delete twin {one.id}',
                              _reason(rows, recorded, text in wanted))


def _by_mark(rows: Iterable[Row], prefix: str) -> dict[str, list[Row]]:
    """Rows of ours by the rest of their mark."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.description.startswith(prefix):
            found.setdefault(row.description.removeprefix(prefix), []).append(row)
    return found


def _twins(rows: Sequence[Row], recorded: set[str | None], wanted: bool) -> list[Row]:
    """The rows of one mark less the one that stays: the recorded one, else the first (which is the one that is adopted)."""
    if any(row.id in recorded for row in rows):
        return [row for row in rows if row.id not in recorded]
    return list(rows[1:] if wanted else rows)


def _reason(rows: Sequence[Row], recorded: set[str | None], wanted: bool) -> str:
    return REASON if wanted or any(row.id in recorded for row in rows) else LEFT_OVER
