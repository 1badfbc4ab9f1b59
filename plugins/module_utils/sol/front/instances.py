# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VNF instances made, told of and deleted, without an operation on the VIM."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs, recover
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import conflict
from ansible_collections.nfv.mano.plugins.module_utils.operation import again
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import fold_journal, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import camelled
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Call, refused
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.packages import VNF, Package
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.requests import cloud_of, snaked
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.plugins.module_utils.target import merge_patch

#: What SOL003 tells of a VNF, and what documents call that.
INFO = {'vnfInstanceName': 'instance_name', 'vnfInstanceDescription': 'description', 'metadata': 'metadata',
        'extensions': 'extensions', 'vnfConfigurableProperties': 'configurable_properties'}
#: Characters of a package's name that the names of what is made have.
NAME_LENGTH = 20
#: Seconds from where a VNF is shown as terminated to the end of its operation.
ENDING = 2.0


def create(store: Store, package: Package, body: Mapping[str, Any]) -> str:
    """A VNF instance that is not instantiated, in a service of its own; returns its id."""
    vnf_id, ns_id = str(uuid.uuid4()), str(uuid.uuid4())
    product = re.sub(r'[^A-Za-z0-9_.-]', '-', package.vnfd.get('product_name') or package.vnfd['id'])[:NAME_LENGTH].strip('-._')
    name = f'{product or VNF}-{ns_id}'
    info = {INFO[key]: value for key, value in body.items() if key in INFO and value not in (None, '', {})}
    # Nobody finds it until the service is there that it belongs to
    store.write('vnf', vnf_id, {'kind': 'vnf', 'id': vnf_id, 'ns_id': ns_id, 'ns_name': name, 'name': VNF, 'vnfd': package.vnfd,
                                'state': 'NOT_INSTANTIATED', 'management_addresses': {}, 'resources': {},
                                'info': {**info, 'vnfd': package.vnfd}})
    store.new_ns(name, id=ns_id, vnfs={VNF: vnf_id})
    return vnf_id


def delete(store: Store, ns_id: str, vnf_id: str) -> None:
    """Forget a VNF instance that is not instantiated.

    :raises OpOccError: 404, it is gone; 409, it is instantiated, something of it is left in the VIM, an operation is open, or
        it is one of several of its service.
    :raises LockedError: somebody works on it.
    """
    # A termination that has just come to its end may have its lock still
    with NsLock(store, ns_id, wait=ENDING if again.find_ns(store, ns_id)['state'] == 'NOT_INSTANTIATED' else 0.0) as lock:
        op_occs = OpOccs(store)
        found = op_occs.open_for(ns_id)
        if found is not None:
            recover(store, lock, found, fold=fold_journal)
            found = op_occs.open_for(ns_id)
        if found is not None:
            raise conflict('The VNF instance can not be deleted', f'{found.operation} {found.id} is {found.state}',
                           f'op_occ/{found.id}')
        ns = again.find_ns(store, ns_id)
        if ns['state'] != 'NOT_INSTANTIATED' or read_resources(store, ns) or ns.get('pending'):
            raise conflict('The VNF instance can not be deleted', 'it is instantiated, or something of it is left; terminate it')
        if list(ns['vnfs'].values()) != [vnf_id]:
            raise conflict('The VNF instance can not be deleted', f'it belongs to the network service {ns["name"]}')
        store.delete('ns', ns_id)
        store.delete('vnf', vnf_id)
        store.delete_key(ns_id)


@dataclass(frozen=True, slots=True)
class Change:
    """What a patch says of a VNF instance, in SOL003's names: of what is told of it, of its VIM connections by id, and the VNFD
    that it is to be of."""

    told: Mapping[str, Any]
    vims: Mapping[str, Any]
    vnfd: Mapping[str, Any] | None


def note(store: Store, ns_id: str, vnf_id: str, change: Change, request: Mapping[str, Any], clouds: Sequence[str],
         check: Callable[[Mapping[str, Any]], None]) -> str:
    """Change a VNF instance where no VIM has to know; returns the id of the op-occ that did it.

    :param request: what the op-occ keeps of it.
    :param clouds: the VIMs that there are.
    :param check: raises what stands against it, by the NS's record.
    :raises OpOccError: 409, an operation is open; 422, there is no such VIM.
    :raises LockedError: somebody works on it.
    """
    with NsLock(store, ns_id, wait=0.0) as lock:
        op_occs = OpOccs(store)
        found = op_occs.open_for(ns_id)
        if found is not None:
            recover(store, lock, found, fold=fold_journal)
        ns = again.find_ns(store, ns_id)
        check(ns)
        fact = store.read('vnf', vnf_id) or {}
        name = next(name for name, one in ns['vnfs'].items() if one == vnf_id)
        info = dict(fact.get('info') or {})
        for key, value in change.told.items():
            info[INFO[key]] = merge_patch(info.get(INFO[key]), value)
        params = dict(request['params'])
        if change.vims:
            vims = merge_patch(camelled(info).get('vimConnectionInfo'), change.vims)
            cloud_of(vims, clouds)
            info.update(snaked({'vimConnectionInfo': vims}))
            params.update(snaked({'vimConnectionInfo': {key: one for key, one in vims.items() if key in change.vims}}))
        if change.vnfd is not None:
            info['vnfd'], params['vnfd_id'] = dict(change.vnfd), change.vnfd['id']
            fact = {**fact, 'vnfd': info['vnfd']}
        op_occ = op_occs.start('MODIFY_INFO', ns, {name: vnf_id}, {**request, 'params': params}, lock.owner, {},
                               before={'ns': ns, 'resources': {}})
        store.write('vnf', vnf_id, {**fact, 'info': {key: value for key, value in info.items() if value not in (None, '', {})}})
        op_occ.trigger('done')
        return str(op_occ.vnf_op_occs()[0]['id'])


def check_fixed(view: Mapping[str, Any], vnfd_id: str | None, vims: Mapping[str, Any]) -> None:
    """
    :param view: of an instantiated VNF (v2).
    :raises OpOccError: 409, a patch changes what a VNF has for as long as it is instantiated.
    """
    if vnfd_id not in (None, view['vnfdId']):
        raise conflict('vnfdId can not be changed', f'the VNF is instantiated from {view["vnfdId"]}; change_vnfpkg brings '
                       'another version of it about')
    used = {key: one.get('vimId') for key, one in (view.get('vimConnectionInfo') or {}).items()}
    for key, one in vims.items():
        gone = key in used if one is None else one.get('vimId', used.get(key)) not in used.values()
        if gone:
            raise conflict('vimConnectionInfo can not be changed', f'{key}: the VNF is instantiated on '
                           f'{", ".join(map(str, used.values()))}, and does not move; terminate it first')


def etag(view: Mapping[str, Any]) -> str:
    """What tells one representation of a resource from the next; links come and go with operations."""
    told = {key: value for key, value in view.items() if key != '_links'}
    return f'"{hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "backslashreplace")).hexdigest()[:32]}"'


def check_match(call: Call, view: Mapping[str, Any]) -> None:
    """
    :raises OpOccError: 412, it is another representation than the one that the client knows.
    """
    given = call.headers.get('if-match')
    if given is None or given.strip() == '*':
        return
    if etag(view) not in [one.strip() for one in given.split(',')]:
        raise refused(412, 'If-Match: the VNF instance was changed meanwhile; read it again')
