# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VNF instances made and changed through the front, with the playbook's part done by the engine on a VIM in memory."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close_dead
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, LINKS, Client, vnfd
from ansible_collections.nfv.mano.tests.unit.plan.world import network

FORCEFUL = {'terminationType': 'FORCEFUL'}


@pytest.fixture
def vnf(client: Client) -> str:
    """An instantiated VNF."""
    vnf_id = client.create(vnfInstanceName='one')
    client.done(vnf_id, 'instantiate', INSTANTIATE)
    return vnf_id


def servers(client: Client) -> set[str]:
    return set(client.site.vim.servers)


@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_the_whole_life(client: Client, version: str) -> None:
    asked = {'vnfdId': 'web-1.0', 'vnfInstanceName': 'a {{ name }}', 'vnfInstanceDescription': '$(text)', 'metadata': {'k': 'v'}}
    made = client.good('POST', 'vnf_instances', asked, 201, version)
    vnf_id = made.body['id']
    assert made.headers['Location'] == made.body['_links']['self']['href']
    view = client.vnf(vnf_id, version)
    assert (view['vnfInstanceName'], view['vnfdId'], view['vnfProvider'], view['vnfProductName'], view['vnfSoftwareVersion'],
            view['metadata'], view['instantiationState']) == ('a {{ name }}', 'web-1.0', 'acme', 'web server', '7', {'k': 'v'},
                                                              'NOT_INSTANTIATED')
    assert set(view['_links']) == {'self', 'instantiate'}
    op_occ = client.done(vnf_id, 'instantiate', INSTANTIATE, version)
    assert op_occ['operation'] == 'INSTANTIATE' and len(op_occ['resourceChanges']['affectedVnfcs']) == 1
    view = client.vnf(vnf_id, version)
    assert (view['vnfInstanceName'], view['vnfInstanceDescription'], view['metadata'], view['instantiationState']) == (
        'a {{ name }}', '$(text)', {'k': 'v'}, 'INSTANTIATED')
    op_occ = client.done(vnf_id, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts', 'numberOfSteps': 2}, version)
    assert op_occ['operationParams']['numberOfSteps'] == 2
    assert len(servers(client)) == 3
    info = client.vnf(vnf_id, version)['instantiatedVnfInfo']
    more = {'vnfdId': 'web-1.0'} if version == 'v2' else {}
    assert (info['flavourId'], info['scaleStatus'], info['maxScaleLevels']) == (
        'default-df', [{'aspectId': 'fronts', **more, 'scaleLevel': 2}], [{'aspectId': 'fronts', **more, 'scaleLevel': 3}])
    assert client.done(vnf_id, 'scale_to_level', {'scaleInfo': [{'aspectId': 'fronts', 'scaleLevel': 1}]}, version)[
        'operation'] == 'SCALE_TO_LEVEL'
    assert len(servers(client)) == 2
    before = servers(client)
    client.done(vnf_id, 'heal', {'vnfcInstanceId': ['front/1'], 'cause': 'it is {{ old }}'}, version)
    assert len(before & servers(client)) == 1 and len(servers(client)) == 2
    client.done(vnf_id, 'operate', {'changeStateTo': 'STOPPED', 'stopType': 'FORCEFUL'}, version)
    assert client.vnf(vnf_id, version)['instantiatedVnfInfo']['vnfState'] == 'STOPPED'
    client.done(vnf_id, 'terminate', FORCEFUL, version)
    assert not servers(client)
    view = client.vnf(vnf_id, version)
    assert (view['instantiationState'], view['vnfInstanceName'], view['vnfdId']) == (
        'NOT_INSTANTIATED', 'a {{ name }}', 'web-1.0')
    client.good('DELETE', f'vnf_instances/{vnf_id}', status=204, version=version)
    assert client.call('GET', f'vnf_instances/{vnf_id}', version=version).status == 404


def test_at_a_level_on_another_cloud_with_addresses(client: Client) -> None:
    vnf_id = client.create()
    config = {f'c{number}': {'cpProtocolData': [{'layerProtocol': 'IP_OVER_ETHERNET', 'ipOverEthernet': {
        'ipAddresses': [{'type': 'IPV4', 'fixedAddresses': [f'10.10.0.{number + 50}']}]}}]} for number in range(3)}
    client.site.vim.networks['net-own'] = network('own', '10.10.0.0/16')
    links = [{'id': 'mgmt', 'resourceId': 'own', 'extCps': [{'cpdId': 'outside', 'cpConfig': config}]}]
    client.done(vnf_id, 'instantiate', {**INSTANTIATE, 'extVirtualLinks': links, 'instantiationLevelId': 'large',
                                        'vimConnectionInfo': {'v': {'vimType': 'x', 'vimId': 'other',
                                                                    'accessInfo': {'password': 'canary'}}}})
    document = client.site.store.all('ns')[0]['document']
    assert document['vims']['default']['cloud'] == 'other' and document['vnfs'][0]['vdus'][0]['count'] == 3
    addresses = {port.fixed_ips[0][1] for port in client.site.vim.ports.values()}
    assert addresses == {'10.10.0.50', '10.10.0.51', '10.10.0.52'}
    assert not any(b'canary' in content for content in client.site.files().values())


def test_another_package_and_other_networks(client: Client, vnf: str) -> None:
    op_occ = client.done(vnf, 'change_vnfpkg', {'vnfdId': 'web-2.0'})
    assert op_occ['operation'] == 'CHANGE_VNFPKG'
    assert client.vnf(vnf)['vnfdId'] == 'web-2.0'
    links = [{'id': 'second', 'resourceId': 'shared', 'extCps': [{'cpdId': 'outside'}]}]
    assert client.done(vnf, 'change_ext_conn', {'extVirtualLinks': links})['operation'] == 'CHANGE_EXT_CONN'
    client.done(vnf, 'terminate', FORCEFUL)
    assert client.vnf(vnf)['vnfdId'] == 'web-2.0'


def test_snapshots(client: Client, vnf: str) -> None:
    asked = {'vnfSnapshotInfoId': 'monday'}
    op_occ = client.done(vnf, 'create_snapshot', asked)
    assert (op_occ['operation'], op_occ['vnfSnapshotInfoId'], op_occ['operationParams']) == ('CREATE_SNAPSHOT', 'monday', asked)
    assert client.site.vim.images
    op_occ = client.done(vnf, 'revert_to_snapshot', asked)
    assert (op_occ['operation'], op_occ['vnfSnapshotInfoId']) == ('REVERT_TO_SNAPSHOT', 'monday')


def test_another_deployment_flavour(client: Client, vnf: str) -> None:
    whole = vnfd()
    [df] = whole['vnfd']['df']
    level = {**df['instantiation-level'][1], 'id': 'only'}
    whole['vnfd']['df'].append({**df, 'id': 'big-df', 'instantiation-level': [level]})
    (client.folder / 'web-1.0' / 'vnfd.yaml').write_text(json.dumps(whole), encoding='utf-8')
    op_occ = client.done(vnf, 'change_flavour', {'newFlavourId': 'big-df'})
    assert (op_occ['operation'], op_occ['operationParams']['newFlavourId']) == ('CHANGE_FLAVOUR', 'big-df')
    assert client.vnf(vnf)['instantiatedVnfInfo']['flavourId'] == 'big-df' and len(servers(client)) == 3


def test_told_of_before_and_after_it_is_instantiated(client: Client) -> None:
    vnf_id = client.create(metadata={'a': '1', 'b': '2'})
    answer = client.good('PATCH', f'vnf_instances/{vnf_id}', {'vnfInstanceName': 'new', 'metadata': {'a': None}}, 202)
    assert answer.event is None
    op_occ = client.op_occ(answer.headers['Location'])
    assert (op_occ['operation'], op_occ['operationState'], op_occ['changedInfo']['vnfInstanceName']) == (
        'MODIFY_INFO', 'COMPLETED', 'new')
    assert (client.vnf(vnf_id)['vnfInstanceName'], client.vnf(vnf_id)['metadata']) == ('new', {'b': '2'})
    client.done(vnf_id, 'instantiate', INSTANTIATE)
    answer = client.good('PATCH', f'vnf_instances/{vnf_id}', {'vnfInstanceDescription': 'text'}, 202,
                         content_type='application/merge-patch+json')
    assert answer.event is not None
    assert client.op_occ(answer.headers['Location'])['operationState'] == 'PROCESSING'
    client.carry_out(answer.event['nfv'])
    assert client.op_occ(answer.headers['Location'])['operationState'] == 'COMPLETED'
    assert (client.vnf(vnf_id)['vnfInstanceName'], client.vnf(vnf_id)['vnfInstanceDescription']) == ('new', 'text')


@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_where_to_and_of_what_it_is_to_be_before_it_is_instantiated(client: Client, version: str) -> None:
    def vims(**named: Any) -> Any:
        return named if version == 'v2' else [{'id': key, **one} for key, one in named.items()]

    def patch(status: int, **body: Any) -> Any:
        return client.good('PATCH', f'vnf_instances/{vnf_id}', body, status, version)
    vnf_id = client.create()
    answer = patch(202, vnfdId='web-2.0', vimConnectionInfo=vims(v={'vimId': 'other', 'vimType': 'x'}))
    op_occ = client.op_occ(answer.headers['Location'], version)
    assert op_occ['operationState'] == 'COMPLETED' and op_occ['changedInfo'] == {
        'vnfdId': 'web-2.0', 'vnfProvider': 'acme', 'vnfProductName': 'web server', 'vnfSoftwareVersion': '7',
        'vnfdVersion': '2.0', 'vimConnectionInfo': vims(v={'vimId': 'other', 'vimType': 'x'})}
    assert op_occ['operationParams'] == {'vnfdId': 'web-2.0', 'vimConnectionInfo': vims(v={'vimId': 'other', 'vimType': 'x'})}
    view = client.vnf(vnf_id, version)
    assert (view['vnfdId'], view['vimConnectionInfo']) == ('web-2.0', vims(v={'vimId': 'other', 'vimType': 'x'}))
    before = client.site.files()
    patch(422, vnfdId='none')
    patch(422, vimConnectionInfo=vims(v={'vimId': 'none'}))
    patch(422, vimConnectionInfo=vims(v={'accessInfo': {'password': 'canary'}}))
    patch(422, vimConnectionInfo=vims(w={'vimId': 'cloud'}))
    assert client.site.files() == before
    client.done(vnf_id, 'instantiate', INSTANTIATE, version)
    view = client.vnf(vnf_id, version)
    assert view['vnfdId'] == 'web-2.0' and 'other' in json.dumps(view['vimConnectionInfo'])
    # What it is instantiated from and on stays for as long as it is
    patch(409, vnfdId='web-1.0')
    patch(409, vimConnectionInfo=vims(default={'vimId': 'cloud'}))
    location = patch(202, vnfdId='web-2.0', vimConnectionInfo=vims(default={'vimId': 'other'})).headers['Location']
    assert client.op_occ(location, version)['operationState'] == 'COMPLETED'
    client.done(vnf_id, 'terminate', FORCEFUL, version)
    assert client.vnf(vnf_id, version)['vimConnectionInfo'] == vims(v={'vimId': 'other', 'vimType': 'x'})
    if version == 'v2':
        patch(202, vimConnectionInfo={'v': None})
        assert 'vimConnectionInfo' not in client.vnf(vnf_id)


def test_it_stays_on_its_vim(client: Client) -> None:
    vnf_id = client.create()
    vims = {'v': {'vimType': 'x', 'vimId': 'other'}}
    client.done(vnf_id, 'instantiate', {**INSTANTIATE, 'vimConnectionInfo': vims})
    client.done(vnf_id, 'change_vnfpkg', {'vnfdId': 'web-2.0'})
    assert client.site.store.all('ns')[0]['document']['vims']['default']['cloud'] == 'other'
    vims['v']['vimId'] = 'cloud'
    body = {'vnfdId': 'web-1.0', 'vimConnectionInfo': vims}
    assert client.call('POST', f'vnf_instances/{vnf_id}/change_vnfpkg', body).status == 409


def test_a_change_of_what_was_changed_meanwhile(client: Client, vnf: str) -> None:
    tag = client.good('GET', f'vnf_instances/{vnf}').headers['ETag']
    client.carry_out(client.good('PATCH', f'vnf_instances/{vnf}', {'vnfInstanceName': 'x'}, 202, if_match=tag).event['nfv'])
    assert client.call('PATCH', f'vnf_instances/{vnf}', {'vnfInstanceName': 'y'}, if_match=tag).status == 412
    tag = client.good('GET', f'vnf_instances/{vnf}').headers['ETag']
    client.good('PATCH', f'vnf_instances/{vnf}', {'vnfInstanceName': 'y'}, 202, if_match=tag)


@pytest.mark.parametrize(('task', 'body', 'status'), [
    ('instantiate', INSTANTIATE, 409), ('scale', {}, 400), ('scale', {'type': 'SCALE_OUT'}, 400),
    ('scale', {'type': 'SCALE_UP', 'aspectId': 'fronts'}, 400), ('scale', {'type': 'SCALE_OUT', 'aspectId': 'none'}, 422),
    ('scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts', 'numberOfSteps': 0}, 400),
    ('scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts', 'numberOfSteps': 9}, 422),
    ('scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts', 'number_of_steps': 1}, 400),
    ('scale_to_level', {}, 400), ('heal', {'vnfcInstanceId': ['none']}, 422), ('heal', {'vnfcInstanceId': 'front/0'}, 400),
    ('operate', {'changeStateTo': 'PAUSED'}, 400), ('terminate', {'terminationType': 'NICE'}, 400),
    ('terminate', {'terminationType': 'FORCEFUL', 'gracefulTerminationTimeout': 3}, 422),
    ('change_ext_conn', {'extVirtualLinks': []}, 400), ('change_vnfpkg', {'vnfdId': 'none'}, 422),
    ('change_ext_conn', {'extVirtualLinks': [{'id': 'x', 'resourceId': 'y', 'extCps': [{'cpdId': 'none'}]}]}, 422),
    ('change_flavour', {'newFlavourId': 'none'}, 422), ('create_snapshot', {}, 400),
    ('revert_to_snapshot', {'vnfSnapshotInfoId': 'none'}, 422), ('create_snapshot', {'vnfSnapshotInfoId': '../x'}, 422)])
