# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error that ends a command."""

from __future__ import annotations


class SandboxError(Exception):
    """What a user has to know; str() is the whole message."""
