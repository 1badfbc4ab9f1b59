# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every item kind plans from: target, record and VIM state, with the indexes that keep planning linear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, Problem
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Drain, NetworkService, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink, network_key
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    Flavor,
    FloatingIp,
    Image,
    Network,
    Port,
    Router,
    Server,
    ServerGroup,
    State,
    Volume,
    VolumeSnapshot,
)

Resource = dict[str, Any]


@dataclass(slots=True)
class Live:
    """One VIM's state, indexed."""

    state: State
    servers: dict[str, Server] = field(default_factory=dict)
    marked_servers: dict[str, list[Server]] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    marked_ports: dict[str, list[Port]] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    flavors: dict[str, Flavor] = field(default_factory=dict)
    group_of: dict[str, ServerGroup] = field(default_factory=dict)  # by the server's id
    volumes: dict[str, Volume] = field(default_factory=dict)
    #: Record keys of the snapshots that stay, by the ids of the volumes that they are of.
    standing: dict[str, list[str]] = field(default_factory=dict)
    server_images: dict[str, Image] = field(default_factory=dict)
    volume_snapshots: dict[str, VolumeSnapshot] = field(default_factory=dict)
    marked_volumes: dict[str, list[Volume]] = field(default_factory=dict)
    #: Ids of subnets that the target takes away -> record key of the network and range of the subnet to move to.
    leaving: dict[str, tuple[str, str]] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    floating_ips: dict[str, FloatingIp] = field(default_factory=dict)
    #: By address, and by owner mark the first of it.
    known_floating_ips: dict[str, FloatingIp] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State) -> Live:
        """Index a state by id and by owner mark."""
        live = cls(state)
        for server in sorted(state.servers, key=lambda row: row.created):
            live.servers[server.id] = server
            live.marked_servers.setdefault(server.metadata.get(MARK_KEY, ''), []).append(server)
        live.ports = {port.id: port for port in state.ports}
        for port in state.ports:
            live.marked_ports.setdefault(port.description, []).append(port)
        live.networks = {network.id: network for network in state.networks}
        live.group_of = {server_id: group for group in state.server_groups for server_id in group.members}
        live.flavors = {flavor.id: flavor for flavor in state.flavors}
        for volume in sorted(state.volumes, key=lambda row: row.created):
            if volume.status != 'deleting':
                live.volumes[volume.id] = volume
                live.marked_volumes.setdefault(volume.metadata.get(MARK_KEY, ''), []).append(volume)
        live.server_images = {image.id: image for image in state.server_images}
        live.volume_snapshots = {one.id: one for one in state.volume_snapshots}
        live.routers = {router.id: router for router in state.routers}
        live.floating_ips = {one.id: one for one in state.floating_ips}
        for one in state.floating_ips:
            live.known_floating_ips[one.address] = one
            live.known_floating_ips.setdefault(one.description, one)
        return live


class Operate(NamedTuple):
    """Another power state: ``status`` is Nova's, ``reboot`` the action of a restart ('reboot-soft', 'reboot-hard'), ``patience``
    the seconds that a stop may take, or before it the drain of a VDU that has one; ``graceful``: it is drained; ``done`` ids of
    tasks that this operation has done already."""

    status: str
    reboot: str | None = None
    patience: float | None = None
    done: frozenset[str] = frozenset()
    graceful: bool = False


class Stop(NamedTuple):
    """Servers are stopped before they are deleted: ``patience`` seconds for each that may take (None: as long as any stop), and
    for the drain before it; ``drains`` by the beginning of record keys (``vdu:web/front``); ``done`` as of :class:`Operate`."""

    patience: float | None = None
    drains: Mapping[str, Drain] = {}  # noqa: RUF012
    done: frozenset[str] = frozenset()


