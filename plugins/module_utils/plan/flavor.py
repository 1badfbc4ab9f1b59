# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors: found by name, or by shape; made where none fits and the right is there; deleted when nobody needs them."""

from __future__ import annotations

import difflib
import hashlib
import re
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.target.extra_specs import extra_specs
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Flavor as Wanted
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Flavor

#: A flavor's name has at most 255 characters, and one for each twin has to fit beside it.
LONGEST_SHAPE = 100
PLAIN = re.compile(r'[\w:.,=+-]*', re.ASCII)


def describe(wanted: Wanted) -> str:
    """A flavor for people: its name, or its shape."""
    if wanted.name:
        return wanted.name
    extra = ''.join(f', {size} {unit}' for size, unit in
                    ((wanted.ephemeral_gib, 'GiB ephemeral'), (wanted.swap_mib, 'MiB swap')) if size)
    return f'{wanted.vcpus} vCPU, {wanted.ram_mib} MiB, {wanted.disk_gib} GiB{extra}'


def in_full(wanted: Wanted) -> str:
    """As :func:`describe`, with the extra specs of a shape."""
    pairs = ', '.join(f'{key}={value}' for key, value in sorted(extra_specs(wanted).items()))
    return f'{describe(wanted)} with {pairs}' if pairs else describe(wanted)


def copied(copy: dict[str, Any]) -> dict[str, Any]:
    """The copy of a flavor that Nova keeps in a server (microversion 2.47's shape), in our words."""
    return {'vcpus': copy['vcpus'], 'ram_mib': copy['ram'], 'disk_gib': copy['disk'],
            'ephemeral_gib': copy.get('ephemeral', 0), 'swap_mib': copy.get('swap', 0) or 0,
            'extra_specs': copy.get('extra_specs', {})}


def shape(wanted: Wanted) -> str:
    """A short name of a shape, the same for equal shapes: ``nfv-2c-2048m-10g``, and its extra specs or their hash."""
    text = f'nfv-{wanted.vcpus}c-{wanted.ram_mib}m-{wanted.disk_gib}g'
    text += f'-{wanted.ephemeral_gib}e' if wanted.ephemeral_gib else ''
    text += f'-{wanted.swap_mib}s' if wanted.swap_mib else ''
    specs = ''.join(f'-{key}={value}' for key, value in sorted(extra_specs(wanted).items()))
    if len(text) + len(specs) > LONGEST_SHAPE or not PLAIN.fullmatch(specs):
        specs = f'-{hashlib.sha256(specs.encode()).hexdigest()[:12]}'
    return text + specs


def fits(wanted: Wanted, have: dict[str, Any]) -> bool:
    """Whether a flavor (as a mapping of sizes and extra_specs) is what is wanted."""
    sizes = [(have['vcpus'], wanted.vcpus), (have['ram_mib'], wanted.ram_mib), (have['disk_gib'], wanted.disk_gib),
             (have['ephemeral_gib'], wanted.ephemeral_gib), (have['swap_mib'], wanted.swap_mib)]
    if wanted.match == 'exact':
        return all(size == asked for size, asked in sizes) and have['extra_specs'] == extra_specs(wanted)
    return (all(size >= asked for size, asked in sizes)
            and extra_specs(wanted).items() <= have['extra_specs'].items())


def server_fits(wanted: Wanted, copy: dict[str, Any], ids: dict[str, Flavor]) -> bool:
    """Whether the copy of a flavor that Nova keeps in a server is what is wanted."""
    if wanted.name:
        named = ids.get(wanted.name)
        return copy.get('original_name') == (named.name if named else wanted.name)
    return fits(wanted, copied(copy))


def key_of(vim: str, wanted: Wanted) -> str:
    """The record's key of a flavor."""
    return f'flavor:{vim}/{wanted.name or shape(wanted)}'


