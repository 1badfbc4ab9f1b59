# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of requests: which attributes SOL003 knows, which of them are needed, and what each may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import refused

#: Characters of an identifier, and of a text that nothing else limits.
ID_LENGTH, TEXT_LENGTH = 255, 1024
#: Items of a list or a mapping.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Text:
    """A text of ``least`` to ``most`` characters; ``choices`` where not any will do."""

    most: int = ID_LENGTH
    least: int = 1
    choices: tuple[str, ...] = ()
    null: bool = False

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if value is None and self.null:
            return
        if not isinstance(value, str) or not self.least <= len(value) <= self.most:
            yield f'{path}: not a text of {self.least} to {self.most} characters'
        elif self.choices and value not in self.choices:
            yield f'{path}: not one of {", ".join(self.choices)}'


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    least: int = 0
    most: int = 2 ** 31 - 1

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            yield f'{path}: not a whole number of {self.least} to {self.most}'


@dataclass(frozen=True, slots=True)
class Truth:
    """true or false."""

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if not isinstance(value, bool):
            yield f'{path}: neither true nor false'


@dataclass(frozen=True, slots=True)
class Free:
    """KeyValuePairs: an object of the client's own; ``null`` where a merge patch may take it away."""

    null: bool = False

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if value is None and self.null:
            return
        if not isinstance(value, dict) or len(value) > MOST:
            yield f'{path}: not an object of at most {MOST} entries'
        elif any(not key or len(key) > ID_LENGTH for key in value):
            yield f'{path}: a name in it is not of 1 to {ID_LENGTH} characters'


@dataclass(frozen=True, slots=True)
class Many:
    """A list, of at least ``least`` items."""

    of: Any
    least: int = 0

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if not isinstance(value, list) or not self.least <= len(value) <= MOST:
            yield f'{path}: not a list of {self.least} to {MOST} items'
            return
        for number, one in enumerate(value):
            yield from self.of.problems(f'{path}[{number}]', one)


@dataclass(frozen=True, slots=True)
class ById:
    """An object whose names are identifiers of the client's."""

    of: Any
    null: bool = False

    def problems(self, path: str, value: Any) -> Iterator[str]:
        yield from Free().problems(path, value)
        for key, one in value.items() if isinstance(value, dict) else ():
            if one is not None or not self.null:
                yield from self.of.problems(f'{path}.{key[:64]}', one)


