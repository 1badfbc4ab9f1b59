# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change_vnfpkg: the images and flavors of another version of a VNF are the target, on the same servers, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, with_vnf
from ansible_collections.nfv.mano.plugins.module_utils.operation.rebuild import chosen
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, Selected, at_once, select, select_vnf
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService, Vnf, redact, to_document, write_part

#: What of a VNF and of its VDUs another version may have otherwise.
OF_VNF, OF_VDU = frozenset({'name', 'description', 'vnfd', 'vdus'}), frozenset({'image', 'flavor'})
LONGEST_ID = 255


def change_vnfpkg(request: Request, base: Base, target: NetworkService, last: NetworkService,
                  given: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the images, the flavors and the origin of the new version, and whose instances they are.

    :param last: the document last applied.
    :param given: the document that the new version of the VNF stands in.
    :raises InputError: parameters that can't be used; no such VNF here or there; the versions differ in more than that.
    """
    # What a package is instantiated with has been used when it was read
    params = Params('change_vnfpkg', request.params, 'vnfd_id', 'package_params')
    vnfd_id = params.text('vnfd_id', LONGEST_ID)
    params.check()
    vnf = select_vnf(request, target)[1]
    new = _named(given.vnfs, vnf.name)
    if new is None:
        names = ', '.join(one.name for one in given.vnfs) or 'none'
        raise InputError([f'descriptor: it has no VNF {vnf.name} (there are: {names})'])
    if vnfd_id and vnfd_id != (new.vnfd.id if new.vnfd else None):
        raise InputError([f'params.vnfd_id: VNF {vnf.name} of the descriptor is of VNFD {new.vnfd.id if new.vnfd else "none"}, '
                          f'not of {vnfd_id}'])
    others = list(_others(_written(last, vnf.name), _written(given, vnf.name)))
    if others:
        raise InputError([f'{one}; change_vnfpkg brings about images and flavors only, nfv.mano.update all of it'
                          for one in others])
    selected = select(dataclasses.replace(request, vnf=vnf.name, vdu=None, count_index=None, items=None), target)
    items = frozenset(item for one in selected for item in one.items)
    return _overlay(base, selected, vnf, new), Asked(scope=items, change='package', at_once=at_once(request, selected) or 1)


def _overlay(base: Base, selected: Iterable[Selected], vnf: Vnf, new: Vnf) -> dict[str, Any]:
    overlay = base.overlay
    for one in selected:
        wanted = next(vdu for vdu in new.vdus if vdu.name == one.vdu.name)
        for part in ('image', 'flavor'):
            so_far = dataclasses.replace(base, ns={**base.ns, 'overlay': overlay})
            overlay = chosen(so_far, [one], part, getattr(wanted, part))
    changed: dict[str, Any] = {}
    if new.vnfd is not None and new.vnfd != vnf.vnfd:
        changed['vnfd'] = write_part(new.vnfd)
    if new.description != vnf.description:
        changed['description'] = new.description
    return with_vnf(overlay, vnf.name, **changed) if changed else overlay


def _named(vnfs: Iterable[Vnf], name: str) -> Vnf | None:
    return next((one for one in vnfs if one.name == name), None)


def _written(target: NetworkService, name: str) -> dict[str, Any]:
    """A VNF as a document has it, with defaults left out and no secret."""
    found: dict[str, Any] = next((one for one in redact(to_document(target)).get('vnfs', ()) if one['name'] == name), {})
    return found


def _others(last: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What else the versions differ in."""
    name = new['name']
    before, after = ({vdu['name']: vdu for vdu in one.get('vdus', ())} for one in (last, new))
    yield from (f'vnfs.{name}.{key}: the new version has another one' for key in _differing(last, new, OF_VNF))
    yield from (f'vnfs.{name}.vdus.{vdu}: {"not in the new version" if vdu in before else "new in this version"}'
                for vdu in sorted(before.keys() ^ after.keys()))
    for vdu in sorted(before.keys() & after.keys()):
        yield from (f'vnfs.{name}.vdus.{vdu}.{key}: the new version has another one'
                    for key in _differing(before[vdu], after[vdu], OF_VDU))


def _differing(last: Mapping[str, Any], new: Mapping[str, Any], but: frozenset[str]) -> list[str]:
    return sorted(key for key in last.keys() | new.keys() if key not in but and last.get(key) != new.get(key))
