# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document of an environment: what a cloud is made of, how it is reached, who may see it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import (
    NAME,
    Boolean,
    Choice,
    Free,
    Integer,
    ListOf,
    Struct,
    Text,
    attribute,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes, read
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, Report, nearest, show
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import LINK_TYPES, OBJECT_TYPES

TEXT = Text()
PORT = Integer(1, 65535)
#: Values that are never written in clear, in whichever section they stand.
SECRETS = ('pwd', 'admin_token', 'ssh_password', 'rabbitmq_pass')
PORTS = ('port', 'rabbitmq_port', 'ssh_port', 'api_port')
#: What scans find out: kept from run to run, and not taken from a document that is applied.
FOUND_OUT = ('scanned', 'last_scanned', 'operational', 'tests')


def _secret(what: str) -> Any:
    return attribute(f'{what} From Ansible Vault; stored encrypted.', TEXT, default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenStackSection:
    """How the APIs are reached. Scans take `cloud`."""

    name: str = attribute('`OpenStack`.', TEXT)
    cloud: str | None = attribute('A cloud of clouds.yaml, where its credentials stay.', TEXT, default=None)
    region: str | None = attribute('Its region, when it has several.', TEXT, default=None)
    host: str | None = attribute("Keystone's host.", TEXT, default=None)
    port: int | None = attribute("Keystone's port.", PORT, default=None)
    user: str | None = attribute('The user.', TEXT, default=None)
    pwd: str | None = _secret('Its password.')
    admin_token: str | None = _secret('A token.')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HostSection:
    """A service on a host: mysql, CLI (SSH), AMQP or ACI."""

    name: str = attribute('`mysql`, `CLI`, `AMQP` or `ACI`.', TEXT)
    host: str = attribute('Name or address of the host.', TEXT)
    port: int | None = attribute('The port; left out: the usual one.', PORT, default=None)
    user: str | None = attribute('The user.', TEXT, default=None)
    pwd: str | None = _secret('Its password.')
    tls: bool | None = attribute('Whether to connect with TLS (AMQP).', Boolean(), default=None)
    ca_file: str | None = attribute("A file with the certificates that are trusted, in place of the system's (AMQP, ACI).", TEXT,
                                    default=None)
    verify_tls: bool = attribute('Whether certificates are verified (AMQP, ACI).', Boolean(), default=True)
    vhost: str | None = attribute('The virtual host, `/` where none is given (AMQP).', TEXT, default=None)
    hosts: tuple[str, ...] = attribute('Hosts of the inventory, or patterns of it, that are looked at (CLI).',
                                       ListOf(TEXT, single=True), default=())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSection:
    """Where monitoring runs."""

    name: str = attribute('`Monitoring`.', TEXT)
    type: str | None = attribute('What it is, such as `Sensu`.', TEXT, default=None)
    server_ip: str = attribute("The server's address.", TEXT)
    server_name: str | None = attribute("The server's name.", TEXT, default=None)
    api_port: int | None = attribute("Its API's port.", PORT, default=None)
    ssh_user: str | None = attribute('The user to log in as.', TEXT, default=None)
    ssh_password: str | None = _secret('Its password.')
    ssh_port: int | None = attribute('The port of SSH.', PORT, default=None)
    rabbitmq_user: str | None = attribute('The user of its message bus.', TEXT, default=None)
    rabbitmq_pass: str | None = _secret('Its password.')
    rabbitmq_port: int | None = attribute("The bus's port.", PORT, default=None)
    provision: str | None = attribute('What is set up on hosts.', TEXT, default=None)
    env_type: str | None = attribute('Such as `production`.', TEXT, default=None)
    config_folder: str | None = attribute('Where its configuration is.', TEXT, default=None)


SECTIONS: Mapping[str, type] = {'OpenStack': OpenStackSection, 'mysql': HostSection, 'CLI': HostSection,
                                'AMQP': HostSection, 'Monitoring': MonitoringSection, 'ACI': HostSection}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Who may do what: names of users; `@name` is a group."""

    view_env: tuple[str, ...] = attribute('Who may see it.', ListOf(TEXT), default=(), key='view-env')
    edit_env: tuple[str, ...] = attribute('Who may change it.', ListOf(TEXT), default=(), key='edit-env')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CliqueType:
    """A graph of one's own: which links to follow from objects of a type, in this order."""

    name: str = attribute('What it is called.', NAME)
    focal_point_type: str = attribute('The type of object that it is around.', Choice(tuple(OBJECT_TYPES)))
    link_types: tuple[str, ...] = attribute('The links to follow, in this order.', ListOf(Choice(LINK_TYPES)))
    distribution: str | None = attribute('Only for this distribution.', TEXT, default=None)
    distribution_version: str | None = attribute('Only for this version of it.', TEXT, default=None)
    mechanism_drivers: str | None = attribute('Only where this is one of the mechanism drivers.', TEXT, default=None)
    type_drivers: str | None = attribute('Only where this is one of the type drivers.', TEXT, default=None)
    constraints: tuple[str, ...] = attribute("`network`: only links of the focal point's own networks, or of none.",
                                             ListOf(Choice(('network',))), default=('network',))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The document itself."""

    SHORTHAND: ClassVar[str] = 'name'

    name: str = attribute('What it is called.', NAME)
    type: str = attribute('Always `environment`.', Choice(('environment',)), default='environment')
    distribution: str | None = attribute('Who makes the cloud, such as `Kolla` or `RDO`.', TEXT, default=None)
    distribution_version: str | None = attribute('Its version.', TEXT, default=None)
    mechanism_drivers: tuple[str, ...] = attribute("Neutron's mechanism drivers, such as `openvswitch`, `ovn`, `OVS`, `VPP`.",
                                                   ListOf(TEXT, single=True), default=())
    type_drivers: tuple[str, ...] = attribute("Types of tenants' networks: `vxlan`, `vlan`, `gre`, `geneve`, `flat`.",
                                              ListOf(TEXT, single=True), default=())
    listen: bool = attribute('Whether events are to be taken from the message bus; needs the section AMQP.', Boolean(),
                             default=False)
    enable_monitoring: bool = attribute('Whether it is monitored; needs the section Monitoring.', Boolean(), default=False)
    aci_enabled: bool = attribute('Whether its switches are asked; needs the section ACI.', Boolean(), default=False)
    scanned: bool = attribute('Whether a whole scan ended well.', Boolean(), default=False)
    last_scanned: str | None = attribute('When the last scan ended.', TEXT, default=None)
    operational: str = attribute('Whether its connections passed their tests.', Choice(('running', 'stopped', 'error')),
                                 default='stopped')
    tests: tuple[Any, ...] = attribute('What the last test of its connections found, a part for each section.', ListOf(Free()),
                                       default=())
    user: str | None = attribute('Whose it is.', TEXT, default=None)
    app_path: str | None = attribute('Kept for documents that have it; nothing is there.', TEXT, default=None)
    auth: Auth | None = attribute('Who may see and change it.', Struct(Auth), default=None)
    configuration: tuple[Any, ...] = attribute('How its parts are reached, a section each.', ListOf(Free(secret=True)),
                                               default=())
    clique_types: tuple[CliqueType, ...] = attribute('Graphs of its own, before the usual ones.',
                                                     ListOf(Struct(CliqueType), by='name'), default=())

    def section(self, name: str) -> Any:
        """A section of the configuration, None where it is not there."""
        return next((one for one in self.configuration if one.name == name), None)


def load(document: Any) -> Environment:
    """The environment that a document describes.

    :raises TopologyError: ``problems`` holds every mistake with its path; no secret is in any.
    """
    report = Report()
    found = read(Struct(Environment), _with_numbers(document), '', report)
    if found is not None:
        sections = document.get('configuration') if isinstance(document, Mapping) else None
        listed = _with_numbers(document)['configuration'] if isinstance(sections, (list, tuple)) else []
        found = dataclasses.replace(found, configuration=_sections(listed, report), clique_types=found.clique_types or ())
        _check(found, report)
    if report.problems or found is None:
        raise TopologyError('The environment can not be used:\n' + '\n'.join(f'  {one}' for one in report.problems),
                            [str(one) for one in report.problems])
    return found


def _with_numbers(document: Any) -> Any:
    """Ports are written as numbers and as strings of digits; these become numbers."""
    if not isinstance(document, Mapping) or not isinstance(document.get('configuration'), (list, tuple)):
        return document
    return {**document, 'configuration': [
        {key: int(value) if key in PORTS and isinstance(value, str) and value.isdecimal() and len(value) < 9 else value
         for key, value in section.items()} if isinstance(section, Mapping) else section
        for section in document['configuration']]}


def _sections(sections: list[Any], report: Report) -> tuple[Any, ...]:
    found = []
    names: dict[str, int] = {}
    for at, section in enumerate(sections):
        path = f'configuration[{at}]'
        if not isinstance(section, Mapping):
            continue
        name = section.get('name')
        if not isinstance(name, str) or name not in SECTIONS:
            report.add(f'{path}.name', f'{show(name)} is no section: {nearest(str(name), SECTIONS)}')
            continue
        if name in names:
            report.add(f'{path}.name', f'the section {name} is there twice: configuration[{names[name]}] is it, too')
        names.setdefault(name, at)
        own = Report()
        one = read(Struct(SECTIONS[name]), section, path, own)
        for path_of, message in own.problems:
            secret = path_of.rpartition('.')[2] in SECRETS
            report.problems.append(Problem(path_of, 'this is no text of one line' if secret else message))
        found.append(one)
    return tuple(one for one in found if one is not None)


def _check(found: Environment, report: Report) -> None:
    """What no key says by itself."""
    for key, wanted, name in (('listen', found.listen, 'AMQP'), ('enable_monitoring', found.enable_monitoring, 'Monitoring'),
                              ('aci_enabled', found.aci_enabled, 'ACI')):
        if wanted and found.section(name) is None:
            report.add(key, f'true needs the section {name}: add it to configuration, or set false')
    openstack = found.section('OpenStack')
    if openstack is not None and not openstack.cloud and not openstack.host:
        at = next(index for index, one in enumerate(found.configuration) if one.name == 'OpenStack')
        report.add(f'configuration[{at}]', 'neither cloud nor host is given: name a cloud of clouds.yaml')
    names = [one.name for one in found.clique_types if one is not None]
    for at, one in enumerate(found.clique_types):
        if one is not None and one.name in names[:at]:
            report.add(f'clique_types[{at}].name', f'{show(one.name)} is there twice')
        if one is not None and not one.link_types:
            report.add(f'clique_types[{at}].link_types', 'this is empty: name the links to follow')


def to_document(found: Any) -> dict[str, Any]:
    """An environment, or a part of it, as a document: what is left out or as by default is not in it."""
    document: dict[str, Any] = {}
    for known in attributes(type(found)).values():
        value = getattr(found, known.name)
        if value != known.default or known.required:
            document[known.key] = _plain(value)
    return document


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_document(value)
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def part(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """A document without its secrets, and the secrets by section."""
    clear = copy.deepcopy(dict(document))
    secrets: dict[str, dict[str, str]] = {}
    for section in clear.get('configuration', ()):
        found = {key: section.pop(key) for key in SECRETS if section.get(key) is not None}
        if found:
            secrets[section['name']] = found
    return clear, secrets


def join(document: Mapping[str, Any], secrets: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What :func:`part` was given."""
    return {**document, 'configuration': [{**section, **secrets.get(section['name'], {})}
                                          for section in document.get('configuration', ())]}
