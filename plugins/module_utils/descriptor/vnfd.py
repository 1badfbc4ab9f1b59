# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of an NS: its VNFD as a VNF of the network-service document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import hardware, known_hardware, known_params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_vnfd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.boot import boot_data, properties, ssh_access
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.groups import groups, local_rule, membership
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.interface import Connection, Connections, interfaces
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of, protocol_data, put_type, settings, told
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.scaling import Scaling
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id, chosen
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

#: What nothing acts on yet, kept as it stands.
_KEPT, _KEPT_OF_VDU = ("monitoring-parameter", "healing-aspect"), ("monitoring-parameter", "alarm")


class Member:
    """One member of an NS, as it is read from its VNFD."""

    def __init__(
        self, index: str, descriptor: str, vnfd: Node, params: Params, files: Mapping[str, str], vim: str | None = None,
        profile: str | None = None,
    ) -> None:
        self.index = index
        self.profile = profile or index
        self.name = name_of(index)
        self.descriptor = descriptor
        self.vnfd = vnfd
        self.params = params
        self.files = files
        self.vim = vim
        self.used_files: dict[str, str] = {}
        self.groups: list[dict[str, Any]] = []
        self.vdu_ids: set[str] = set()
        self.counts: dict[str, int] = {}
        self.limits: dict[str, dict[str, int]] = {}
        self.group_of: dict[str, str] = {}
        self.access: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}
        self.properties: dict[str, Any] = {}
        self.ext_cpds: set[str] = set()
        self.settings = params.members.get(index) or params.members.get(self.profile)
        # Addresses and volumes of one member are not those of another
        self.alone = index == self.profile or index in params.members
        self.images = by_id(vnfd.nodes("sw-image-desc"))
        self.computes = by_id(vnfd.nodes("virtual-compute-desc"))
        self.storages = by_id(vnfd.nodes("virtual-storage-desc"))

    def read(
        self, outside: Mapping[str, Connection], flavour: str | None, level: str | None = None, group: str | None = None
    ) -> dict[str, Any]:
        """The VNF.

        :param outside: by ext-cpd, the NS's virtual link that it is on.
        :param flavour: the df; by default the first.
        :param level: the instantiation level that is begun with; by default that of the df.
        :param group: the affinity group of VDUs that are in none.
        """
        vnfd, mine = self.vnfd, self.settings
        named = mine.text("vnf-flavour-id") if mine else None
        df = chosen(vnfd.nodes("df"), named or flavour, vnfd, "df")
        there = by_id(vnfd.nodes("vdu"))
        self.vdu_ids = set(there)
        asked_level = mine.text("instantiation-level-id") if mine else None
        begin = self.begin(df, asked_level or level)
        connections = Connections(self.name, vnfd, outside)
        self.ext_cpds = connections.names
        if df:
            self.keep(df, _KEPT, self.kept)
            self.profiles(df)
            self.level(df, begin)
            self.access = ssh_access(df, vnfd.text("id"), self.vdu_ids)
        links = self.links(connections, df)
        physical = {name for name, vdu in there.items() if self.is_physical(name, vdu, connections)}
        scaling = Scaling(self.vdu_ids, df, begin, physical, self.limits)
        scaled = scaling.read()
        if scaling.policies:
            self.kept["scaling-policy"] = scaling.policies
        asked = by_id(mine.nodes("vdu")) if mine else {}
        vdus = [self.vdu(name, vdu, group, connections, asked.get(name)) for name, vdu in there.items()
                if name not in physical]
        connections.check_used()
        for name, node in asked.items():
            self.known_vdu(node, "id", name)
            node.close(known_params.VDU)
        return {**self.described(), **({"virtual_links": links} if links else {}), "vdus": vdus, **scaled, **self.end(df)}

    def described(self) -> dict[str, Any]:
        """Its name, where it is from and where it goes."""
        found: dict[str, Any] = {"name": self.name}
        instance_name = self.settings.text("vnf-instance-name") if self.settings else None
        if instance_name:
            found["instance_name"] = instance_name
        found.update(told(self.vnfd))
        if self.vim:
            found["vim"] = self.vim
        vnfd = self.vnfd
        origin = {
            "id": vnfd.text("id"),
            "provider": vnfd.text("provider"),
            "product_name": vnfd.text("product-name"),
            "software_version": vnfd.text("software-version"),
            "version": vnfd.text("version"),
        }
        found["vnfd"] = {key: value[:255] for key, value in origin.items() if value}
        return found

    def end(self, df: Node | None) -> dict[str, Any]:
        """What is kept, and everything that is left to be told."""
        self.keep(self.vnfd, _KEPT, self.kept)
        found: dict[str, Any] = {}
        of_vnf = {**properties(self.vnfd), **self.properties}
        keys = self.settings.texts("ssh-keys") if self.settings else []
        kept = {"sol006": self.kept} if self.kept else {}
        for key, value in (("metadata", kept), ("configurable_properties", of_vnf), ("ssh_keys", keys)):
            if value:
                found[key] = value
        if self.settings:
            self.settings.close(known_params.MEMBER)
        if df:
            df.close(known.VNF_DF)
        self.vnfd.close(known.VNFD)
        for nodes, section in ((self.images, known_hardware.IMAGE), (self.computes, known_hardware.COMPUTE),
                               (self.storages, known_hardware.STORAGE)):
            for node in nodes.values():
                node.close(section)
        there = {group["name"] for group in self.groups}
        for (member, name), path in self.params.group_paths.items():
            if member == self.index and name_of(f"{self.name}-{name_of(name)}") not in there:
                self.params.notes.problem(path, f"{show(name)} is no affinity-or-anti-affinity-group of {self.index}")
        return found

    def keep(self, node: Node, keys: tuple[str, ...], kept: dict[str, Any]) -> None:
        """Keep what nothing acts on yet; closing the node tells of it."""
        kept.update({key: node.values[key] for key in keys if node.values.get(key) is not None})

    def is_physical(self, name: str, vdu: Node, connections: Connections) -> bool:
        """Whether a VDU is a machine that is there (a PDU): then it is left out."""
        if vdu.text("pdu-type") is None:
            return False
        vdu.notes.leave(vdu.path, "a physical unit is none that a VIM makes")
        connections.used.update((name, cpd) for cpd in by_id(vdu.nodes("int-cpd")))
        return True

    def begin(self, df: Node | None, asked: str | None) -> str | None:
        """The instantiation level that is begun with."""
        levels = df.nodes("instantiation-level") if df else []
        if df is None or not (levels or asked):
            return None
        default = df.text("default-instantiation-level")
        level = chosen(levels, asked or default, df, "instantiation-level" if asked else "default-instantiation-level")
        return level.text("id") if level else None

    def profiles(self, df: Node) -> None:
        """What the vdu-profiles say of numbers and affinity groups."""
        in_groups = groups(df, f"{self.name}-")
        self.groups = [{**group, **({"vim": self.vim} if self.vim else {})} for group in in_groups.values() if group]
        for name, group in in_groups.items():
            existing = self.params.groups.get((self.index, name))
            if existing and group:
                for one in self.groups:
                    if one["name"] == group["name"]:
                        one["existing"] = existing
        for profile in df.nodes("vdu-profile"):
            name = profile.text("id", required=True) or ""
            least, most = profile.whole("min-number-of-instances"), profile.whole("max-number-of-instances")
            limits = {"min_count": least, "max_count": most}
            self.limits[name] = {key: value for key, value in limits.items() if value is not None}
            if least is not None:
                self.counts[name] = least
            mine = in_groups.get(membership(profile, in_groups) or "")
            local = local_rule(profile, f"{self.name}-{name}-local")
            if mine:
                self.group_of[name] = str(mine["name"])
                if local:
                    profile.notes.leave(profile.at("local-affinity-or-anti-affinity-rule"), "Nova takes one group for a server")
            elif local:
                self.group_of[name] = str(local["name"])
                self.groups.append({**local, **({"vim": self.vim} if self.vim else {})})
            self.known_vdu(profile, "id", name)
            profile.close(known.VDU_PROFILE)

    def level(self, df: Node, begin: str | None) -> None:
        """The numbers of instances that an instantiation level says."""
        for level in df.nodes("instantiation-level"):
            if begin is None or level.text("id") != begin:
                continue
            for entry in level.nodes("vdu-level"):
                number, vdu = entry.whole("number-of-instances"), entry.text("vdu-id", required=True)
                self.known_vdu(entry, "vdu-id", vdu)
                if vdu:
                    self.counts[vdu] = 1 if number is None else number

    def known_vdu(self, node: Node, key: str, name: str | None) -> None:
        """Report a reference to a VDU that is not there."""
        if name and name not in self.vdu_ids:
            node.notes.problem(node.at(key), f"{show(name)} is no VDU here: {nearest(name, self.vdu_ids)}")

    def links(self, connections: Connections, df: Node | None) -> list[dict[str, Any]]:
        """The virtual links inside; one that an ext-cpd ties to the NS's is that one, and not made."""
        asked = by_id(self.settings.nodes("internal-vld"), "name") if self.settings else {}
        there = by_id(self.vnfd.nodes("int-virtual-link-desc"))
        data = {}
        for profile in df.nodes("virtual-link-profile") if df else ():
            name = profile.text("id", required=True)
            if name is not None and name not in there:
                profile.notes.problem(profile.at("id"), f"{show(name)} is no int-virtual-link-desc: {nearest(name, there)}")
            data[name] = protocol_data(profile)
            profile.close(known.LINK_PROFILE)
        found = []
        for name, node in there.items():
            connections.inside.add(name)
            link: dict[str, Any] = {"name": name_of(name), **told(node), **protocol_data(node), **data.get(name, {})}
            put_type(link, node)
            node.close(known.LINK)
            if name in asked:
                settings(link, asked[name], self.vim)
                connections.addresses_inside(name, asked[name])
                asked[name].close(known_params.LINK)
            if name not in connections.tied:
                found.append(link)
        for name, node in asked.items():
            if name not in there:
                node.notes.problem(node.at("name"), f"{show(name)} is no virtual link here: {nearest(name, there)}")
        return found

    def vdu(
        self, name: str, vdu: Node, group: str | None, connections: Connections, asked: Node | None
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name_of(name), **told(vdu)}
        count = asked.whole("count") if asked else None
        found["count"] = count = self.counts.get(name, 1) if count is None else count
        found["image"] = hardware.image(vdu, self.images, self.storages)
        found["flavor"], volumes = hardware.flavor(vdu, self.computes, self.storages)
        hardware.check_image(vdu, self.images, found["flavor"], volumes)
        named = [asked.text(key) for key in ("vim-flavor-id", "vim-flavor-name", "vim-flavor")] if asked else []
        found["flavor"] = next(filter(None, named), found["flavor"])
        if name in self.group_of or group:
            found["affinity_group"] = [self.group_of.get(name) or group]
        found["interfaces"] = interfaces(name, vdu, count, connections, asked, self.alone)
        if volumes or asked:
            volumes = hardware.existing(volumes, asked, self.alone)
        if volumes:
            found["volumes"] = volumes
        managed = any(one.get("management") for one in found["interfaces"])
        access = self.access.get(name) or (self.access.get(self.vnfd.text("id") or "") if managed else None)
        if access:
            found["ssh_access"] = access
        data, files = boot_data(vdu, self.descriptor, self.files, self.params.template_values(self.index, self.profile, name))
        found.update(data)
        self.used_files.update({path: self.files[path] for path in files})
        self.kept_of(name, vdu)
        vdu.close(known.VDU)
        if asked:
            for key, value in (("ssh_keys", asked.texts("ssh-keys")), ("availability_zone", asked.text("availability-zone"))):
                if value:
                    found[key] = value
        return {**found, **self.limits.get(name, {})}

    def kept_of(self, name: str, vdu: Node) -> None:
        """Keep what nothing acts on yet of a VDU."""
        kept: dict[str, Any] = {}
        self.keep(vdu, _KEPT_OF_VDU, kept)
        if kept:
            self.kept.setdefault("vdu", {})[name_of(name)] = kept
        mine = properties(vdu)
        if mine:
            self.properties[name_of(name)] = mine
