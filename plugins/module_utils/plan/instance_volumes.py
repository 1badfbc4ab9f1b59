# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of one VDU instance: which are there, and the tasks that make, attach, extend, detach and release them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import (
    HELD,
    ON_THE_WAY,
    Wanted,
    broken,
    check,
    find,
    need,
)
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server, Volume

#: Statuses of a volume that somebody else gives and that can be attached by and by.
USABLE = frozenset({'available', 'in-use', 'attaching', 'detaching', 'reserved', 'extending'})
#: Volume name -> its id, and what becomes of it: delete, keep (and remember), hold (for the snapshots that stand on it), retire
#: (another takes its place) or forget (it was never ours).
Release = dict[str, tuple[str, str]]


@dataclass(slots=True)
class Moves:
    """What is done to the volumes of a server that stays: places of volumes to make, names to attach, name -> id to
    detach, name -> (id, GiB) to extend."""

    make: list[int] = field(default_factory=list)
    attach: list[str] = field(default_factory=list)
    detach: dict[str, str] = field(default_factory=dict)
    release: Release = field(default_factory=dict)
    #: Name -> (id, id of the snapshot that it is put back to).
    revert: dict[str, tuple[str, str]] = field(default_factory=dict)
    extend: dict[str, tuple[str, int]] = field(default_factory=dict)


def keeps_root(instance: Instance, server: Server) -> bool:
    """Whether the root disk of its server is a volume, and will be that of a new one."""
    return server.image_id is None and any(wanted.asked.boot for wanted in instance.shared.volumes)


def _row(instance: Instance, wanted: Wanted, record: Resource) -> Volume | None:
    """The volume that is there, None where it has to be made (an existing one that is missing is a problem already)."""
    live = instance.shared.live
    if wanted.asked.existing:
        return live.volumes.get(instance.existing_volume(wanted) or '')
    if wanted.key is not None:
        return wanted.row
    recorded = record.get('volumes', {}).get(wanted.asked.name, {})
    found = find(live, recorded, instance.mark(f'volume.{wanted.asked.name}'))
    return None if found is None or broken(found, recorded) else found


def known(instance: Instance, record: Resource) -> dict[str, Resource]:
    """Volume name -> the record's entry of it, of those that are there."""
    entries = {}
    for wanted in instance.shared.volumes:
        row = _row(instance, wanted, record)
        if row is not None:
            recorded = record.get('volumes', {}).get(wanted.asked.name, {})
            ready = bool(recorded.get('id') == row.id and recorded.get('ready')) or row.status not in ON_THE_WAY
            entries[wanted.asked.name] = wanted.entry(row.id, row.size_gib, ready)
    return entries


def _note_known(context: Context, instance: Instance, item: str, record: Resource) -> None:
    """What the record does not say yet of volumes that are there."""
    recorded = record.get('volumes', {})
    # One that another takes the place of stays in the record until it is let go
    replaced = _not_wanted(instance, record)
    entries = {name: entry for name, entry in known(instance, record).items() if name not in replaced}
    if any(recorded.get(name) != entry for name, entry in entries.items()):
        found = context.plan.found.setdefault(item, {**record, 'vim': instance.shared.vim})
        found['volumes'] = {**recorded, **entries}


def found(context: Context, item: str) -> Resource:
    """The ``volumes`` of an entry that the plan found, where they are not what the record says."""
    noted = context.plan.found.get(item, {})
    return {'volumes': noted['volumes']} if 'volumes' in noted else {}


def _check(context: Context, instance: Instance, record: Resource) -> None:
    """What stands against the volumes that are there: they are attached elsewhere, too large, of another type or image."""
    ours = {record.get('id'), *(one.id for one in instance.shared.live.marked_servers.get(instance.mark('server'), ()))}
    for wanted in instance.shared.volumes:
        row = _row(instance, wanted, record)
        recorded = record.get('volumes', {}).get(wanted.asked.name)
        if recorded and recorded['owned'] != wanted.own:
            context.problem(wanted.path, f'volume {wanted.asked.name} of {instance.key} is there already, and can not become '
                            'another one by that name; give it another name')
        if row is None or wanted.key is not None:
            continue
        named = f'volume {row.name} {row.id} of {instance.key}'
        check(context, wanted, row, named)
        if wanted.own and wanted.asked.boot and not row.bootable and row.status not in ON_THE_WAY:
            context.problem(f'{wanted.path}.boot', f'{named} is not bootable, as it was not filled from an image; give the boot '
                            'volume another name')
        foreign = [server for server in row.servers if server not in ours]
        if foreign and not wanted.asked.multiattach:
            context.problem(wanted.path, f'{named} is attached to server {foreign[0]}, which is not of it; detach it there')
        if wanted.asked.existing and row.status not in USABLE and not row.status.startswith('error'):
            context.problem(f'{wanted.path}.existing', f'{row.id} is {row.status}, not available')
        if wanted.image_id and row.image_id not in (None, wanted.image_id) and record.get('image') != instance.shared.image:
            context.problem(f'{instance.shared.path}.image', f'{instance.shared.image} is not what {named} was filled from '
                            f'({row.image_id}), and a boot volume keeps what is on it; give the volume another name to '
                            'have a new one')


