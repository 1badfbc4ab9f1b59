# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and flavors that later verbs gave to a VDU, or to single instances of one, beside the document."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.check_flavor import check_flavor
from ansible_collections.nfv.mano.plugins.module_utils.target.checks import check_image
from ansible_collections.nfv.mano.plugins.module_utils.target.document import to_value
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Flavor, Image
from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Struct
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService, Vdu, Vnfd
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import read
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, TargetError

#: What an instance may have of its own.
PARTS = {"image": Image, "flavor": Flavor}


def read_part(name: str, value: Any, path: str) -> Image | Flavor:
    """An image or a flavor as a document gives it.

    :param name: a key of :data:`PARTS`.
    :param path: where it stands, for messages.
    :raises TargetError: every problem of it.
    """
    report = Report()
    part: Any = read(Struct(PARTS[name]), value, path, report)
    if not report.problems:
        (check_image if name == "image" else check_flavor)(part, path, report)
    if report.problems:
        raise TargetError(report.problems)
    return part  # type: ignore[no-any-return]


def write_part(part: Image | Flavor | Vnfd) -> Any:
    """An image, a flavor or an origin as the document writes it."""
    return to_value(Struct(type(part)), part)


def with_own(ns: NetworkService, own: Mapping[tuple[str, str], Mapping[int, Mapping[str, Any]]]) -> NetworkService:
    """The network service with images and flavors of single instances.

    :param own: (VNF, VDU) -> index -> {'image': ..., 'flavor': ...} as documents write them.
    """
    if not own:
        return ns
    known: dict[str, Mapping[str, Any]] = {}

    def parsed(values: Mapping[str, Any]) -> Mapping[str, Any]:
        # Equal ones are the same object: Vdu.variants goes by that
        text = json.dumps(values, sort_keys=True)
        if text not in known:
            known[text] = {name: read_part(name, value, name) for name, value in values.items()}
        return known[text]

    def of_vdu(vnf: str, vdu: Vdu) -> Vdu:
        mine = own.get((vnf, vdu.name))
        return vdu if mine is None else dataclasses.replace(vdu, own={index: parsed(one) for index, one in mine.items()})
    return dataclasses.replace(ns, vnfs=tuple(
        dataclasses.replace(vnf, vdus=tuple(of_vdu(vnf.name, vdu) for vdu in vnf.vdus)) for vnf in ns.vnfs))
