# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request that its caller has named is carried out once: the same name again is answered by its op-occ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import OF_RECORD, InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.results import SELECTION
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import REQUEST_ID
from ansible_collections.nfv.mano.plugins.module_utils.store import Store


def answered(store: Store, ns_id: str, request: Request, operation: str) -> OpOcc | None:
    """The op-occ of an NS that has carried out the request of this name; None where there is none, or the request has no name.

    :param operation: what the op-occ of the request is called.
    :raises InputError: the name stands for another request.
    """
    name = request.params.get(REQUEST_ID)
    if not name or request.operation not in OF_RECORD:
        return None
    mine = {'operation': operation, **_asked(request.params, {key: getattr(request, key) for key in SELECTION})}
    for op_occ in OpOccs(store).list(ns_id=ns_id, scope='ns', state='COMPLETED'):
        kept = (op_occ.dir.read_json('parameters.json') or {}).get('parameters', {})
        if (kept.get('params') or {}).get(REQUEST_ID) != name:
            continue
        if {'operation': op_occ.operation, **_asked(kept['params'], kept)} != mine:
            raise InputError([f'params.{REQUEST_ID}: {name} is the name of {op_occ.operation} {op_occ.id} already, which was '
                              'asked for with other parameters; name this request otherwise'])
        return op_occ
    return None


def _asked(params: Mapping[str, Any], selection: Mapping[str, Any]) -> dict[str, Any]:
    """What a request asks for; numbers may come as text (from -e)."""
    return {'params': {key: str(value) for key, value in without_secrets(params).items()},
            **{key: str(selection.get(key)) for key in SELECTION}}
