# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Heal: another server on the very same ports, no more down at once than may be, and once only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import good, one_now

LOSS = {'nfv_accept_data_loss': True}
#: Also what is well.
FORCE = {'nfv_params': {'force': True}, **LOSS}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    module_service.describe(3, cloud_init={'text': '#cloud-config\nhostname: {{ vdu_name }}-{{ index }}\n'})
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def kept(site: Later, index: int) -> Any:
    """What a server must have again: its ports with their MACs and addresses, image, flavor, name, metadata."""
    server = site.server(index)
    return ([port[:3] for port in site.ports(index)], server.image.id, server.flavor.original_name, server.metadata,
            sorted(server.tags or []))


def test_one(site: Later) -> None:
    asked: dict[str, Any] = {**FRONT, 'nfv_count_index': '1', 'nfv_params': {'cause': 'it answers no more', 'force': True}}
    site.refuse('heal', 'vdu:web/front/1: would be replaced, and lose what is on its root disk', 'nfv_accept_data_loss',
                **asked)
    before, ids = kept(site, 1), [site.server(index).id for index in range(3)]
    lines = site.change('heal', **asked, **LOSS)
    assert [(line.sign, line.name) for line in lines] == [('-/+', 'web/front/1')]
    assert '(to be healed: it answers no more)' in lines[0].detail
    site.service.assert_complete(3)
    assert kept(site, 1) == before
    assert [site.server(index).id == one for index, one in enumerate(ids)] == [True, False, True]
    assert {port[3] for port in site.ports(1)} == {site.server(1).id}
    site.again()
    site.again('heal', **LOSS)


def test_all_of_them_one_at_a_time(site: Later) -> None:
    before, ids = [kept(site, index) for index in range(3)], {site.server(index).id for index in range(3)}
    good(site.play('heal', nfv_max_unavailable='34%', **FORCE))
    assert [kept(site, index) for index in range(3)] == before
    assert not ids & {site.server(index).id for index in range(3)}
    down, most = set(), 0
    for entry in site.journal():
        if entry['event'] == 'intent' and entry['call'] == 'delete':
            down.add(entry['task'].partition(' ')[2])
            most = max(most, len(down))
        elif entry['event'] == 'settled':
            down.discard(entry['task'].partition(' ')[2])
    assert (most, down) == (1, set())
    site.again()


@pytest.mark.slow
def test_a_fault_in_the_middle_and_no_server_twice(site: Later) -> None:
    before, ports = [site.server(index).id for index in range(2)], [kept(site, index)[0] for index in range(2)]
    with faults('spawn'):
        failed = site.play('heal', nfv_max_unavailable=1, **FORCE)
        site.assert_failed_with_the_truth(failed, 'Failed to create server', 'not started, because of')
    assert site.statuses().count('ACTIVE') == 2, 'the others were not touched'
    good(site.play('heal', nfv_max_unavailable=1, **FORCE))
    site.service.assert_complete(3)
    assert not set(before) & {site.server(index).id for index in range(2)}
    assert [kept(site, index)[0] for index in range(2)] == ports
    made = [entry for entry in site.service.journal() if entry['event'] == 'made' and entry['kind'] == 'server']
    assert len(made) == 3 + 1 + 3 + 1 + 3
    site.again()


@pytest.mark.slow
def test_works_after_a_heal_that_was_given_up(site: Later) -> None:
    ports = kept(site, 0)[0]
    with faults('spawn'):
        site.assert_failed_with_the_truth(site.play('heal', nfv_count_index=0, **FRONT, **FORCE), 'Failed to create server')
    good(site.play('fail'))
    assert site.statuses()[0] == 'ERROR'
    # It never worked, so there is nothing to lose
    site.change('heal', nfv_count_index=0, **FRONT)
    assert (site.statuses(), kept(site, 0)[0]) == (['ACTIVE'] * 3, ports)


def test_a_server_that_is_gone_comes_back_on_its_ports(site: Later) -> None:
    ports = kept(site, 2)[0]
    site.project.cloud.compute.delete_server(site.server(2))
    wait_for(lambda: len(site.statuses()) == 2, 60, 'deleted behind our back')
    lines = site.change('heal', nfv_count_index=2, **FRONT)
    assert [(line.sign, line.name) for line in lines] == [('+', 'web/front/2')]
    assert kept(site, 2)[0] == ports
    site.again('heal')


def test_what_somebody_stopped_is_started_and_a_port_comes_back(site: Later, admin: Any) -> None:
    ids, cloud = [site.server(index).id for index in range(3)], site.project.cloud
    gone = next(port[0] for port in site.ports(1))
    cloud.compute.stop_server(ids[0])
    # Of a shared network: its owner may, and who made the port may not
    admin.network.delete_port(gone)
    wait_for(lambda: site.statuses()[0] == 'SHUTOFF', 60, 'stopped behind our back')
    lines = site.change('heal')
    assert [(line.sign, line.name) for line in lines] == [('~', 'web/front/0'), ('~', 'web/front/1')]
    assert (site.statuses(), [site.server(index).id for index in range(3)]) == (['ACTIVE'] * 3, ids)
    assert (len(site.ports(1)), gone in {port[0] for port in site.ports(1)}) == (2, False)
    site.again('heal')


@pytest.mark.slow
def test_a_stopped_server_is_stopped_again(site: Later) -> None:
    good(site.play('operate', nfv_params={'state': 'STOPPED'}, nfv_count_index=1, **FRONT))
    before = site.server(1).id
    good(site.play('heal', nfv_count_index=1, **FRONT, **FORCE))
    assert (site.statuses(), site.server(1).id != before) == (['ACTIVE', 'SHUTOFF', 'ACTIVE'], True)
    site.again()
    good(site.play('operate', nfv_params={'state': 'STARTED'}))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'an unknown VNF': ({'nfv_vnf': 'wbe'}, '(there are: web)'),
    'an unknown VDU': ({'nfv_vdu': 'frnt'}, '(there are: web/front)'),
    'an unknown instance': ({'nfv_count_index': '3'}, 'count_index: 3 is not an instance of VDU web/front (there are: 0 to 2)'),
    'an unknown root': ({'nfv_params': {'root': 'lose'}}, "'lose' is none of keep, rebuild"),
    'no share': ({'nfv_max_unavailable': 'half'}, "'half' is neither a count of 1 or more nor a share"),
}


@pytest.mark.parametrize('case', one_now(WRONG, 'an unknown instance'))
def test_wrong_input(site: Later, case: str) -> None:
    records = site.records()
    more, word = WRONG[case]
    site.refuse('heal', word, **more, **LOSS)
    assert site.records() == records


@pytest.mark.slow
def test_secrets_have_to_be_given_again(service: Service) -> None:
    service.describe(1, cloud_init={'text': 'token: {{ token }}', 'secret_params': {'token': 's3cret-canary'}})
    site = Later(service)
    good(site.play())
    ports = kept(site, 0)[0]
    site.refuse('heal', 'the user data of web/front/0 is not stored', 'nfv_descriptor', **FORCE)
    good(site.play('heal', nfv_descriptor=service.descriptor, **FORCE))
    assert kept(site, 0)[0] == ports
    site.again()
    assert not any(b's3cret-canary' in content for content in site.records().values())
    service.terminate()
