# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each operation makes of the record and of what is asked for: its target."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import (
    OWN,
    Aim,
    Base,
    instances,
    split_item,
    with_hosts,
    with_own,
    with_power,
    with_values,
)
from ansible_collections.nfv.mano.plugins.module_utils.operation.ext_conn import change_ext_conn
from ansible_collections.nfv.mano.plugins.module_utils.operation.heal import heal
from ansible_collections.nfv.mano.plugins.module_utils.operation.modify import modify_info
from ansible_collections.nfv.mano.plugins.module_utils.operation.move import evacuate, migrate, standing_hosts
from ansible_collections.nfv.mano.plugins.module_utils.operation.operate import operate
from ansible_collections.nfv.mano.plugins.module_utils.operation.package import change_vnfpkg
from ansible_collections.nfv.mano.plugins.module_utils.operation.rebuild import change_flavour, rebuild
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.scale import scale
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params
from ansible_collections.nfv.mano.plugins.module_utils.operation.snapshot import create_snapshot, revert_to_snapshot
from ansible_collections.nfv.mano.plugins.module_utils.operation.stored import with_user_data
from ansible_collections.nfv.mano.plugins.module_utils.operation.terminate import terminate
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    NetworkService,
    TargetError,
    load,
    merge,
    redact,
    standing,
    to_document,
)
from ansible_collections.nfv.mano.plugins.module_utils.target import with_own as instances_own


def make_aim(request: Request, base: Base) -> Aim:
    """What the request works towards.

    :raises InputError: every problem of the document or of the parameters, with path and value.
    """
    if request.operation == 'terminate':
        def before() -> NetworkService | None:
            return declared(request, base, base.overlay) if base.ns.get('document') else None
        return Aim(target=None, document=None, asked=terminate(request, base, before))
    if request.operation in ('instantiate', 'update'):
        return _of_document(request, base)
    if request.operation == 'reconcile':
        return _as_declared(request, base)
    return _of_record(request, base)


def _of_document(request: Request, base: Base) -> Aim:
    """The document, with what later verbs changed of it where it does not say something new."""
    files = base.ns.get('files') if request.files is None else request.files
    given = _with_vims(request.document or {}, request)
    document = redact(to_document(_load(given, files)))
    merged = merge(base.ns.get('document'), base.overlay, given)
    target = _load(merged, files)
    there = instances(target)
    # A stored document is no new one: nothing of it overrules what instances have of their own
    own = _standing_own(base, given, there) if request.files is not None else base.own
    overlay = with_power(standing(base.overlay, merged), {item: status for item, status in base.power.items() if item in there})
    overlay = with_hosts(with_own(overlay, own), standing_hosts(base, target))
    return Aim(target=_own(target, overlay), document=document, overlay=overlay, files=_named(target, files))


def _of_record(request: Request, base: Base) -> Aim:
    """The target of before, with something changed of it by a verb; a document is given for its secrets only."""
    before = declared(request, base, base.overlay)
    overlay, asked = base.overlay, Asked()
    if request.operation == 'scale':
        overlay, asked = scale(request, base, before)
    elif request.operation == 'operate':
        overlay, asked = operate(request, base, before)
    elif request.operation == 'heal':
        asked = heal(request, base, before)
    elif request.operation == 'rebuild':
        overlay, asked = rebuild(request, base, before)
    elif request.operation == 'change_flavour':
        overlay, asked = change_flavour(request, base, before)
    elif request.operation == 'migrate':
        overlay, asked = migrate(request, base, before)
    elif request.operation == 'evacuate':
        overlay, asked = evacuate(request, base, before)
    elif request.operation == 'change_vnfpkg':
        last = _load(base.ns.get('document') or {}, base.ns.get('files'))
        given = _load(_with_vims(request.document or {}, request), request.files)
        overlay, asked = change_vnfpkg(request, base, before, last, given)
    elif request.operation == 'create_snapshot':
        asked = create_snapshot(request, base, before)
    elif request.operation == 'revert_to_snapshot':
        asked = revert_to_snapshot(request, base, before)
    elif request.operation == 'change_ext_conn':
        overlay, asked = change_ext_conn(request, base, before)
    elif request.operation == 'modify_info':
        overlay, asked = modify_info(request, base, before)
    return Aim(target=before if overlay == base.overlay else declared(request, base, overlay), document=base.ns.get('document'),
               overlay=overlay, files=base.ns.get('files'), asked=asked)