def test_a_task_that_is_refused_leaves_no_op_occ(client: Client, vnf: str, task: str, body: dict[str, Any], status: int) -> None:
    before = client.site.files()
    assert client.call('POST', f'vnf_instances/{vnf}/{task}', body).status == status
    assert client.site.files() == before


@pytest.mark.parametrize('body', [
    {**INSTANTIATE, 'flavourId': 'none'}, {**INSTANTIATE, 'instantiationLevelId': 'none'}, {'flavourId': 'default-df'},
    {**INSTANTIATE, 'extVirtualLinks': [{**LINKS[0], 'extCps': [{'cpdId': 'none'}]}]},
    {**INSTANTIATE, 'extVirtualLinks': [{**LINKS[0], 'id': '../../etc'}]},
    {**INSTANTIATE, 'vimConnectionInfo': {'v': {'vimType': 'x', 'vimId': 'none'}}},
    {**INSTANTIATE, 'extManagedVirtualLinks': [{'id': 'a', 'vnfVirtualLinkDescId': 'none', 'resourceId': 'b'}]}])
def test_an_instantiation_that_makes_no_sense(client: Client, body: dict[str, Any]) -> None:
    vnf_id = client.create()
    assert client.call('POST', f'vnf_instances/{vnf_id}/instantiate', body).status == 422
    assert not OpOccs(client.site.store).list()


