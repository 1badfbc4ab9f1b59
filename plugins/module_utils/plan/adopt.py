# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record as it has to be for what is in the VIMs: what carries a mark of the NS is taken up, what is gone is let go.

The mark of each row is read on our side, whole: what a VIM's list says more than that is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live, Resource, link_key, owner_item
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import port_entry, seen
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change
from ansible_collections.nfv.mano.plugins.module_utils.plan.net import subnet_entries
from ansible_collections.nfv.mano.plugins.module_utils.plan.router import router_entry
from ansible_collections.nfv.mano.plugins.module_utils.plan.trunk import ports_of
from ansible_collections.nfv.mano.plugins.module_utils.plan.vdu import GONE
from ansible_collections.nfv.mano.plugins.module_utils.plan.virtual_ip import PORT
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import ON_THE_WAY
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Volume as Asked
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_prefix

#: Parts of an instance or a virtual IP that have a mark each; a trunk is found through its port.
PARTS = ('ports', 'volumes', 'floating_ips')
#: What of a server tells that the record is out of date.
TOLD = ('id', 'name', 'status', 'host_id')
#: Record keys -> part -> names of what is declared: ports with the record's key of their network, volumes as they are in the
#: document.
Wanted = dict[str, dict[str, dict[str, Any]]]


class Single(NamedTuple):
    """A kind of items that are one resource each: its rows by id, the mark of a row, the last word of that mark, and what the
    record keeps of a row."""

    kind: str
    task: str
    rows: Callable[[Live], Mapping[str, Any]]
    mark: Callable[[Any], str]
    entry: Callable[[str, Any], Resource]


SINGLES = (
    Single('net', 'net', lambda live: live.networks, lambda row: row.description,
           lambda vim, row: {'vim': vim, 'id': row.id, 'name': row.name, 'owned': True, 'subnets': subnet_entries(row.subnets)}),
    Single('router', 'router', lambda live: live.routers, lambda row: row.description, router_entry),
    Single('server_group', 'server_group', lambda live: {row.id: row for row in live.state.server_groups}, lambda row: row.name,
           lambda vim, row: {'vim': vim, 'id': row.id, 'name': row.name, 'policy': row.policy, 'owned': True}),
    Single('flavor', 'flavor', lambda live: live.flavors, lambda row: row.description,
           lambda vim, row: {'vim': vim, 'id': row.id, 'name': row.name, 'owned': True, 'vcpus': row.vcpus,
                             'ram_mib': row.ram_mib, 'disk_gib': row.disk_gib, 'ephemeral_gib': row.ephemeral_gib,
                             'swap_mib': row.swap_mib, 'extra_specs': row.extra_specs}),
)


@dataclass(slots=True)
class Found:
    """What carries the marks of one instance or virtual IP: rows by name of the part, the one that stays first."""

    servers: list[Any] = field(default_factory=list)
    parts: dict[str, dict[str, Any]] = field(default_factory=lambda: {part: {} for part in PARTS})


