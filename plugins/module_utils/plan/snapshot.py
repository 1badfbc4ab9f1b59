# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of VDU instances: an image of the server and a snapshot of each volume, taken while the server is held still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan import power
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource, Snapshot
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.operate import find_server
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import HELD
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, mark, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server, Volume

KIND, OLD_VOLUME = 'snapshot:', 'old_volume:'
#: How consistent a snapshot is, as the record has it, for people.
HOW = {'pause': 'paused meanwhile: of one moment', 'stop': 'stopped meanwhile: of one moment', 'still': 'it does not run',
       'one disk': 'as it is at that moment', 'none': 'not held still: each disk of a moment of its own'}


class Disk(NamedTuple):
    """A volume of which a snapshot is taken: its id, size, and the name and mark of the snapshot."""

    volume_id: str
    size_gib: int
    name: str
    mark: str


class Taking(NamedTuple):
    """A snapshot to be taken of one server.

    ``entry`` is what the record has of it from the beginning; ``hold`` and ``back`` are the steps that hold the server still and
    let it go; ``image`` is the name and the mark of its image; ``disks`` by name those of its volumes, which Nova takes within
    the image of a server that boots from a volume (``by_nova``); ``doomed_images`` and ``doomed`` are ids of what an earlier
    attempt left behind: disks are of one moment only when all of them are taken anew.
    """

    key: str
    entry: Resource
    server_id: str
    server_name: str
    status: str
    hold: tuple[power.Step, ...]
    back: tuple[power.Step, ...]
    image: tuple[str, str]
    disks: Mapping[str, Disk]
    by_nova: bool
    doomed_images: tuple[str, ...]
    doomed: tuple[str, ...]


def key_of(owner: str, name: str) -> str:
    """The record's key of the snapshot of an instance (``web/front/0``)."""
    return f'{KIND}{owner}/{name}'


def parts_of(key: str) -> tuple[str, str]:
    """The instance (``web/front/0``) and the name of a snapshot's record key."""
    owner, _slash, name = key.removeprefix(KIND).rpartition('/')
    return owner, name


def note_standing(context: Context) -> None:
    """Which volumes can not be deleted: Cinder refuses that as long as snapshots of them are there."""
    gone = gone_keys(context)
    for key, record in context.record.items():
        if not key.startswith(KIND) or key in gone:
            continue
        live = context.live.get(record['vim'])
        for one in record.get('volume_snapshots', {}).values():
            if live is not None and one['id'] in live.volume_snapshots:
                live.standing.setdefault(one['volume_id'], []).append(key)


def gone_keys(context: Context) -> frozenset[str]:
    """Record keys of the snapshots that are to be deleted."""
    if context.target is None and not context.asked.keep_snapshots:
        return frozenset(key for key in context.record if key.startswith(KIND))
    return context.asked.snapshots_gone & context.record.keys()


def note_lost(context: Context) -> None:
    """What of the snapshots that stay is not in the VIM any more: the record tells no longer of it."""
    gone = gone_keys(context)
    for key, record in context.record.items():
        live = context.live.get(record['vim'])
        if not key.startswith(KIND) or key in gone or live is None:
            continue
        image, parts = _lost(live, record)
        if parts or image:
            context.plan.found[key] = {**record, 'ready': False}
            context.plan.gone[key] = {**image, **({'volume_snapshots': parts} if parts else {})}
            said = [*(f'image {one}' for one in image.values()),
                    *(f'the snapshot {one} of volume {name}' for name, one in parts.items())]
            context.plan.changes.append(Change('update', 'snapshot', key.removeprefix(KIND), record['vim'],
                                               f'in the record: {", ".join(said)}', 'gone from the VIM'))


# Taken -------------------------------------------------------------------------------------------------------------


def plan_snapshots(context: Context, asked: Snapshot) -> None:
    """A snapshot of each VDU instance that is meant, but for those that have it."""
    for vdu, key in context.meant():
        _plan_instance(context, asked, vdu, key)


