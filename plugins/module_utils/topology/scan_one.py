# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan of one object with what is below it: what it touches is looked at, and the rest of the inventory is not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ansible_collections.nfv.mano.plugins.module_utils.topology import aci
from ansible_collections.nfv.mano.plugins.module_utils.topology.api import host_id, objects_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import focal_points, make_clique, rules_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.hosts import again
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory, link_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import FOLDER, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.records import tell_services
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import SINGLE, read_one

if TYPE_CHECKING:
    from ansible_collections.nfv.mano.plugins.module_utils.topology.scan import Work


#: Types that are looked at with what they are part of.
WITH = {'vnic': 'owner', 'host_pnic': 'host', 'vconnector': 'host', 'vedge': 'host', 'otep': 'host'}


def scan_one(work: Work) -> None:
    """Read one object again and bring the inventory to it: the object, its links, and the cliques that these are in.

    :raises TopologyError: an object that no single call tells of, or one of another type than was said.
    :raises VimError: the cloud does not answer.
    """
    kind, api_id, there = _meant(work)
    found, old = _host(work, there) if kind == 'host' and there else _resource(work, kind, api_id, there)
    new = _placed(work, found)
    scope = {*old, *(one.id for one in new)}
    work.generation.objects(new, only=scope)
    work.counts['objects'] = len(new)
    after = Inventory(work.before.database)
    after.number = work.generation.number
    links = _links(work, after, list(old.values()), found, scope)
    _cliques(work, after, [*old.values(), *found], links)


def _resource(work: Work, kind: str, api_id: str, there: Obj | None) -> tuple[list[Obj], dict[str, Obj]]:
    """What the APIs tell of one resource, and what was known of it, by ids."""
    rows = read_one(work.client(), kind, api_id, work.region())
    found = [one for one in objects_of(work.environment.name, rows) if one.type not in ('region', 'host')]
    old = {one.id: one for one in (work.before.below(there.id) if there else [])}
    # Ports stand below their networks, not below what they are plugged into
    ports = {str(one.attributes['port_id']) for one in old.values() if one.attributes.get('port_id')}
    old.update((one.id, one) for one in work.before.objects(ids=ports))
    for one in found:
        known = old.get(one.id)
        if known is not None and known.attributes.get('confirmed'):
            one.attributes = {**known.attributes, **one.attributes, 'device': known.attributes['device']}
    work.problems += tell_services(found, work.store)
    return found, old


def _host(work: Work, host: Obj) -> tuple[list[Obj], dict[str, Obj]]:
    """What a host tells now, and what was known of it, by ids."""
    facts = (work.scan.host_facts or {}).get(host.host)
    if facts is None:
        why = work.scan.hosts_failed.get(host.host) or 'was not asked: name it with nfv_scan_hosts'
        raise TopologyError(f'host {host.host} {why}')
    known = work.before.objects(hosts=[host.host])
    fabric = {one.id: one for one in work.before.objects(types=['switch', 'switch_pnic']) if aci.of_fabric(one)}
    found = aci.merge(again(work.environment.name, known, host.host, facts), fabric.values())
    # A port of a switch has one wire
    ports = _plugged_in((*known, *found), fabric.values())
    ports |= {fabric[port].owner_id for port in ports & fabric.keys()}
    old = {one.id: one for one in (*known, *work.before.objects(ids=ports))}
    return [one for one in found if one.id not in fabric or one.id in ports], old


def _plugged_in(objects: Iterable[Obj], fabric: Iterable[Obj]) -> set[str]:
    """The ids of switches' ports that interfaces are plugged into: they hear them, or these know their MAC addresses."""
    pnics = [one.attributes for one in objects if one.type == 'host_pnic']
    macs = {str(told.get('mac_address')).lower() for told in pnics}
    heard = {f'switch:{told["lldp"]["chassis_id"]}/{told["lldp"]["port_id"]}' for told in pnics if told.get('lldp')}
    return heard | {port.id for port in fabric if macs.intersection(port.attributes.get('mac_addresses') or ())}