class Move(NamedTuple):
    """Another compute host. ``way`` is 'live', 'cold' or 'evacuate' (None: live, of a server that is stopped cold); ``to_host``
    None: the scheduler chooses; ``from_host``: only servers on that one. ``begun`` has, by record key, the ``host_id`` from
    which this operation has sent a server off already; ``back``: they are to return there, and nothing else is moved.
    ``disable``: ``from_host`` takes no new servers from then on."""

    way: str | None = None
    to_host: str | None = None
    from_host: str | None = None
    begun: Mapping[str, str] = {}  # noqa: RUF012
    back: bool = False
    disable: bool = False


class Snapshot(NamedTuple):
    """A snapshot to be taken, by its name. ``quiesce``: how a server is held still meanwhile: 'pause' and 'none' are of servers
    with several disks, 'stop' of any."""

    name: str
    quiesce: str = 'pause'


class Revert(NamedTuple):
    """A VDU instance to be reverted: record key of its snapshot, and the instance's record from before the operation."""

    key: str
    before: Mapping[str, Any]


class Asked(NamedTuple):
    """What a verb asks of single VDU instances, by record key (``vdu:web/front/0``).

    ``scope``: nothing else is touched, and what is deleted of it is meant (None: all is compared and put right);
    ``replace`` (None: nothing is healed): those to be made anew although they are well, with the id of the server that goes ('':
    there was none); why (``cause``) and whether a boot volume stays (``root``: keep) or is made anew (rebuild);
    ``at_once``: how many may be down at a time;
    ``change``: 'image', 'flavor' or both ('package'), which alone is compared, and brought about on the same server; or 'revert',
    with ``reverts`` of each; ``again``: instances that get a fresh root disk whatever their image, with the ids of rebuilds from
    before; ``snapshot``: one to be taken of each; ``snapshots_gone``: record keys of those to be deleted; without a target all
    are, but for ``keep_snapshots``; ``stop``: what is deleted is stopped first;
    ``described``: names, descriptions and metadata alone; ``moved``: of these interfaces (``web/front/eth1``) the ports alone,
    and those that they had are kept until all have new ones;
    ``leftovers``: record and VIMs are brought together, and nothing else; what is ours and not declared is deleted ('delete') or
    goes into the record ('adopt')."""

    scope: frozenset[str] | None = None
    replace: Mapping[str, str] | None = None
    cause: str = ''
    root: str = 'keep'
    at_once: int | None = None
    operate: Operate | None = None
    change: str = ''
    again: Mapping[str, frozenset[str]] = {}  # noqa: RUF012
    move: Move | None = None
    stop: Stop | None = None
    reverts: Mapping[str, Revert] = {}  # noqa: RUF012
    snapshot: Snapshot | None = None
    snapshots_gone: frozenset[str] = frozenset()
    keep_snapshots: bool = False
    described: bool = False
    moved: frozenset[str] | None = None
    leftovers: str = ''

    @property
    def of_servers(self) -> bool:
        """Whether servers that are there are acted upon as they are: nothing else is compared, and nothing is made."""
        return self.operate is not None or self.move is not None or self.snapshot is not None or self.described

    @property
    def renders(self) -> bool:
        """Whether user data is needed: servers may be made, or are compared with it."""
        return not self.of_servers and not self.leftovers

    def heals(self, item: str) -> bool:
        """Whether an instance is to be healed."""
        return self.replace is not None and item in (self.scope or ())


