# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of documents: values in, by their kind, dataclasses out, and a report of all that does not fit.

What does not fit is read as None, so that the rest can still be checked.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import (
    REQUIRED,
    Address,
    Attribute,
    Boolean,
    Choice,
    Cidr,
    FileName,
    Free,
    Integer,
    Kind,
    ListOf,
    Mac,
    MapOf,
    PciAddress,
    SshKey,
    Struct,
    Text,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import (
    Report,
    described,
    nearest,
    plain,
    show,
    step,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
_PCI = re.compile(r"([0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]")
_SSH_KEY = re.compile(r"(ssh-[a-z0-9@.-]+|ecdsa-sha2-[a-z0-9@.-]+|sk-[a-z0-9@.-]+) \S+( .*)?")
_DEEPEST = 32
_MOST_VALUES = 100_000
_LARGEST = 2**63


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """One attribute of a class, as the reader needs it."""

    name: str
    key: str
    described: Attribute
    required: bool
    default: Any
    nullable: bool


_KNOWN: dict[type, dict[str, Known]] = {}


def attributes(cls: type) -> dict[str, Known]:
    """The attributes of a class of the model by their keys in the document."""
    if cls not in _KNOWN:
        _KNOWN[cls] = _attributes(cls)
    return _KNOWN[cls]


def _attributes(cls: type) -> dict[str, Known]:
    known = {}
    for field in dataclasses.fields(cls):
        told = field.metadata.get("attribute")
        if told is None:
            continue
        factory = field.default_factory
        default = field.default if factory is dataclasses.MISSING else factory()
        key = told.key or field.name
        null_means = isinstance(told.kind, Address) and told.kind.null is not None
        known[key] = Known(field.name, key, told, default is REQUIRED, default, default is None or null_means)
    return known


def read(kind: Kind, value: Any, path: str, report: Report) -> Any:
    """``value`` as its ``kind``; None, and a problem in ``report``, when it does not fit."""
    return _READERS[type(kind)](kind, value, path, report)


def _wrong(value: Any, wanted: str, path: str, report: Report, hint: str = "") -> None:
    report.add(path, f"{described(value)}, not {wanted}{hint}")


def _string(value: Any, wanted: str, path: str, report: Report) -> str | None:
    if isinstance(value, str):
        return plain(value)
    scalar = isinstance(value, (int, float))
    _wrong(value, wanted, path, report, ": put it in quotes" if scalar else "")
    return None


def _read_text(kind: Text, value: Any, path: str, report: Report) -> str | None:
    text = _string(value, "a string", path, report)
    if text is None:
        return None
    if len(text) < kind.shortest:
        report.add(path, "'' is empty: write something, or leave the key out")
    elif len(text) > kind.longest:
        report.add(path, f"{show(text)} has {len(text)} characters, more than {kind.longest}")
    elif (_CONTROL_BUT_LINES if kind.multiline else _CONTROL).search(text):
        report.add(path, f"{show(text)} has control characters")
    elif kind.pattern and not re.fullmatch(kind.pattern, text):
        report.add(path, f"{show(text)} does not fit: {kind.wanted}")
    else:
        return text
    return None


def _read_integer(kind: Integer, value: Any, path: str, report: Report) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        hint = ": write it without quotes" if isinstance(value, str) and value.strip("-").isdecimal() else ""
        _wrong(value, "a whole number", path, report, hint)
    elif value < kind.least:
        report.add(path, f"{show(value)} is less than {kind.least}")
    elif value > kind.most:
        report.add(path, f"{show(value)} is more than {kind.most}")
    else:
        return int(value)
    return None


def _read_boolean(kind: Boolean, value: Any, path: str, report: Report) -> bool | None:
    if isinstance(value, bool):
        return value
    _wrong(value, "true or false", path, report)
    return None


def _read_choice(kind: Choice, value: Any, path: str, report: Report) -> str | None:
    if isinstance(value, str) and value in kind.words:
        return plain(value)
    report.add(path, f"{show(value)} is none of {', '.join(kind.words)}")
    return None


def _read_address(kind: Address, value: Any, path: str, report: Report) -> str | None:
    if value is None and kind.null is not None:
        return kind.null
    text = _string(value, "an IP address", path, report)
    if text is None or text in kind.words:
        return text
    try:
        if kind.prefix and "/" in text:
            return str(ipaddress.ip_network(text, strict=False))
        address = ipaddress.ip_address(text)
    except ValueError:
        also = f", nor {' or '.join(kind.words)}" if kind.words else ""
        report.add(path, f"{show(text)} is no IP address{also}")
        return None
    if getattr(address, "scope_id", None):
        report.add(path, f"{show(text)} has a zone: leave it out")
        return None
    return str(address)


def _read_cidr(kind: Cidr, value: Any, path: str, report: Report) -> str | None:
    text = _string(value, "a subnet such as 10.1.0.0/24", path, report)
    if text is None:
        return None
    try:
        if not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]{1,3}", text):
            raise ValueError
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        report.add(path, f"{show(text)} is no subnet: write address and prefix length, such as 10.1.0.0/24")
        return None
    if str(loose.network_address) != str(ipaddress.ip_address(text.partition("/")[0])):
        report.add(path, f"{show(text)} has host bits set: did you mean {loose}?")
        return None
    return str(loose)


def _read_mac(kind: Mac, value: Any, path: str, report: Report) -> str | None:
    text = _string(value, "a MAC address", path, report)
    if text is None:
        return None
    if not _MAC.fullmatch(text):
        report.add(path, f"{show(text)} is no MAC address: write it as fa:16:3e:00:00:01")
    elif int(text[:2], 16) & 1:
        report.add(path, f"{show(text)} is a multicast address: the first pair must be even")
    elif text == "00:00:00:00:00:00":
        report.add(path, f"{show(text)} is no interface's address")
    else:
        return text.lower()
    return None


def _read_pci_address(kind: PciAddress, value: Any, path: str, report: Report) -> str | None:
    text = _string(value, "a PCI address", path, report)
    if text is None:
        return None
    found = _PCI.fullmatch(text.lower())
    if found is None:
        report.add(path, f"{show(text)} is no PCI address: write it as 0000:00:0a.0")
        return None
    return found[0] if found[1] else f"0000:{found[0]}"


def is_ssh_key(text: str) -> bool:
    """Whether a text is a public key, as it stands in authorized_keys."""
    return not _CONTROL.search(text) and bool(_SSH_KEY.fullmatch(text)) and len(text) <= 16_384


def _read_ssh_key(kind: SshKey, value: Any, path: str, report: Report) -> str | None:
    text = _string(value, "a public SSH key", path, report)
    if text is None:
        return None
    text = text.strip()
    if "PRIVATE KEY" in text:
        report.add(path, "this is a private key: give the public one")
    elif not is_ssh_key(text):
        report.add(path, f"{show(text)} is no public SSH key: write it as in authorized_keys, on one line")
    else:
        return text
    return None


def _read_file_name(kind: FileName, value: Any, path: str, report: Report) -> str | None:
    text = _read_text(Text(longest=1024), value, path, report)
    if text is None:
        return None
    if text.startswith(("/", "~")) or ".." in text.split("/") or "\\" in text:
        report.add(path, f"{show(text)} is outside: name a file below the document's folder")
        return None
    return text


def _read_free(kind: Free, value: Any, path: str, report: Report) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        if kind.secret:
            report.add(path, "this is not a mapping")
        else:
            _wrong(value, "a mapping", path, report)
        return None
    problems = len(report.problems)
    copied = _copy(value, path, report, 0, [0], kind.secret)
    return copied if len(report.problems) == problems else None


def _copy(value: Any, path: str, report: Report, depth: int, seen: list[int], secret: bool) -> Any:
    """A plain JSON copy of a free value; ``seen`` counts values, as a YAML document can repeat itself endlessly."""
    seen[0] += 1
    if depth > _DEEPEST or seen[0] > _MOST_VALUES:
        if depth > _DEEPEST or seen[0] == _MOST_VALUES + 1:
            limit = f"deeper than {_DEEPEST} levels" if depth > _DEEPEST else f"more than {_MOST_VALUES} values"
            report.add(path, f"this is {limit}")
        return None
    if isinstance(value, Mapping):
        copied = {}
        for key, item in value.items():
            below = step(path, key if isinstance(key, str) else show(key))
            if not isinstance(key, str):
                report.add(path, f"the key {show(key)} is not a string: put it in quotes")
            elif re.search(r"[\ud800-\udfff\x00]", key):
                report.add(path, f"the key {show(key)} has control characters")
            else:
                copied[plain(key)] = _copy(item, below, report, depth + 1, seen, secret)
        return copied
    if isinstance(value, (list, tuple)):
        return [_copy(item, step(path, at), report, depth + 1, seen, secret) for at, item in enumerate(value)]
    return _copy_scalar(value, path, report, secret)


def _copy_scalar(value: Any, path: str, report: Report, secret: bool) -> Any:
    shown = "this value" if secret else show(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if re.search(r"[\ud800-\udfff\x00]", value):
            report.add(path, f"{shown} has characters that no file can hold")
        return plain(value)
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            report.add(path, f"{shown} does not fit 64 bits: put it in quotes")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            report.add(path, f"{shown} is no number that JSON knows: put it in quotes")
        return float(value)
    report.add(path, f"a {type(value).__name__} is no JSON value: put it in quotes")
    return None


def _read_map(kind: MapOf, value: Any, path: str, report: Report) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        _wrong(value, "a mapping", path, report)
        return None
    if len(value) > kind.most:
        report.add(path, f"{len(value)} keys are more than {kind.most}")
        return None
    found = {}
    for key, item in value.items():
        problems = len(report.problems)
        name = read(kind.keys, key, step(path, key if isinstance(key, str) else show(key)), report)
        if len(report.problems) == problems:
            found[name] = read(kind.values, item, step(path, name), report)
    return found


def _read_list(kind: ListOf, value: Any, path: str, report: Report) -> tuple[Any, ...] | None:
    if isinstance(value, (list, tuple)):
        if len(value) > kind.most:
            report.add(path, f"{len(value)} items are more than {kind.most}")
            return None
        return tuple([read(kind.items, item, step(path, at), report) for at, item in enumerate(value)])
    if kind.single and not isinstance(value, Mapping) and value is not None:
        return (read(kind.items, value, path, report),)
    _wrong(value, "a list", path, report)
    return None


def _read_struct(kind: Struct, value: Any, path: str, report: Report) -> Any:
    cls = kind.cls
    if not isinstance(value, Mapping):
        return _read_short(cls, value, path, report)
    known = attributes(cls)
    values = {}
    for key, item in value.items():
        told = known.get(key) if isinstance(key, str) else None
        if told is None:
            _unknown(key, known, path, report)
        elif item is None and not (told.nullable and told.default is not None):
            if not told.nullable:
                report.add(step(path, told.key), "null is no value here: leave the key out")
            values[told.name] = None if told.required else told.default
        else:
            values[told.name] = read(told.described.kind, item, step(path, told.key), report)
    for told in known.values():
        if told.required and told.name not in values:
            report.add(step(path, told.key), f"this is missing: {told.described.description}")
            values[told.name] = None
    return cls(**values)


def _unknown(key: Any, known: Mapping[str, Known], path: str, report: Report) -> None:
    if isinstance(key, str):
        report.add(step(path, key), f"unknown key: {nearest(plain(key), known)}")
    else:
        report.add(path, f"the key {show(key)} is not a string: {nearest('', known)}")


def _read_short(cls: type, value: Any, path: str, report: Report) -> Any:
    short = getattr(cls, "SHORTHAND", None)
    switch = getattr(cls, "SWITCH", False)
    if switch and isinstance(value, bool):
        return cls() if value else None
    if short is None:
        return _wrong(value, "a mapping", path, report)
    kind = attributes(cls)[short].described.kind
    fits = isinstance(value, bool) if isinstance(kind, Boolean) else isinstance(value, str)
    if not fits:
        return _wrong(value, f"a mapping, nor its {short}" + (", true or false" if switch else ""), path, report)
    problems = len(report.problems)
    read_value = read(kind, value, path, report)
    return cls(**{short: read_value}) if len(report.problems) == problems else None


_READERS: dict[type, Callable[..., Any]] = {
    Text: _read_text,
    Integer: _read_integer,
    Boolean: _read_boolean,
    Choice: _read_choice,
    Address: _read_address,
    Cidr: _read_cidr,
    Mac: _read_mac,
    PciAddress: _read_pci_address,
    SshKey: _read_ssh_key,
    FileName: _read_file_name,
    Free: _read_free,
    MapOf: _read_map,
    ListOf: _read_list,
    Struct: _read_struct,
}
