# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML text as plain values, with the place of what is wrong with it."""

from __future__ import annotations

import functools
import re
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, TargetError, step

_DEEPEST = 64
_MOST_VALUES = 2_000_000
# YAML 1.1 reads 12:34:56 as a number in base 60, which is no way to treat a MAC address, and 2026-01-01 as a date.
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$")
_FLOAT = re.compile(
    r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))$|\.(nan|NaN|NAN)$"
)
_INT_TAG, _FLOAT_TAG = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class DescriptorError(TargetError):
    """Descriptors that can't be read; ``problems`` holds every mistake, its path as ``file:path``."""


def parse_yaml(text: str, name: str) -> Any:
    """What ``text`` of the file ``name`` says. Raises DescriptorError with line and column when it is no sound YAML."""
    import yaml

    try:
        _check_depth(text, name)
        value = yaml.load(text, Loader=_loader())
    except DescriptorError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DescriptorError([_yaml_problem(error, name)]) from None
    loop = _loop(value)
    if loop is not None:
        raise DescriptorError([Problem(f"{name}:{loop}", "this contains itself, by an anchor")])
    if _size(value) > _MOST_VALUES:
        raise DescriptorError([Problem(name, f"its anchors make more than {_MOST_VALUES} values of it")])
    return value


def _yaml_problem(error: Exception, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).split("\n", 1)[0]
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Problem(f"{name}{where}", f"this is no valid YAML: {what}")


def _base() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _check_depth(text: str, name: str) -> None:
    """Refuse deep nesting before it is built, which recurses."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=_base()):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > _DEEPEST:
                mark: Any = event.start_mark
                place = f"{name}, line {mark.line + 1}, column {mark.column + 1}"
                raise DescriptorError([Problem(place, f"this is nested deeper than {_DEEPEST} levels")])
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


@functools.cache
def _loader() -> Any:
    """A safe loader that knows no dates and no numbers in base 60, and refuses a key that is there twice."""
    import yaml

    class Loader(_base()):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _value in node.value if isinstance(node, yaml.MappingNode) else ():
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    if (key.tag, key.value) in seen:
                        raise yaml.constructor.ConstructorError(
                            None, None, f"the key {key.value!r} is there twice", key.start_mark
                        )
                    seen.add((key.tag, key.value))
            return super().construct_mapping(node, deep)

    dropped = (_INT_TAG, _FLOAT_TAG, "tag:yaml.org,2002:timestamp")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in dropped]
        for first, resolvers in Loader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(_FLOAT_TAG, _FLOAT, list("-+0123456789."))
    Loader.add_implicit_resolver(_INT_TAG, _INTEGER, list("-+0123456789"))
    return Loader


def _loop(value: Any) -> str | None:
    """The path of the first value in ``value`` that contains itself."""
    open_ids: set[int] = set()
    known: set[int] = set()
    # A path is a pair of what is before it and its last step, as paths of anchors in anchors can be long
    stack: list[tuple[Any, tuple[Any, ...], bool]] = [(value, (), False)]
    while stack:
        item, path, leave = stack.pop()
        if not isinstance(item, (dict, list)):
            continue
        if leave:
            open_ids.discard(id(item))
            known.add(id(item))
        elif id(item) in open_ids:
            return _rendered(path)
        elif id(item) not in known:
            open_ids.add(id(item))
            stack.append((item, path, True))
            inner = item.items() if isinstance(item, dict) else enumerate(item)
            stack.extend((child, (path, key), False) for key, child in inner)
    return None


def _rendered(path: tuple[Any, ...]) -> str:
    """The last steps of a path."""
    steps: list[Any] = []
    while path and len(steps) <= _DEEPEST:
        path, key = path
        steps.append(key)
    return functools.reduce(step, reversed(steps), "")


def _size(value: Any) -> int:
    """How many values ``value``, which does not contain itself, has when its anchors are written out."""
    known: dict[int, int] = {}
    stack: list[tuple[Any, bool]] = [(value, False)]
    while stack:
        item, leave = stack.pop()
        if not isinstance(item, (dict, list)):
            continue
        children = list(item.values()) if isinstance(item, dict) else item
        if leave:
            known[id(item)] = 1 + sum(known.get(id(child), 1) for child in children)
        elif id(item) not in known:
            stack.append((item, True))
            stack.extend((child, False) for child in children)
    return known.get(id(value), 1)
