# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge patches: the examples of RFC 7396 that start from a mapping, and the patch between two mappings."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.target import merge_patch, patch_between

EXAMPLES: list[tuple[dict[str, Any], Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("value", "patch", "wanted"), EXAMPLES)
def test_examples_of_the_rfc(value: dict[str, Any], patch: Any, wanted: Any) -> None:
    assert merge_patch(value, patch) == wanted
    if isinstance(wanted, dict):
        assert merge_patch(value, patch_between(value, wanted)) == wanted


def test_equal_mappings_have_no_patch_between_them() -> None:
    assert patch_between({"a": {"b": [1]}}, {"a": {"b": [1]}}) == {}
