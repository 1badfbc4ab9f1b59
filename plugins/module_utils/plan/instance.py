# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One VDU instance: what its ports and its server are asked for with, and what the record keeps of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.plan import vnic
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Live, Resource, short
from ansible_collections.nfv.mano.plugins.module_utils.plan.volume import Reversal, Wanted
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Interface, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import VPCI_KEY, mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Port, Server


class Shared(NamedTuple):
    """What all instances of one VDU have in common. ``ns_name`` is what the network service is called;
    ``ports`` are its interfaces, and behind them their subports as interfaces;
    ``nets`` are record keys, in the order of those;
    ``security_groups`` and ``qos_policies`` are ids by interface name; makers are ids of tasks; no ``image_id`` where a volume
    is booted from."""

    ns_id: str
    ns_name: str
    path: str
    vnf: Vnf
    vdu: Vdu
    vim: str
    live: Live
    image_id: str | None
    image: str
    flavor: dict[str, Any]
    ports: tuple[Interface, ...]
    nets: tuple[str, ...]
    security_groups: dict[str, tuple[str, ...]]
    zone: str | None
    net_makers: tuple[str, ...]
    server_makers: tuple[str, ...]
    detail: str
    group: Resource | None = None
    volumes: tuple[Wanted, ...] = ()
    qos_policies: dict[str, str] = {}  # noqa: RUF012
    metadata: dict[str, str] = {}  # noqa: RUF012
    #: Interface name -> virtual IPs by record key with their addresses (None: a task finds them).
    virtual_ips: dict[str, dict[str, tuple[str, ...] | None]] = {}  # noqa: RUF012


