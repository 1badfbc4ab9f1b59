# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clouds that a network service runs on."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Text, attribute


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vim:
    """A cloud that parts of the network service run on."""

    SHORTHAND: ClassVar[str] = "cloud"

    cloud: str | None = attribute("A cloud of clouds.yaml; left out: the one that the playbook names.", Text(), default=None)
    region: str | None = attribute("Its region, when it has several.", Text(), default=None)
    admin_cloud: str | None = attribute(
        "A cloud of clouds.yaml with more rights, used only for what a project member may not do.", Text(), default=None
    )
    management_network: str | None = attribute(
        "Name or id of the network that virtual links with `management` stand for.", Text(), default=None
    )
    data_physical_network: str | None = attribute(
        "The physical network of data networks that name none: virtual links with `underlay`, and those that are made for "
        "interfaces of `type` sr-iov and pci-passthrough.", Text(), default=None
    )
    availability_zone: str | None = attribute("Where VDUs go that name none.", Text(), default=None)
