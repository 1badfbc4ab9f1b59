# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""checksums.txt of a package: as md5sum and its kin write it, a checksum and a file on each line."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping

from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, show

NAME = "checksums.txt"
_LINE = re.compile(r"([0-9a-fA-F]+)\s+\*?(.+)")
_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def wrong_checksums(contents: Mapping[str, bytes]) -> list[Problem]:
    """What does not agree with the checksums.txt of the packages in ``contents`` (relative path -> content)."""
    problems = []
    for name in sorted(contents):
        if posixpath.basename(name) == NAME:
            lines = contents[name].decode("utf-8", "replace").splitlines()
            for number, line in enumerate(lines, 1):
                why = _wrong(line.strip(), posixpath.dirname(name), contents)
                if why:
                    problems.append(Problem(f"{name}, line {number}", why))
    return problems


def _wrong(line: str, folder: str, contents: Mapping[str, bytes]) -> str | None:
    if not line or line.startswith("#"):
        return None
    found = _LINE.fullmatch(line)
    algorithm = _ALGORITHMS.get(len(found[1])) if found else None
    if found is None or algorithm is None:
        return f"{show(line)} is no checksum with a file: write both, as md5sum does"
    file = posixpath.normpath(found[2])
    # They are written from inside the package, or from beside it
    names = (posixpath.join(folder, file), posixpath.join(posixpath.dirname(folder), file),
             posixpath.join(folder, file.partition("/")[2]))
    there = next((place for name in names if (place := posixpath.normpath(name)) in contents), None)
    if posixpath.basename(file) == NAME or (there is None and any(part.startswith(".") for part in file.split("/"))):
        return None
    if there is None:
        return f"{show(found[2])} is not in the package"
    digest = hashlib.new(algorithm, contents[there], usedforsecurity=False).hexdigest()
    return None if digest == found[1].lower() else f"{show(found[2])} is another file: its {algorithm} is {digest}"
