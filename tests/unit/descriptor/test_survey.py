# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of packages: what each is, and what is wrong with it."""

from __future__ import annotations

import json

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import survey, table
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem
from ansible_collections.nfv.mano.tests.unit.descriptor.packages import Tree


def packages(nsd: Tree, vnfd: Tree) -> dict[str, dict[str, str] | list[Problem]]:
    return {"ns": {"nsd.yaml": json.dumps({"nsd": nsd})}, "web": {"vnfd.yaml": json.dumps({"vnfd": vnfd})}}


def test_a_good_pair(nsd: Tree, vnfd: Tree) -> None:
    rows = survey(packages(nsd, vnfd))
    assert [(row.package, row.kind, row.id, row.version, row.vdus, row.problems) for row in rows] == [
        ("ns", "nsd", "edge-ns", "1.0", 1, []), ("web", "vnfd", "web-vnf", "", 1, [])]
    assert table(rows) == ["package  kind  id       version  vdus  result  left_out",
                           "ns       nsd   edge-ns  1.0      1     ok      0",
                           "web      vnfd  web-vnf  -        1     ok      0"]


def test_every_df_of_a_vnfd_is_looked_at(nsd: Tree, vnfd: Tree) -> None:
    vnfd["df"].append({"id": "big", "vdu-profile": [{"id": "frnt"}]})
    (row,) = [row for row in survey(packages(nsd, vnfd)) if row.kind == "vnfd"]
    assert [str(problem) for problem in row.problems] == [
        "web/vnfd.yaml:vnfd.df[1].vdu-profile[0].id: 'frnt' is no VDU here: did you mean front?"]


def test_every_df_of_an_nsd_is_looked_at(nsd: Tree, vnfd: Tree) -> None:
    nsd["df"].append({"id": "big", "vnf-profile": [{"id": "web", "vnfd-id": "wbe-vnf"}]})
    (row,) = [row for row in survey(packages(nsd, vnfd)) if row.kind == "nsd"]
    assert [str(problem) for problem in row.problems] == [
        "ns/nsd.yaml:nsd.df[1].vnf-profile[0].vnfd-id: 'wbe-vnf' is in no package: did you mean web-vnf?"]
    assert row.vdus == 1


def test_what_a_document_would_be_refused_for(nsd: Tree, vnfd: Tree) -> None:
    vnfd["virtual-compute-desc"][0]["virtual-cpu"]["num-virtual-cpu"] = 0
    rows = survey(packages(nsd, vnfd))
    assert {str(problem) for row in rows for problem in row.problems} == {
        "document: vnfs[0].vdus[0].flavor.vcpus: 0 is less than 1"}


def test_packages_that_are_none_or_can_not_be_read(nsd: Tree, vnfd: Tree) -> None:
    rows = survey({**packages(nsd, vnfd), "empty": {"README": "x"}, "evil": [Problem("evil.tar.gz", "this is a link")],
                   "odd": {"x.yaml": "a: [", "y.yaml": "b: ["}, "twin": {"vnfd.yaml": json.dumps({"vnfd": vnfd})}})
    found = {row.package: [str(problem) for problem in row.problems] for row in rows}
    assert found["empty"] == ["empty: there is no descriptor: a YAML file with nsd or vnfd at its top"]
    assert found["evil"] == ["evil.tar.gz: this is a link"]
    assert [text.split(":")[0] for text in found["odd"]] == ["odd/x.yaml, line 2, column 1", "odd/y.yaml, line 2, column 1"]
    assert found["web"] == ["web/vnfd.yaml:vnfd.id: 'web-vnf' is there already, in twin/vnfd.yaml"]
    lines = table(rows)
    assert any(line.startswith("odd") and "2 problems" in line for line in lines)
    assert "  evil.tar.gz: this is a link" in lines


def test_an_nsd_whose_vnfd_is_not_there(nsd: Tree, vnfd: Tree) -> None:
    del nsd["vnfd-id"]
    rows = survey({"ns": packages(nsd, vnfd)["ns"]})
    assert [str(problem) for problem in rows[0].problems] == [
        "ns/nsd.yaml:nsd.df[0].vnf-profile[0].vnfd-id: 'web-vnf' is in no package: there are none"]


def test_a_package_whose_descriptor_can_not_be_read_has_one_row() -> None:
    rows = survey({"odd": {"vnfd.yaml": "vnfd: 5"}})
    assert [(row.package, row.kind, [str(problem) for problem in row.problems]) for row in rows] == [
        ("odd", "vnfd", ["odd/vnfd.yaml:vnfd: 5 is a number, not a mapping", "odd/vnfd.yaml:vnfd.df: this is missing"])]
