# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as people read it: a line per change and a closing count."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.model import SIGNS, Change, Plan

WORDS = {'create': 'to create', 'update': 'to update', 'replace': 'to replace', 'delete': 'to delete',
         'unchanged': 'unchanged'}


def text(plan: Plan) -> str:
    """The plan as ``--check --diff`` shows it."""
    counts = ', '.join(f'{number} {WORDS[name]}' for name, number in plan.counts().items())
    width = max((len(change.name) for change in plan.changes), default=0)
    lines = [f'Plan for {plan.ns_name}: {counts}', *(line(change, width) for change in plan.changes),
             *(f'      task file {one.file}: {one.purpose} of {one.subject} ({number})'
               for one, number in plan.task_files().items())]
    return '\n'.join(row.rstrip() for row in lines) + '\n'


def line(change: Change, width: int = 0) -> str:
    """One change: sign, kind, name, what and why."""
    why = f'({change.reason})' if change.action in ('replace', 'delete') or change.reason.startswith('it is gone') else ''
    vim = f' [{change.vim}]' if change.vim != 'default' else ''
    return f'  {SIGNS[change.action]:<3} {change.kind:<6} {change.name:<{width}}  {change.detail}{vim} {why}'.rstrip()


def as_data(plan: Plan) -> dict[str, Any]:
    """The plan as a module returns it and as the op-occ keeps it."""
    return {'counts': plan.counts(), 'tasks': len(plan.tasks),
            'changes': [{'action': change.action, 'kind': change.kind, 'name': change.name, 'vim': change.vim,
                         'detail': change.detail, 'reason': change.reason} for change in plan.changes],
            'task_files': [{'file': one.file, 'purpose': one.purpose, 'subject': one.subject, 'timeout_s': one.timeout,
                            'items': number} for one, number in plan.task_files().items()]}
