# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/network-service.md and docs/network-service.schema.json from the model of the network-service document.

Run it from the collection's root in its ansible_collections tree: ``python tests/tools/generate_reference.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target import kinds
from ansible_collections.nfv.mano.plugins.module_utils.target.document import to_value
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import Known, attributes

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "network-service.md"
SCHEMA = ROOT / "docs" / "network-service.schema.json"

INTRODUCTION = """\
# The network-service document

<!-- Made by tests/tools/generate_reference.py from plugins/module_utils/target: change it there. -->

One YAML document describes a network service. Point `nfv_descriptor` at it. An editor that knows JSON schemas checks it
while it is written: [network-service.schema.json](network-service.schema.json), for instance with a first line
`# yaml-language-server: $schema=docs/network-service.schema.json`. Working examples are in [examples](../examples).

- Names are letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first. They tell things apart from one run to the
  next: a VDU with another name is another VDU.
- A virtual link of the NS is called by its name (`data`), one inside a VNF `vnf/name` (`web/internal`); inside its own VNF
  the name alone does as well.
- What is left out is as by default. Units are in the names: MiB and GiB are powers of 1024.
- Every mistake is told at once, each with its path, its value and the way out.

Cloud-init files are Jinja2 templates. A template sees its `params` and `secret_params` by their names, and `ns_name`,
`vnf_name`, `vdu_name`, `index` (the instance's number from 0), `count`, `vim` and `addresses`; a variable that is not there is
an error. Text that must stay as it is goes between `{% raw %}` and `{% endraw %}`. SSH keys of the NS, the VNF and the VDU, and
the NS's own one where `ssh_access` asks for it, are put in, whatever kind of user data it is. Nova takes at most 65535 bytes
in base64.
"""


def structs(cls: type, seen: dict[type, None] | None = None) -> dict[type, None]:
    """``cls`` and every class below it, in the order of the document."""
    seen = {} if seen is None else seen
    if cls not in seen:
        seen[cls] = None
        for known in attributes(cls).values():
            for kind in _inside(known.described.kind):
                structs(kind.cls, seen)
    return seen


def _inside(kind: kinds.Kind) -> Iterator[kinds.Struct]:
    if isinstance(kind, kinds.Struct):
        yield kind
    elif isinstance(kind, kinds.ListOf):
        yield from _inside(kind.items)
    elif isinstance(kind, kinds.MapOf):
        yield from _inside(kind.values)


# The JSON schema.


def _text_schema(kind: kinds.Text) -> dict[str, Any]:
    pattern = {"pattern": f"^({kind.pattern})$"} if kind.pattern else {}
    return {"type": "string", "minLength": kind.shortest, "maxLength": kind.longest, **pattern}


def _list_schema(kind: kinds.ListOf) -> dict[str, Any]:
    items = schema_of(kind.items)
    listed = {"type": "array", "items": items, "maxItems": kind.most}
    return {"anyOf": [items, listed]} if kind.single else listed


def _map_schema(kind: kinds.MapOf) -> dict[str, Any]:
    names = schema_of(kind.keys)
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": schema_of(kind.values),
        "maxProperties": kind.most,
    }


def _struct_schema(kind: kinds.Struct) -> dict[str, Any]:
    ref: dict[str, Any] = {"$ref": f"#/$defs/{kind.cls.__name__}"}
    others: list[dict[str, Any]] = []
    short = getattr(kind.cls, "SHORTHAND", None)
    if short:
        others.append(schema_of(attributes(kind.cls)[short].described.kind))
    if getattr(kind.cls, "SWITCH", False):
        others.append({"type": "boolean"})
    return {"anyOf": [ref, *others]} if others else ref


def _address_schema(kind: kinds.Address) -> dict[str, Any]:
    return {"type": ["string", "null"] if kind.null else "string"}


SCHEMAS: dict[type, Callable[..., dict[str, Any]]] = {
    kinds.Text: _text_schema,
    kinds.Integer: lambda kind: {"type": "integer", "minimum": kind.least, "maximum": kind.most},
    kinds.Boolean: lambda kind: {"type": "boolean"},
    kinds.Choice: lambda kind: {"enum": list(kind.words)},
    kinds.Address: _address_schema,
    kinds.Cidr: lambda kind: {"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$"},
    kinds.Mac: lambda kind: {"type": "string", "pattern": "^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"},
    kinds.PciAddress: lambda kind: {
        "type": "string", "pattern": "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]$"},
    kinds.SshKey: lambda kind: {"type": "string", "minLength": 1},
    kinds.FileName: lambda kind: {"type": "string", "minLength": 1, "maxLength": 1024},
    kinds.Free: lambda kind: {"type": "object"},
    kinds.MapOf: _map_schema,
    kinds.ListOf: _list_schema,
    kinds.Struct: _struct_schema,
}


