# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people, and the SOL views, are told of a network service or a VNF beside what it is made of."""

from __future__ import annotations

import dataclasses

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Text, attribute

#: SOL003 has no longer ones.
DESCRIPTION = Text(shortest=0, longest=1024)
INSTANCE_NAME = "What people call it, where that is not its name: its servers are called by it."
METADATA = "What is to be known of it. Kept in the record, and nowhere in the VIM."
EXTENSIONS = "Values of its descriptor's extensions. Kept in the record, and nowhere in the VIM."
PROPERTIES = "Values of its configurable properties. Kept in the record, and nowhere in the VIM."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vnfd:
    """Where a VNF came from, for the SOL views."""

    id: str | None = attribute("The VNFD's id.", Text(), default=None)
    provider: str | None = attribute("Who made it.", Text(), default=None)
    product_name: str | None = attribute("What it is called.", Text(), default=None)
    software_version: str | None = attribute("The software's version.", Text(), default=None)
    version: str | None = attribute("The VNFD's version.", Text(), default=None)
