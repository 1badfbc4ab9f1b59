# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SOL003's requests say, in the words of our own operations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.operation import levels
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import BY_ID, FREE
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.bodies import snake
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import refused
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.packages import Made, interface_of
from ansible_collections.nfv.mano.plugins.module_utils.target import TargetError, load

#: The verb, and what of the body are its parameters, of those tasks that are of what is there.
VERBS = {'scale': ('scale', ('type', 'aspectId', 'numberOfSteps')),
         'scale_to_level': ('scale', ('instantiationLevelId', 'scaleInfo')),
         'terminate': ('terminate', ('terminationType', 'gracefulTerminationTimeout')),
         'operate': ('operate', ('changeStateTo', 'stopType', 'gracefulStopTimeout')),
         'heal': ('heal', ('cause',)), 'change_ext_conn': ('change_ext_conn', ('extVirtualLinks',)),
         'create_snapshot': ('create_snapshot', ('vnfSnapshotInfoId',)),
         'revert_to_snapshot': ('revert_to_snapshot', ('vnfSnapshotInfoId',))}
#: What additionalParams of heal say; Tacker's ``all`` is to make disks anew, too.
HEAL = {'root': 'root', 'force': 'force'}
#: What a request says of a link that only a VIM of another kind needs.
UNUSED = ('resourceProviderId', 'extLinkPorts', 'addressRange', 'subnetId', 'segmentationId', 'createExtLinkPort',
          'parentCpConfigId', 'cpInstanceId')
#: What a VIM connection says of how to open it.
OPENS = ('interfaceInfo', 'accessInfo', 'extra')
#: Where instances are told what they are to have of their own.
ADDRESSES = ('ip_addresses', 'mac_addresses')


def snaked(value: Any) -> Any:
    """A value with SOL's names as ours; below FREE they are the client's and stay."""
    if isinstance(value, Mapping):
        made = {}
        for key, one in value.items():
            name = snake(key)
            made[name] = one if name in FREE else {part: snaked(inner) for part, inner in one.items()} \
                if name in BY_ID and isinstance(one, Mapping) else snaked(one)
        return made
    if isinstance(value, list):
        return [snaked(one) for one in value]
    return value


