# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation was asked for, in SOL's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.fitting import without_secrets
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import camelled, filled

#: Parameters that a request has a place of its own for, by operation; all others are additionalParams.
PLACES = {
    'INSTANTIATE': ('flavour_id', 'instantiation_level_id', 'ext_virtual_links', 'ext_managed_virtual_links',
                    'localization_language', 'extensions', 'vnf_configurable_properties'),
    'TERMINATE': ('termination_type', 'graceful_termination_timeout'),
    'SCALE': ('type', 'aspect_id', 'number_of_steps'),
    'SCALE_TO_LEVEL': ('instantiation_level_id', 'scale_info'),
    'HEAL': ('cause', 'vnfc_instance_id'),
    'OPERATE': ('stop_type', 'graceful_stop_timeout', 'vnfc_instance_id'),
    'CHANGE_FLAVOUR': ('new_flavour_id', 'instantiation_level_id', 'ext_virtual_links', 'ext_managed_virtual_links'),
    'CHANGE_EXT_CONN': ('ext_virtual_links',),
    'CHANGE_VNFPKG': ('vnfd_id', 'ext_virtual_links', 'ext_managed_virtual_links'),
    'MODIFY_INFO': ('vnf_instance_name', 'vnf_instance_description', 'vnfd_id', 'vnf_configurable_properties', 'metadata',
                    'extensions', 'vim_connection_info', 'vnfc_info_modifications'),
    'CREATE_SNAPSHOT': ('vnf_snapshot_info_id', 'vnfc_instance_id'),
    'REVERT_TO_SNAPSHOT': ('vnf_snapshot_info_id', 'vnfc_instance_id'),
}
#: States that an operate can ask for and that leave the servers running.
STARTING = frozenset({'STARTED', 'RESTARTED'})
#: What narrows an operation down, which SOL has no place for.
SELECTION = ('vdu', 'count_index', 'max_unavailable')
VIMS = 'vimConnectionInfo'
INFO_V1 = ('vnf_instance_name', 'vnf_instance_description', 'metadata', 'vnf_pkg_id', 'vnfd_id', 'vnf_provider',
           'vnf_product_name', 'vnf_software_version', 'vnfd_version', 'vim_connection_info')
INFO_V2 = (*(name for name in INFO_V1 if name != 'vnf_pkg_id'), 'vnf_configurable_properties', 'extensions',
           'vnfc_info_modifications')


def operation_params(operation: str, op_occ: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The request of a VNF operation: SOL's own attributes, all else under additionalParams, no secret."""
    given = op_occ.get('parameters') or {}
    values = without_secrets(given.get('params') or {})
    own = {name: values.pop(name) for name in PLACES[operation] if name in values and _is_of_vnf(operation, given)}
    extra = {**values.pop('additional_params', {}), **values,
             **{name: given[name] for name in SELECTION if given.get(name) is not None}}
    return filled(**_with_vims({**_required(operation, op_occ, own), **camelled(own)}, version), additionalParams=extra)


def _with_vims(values: dict[str, Any], version: str) -> dict[str, Any]:
    """Attributes with vimConnectionInfo as a version has it: by id in v2, a list in v1."""
    vims = values.get(VIMS)
    if vims is None or version != 'v1':
        return values
    return {**values, VIMS: [{'id': name, **{key: value for key, value in one.items() if key != 'extra'}}
                             for name, one in vims.items()]}


def _is_of_vnf(operation: str, given: Mapping[str, Any]) -> bool:
    """Whether an operation's parameters are those of a VNF: what is told of its NS or of a VDU is not told of it."""
    return operation != 'MODIFY_INFO' or (given.get('vnf') is not None and given.get('vdu') is None)


def _required(operation: str, op_occ: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What a request must have and ours may have said in another way."""
    given = op_occ.get('parameters') or {}
    instance = [f'{given["vdu"]}/{given["count_index"]}'] if given.get('vdu') and given.get('count_index') is not None else None
    counts = op_occ.get('planned') or {}
    asked = given.get('params') or {}
    state = str(asked.get('state') or asked.get('change_state_to')).upper()
    kinds = {'SCALE': {'type': 'SCALE_IN' if counts.get('delete', 0) > counts.get('create', 0) else 'SCALE_OUT',
                       'aspectId': given.get('vdu')},
             'INSTANTIATE': {'flavourId': 'default'}, 'TERMINATE': {'terminationType': 'FORCEFUL'},
             **dict.fromkeys(('CREATE_SNAPSHOT', 'REVERT_TO_SNAPSHOT'), {'vnfSnapshotInfoId': asked.get('name')}),
             'CHANGE_VNFPKG': {'vnfdId': op_occ.get('vnf_name')}, 'HEAL': {'vnfcInstanceId': instance},
             'OPERATE': {'changeStateTo': 'STARTED' if state in STARTING else 'STOPPED', 'vnfcInstanceId': instance}}
    return {name: value for name, value in kinds.get(operation, {}).items() if value is not None}


def plain_params(op_occ: Mapping[str, Any]) -> dict[str, Any]:
    """The request of an NS operation: its parameters as they were given, no secret."""
    given = op_occ.get('parameters') or {}
    return {**without_secrets(given.get('params') or {}),
            **{name: given[name] for name in ('vnf', *SELECTION) if given.get(name) is not None}}


def changed_info(request: Mapping[str, Any], version: str) -> dict[str, Any]:
    """VnfInfoModifications: the attributes that were changed, and no others.

    ``vim_connection_info`` is a mapping by id in v2, a list in v1.

    :param request: the op-occ's ``parameters``.
    """
    if not _is_of_vnf('MODIFY_INFO', request):
        return {}
    given = request.get('params') or {}
    known = INFO_V2 if version == 'v2' else INFO_V1
    found = camelled({name: without_secrets(given[name]) for name in known if name in given})
    return filled(**_with_vims(found, version))
