# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on other compute hosts: migrate and evacuate, and the way back of a migration that is rolled back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Aim, Base, item_of, with_hosts
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.select import Params, Selected, at_once, select
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Asked, Move
from ansible_collections.nfv.mano.plugins.module_utils.target import NetworkService

MIGRATE_PARAMS = ('type', 'to_host', 'from_host', 'disable_service', 'vim')
EVACUATE_PARAMS = ('from_host', 'to_host', 'vim')
LONGEST_NAME = 255


def migrate(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """The overlay with the new hosts, and which servers move.

    :raises InputError: parameters that can't be used, or no such VNF, VDU or instance.
    """
    params = Params('migrate', request.params, *MIGRATE_PARAMS)
    way, disable = params.word('type', 'live', 'cold'), params.truth('disable_service')
    to_host, from_host, vim = (params.text(name, LONGEST_NAME) or None for name in ('to_host', 'from_host', 'vim'))
    params.check(_other(to_host, from_host),
                 'params.disable_service: goes with from_host only' if disable and not from_host else None)
    return _moved(request, base, _in_vim(vim, target), Move(way, to_host, from_host, base.begun, disable=disable))


def evacuate(request: Request, base: Base, target: NetworkService) -> tuple[dict[str, Any], Asked]:
    """As :func:`migrate`, of servers whose host is down.

    :raises InputError: as there.
    """
    params = Params('evacuate', request.params, *EVACUATE_PARAMS)
    to_host, from_host, vim = (params.text(name, LONGEST_NAME) or None for name in ('to_host', 'from_host', 'vim'))
    params.check(_other(to_host, from_host),
                 None if from_host else 'params.from_host: evacuate needs the name of the compute host that is down')
    return _moved(request, base, _in_vim(vim, target), Move('evacuate', to_host, from_host, base.begun))


def _in_vim(vim: str | None, target: NetworkService) -> NetworkService:
    """The network service without the VDUs of other VIMs: two clouds may have hosts of one name.

    :raises InputError: none of its VDUs is in that VIM.
    """
    there = {vdu.vim or 'default' for vnf in target.vnfs for vdu in vnf.vdus}
    if vim is None:
        return target
    if vim not in there:
        raise InputError([f'params.vim: {vim} is not a VIM of a VDU of {target.name} (there are: {", ".join(sorted(there))})'])
    return dataclasses.replace(target, vnfs=tuple(
        dataclasses.replace(vnf, vdus=tuple(vdu for vdu in vnf.vdus if (vdu.vim or 'default') == vim)) for vnf in target.vnfs))


def _other(to_host: str | None, from_host: str | None) -> str | None:
    return f'params.to_host: {to_host} is from_host as well' if to_host and to_host == from_host else None


def _moved(request: Request, base: Base, target: NetworkService, move: Move) -> tuple[dict[str, Any], Asked]:
    selected = select(request, target)
    asked = Asked(scope=frozenset(item for one in selected for item in one.items), at_once=at_once(request, selected), move=move)
    # Which servers are on the host is not known yet; those that the document puts there are
    hosts = {item: move.to_host or '' for one in selected for item in one.items
             if one.vdu.host and move.from_host in (None, base.hosts.get(item) or one.vdu.host)}
    kept = {item: host for item, host in {**base.hosts, **hosts}.items() if host != _named(selected, item)}
    return with_hosts(base.overlay, kept), asked


def _named(selected: list[Selected], item: str) -> str | None:
    return next((one.vdu.host for one in selected if item in one.items), None)


def back(aim: Aim, request: Request, begun: Mapping[str, str]) -> Aim:
    """The way back: every server that a migration has sent off returns to its host, and nothing else is touched."""
    way = str(request.params.get('type') or '').lower() or None
    return dataclasses.replace(aim, asked=Asked(scope=frozenset(begun), move=Move(way, begun=begun, back=True)))


def standing_hosts(base: Base, target: NetworkService) -> dict[str, str]:
    """The hosts of before that hold beside another document: its VDU names the same host as the last one."""
    named = {(vnf['name'], vdu['name']): vdu.get('host') for vnf in (base.ns.get('document') or {}).get('vnfs', ())
             for vdu in vnf.get('vdus', ())}
    there = {item_of(vnf, vdu, index) for vnf in target.vnfs for vdu in vnf.vdus for index in range(vdu.count)
             if vdu.host and named.get((vnf.name, vdu.name)) == vdu.host}
    return {item: host for item, host in base.hosts.items() if item in there}
