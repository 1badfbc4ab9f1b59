# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries: what operations left, in the shapes of v1 and v2, without a call to a VIM; and what every call has to keep to."""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import bodies
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import OP_OCC, VNF_INSTANCE
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.remembered import Remembered
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import REQUEST
from ansible_collections.nfv.mano.tests.unit.front.conftest import ROOT, Client, valid, validator
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

NOBODY = '00000000-0000-4000-8000-000000000000'


@pytest.fixture
def used(client: Client, site: Site) -> Client:
    """A service of one VNF that was scaled, and an operation that failed."""
    site.apply('instantiate', document=wanted(2))
    site.apply('scale', vnf='web', vdu='front', params={'count': 3})
    site.failing('delete_server')
    site.fails('scale', vnf='web', vdu='front', params={'count': 1})
    site.mended()
    site.vim.called.clear()
    return client


def attributes(name: str) -> set[str]:
    return set(validator(name).schema['properties'])


@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_vnf_instances(used: Client, version: str) -> None:
    listed = used.good('GET', 'vnf_instances', version=version)
    assert listed.headers['Version'] == {'v1': '1.3.0', 'v2': '2.0.0'}[version]
    [brief] = listed.body
    assert 'instantiatedVnfInfo' not in brief and brief['instantiationState'] == 'INSTANTIATED'
    whole = used.vnf(brief['id'], version)
    assert used.good('GET', 'vnf_instances?all_fields', version=version).body == [whole]
    assert len(whole['instantiatedVnfInfo']['vnfcResourceInfo']) == 3
    assert brief['_links']['self']['href'] == f'{ROOT}/vnflcm/{version}/vnf_instances/{brief["id"]}'
    assert used.site.vim.called == []


@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_op_occs(used: Client, version: str) -> None:
    listed = used.good('GET', 'vnf_lcm_op_occs', version=version).body
    assert [(one['operation'], one['operationState']) for one in listed] == [
        ('INSTANTIATE', 'COMPLETED'), ('SCALE', 'COMPLETED'), ('SCALE', 'FAILED_TEMP')]
    assert not any({'operationParams', 'error', 'resourceChanges'} & one.keys() for one in listed)
    everything = used.good('GET', 'vnf_lcm_op_occs?all_fields', version=version).body
    assert everything == [used.op_occ(one['id'], version) for one in listed]
    assert len(everything[1]['resourceChanges']['affectedVnfcs']) == 1
    assert everything[2]['error']['detail']
    assert set(everything[2]['_links']) == {'self', 'vnfInstance', 'retry', 'rollback', 'fail'}
    failed = used.good('GET', 'vnf_lcm_op_occs?filter=(cont,error/detail,delete_server)', version=version).body
    assert [one['id'] for one in failed] == [listed[2]['id']]
    assert used.site.vim.called == []


def test_pages_follow_their_links(used: Client) -> None:
    used.page_size = 2
    used.start()
    first = used.good('GET', 'vnf_lcm_op_occs?fields=error')
    link = first.headers['Link']
    assert link.startswith(f'<{ROOT}/vnflcm/v2/vnf_lcm_op_occs?fields=error&') and link.endswith('>;rel="next"')
    second = used.good('GET', 'vnf_lcm_op_occs?' + link.partition('?')[2].partition('>')[0])
    assert 'Link' not in second.headers
    assert len({one['id'] for one in [*first.body, *second.body]}) == 3
    assert 'error' in second.body[0]


def test_the_attributes_that_queries_know_are_those_of_the_schemas() -> None:
    for version in ('v1', 'v2'):
        assert VNF_INSTANCE.attributes == attributes(f'vnf_instance_{version}')
        assert OP_OCC[version].attributes == attributes(f'vnf_lcm_op_occ_{version}')


def names(kind: Any) -> set[str]:
    """The attributes of a body, and of what is in it."""
    inner = [kind.of] if isinstance(kind, (bodies.Many, bodies.ById)) else list(kind.known.values()) if isinstance(
        kind, bodies.Body) else []
    return set(kind.known if isinstance(kind, bodies.Body) else ()).union(*map(names, inner))


def test_the_page_tells_of_every_attribute() -> None:
    page = (Path(__file__).resolve().parents[3] / 'docs' / 'sol003-attributes.md').read_text(encoding='utf-8')
    said = set(re.findall(r'[A-Za-z0-9_]+', page))
    tasks = [one for of_version in bodies.TASKS.values() for one in of_version.values()]
    taken = [bodies.CREATE, bodies.CANCEL, *bodies.MODIFY.values(), *tasks]
    known = set().union(*map(names, taken), *(one.known for one in REQUEST.values()))
    known -= {'minAddress', 'maxAddress', 'resourceHandle', 'ipOverEthernet'}
    assert known - said == set()
    assert set().union(VNF_INSTANCE.attributes, OP_OCC['v2'].attributes) - said == set()


def test_api_versions(client: Client) -> None:
    assert client.good('GET', '/vnflcm/api_versions').body == {'uriPrefix': '/vnflcm', 'apiVersions': [
        {'version': '1.3.0', 'isDeprecated': False}, {'version': '2.0.0', 'isDeprecated': False}]}
    assert client.good('GET', '/vnflcm/v2/api_versions').body == {'uriPrefix': '/vnflcm/v2', 'apiVersions': [
        {'version': '2.0.0', 'isDeprecated': False}]}


def test_an_open_op_occ_is_shown_as_it_is_now(used: Client) -> None:
    failed = used.good('GET', 'vnf_lcm_op_occs').body[2]
    assert used.site.newest.state == 'FAILED_TEMP'
    assert used.vnf(failed['vnfInstanceId'])['_links'].keys() == {'self'}
    used.site.apply('retry')
    assert used.op_occ(failed['id'])['operationState'] == 'COMPLETED'
    assert 'terminate' in used.vnf(failed['vnfInstanceId'])['_links']


