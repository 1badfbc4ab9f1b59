# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between a VDU instance of the target and the server that is there."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor as flavors
from ansible_collections.nfv.mano.plugins.module_utils.plan import instance_volumes, power
from ansible_collections.nfv.mano.plugins.module_utils.plan import server_group as server_groups
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import BUSY, RESIZING, Difference, listed
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import Instance, user_data_hash
from ansible_collections.nfv.mano.plugins.module_utils.plan.interfaces import compare_interfaces
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.resize import describe_change, smaller_disks
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Server


def compare(instance: Instance, record: Resource, server: Server) -> Difference:
    """Every attribute that the document gives, against the live server and its live ports; both values in each text."""
    difference = Difference()
    _status(instance, server, difference)
    metadata = {**instance.shared.metadata, MARK_KEY: instance.mark('server')}
    compare_described(instance.name, instance.shared.vdu.description, metadata, record, server, difference)
    _tags(instance, record, server, difference)
    compare_flavor(instance, server, difference)
    _root_disk(instance, record, server, difference)
    _group(instance, server, difference)
    compare_interfaces(instance, record, server, difference)
    difference.volumes = instance_volumes.compare(instance, record, server, difference.texts, difference.replace)
    return difference


def _status(instance: Instance, server: Server, difference: Difference) -> None:
    if server.status in RESIZING or server.status == 'ERROR':
        return
    if server.status in BUSY:
        difference.busy = True
        difference.texts.append(f'is in {server.status}')
        return
    way = power.steps(server.status, instance.status)
    if way is None:
        difference.replace.append(f'status {server.status}')
    elif way:
        difference.power = way
        difference.texts.append(power.describe(server.status, way))


def compare_described(name: str, description: str, metadata: dict[str, str], record: Resource, server: Server,
                      difference: Difference) -> None:
    """Name, description and metadata with the owner mark."""
    for key, wanted in (('name', name), ('description', description)):
        if getattr(server, key) != wanted:
            difference.server[key] = wanted
            difference.texts.append(f'{key} {getattr(server, key) or "none"} -> {wanted or "none"}')
    _metadata(metadata, record, server, difference)


def _metadata(wanted: dict[str, str], record: Resource, server: Server, difference: Difference) -> None:
    # Keys that somebody else set stay; keys of ours that the document no longer has go
    gone = [key for key in record.get('metadata', ()) if key not in wanted and key in server.metadata]
    if wanted.items() <= server.metadata.items() and not gone:
        return
    changed = {key: value for key, value in wanted.items() if server.metadata.get(key) != value}
    if changed:
        difference.server['metadata'] = changed
    if gone:
        difference.server['metadata_gone'] = gone
    difference.texts += [f'metadata {key} {server.metadata.get(key, "none")} -> {value}' for key, value in changed.items()]
    difference.texts += [f'metadata {key} {server.metadata[key]} -> none' for key in gone]


def need_metadata(plan: Plan, vim: str, key: str, server: Server, difference: Difference) -> None:
    """Note what new keys take of the limit of a server's metadata."""
    more = difference.server.get('metadata', {}).keys() - server.metadata.keys()
    if more:
        # Nova counts them while those that go are still there
        plan.need_each(vim, 'metadata_items', key, len(server.metadata) + len(more))


def _tags(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    wanted = {*instance.shared.vdu.tags, ns_tag(instance.shared.ns_id)}
    gone = (set(record.get('tags', ())) - wanted) & server.tags
    if wanted <= server.tags and not gone:
        return
    tags = sorted((server.tags | wanted) - gone)
    difference.server['tags'] = tags
    difference.texts.append(f'tags {listed(server.tags)} -> {listed(tags)}')


def compare_flavor(instance: Instance, server: Server, difference: Difference) -> None:
    """The flavor alone, and a resize on its way."""
    shared = instance.shared
    wanted = shared.vdu.flavor
    fits = flavors.server_fits(wanted, server.flavor, shared.live.flavors)
    if server.status in RESIZING:
        # Whose resize it is does not matter: what counts is whether it leads to the flavor of the document
        difference.resize = True
        difference.texts.append(f'status {server.status} ' + (
            f'-> flavor {flavors.in_full(wanted)}' if server.status != 'VERIFY_RESIZE' else '(confirm)' if fits else
            f'with flavor {server.flavor.get("original_name")} -> flavor {flavors.in_full(wanted)} (revert)'))
    elif not fits:
        difference.resize = True
        difference.texts.append(f'flavor {describe_change(server.flavor, wanted, shared.flavor)} (resize)')
        smaller = smaller_disks(server.flavor, shared.flavor) if server.image_id else []
        if smaller:
            difference.problems.append(f'flavor {shared.flavor["name"]}: {", ".join(smaller)}: a resize can not make a disk '
                                       'smaller; take a flavor with at least as much')


def _root_disk(instance: Instance, record: Resource, server: Server, difference: Difference) -> None:
    shared = instance.shared
    other_data = instance.rendered and 'user_data_hash' in record and record['user_data_hash'] != user_data_hash(instance)
    if server.image_id is None or shared.image_id is None:
        # A rebuild would write over a boot volume; another server boots from it as it is
        difference.replace += ['user data has changed'] if other_data else []
        return
    texts = []
    # A name that means another image by now does not change servers made from the old one
    same_words = record.get('image') == shared.image
    begun = record.get('rebuilding') if same_words else None
    wanted_image = begun['image_id'] if begun else record.get('image_id') if same_words else None
    wanted_image = wanted_image or shared.image_id
    if server.image_id != wanted_image:
        was = record['image'] if record.get('image_id') == server.image_id and not same_words else server.image_id
        texts.append(f'image {was} -> {shared.image}')
    if other_data:
        texts.append('user data has changed')
        begun = None
    if texts or begun:
        difference.rebuild = wanted_image
        difference.rebuild_begun = begun['request_id'] if begun else ''
        why = ', '.join([f'in ERROR: {server.fault or "no fault given"}'] if server.status == 'ERROR' else texts)
        difference.texts.append(f'{why or "was begun"} (rebuild: what is on the root disk is lost)')


def _group(instance: Instance, server: Server, difference: Difference) -> None:
    """Nova puts a server into its group when it makes it, and never later: the group's own members tell."""
    have, wanted = instance.shared.live.group_of.get(server.id), instance.shared.group
    if (have.id if have else '') != ((wanted['id'] or 'new') if wanted else ''):
        difference.replace.append(f'affinity group {server_groups.describe(have)} -> {wanted["text"] if wanted else "none"}')