class Instance(NamedTuple):
    """One VDU instance (a VNFC): ``key`` is ``vnf/vdu/index``, ``status`` the wanted one of its server."""

    shared: Shared
    index: int
    key: str
    user_data: str | None
    status: str = 'ACTIVE'
    #: False: what its user data is, is not known here.
    rendered: bool = True
    #: Its user data as it is compared, where that is not what it is made with: the number of instances is no part of it.
    compared: str | None = None
    #: Volumes by name that come back to a snapshot.
    reverts: Mapping[str, Reversal] = {}  # noqa: RUF012

    @property
    def name(self) -> str:
        """The server's name: NS[:16]-VNF[:16]-VDU[:32]-index."""
        return server_name(self.shared.ns_name, self.shared.vnf, self.shared.vdu, self.index)

    def mark(self, task: str) -> str:
        """The owner mark of something of this instance."""
        return mark(self.shared.ns_id, self.key, task)

    def known_ports(self, record: Resource, but: Collection[str] = ()) -> dict[str, dict[str, Any]]:
        """Interface name -> the record's entry of its port, of those that are in the VIM: recorded, or found by mark.

        :param but: ids of ports whose attributes are not yet what the document says.
        """
        live = self.shared.live
        if not live.ports:
            return {}
        recorded = record.get('ports', {})
        known = {}
        for interface, net in zip(self.shared.ports, self.shared.nets):
            name = interface.name
            old = recorded.get(name) or {}
            if old.get('net', net) != net:
                continue
            port = (live.ports.get(old.get('id', ''))
                    or next(iter(live.marked_ports.get(self.mark(f'port.{name}'), ())), None))
            if port is not None:
                known[name] = port_entry(port, net, old.get('given', ()) if port.id in but else given(interface))
        return known

    def missing_ports(self, record: Resource) -> tuple[int, ...]:
        """Places of the interfaces and subports whose port is not in the VIM."""
        known = self.known_ports(record)
        return tuple(place for place, interface in enumerate(self.shared.ports) if interface.name not in known)

    def stale_ports(self, record: Resource) -> dict[str, str]:
        """Interface name -> id of recorded ports that the target has no use for: gone interfaces, other networks."""
        wanted = {interface.name: net for interface, net in zip(self.shared.ports, self.shared.nets)}
        return {name: port['id'] for name, port in record.get('ports', {}).items()
                if wanted.get(name) != port['net']}

    def port_spec(self, place: int, resources: dict[str, Resource]) -> dict[str, Any]:
        """What the port of one interface is made with; ``resources`` has its network's id by now."""
        interface: Interface = self.shared.ports[place]
        spec: dict[str, Any] = {
            'ns_id': self.shared.ns_id, 'name': f'{self.name}-{interface.name.replace(":", "-")}', 'interface': interface.name,
            'mark': self.mark(f'port.{interface.name}'), 'net': self.shared.nets[place],
            'network_id': resources[self.shared.nets[place]]['id'], 'vnic_type': vnic.VNIC_TYPES.get(interface.type),
            'port_security': interface.port_security, 'qos_policy_id': self.shared.qos_policies.get(interface.name),
            'given': given(interface)}
        if interface.security_groups is not None:
            spec['security_groups'] = list(self.shared.security_groups[interface.name])
        if interface.ip_addresses:
            spec['fixed_ips'] = [(None, interface.ip_addresses[self.index])]
        if interface.mac_addresses:
            spec['mac_address'] = interface.mac_addresses[self.index]
        pairs = address_pairs(interface, self.shared.virtual_ips.get(interface.name, {}), resources)
        if pairs:
            spec['address_pairs'] = pairs
        return spec

    def volume_spec(self, place: int) -> dict[str, Any]:
        """What one volume of the VDU is made with for this instance."""
        wanted = self.shared.volumes[place]
        name = wanted.asked.name
        spec = {**wanted.spec(self.shared.ns_id, f'{self.name}-{name}', self.mark(f'volume.{name}')), 'volume': name}
        if name in self.reverts:
            # Type and zone are those of the volume that the snapshot is of
            spec.update(snapshot_id=self.reverts[name].snapshot_id, image_id=None, type=None, availability_zone=None)
        return spec

    def existing_volume(self, wanted: Wanted) -> str | None:
        """The id that the document gives for this instance: one each, or one for all; None where it gives none."""
        existing = wanted.asked.existing
        return existing[0 if wanted.asked.multiattach else self.index] if existing else None

    def server_spec(self, resources: dict[str, Resource]) -> dict[str, Any]:
        """What the server is made with; ``resources`` has the ids of its ports and its flavor by now."""
        shared, vdu = self.shared, self.shared.vdu
        made = resources[f'vdu:{self.key}']
        ports = made['ports']
        return {'ns_id': shared.ns_id, 'name': self.name, 'mark': self.mark('server'), 'image_id': shared.image_id,
                'flavor_id': shared.flavor['id'] or resources[shared.flavor['key']]['id'],
                'group_id': shared.group and (shared.group['id'] or resources[shared.group['key']]['id']),
                'ports': [ports[interface.name]['id'] for interface in vdu.interfaces],
                'volumes': [{'id': made['volumes'][one.asked.name]['id'], 'boot': one.asked.boot} for one in shared.volumes],
                'metadata': shared.metadata, 'tags': vdu.tags, 'description': vdu.description,
                'availability_zone': shared.zone, 'config_drive': vdu.config_drive, 'user_data': self.user_data}


def server_name(called: str, vnf: Vnf, vdu: Vdu, index: int) -> str:
    """A server's name; ``called`` is what the network service is called."""
    return f'{short((called, 16), (vnf.instance_name or vnf.name, 16), (vdu.name, 32))}-{index}'


def address_pairs(interface: Interface, shared: Mapping[str, tuple[str, ...] | None],
                  resources: Mapping[str, Resource]) -> list[tuple[str, str | None]]:
    """The (address, MAC) pairs of an interface, with those of the virtual IPs that it shares: ``resources`` has them by now."""
    pairs: list[tuple[str, str | None]] = [(pair.ip_address, pair.mac_address) for pair in interface.allowed_address_pairs]
    there = {address for address, _mac in pairs}
    for item, known in shared.items():
        addresses = known or [one for port in resources[item]['ports'].values() for one in port['ip_addresses']]
        pairs += [(address, None) for address in addresses if address not in there]
    return pairs


