# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of VDUs: what is asked of each, against what the VIM offers; and those that the instances of a VDU share."""

from __future__ import annotations

import difflib
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource, short
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Volume as Asked
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Volume, VolumeType

MULTIATTACH = 'multiattach="<is> True"'
#: Why a volume stays although nothing has it: snapshots stand on it, and Cinder does not delete it before them.
HELD = 'snapshots'
#: Statuses of a volume that is being made.
ON_THE_WAY = frozenset({'creating', 'downloading'})


class Reversal(NamedTuple):
    """How a volume comes back to a snapshot: in place, or as a new volume that is made of it."""

    snapshot_id: str
    in_place: bool


class Wanted(NamedTuple):
    """One volume of a VDU, the same for all its instances.

    ``type`` is the name to ask for, ``counted`` the type whose quotas it takes from, ``image_id`` what it is filled from;
    ``key`` is the record's of a volume that the instances share, and ``row`` that volume where it is there.
    """

    asked: Asked
    path: str
    type: str | None = None
    counted: str | None = None
    image_id: str | None = None
    key: str | None = None
    row: Volume | None = None

    @property
    def own(self) -> bool:
        """Whether each instance has one that is made for it."""
        return not self.asked.existing and self.key is None

    def spec(self, ns_id: str, name: str, text: str) -> dict[str, Any]:
        """What it is made with; ``text`` is its owner mark."""
        return {'ns_id': ns_id, 'name': name, 'mark': text, 'size_gib': self.asked.size_gib, 'type': self.type,
                'availability_zone': self.asked.availability_zone, 'image_id': self.image_id}

    def entry(self, volume_id: str, size_gib: int, ready: bool) -> Resource:
        """What the record keeps of it for one instance: ``ready`` says that it was once seen to be whole."""
        # What is shared is extended beside its instances
        return {'id': volume_id, 'size_gib': size_gib if self.key is None else self.asked.size_gib, 'owned': self.own,
                'keep': self.own and self.asked.keep, 'boot': self.asked.boot, 'ready': ready}


def resolve(context: Context, path: str, vim: str, vnf: Vnf, vdu: Vdu, image: Image | None) -> tuple[Wanted, ...]:
    """The volumes of a VDU; what is not to be found, or does not fit, is noted as a problem."""
    return tuple(_wanted(context, f'{path}.volumes[{place}]', vim, vnf, vdu, asked, image)
                 for place, asked in enumerate(vdu.volumes))


def describe(vdu: Vdu) -> str:
    """The volumes of a VDU for people, with a comma before each."""
    return ''.join(f', volume {volume.name}{f" {volume.size_gib} GiB" if volume.size_gib else ""}'
                   f'{" (boot)" if volume.boot else ""}' for volume in vdu.volumes)


def _wanted(context: Context, path: str, vim: str, vnf: Vnf, vdu: Vdu, asked: Asked, image: Image | None) -> Wanted:
    if asked.existing:
        _check_existing(context, path, vim, asked)
        return Wanted(asked, path)
    found = _type(context, path, vim, asked)
    zones = context.live[vim].state.volume_zones
    if asked.availability_zone and asked.availability_zone not in zones:
        context.problem(f'{path}.availability_zone', f'{asked.availability_zone} is not a zone of the block storage of VIM {vim} '
                        f'(there are {", ".join(sorted(zones)) or "none"})')
    size = asked.size_gib or 0
    if asked.boot and image is not None and image.min_disk_gib > size:
        context.problem(f'{path}.size_gib', f'{size} GiB is too small for image {image.name}, which needs '
                        f'{image.min_disk_gib} GiB')
    wanted = Wanted(asked, path, found.name if found and (asked.type or asked.multiattach) else None,
                    found.name if found else None, image.id if asked.boot and image else None)
    return _shared(context, vim, vnf, vdu, wanted) if asked.multiattach else wanted


