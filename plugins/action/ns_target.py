# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.nfv.mano.plugins.action.ns_apply import ActionModule as NsApply
from ansible_collections.nfv.mano.plugins.action.ns_apply import need_mapping, unusable
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_path, to_document


class ActionModule(NsApply):
    """Reads the packages on the controller, and has the module show or write what they become."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = ActionBase.run(self, tmp, task_vars)
        arguments = dict(self._task.args)
        if arguments.get('descriptor') and arguments.get('document'):
            raise unusable(['descriptor and document exclude each other'])
        if arguments.get('descriptor'):
            try:
                arguments.update(self._read(self._path(str(arguments['descriptor'])), arguments))
            except DescriptorError as error:
                raise unusable([str(problem) for problem in error.problems]) from error
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        if not (self._task.diff or self._play_context.diff):
            result.pop('diff', None)
        return result

    def _read(self, path: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a document or packages become, as arguments of the module."""
        source = read_path(path)
        if not source.is_package:
            need_mapping(source.document, path)
            return {'document': source.document, 'files': source.files}
        made = to_document(source.files, arguments.get('params') or {}, arguments.get('vims') or {})
        return {'document': made.document, 'files': made.files, 'notes': made.notes,
                'left_out': [{'path': one.path, 'why': one.message} for one in made.left_out]}