def resolve(context: Context, path: str, vim: str, wanted: Wanted) -> Resource | None:
    """The flavor to use: ``{key, id, name, vcpus, ram_mib, ...}`` (id None while a task makes it), or None with a
    problem noted."""
    live = context.live[vim]
    if wanted.name:
        return _named(context, path, vim, wanted.name)
    key = key_of(vim, wanted)
    recorded = context.record.get(key, {}).get('id')
    fitting = [flavor for flavor in live.state.flavors if fits(wanted, flavor._asdict())]
    if fitting:
        best = min(fitting, key=lambda one: (one.id != recorded, one.vcpus, one.ram_mib, one.disk_gib,
                                             one.ephemeral_gib, len(one.extra_specs), one.name, one.id))
        return _entry(context, key, vim, best)
    if not context.create_flavors or not live.state.admin:
        why = ('nfv_create_flavors is false' if not context.create_flavors else
               'making one needs the policy os_compute_api:os-flavor-manage:create (administrators; see admin_cloud)')
        context.problem(f'{path}.flavor', f'no flavor of VIM {vim} has {in_full(wanted)} '
                        f'(match: {wanted.match}), and {why}')
        return None
    return _make(context, key, vim, wanted)


def _named(context: Context, path: str, vim: str, name: str) -> Resource | None:
    flavors = context.live[vim].state.flavors
    found = [flavor for flavor in flavors if name in (flavor.name, flavor.id)]
    if len(found) == 1:
        return _entry(context, key_of(vim, Wanted(name=name)), vim, found[0])
    names = sorted({flavor.name for flavor in flavors})
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.3) or names[:3]
    context.problem(f'{path}.flavor', f'{name} is not a flavor of VIM {vim}; the nearest names are {", ".join(near)}'
                    if not found else f'{name} names {len(found)} flavors of VIM {vim}; use an id')
    return None


def _entry(context: Context, key: str, vim: str, flavor: Flavor) -> Resource:
    sizes = {'vcpus': flavor.vcpus, 'ram_mib': flavor.ram_mib, 'disk_gib': flavor.disk_gib,
             'ephemeral_gib': flavor.ephemeral_gib, 'swap_mib': flavor.swap_mib, 'extra_specs': flavor.extra_specs}
    ours = flavor.description == mark(context.ns_id, key.removeprefix('flavor:'), 'flavor')
    context.plan.found[key] = {'vim': vim, 'id': flavor.id, 'name': flavor.name, 'owned': ours, **sizes}
    return {'key': key, 'id': flavor.id, 'name': flavor.name, **sizes}


def _make(context: Context, key: str, vim: str, wanted: Wanted) -> Resource:
    sizes = {'vcpus': wanted.vcpus, 'ram_mib': wanted.ram_mib, 'disk_gib': wanted.disk_gib,
             'ephemeral_gib': wanted.ephemeral_gib, 'swap_mib': wanted.swap_mib, 'extra_specs': extra_specs(wanted)}
    if key not in context.makers:
        taken = {flavor.name for flavor in context.live[vim].state.flavors}
        name = base = shape(wanted)
        number = 0
        while name in taken:
            number += 1
            name = f'{base}-{number}'
        spec = {'name': name, 'mark': mark(context.ns_id, key.removeprefix('flavor:'), 'flavor'), **sizes}
        context.makers[key] = context.plan.add(Task(f'create {key}', 'flavor.create', vim, key, spec, ()))
        context.plan.changes.append(Change('create', 'flavor', name, vim, in_full(wanted),
                                           'no flavor has this shape'))
    return {'key': key, 'id': None, 'name': context.plan.tasks[context.makers[key]].spec['name'], **sizes}


def plan_unused(context: Context) -> None:
    """Flavors of ours that no VDU uses any more go (the task leaves one that a server of any project still uses)."""
    used = {key_of(vdu.vim or 'default', one.flavor) for _path, _vnf, vdu in context.vdus()
            for one, _indexes in vdu.variants(range(vdu.count))}
    users: dict[str, list[str]] = {}
    for task in context.plan.tasks.values():
        users.setdefault(context.record.get(task.item, {}).get('flavor_key', ''), []).append(task.id)
    for key, resource in context.record.items():
        if not key.startswith('flavor:') or key in used:
            continue
        if not resource.get('owned') or not resource.get('id'):
            context.plan.forgotten.append(key)
            continue
        context.plan.add(Task(f'delete {key}', 'flavor.delete', resource['vim'], key, resource['id'],
                              tuple(users.get(key, ()))))
        context.plan.changes.append(Change('delete', 'flavor', resource['name'], resource['vim'], '', 'no longer used'))
