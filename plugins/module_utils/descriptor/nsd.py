# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An NSD with its VNFDs and instantiation parameters as a network-service document."""

from __future__ import annotations

import dataclasses
import posixpath
import re
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_nsd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.groups import groups, local_rule, membership
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.interface import Connection
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import finish, name_of, told
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.nslevels import numbers
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.nslinks import Links
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import descriptors
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, by_id, chosen, few
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.vnfd import Member
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import DescriptorError
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, nearest, show

_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """A network-service document (not loaded yet), the files that it names, and what of the packages is not in it.

    ``left_out``: the path of each such thing, and why; ``notes``: what was decided besides; ``warnings``: both, in their order.
    """

    document: dict[str, Any]
    files: dict[str, str]
    warnings: list[str]
    left_out: list[Problem]
    notes: list[str]


def to_document(files: Mapping[str, str], params: Mapping[str, Any] | None = None, vims: Collection[str] = ()) -> Result:
    """What the SOL006 packages in ``files`` (relative path -> text) ask for, with instantiation parameters in OSM's style.

    Pure. Raises DescriptorError with every mistake, each as ``file:path`` and value.

    :param vims: names of VIMs whose clouds are known.
    """
    notes = Notes()
    found = descriptors(files, notes)
    if notes.problems:
        raise DescriptorError(few(notes.problems))
    reader = Reader(files, Params(params, notes, vims), notes)
    reader.vnfds(found["vnfd"])
    nsd = reader.choose(found["nsd"])
    document = reader.read(nsd) if nsd else {}
    # A VNFD that several members use is read for each of them; what is wrong with it is told once.
    if notes.problems:
        raise DescriptorError(few(notes.problems))
    warnings, left = list(dict.fromkeys(notes.warnings)), list(dict.fromkeys(notes.left))
    return Result(document, reader.used_files, warnings, left, list(dict.fromkeys(notes.notes)))


