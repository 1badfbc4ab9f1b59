# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the script that ansible-test would fetch to put pip into its own virtual environments.

The test machine may reach a package index and nothing else, and Python carries a pip already.
"""

from __future__ import annotations

import subprocess
import sys


def main() -> None:
    """Install pip from Python's own copy, then what the caller asked for; raises CalledProcessError."""
    wanted = [argument for argument in sys.argv[1:] if argument not in ('--no-setuptools', '--no-wheel')]
    subprocess.run([sys.executable, '-m', 'ensurepip', '--default-pip'], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, '-m', 'pip', 'install', *wanted], check=True)


main()
