# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/openapi/vnflcm-v1.json and vnflcm-v2.json, the OpenAPI description of the SOL003 front.

Requests are described by what the front takes (``sol/front/bodies``), answers by the schemas that tests hold them to. Run it from
the collection's root in its ansible_collections tree: ``python tests/tools/generate_openapi.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.sol.front import bodies
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import ACCEPTED, TITLES, VERSIONS
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.query import Kind
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import OP_OCC, VNF_INSTANCE
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import PARAMS, REQUEST, RESOURCE

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'docs' / 'openapi'
SCHEMAS = ROOT / 'tests' / 'unit' / 'op_occ' / 'schemas'
UUID = {'type': 'string', 'format': 'uuid', 'pattern': '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'}
JSON, PROBLEM = 'application/json', 'application/problem+json'
OP_OCC_TASKS = {'retry': 'NOTHING', 'rollback': 'NOTHING', 'fail': 'NOTHING', 'cancel': 'CANCEL'}
#: What any call may be answered with, one with a body, and one of something by its id.
ANY, WITH_BODY, WITH_ID = (400, 401, 406, 503), (408, 413, 415, 422), (404,)

Schema = dict[str, Any]


def _nullable(schema: Schema, null: bool) -> Schema:
    return {'anyOf': [schema, {'type': 'null'}]} if null else schema


def _text(kind: bodies.Text) -> Schema:
    return _nullable({'enum': list(kind.choices)} if kind.choices else
                     {'type': 'string', 'minLength': kind.least, 'maxLength': kind.most}, kind.null)


def _free(kind: bodies.Free) -> Schema:
    return _nullable({'type': 'object', 'maxProperties': bodies.MOST,
                      'propertyNames': {'minLength': 1, 'maxLength': bodies.ID_LENGTH}}, kind.null)


def _by_id(kind: bodies.ById) -> Schema:
    return {**_free(bodies.Free()), 'additionalProperties': _nullable(schema_of(kind.of), kind.null)}


def _body(kind: bodies.Body) -> Schema:
    schema: Schema = {'type': 'object', 'properties': {name: schema_of(one) for name, one in kind.known.items()},
                      'additionalProperties': False}
    if kind.needed:
        schema['required'] = list(kind.needed)
    if kind.one_of:
        schema['oneOf'] = [{'required': [name]} for name in kind.one_of]
    return schema


MAKERS: dict[type, Callable[..., Schema]] = {
    bodies.Text: _text,
    bodies.Number: lambda kind: {'type': 'integer', 'minimum': kind.least, 'maximum': kind.most},
    bodies.Truth: lambda _kind: {'type': 'boolean'},
    bodies.Free: _free,
    bodies.Many: lambda kind: {'type': 'array', 'items': schema_of(kind.of), 'minItems': kind.least, 'maxItems': bodies.MOST},
    bodies.ById: _by_id,
    bodies.Body: _body,
}


#: What stands in several requests, and what SOL003 calls it.
NAMED = [*((body, 'ExtVirtualLinkData') for body in bodies.EXT_LINK.values()), (bodies.MANAGED, 'ExtManagedVirtualLinkData'),
         *((vims.of, 'VimConnectionInfo') for vims in bodies.VIMS.values())]


def schema_of(kind: Any) -> Schema:
    """The JSON schema of what an attribute of a request may be."""
    for known, name in NAMED:
        if kind is known:
            return {'$ref': _ref(name)}
    return MAKERS[type(kind)](kind)


def subscription_request(version: str) -> Schema:
    """What SubscriptionRequest says beside its attributes: addresses are of HTTP, and an authType has its parameters."""
    schema = schema_of(REQUEST[version])
    address = {'pattern': '^https?://[!-~]+$', 'format': 'uri'}
    schema['properties']['callbackUri'].update(address)
    authentication = schema['properties']['authentication']
    authentication['properties']['paramsOauth2ClientCredentials']['properties']['tokenEndpoint'].update(address)
    authentication['allOf'] = [{'if': {'properties': {'authType': {'contains': {'const': kind}}}}, 'then': {'required': [name]}}
                               for kind, name in PARAMS.items()]
    return schema


