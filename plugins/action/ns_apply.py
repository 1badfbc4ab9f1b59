# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template
from ansible.utils.display import Display
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_path, to_document
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import ProblemDetails
from ansible_collections.nfv.mano.plugins.module_utils.target import redact

DISPLAY = Display()
#: Seconds between two looks at the progress: of a local file, and over a connection.
LOCAL_PAUSE, REMOTE_PAUSE = 0.2, 2.0
#: Keys of the document whose value, where it is a text, names a task file.
TASK_FILE_KEYS = frozenset({'task_file', 'drain', 'sdn'})
_KINDS = {list: 'a list', type(None): 'empty'}


class ActionModule(ActionBase):
    """Reads the descriptor on the controller, and shows progress while the module runs."""

    TRANSFERS_FILES = True  # a temporary directory on the host, for the progress

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        warnings = self._read_descriptor(arguments)
        progress = arguments.get('progress', True) not in (False, 'false', 'no', 'off', '0', 'False', 'No')
        if progress and not self._task.check_mode:
            arguments['progress_file'] = self._connection._shell.join_path(self._connection._shell.tmpdir, 'progress')
        follower = _Follower(self._reader(arguments['progress_file'])) if 'progress_file' in arguments else None
        try:
            with _no_collection():
                result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        finally:
            if follower is not None:
                follower.stop()
            self._remove_tmp_path(self._connection._shell.tmpdir)
        waiting = result.get('waiting_for') or {}
        for one in waiting.get('files', ()):
            one['path'], one['error'] = self._task_file(one['file'], waiting.get('descriptor'))
        if result.get('failed') and 'op_occ' not in result:
            # Killed: whoever recovers its op-occ has to know whose it was
            name = arguments.get('ns') or (arguments.get('document') or {}).get('name')
            result.setdefault('ns', {'id': None, 'name': name, 'state': None})
        if 'invocation' in result:
            result['invocation'] = redact(result['invocation'])
        if warnings:
            result['warnings'] = [*result.get('warnings', ()), *warnings]
        if not (self._task.diff or self._play_context.diff):
            result.pop('diff', None)
        return result

    def _read_descriptor(self, arguments: dict[str, Any]) -> list[str]:
        """Put the descriptor's content into the arguments; returns warnings."""
        path = arguments.get('descriptor')
        if not path or arguments.get('operation') == 'terminate':
            arguments.pop('descriptor', None)
            return []
        if arguments.get('document'):
            raise unusable(['descriptor and document exclude each other'])
        try:
            source = read_path(self._path(path))
            if not source.is_package:
                need_mapping(source.document, path)
                wrong = [why for name in sorted(set(_task_files(source.document)))
                         if (why := self._task_file(name, path)[1]) is not None]
                if wrong:
                    raise unusable(wrong)
                arguments.update(document=self._templated(source.document), files=source.files)
                return []
            # The parameters of other operations are their own, not those that a package is instantiated with
            operation, params = arguments.get('operation', 'instantiate'), arguments.get('params') or {}
            mine = params if operation in ('instantiate', 'update') else {}
            if operation == 'change_vnfpkg' and isinstance(params, dict):
                mine = params.get('package_params') or {}
            made = to_document(source.files, mine, arguments.get('vims') or {})
        except DescriptorError as error:
            raise unusable([str(problem) for problem in error.problems]) from error
        arguments.update(document=made.document, files=made.files)
        return list(made.warnings)

    def _templated(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with Ansible's variables in the parameters of user data (a token from Vault, say), and nowhere else:
        the templates of user data themselves are rendered per instance, later."""
        for vnf in _mappings(document.get('vnfs')):
            for vdu in _mappings(vnf.get('vdus')):
                for init in _mappings([vdu.get('cloud_init')]):
                    init.update({key: self._templar.template(_trusted(init[key]))
                                 for key in ('params', 'secret_params') if key in init})
        return document

    def _task_file(self, name: str, descriptor: str | None) -> tuple[str | None, str | None]:
        """Where a task file of the user's is (beside the document, where the playbook is run from, or beside the playbook), and
        what is wrong with it: a file that can not be parsed would end the whole playbook where it is included."""
        beside = [os.path.dirname(self._path(descriptor))] if descriptor else []
        places = [*beside, os.getcwd(), self._loader.get_basedir()]
        found = [path for path in (os.path.join(place, os.path.expanduser(name)) for place in places) if os.path.isfile(path)]
        if not found:
            return None, f'task file {name} is in none of {", ".join(dict.fromkeys(places))}'
        try:
            tasks = self._loader.load_from_file(found[0], cache='none')
        except AnsibleError as error:
            return found[0], f'task file {name}: {error}'
        return found[0], None if isinstance(tasks, list) else f'task file {name} is no list of tasks'

    def _path(self, path: str) -> str:
        """Relative paths are looked for where the playbook is run from, then beside the playbook."""
        path = os.path.expanduser(path)
        if os.path.isabs(path) or os.path.exists(path):
            return os.path.abspath(path)
        return self._loader.path_dwim(path)

    def _reader(self, path: str) -> tuple[Callable[[int], bytes], float]:
        """Reads the progress file from an offset on, and the pause between two reads."""
        if self._connection.transport == 'local' and not self._play_context.become:
            def local(offset: int) -> bytes:
                try:
                    with open(path, 'rb') as file:
                        file.seek(offset)
                        return file.read()
                except FileNotFoundError:
                    return b''
            return local, LOCAL_PAUSE

        def remote(offset: int) -> bytes:
            command = f'tail -c +{offset + 1} {self._connection._shell.quote(path)} 2>/dev/null || true'
            return self._low_level_execute_command(command, sudoable=False).get('stdout', '').encode()
        return remote, REMOTE_PAUSE


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage stays: Ansible parses every file that a module is shipped with, and for its many objects, none of which is garbage,
    all that there are would be looked through again and again. The process is the task's own and ends with it."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class _Follower:
    """Shows the lines of a growing file until it is stopped, and then the last ones."""

    def __init__(self, reader: tuple[Callable[[int], bytes], float]) -> None:
        self._read, self._pause = reader
        self._offset = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name='progress', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)

    def _follow(self) -> None:
        while not self._stopped.wait(self._pause):
            self._show()
        self._show()

    def _show(self) -> None:
        data = self._read(self._offset)
        whole = data[:data.rfind(b'\n') + 1]
        self._offset += len(whole)
        for line in whole.decode(errors='replace').splitlines():
            DISPLAY.display(line)


def need_mapping(document: Any, path: str) -> None:
    """A document that was read from there is one of a network service, by its kind.

    :raises AnsibleActionFail: it is not.
    """
    if not isinstance(document, dict):
        raise unusable([f'{path}: a network service is a mapping, and this is {_KINDS.get(type(document), "a single value")}'])


def unusable(problems: list[str]) -> AnsibleActionFail:
    """400, in the words that the module itself has for input that can't be used."""
    problem = ProblemDetails('The input can not be used', 400, '\n'.join(problems)).to_dict()
    return AnsibleActionFail('\n'.join([*problems, 'Nothing was touched.']), result={'problems': problems, 'problem': problem})


def _task_files(value: Any) -> Iterator[str]:
    """The task files that a document names."""
    if isinstance(value, list):
        for one in value:
            yield from _task_files(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in TASK_FILE_KEYS and isinstance(one, str):
                yield one
            else:
                yield from _task_files(one)


def _mappings(values: Any) -> list[dict[str, Any]]:
    """The mappings of a list, none where it is no list: the document's own check tells what is wrong."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _trusted(value: Any) -> Any:
    """The value with its texts marked as templates: the user's own document, read on the controller."""
    if isinstance(value, dict):
        return {key: _trusted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_trusted(item) for item in value]
    return trust_as_template(value) if isinstance(value, str) else value
