# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user gets back: results of operations that ended well, ProblemDetails of those that did not."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, waits
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.operation.draft import Draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.work import WorkEnd
from ansible_collections.nfv.mano.plugins.module_utils.plan import render
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError, VimUnreachable

#: Failed tasks that an error tells in full; the op-occ's folder has all.
TOLD = 10
#: The record tells which of them it is; a crash at the very end leaves one open on a record that says the other.
ONE_VERB = {'INSTANTIATE', 'UPDATE'}
#: Operations that nothing leads back from, and why.
FOR_GOOD = {'RECONCILE': 'what it deleted nothing had declared, and what it noted in the record is so',
            'EVACUATE': 'the host that its servers were on is down'}
#: What narrows an operation down.
SELECTION = ('vnf', 'vdu', 'count_index', 'items')


class OperationError(OpOccError):
    """An operation that did not end well; ``result`` is what the module returns beside the message."""

    def __init__(self, problem: ProblemDetails) -> None:
        super().__init__(problem)
        self.result: dict[str, Any] = {'problem': problem.to_dict()}


def _result(op_occ: OpOcc | None, ns: Mapping[str, Any], draft: Draft | None, result: str) -> dict[str, Any]:
    answer: dict[str, Any] = {'op_occ': _brief(op_occ, result),
                              'ns': {key: ns.get(key) for key in ('id', 'name', 'state')}}
    if draft is not None:
        answer['plan'] = render.as_data(draft.plan)
        answer['diff'] = {'prepared': render.text(draft.plan)}
        answer['notes'] = draft.notes
    return answer


def _brief(op_occ: OpOcc | None, result: str) -> dict[str, Any]:
    if op_occ is None:
        return {'id': None, 'state': None, 'operation': None, 'result': result}
    return {'id': op_occ.id, 'state': op_occ.state, 'operation': op_occ.operation, 'result': result}


def nothing(ns: Mapping[str, Any], draft: Draft | None) -> dict[str, Any]:
    """Everything is as it should be."""
    return {'changed': False, **_result(None, ns, draft, 'unchanged')}


def answered(ns: Mapping[str, Any], op_occ: OpOcc) -> dict[str, Any]:
    """It was carried out before."""
    return {'changed': False, **_result(op_occ, ns, None, 'unchanged')}


