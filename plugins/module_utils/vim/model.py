# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a VIM says, in the collection's own words: plain values, no openstacksdk object leaves the VIM's room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Image(NamedTuple):
    """A Glance image (Image API v2)."""

    id: str
    name: str
    status: str
    min_disk_gib: int
    min_ram_mib: int
    checksums: tuple[str, ...]
    vif_model: str = ''
    mark: str = ''
    #: Ids of the volume snapshots that an image of a server which boots from a volume stands for.
    snapshots: tuple[str, ...] = ()


class Flavor(NamedTuple):
    """A Nova flavor; extra specs come with microversion 2.61, the description with 2.55."""

    id: str
    name: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    ephemeral_gib: int
    swap_mib: int
    extra_specs: dict[str, str]
    description: str


class Subnet(NamedTuple):
    """A Neutron subnet; ``pools`` are (first, last) addresses."""

    id: str
    name: str
    network_id: str
    cidr: str
    ip_version: int
    gateway: str | None
    dhcp: bool
    pools: tuple[tuple[str, str], ...]
    dns: tuple[str, ...]
    ipv6_address_mode: str | None
    ipv6_ra_mode: str | None
    description: str


class Network(NamedTuple):
    """A Neutron network with its subnets; provider attributes are empty for plain members."""

    id: str
    name: str
    description: str
    project_id: str
    shared: bool
    external: bool
    mtu: int
    port_security: bool | None
    network_type: str | None
    physical_network: str | None
    segmentation_id: int | None
    subnets: tuple[Subnet, ...]
    qos_policy_id: str | None = None


class Trunk(NamedTuple):
    """A Neutron trunk: VLAN ids by the ports that are its subports; a port's own tells no description."""

    id: str
    subports: dict[str, int]
    description: str = ''


class Port(NamedTuple):
    """A Neutron port; ``fixed_ips`` are (subnet id, address), ``trunk`` is the one that it is the parent of."""

    id: str
    name: str
    description: str
    network_id: str
    mac_address: str
    fixed_ips: tuple[tuple[str, str], ...]
    device_id: str
    device_owner: str
    security_groups: frozenset[str]
    port_security: bool | None
    address_pairs: frozenset[tuple[str, str | None]]
    status: str
    qos_policy_id: str | None = None
    vnic_type: str = 'normal'
    trunk: Trunk | None = None


class Binding(NamedTuple):
    """Where a Neutron port is bound, which administrators see: the compute host, and of a physical card its PCI address and
    physical network (empty where there is none)."""

    host: str
    pci_slot: str
    physical_network: str


class RouterInterface(NamedTuple):
    """A port of a router on a network, with the subnets that it has an address of."""

    port_id: str
    network_id: str
    subnet_ids: tuple[str, ...]


class Router(NamedTuple):
    """A Neutron router; ``addresses`` are its own on the external network."""

    id: str
    name: str
    description: str
    external_network_id: str | None
    addresses: tuple[str, ...]
    interfaces: tuple[RouterInterface, ...] = ()


class FloatingIp(NamedTuple):
    """A Neutron floating IP; ``network_id`` is the external network that it was taken from, ``fixed_address`` what of its port
    it stands for."""

    id: str
    address: str
    description: str
    network_id: str
    port_id: str | None
    fixed_address: str | None = None


class Server(NamedTuple):
    """A Nova server; the flavor is the copy that Nova keeps in it (microversion 2.47), ``launched`` says that it ran once."""

    id: str
    name: str
    status: str
    task_state: str | None
    fault: str | None
    flavor: dict[str, Any]
    image_id: str | None
    metadata: dict[str, str]
    tags: frozenset[str]
    addresses: tuple[str, ...]
    host_id: str
    description: str
    created: str
    launched: bool = False


class Host(NamedTuple):
    """A compute host; ``host_id`` is what servers of the project show of it, ``service_id`` is its compute service's."""

    name: str
    host_id: str
    service_id: str
    up: bool
    enabled: bool


class ServerGroup(NamedTuple):
    """A Nova server group (microversion 2.64); ``members`` are ids of its servers."""

    id: str
    name: str
    policy: str
    members: frozenset[str]


