# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of descriptors: SOL006 packages, and documents with their files, from the controller's disk."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.loader import Source, read_packages, read_path
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.nsd import Result, to_document
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.survey import Row, survey, table
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import DescriptorError

__all__ = ["DescriptorError", "Result", "Row", "Source", "read_packages", "read_path", "survey", "table", "to_document"]
