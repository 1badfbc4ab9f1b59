# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations that are accepted by one process and carried out by another: the op-occ waits for its playbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, lease, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import conflict
from ansible_collections.nfv.mano.plugins.module_utils.operation import again
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import KEPT_OF_REQUEST, Run, need_instantiated, parameters
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock

#: The verb of who carries out what another process has accepted.
CARRY_OUT = 'carry_out'


class Asked(Run):
    """An operation from its beginning, with the op-occ that was made when it was accepted.

    :param asked: the op-occ.
    """

    def __init__(self, asked: OpOcc, *args: Any) -> None:
        super().__init__(asked.operation, *args)
        self._asked = asked

    def take_up(self) -> None:
        """It waits for nobody else."""
        self.op_occ = self._asked


def accept(store: Store, operation: str, request: Request, patience: float,
           check: Callable[[dict[str, Any]], None] | None = None, kept: dict[str, Any] | None = None) -> OpOcc:
    """Make the op-occ of a request, which waits to be carried out; the VIM is not looked at.

    :param operation: what the op-occ is called.
    :param request: with the ids of an NS and of one of its VNFs.
    :param patience: seconds until it is recovered where nobody carries it out.
    :param check: raises what else stands against it, by the NS's record.
    :param kept: what the NS's record is to say of the request (``asked``) once it is carried out.
    :raises InputError: the parameters or the document can not be used; nothing is written.
    :raises OpOccError: 409, the NS's state does not take it, or another operation is open.
    :raises LockedError: somebody works on the NS.
    """
    ns_id = str(request.ns)
    with NsLock(store, ns_id, wait=0.0) as lock:
        op_occs = OpOccs(store)
        op_occs.sweep(ns_id)
        found = op_occs.open_for(ns_id)
        if found is not None:
            # The lock is ours, so whoever runs it is dead
            recover(store, lock, found, fold=fold_journal)
        ns = again.find_ns(store, ns_id)
        if check is not None:
            check(ns)
        need_instantiated(request, ns)
        resources = read_resources(store, ns)
        make_aim(request, Base(ns, resources))
        touched = {str(request.vnf): ns['vnfs'][request.vnf]}
        op_occ = op_occs.start(operation, ns, touched, parameters(request), {}, {}, request.op_occ_retention,
                               {'ns': ns, 'resources': resources}, waiting_for=lease(patience, ()))
        if kept is not None:
            op_occ.dir.write_json(KEPT_OF_REQUEST, {'kept': {'asked': kept}})
        return op_occ


def waiting(found: OpOcc | None, ns: dict[str, Any]) -> OpOcc:
    """The op-occ, where it waits to be carried out.

    :raises OpOccError: 409, it does not.
    """
    if found is None:
        raise conflict('Nothing to carry out', f'{ns["name"]} has no open op-occ')
    if not found.unbegun:
        raise conflict(f'{found.operation} {found.id} is {found.state} and does not wait to be carried out',
                       f'it was taken up by {found.run_by or "nobody"}', f'op_occ/{found.id}')
    return found
