# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instantiation parameters as OSM's users write them, in any spelling of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_VIM_HINT = "accounts of OSM mean nothing here: name the cloud with nfv_cloud or nfv_vims"


class Params:
    """What an operation's parameters say about the NS, its virtual links, its members and their VDUs."""

    def __init__(self, params: Mapping[str, Any] | None, notes: Notes) -> None:
        self.notes = notes
        self.node = node = Node(dict(params or {}), "params:", notes)
        self.nsd_id = node.text("nsd-id")
        self.name = node.text("ns-name")
        self.description = node.text("ns-description")
        self.flavour = node.text("ns-flavour-id")
        self.vims = node.mapping("vims")
        self.ssh_keys = node.texts("ssh-keys")
        self.ns_values = node.mapping("additional-params-for-ns")
        self.links = by_id(node.nodes("vld"), "name")
        self.members = by_id(node.nodes("vnf"), "member-vnf-index")
        self.values: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.value_paths: dict[tuple[str, str | None], str] = {}
        for entry in node.nodes("additional-params-for-vnf"):
            self._read_values(entry)
        self.without_vim(node)
        node.close(later=("wim-account-id", "timeout-ns-deploy", "k8s-namespace"))

    def without_vim(self, node: Node) -> None:
        """Warn about a VIM account of OSM."""
        for key in ("vim-account-id", "vim-account"):
            if node.get(key) is not None:
                self.notes.warn(node.at(key), f"this is left out: {_VIM_HINT}")

    def _read_values(self, entry: Node) -> None:
        member = entry.text("member-vnf-index", required=True)
        self._keep(member, None, entry, "additional-params")
        for vdu in entry.nodes("additional-params-for-vdu"):
            self._keep(member, vdu.text("vdu-id", required=True), vdu, "additional-params")
            vdu.close()
        entry.close(later=("additional-params-for-kdu", "k8s-namespace", "config-units"))

    def _keep(self, member: str | None, vdu: str | None, node: Node, key: str) -> None:
        values = node.mapping(key)
        if member is not None:
            self.values[(member, vdu)] = values
            self.value_paths[(member, vdu)] = node.path

    def template_values(self, member: str, vdu: str) -> dict[str, Any]:
        """What a VDU's cloud-init template sees: the NS's values, over them the VNF's, over them the VDU's."""
        return {**self.ns_values, **self.values.get((member, None), {}), **self.values.get((member, vdu), {})}

    def check_known(self, links: set[str], vdus: Mapping[str, set[str]]) -> None:
        """Report parameters for virtual links, members and VDUs (by member) that are not there."""
        for name, node in self.links.items():
            if name not in links:
                self._no_such(node.at("name"), name, "virtual link", links)
        for name, node in self.members.items():
            if name not in vdus:
                self._no_such(node.at("member-vnf-index"), name, "member", vdus)
        for (member, vdu), path in self.value_paths.items():
            if member not in vdus:
                self._no_such(f"{path}.member-vnf-index", member, "member", vdus)
            elif vdu is not None and vdu not in vdus[member]:
                self._no_such(f"{path}.vdu-id", vdu, "VDU", vdus[member])

    def _no_such(self, path: str, name: str, what: str, known: Any) -> None:
        self.notes.problem(path, f"{show(name)} is no {what} here: {nearest(name, known)}")
