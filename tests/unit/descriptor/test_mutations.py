# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is in a descriptor there is an answer: a document, or mistakes with their paths. Never a traceback."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_path, survey, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import validate
from ansible_collections.nfv.mano.tests.unit.descriptor.fixtures import CASES, parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = 10_000
#: What is put in place of another value: wrong types, limits, names that are there, and words of the reader itself.
WORDS = ("one", "main", "mgmt", "out", "eth0", "internal", "default-df", "", " ", "\x00", "\udc80", "a" * 300, "../x",
         "/etc/passwd", "10.0.0.0/24", "10.0.0.0/33", "::/0", "fe80::1%eth0", "true", "VIRTIO", "1e9", "-1", "512 MB", "{{ x }}",
         "x:y:z", "\n#a")
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(WORDS),
                    st.sampled_from((0, 1, -1, 2**31, 2**63, 10**30)))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.text(max_size=4) | st.sampled_from(("id", "key", "value", "name")), inner, max_size=3), max_leaves=6)


@cache
def texts(number: int) -> tuple[str, str, str]:
    """The trees of a case (by path of the file) and its parameters as JSON, and its other files."""
    case = CASES[number]
    files = read_path(str(case / "packages")).files
    trees = {name: yaml.safe_load(text) for name, text in files.items() if name.endswith(".yaml")}
    others = {name: text for name, text in files.items() if name not in trees}
    return json.dumps(trees), json.dumps(parameters(case)), json.dumps(others)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value below another one."""
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


def mutate(data: st.DataObject, tree: Any) -> None:
    """Put another value somewhere, take one away, say one twice, or call one by another name."""
    place = data.draw(st.sampled_from(places(tree)))
    here = tree
    for key in place[:-1]:
        here = here[key]
    how = data.draw(st.sampled_from(("replace", "replace", "remove", "double", "rename")))
    if how == "replace" or len(place) == 1:
        here[place[-1]] = data.draw(VALUES)
    elif how == "remove":
        del here[place[-1]]
    elif isinstance(here, list):
        here.append(json.loads(json.dumps(here[place[-1]])))
    else:
        here[data.draw(st.text(max_size=5)) if how == "rename" else f"{place[-1]}_"] = here.pop(place[-1])


def answer(data: st.DataObject) -> None:
    trees, params, others = (json.loads(text) for text in texts(data.draw(st.integers(0, len(CASES) - 1))))
    whole = {"trees": trees, "params": params}
    for _time in range(data.draw(st.integers(1, 3))):
        mutate(data, whole)
    asked = whole.get("params") if isinstance(whole.get("params"), dict) else {}
    trees = whole.get("trees") if isinstance(whole.get("trees"), dict) else {}
    # JSON is YAML, less a few characters that YAML refuses: these are mistakes as well
    files = {**others, **{str(name): json.dumps(tree) for name, tree in trees.items()}}
    began = time.monotonic()
    try:
        result = to_document(files, asked)
    except DescriptorError as error:
        assert error.problems
        assert all(problem.path and problem.message and "Traceback" not in problem.message for problem in error.problems)
    else:
        json.dumps(result.document)
        assert all(problem.path and problem.message for problem in validate(result.document, result.files))
        assert all(one.path and one.message for one in result.left_out)
    assert all(row.package for row in survey({".": files}))
    assert time.monotonic() - began < 5


QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=150, derandomize=True, **QUIET)
@given(st.data())
def test_a_mutated_package_has_an_answer(data: st.DataObject) -> None:
    answer(data)


@pytest.mark.slow
@settings(max_examples=MANY, **QUIET)
@given(st.data())
def test_ten_thousand_mutated_packages_have_an_answer(data: st.DataObject) -> None:
    answer(data)
