# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nfv_vnf, nfv_vdu and nfv_count_index narrow a verb down to, and the verb's parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import item_of
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    NetworkService,
    TargetError,
    Vdu,
    Vnf,
    read_part,
)

#: The parameter of every verb by which a caller names a request, and its length at most.
REQUEST_ID = 'request_id'
LONGEST_ID = 255


class Selected(NamedTuple):
    """One VDU that is meant, with its path in the document and the indexes of those instances that are; ``whole``: all of them,
    and not one by one."""

    path: str
    vnf: Vnf
    vdu: Vdu
    indexes: Sequence[int]
    whole: bool = True

    @property
    def items(self) -> Iterator[str]:
        """The record's keys of the instances."""
        return (item_of(self.vnf, self.vdu, index) for index in self.indexes)


def select(request: Request, target: NetworkService) -> list[Selected]:
    """The VDUs and instances that are meant; all of them where nothing narrows it down.

    :raises InputError: there is no such VNF, VDU or instance; names those that there are.
    """
    if request.items is not None:
        return _listed(request, target)
    if request.vnf is not None:
        _known('vnf', request.vnf, {vnf.name for vnf in target.vnfs}, f'VNF of {target.name}')
    vnfs = [(number, vnf) for number, vnf in enumerate(target.vnfs) if request.vnf in (None, vnf.name)]
    if request.vdu is not None:
        names = {vdu.name if request.vnf else f'{vnf.name}/{vdu.name}' for _number, vnf in vnfs for vdu in vnf.vdus}
        _known('vdu', request.vdu, {name.rpartition('/')[2] for name in names},
               f'VDU of {request.vnf or target.name}', names)
    found = [Selected(f'vnfs[{number}].vdus[{place}]', vnf, vdu, range(vdu.count)) for number, vnf in vnfs
             for place, vdu in enumerate(vnf.vdus) if request.vdu in (None, vdu.name)]
    return found if request.count_index is None else [_instance(request.count_index, one) for one in found]


def _listed(request: Request, target: NetworkService) -> list[Selected]:
    """What a list of selections means together, each problem with its place in the list."""
    found: dict[str, Selected] = {}
    problems = []
    for place, item in enumerate(request.items or ()):
        try:
            chosen = select(dataclasses.replace(request, items=None, **item), target)
        except InputError as error:
            problems += [f'instances[{place}].{problem}' for problem in error.problems]
            continue
        for one in chosen:
            other = found.get(one.path, one)
            found[one.path] = one._replace(indexes=sorted({*one.indexes, *other.indexes}), whole=one.whole or other.whole)
    if problems:
        raise InputError(problems)
    return list(found.values())


def select_one(request: Request, target: NetworkService) -> Selected:
    """The one VDU that is meant.

    :raises InputError: as :func:`select`; or several are meant.
    """
    found = select(request, target)
    if len(found) == 1:
        return found[0]
    names = ', '.join(f'{one.vnf.name}/{one.vdu.name}' for one in found) or 'none'
    option = 'vdu' if request.vdu is None else 'vnf'
    raise InputError([f'{option}: name the VDU that is meant (nfv_vnf, nfv_vdu); there are: {names}'])


def select_vnf(request: Request, target: NetworkService) -> tuple[str, Vnf]:
    """The one VNF that is meant, with its path in the document.

    :raises InputError: there is no such VNF, or several are meant.
    """
    names = [vnf.name for vnf in target.vnfs]
    if request.vnf is not None:
        _known('vnf', request.vnf, names, f'VNF of {target.name}')
    found = [number for number, name in enumerate(names) if request.vnf in (None, name)]
    if len(found) == 1:
        return f'vnfs[{found[0]}]', target.vnfs[found[0]]
    raise InputError([f'vnf: name the VNF that is meant (nfv_vnf); there are: {", ".join(names) or "none"}'])


def _instance(index: int, one: Selected) -> Selected:
    if index not in one.indexes:
        known = f'0 to {one.vdu.count - 1}' if one.vdu.count > 1 else '0' if one.vdu.count else 'none'
        raise InputError([f'count_index: {index} is not an instance of VDU {one.vnf.name}/{one.vdu.name} (there are: {known})'])
    return one._replace(indexes=range(index, index + 1), whole=False)


def _known(option: str, value: str, names: Collection[str], what: str, shown: Collection[str] | None = None) -> None:
    if value not in names:
        raise InputError([f'{option}: {value} is not a {what} (there are: {", ".join(sorted(shown or names)) or "none"})'])


def at_once(request: Request, selected: list[Selected]) -> int | None:
    """How many instances may be down at once; a share is one of all instances of the VDUs that are meant.

    :raises InputError: neither a count nor a share.
    """
    text = request.max_unavailable
    if text is None:
        return None
    number, sign, rest = text.strip().partition('%')
    if not number.isdecimal() or rest or int(number) < 1 or (sign and int(number) > 100):
        raise InputError([f'max_unavailable: {text!r} is neither a count of 1 or more nor a share such as 25%'])
    return max(sum(one.vdu.count for one in selected) * int(number) // 100, 1) if sign else int(number)


class Params:
    """The parameters of a verb, read one by one; what is wrong with them is told at once.

    :param verb: what they are of, for messages.
    """

    def __init__(self, verb: str, given: dict[str, Any], *known: str) -> None:
        self._given = given
        self.problems = [f'params.{name}: unknown to {verb}; known are {", ".join((*known, REQUEST_ID))}' for name in given
                         if name not in (*known, REQUEST_ID)]
        self.text(REQUEST_ID, LONGEST_ID)

    def has(self, name: str) -> bool:
        """Whether it is given."""
        return self._given.get(name) is not None

    def number(self, name: str, least: int) -> int | None:
        """A whole number, also as text (from -e); None where it is not given or not one."""
        value = self._given.get(name)
        if value is None:
            return None
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if number < least or isinstance(value, bool):
            self.problems.append(f'params.{name}: {value!r} is not a whole number of {least} or more')
            return None
        return number

    def truth(self, name: str) -> bool:
        """True or false, also as text (from -e); false where it is not given or neither."""
        return self.word(name, 'true', 'false') == 'true'

    def word(self, name: str, *choices: str) -> str | None:
        """One of some words, whatever its case; None where it is not given or not one."""
        value = self._given.get(name)
        for choice in choices if value is not None else ():
            if str(value).lower() == choice.lower():
                return choice
        if value is not None:
            self.problems.append(f'params.{name}: {value!r} is none of {", ".join(choices)}')
        return None

    def part(self, name: str) -> Any:
        """An image or a flavor as a document gives it; None where it is not given or not one."""
        if not self.has(name):
            return None
        try:
            return read_part(name, self._given[name], f'params.{name}')
        except TargetError as error:
            self.problems += [str(problem) for problem in error.problems]
            return None

    def text(self, name: str, most: int) -> str:
        """A text."""
        value = self._given.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > most):
            self.problems.append(f'params.{name}: not a text of at most {most} characters')
        return str(value or '')

    def check(self, *more: str | None) -> None:
        """
        :param more: what else is wrong.
        :raises InputError: something is wrong.
        """
        problems = [*self.problems, *(one for one in more if one)]
        if problems:
            raise InputError(problems)