def shown(name: str, components: dict[str, Schema]) -> None:
    """Put the schema of a resource, and those that it names, among the components."""
    whole = json.loads((SCHEMAS / f'{name}.json').read_text(encoding='utf-8'))
    title = whole.pop('title').partition(' ')[0]
    inner = whole.pop('$defs', {})
    whole.pop('$schema')
    for key, schema in {title: whole, **inner}.items():
        moved = json.loads(json.dumps(schema).replace('"#/$defs/', '"#/components/schemas/'))
        if components.setdefault(key, moved) != moved:
            raise SystemExit(f'{key} is described twice, and not in the same way: {name}')


def listed(kind: Kind) -> Schema:
    """An item of a list: a selector may leave attributes, and parts of them, out."""
    return {'type': 'object', 'required': sorted(kind.mandatory), 'additionalProperties': False,
            'properties': dict.fromkeys(sorted(kind.attributes), True)}


def components_of(version: str) -> dict[str, Schema]:
    """All schemas of a version."""
    made: dict[str, Schema] = {}
    for name in ('vnf_instance', 'vnf_lcm_op_occ', 'notification'):
        shown(f'{name}_{version}', made)
    made['VnfInstanceListed'], made['VnfLcmOpOccListed'] = listed(VNF_INSTANCE), listed(OP_OCC[version])
    verbosity = {'verbosity': {'enum': ['FULL', 'SHORT']}} if version != 'v1' else {}
    request = subscription_request(version)
    made['LccnSubscriptionRequest'] = request
    made['LccnSubscription'] = {
        'type': 'object', 'additionalProperties': False, 'required': ['id', 'callbackUri', '_links', *verbosity],
        'properties': {'id': UUID, 'callbackUri': {'type': 'string'}, **verbosity, 'filter': request['properties']['filter'],
                       '_links': {'type': 'object', 'required': ['self'], 'properties': {'self': {'$ref': _ref('Link')}}}}}
    made['LccnSubscriptionListed'] = listed(RESOURCE)
    if version == 'v1':
        made['LccnSubscriptionListed']['required'].remove('verbosity')
        made['LccnSubscriptionListed']['properties'].pop('verbosity')
    made['ApiVersionInformation'] = {
        'type': 'object', 'required': ['uriPrefix', 'apiVersions'], 'additionalProperties': False, 'properties': {
            'uriPrefix': {'type': 'string'}, 'apiVersions': {'type': 'array', 'minItems': 1, 'items': {
                'type': 'object', 'required': ['version', 'isDeprecated'], 'additionalProperties': False,
                'properties': {'version': {'type': 'string'}, 'isDeprecated': {'type': 'boolean'}}}}}}
    made['Problem'] = {'type': 'object', 'required': ['title', 'status', 'detail'], 'properties': {
        'type': {'type': 'string'}, 'title': {'type': 'string'}, 'status': {'type': 'integer', 'minimum': 400, 'maximum': 599},
        'detail': {'type': 'string', 'minLength': 1}, 'instance': {'type': 'string'}}}
    for kind, name in NAMED:
        if kind in (bodies.EXT_LINK[version], bodies.MANAGED, bodies.VIMS[version].of):
            made[name] = _body(kind)
    made['CreateVnfRequest'], made['VnfInfoModificationRequest'] = schema_of(bodies.CREATE), schema_of(bodies.MODIFY[version])
    for task, body in bodies.TASKS[version].items():
        made[_request(task)] = schema_of(body)
    made[_request('cancel')], made[_request('nothing')] = schema_of(bodies.CANCEL), schema_of(bodies.NOTHING)
    return made


def _request(task: str) -> str:
    return ''.join(word.capitalize() for word in task.split('_')) + 'Request'


def _ref(name: str) -> str:
    return f'#/components/schemas/{name}'


def _content(name: str, kind: str = JSON, many: bool = False) -> Schema:
    schema = {'$ref': _ref(name)}
    return {kind: {'schema': {'type': 'array', 'items': schema} if many else schema}}


def _header(text: str) -> Schema:
    return {'description': text, 'schema': {'type': 'string'}}


LOCATION = {'Location': {**_header('Where what was made is'), 'required': True}}
NEXT = {'Link': _header('<...>;rel="next" where there is another page')}
ETAG = {'ETag': _header('Of this representation, for If-Match of a PATCH')}


