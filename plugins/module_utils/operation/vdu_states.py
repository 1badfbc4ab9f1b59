# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDU instances brought into a state: which operation does it, and what came of it for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, engine
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, split_item
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import need_instantiated
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

#: State -> the operation that leads to it. A state of the power is the operation's parameter as well.
OPERATIONS = {'present': 'heal', 'absent': 'scale', 'rebuilt': 'rebuild', 'resized': 'change_flavour', 'migrated': 'migrate',
              **dict.fromkeys(('started', 'stopped', 'paused', 'suspended', 'restarted'), 'operate')}
#: Parameters of the operations -> the states that they go with.
GOES_WITH = {'image': ('rebuilt',), 'flavor': ('resized',), 'force': ('present', 'rebuilt'), 'root': ('present',),
             'to_host': ('migrated',), 'migration_type': ('migrated',),
             'stop_type': ('stopped', 'restarted'), 'graceful_stop_timeout': ('stopped',),
             'request_id': tuple(OPERATIONS)}


def bring(options: Mapping[str, Any], tell: Callable[[str], None], dry: bool) -> dict[str, Any]:
    """Do it, or plan it; the operation's result, with ``instances``, a result for each.

    :param options: the module's.
    :raises InputError: the request can't be used.
    :raises OpOccError: refused, or failed; its result has ``instances`` as well.
    :raises StoreError: the state directory or a fact can't be used.
    :raises VimError: a VIM can't be read.
    """
    request = request_of(options)
    store = Store(request.state_dir)
    store.prepare(create=False)
    ns = again.find_ns(store, request.ns or '')
    need_instantiated(request, ns)
    scope = make_aim(request, Base(ns, read_resources(store, ns))).asked.scope or frozenset()
    items = sorted(scope | _named(request), key=split_item)
    try:
        result = engine.diff(request, tell) if dry else engine.apply(request, tell)
    except OpOccError as error:
        if hasattr(error, 'result'):
            error.result['instances'] = _each(store, ns['id'], items, {})
        raise
    return {**result, 'instances': _each(store, ns['id'], items, result)}


def request_of(options: Mapping[str, Any]) -> Request:
    """The operation's request.

    :raises InputError: a parameter that goes with another state; no instance is named.
    """
    state = options['state']
    params = {name: options[name] for name in GOES_WITH if options.get(name) is not None}
    problems = [f'{name}: goes with state {" or ".join(GOES_WITH[name])}, not with {state}' for name in params
                if state not in GOES_WITH[name]]
    if not options['instances']:
        problems.append('instances: name one at least, by vnf, vdu and count_index')
    problems += [f'instances[{place}].count_index: {one["count_index"]} is less than 0' for place, one
                 in enumerate(options['instances']) if (one.get('count_index') or 0) < 0]
    if problems:
        raise InputError(problems)
    if OPERATIONS[state] == 'operate':
        params['state'] = state.upper()
    if 'migration_type' in params:
        params['type'] = params.pop('migration_type')
    items = [{key: value for key, value in one.items() if value is not None} for one in options['instances']]
    return Request.of({**options, 'operation': OPERATIONS[state], 'params': params, 'items': items})


def _named(request: Request) -> set[str]:
    """The record's keys of those that are named one by one: of what is absent already, nothing else tells."""
    return {f'vdu:{one["vnf"]}/{one["vdu"]}/{one["count_index"]}' for one in request.items or () if 'count_index' in one}


def _each(store: Store, ns_id: str, items: list[str], result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What came of each instance, in the order of VNF, VDU and count-index."""
    ns = store.read('ns', ns_id) or {}
    resources = read_resources(store, ns)
    changes = {one['name']: one for one in (result.get('plan') or {}).get('changes', ()) if one['kind'] == 'vdu'}
    found = []
    for item in items:
        vnf, vdu, index = split_item(item)
        change = changes.get(f'{vnf}/{vdu}/{index}') if result.get('changed') else None
        record = resources.get(item, {})
        found.append({'vnf': vnf, 'vdu': vdu, 'count_index': index, 'changed': change is not None,
                      'action': change and change['action'], 'detail': change and change['detail'],
                      'id': record.get('id'), 'status': record.get('status')})
    return found
