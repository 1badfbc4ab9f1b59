# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs that give a server a fresh root disk or another flavor: that alone, on the same server, or a problem."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor as flavors
from ansible_collections.nfv.mano.plugins.module_utils.plan import power, revert
from ansible_collections.nfv.mano.plugins.module_utils.plan.compare import compare_flavor
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import BUSY, RESIZING, Difference
from ansible_collections.nfv.mano.plugins.module_utils.plan.in_place import plan_changes
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server

DONE_TO = {'image': 'rebuilt', 'flavor': 'resized', 'package': 'updated', 'revert': 'reverted'}


def plan_one_change(context: Context, instance: Instance, item: str, record: Resource, server: Server | None) -> None:
    """The tasks that bring the one change about, and nothing else that may differ."""
    why_not = _why_not(context, instance, record, server)
    if why_not or server is None:
        context.problem(item, why_not)
        return
    difference = Difference()
    if context.asked.change in ('flavor', 'package') or server.status in RESIZING:
        compare_flavor(instance, server, difference)
    if context.asked.change == 'image' or (context.asked.change == 'package' and server.image_id is not None):
        _image(context, instance, item, record, server, difference)
    if context.asked.change == 'revert':
        _revert(context, instance, item, record, server, difference)
    for problem in difference.problems:
        context.problem(item, problem)
    way = () if difference.stop else power.steps(server.status, instance.status) or ()
    # What was stopped for a revert is started again also where that is all that is left of it
    if not difference.texts and not (way and context.asked.change == 'revert'):
        _note(context, instance, item, record, server)
        return
    if way:
        difference.power = way
        difference.texts.append(power.describe(server.status, way))
    elif server.status in BUSY:
        difference.busy = True
        difference.texts.append(f'is in {server.status}')
    plan_changes(context, instance, item, record, server, difference)


def _why_not(context: Context, instance: Instance, record: Resource, server: Server | None) -> str:
    """Why the server can not be changed where it is, empty where it can."""
    if server is None:
        return 'its server is gone from the VIM; nfv.mano.heal makes it again'
    change = context.asked.change
    other_image = change == 'image' or (change == 'package' and record.get('image') != instance.shared.image)
    if other_image and (server.image_id is None or instance.shared.image_id is None):
        return ('it boots from a volume, and a rebuild would leave what is on that; nfv.mano.heal with root: rebuild makes the '
                'boot volume anew')
    if server.status in power.WELL or server.status in BUSY or server.status in RESIZING:
        return ''
    if server.status == 'ERROR' and change != 'flavor' and (server.launched or record.get('rebuilding')):
        return ''
    way_out = '; nfv.mano.heal makes it anew' if server.status == 'ERROR' else ''
    return f'its server is {server.status} and can be {DONE_TO[change]} only from {", ".join(sorted(power.WELL))}{way_out}'


def _image(context: Context, instance: Instance, item: str, record: Resource, server: Server, difference: Difference) -> None:
    shared = instance.shared
    before = context.asked.again.get(item)
    # A name that means another image by now: a server keeps what it was made of, as long as that is there
    known = {image.id for image in shared.live.state.images}
    same_words = record.get('image') == shared.image
    wanted = record['image_id'] if same_words and record.get('image_id') in known else shared.image_id
    begun = record.get('rebuilding') or {}
    mine = begun.get('image_id') == wanted and begun['request_id'] not in (before or ())
    done = before is not None and record.get('rebuilt') and record['rebuilt'] not in before
    if not (mine or server.image_id != wanted or (before is not None and not done)):
        return
    difference.rebuild = wanted
    difference.rebuild_begun = begun['request_id'] if mine else ''
    was = record['image'] if record.get('image_id') == server.image_id and not same_words else server.image_id
    what = f'image {was} -> {shared.image}' if server.image_id != wanted else f'image {shared.image} again'
    error = f'in ERROR: {server.fault or "no fault given"}; ' if server.status == 'ERROR' else ''
    difference.texts.append(f'{error}{what} (rebuild: {_lost(instance, server)})')


def _revert(context: Context, instance: Instance, item: str, record: Resource, server: Server, difference: Difference) -> None:
    """The root disk from the snapshot's image, the volumes from their snapshots, while the server is stopped."""
    revert.compare_volumes(instance, record, server, difference)
    wanted, before = revert.root_image(context, item), context.asked.again.get(item, frozenset())
    begun = record.get('rebuilding') or {}
    mine = begun.get('image_id') == wanted and begun['request_id'] not in before
    if mine or not record.get('rebuilt') or record['rebuilt'] in before:
        difference.rebuild, difference.rebuild_begun = wanted, begun['request_id'] if mine else ''
    moves = difference.volumes
    difference.stop = bool(moves.attach) and server.status in power.WELL
    difference.loses = bool(instance.reverts)
    if difference.rebuild or moves.attach:
        difference.texts.append(revert.describe(context, instance, item) + (
            f' (rebuild: {_lost_of(server)})' if difference.rebuild else ''))


def _lost(instance: Instance, server: Server) -> str:
    """What a rebuild leaves nothing of, and what it does not touch."""
    kept = ', '.join(volume.asked.name for volume in instance.shared.volumes)
    return f'{_lost_of(server)}{f", volumes stay: {kept}" if kept else ""}'


def _lost_of(server: Server) -> str:
    """The disks that a rebuild leaves nothing of."""
    have = flavors.copied(server.flavor)
    disks = ['root', *(name for name, size in (('ephemeral', have['ephemeral_gib']), ('swap', have['swap_mib'])) if size)]
    return f'what is on the {" and ".join(disks)} disk{"s" if len(disks) > 1 else ""} is lost'


def _note(context: Context, instance: Instance, item: str, record: Resource, server: Server) -> None:
    """It is so already: the record says so from now on."""
    now = {'id': server.id, 'status': server.status,
           **({'flavor_key': instance.shared.flavor['key']} if context.asked.change in ('flavor', 'package') else {}),
           **({'image': instance.shared.image, 'image_id': server.image_id} if context.asked.change != 'flavor' else {})}
    if any(record.get(key) != value for key, value in now.items()):
        context.plan.found[item] = {**record, **now}
    context.plan.unchanged += 1
