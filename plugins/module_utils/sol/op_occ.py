# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VnfLcmOpOcc (SOL003, v1 and v2) and NsLcmOpOcc (SOL005) of an op-occ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import TRANSITIONS
from ansible_collections.nfv.mano.plugins.module_utils.sol import params
from ansible_collections.nfv.mano.plugins.module_utils.sol.changes import changed_ext_connectivity, ns_changes, vnf_changes
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import ViewError, camel, filled, link

VERSIONS = ('v1', 'v2', 'SOL005')
#: What the SOL003 versions know, and what an operation that they do not know is nearest to.
V1 = frozenset({'INSTANTIATE', 'SCALE', 'SCALE_TO_LEVEL', 'CHANGE_FLAVOUR', 'TERMINATE', 'HEAL', 'OPERATE', 'CHANGE_EXT_CONN',
                'MODIFY_INFO'})
V2 = V1 | {'CREATE_SNAPSHOT', 'REVERT_TO_SNAPSHOT', 'CHANGE_VNFPKG'}
NEAREST = {'UPDATE': 'CHANGE_VNFPKG', 'REBUILD': 'HEAL', 'MIGRATE': 'HEAL', 'EVACUATE': 'HEAL', 'DRAIN': 'HEAL',
           'RECONCILE': 'HEAL'}
#: The NS operations of SOL005; what is done to single VNFs is an update of the NS.
NS_OPERATIONS = frozenset({'INSTANTIATE', 'SCALE', 'UPDATE', 'TERMINATE', 'HEAL'})
#: Tasks of an op-occ, in the order of SOL's resources.
TASKS = ('cancel', 'retry', 'rollback', 'fail')
WITH_ERROR = frozenset({'FAILED_TEMP', 'FAILED', 'ROLLING_BACK', 'ROLLED_BACK'})
#: What CHANGE_VNFPKG tells of the new package.
OF_PACKAGE = ('vnfd_id', 'vnf_provider', 'vnf_product_name', 'vnf_software_version', 'vnfd_version')


def op_occ_view(op_occ: Mapping[str, Any], version: str | None = None, api_root: str = '') -> dict[str, Any]:
    """An op-occ as op_occ_info shows it, as SOL has it. What only ``details`` tell is left out where there are none.

    :param version: one of VERSIONS; None: v2 for that of a VNF, SOL005 for that of an NS.
    :param api_root: what the links start with.
    :raises ViewError: no op-occ, or a version of the other scope.
    """
    lacking = [key for key in ('id', 'scope', 'state', 'operation', 'start_time', 'state_entered_time') if key not in op_occ]
    if lacking:
        raise ViewError(f'no op-occ: it has no {", ".join(lacking)}')
    of_ns = op_occ['scope'] == 'ns'
    version = version or ('SOL005' if of_ns else 'v2')
    if version not in VERSIONS:
        raise ViewError(f'version {version!r} is not one of {", ".join(VERSIONS)}')
    if of_ns != (version == 'SOL005'):
        raise ViewError(f'op-occ {op_occ["id"]} is of {"an NS" if of_ns else "a VNF"}: it has no view of version {version}')
    return _of_ns(op_occ, api_root) if of_ns else _of_vnf(op_occ, version, api_root)


def sol_operation(operation: str, version: str) -> str:
    """The LcmOperationType that an operation is, or is nearest to."""
    known = V2 if version == 'v2' else V1
    nearest = NEAREST.get(operation, operation)
    return nearest if nearest in known else 'MODIFY_INFO'


