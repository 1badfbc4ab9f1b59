# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection asks of a VIM. One class per VIM type implements it; nothing else talks to a cloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ansible_collections.nfv.mano.plugins.module_utils.vim.model import (
    Binding,
    Flavor,
    FloatingIp,
    Image,
    Network,
    Port,
    Query,
    Quota,
    Router,
    Server,
    ServerGroup,
    State,
    Subnet,
    Trunk,
    Volume,
    VolumeSnapshot,
)


class Vim(Protocol):
    """One VIM with one login. Every method raises :class:`VimError`; each is one call unless it says otherwise.

    Specs are mappings in the words of design.md's document (``size_gib``, ``ram_mib``), with ``mark`` the owner mark.
    """

    name: str
    #: Seconds after which a call counts as lost; the adoption window is reckoned from it.
    call_timeout: float

    def read(self, query: Query) -> State:
        """All that the query asks, in bulk."""

    def quotas(self, volumes: bool = False) -> dict[str, Quota]:
        """Quotas of the project by name: instances, cores, ram (MiB), port, network, subnet ... (members may); those of
        volumes only where they are asked for."""

    def find_marked(self, kind: str, mark: str, ns_id: str) -> Sequence[
            Server | Port | Network | Router | FloatingIp | Trunk | ServerGroup | Volume | Image | VolumeSnapshot]:
        """Resources of a kind ('server', 'port', 'net', 'router', 'floating_ip', 'trunk', 'flavor', 'server_group', 'volume',
        'image', 'volume_snapshot') that carry exactly this mark."""

    def create_network(self, spec: dict[str, Any]) -> Network:
        """A network without subnets: name, mark, mtu, port_security, provider (mapping)."""

    def create_subnets(self, network_id: str, specs: Sequence[dict[str, Any]]) -> list[Subnet]:
        """Subnets of one network in one bulk call, all or none."""

    def update_network(self, network_id: str, changes: dict[str, Any]) -> None:
        """Change a network's attributes."""

    def update_subnet(self, subnet_id: str, changes: dict[str, Any]) -> None:
        """Change a subnet's attributes."""

    def delete_subnet(self, subnet_id: str) -> None:
        """Delete a subnet; an absent one is fine."""

    def delete_network(self, network_id: str) -> None:
        """Delete a network with its subnets; an absent one is fine."""

    def create_ports(self, specs: Sequence[dict[str, Any]]) -> list[Port]:
        """Ports in one bulk call, all or none, in the order of the specs."""

    def port_bindings(self, port_ids: Iterable[str]) -> dict[str, Binding]:
        """Where ports are bound, by id; those that are not there are left out. Takes an administrator."""

    def update_port(self, port_id: str, changes: dict[str, Any]) -> Port:
        """Change a port's attributes."""

    def bound_ports(self, port_ids: Iterable[str]) -> set[str]:
        """Those of the ports that are on a server: in bulk, 100 a call."""

    def delete_port(self, port_id: str) -> None:
        """Delete a port; an absent one is fine."""

    def create_trunk(self, spec: dict[str, Any]) -> Trunk:
        """A trunk on a port that no server is on: name, mark, port_id, subports (VLAN ids by port id)."""

    def add_subports(self, trunk_id: str, subports: dict[str, int]) -> None:
        """Put ports on a trunk; those that are on it are fine (a call more then)."""

    def remove_subports(self, trunk_id: str, port_ids: Iterable[str]) -> None:
        """Take ports off a trunk; those that are not on it are fine (a call for each then), and so is an absent trunk."""

    def delete_trunk(self, trunk_id: str) -> None:
        """Delete a trunk, which leaves its ports; an absent one is fine."""

    def create_router(self, spec: dict[str, Any]) -> Router:
        """A router without interfaces: name, mark, external_network_id."""

    def update_router(self, router_id: str, changes: dict[str, Any]) -> Router:
        """Change a router's name or external_network_id; the answer is without interfaces."""

    def add_router_interface(self, router_id: str, subnet_id: str, privileged: bool) -> None:
        """Connect a subnet by its gateway's address; one that is connected is fine (a call more then)."""

    def remove_router_interface(self, router_id: str, subnet_id: str) -> None:
        """Take a subnet off a router; one that is not on it is fine."""

    def delete_router(self, router_id: str) -> None:
        """Delete a router without interfaces; an absent one is fine."""

    def create_floating_ip(self, spec: dict[str, Any]) -> FloatingIp:
        """Allocate a floating IP of an external network for a port: mark, network_id, port_id."""

    def associate_floating_ip(self, floating_ip_id: str, port_id: str | None) -> None:
        """Give a floating IP to a port, whoever had it before; None: to none. An absent one is fine for None."""

    def release_floating_ip(self, floating_ip_id: str) -> None:
        """Give a floating IP back to its pool; an absent one is fine."""

    def create_flavor(self, spec: dict[str, Any]) -> Flavor:
        """A private flavor that nobody can use yet; by another name where its own is taken (then more than one call)."""

    def complete_flavor(self, flavor_id: str, spec: dict[str, Any]) -> None:
        """Give a flavor its extra specs, and the project access to it (two calls); it may have both already."""

    def flavor_in_use(self, flavor_id: str) -> bool:
        """Whether a server of any project uses the flavor."""

    def delete_flavor(self, flavor_id: str) -> None:
        """Delete a flavor; an absent one is fine."""

    def create_server_group(self, spec: dict[str, Any]) -> ServerGroup:
        """An empty server group: policy, and its mark as its name."""

    def get_server_group(self, group_id: str) -> ServerGroup | None:
        """A server group with its members, None where there is none."""

    def delete_server_group(self, group_id: str) -> None:
        """Delete a server group; an absent one is fine."""

    def create_server(self, spec: dict[str, Any]) -> tuple[str, str]:
        """Ask for a server; returns its id, long before it is ACTIVE, and the id of the request, which the VIM's logs know."""

    def get_server(self, server_id: str) -> Server | None:
        """A server with its fault, None where there is none."""

    def server_ids(self, ns_id: str, statuses: Iterable[str] = ()) -> set[str]:
        """Ids of the NS's servers, of these statuses where given: one paged list without details."""

    def servers(self, ns_id: str) -> list[Server]:
        """The NS's servers in detail: one paged list."""

    def server_action(self, server_id: str, action: str) -> str:
        """'start', 'stop', 'pause', 'unpause', 'suspend', 'resume', 'reboot-soft' or 'reboot-hard'; returns the id of the
        request, by which the server's own log of actions knows it."""

    def action_error(self, server_id: str, request_id: str) -> str | None:
        """Why an action failed, by the server's own log of actions; None where it did not, or is still under way."""

    def resize_server(self, server_id: str, flavor_id: str) -> str:
        """Ask for another flavor: the server ends in VERIFY_RESIZE; the id of the request, as of an action."""

    def confirm_resize(self, server_id: str) -> str:
        """Ask to let the old flavor go."""

    def revert_resize(self, server_id: str) -> str:
        """Ask for the old flavor back."""

    def rebuild_server(self, server_id: str, image_id: str, **user_data: str | None) -> str:
        """Ask for a fresh root disk from an image; ``user_data`` left out stays, None takes it away."""

    def console_url(self, server_id: str, kind: str) -> str:
        """The URL of a server's console: 'novnc', 'spice-html5', 'serial' or 'mks'. It lets whoever has it in, for a while."""

    def move_server(self, server_id: str, way: str, host: str | None) -> str:
        """Ask for another compute host: 'live', 'cold' (ends in VERIFY_RESIZE) or 'evacuate' (its host is down); None: the
        scheduler chooses. The id of the request, as of an action."""

    def move_error(self, server_id: str, request_id: str) -> str | None:
        """Why a server is not on another host, by its log of actions and its migrations; None where neither tells."""

    def disable_host(self, service_id: str, reason: str) -> None:
        """Put no new servers onto a compute host."""

    def attach_interface(self, server_id: str, port_id: str) -> None:
        """Attach a port to a server, and wait for it; one that is attached already is fine (two calls after a failure)."""

    def detach_interface(self, server_id: str, port_id: str) -> str:
        """Ask to detach a port; one that is not attached is fine. The id of the request, as of an action."""

    def update_server(self, server_id: str, changes: dict[str, Any]) -> None:
        """Name, description, metadata (set), metadata_gone (keys), tags (the whole list): a call for each that is there."""

    def delete_server(self, server_id: str) -> None:
        """Ask for a server's end; an absent one is fine."""

    def create_volume(self, spec: dict[str, Any]) -> Volume:
        """Ask for a volume (size_gib, type, availability_zone, image_id or snapshot_id), long before it is available."""

    def volumes(self, ns_id: str) -> list[Volume]:
        """The volumes that carry a mark of the NS: one paged list."""

    def get_volume(self, volume_id: str) -> Volume | None:
        """A volume, None where there is none."""

    def volume_fault(self, volume_id: str) -> str:
        """What the VIM tells of a volume's last failure, empty where it tells nothing."""

    def extend_volume(self, volume_id: str, size_gib: int, attached: bool) -> None:
        """Ask for more room in a volume."""

    def delete_volume(self, volume_id: str) -> None:
        """Ask for a volume's end; an absent one is fine."""

    def attach_volume(self, server_id: str, volume_id: str) -> None:
        """Ask for a volume to be attached to a server."""

    def detach_volume(self, server_id: str, volume_id: str) -> None:
        """Ask for a volume to be detached from a server; one that is not attached is fine."""

    def mark_volume(self, volume_id: str, mark: str) -> None:
        """Give a volume another owner mark; an absent one is fine."""

    def revert_volume(self, volume_id: str, snapshot_id: str) -> str:
        """Ask for a volume that is on no server to be put back to its latest snapshot; the id of the request."""

    def create_server_image(self, server_id: str, spec: dict[str, Any]) -> str:
        """Ask for an image of a server (name, mark): its id, long before it is active. Of a server that boots from a volume it
        is empty, and stands for snapshots of all its volumes, which are made within the call and carry no mark."""

    def get_image(self, image_id: str) -> Image | None:
        """An image, None where there is none."""

    def server_images(self, ns_id: str) -> list[Image]:
        """The images of servers that carry a mark of the NS: one paged list."""

    def delete_image(self, image_id: str) -> None:
        """Delete an image; an absent one is fine."""

    def create_volume_snapshot(self, spec: dict[str, Any]) -> VolumeSnapshot:
        """Ask for a snapshot of a volume, also of one that is attached: volume_id, name, mark."""

    def mark_volume_snapshot(self, snapshot_id: str, mark: str, ns_id: str) -> None:
        """Give a snapshot its owner mark."""

    def volume_snapshots(self) -> list[VolumeSnapshot]:
        """All snapshots of volumes: one paged list."""

    def get_volume_snapshot(self, snapshot_id: str) -> VolumeSnapshot | None:
        """A snapshot of a volume, None where there is none."""

    def delete_volume_snapshot(self, snapshot_id: str) -> None:
        """Ask for a snapshot's end; an absent one is fine."""

    def abort(self) -> None:
        """End every wait between two tries of a call: the operation is being stopped."""
