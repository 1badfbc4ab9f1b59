# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

from ansible_collections.nfv.mano.plugins.action.ns_apply import ActionModule as NsApply


class ActionModule(NsApply):
    """As ns_apply: the descriptor is read on the controller."""
