# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failed operation undone: the state that was declared before it is the target, and what can't come back is named."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources, fold
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, conflict
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, modify, results
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Base, declared_document
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft, make_draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.move import back as back_to_hosts
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import read_journal
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import Run, moved_from
from ansible_collections.nfv.mano.plugins.module_utils.operation.snapshot import KEEP
from ansible_collections.nfv.mano.plugins.module_utils.operation.stored import with_user_data
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.snapshot import KIND
from ansible_collections.nfv.mano.plugins.module_utils.store import Store

#: What of the NS's record says what is declared.
DECLARED = ('state', 'document', 'overlay', 'files', 'description')
#: Verbs of tasks that end what an item with data had, or that make it anew.
MADE_ANEW = frozenset({'server.create', 'server.delete', 'volume.create', 'volume.delete'})


class Rollback(Run):
    """One operation, backward.

    :param taken: the op-occ, in FAILED_TEMP.
    """

    BEGIN = {'FAILED_TEMP': 'rollback'}
    DONE = 'rolled_back'
    PLAN = 'rollback.json'

    def __init__(self, taken: OpOcc, *args: Any) -> None:
        super().__init__(taken.operation, *args, parked=taken if taken.state == 'ROLLING_BACK' else None)
        self.taken = taken

    def take_up(self) -> None:
        """It is recovered already, and in a state that takes a rollback."""
        self.op_occ = self.taken

    def refused(self, op_occ: OpOcc, draft: Draft) -> OpOccError:
        return results.irrevocable(op_occ, draft, self.ns) if draft.lost else super().refused(op_occ, draft)

    def make_draft(self, resources: Resources) -> Draft:
        return draft_back(self.request, self.taken, self.ns, resources, list(self.ns.get('pending', ())), self.tell,
                          self.store, wait=True)

    def settle(self, draft: Draft) -> None:
        before = record_before(self.taken)['ns']
        self.ns.update({key: before.get(key) for key in DECLARED})
        self.ns['vims'] = {name: vim for name, vim in draft.clouds.items() if name in before['vims']} or draft.clouds


def record_before(op_occ: OpOcc) -> dict[str, Any]:
    """The record from before an operation: {ns, resources}.

    :raises OpOccError: 409, it was not kept.
    """
    found = op_occ.dir.read_json('record_before.json')
    if found is None:
        raise conflict(f'{op_occ.operation} {op_occ.id} can not be rolled back', 'its folder does not have the record from '
                       'before; go on with nfv.mano.retry, or give it up with nfv.mano.fail', f'op_occ/{op_occ.id}')
    return found


def draft_back(request: Request, op_occ: OpOcc, ns: Mapping[str, Any], resources: Resources, pending: list[dict[str, Any]],
               tell: Callable[[str], None], store: Store, wait: bool) -> Draft:
    """The plan that leads back to what was declared before; what can't come back stands against it unless that is accepted.

    :raises OpOccError: 409, the record from before was not kept, or nothing leads back from this operation.
    :raises VimError: a VIM can't be read.
    """
    if op_occ.operation in results.FOR_GOOD:
        raise conflict(f'{op_occ.operation} {op_occ.id} can not be rolled back', f'{results.FOR_GOOD[op_occ.operation]}; it is '
                       f'{op_occ.state}: go on with nfv.mano.retry, or give it up with nfv.mano.fail', f'op_occ/{op_occ.id}')
    before = record_before(op_occ)
    document = declared_document(before['ns'])
    if document is None and op_occ.operation == 'TERMINATE':
        raise conflict(f'{op_occ.operation} {op_occ.id} can not be rolled back', 'nothing was declared before it; go on with '
                       'nfv.mano.retry, or give it up with nfv.mano.fail', f'op_occ/{op_occ.id}')
    if document is not None and request.document is not None:
        document = with_user_data(document, request.document, request.files or {})
    back = dataclasses.replace(request, operation='terminate' if document is None else 'instantiate', document=document,
                               files=None, allow_delete=True, params={KEEP: True})
    declared = {**ns, **{key: before['ns'].get(key) for key in ('document', 'overlay', 'files')}}
    aim = None
    if op_occ.operation == 'CREATE_SNAPSHOT':
        taken = frozenset(key for key in resources if key.startswith(KIND) and key not in before['resources'])
        made = make_aim(back, Base(declared, resources))
        aim = dataclasses.replace(made, asked=made.asked._replace(snapshots_gone=taken))
    if op_occ.operation == 'MIGRATE':
        aim = back_to_hosts(make_aim(back, Base(declared, resources)), again.original(request, op_occ),
                            moved_from(read_journal(op_occ)))
    elif op_occ.operation == 'MODIFY_INFO':
        aim = modify.back(make_aim(back, Base(declared, resources)), again.original(request, op_occ))
    draft = make_draft(back, declared, resources, pending, tell, store, wait, aim=aim)
    # What the VIM does not have any more is lost, whether the journal came to tell it or not
    there = fold(copy.deepcopy(resources), [{'gone': draft.plan.gone}])
    lost = list(losses(draft.plan, before['resources'], there))
    if request.accept_data_loss:
        draft.notes += lost
    else:
        draft.lost = lost
        draft.problems += lost
    return draft