def _operation(name: str, summary: str, good: Mapping[int, Schema], *, body: str | None = None, needed: bool = True,
               with_id: bool = False, others: tuple[int, ...] = (), parameters: tuple[str, ...] = (),
               patch: bool = False) -> Schema:
    kinds = (JSON, 'application/merge-patch+json') if patch else (JSON,)
    bad = {*ANY, *(WITH_BODY if body else ()), *(WITH_ID if with_id else ()), *others}
    return {
        'operationId': name, 'summary': summary,
        'parameters': [{'$ref': f'#/components/parameters/{one}'} for one in ('Version', *parameters)],
        **({'requestBody': {'required': needed, 'content': {key: value for kind in kinds
                                                            for key, value in _content(body, kind).items()}}} if body else {}),
        'responses': {**{str(status): answer for status, answer in good.items()},
                      **{str(status): {'$ref': f'#/components/responses/{status}'} for status in sorted(bad)}}}


def _of_id(name: str, methods: Schema) -> Schema:
    return {'parameters': [{'name': name, 'in': 'path', 'required': True, 'schema': UUID}], **methods}


SELECTED = ('filter', 'all_fields', 'fields', 'exclude_fields', 'exclude_default', 'nextpage_opaque_marker')


def _instances(version: str) -> dict[str, Schema]:
    one = {'description': 'The VNF instance', 'content': _content('VnfInstance')}
    paths = {
        '/vnf_instances': {
            'get': _operation('listVnfInstances', 'VNF instances', {200: {
                'description': 'A page of them', 'headers': NEXT, 'content': _content('VnfInstanceListed', many=True)}},
                parameters=SELECTED),
            'post': _operation('createVnfInstance', 'A VNF instance is made, and not instantiated', {
                201: {**one, 'headers': {**LOCATION, **ETAG}}}, body='CreateVnfRequest')},
        '/vnf_instances/{vnfInstanceId}': _of_id('vnfInstanceId', {
            'get': _operation('showVnfInstance', 'A VNF instance', {200: {**one, 'headers': ETAG}}, with_id=True),
            'patch': _operation('modifyVnfInstance', 'What is told of a VNF instance is changed', {202: _accepted()},
                                body='VnfInfoModificationRequest', with_id=True, others=(409, 412), parameters=('IfMatch',),
                                patch=True),
            'delete': _operation('deleteVnfInstance', 'A VNF instance that is not instantiated is forgotten', {
                204: {'description': 'It is gone'}}, with_id=True, others=(409,))})}
    for task in bodies.TASKS[version]:
        paths[f'/vnf_instances/{{vnfInstanceId}}/{task}'] = _of_id('vnfInstanceId', {'post': _operation(
            f'{task}VnfInstance', f'{task} is begun', {202: _accepted()}, body=_request(task), with_id=True, others=(409,))})
    return paths


def _accepted() -> Schema:
    return {'description': 'It was accepted; Location is its VnfLcmOpOcc', 'headers': LOCATION}


def _op_occs() -> dict[str, Schema]:
    shown_one = {'description': 'The operation occurrence', 'content': _content('VnfLcmOpOcc')}
    paths = {
        '/vnf_lcm_op_occs': {'get': _operation('listVnfLcmOpOccs', 'Operation occurrences, the oldest first', {200: {
            'description': 'A page of them', 'headers': NEXT, 'content': _content('VnfLcmOpOccListed', many=True)}},
            parameters=SELECTED)},
        '/vnf_lcm_op_occs/{vnfLcmOpOccId}': _of_id('vnfLcmOpOccId', {
            'get': _operation('showVnfLcmOpOcc', 'An operation occurrence', {200: shown_one}, with_id=True)})}
    for task in OP_OCC_TASKS:
        good = {200: shown_one} if task == 'fail' else {202: {'description': 'It was accepted'}}
        paths[f'/vnf_lcm_op_occs/{{vnfLcmOpOccId}}/{task}'] = _of_id('vnfLcmOpOccId', {'post': _operation(
            f'{task}VnfLcmOpOcc', task, good, body=_request('cancel' if task == 'cancel' else 'nothing'),
            needed=task == 'cancel', with_id=True, others=(409,))})
    return paths


