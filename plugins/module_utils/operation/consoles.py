# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles of VDU instances: their URLs, asked of the VIM and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation import again, reading
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, item_of
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.results import not_instantiated
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import select
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import declared
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.cloud import OpenStack

NO_SERVER = 'the record has no server of it; nfv.mano.heal makes one'


def consoles(request: Request, kind: str) -> list[dict[str, Any]]:
    """The console of each VDU instance that is meant: {vnf, vdu, count_index, name, id, type, url, error}, where either ``url``
    or ``error`` is null.

    :raises OpOccError: 404, no such NS; 409, it is not instantiated.
    :raises InputError: no such VNF, VDU or instance.
    :raises VimError: a VIM can't be logged in to.
    """
    store = Store(request.state_dir)
    ns = again.find_ns(store, request.ns or '')
    if ns.get('state') != 'INSTANTIATED':
        raise not_instantiated(ns, 'look at')
    resources = read_resources(store, ns)
    base = Base(ns, resources)
    target = declared(request, base, base.overlay)
    asked = [(chosen.vdu.vim, {'vnf': chosen.vnf.name, 'vdu': chosen.vdu.name, 'count_index': index},
              resources.get(item_of(chosen.vnf, chosen.vdu, index), {}))
             for chosen in select(request, target) for index in chosen.indexes]
    clouds = {**(ns.get('vims') or {}), **{name: {'cloud': vim.cloud, 'region': vim.region} for name, vim in target.vims.items()}}
    used = {str(record.get('vim') or vim) for vim, _instance, record in asked if record.get('id')}
    vims = reading.connect(request, clouds, sorted(used))

    def look(one: tuple[str | None, dict[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
        vim, instance, record = one
        url, error = _url(vims.get(str(record.get('vim') or vim)), record, kind)
        return {**instance, 'name': record.get('name'), 'id': record.get('id'), 'type': kind, 'url': url, 'error': error}
    with ThreadPoolExecutor(request.max_parallel) as pool:
        return list(pool.map(look, asked))


def _url(vim: OpenStack | None, record: Mapping[str, Any], kind: str) -> tuple[str | None, str | None]:
    if vim is None or not record.get('id'):
        return None, NO_SERVER
    try:
        return vim.console_url(record['id'], kind), None
    except VimError as error:
        return None, str(error)


def lines(found: list[dict[str, Any]]) -> list[str]:
    """For people, a line for each."""
    return [f'{one["vnf"]}/{one["vdu"]}/{one["count_index"]}  {one["url"] or one["error"]}' for one in found]
