# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is generated is as the model says, and the examples are what it says they are."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import read_path, to_document
from ansible_collections.nfv.mano.plugins.module_utils.target import load, render_user_data
from ansible_collections.nfv.mano.plugins.module_utils.target.document import to_document as written
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Integer
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_reference", ROOT / "tests" / "tools" / "generate_reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def schema(generator: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(generator.schema())
    return found


def test_the_reference_page_is_what_the_model_says(generator: Any) -> None:
    assert generator.PAGE.read_text(encoding="utf-8") == generator.page(), "run tests/tools/generate_reference.py"


def test_the_schema_is_what_the_model_says(generator: Any) -> None:
    assert generator.SCHEMA.read_text(encoding="utf-8") == generator.schema(), "run tests/tools/generate_reference.py"


def test_every_attribute_is_described_with_its_unit(generator: Any) -> None:
    for cls in generator.structs(NetworkService):
        for key, known in attributes(cls).items():
            assert re.fullmatch(r"[A-Za-z0-9].*[.]", known.described.description), key
            unit = re.search(r"_(mib|gib)$", key)
            if unit and isinstance(known.described.kind, Integer):
                assert known.described.unit.lower() == unit.group(1)


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_fine_here_and_in_an_editor(example: Path, schema: dict[str, Any]) -> None:
    source = read_path(str(example))
    ns = load(source.document, source.files)
    jsonschema.Draft202012Validator(schema).validate(source.document)
    jsonschema.Draft202012Validator(schema).validate(written(ns))
    for vnf in ns.vnfs:
        for vdu in vnf.vdus:
            render_user_data(ns, vnf, vdu, 0, addresses={})


def test_the_schema_takes_every_attribute_and_no_other(schema: dict[str, Any], document: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(document)
    for path, value in (("name", 1), ("nmae", "x"), ("vnfs", {}), ("vims", [])):
        assert not validator.is_valid({**document, path: value})


def test_the_main_example_is_what_the_readme_promises() -> None:
    source = read_path(str(ROOT / "examples" / "edge1.yaml"))
    ns = load(source.document, source.files)
    front, back = ns.vnfs[0].vdus
    assert (front.count, back.count, front.flavor.name, back.flavor.match) == (2, 1, "m1.tiny", "at_least")
    assert all(not item.ip_addresses for vdu in (front, back) for item in vdu.interfaces if item.virtual_link == "mgmt")


def test_a_hundred() -> None:
    ns = load(read_path(str(ROOT / "examples" / "hundred.yaml")).document)
    assert sum(vdu.count for vnf in ns.vnfs for vdu in vnf.vdus) == 100


def test_the_packages_of_the_example(schema: dict[str, Any]) -> None:
    source = read_path(str(ROOT / "examples" / "sol006"))
    params = yaml.safe_load((ROOT / "examples" / "sol006" / "params.yml").read_text(encoding="utf-8"))["nfv_params"]
    result = to_document(source.files, params)
    assert result.warnings == []
    ns = load(result.document, result.files)
    jsonschema.Draft202012Validator(schema).validate(result.document)
    assert [(vnf.name, [(vdu.name, vdu.count) for vdu in vnf.vdus]) for vnf in ns.vnfs] == [
        ("web", [("front", 1), ("worker", 2)]),
        ("db", [("main", 1)]),
    ]
    for vnf in ns.vnfs:
        for vdu in vnf.vdus:
            render_user_data(ns, vnf, vdu, 0, addresses={})


def test_the_cost_of_loading_grows_with_the_document() -> None:
    """Counted in calls, which unlike seconds are the same on every machine."""
    small, large = (calls_of_load(10), calls_of_load(20))
    assert large < 2.1 * small


def calls_of_load(vnfs: int) -> int:
    import sys

    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += 1

    links = [{"name": f"l{at}", "subnets": [f"10.{at}.0.0/16"]} for at in range(2)]
    document = {"name": "big", "virtual_links": links, "vnfs": [big_vnf(number) for number in range(vnfs)]}
    sys.setprofile(count)
    try:
        load(document)
    finally:
        sys.setprofile(None)
    return calls


def big_vnf(number: int) -> dict[str, Any]:
    vdus = []
    for at in range(10):
        addresses = [f"10.0.{number * 10 + at}.{instance + 1}" for instance in range(10)]
        interfaces = [
            {"name": "a", "virtual_link": "l0", "ip_addresses": addresses},
            {"name": "b", "virtual_link": "l1", "position": 1},
        ]
        flavor = {"vcpus": 1, "ram_mib": 512, "disk_gib": 1}
        vdus.append({"name": f"d{at}", "count": 10, "image": "i", "flavor": flavor, "interfaces": interfaces})
    return {"name": f"v{number}", "vdus": vdus}
