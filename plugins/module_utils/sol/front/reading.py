# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client reads: VNF instances and op-occs, from the facts files alone."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call, refused
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.query import Kind, Query, parse
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.remembered import Remembered
from ansible_collections.nfv.mano.plugins.module_utils.sol.op_occ import op_occ_view
from ansible_collections.nfv.mano.plugins.module_utils.sol.vnf_instance import vnf_instance_view
from ansible_collections.nfv.mano.plugins.module_utils.store import Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.cached import CachedStore

VNF_INSTANCE = Kind(
    frozenset({'id', 'vnfInstanceName', 'vnfInstanceDescription', 'vnfdId', 'vnfProvider', 'vnfProductName', 'vnfSoftwareVersion',
               'vnfdVersion', 'vnfConfigurableProperties', 'vimConnectionInfo', 'instantiationState', 'instantiatedVnfInfo',
               'metadata', 'extensions', '_links'}),
    frozenset({'id', 'vnfdId', 'vnfProvider', 'vnfProductName', 'vnfSoftwareVersion', 'vnfdVersion', 'instantiationState',
               '_links'}),
    frozenset({'vnfConfigurableProperties', 'vimConnectionInfo', 'instantiatedVnfInfo', 'metadata', 'extensions'}))
_OP_OCC_DEFAULT = frozenset({'operationParams', 'error', 'resourceChanges', 'changedInfo', 'changedExtConnectivity'})
_OP_OCC_ALWAYS = frozenset({'id', 'operationState', 'stateEnteredTime', 'startTime', 'vnfInstanceId', 'operation',
                            'isAutomaticInvocation', 'isCancelPending', '_links'})
_OP_OCC_V1 = _OP_OCC_ALWAYS | _OP_OCC_DEFAULT | {'grantId'}
OP_OCC = {'v1': Kind(_OP_OCC_V1, _OP_OCC_ALWAYS, _OP_OCC_DEFAULT),
          'v2': Kind(_OP_OCC_V1 | {'cancelMode', 'modificationsTriggeredByVnfPkgChange', 'vnfSnapshotInfoId'}, _OP_OCC_ALWAYS,
                     _OP_OCC_DEFAULT | {'modificationsTriggeredByVnfPkgChange'})}
#: Attributes that the fact of an op-occ does not tell in full: only its folder does.
OF_FOLDER = ('operationParams', 'error', 'resourceChanges', 'changedInfo', 'changedExtConnectivity', 'vnfSnapshotInfoId',
             'modificationsTriggeredByVnfPkgChange')
#: Seconds for which the view of an op-occ holds: of an open one, whose folder changes, and of a finished one.
OPEN_HOLDS, FINISHED_HOLDS = 0.25, 60.0
MOST_VIEWS = 5_000

#: Something of a list: what it is ordered by, which never changes, and what makes its view.
Item = tuple[tuple[str, str], Callable[[], dict[str, Any]]]


