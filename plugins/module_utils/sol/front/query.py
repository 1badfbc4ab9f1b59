# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists as a client asks for them: attribute filters, attribute selectors and pages (ETSI GS NFV-SOL 013 clauses 5.2 to 5.4)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import refused

SELECTORS = ('all_fields', 'fields', 'exclude_fields', 'exclude_default')
MARKER = 'nextpage_opaque_marker'
ONE, MANY = ('eq', 'neq', 'gt', 'gte', 'lt', 'lte'), ('in', 'nin', 'cont', 'ncont')
NEGATED = {'neq': 'eq', 'nin': 'in', 'ncont': 'cont'}
#: Entries of a map are reached by its keys; this stands for the key itself.
KEY = '@key'
LONGEST = 4096
_QUOTED, _PLAIN = re.compile(r"'((?:[^']|'')*)'"), re.compile(r"([^,()']*)")
_TIME = re.compile(r'\d{4}-\d\d-\d\dT')

Item = Mapping[str, Any]
T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource: its attributes, those that are always there, and those that a list leaves out unless they are asked for."""

    attributes: frozenset[str]
    mandatory: frozenset[str]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """What a list is asked for."""

    filters: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    selector: str
    fields: frozenset[tuple[str, ...]]
    marker: str | None
    kept: tuple[tuple[str, str], ...]

    def needs(self, kind: Kind, attributes: Sequence[str]) -> bool:
        """Whether one of these attributes is filtered by or shown."""
        if any(path[0] in attributes for _op, path, _values in self.filters):
            return True
        shown = {one: self._shows(kind, one) for one in attributes}
        return any(shown.values())

    def matches(self, item: Item) -> bool:
        """Whether an item fits all filters."""
        return all(_matches(item, op, path, values) for op, path, values in self.filters)

    def select(self, kind: Kind, item: Item) -> dict[str, Any]:
        """The item with the attributes that are asked for."""
        shown = {key: value for key, value in item.items() if self._shows(kind, key) or not isinstance(value, (dict, list))
                 and self.selector == 'fields'}
        if self.selector == 'exclude_fields':
            for path in self.fields:
                if len(path) > 1:
                    shown = _without(shown, path)
        if self.selector == 'fields':
            for name in shown.keys() - kind.mandatory:
                deeper = [path[1:] for path in self.fields if path[0] == name]
                if deeper and all(deeper):
                    shown[name] = _only(shown[name], deeper)
        return shown

    def _shows(self, kind: Kind, name: str) -> bool:
        if name in kind.mandatory:
            return True
        named = any(path[0] == name for path in self.fields)
        if self.selector == 'exclude_fields':
            return (name,) not in self.fields
        if self.selector == 'fields':
            return named
        return self.selector == 'all_fields' or named or name not in kind.left_out

    def page(self, items: Sequence[T], key: Callable[[T], Sequence[str]], size: int) -> tuple[list[T], str | None]:
        """The items of the page that is asked for, and the query of the next one (None: there is none).

        :param items: all of them, in ascending order of ``key``, which never changes for an item.
        """
        after = _read_marker(self.marker) if self.marker is not None else None
        rest = [one for one in items if after is None or list(key(one)) > after]
        if len(rest) <= size:
            return list(rest), None
        marker = base64.urlsafe_b64encode(json.dumps(list(key(rest[size - 1]))).encode()).decode().rstrip('=')
        return rest[:size], urlencode([*self.kept, (MARKER, marker)])


def parse(query: Sequence[tuple[str, str]], kind: Kind) -> Query:
    """What the query of a request asks for.

    :raises OpOccError: 400, it can not be understood, or names what is no attribute.
    """
    given = [(name.replace('-', '_'), value) for name, value in query]
    unknown = sorted({name for name, _value in given} - {'filter', MARKER, *SELECTORS})
    if unknown:
        raise refused(400, f'{unknown[0][:64]!r} is no parameter of a query here')
    names = [name for name, _value in given if name in SELECTORS or name == MARKER]
    if len(names) != len(set(names)):
        raise refused(400, 'an attribute selector or a marker is there twice')
    selectors = {name: value for name, value in given if name in SELECTORS}
    if len(selectors) > 1 and selectors.keys() != {'fields', 'exclude_default'}:
        raise refused(400, f'attribute selectors that exclude each other: {", ".join(sorted(selectors))}')
    filters = [one for name, value in given if name == 'filter' for one in _filters(value)]
    for _op, path, _values in filters:
        _known(path, kind, 'filter')
    named = [_path(one) for value in (selectors.get('fields'), selectors.get('exclude_fields')) if value is not None
             for one in value.split(',')]
    for path in named:
        _known(path, kind, 'an attribute selector')
        if 'exclude_fields' in selectors and len(path) == 1 and path[0] in kind.mandatory:
            raise refused(400, f'{path[0]} is always there, so it can not be excluded')
    selector = 'exclude_default' if len(selectors) != 1 else next(iter(selectors))
    marker = next((value for name, value in given if name == MARKER), None)
    return Query(tuple(filters), selector, frozenset(named), marker,
                 tuple((name, value) for name, value in given if name != MARKER))


def _known(path: tuple[str, ...], kind: Kind, where: str) -> None:
    if path[0] not in kind.attributes:
        raise refused(400, f'{path[0][:64]!r} in {where} is no attribute here (there are: {", ".join(sorted(kind.attributes))})')


def _path(text: str) -> tuple[str, ...]:
    path = tuple(part.replace('~1', '/').replace('~0', '~') for part in text.strip().split('/'))
    if not all(path):
        raise refused(400, f'{text[:64]!r} is no name of an attribute')
    return path


def _filters(text: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """``(eq,a/b,1);(in,c,x,'y,z')``, each with its operator, path and values."""
    if len(text) > LONGEST:
        raise refused(400, f'filter: has more than {LONGEST} characters')
    at = 0
    while True:
        if text[at:at + 1] != '(':
            raise refused(400, f'filter: "(" is missing at character {at + 1}')
        parts, at = _parts(text, at + 1)
        if len(parts) < 3:
            raise refused(400, 'filter: write (operator,attribute,value)')
        op, path, values = parts[0], _path(parts[1]), tuple(parts[2:])
        if op not in (*ONE, *MANY):
            raise refused(400, f'filter: {op[:16]!r} is no operator; there are {", ".join((*ONE, *MANY))}')
        if op in ONE and len(values) != 1:
            raise refused(400, f'filter: {op} takes one value')
        yield op, path, values
        if at == len(text):
            return
        if text[at] != ';':
            raise refused(400, f'filter: ";" is missing at character {at + 1}')
        at += 1


def _parts(text: str, at: int) -> tuple[list[str], int]:
    """The parts of one expression, and where it ends."""
    parts = []
    while True:
        quoted = _QUOTED.match(text, at)
        found = quoted or _PLAIN.match(text, at)
        if found is not None:
            parts.append(found.group(1).replace("''", "'"))
            at = found.end()
        sign = text[at:at + 1]
        if sign == ')':
            return parts, at + 1
        if sign != ',':
            raise refused(400, f'filter: "," or ")" is missing at character {at + 1}')
        at += 1


def _matches(item: Item, op: str, path: tuple[str, ...], values: tuple[str, ...]) -> bool:
    """Whether one of what stands at a path fits; of a negated operator, whether none fits that it denies."""
    found = list(_at(item, path))
    if op in NEGATED:
        return not any(_holds(one, NEGATED[op], value) for one in found for value in values)
    return any(_holds(one, op, value) for one in found for value in values)


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        if path[0] == KEY:
            yield from value
        elif path[0] in value:
            yield from _at(value[path[0]], path[1:])


def _holds(found: Any, op: str, asked: str) -> bool:
    if isinstance(found, bool):
        return op in ('eq', 'in') and asked == ('true' if found else 'false')
    if isinstance(found, (int, float)):
        try:
            wanted: Any = float(asked)
        except ValueError:
            return False
    elif isinstance(found, str):
        wanted = asked
        if _TIME.match(found) and _TIME.match(asked):
            # 2026-01-01T00:00:00Z and ...00.000000Z are one moment, and texts would be compared otherwise
            found, wanted = (one.rstrip('Z').partition('.')[0] + '.' + one.rstrip('Z').partition('.')[2].ljust(6, '0')
                             for one in (found, asked))
    else:
        return False
    if op == 'cont':
        return isinstance(found, str) and asked in found
    return {'eq': found == wanted, 'in': found == wanted, 'gt': found > wanted, 'gte': found >= wanted, 'lt': found < wanted,
            'lte': found <= wanted}[op]


def _without(value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_without(one, path) for one in value]
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: one for key, one in value.items() if key != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}


def _only(value: Any, paths: Sequence[tuple[str, ...]]) -> Any:
    if isinstance(value, list):
        return [_only(one, paths) for one in value]
    if not isinstance(value, Mapping) or not all(paths):
        return value
    return {key: _only(one, [path[1:] for path in paths if path[0] == key]) for key, one in value.items()
            if any(path[0] == key for path in paths)}


def _read_marker(marker: str) -> list[str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(marker + '=' * (-len(marker) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise refused(400, f'{MARKER}: take it from the Link of the page before')
    return found
