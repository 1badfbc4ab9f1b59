# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operation that waits for task files of the user's: parked with a lease, and taken up again with what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, lease, listed
from ansible_collections.nfv.mano.plugins.module_utils.operation import results
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import split_item
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.work import WorkEnd
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, TaskFile
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

if TYPE_CHECKING:
    from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Answer
    from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import Parked

#: Seconds that a play may take beside its task files, until it goes on.
MARGIN = 60.0
#: Files that a fact names; the folder has all.
NAMED = 5


def not_run(request: Request, plan: Plan) -> list[str]:
    """What stands against a plan with task files where who asks runs none."""
    files = [] if request.task_files is not None else sorted({one.file for one in plan.task_files()})
    return [f'{listed(files)}: run by the roles of nfv.mano and not by a module alone'] if files else []


def park(op_occ: OpOcc, draft: Draft, ns: dict[str, Any], resources: Resources, end: WorkEnd, request: Request,
         tell: Callable[[str], None]) -> dict[str, Any]:
    """Leave the operation to whoever runs the files; returns what the module returns, with ``waiting_for``."""
    groups: dict[TaskFile, list[Parked]] = {}
    for one in end.parked:
        if one.task.task_file is not None:
            groups.setdefault(one.task.task_file, []).append(one)
    names = list(dict.fromkeys(wanted.file for wanted in groups))
    names = names if len(names) <= NAMED else [*names[:NAMED], '...']
    waiting_for = lease(sum(wanted.timeout for wanted in groups) + MARGIN, names)
    op_occ.park(waiting_for, [{'file': wanted.file, 'tasks': [one.task.id for one in group]} for wanted, group in groups.items()],
                end.progress)
    tell(f'Waiting for {listed(names)}, at most until {waiting_for["until"]}')
    return results.waiting(op_occ, draft, ns, [_told(wanted, group, resources) for wanted, group in groups.items()], request)


def _told(wanted: TaskFile, group: list[Parked], resources: Resources) -> dict[str, Any]:
    """What a file is told: {file, purpose, subject, timeout_s, instances} and what belongs to its purpose."""
    items = sorted((one.task.item for one in group if one.task.item.startswith('vdu:')), key=split_item)
    more = {key: value for one in group for key, value in one.told.items()}
    return {'file': wanted.file, 'purpose': wanted.purpose, 'subject': wanted.subject, 'timeout_s': wanted.timeout,
            'instances': [instance(resources, item) for item in items], **more}


def instance(resources: Resources, item: str) -> dict[str, Any]:
    """What the record says of a VDU instance, as task files are told it; addresses by interface."""
    vnf, vdu, index = split_item(item)
    one = resources.get(item, {})
    return {'vnf': vnf, 'vdu': vdu, 'count_index': index, 'vim': one.get('vim'), 'id': one.get('id'), 'name': one.get('name'),
            'status': one.get('status'), 'management_address': one.get('management_address'),
            'addresses': {name: port['ip_addresses'] for name, port in one.get('ports', {}).items()},
            'floating_ips': {name: floating['address'] for name, floating in one.get('floating_ips', {}).items()}}


def take_up(store: Store, ns: dict[str, Any], request: Request) -> OpOcc | None:
    """The op-occ that the request goes on with after its task files; None where it is a request of its own.

    Where nobody has recovered it, it goes on also after its lease: who has its name is its owner, and is alive.

    :raises OpOccError: 409, the op-occ does not wait any more, or waits for others.
    """
    lease = (request.task_files or {}).get('lease')
    if lease is None:
        return None
    found = OpOccs(store).open_for(ns['id'])
    if found is None or (found.data['waiting_for'] or {}).get('lease') != lease:
        raise results.overtaken(found or next(iter(OpOccs(store).list(1, ns_id=ns['id'], scope='ns')), None), ns)
    return found


def answers(op_occ: OpOcc, request: Request) -> dict[str, Answer]:
    """What came of the files that an op-occ has waited for, by task; none where it did not wait.

    :raises InputError: there is not a result for each.
    """
    from ansible_collections.nfv.mano.plugins.module_utils.execute.calls import Answer
    files = op_occ.waited_for() if op_occ.data['waiting_for'] else []
    given = (request.task_files or {}).get('results') or []
    if len(files) != len(given):
        raise InputError([f'task_files.results: {len(given)} are given, {len(files)} are waited for'])
    return {task: Answer(one.get('error'), bool(one.get('late'))) for file, one in zip(files, given) for task in file['tasks']}
