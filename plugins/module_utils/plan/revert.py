# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDU instances put back to a snapshot: root disks rebuilt from its image, volumes reverted in place or made anew of it."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import Difference
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.plan.snapshot import delete_old, missing, parts_of, stands
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import Reversal, old_key
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server


def reversals(context: Context, instance: Instance, item: str, record: Resource) -> Instance:
    """The instance with what becomes of its volumes; what this operation has reverted already stays as it is."""
    asked = context.asked.reverts[item]
    snapshot, live, before = context.record[asked.key], instance.shared.live, asked.before
    own = {wanted.asked.name: wanted for wanted in instance.shared.volumes if wanted.own}
    reverts = {}
    for name, part in snapshot.get('volume_snapshots', {}).items():
        current = record.get('volumes', {}).get(name, {}).get('id')
        done = (record.get('reverted') or {}).get(name) != (before.get('reverted') or {}).get(name)
        if name not in own or done or current != before.get('volumes', {}).get(name, {}).get('id'):
            continue
        row = live.volumes.get(current or '')
        latest = _latest(live, part['volume_id'])
        in_place = row is not None and row.id == part['volume_id'] and row.size_gib == part['size_gib'] and latest == part['id']
        reverts[name] = Reversal(part['id'], in_place)
    return instance._replace(reverts=reverts)


def _latest(live: Live, volume_id: str) -> str | None:
    """The id of a volume's latest snapshot: the only one that Cinder reverts to. Of two of one second it is not known."""
    rows = sorted((one for one in live.volume_snapshots.values() if one.volume_id == volume_id), key=lambda one: one.created)
    return None if not rows or (len(rows) > 1 and rows[-1].created == rows[-2].created) else rows[-1].id


def why_not(context: Context, instance: Instance, item: str) -> str:
    """Why an instance can not be reverted, empty where it can."""
    key = context.asked.reverts[item].key
    snapshot, live = context.record[key], instance.shared.live
    name = parts_of(key)[1]
    if not snapshot.get('ready'):
        return f'snapshot {name} of it is not whole; take it again, or delete it (nfv.mano.create_snapshot, state: absent)'
    lost = missing(live, snapshot)
    if lost:
        return f'{" and ".join(lost)} of snapshot {name} {"is" if len(lost) == 1 else "are"} gone from the VIM'
    if snapshot['boot_volume'] != (instance.shared.image_id is None):
        now, then = ('a volume', 'its image') if instance.shared.image_id is None else ('its image', 'a volume')
        return f'it boots from {now} now, and snapshot {name} is of when it booted from {then}'
    busy = [live.volume_snapshots[one['id']] for one in snapshot.get('volume_snapshots', {}).values()
            if live.volume_snapshots[one['id']].status not in ('available', 'restoring')]
    return f'the snapshot {busy[0].id} of volume {busy[0].volume_id} is {busy[0].status}, not available' if busy else ''


def describe(context: Context, instance: Instance, item: str) -> str:
    """What comes back, and what is lost by it."""
    key = context.asked.reverts[item].key
    snapshot, name = context.record[key], parts_of(key)[1]
    own = [wanted.asked.name for wanted in instance.shared.volumes if wanted.own]
    ways = {True: 'reverted in place', False: 'a new volume of the snapshot'}
    parts = [f'volume {one}: what was written since is lost ({ways[how.in_place]})' for one, how in instance.reverts.items()]
    left = [one.asked.name for one in instance.shared.volumes if one.asked.name not in snapshot.get('volume_snapshots', {})
            or one.asked.name not in own]
    stay = f'; stays as it is: {", ".join(left)}' if left else ''
    return f'snapshot {name} of {snapshot.get("created")}' + (f'; {"; ".join(parts)}' if parts else '') + stay


def root_image(context: Context, item: str) -> str:
    """The id of the snapshot's image."""
    found: str = context.record[context.asked.reverts[item].key]['id']
    return found


def compare_volumes(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    """What is done to the volumes of a server that stays: each off it, back, and on it again."""
    moves, live = difference.volumes, instance.shared.live
    for place, wanted in enumerate(instance.shared.volumes):
        name, how = wanted.asked.name, instance.reverts.get(wanted.asked.name)
        entry = record.get('volumes', {}).get(name, {})
        row = live.volumes.get(entry.get('id', ''))
        if how is None:
            # What this operation has taken off, or made, and not put on yet
            if wanted.own and (row is None or server.id not in row.servers):
                moves.attach.append(name)
                moves.make += [place] if row is None else []
            continue
        if row is not None and server.id in row.servers:
            moves.detach[name] = row.id
        if how.in_place and row is not None:
            moves.revert[name] = (row.id, how.snapshot_id)
        else:
            moves.make.append(place)
            moves.release.update({name: (row.id, 'retire')} if row is not None else {})
        moves.attach.append(name)


def delete_put_aside(context: Context, instance: Instance, item: str, record: Resource) -> None:
    """Volumes that a new one takes the place of go at the very end, where no snapshot stands on them."""
    shared = instance.shared
    for name, how in instance.reverts.items():
        entry = record.get('volumes', {}).get(name, {})
        if how.in_place or entry.get('id') not in shared.live.volumes or stands(shared.live, entry['id'], set()):
            continue
        last = tuple(task for task in (f'create {item}', f'attach {item}') if task in context.plan.tasks)
        delete_old(context, shared.vim, item, old_key(instance.key, name, entry['id']), entry['id'], entry['size_gib'], last)
