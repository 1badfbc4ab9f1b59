# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three-way target: what the new document changed wins, the rest keeps what later verbs did."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target import load, merge, standing, to_document


def overlay(vdu: str = "front", **values: Any) -> dict[str, Any]:
    return {"vnfs": [{"name": "web", "vdus": [{"name": vdu, **values}]}]}


def vdus(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {vdu["name"]: vdu for vdu in document["vnfs"][0]["vdus"]}


def test_scaled_and_the_same_document_again(document: dict[str, Any]) -> None:
    assert vdus(merge(document, overlay(count=4), document))["front"]["count"] == 4


def test_scaled_and_another_field_changed(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["front"]["metadata"] = {"tier": "edge"}
    merged = vdus(merge(document, overlay(count=4), new))["front"]
    assert (merged["count"], merged["metadata"]) == (4, {"tier": "edge"})


def test_scaled_and_the_count_changed(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["front"]["count"] = 3
    assert vdus(merge(document, overlay(count=4), new))["front"]["count"] == 3


def test_a_default_written_out_is_no_change(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["back"]["count"] = 1
    assert vdus(merge(document, overlay("back", count=4), new))["back"]["count"] == 4
    assert vdus(merge(new, overlay("back", count=4), document))["back"]["count"] == 4


def test_a_shorthand_written_out_is_no_change(document: dict[str, Any], files: dict[str, str]) -> None:
    written = to_document(load(document, files))
    assert vdus(merge(written, overlay(image="ubuntu"), document))["front"]["image"] == "ubuntu"


def test_a_flavor_is_one_value(document: dict[str, Any], files: dict[str, str]) -> None:
    merged = merge(document, overlay(flavor={"name": "m1.large"}), document)
    assert vdus(merged)["front"]["flavor"] == {"name": "m1.large"}
    load(merged, files)


def test_what_the_new_document_removed_stays_removed(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    del new["vnfs"][0]["vdus"][0]
    assert list(vdus(merge(document, overlay(count=4), new))) == ["back"]


def test_what_the_new_document_added_is_its_own(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    new["vnfs"][0]["vdus"].append({**new["vnfs"][0]["vdus"][1], "name": "side"})
    assert "count" not in vdus(merge(document, overlay("side", count=4), new))["side"]


def test_what_the_overlay_added_stays(document: dict[str, Any], files: dict[str, str]) -> None:
    added = overlay("back", interfaces=[{"name": "eth9", "virtual_link": "data"}])
    merged = merge(document, added, document)
    assert [item["name"] for item in vdus(merged)["back"]["interfaces"]] == ["eth0", "eth9"]
    load(merged, files)


def test_maps_are_merged_key_by_key(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["front"]["metadata"] = {"tier": "web", "new": "1"}
    changed = overlay(metadata={"tier": "db", "verb": "2"})
    assert vdus(merge(document, changed, new))["front"]["metadata"] == {"tier": "db", "new": "1", "verb": "2"}
    vims = merge(document, {"vims": {"default": {"region": "two"}}}, document)["vims"]
    assert vims == {"default": {"cloud": "sandbox", "region": "two"}}


def test_the_name_is_a_field_as_any(document: dict[str, Any]) -> None:
    assert merge(document, {"description": "by a verb"}, document)["description"] == "by a verb"
    new = {**document, "description": "by the document"}
    assert merge(document, {"description": "by a verb"}, new)["description"] == "by the document"


def test_without_a_last_document_the_new_one_is_all(document: dict[str, Any]) -> None:
    assert merge(None, overlay(count=4), document) == document


def test_the_arguments_stay_as_they_are(document: dict[str, Any]) -> None:
    last, over, new = copy.deepcopy(document), overlay(count=4, metadata={"a": "b"}), copy.deepcopy(document)
    merged = merge(last, over, new)
    merged["vnfs"][0]["vdus"][0]["metadata"]["x"] = "y"
    assert (last, over, new) == (document, overlay(count=4, metadata={"a": "b"}), document)


def test_mistakes_come_through_to_the_reader(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["front"]["count"] = "many"
    assert vdus(merge(document, overlay(count=4), new))["front"]["count"] == "many"
    assert merge(document, overlay(count=4), {"vnfs": "none"}) == {"vnfs": "none"}


def test_what_a_document_overruled_does_not_come_back(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    vdus(new)["front"]["count"] = 3
    over = overlay(count=4, metadata={"tier": "db", "verb": "2"}, flavor={"name": "m1.large"})
    left = standing(over, merge(document, over, new))
    assert vdus(left)["front"] == {"name": "front", "metadata": {"tier": "db", "verb": "2"}, "flavor": {"name": "m1.large"}}
    assert vdus(merge(new, left, new))["front"]["count"] == 3


def test_what_nothing_overruled_stands(document: dict[str, Any]) -> None:
    over = {**overlay("back", count=4, interfaces=[{"name": "eth9", "virtual_link": "data"}]), "description": "by a verb"}
    assert standing(over, merge(document, over, document)) == over
    gone = copy.deepcopy(document)
    gone["vnfs"][0]["vdus"].pop()
    assert standing(over, merge(document, over, gone)) == {"description": "by a verb"}


def told(**values: Any) -> dict[str, Any]:
    return {"vnfs": [{"name": "web", **values}]}


def with_told(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    new = copy.deepcopy(document)
    new["vnfs"][0].update(values)
    return new


def test_free_mappings_are_merged_at_each_depth(document: dict[str, Any]) -> None:
    last = with_told(document, extensions={"a": {"b": 1, "c": 2}, "d": [1]}, metadata={"x": "1"})
    over = told(extensions={"a": {"b": None, "e": 3}, "d": [2]}, metadata={"x": None, "y": {"z": "2"}})
    merged = merge(last, over, last)["vnfs"][0]
    assert (merged["extensions"], merged["metadata"]) == ({"a": {"c": 2, "e": 3}, "d": [2]}, {"y": {"z": "2"}})
    assert standing(over, merge(last, over, last)) == over
    new = with_told(document, extensions={"a": {"b": 7, "c": 2}, "d": [1]}, metadata={"x": "1", "y": "own"})
    merged = merge(last, over, new)["vnfs"][0]
    assert (merged["extensions"], merged["metadata"]) == ({"a": {"b": 7, "c": 2, "e": 3}, "d": [2]}, {"y": "own"})
    assert standing(over, merge(last, over, new)) == told(extensions={"a": {"e": 3}, "d": [2]}, metadata={"x": None})


def test_what_is_told_of_nothing_before_stands(document: dict[str, Any]) -> None:
    over = told(metadata={"a": {"b": 1}})
    assert merge(document, over, document)["vnfs"][0]["metadata"] == {"a": {"b": 1}}
    assert standing(over, merge(document, over, document)) == over


def test_a_key_of_a_vdus_metadata_that_was_taken_away_stays_away(document: dict[str, Any]) -> None:
    last = copy.deepcopy(document)
    vdus(last)["front"]["metadata"] = {"tier": "web", "zone": "a"}
    over = overlay(metadata={"tier": None})
    merged = merge(last, over, last)
    assert (vdus(merged)["front"]["metadata"], standing(over, merged)) == ({"zone": "a"}, over)
    load(merged)
    new = copy.deepcopy(last)
    vdus(new)["front"]["metadata"] = {"tier": "edge"}
    assert vdus(merge(last, over, new))["front"]["metadata"] == {"tier": "edge"}
    assert standing(over, merge(last, over, new)) == {}