def test_what_is_known_needs_no_thread_and_holds_until_it_is_changed(used: Client) -> None:
    def ask(path: str, **headers: str) -> Call:
        return Call('GET', f'/vnflcm/v2/{path}', (), {'version': '2.0.0', **headers})
    listed = ask('vnf_lcm_op_occs')
    assert used.front.known(listed) is None
    time.sleep(0.1)
    answer = used.front.answer(listed)
    failed = answer.body[2]['id']
    assert used.front.known(listed) == answer
    assert used.front.known(ask('vnf_lcm_op_occs', accept='text/html')) is None
    assert used.front.known(ask(f'vnf_lcm_op_occs/{failed}')) is None
    one = used.front.answer(ask(f'vnf_lcm_op_occs/{failed}'))
    assert used.front.known(ask(f'vnf_lcm_op_occs/{failed}')) == one
    # Another process is seen at once, and so is what is done here
    used.site.apply('retry')
    assert used.front.known(listed) is None and used.front.known(ask(f'vnf_lcm_op_occs/{failed}')) is None
    assert used.front.answer(listed).body[2]['operationState'] == 'COMPLETED'
    used.front.answer(ask(f'vnf_lcm_op_occs/{failed}'))
    used.create()
    assert used.front.known(ask(f'vnf_lcm_op_occs/{failed}')) is None


def test_many_who_ask_at_once_share_what_is_made_for_them() -> None:
    remembered, began, go, made = Remembered(), threading.Event(), threading.Event(), []

    def make() -> Answer:
        made.append(len(made))
        began.set()
        go.wait(10)
        return Answer(200, made[-1])
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(remembered.share, 'list', lambda: None, make)
        assert began.wait(10)
        rest = [threads.submit(remembered.share, 'list', lambda: None, make) for _number in range(8)]
        time.sleep(0.1)
        go.set()
        # What was begun before they asked may be from before what they know of
        assert first.result().body == 0 and {one.result().body for one in rest} == {1}


@pytest.mark.parametrize(('method', 'path', 'status'), [
    ('GET', f'vnf_instances/{NOBODY}', 404), ('GET', 'vnf_instances/../../etc', 404), ('GET', f'vnf_lcm_op_occs/{NOBODY}', 404),
    ('GET', '/vnflcm/v3/vnf_instances', 404), ('GET', '/other', 404), ('GET', '/', 404), ('GET', 'vnf_instances/', 404),
    ('PUT', 'vnf_instances', 405), ('DELETE', 'vnf_lcm_op_occs', 405), ('POST', f'vnf_lcm_op_occs/{NOBODY}', 405),
    ('POST', '/vnflcm/api_versions', 405), ('GET', f'vnf_instances/{NOBODY}/scale', 405),
    ('GET', 'vnf_instances?fields=absent', 400), ('GET', 'vnf_instances?filter=x', 400),
    ('GET', 'vnf_lcm_op_occs?nextpage_opaque_marker=x', 400)])
def test_what_is_not_there(client: Client, method: str, path: str, status: int) -> None:
    answer = client.call(method, path)
    assert answer.status == status
    assert ('Allow' in answer.headers) == (status == 405)


@pytest.mark.parametrize(('headers', 'status'), [
    ({'Version': '2.0.0-impl:example:1'}, 200), ({'Version': '1.3.0'}, 406), ({'Version': 'two'}, 406), ({'Version': ''}, 406),
    ({'accept': 'application/json;q=0.5'}, 200), ({'accept': 'text/*, */*'}, 200), ({'accept': 'text/html'}, 406),
    ({'accept': 'application/json;q=0'}, 406)])
def test_headers(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.call('GET', 'vnf_instances', **headers).status == status


def test_v2_needs_the_version_and_v1_does_not(client: Client) -> None:
    assert client.front.answer(Call('GET', '/vnflcm/v2/vnf_instances')).status == 400
    assert client.front.answer(Call('GET', '/vnflcm/v1/vnf_instances')).status == 200


def test_records_that_can_not_be_used_are_503_and_no_path_is_told(used: Client) -> None:
    path = used.site.store.file('op_occ', used.site.newest.id)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{')
    answer = used.call('GET', 'vnf_lcm_op_occs')
    assert answer.status == 503 and answer.headers['Retry-After'] and used.site.store.path not in json.dumps(answer.body)


def test_the_op_occ_of_a_service_is_none_of_a_vnf(used: Client) -> None:
    newest: OpOcc = used.site.newest
    assert used.call('GET', f'vnf_lcm_op_occs/{newest.id}').status == 404
    valid('vnf_lcm_op_occ_v2', used.op_occ(newest.vnf_op_occs()[0]['id']))


def test_a_client_that_sends_nonsense(client: Client) -> None:
    bodies: list[tuple[Any, int]] = [(b'', 400), (b'[]', 400), (b'{"a": NaN}', 400), (b'{"vnfdId": "x", "vnfdId": "y"}', 400),
                                     (b'\xff', 400), (b'{"vnfdId": "a\\u0000b"}', 400), (b'{"vnfdId": "\\ud800"}', 400),
                                     (b'[' * 5000, 400), (b'{"a":' * 100 + b'1' + b'}' * 100, 400), ({'vnfdId': 'none'}, 422)]
    for body, status in bodies:
        assert client.call('POST', 'vnf_instances', body).status == status, body
    assert client.call('POST', 'vnf_instances', b'{}', content_type='text/plain').status == 415
