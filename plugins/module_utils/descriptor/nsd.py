# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An NSD with its VNFDs and instantiation parameters as a network-service document."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.interface import Connection
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import (
    LINK_QUIET,
    finish,
    name_of,
    protocol_data,
    put_type,
    settings,
)
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import descriptors
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, by_id, chosen
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.vnfd import Member
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import DescriptorError
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_LATER = (
    "ns-configuration", "vnffgd", "scaling-aspect", "monitored-info", "pnfd-id", "nested-nsd-id", "sapd",
    "auto-scaling-policy", "connection-point", "configuration", "ns-instantiation-level",
)
_QUIET = ("version", "designer", "vnfd-id", "nsd-invariant-id", "short-name", "vendor", "logo", "id")
_DF_LATER = (
    "scaling-aspect", "ns-instantiation-level", "nsr-profile", "affinity-or-anti-affinity-group", "pnf-profile",
    "dependencies", "default-ns-instantiation-level-id",
)
_PROFILE_LATER = (
    "affinity-or-anti-affinity-group", "local-affinity-or-anti-affinity-rule", "instantiation-level",
    "max-number-of-instances",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """A network-service document (not loaded yet), the files that it names, and what of the packages is not in it."""

    document: dict[str, Any]
    files: dict[str, str]
    warnings: list[str]


def to_document(files: Mapping[str, str], params: Mapping[str, Any] | None = None) -> Result:
    """What the SOL006 packages in ``files`` (relative path -> text) ask for, with instantiation parameters in OSM's style.

    Pure. Raises DescriptorError with every mistake, each as ``file:path`` and value.
    """
    notes = Notes()
    found = descriptors(files, notes)
    if notes.problems:
        raise DescriptorError(notes.problems)
    reader = _Reader(files, Params(params, notes), notes)
    reader.vnfds(found["vnfd"])
    nsd = reader.choose(found["nsd"])
    document = reader.read(nsd) if nsd else {}
    # A VNFD that several members use is read for each of them; what is wrong with it is told once.
    if notes.problems:
        raise DescriptorError(dict.fromkeys(notes.problems))
    return Result(document, reader.used_files, list(dict.fromkeys(notes.warnings)))


class _Reader:
    """One reading of an NSD."""

    def __init__(self, files: Mapping[str, str], params: Params, notes: Notes) -> None:
        self.files = files
        self.params = params
        self.notes = notes
        self.used_files: dict[str, str] = {}
        self.packages: dict[str, tuple[str, Any]] = {}

    def vnfds(self, found: list[tuple[str, Node]]) -> None:
        for file, node in found:
            name = node.text("id", required=True)
            if name in self.packages:
                self.notes.problem(node.at("id"), f"{show(name)} is there already, in {self.packages[name][0]}")
            elif name is not None:
                self.packages[name] = (file, node.values)

    def choose(self, found: list[tuple[str, Node]]) -> Node | None:
        """The NSD: the only one, or the one that the parameters name."""
        wanted = self.params.nsd_id
        named = {node.text("id", required=True) or "": node for _file, node in found}
        if wanted is not None and wanted in named:
            return named[wanted]
        if not found:
            self.notes.problem("descriptor", "there is no NSD: a YAML file with nsd at its top")
        elif wanted is not None:
            self.notes.problem("params:nsd-id", f"{show(wanted)} is no NSD here: {nearest(wanted, named)}")
        elif len(found) > 1:
            self.notes.problem("descriptor", f"there are {len(found)} NSDs: name one with nsd_id: {nearest('', named)}")
        else:
            return found[0][1]
        return None

    def read(self, nsd: Node) -> dict[str, Any]:
        params = self.params
        name = params.name or nsd.text("name") or nsd.text("id", required=True) or ""
        description = params.description or nsd.text("description")
        df = chosen(nsd.nodes("df"), params.flavour, nsd, "df")
        links = self.links(nsd, df)
        profiles = by_id(df.nodes("vnf-profile")) if df else {}
        members = [self.member(index, profile, df, links) for index, profile in profiles.items()]
        nsd.text("name")
        nsd.close(later=_LATER, quiet=_QUIET)
        if df:
            df.close(later=_DF_LATER, quiet=("id", "flavour-key", "virtual-link-profile", "description"))
        read = [member for member in members if member]
        params.check_known(set(links), {**dict.fromkeys(profiles, set()), **{item.index: item.vdu_ids for item, _vnf in read}})
        vnfs = [vnf for _item, vnf in read]
        inside = [(f"{vnf['name']}/{link['name']}", link) for vnf in vnfs for link in vnf.get("virtual_links", ())]
        finish([(link["name"], link) for link in links.values()] + inside, self.notes)
        document: dict[str, Any] = {"name": name_of(name)}
        if description:
            document["description"] = description.replace("\n", " ").strip()[:255]
        groups = [group for item, _vnf in read for group in item.groups]
        for key, value in (
            ("vims", params.vims),
            ("virtual_links", list(links.values())),
            ("affinity_groups", groups),
            ("vnfs", vnfs),
            ("ssh_keys", params.ssh_keys),
        ):
            if value:
                document[key] = value
        return document

    def links(self, nsd: Node, df: Node | None) -> dict[str, dict[str, Any]]:
        """The NS's virtual links by their ids."""
        found: dict[str, dict[str, Any]] = {}
        for name, node in by_id(nsd.nodes("virtual-link-desc")).items():
            link: dict[str, Any] = {"name": name_of(name)}
            description = node.text("description")
            if description:
                link["description"] = description.replace("\n", " ").strip()[:255]
            if node.flag("mgmt-network"):
                link["management"] = True
            put_type(link, node)
            settings(link, node)
            node.close(later=("df", "security", "test-access"), quiet=("name", *LINK_QUIET))
            found[name] = link
        for profile in df.nodes("virtual-link-profile") if df else ():
            desc = profile.text("virtual-link-desc-id", required=True)
            subnets = protocol_data(profile)
            profile.close(later=("local-affinity-or-anti-affinity-rule",),
                          quiet=("id", "flavour-id", "max-bitrate-requirements", "min-bitrate-requirements"))
            if desc in found and subnets:
                found[desc]["subnets"] = subnets
            elif desc is not None and desc not in found:
                self.no_link(profile.at("virtual-link-desc-id"), desc, found)
        for name, link in found.items():
            asked = self.params.links.get(name)
            if asked:
                settings(link, asked)
                asked.close(quiet=("vnfd-connection-point-ref",))
        return found

    def no_link(self, path: str, name: str, links: Mapping[str, Any]) -> None:
        self.notes.problem(path, f"{show(name)} is no virtual-link-desc: {nearest(name, links)}")

    def member(
        self, index: str, profile: Node, df: Node | None, links: Mapping[str, dict[str, Any]]
    ) -> tuple[Member, dict[str, Any]] | None:
        vnfd_id = profile.text("vnfd-id", required=True)
        flavour = profile.text("flavour-id") or profile.text("vnf-df")
        outside, places = self.outside(index, profile, df, links)
        least = profile.whole("min-number-of-instances")
        if least is not None and least > 1:
            self.notes.warn(profile.at("min-number-of-instances"), f"{least} members of one profile are left out: one is made")
        profile.close(later=_PROFILE_LATER)
        if vnfd_id is None:
            return None
        if vnfd_id not in self.packages:
            self.notes.problem(profile.at("vnfd-id"), f"{show(vnfd_id)} is in no package: {nearest(vnfd_id, self.packages)}")
            return None
        file, values = self.packages[vnfd_id]
        member = Member(index, file, Node(values, f"{file}:vnfd", self.notes), self.params, self.files)
        vnf = member.read(outside, flavour)
        for cpd, place in places.items():
            if cpd not in member.ext_cpds:
                self.notes.problem(place, f"{show(cpd)} is no ext-cpd of {vnfd_id}: {nearest(cpd, member.ext_cpds)}")
        self.used_files.update(member.used_files)
        return member, vnf

    def outside(
        self, index: str, profile: Node, df: Node | None, links: Mapping[str, dict[str, Any]]
    ) -> tuple[dict[str, Connection], dict[str, str]]:
        """By ext-cpd of the member, the virtual link that it is connected to, and where that is said."""
        renamed = {
            node.text("id"): node.text("virtual-link-desc-id") for node in (df.nodes("virtual-link-profile") if df else ())
        }
        asked = self.addresses(index)
        found: dict[str, Connection] = {}
        places: dict[str, str] = {}
        for entry in profile.nodes("virtual-link-connectivity"):
            name = entry.text("virtual-link-profile-id", required=True)
            name = renamed.get(name) or name
            if name is not None and name not in links:
                self.no_link(entry.at("virtual-link-profile-id"), name, links)
            for point in entry.nodes("constituent-cpd-id"):
                cpd = point.text("constituent-cpd-id", required=True)
                owner = point.text("constituent-base-element-id")
                if owner is not None and owner != index:
                    self.notes.problem(point.at("constituent-base-element-id"), f"{show(owner)} is not this member, {index}")
                address = asked.get((name, cpd)) or point.text("ip-address")
                if cpd is not None and name is not None and name in links:
                    found[cpd] = Connection(links[name]["name"], address)
                    places[cpd] = point.at("constituent-cpd-id")
                point.close()
            entry.close()
        return found, places

    def addresses(self, index: str) -> dict[tuple[str | None, str | None], str]:
        """Addresses that instantiation parameters give to the member's connection points, by virtual link and ext-cpd."""
        found: dict[tuple[str | None, str | None], str] = {}
        for name, node in self.params.links.items():
            for point in node.nodes("vnfd-connection-point-ref"):
                address = point.text("ip-address")
                if point.text("member-vnf-index-ref", required=True) == index and address:
                    found[(name, point.text("vnfd-connection-point-ref", required=True))] = address
        return found