def _check_existing(context: Context, path: str, vim: str, asked: Asked) -> None:
    for volume_id in asked.existing:
        volume = context.live[vim].volumes.get(volume_id)
        if volume is None:
            context.problem(f'{path}.existing', f'{volume_id} is not a volume of VIM {vim} that this project sees')
        elif asked.boot and not volume.bootable:
            context.problem(f'{path}.existing', f'{volume_id} is not bootable')
        elif asked.multiattach and not volume.multiattach:
            context.problem(f'{path}.existing', f'{volume_id} has a volume type without {MULTIATTACH}')


def _type(context: Context, path: str, vim: str, asked: Asked) -> VolumeType | None:
    """The volume type that is meant: the named one, one with multi-attach, or the default (None where there is none)."""
    types = context.live[vim].state.volume_types
    capable = sorted((one for one in types if one.multiattach), key=lambda one: (not one.default, one.name))
    offered = f'with it there are: {", ".join(one.name for one in capable) or "none; an administrator makes one"}'
    if asked.type is None:
        if asked.multiattach and not capable:
            context.problem(f'{path}.multiattach', f'it needs a volume type with {MULTIATTACH} in VIM {vim}; {offered}')
        return next(iter(capable), None) if asked.multiattach else next((one for one in types if one.default), None)
    found = next((one for one in types if asked.type in (one.name, one.id)), None)
    if found is None:
        names = sorted(one.name for one in types)
        near = difflib.get_close_matches(asked.type, names, n=3, cutoff=0.3) or names[:3]
        context.problem(f'{path}.type', f'{asked.type} is not a volume type of VIM {vim}; the nearest names are '
                        f'{", ".join(near) or "none"}')
    elif asked.multiattach and not found.multiattach:
        context.problem(f'{path}.type', f'volume type {asked.type} does not have {MULTIATTACH}; {offered}')
    return found


def find(live: Live, record: Resource, text: str) -> Volume | None:
    """The volume of ours that is there: the recorded one, else the oldest with its mark."""
    recorded = live.volumes.get(record.get('id', '')) if record.get('owned') else None
    return recorded or next(iter(live.marked_volumes.get(text, ())), None)


def old_key(owner: str, name: str, volume_id: str) -> str:
    """The record's key of a volume that another took the place of, and that stays for its snapshots."""
    return f'old_volume:{owner}/{name}/{volume_id}'


def broken(volume: Volume, record: Resource) -> bool:
    """Whether a volume never came to be: it can be made again without a loss."""
    return volume.status == 'error' and not record.get('ready')


def check(context: Context, wanted: Wanted, volume: Volume, named: str) -> None:
    """Note what can't be changed in a volume that is there."""
    asked = wanted.asked
    if volume.status.startswith('error'):
        context.problem(wanted.path, f'{named} is {volume.status} in Cinder, and may have data: an administrator can mend it and '
                        'reset its state; or take it out of the document')
    if asked.size_gib is not None and volume.size_gib > asked.size_gib:
        context.problem(f'{wanted.path}.size_gib', f'{named} has {volume.size_gib} GiB and can not shrink to '
                        f'{asked.size_gib} GiB')
    for name, value, now in (('type', wanted.type if asked.type else None, volume.type),
                             ('availability_zone', asked.availability_zone, volume.availability_zone)):
        if value is not None and value != now:
            context.problem(f'{wanted.path}.{name}', f'{named} is of {now}: moving it to {value} (retype, migration) is '
                            'not supported; give the volume another name to have a new one')


def need(context: Context, vim: str, wanted: Wanted, more_gib: int | None = None) -> None:
    """Count what a new volume takes of the quotas, or with ``more_gib`` one that grows."""
    size = wanted.asked.size_gib or 0
    gigabytes, volumes = (size, 1) if more_gib is None else (more_gib, 0)
    counted = {f'volumes_{wanted.counted}': volumes, f'gigabytes_{wanted.counted}': gigabytes} if wanted.counted else {}
    context.plan.need(vim, volumes=volumes, gigabytes=gigabytes, **counted)
    needs = context.plan.needs[vim]
    # Not a sum: no single volume may be larger
    needs['per_volume_gigabytes'] = max(needs['per_volume_gigabytes'], size)