class Adoption:
    """Takes up what is there. ``record`` grows to what the record has to say; ``changes`` tell, by item, where it does not."""

    def __init__(self, context: Context, wanted: Wanted, everything: bool) -> None:
        self.context, self.wanted, self.everything = context, wanted, everything
        self.record: dict[str, Resource] = {}
        self.changes: dict[str, Change] = {}
        self._recorded = {one.get('id') for one in context.record.values()}

    def run(self) -> None:
        """All kinds: networks before the ports that are on them, flavors before the servers that are of them."""
        for single in SINGLES:
            self._singles(single)
        self._shared_volumes()
        nets = {one['id']: key for key, one in self.record.items() if key.startswith('net:') and one.get('id')}
        flavors = {one['name']: key for key, one in self.record.items() if key.startswith('flavor:') and one.get('owned')}
        found = _found(self.context)
        for item in sorted({*(key for key in self.context.record if key.startswith(('vdu:', 'virtual_ip:'))), *found}):
            mine = found.get(item, {})
            # One that has something on another VIM, too, is that of its record
            vim = self.context.record.get(item, {}).get('vim') or next(iter(mine))
            self._instance(item, vim, mine.get(vim, Found()), nets, flavors)
        self.record.update({key: one for key, one in self.context.record.items() if key not in self.record
                            and key not in self.context.plan.gone})

    # Items that are one resource each --------------------------------------------------------------------------

    def _singles(self, single: Single) -> None:
        start = f'{single.kind}:'
        for key, resource in self.context.record.items():
            if key.startswith(start):
                live = self.context.live.get(resource['vim'])
                if live is not None and resource.get('owned') and resource.get('id'):
                    self._recorded_one(single, key, resource, single.rows(live).get(resource['id']))
                else:
                    self.record[key] = resource
        for vim, live in self.context.live.items():
            for row in single.rows(live).values():
                owner = self._owner(single.mark(row), single.task)
                if owner and f'{start}{owner}' not in self.record and row.id not in self._recorded:
                    self._adopted(f'{start}{owner}', row.name, single.entry(vim, row))

    def _owner(self, mark: str, task: str) -> str:
        """The owner in a mark of this NS that ends so, empty where it is another's, or something else's."""
        prefix = ns_prefix(self.context.ns_id)
        owner, _slash, last = mark.removeprefix(prefix).rpartition('/')
        return owner if mark.startswith(prefix) and last == task else ''

    def _recorded_one(self, single: Single, key: str, resource: Resource, row: Any) -> None:
        if row is None and single.kind == 'flavor':
            # One that was made and that the project was not let in to yet: only administrators see it
            self.record[key] = resource
            return
        if row is None:
            self._gone(key, resource)
            return
        current = single.entry(resource['vim'], row)
        told = [name for name in ('name', 'subnets', 'addresses', 'external_network_id')
                if name in current and resource.get(name) != current[name]]
        self._keep(key, resource, {**resource, **{name: current[name] for name in told}}, [f'its {name}' for name in told])

    def _shared_volumes(self) -> None:
        for key, resource in self.context.record.items():
            if key.startswith('volume:') and resource['vim'] in self.context.live:
                row = self.context.live[resource['vim']].volumes.get(resource.get('id', ''))
                if row is None:
                    self._gone(key, resource)
                else:
                    self._keep(key, resource, {**resource, 'size_gib': row.size_gib},
                               [f'size {row.size_gib} GiB'] if row.size_gib != resource['size_gib'] else [])
        for vim, live in self.context.live.items():
            for row in live.volumes.values():
                text = row.metadata.get(MARK_KEY, '')
                task = text.rpartition('/')[2]
                owner = self._owner(text, task)
                key = f'volume:{owner}/{task.removeprefix("volume.")}'
                if owner.count('/') != 1 or not task.startswith('volume.') or key in self.record or row.id in self._recorded:
                    continue
                asked = self.wanted.get(key, {}).get('volumes', {}).get('')
                self._adopted(key, row.id, {'vim': vim, 'id': row.id, 'name': row.name, 'size_gib': row.size_gib, 'owned': True,
                                            'keep': self._keeps_data(asked, text), 'kept': False, 'ready': _ready(row)})

    def _gone(self, key: str, resource: Resource) -> None:
        self.context.plan.gone[key] = {'id': resource['id']}
        self._change(key, resource['vim'], [f'{resource.get("name") or resource["id"]} is gone from the VIM'])

    def _adopted(self, key: str, name: str, entry: Resource) -> None:
        self.record[key] = self.context.plan.found[key] = entry
        self._change(key, entry['vim'], [f'{name} adopted'])

    def _keep(self, key: str, resource: Resource, entry: Resource, words: list[str]) -> None:
        self.record[key] = entry
        if entry != resource:
            self.context.plan.found[key] = entry
        if words:
            self._change(key, entry['vim'], words)

    def _change(self, key: str, vim: str, words: list[str]) -> None:
        kind, _colon, name = key.partition(':')
        name = name.split('/')[1] if kind == 'server_group' else name
        self.changes[key] = Change('update', kind, name, vim, f'in the record: {"; ".join(words)}', '')

    # Instances and virtual IPs ---------------------------------------------------------------------------------

    def _instance(self, item: str, vim: str, found: Found, nets: Mapping[str, str], flavors: Mapping[str, str]) -> None:
        record = self.context.record.get(item, {})
        live = self.context.live.get(vim)
        if live is None:
            self.record[item] = record
            return
        entry, gone, words = {**record, 'vim': vim}, {}, []
        server = live.servers.get(record.get('id', '')) or next(iter(found.servers), None)
        if server is not None and server.status not in GONE:
            now = seen(server)
            if any(record.get(name) != now[name] for name in TOLD):
                of = flavors.get(now['flavor'])
                if record.get('host_id') != now['host_id']:
                    # Its name is known only of a host that we moved it to
                    entry.pop('host', None)
                entry.update(now, **({'flavor_key': of} if of and 'flavor_key' not in record else {}))
                words.append(_of_server(record, now))
        elif record.get('id'):
            gone['id'] = entry.pop('id')
            words.append(f'server {record["id"]} is gone from the VIM')
        for part in PARTS:
            self._part(item, part, live, entry, gone, words, (found.parts[part], nets))
        self._trunks(live, entry, gone)
        if gone:
            self.context.plan.gone[item] = gone
        if 'id' in entry or any(entry.get(part) for part in PARTS):
            self.record[item] = entry
            if entry != record:
                self.context.plan.found[item] = entry
        if words:
            self._change(item, vim, words)

    def _part(self, item: str, part: str, live: Live, entry: Resource, gone: dict[str, Any], words: list[str],
              found: tuple[Mapping[str, Any], Mapping[str, str]]) -> None:
        """One kind of parts of an instance: those that are there, and those with its marks that it does not have yet."""
        recorded = entry.get(part, {})
        rows: Mapping[str, Any] = {'ports': live.ports, 'volumes': live.volumes, 'floating_ips': live.floating_ips}[part]
        kept = {name: one for name, one in recorded.items() if one['id'] in rows}
        lost = {name: one['id'] for name, one in recorded.items() if name not in kept}
        for name, row in found[0].items():
            wanted = self.wanted.get(item)
            if name in kept or not (self.everything or wanted is None or name in wanted.get(part, {})):
                continue
            if part == 'ports':
                declared = (wanted or {}).get(part, {}).get(name) or f'net:{row.network_id}'
                kept[name] = port_entry(row, found[1].get(row.network_id, declared))
            elif part == 'floating_ips':
                kept[name] = {'id': row.id, 'address': row.address, 'owned': True}
            else:
                asked = (wanted or {}).get(part, {}).get(name)
                kept[name] = {'id': row.id, 'size_gib': row.size_gib, 'owned': True, 'ready': _ready(row), 'boot':
                              asked.boot if asked else row.bootable, 'keep': self._keeps_data(asked, row.metadata[MARK_KEY])}
            words.append(f'{part.removesuffix("s").replace("_", " ")} {name} adopted')
        words += [f'{part.removesuffix("s").replace("_", " ")} {name} {one_id} is gone from the VIM'
                  for name, one_id in lost.items() if name not in kept]
        if lost:
            gone[part] = lost
        if kept or part in entry:
            entry[part] = kept

    def _trunks(self, live: Live, entry: Resource, gone: dict[str, Any]) -> None:
        there = {name: live.ports[port['id']].trunk for name, port in entry.get('ports', {}).items()}
        trunks = {name: {'id': trunk.id} for name, trunk in there.items() if trunk is not None}
        lost = {name: one['id'] for name, one in entry.get('trunks', {}).items() if trunks.get(name) != {'id': one['id']}}
        if lost:
            gone['trunks'] = lost
        if trunks or 'trunks' in entry:
            entry['trunks'] = trunks

    def _keeps_data(self, asked: Asked | None, mark: str) -> bool:
        """Whether a volume outlives its instance: what the document says; of one that it does not know, that may have data."""
        if asked is not None:
            return asked.keep
        return mark not in self.context.doubtful and not self.context.accept_data_loss


