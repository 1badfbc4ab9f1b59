# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of a cloud, a file per service, have in common."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.client import Client


class Service:
    """Calls of one service of a cloud: the member's login, and the one with more rights where there is one."""

    _client: Client
    _admin: Client | None
    _project_id: str

    @property
    def _privileged(self) -> Client:
        return self._admin or self._client


def given(body: dict[str, Any]) -> dict[str, Any]:
    """A body without what is left to the service."""
    return {key: value for key, value in body.items() if value is not None}