def before_server(context: Context, instance: Instance, item: str, record: Resource, after: tuple[str, ...]) -> tuple[str, ...]:
    """The tasks that a new server waits for: each volume is there, large enough and free.

    :param after: ends of the server before it.
    """
    shared = instance.shared
    if not shared.volumes and not record.get('volumes'):
        return ()
    _check(context, instance, record)
    _note_known(context, instance, item, record)
    anew = _anew(context, instance, item, record)
    release = {**_broken(instance, record), **_not_wanted(instance, record), **anew, **_put_aside(instance, record)}
    before = after
    if release:
        before = (*after, _release(context, instance, item, record, release, after))
    in_place = {name: (record['volumes'][name]['id'], one.snapshot_id) for name, one in instance.reverts.items() if one.in_place}
    if in_place:
        before = (*after, context.plan.add(Task(f'revert {item}', 'volumes.revert', shared.vim, item, in_place, before)))
    missing, extend = [], {}
    for place, wanted in enumerate(shared.volumes):
        made_anew = wanted.asked.name in anew or (wanted.asked.name in instance.reverts and wanted.asked.name not in in_place)
        row = None if made_anew else _row(instance, wanted, record)
        if row is None and wanted.own:
            missing.append(place)
            need(context, shared.vim, wanted)
        elif row is not None and wanted.own and row.size_gib < (wanted.asked.size_gib or 0):
            extend[wanted.asked.name] = (row.id, wanted.asked.size_gib or 0)
            need(context, shared.vim, wanted, extend[wanted.asked.name][1] - row.size_gib)
    if not shared.volumes:
        return before[len(after):]
    makers = tuple(context.makers[wanted.key] for wanted in shared.volumes if wanted.key in context.makers)
    names = tuple(wanted.asked.name for wanted in shared.volumes)
    last = context.plan.add(Task(f'volumes {item}', 'volumes.create', shared.vim, item, (instance, tuple(missing), names),
                                 (*before, *makers)))
    if extend:
        last = context.plan.add(Task(f'extend {item}', 'volumes.extend', shared.vim, item, extend, (last,)))
    return (last, *_turns(context, instance, names, f'create {item}'))


def _turns(context: Context, instance: Instance, names: tuple[str, ...], task: str) -> tuple[str, ...]:
    """The tasks that a task which attaches volumes has to wait for: Cinder reserves a volume for one server at a time, also
    one that several may have. Where only so many may be down at once that order stands (rolling.py)."""
    if context.asked.at_once:
        return ()
    keys = [f'{instance.shared.path} {wanted.asked.name}' for wanted in instance.shared.volumes
            if wanted.asked.multiattach and wanted.asked.name in names]
    before = tuple(dict.fromkeys(context.turns[key] for key in keys if key in context.turns))
    context.turns.update(dict.fromkeys(keys, task))
    return before


def _anew(context: Context, instance: Instance, item: str, record: Resource) -> Release:
    """The boot volume of an instance that is healed with a new root disk."""
    if context.asked.root != 'rebuild' or not context.asked.heals(item):
        return {}
    roots = [wanted for wanted in instance.shared.volumes if wanted.asked.boot and wanted.own]
    for wanted in roots:
        if wanted.asked.keep:
            context.problem(f'{wanted.path}.keep', f'volume {wanted.asked.name} of {instance.key} is to be kept, and heal with '
                            'root: rebuild would delete it')
    rows = {wanted.asked.name: _row(instance, wanted, record) for wanted in roots}
    live = instance.shared.live
    return {name: (row.id, 'retire' if row.id in live.standing else 'delete') for name, row in rows.items() if row is not None}