def params_of(task: str, body: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The parameters of a task on what is there."""
    params: dict[str, Any] = {key: body[key] for key in VERBS[task][1] if key in body}
    if 'extVirtualLinks' in params:
        params['extVirtualLinks'] = [_link(one, version) for one in params['extVirtualLinks']]
    made: dict[str, Any] = snaked(params)
    if task == 'scale_to_level' and 'scale_info' in made:
        made['scale_info'] = [{key: one[key] for key in ('aspect_id', 'scale_level')} for one in made['scale_info']]
    if task == 'heal':
        more = body.get('additionalParams') or {}
        made.update({name: more[key] for key, name in HEAL.items() if key in more})
        if more.get('all') is True:
            made.setdefault('root', 'rebuild')
        # Who names a VNFC wants another one in its place
        made.setdefault('force', bool(body.get('vnfcInstanceId')) or more.get('all') is True)
    return made


def _link(link: Mapping[str, Any], version: str) -> dict[str, Any]:
    """An ExtVirtualLinkData as v2 has it, without what is not used here."""
    made: dict[str, Any] = _without_unused(link)
    for point in made.get('extCps', ()) if version == 'v1' else ():
        configs = point.pop('cpConfig', None)
        if configs:
            point['cpConfig'] = {str(number): one for number, one in enumerate(configs)}
    return made


def _without_unused(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_unused(one) for key, one in value.items() if key not in UNUSED}
    if isinstance(value, list):
        return [_without_unused(one) for one in value]
    return value


def items_of(body: Mapping[str, Any], resources: Mapping[str, Mapping[str, Any]], vnf: str) -> list[dict[str, Any]] | None:
    """The instances that vnfcInstanceId names, by their servers' ids or by their own (``front/0``); None: it names none.

    :raises OpOccError: 422, there is no such instance.
    """
    given = body.get('vnfcInstanceId')
    if not given:
        return None
    known = {name: item for item, one in resources.items() if item.startswith(f'vdu:{vnf}/')
             for name in (one.get('id'), item.partition('/')[2]) if name}
    made = []
    for name in [given] if isinstance(given, str) else given:
        if name not in known:
            raise refused(422, f'vnfcInstanceId: {name} is no VNFC instance of this VNF')
        vdu, index = known[name].partition('/')[2].split('/')
        made.append({'vnf': vnf, 'vdu': vdu, 'count_index': int(index)})
    return made


def vims_of(body: Mapping[str, Any], version: str) -> dict[str, Any]:
    """vimConnectionInfo of a request, by id as v2 has it."""
    given = body.get('vimConnectionInfo') or {}
    if version == 'v1':
        return {one['id']: {key: value for key, value in one.items() if key != 'id'} for one in given}
    return dict(given)


def vims_told(body: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What a patch says of vimConnectionInfo.

    :raises OpOccError: 422, it is how to open a VIM.
    """
    given = vims_of(body, version)
    for key, one in given.items():
        secret = next((name for name in OPENS if (one or {}).get(name)), None)
        if secret:
            raise refused(422, f'vimConnectionInfo: {secret} of {key} can not be changed here: a VIM is a cloud of clouds.yaml, '
                               'which says how to open it')
    return {key: one if one is None else {name: value for name, value in one.items() if name not in OPENS}
            for key, one in given.items()}


def cloud_of(vims: Mapping[str, Mapping[str, Any]], clouds: Sequence[str]) -> str | None:
    """The cloud that vimConnectionInfo (by id) names by vimId; None: it names none.

    Whatever opens a cloud stands in clouds.yaml; what a request says of that is not used and not kept.

    :raises OpOccError: 422, it names several, or one that is not known here.
    """
    named = {one['vimId'] for one in vims.values() if one.get('vimId')}
    if len(named) > 1:
        raise refused(422, 'vimConnectionInfo: a VNF is on one VIM here')
    for name in named:
        if name not in clouds:
            raise refused(422, f'vimConnectionInfo: vimId {name} is no VIM here (there are: {", ".join(clouds) or "none"})')
        return str(name)
    return None


def document_of(made: Made, body: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The document of a VNF as it is to be instantiated: its external connection points on the networks that are given.

    :raises OpOccError: 422, with what is wrong.
    """
    document: dict[str, Any] = json.loads(json.dumps(made.document))
    if body.get('instantiationLevelId'):
        _at_level(document, made.files, body['instantiationLevelId'])
    vdus = {vdu['name']: vdu for vnf in document['vnfs'] for vdu in vnf.get('vdus', ())}
    interfaces = {f'{name}/{one["name"]}': (vdu, one) for name, vdu in vdus.items() for one in vdu.get('interfaces', ())}
    left = dict(made.interfaces)
    links = []
    for number, link in enumerate(_link(one, version) for one in body.get('extVirtualLinks') or ()):
        path = f'extVirtualLinks[{number}]'
        links.append({'name': link['id'], 'existing': link['resourceId']})
        for at, point in enumerate(link['extCps']):
            place = f'{path}.extCps[{at}]'
            name = interface_of(made, point['cpdId'], f'{place}.cpdId')
            left = {cpd: one for cpd, one in left.items() if one != name}
            vdu, interface = interfaces[name]
            interface.update(virtual_link=link['id'], **_addresses(point.get('cpConfig') or {}, vdu.get('count', 1), place))
    if left:
        raise refused(422, f'extVirtualLinks: nothing is said of the external connection points {", ".join(sorted(left))}')
    own = [one for one in document.get('virtual_links', ()) if one['name'] not in _placeholders(made)]
    document['virtual_links'] = [*own, *links]
    if body.get('extManagedVirtualLinks'):
        _managed(document, body['extManagedVirtualLinks'])
    return document


def _placeholders(made: Made) -> set[str]:
    return {one['virtual_link'] for vnf in made.document['vnfs'] for vdu in vnf.get('vdus', ())
            for one in vdu.get('interfaces', ()) if f'{vdu["name"]}/{one["name"]}' in made.interfaces.values()}


def _addresses(configs: Mapping[str, Any], count: int, path: str) -> dict[str, Any]:
    """Addresses of an interface, one for each instance of its VDU."""
    found: dict[str, list[str]] = {key: [] for key in ADDRESSES}
    for config in configs.values():
        for protocol in (config or {}).get('cpProtocolData') or ():
            ethernet = protocol.get('ipOverEthernet') or {}
            found['mac_addresses'] += [ethernet['macAddress']] if ethernet.get('macAddress') else []
            found['ip_addresses'] += [one for ips in ethernet.get('ipAddresses') or () for one in ips.get('fixedAddresses') or ()]
        if (config or {}).get('linkPortId'):
            raise refused(422, f'{path}.cpConfig: ports are made here; a linkPortId of another one is not taken')
    for key, values in found.items():
        if values and len(values) != count:
            raise refused(422, f'{path}.cpConfig: {len(values)} {key.replace("_", " ")} for {count} instances; give one for each')
    return {key: values for key, values in found.items() if values}


def _managed(document: dict[str, Any], given: Sequence[Mapping[str, Any]]) -> None:
    """Virtual links inside the VNF that are there already."""
    inside = {link['name']: link for vnf in document['vnfs'] for link in vnf.get('virtual_links', ())}
    for number, one in enumerate(given):
        name = one.get('vnfVirtualLinkDescId') or one.get('virtualLinkDescId')
        if name not in inside:
            raise refused(422, f'extManagedVirtualLinks[{number}]: {name} is no virtual link inside this VNF (there are: '
                               f'{", ".join(sorted(inside)) or "none"})')
        link = inside[name]
        link.clear()
        link.update(name=name, existing=one['resourceId'])


def _at_level(document: dict[str, Any], files: Mapping[str, str], level: str) -> None:
    try:
        vnf = load(document, files).vnfs[0]
        counts, reached = levels.to_named(vnf, level)
    except (TargetError, InputError) as error:
        told = error.problems if isinstance(error, InputError) else [str(problem) for problem in error.problems]
        raise refused(422, '\n'.join(told).replace('params.instantiation_level_id', 'instantiationLevelId')) from None
    for vdu in document['vnfs'][0].get('vdus', ()):
        vdu['count'] = counts.get(vdu['name'], vdu.get('count', 1))
    for aspect in document['vnfs'][0].get('scaling_aspects', ()):
        if aspect['name'] in reached:
            aspect['level'] = reached[aspect['name']]


def in_views_words(params: dict[str, Any], made: Made) -> dict[str, Any]:
    """Parameters of change_ext_conn with the interfaces that its connection points are.

    :raises OpOccError: 422, there is no such connection point.
    """
    for number, link in enumerate(params.get('ext_virtual_links') or ()):
        for at, point in enumerate(link['ext_cps']):
            path = f'extVirtualLinks[{number}].extCps[{at}].cpdId'
            name = point['cpd_id'] = interface_of(made, point['cpd_id'], path)
            configs = point.get('cp_config')
            if configs:
                # Those of SOL have names of the client's; ours are of the instances, in their order
                vdu, interface = name.split('/')
                known = [(key, config) for key, config in configs.items() if config is not None]
                point['cp_config'] = {key if key.startswith(f'{vdu}/') else f'{vdu}/{place}/{interface}': config
                                      for place, (key, config) in enumerate(known)}
    return params


def with_info(document: dict[str, Any], info: Mapping[str, Any], cloud: str | None) -> dict[str, Any]:
    """The document with what the VNF instance was told of itself, on a cloud."""
    vnf = document['vnfs'][0]
    vnf.update({key: info[key] for key in ('instance_name', 'description', 'metadata', 'extensions', 'configurable_properties')
                if info.get(key)})
    return {**document, **({'vims': {'default': {'cloud': cloud}}} if cloud else {})}
