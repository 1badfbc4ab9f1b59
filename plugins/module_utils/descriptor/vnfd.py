# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of an NS: its VNFD as a VNF of the network-service document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import hardware
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.interface import Connection, Connections, interfaces
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import (
    LINK_QUIET,
    name_of,
    protocol_data,
    put_type,
    settings,
)
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import cloud_init_file, missing_file
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.scaling import Scaling
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id, chosen
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_POLICIES = {"AFFINITY": "affinity", "ANTI-AFFINITY": "anti-affinity"}
_LATER = (
    "vnf-configuration", "lcm-operations-configuration", "monitoring-parameter", "kdu", "k8s-cluster", "healing-aspect",
    "auto-scale", "configurable-properties", "element-group", "security-group-rule", "indicator",
)
_QUIET = ("id", "version", "vnfm-info", "localization-language", "default-localization-language", "product-info-name",
          "product-info-description", "short-name", "vendor", "logo")
_DF_LATER = ("healing-aspect", "auto-scale", "monitoring-parameter",
             "supported-operation", "element-group", "virtual-link-profile", "deployable-module")
_VDU_LATER = ("monitoring-parameter", "alarm", "vdu-configuration", "nfvi-constraint", "configurable-properties",
              "pdu-type", "boot-order", "volumes", "interface")

_IMAGE_QUIET = ("name", "image", "version", "container-format", "disk-format", "size", "min-disk", "min-ram",
                "operating-system", "supported-virtualization-environment")


