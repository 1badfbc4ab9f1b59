# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between a VDU instance of the target and the server that is there, and how it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import instance_volumes, trunk
from ansible_collections.nfv.mano.plugins.module_utils.plan.power import Step

#: Statuses of a server between two flavors.
RESIZING = frozenset({'RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE'})
#: Statuses of a server that something else is being done to; it stays the same server.
BUSY = frozenset({'REBUILD', 'REBOOT', 'HARD_REBOOT', 'MIGRATING', 'PASSWORD'})


@dataclass(slots=True)
class Difference:
    """What is done in place, in words (``texts``) and in data; each text of ``replace`` needs another server instead, and
    each of ``problems`` stands against the plan.

    ``rebuild`` is the id of the image that the root disk is made from anew, ``rebuild_begun`` the request that began it already;
    ``ports`` are changes of ports by id, ``detached`` interfaces whose port goes, with its id, ``made`` the places of interfaces
    that get a new port, ``attached`` interfaces that are put on the server afterwards; ``taken_by`` are ids of other servers
    that a port has to come free from; ``stale`` subports whose port goes, with its id; ``known`` the record's entries of the
    ports that are there; ``stop``: it is stopped meanwhile; ``loses``: what is on a volume is lost; ``kept`` are interfaces whose
    port is taken out of use and kept, with its id; ``off`` those whose kept port comes off the server, with its id; ``released``
    those whose kept port goes at last, as of kept_ports.leftover.
    """

    texts: list[str] = field(default_factory=list)
    replace: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    busy: bool = False
    stop: bool = False
    loses: bool = False
    server: dict[str, Any] = field(default_factory=dict)
    ports: dict[str, dict[str, Any]] = field(default_factory=dict)
    power: tuple[Step, ...] = ()
    resize: bool = False
    rebuild: str | None = None
    rebuild_begun: str = ''
    detached: dict[str, str] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    taken_by: set[str] = field(default_factory=set)
    stale: dict[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    off: dict[str, str] = field(default_factory=dict)
    released: dict[str, tuple[str, bool]] = field(default_factory=dict)
    trunks: trunk.Moves = field(default_factory=trunk.Moves)
    volumes: instance_volumes.Moves = field(default_factory=instance_volumes.Moves)


def listed(values: Iterable[str]) -> str:
    """Values for people, in an order that does not change."""
    return ' '.join(sorted(values)) or 'none'
