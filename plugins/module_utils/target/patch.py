# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge patches (RFC 7396): a null takes a key away, a mapping is merged, anything else is the new value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes, read
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, TargetError


def merge_patch(value: Any, patch: Any) -> Any:
    """What a patch makes of a value; both stay as they are."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(value) if isinstance(value, Mapping) else {}
    for key, one in patch.items():
        if one is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), one)
    return merged


def patch_between(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The patch that makes one mapping of another; empty where they are equal."""
    patch: dict[str, Any] = dict.fromkeys(key for key in was if key not in now)
    for key, value in now.items():
        if key not in was or was[key] != value:
            there = was.get(key)
            both = isinstance(there, Mapping) and isinstance(value, Mapping)
            patch[key] = patch_between(there, value) if both else value  # type: ignore[arg-type]
    return patch


def read_attribute(cls: type, name: str, value: Any, path: str) -> Any:
    """One attribute of a class of the model as a document gives it; None stands for its default.

    :param path: where it stands, for messages.
    :raises TargetError: every problem of it.
    """
    known = attributes(cls)[name]
    if value is None:
        return known.default
    report = Report()
    found = read(known.described.kind, value, path, report)
    if report.problems:
        raise TargetError(report.problems)
    return found
