# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a folder of packages holds, and whether each of them can be used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.interface import Connection
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.link import finish, name_of
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.nsd import Reader
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import descriptors
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.params import Params
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes, by_id, few
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.vnfd import Member
from ansible_collections.nfv.mano.plugins.module_utils.target import validate
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem

#: The columns of the table, by what a row has.
_COLUMNS = ("package", "kind", "id", "version", "vdus", "result", "left_out")


@dataclasses.dataclass(slots=True)
class Row:
    """What came of one descriptor, or of a package that has none (``kind`` is empty then).

    :ivar package: the name of its folder or tarball, or of its file.
    :ivar kind: ``nsd`` or ``vnfd``.
    :ivar vdus: how many VDU instances there are of it to begin with.
    """

    package: str
    kind: str = ""
    id: str = ""
    version: str = ""
    vdus: int = 0
    problems: list[Problem] = dataclasses.field(default_factory=list)
    left_out: list[Problem] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The row in plain values."""
        return {"package": self.package, "kind": self.kind, "id": self.id, "version": self.version, "vdus": self.vdus,
                "problems": [str(one) for one in self.problems], "warnings": self.warnings,
                "left_out": [{"path": one.path, "why": one.message} for one in self.left_out]}


def survey(packages: Mapping[str, Mapping[str, str] | list[Problem]]) -> list[Row]:
    """What each package is good for: a VNFD by itself, in each of its dfs, an NSD with the VNFDs that are there.

    :param packages: by a package's name, its files (path in it -> text), or why it can not be read; ``.`` is called by the names
        of its files.
    """
    files = {_path(name, path): text for name, found in packages.items() if not isinstance(found, list)
             for path, text in found.items()}
    notes = Notes()
    found = descriptors(files, notes)
    rows = [Row(name, problems=list(problems)) for name, problems in packages.items() if isinstance(problems, list)]
    broken: dict[str, Row] = {}
    for problem in notes.problems:
        name = _package(problem.path, packages)
        broken.setdefault(name, Row(name)).problems.append(problem)
    rows += broken.values()
    reader = Reader(files, Params(None, Notes()), Notes())
    reader.vnfds(found["vnfd"])
    twice = reader.notes.problems
    for kind, check in (("nsd", _check_nsd), ("vnfd", _check_vnfd)):
        for file, node in found[kind]:
            package = _package(file, packages)
            row = _row(package if package != "." else file, kind, node)
            row.problems += [one for one in twice if one.path.startswith(f"{node.path}.")]
            check(row, file, node, files, found)
            row.problems, row.left_out = few(row.problems), list(dict.fromkeys(row.left_out))
            rows.append(row)
    rows = _merged(rows)
    seen = {row.package if row.package in packages else "." for row in rows}
    rows += [Row(name, problems=[Problem(name, "there is no descriptor: a YAML file with nsd or vnfd at its top")])
             for name in packages if name not in seen]
    return sorted(rows, key=lambda row: (row.package, row.kind, row.id))


def _merged(rows: list[Row]) -> list[Row]:
    """The rows, what is wrong with a package that has a descriptor put to the descriptor."""
    firsts = {row.package: row for row in reversed(rows) if row.kind}
    for row in rows:
        there = firsts.get(row.package)
        if there is not None and not row.kind:
            there.problems = list(dict.fromkeys([*row.problems, *there.problems]))
    return [row for row in rows if row.kind or row.package not in firsts]


def _path(package: str, path: str) -> str:
    return path if package == "." else f"{package}/{path}"


def _package(path: str, packages: Iterable[str]) -> str:
    return next((name for name in packages if name != "." and path.startswith(f"{name}/")), ".")


def _row(package: str, kind: str, node: Node) -> Row:
    quiet = Node(node.values, node.path, Notes())
    return Row(package, kind, quiet.text("id") or "", quiet.text("version") or "")


def _take(row: Row, notes: Notes) -> None:
    row.problems += notes.problems
    row.left_out += notes.left
    row.warnings = list(dict.fromkeys([*row.warnings, *notes.warnings]))


def _check_nsd(row: Row, file: str, node: Node, files: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Each df of an NSD, with the VNFDs that there are."""
    flavours: list[str | None] = list(by_id(Node(node.values, node.path, Notes()).nodes("df")))
    for number, flavour in enumerate(flavours or [None]):
        notes = Notes()
        reader = Reader(files, Params({"ns-flavour-id": flavour} if flavour else None, notes), notes)
        reader.vnfds([(where, Node(one.values, one.path, Notes())) for where, one in found["vnfd"]])
        document = reader.read(Node(node.values, node.path, notes))
        _take(row, notes)
        vdus = row.vdus
        _check_document(row, document, reader.used_files)
        row.vdus = vdus if number else row.vdus


def _check_vnfd(row: Row, file: str, node: Node, files: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Each df of a VNFD, each of its ext-cpds on a virtual link of its own."""
    quiet = Node(node.values, node.path, Notes())
    points = by_id(quiet.nodes("ext-cpd"))
    flavours: list[str | None] = list(by_id(quiet.nodes("df")))
    for number, flavour in enumerate(flavours or [None]):
        notes = Notes()
        member = Member("vnf", file, Node(node.values, node.path, notes), Params(None, notes), files)
        vnf = member.read({name: Connection(name_of(name)) for name in points}, flavour)
        _take(row, notes)
        links = [{"name": name} for name in dict.fromkeys(name_of(point) for point in points)]
        inside = [(f"vnf/{link['name']}", link) for link in vnf.get("virtual_links", ())]
        finish([*((link["name"], link) for link in links), *inside], Notes())
        document = {"name": "vnfd", "virtual_links": links, "vnfs": [vnf], "affinity_groups": member.groups}
        vdus = row.vdus
        _check_document(row, document, member.used_files)
        row.vdus = vdus if number else row.vdus


def _check_document(row: Row, document: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """What is wrong with the document that a descriptor becomes, once the descriptor itself could be read."""
    if not row.problems:
        row.problems += [Problem(f"document: {one.path}", one.message) for one in validate(document, files)]
    row.vdus = sum(vdu.get("count", 1) for vnf in document.get("vnfs", ()) for vdu in vnf.get("vdus", ()))


def table(rows: Iterable[Row]) -> list[str]:
    """The rows as lines for people, and below them what is wrong."""
    cells = [list(_COLUMNS)]
    below: list[str] = []
    for row in rows:
        result = f"{len(row.problems)} problems" if len(row.problems) > 1 else "1 problem" if row.problems else "ok"
        cells.append([row.package, row.kind or "-", row.id or "-", row.version or "-", str(row.vdus), result,
                      str(len(row.left_out))])
        below += [f"  {problem}" for problem in row.problems]
    widths = [max(len(line[at]) for line in cells) for at in range(len(_COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
    return [*lines, *(["", *below] if below else [])]