def user_data_hash(instance: Instance) -> str | None:
    """What the record keeps of rendered user data: enough to see a change, nothing to read a secret from."""
    if instance.user_data is None:
        return None
    text = instance.user_data if instance.compared is None else instance.compared
    salted = f'{instance.shared.ns_id}\n{instance.key}\n{text}'
    return hashlib.sha256(salted.encode()).hexdigest()


def given(interface: Interface) -> list[str]:
    """Which attributes of a port the document gives: what the record keeps so that one that is given no more is put back."""
    return [name for name in ('port_security', 'security_groups', 'qos_policy') if getattr(interface, name) is not None]


def port_entry(port: Port, net: str, given_names: Sequence[str] = ()) -> dict[str, Any]:
    """The record's entry of a port."""
    # A card that is passed through gives the port its own address, once the server is on a host
    mac_address = None if port.vnic_type == 'direct-physical' else port.mac_address
    made = {'id': port.id, 'net': net, 'network_id': port.network_id, 'mac_address': mac_address,
            'ip_addresses': [address for _subnet, address in port.fixed_ips]}
    if given_names:
        made['given'] = list(given_names)
    return made


def trunk_entries(instance: Instance, ports: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The record's entries of the trunks that ports are the parents of, by interface."""
    known = instance.shared.live.ports
    return {name: {'id': known[port['id']].trunk.id} for name, port in ports.items()
            if port['id'] in known and known[port['id']].trunk is not None}


def metadata(vdu: Vdu) -> dict[str, str]:
    """The metadata of a VDU's servers: the document's, and the PCI addresses that are asked for, told to the guest."""
    return {**vdu.metadata, **{f'{VPCI_KEY}{one.name}': one.vpci for one in vdu.interfaces if one.vpci is not None}}


def seen(server: Server) -> Resource:
    """What the record keeps of what the VIM says of a server."""
    return {'id': server.id, 'name': server.name, 'status': server.status, 'host_id': server.host_id,
            'addresses': list(server.addresses), 'image_id': server.image_id,
            'flavor': server.flavor.get('original_name', '')}


def written(instance: Instance) -> Resource:
    """What the record keeps of what the document says of the server's own attributes: theirs and nobody else's."""
    return {'metadata': dict(instance.shared.metadata), 'tags': list(instance.shared.vdu.tags),
            'management': management(instance)}


def management(instance: Instance) -> str | None:
    """The interface that the instance is managed through."""
    return next((one.name for one in instance.shared.vdu.interfaces if one.management), None)


def booted(instance: Instance) -> Resource:
    """What the record keeps of what a server was booted with."""
    hashed = {'user_data_hash': user_data_hash(instance)} if instance.rendered else {}
    return {'image': instance.shared.image, 'rebuilding': None, **hashed}


def entry(instance: Instance, record: Resource, server: Server, known: Resource | None = None) -> Resource:
    """The record's entry of an instance whose server is there and as the document says.

    :param known: its ports that are in the VIM, where the caller has them already.
    """
    kept = {'user_data_hash': record['user_data_hash']} if 'user_data_hash' in record else {}
    ports = (instance.known_ports(record) if known is None else known) or record.get('ports', {})
    trunks = trunk_entries(instance, ports)
    return {'vim': instance.shared.vim, **seen(server), 'flavor_key': instance.shared.flavor['key'], **kept, **booted(instance),
            'server_group': instance.shared.group and instance.shared.group['key'], **written(instance),
            'ports': ports, **({'trunks': trunks} if trunks or 'trunks' in record else {})}


def settled(instance: Instance, record: Resource, server: Server) -> Resource:
    """The record's entry of an instance in the middle of its tasks: only what the VIM says, where more is known already."""
    unknown = {} if record.keys() >= {'image', 'metadata', 'ports'} else entry(instance, record, server)
    return {**{key: value for key, value in unknown.items() if key not in record}, **seen(server)}