def schema_of(kind: kinds.Kind) -> dict[str, Any]:
    """The JSON schema of a kind."""
    return SCHEMAS[type(kind)](kind)


def _property(known: Known) -> dict[str, Any]:
    schema = schema_of(known.described.kind)
    if known.default is None:
        schema = {"anyOf": [schema, {"type": "null"}]}
    described = {"description": _description(known), **schema}
    if not known.required and known.default is not None:
        described["default"] = to_value(known.described.kind, known.default)
    return described


def _object(cls: type) -> dict[str, Any]:
    known = attributes(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n", 1)[0],
        "properties": {key: _property(item) for key, item in known.items()},
        "required": [key for key, item in known.items() if item.required],
        "additionalProperties": False,
    }


def schema() -> str:
    """docs/network-service.schema.json."""
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The network-service document of nfv.mano",
        **_object(NetworkService),
        "$defs": {cls.__name__: _object(cls) for cls in structs(NetworkService) if cls is not NetworkService},
    }
    return json.dumps(whole, indent=2) + "\n"


# The page.


def _description(known: Known) -> str:
    unit = known.described.unit
    return known.described.description + (f" In {unit}." if unit else "")


def _anchor(cls: type) -> str:
    return f"[{_title(cls)}](#{_title(cls).lower().replace(' ', '-')})"


def _title(cls: type) -> str:
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in cls.__name__).strip()
    return words.capitalize()


def _struct_label(kind: kinds.Struct) -> str:
    short = getattr(kind.cls, "SHORTHAND", None)
    switch = "true, " if getattr(kind.cls, "SWITCH", False) else ""
    return f"{switch}{f'its {short}, or ' if short else ''}{_anchor(kind.cls)}"


def _text_label(kind: kinds.Text) -> str:
    if kind is kinds.NAME:
        return "name"
    if kind is kinds.REFERENCE:
        return "name, or vnf/name"
    return f"string: {kind.wanted}" if kind.wanted else "string"


def _list_label(kind: kinds.ListOf) -> str:
    return f"{label(kind.items)}, or a list of such" if kind.single else f"list of {label(kind.items)}"


LABELS: dict[type, Callable[..., str]] = {
    kinds.Text: _text_label,
    kinds.Integer: lambda kind: f"integer, {kind.least}..{kind.most}",
    kinds.Boolean: lambda kind: "boolean",
    kinds.Choice: lambda kind: ", ".join(f"`{word}`" for word in kind.words),
    kinds.Address: lambda kind: "IP address" + (", or a subnet" if kind.prefix else ""),
    kinds.Cidr: lambda kind: "subnet",
    kinds.Mac: lambda kind: "MAC address",
    kinds.PciAddress: lambda kind: "PCI address",
    kinds.SshKey: lambda kind: "public SSH key",
    kinds.FileName: lambda kind: "path below the document's folder",
    kinds.Free: lambda kind: "mapping of names to any values",
    kinds.MapOf: lambda kind: f"mapping of names to {label(kind.values)}",
    kinds.ListOf: _list_label,
    kinds.Struct: _struct_label,
}


def label(kind: kinds.Kind) -> str:
    """A kind in words."""
    return LABELS[type(kind)](kind)


def _default(known: Known) -> str:
    if known.required:
        return "**required**"
    if known.default in (None, "", (), {}):
        return ""
    return f"`{json.dumps(to_value(known.described.kind, known.default))}`"


def _section(cls: type) -> str:
    lines = [f"## {_title(cls)}", "", cls.__doc__ or "", ""]
    lines[2] = " ".join(lines[2].split())
    lines += ["| key | value | default | what it means |", "|---|---|---|---|"]
    for key, known in attributes(cls).items():
        cells = (f"`{key}`", label(known.described.kind), _default(known), _description(known))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def page() -> str:
    """docs/network-service.md."""
    return "\n".join([INTRODUCTION, "\n\n".join(_section(cls) for cls in structs(NetworkService)), ""])


def main() -> None:
    """Write both."""
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
