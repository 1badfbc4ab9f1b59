# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation would do: the same for a dry run and for the run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import Resources
from ansible_collections.nfv.mano.plugins.module_utils.operation import reading
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Aim, Base, declared_document, item_of
from ansible_collections.nfv.mano.plugins.module_utils.operation.key_pair import key_pair_for
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.plugins.module_utils.plan.build import make_plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Live
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.preflight import shortfalls, unchecked
from ansible_collections.nfv.mano.plugins.module_utils.plan.query import make_queries
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import KeyPair
from ansible_collections.nfv.mano.plugins.module_utils.target import (
    NetworkService,
    TargetError,
    Vdu,
    Vnf,
    is_whole,
    render_user_data,
)
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.cloud import OpenStack

#: (VNF, VDU, index) -> user data.
UserData: TypeAlias = 'dict[tuple[str, str, int], str]'
#: A template that names the number of instances.
COUNT = re.compile(r'\bcount\b')
#: Said where a heal finds nothing to do: a guest that hangs is well by all that the VIM knows.
ALL_WELL = 'Every instance that is meant is well by what the VIM says; with nfv_params.force it is replaced all the same.'
#: Said where a rebuild finds nothing to do.
ALL_OF_IT = 'Every server that is meant is of its image; with nfv_params.force it gets a fresh root disk all the same.'

#: Said of every snapshot.
PER_SERVER = 'A snapshot is consistent for each server by itself: those of several servers are not of one moment.'


@dataclass(slots=True)
class Draft:
    """Target, plan and VIMs of an operation, before anything is touched.

    ``aim`` has what the record keeps once the target is reached; ``problems`` are what stands against it,
    ``lost`` those of them that a rollback can't bring back; ``key_pair`` is the NS's, where a VDU asks for it.
    """

    aim: Aim
    plan: Plan
    vims: dict[str, OpenStack] = field(default_factory=dict)
    clouds: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    key_pair: KeyPair | None = None

    @property
    def target(self) -> NetworkService | None:
        """What is to be there; None: nothing."""
        return self.aim.target


def make_target(request: Request, ns: Mapping[str, Any]) -> NetworkService | None:
    """The target of the request: the document merged with what the record keeps; None: everything goes.

    :raises InputError: every problem of the document, with path and value.
    """
    return make_aim(request, Base(ns, {})).target


def make_draft(request: Request, ns: Mapping[str, Any], resources: Resources, pending: list[dict[str, Any]],
               tell: Callable[[str], None], store: Store, wait: bool, base: Base | None = None, aim: Aim | None = None) -> Draft:
    """Read the VIMs and plan.

    :param wait: whether to wait for create calls whose answer was lost (a dry run does not).
    :param base: what the operation started from, where it is taken up again; None: the record as it is.
    :param aim: what it works towards, where that is not what the request makes of it.
    :raises InputError: the document or the request is wrong.
    :raises VimError: a VIM can't be read.
    """
    base = base or Base(ns, resources)
    aim = aim or make_aim(request, base)
    target = aim.target
    clouds = {name: dict(vim) for name, vim in (ns.get('vims') or {}).items()}
    if target is not None:
        # Of a VIM that is not read what is known of it stays
        clouds.update({name: {**clouds.get(name, {}), 'cloud': vim.cloud, 'region': vim.region, 'admin_cloud': vim.admin_cloud}
                       for name, vim in target.vims.items()})
    not_rendered = _not_rendered(target)
    servers_only = aim.asked.operate or aim.asked.described or aim.asked.leftovers
    pair = None if servers_only else key_pair_for(target, store, ns, request)
    user_data, compared = _rendered(aim, not_rendered, pair.public if pair else None)
    queries = make_queries(ns['id'], target, resources, [*pending, *ns.get('doubtful', ())], aim.asked, clouds)
    vims = reading.connect(request, clouds, queries)
    states = reading.read_all(vims, queries, [] if aim.asked.of_servers else pending, request, tell, wait)
    context = Context(ns['id'], ns['name'], target, resources, {name: Live.of(state) for name, state in states.items()},
                      request.create_flavors, request.allow_delete,
                      lambda vnf, vdu, index: user_data.get((vnf.name, vdu.name, index)),
                      compared, not_rendered, request.accept_data_loss, aim.power, aim.hosts, aim.asked,
                      declared_document(base.ns) or {},
                      doubtful=frozenset(call['mark'] for call in (*pending, *ns.get('doubtful', ()))))
    plan = make_plan(context)
    quotas = reading.read_quotas(vims, plan)
    problems = [str(problem) for problem in (*plan.problems, *shortfalls(plan, quotas))]
    for name, state in states.items():
        clouds[name]['project_id'] = state.project_id
    notes = [*plan.notes, *(f'{name}: not checked, the VIM does not tell it' for name in unchecked(plan, quotas))]
    said = ALL_WELL if aim.asked.replace is not None else ALL_OF_IT if aim.asked.change == 'image' and not aim.asked.again else ''
    if aim.asked.snapshot and plan.tasks and not problems:
        notes.append(PER_SERVER)
        tell(PER_SERVER)
    if said and not plan.tasks and not problems:
        notes.append(said)
        tell(said)
    return Draft(aim, plan, vims, clouds, problems, notes, key_pair=pair)


def _not_rendered(target: NetworkService | None) -> frozenset[tuple[str, str]]:
    """(VNF, VDU) of a stored document whose user data needs what is not stored: a file's content, or secrets."""
    return frozenset((vnf.name, vdu.name) for vnf in (target.vnfs if target else ()) for vdu in vnf.vdus
                     if not is_whole(vdu))


def _rendered(aim: Aim, left_out: frozenset[tuple[str, str]],
              ns_key: str | None = None) -> tuple[UserData, UserData]:
    """User data of every instance that may be made, so that a missing variable is told before anything is made; and as it is
    compared where it names the number of instances: scaling makes no new servers of those that are there.

    :raises InputError: every VDU whose template does not render.
    """
    rendered: UserData = {}
    compared: UserData = {}
    problems = []
    for vnf in aim.target.vnfs if aim.target and aim.asked.renders else ():
        for vdu in vnf.vdus:
            if (vnf.name, vdu.name) in left_out:
                continue
            try:
                rendered.update(_of_vdu(aim, vnf, vdu, vdu, ns_key))
                if vdu.cloud_init and COUNT.search(vdu.cloud_init.text or ''):
                    compared.update(_of_vdu(aim, vnf, vdu, dataclasses.replace(vdu, count=1), ns_key))
            except TargetError as error:
                problems += [str(problem) for problem in error.problems]
    if problems:
        raise InputError(problems)
    return rendered, compared


def _of_vdu(aim: Aim, vnf: Vnf, vdu: Vdu, as_if: Vdu, ns_key: str | None) -> UserData:
    """User data of the instances of a VDU, rendered as if it were another one."""
    scope = aim.asked.scope
    texts = {(vnf.name, vdu.name, index): render_user_data(aim.target, vnf, as_if, index, ns_key=ns_key)
             for index in range(vdu.count) if aim.target is not None and (scope is None or item_of(vnf, vdu, index) in scope)}
    return {key: text for key, text in texts.items() if text is not None}
