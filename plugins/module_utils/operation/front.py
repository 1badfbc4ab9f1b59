# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules share: options, and how an operation's end becomes a module's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError, ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

STATE_ARGUMENTS: dict[str, dict[str, Any]] = {
    'state_dir': {'type': 'path', 'default': '~/.local/state/nfv.mano'},
    'passphrase': {'type': 'str', 'no_log': True},
    'key_file': {'type': 'path', 'no_log': False},
}
OPERATIONS = ('instantiate', 'update', 'terminate', 'scale', 'operate', 'heal', 'rebuild', 'change_flavour', 'retry', 'rollback')
ARGUMENTS: dict[str, dict[str, Any]] = {
    'operation': {'type': 'str', 'choices': list(OPERATIONS), 'default': 'instantiate'},
    'descriptor': {'type': 'path'},
    'document': {'type': 'dict'},
    'files': {'type': 'dict', 'default': {}},
    'params': {'type': 'dict', 'default': {}},
    'ns': {'type': 'str'},
    'vnf': {'type': 'str'},
    'vdu': {'type': 'str'},
    'count_index': {'type': 'int'},
    'max_unavailable': {'type': 'str'},
    'op_occ': {'type': 'str'},
    'cloud': {'type': 'str'},
    'vims': {'type': 'dict', 'default': {}},
    'max_parallel': {'type': 'int', 'default': 16},
    'timeouts': {'type': 'dict', 'default': {}},
    'allow_delete': {'type': 'bool', 'default': False},
    'accept_data_loss': {'type': 'bool', 'default': False},
    'create_flavors': {'type': 'bool', 'default': True},
    'force_takeover': {'type': 'bool', 'default': False},
    'op_occ_retention': {'type': 'int', 'default': 50},
    'progress': {'type': 'bool', 'default': True},
    'progress_file': {'type': 'path'},
    **STATE_ARGUMENTS,
}
#: What stands for an op-occ where none was started.
NO_OP_OCC = {'id': None, 'state': None, 'operation': None, 'result': 'failed'}


@contextmanager
def failing(module: Any) -> Iterator[None]:
    """End a module in its own words where the collection's errors reach it.

    :param module: an AnsibleModule.
    """
    try:
        yield
    except InputError as error:
        module.fail_json(msg=f'{error}\nNothing was touched.', problems=error.problems, op_occ=NO_OP_OCC,
                         problem=ProblemDetails('The input can not be used', 400, str(error)).to_dict())
    except (StoreError, VimError) as error:
        status = 409 if isinstance(error, LockedError) else 500
        module.fail_json(msg=f'{error}\nNothing was touched.', op_occ=NO_OP_OCC,
                         problem=ProblemDetails('Ended before anything was touched', status, str(error)).to_dict())
    except OpOccError as error:
        result = dict(getattr(error, 'result', {'problem': error.problem.to_dict(), 'op_occ': NO_OP_OCC}))
        module.fail_json(msg=result.pop('message', None) or f'{error.problem.title}: {error.problem.detail}', **result)


def run(module: Any, dry: bool) -> None:
    """Do the operation of a module, or its dry run, and end the module.

    :param module: an AnsibleModule with :data:`ARGUMENTS`.
    """
    from ansible_collections.nfv.mano.plugins.module_utils.operation import engine
    from ansible_collections.nfv.mano.plugins.module_utils.operation.request import Request
    tell = teller(module.params['progress_file'])
    with failing(module):
        request = Request.of(module.params)
        result = engine.diff(request, tell) if dry else engine.apply(request, tell)
    module.exit_json(**result)


def teller(path: str | None) -> Callable[[str], None]:
    """Writes lines of progress to a file that the action plugin reads; without one, nowhere."""
    if not path:
        return lambda line: None

    def tell(line: str) -> None:
        with open(path, 'a', encoding='utf-8') as file:
            file.write(line + '\n')
    return tell
