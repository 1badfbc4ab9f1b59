# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOL's views of what operations really left: valid by the schemas, true about what changed, without a secret."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.nfv.mano.plugins.filter.sol_op_occ import FilterModule as OpOccFilter
from ansible_collections.nfv.mano.plugins.filter.sol_vnf_instance import FilterModule as VnfFilter
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import STATES, TRANSITIONS
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).resolve().parents[1] / 'op_occ' / 'schemas'
sol_op_occ = OpOccFilter().filters()['sol_op_occ']
sol_vnf_instance = VnfFilter().filters()['sol_vnf_instance']
OPERATIONS = ('INSTANTIATE', 'SCALE', 'SCALE_TO_LEVEL', 'CHANGE_FLAVOUR', 'TERMINATE', 'HEAL', 'OPERATE', 'CHANGE_EXT_CONN',
              'MODIFY_INFO', 'CREATE_SNAPSHOT', 'REVERT_TO_SNAPSHOT', 'CHANGE_VNFPKG', 'UPDATE', 'REBUILD', 'MIGRATE', 'EVACUATE',
              'DRAIN', 'DELETE_SNAPSHOT', 'RECONCILE')
#: What a request of an operation must have by SOL, in our words.
ASKED = {'CHANGE_FLAVOUR': {'new_flavour_id': 'big'}, 'CHANGE_EXT_CONN': {'ext_virtual_links': [{'id': 'n', 'ext_cps': []}]},
         'CREATE_SNAPSHOT': {'vnf_snapshot_info_id': 's'}, 'REVERT_TO_SNAPSHOT': {'vnf_snapshot_info_id': 's'},
         'SCALE': {'type': 'SCALE_IN', 'aspect_id': 'front', 'number_of_steps': 2}, 'OPERATE': {'change_state_to': 'PAUSED'},
         'MODIFY_INFO': {'vnf_instance_name': 'new', 'vnf_instance_description': 'text', 'metadata': {'a_b': 'c'},
                         'extensions': {'x_y': 1}, 'vnf_configurable_properties': {'is_autoheal_enabled': True}, 'vnfd_id': 'd',
                         'vnfc_info_modifications': [{'id': 'front/0', 'vnfc_configurable_properties': {}}],
                         'vim_connection_info': {'default': {'vim_type': 'T', 'vim_id': 'v', 'extra': {'k_l': 1}}}}}
VNFD = {'id': 'vnfd-1', 'provider': 'acme', 'product_name': 'web', 'software_version': '2.0', 'version': '1.1'}


@functools.cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f'{name}.json').read_text(encoding='utf-8'))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def valid(name: str, view: dict[str, Any]) -> dict[str, Any]:
    """The view, once it has been found valid by a schema."""
    errors = [f'{error.json_path}: {error.message}' for error in validator(name).iter_errors(view)]
    assert not errors, '\n'.join(errors)
    return view


def service(count: int = 2, **vdu: Any) -> dict[str, Any]:
    """A document with a virtual link inside, an own and a foreign one outside, a volume, and an origin."""
    made = wanted(count, volumes=[{'name': 'logs', 'size_gib': 1}], **vdu)
    vnf = made['vnfs'][0]
    vnf.update(vnfd=VNFD, description='front ends', virtual_links=[{'name': 'internal', 'subnets': [{'cidr': '10.2.0.0/16'}]}])
    vnf['vdus'][0]['interfaces'].append({'name': 'eth2', 'virtual_link': 'web/internal'})
    return made


def op_occs(site: Site, **filters: Any) -> list[dict[str, Any]]:
    """Op-occs as op_occ_info gives them to a playbook, newest first."""
    asked = {'ns': 'edge1', 'op_occ': None, 'limit': None, **filters}
    return json.loads(json.dumps(views.list_op_occs(site.store, details=True, **asked)))


