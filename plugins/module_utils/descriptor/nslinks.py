# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual links of an NSD, on each VIM that a member of theirs is on."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_nsd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of, protocol_data, put_type, settings, told
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show


class Links:
    """The virtual links of the NS.

    OSM makes a virtual link on each VIM that it has members on; here these are virtual links of their own, the ones beside the
    first called by their VIM as well.
    """

    def __init__(self, nsd: Node, df: Node | None, params: Params) -> None:
        self.notes = nsd.notes
        self.params = params
        self.nodes = by_id(nsd.nodes("virtual-link-desc"))
        self.described = {name: self._described(name, node) for name, node in self.nodes.items()}
        self.asked = self._asked()
        self.profiles: dict[str, str] = {}
        self.made: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.first: dict[str, str | None] = {}
        for profile in df.nodes("virtual-link-profile") if df else ():
            self._profile(profile)

    def _described(self, name: str, node: Node) -> dict[str, Any]:
        link: dict[str, Any] = {"name": name_of(name), **told(node)}
        if node.flag("mgmt-network"):
            link["management"] = True
        put_type(link, node)
        return link

    def _asked(self) -> dict[str, Node]:
        """Instantiation parameters, by the virtual-link-desc; they may name it by its id or by its name."""
        names = {node.text("name"): name for name, node in self.nodes.items()}
        return {name if name in self.nodes else names.get(name, name): node for name, node in self.params.links.items()}

    def _profile(self, profile: Node) -> None:
        desc, name = profile.text("virtual-link-desc-id", required=True), profile.text("id")
        data = protocol_data(profile)
        profile.close(known.LINK_PROFILE)
        if desc in self.described:
            self.described[desc].update(data)
            if name:
                self.profiles[name] = desc
        elif desc is not None:
            self.missing(profile.at("virtual-link-desc-id"), desc)

    def missing(self, path: str, name: str) -> None:
        """Report that a virtual link is not there."""
        self.notes.problem(path, f"{show(name)} is no virtual-link-desc: {nearest(name, self.nodes)}")

    def named(self, node: Node, key: str) -> str | None:
        """The id of the virtual-link-desc that a virtual-link-profile-id names."""
        name = node.text(key, required=True)
        name = self.profiles.get(name or "", name)
        if name is not None and name not in self.nodes:
            self.missing(node.at(key), name)
            return None
        return name

    def use(self, name: str, vim: str | None) -> None:
        """Tell that a virtual link has a member on a VIM, before any is placed: the NS's own VIM, or else the first, keeps the
        name."""
        if vim == self.params.vim or name not in self.first:
            self.first[name] = vim

    def place(self, name: str, vim: str | None) -> str:
        """The name in the document of a virtual link on a VIM."""
        if (name, vim) not in self.made:
            link = copy.deepcopy(self.described[name])
            for node in (self.nodes[name], self.asked.get(name)):
                if node:
                    settings(link, node, vim)
            if vim is not None:
                link["vim"] = vim
                if vim != self.first.get(name, vim):
                    link["name"] = name_of(f"{link['name']}-{vim}")
                    self.notes.warn(self.nodes[name].path, f"its members are on several VIMs: {link['name']} is that of {vim}, "
                                    "and nothing connects the two")
            self.made[(name, vim)] = link
        return str(self.made[(name, vim)]["name"])

    def all(self) -> list[dict[str, Any]]:
        """The virtual links of the document, those without members included."""
        used = {made for made, _where in self.made}
        home = self.params.vim or next(iter(filter(None, self.params.vim_of.values())), None)
        for name in self.nodes:
            if name not in used:
                self.place(name, home)
        for node in self.nodes.values():
            node.close(known.LINK)
        for node in self.params.links.values():
            node.close(known_params.LINK)
        return [link for name in self.nodes for (made, _where), link in self.made.items() if made == name]

    def names(self) -> set[str]:
        """What parameters may call virtual links."""
        return {*self.nodes, *filter(None, (node.text("name") for node in self.nodes.values()))}