def _found(context: Context) -> dict[str, dict[str, Found]]:
    """Everything of instances and virtual IPs that carries a mark of this NS, by record key and VIM."""
    found: dict[str, dict[str, Found]] = {}
    for vim, live in context.live.items():
        for item, task, row in _marked(context, live):
            kind, _dot, name = task.partition('.')
            if task == 'server' or kind in ('port', 'volume', 'floating_ip'):
                mine = found.setdefault(item, {}).setdefault(vim, Found())
                if task == 'server':
                    mine.servers.append(row)
                else:
                    mine.parts[f'{kind}s'].setdefault(name, row)
    return found


def _marked(context: Context, live: Live) -> Iterator[tuple[str, str, Any]]:
    """(record key, last word of the mark, row) of what belongs to an instance or a virtual IP of this NS."""
    prefix = ns_prefix(context.ns_id)
    tables = ((live.marked_servers, 2), (live.marked_ports, None), (live.marked_volumes, 2),
              ({one.description: [one] for one in reversed(live.state.floating_ips)}, None))
    for table, slashes in tables:
        for text, rows in table.items():
            owner, _slash, task = text.removeprefix(prefix).rpartition('/')
            if text.startswith(prefix) and owner.count('/') in ((0, 2) if slashes is None else (slashes,)) and owner:
                for row in rows:
                    yield owner_item(owner), task, row


def _ready(row: Any) -> bool:
    return row.status not in ON_THE_WAY and not row.status.startswith('error')


def _of_server(record: Resource, now: Resource) -> str:
    if record.get('id') != now['id']:
        return f'server {now["id"]} adopted'
    differing = [f'{name} {record.get(name)} -> {now[name]}' for name in ('name', 'status') if record.get(name) != now[name]]
    return ', '.join(differing or ['it is on another host'])


def wanted_parts(context: Context) -> Wanted:
    """What the declared state has a place for: instances, virtual IPs and shared volumes, with the names of their parts."""
    found: Wanted = {}
    for _path, vnf, vdu in context.vdus():
        parts: dict[str, dict[str, Any]] = {
            'ports': {one.name: link_key(context.target.virtual_link(one.virtual_link, vnf)[0])
                      for one in ports_of(vdu).values()},
            'volumes': {one.name: one for one in vdu.volumes if not one.existing and not one.multiattach},
            'floating_ips': {one.name: None for one in vdu.interfaces
                             if one.floating_ip is not None and one.floating_ip.address is None}}
        found.update({f'vdu:{vnf.name}/{vdu.name}/{index}': parts for index in range(vdu.count)})
        found.update({f'volume:{vnf.name}/{vdu.name}/{one.name}': {'volumes': {'': one}} for one in vdu.volumes
                      if one.multiattach and not one.existing})
    for shared in context.target.virtual_ips if context.target else ():
        floating = shared.floating_ip is not None and shared.floating_ip.address is None
        net = link_key(context.target.virtual_link(shared.virtual_link)[0])
        found[f'virtual_ip:{shared.name}'] = {'ports': {PORT: net}, 'floating_ips': {PORT: None} if floating else {}}
    return found
