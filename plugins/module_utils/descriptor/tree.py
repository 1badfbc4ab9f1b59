# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A descriptor's mappings read with their place, their mistakes collected, and keys that nobody asked for found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import Section
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, described, nearest, plain, show

_MOST_PROBLEMS = 1000
# What a size may be followed by, in GiB: descriptors that say GB mean it so
_UNITS = {"": 1.0, "KB": 2**-20, "MB": 2**-10, "GB": 1.0, "TB": 1024.0, "KIB": 2**-20, "MIB": 2**-10, "GIB": 1.0, "TIB": 1024.0}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*([a-zA-Z]*)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def canonical(key: str) -> str:
    """A key as SOL006 spells it: no prefix, words with hyphens (``nsd:vnfd_id`` and ``vnfdId`` are ``vnfd-id``)."""
    return _CAMEL.sub("-", plain(key).rpartition(":")[2]).replace("_", "-").lower()


class Notes:
    """The mistakes and warnings of one reading.

    :ivar left: what is left out, and why.
    :ivar notes: the warnings of anything else.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.left: list[Problem] = []
        self.notes: list[str] = []

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def warn(self, path: str, message: str) -> None:
        self.warnings.append(f"{path}: {message}")
        self.notes.append(self.warnings[-1])

    def leave(self, path: str, why: str) -> None:
        """Tell that something is left out."""
        self.left.append(Problem(path, why))
        self.warnings.append(f"{path}: this is left out: {why}")


def few(problems: Iterable[Problem]) -> list[Problem]:
    """Each of the mistakes once, and no more of them than someone reads."""
    found = list(dict.fromkeys(problems))
    more = len(found) - _MOST_PROBLEMS
    return found if more <= 0 else [*found[:_MOST_PROBLEMS], Problem("descriptor", f"there are {more} more mistakes")]


class Node:
    """A mapping of a descriptor at ``path`` (``file:path``). Getters report what does not fit and answer the default."""

    def __init__(self, value: Any, path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self.values: dict[str, Any] = {}
        self.asked: set[str] = set()
        if not isinstance(value, Mapping):
            notes.problem(path, f"{described(value)}, not a mapping")
            return
        for key, item in value.items():
            if not isinstance(key, str):
                notes.problem(path, f"the key {show(key)} is not a string: put it in quotes")
            elif canonical(key) in self.values:
                notes.problem(path, f"{show(canonical(key))} is there twice, in different spellings")
            elif item is not None:
                self.values[canonical(key)] = item

    def at(self, key: str) -> str:
        return self.path + key if self.path.endswith(":") else f"{self.path}.{key}"

    def get(self, key: str) -> Any:
        self.asked.add(key)
        return self.values.get(key)

    def wrong(self, key: str, value: Any, wanted: str) -> None:
        self.notes.problem(self.at(key), f"{described(value)}, not {wanted}")

    def text(self, key: str, required: bool = False) -> str | None:
        """A string; a number is as good, as ids and versions are often written without quotes."""
        value = self.get(key)
        if isinstance(value, str) and value:
            return plain(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return show(value)
        if value is not None and value != "":
            self.wrong(key, value, "a string")
        elif required:
            self.notes.problem(self.at(key), "this is missing")
        return None

    def number(self, key: str) -> float | None:
        value = self.get(key)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value):
            value = float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**31:
            return float(value)
        if value is not None:
            self.wrong(key, value, f"a number of 0..{2**31 - 1}")
        return None

    def whole(self, key: str) -> int | None:
        value = self.number(key)
        if value is not None and not value.is_integer():
            self.wrong(key, self.values[key], "a whole number")
            return None
        return None if value is None else int(value)

    def gib(self, key: str) -> float | None:
        """A size in GB, or with its unit after it."""
        value = self.get(key)
        sized = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if sized and sized[2].upper() in _UNITS:
            return float(sized[1]) * _UNITS[sized[2].upper()]
        if isinstance(value, str):
            self.wrong(key, value, "a size in GB, nor one with its unit, such as '512 MB'")
            return None
        return self.number(key)

    def has_unit(self, key: str) -> bool:
        """Whether a size says its unit."""
        value = self.values.get(key)
        sized = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        return bool(sized and sized[2])

    def addresses(self, key: str) -> list[str]:
        """An address, or a list of them."""
        if isinstance(self.get(key), (list, tuple)):
            return self.texts(key)
        one = self.text(key)
        return [one] if one else []

    def flag(self, key: str) -> bool | None:
        value = self.get(key)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        self.wrong(key, value, "true or false")
        return None

    def node(self, key: str) -> Node | None:
        value = self.get(key)
        if isinstance(value, (list, tuple)) and len(value) == 1:
            return Node(value[0], f"{self.at(key)}[0]", self.notes)
        return None if value is None else Node(value, self.at(key), self.notes)

    def nodes(self, key: str) -> list[Node]:
        """A list of mappings; a mapping alone is a list of one."""
        value = self.get(key)
        if isinstance(value, Mapping):
            return [Node(value, self.at(key), self.notes)]
        return [Node(item, f"{self.at(key)}[{at}]", self.notes) for at, item in enumerate(self.items(key))]

    def items(self, key: str) -> list[Any]:
        value = self.get(key)
        if isinstance(value, (list, tuple)):
            return list(value)
        if value is not None:
            self.wrong(key, value, "a list")
        return []

    def texts(self, key: str) -> list[str]:
        """A list of strings; a string alone is a list of one."""
        value = self.get(key)
        if isinstance(value, str):
            return [plain(value)]
        return [show(item) if isinstance(item, int) else plain(item) for item in self.items(key) if self._fits(key, item)]

    def _fits(self, key: str, item: Any) -> bool:
        fits = isinstance(item, (str, int)) and not isinstance(item, bool)
        if not fits:
            self.wrong(key, item, "a string")
        return fits

    def mapping(self, key: str) -> dict[str, Any]:
        """Free values as they are."""
        value = self.get(key)
        if value is None or isinstance(value, Mapping):
            return dict(value or {})
        self.wrong(key, value, "a mapping")
        return {}

    def choice(self, key: str, choices: Mapping[str, str]) -> str | None:
        """What ``choices`` has for the word, however it is capitalised."""
        value = self.text(key)
        if value is None:
            return None
        if value.upper() not in choices:
            self.notes.problem(self.at(key), f"{show(value)} is none of {', '.join(choices)}")
        return choices.get(value.upper())

    def close(self, section: Section) -> None:
        """Tell of the keys that nobody asked for what the section says of them; those that it does not have are unknown."""
        for key in self.values:
            said = section.keys.get(key)
            if key in self.asked:
                continue
            if said is None:
                self.notes.leave(self.at(key), f"unknown key: {nearest(key, section.keys)}")
            elif said.how in ("left", "kept"):
                self.notes.leave(self.at(key), said.text)


def by_id(nodes: Iterable[Node], key: str = "id") -> dict[str, Node]:
    """``nodes`` by their ids; missing and double ones are reported."""
    found: dict[str, Node] = {}
    for node in nodes:
        name = node.text(key, required=True)
        if name is None:
            continue
        if name in found:
            node.notes.problem(node.at(key), f"{show(name)} is there already, at {found[name].path}")
        found.setdefault(name, node)
    return found


def chosen(nodes: Iterable[Node], name: str | None, owner: Node, key: str) -> Node | None:
    """The one called ``name``, or the first; reported when there is none."""
    named = by_id(nodes)
    if name is None and named:
        return next(iter(named.values()))
    if name not in named:
        what = "this is missing" if name is None else f"{show(name)} is none of them: {nearest(name, named)}"
        owner.notes.problem(owner.at(key), what)
    return named.get(name or "")
