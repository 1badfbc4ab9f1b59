# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and flavors: what a VDU is made of."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import (
    Choice,
    Integer,
    ListOf,
    MapOf,
    Struct,
    Text,
    attribute,
)

VCPU_ID = Integer(0, 1023)
PAGE_SIZE = Text(
    pattern=r"large|small|any|[1-9][0-9]*(KB|MB|GB)?", wanted="large, small, any, or a size such as 2MB, 1GB or 2048 (KiB)"
)
EXTRA_SPEC_KEY = Text(pattern=r"[A-Za-z0-9_:. -]+", wanted="letters, digits, '-', '_', ':', '.' and blanks")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The image a VDU boots: one that is there, never made, never deleted. Exactly one of its keys."""

    SHORTHAND: ClassVar[str] = "name"

    name: str | None = attribute("Its name; exactly one image may have it.", Text(), default=None)
    id: str | None = attribute("Its id.", Text(), default=None)
    checksum: str | None = attribute(
        "Its MD5, or its SHA-512 as in os_hash_value.",
        Text(pattern=r"([0-9a-fA-F]{32}|[0-9a-fA-F]{128})", wanted="32 or 128 hexadecimal digits"),
        default=None,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NumaNode:
    """A NUMA node of the guest. What the nodes say of vCPUs and memory must add up to the flavor's; unsaid: even parts.

    `cores`, `threads` and `paired_threads` (one of them) ask for dedicated vCPUs, the lowest free ones unless they are named.
    """

    id: int = attribute("Its number in the guest, counted from 0 on.", Integer(0, 63))
    vcpus: tuple[int, ...] = attribute("The guest's vCPUs on it.", ListOf(VCPU_ID, most=1024), default=())
    memory_mib: int | None = attribute("Its memory.", Integer(1, 2**31 - 1), default=None, unit="MiB")
    cores: int | None = attribute("How many vCPUs, each on a core of its own.", Integer(1, 1024), default=None)
    threads: int | None = attribute("How many vCPUs, each on a thread.", Integer(1, 1024), default=None)
    paired_threads: int | None = attribute(
        "How many pairs of vCPUs, each pair on the threads of one core.", Integer(1, 1024), default=None
    )
    paired_thread_ids: tuple[str, ...] = attribute(
        "Which vCPUs are pairs, as `0,1`; with it `paired_threads` can be left out.",
        ListOf(Text(pattern=r"[0-9]{1,4},[0-9]{1,4}", wanted="two vCPUs, as 0,1"), most=512),
        default=(),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a VDU may take of its host. Nova's VMware driver heeds it; for libvirt's quotas use `extra_specs`."""

    limit: int | None = attribute("At most this much.", Integer(0, 2**31 - 1), default=None)
    reserve: int | None = attribute("At least this much.", Integer(0, 2**31 - 1), default=None)
    shares: int | None = attribute("Its weight against others.", Integer(0, 2**31 - 1), default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Epa:
    """Enhanced platform awareness: what a VDU asks of its host beyond sizes."""

    page_size: str | None = attribute("Memory pages: large, small, any, or a size such as 1GB.", PAGE_SIZE, default=None)
    cpu_policy: str | None = attribute(
        "Whether its vCPUs have host CPUs of their own.", Choice(("shared", "dedicated")), default=None
    )
    cpu_thread_policy: str | None = attribute(
        "What dedicated vCPUs do with the host's hyper-threads.", Choice(("isolate", "prefer", "require")), default=None
    )
    numa_nodes: tuple[NumaNode, ...] = attribute("NUMA nodes of the guest.", ListOf(Struct(NumaNode), most=64), default=())
    cpu_quota: Quota | None = attribute("Its share of CPU.", Struct(Quota), default=None, unit="MHz")
    memory_quota: Quota | None = attribute("Its share of memory.", Struct(Quota), default=None, unit="MiB")
    interface_quota: Quota | None = attribute("Its share of network bandwidth.", Struct(Quota), default=None, unit="Mbit/s")
    disk_quota: Quota | None = attribute("Its share of disk I/O.", Struct(Quota), default=None, unit="operations/s")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """A VDU's size: the name of a flavor that is there, or a shape that is found, or made when none fits."""

    SHORTHAND: ClassVar[str] = "name"

    name: str | None = attribute("A flavor that is there; with it no other key.", Text(), default=None)
    vcpus: int | None = attribute("Virtual CPUs; needed without `name`.", Integer(1, 1024), default=None)
    ram_mib: int | None = attribute("Memory; needed without `name`.", Integer(1, 2**31 - 1), default=None, unit="MiB")
    disk_gib: int | None = attribute(
        "Root disk; needed without `name`, 0 when it boots from a volume.", Integer(0, 1_048_576), default=None, unit="GiB"
    )
    ephemeral_gib: int = attribute("A second disk, lost with the server.", Integer(0, 1_048_576), default=0, unit="GiB")
    swap_mib: int = attribute("Swap space.", Integer(0, 2**31 - 1), default=0, unit="MiB")
    match: str = attribute(
        "Which flavors fit: of just these sizes, or the smallest that has at least these.",
        Choice(("exact", "at_least")),
        default="exact",
    )
    epa: Epa | None = attribute("What it asks of its host.", Struct(Epa), default=None)
    extra_specs: dict[str, str] = attribute(
        "Extra specs that the flavor must have, beside those that `epa` makes.",
        MapOf(Text(shortest=0), keys=EXTRA_SPEC_KEY),
        default={},
    )
