# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages as the tests of SOL006 read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, Result, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import load

Tree = dict[str, Any]
NSD, VNFD = "ns/nsd.yaml:nsd", "web/vnfd.yaml:vnfd"


def read(nsd: Any, vnfd: Any, params: Tree | None = None, **more: str) -> Result:
    """JSON is YAML, so that is how the fixtures get into files."""
    files = {"ns/nsd.yaml": json.dumps({"nsd": nsd}), "web/vnfd.yaml": json.dumps({"vnfd": vnfd})}
    return to_document({**files, **more}, params)


def vdu(nsd: Tree, vnfd: Tree, params: Tree | None = None) -> Tree:
    result = read(nsd, vnfd, params)
    load(result.document, result.files)
    found: Tree = result.document["vnfs"][0]["vdus"][0]
    return found


def problems(nsd: Any, vnfd: Any, params: Tree | None = None) -> list[str]:
    with pytest.raises(DescriptorError) as raised:
        read(nsd, vnfd, params)
    return [str(problem) for problem in raised.value.problems]
