# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three-way target: the document last applied, what later verbs changed beside it, and the new document."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Free, Kind, ListOf, MapOf, Struct
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import Known, attributes, read
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report

_ABSENT: Any = object()


def merge(last: Mapping[str, Any] | None, overlay: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The document to work towards: ``new``, with what ``overlay`` says where ``new`` did not change ``last``.

    ``overlay`` is a document with only the changed fields in it, and the names of the things they belong to. A default
    written out is no change. Images, flavors and cloud-init count as one value each; free mappings are merged at each depth,
    and in them and in other mappings the overlay's null takes a key away (RFC 7396). What ``new`` removed stays removed,
    what the overlay added stays. Nothing is checked here: ``load`` the result. Pure; the arguments stay as they are.
    """
    if last is None or not isinstance(new, Mapping):
        unchanged: Any = new
        return copy.deepcopy(unchanged)
    merged: dict[str, Any] = _struct(NetworkService, last, overlay, new)
    return merged


def standing(overlay: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``overlay`` still holds in the document that ``merge`` made with it: the rest was overruled for good."""
    return _standing_struct(NetworkService, overlay, merged)


def _standing_struct(cls: type, overlay: Any, merged: Any) -> dict[str, Any]:
    kept = {key: _standing(known.described.kind, overlay[key], merged.get(key, _ABSENT))
            for key, known in attributes(cls).items() if key in overlay}
    return {key: value for key, value in kept.items() if value is not _ABSENT}


def _standing(kind: Kind, overlay: Any, merged: Any) -> Any:
    if isinstance(kind, ListOf) and kind.by and _all(list, overlay, merged):
        there, kept = _by_name(kind, merged), []
        for item in overlay:
            found = there.get(_name(kind, item) or "")
            if item == found:
                kept.append(item)
            elif _all(Mapping, item, found):
                part = _standing_struct(kind.items.cls, item, found)  # type: ignore[attr-defined]
                kept += [part] if part.keys() - {kind.by} else []
        return kept or _ABSENT
    if isinstance(kind, Free) and isinstance(overlay, Mapping):
        return _standing_free(overlay, {} if merged is _ABSENT else merged)
    if isinstance(kind, MapOf) and isinstance(overlay, Mapping) and (merged is _ABSENT or isinstance(merged, Mapping)):
        merged = {} if merged is _ABSENT else merged
        deep = isinstance(kind.values, Struct)
        values = {key: _standing(kind.values, value, merged.get(key, _ABSENT)) if not deep else
                  _standing_struct(kind.values.cls, value, merged.get(key) or {}) for key, value in overlay.items()}  # type: ignore
        return {key: value for key, value in values.items() if value is not _ABSENT and (value or not deep)} or _ABSENT
    return overlay if overlay == merged or (overlay is None and merged is _ABSENT) else _ABSENT


def _standing_free(overlay: Mapping[str, Any], merged: Any) -> Any:
    kept = {}
    for key, over in overlay.items():
        there = merged.get(key, _ABSENT) if isinstance(merged, Mapping) else _ABSENT
        if _all(Mapping, over, there):
            value = _standing_free(over, there)
        else:
            value = over if over == there or (over is None and there is _ABSENT) else _ABSENT
        if value is not _ABSENT:
            kept[key] = value
    return kept or _ABSENT


def _struct(cls: type, last: Any, overlay: Any, new: Any) -> Any:
    merged = copy.copy(dict(new))
    before = last if isinstance(last, Mapping) else {}
    for key, known in attributes(cls).items():
        if key in overlay:
            value = _value(known.described.kind, known, before.get(key, _ABSENT), overlay[key], new.get(key, _ABSENT))
            if value is _ABSENT:
                merged.pop(key, None)
            else:
                merged[key] = value
    return copy.deepcopy(merged)


def _value(kind: Kind, known: Known | None, last: Any, overlay: Any, new: Any) -> Any:
    if isinstance(kind, ListOf) and kind.by and _all(list, overlay) and (new is _ABSENT or _all(list, new)):
        return _named(kind, last, overlay, new)
    if isinstance(kind, MapOf) and _all(Mapping, overlay) and (new is _ABSENT or _all(Mapping, new)):
        return _map(kind, last, overlay, new)
    if isinstance(kind, Free) and _all(Mapping, overlay) and (new is _ABSENT or _all(Mapping, new)):
        return _free(last, overlay, new)
    return overlay if _same(kind, known, last, new) else new


def _all(kind: type, *values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def _named(kind: ListOf, last: Any, overlay: Iterable[Any], new: Any) -> list[Any]:
    cls = kind.items.cls  # type: ignore[attr-defined]
    before = _by_name(kind, last)
    over = _by_name(kind, overlay)
    there = _by_name(kind, new)
    merged = []
    for item in new if isinstance(new, list) else ():
        name = _name(kind, item)
        if name in before and _all(Mapping, item, over.get(name)):
            merged.append(_struct(cls, before[name], over[name], item))
        else:
            merged.append(item)
    return merged + [item for name, item in over.items() if name not in there and name not in before]


def _by_name(kind: ListOf, items: Any) -> dict[str, Any]:
    named = {_name(kind, item): item for item in items} if isinstance(items, list) else {}
    return {name: item for name, item in named.items() if name is not None}


def _name(kind: ListOf, item: Any) -> str | None:
    name = item.get(kind.by) if isinstance(item, Mapping) else item
    return name if isinstance(name, str) else None


def _map(kind: MapOf, last: Any, overlay: Mapping[str, Any], new: Any) -> dict[str, Any]:
    before = last if isinstance(last, Mapping) else {}
    merged = {} if new is _ABSENT else dict(new)
    for key, over in overlay.items():
        was, now = before.get(key, _ABSENT), merged.get(key, _ABSENT)
        if isinstance(kind.values, Struct) and _all(Mapping, over, was, now):
            merged[key] = _struct(kind.values.cls, was, over, now)
        elif _same(kind.values, None, was, now):
            merged[key] = over
            if over is None:
                del merged[key]
    return merged


def _free(last: Any, overlay: Mapping[str, Any], new: Any) -> dict[str, Any]:
    before = last if isinstance(last, Mapping) else {}
    merged = {} if new is _ABSENT else dict(new)
    for key, over in overlay.items():
        was, now = before.get(key, _ABSENT), merged.get(key, _ABSENT)
        if isinstance(over, Mapping) and all(one is _ABSENT or isinstance(one, Mapping) for one in (was, now)) \
                and (was is _ABSENT) == (now is _ABSENT):
            merged[key] = _free(was, over, now)
        elif was == now:
            merged[key] = over
            if over is None:
                del merged[key]
    return merged


def _same(kind: Kind, known: Known | None, last: Any, new: Any) -> bool:
    """Whether two values mean the same: shorthands and defaults written out are no difference."""
    if last is _ABSENT and new is _ABSENT:
        return True
    if known is None and (last is _ABSENT or new is _ABSENT):
        return False
    return bool(last == new or _meaning(kind, known, last) == _meaning(kind, known, new))


def _meaning(kind: Kind, known: Known | None, value: Any) -> Any:
    if known is not None and (value is _ABSENT or (value is None and known.default is None)):
        return known.default
    report = Report()
    meaning = read(kind, value, "", report)
    return value if report.problems else meaning
