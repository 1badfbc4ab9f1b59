# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instantiation parameters as OSM's users write them, in any spelling of their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_VIM_HINT = "accounts of OSM mean nothing here: name the cloud with nfv_cloud or nfv_vims"


class Params:
    """What an operation's parameters say about the NS, its virtual links, its members and their VDUs.

    :param vims: names of VIMs that the playbook knows clouds of.
    """

    def __init__(self, params: Mapping[str, Any] | None, notes: Notes, vims: Collection[str] = ()) -> None:
        self.notes = notes
        self.node = node = Node(dict(params or {}), "params:", notes)
        self.nsd_id = node.text("nsd-id")
        self.name = node.text("ns-name")
        self.description = node.text("ns-description")
        self.flavour = node.text("ns-flavour-id")
        self.level = node.text("ns-instantiation-level-id")
        self.scale_info = node.nodes("ns-scale-info")
        self.vims = node.mapping("vims")
        self.ssh_keys = node.texts("ssh-keys")
        self.ns_values = node.mapping("additional-params-for-ns")
        self.links = by_id(node.nodes("vld"), "name")
        self.members = by_id(node.nodes("vnf"), "member-vnf-index")
        self.values: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.value_paths: dict[tuple[str, str | None], str] = {}
        self.groups: dict[tuple[str, str], str] = {}
        self.group_paths: dict[tuple[str, str], str] = {}
        for entry in node.nodes("additional-params-for-vnf"):
            self._read_values(entry)
        self.vim = self._account(node)
        self.vim_of = {name: self._account(member) for name, member in self.members.items()}
        self._drop_accounts(vims)
        node.close(known.PARAMS)

    def _account(self, node: Node) -> str | None:
        """The VIM that a VIM account of OSM stands for."""
        account = node.text("vim-account-id") or node.text("vim-account")
        return name_of(account) if account else None

    def _drop_accounts(self, vims: Collection[str]) -> None:
        """Forget VIM accounts that tell nothing: those that are all the same one, and of no VIM that is known."""
        there = {name for name in (self.vim, *self.vim_of.values()) if name}
        if len(there) > 1 or there & {*vims, *self.vims}:
            for name in sorted(there - {*vims, *self.vims}):
                self.notes.warn("params:vim-account-id", f"VIM {name}: name its cloud with nfv_vims, or with vims")
            return
        for node in (self.node, *self.members.values()):
            for key in ("vim-account-id", "vim-account"):
                if node.get(key) is not None:
                    self.notes.leave(node.at(key), _VIM_HINT)
        self.vim, self.vim_of = None, {}

    def place(self, member: str, profile: str) -> str | None:
        """The VIM of a member; None: the only one. Where there are several members of a profile, they are as the first one is
        unless they have parameters of their own."""
        return self.vim_of.get(member) or self.vim_of.get(profile) or self.vim

    def all_vims(self) -> dict[str, Any]:
        """``vims`` of the document."""
        used = [name for name in (self.vim, *self.vim_of.values()) if name]
        return {**self.vims, **{name: {} for name in used if name not in self.vims}}

    def _read_values(self, entry: Node) -> None:
        member = entry.text("member-vnf-index", required=True)
        self._keep(member, None, entry, "additional-params")
        for vdu in entry.nodes("additional-params-for-vdu"):
            self._keep(member, vdu.text("vdu-id", required=True), vdu, "additional-params")
            vdu.close(known.FOR_VDU)
        for group in entry.nodes("affinity-or-anti-affinity-group"):
            name, existing = group.text("id", required=True), group.text("vim-affinity-group-id", required=True)
            if member and name and existing:
                self.groups[(member, name)] = existing
                self.group_paths[(member, name)] = group.at("id")
            group.close(known.GROUP)
        entry.close(known.FOR_VNF)

    def _keep(self, member: str | None, vdu: str | None, node: Node, key: str) -> None:
        values = node.mapping(key)
        if member is not None:
            if (member, vdu) in self.values:
                self.notes.problem(node.path, f"{show(vdu or member)} is there already, at {self.value_paths[(member, vdu)]}")
            self.values[(member, vdu)] = values
            self.value_paths[(member, vdu)] = node.path

    def template_values(self, member: str, profile: str, vdu: str) -> dict[str, Any]:
        """What a VDU's cloud-init template sees: the NS's values, over them the VNF's, over them the VDU's."""
        found = dict(self.ns_values)
        for name in dict.fromkeys((profile, member)):
            found.update({**self.values.get((name, None), {}), **self.values.get((name, vdu), {})})
        return found

    def check_known(self, links: set[str], vdus: Mapping[str, set[str]]) -> None:
        """Report parameters for virtual links, members and VDUs (by member) that are not there."""
        for name, node in self.links.items():
            if name not in links:
                self._no_such(node.at("name"), name, "virtual link", links)
            for point in node.nodes("vnfd-connection-point-ref"):
                member = point.text("member-vnf-index-ref")
                if member is not None and member not in vdus:
                    self._no_such(point.at("member-vnf-index-ref"), member, "member", vdus)
        for name, node in self.members.items():
            if name not in vdus:
                self._no_such(node.at("member-vnf-index"), name, "member", vdus)
        for (member, vdu), path in self.value_paths.items():
            if member not in vdus:
                self._no_such(f"{path}.member-vnf-index", member, "member", vdus)
            elif vdu is not None and vdu not in vdus[member]:
                self._no_such(f"{path}.vdu-id", vdu, "VDU", vdus[member])

    def _no_such(self, path: str, name: str, what: str, known_names: Any) -> None:
        self.notes.problem(path, f"{show(name)} is no {what} here: {nearest(name, known_names)}")
