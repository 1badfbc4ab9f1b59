# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""QoS policies of virtual links and interfaces: found by name or id, never made.

The record keeps that a policy was given, so that one that the document drops is taken away and one of others stays.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu


def resolve(context: Context, path: str, vim: str, named: str | None) -> str | None:
    """The id of a policy; None where none is named, or none is meant clearly (a problem is noted then)."""
    if named is None:
        return None
    path, state = f'{path}.qos_policy', context.live[vim].state
    if state.qos_policies is None:
        context.problem(path, f'VIM {vim} has no QoS: its Neutron lacks the extension qos')
        return None
    found = [policy_id for policy_id, name in state.qos_policies if named in (policy_id, name)]
    if len(found) == 1:
        return found[0]
    near = state.nearest.get(f'qos:{named}')
    context.problem(path, f'{named} is not a QoS policy of VIM {vim}'
                    + (f'; the nearest names are {", ".join(near)}' if near else '; there is none') if not found else
                    f'{named} names {len(found)} QoS policies of VIM {vim}: {", ".join(sorted(found))}; use an id')
    return None


def of_interfaces(context: Context, path: str, vim: str, vdu: Vdu) -> dict[str, str]:
    """Ids of policies by the interfaces that name one."""
    found = {interface.name: resolve(context, f'{path}.interfaces[{place}]', vim, interface.qos_policy)
             for place, interface in enumerate(vdu.interfaces)}
    return {name: policy_id for name, policy_id in found.items() if policy_id is not None}


def change(live: Live, wanted: str | None, was_given: bool, there: str | None) -> str | None:
    """What differs, in words; None where nothing does. Where none is wanted one stays unless an earlier document gave it."""
    if wanted == there or (wanted is None and not was_given):
        return None
    names = dict(live.state.qos_policies or ())
    return f'qos_policy {names.get(there or "", there or "none")} -> {names.get(wanted or "", "none")}'
