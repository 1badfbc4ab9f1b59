# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation occurrences (ETSI GS NFV-SOL 003 clause 5, SOL 005 clause 6): states, errors, facts."""

from __future__ import annotations
