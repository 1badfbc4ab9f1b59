# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Affinity groups: found by id, or made as Nova's server groups; deleted after the last server that is in them.

Nova changes neither the policy of a group nor the group of a server. So a group has its VIM and policy in its key and its
mark: with another one it is another group, its members are replaced, and the old group goes after them.
"""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.model import AffinityGroup, Vdu
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import ServerGroup

PREFIX = 'server_group:'
STRICT = ('affinity', 'anti-affinity')


def plan_groups(context: Context) -> None:
    """Every affinity group of the target: found or made."""
    for place, wanted in enumerate(context.target.affinity_groups if context.target else ()):
        key = key_of(wanted)
        found = _existing(context, f'affinity_groups[{place}]', wanted) if wanted.existing else _own(context, key, wanted)
        if found is not None:
            context.plan.found[key] = {'vim': wanted.vim, 'id': found.id, 'name': found.name, 'policy': found.policy,
                                       'owned': not wanted.existing}
            context.plan.unchanged += 1
        elif not wanted.existing:
            _make(context, key, wanted)


def of_vdu(context: Context, vdu: Vdu) -> Resource | None:
    """The group of a VDU's servers: ``{key, id, text, strict}`` (id None while a task makes it; strict: a server that its policy
    finds no host for is not built), None where it names none."""
    if context.target is None or not vdu.affinity_groups:
        return None
    wanted = next(one for one in context.target.affinity_groups if one.name == vdu.affinity_groups[0])
    found = context.plan.found.get(key_of(wanted), {})
    policy = found.get('policy') or wanted.policy
    return {'key': key_of(wanted), 'id': found.get('id'), 'text': f'{wanted.name} ({policy})', 'strict': policy in STRICT}


def describe(group: ServerGroup | None) -> str:
    """A group of the VIM for people: ours by its name in the document."""
    if group is None:
        return 'none'
    words = group.name.split('/')
    return f'{words[-3] if group.name.startswith("nfv.mano/") and len(words) > 3 else group.name} ({group.policy})'


def key_of(wanted: AffinityGroup) -> str:
    """The record's key of a group."""
    return f'{PREFIX}{wanted.vim}/{wanted.name}/{"existing" if wanted.existing else wanted.policy}'


def _mark(context: Context, key: str) -> str:
    return mark(context.ns_id, key.removeprefix(PREFIX), 'server_group')


def _existing(context: Context, path: str, wanted: AffinityGroup) -> ServerGroup | None:
    groups = context.live[wanted.vim or ''].state.server_groups
    found = next((group for group in groups if group.id == wanted.existing), None)
    if found is None:
        named = [group.id for group in groups if group.name == wanted.existing]
        context.problem(f'{path}.existing', f'{wanted.existing} is not the id of a server group of VIM {wanted.vim}'
                        + (f'; it is the name of {", ".join(named)}' if named else ''))
    elif wanted.policy not in (None, found.policy):
        context.problem(f'{path}.policy', f'{wanted.policy} is given, but the server group {found.id} has {found.policy}: '
                        'leave it out')
    return found


def _own(context: Context, key: str, wanted: AffinityGroup) -> ServerGroup | None:
    """The group with the whole mark: the recorded one, else (after a lost reply) the one that is used most."""
    recorded = context.record.get(key, {}).get('id')
    ours = [group for group in context.live[wanted.vim or ''].state.server_groups
            if group.name == _mark(context, key) and group.policy == wanted.policy]
    return min(ours, key=lambda group: (group.id != recorded, -len(group.members), group.id), default=None)


def _make(context: Context, key: str, wanted: AffinityGroup) -> None:
    vim = wanted.vim or ''
    spec = {'mark': _mark(context, key), 'policy': wanted.policy}
    context.makers[key] = context.plan.add(Task(f'create {key}', 'server_group.create', vim, key, spec, ()))
    context.plan.need(vim, server_groups=1)
    reason = 'it is gone from the VIM' if context.record.get(key, {}).get('id') else 'not there yet'
    context.plan.changes.append(Change('create', 'server_group', wanted.name, vim, wanted.policy or '', reason))


def plan_members(context: Context) -> None:
    """Who joins a group waits for those who leave it for good (they hold its hosts); and Nova limits the members of each."""
    tasks = context.plan.tasks
    joining: dict[str, list[str]] = {}
    for task in tasks.values():
        if task.verb == 'server.create' and task.spec.shared.group:
            joining.setdefault(task.spec.shared.group['key'], []).append(task.id)
    for key, creates in joining.items():
        vim, name, _policy = key.removeprefix(PREFIX).split('/')
        group_id = context.plan.found.get(key, {}).get('id')
        there = next((group.members for group in context.live[vim].state.server_groups if group.id == group_id), frozenset())
        leaving = [task for task in tasks.values() if task.verb == 'server.delete' and task.spec[0] in there] if there else []
        context.plan.need_each(vim, 'server_group_members', name, len(there) - len(leaving) + len(creates))
        for_good = tuple(task.id for task in leaving if f'create {task.item}' not in tasks)
        # Where only so many may be down at once, that order stands (rolling.py), and nobody leaves but a twin
        for task_id in creates if for_good and not context.asked.at_once else ():
            tasks[task_id] = tasks[task_id]._replace(after=(*tasks[task_id].after, *for_good))


def plan_unused(context: Context) -> None:
    """Groups of ours that the target does not have go after their servers, as do twins that a lost reply left behind."""
    wanted = {key_of(group) for group in (context.target.affinity_groups if context.target else ())}
    leaving = {task.spec[0]: task.id for task in context.plan.tasks.values() if task.verb == 'server.delete'}
    groups = {group.id: (vim, group) for vim, live in context.live.items() for group in live.state.server_groups}
    kept = {entry.get('id') for key, entry in context.plan.found.items() if key.startswith(PREFIX)}
    for key, resource in context.record.items():
        if not key.startswith(PREFIX) or key in wanted:
            continue
        if not resource.get('owned') or resource.get('id') not in groups:
            context.plan.forgotten.append(key)
            continue
        kept.add(resource['id'])
        _delete(context, key, *groups[resource['id']], leaving, 'no longer used')
    prefix = ns_prefix(context.ns_id)
    for vim, group in groups.values():
        if group.name.startswith(prefix) and group.id not in kept and group.members <= leaving.keys():
            key = PREFIX + group.name.removeprefix(prefix).rpartition('/')[0]
            _delete(context, key, vim, group, leaving, 'left over from an earlier operation')


def _delete(context: Context, key: str, vim: str, group: ServerGroup, leaving: dict[str, str], reason: str) -> None:
    after = tuple(leaving[member] for member in sorted(group.members) if member in leaving)
    context.plan.add(Task(f'delete {key} {group.id}', 'server_group.delete', vim, key, group.id, after))
    context.plan.changes.append(Change('delete', 'server_group', key.split('/')[1], vim, group.policy, reason))
