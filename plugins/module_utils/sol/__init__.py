# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ETSI GS NFV-SOL views of records: SOL003 (v1, v2) of VNFs, SOL005 of network services. Pure: from mappings to mappings."""

from __future__ import annotations
