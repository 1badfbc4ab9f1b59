# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation that writes a journal: where it begins, how it is asked for, and what is compared once it was interrupted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import openstack
from ansible_collections.nfv.mano.tests.integration.mano.hosts import Hosts
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later
from ansible_collections.nfv.mano.tests.integration.mano.service import wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import document, good, refused, write

#: When the process dies at a journal entry: before it is on disk, half of it being there, or before the step that follows it.
MOMENTS = ('lost', 'torn', 'after')
MEANT = {'nfv_accept_data_loss': True}
WEB = {'nfv_vnf': 'web'}
SNAPSHOT = {'name': 'monday'}
Variables = dict[str, Any]


def versioned(site: Place, version: str, count: int, **more: Any) -> dict[str, Any]:
    """A document with so many instances of one VDU with a volume, a version of the VNF, and a size to scale to."""
    value = document(site.service.name, count, volumes=[{'name': 'logs', 'size_gib': 1}], **more)
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    value['vnfs'][0].update(vnfd={'id': 'web', 'version': version, 'software_version': version},
                            instantiation_levels=[{'name': 'wide', 'counts': {'front': site.count + 1}}])
    return value


def _up(site: Later) -> None:
    if [fact['state'] for fact in site.service.facts('ns')] != ['INSTANTIATED']:
        good(site.play())


class Place(Later):
    """A service that operations are tried on.

    :param count: how many instances it has where an operation begins.
    """

    def __init__(self, service: Any, count: int) -> None:
        super().__init__(service)
        self.count = count
        self.describe()

    def describe(self) -> None:
        """Write the document that operations begin with."""
        self.service.write(versioned(self, '1.0', self.count))

    def path(self, name: str, value: dict[str, Any]) -> str:
        return write(self.service.folder, value, name)

    def snapshots(self) -> list[str]:
        """Items of the record that are snapshots."""
        return [item for fact in self.service.facts('vnf') for item in fact['resources'] if item.startswith('snapshot:')]


def _bring(verb: str, up: Callable[[Place], None] = _up, **variables: Any) -> Callable[[Place], None]:
    """It is instantiated, and then this verb brings it to where the operation begins."""
    def bring(site: Place) -> None:
        up(site)
        good(site.play(verb, **MEANT, **variables))
    return bring


def _down(site: Place) -> None:
    if site.service.facts('ns'):
        good(site.play('terminate'))


def _scaled(site: Place) -> None:
    _up(site)
    good(site.play('scale', nfv_params={'count': site.count}, **FRONT))


def _as_described(site: Place) -> None:
    site.describe()
    _up(site)
    good(site.play('update', nfv_allow_delete=True, **MEANT))


def _changed(site: Place) -> Variables:
    """Another network, other metadata, and an instance more."""
    value = versioned(site, '1.0', site.count + 1, metadata={'tier': 'gold'})
    value['virtual_links'].append({'name': 'more', 'subnets': [{'cidr': '10.83.0.0/24'}]})
    return {'nfv_descriptor': site.path('changed.yaml', value)}


def _version(number: str, **more: Any) -> Callable[[Place], Variables]:
    return lambda site: {'nfv_descriptor': site.path(f'version-{number}.yaml', versioned(site, number, site.count, **more))}


def _first_version(site: Place) -> None:
    _up(site)
    good(site.play('change_vnfpkg', **_version('1.0')(site)))


def _without_snapshot(site: Place) -> None:
    _up(site)
    if site.snapshots():
        good(site.play('create_snapshot', nfv_params={**SNAPSHOT, 'state': 'absent'}))


def _with_snapshot(site: Place) -> None:
    _up(site)
    if len(site.snapshots()) < site.count:
        good(site.play('create_snapshot', nfv_params=SNAPSHOT))


def _on_the_first_flavor(site: Place) -> None:
    """A disk gets no smaller: there is no way back but to begin anew."""
    site.describe()
    if {one.flavor.original_name for one in site.service.mine()['servers']} != {'m1.tiny'}:
        _down(site)
    _up(site)


def _healed(site: Place) -> None:
    _up(site)
    good(site.play('heal', **MEANT))


