# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions, and their queues: with a subscriber that is down, refuses, hangs, is slow, and then is back."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close_dead
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import notifier, sending
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import fits
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError
from ansible_collections.nfv.mano.plugins.module_utils.store.secret import seal, unseal
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, Client, valid
from ansible_collections.nfv.mano.tests.unit.front.test_event_source import self_signed
from ansible_collections.nfv.mano.tests.unit.operation.conftest import wanted

FORCEFUL = {'terminationType': 'FORCEFUL'}


class Subscriber:
    """A server that keeps what it is told; ``status`` is its answer, ``hold`` how many seconds it takes."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status, self.hold, self.tokens = 204, 0.0, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(outer.status)
                self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers['Content-Length']))
                outer.headers.append(dict(self.headers))
                if self.path == '/token':
                    outer.tokens += 1
                    content = json.dumps({'access_token': f'token-{outer.tokens}', 'expires_in': 3600}).encode()
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(content)
                    return
                time.sleep(outer.hold)
                if outer.status == 204:
                    outer.told.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.uri = f'http://127.0.0.1:{self.server.server_address[1]}/hook'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def states(self) -> list[str]:
        return [one.get('operationState', one['notificationType']) for one in self.told]


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    one = Subscriber()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, 'TIMEOUT', 0.5)
    monkeypatch.setattr(notifier, 'SHORTEST', 0.01)
    monkeypatch.setattr(notifier, 'LONGEST', 0.05)


def subscribe(client: Client, uri: str, version: str = 'v2', **more: Any) -> dict[str, Any]:
    answer = client.good('POST', 'subscriptions', {'callbackUri': uri, **more}, 201, version)
    assert answer.headers['Location'] == answer.body['_links']['self']['href']
    return answer.body


def deliver(client: Client, tries: int = 40) -> None:
    """What the front does over and over."""
    for _number in range(tries):
        for one in client.notifier.ids():
            client.notifier.work(one)
        time.sleep(0.01)


@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_an_operation_is_told_of(client: Client, subscriber: Subscriber, version: str) -> None:
    one = subscribe(client, subscriber.uri, version)
    vnf_id = client.good('POST', 'vnf_instances', {'vnfdId': 'web-1.0'}, 201, version).body['id']
    client.done(vnf_id, 'instantiate', INSTANTIATE, version)
    client.done(vnf_id, 'terminate', FORCEFUL, version)
    client.good('DELETE', f'vnf_instances/{vnf_id}', status=204, version=version)
    deliver(client, 2)
    operation = ['STARTING', 'PROCESSING', 'COMPLETED']
    assert subscriber.states() == ['VnfIdentifierCreationNotification', *operation, *operation,
                                   'VnfIdentifierDeletionNotification']
    for told in subscriber.told:
        valid(f'notification_{version}', told)
        assert told['subscriptionId'] == one['id'] and told['vnfInstanceId'] == vnf_id
    start, _processing, result = subscriber.told[1:4]
    assert (start['notificationStatus'], result['notificationStatus']) == ('START', 'RESULT')
    assert len(result['affectedVnfcs']) == 1 and 'affectedVnfcs' not in start
    assert len({told['id'] for told in subscriber.told}) == len(subscriber.told)
    assert {one['Version'] for one in subscriber.headers} == {{'v1': '1.3.0', 'v2': '2.0.0'}[version]}
    deliver(client, 2)
    assert len(subscriber.told) == 8


def test_errors_are_told_each_with_its_state(client: Client, subscriber: Subscriber) -> None:
    subscribe(client, subscriber.uri, verbosity='SHORT', filter={'operationStates': ['FAILED_TEMP', 'ROLLED_BACK']})
    vnf_id = client.create()
    client.site.failing('create_server')
    location, event = client.ask(vnf_id, 'instantiate', INSTANTIATE)
    with pytest.raises(OpOccError):
        client.carry_out(event)
    client.site.mended()
    back = client.good('POST', f'vnf_lcm_op_occs/{location.rpartition("/")[2]}/rollback', status=202).event
    assert back is not None
    client.carry_out(back['nfv'])
    deliver(client, 2)
    assert subscriber.states() == ['VnfIdentifierCreationNotification', 'FAILED_TEMP', 'ROLLED_BACK']
    assert 'create_server refused here' in subscriber.told[1]['error']['detail']
    assert not any('affectedVnfcs' in told for told in subscriber.told)


@pytest.mark.parametrize('fault', ['down', 'refuses', *(pytest.param(one, marks=pytest.mark.slow)
                                                        for one in ('hangs', 'redirects'))])
def test_a_subscriber_that_is_back_gets_everything_in_order(client: Client, subscriber: Subscriber, fault: str) -> None:
    uri = subscriber.uri
    subscribe(client, uri)
    other = Subscriber()
    subscribe(client, other.uri)
    port = subscriber.server.server_address[1]
    if fault == 'down':
        subscriber.server.server_close()
    subscriber.status, subscriber.hold = {'refuses': 500, 'redirects': 302}.get(fault, 204), 1.0 if fault == 'hangs' else 0.0
    vnf_id = client.create()
    start = time.monotonic()
    client.done(vnf_id, 'instantiate', INSTANTIATE)
    assert time.monotonic() - start < 5
    deliver(client, 3)
    assert len(other.told) == 4
    # What hung was taken for lost: it comes again
    seen = len(subscriber.told)
    client.start()
    subscriber.status, subscriber.hold = 204, 0.0
    if fault == 'down':
        from http.server import ThreadingHTTPServer as Server
        subscriber.server.shutdown()
        subscriber.server = Server(('127.0.0.1', port), subscriber.server.RequestHandlerClass)
        threading.Thread(target=subscriber.server.serve_forever, daemon=True).start()
    deliver(client)
    if fault == 'hangs':
        time.sleep(0.8)
    ids = [told['id'] for told in subscriber.told]
    assert list(dict.fromkeys(ids)) == [told['id'] for told in _as_first(client, subscriber, other)]
    assert seen <= 4
    other.server.shutdown()
    other.server.server_close()


def _as_first(client: Client, subscriber: Subscriber, other: Subscriber) -> list[dict[str, Any]]:
    """What the subscriber was told, in the order in which the other one was told the same."""
    of = {(told.get('vnfLcmOpOccId'), told.get('operationState')): told for told in subscriber.told}
    return [of[told.get('vnfLcmOpOccId'), told.get('operationState')] for told in other.told]


def test_what_nobody_takes_is_given_up_and_noted(client: Client, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    one = subscribe(client, subscriber.uri)
    subscriber.status = 500
    client.create()
    monkeypatch.setattr(notifier, 'GIVEN_UP', 0.0)
    deliver(client, 3)
    subscriber.status = 204
    deliver(client)
    assert subscriber.told == []
    path = client.site.store.file('subscription', one['id']).removesuffix('.fact') + '.d/sent.json'
    with open(path, encoding='utf-8') as file:
        assert 'answered 500' in json.load(file)['given_up'][0]['why']


def test_subscribers_over_tls(client: Client, subscriber: Subscriber, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    subscriber.server.socket = context.wrap_socket(subscriber.server.socket, server_side=True)
    uri = subscriber.uri.replace('http:', 'https:')
    assert client.call('POST', 'subscriptions', {'callbackUri': uri}).status == 422
    sending.Sender(str(certificate)).test(uri, None)


def test_who_has_no_key_does_not_count_as_a_failure(client: Client, subscriber: Subscriber) -> None:
    basic = {'authType': ['BASIC'], 'paramsBasic': {'userName': 'me', 'password': 'secret'}}
    one = subscribe(client, subscriber.uri, authentication=basic)
    client.create()
    without = notifier.notifier_of(client.site.store.path, '', None, None, None)
    assert without.flush(0) == {one['id']: 1} and subscriber.told == []
    assert client.notifier.flush(5) == {one['id']: 0} and len(subscriber.told) == 1


def test_without_a_front_links_are_as_when_it_was_subscribed(client: Client, subscriber: Subscriber) -> None:
    subscribe(client, subscriber.uri)
    client.start(lease=0.01)
    location, _event = client.ask(client.create(), 'instantiate', INSTANTIATE)
    time.sleep(0.05)
    # What the module notify does
    close_dead(client.site.store)
    without = notifier.notifier_of(client.site.store.path, '', None, None, None)
    assert set(without.flush(5).values()) == {0}
    assert subscriber.states() == ['VnfIdentifierCreationNotification', 'STARTING', 'ROLLED_BACK']
    assert subscriber.told[2]['_links']['vnfLcmOpOcc']['href'] == location
    for told in subscriber.told:
        valid('notification_v2', told)


def test_playbooks_give_vnfs_their_ids_too(client: Client, subscriber: Subscriber) -> None:
    client.site.apply('instantiate', document=wanted(1))
    subscribe(client, subscriber.uri)
    subscribe(client, subscriber.uri, filter={'notificationTypes': ['VnfLcmOperationOccurrenceNotification']})
    client.site.apply('scale', vnf='web', vdu='front', params={'count': 2})
    client.site.apply('instantiate', document={**wanted(1), 'name': 'second'})
    client.site.apply('instantiate', document={**wanted(2), 'name': 'second'})
    deliver(client, 2)
    told = [one for one in subscriber.told if 'operationState' not in one]
    assert len(told) == 1 and len(subscriber.told) == 1 + 2 * 9
    first = [one for one in subscriber.told if one['subscriptionId'] == told[0]['subscriptionId']]
    assert [one.get('operation', one['notificationType']) for one in first] == [
        *['SCALE'] * 3, 'VnfIdentifierCreationNotification', *['INSTANTIATE'] * 3, *['CHANGE_VNFPKG'] * 3]
    assert {one['vnfInstanceId'] for one in first[3:]} == {told[0]['vnfInstanceId']}
    valid('notification_v2', told[0])
    client.start()
    deliver(client, 2)
    assert len(subscriber.told) == 19


def test_it_is_killed_while_it_tells(client: Client, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    one = subscribe(client, subscriber.uri)
    client.done(client.create(), 'instantiate', INSTANTIATE)
    taken = client.notifier._took

    def dies(*what: Any) -> None:
        if len(subscriber.told) == 2:
            raise KeyboardInterrupt
        taken(*what)
    monkeypatch.setattr(client.notifier, '_took', dies)
    with pytest.raises(KeyboardInterrupt):
        client.notifier.work(one['id'])
    client.start()
    assert client.notifier.flush(5) == {one['id']: 0}
    # The one that was taken and not noted comes twice, with the same id
    assert subscriber.states() == ['VnfIdentifierCreationNotification', 'STARTING', 'STARTING', 'PROCESSING', 'COMPLETED']
    assert subscriber.told[1] == subscriber.told[2]


def test_basic_credentials_are_kept_encrypted(client: Client, subscriber: Subscriber) -> None:
    basic = {'authType': ['BASIC'], 'paramsBasic': {'userName': 'me', 'password': 'canary-basic'}}
    one = subscribe(client, subscriber.uri, authentication=basic)
    assert 'authentication' not in one
    assert not any(b'canary' in content for content in client.site.files().values())
    client.create()
    deliver(client, 2)
    assert subscriber.headers[0]['Authorization'] == 'Basic ' + base64.b64encode(b'me:canary-basic').decode()


def test_tokens_of_oauth2(client: Client, subscriber: Subscriber) -> None:
    oauth = {'authType': ['OAUTH2_CLIENT_CREDENTIALS'], 'paramsOauth2ClientCredentials': {
        'clientId': 'me', 'clientPassword': 'canary', 'tokenEndpoint': subscriber.uri.replace('/hook', '/token')}}
    subscribe(client, subscriber.uri, authentication=oauth)
    client.create()
    client.create()
    deliver(client, 2)
    assert subscriber.tokens == 1 and len(subscriber.told) == 2
    assert subscriber.headers[-1]['Authorization'] == 'Bearer token-1'


@pytest.mark.parametrize(('body', 'status'), [
    ({}, 400), ({'callbackUri': 'ftp://x'}, 400), ({'callbackUri': 'http://u@x/'}, 400), ({'callbackUri': 'http://x y/'}, 400),
    ({'callbackUri': 'http://[x/'}, 400), ({'callbackUri': 'http://127.0.0.1:1/'}, 422), ({'verbosity': 'LONG'}, 400),
    ({'filter': {'operationTypes': ['DANCE']}}, 400), ({'authentication': {'authType': ['BASIC']}}, 400),
    ({'authentication': {'authType': ['TLS_CERT']}}, 400), ({'what': 1}, 400)])
def test_subscriptions_that_are_refused(client: Client, subscriber: Subscriber, body: dict[str, Any], status: int) -> None:
    given = body if 'callbackUri' in body or not body else {'callbackUri': subscriber.uri, **body}
    assert client.call('POST', 'subscriptions', given).status == status
    assert client.good('GET', 'subscriptions').body == []


def test_a_callback_that_does_not_answer_204(client: Client, subscriber: Subscriber) -> None:
    subscriber.status = 200
    assert client.call('POST', 'subscriptions', {'callbackUri': subscriber.uri}).status == 422


def test_list_show_delete(client: Client, subscriber: Subscriber) -> None:
    one = subscribe(client, subscriber.uri, filter={'notificationTypes': ['VnfIdentifierCreationNotification']})
    assert client.good('GET', 'subscriptions').body == [one]
    assert client.good('GET', 'subscriptions', version='v1').body == []
    assert client.good('GET', f'subscriptions/{one["id"]}').body == one
    assert client.good('GET', 'subscriptions?filter=(eq,callbackUri,other)').body == []
    assert client.good('DELETE', f'subscriptions/{one["id"]}', status=204) == Answer(204, None, {'Version': '2.0.0'})
    assert client.call('GET', f'subscriptions/{one["id"]}').status == 404
    client.create()
    assert client.notifier.work(one['id']) is None and subscriber.told == []


VNF = {'id': 'i', 'vnfdId': 'd', 'vnfInstanceName': 'n', 'vnfProvider': 'p', 'vnfProductName': 'q', 'vnfSoftwareVersion': '1',
       'vnfdVersion': '2'}


@pytest.mark.parametrize(('wanted', 'good'), [
    ({}, True), ({'operationTypes': ['SCALE']}, True), ({'operationTypes': ['HEAL']}, False),
    ({'notificationTypes': ['VnfIdentifierCreationNotification']}, False),
    *(({'vnfInstanceSubscriptionFilter': inner}, good) for inner, good in (
        ({'vnfdIds': ['d']}, True), ({'vnfdIds': ['x']}, False), ({'vnfInstanceIds': ['i'], 'vnfInstanceNames': ['x']}, False),
        ({'vnfProductsFromProviders': [{'vnfProvider': 'p'}]}, True),
        ({'vnfProductsFromProviders': [{'vnfProvider': 'x'}]}, False),
        ({'vnfProductsFromProviders': [{'vnfProvider': 'p', 'vnfProducts': [{'vnfProductName': 'q', 'versions': [
            {'vnfSoftwareVersion': '1', 'vnfdVersions': ['2']}]}]}]}, True),
        ({'vnfProductsFromProviders': [{'vnfProvider': 'p', 'vnfProducts': [{'vnfProductName': 'q', 'versions': [
            {'vnfSoftwareVersion': '1', 'vnfdVersions': ['3']}]}]}]}, False)))])
def test_filters(wanted: dict[str, Any], good: bool) -> None:
    assert fits(wanted, VNF, 'VnfLcmOperationOccurrenceNotification', 'SCALE', 'STARTING') == good


def test_secrets() -> None:
    sealed = seal({'a': 'b'}, b'one')
    assert unseal(json.loads(json.dumps(sealed)), b'one') == {'a': 'b'}
    with pytest.raises(SecretError):
        unseal(sealed, b'other')


def test_a_subscription_goes_while_it_is_told(client: Client, subscriber: Subscriber) -> None:
    one = subscribe(client, subscriber.uri)
    client.create()
    subscriber.hold = 0.2
    telling = threading.Thread(target=client.notifier.work, args=(one['id'],))
    telling.start()
    time.sleep(0.1)
    client.good('DELETE', f'subscriptions/{one["id"]}', status=204)
    telling.join()
    assert not [path for path in client.site.files() if one['id'] in str(path)]
