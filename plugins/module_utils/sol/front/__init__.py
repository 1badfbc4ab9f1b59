# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOL003's VNF lifecycle management as a REST API over the records: requests in, answers and events out, no web server."""

from __future__ import annotations
