# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.nfv.mano.plugins.action.ns_apply import ActionModule as NsApply
from ansible_collections.nfv.mano.plugins.action.ns_apply import unusable
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_packages, survey, table

DISPLAY = Display()


class ActionModule(NsApply):
    """Reads the packages on the controller; prints their table as it is, as callbacks would wrap its lines."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = ActionBase.run(self, tmp, task_vars)
        arguments = dict(self._task.args)
        if arguments.get('descriptor'):
            try:
                rows = survey(read_packages(self._path(str(arguments['descriptor']))))
            except DescriptorError as error:
                raise unusable([str(problem) for problem in error.problems]) from error
            arguments.update(packages=[row.to_dict() for row in rows], table=table(rows))
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        if boolean(arguments.get('show', False), strict=False):
            for line in result.get('table', ()):
                DISPLAY.display(line)
        return result
