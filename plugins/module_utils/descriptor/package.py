# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a package's files are descriptors."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.older import is_older, translated
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, canonical
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import DescriptorError, parse_yaml
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import show

# Folders of a package that hold YAML of others: charts, charms, templates of user data.
_OTHERS = frozenset(
    ("cloud_init", "cloud-init", "charms", "helm-chart-v3s", "helm-chart-v2s", "helm-charts", "juju-bundles", "scripts")
)
_KINDS = ("nsd", "vnfd")
_MOST_DESCRIPTORS = 1000
# What a descriptor has that stands alone in its file
_BARE = {"nsd": {"vnfd-id", "virtual-link-desc", "designer"}, "vnfd": {"vdu", "ext-cpd", "mgmt-cp", "product-name", "kdu"}}


def _inner(value: Any, kind: str) -> list[Any]:
    """What stands in ``value`` below ``nsd`` (``vnfd``) and its catalog, as often as it is nested."""
    found = None
    for _level in range(4):
        if isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
        if not isinstance(value, Mapping):
            break
        keys = {canonical(key): key for key in value if isinstance(key, str)}
        key = next((keys[name] for name in (kind, f"{kind}-catalog", f"etsi-nfv-{kind}") if name in keys), None)
        if key is None:
            break
        found = value = value[key]
    if found is None:
        return [value] if _is_bare(value, kind) else []
    return list(found) if isinstance(found, (list, tuple)) and found else [found]


def _is_bare(value: Any, kind: str) -> bool:
    """Whether a mapping is a descriptor with nothing around it."""
    if not isinstance(value, Mapping):
        return False
    keys = {canonical(key) for key in value if isinstance(key, str)}
    return "id" in keys and "df" in keys and bool(keys & _BARE[kind])


def may_be_descriptor(name: str) -> bool:
    """Whether a file is YAML, and in none of a package's folders that hold YAML of others."""
    return name.endswith((".yaml", ".yml")) and not _OTHERS & set(name.lower().split("/")[:-1])


def is_descriptor(value: Any) -> bool:
    """Whether this is an NSD or VNFD of SOL006 rather than a network-service document."""
    return any(_inner(value, kind) for kind in _KINDS)


def descriptors(files: Mapping[str, str], notes: Notes) -> dict[str, list[tuple[str, Node]]]:
    """The NSDs and VNFDs (file and mapping) among ``files``. YAML of other kinds is none of our business."""
    found: dict[str, list[tuple[str, Node]]] = {kind: [] for kind in _KINDS}
    for name in sorted(filter(may_be_descriptor, files)):
        try:
            value = parse_yaml(files[name], name)
        except DescriptorError as error:
            notes.problems += error.problems
            continue
        for kind in _KINDS:
            inner = _inner(value, kind)
            if len(inner) > _MOST_DESCRIPTORS:
                notes.problem(f"{name}:{kind}", f"these are {len(inner)}: a file has at most {_MOST_DESCRIPTORS}")
                continue
            for at, one in enumerate(inner):
                path = f"{name}:{kind}" if len(inner) == 1 else f"{name}:{kind}[{at}]"
                node = Node(one, path, notes)
                if is_older(kind, node):
                    notes.warn(path, "this is of OSM's own model, from before SOL006: its paths are those of the translation")
                    node = Node(translated(kind, node), path, notes)
                found[kind].append((name, node))
    return found


def cloud_init_file(files: Mapping[str, str], descriptor: str, name: str) -> str | None:
    """The path of a VNFD's cloud-init file, which lies in ``cloud_init`` beside it; None when it is not there."""
    folder = posixpath.dirname(descriptor)
    for place in ("cloud_init", "cloud-init", ""):
        path = posixpath.normpath(posixpath.join(folder, place, name))
        if path in files and not name.startswith("/") and ".." not in name.split("/"):
            return path
    return None


def missing_file(descriptor: str, name: str) -> str:
    """The end of the message for a cloud-init file that is not there."""
    return f"{show(name)} is not there: looked for it in {posixpath.join(posixpath.dirname(descriptor), 'cloud_init')}"
