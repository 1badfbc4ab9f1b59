# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each package of tests/fixtures/sol006 becomes the document that is expected, and what is left out is told."""

from __future__ import annotations

import importlib.util
import tarfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import (
    known_hardware,
    known_nsd,
    known_params,
    known_vnfd,
    read_packages,
    read_path,
    survey,
)
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import Section
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.fixtures import CASES, read, told

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SECTIONS = [section for module in (known_nsd, known_vnfd, known_hardware, known_params) for section in module.SECTIONS]


def names(cases: Iterable[Path]) -> list[str]:
    return [case.name for case in cases]


@pytest.fixture
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_sol006", TOOLS / "generate_sol006.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_a_package_becomes_its_document(case: Path) -> None:
    result = read(case)
    assert told(result) == yaml.safe_load((case / "expected.yml").read_text(encoding="utf-8"))
    load(result.document, result.files)


def test_tarballs_of_them_are_the_same(tmp_path: Path) -> None:
    for case in CASES:
        folder, path = case / "packages", tmp_path / f"{case.name}.tar.gz"
        with tarfile.open(path, "w:gz", compresslevel=1) as archive:
            archive.add(folder, ".")
        assert read_path(str(path)).files == read_path(str(folder)).files, case.name


def test_there_are_enough_packages() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_a_survey_finds_nothing_wrong_with_it(case: Path) -> None:
    rows = survey(read_packages(str(case / "packages")))
    wrong = [str(problem) for row in rows for problem in row.problems]
    assert [one for one in wrong if "is none of them" not in one] == []


def test_what_the_readers_ask_for_is_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attribute that is read and in no table, or the other way round, makes the page untrue."""
    asked: dict[str, set[str]] = {}
    there: dict[str, Section] = {}
    close = Node.close

    def closed(node: Node, section: Section) -> None:
        asked.setdefault(section.name, set()).update(node.asked)
        there[section.name] = section
        close(node, section)

    monkeypatch.setattr(Node, "close", closed)
    for case in CASES:
        read(case)
    assert {name: sorted(keys - set(there[name].keys)) for name, keys in asked.items() if keys - set(there[name].keys)} == {}
    unread = {section.name: [key for key, said in section.keys.items() if said.how == "read"
                             and key not in asked.get(section.name, ())] for section in SECTIONS}
    assert {name: keys for name, keys in unread.items() if keys} == {}


def test_sections_are_told_apart() -> None:
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)


def test_the_page_is_as_the_tables_say(generator: ModuleType) -> None:
    assert generator.PAGE.read_text(encoding="utf-8") == generator.page(), "run tests/tools/generate_sol006.py"