def _of_vnf(op_occ: Mapping[str, Any], version: str, api_root: str) -> dict[str, Any]:
    operation, changes = sol_operation(op_occ['operation'], version), op_occ.get('changes') or []
    given = op_occ.get('parameters') or {}
    vnfds = {one['id']: one.get('vnfd') or {} for one in op_occ.get('vnfs') or ()}
    vnfd = vnfds.get(op_occ['vnf_id'], {})
    common = _common(op_occ, version)
    place = f'vnflcm/{version}'
    return filled(
        **common, vnfInstanceId=op_occ['vnf_id'], grantId=op_occ.get('grant_id'), operation=operation,
        operationParams=params.operation_params(operation, op_occ, version) if 'parameters' in op_occ else None,
        resourceChanges=vnf_changes(changes, version, vnfd.get('id')),
        changedInfo={**_of_modified(given, vnfd), **params.changed_info(given, version)} if operation == 'MODIFY_INFO' else None,
        changedExtConnectivity=(changed_ext_connectivity(changes, op_occ.get('nets') or {}, version)
                                if operation == 'CHANGE_EXT_CONN' else None),
        modificationsTriggeredByVnfPkgChange=_of_package(vnfd) if operation == 'CHANGE_VNFPKG' else None,
        vnfSnapshotInfoId=((given.get('params') or {}).get('vnf_snapshot_info_id') or (given.get('params') or {}).get('name')
                           if operation in ('CREATE_SNAPSHOT', 'REVERT_TO_SNAPSHOT') else None),
        _links=_links(op_occ, api_root, place, 'vnf_lcm_op_occs',
                      {'vnfInstance': link(api_root, place, 'vnf_instances', op_occ['vnf_id'])}))


def _of_ns(op_occ: Mapping[str, Any], api_root: str) -> dict[str, Any]:
    operation = op_occ['operation'] if op_occ['operation'] in NS_OPERATIONS else 'UPDATE'
    common = _common(op_occ, 'v2')
    # SOL005 has no STARTING, and its own name for the time
    common['operationState'] = 'PROCESSING' if op_occ['state'] == 'STARTING' else op_occ['state']
    common['statusEnteredTime'] = common.pop('stateEnteredTime')
    return filled(
        **common, nsInstanceId=op_occ['ns_id'], lcmOperationType=operation,
        operationParams=params.plain_params(op_occ) if 'parameters' in op_occ else None,
        resourceChanges=ns_changes(op_occ),
        _links=_links(op_occ, api_root, 'nslcm/v2', 'ns_lcm_op_occs',
                      {'nsInstance': link(api_root, 'nslcm/v2', 'ns_instances', op_occ['ns_id'])}))


def _common(op_occ: Mapping[str, Any], version: str) -> dict[str, Any]:
    return {'id': op_occ['id'], 'operationState': op_occ['state'], 'stateEnteredTime': op_occ['state_entered_time'],
            'startTime': op_occ['start_time'], 'isAutomaticInvocation': bool(op_occ.get('automatic', False)),
            'isCancelPending': bool(op_occ.get('cancel_pending')),
            'cancelMode': op_occ.get('cancel_mode') if version != 'v1' and op_occ.get('cancel_pending') else None,
            'error': _error(op_occ, version) if op_occ['state'] in WITH_ERROR else None}


def _error(op_occ: Mapping[str, Any], version: str) -> dict[str, Any] | None:
    """The newest error, in full where the details have it: the fact's is cut to fit."""
    errors: Sequence[Mapping[str, Any]] = op_occ.get('errors') or ()
    found = errors[-1] if errors else op_occ.get('error')
    if not found:
        return None
    more = {'type': found.get('type'), 'instance': found.get('instance')} if version != 'v1' else {}
    return filled(title=found.get('title'), status=found['status'], detail=found['detail'], **more)


def _of_package(vnfd: Mapping[str, Any]) -> dict[str, Any]:
    values = {'vnfd_id': vnfd.get('id'), 'vnf_provider': vnfd.get('provider'), 'vnf_product_name': vnfd.get('product_name'),
              'vnf_software_version': vnfd.get('software_version'), 'vnfd_version': vnfd.get('version')}
    return {camel(key): values[key] for key in OF_PACKAGE if values[key]}


def _of_modified(given: Mapping[str, Any], vnfd: Mapping[str, Any]) -> dict[str, Any]:
    """What another VNFD brought with it, as long as the VNF is of that one."""
    return _of_package(vnfd) if vnfd and (given.get('params') or {}).get('vnfd_id') == vnfd.get('id') else {}


def _links(op_occ: Mapping[str, Any], api_root: str, place: str, kind: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """Links to the tasks too, each only where the op-occ's state takes it."""
    me = (place, kind, op_occ['id'])
    tasks = {task: link(api_root, *me, task) for task in TASKS if (op_occ['state'], task) in TRANSITIONS}
    granted = op_occ.get('grant_id')
    grant = {'grant': link(api_root, 'grant/v1/grants', granted)} if granted and op_occ['scope'] == 'vnf' else {}
    return {'self': link(api_root, *me), **of, **grant, **tasks}
