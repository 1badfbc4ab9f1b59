# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation would do: the same for a dry run and for the run."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.operation import reading
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.plan.build import make_plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.preflight import shortfalls, unchecked
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    NetworkService,
    TargetError,
    is_whole,
    load,
    merge,
    redact,
    render_user_data,
    to_document,
    unsupported,
)
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.cloud import OpenStack


@dataclass(slots=True)
class Draft:
    """Target, plan and VIMs of an operation, before anything is touched.

    ``document`` is what the record keeps once the target is reached; ``problems`` are what stands against it,
    ``lost`` those of them that a rollback can't bring back.
    """

    target: NetworkService | None
    document: dict[str, Any] | None
    plan: Plan
    vims: dict[str, OpenStack] = field(default_factory=dict)
    clouds: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def make_target(request: Request, ns: Mapping[str, Any]) -> NetworkService | None:
    """The target of the request: the document merged with what the record keeps; None: everything goes.

    :raises InputError: every problem of the document, with path and value.
    """
    if request.operation == 'terminate':
        return None
    try:
        load(request.document or {}, request.files)
        merged = merge(ns.get('document'), ns.get('overlay') or {}, request.document or {})
        target = load(_with_vims(merged, request), request.files)
        problems = unsupported(target)
    except TargetError as error:
        raise InputError([str(problem) for problem in error.problems]) from error
    if problems:
        raise InputError([str(problem) for problem in problems])
    return target


def _with_vims(document: dict[str, Any], request: Request) -> dict[str, Any]:
    """The document with nfv_cloud and nfv_vims over its own vims."""
    document = copy.deepcopy(document)
    vims = dict(document.get('vims') or {'default': {}})
    for name, given in request.vims.items():
        more = {'cloud': given} if isinstance(given, str) else given
        vims[name] = {**(vims.get(name) if isinstance(vims.get(name), dict) else {}), **more}
    if request.cloud:
        for name, vim in vims.items():
            if isinstance(vim, dict) and not vim.get('cloud'):
                vims[name] = {**vim, 'cloud': request.cloud}
            elif vim is None:
                vims[name] = {'cloud': request.cloud}
    document['vims'] = vims
    return document


def make_draft(request: Request, ns: Mapping[str, Any], resources: Resources, pending: list[dict[str, Any]],
               tell: Callable[[str], None], wait: bool) -> Draft:
    """Read the VIMs and plan.

    :param wait: whether to wait for create calls whose answer was lost (a dry run does not).
    :raises InputError: the document or the request is wrong.
    :raises VimError: a VIM can't be read.
    """
    target = make_target(request, ns)
    clouds = {name: dict(vim) for name, vim in (ns.get('vims') or {}).items()}
    if target is not None:
        clouds.update({name: {'cloud': vim.cloud, 'region': vim.region, 'admin_cloud': vim.admin_cloud}
                       for name, vim in target.vims.items()})
    not_rendered = _not_rendered(target)
    user_data = _rendered(target, not_rendered)
    queries = make_queries(ns['id'], target, resources, [*pending, *ns.get('doubtful', ())])
    vims = reading.connect(request, clouds, queries)
    states = reading.read_all(vims, queries, pending, request, tell, wait)
    context = Context(ns['id'], ns['name'], target, resources, {name: Live.of(state) for name, state in states.items()},
                      request.create_flavors, request.allow_delete,
                      lambda vnf, vdu, index: user_data.get((vnf.name, vdu.name, index)),
                      not_rendered, request.accept_data_loss,
                      doubtful=frozenset(call['mark'] for call in (*pending, *ns.get('doubtful', ()))))
    plan = make_plan(context)
    quotas = reading.read_quotas(vims, plan)
    problems = [str(problem) for problem in (*plan.problems, *shortfalls(plan, quotas))]
    for name, state in states.items():
        clouds[name]['project_id'] = state.project_id
    return Draft(target, redact(to_document(target)) if target else None, plan, vims, clouds, problems,
                 [f'{name}: not checked, the VIM does not tell it' for name in unchecked(plan, quotas)])


def _not_rendered(target: NetworkService | None) -> frozenset[tuple[str, str]]:
    """(VNF, VDU) of a stored document whose user data needs what is not stored: a file's content, or secrets."""
    return frozenset((vnf.name, vdu.name) for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus
                     if not is_whole(vdu))


def _rendered(target: NetworkService | None, left_out: frozenset[tuple[str, str]]) -> dict[tuple[str, str, int], str]:
    """User data of every instance, so that a missing variable is told before anything is made.

    :raises InputError: every VDU whose template does not render.
    """
    rendered: dict[tuple[str, str, int], str] = {}
    problems = []
    for vnf in target.vnfs if target else ():
        for vdu in vnf.vdus:
            if (vnf.name, vdu.name) in left_out:
                continue
            try:
                for index in range(vdu.count):
                    text = render_user_data(target, vnf, vdu, index)
                    if text is not None:
                        rendered[vnf.name, vdu.name, index] = text
            except TargetError as error:
                problems += [str(problem) for problem in error.problems]
    if problems:
        raise InputError(problems)
    return rendered
