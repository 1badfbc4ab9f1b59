# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: locate.py HOME; prints {"home": absolute path, "is_there": whether a sandbox was deployed into it}."""

from __future__ import annotations

import json
import sys
from pathlib import Path

if sys.version_info < (3, 11) or sys.platform != 'linux':
    sys.exit(f'this is Python {sys.version.split()[0]} on {sys.platform}')
home = Path(sys.argv[1]).expanduser().absolute()
is_there = (home / '.nfv-sandbox').exists() and (home / 'etc' / 'sandbox.json').exists()
print(json.dumps({'home': str(home), 'is_there': is_there}))
