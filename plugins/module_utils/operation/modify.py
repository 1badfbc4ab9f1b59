# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a network service, a VNF or a VDU, changed by a merge patch (RFC 7396) and kept beside the document."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Aim, Base, overlaid
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, select, select_one, select_vnf
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    NetworkService,
    TargetError,
    Vdu,
    Vnf,
    merge_patch,
    read_attribute,
)

#: Names of SOL, and those of the document, of what a patch may be of: a network service, a VNF, a VDU.
OF_NS = {'ns_instance_name': 'instance_name', 'ns_instance_description': 'description', 'metadata': 'metadata',
         'extensions': 'extensions', 'ns_configurable_properties': 'configurable_properties'}
OF_VNF = {'vnf_instance_name': 'instance_name', 'vnf_instance_description': 'description', 'metadata': 'metadata',
          'extensions': 'extensions', 'vnf_configurable_properties': 'configurable_properties'}
OF_VDU = {'description': 'description', 'metadata': 'metadata'}
SECRETS = 'secret_params'


class Patched(NamedTuple):
    """What a patch is of, with its place in the document and the names that it knows."""

    part: NetworkService | Vnf | Vdu
    place: tuple[tuple[str, str], ...]
    names: Mapping[str, str]
    what: str


def modify_info(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with what the patch makes of it, and the servers that may have to be told.

    :raises InputError: parameters that can't be used, or no such VNF or VDU.
    """
    of = _patched(request, target)
    params = Params(f'modify_info of {of.what}', request.params, *of.names)
    given = {name: value for name, value in request.params.items() if name in of.names}
    values = {of.names[name]: _value(of, name, value, params.problems) for name, value in given.items()}
    params.check(None if given or params.problems else f'params: modify_info of {of.what} needs one of {", ".join(of.names)}',
                 'count_index: modify_info takes none; a VDU has the same for all its instances'
                 if request.count_index is not None else None)
    overlay = base.overlay
    for key, value in values.items():
        overlay = overlaid(overlay, base.ns.get('document') or {}, of.place, key, value)
    return overlay, _asked(request, target, of)


def back(aim: Aim, request: Request) -> Aim:
    """The way back: only what the patch may have reached is looked at."""
    if aim.target is None:
        return aim
    return dataclasses.replace(aim, asked=_asked(request, aim.target, _patched(request, aim.target)))


def _asked(request: Request, target: NetworkService, of: Patched) -> Asked:
    reached = of.names is OF_VDU or any(of.names.get(name) == 'instance_name' for name in request.params)
    items = (item for one in select(request, target) for item in one.items) if reached else ()
    return Asked(scope=frozenset(items), described=True)


def _patched(request: Request, target: NetworkService) -> Patched:
    if request.vdu is not None:
        one = select_one(dataclasses.replace(request, count_index=None), target)
        return Patched(one.vdu, (('vnfs', one.vnf.name), ('vdus', one.vdu.name)), OF_VDU, 'a VDU (nfv_vdu)')
    if request.vnf is not None:
        vnf = select_vnf(request, target)[1]
        return Patched(vnf, (('vnfs', vnf.name),), OF_VNF, 'a VNF (nfv_vnf)')
    return Patched(target, (), OF_NS, 'a network service (of a VNF: with nfv_vnf)')


def _value(of: Patched, name: str, patch: Any, problems: list[str]) -> Any:
    """What an attribute is after the patch."""
    now = getattr(of.part, of.names[name])
    if _has_secrets(patch):
        problems.append(f'params.{name}: {SECRETS} are for user data; what is told of a network service is shown as it is')
    elif isinstance(now, Mapping) and patch is not None and not isinstance(patch, Mapping):
        problems.append(f'params.{name}: {patch!r} is neither a mapping nor null')
    else:
        try:
            return read_attribute(type(of.part), of.names[name], merge_patch(now, patch), f'params.{name}')
        except TargetError as error:
            problems += [str(problem) for problem in error.problems]
    return None


def _has_secrets(value: Any) -> bool:
    if isinstance(value, Mapping):
        return SECRETS in value or any(map(_has_secrets, value.values()))
    return isinstance(value, list) and any(map(_has_secrets, value))