def _plan_instance(context: Context, asked: Snapshot, vdu: Vdu, owner: str) -> None:
    vim, item, key = vdu.vim or 'default', f'vdu:{owner}', key_of(owner, asked.name)
    record, known = context.record.get(item, {}), context.record.get(key, {})
    live = context.live.get(vim)
    if known.get('ready') and not record.get('held'):
        lost = missing(live, known) if live is not None else []
        if lost:
            context.problem(key, f'{" and ".join(lost)} of it gone from the VIM; delete what is left of it (state: absent)')
        context.plan.unchanged += 1
        return
    server = find_server(context, vim, owner, record) if record else None
    why_not = _why_not(server)
    if why_not or server is None:
        context.problem(item, why_not)
        return
    taking, detail = _taking(context, asked, vdu, owner, server)
    context.plan.add(Task(f'snapshot {item}', 'snapshot.create', vim, item, taking, ()))
    context.plan.changes.append(Change('create', 'snapshot', f'{owner}/{asked.name}', vim, detail, 'asked for'))


def _why_not(server: Server | None) -> str:
    if server is None:
        return 'its server is gone from the VIM; nfv.mano.heal makes it again'
    if server.status in power.WELL:
        return ''
    way_out = '; nfv.mano.heal makes it anew' if server.status == 'ERROR' else ''
    return f'its server is {server.status}, and a snapshot can be taken only in {", ".join(sorted(power.WELL))}{way_out}'


def missing(live: Live, known: Resource) -> list[str]:
    """What of a snapshot is not in the VIM any more, for people."""
    image, parts = _lost(live, known)
    return [*(['the image'] if image or not known.get('id') else []), *(f'the snapshot of volume {name}' for name in parts)]


def _lost(live: Live, known: Resource) -> tuple[dict[str, str], dict[str, str]]:
    """What of a snapshot the VIM has no longer, or not for long: {id} of its image, ids of its volumes' snapshots by name."""
    image = {'id': known['id']} if known.get('id') and known['id'] not in live.server_images else {}
    rows = {name: (one['id'], live.volume_snapshots.get(one['id'])) for name, one in known.get('volume_snapshots', {}).items()}
    return image, {name: part for name, (part, row) in rows.items() if row is None or row.status == 'deleting'}


def _taking(context: Context, asked: Snapshot, vdu: Vdu, owner: str, server: Server) -> tuple[Taking, str]:
    item, key = f'vdu:{owner}', key_of(owner, asked.name)
    record, known = context.record[item], context.record.get(key, {})
    live, by_nova = context.live[record['vim']], server.image_id is None
    disks = _disks(context, asked, owner, record, server, by_nova)
    number = len(disks) + (not by_nova)
    held = server.status == 'ACTIVE' and (asked.quiesce == 'stop' or (asked.quiesce == 'pause' and number > 1))
    sleep = {'pause': 'PAUSED', 'stop': 'SHUTOFF'}.get(asked.quiesce, '')
    hold = power.steps('ACTIVE', sleep) or () if held else ()
    back = power.steps(sleep, 'ACTIVE') or () if held else \
        power.steps(server.status, record['held']) or () if record.get('held') else ()
    mine = {'PAUSED': 'pause', 'SHUTOFF': 'stop'}.get(server.status) if record.get('held') else None
    running = asked.quiesce if held else 'one disk' if number == 1 else 'none'
    consistency = mine or (running if server.status == 'ACTIVE' else 'still')
    image = (f'{server.name}-{asked.name}', mark(context.ns_id, owner, f'snapshot.{asked.name}'))
    entry = {'vim': record['vim'], 'name': image[0], 'owned': True, 'snapshot': asked.name, 'server': server.id,
             'boot_volume': by_nova, 'consistency': consistency, 'ready': False}
    taking = Taking(key, entry, server.id, server.name, server.status, hold, back, image, disks, by_nova,
                    *_all_of(live, known, *image))
    return taking, _detail(vdu, disks, by_nova, consistency)


