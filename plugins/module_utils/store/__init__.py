# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as facts files: atomic, locked, versioned; encrypted where secret."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import FencedError, LockedError, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import OpOccDir, Store

__all__ = ['FencedError', 'LockedError', 'OpOccDir', 'Store', 'StoreError']