def _put_aside(instance: Instance, record: Resource) -> Release:
    """Volumes that a new one, made of a snapshot, takes the place of."""
    recorded, live = record.get('volumes', {}), instance.shared.live
    return {name: (recorded[name]['id'], 'retire') for name, one in instance.reverts.items()
            if not one.in_place and recorded.get(name, {}).get('id') in live.volumes}


def _broken(instance: Instance, record: Resource) -> Release:
    """Volumes that never came to be: they go before they are made again under the same mark."""
    found: Release = {}
    for wanted in instance.shared.volumes:
        name = wanted.asked.name
        recorded = record.get('volumes', {}).get(name, {})
        row = find(instance.shared.live, recorded, instance.mark(f'volume.{name}')) if wanted.own else None
        if row is not None and broken(row, recorded):
            found[name] = (row.id, 'delete')
    return found


def _not_wanted(instance: Instance, record: Resource) -> Release:
    """Volumes of the record that the target does not have, or no longer by that id."""
    wanted: dict[str, str | None] = {}
    for one in instance.shared.volumes:
        other = instance.existing_volume(one) or (one.row.id if one.row else '')
        wanted[one.asked.name] = None if one.own else other
    return {name: left for name, left in leftover(instance.shared.live, record).items()
            if name not in wanted or wanted[name] not in (None, left[0])}


def leftover(live: Live, record: Resource) -> Release:
    """What becomes of the volumes of the record if the target has none of them; kept ones that are there just stay."""
    found: Release = {}
    for name, entry in record.get('volumes', {}).items():
        if entry['id'] not in live.volumes or not entry['owned']:
            found[name] = (entry['id'], 'forget')
        elif not entry.get('kept') or (entry['kept'] == HELD and entry['id'] not in live.standing):
            stays = 'keep' if entry['keep'] and entry['ready'] else 'hold' if entry['id'] in live.standing else 'delete'
            found[name] = (entry['id'], stays)
    return found


def _words(record: Resource, release: Release) -> list[str]:
    """What is said of volumes that go with their instance or stay behind."""
    said = {'keep': 'kept', 'hold': 'kept for its snapshots', 'delete': 'deleted', 'forget': 'left as it is'}
    return [f'volume {name} {said[what]}' for name, (_id, what) in release.items()
            if what != 'delete' or record.get('volumes', {}).get(name, {}).get('ready')]


def _release(context: Context, instance: Instance, item: str, record: Resource, release: Release,
             after: tuple[str, ...]) -> str:
    """The task that lets volumes go while their instance stays; what is lost is a change of its own."""
    for name, (_id, what) in release.items():
        entry = record.get('volumes', {}).get(name, {})
        if what == 'delete' and entry.get('ready'):
            wanted = any(one.asked.name == name for one in instance.shared.volumes)
            context.plan.changes.append(Change('delete', 'volume', f'{instance.key}/{name}', instance.shared.vim,
                                               f'{entry["size_gib"]} GiB', 'healed with a new root disk' if wanted else
                                               'not in the target', loses_data=True))
    task = context.plan.add(Task(f'volumes-release {item}', 'volumes.release', instance.shared.vim, item, (release, None), after))
    for key in shared_keys(item, {'volumes': release}):
        context.users.setdefault(key, []).append(task)
    return task