def losses(plan: Plan, before: Resources, now: Resources) -> Iterator[str]:
    """What was there before the operation and can't come back as it was, a line for each."""
    verbs: dict[str, set[str]] = {}
    for task in plan.tasks.values():
        verbs.setdefault(task.item, set()).add(task.verb)
    losing = {f'{change.kind}:{change.name}' for change in plan.changes if change.loses_data}
    for item, was in before.items():
        known, mine = now.get(item, {}), verbs.get(item, set())
        name = item.replace(':', ' ', 1)
        if not item.startswith(('vdu:', 'volume:')) and was.get('id') and known.get('id') == was['id'] and any(
                verb.endswith('.delete') for verb in mine):
            yield f'{name}: {was.get("name", "")} {was["id"]} was there before the operation, and would be deleted'
        if item.startswith(KIND) and known.get('id') != was.get('id'):
            yield f'{name}: it is gone'
        for volume, one in was.get('volume_snapshots', {}).items():
            if known.get('volume_snapshots', {}).get(volume, {}).get('id') != one['id']:
                yield f'{name}: the snapshot {one["id"]} of volume {volume} is gone'
        for volume, token in (known.get('reverted') or {}).items():
            if token != (was.get('reverted') or {}).get(volume):
                yield f'{name}: volume {volume} was reverted, and what had been written since its snapshot is gone'
        worked = was.get('id') and was.get('status', 'ACTIVE') not in ('BUILD', 'ERROR')
        if worked and (mine & MADE_ANEW or item in losing) and item.startswith(('vdu:', 'volume:')) and not _boots(was, known):
            there = known.get('id') == was['id'] and (item in losing or any(verb.endswith('.delete') for verb in mine))
            how = ('has to be rebuilt or made anew, without the data on its disk' if there else
                   'is gone with its data, it can only be made anew')
            yield f'{name}: {was.get("name", "")} {was["id"]} {how}'
        elif worked and known.get('id') == was['id'] and known.get('rebuilt') != was.get('rebuilt'):
            yield f'{name}: {was.get("name", "")} {was["id"]} was rebuilt, and what was on its root disk is gone'
        rebuilt = plan.tasks.get(f'rebuild {item}')
        same_data = was.get('user_data_hash', known.get('user_data_hash')) == known.get('user_data_hash')
        if not same_data and not mine & MADE_ANEW and not (rebuilt and rebuilt.spec[0].rendered):
            yield (f'the user data of {item.partition(":")[2]} from before is not stored (secret_params): give nfv_descriptor '
                   'again')
        for volume, one in was.get('volumes', {}).items():
            if one.get('owned') and known.get('volumes', {}).get(volume, {}).get('id') != one['id']:
                yield f'{name}: volume {volume} {one["id"]} is gone with its data'
        for interface, port in was.get('ports', {}).items():
            if port['id'] not in {known.get(part, {}).get(interface, {}).get('id') for part in ('ports', 'kept_ports')}:
                yield (f'{name}: port {interface} {port["id"]} (MAC {port["mac_address"]}, '
                       f'{" ".join(port["ip_addresses"])}) is gone')
        for interface, one in was.get('floating_ips', {}).items():
            if one['owned'] and known.get('floating_ips', {}).get(interface, {}).get('id') != one['id']:
                yield f'{name}: floating IP {one["address"]} of {interface} is gone'


def _boots(was: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether a server's data is on a volume that is there still."""
    return any(one.get('boot') and known.get('volumes', {}).get(name, {}).get('id') == one['id']
               for name, one in was.get('volumes', {}).items())
