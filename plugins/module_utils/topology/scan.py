# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan: the cloud and its hosts are read, and what they tell becomes the next generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.topology import aci
from ansible_collections.nfv.mano.plugins.module_utils.topology import hosts as host_objects
from ansible_collections.nfv.mano.plugins.module_utils.topology.api import objects_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import make_cliques, rules_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.connections import context
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import Environment
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import Generation
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import implicit_links, make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.lock import scanning
from ansible_collections.nfv.mano.plugins.module_utils.topology.manage import environment_of, note, opened
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import ENVIRONMENT, FOLDER, Clique, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.records import tell_services
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.inventory import CloudRows, read_all

#: The types of objects that a list which failed would have told of.
OF_LIST: Mapping[str, tuple[str, ...]] = {
    'regions': ('region',), 'projects': ('project',), 'zones': (), 'hypervisors': (), 'aggregates': ('aggregate', 'host_ref'),
    'agents': ('network_agent', 'vedge', 'otep'), 'routers': ('vservice',), 'floating_ips': ('floating_ip',),
    'security_groups': ('security_group',), 'fabric': ('switch', 'switch_pnic'),
    'trunks': ('trunk',), 'volumes': ('volume',), 'server_groups': ('server_group',)}
ONLY = ('inventory_only', 'links_only', 'cliques_only')

#: How much is told of a scan, the most first.
LEVELS = ('debug', 'info', 'warning', 'error')
#: Takes a line and its level.
Tell = Callable[[str, str], None]


@dataclass
class Scan:
    """What is asked of a scan.

    :param host_facts: what each host told; None: hosts are not asked, and what they told before stays.
    :param hosts_failed: of each host that did not answer, why.
    """

    environment: str
    only: str = ''
    clear: bool = False
    object_id: str = ''
    object_type: str = ''
    implicit: bool = False
    keep: int = 5
    cloud: str | None = None
    at_once: int = 8
    host_facts: dict[str, Any] | None = None
    hosts_failed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Scan:
        """A scan by a module's options.

        :raises TopologyError: options that exclude each other.
        """
        given = [name for name in ONLY if params.get(name)]
        one = cls(params['environment'], given[0] if given else '', bool(params.get('clear')), params.get('object_id') or '',
                  params.get('object_type') or '', bool(params.get('implicit_links')), params.get('keep_generations') or 5,
                  params.get('cloud'), params.get('max_parallel') or 8, params.get('host_facts'),
                  params.get('hosts_failed') or {})
        problems = []
        if len(given) > 1:
            problems.append(f'{" and ".join(given)} exclude each other')
        if one.clear and (one.object_id or one.only in ('links_only', 'cliques_only')):
            problems.append('clear forgets the whole inventory: it goes with a whole scan or inventory_only, not with one '
                            'object, links_only or cliques_only')
        if one.object_id and given:
            problems.append(f'{given[0]} is for the whole environment, object_id for one object')
        if one.keep < 1:
            problems.append(f'keep_generations: {one.keep} is less than 1')
        if problems:
            raise TopologyError('\n'.join(problems), problems)
        return one

    def told(self) -> dict[str, Any]:
        """What is kept of it with its generation."""
        return {'inventory': not self.only or self.only == 'inventory_only', 'links': self.only in ('', 'links_only'),
                'cliques': self.only in ('', 'cliques_only'), 'clear': self.clear, 'object': self.object_id or None}

    def __str__(self) -> str:
        if self.object_id:
            return f'a scan of object {self.object_id}'
        return f'a scan ({self.only.replace("_", " ")})' if self.only else 'a whole scan'


def run(params: Mapping[str, Any], tell: Tell = lambda line, level: None) -> dict[str, Any]:
    """Scan, swap in, and tell what came of it.

    :raises TopologyError: options, the database, another scan.
    :raises VimError: the cloud does not answer, or refuses; the old generation stays.
    """
    scan = Scan.of(params)
    with opened(dict(params), scan.environment) as database:
        Inventory(database)
    with opened(dict(params), scan.environment, write=True) as database, scanning(database, str(scan)):
        before = Inventory(database)
        environment = environment_of(before)
        if environment.aci_enabled and scan.told()['inventory'] and not scan.object_id:
            # The switches' controller takes a password
            environment = environment_of(before, dict(params))
        generation = Generation(database, scan.told())
        work = Work(scan, environment, before, generation, Store(params['state_dir']), tell)
        try:
            work.do()
            state = generation.swap(work.problems, work.counts, 1 if scan.clear else scan.keep)
        except (TopologyError, VimError) as error:
            generation.fail('failed', [str(error)])
            raise
        except BaseException:
            generation.fail('aborted', ['the scan was ended'])
            raise
        whole = not scan.only and not scan.object_id
        note(database, last_scanned=now(), **({'scanned': not work.problems} if whole else {}))
        after = Inventory(database)
        return {'changed': generation.written > 0, 'state': state, 'generation': generation.number,
                'differences': generation.written, 'problems': work.problems, 'counts': after.counts(), 'scan': scan.told()}


