# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions: who wants to be told of what, as facts files, their credentials encrypted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.nfv.mano.plugins.module_utils.sol.common import filled, link
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.bodies import ID, Body, Many, Text
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call, body_of, refused
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.query import Kind, parse
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.sending import Credentials, Sender, SendError
from ansible_collections.nfv.mano.plugins.module_utils.sol.notification import TYPES
from ansible_collections.nfv.mano.plugins.module_utils.store import OpOccDir, Store, StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import why
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.store.files import make_folder
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError
from ansible_collections.nfv.mano.plugins.module_utils.store.secret import seal, unseal

KIND = 'subscription'
#: In the folder of a subscription: what became of its notifications, and events that no op-occ tells of.
SENT, EVENTS = 'sent.json', 'events.json'
#: Subscriptions that there may be, and events of one that wait.
MOST, MOST_EVENTS = 1000, 10_000

_OPERATIONS = ('INSTANTIATE', 'SCALE', 'SCALE_TO_LEVEL', 'CHANGE_FLAVOUR', 'TERMINATE', 'HEAL', 'OPERATE', 'CHANGE_EXT_CONN',
               'MODIFY_INFO', 'CREATE_SNAPSHOT', 'REVERT_TO_SNAPSHOT', 'CHANGE_VNFPKG')
_STATES = ('STARTING', 'PROCESSING', 'COMPLETED', 'FAILED_TEMP', 'FAILED', 'ROLLING_BACK', 'ROLLED_BACK')
_VERSIONS = Many(Body({'vnfSoftwareVersion': ID, 'vnfdVersions': Many(ID)}, ('vnfSoftwareVersion',)))
_PRODUCTS = Many(Body({'vnfProductName': ID, 'versions': _VERSIONS}, ('vnfProductName',)))
_PROVIDERS = Many(Body({'vnfProvider': ID, 'vnfProducts': _PRODUCTS}, ('vnfProvider',)))
_INSTANCES = Body({'vnfdIds': Many(ID), 'vnfProductsFromProviders': _PROVIDERS, 'vnfInstanceIds': Many(ID),
                   'vnfInstanceNames': Many(ID)})
_FILTER = Body({'vnfInstanceSubscriptionFilter': _INSTANCES, 'notificationTypes': Many(Text(choices=TYPES)),
                'operationTypes': Many(Text(choices=_OPERATIONS)), 'operationStates': Many(Text(choices=_STATES))})
_BASIC = Body({'userName': Text(255), 'password': Text(255)}, ('userName', 'password'))
_OAUTH2 = Body({'clientId': Text(255), 'clientPassword': Text(255), 'tokenEndpoint': Text(255)},
               ('clientId', 'clientPassword', 'tokenEndpoint'))
_AUTHENTICATION = Body({'authType': Many(Text(choices=('BASIC', 'OAUTH2_CLIENT_CREDENTIALS')), 1), 'paramsBasic': _BASIC,
                        'paramsOauth2ClientCredentials': _OAUTH2}, ('authType',))
_KNOWN = {'filter': _FILTER, 'callbackUri': Text(255), 'authentication': _AUTHENTICATION}
REQUEST = {'v1': Body(_KNOWN, ('callbackUri',)),
           'v2': Body({**_KNOWN, 'verbosity': Text(choices=('FULL', 'SHORT'))}, ('callbackUri',))}
RESOURCE = Kind(frozenset({'id', 'filter', 'callbackUri', 'verbosity', '_links'}),
                frozenset({'id', 'callbackUri', 'verbosity', '_links'}))