@dataclass(slots=True)
class Context:
    """One planning run. ``record`` is the record's resources by key; ``target`` None means: everything goes."""

    ns_id: str
    ns_name: str
    target: NetworkService | None
    record: dict[str, Resource]
    live: dict[str, Live]
    create_flavors: bool = True
    allow_delete: bool = False
    render: Callable[[Vnf, Vdu, int], str | None] = lambda vnf, vdu, index: None
    #: User data by (VNF, VDU, index) as it is compared, where that is not what it is made with.
    compared: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    #: (VNF, VDU) whose user data can not be rendered: a file or a secret of it is not stored. Servers that are there stay.
    not_rendered: frozenset[tuple[str, str]] = frozenset()
    #: Whether such a server may be made without its user data.
    accept_data_loss: bool = False
    #: Wanted statuses of servers that are not to be ACTIVE, by record key (``vdu:web/front/0``).
    power: Mapping[str, str] = field(default_factory=dict)
    #: Hosts that moved servers are made on again in place of the document's ('': the scheduler chooses), by record key.
    hosts: Mapping[str, str] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    #: The document that was in force before, with what later verbs had changed of it.
    before: Mapping[str, Any] = field(default_factory=dict)
    #: Owner marks of create calls whose answer was lost: only of these can something be there twice.
    doubtful: frozenset[str] = frozenset()
    plan: Plan = field(default_factory=lambda: Plan(''))
    #: Task ids of networks, routers and flavors that are made or changed, by record key: who uses them comes after.
    makers: dict[str, str] = field(default_factory=dict)
    #: Ids of the last tasks that attach a volume of several instances, by VDU and name: Cinder takes one at a time.
    turns: dict[str, str] = field(default_factory=dict)
    #: Addresses of virtual IPs by record key, as far as they are known before any task.
    virtual_ips: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Ports that are kept until all is done, by record key of their instance: its VIM, and they as of kept_ports.leftover.
    commit: dict[str, tuple[str, dict[str, tuple[str, bool]]]] = field(default_factory=dict)
    #: Task ids after which a network is free to go, by record key.
    users: dict[str, list[str]] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What the names of servers begin with."""
        return (self.target.instance_name if self.target else None) or self.ns_name

    def problem(self, path: str, message: str) -> None:
        """Note something that stands against the plan."""
        self.plan.problems.append(Problem(path, message))

    def touches(self, item: str) -> bool:
        """Whether the operation may touch a VDU instance, by its record key."""
        return self.asked.scope is None or item in self.asked.scope

    def meant(self) -> Iterator[tuple[Vdu, str]]:
        """(VDU, ``web/front/0``) of every instance that the operation is of; the others are noted as unchanged."""
        for _path, vnf, vdu in self.vdus():
            for index in range(vdu.count):
                key = f'{vnf.name}/{vdu.name}/{index}'
                if self.touches(f'vdu:{key}'):
                    yield vdu, key
                else:
                    self.plan.unchanged += 1

    def links(self) -> Iterator[tuple[str, str, VirtualLink]]:
        """(document path, key, virtual link) of every network: of virtual links with one ``common_id`` the first's path."""
        paths: dict[str, str] = {}
        for place, link in enumerate(self.target.virtual_links if self.target else ()):
            paths.setdefault(network_key(link.name, link), f'virtual_links[{place}]')
        for number, vnf in enumerate(self.target.vnfs if self.target else ()):
            for place, link in enumerate(vnf.virtual_links):
                paths.setdefault(network_key(f'{vnf.name}/{link.name}', link), f'vnfs[{number}].virtual_links[{place}]')
        networks = self.target.networks if self.target else {}
        for key, path in paths.items():
            yield path, key, networks[key]

    def vdus(self) -> Iterator[tuple[str, Vnf, Vdu]]:
        """(document path, VNF, VDU) of every VDU."""
        for number, vnf in enumerate(self.target.vnfs if self.target else ()):
            for place, vdu in enumerate(vnf.vdus):
                yield f'vnfs[{number}].vdus[{place}]', vnf, vdu


def link_key(ref: str) -> str:
    """The record's key of a virtual link as an interface names it: ``data`` or ``web/internal``."""
    return f'net:{ref}'


def owner_item(owner: str) -> str:
    """The record's key of what a mark names as a port's owner: an instance (``web/front/0``), or a virtual IP."""
    return f'vdu:{owner}' if '/' in owner else f'virtual_ip:{owner}'


def short(*parts: tuple[str, int]) -> str:
    """A VIM name of cut parts: ``short(('edge1', 16), ('web', 16))`` is ``edge1-web``."""
    return '-'.join(text[:length] for text, length in parts)