@dataclass(frozen=True, slots=True)
class Body:
    """An object with these attributes, some of them needed."""

    known: Mapping[str, Any]
    needed: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    def problems(self, path: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f'{path or "body"}: not an object'
            return
        start = f'{path}.' if path else ''
        yield from (f'{start}{name}: is missing' for name in self.needed if name not in value)
        yield from (f'{start}{name[:64]}: is no attribute here (there are: {", ".join(sorted(self.known))})'
                    for name in value if name not in self.known)
        if self.one_of and sum(name in value for name in self.one_of) != 1:
            yield f'{path or "body"}: one of {", ".join(self.one_of)} is needed, and one only'
        for name, kind in self.known.items():
            if name in value:
                yield from kind.problems(f'{start}{name}', value[name])

    def check(self, value: Any) -> None:
        """
        :raises OpOccError: 400, with all that is wrong.
        """
        found = list(self.problems('', value))
        if found:
            raise refused(400, '\n'.join(found[:20]))


ID, FREE = Text(), Free()
_IP = Body({'type': Text(choices=('IPV4', 'IPV6')), 'fixedAddresses': Many(Text(64), 1), 'numDynamicAddresses': Number(1),
            'addressRange': Body({'minAddress': Text(64), 'maxAddress': Text(64)}, ('minAddress', 'maxAddress')),
            'subnetId': ID}, ('type',))
_ETHERNET = Body({'macAddress': Text(17), 'segmentationId': ID, 'ipAddresses': Many(_IP)})
_PROTOCOL = Body({'layerProtocol': Text(choices=('IP_OVER_ETHERNET',)), 'ipOverEthernet': _ETHERNET}, ('layerProtocol',))
_CONFIG = {'linkPortId': ID, 'createExtLinkPort': Truth(), 'cpProtocolData': Many(_PROTOCOL)}
_CP = {'v1': Body({'cpdId': ID, 'cpConfig': Many(Body({'cpInstanceId': ID, **_CONFIG}))}, ('cpdId',)),
       'v2': Body({'cpdId': ID, 'cpConfig': ById(Body({'parentCpConfigId': ID, **_CONFIG}), null=True)}, ('cpdId',))}
_LINK_PORT = Body({'id': ID, 'resourceHandle': FREE}, ('id', 'resourceHandle'))
EXT_LINK = {version: Body({'id': ID, 'vimConnectionId': ID, 'resourceProviderId': ID, 'resourceId': ID, 'extCps': Many(cp, 1),
                           'extLinkPorts': Many(_LINK_PORT)}, ('id', 'resourceId', 'extCps')) for version, cp in _CP.items()}
MANAGED = Body({'id': ID, 'vnfVirtualLinkDescId': ID, 'virtualLinkDescId': ID, 'vimConnectionId': ID, 'resourceProviderId': ID,
                'resourceId': ID, 'vnfLinkPort': Many(FREE), 'extManagedMultisiteVirtualLinkId': ID}, ('id', 'resourceId'))
_VIM = {'vimId': ID, 'vimType': ID, 'interfaceInfo': FREE, 'accessInfo': FREE, 'extra': FREE}
VIMS = {'v1': Many(Body({'id': ID, **_VIM}, ('id', 'vimType'))), 'v2': ById(Body(_VIM, ('vimType',)))}
_INFO = {'vnfInstanceName': Text(ID_LENGTH, 0, null=True), 'vnfInstanceDescription': Text(TEXT_LENGTH, 0, null=True),
         'metadata': Free(null=True), 'extensions': Free(null=True), 'vnfConfigurableProperties': Free(null=True)}
CREATE = Body({'vnfdId': ID, 'vnfInstanceName': Text(ID_LENGTH, 0), 'vnfInstanceDescription': Text(TEXT_LENGTH, 0),
               'metadata': FREE}, ('vnfdId',))
_VIM_CHANGE = {'vimId': Text(null=True), 'vimType': Text(null=True),
               **{name: Free(null=True) for name in ('interfaceInfo', 'accessInfo', 'extra')}}
MODIFY = {'v1': Body({**_INFO, 'vnfdId': ID, 'vimConnectionInfo': Many(Body({'id': ID, **_VIM_CHANGE}, ('id',)))}),
          'v2': Body({**_INFO, 'vnfdId': ID, 'vimConnectionInfo': ById(Body(_VIM_CHANGE), null=True)})}
CANCEL = Body({'cancelMode': Text(choices=('GRACEFUL', 'FORCEFUL'))}, ('cancelMode',))
NOTHING = Body({})
_SNAPSHOT = Body({'vnfSnapshotInfoId': ID, 'vnfcInstanceId': ID, 'additionalParams': FREE, 'userDefinedData': FREE},
                 ('vnfSnapshotInfoId',))


def _links(version: str) -> dict[str, Any]:
    return {'extVirtualLinks': Many(EXT_LINK[version]), 'extManagedVirtualLinks': Many(MANAGED), 'additionalParams': FREE,
            'vimConnectionInfo': VIMS[version], 'extensions': FREE, 'vnfConfigurableProperties': FREE}


#: The body of each task of a VNF instance, by version.
TASKS: dict[str, dict[str, Body]] = {version: {
    'instantiate': Body({'flavourId': ID, 'instantiationLevelId': ID, 'localizationLanguage': Text(64), **_links(version)},
                        ('flavourId',)),
    'terminate': Body({'terminationType': Text(choices=('FORCEFUL', 'GRACEFUL')), 'gracefulTerminationTimeout': Number(1),
                       'additionalParams': FREE}, ('terminationType',)),
    'scale': Body({'type': Text(choices=('SCALE_OUT', 'SCALE_IN')), 'aspectId': ID, 'numberOfSteps': Number(1, 10_000),
                   'additionalParams': FREE}, ('type', 'aspectId')),
    'scale_to_level': Body({'instantiationLevelId': ID, 'scaleInfo': Many(Body(
        {'aspectId': ID, 'scaleLevel': Number(0, 10_000), 'vnfdId': ID}, ('aspectId', 'scaleLevel')), 1),
        'additionalParams': FREE}, one_of=('instantiationLevelId', 'scaleInfo')),
    'heal': Body({'vnfcInstanceId': Many(ID), 'cause': Text(255, 0), 'healScript': ID, 'additionalParams': FREE}),
    'operate': Body({'changeStateTo': Text(choices=('STARTED', 'STOPPED')), 'stopType': Text(choices=('FORCEFUL', 'GRACEFUL')),
                     'gracefulStopTimeout': Number(1), 'vnfcInstanceId': Many(ID), 'additionalParams': FREE}, ('changeStateTo',)),
    'change_ext_conn': Body({'extVirtualLinks': Many(EXT_LINK[version], 1), 'vimConnectionInfo': VIMS[version],
                             'additionalParams': FREE}, ('extVirtualLinks',)),
    'change_flavour': Body({'newFlavourId': ID, 'instantiationLevelId': ID, **_links(version)}, ('newFlavourId',)),
    'change_vnfpkg': Body({'vnfdId': ID, **_links(version)}, ('vnfdId',)),
    **({'create_snapshot': _SNAPSHOT, 'revert_to_snapshot': _SNAPSHOT} if version == 'v2' else {}),
} for version in ('v1', 'v2')}

_CAPITAL = re.compile(r'(?<!^)([A-Z])')


def snake(name: str) -> str:
    """``vnfInstanceName`` as our own parameters have it: ``vnf_instance_name``."""
    return _CAPITAL.sub(r'_\1', name).lower()