#: Which parameters an authType needs.
PARAMS = {'BASIC': 'paramsBasic', 'OAUTH2_CLIENT_CREDENTIALS': 'paramsOauth2ClientCredentials'}


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All subscriptions of a state directory.

    :param secret: what encrypts credentials; None: none can be taken.
    :param sender: asks callbacks whether they are there.
    """

    store: Store
    api_root: str
    page_size: int
    secret: Callable[[], bytes] | None
    sender: Sender

    def create(self, call: Call, version: str) -> Answer:
        """A subscription, once its callback has answered."""
        body = body_of(call)
        check_request(body, version)
        given = body.get('authentication')
        if len(self.store.ids(KIND)) >= MOST:
            raise refused(503, f'there are {MOST} subscriptions already')
        sealed = self._sealed(given) if given is not None else None
        try:
            self.sender.test(body['callbackUri'], Credentials.of(given))
        except SendError as error:
            raise refused(422, f'callbackUri: a GET of it has to be answered 204: {error}') from None
        made = {'kind': KIND, 'id': str(uuid.uuid4()), 'version': version, 'callback_uri': body['callbackUri'],
                'filter': body.get('filter') or {}, 'verbosity': body.get('verbosity', 'FULL'), 'authentication': sealed,
                'api_root': self.api_root, 'created': now()}
        self.store.write(KIND, made['id'], made)
        view = self.view(made)
        return Answer(201, view, {'Location': view['_links']['self']['href']})

    def list(self, call: Call, version: str) -> Answer:
        """Those of this version of the API."""
        query = parse(call.query, RESOURCE)
        found = sorted((one for one in self.store.all(KIND) if one['version'] == version),
                       key=lambda one: (one['created'], one['id']))
        keys = {one['id']: (one['created'], one['id']) for one in found}
        matching = [view for view in map(self.view, found) if query.matches(view)]
        page, following = query.page(matching, lambda one: keys[one['id']], self.page_size)
        headers = {'Link': f'<{self.api_root}{call.path}?{following}>;rel="next"'} if following else {}
        return Answer(200, [query.select(RESOURCE, one) for one in page], headers)

    def get(self, version: str, subscription_id: str) -> Answer:
        """One of them.

        :raises OpOccError: 404.
        """
        return Answer(200, self.view(self._found(version, subscription_id)))

    def delete(self, version: str, subscription_id: str) -> Answer:
        """Nobody is told any more.

        :raises OpOccError: 404.
        """
        self._found(version, subscription_id)
        self.store.delete(KIND, subscription_id)
        return Answer(204)

    def view(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """As SOL003 has it: without its credentials."""
        return filled(id=one['id'], filter=one['filter'], callbackUri=one['callback_uri'],
                      verbosity=one['verbosity'] if one['version'] != 'v1' else None,
                      _links={'self': link(self.api_root, 'vnflcm', one['version'], 'subscriptions', one['id'])})

    def credentials(self, one: Mapping[str, Any]) -> Credentials | None:
        """What its callback asks for.

        :raises SendError: it can not be decrypted.
        """
        if one['authentication'] is None:
            return None
        if self.secret is None:
            raise SendError('there is no key file to decrypt its credentials with')
        try:
            return Credentials.of(unseal(one['authentication'], self.secret()))
        except SecretError as error:
            raise SendError(f'its credentials can not be decrypted: {error}') from None

    def note(self, kind: str, vnf: Mapping[str, Any]) -> None:
        """Let those who want to know be told that a VNF's identifier came or went."""
        for one in self.store.all(KIND):
            if not fits(one['filter'], vnf, kind):
                continue
            place = folder(self.store, one['id'])
            with alone(place):
                events = (place.read_json(EVENTS) or {'events': []})['events']
                events.append({'type': kind, 'vnf_id': vnf['id'], 'time': now()})
                place.write_json(EVENTS, {'events': events[-MOST_EVENTS:]})

    def _found(self, version: str, subscription_id: str) -> dict[str, Any]:
        found = self.store.read(KIND, subscription_id)
        if found is None or found['version'] != version:
            raise refused(404, f'{subscription_id} is no subscription')
        return found

    def _sealed(self, given: dict[str, Any]) -> dict[str, str]:
        if self.secret is None:
            raise refused(422, 'authentication: credentials are kept encrypted, and who runs this has set no key_file for that')
        try:
            return seal(given, self.secret())
        except SecretError as error:
            raise StoreError(self.store.path, f'a subscription can not be kept: {error}') from error


def folder(store: Store, subscription_id: str) -> OpOccDir:
    """The folder of a subscription."""
    return OpOccDir(store.file(KIND, subscription_id).removesuffix('.fact') + '.d')


@contextlib.contextmanager
def alone(place: OpOccDir, name: str = 'events.lock', wait: bool = True) -> Iterator[bool]:
    """Whether nobody else does the same with a subscription meanwhile."""
    make_folder(place.path)
    path = os.path.join(place.path, name)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(path, f'can not be opened: {why(error)}') from error
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(fd)


def fits(wanted: Mapping[str, Any], vnf: Mapping[str, Any], kind: str, operation: str | None = None,
         state: str | None = None) -> bool:
    """Whether a notification is one that a subscription's filter lets through.

    :param vnf: a VnfInstance, or what of it is known.
    """
    def lets(name: str, value: Any) -> bool:
        return not wanted.get(name) or value is None or value in wanted[name]
    return (lets('notificationTypes', kind) and lets('operationTypes', operation) and lets('operationStates', state)
            and _is_of(wanted.get('vnfInstanceSubscriptionFilter') or {}, vnf))


def _is_of(wanted: Mapping[str, Any], vnf: Mapping[str, Any]) -> bool:
    for name, key in (('vnfdIds', 'vnfdId'), ('vnfInstanceIds', 'id'), ('vnfInstanceNames', 'vnfInstanceName')):
        if wanted.get(name) and vnf.get(key) not in wanted[name]:
            return False
    providers: Sequence[Mapping[str, Any]] = wanted.get('vnfProductsFromProviders') or ()
    return not providers or any(_is_product(one, vnf) for one in providers)


def _is_product(provider: Mapping[str, Any], vnf: Mapping[str, Any]) -> bool:
    if provider['vnfProvider'] != vnf.get('vnfProvider'):
        return False
    products = provider.get('vnfProducts') or ()
    return not products or any(
        one['vnfProductName'] == vnf.get('vnfProductName') and (not one.get('versions') or any(
            version['vnfSoftwareVersion'] == vnf.get('vnfSoftwareVersion')
            and (not version.get('vnfdVersions') or vnf.get('vnfdVersion') in version['vnfdVersions'])
            for version in one['versions'])) for one in products)


def check_request(body: Mapping[str, Any], version: str) -> None:
    """
    :raises OpOccError: 400, with what is wrong.
    """
    REQUEST[version].check(body)
    _check_uri('callbackUri', body['callbackUri'])
    if 'authentication' in body:
        _check_authentication(body['authentication'])


def _check_uri(name: str, uri: str) -> None:
    """
    :raises OpOccError: 400, it is no address of HTTP.
    """
    try:
        parts = urlsplit(uri)
        good = parts.scheme in ('http', 'https') and parts.hostname and not parts.username and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(not '!' <= sign <= '~' for sign in uri):
        raise refused(400, f'{name}: no address of http or https')


def _check_authentication(given: Mapping[str, Any]) -> None:
    """
    :raises OpOccError: 400, what a type needs is not there.
    """
    for kind in given['authType']:
        if PARAMS[kind] not in given:
            raise refused(400, f'authentication.{PARAMS[kind]}: is missing, and needed for {kind}')
    if 'paramsOauth2ClientCredentials' in given:
        _check_uri('authentication.paramsOauth2ClientCredentials.tokenEndpoint',
                   given['paramsOauth2ClientCredentials']['tokenEndpoint'])