def _shared(context: Context, vim: str, vnf: Vnf, vdu: Vdu, wanted: Wanted) -> Wanted:
    """One volume for all instances of a VDU: made, extended, or found as it should be."""
    asked, owner = wanted.asked, f'{vnf.name}/{vdu.name}'
    name = f'{owner}/{asked.name}'
    key = f'volume:{name}'
    live, record, text = context.live[vim], context.record.get(key, {}), mark(context.ns_id, owner, f'volume.{asked.name}')
    row = find(live, record, text)
    after: tuple[str, ...] = ()
    if row is not None and broken(row, record):
        after = (context.plan.add(Task(f'delete broken {key}', 'volume.release', vim, key, (row.id, 'delete'), ())),)
        row = None
    wanted = wanted._replace(key=key, row=row)
    if row is None and vdu.count:
        title = short((context.ns_name, 16), (vnf.name, 16), (vdu.name, 32)) + f'-{asked.name}'
        entry = {'vim': vim, 'name': title, 'owned': True, 'keep': asked.keep, 'kept': False}
        spec = (wanted.spec(context.ns_id, title, text), entry)
        context.makers[key] = context.plan.add(Task(f'create {key}', 'volume.create', vim, key, spec, after))
        context.plan.changes.append(Change('create', 'volume', name, vim, f'{asked.size_gib} GiB, shared',
                                           'it is gone from the VIM' if record.get('ready') else 'not there yet'))
        need(context, vim, wanted)
    elif row is not None:
        _keep_shared(context, vim, name, wanted, row)
    return wanted


def _keep_shared(context: Context, vim: str, name: str, wanted: Wanted, row: Volume) -> None:
    key, size = f'volume:{name}', wanted.asked.size_gib or 0
    check(context, wanted, row, f'volume {row.name} {row.id}')
    context.plan.found[key] = {'vim': vim, 'id': row.id, 'name': row.name, 'size_gib': row.size_gib, 'owned': True,
                               'keep': wanted.asked.keep, 'kept': False, 'ready': row.status not in ON_THE_WAY}
    if row.status in ON_THE_WAY:
        context.makers[key] = context.plan.add(Task(f'await {key}', 'volume.await', vim, key, row.id, ()))
    elif row.size_gib < size and context.asked.scope is None:
        context.makers[key] = context.plan.add(Task(f'extend {key}', 'volumes.extend', vim, key, {'': (row.id, size)}, ()))
        context.plan.changes.append(Change('update', 'volume', name, vim, f'{row.size_gib} -> {size} GiB (extended)',
                                           'differs from the target'))
        need(context, vim, wanted, size - row.size_gib)
        return
    context.plan.unchanged += 1


def plan_removed(context: Context) -> None:
    """Shared volumes of the record that no VDU has any more: after the servers that they were attached to."""
    wanted = {f'volume:{vnf.name}/{vdu.name}/{volume.name}' for _path, vnf, vdu in context.vdus()
              for volume in vdu.volumes if volume.multiattach and not volume.existing}
    for key, record in context.record.items():
        if not key.startswith('volume:') or key in wanted:
            continue
        vim = record['vim']
        if record.get('id') not in context.live[vim].volumes:
            context.plan.forgotten.append(key)
        elif not record.get('kept'):
            what = 'keep' if record['keep'] or record['id'] in context.live[vim].standing else 'delete'
            context.plan.add(Task(f'{what} {key}', 'volume.release', vim, key, (record['id'], what),
                                  tuple(context.users.get(key, ()))))
            name, size = key.partition(':')[2], f'{record["size_gib"]} GiB'
            context.plan.changes.append(
                Change('update', 'volume', name, vim, f'{size} kept: not in the target', '') if what == 'keep' else
                Change('delete', 'volume', name, vim, size, 'not in the target', loses_data=context.target is not None))
