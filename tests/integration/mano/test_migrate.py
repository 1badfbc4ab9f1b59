# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrate: Nova says that each server is where it was asked to be, or the record says that it is not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.hosts import Hosts, privileged
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import good, one_now

LIVE, COLD = 'live migration', 'cold migration'


class Site(NamedTuple):
    """A service of three instances, and where they are."""

    later: Later
    admin: Hosts

    @property
    def hosts(self) -> list[str]:
        return self.admin.of(self.later)

    def one(self, index: int, **params: Any) -> dict[str, Any]:
        """Variables that mean one instance."""
        return {**FRONT, 'nfv_count_index': index, 'nfv_params': params}

    def assert_recorded(self) -> None:
        records = [self.later.record(index) for index in range(3)]
        # Where one is that never moved, nobody with the rights to see it has asked
        assert all(record.get('host') in (None, host) for record, host in zip(records, self.hosts))
        assert [record['status'] for record in records] == self.later.statuses()


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    later = Later(module_service)
    privileged(later, 3)
    later.before = later.project.ids()
    good(later.play())
    yield Site(later, Hosts(openstack.connect(cloud='sandbox-admin')))
    later.assert_terminate_leaves_the_project_as_it_was()


def test_live_to_a_host(site: Site) -> None:
    was, ports = site.hosts, site.later.ports(1)
    there = site.admin.other(was[1])
    lines = site.later.change('migrate', **site.one(1, to_host=there))
    assert [(line.sign, line.name, line.detail) for line in lines] == [
        ('~', 'web/front/1', f'host {was[1]} -> {there} ({LIVE})')]
    assert site.hosts == [was[0], there, was[2]]
    assert site.later.ports(1) == ports
    assert site.admin.bound(site.later.server(1).id) == {there}
    assert (site.later.record(1)['host'], site.later.record(1)['status']) == (there, 'ACTIVE')
    site.later.again('migrate', **site.one(1, to_host=there))
    site.later.again()


@pytest.mark.slow
def test_one_after_the_other_wherever_the_scheduler_likes(site: Site) -> None:
    was = site.hosts
    asked: dict[str, Any] = {**FRONT, 'nfv_max_unavailable': '1', 'nfv_params': {'request_id': 'night'}}
    lines = site.later.change('migrate', **asked)
    assert [line.detail for line in lines] == [f'host {host} -> chosen by the scheduler ({LIVE})' for host in was]
    assert not any(now == before for now, before in zip(site.hosts, was))
    sent = [entry['event'] for entry in site.later.journal() if entry['event'] in ('intent', 'settled')]
    assert sent == ['intent', 'settled'] * 3
    site.assert_recorded()
    site.later.again('migrate', **asked)
    site.later.again()


@pytest.mark.slow
def test_cold_is_confirmed_and_what_is_stopped_stays_so(site: Site) -> None:
    good(site.later.play('operate', **{**site.one(2), 'nfv_params': {'state': 'STOPPED'}}))
    for index, status in ((0, 'ACTIVE'), (2, 'SHUTOFF')):
        was = site.hosts[index]
        kind = {'type': 'cold'} if status == 'ACTIVE' else {}
        lines = site.later.change('migrate', **site.one(index, to_host=site.admin.other(was), **kind))
        assert [line.detail for line in lines] == [f'host {was} -> {site.admin.other(was)} ({COLD})']
        assert (site.hosts[index], site.later.statuses()[index]) == (site.admin.other(was), status)
    site.assert_recorded()
    site.later.again()
    site.later.refuse('migrate', 'vdu:web/front/2: its server is SHUTOFF, and live migration is possible only from',
                      **site.one(2, type='live'))
    good(site.later.play('operate', nfv_params={'state': 'STARTED'}))


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['live', 'cold'])
def test_a_fault_in_the_middle(site: Site, kind: str) -> None:
    was = site.hosts
    asked = site.one(0, to_host=site.admin.other(was[0]), type=kind)
    fault, words = {'live': ('livemigrate', ('live-migrate server', 'of its migration from', was[0])),
                    'cold': ('migrate', ('cold-migrate server', ))}[kind]
    with faults(fault):
        site.later.assert_failed_with_the_truth(site.later.play('migrate', **asked), *words)
    good(site.later.play('migrate', **asked))
    assert (site.hosts[0], site.later.statuses()) == (site.admin.other(was[0]), ['ACTIVE'] * 3)
    site.assert_recorded()
    site.later.again()