def _meant(work: Work) -> tuple[str, str, Obj | None]:
    """The type, the cloud's own id and, where it is known, the object itself."""
    asked, kind = work.scan.object_id, work.scan.object_type
    try:
        there = work.before.find(asked)
    except NotFound:
        if not kind:
            raise TopologyError(f'object {asked} is in no scan of environment {work.environment.name}: say its type with '
                                'object_type') from None
        there = None
    if there is not None and kind and there.type != kind:
        raise TopologyError(f'object {asked} is of type {there.type}, not {kind}')
    if there is not None and there.type in WITH:
        there = work.before.object(host_id(there.host) if WITH[there.type] == 'host' else there.owner_id)
    kind = there.type if there else kind
    api_id = str(there.attributes.get('id') or there.id) if there else asked
    if kind == 'host' and there:
        return kind, api_id, there
    if kind not in SINGLE or (there and kind == 'vservice' and there.attributes.get('service_type') != 'router'):
        raise TopologyError(f'objects of type {kind} can not be scanned by themselves; these can: '
                            f'{", ".join(sorted([*SINGLE, *WITH, "host"]))}; a whole scan sees all')
    return kind, api_id, there


def _placed(work: Work, found: list[Obj]) -> list[Obj]:
    """What was found, with folders and paths, below those above it as they are known."""
    own = {one.id for one in found}
    above: dict[str, Obj] = {}
    wanted = {one.owner_id for one in found} - own
    while wanted:
        level = [one for one in work.before.objects(ids=wanted) if one.id not in above]
        above.update((one.id, one) for one in level)
        wanted = {one.owner_id for one in level} - above.keys() - {''}
    placed = place(work.environment.name, [*above.values(), *found])
    folders = {one.parent_id for one in found}
    return [one for one in placed if one.id in own or (one.type == FOLDER and one.id in folders)]


def _links(work: Work, after: Inventory, old: list[Obj], found: list[Obj], scope: set[str]) -> list[Link]:
    """Make the links of the scope again, and those of its hosts' interfaces to networks; returns those that count for cliques:
    of the scope, and others that came or went."""
    hosts = {one.host for one in (*old, *found) if one.host}
    networks = {network for one in (*old, *found) for network in one.networks}
    nearby = {one.id: one for one in (*after.objects(hosts=hosts), *after.objects(ids={*networks, *scope}))}
    pnics = {one.id for one in nearby.values() if one.type == 'host_pnic'}
    # Other hosts are on a switch as well: its links are those of its ports
    scope = {one for one in scope if one not in nearby or nearby[one].type != 'switch'}

    def ours(link: Link) -> bool:
        if link.source_id in scope or link.target_id in scope:
            return True
        return link.type == 'host_pnic-network' and link.source_id in pnics and link.target_id in networks

    before = [link for link in work.before.links(touching={*scope, *pnics}) if ours(link)]
    links = [link for link in make_links(nearby.values(), work.environment.type_drivers) if ours(link)]
    work.generation.links(links, only={link.key for link in (*before, *links)})
    work.counts['links'] = len(links)
    same = {link.key for link in before} & {link.key for link in links}
    return [link for link in (*before, *links) if link.key not in same or {link.source_id, link.target_id} & scope]


def _cliques(work: Work, after: Inventory, objects: Iterable[Obj], links: Iterable[Link]) -> None:
    """Make the cliques again that the objects and links are in: their own, and those of their networks."""
    rules = rules_of(work.environment)
    ids = {one.id for one in objects} | {network for one in objects for network in one.networks}

    def touching(kind: str, near: Sequence[str]) -> list[Link]:
        return [link for link in map(link_of, after.link_rows(near, [kind])) if not link.implicit]

    for rule in rules.values():
        ids |= focal_points(rule, links, touching)
    focal = [one for one in after.objects(ids=ids) if one.type in rules]
    made = [make_clique(one, rules[one.type], touching) for one in focal]
    work.generation.cliques([one for one in made if one.links], only=ids)
