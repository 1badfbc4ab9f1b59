# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VNF packages: a folder of SOL006 packages, by the id of their VNFD, and the network-service document of one VNF of them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_path, to_document
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import descriptors
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node, Notes
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import refused
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why

#: What the one VNF of such a service is called in it.
VNF = 'vnf'
#: The NSD that a VNFD is put into, and the virtual links in it, one for each external connection point.
NSD, LINK = 'nfv-mano-sol003', 'cp{}'

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A VNFD with the files of its package; ``vnfd`` is what a record tells of it."""

    vnfd: dict[str, Any]
    ext_cpds: tuple[str, ...]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """A document of one VNF, its files, and by external connection point the interface (``front/eth0``) that it is."""

    document: dict[str, Any]
    files: dict[str, str]
    interfaces: dict[str, str]


class Packages:
    """The packages below a folder; they are read when one is asked for, and again when they have changed.

    :param folder: None: there are none.
    """

    def __init__(self, folder: str | None) -> None:
        self._folder = os.path.abspath(os.path.expanduser(folder)) if folder else None
        self._read: dict[str, tuple[Signature, list[Package], str]] = {}
        self._mutex = threading.Lock()

    def find(self, vnfd_id: str) -> Package:
        """The package of a VNFD.

        :raises OpOccError: 422, there is none, or there are several.
        """
        with self._mutex:
            found = [package for package in self._all() if package.vnfd['id'] == vnfd_id]
            wrong = '; '.join(sorted(why for _signature, _packages, why in self._read.values() if why))
        if len(found) == 1:
            return found[0]
        what = 'is in several packages' if found else 'is the VNFD of no package here'
        raise refused(422, f'vnfdId: {vnfd_id} {what}' + (f' (not read: {wrong})' if wrong and not found else ''))

    def _all(self) -> Iterator[Package]:
        if self._folder is None:
            return
        try:
            names = sorted(name for name in os.listdir(self._folder) if not name.startswith('.'))
        except OSError as error:
            raise StoreError(self._folder, f'can not be read: {why(error)}') from error
        self._read = {name: self._read[name] for name in names if name in self._read}
        for name in names:
            path = os.path.join(self._folder, name)
            signature = tuple(_signature(path))
            if name not in self._read or self._read[name][0] != signature:
                self._read[name] = (signature, *_read(path, name))
            yield from self._read[name][1]


def _signature(path: str) -> Iterator[tuple[str, int, int]]:
    """What changes when a package does: the names, times and sizes of its files."""
    for base, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            yield from _of_file(os.path.join(base, name))
    if not os.path.isdir(path):
        yield from _of_file(path)


def _of_file(path: str) -> Iterator[tuple[str, int, int]]:
    try:
        found = os.stat(path)
    except OSError:
        return
    yield path, found.st_mtime_ns, found.st_size


def _read(path: str, name: str) -> tuple[list[Package], str]:
    """The packages at a path, and what is wrong with it."""
    if not (os.path.isdir(path) or path.endswith(('.tgz', '.tar.gz'))):
        return [], ''
    try:
        files = read_path(path).files
        notes = Notes()
        found = descriptors(files, notes)['vnfd']
    except DescriptorError as error:
        return [], f'{name}: {error.problems[0]}'
    made = [_package(node, files) for _file, node in found if node.text('id')]
    return made, f'{name}: {notes.problems[0]}' if notes.problems and not made else ''


def _package(node: Node, files: Mapping[str, str]) -> Package:
    told = {'id': node.text('id'), 'provider': node.text('provider'), 'product_name': node.text('product-name'),
            'software_version': node.text('software-version'), 'version': node.text('version')}
    points = tuple(name for name in (point.text('id') for point in node.nodes('ext-cpd')) if name)
    return Package({key: value for key, value in told.items() if value}, points, dict(files))


def make(package: Package, name: str, flavour: str | None) -> Made:
    """The document of a service with one VNF, whose external connection points are on virtual links of their own by now.

    :param name: of the service.
    :raises OpOccError: 422, with all that is wrong.
    """
    links = {point: LINK.format(number) for number, point in enumerate(package.ext_cpds)}
    profile = {'id': VNF, 'vnfd-id': package.vnfd['id'], **({'flavour-id': flavour} if flavour else {}),
               'virtual-link-connectivity': [
                   {'virtual-link-profile-id': link, 'constituent-cpd-id': [
                       {'constituent-base-element-id': VNF, 'constituent-cpd-id': point}]} for point, link in links.items()]}
    nsd = {'id': NSD, 'name': name, 'df': [{'id': 'default', 'vnf-profile': [profile]}],
           'virtual-link-desc': [{'id': link} for link in links.values()]}
    files = {**package.files, f'{NSD}.yaml': json.dumps({'nsd': nsd})}
    try:
        made = to_document(files, {'nsd_id': NSD, 'ns_name': name})
    except DescriptorError as error:
        raise refused(422, '\n'.join(str(problem) for problem in error.problems)) from None
    points = {link: point for point, link in links.items()}
    interfaces = {points[one['virtual_link']]: f'{vdu["name"]}/{one["name"]}' for vnf in made.document['vnfs']
                  for vdu in vnf.get('vdus', ()) for one in vdu.get('interfaces', ()) if one['virtual_link'] in points}
    return Made(made.document, made.files, interfaces)


def interface_of(made: Made, cpd_id: str, path: str) -> str:
    """The interface that a connection point is, by its id in the VNFD or as views show it.

    :raises OpOccError: 422, there is no such connection point.
    """
    found = made.interfaces.get(cpd_id, cpd_id)
    if found not in made.interfaces.values():
        raise _no_point(path, cpd_id, made)
    return found


def _no_point(path: str, cpd_id: str, made: Made) -> OpOccError:
    return refused(422, f'{path}: {cpd_id} is no external connection point of the VNFD (there are: '
                        f'{", ".join(sorted(made.interfaces)) or "none"})')
