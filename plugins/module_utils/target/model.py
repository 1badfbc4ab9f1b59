# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network service as its document describes it: what is to be, with nothing of what is.

Each key of the document is described here and nowhere else. Lists are tuples, and all of it is frozen: a target does not
change while an operation works towards it. Words are those of SOL006 and SOL003 in snake case (NS, VNF, VDU, virtual link).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.described import (
    DESCRIPTION,
    EXTENSIONS,
    INSTANCE_NAME,
    METADATA,
    PROPERTIES,
    Vnfd,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.guest import Drain, Ready, SshAccess
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Flavor, Image
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import (
    NAME,
    REFERENCE,
    Address,
    Boolean,
    Choice,
    FileName,
    Free,
    Integer,
    ListOf,
    Mac,
    MapOf,
    PciAddress,
    SshKey,
    Struct,
    Text,
    attribute,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Router, VirtualLink, network_key, networks
from ansible_collections.nfv.mano.plugins.module_utils.target.scaling import INSTANCES, InstantiationLevel, ScalingAspect
from ansible_collections.nfv.mano.plugins.module_utils.target.vim import Vim

TAG = Text(longest=60, pattern=r"[^,/]+", wanted="no ',' and no '/', which Nova refuses in tags")
METADATA_KEY = Text(pattern=r"[A-Za-z0-9_:. -]+", wanted="letters, digits, '-', '_', ':', '.' and blanks")
INTERFACE_TYPES = ("virtio", "e1000", "paravirt", "sr-iov", "pci-passthrough")
POLICIES = ("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")
HOSTS_ONLY = "nfvi-node: Nova's server groups know compute hosts and nothing else; a zone is a VDU's availability_zone"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AffinityGroup:
    """VDU instances that run on the same host, or on different ones.

    Nova puts a server into its group when it makes it, and changes neither that nor a group's policy: where one of them
    changes, the instances are replaced, which needs `nfv_allow_delete`.
    """

    name: str = attribute("Its name in this document.", NAME)
    policy: str | None = attribute(
        "On the same host, or on different ones; soft: as far as it goes. Needed unless `existing` is given.",
        Choice(POLICIES),
        default=None,
    )
    existing: str | None = attribute(
        "Id of a server group that is there; never made, never deleted.", Text(), default=None
    )
    scope: str = attribute("What is shared or kept apart.", Text(pattern="nfvi-node", wanted=HOSTS_ONLY), default="nfvi-node")
    vim: str | None = attribute("The VIM it is made on; left out: the default one.", NAME, default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AddressPair:
    """An address that an interface may use beside its own."""

    SHORTHAND: ClassVar[str] = "ip_address"

    ip_address: str = attribute("An address, or a subnet.", Address(prefix=True))
    mac_address: str | None = attribute("Its MAC address; left out: the interface's.", Mac(), default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FloatingIp:
    """A floating IP for each instance's interface."""

    SHORTHAND: ClassVar[str] = "pool"
    SWITCH: ClassVar[bool] = True

    pool: str | None = attribute(
        "Name or id of the external network it is taken from; left out: the only one.", Text(), default=None
    )
    address: str | None = attribute(
        "One that the project has already, instead of a new one; never released.", Address(), default=None
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subport:
    """A VLAN of an interface: what the guest sends with its tag goes to a virtual link of its own (a subport of a trunk).

    The guest makes the VLAN interface itself. Unless port security is off, it has the port's MAC address there: give the same
    `mac_addresses` to both where the guest's VLAN interface takes that of the card.
    """

    name: str = attribute("Its name, unique in its interface.", NAME)
    virtual_link: str = attribute("The virtual link it is on: `data` of the NS, or `web/internal` of a VNF.", REFERENCE)
    segmentation_id: int = attribute("The VLAN id that the guest uses.", Integer(1, 4094))
    ip_addresses: tuple[str, ...] = attribute(
        "Fixed IP addresses, one per instance; more are for scaling out.", ListOf(Address()), default=()
    )
    mac_addresses: tuple[str, ...] = attribute(
        "MAC addresses, one per instance; more are for scaling out.", ListOf(Mac()), default=()
    )
    port_security: bool | None = attribute(
        "Whether the VIM filters its traffic; left out: as the network says.", Boolean(), default=None
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface of each instance of a VDU. The guest sees them in the order of the list."""

    name: str = attribute("Its name in this document.", NAME)
    virtual_link: str = attribute("The virtual link it is on: `data` of the NS, or `web/internal` of a VNF.", REFERENCE)
    position: int | None = attribute(
        "Its place in the guest's order, the first is 1; interfaces without one fill the gaps.",
        Integer(1, 255),
        default=None,
    )
    ip_addresses: tuple[str, ...] = attribute(
        "Fixed IP addresses, one per instance; more are for scaling out.", ListOf(Address()), default=()
    )
    mac_addresses: tuple[str, ...] = attribute(
        "MAC addresses, one per instance; more are for scaling out.", ListOf(Mac()), default=()
    )
    type: str = attribute(
        "virtio, e1000, paravirt: on a virtual switch, of the model that the image says (hw_vif_model; e1000 needs it); "
        "sr-iov: a virtual function; pci-passthrough: a whole card.",
        Choice(INTERFACE_TYPES),
        default="virtio",
    )
    vpci: str | None = attribute(
        "The guest's PCI address. Nova takes no such wish: it is put into the server's metadata for the guest to find, as "
        "`nfv.mano.vpci.` and the interface's name.", PciAddress(), default=None
    )
    port_security: bool | None = attribute(
        "Whether the VIM filters its traffic; left out: as the network says.", Boolean(), default=None
    )
    security_groups: tuple[str, ...] | None = attribute(
        "Names or ids of security groups; left out: the project's default, an empty list: none.",
        ListOf(Text(), most=100),
        default=None,
    )
    allowed_address_pairs: tuple[AddressPair, ...] = attribute(
        "Addresses it may use beside its own.", ListOf(Struct(AddressPair), most=100), default=()
    )
    floating_ip: FloatingIp | None = attribute(
        "true, the name of an external network, or a mapping: a floating IP.", Struct(FloatingIp), default=None
    )
    virtual_ips: tuple[str, ...] = attribute(
        "Virtual IPs of its virtual link that its instances share: their addresses are allowed beside its own.",
        ListOf(NAME, single=True, most=100),
        default=(),
    )
    management: bool = attribute("Whether the VNF is managed through it; at most one per VDU.", Boolean(), default=False)
    qos_policy: str | None = attribute("Name or id of a QoS policy.", Text(), default=None)
    subports: tuple[Subport, ...] = attribute(
        "VLANs of a guest that tags its traffic itself: the interface is a trunk's parent port then.",
        ListOf(Struct(Subport), by="name", most=4094),
        default=(),
    )
    written: int | None = dataclasses.field(default=None, repr=False, compare=False)


def subport_interface(interface: Interface, subport: Subport) -> Interface:
    """A subport as the interface that its port is like, called ``eth1:red``."""
    return Interface(name=f"{interface.name}:{subport.name}", virtual_link=subport.virtual_link,
                     ip_addresses=subport.ip_addresses, mac_addresses=subport.mac_addresses,
                     port_security=subport.port_security)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VirtualIp:
    """An address that instances share, as VRRP moves it from one to another.

    It is a port of its own that no server is on. The interfaces that name it in `virtual_ips` may use its address beside their
    own: it is put into their allowed address pairs.
    """

    name: str = attribute("Its name in this document.", NAME)
    virtual_link: str = attribute("The virtual link it is on: `data` of the NS, or `web/internal` of a VNF.", REFERENCE)
    ip_address: str | None = attribute("The address; left out: one that is free.", Address(), default=None)
    floating_ip: FloatingIp | None = attribute(
        "true, the name of an external network, or a mapping: a floating IP for it.", Struct(FloatingIp), default=None
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of each instance of a VDU that outlives its server's disk."""

    name: str = attribute("Its name in this document.", NAME)
    size_gib: int | None = attribute("Needed unless `existing` is given.", Integer(1, 1_048_576), default=None, unit="GiB")
    boot: bool = attribute("The instance boots from it; it is filled from the VDU's image.", Boolean(), default=False)
    keep: bool = attribute("It stays when the instance is deleted.", Boolean(), default=False)
    existing: tuple[str, ...] = attribute(
        "Ids of volumes that are there, one per instance or more for scaling (one for all when `multiattach`).",
        ListOf(Text(), single=True),
        default=(),
    )
    type: str | None = attribute(
        "The volume type; left out: the VIM's default, or one with multi-attach when `multiattach`.", Text(), default=None
    )
    availability_zone: str | None = attribute(
        "The zone of the block storage that it is made in; left out: as the VIM does.", Text(), default=None
    )
    multiattach: bool = attribute("All instances share it.", Boolean(), default=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CloudInit:
    """User data of each instance: a Jinja2 template, as a file or as text."""

    file: str | None = attribute("A file beside the document; either this or `text`.", FileName(), default=None)
    text: str | None = attribute(
        "The template itself; either this or `file`.", Text(longest=1_048_576, multiline=True), default=None
    )
    params: dict[str, Any] = attribute("Variables of the template.", Free(), default={})
    secret_params: dict[str, Any] = attribute(
        "Variables that are shown and stored nowhere.", Free(secret=True), default={}
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vdu:
    """A kind of virtual machine, and how many of it."""

    name: str = attribute("Its name, unique in its VNF.", NAME)
    description: str = attribute("What it is for.", Text(shortest=0), default="")
    vim: str | None = attribute("The VIM it runs on; left out: the VNF's.", NAME, default=None)
    count: int = attribute("How many instances.", INSTANCES, default=1)
    min_count: int = attribute("How many it must have at least.", INSTANCES, default=0)
    max_count: int | None = attribute("How many it may have at most.", INSTANCES, default=None)
    image: Image = attribute("A name, or a mapping: the image it boots.", Struct(Image))
    flavor: Flavor = attribute("A name, or a mapping: its size.", Struct(Flavor))
    affinity_groups: tuple[str, ...] = attribute(
        "The group its instances are in; Nova takes one.", ListOf(NAME, single=True), default=(), key="affinity_group"
    )
    interfaces: tuple[Interface, ...] = attribute(
        "Its network interfaces, at least one.", ListOf(Struct(Interface), by="name", most=255)
    )
    volumes: tuple[Volume, ...] = attribute("Its volumes.", ListOf(Struct(Volume), by="name", most=128), default=())
    cloud_init: CloudInit | None = attribute("Its user data.", Struct(CloudInit), default=None)
    ssh_keys: tuple[str, ...] = attribute(
        "Public keys that may log in, beside the VNF's and the NS's.", ListOf(SshKey(), most=100), default=()
    )
    ssh_access: SshAccess | None = attribute(
        "true, the name of a user, or a mapping: the NS's own key pair may log in.", Struct(SshAccess), default=None
    )
    metadata: dict[str, str] = attribute(
        "Metadata of its servers.", MapOf(Text(shortest=0), keys=METADATA_KEY, most=100), default={}
    )
    tags: tuple[str, ...] = attribute("Tags of its servers.", ListOf(TAG, most=40), default=())
    availability_zone: str | None = attribute("Where it runs; left out: the VIM's.", Text(), default=None)
    host: str | None = attribute("The one host it runs on; choosing it takes more than a project member.", Text(), default=None)
    config_drive: bool | None = attribute(
        "Whether user data also comes as a drive; left out: as the VIM does.", Boolean(), default=None
    )
    protected: bool = attribute(
        "Its instances are not deleted or replaced by scale, or by another document; heal and terminate, which are asked for "
        "by name, do.", Boolean(), default=False
    )
    depends_on: tuple[str, ...] = attribute(
        "VDUs that must be there before it: `back` of the same VNF, or `db/main`.", ListOf(REFERENCE), default=()
    )
    ready: Ready | None = attribute(
        "What must answer on each instance, or pass, before it counts as up; left out: ACTIVE is enough.", Struct(Ready),
        default=None,
    )
    drain: Drain | None = attribute(
        "The path of a task file, or a mapping: run before its instances are stopped gracefully.", Struct(Drain), default=None
    )
    own: Mapping[int, Mapping[str, Any]] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def variants(self, indexes: Iterable[int]) -> Iterator[tuple[Vdu, list[int]]]:
        """The VDU with those of the indexes that are as it says, and as it is for those with values of their own (``own``).

        The first is always there; equal values are the same object in ``own``.
        """
        plain: list[int] = []
        others: dict[int, tuple[Mapping[str, Any], list[int]]] = {}
        for index in indexes:
            values = self.own.get(index)
            (plain if values is None else others.setdefault(id(values), (values, []))[1]).append(index)
        yield self, plain
        for values, some in others.values():
            yield dataclasses.replace(self, **values), some


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vnf:
    """A virtual network function: VDUs, and the virtual links inside."""

    name: str = attribute("Its name, unique in the NS (the member VNF index).", NAME)
    instance_name: str | None = attribute(INSTANCE_NAME, Text(), default=None)
    description: str = attribute("What it does.", DESCRIPTION, default="")
    vim: str | None = attribute("The VIM it runs on; left out: the default one.", NAME, default=None)
    vnfd: Vnfd | None = attribute("Where it came from.", Struct(Vnfd), default=None)
    metadata: dict[str, Any] = attribute(METADATA, Free(), default={})
    extensions: dict[str, Any] = attribute(EXTENSIONS, Free(), default={})
    configurable_properties: dict[str, Any] = attribute(PROPERTIES, Free(), default={})
    virtual_links: tuple[VirtualLink, ...] = attribute(
        "Virtual links inside, called `vnf/name` elsewhere.", ListOf(Struct(VirtualLink), by="name"), default=()
    )
    vdus: tuple[Vdu, ...] = attribute("Its virtual machines.", ListOf(Struct(Vdu), by="name"), default=())
    scaling_aspects: tuple[ScalingAspect, ...] = attribute(
        "What it may be scaled by, a step at a time.", ListOf(Struct(ScalingAspect), by="name", most=100), default=()
    )
    instantiation_levels: tuple[InstantiationLevel, ...] = attribute(
        "Sizes that it may be scaled to by name.", ListOf(Struct(InstantiationLevel), by="name", most=100), default=()
    )
    ssh_keys: tuple[str, ...] = attribute("Public keys for all its VDUs.", ListOf(SshKey(), most=100), default=())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NetworkService:
    """A network service: VNFs, and the virtual links between them."""

    name: str = attribute("Its name.", NAME)
    instance_name: str | None = attribute(INSTANCE_NAME, Text(), default=None)
    description: str = attribute("What it does.", DESCRIPTION, default="")
    metadata: dict[str, Any] = attribute(METADATA, Free(), default={})
    extensions: dict[str, Any] = attribute(EXTENSIONS, Free(), default={})
    configurable_properties: dict[str, Any] = attribute(PROPERTIES, Free(), default={})
    vims: dict[str, Vim] = attribute(
        "The clouds it runs on, by a name of your own; one called `default`, or the only one, is the default.",
        MapOf(Struct(Vim)),
        default={"default": Vim()},
    )
    routers: tuple[Router, ...] = attribute(
        "Routers to external networks.", ListOf(Struct(Router), by="name"), default=()
    )
    virtual_links: tuple[VirtualLink, ...] = attribute(
        "Networks between VNFs, and to the outside.", ListOf(Struct(VirtualLink), by="name"), default=()
    )
    virtual_ips: tuple[VirtualIp, ...] = attribute(
        "Addresses that VDUs share.", ListOf(Struct(VirtualIp), by="name"), default=()
    )
    affinity_groups: tuple[AffinityGroup, ...] = attribute(
        "Which VDUs run together, or apart.", ListOf(Struct(AffinityGroup), by="name"), default=()
    )
    vnfs: tuple[Vnf, ...] = attribute("Its network functions.", ListOf(Struct(Vnf), by="name"), default=())
    ssh_keys: tuple[str, ...] = attribute("Public keys for all its VDUs.", ListOf(SshKey(), most=100), default=())
    links: dict[str, VirtualLink] = dataclasses.field(init=False, repr=False, compare=False)
    networks: dict[str, VirtualLink] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        links = {link.name: link for link in self.virtual_links or () if link}
        for vnf in filter(None, self.vnfs or ()):
            links.update((f"{vnf.name}/{link.name}", link) for link in vnf.virtual_links or () if link)
        object.__setattr__(self, "links", links)
        object.__setattr__(self, "networks", networks(links))

    def link_key(self, ref: str, vnf: Vnf | None = None) -> str:
        """The key in the NS (``data``, ``web/internal``) of the virtual link that ``ref`` names.

        A name without a slash is the NS's virtual link, or else one inside ``vnf``. Raises KeyError when there is none.
        """
        inside = f"{vnf.name}/{ref}" if vnf is not None else ref
        key = ref if ref in self.links else inside
        if key not in self.links:
            raise KeyError(ref)
        return key

    def virtual_link(self, ref: str, vnf: Vnf | None = None) -> tuple[str, VirtualLink]:
        """The network of the virtual link that ``ref`` names, with its key: one with a ``common_id`` is that of them all."""
        key = self.link_key(ref, vnf)
        key = network_key(key, self.links[key])
        return key, self.networks[key]
