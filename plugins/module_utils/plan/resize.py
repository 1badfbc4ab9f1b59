# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's flavor changed for another, in words and in what stands against it."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor as flavors
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Resource
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Flavor as Wanted


def describe_change(have: dict[str, Any], wanted: Wanted, to: Resource) -> str:
    """``2 vCPU, 2048 MiB -> 4 vCPU, 4096 MiB``: what differs between the flavor in a server (2.47's copy) and the one
    that it gets, beside vCPU and memory."""
    old, new = flavors.copied(have), to
    parts = ['{vcpus} vCPU, {ram_mib} MiB', *(
        f'{{{key}}} {unit}' for key, unit in (('disk_gib', 'GiB'), ('ephemeral_gib', 'GiB ephemeral'), ('swap_mib', 'MiB swap'))
        if old[key] != new[key])]
    sides = [', '.join(parts).format_map(one) for one in (old, new)]
    specs = sorted(dict(old['extra_specs'].items() ^ new['extra_specs'].items()))
    sides = [', '.join([side, *(f'{key}={one["extra_specs"][key]}' for key in specs if key in one['extra_specs'])])
             for side, one in zip(sides, (old, new))]
    if wanted.name:
        sides = [f'{name} ({side})' for name, side in zip((have.get('original_name'), to['name']), sides)]
    return ' -> '.join(sides)


def smaller_disks(have: dict[str, Any], to: Resource) -> list[str]:
    """The disks that would shrink, with both sizes; Nova does not resize to no disk either."""
    old = flavors.copied(have)
    return [f'{what} {old[key]} GiB -> {to[key]} GiB' for key, what in (('disk_gib', 'disk'), ('ephemeral_gib', 'ephemeral'))
            if to[key] < old[key]]
