# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a valid document may ask for that this release does not do yet: refused, never ignored."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, show


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """An attribute that is not carried out when it has ``values`` (any but its default when empty)."""

    cls: type
    key: str
    values: tuple[Any, ...] = ()


TABLE = (
    _Row(VirtualLink, "common_id"),
)


def unsupported(ns: NetworkService) -> list[Problem]:
    """What ``ns`` asks for that is not supported yet, each with its path and value."""
    return [problem for path, item in _parts(ns) for problem in _refused(item, path)]


def _refused(item: Any, path: str) -> Iterator[Problem]:
    for row in TABLE:
        if type(item) is row.cls:  # pylint: disable=unidiomatic-typecheck
            known = attributes(row.cls)[row.key]
            value = getattr(item, known.name)
            if value in row.values if row.values else value != known.default:
                yield Problem(f"{path}{row.key}", f"{show(value)} is not supported yet")


def _parts(ns: NetworkService) -> Iterator[tuple[str, Any]]:
    """Everything that the table speaks of, with the beginning of its path in the document."""
    yield "", ns
    for at, group in enumerate(ns.affinity_groups):
        yield f"affinity_groups[{at}].", group
    for at, link in enumerate(ns.virtual_links):
        yield f"virtual_links[{at}].", link
    for number, vnf in enumerate(ns.vnfs):
        for at, link in enumerate(vnf.virtual_links):
            yield f"vnfs[{number}].virtual_links[{at}].", link
        for at, vdu in enumerate(vnf.vdus):
            path = f"vnfs[{number}].vdus[{at}]."
            yield path, vdu
            for place, interface in enumerate(vdu.interfaces):
                written = place if interface.written is None else interface.written
                yield f"{path}interfaces[{written}].", interface
