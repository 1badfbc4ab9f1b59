# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What packages become, shown or written to a file, with nothing done to any VIM."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.front import failing
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.target import TargetError, load, redact, to_document

TARGET_ARGUMENTS: dict[str, dict[str, Any]] = {
    'descriptor': {'type': 'path'},
    'document': {'type': 'dict'},
    'files': {'type': 'dict', 'default': {}},
    'params': {'type': 'dict', 'default': {}},
    'vims': {'type': 'dict', 'default': {}},
    'dest': {'type': 'path'},
    'left_out': {'type': 'list', 'elements': 'dict', 'default': []},
    'notes': {'type': 'list', 'elements': 'str', 'default': []},
}
PACKAGES_ARGUMENTS: dict[str, dict[str, Any]] = {
    'descriptor': {'type': 'path', 'required': True},
    'show': {'type': 'bool', 'default': False},
    'packages': {'type': 'list', 'elements': 'dict', 'default': []},
    'table': {'type': 'list', 'elements': 'str', 'default': []},
}


def show_target(module: Any) -> None:
    """Show a network service as its document, write it where that is asked for, and end the module.

    :param module: an AnsibleModule with :data:`TARGET_ARGUMENTS`.
    """
    params = module.params
    with failing(module):
        try:
            document = to_document(load(params['document'] or {}, params['files']))
        except TargetError as error:
            raise InputError([str(problem) for problem in error.problems]) from None
    result: dict[str, Any] = {'document': redact(document), 'left_out': params['left_out'], 'notes': params['notes'],
                              'files': sorted(params['files'])}
    if params['dest'] is None:
        module.exit_json(changed=False, **result)
    folder = os.path.dirname(params['dest'])
    wanted = {params['dest']: _text(document, params['left_out'])}
    wanted.update((os.path.join(folder, name), text) for name, text in params['files'].items())
    there = {path: _read(path) for path in wanted}
    changed = [path for path, text in wanted.items() if there[path] != text]
    if not module.check_mode:
        for path in changed:
            _write(module, path, wanted[path])
    shown = {**wanted, params['dest']: _text(redact(document), params['left_out'])}
    module.exit_json(changed=bool(changed), dest=params['dest'], **result, diff=[
        {'before_header': path, 'after_header': path, 'before': there[path] or '', 'after': shown[path]} for path in changed])


def show_packages(module: Any) -> None:
    """Show what came of packages, and end the module.

    :param module: an AnsibleModule with :data:`PACKAGES_ARGUMENTS`.
    """
    packages = module.params['packages']
    wrong = [problem for one in packages for problem in one['problems']]
    module.exit_json(changed=False, packages=packages, table=module.params['table'], problems=wrong)


def _text(document: Any, left_out: list[dict[str, Any]]) -> str:
    """A document as YAML, and before it what of the packages is not in it."""
    import yaml
    lines = [f"# Left out: {one['path']}: {one['why']}\n" for one in left_out]
    return ''.join(['---\n', *lines, yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=118)])


def _read(path: str) -> str | None:
    try:
        with open(path, encoding='utf-8', errors='replace') as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def _write(module: Any, path: str, text: str) -> None:
    """Write a file that only its owner reads, as parameters of user data are in it."""
    beside = f'{path}.new'
    try:
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='utf-8') as stream:
            stream.write(text)
        os.replace(beside, path)
    except OSError as error:
        module.fail_json(msg=f'{path}: {error.strerror}')
