# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of SOL003's VNF lifecycle management interface, and what each takes."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import re
from collections.abc import Callable

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.auth import Guard
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.bodies import TASKS
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.changing import Changing
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import (
    JSON,
    VERSIONS,
    Answer,
    Call,
    check_accept,
    check_version,
    problem,
    refused,
    told,
)
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.notifier import Notifier
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import Reading
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import Subscriptions
from ansible_collections.nfv.mano.plugins.module_utils.sol.op_occ import TASKS as OP_OCC_TASKS
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError, StoreError

LOG = logging.getLogger('nfv.mano.sol003')
ROOT = 'vnflcm'
#: An id of ours is a UUID; of other names there is no record, and no file is looked for.
_ID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
#: Stands for an id in a path.
ID = '{}'

Resource = tuple[str, ...]
Method = Callable[[Call, str, str], Answer]


class Front:
    """Answers calls; it keeps nothing that is not in the state directory, so any number of threads may call it."""

    def __init__(self, reading: Reading, changing: Changing, subscriptions: Subscriptions, notifier: Notifier,
                 guard: Guard) -> None:
        self.changing, self.notifier, self._guard, self._reading = changing, notifier, guard, reading
        self._resources: dict[Resource, dict[str, Method]] = {
            ('vnf_instances',): {'GET': lambda call, version, _id: reading.vnf_instances(call, version),
                                 'POST': lambda call, version, _id: changing.create(call, version)},
            ('vnf_instances', ID): {'GET': lambda _call, version, one: changing.read(version, one),
                                    'PATCH': changing.patch, 'DELETE': lambda _call, _version, one: changing.delete(one)},
            ('vnf_lcm_op_occs',): {'GET': lambda call, version, _id: reading.op_occs(call, version)},
            ('vnf_lcm_op_occs', ID): {'GET': lambda _call, version, one: reading.op_occ(one, version)},
            **{('vnf_instances', ID, name): {'POST': functools.partial(_task, changing.task, name)} for name in TASKS['v2']},
            **{('vnf_lcm_op_occs', ID, name): {'POST': functools.partial(_task, changing.op_occ_task, name)}
               for name in OP_OCC_TASKS},
            ('subscriptions',): {'GET': lambda call, version, _id: subscriptions.list(call, version),
                                 'POST': lambda call, version, _id: subscriptions.create(call, version)},
            ('subscriptions', ID): {'GET': lambda _call, version, one: subscriptions.get(version, one),
                                    'DELETE': lambda _call, version, one: subscriptions.delete(version, one)},
        }

    def answer(self, call: Call) -> Answer:
        """The answer to a call, whatever happens."""
        version = call.path.split('/')[2:3]
        try:
            answer = self._guard.refuse(call) or self._answer(call)
        except OpOccError as error:
            answer = told(error.problem)
        except LockedError as error:
            op_occ = error.holder.get('op_occ')
            answer = problem(409, 'another operation works on the VNF' + (f': {op_occ}' if op_occ else ''), Retry_After='5')
        except StoreError as error:
            # Where that is, is nothing for a client
            LOG.error('%s %s: %s', call.method, call.path, error)
            answer = problem(503, 'the records can not be used now', Retry_After='5')
        except Exception:  # a client gets an answer, and who runs this the traceback
            LOG.exception('%s %s', call.method, call.path)
            answer = problem(500, 'an error of the server; its log says more')
        if call.method != 'GET':
            # Who did it sees at once what came of it
            self._reading.remembered.clear()
        return _with_headers(answer, *version)

    def known(self, call: Call) -> Answer | None:
        """The answer to a call where it need not be made, without waiting for anything; None: ask for it."""
        _root, *parts = call.path.split('/')
        if call.method != 'GET' or parts[:1] != [ROOT] or parts[2:3] != ['vnf_lcm_op_occs'] or len(parts) > 4:
            return None
        methods, op_occ_id = self._resource(parts[1], parts[2:])
        if methods is None or not self._guard.knows(call):
            return None
        with contextlib.suppress(OpOccError):
            check_version(call, parts[1])
            check_accept(call)
            answer = self._reading.known(call, parts[1], op_occ_id)
            return None if answer is None else _with_headers(answer, parts[1])
        return None

    def _answer(self, call: Call) -> Answer:
        root, *parts = call.path.removeprefix('/').split('/')
        if root != ROOT or not parts:
            raise _nothing_at(call)
        if parts == ['api_versions'] or (parts[1:] == ['api_versions'] and parts[0] in VERSIONS):
            return _versions(call, parts[:-1])
        version, *parts = parts
        methods, record_id = self._resource(version, parts)
        if methods is None:
            raise _nothing_at(call)
        if call.method not in methods:
            return problem(405, f'this resource takes {", ".join(sorted(methods))}', Allow=', '.join(sorted(methods)))
        check_version(call, version)
        check_accept(call)
        return methods[call.method](call, version, record_id)

    def _resource(self, version: str, parts: list[str]) -> tuple[dict[str, Method] | None, str]:
        """The methods of a resource, and the id in its path."""
        if version not in VERSIONS:
            return None, ''
        record_id = parts[1] if len(parts) > 1 else ''
        if record_id and not _ID.fullmatch(record_id):
            return None, ''
        if parts[0] == 'vnf_instances' and len(parts) == 3 and parts[2] not in TASKS[version]:
            return None, ''
        return self._resources.get(tuple([*parts[:1], ID, *parts[2:]] if record_id else parts)), record_id


def _with_headers(answer: Answer, version: str = '') -> Answer:
    headers = {'Content-Type': JSON} if answer.body is not None else {}
    if version in VERSIONS:
        headers['Version'] = VERSIONS[version]
    return dataclasses.replace(answer, headers={**headers, **answer.headers})


def _task(take: Callable[[Call, str, str, str], Answer], name: str, call: Call, version: str, record_id: str) -> Answer:
    return take(call, version, record_id, name)


def _nothing_at(call: Call) -> OpOccError:
    return refused(404, f'there is no resource {call.path[:256]}')


def _versions(call: Call, of: list[str]) -> Answer:
    if call.method != 'GET':
        return problem(405, 'this resource takes GET', Allow='GET')
    check_accept(call)
    shown = [VERSIONS[version] for version in (of or VERSIONS)]
    return Answer(200, {'uriPrefix': '/'.join(['', ROOT, *of]),
                        'apiVersions': [{'version': version, 'isDeprecated': False} for version in shown]})