class Volume(NamedTuple):
    """A Cinder volume; ``servers`` are ids of the servers that it is attached to, ``image_id`` what it was filled from."""

    id: str
    name: str
    status: str
    size_gib: int
    type: str | None
    bootable: bool
    multiattach: bool
    metadata: dict[str, str]
    servers: tuple[str, ...]
    availability_zone: str
    image_id: str | None
    created: str


class VolumeSnapshot(NamedTuple):
    """A Cinder snapshot; ``size_gib`` is its volume's at the time."""

    id: str
    name: str
    status: str
    volume_id: str
    size_gib: int
    metadata: dict[str, str]
    created: str


class VolumeType(NamedTuple):
    """A Cinder volume type that the project may use; ``default`` is what a volume gets that names none."""

    id: str
    name: str
    multiattach: bool
    default: bool


class Quota(NamedTuple):
    """How much of one quota is used; a limit of -1 is none."""

    limit: int
    used: int

    @property
    def free(self) -> int | None:
        """What is left, None where there is no limit."""
        return None if self.limit < 0 else max(self.limit - self.used, 0)


@dataclass(slots=True)
class Query:
    """What a plan needs to know of one VIM: asked for in bulk, once.

    ``networks``, ``images`` and ``security_groups`` are names or ids; ``*_ids`` come from the record;
    ``marks`` are owner marks of create calls whose answer is unknown, by kind; ``external_networks``: all that there are;
    ``hosts``: the compute hosts, and ``bindings``: where the ports of these ids are bound, which take an administrator;
    ``snapshots``: images of the NS's servers, and every snapshot of a volume; ``marked``: everything of the project with a
    mark of the NS.
    """

    ns_id: str
    images: set[str] = field(default_factory=set)
    image_checksums: set[str] = field(default_factory=set)
    flavors: bool = False
    networks: set[str] = field(default_factory=set)
    optional_networks: set[str] = field(default_factory=set)
    network_ids: set[str] = field(default_factory=set)
    cidrs: bool = False
    security_groups: set[str] = field(default_factory=set)
    qos_policies: set[str] = field(default_factory=set)
    external_networks: bool = False
    router_ids: set[str] = field(default_factory=set)
    floating_ips: bool = False
    port_ids: set[str] = field(default_factory=set)
    servers: bool = False
    server_ids: set[str] = field(default_factory=set)
    hosts: bool = False
    server_groups: bool = False
    volumes: bool = False
    volume_ids: set[str] = field(default_factory=set)
    volume_types: bool = False
    trunks: bool = False
    volume_zones: bool = False
    snapshots: bool = False
    marked: bool = False
    marks: dict[str, set[str]] = field(default_factory=dict)
    bindings: set[str] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """One VIM as it is now, as far as a :class:`Query` asked.

    ``roles`` are the member's own; ``admin`` says whether calls that need it can be made (with an admin_cloud too).
    ``qos_policies`` are (id, name), None where the VIM has no QoS; ``floating_ips`` all of the project; ``trunks`` says whether
    the VIM has them; ``hosts`` and ``bindings`` (by the port's id) are empty for who may not see them; ``server_images`` those
    that carry a mark of the NS, ``volume_snapshots`` all of the project.
    """

    vim: str
    project_id: str = ''
    roles: frozenset[str] = frozenset()
    admin: bool = False
    images: list[Image] = field(default_factory=list)
    flavors: list[Flavor] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    server_groups: list[ServerGroup] = field(default_factory=list)
    volumes: list[Volume] = field(default_factory=list)
    volume_types: list[VolumeType] = field(default_factory=list)
    volume_zones: list[str] = field(default_factory=list)
    server_images: list[Image] = field(default_factory=list)
    volume_snapshots: list[VolumeSnapshot] = field(default_factory=list)
    security_groups: list[tuple[str, str]] = field(default_factory=list)
    qos_policies: list[tuple[str, str]] | None = None
    trunks: bool = False
    external_networks: list[Network] = field(default_factory=list)
    routers: list[Router] = field(default_factory=list)
    floating_ips: list[FloatingIp] = field(default_factory=list)
    used_cidrs: list[str] = field(default_factory=list)
    foreign_ports: dict[str, list[Port]] = field(default_factory=dict)
    nearest: dict[str, list[str]] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
