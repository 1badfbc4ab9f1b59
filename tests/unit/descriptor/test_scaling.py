# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling aspects and instantiation levels of a VNFD."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.known import KEPT
from ansible_collections.nfv.mano.plugins.module_utils.target import load
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import VNFD, Tree, problems, read, vdu

DF = f"{VNFD}.df[0]"


def aspect(deltas: dict[str, int], most: int = 4, **more: object) -> Tree:
    """An aspect of a VNFD: the names of its deltas with the number of front servers that each brings."""
    rows = [{"id": name, "vdu-delta": [{"id": "front", "number-of-instances": number}]} for name, number in deltas.items()]
    return {"id": "width", "max-scale-level": most, "aspect-delta-details": {"deltas": rows, **more}}


def level(name: str, count: int, at: int | None = None) -> Tree:
    """An instantiation level, and which level of the aspect it stands for."""
    info = {} if at is None else {"scaling-info": [{"scaling-aspect-id": "width", "scale-level": at}]}
    return {"id": name, "vdu-level": [{"vdu-id": "front", "number-of-instances": count}], **info}


def test_limits_of_a_vdu(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["vdu-profile"][0].update({"min-number-of-instances": 2, "max-number-of-instances": "6"})
    found = vdu(nsd, vnfd)
    assert (found["count"], found["min_count"], found["max_count"]) == (2, 2, 6)


@pytest.mark.parametrize(("given", "read_as"), [
    (aspect({"one": 2}), [{"front": 2}]),
    (aspect({"one": 2, "two": 3}, **{"step-deltas": ["one", "one", "two", "one"]}),
     [{"front": 2}, {"front": 2}, {"front": 3}, {"front": 2}]),
    (aspect({"one": 2, "two": 3}, **{"step-deltas": "two"}), [{"front": 3}]),
    (aspect({"one": 2, "two": 3}, most=2), [{"front": 2}, {"front": 3}])])
def test_an_aspect(nsd: Tree, vnfd: Tree, given: Tree, read_as: list[dict[str, int]]) -> None:
    vnfd["df"][0]["scaling-aspect"] = [{**given, "name": "Width"}]
    result = read(nsd, vnfd)
    load(result.document, result.files)
    (found,) = result.document["vnfs"][0]["scaling_aspects"]
    assert found == {"name": "width", "description": "Width", "max_level": given["max-scale-level"], "deltas": read_as}
    assert not [warning for warning in result.warnings if "scaling" in warning]


def test_levels_and_where_the_counts_begin(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0].update({"scaling-aspect": [aspect({"one": 2})], "default-instantiation-level": "big",
                          "instantiation-level": [level("small", 1, 0), level("big", 5, 2), level("other", 9)]})
    result = read(nsd, vnfd)
    load(result.document, result.files)
    vnf = result.document["vnfs"][0]
    assert (vnf["vdus"][0]["count"], vnf["scaling_aspects"][0]["level"]) == (5, 2)
    assert vnf["instantiation_levels"] == [{"name": "small", "counts": {"front": 1}, "aspects": {"width": 0}},
                                           {"name": "big", "counts": {"front": 5}, "aspects": {"width": 2}},
                                           {"name": "other", "counts": {"front": 9}}]


def test_what_can_not_be_scaled_is_left_out_and_said(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"][0]["scaling-aspect"] = [{"id": "width", "max-scale-level": 3}, {
        **aspect({"one": 1}), "id": "auto", "scaling-policy": [{"name": "p"}]}]
    result = read(nsd, vnfd)
    assert [one["name"] for one in result.document["vnfs"][0]["scaling_aspects"]] == ["auto"]
    assert f"{DF}.scaling-aspect[0]: this is left out: it has no deltas of VDUs" in result.warnings
    assert f"{DF}.scaling-aspect[1].scaling-policy: this is left out: {KEPT.text}" in result.warnings


@pytest.mark.parametrize(("df", "said"), [
    ({"scaling-aspect": [aspect({"one": 1}, **{"step-deltas": ["tow"]})]},
     "scaling-aspect[0].aspect-delta-details.step-deltas: 'tow' is none of deltas: known: one"),
    ({"instantiation-level": [level("l", 1, 1)]},
     "instantiation-level[0].scaling-info[0].scaling-aspect-id: 'width' is no scaling-aspect: there are none"),
    ({"scaling-aspect": [{**aspect({}), "aspect-delta-details": {"deltas": [{"id": "d", "vdu-delta": [{"id": "frnt"}]}]}}]},
     "scaling-aspect[0].aspect-delta-details.deltas[0].vdu-delta[0].id: 'frnt' is no VDU here: did you mean front?")])
def test_mistakes(nsd: Tree, vnfd: Tree, df: Tree, said: str) -> None:
    vnfd["df"][0].update(df)
    found = problems(nsd, vnfd)
    assert f"{DF}.{said}" in found, found


@pytest.mark.parametrize(("most", "by", "read_as"), [(9, 2, 4), (None, 1, None), (1, 1, None), (4, 5, None)])
def test_an_aspect_that_says_no_highest_level(nsd: Tree, vnfd: Tree, most: int | None, by: int, read_as: int | None) -> None:
    """As packages have it: then the limits of the VDUs say it."""
    given = aspect({"one": by})
    del given["max-scale-level"]
    vnfd["df"][0].update({"scaling-aspect": [given], "instantiation-level": [level("small", 1, 0)]})
    vnfd["df"][0]["vdu-profile"][0].update({"min-number-of-instances": 1, "max-number-of-instances": most})
    result = read(nsd, vnfd)
    load(result.document, result.files)
    aspects = result.document["vnfs"][0].get("scaling_aspects", [])
    assert [one["max_level"] for one in aspects] == ([read_as] if read_as else [])
    why = "it has no steps: neither max-scale-level nor the limits of its VDUs leave room for one"
    assert [one.message for one in result.left_out if one.message == why] == ([] if read_as else [why])