def _as_declared(request: Request, base: Base) -> Aim:
    """What is declared, to which record and VIMs are brought together; nothing of it is made.

    :raises InputError: parameters that can't be used.
    """
    params = Params('reconcile', request.params, 'leftovers')
    leftovers = params.word('leftovers', 'delete', 'adopt') or 'delete'
    narrowed = [name for name in ('vnf', 'vdu', 'count_index') if getattr(request, name) is not None]
    params.check(f'{narrowed[0]}: reconcile is of the whole network service' if narrowed else None)
    target = declared(request, base, base.overlay) if base.ns.get('state') == 'INSTANTIATED' else None
    return Aim(target=target, document=base.ns.get('document'), overlay=base.overlay, files=base.ns.get('files'),
               asked=Asked(leftovers=leftovers))


def declared(request: Request, base: Base, overlay: Mapping[str, Any]) -> NetworkService:
    """What is to be there by the record: its document with what later verbs changed of it.

    :raises InputError: it can not be read.
    """
    known: dict[str, Any] = base.ns.get('document') or {}
    if request.document is not None and request.files is not None:
        known = with_user_data(known, request.document, request.files)
    return _own(_load(_with_vims(merge(known, overlay, known), request), base.ns.get('files')), overlay)


def _standing_own(base: Base, given: Mapping[str, Any], there: Collection[str]) -> dict[str, dict[str, Any]]:
    """What single instances have of their own, as far as the new document did not change it for their VDU."""
    last = base.ns.get('document')
    standing_of: dict[str, dict[str, Any]] = {}
    found = {}
    for item, values in base.own.items():
        vnf, vdu, _index = split_item(item)
        key = json.dumps([vnf, vdu, values], sort_keys=True)
        if key not in standing_of:
            overlay = with_values({}, vnf, 'vdus', vdu, **values)
            kept = standing(overlay, merge(last, overlay, given))
            standing_of[key] = {name: value for one in kept.get('vnfs', ()) for part in one['vdus']
                                for name, value in part.items() if name != 'name'}
        if item in there and standing_of[key]:
            found[item] = standing_of[key]
    return found


def _own(target: NetworkService, overlay: Mapping[str, Any]) -> NetworkService:
    """The target with what single instances have of their own."""
    own: dict[tuple[str, str], dict[int, Any]] = {}
    for item, values in (overlay.get(OWN) or {}).items():
        vnf, vdu, index = split_item(item)
        own.setdefault((vnf, vdu), {})[index] = values
    return instances_own(target, own)


def _load(document: Any, files: Mapping[str, str] | None) -> NetworkService:
    try:
        return load(document, files)
    except TargetError as error:
        raise InputError([str(problem) for problem in error.problems]) from None


def _named(target: NetworkService, files: Mapping[str, str] | None) -> dict[str, str] | None:
    """Those of the files that the target's user data is made of."""
    if files is None:
        return None
    names = {vdu.cloud_init.file for vnf in target.vnfs for vdu in vnf.vdus if vdu.cloud_init and vdu.cloud_init.file}
    return {name: files[name] for name in sorted(names)}


def _with_vims(document: dict[str, Any], request: Request) -> dict[str, Any]:
    """The document with nfv_cloud and nfv_vims over its own vims."""
    document = copy.deepcopy(document)
    if not isinstance(document.get('vims') or {}, dict):
        return document
    vims = dict(document.get('vims') or {'default': {}})
    for name, given in request.vims.items():
        more = {'cloud': given} if isinstance(given, str) else given
        vims[name] = {**(vims.get(name) if isinstance(vims.get(name), dict) else {}), **more}
    if request.cloud:
        for name, vim in vims.items():
            if isinstance(vim, dict) and not vim.get('cloud'):
                vims[name] = {**vim, 'cloud': request.cloud}
            elif vim is None:
                vims[name] = {'cloud': request.cloud}
    document['vims'] = vims
    return document
