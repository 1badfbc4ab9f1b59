# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules share: options, and how an operation's end becomes a module's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.operation import results
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError, VimUnreachable

STATE_ARGUMENTS: dict[str, dict[str, Any]] = {
    'state_dir': {'type': 'path', 'default': '~/.local/state/nfv.mano'},
    'passphrase': {'type': 'str', 'no_log': True},
    'key_file': {'type': 'path', 'no_log': False},
}
OPERATIONS = ('instantiate', 'update', 'terminate', 'scale', 'operate', 'heal', 'rebuild', 'change_flavour', 'migrate',
              'evacuate', 'change_vnfpkg', 'create_snapshot', 'revert_to_snapshot', 'modify_info',
              'change_ext_conn', 'reconcile', 'retry', 'rollback', 'carry_out')
#: How any operation runs, whatever it does.
RUN_ARGUMENTS: dict[str, dict[str, Any]] = {
    'descriptor': {'type': 'path'},
    'document': {'type': 'dict'},
    'files': {'type': 'dict', 'default': {}},
    'max_unavailable': {'type': 'str'},
    'cloud': {'type': 'str'},
    'vims': {'type': 'dict', 'default': {}},
    'max_parallel': {'type': 'int', 'default': 16},
    'timeouts': {'type': 'dict', 'default': {}},
    'accept_data_loss': {'type': 'bool', 'default': False},
    'create_flavors': {'type': 'bool', 'default': True},
    'force_takeover': {'type': 'bool', 'default': False},
    'op_occ_retention': {'type': 'int', 'default': 50},
    'progress': {'type': 'bool', 'default': True},
    'progress_file': {'type': 'path'},
    **STATE_ARGUMENTS,
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    'operation': {'type': 'str', 'choices': list(OPERATIONS), 'default': 'instantiate'},
    'params': {'type': 'dict', 'default': {}},
    'ns': {'type': 'str'},
    'vnf': {'type': 'str'},
    'vdu': {'type': 'str'},
    'count_index': {'type': 'int'},
    'op_occ': {'type': 'str'},
    'allow_delete': {'type': 'bool', 'default': False},
    'task_files': {'type': 'dict', 'options': {
        'lease': {'type': 'str'},
        'results': {'type': 'list', 'elements': 'dict', 'default': [], 'options': {
            'error': {'type': 'str'}, 'late': {'type': 'bool', 'default': False}}}}},
    **RUN_ARGUMENTS,
}
#: States of VDU instances that can be asked for.
STATES = ('present', 'absent', 'started', 'stopped', 'paused', 'suspended', 'restarted', 'rebuilt', 'resized', 'migrated')
VDU_ARGUMENTS: dict[str, dict[str, Any]] = {
    'ns': {'type': 'str', 'required': True},
    'instances': {'type': 'list', 'elements': 'dict', 'required': True, 'options': {
        'vnf': {'type': 'str', 'required': True}, 'vdu': {'type': 'str', 'required': True}, 'count_index': {'type': 'int'}}},
    'state': {'type': 'str', 'choices': list(STATES), 'default': 'present'},
    'image': {'type': 'raw'},
    'flavor': {'type': 'raw'},
    'force': {'type': 'bool'},
    'stop_type': {'type': 'str', 'choices': ['GRACEFUL', 'FORCEFUL']},
    'graceful_stop_timeout': {'type': 'int'},
    'root': {'type': 'str', 'choices': ['keep', 'rebuild']},
    'to_host': {'type': 'str'},
    'migration_type': {'type': 'str', 'choices': ['live', 'cold']},
    'request_id': {'type': 'str'},
    **RUN_ARGUMENTS,
}
#: Types of consoles; which of them there are is up to the cloud.
CONSOLES = ('novnc', 'spice-html5', 'serial', 'mks')
CONSOLE_ARGUMENTS: dict[str, dict[str, Any]] = {
    'ns': {'type': 'str', 'required': True},
    'type': {'type': 'str', 'choices': list(CONSOLES), 'default': 'novnc'},
    **{name: ARGUMENTS[name] for name in ('vnf', 'vdu', 'count_index', 'cloud', 'vims', 'max_parallel', 'timeouts')},
    **STATE_ARGUMENTS,
}
#: What stands for an op-occ where none was started.
NO_OP_OCC = {'id': None, 'state': None, 'operation': None, 'result': 'failed'}


