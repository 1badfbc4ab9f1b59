# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Affinity groups of NSDs and VNFDs, and those that local rules make."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_nsd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, by_id
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import nearest, show

_POLICIES = {name.upper(): name for name in ("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")}
_HOST = "nfvi-node"


def _group(name: str, node: Node, kind: str, scope: str) -> dict[str, Any] | None:
    policy = node.choice(kind, _POLICIES)
    if policy is None and node.values.get(kind) is None:
        node.notes.problem(node.at(kind), "this is missing")
    apart = node.text(scope)
    if apart is not None and apart.lower() != _HOST:
        node.notes.leave(node.path, f"its scope is {apart}: Nova's server groups know compute hosts, {_HOST}, and nothing else")
        return None
    return {"name": name, "policy": policy, **({"scope": _HOST} if apart else {})} if policy else None


def groups(owner: Node, prefix: str = "") -> dict[str, dict[str, Any]]:
    """The affinity groups of a df by their ids; one that OpenStack can not make is there, and empty."""
    found = {}
    for name, node in by_id(owner.nodes("affinity-or-anti-affinity-group")).items():
        found[name] = _group(name_of(f"{prefix}{name_of(name)}"), node, "type", "scope") or {}
        node.close(known.GROUP)
    return found


def membership(profile: Node, there: Collection[str]) -> str | None:
    """The group that a profile is in: the first of them, as Nova takes one."""
    names = []
    for at, entry in enumerate(profile.items("affinity-or-anti-affinity-group")):
        path = f"{profile.at('affinity-or-anti-affinity-group')}[{at}]"
        node = entry if isinstance(entry, dict) else {"id": entry}
        name = Node(node, path, profile.notes).text("id", required=True)
        if name is not None and name not in there:
            profile.notes.problem(f"{path}.id", f"{show(name)} is no affinity-or-anti-affinity-group: {nearest(name, there)}")
        elif name is not None:
            names.append(name)
            if len(names) > 1:
                profile.notes.leave(path, "Nova takes one group for a server")
    return names[0] if names else None


def local_rule(profile: Node, name: str) -> dict[str, Any] | None:
    """The group that a local-affinity-or-anti-affinity-rule makes of the instances of one profile."""
    rules = profile.nodes("local-affinity-or-anti-affinity-rule")
    if not rules:
        return None
    for other in rules[1:]:
        profile.notes.leave(other.path, "Nova takes one group for a server")
    kind, scope = (("affinity-type", "affinity-scope") if "affinity-type" in rules[0].values else ("type", "scope"))
    found = _group(name_of(name), rules[0], kind, scope)
    rules[0].close(known.RULE)
    return found