def compare(instance: Instance, record: Resource, server: Server, texts: list[str], replace: list[str]) -> Moves:
    """The volumes of the target against those that are attached to the live server; adds to both lists."""
    moves = Moves()
    recorded = record.get('volumes', {})
    if not (recorded or instance.shared.volumes):
        return moves
    for place, wanted in enumerate(instance.shared.volumes):
        row = _row(instance, wanted, record)
        name, size = wanted.asked.name, wanted.asked.size_gib
        if wanted.asked.boot and (row is None or server.id not in row.servers or not recorded.get(name, {'boot': True})['boot']):
            replace.append(f'boot volume {name} is not there' if row is None else f'boot volume {name} is not what it boots from')
        elif not wanted.asked.boot and recorded.get(name, {}).get('boot'):
            replace.append(f'volume {name} is no longer what it boots from')
        elif row is None or server.id not in row.servers:
            moves.attach.append(name)
            if row is None and wanted.own:
                moves.make.append(place)
            texts.append(f'volume {name} is not attached' if row else
                         f'volume {name} {size} GiB is {"gone from the VIM" if name in recorded else "new"}')
        if row is not None and wanted.own and row.size_gib < (size or 0):
            moves.extend[name] = (row.id, size or 0)
            texts.append(f'volume {name} {row.size_gib} -> {size} GiB (extended)')
    moves.release = _not_wanted(instance, record)
    for name, (volume_id, what) in moves.release.items():
        if recorded[name].get('boot'):
            replace.append(f'boot volume {name} is not in the target')
        row = instance.shared.live.volumes.get(volume_id)
        if row is not None and server.id in row.servers:
            moves.detach[name] = volume_id
        said = {'keep': 'kept', 'hold': 'kept for its snapshots', 'delete': 'deleted', 'forget': 'detached'}[what]
        texts.append(f'volume {name} is not in the target ({said})')
    return moves


def plan_moves(context: Context, instance: Instance, item: str, record: Resource, server: Server,
               moves: Moves, after: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The tasks of volumes of a server that stays, after others of it; returns those that its next task waits for."""
    shared, plan = instance.shared, context.plan
    if not shared.volumes and not record.get('volumes'):
        return after
    _check(context, instance, record)
    _note_known(context, instance, item, record)
    before = after
    if moves.detach:
        before = (plan.add(Task(f'detach {item}', 'volumes.detach', shared.vim, item, (server.id, moves.detach), before)),)
    release = {**_broken(instance, record), **moves.release}
    if release:
        before = (_release(context, instance, item, record, release, before),)
    if moves.revert:
        before = (plan.add(Task(f'revert {item}', 'volumes.revert', shared.vim, item, moves.revert, before)),)
    if moves.attach:
        for place in moves.make:
            need(context, shared.vim, shared.volumes[place])
        makers = tuple(context.makers[wanted.key] for wanted in shared.volumes if wanted.key in context.makers)
        names = tuple(moves.attach)
        made = plan.add(Task(f'volumes {item}', 'volumes.create', shared.vim, item, (instance, tuple(moves.make), names),
                             (*before, *makers)))
        before = (plan.add(Task(f'attach {item}', 'volumes.attach', shared.vim, item, (server.id, names),
                                (made, *_turns(context, instance, names, f'attach {item}')))),)
    if moves.extend:
        for name, (volume_id, size) in moves.extend.items():
            wanted = next(one for one in shared.volumes if one.asked.name == name)
            need(context, shared.vim, wanted, size - shared.live.volumes[volume_id].size_gib)
        before = (plan.add(Task(f'extend {item}', 'volumes.extend', shared.vim, item, moves.extend, before)),)
    return before


def release_all(context: Context, item: str, record: Resource,
                after: tuple[str, ...]) -> tuple[tuple[str, ...], list[str], bool]:
    """The task that lets the volumes of an instance go that the target does not have, what is said of them, and whether
    data go with them. Volumes that were kept before stay without a task.

    :param after: the deletion of the server; empty where it is gone already.
    """
    vim = record['vim']
    live = context.live[vim]
    release = leftover(live, record)
    for name, (volume_id, what) in release.items():
        foreign = [] if what != 'delete' else [server for server in live.volumes[volume_id].servers
                                               if server not in live.servers and server != record.get('id')]
        if foreign:
            context.problem(f'{item}.volumes.{name}', f'volume {volume_id} is attached to server {foreign[0]}, which is not of '
                            'this NS, and can not be deleted; detach it there')
    if not release:
        return (), [], False
    gone = None if after else record.get('id')
    task = context.plan.add(Task(f'volumes-release {item}', 'volumes.release', vim, item, (release, gone), after))
    loses_data = any(what == 'delete' and record['volumes'][name].get('ready') for name, (_id, what) in release.items())
    return (task,), _words(record, release), loses_data


def any_there(live: Live, record: Resource) -> bool:
    """Whether the record has a volume that is still in the VIM."""
    return any(volume['id'] in live.volumes for volume in record.get('volumes', {}).values())


def shared_keys(item: str, record: Resource) -> list[str]:
    """Record keys of the shared volumes that an instance may be attached to."""
    owner = item.partition(':')[2].rpartition('/')[0]
    return [f'volume:{owner}/{name}' for name in record.get('volumes', {})]