def _subscriptions() -> dict[str, Schema]:
    one = {'description': 'The subscription, without its credentials', 'content': _content('LccnSubscription')}
    return {
        '/subscriptions': {
            'get': _operation('listSubscriptions', 'Subscriptions of this version of the API', {200: {
                'description': 'A page of them', 'headers': NEXT, 'content': _content('LccnSubscriptionListed', many=True)}},
                parameters=SELECTED),
            'post': _operation('createSubscription', 'Subscribe, once a GET of callbackUri was answered 204', {
                201: {**one, 'headers': LOCATION}}, body='LccnSubscriptionRequest')},
        '/subscriptions/{subscriptionId}': _of_id('subscriptionId', {
            'get': _operation('showSubscription', 'A subscription', {200: one}, with_id=True),
            'delete': _operation('deleteSubscription', 'Nobody is told any more', {204: {'description': 'It is gone'}},
                                 with_id=True)})}


def parameters_of(version: str) -> dict[str, Schema]:
    """Headers and parameters of queries."""
    def query(name: str, text: str) -> Schema:
        return {'name': name, 'in': 'query', 'description': text, 'schema': {'type': 'string'}}
    accepted = '|'.join(one.replace('.', r'\.') for one in ACCEPTED[version])
    return {
        'Version': {'name': 'Version', 'in': 'header', 'required': version != 'v1', 'schema': {
            'type': 'string', 'pattern': f'^({accepted})(-impl:[!-~]{{1,64}})?$'}},
        'IfMatch': {'name': 'If-Match', 'in': 'header', 'schema': {'type': 'string'}},
        'filter': query('filter', '(op,attr/path,value[,value]);(...), op one of eq neq gt gte lt lte in nin cont ncont'),
        'all_fields': query('all_fields', 'all attributes; the value does not matter'),
        'fields': query('fields', 'attributes, a comma between'),
        'exclude_fields': query('exclude_fields', 'attributes, a comma between'),
        'exclude_default': query('exclude_default', 'the attributes that are there by default; the value does not matter'),
        'nextpage_opaque_marker': query('nextpage_opaque_marker', 'from the Link of the page before')}


def description(version: str) -> dict[str, Any]:
    """The whole of it."""
    versions = {200: {'description': 'The versions', 'content': _content('ApiVersionInformation')}}
    api_versions = _operation('apiVersions', 'Versions of the API', versions)
    api_versions['parameters'] = []
    notified = {'description': 'It was taken'}
    return {
        'openapi': '3.1.0',
        'info': {'title': 'VNF lifecycle management of ETSI SOL003, as nfv.mano serves it', 'version': VERSIONS[version],
                 'license': {'name': 'GPL-3.0-or-later', 'identifier': 'GPL-3.0-or-later'},
                 'description': 'Made by tests/tools/generate_openapi.py. Which attributes have an effect is in docs/sol003.md.'},
        'servers': [{'url': f'http://127.0.0.1:9890/vnflcm/{version}'}],
        'security': [{'basic': []}, {'keystone': []}, {}],
        'paths': {'/api_versions': {'get': api_versions}, **_instances(version), **_op_occs(), **_subscriptions()},
        'webhooks': {'notification': {'post': {'operationId': 'notify', 'requestBody': {
            'required': True, 'content': _content('Notifications')}, 'responses': {'204': notified}}}},
        'components': {
            'securitySchemes': {'basic': {'type': 'http', 'scheme': 'basic'},
                                'keystone': {'type': 'apiKey', 'in': 'header', 'name': 'X-Auth-Token'}},
            'parameters': parameters_of(version),
            'responses': {str(status): {'description': title, 'content': _content('Problem', PROBLEM)}
                          for status, title in TITLES.items()},
            'schemas': components_of(version)}}


def text(version: str) -> str:
    """A file's content."""
    return json.dumps(description(version), indent=1) + '\n'


def path(version: str) -> Path:
    """Where it is."""
    return FOLDER / f'vnflcm-{version}.json'


def main() -> None:
    """Write both."""
    for version in VERSIONS:
        path(version).write_text(text(version), encoding='utf-8')


if __name__ == '__main__':
    main()