class Reading:
    """Answers queries.

    :param store: may share what it reads (CachedStore).
    :param api_root: what links start with.
    :param page_size: items of a list that one answer has.
    """

    def __init__(self, store: Store, api_root: str, page_size: int) -> None:
        self.store, self.api_root, self._page_size = store, api_root, page_size
        self._views: dict[tuple[str, str], tuple[Any, float, dict[str, Any]]] = {}
        self.remembered = Remembered()

    def vnf_instances(self, call: Call, version: str) -> Answer:
        """The list of VNF instances."""
        query = parse(call.query, VNF_INSTANCE)
        open_ones = {one.ns_id: one for one in OpOccs(self.store).list(scope='ns') if one.state in OPEN}

        def shown(ns: dict[str, Any], vnf_id: str) -> dict[str, Any]:
            return vnf_instance_view(views.ns_shown(self.store, ns, open_ones.get(ns['id'])), vnf_id, version, self.api_root)
        items = [((str(ns.get('created')), vnf_id), functools.partial(shown, ns, vnf_id))
                 for ns in self.store.all('ns') for vnf_id in ns.get('vnfs', {}).values()]
        return self._listed(call, query, VNF_INSTANCE, items)

    def vnf_instance(self, vnf_id: str, version: str) -> dict[str, Any]:
        """One VNF instance.

        :raises OpOccError: 404.
        """
        return vnf_instance_view(views.ns_view(self.store, self.ns_of(vnf_id)), vnf_id, version, self.api_root)

    def ns_of(self, vnf_id: str) -> dict[str, Any]:
        """The record of the NS that a VNF belongs to.

        :raises OpOccError: 404.
        """
        # Most have a fact of their own that names it; one that was never instantiated may have none
        try:
            fact = self.store.read('vnf', vnf_id)
        except StoreError:
            fact = None
        for ns in [self.store.read('ns', fact['ns_id'])] if fact else self.store.all('ns'):
            if ns is not None and vnf_id in ns.get('vnfs', {}).values():
                return ns
        raise refused(404, f'{vnf_id[:64]} is no VNF instance')

    def op_occs(self, call: Call, version: str) -> Answer:
        """The list of op-occs."""
        return self.remembered.share((version, *call.query), self._mark, lambda: self._op_occs(call, version))

    def op_occ(self, op_occ_id: str, version: str) -> Answer:
        """One op-occ.

        :raises OpOccError: 404; that of an NS is none here.
        """
        return self.remembered.share((version, op_occ_id), lambda: self._mark(op_occ_id),
                                     lambda: Answer(200, self.op_occ_shown(op_occ_id, version)))

    def known(self, call: Call, version: str, op_occ_id: str) -> Answer | None:
        """The list of op-occs, or one with this id, where that need not be made."""
        if op_occ_id:
            return self.remembered.get((version, op_occ_id), lambda: self._mark(op_occ_id))
        return self.remembered.get((version, *call.query), self._mark)

    def _mark(self, op_occ_id: str = '') -> object:
        """What changes with an op-occ, or with any record."""
        if not isinstance(self.store, CachedStore):
            return None
        return self.store.signature('op_occ', op_occ_id) if op_occ_id else self.store.mark()

    def _op_occs(self, call: Call, version: str) -> Answer:
        kind = OP_OCC[version]
        query = parse(call.query, kind)
        details = query.needs(kind, OF_FOLDER)
        items = [((one.data['start_time'], one.id), functools.partial(self._shown, one, version, details))
                 for one in OpOccs(self.store).list(scope='vnf')]
        return self._listed(call, query, kind, items)

    def op_occ_shown(self, op_occ_id: str, version: str) -> dict[str, Any]:
        """The view of one op-occ.

        :raises OpOccError: 404; that of an NS is none here.
        """
        return self._shown(self.op_occ_of(op_occ_id), version, True)

    def op_occ_of(self, op_occ_id: str) -> OpOcc:
        """The op-occ of a VNF.

        :raises OpOccError: 404.
        """
        found = OpOccs(self.store).get(op_occ_id)
        if found.data['scope'] != 'vnf':
            raise refused(404, f'{op_occ_id} is of a network service; those of its VNFs are found here')
        return found

    def _shown(self, one: OpOcc, version: str, details: bool) -> dict[str, Any]:
        if not details and one.state not in OPEN:
            return op_occ_view(one.data, version, self.api_root)
        key, mark = (one.id, version), (one.data['state_entered_time'], one.data['cancel_pending'])
        known = self._views.get(key)
        if known is not None and known[0] == mark and known[1] > time.monotonic():
            return known[2]
        # Whether it is to be cancelled only its folder tells
        data = views.list_op_occs(self.store, ns=None, op_occ=one.id, limit=None, details=True)[0]
        view = op_occ_view(data, version, self.api_root)
        if len(self._views) >= MOST_VIEWS:
            self._views.clear()
        self._views[key] = (mark, time.monotonic() + (OPEN_HOLDS if one.state in OPEN else FINISHED_HOLDS), view)
        return view

    def forget(self, op_occ_id: str) -> None:
        """What was shown of an op-occ holds no longer."""
        for version in OP_OCC:
            self._views.pop((op_occ_id, version), None)

    def _listed(self, call: Call, query: Query, kind: Kind, items: Iterable[Item]) -> Answer:
        ordered = sorted(items, key=lambda one: one[0])
        # Views are made of what is asked for: of a page, where nothing has to be looked at to know what is on it
        matching = [one for one in ordered if any(query.matches(view) for view in _made(one))] if query.filters else ordered
        page, following = query.page(matching, lambda one: one[0], self._page_size)
        headers = {'Link': f'<{self.api_root}{call.path}?{following}>;rel="next"'} if following else {}
        return Answer(200, [query.select(kind, view) for one in page for view in _made(one)], headers)


def _made(item: Item) -> Iterator[dict[str, Any]]:
    """Its view; none where it is being archived, or forgotten, just now."""
    with contextlib.suppress(OpOccError):
        yield item[1]()
