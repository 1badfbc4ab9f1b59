# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for a grant: whether the VIM has room for the plan, told all at once."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan, Problem
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota

UNITS = {'ram': ' MiB', 'gigabytes': ' GiB', 'per_volume_gigabytes': ' GiB'}


def shortfalls(plan: Plan, quotas: Mapping[str, Mapping[str, Quota]]) -> list[Problem]:
    """Every quota that the plan would go beyond. A need of ``name:thing`` is held against the limit of each such thing.

    :param quotas: by VIM, then by the quota's name.
    """
    problems = []
    for vim, needs in plan.needs.items():
        for need, amount in sorted(needs.items()):
            name, _colon, each = need.partition(':')
            quota = quotas.get(vim, {}).get(name)
            if not amount or quota is None or quota.free is None or amount <= quota.free:
                continue
            if each:
                problems.append(Problem(f'vims.{vim}.quota.{name}', f'{amount} needed in {each}, limit {quota.limit}'))
                continue
            unit = UNITS.get(name, '')
            problems.append(Problem(f'vims.{vim}.quota.{name}', f'{amount}{unit} needed, {quota.free}{unit} free '
                                    f'(limit {quota.limit}{unit}, used {quota.used}{unit})'))
    return problems


def unchecked(plan: Plan, quotas: Mapping[str, Mapping[str, Quota]]) -> list[str]:
    """Quotas that the plan needs and the VIM does not tell: said to be unchecked, never passed."""
    return [f'vims.{vim}.quota.{name}' for vim, needs in plan.needs.items()
            for name, amount in sorted(needs.items()) if amount and name.partition(':')[0] not in quotas.get(vim, {})]