class Reader:
    """One reading of an NSD."""

    def __init__(self, files: Mapping[str, str], params: Params, notes: Notes) -> None:
        self.files = files
        self.params = params
        self.notes = notes
        self.used_files: dict[str, str] = {}
        self.packages: dict[str, tuple[str, Node]] = {}
        self.folders: dict[str, str] = {}
        self.groups: list[dict[str, Any]] = []

    def vnfds(self, found: list[tuple[str, Node]]) -> None:
        """Keep the VNFDs, by their ids and by the names of their packages."""
        for file, node in found:
            name = node.text("id", required=True)
            if name in self.packages:
                self.notes.problem(node.at("id"), f"{show(name)} is there already, in {self.packages[name][0]}")
            elif name is not None:
                self.packages[name] = (file, node)
                self.folders.setdefault(posixpath.basename(posixpath.dirname(file)), name)

    def choose(self, found: list[tuple[str, Node]]) -> Node | None:
        """The NSD: the only one, or the one that the parameters name."""
        wanted = self.params.nsd_id
        named = {node.text("id", required=True) or "": node for _file, node in found}
        if wanted is not None and wanted in named:
            return named[wanted]
        if wanted is not None and _UUID.fullmatch(wanted):
            self.notes.leave("params:nsd-id", "an id of OSM's own catalog means nothing here")
            wanted = None
        if not found:
            there = f"; there are VNFDs: {', '.join(sorted(self.packages))}" if self.packages else ""
            self.notes.problem("descriptor", f"there is no NSD: a YAML file with nsd at its top{there}")
        elif wanted is not None:
            self.notes.problem("params:nsd-id", f"{show(wanted)} is no NSD here: {nearest(wanted, named)}")
        elif len(found) > 1:
            self.notes.problem("descriptor", f"there are {len(found)} NSDs: name one with nsd_id: {nearest('', named)}")
        else:
            return found[0][1]
        return None

    def read(self, nsd: Node) -> dict[str, Any]:
        """The document of an NSD."""
        params = self.params
        name = params.name or nsd.text("name") or nsd.text("id", required=True) or ""
        description = told(params.node, "ns-description") or told(nsd)
        df = chosen(nsd.nodes("df"), params.flavour, nsd, "df")
        links = Links(nsd, df, params)
        profiles = by_id(df.nodes("vnf-profile")) if df else {}
        counts = numbers(df, profiles, params) if df else {}
        in_groups = groups(df) if df else {}
        self.used_links(counts, profiles, links)
        read = {index: [one for number in range(counts.get(index, 1))
                        if (one := self.member(index, number, profile, links, in_groups, counts.get(index, 1)))]
                for index, profile in profiles.items()}
        if df:
            self.dependencies(df, profiles, read)
            df.close(known.DF)
        self.needed(nsd)
        nsd.text("name")
        nsd.close(known.NSD)
        members = [one for some in read.values() for one in some]
        vdus_of: dict[str, set[str]] = {**dict.fromkeys(profiles, set()), **{item.index: item.vdu_ids for item, _vnf in members}}
        params.check_known(links.names(), vdus_of)
        vnfs = [vnf for _item, vnf in members]
        virtual_links = links.all()
        inside = [(f"{vnf['name']}/{link['name']}", link) for vnf in vnfs for link in vnf.get("virtual_links", ())]
        finish([(link["name"], link) for link in virtual_links] + inside, self.notes)
        used = {group for vnf in vnfs for vdu in vnf["vdus"] for group in vdu.get("affinity_group", ())}
        document: dict[str, Any] = {"name": name_of(name), **description}
        for key, value in (
            ("vims", params.all_vims()),
            ("virtual_links", virtual_links),
            ("affinity_groups", [group for group in self.groups if group["name"] in used]),
            ("vnfs", vnfs),
            ("ssh_keys", params.ssh_keys),
        ):
            if value:
                document[key] = value
        return document

    def needed(self, nsd: Node) -> None:
        """Tell of VNFDs that the NSD lists and that are in no package; a member of one is a mistake anyway."""
        for name in nsd.texts("vnfd-id"):
            if name not in self.packages and name not in self.folders:
                self.notes.warn(nsd.at("vnfd-id"), f"{show(name)} is in no package: {nearest(name, self.packages)}")

    def used_links(self, counts: Mapping[str, int], profiles: Mapping[str, Node], links: Links) -> None:
        for index, profile in profiles.items():
            for entry in profile.nodes("virtual-link-connectivity"):
                name = links.named(entry, "virtual-link-profile-id")
                for number in range(counts.get(index, 1)) if name else ():
                    links.use(str(name), self.params.place(_numbered(index, number), index))

    def member(
        self, profile_id: str, number: int, profile: Node, links: Links, in_groups: Mapping[str, dict[str, Any]], count: int
    ) -> tuple[Member, dict[str, Any]] | None:
        index = _numbered(profile_id, number)
        vim = self.params.place(index, profile_id)
        vnfd_id = profile.text("vnfd-id", required=True)
        flavour = profile.text("flavour-id") or profile.text("vnf-df")
        level = profile.text("instantiation-level")
        outside, places = self.outside(profile_id, index, profile, links, vim)
        local = local_rule(profile, f"{profile_id}-local") if count > 1 else None
        if count <= 1 and profile.get("local-affinity-or-anti-affinity-rule") is not None:
            self.notes.leave(profile.at("local-affinity-or-anti-affinity-rule"), "there is one VNF of this profile")
        group = in_groups.get(membership(profile, in_groups) or "") or local
        profile.close(known.VNF_PROFILE)
        package = self.package(profile, vnfd_id)
        if package is None:
            return None
        file, vnfd = package
        member = Member(index, file, Node(vnfd.values, vnfd.path, self.notes), self.params, self.files, vim, profile_id)
        vnf = member.read(outside, flavour, level, self.grouped(group, vim))
        for cpd, place in places.items():
            if cpd not in member.ext_cpds:
                self.notes.problem(place, f"{show(cpd)} is no ext-cpd of {vnfd_id}: {nearest(cpd, member.ext_cpds)}")
        self.used_files.update(member.used_files)
        self.groups += member.groups
        return member, vnf

    def package(self, profile: Node, vnfd_id: str | None) -> tuple[str, Node] | None:
        """The VNFD of a vnf-profile: the one of that id, or else of the package of that name."""
        if vnfd_id is None:
            return None
        if vnfd_id in self.packages:
            return self.packages[vnfd_id]
        if vnfd_id in self.folders:
            there = self.folders[vnfd_id]
            self.notes.warn(profile.at("vnfd-id"), f"{show(vnfd_id)} is no VNFD's id, but its package's name: {there} is taken")
            return self.packages[there]
        self.notes.problem(profile.at("vnfd-id"), f"{show(vnfd_id)} is in no package: {nearest(vnfd_id, self.packages)}")
        return None

    def grouped(self, group: Mapping[str, Any] | None, vim: str | None) -> str | None:
        """The name of an NS's affinity group on a VIM, put among the document's."""
        if not group:
            return None
        found = {**group, **({"vim": vim} if vim else {})}
        if vim is not None and vim != self.params.vim:
            found["name"] = name_of(f"{group['name']}-{vim}")
        if found not in self.groups:
            self.groups.append(found)
        return str(found["name"])

    def outside(
        self, profile_id: str, index: str, profile: Node, links: Links, vim: str | None
    ) -> tuple[dict[str, Connection], dict[str, str]]:
        """By ext-cpd of the member, the virtual link that it is connected to, and where that is said."""
        asked = self.addresses(index, links)
        found: dict[str, Connection] = {}
        places: dict[str, str] = {}
        for entry in profile.nodes("virtual-link-connectivity"):
            name = links.named(entry, "virtual-link-profile-id")
            for point in entry.nodes("constituent-cpd-id"):
                cpd = point.text("constituent-cpd-id", required=True)
                owner = point.text("constituent-base-element-id")
                if owner is not None and owner != profile_id:
                    path = point.at("constituent-base-element-id")
                    self.notes.problem(path, f"{show(owner)} is not this member, {profile_id}")
                fixed = point.addresses("ip-address") if index == profile_id else []
                addresses = asked.get((name, cpd)) or fixed
                point.close(known.CONSTITUENT)
                if cpd is not None and name is not None:
                    if cpd in found:
                        self.notes.problem(point.at("constituent-cpd-id"), f"{show(cpd)} is connected already, at {places[cpd]}")
                    found[cpd] = Connection(links.place(name, vim), tuple(addresses))
                    places[cpd] = point.at("constituent-cpd-id")
            entry.close(known.CONNECTIVITY)
        return found, places

    def addresses(self, index: str, links: Links) -> dict[tuple[str | None, str | None], list[str]]:
        """Addresses that instantiation parameters give to the member's connection points, by virtual link and ext-cpd."""
        found: dict[tuple[str | None, str | None], list[str]] = {}
        for name, node in links.asked.items():
            for point in node.nodes("vnfd-connection-point-ref"):
                addresses = point.addresses("ip-address")
                cpd = point.text("vnfd-connection-point-ref", required=True)
                if point.text("member-vnf-index-ref", required=True) == index and addresses:
                    found[(name, cpd)] = addresses
                point.close(known_params.POINT)
        return found

    def dependencies(self, df: Node, profiles: Mapping[str, Node], read: Mapping[str, list[Any]]) -> None:
        """Put the order of VNFs into ``depends_on`` of their VDUs."""
        def members(node: Node, *keys: str) -> list[dict[str, Any]]:
            key = next((key for key in keys if key in node.values), keys[0])
            name = node.text(key, required=True)
            fits = [index for index, profile in profiles.items() if name in (index, profile.text("vnfd-id"))]
            if name is not None and not fits:
                self.notes.problem(node.at(key), f"{show(name)} is no vnf-profile: {nearest(name, profiles)}")
            return [vnf for index in fits for _member, vnf in read.get(index, ())]

        after: dict[str, list[str]] = {}
        for node in df.nodes("dependencies"):
            node.text("id")
            before = members(node, "primary-id", "primary-vnf-profile")
            for vnf in members(node, "secondary-id", "secondary-vnf-profile"):
                for first in before:
                    loop = _way(after, first["name"], vnf["name"])
                    if loop:
                        self.notes.problem(node.path, f"this is a loop: {' after '.join([vnf['name'], *loop])}")
                    after.setdefault(vnf["name"], []).append(first["name"])
                for vdu in vnf["vdus"]:
                    known_ones = vdu.get("depends_on", [])
                    more = [f"{first['name']}/{other['name']}" for first in before for other in first["vdus"]]
                    vdu["depends_on"] = list(dict.fromkeys([*known_ones, *more]))
            node.close(known.DEPENDENCY)


def _way(after: Mapping[str, list[str]], start: str, end: str) -> list[str] | None:
    """The names from ``start`` to ``end``, each of them after the next one; None: there is no such way."""
    came: dict[str, str | None] = {start: None}
    for name in (names := [start]):
        if name == end:
            found: list[str] = []
            step: str | None = name
            while step is not None:
                found.append(step)
                step = came[step]
            return found[::-1]
        for other in after.get(name, ()):
            if other not in came:
                came[other] = name
                names.append(other)
    return None


def _numbered(profile: str, number: int) -> str:
    """The index of a vnf-profile's VNFs: its own, then with a number."""
    return profile if number == 0 else f"{profile}-{number + 1}"