def test_what_is_not_instantiated_takes_no_other_task(client: Client) -> None:
    vnf_id = client.create()
    assert client.call('POST', f'vnf_instances/{vnf_id}/terminate', FORCEFUL).status == 409
    assert client.call('POST', f'vnf_instances/{vnf_id}/create_snapshot', {'vnfSnapshotInfoId': 'x'}, 'v1').status == 404


def test_one_operation_at_a_time(client: Client, vnf: str) -> None:
    location, event = client.ask(vnf, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    assert client.call('POST', f'vnf_instances/{vnf}/terminate', FORCEFUL).status == 409
    assert client.call('DELETE', f'vnf_instances/{vnf}').status == 409
    assert client.call('PATCH', f'vnf_instances/{vnf}', {'vnfInstanceName': 'x'}).status == 409
    assert client.vnf(vnf)['_links'].keys() == {'self'}
    with pytest.raises(OpOccError) as caught:
        client.site.apply('terminate', ns=event['ns'])
    assert 'waits for its playbook' in caught.value.problem.title
    client.carry_out(event)
    with pytest.raises(OpOccError) as caught:
        client.carry_out(event)
    assert caught.value.problem.status == 409
    assert client.op_occ(location)['operationState'] == 'COMPLETED' and len(servers(client)) == 2
    with NsLock(client.site.store, event['ns']):
        assert client.call('POST', f'vnf_instances/{vnf}/terminate', FORCEFUL).status == 409


def test_failed_and_retried_rolled_back_given_up(client: Client) -> None:
    vnf_id = client.create()
    client.site.failing('create_server')
    location, event = client.ask(vnf_id, 'instantiate', INSTANTIATE)
    path = f'vnf_lcm_op_occs/{location.rpartition("/")[2]}'
    with pytest.raises(OpOccError):
        client.carry_out(event)
    op_occ = client.op_occ(location)
    assert op_occ['operationState'] == 'FAILED_TEMP' and {'retry', 'rollback', 'fail'} <= op_occ['_links'].keys()
    assert client.call('POST', f'vnf_instances/{vnf_id}/instantiate', INSTANTIATE).status == 409
    assert client.call('POST', f'{path}/cancel', {'cancelMode': 'FORCEFUL'}).status == 409
    again = client.good('POST', f'{path}/retry', status=202).event
    assert again is not None and again['nfv']['verb'] == 'retry'
    assert client.call('POST', f'{path}/rollback').status == 409
    with pytest.raises(OpOccError):
        client.carry_out(again['nfv'])
    client.site.mended()
    back = client.good('POST', f'{path}/rollback', status=202).event
    assert back is not None
    client.carry_out(back['nfv'])
    assert client.op_occ(location)['operationState'] == 'ROLLED_BACK' and not client.site.vim.ports
    client.site.failing('create_server')
    location, event = client.ask(vnf_id, 'instantiate', INSTANTIATE)
    with pytest.raises(OpOccError):
        client.carry_out(event)
    failed = client.good('POST', f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/fail').body
    assert failed['operationState'] == 'FAILED' and failed == client.op_occ(location)
    assert client.call('POST', f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/fail').status == 409
    assert client.call('DELETE', f'vnf_instances/{vnf_id}').status == 409
    # What it left behind goes with a terminate
    assert client.site.vim.ports
    client.done(vnf_id, 'terminate', FORCEFUL)
    assert not client.site.vim.ports
    client.good('DELETE', f'vnf_instances/{vnf_id}', status=204)


def test_cancelled_before_it_began(client: Client, vnf: str) -> None:
    location, event = client.ask(vnf, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    path = f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/cancel'
    assert client.call('POST', path).status == 415 and client.call('POST', path, {'cancelMode': 'NICE'}).status == 400
    client.good('POST', path, {'cancelMode': 'GRACEFUL'}, 202)
    assert client.op_occ(location)['operationState'] == 'ROLLED_BACK'
    with pytest.raises(OpOccError):
        client.carry_out(event)
    assert len(servers(client)) == 1


def test_cancelled_while_it_runs(client: Client, vnf: str) -> None:
    location, event = client.ask(vnf, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts', 'numberOfSteps': 3})
    path = f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/cancel'
    seen: list[Any] = []
    once = iter([True])

    def before(name: str, _what: Any) -> None:
        # Servers are made side by side
        if name == 'create_server' and next(once, False):
            seen.append(client.good('POST', path, {'cancelMode': 'FORCEFUL'}, 202))
            seen.append(client.op_occ(location))
    client.site.vim.before = before
    with pytest.raises(OpOccError):
        client.carry_out(event)
    assert (seen[1]['isCancelPending'], seen[1]['cancelMode'], seen[1]['operationState']) == (True, 'FORCEFUL', 'PROCESSING')
    assert client.op_occ(location)['operationState'] == 'FAILED_TEMP'


def test_the_front_died_between_its_answer_and_the_event(client: Client, vnf: str) -> None:
    location, event = client.ask(vnf, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    client.start()
    assert [dict(one['nfv']) for one in client.changing.left()] == [event]
    client.carry_out(event)
    assert client.changing.left() == [] and client.op_occ(location)['operationState'] == 'COMPLETED'


def test_a_retry_that_was_accepted_and_got_lost_is_told_again(client: Client, vnf: str) -> None:
    client.site.failing('create_server')
    location, event = client.ask(vnf, 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    with pytest.raises(OpOccError):
        client.carry_out(event)
    assert client.changing.left() == []
    client.site.mended()
    client.good('POST', f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/retry', status=202)
    client.start()
    [left] = client.changing.left()
    client.carry_out(left['nfv'])
    assert client.changing.left() == [] and client.op_occ(location)['operationState'] == 'COMPLETED'


def test_nobody_carries_it_out(client: Client) -> None:
    client.start(lease=0.01)
    vnf_id = client.create()
    location, event = client.ask(vnf_id, 'instantiate', INSTANTIATE)
    time.sleep(0.05)
    close_dead(client.site.store)
    op_occ = client.op_occ(location)
    assert op_occ['operationState'] == 'ROLLED_BACK' and 'its playbook' in op_occ['error']['detail']
    with pytest.raises(OpOccError):
        client.carry_out(event)
    client.start()
    client.done(vnf_id, 'instantiate', INSTANTIATE)


def test_the_pre_flight_refuses_and_nothing_was_touched(client: Client) -> None:
    vnf_id = client.create()
    links = [{**LINKS[0], 'resourceId': 'no such network'}]
    location, event = client.ask(vnf_id, 'instantiate', {**INSTANTIATE, 'extVirtualLinks': links})
    with pytest.raises(OpOccError):
        client.carry_out(event)
    op_occ = client.op_occ(location)
    assert op_occ['operationState'] == 'ROLLED_BACK' and 'no such network' in op_occ['error']['detail']
    client.good('DELETE', f'vnf_instances/{vnf_id}', status=204)


def test_the_plan_of_what_waits(client: Client) -> None:
    vnf_id = client.create()
    location, event = client.ask(vnf_id, 'instantiate', INSTANTIATE)
    before = client.site.files()
    assert client.site.diff('carry_out', op_occ=event['op_occ'])['plan']['counts']['create'] > 0
    assert client.site.files() == before and client.op_occ(location)['operationState'] == 'STARTING'


def test_packages_are_read_again_when_they_have_changed(client: Client) -> None:
    assert client.call('POST', 'vnf_instances', {'vnfdId': 'web-3.0'}).status == 422
    (client.folder / 'third').mkdir()
    (client.folder / 'third' / 'vnfd.yaml').write_text(json.dumps(vnfd('3.0')), encoding='utf-8')
    (client.folder / 'bad').mkdir()
    (client.folder / 'bad' / 'vnfd.yaml').write_text('{', encoding='utf-8')
    client.create(vnfdId='web-3.0')
    (client.folder / 'third' / 'copy.yaml').write_text(json.dumps(vnfd('3.0')), encoding='utf-8')
    assert client.call('POST', 'vnf_instances', {'vnfdId': 'web-3.0'}).status == 422