@pytest.mark.slow
def test_a_rollback_brings_back_those_that_moved(site: Site) -> None:
    was, ids = site.hosts, [site.later.server(index).id for index in range(3)]
    site.later.project.cloud.compute.set_server_metadata(ids[2], **{'sandbox:fault': 'livemigrate'})
    played = site.later.play('migrate', **FRONT, nfv_max_unavailable='1')
    site.later.assert_failed_with_the_truth(played, 'of its migration from')
    assert [now == before for now, before in zip(site.hosts, was)] == [False, False, True]
    site.later.project.cloud.compute.delete_server_metadata(ids[2], ['sandbox:fault'])
    good(site.later.play('rollback'))
    assert (site.hosts, site.later.service.state()) == (was, 'ROLLED_BACK')
    site.later.again()


@pytest.mark.slow
def test_away_from_a_host_that_takes_no_more(site: Site) -> None:
    there = sorted(site.admin.services())[0]
    for index, host in enumerate(site.hosts):
        if host != there and index < 2:
            good(site.later.play('migrate', **site.one(index, to_host=there)))
    leaving = [index for index, host in enumerate(site.hosts) if host == there]
    asked: dict[str, Any] = {'nfv_params': {'from_host': there, 'disable_service': True}}
    try:
        lines = site.later.change('migrate', **asked)
        assert (lines[0].name, lines[0].detail) == (there, 'compute service enabled -> disabled')
        assert [line.name for line in lines[1:]] == [f'web/front/{index}' for index in leaving]
        assert there not in site.hosts
        service = site.admin.services()[there]
        assert (service.status, service.disabled_reason) == ('disabled', 'drained by nfv.mano')
        site.later.again('migrate', **asked)
        site.later.refuse('migrate', f'the host {there} is disabled in VIM default', **site.one(0, to_host=there))
    finally:
        site.admin.enable(there)


@pytest.mark.slow
def test_anti_affinity_is_heeded(service: Service, admin: Any) -> None:
    """Both hosts have one: Nova refuses to put the second one beside the first, and nothing has moved."""
    later, hosts = Later(service), Hosts(admin)
    value = {**service.describe(2, affinity_group='spread'), 'affinity_groups': [{'name': 'spread', 'policy': 'anti-affinity'}]}
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    service.write(value)
    good(later.play())
    was = hosts.of(later)
    assert sorted(was) == sorted(hosts.services())
    played = later.play('migrate', **FRONT, nfv_count_index=0, nfv_params={'to_host': was[1]})
    later.assert_failed_with_the_truth(played, 'No valid host')
    assert hosts.of(later) == was
    good(later.play('fail'))
    later.again()
    service.terminate()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'an unknown host': ({'nfv_params': {'to_host': 'compute9'}}, 'params.to_host: compute9 is not a compute host of VIM default '
                        '(there are: compute1, compute2)'),
    'an unknown way': ({'nfv_params': {'type': 'warm'}}, "params.type: 'warm' is none of live, cold"),
    'an unknown instance': ({'nfv_count_index': 7}, 'count_index: 7 is not an instance of VDU web/front (there are: 0 to 2)'),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown host'))
def test_wrong_input(site: Site, case: str) -> None:
    more, word = WRONG[case]
    site.later.refuse('migrate', word, **{**FRONT, **more})


@pytest.mark.slow
def test_without_the_rights(service: Service) -> None:
    service.describe(1)
    later = Later(service)
    good(later.play())
    later.refuse('migrate', 'vims.default.admin_cloud: this needs the rights os_compute_api:os-migrate-server:migrate_live')
    service.terminate()