def _all_of(live: Live, known: Resource, name: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of images and of volume snapshots that a snapshot has in the VIM: recorded, found by mark, or Nova's of its image."""
    images = dict.fromkeys([*([known['id']] if known.get('id') else []),
                            *(one.id for one in live.server_images.values() if (one.name, one.mark) == (name, text))])
    snapshots = [*(one['id'] for one in known.get('volume_snapshots', {}).values()),
                 *(one.id for one in live.volume_snapshots.values() if one.metadata.get(MARK_KEY, '').startswith(f'{text}:')),
                 *(one for image_id in images for one in getattr(live.server_images.get(image_id), 'snapshots', ()))]
    return tuple(images), tuple(dict.fromkeys(snapshots))


def _disks(context: Context, asked: Snapshot, owner: str, record: Resource, server: Server, by_nova: bool) -> dict[str, Disk]:
    """The volumes by name: those of ours, or all that are attached where Nova takes them (others by their id)."""
    live = context.live[record['vim']]
    names = {entry['id']: name for name, entry in record.get('volumes', {}).items() if by_nova or (
        entry['owned'] and not entry.get('kept'))}
    rows: dict[str, Volume] = {}
    for volume in live.volumes.values():
        if server.id in volume.servers and (volume.id in names or by_nova):
            rows[names.get(volume.id, volume.id)] = volume
    for volume in rows.values():
        counted = {f'snapshots_{volume.type}': 1, f'gigabytes_{volume.type}': volume.size_gib} if volume.type else {}
        context.plan.need(record['vim'], snapshots=1, gigabytes=volume.size_gib, **counted)
    of = mark(context.ns_id, owner, f'snapshot.{asked.name}')
    return {name: Disk(rows[name].id, rows[name].size_gib, f'{server.name}-{asked.name}-{name}', f'{of}:{name}')
            for name in sorted(rows)}


def _detail(vdu: Vdu, disks: Mapping[str, Disk], by_nova: bool, consistency: str) -> str:
    parts = [*([] if by_nova else ['root disk']), *(f'volume {name} {disk.size_gib} GiB' for name, disk in disks.items())]
    left = [one.name for one in vdu.volumes if one.name not in disks]
    said = f'; not part of it: {", ".join(left)}' if left else ''
    return f'{", ".join(parts)} ({HOW[consistency]}{said})'


# Deleted -----------------------------------------------------------------------------------------------------------


def plan_gone(context: Context) -> None:
    """Snapshots that go, after the servers that do; then the volumes that stayed for them, and were to go before."""
    whole = context.target is None
    servers = tuple(task.id for task in context.plan.tasks.values() if whole and task.verb == 'server.delete')
    freed: dict[str, list[str]] = {}
    gone = gone_keys(context)
    for key in sorted(gone):
        record = context.record[key]
        owner, name = parts_of(key)
        text = mark(context.ns_id, owner, f'snapshot.{name}')
        doomed = _all_of(context.live[record['vim']], record, record['name'], text)
        task = context.plan.add(Task(f'delete {key}', 'snapshot.delete', record['vim'], key, doomed, servers))
        parts = record.get('volume_snapshots', {})
        for one in parts.values():
            freed.setdefault(one['volume_id'], []).append(task)
        said = [*(['image'] if record.get('id') else []), *(f'snapshot of volume {one}' for one in parts)]
        if not whole and record.get('id') and context.record.get(f'vdu:{owner}', {}).get('image_id') == record['id']:
            said.append('its server was reverted to it: healed, it is of the image in the document then')
        context.plan.changes.append(Change('delete', 'snapshot', key.removeprefix(KIND), record['vim'], ', '.join(said),
                                           'not in the target' if whole else 'asked for'))
    if context.asked.scope is None:
        _twins(context, gone, freed, servers)
    _after(context, freed)
    _old_volumes(context, freed, gone)
    if context.asked.snapshots_gone:
        _held_volumes(context, freed)


def _twins(context: Context, gone: frozenset[str], freed: dict[str, list[str]], after: tuple[str, ...]) -> None:
    """What came of create calls that were given up as lost, and is in no record."""
    prefix = ns_prefix(context.ns_id)
    recorded = {part for record in context.record.values() for part in (
        record.get('id'), *(one['id'] for one in record.get('volume_snapshots', {}).values()))}
    for text in sorted(text for text in context.doubtful if text.startswith(prefix)):
        owner, _slash, task = text.removeprefix(prefix).rpartition('/')
        key = key_of(owner, task.removeprefix('snapshot.').partition(':')[0])
        for vim, live in context.live.items() if task.startswith('snapshot.') and key not in gone else ():
            images = [one.id for one in live.server_images.values() if one.mark == text and one.id not in recorded]
            parts = [one for one in live.volume_snapshots.values()
                     if one.metadata.get(MARK_KEY) == text and one.id not in recorded]
            if not images and not parts:
                continue
            doomed = (tuple(images), tuple(one.id for one in parts))
            task_id = context.plan.add(Task(f'delete twin {text}', 'snapshot.delete', vim, key, doomed, after))
            for one in parts:
                freed.setdefault(one.volume_id, []).append(task_id)
            context.plan.changes.append(Change('delete', 'snapshot', key.removeprefix(KIND), vim, ' '.join(
                part for ids in doomed for part in ids), 'made by a lost reply'))


def _after(context: Context, freed: Mapping[str, list[str]]) -> None:
    """Deletions of volumes wait for those of their snapshots."""
    for task in [one for one in context.plan.tasks.values() if freed and one.verb in ('volumes.release', 'volume.release')]:
        ids = [task.spec[0]] if task.verb == 'volume.release' else [volume_id for volume_id, _what in task.spec[0].values()]
        more = [before for volume_id in ids for before in freed.get(volume_id, ())]
        if more:
            context.plan.tasks[task.id] = task._replace(after=(*task.after, *more))


def _old_volumes(context: Context, freed: Mapping[str, list[str]], gone: frozenset[str]) -> None:
    """Volumes that were put aside by a revert, once nothing stands on them."""
    if context.asked.of_servers or (context.asked.scope is not None and not context.asked.snapshots_gone):
        return
    leaving = {one['id'] for key in gone for one in context.record[key].get('volume_snapshots', {}).values()}
    for key, record in context.record.items():
        if not key.startswith(OLD_VOLUME):
            continue
        live = context.live[record['vim']]
        if record['id'] not in live.volumes:
            context.plan.forgotten.append(key)
        elif not stands(live, record['id'], leaving):
            after = tuple(freed.get(record['id'], ()))
            delete_old(context, record['vim'], key, key, record['id'], record['size_gib'], after)


def stands(live: Live, volume_id: str, leaving: set[str]) -> bool:
    """Whether a snapshot of a volume stays, whoever took it."""
    return any(one.volume_id == volume_id and one.id not in leaving for one in live.volume_snapshots.values())


def delete_old(context: Context, vim: str, item: str, key: str, volume_id: str, size_gib: int, after: tuple[str, ...]) -> None:
    """The deletion of a volume that was put aside, by its record key."""
    context.plan.add(Task(f'delete {key}', 'old_volume.delete', vim, item, (key, volume_id), after))
    context.plan.changes.append(Change('delete', 'volume', key.partition(':')[2], vim, f'{size_gib} GiB',
                                       'put aside by a revert, and no snapshot stands on it'))


def _held_volumes(context: Context, freed: Mapping[str, list[str]]) -> None:
    """Volumes of instances that are gone, which stayed for the snapshots that go now."""
    for item, record in context.record.items():
        live = context.live.get(record['vim'])
        held = {} if live is None else {
            name: (one['id'], 'delete') for name, one in record.get('volumes', {}).items()
            if one.get('kept') == HELD and one['id'] in freed and one['id'] not in live.standing and one['id'] in live.volumes}
        if not held:
            continue
        after = tuple(task for volume_id, _what in held.values() for task in freed[volume_id])
        context.plan.add(Task(f'volumes-release {item}', 'volumes.release', record['vim'], item, (held, None), after))
        for name in held:
            size = f'{record["volumes"][name]["size_gib"]} GiB'
            context.plan.changes.append(Change('delete', 'volume', f'{item.partition(":")[2]}/{name}', record['vim'], size,
                                               'its instance and its snapshots are gone'))


def listed(resources: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The snapshots of a record by name, each with its parts: what of which instance."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key, one in sorted(resources.items()):
        if not key.startswith(KIND):
            continue
        owner, name = parts_of(key)
        vnf, vdu, index = owner.split('/')
        found.setdefault(name, []).append({
            'vnf': vnf, 'vdu': vdu, 'count_index': int(index), 'vim': one['vim'], 'image_id': one.get('id'),
            'created': one.get('created'), 'consistency': one.get('consistency'), 'ready': bool(one.get('ready')),
            'volume_snapshots': {volume: part['id'] for volume, part in one.get('volume_snapshots', {}).items()}})
    return [{'name': name, 'instances': instances} for name, instances in sorted(found.items())]
