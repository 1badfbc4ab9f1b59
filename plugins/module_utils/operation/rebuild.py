# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuild and change_flavour: another image or flavor of VDUs or single instances is the target, on the same servers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, with_own, with_values
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, Selected, at_once, select, select_one
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, write_part


def rebuild(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the new image, and which servers get a fresh root disk: those of another image, and with ``force`` all
    of them, each once.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance.
    """
    params = Params('rebuild', request.params, 'image', 'force')
    image, force = params.part('image'), params.truth('force')
    params.check()
    selected = select(request, target)
    items = [item for one in selected for item in one.items]
    again = {item: _requests(base, item) for item in items} if force else {}
    overlay = base.overlay if image is None else chosen(base, selected, 'image', image)
    return overlay, Asked(scope=frozenset(items), change='image', again=again, at_once=at_once(request, selected))


def _requests(base: Base, item: str) -> frozenset[str]:
    """The rebuilds of an instance that were known before the operation."""
    record = base.resources.get(item, {})
    return frozenset(one for one in ((record.get('rebuilding') or {}).get('request_id'), record.get('rebuilt')) if one)


def change_flavour(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the new flavor, and whose it is.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance; several VDUs are meant.
    """
    params = Params('change_flavour', request.params, 'flavor')
    flavor = params.part('flavor')
    params.check(None if params.has('flavor') else
                 'params.flavor: change_flavour needs one: a name, or vcpus, ram_mib and disk_gib')
    selected = [select_one(request, target)] if request.items is None else select(request, target)
    items = frozenset(item for one in selected for item in one.items)
    return chosen(base, selected, 'flavor', flavor), Asked(scope=items, change='flavor', at_once=at_once(request, selected))


def chosen(base: Base, selected: Iterable[Selected], name: str, part: Any) -> dict[str, Any]:
    """The overlay with an image or a flavor of what is selected: of whole VDUs, or of single instances."""
    overlay, value = base.overlay, write_part(part)
    own = {item: dict(values) for item, values in base.own.items()}
    for one in selected:
        for item in one.items:
            own.get(item, {}).pop(name, None)
        if one.whole and getattr(one.vdu, name) != part:
            overlay = with_values(overlay, one.vnf.name, 'vdus', one.vdu.name, **{name: value})
        elif getattr(one.vdu, name) != part:
            for item in one.items:
                own.setdefault(item, {})[name] = value
    return with_own(overlay, own)
