# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a document, said so that its writer can put it right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

_LONGEST_SHOWN = 60


class Problem(NamedTuple):
    """One mistake: ``path`` into the document and ``message``, which names the value and the way out."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class TargetError(ValueError):
    """A document that can't be a network service; ``problems`` holds every mistake in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Report:
    """Collects problems while a document is read and checked."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._paths: set[str] = set()

    def add(self, path: str, message: str) -> None:
        """Note one mistake at ``path`` ('' is the document itself)."""
        self.problems.append(Problem(path or "document", message))
        self._paths.add(path)

    def unread(self, path: str, *names: str) -> bool:
        """Whether one of ``names`` below ``path`` was given but could not be read: then it is not missing as well."""
        return any(f"{path}.{name}" in self._paths for name in names)


def step(path: str, key: object) -> str:
    """The path of ``key`` (an index, a key) below ``path``."""
    if isinstance(key, int) and not isinstance(key, bool):
        return f"{path}[{key}]"
    if isinstance(key, str) and key.replace("_", "a").replace("-", "a").isalnum():
        return f"{path}.{key}" if path else str(key)
    return f"{path}[{show(key)}]"


def show(value: object) -> str:
    """``value`` for an error message: short, on one line, in the document's words rather than in Python's."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = str.__repr__(str(value))
        return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 4] + "...'"
    if isinstance(value, int):
        return str(int(value)) if value.bit_length() < 128 else f"a number of {value.bit_length()} bits"
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"a {type(value).__name__}"


def described(value: object) -> str:
    """``value`` with its type, as in ``'4' is a string``."""
    shown = show(value)
    for kind, name in ((bool, "a boolean"), (str, "a string"), (int, "a number"), (float, "a number")):
        if isinstance(value, kind):
            return f"{shown} is {name}"
    return shown if value is None else f"{shown} is given"


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown ``word``: the nearest known one, else all of them."""
    names = sorted({name for name in known if isinstance(name, str)})
    close = difflib.get_close_matches(word[:_LONGEST_SHOWN], names, n=1) if len(names) <= 500 else []
    if close:
        return f"did you mean {close[0]}?"
    if not names:
        return "there are none"
    listed = ", ".join(names[:20])
    return f"known: {listed}, ..." if len(names) > 20 else f"known: {listed}"


def plain(value: Any) -> Any:
    """``value`` as a plain string, whatever subclass of ``str`` it comes as (Ansible tags its strings)."""
    return "".join(value) if type(value) is not str else value  # pylint: disable=unidiomatic-typecheck