def planned(ns: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """A dry run."""
    changed = bool(draft.plan.tasks or draft.plan.changes)
    return {'changed': changed, **_result(None, ns, draft, 'planned' if changed else 'unchanged')}


def completed(op_occ: OpOcc, draft: Draft, ns: Mapping[str, Any], end: WorkEnd) -> dict[str, Any]:
    """COMPLETED."""
    return {'changed': True, 'calls': end.calls, **_result(op_occ, ns, draft, 'changed')}


def waiting(op_occ: OpOcc, draft: Draft, ns: Mapping[str, Any], files: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    """Parked: what is to be run before it goes on."""
    told = {'lease': op_occ.data['waiting_for']['lease'], 'until': op_occ.data['waiting_for']['until'], 'files': files,
            'descriptor': request.descriptor or ns.get('descriptor')}
    return {'changed': True, 'waiting_for': told, **_result(op_occ, ns, draft, 'waiting')}


def overtaken(op_occ: OpOcc | None, ns: Mapping[str, Any]) -> OperationError:
    """409: a task file has ended, and the operation that waited for it is not waiting any more."""
    what = f'{op_occ.operation} {op_occ.id} is {op_occ.state}' if op_occ else 'it has no op-occ'
    return _error(f'{ns.get("name")}: the operation was ended while its task files ran', 409,
                  f'somebody cancelled it, or its lease had ended and another command recovered it: {what}', op_occ)


def refused(op_occ: OpOcc | None, draft: Draft, ns: Mapping[str, Any]) -> OperationError:
    """The pre-flight found something against the plan: all of it, and nothing was touched."""
    detail = '\n'.join(draft.problems)
    return _error(f'{ns["name"]}: refused before anything was touched', 422, detail, op_occ)


def irrevocable(op_occ: OpOcc, draft: Draft, ns: Mapping[str, Any]) -> OperationError:
    """409: a rollback would not bring everything back."""
    detail = '\n'.join([*draft.problems, 'To go back without them: nfv_accept_data_loss=true'])
    return _error(f'{ns["name"]}: {op_occ.operation} can not be rolled back in full; nothing was touched', 409, detail, op_occ)


def unreadable(op_occ: OpOcc | None, error: Exception, ns: Mapping[str, Any]) -> OperationError:
    """A VIM can't be read, or a signal came: nothing was touched."""
    why = str(error) if isinstance(error, (VimError, InputError)) else f'stopped by {error}'
    status = 503 if isinstance(error, VimUnreachable) else 500
    return _error(f'{ns["name"]}: ended before anything was touched', status, why, op_occ)


def failed(op_occ: OpOcc, draft: Draft, ns: Mapping[str, Any], end: WorkEnd, request: Request) -> OperationError:
    """FAILED_TEMP: what failed and why, what was held back by it, and the commands that lead on."""
    lines = [f'{_named(draft, task_id)}: {_cause(error)}' for task_id, error in end.outcome.failed.items()]
    if len(lines) > TOLD:
        lines = lines[:TOLD] + [f'... and {len(lines) - TOLD} more']
    held = len(end.outcome.held)
    if held:
        causes = sorted({_named(draft, cause) for cause in end.outcome.held.values()})
        lines.append(f'{held} task{"s" if held != 1 else ""} not started, because of: {", ".join(causes[:TOLD])}')
    if end.signal or end.cancel:
        how = f'stopped by {end.signal}' if end.signal else f'cancelled ({end.cancel})'
        lines.append(f'{how} with {len(end.outcome.undone)} tasks not done')
    what = f'the rollback of {op_occ.operation}' if op_occ.state == 'ROLLING_BACK' else op_occ.operation
    title = (f'{ns["name"]}: {what} {"was cancelled and " if end.cancel else ""}has done {end.progress["done"]} of '
             f'{end.progress["total"]} tasks')
    return _error(title, 409 if end.cancel else 500, '\n'.join([*lines, *way_on(op_occ, request)]), op_occ)


def _named(draft: Draft, task_id: str) -> str:
    return draft.plan.tasks[task_id].item.replace(':', ' ', 1)


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, VimError) else f'{type(error).__name__}: {error}'


def cancelled(op_occ: OpOcc, ns: Mapping[str, Any], mode: str) -> OperationError:
    """Cancelled in STARTING."""
    detail = f'cancelled ({mode}) before anything was touched'
    return _error(f'{ns["name"]}: {op_occ.operation} was cancelled', 409, detail, op_occ)


def unwritable(op_occ: OpOcc, error: Exception, ns: Mapping[str, Any]) -> OperationError:
    """The state directory failed in the middle of the work."""
    return _error(f'{ns["name"]}: the record can not be written', 500,
                  f'{error}\nWhat was made is in the journal {op_occ.dir.journal_path}; once the cause is mended, run the '
                  'same again, or nfv.mano.retry, which brings the record up to it and goes on', op_occ)


def still_running(op_occ: OpOcc) -> OperationError:
    """Another process works on the NS, or its task files are run."""
    if op_occ.parked:
        problem = waits(op_occ).problem
        return _error(problem.title, problem.status, problem.detail, op_occ)
    by = f' ({op_occ.run_by})' if op_occ.run_by else ''
    return _error(f'{op_occ.operation} {op_occ.id} is {op_occ.state} and its owner{by} is alive', 409,
                  'wait for its end; nfv.mano.op_occ_info shows its progress, nfv.mano.cancel ends it', op_occ)


def locked(store: Store, error: LockedError) -> OperationError:
    """409: another process has the NS's lock; it names its op-occ once there is one."""
    try:
        op_occ = OpOccs(store).get(str(error.holder.get('op_occ')))
        what = f'{op_occ.operation} {op_occ.id} of {op_occ.data["ns_name"]} is {op_occ.state} and its owner is alive'
    except (OpOccError, StoreError):
        op_occ, what = None, 'Somebody else works on the NS'
    refusal = _error(what, 409, str(error), op_occ)
    # Whoever goes on with what this run has left must not take that one
    refusal.result.update(op_occ=_brief(None, 'failed'), message=f'{what}\n  {error}\nNothing was touched.')
    return refusal


def not_instantiated(ns: Mapping[str, Any], verb: str) -> OperationError:
    """409: only an instantiated NS takes this verb."""
    return _error('The NS is not instantiated', 409, f'{ns["name"]} is not instantiated, so there is nothing to {verb}; run '
                  'nfv.mano.instantiate', None)


def refuse_other_verb(op_occ: OpOcc, operation: str, request: Request) -> None:
    """Only the same verb on the same instances goes on with an open op-occ, or one of those on op-occs.

    :raises OperationError: 409, naming the op-occ, its state and what closes it.
    """
    kept = (op_occ.dir.read_json('parameters.json') or {}).get('parameters', {})
    others = [f'{"instances" if name == "items" else f"nfv_{name}"}={kept.get(name)}' for name in SELECTION
              if kept.get(name) != getattr(request, name)]
    if (op_occ.operation == operation and not others) or {op_occ.operation, operation} == ONE_VERB:
        return
    of = f' of other instances ({", ".join(others)})' if op_occ.operation == operation else ''
    by = f'; this one was last run by {op_occ.run_by}' if op_occ.run_by else ''
    raise _error(f'{operation} refused: {op_occ.operation} {op_occ.id}{of} is {op_occ.state}', 409,
                 f'an NS has one open operation at a time{by}; nfv.mano.retry goes on with it where it stopped, '
                 'nfv.mano.rollback undoes it, nfv.mano.fail gives it up', op_occ)


def _error(title: str, status: int, detail: str, op_occ: OpOcc | None) -> OperationError:
    error = OperationError(ProblemDetails(title=title, status=status, detail=detail,
                                          instance=f'op_occ/{op_occ.id}' if op_occ else None))
    error.result['op_occ'] = _brief(op_occ, 'failed')
    return error


def with_state(error: OpOccError, op_occ: OpOcc | None, ns: Mapping[str, Any], request: Request,
               draft: Draft | None) -> OpOccError:
    """The error with what is there now and the way on."""
    result = getattr(error, 'result', {'problem': error.problem.to_dict()})
    result.update(_result(op_occ, ns, draft, 'failed'))
    # The message must not drown in a long plan, which the op-occ's folder has as well
    result.pop('plan', None)
    result['message'] = message(error.problem, op_occ, request)
    return error


def message(problem: ProblemDetails, op_occ: OpOcc | None, request: Request) -> str:
    """ProblemDetails as people read them, with the command that goes on."""
    lines = [problem.title or '', *(f'  {line}' for line in (problem.detail or '').splitlines())]
    if op_occ is not None:
        lines.append(f'Op-occ {op_occ.id} is {op_occ.state}.')
    if op_occ is not None and op_occ.state == 'FAILED_TEMP' and 'nfv.mano.retry' not in problem.detail:
        lines += way_on(op_occ, request)
    return '\n'.join(lines)


def way_on(op_occ: OpOcc, request: Request) -> list[str]:
    """What leads on from FAILED_TEMP, each as a command that is ready to copy."""
    undo = [] if op_occ.operation in FOR_GOOD else ['To undo what it did:', f'  {command("rollback", op_occ, request)}']
    return ['What was made stays and is in the record. To go on where it stopped, once the cause is mended:',
            f'  {command("retry", op_occ, request)}', *undo,
            'To give it up, so that another operation is possible:', f'  {command("fail", op_occ, request)}']


def command(verb: str, op_occ: OpOcc, request: Request) -> str:
    """The command of a verb on an op-occ."""
    words = ['ansible-playbook', f'nfv.mano.{verb}', '-e', f'nfv_ns={op_occ.data["ns_name"]}', '-e',
             f'nfv_state_dir={request.state_dir}']
    if verb == 'retry' and request.descriptor:
        # It may be what has to be mended, and its secrets are not stored
        words += ['-e', f'nfv_descriptor={request.descriptor}']
        if request.params:
            words += ['-e', json.dumps({'nfv_params': without_secrets(request.params)})]
    return shlex.join(words)
