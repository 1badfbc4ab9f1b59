# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is agreed with the guest of a VDU: when it is up, how it ends its work, who logs in."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Integer, Text, attribute


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What must answer on an instance, or pass, before it counts as up: one of both, from where the playbook runs."""

    tcp_port: int | None = attribute(
        "A TCP port of its management interface (or of its first one) that answers.", Integer(1, 65_535), default=None
    )
    task_file: str | None = attribute(
        "A task file that passes ([task files](task-files.md)): looked for beside the document, where the playbook is run from, "
        "and beside the playbook.", Text(), default=None
    )
    timeout_s: int = attribute("How long that may take.", Integer(1, 86_400), default=300, unit="s")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """What lets a guest end its work before it is stopped gracefully, by `operate` or `terminate`."""

    SHORTHAND: ClassVar[str] = "task_file"

    task_file: str = attribute("A task file ([task files](task-files.md)), looked for as that of `ready`.", Text())
    timeout_s: int = attribute(
        "How long it may take where the operation does not say; then the guest is stopped all the same.", Integer(1, 86_400),
        default=300, unit="s",
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SshAccess:
    """Access with the NS's own key pair. It is made at the first run, and its public part is put into the user data; the private
    part is kept encrypted beside the records, which needs `nfv_passphrase` or `nfv_key_file`."""

    SHORTHAND: ClassVar[str] = "user"
    SWITCH: ClassVar[bool] = True

    user: str | None = attribute("Whom to log in as: the user that the image's cloud-init makes.",
                                 Text(longest=32, pattern=r"[A-Za-z_][A-Za-z0-9_.-]*", wanted="the name of a user"), default=None)