def _one_is_gone(site: Place) -> None:
    """Somebody else deleted a server."""
    _healed(site)
    compute, doomed = site.project.cloud.compute, site.server(0)
    compute.delete_server(doomed.id)
    wait_for(lambda: doomed.id not in {one.id for one in compute.servers(details=False)}, 60, 'the server is gone')


def _from_host(site: Place) -> Variables:
    return {'nfv_params': {'from_host': Hosts(openstack.connect(cloud='sandbox-admin')).of(site)[0]}}


@contextmanager
def _host_down(site: Place) -> Iterator[None]:
    """The host of the first instance is down meanwhile."""
    hosts = Hosts(openstack.connect(cloud='sandbox-admin'))
    with hosts.down(hosts.of(site)[0]):
        yield


def _asked(**variables: Any) -> Callable[[Place], Variables]:
    return lambda _site: variables


def _extension(link: str) -> Variables:
    return {'nfv_params': {'ext_virtual_links': [{'id': link, 'ext_cps': [{'cpd_id': 'front/eth1'}]}]}, **WEB}


@dataclass(frozen=True)
class Operation:
    """:param begin: brings the service to where the operation begins, from wherever an operation left it.
    :param entries: entries that its journal has at least, of two instances.
    :param hosts: whether it is the hosts that it changes.
    :param during: what the cloud goes through from before it to after its retry.
    :param for_good: kinds of what it deletes that nothing brings back: after an accepted loss there may be less of them.
    """

    name: str
    verb: str
    begin: Callable[[Place], None]
    asked: Callable[[Place], Variables]
    entries: int
    hosts: bool = False
    during: Callable[[Place], AbstractContextManager[None]] = lambda site: nullcontext()
    for_good: frozenset[str] = frozenset()


#: In an order in which one service can go through all of them.
OPERATIONS = {one.name: one for one in (
    Operation('instantiate', 'instantiate', _down, _asked(), 20),
    Operation('reconcile', 'reconcile', _one_is_gone, _asked(), 2),
    Operation('heal', 'heal', _healed, _asked(nfv_params={'force': True}), 12),
    Operation('scale_out', 'scale', _scaled, lambda site: {'nfv_params': {'count': site.count + 1}, **FRONT}, 8),
    Operation('scale_to_level', 'scale', _scaled, _asked(nfv_params={'instantiation_level_id': 'wide'}, **WEB), 8),
    Operation('scale_in', 'scale', _scaled, lambda site: {'nfv_params': {'count': site.count - 1}, **FRONT}, 6),
    Operation('stop', 'operate', _bring('operate', _scaled, nfv_params={'state': 'STARTED'}),
              _asked(nfv_params={'state': 'STOPPED'}), 6),
    Operation('start', 'operate', _bring('operate', nfv_params={'state': 'STOPPED'}), _asked(nfv_params={'state': 'STARTED'}), 6),
    Operation('rebuild', 'rebuild', _bring('rebuild', nfv_params={'image': 'cirros'}), _asked(nfv_params={'image': 'ubuntu'}), 6),
    Operation('migrate', 'migrate', _up, _asked(**FRONT), 6, hosts=True),
    Operation('evacuate', 'evacuate', _up, _from_host, 4, during=_host_down),
    Operation('modify_info', 'modify_info', _bring('modify_info', nfv_params={'metadata': {'tier': None}}, **FRONT),
              _asked(nfv_params={'metadata': {'tier': 'gold'}}, **FRONT), 4),
    Operation('change_ext_conn', 'change_ext_conn', _bring('change_ext_conn', **_extension('data')),
              _asked(**_extension('mgmt')), 12),
    Operation('create_snapshot', 'create_snapshot', _without_snapshot, _asked(nfv_params=SNAPSHOT), 10),
    Operation('revert_to_snapshot', 'revert_to_snapshot', _with_snapshot, _asked(nfv_params=SNAPSHOT), 8),
    Operation('delete_snapshot', 'create_snapshot', _with_snapshot, _asked(nfv_params={**SNAPSHOT, 'state': 'absent'}), 6,
              for_good=frozenset({'images', 'volume_snapshots'})),
    Operation('change_vnfpkg', 'change_vnfpkg', _first_version, _version('2.0', image='ubuntu'), 6),
    Operation('update', 'update', _as_described, _changed, 10),
    Operation('change_flavour', 'change_flavour', _on_the_first_flavor, _asked(nfv_params={'flavor': 'm1.small'}), 8),
    Operation('terminate', 'terminate', _without_snapshot, _asked(), 12),
)}


