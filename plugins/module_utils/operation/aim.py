# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation works towards: a target, and what of it the operation may touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, Vdu, Vnf

#: Key of the overlay beside those of the document: wanted statuses of servers that are not to be ACTIVE, by record key.
POWER = 'power'


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """``target`` None: everything goes. ``document``, ``overlay`` and ``files`` (contents by name; None: not known) are what
    the record keeps once it is reached."""

    target: NetworkService | None
    document: dict[str, Any] | None
    overlay: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}


@dataclass(frozen=True, slots=True)
class Base:
    """What an operation starts from: the declared state from before it, also when it is taken up again.

    :param ns: the record of the NS, with the document and the overlay from before.
    :param resources: the record's resources, from before.
    :param done: ids of the operation's tasks that are done.
    """

    ns: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]
    done: frozenset[str] = frozenset()

    @property
    def overlay(self) -> dict[str, Any]:
        """What later verbs changed of the document."""
        return self.ns.get('overlay') or {}

    @property
    def power(self) -> dict[str, str]:
        """Wanted statuses of servers that are not to be ACTIVE, by record key."""
        return self.overlay.get(POWER) or {}


def with_power(overlay: Mapping[str, Any] | None, power: Mapping[str, str]) -> dict[str, Any]:
    """An overlay with other wanted statuses."""
    rest = {key: value for key, value in (overlay or {}).items() if key != POWER}
    return {**rest, **({POWER: dict(sorted(power.items()))} if power else {})}


def item_of(vnf: Vnf, vdu: Vdu, index: int) -> str:
    """The record's key of a VDU instance."""
    return f'vdu:{vnf.name}/{vdu.name}/{index}'


def instances(target: NetworkService | None) -> set[str]:
    """The record's keys of all VDU instances of a target."""
    return {item_of(vnf, vdu, index) for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus
            for index in range(vdu.count)}