def newest(site: Site, version: str = 'v2') -> dict[str, Any]:
    """The newest op-occ of the VNF."""
    return valid(f'vnf_lcm_op_occ_{version}', sol_op_occ(op_occs(site, scope='vnf')[0], version))


def every_view(site: Site) -> Iterator[dict[str, Any]]:
    for one in op_occs(site):
        if one['scope'] == 'ns':
            yield valid('ns_lcm_op_occ', sol_op_occ(one))
        else:
            yield valid('vnf_lcm_op_occ_v1', sol_op_occ(one, 'v1'))
            yield valid('vnf_lcm_op_occ_v2', sol_op_occ(one, version='v2', api_root='https://mano.example.com/'))


def instance(site: Site, version: str = 'v2') -> dict[str, Any]:
    ns = json.loads(json.dumps(views.ns_view(site.store, site.ns())))
    return valid(f'vnf_instance_{version}', sol_vnf_instance(ns, 'web', version))


def by_change(view: dict[str, Any], name: str) -> dict[str, list[str]]:
    """Change type -> ids of one of the affected lists."""
    found: dict[str, list[str]] = {}
    for one in view.get('resourceChanges', {}).get(name, ()):
        found.setdefault(one['changeType'], []).append(one['id'])
    return {change: sorted(ids) for change, ids in found.items()}


def test_an_instantiate_added_all_that_is_there(site: Site) -> None:
    site.apply('instantiate', document=service())
    ids, view = site.vim.ids(), newest(site)
    assert by_change(view, 'affectedVnfcs') == {'ADDED': sorted(ids['servers'])}
    internal = next(one for one in site.vim.networks.values() if one.name.endswith('internal'))
    assert by_change(view, 'affectedVirtualLinks') == {'ADDED': [internal.id]}
    inside = {port.id for port in site.vim.ports.values() if port.network_id == internal.id}
    assert set(view['resourceChanges']['affectedVirtualLinks'][0]['vnfLinkPortIds']) == inside
    assert by_change(view, 'affectedExtLinkPorts') == {'ADDED': sorted(ids['ports'] - inside)}
    assert by_change(view, 'affectedVirtualStorages') == {'ADDED': sorted(site.vim.disks.rows)}
    first = view['resourceChanges']['affectedVnfcs'][0]
    assert first['affectedVnfcCpIds'] in ([f'front/{index}/eth{place}' for place in range(3)] for index in range(2))
    assert (first['vnfdId'], len(first['addedStorageResourceIds'])) == ('vnfd-1', 1)
    assert view['operationParams'] == {'flavourId': 'default'}
    assert 'affectedExtLinkPorts' not in newest(site, 'v1')['resourceChanges']


