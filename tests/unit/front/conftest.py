# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A front over a state directory, with a VIM in memory behind it."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.app import Front
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.auth import Guard
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.changing import Changing
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.notifier import Notifier
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.packages import Packages
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import Reading
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.sending import Sender
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import Subscriptions
from ansible_collections.nfv.mano.plugins.module_utils.store.cached import CachedStore
from ansible_collections.nfv.mano.tests.unit.front import described
from ansible_collections.nfv.mano.tests.unit.operation import conftest
from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).resolve().parents[1] / 'op_occ' / 'schemas'
ROOT = 'http://127.0.0.1:9890'
site = conftest.site


@functools.cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f'{name}.json').read_text(encoding='utf-8'))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def vnfd(version: str = '1.0', image: str = 'cirros') -> dict[str, Any]:
    """A VNF of one VDU with an external connection point, that can be scaled."""
    return {'vnfd': {
        'id': f'web-{version}', 'product-name': 'web server', 'provider': 'acme', 'software-version': '7', 'version': version,
        'mgmt-cp': 'outside',
        'df': [{'id': 'default-df', 'vdu-profile': [{'id': 'front', 'min-number-of-instances': 1, 'max-number-of-instances': 4}],
                'instantiation-level': [
                    {'id': 'small', 'vdu-level': [{'vdu-id': 'front', 'number-of-instances': 1}],
                     'scaling-info': [{'scaling-aspect-id': 'fronts', 'scale-level': 0}]},
                    {'id': 'large', 'vdu-level': [{'vdu-id': 'front', 'number-of-instances': 3}],
                     'scaling-info': [{'scaling-aspect-id': 'fronts', 'scale-level': 2}]}],
                'scaling-aspect': [{'id': 'fronts', 'max-scale-level': 3, 'aspect-delta-details': {'deltas': [
                    {'id': 'one', 'vdu-delta': [{'id': 'front', 'number-of-instances': 1}]}]}}]}],
        'ext-cpd': [{'id': 'outside', 'int-cpd': {'vdu-id': 'front', 'cpd': 'eth0-int'}}],
        'sw-image-desc': [{'id': 'image', 'name': image, 'image': image, 'version': '1'}],
        'virtual-compute-desc': [{'id': 'tiny', 'virtual-cpu': {'num-virtual-cpu': 1}, 'virtual-memory': {'size': 0.5}}],
        'virtual-storage-desc': [{'id': 'root', 'size-of-storage': 1}],
        'vdu': [{'id': 'front', 'name': 'front', 'sw-image-desc': 'image', 'virtual-compute-desc': 'tiny',
                 'virtual-storage-desc': ['root'],
                 'int-cpd': [{'id': 'eth0-int', 'virtual-network-interface-requirement': [
                     {'name': 'eth0', 'virtual-interface': {'type': 'PARAVIRT'}}]}]}]}}


class Client:
    """Calls a front, and sees that whatever it answers is valid."""

    def __init__(self, site: conftest.Site, folder: Path, page_size: int = 100) -> None:
        self.site, self.folder = site, folder
        for version, image in (('1.0', 'cirros'), ('2.0', 'ubuntu')):
            (folder / f'web-{version}').mkdir(parents=True, exist_ok=True)
            (folder / f'web-{version}' / 'vnfd.yaml').write_text(json.dumps(vnfd(version, image)), encoding='utf-8')
        self.page_size = page_size
        self.start()

    def start(self, lease: float = 600.0) -> None:
        """A process of its own, as it were."""
        store = CachedStore(self.site.store.path)
        store.prepare()
        self.reading = Reading(store, ROOT, self.page_size)
        sender = Sender()
        self.subscriptions = Subscriptions(self.site.store, ROOT, self.page_size, lambda: b'secret', sender)
        self.changing = Changing(self.site.store, self.reading, Packages(str(self.folder)), ('cloud', 'other'), lease,
                                 self.subscriptions.note)
        self.notifier = Notifier(self.subscriptions, self.reading, sender)
        self.front = Front(self.reading, self.changing, self.subscriptions, self.notifier, Guard({}, open_to_all=True))

    def call(self, method: str, path: str, body: Any = None, version: str = 'v2', **headers: str) -> Answer:
        path, _mark, query = path.partition('?')
        path = path if path.startswith('/') else f'/vnflcm/{version}/{path}'
        names = {name.replace('_', '-').lower(): value for name, value in headers.items()}
        given = {'version': {'v1': '1.3.0', 'v2': '2.0.0'}[version],
                 **({'content-type': 'application/json'} if body is not None else {}), **names}
        content = b'' if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = tuple((one.partition('=')[0], one.partition('=')[2]) for one in query.split('&') if one)
        answer = self.front.answer(Call(method, path, asked, given, content))
        body = json.loads(answer.content() or b'null')
        if answer.status >= 400:
            assert described.schema('v2', 'Problem').is_valid(body), body
            assert answer.headers['Content-Type'] == 'application/problem+json'
            assert body['status'] == answer.status != 500
        start = f'/vnflcm/{version}'
        if path.startswith(f'{start}/'):
            found = list(described.wrong(version, method, path.removeprefix(start), answer.status, answer.headers, body))
            assert not found, found
        return answer

    def good(self, method: str, path: str, body: Any = None, status: int = 200, version: str = 'v2', **headers: str) -> Answer:
        answer = self.call(method, path, body, version, **headers)
        assert answer.status == status, answer.body
        return answer

    def vnf(self, vnf_id: str, version: str = 'v2') -> dict[str, Any]:
        return valid(f'vnf_instance_{version}', self.good('GET', f'vnf_instances/{vnf_id}', version=version).body)

    def op_occ(self, location: str, version: str = 'v2') -> dict[str, Any]:
        found = self.good('GET', f'vnf_lcm_op_occs/{location.rpartition("/")[2]}', version=version).body
        return valid(f'vnf_lcm_op_occ_{version}', found)

    def create(self, **more: Any) -> str:
        return self.good('POST', 'vnf_instances', {'vnfdId': 'web-1.0', **more}, 201).body['id']

    def ask(self, vnf_id: str, task: str, body: Any, version: str = 'v2') -> tuple[str, dict[str, Any]]:
        """Location of the op-occ, and the event."""
        answer = self.good('POST', f'vnf_instances/{vnf_id}/{task}', body, 202, version)
        assert answer.event is not None
        return answer.headers['Location'], dict(answer.event['nfv'])

    def carry_out(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the playbook does."""
        return self.site.apply(event['verb'], op_occ=event['op_occ'])

    def done(self, vnf_id: str, task: str, body: Any, version: str = 'v2') -> dict[str, Any]:
        """A task carried out; its op-occ."""
        location, event = self.ask(vnf_id, task, body, version)
        assert self.op_occ(location)['operationState'] == 'STARTING'
        self.carry_out(event)
        op_occ = self.op_occ(location)
        assert op_occ['operationState'] == 'COMPLETED'
        return op_occ


LINKS = [{'id': 'mgmt', 'resourceId': 'shared', 'extCps': [{'cpdId': 'outside'}]}]
INSTANTIATE = {'flavourId': 'default-df', 'extVirtualLinks': LINKS}


def valid(name: str, view: dict[str, Any]) -> dict[str, Any]:
    """The view, once it has been found valid by a schema."""
    errors = [f'{error.json_path}: {error.message}' for error in validator(name).iter_errors(view)]
    assert not errors, '\n'.join(errors)
    return view


@pytest.fixture
def client(site: conftest.Site, tmp_path: Path) -> Client:
    """Calls a front over the site."""
    return Client(site, tmp_path / 'packages')
