# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options for the records."""

    DOCUMENTATION = r"""
options:
  state_dir:
    description:
      - The directory with the records, as facts files.
    type: path
    default: ~/.local/state/nfv.mano
  passphrase:
    description:
      - What encrypts secrets at rest. Keep it in Ansible Vault.
    type: str
  key_file:
    description:
      - A file with the key that encrypts secrets at rest, in place of O(passphrase). Its mode must be C(0600) or stricter.
    type: path
"""