class Seen(NamedTuple):
    """What is in the cloud of a service: what counts of it, and the ids."""

    shape: dict[str, Any]
    ids: dict[str, set[str]]


def seen(site: Later, hosts: bool = False) -> Seen:
    """What Nova, Neutron, Cinder and Glance say."""
    mine = site.service.mine()
    called = {one.id: one.name for one in mine['servers']}
    shape: dict[str, Any] = {
        'servers': {one.name: (one.status, one.image.id, one.flavor.original_name, dict(one.metadata), sorted(one.tags),
                               len(one.attached_volumes), one.host_id if hosts else None) for one in mine['servers']},
        'ports': sorted((one.description, one.network_id if one.network_id not in {net.id for net in mine['networks']} else '',
                         called.get(one.device_id, '')) for one in mine['ports']),
        'volumes': sorted((one.name, one.size, one.status) for one in mine['volumes']),
        'subnets': sorted(one.cidr for one in mine['subnets'])}
    shape.update({kind: sorted(one.name for one in mine[kind]) for kind in ('networks', 'images', 'volume_snapshots')})
    return Seen(shape, {kind: {one.id for one in rows} for kind, rows in mine.items()})


def _but(shape: dict[str, Any], kinds: frozenset[str]) -> dict[str, Any]:
    return {kind: value for kind, value in shape.items() if kind not in kinds}


def assert_same(now: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Shapes, or anything by kind: what differs is told of each kind."""
    other = [kind for kind in now.keys() | wanted.keys() if now.get(kind) != wanted.get(kind)]
    assert not other, '\n'.join(f'{kind}: {now.get(kind)} instead of {wanted.get(kind)}' for kind in other)


def assert_consistent(site: Later) -> None:
    """The record has exactly what the cloud has, nobody holds the lock, and no op-occ is open."""
    service = site.service
    assert_same(service.recorded(), {kind: {one.id for one in rows} for kind, rows in service.mine().items()})
    assert service.holder() is None
    assert service.state() in ('COMPLETED', 'ROLLED_BACK')


class Way(NamedTuple):
    """How one interruption ended: ``how`` is 'retried', 'rolled back' or 'rollback refused, retried'."""

    how: str
    after: Seen


def interrupt(site: Place, operation: Operation, point: str, back: bool) -> Way:
    """Kill the operation there, and then retry or roll it back; what must be so afterwards is asserted.

    :raises NotStruck: the operation ended before it came there.
    """
    before, variables = seen(site, operation.hosts), operation.asked(site)
    with operation.during(site):
        return _interrupted(site, operation, variables, f'KILL:{point}', back, before)


def _interrupted(site: Place, operation: Operation, variables: Variables, point: str, back: bool, before: Seen) -> Way:
    killed = site.service.injected(point, operation.verb, **MEANT, **variables)
    assert killed.rc != 0, killed.out
    assert site.service.state() == 'FAILED_TEMP', killed.out
    if back:
        played, exact = site.play('rollback'), True
        if played.rc:
            refused(played, '409')
            played, exact = site.play('rollback', **MEANT), False
        if not played.rc:
            assert site.service.state() == 'ROLLED_BACK'
            after = seen(site, operation.hosts)
            lost = frozenset() if exact else operation.for_good
            assert_same(_but(after.shape, lost), _but(before.shape, lost))
            assert all(set(after.shape[kind]) <= set(before.shape[kind]) for kind in lost), after.shape
            if exact:
                assert_same(after.ids, before.ids)
            assert_consistent(site)
            return Way('rolled back', after)
        refused(played, '409')
    good(site.play('retry', **MEANT))
    assert site.service.state() == 'COMPLETED'
    assert_consistent(site)
    return Way('rollback refused, retried' if back else 'retried', seen(site))


def drawn(operation: Operation, seed: int) -> tuple[str, bool]:
    """A moment of an operation, and whether it is rolled back then: the same for the same seed."""
    of = random.Random(f'{seed} {operation.name}')
    return f'*:{of.randint(1, operation.entries)}:{of.choice(MOMENTS)}', of.random() < 0.5
