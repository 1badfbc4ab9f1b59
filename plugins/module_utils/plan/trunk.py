# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks: interfaces whose guest tags its traffic. Neutron makes and deletes one only while no server is on its parent port;
subports come and go at any time. Those that somebody else put on a trunk of ours stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface, Vdu, subport_interface
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port, Trunk


@dataclass(slots=True)
class Moves:
    """``trunks`` that are deleted, ids by interface; ``subports`` that come off one that stays, (its id, port's id) by name;
    ``wanted`` by interface: (the trunk's id, None where it is made; VLAN ids by name of the subports that are put on it)."""

    trunks: dict[str, str] = field(default_factory=dict)
    subports: dict[str, tuple[str, str]] = field(default_factory=dict)
    wanted: dict[str, tuple[str | None, dict[str, int]]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def is_subport(name: str) -> bool:
    """Whether a port of the record is a subport's (``eth1:red``) and not an interface's."""
    return ':' in name


def ports_of(vdu: Vdu) -> dict[str, Interface]:
    """All that a VDU's instances have ports for, by place in the document: interfaces, then subports as interfaces."""
    ports = {f'interfaces[{place}]': interface for place, interface in enumerate(vdu.interfaces)}
    ports.update({f'interfaces[{place}].subports[{at}]': subport_interface(interface, subport)
                  for place, interface in enumerate(vdu.interfaces) for at, subport in enumerate(interface.subports)})
    return ports


def describe(vdu: Vdu) -> str:
    """How many interfaces, for people."""
    words = [f'{len(vdu.interfaces)} interface{"s" if len(vdu.interfaces) != 1 else ""}']
    number = sum(len(interface.subports) for interface in vdu.interfaces)
    return ', '.join(words + ([f'{number} subport{"s" if number != 1 else ""}'] if number else []))


def check(context: Context, path: str, vim: str, vdu: Vdu) -> None:
    """Trunks are an extension of Neutron's."""
    for place, interface in enumerate(vdu.interfaces):
        if interface.subports and not context.live[vim].state.trunks:
            context.problem(f'{path}.interfaces[{place}].subports', f'VIM {vim} has no trunks: its Neutron lacks the extension '
                            'trunk')


def other(port: Port, interface: Interface) -> str | None:
    """In words, when a port is a trunk's parent and its interface is not, or the other way round."""
    if (port.trunk is not None) == bool(interface.subports):
        return None
    return 'becomes a trunk' if interface.subports else 'is a trunk no more'


def compare(instance: Instance, record: Resource, leaving: Collection[str], made: Collection[int] = ()) -> Moves:
    """What differs between the trunks of the target and those that are there.

    :param leaving: names of recorded ports that are deleted.
    :param made: places of ports that are made.
    """
    shared = instance.shared
    moves = Moves()
    recorded = record.get('ports', {})
    for name in recorded:
        there = _trunk(shared.live, recorded, name)
        if there is not None and (name in leaving or not _subports(instance, name)):
            moves.trunks[name] = there.id
    if len(shared.ports) == len(shared.vdu.interfaces):
        return moves
    known = instance.known_ports(record)
    fresh = {*leaving, *(shared.ports[place].name for place in made)}
    for interface in shared.vdu.interfaces:
        if interface.subports:
            parent = None if interface.name in fresh else _trunk(shared.live, known, interface.name)
            _compare(instance, interface, parent, {name: one['id'] for name, one in known.items() if name not in fresh}, moves)
            gone = {name: recorded[name]['id'] for name in leaving if name in recorded and name.startswith(f'{interface.name}:')}
            _take_off(parent, gone, moves)
    return moves


def going(live: Live, record: Resource) -> Moves:
    """As :func:`compare` of an instance that goes altogether."""
    recorded = record.get('ports', {})
    there = {name: one.id for name in recorded if (one := _trunk(live, recorded, name)) is not None}
    return Moves(trunks={**{name: one['id'] for name, one in record.get('trunks', {}).items()}, **there})


def _trunk(live: Live, ports: dict[str, Resource], name: str) -> Trunk | None:
    port = live.ports.get(ports.get(name, {}).get('id', ''))
    return port.trunk if port is not None else None


def _subports(instance: Instance, name: str) -> bool:
    return any(one.name == name and one.subports for one in instance.shared.vdu.interfaces)


def _compare(instance: Instance, interface: Interface, there: Trunk | None, ports: dict[str, str], moves: Moves) -> None:
    put: dict[str, int] = {}
    for subport in interface.subports:
        name, vlan = f'{interface.name}:{subport.name}', subport.segmentation_id
        have = there.subports.get(ports.get(name, '')) if there else None
        if have == vlan:
            continue
        put[name] = vlan
        if there and have is not None:
            moves.subports[name] = (there.id, ports[name])
            moves.texts.append(f'subport {interface.name}/{subport.name} VLAN {have} -> {vlan}')
        elif there:
            moves.texts.append(f'subport {interface.name}/{subport.name} VLAN none -> {vlan}')
    if put or there is None:
        moves.wanted[interface.name] = (there.id if there else None, put)


def _take_off(there: Trunk | None, gone: dict[str, str], moves: Moves) -> None:
    """Subports whose port goes, or is made anew, come off their trunk first."""
    for name, port_id in gone.items():
        if there and port_id in there.subports:
            moves.subports[name] = (there.id, port_id)
            if not any(name in vlans for _id, vlans in moves.wanted.values()):
                interface, _colon, subport = name.partition(':')
                moves.texts.append(f'subport {interface}/{subport} VLAN {there.subports[port_id]} -> none')


def plan_release(context: Context, vim: str, item: str, moves: Moves, after: tuple[str, ...]) -> tuple[str, ...]:
    """The task that lets ports go from trunks, and what comes after it."""
    if not moves.trunks and not moves.subports:
        return after
    task = Task(f'trunks-release {item}', 'trunks.release', vim, item, (moves.trunks, moves.subports), after)
    return (context.plan.add(task),)


def plan_set(context: Context, instance: Instance, item: str, moves: Moves, after: tuple[str, ...]) -> tuple[str, ...]:
    """The task that makes trunks and puts subports on; empty where there is nothing to do."""
    if not moves.wanted:
        return ()
    vim = instance.shared.vim
    context.plan.need(vim, trunk=sum(trunk_id is None for trunk_id, _vlans in moves.wanted.values()))
    return (context.plan.add(Task(f'trunks {item}', 'trunks.set', vim, item, (instance, moves.wanted), after)),)
