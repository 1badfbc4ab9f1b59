# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations


class ModuleDocFragment:
    """Where inventories are."""

    DOCUMENTATION = r"""
options:
  database:
    description:
      - An SQLAlchemy URL of a database for the inventories of all environments, such as
        C(postgresql+psycopg://nfv@db.example.com/topology).
      - By default each is an SQLite file below C(topology) in O(state_dir).
    type: str
requirements:
  - SQLAlchemy >= 2.0
"""

    INVENTORY = r"""
options:
  environment:
    description:
      - Name of the environment.
    type: str
    required: true
  generation:
    description:
      - The generation to read. By default the current one.
    type: int
  state_dir:
    description:
      - The state directory.
    type: path
    default: ~/.local/state/nfv.mano
"""