class Member:
    """One member of an NS, as it is read from its VNFD."""

    def __init__(self, index: str, descriptor: str, vnfd: Node, params: Params, files: Mapping[str, str]) -> None:
        self.index = index
        self.name = name_of(index)
        self.descriptor = descriptor
        self.vnfd = vnfd
        self.params = params
        self.files = files
        self.used_files: dict[str, str] = {}
        self.groups: list[dict[str, Any]] = []
        self.vdu_ids: set[str] = set()
        self.access: dict[str, Any] = {}
        self.limits: dict[str, dict[str, int]] = {}
        self.ext_cpds: set[str] = set()
        self.settings = params.members.get(index)
        self.images = by_id(vnfd.nodes("sw-image-desc"))
        self.computes = by_id(vnfd.nodes("virtual-compute-desc"))
        self.storages = by_id(vnfd.nodes("virtual-storage-desc"))

    def read(self, outside: Mapping[str, Connection], flavour: str | None) -> dict[str, Any]:
        """The VNF. ``outside``: by ext-cpd, the NS's virtual link that it is on."""
        vnfd = self.vnfd
        df = chosen(vnfd.nodes("df"), flavour, vnfd, "df")
        there = by_id(vnfd.nodes("vdu"))
        self.vdu_ids = set(there)
        counts, groups = self.levels(df)
        scaling = Scaling(self.vdu_ids, df)
        connections = Connections(self.name, vnfd, outside)
        self.ext_cpds = connections.names
        links = self.links(connections)
        asked = by_id(self.settings.nodes("vdu")) if self.settings else {}
        vdus = [
            {**self.vdu(name, vdu, counts.get(name, 1), groups.get(name, []), connections, asked.get(name)),
             **self.limits.get(name, {})}
            for name, vdu in there.items()
        ]
        connections.check_used()
        for name, node in asked.items():
            self.known_vdu(node, "id", name)
        vnf: dict[str, Any] = {"name": self.name}
        description = vnfd.text("description")
        if description:
            vnf["description"] = description.replace("\n", " ").strip()[:255]
        vnf["vnfd"] = self.identity()
        if links:
            vnf["virtual_links"] = links
        vnf["vdus"] = vdus
        vnf.update(scaling.read())
        if self.settings:
            self.params.without_vim(self.settings)
            self.settings.close()
        if df:
            df.close(later=_DF_LATER, quiet=("id", "description", "default-instantiation-level"))
        vnfd.close(later=_LATER, quiet=_QUIET)
        for node in self.images.values():
            node.close(later=("vim-type",), quiet=_IMAGE_QUIET)
        return vnf

    def identity(self) -> dict[str, str]:
        vnfd = self.vnfd
        told = {
            "id": vnfd.text("id"),
            "provider": vnfd.text("provider"),
            "product_name": vnfd.text("product-name"),
            "software_version": vnfd.text("software-version"),
            "version": vnfd.text("version"),
        }
        return {key: value[:255] for key, value in told.items() if value}

    def levels(self, df: Node | None) -> tuple[dict[str, int], dict[str, list[str]]]:
        """How many instances of each VDU there are, and its affinity groups."""
        counts: dict[str, int] = {}
        groups: dict[str, list[str]] = {}
        if df is None:
            return counts, groups
        for profile in df.nodes("vdu-profile"):
            name = profile.text("id", required=True) or ""
            least, most = profile.whole("min-number-of-instances"), profile.whole("max-number-of-instances")
            limits = {"min_count": least, "max_count": most}
            self.limits[name] = {key: value for key, value in limits.items() if value is not None}
            if least is not None:
                counts[name] = least
            for group in profile.nodes("affinity-or-anti-affinity-group"):
                groups.setdefault(name, []).append(f"{self.name}-{name_of(group.text('id', required=True) or '')}")
            self.known_vdu(profile, "id", name)
            profile.close()
        levels = df.nodes("instantiation-level")
        if levels:
            level = chosen(levels, df.text("default-instantiation-level"), df, "default-instantiation-level")
            for entry in level.nodes("vdu-level") if level else ():
                number = entry.whole("number-of-instances")
                vdu = entry.text("vdu-id", required=True)
                self.known_vdu(entry, "vdu-id", vdu)
                if number is not None and vdu:
                    counts[vdu] = number
        self.affinity(df)
        self.access = self.ssh_access(df)
        return counts, groups

    def known_vdu(self, node: Node, key: str, name: str | None) -> None:
        """Report a reference to a VDU that is not there."""
        if name and name not in self.vdu_ids:
            node.notes.problem(node.at(key), f"{show(name)} is no VDU here: {nearest(name, self.vdu_ids)}")

    def affinity(self, df: Node) -> None:
        for group in df.nodes("affinity-or-anti-affinity-group"):
            name = group.text("id", required=True) or ""
            policy = group.choice("type", _POLICIES)
            found = {"name": f"{self.name}-{name_of(name)}", "policy": policy}
            scope = group.text("scope")
            if scope:
                found["scope"] = scope
            self.groups.append(found)
            group.close()

    def ssh_access(self, df: Node) -> dict[str, Any]:
        """Where the NS's key pair may log in, by the id of a VDU, or of the VNFD for those that it is managed through."""
        found: dict[str, Any] = {}
        settings = df.node("lcm-operations-configuration")
        operate = settings.node("operate-vnf-op-config") if settings else None
        for entry in operate.nodes("day1-2") if operate else ():
            name = entry.text("id", required=True)
            access = entry.node("config-access")
            ssh = access.node("ssh-access") if access else None
            if ssh and ssh.flag("required") and name:
                found[name] = ssh.text("default-user") or True
                if name not in self.vdu_ids and name != self.vnfd.text("id"):
                    entry.notes.warn(entry.at("id"), f"{show(name)} is no VDU here: its ssh-access is left out")
            entry.close(later=entry.values)
        for node in filter(None, (operate, settings)):
            node.close(later=node.values)
        return found

    def links(self, connections: Connections) -> list[dict[str, Any]]:
        """The virtual links inside; one that an ext-cpd ties to the NS's is that one, and not made."""
        asked = by_id(self.settings.nodes("internal-vld"), "name") if self.settings else {}
        found = []
        there = by_id(self.vnfd.nodes("int-virtual-link-desc"))
        for name, node in there.items():
            connections.inside.add(name)
            link: dict[str, Any] = {"name": name_of(name)}
            description = node.text("description")
            if description:
                link["description"] = description[:255]
            subnets = protocol_data(node)
            if subnets:
                link["subnets"] = subnets
            put_type(link, node)
            node.close(later=("virtual-link-protocol", "flavour", "virtual-link-profile"), quiet=LINK_QUIET)
            if name in asked:
                settings(link, asked[name])
                connections.addresses_inside(name, asked[name])
                asked[name].close()
            if name not in connections.tied:
                found.append(link)
        for name, node in asked.items():
            if name not in there:
                node.notes.problem(node.at("name"), f"{show(name)} is no virtual link here: {nearest(name, there)}")
        return found

    def vdu(
        self, name: str, vdu: Node, count: int, groups: list[str], connections: Connections, asked: Node | None
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name_of(name)}
        description = vdu.text("description")
        if description:
            found["description"] = description.replace("\n", " ").strip()[:255]
        found["count"] = count
        found["image"] = hardware.image(vdu, self.images)
        found["flavor"], volumes = hardware.flavor(vdu, self.computes, self.storages)
        named = (asked.text("vim-flavor-id") or asked.text("vim-flavor-name")) if asked else None
        if named:
            found["flavor"] = named
        if groups:
            found["affinity_group"] = groups
        found["interfaces"] = interfaces(name, vdu, count, connections, asked)
        if volumes:
            found["volumes"] = volumes
        managed = any(one.get("management") for one in found["interfaces"])
        access = self.access.get(name) or (self.access.get(self.vnfd.text("id") or "") if managed else None)
        if access:
            found["ssh_access"] = access
        self.boot_data(name, vdu, found)
        vdu.close(later=_VDU_LATER, quiet=("name",))
        if asked:
            asked.close(later=("volume", "vim-flavor", "ssh-keys", "config-units"))
        return found

    def boot_data(self, name: str, vdu: Node, found: dict[str, Any]) -> None:
        file, text = vdu.text("cloud-init-file"), vdu.text("cloud-init")
        cloud_init: dict[str, Any] = {}
        if file:
            path = cloud_init_file(self.files, self.descriptor, file)
            if path is None:
                vdu.notes.problem(vdu.at("cloud-init-file"), missing_file(self.descriptor, file))
            else:
                cloud_init = {"file": path}
                self.used_files[path] = self.files[path]
        elif text:
            cloud_init = {"text": text}
        if cloud_init:
            values = self.params.template_values(self.index, name)
            if values:
                cloud_init["params"] = values
            found["cloud_init"] = cloud_init
        boot = vdu.node("supplemental-boot-data")
        if boot:
            drive = boot.flag("boot-data-drive")
            if drive is not None:
                found["config_drive"] = drive
            boot.close()