class Work:
    """One scan at work; ``problems`` are what went wrong without ending it."""

    def __init__(self, scan: Scan, environment: Environment, before: Inventory, generation: Generation, store: Store,
                 tell: Tell) -> None:
        self.scan, self.environment, self.before, self.generation = scan, environment, before, generation
        self.store, self.tell = store, tell
        self.problems = [f'host {host}: {why}' for host, why in sorted(scan.hosts_failed.items())]
        self.counts: dict[str, int] = {}

    def do(self) -> None:
        """Carry it out."""
        if self.scan.object_id:
            from ansible_collections.nfv.mano.plugins.module_utils.topology.scan_one import scan_one
            scan_one(self)
            return
        told = self.scan.told()
        objects = self._objects() if told['inventory'] else self.before.objects()
        if told['inventory']:
            self.generation.objects(objects)
            self._told('objects', len(objects))
        if self.scan.only == 'inventory_only':
            self._without_what_is_gone({one.id for one in objects})
            return
        links = self.links_of(objects) if told['links'] else self.before.links()
        if told['links']:
            self.generation.links(links)
            self._told('links', len(links))
        if told['cliques']:
            cliques = make_cliques(objects, links, rules_of(self.environment))
            self.generation.cliques(cliques)
            self._told('cliques', len(cliques))

    def _told(self, what: str, number: int) -> None:
        self.counts[what] = number
        self.tell(f'{number} {what}', 'info')

    def _objects(self) -> list[Obj]:
        """All objects: what the cloud and its hosts tell, and what stays of those that did not answer."""
        rows = read_all(self.client(), self.region(), self.scan.at_once)
        fabric = self._fabric(rows)
        self.problems += [f'{kind}: {why}' for kind, why in sorted(rows.failed.items())]
        for kind, listed in sorted(rows.rows.items()):
            self.tell(f'the APIs list {len(listed)} {kind}', 'debug')
        for host, facts in sorted((self.scan.host_facts or {}).items()):
            self.tell(f'host {host}: ' + ', '.join(f'{tool} {state}' for tool, state in sorted(facts['tools'].items())), 'debug')
        found = host_objects.join(self.environment.name, objects_of(self.environment.name, rows), self.scan.host_facts or {})
        found = aci.merge(found, fabric)
        if not self.scan.clear:
            found = carried_over(found, self.before.objects(), rows, self.scan)
        self.problems += tell_services(found, self.store)
        return place(self.environment.name, found)

    def _fabric(self, rows: CloudRows) -> list[Obj]:
        """The switches of the environment's fabric, where it has one that is asked."""
        section = self.environment.section('ACI')
        if not self.environment.aci_enabled or section is None:
            return []
        try:
            return aci.switches(aci.Apic.of(section, context(section)).read())
        except (TopologyError, OSError) as error:
            rows.failed['fabric'] = str(error)
            return []

    def client(self) -> Client:
        """A login to the environment's cloud.

        :raises TopologyError: none is named.
        """
        section = self.environment.section('OpenStack')
        cloud = self.scan.cloud or (section.cloud if section else None)
        if not cloud:
            raise TopologyError(f'environment {self.environment.name}: the section OpenStack names no cloud of clouds.yaml, '
                                'where credentials are kept; give it one (cloud), or name one with nfv_cloud')
        return Client(cloud, self.region() or None, pool_size=self.scan.at_once + 2)

    def region(self) -> str:
        """The region that is scanned, empty where the cloud's own is meant."""
        section = self.environment.section('OpenStack')
        return (section.region or '') if section else ''

    def links_of(self, objects: Iterable[Obj]) -> list[Link]:
        """The links of objects, with those that follow from them where that is asked."""
        found = make_links(objects, self.environment.type_drivers)
        if self.scan.implicit:
            found += implicit_links(found, {one.id: one.type for one in objects})
        return found

    def _without_what_is_gone(self, ids: set[str]) -> None:
        """Keep what links and cliques there are, but for those of objects that are gone."""
        links = [link for link in self.before.links() if {link.source_id, link.target_id} <= ids]
        self.generation.links(links)
        there = {link.key for link in links}
        cliques = (one for one in self.before.cliques() if one.focal_id in ids)
        self.generation.cliques([Clique(one.focal_id, one.focal_type, one.clique_type, [key for key in one.links if key in there],
                                        [node for node in one.nodes if node in ids]) for one in cliques])


def carried_over(found: Iterable[Obj], before: Iterable[Obj], rows: CloudRows, scan: Scan) -> list[Obj]:
    """What was found, with what stays of before: of lists that failed, and of hosts that did not answer or were not asked."""
    objects = {one.id: one for one in found}
    unread = {kind for name in rows.failed for kind in OF_LIST.get(name, ())}
    asked = set(scan.host_facts or ())
    there = {one.host for one in objects.values() if one.type == 'host'}
    known = {one.id: one for one in before}
    for one in known.values():
        if one.type in (FOLDER, ENVIRONMENT):
            continue
        not_asked = one.host in there and one.host not in asked
        new = objects.get(one.id)
        if new is None:
            if one.type in unread or (not_asked and host_objects.seen_there_only(one)):
                objects[one.id] = one
                # With an interface the switch that it heard
                heard = one.attributes.get('lldp') or {}
                for switch in (f'switch:{heard.get("chassis_id")}', f'switch:{heard.get("chassis_id")}/{heard.get("port_id")}'):
                    if switch in known:
                        objects.setdefault(switch, known[switch])
        elif not_asked and one.type in host_objects.FROM_HOST:
            keep = ('device', 'confirmed') if one.attributes.get('confirmed') else ()
            new.attributes = {**one.attributes, **new.attributes, **{key: one.attributes[key] for key in keep}}
        elif not_asked and one.type == 'host':
            new.attributes = {**{key: one.attributes[key] for key in ('os', 'kernel', 'tools') if key in one.attributes},
                              **new.attributes}
    return list(objects.values())