@contextmanager
def failing(module: Any, more: Mapping[str, Any] | None = None) -> Iterator[None]:
    """End a module in its own words where the collection's errors reach it.

    :param module: an AnsibleModule.
    :param more: what else it returns where an operation did not end well.
    """
    try:
        yield
    except InputError as error:
        module.fail_json(msg=f'{error}\nNothing was touched.', problems=error.problems, op_occ=NO_OP_OCC,
                         problem=ProblemDetails('The input can not be used', 400, str(error)).to_dict())
    except LockedError as error:
        _fail(module, results.locked(Store(module.params['state_dir']), error), more)
    except (StoreError, VimError) as error:
        status = 503 if isinstance(error, VimUnreachable) else 500
        module.fail_json(msg=f'{error}\nNothing was touched.', op_occ=NO_OP_OCC,
                         problem=ProblemDetails('Ended before anything was touched', status, str(error)).to_dict())
    except OpOccError as error:
        _fail(module, error, more)


def _subscribers(store: Store) -> dict[str, int]:
    """How many subscribers there are to be told, where there are any."""
    try:
        number = len(store.ids('subscription'))
    except StoreError:
        # The operation says what is wrong with the state directory
        number = 0
    return {'subscribers': number} if number else {}


def _fail(module: Any, error: OpOccError, more: Mapping[str, Any] | None) -> None:
    result = {'problem': error.problem.to_dict(), 'op_occ': NO_OP_OCC, **getattr(error, 'result', {}), **(more or {})}
    module.fail_json(msg=result.pop('message', None) or f'{error.problem.title}: {error.problem.detail}', **result)


def run(module: Any, dry: bool) -> None:
    """Do the operation of a module, or its dry run, and end the module.

    :param module: an AnsibleModule with :data:`ARGUMENTS`.
    """
    from ansible_collections.nfv.mano.plugins.module_utils.operation import engine
    from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
    tell = teller(module.params['progress_file'])
    more: dict[str, int] = {}
    with failing(module, more):
        request = Request.of(module.params)
        if not dry:
            more.update(_subscribers(Store(request.state_dir)))
        result = engine.diff(request, tell) if dry else engine.apply(request, tell)
    module.exit_json(**result, **more)


def run_vdu(module: Any, dry: bool) -> None:
    """Bring VDU instances into a state, or show what that would take, and end the module.

    :param module: an AnsibleModule with :data:`VDU_ARGUMENTS`.
    """
    from ansible_collections.nfv.mano.plugins.module_utils.operation import vdu_states
    tell = teller(module.params['progress_file'])
    with failing(module):
        result = vdu_states.bring(module.params, tell, dry)
    module.exit_json(**result)


def show_consoles(module: Any) -> None:
    """End a module with the consoles that are meant; it fails where one of them is not to be had.

    :param module: an AnsibleModule with :data:`CONSOLE_ARGUMENTS`.
    """
    from ansible_collections.nfv.mano.plugins.module_utils.operation import consoles
    from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
    with failing(module):
        # A request that changes nothing: only what it narrows down to counts
        found = consoles.consoles(Request.of({**module.params, 'operation': 'heal'}), module.params['type'])
    shown = consoles.lines(found)
    wrong = [line for line, one in zip(shown, found) if one['error']]
    if wrong:
        module.fail_json(msg='\n'.join(['No console:', *(f'  {line}' for line in wrong)]), consoles=found, lines=shown,
                         problem=ProblemDetails('No console', 409, '\n'.join(wrong)).to_dict())
    module.exit_json(changed=False, consoles=found, lines=shown)


def teller(path: str | None) -> Callable[[str], None]:
    """Writes lines of progress to a file that the action plugin reads; without one, nowhere."""
    if not path:
        return lambda line: None

    def tell(line: str) -> None:
        with open(path, 'a', encoding='utf-8') as file:
            file.write(line + '\n')
    return tell
