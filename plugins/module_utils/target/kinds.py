# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of value a network-service document is made of.

Each is a description only. ``parse`` reads values by it, and the JSON schema and the reference page are made from it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

REQUIRED: Any = dataclasses.MISSING

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
NAME_LENGTH = 63


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """What all kinds have in common."""


@dataclasses.dataclass(frozen=True, slots=True)
class Text(Kind):
    """A string. ``pattern`` must match all of it; ``wanted`` says in words what the pattern asks for."""

    longest: int = 255
    shortest: int = 1
    pattern: str | None = None
    wanted: str = ""
    multiline: bool = False


NAME = Text(longest=NAME_LENGTH, pattern=NAME_PATTERN, wanted="letters, digits, '-', '_' and '.', a letter or digit first")
REFERENCE = Text(
    longest=2 * NAME_LENGTH + 1,
    pattern=rf"{NAME_PATTERN}(/{NAME_PATTERN})?",
    wanted="the name of one of the NS, or vnf/name",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Integer(Kind):
    """A whole number, limits included."""

    least: int
    most: int


@dataclasses.dataclass(frozen=True, slots=True)
class Boolean(Kind):
    """true or false."""


@dataclasses.dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One word of several."""

    words: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Address(Kind):
    """An IP address, or one of ``words``; ``null`` is what a null stands for, where it may stand.

    With ``prefix`` an address with a prefix length (10.0.0.0/24) is fine as well.
    """

    words: tuple[str, ...] = ()
    null: str | None = None
    prefix: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Cidr(Kind):
    """A subnet: address and prefix length, no host bits."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mac(Kind):
    """A unicast MAC address, six pairs of hexadecimal digits with colons."""


@dataclasses.dataclass(frozen=True, slots=True)
class PciAddress(Kind):
    """Domain (0000 where it is left out), bus, device and function of a PCI device, in hexadecimal digits."""


@dataclasses.dataclass(frozen=True, slots=True)
class SshKey(Kind):
    """A public SSH key, as it stands in authorized_keys."""


@dataclasses.dataclass(frozen=True, slots=True)
class FileName(Kind):
    """A file's path, relative to the document and below its folder."""


@dataclasses.dataclass(frozen=True, slots=True)
class Free(Kind):
    """A mapping of names to any JSON values. The values of a ``secret`` one are in no message."""

    secret: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class MapOf(Kind):
    """A mapping of ``keys`` to ``values``."""

    values: Kind
    keys: Kind = NAME
    most: int = 128


@dataclasses.dataclass(frozen=True, slots=True)
class ListOf(Kind):
    """A list of ``items``. ``by`` names the attribute that tells items apart; ``single`` allows one item without a list."""

    items: Kind
    by: str | None = None
    single: bool = False
    most: int = 100_000


@dataclasses.dataclass(frozen=True, slots=True)
class Struct(Kind):
    """A mapping with known keys: a dataclass of the model.

    A class may say ``SHORTHAND = "name"``: a bare value stands for that attribute. With ``SWITCH = True`` a bare true
    stands for all defaults and false for none.
    """

    cls: type


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """Everything there is to know about one key of the document."""

    description: str
    kind: Kind
    key: str | None = None
    unit: str = ""


def attribute(
    description: str, kind: Kind, *, default: Any = REQUIRED, key: str | None = None, unit: str = ""
) -> Any:
    """A dataclass field of the model, described once. ``key`` is its name in the document when it differs."""
    # pylint: disable=invalid-field-call  # what this returns is always a field of a dataclass
    metadata = {"attribute": Attribute(description, kind, key, unit)}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
