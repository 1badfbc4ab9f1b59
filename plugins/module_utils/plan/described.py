# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a network service and its VNFs: what only the record keeps of it, and what servers are called by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.plan import power
from ansible_collections.nfv.mano.plugins.module_utils.plan.compare import compare_described, need_metadata
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource
from ansible_collections.nfv.mano.plugins.module_utils.plan.difference import Difference
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import metadata as server_metadata
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import server_name
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.operate import find_server, way_out
from ansible_collections.nfv.mano.plugins.module_utils.target.document import redact
from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, mark

#: What has an effect nowhere but in the record.
RECORDED = ('description', 'metadata', 'extensions', 'configurable_properties')
_ABSENT: Any = object()


def plan_record(context: Context) -> None:
    """What the record is to say otherwise of the network service and of the VNFs that were there before: a line each."""
    if context.target is None or not context.before:
        return
    _line(context, 'ns', context.before, context.target, 'default')
    before = {vnf['name']: vnf for vnf in context.before.get('vnfs', ())}
    for vnf in context.target.vnfs:
        if vnf.name in before:
            _line(context, 'vnf', before[vnf.name], vnf, vnf.vim or 'default')


def _line(context: Context, kind: str, before: Mapping[str, Any], now: NetworkService | Vnf, vim: str) -> None:
    texts = [f'{text} (its servers are called by it)' for text in
             differences('instance_name', before.get('instance_name') or _ABSENT, now.instance_name or _ABSENT)]
    kept = [text for name in RECORDED for text in differences(name, before.get(name) or _ABSENT,
                                                              redact(getattr(now, name)) or _ABSENT)]
    if kept:
        texts.append(f'{"; ".join(kept)} (in the record only)')
    if texts:
        context.plan.changes.append(Change('update', kind, now.name, vim, '; '.join(texts), 'differs from the record'))


def differences(path: str, was: Any, now: Any) -> Iterator[str]:
    """``metadata.tier gold -> none`` for every path below which two values differ."""
    was, now = (({} if one is _ABSENT and isinstance(other, Mapping) and other else one)
                for one, other in ((was, now), (now, was)))
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted(was.keys() | now.keys()):
            yield from differences(f'{path}.{key}', was.get(key, _ABSENT), now.get(key, _ABSENT))
    elif was != now:
        yield f'{path} {_plain(was)} -> {_plain(now)}'


def _plain(value: Any) -> str:
    if value is _ABSENT:
        return 'none'
    return value if isinstance(value, str) and value and value.isprintable() else json.dumps(value, sort_keys=True)


def plan_servers(context: Context) -> None:
    """Names, descriptions and metadata of the servers that are meant; nothing else is compared."""
    for _path, vnf, vdu in context.vdus():
        for index in range(vdu.count):
            item = f'vdu:{vnf.name}/{vdu.name}/{index}'
            if not context.touches(item) or not _plan_server(context, vnf, vdu, index, item):
                context.plan.unchanged += 1


def _plan_server(context: Context, vnf: Vnf, vdu: Vdu, index: int, item: str) -> bool:
    """Whether there is something to do; a server that is gone gets it all when it is made again."""
    key, record, vim = item.partition(':')[2], context.record.get(item, {}), vdu.vim or 'default'
    server, difference = find_server(context, vim, key, record), Difference()
    if server is None:
        return False
    name = server_name(context.called, vnf, vdu, index)
    metadata = {**server_metadata(vdu), MARK_KEY: mark(context.ns_id, key, 'server')}
    compare_described(name, vdu.description, metadata, record, server, difference)
    if not difference.texts:
        return False
    if server.status not in power.WELL and difference.server.keys() & {'metadata', 'metadata_gone'}:
        context.problem(item, f'its server is {server.status}, and Nova changes metadata only in {", ".join(sorted(power.WELL))}'
                        f'{way_out(server)}')
        return True
    need_metadata(context.plan, vim, key, server, difference)
    kept: Resource = {'id': server.id, 'name': name, 'metadata': server_metadata(vdu)}
    context.plan.add(Task(f'describe {item}', 'server.describe', vim, item, (server.id, difference.server, kept), ()))
    context.plan.changes.append(Change('update', 'vdu', key, vim, '; '.join(difference.texts), 'asked for'))
    return True