@pytest.mark.parametrize('then', [None, 'fail', 'rollback', 'retry'])
def test_what_a_failed_scale_made_is_told_whatever_becomes_of_it(site: Site, then: str | None) -> None:
    site.apply('instantiate', document=service())
    before = {**site.vim.ids(), 'volumes': set(site.vim.disks.rows)}
    site.failing('create_server', lambda spec: spec['name'].endswith('-3'))
    site.fails('scale', params={'count': 4}, vdu='front')
    made = {key: sorted(ids - before[key]) for key, ids in {**site.vim.ids(), 'volumes': set(site.vim.disks.rows)}.items()}
    site.mended()
    if then == 'fail':
        views.close(site.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
    elif then:
        site.apply(then)
    view = newest(site)
    state = {None: 'FAILED_TEMP', 'fail': 'FAILED', 'rollback': 'ROLLED_BACK', 'retry': 'COMPLETED'}[then]
    assert view['operationState'] == state
    change = 'TEMPORARY' if then == 'rollback' else 'ADDED'
    added = sorted(site.vim.ids()['servers'] - before['servers']) if then == 'retry' else made['servers']
    assert by_change(view, 'affectedVnfcs') == {change: added}
    assert by_change(view, 'affectedVirtualStorages') == {change: made['volumes']}
    if then != 'rollback':
        assert set(by_change(view, 'affectedExtLinkPorts')['ADDED']) < set(made['ports'])
        assert by_change(view, 'affectedVirtualLinks').keys() == {'LINK_PORT_ADDED'}
    assert ('error' in view) == (then != 'retry')
    assert view['operationParams']['type'] == 'SCALE_OUT'
    whole = valid('ns_lcm_op_occ', sol_op_occ(op_occs(site, scope='ns')[0]))
    assert whole['resourceChanges']['affectedVnfs'][0]['changeType'] == 'SCALE'


def test_a_heal_removes_one_server_and_adds_another_on_the_same_ports(site: Site) -> None:
    site.apply('instantiate', document=service())
    before = site.vim.ids()
    for key, one in site.vim.servers.items():
        if one.name.endswith('-1'):
            site.vim.servers[key] = one._replace(status='ERROR')
    site.apply('heal', vdu='front', count_index=1, params={'cause': 'alarm', 'root': 'keep'}, accept_data_loss=True)
    now, view = site.vim.ids(), newest(site)
    assert by_change(view, 'affectedVnfcs') == {'ADDED': sorted(now['servers'] - before['servers']),
                                                'REMOVED': sorted(before['servers'] - now['servers'])}
    assert view['resourceChanges'].keys() == {'affectedVnfcs'}
    assert view['operationParams'] == {'cause': 'alarm', 'vnfcInstanceId': ['front/1'], 'additionalParams': {
        'root': 'keep', 'vdu': 'front', 'count_index': 1}}


def test_changes_in_place_and_a_scale_in(site: Site) -> None:
    site.apply('instantiate', document=service(3))
    gone = {key: one.id for key, one in site.vim.servers.items() if one.name.endswith('-2')}
    site.apply('scale', params={'count': 2}, vdu='front')
    view = newest(site)
    assert by_change(view, 'affectedVnfcs') == {'REMOVED': sorted(gone.values())}
    assert by_change(view, 'affectedVirtualLinks').keys() == {'LINK_PORT_REMOVED'}
    assert (view['operationParams']['type'], view['operationParams']['additionalParams']['count']) == ('SCALE_IN', 2)
    site.apply('update', document=service(2, metadata={'tier': 'edge'}))
    view = newest(site)
    assert (view['operation'], newest(site, 'v1')['operation']) == ('CHANGE_VNFPKG', 'MODIFY_INFO')
    assert view['modificationsTriggeredByVnfPkgChange'] == {
        'vnfdId': 'vnfd-1', 'vnfProvider': 'acme', 'vnfProductName': 'web', 'vnfSoftwareVersion': '2.0', 'vnfdVersion': '1.1'}
    assert by_change(view, 'affectedVnfcs').keys() == {'MODIFIED'}


def test_every_view_of_a_whole_life_is_valid(site: Site) -> None:
    site.apply('instantiate', document=service())
    open_then = instance(site)
    site.apply('operate', params={'state': 'STOPPED'})
    stopped = instance(site)
    site.failing('delete_server')
    site.fails('terminate')
    during = instance(site)
    site.mended()
    site.apply('retry')
    assert len(list(every_view(site))) == 9
    assert len(open_then['instantiatedVnfInfo']['vnfcResourceInfo']) == 2
    assert open_then['_links'].keys() == {'self', 'terminate', 'scale', 'scaleToLevel', 'heal', 'operate', 'changeExtConn',
                                          'changeFlavour', 'changeCurrentVnfPackage', 'createSnapshot', 'revertToSnapshot'}
    assert stopped['instantiatedVnfInfo']['vnfState'] == 'STOPPED'
    assert during['_links'].keys() == {'self'}
    gone = instance(site, 'v1')
    assert (gone['instantiationState'], gone['_links'].keys()) == ('NOT_INSTANTIATED', {'self', 'instantiate'})


def synthetic(operation: str, state: str, scope: str, **more: Any) -> dict[str, Any]:
    """An op-occ as op_occ_info shows it, with all that it can tell."""
    port = {'id': 'port-1', 'net': 'net:mgmt', 'network_id': 'net-1', 'mac_address': 'fa:16:3e:00:00:01',
            'ip_addresses': ['10.1.0.5', 'fd00::5']}
    common = {'item': 'vdu:web/front/0', 'vnf': 'web', 'vim': 'default', 'server': 'server-1', 'change': 'ADDED'}
    of_scope = {'vnf_id': 'vnf-1', 'vnf_name': 'web'} if scope == 'vnf' else {}
    return {'id': 'op-1', 'ns_id': 'ns-1', 'scope': scope, 'operation': operation, 'state': state, **of_scope,
            'start_time': '2026-11-21T08:00:00.000000Z', 'state_entered_time': '2026-11-21T08:01:00.000000Z',
            'error': {'title': 't', 'status': 500, 'detail': 'cut...', 'type': 'about:blank', 'instance': None},
            'errors': [{'title': 'first', 'status': 500, 'detail': 'd', 'time': 'x', 'attempt': 1, 'trigger': 'failed'},
                       {'title': 'last', 'status': 409, 'detail': 'whole', 'type': 'about:blank', 'instance': 'op_occ/op-1'}],
            'cancel_pending': state in ('PROCESSING', 'ROLLING_BACK'), 'cancel_mode': 'GRACEFUL', 'grant_id': 'grant-1',
            'parameters': {'params': {**ASKED.get(operation, {}), 'secret_params': {'token': 'canary'}},
                           **({'vnf': 'web'} if operation == 'MODIFY_INFO' else {'vdu': 'front'})},
            'planned': {'create': 1}, 'vnfs': [{'id': 'vnf-1', 'name': 'web', 'vnfd': VNFD}],
            'nets': {'net:mgmt': {'subnets': [{'id': 'subnet-1', 'cidr': '10.1.0.0/24'}]}},
            'changes': [{**common, 'kind': 'port', 'name': 'eth0', 'id': 'port-1', 'entry': port},
                        {**common, 'kind': 'volume', 'name': 'logs', 'id': 'vol-1', 'entry': {}}], **more}


@pytest.mark.parametrize('operation', OPERATIONS)
def test_every_operation_in_every_state_is_valid_and_links_to_what_its_state_takes(operation: str) -> None:
    for state, version in itertools.product(STATES, ('v1', 'v2')):
        view = valid(f'vnf_lcm_op_occ_{version}', sol_op_occ(synthetic(operation, state, 'vnf'), version))
        tasks = {task for task in ('cancel', 'retry', 'rollback', 'fail') if (state, task) in TRANSITIONS}
        assert view['_links'].keys() - {'self', 'vnfInstance', 'grant'} == tasks
        assert 'canary' not in json.dumps(view)
        assert ('cancelMode' in view) == (view['isCancelPending'] and version == 'v2')
        if state in ('FAILED_TEMP', 'FAILED', 'ROLLED_BACK'):
            assert view['error']['detail'] == 'whole'
    for state in STATES:
        assert 'canary' not in json.dumps(valid('ns_lcm_op_occ', sol_op_occ(synthetic(operation, state, 'ns'))))


def test_a_vnfc_of_which_only_a_port_and_a_volume_changed_is_modified() -> None:
    [vnfc] = sol_op_occ(synthetic('CHANGE_EXT_CONN', 'COMPLETED', 'vnf'))['resourceChanges']['affectedVnfcs']
    assert (vnfc['id'], vnfc['changeType'], vnfc['addedStorageResourceIds']) == ('server-1', 'MODIFIED', ['vol-1'])
    assert vnfc['affectedVnfcCpIds'] == ['front/0/eth0']


def named(schema: Any, path: str = '') -> Iterator[str]:
    """Every attribute of a schema, by its path."""
    if isinstance(schema, dict):
        for name, one in schema.get('properties', {}).items():
            yield f'{path}{name}'
            yield from named(one, f'{path}{name}.')
        for key in ('items', 'additionalProperties'):
            yield from named(schema.get(key), path)


def seen(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from seen(one)
    if isinstance(value, list):
        for one in value:
            yield from seen(one)


@pytest.mark.parametrize(('version', 'without'), [
    # What a grant would bring, what is not said of addresses, and links to what is not there
    ('v1', set()),
    ('v2', {'zoneId', 'resourceDefinitionId', 'resourceProviderId', 'parentCpConfigId', 'segmentationId', 'addressRange',
            'minAddress', 'maxAddress', 'numDynamicAddresses', 'vnfSnapshot'})])
def test_every_attribute_of_the_tables_is_filled(site: Site, version: str, without: set[str]) -> None:
    schema = json.loads((SCHEMAS / f'vnf_lcm_op_occ_{version}.json').read_text(encoding='utf-8'))
    attributes = {path.rpartition('.')[2] for part in (schema, *schema['$defs'].values()) for path in named(part)}
    site.apply('instantiate', document=service())
    site.apply('scale', params={'count': 1}, vdu='front')
    found = set(seen(sol_op_occ(op_occs(site, scope='vnf')[0], version)))
    for operation in OPERATIONS:
        for state in STATES:
            found |= set(seen(sol_op_occ(synthetic(operation, state, 'vnf'), version)))
    assert attributes - found == without | ({'interfaceInfo', 'accessInfo', 'vnfPkgId', 'vnfProvider', 'vnfProductName',
                                             'vnfSoftwareVersion', 'vnfdVersion'} if version == 'v1' else
                                            {'interfaceInfo', 'accessInfo'})


def test_without_details_a_view_is_short(site: Site) -> None:
    site.apply('instantiate', document=service())
    for one in views.list_op_occs(site.store, ns=None, op_occ=None, limit=None):
        view = valid('ns_lcm_op_occ' if one['scope'] == 'ns' else 'vnf_lcm_op_occ_v2', sol_op_occ(one))
        assert not view.keys() & {'operationParams', 'resourceChanges', 'error'}


@pytest.mark.parametrize(('arguments', 'told'), [
    (({'id': 'x'},), 'it has no scope, state'), ((['no mapping'],), 'no op-occ'),
    ((synthetic('HEAL', 'COMPLETED', 'vnf'), 'v3'), "version 'v3' is not one of v1, v2, SOL005"),
    ((synthetic('HEAL', 'COMPLETED', 'ns'), 'v2'), 'op-occ op-1 is of an NS: it has no view of version v2'),
    ((synthetic('HEAL', 'COMPLETED', 'vnf'), 'SOL005'), 'is of a VNF')])
def test_what_is_no_op_occ_is_refused(arguments: tuple[Any, ...], told: str) -> None:
    with pytest.raises(AnsibleFilterError, match=told):
        sol_op_occ(*arguments)


def test_what_is_no_vnf_is_refused(site: Site) -> None:
    site.apply('instantiate', document=service())
    ns = views.ns_view(site.store, site.ns())
    assert sol_vnf_instance(ns, ns['vnfs']['web'])['id'] == ns['vnfs']['web']
    for arguments, told in (((ns, 'db'), 'there are: web'), ((ns, 'web', 'v3'), 'not one of v1, v2'),
                            (({}, 'web'), 'no network')):
        with pytest.raises(AnsibleFilterError, match=told):
            sol_vnf_instance(*arguments)


def test_a_vnf_of_a_document_without_an_origin_is_valid_too(site: Site) -> None:
    site.apply('instantiate', document=wanted())
    for version in ('v1', 'v2'):
        view = instance(site, version)
        assert (view['vnfdId'], view['vnfInstanceName']) == ('web', 'edge1/web')
