# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain: every network service of a state directory leaves a host, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.hosts import Hosts, privileged
from ansible_collections.nfv.mano.tests.integration.mano.later import Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Played,
    Project,
    changed_count,
    good,
    log_size,
    plan_lines,
    play,
    refused,
    unique_name,
    writes,
)


@pytest.fixture
def two(tmp_path: Path, project: Project) -> Iterator[list[Later]]:
    """Two services with one state directory, of two servers each."""
    services = [Service(unique_name(), tmp_path / name, project) for name in ('first', 'second')]
    services[1].state_dir = services[0].state_dir
    found = [Later(one) for one in services]
    yield found
    for one in services:
        one.close()


def drain(site: Later, *arguments: str, **params: Any) -> Played:
    return play('drain', *arguments, nfv_state_dir=str(site.service.state_dir), nfv_params=params)


@pytest.mark.slow
def test_all_services_leave_a_host(two: list[Later], admin: Any) -> None:
    hosts = Hosts(admin)
    for site in two:
        privileged(site, 2)
        good(site.play())
    there = sorted(hosts.services())[0]
    for site in two:
        good(site.play('migrate', nfv_vdu='front', nfv_count_index=0, nfv_params={'to_host': there}))
    was = [hosts.of(site) for site in two]
    try:
        size = log_size()
        checked = good(drain(two[0], '--check', '--diff', from_host=there))
        assert (writes(size), [hosts.of(site) for site in two]) == ([], was)
        moving = sum(host == there for of_one in was for host in of_one)
        assert [line.kind for line in plan_lines(checked.out)].count('vdu') == moving
        assert [line.kind for line in plan_lines(checked.out)].count('host') == 1
        # One that can not be moved does not keep the other
        server = two[0].server(0)
        two[0].project.cloud.compute.set_server_metadata(server, **{'sandbox:fault': 'livemigrate'})
        played = refused(drain(two[0], from_host=there), f'Servers of {two[0].service.name} may still be on {there}')
        assert two[1].service.name not in played.out.rpartition('Servers of')[2]
        assert there in hosts.of(two[0])
        assert there not in hosts.of(two[1])
        assert two[0].service.state() == 'FAILED_TEMP'
        two[0].project.cloud.compute.delete_server_metadata(server, ['sandbox:fault'])
        ran = good(drain(two[0], from_host=there))
        assert changed_count(ran.out) >= 1
        assert not any(there in hosts.of(site) for site in two)
        assert hosts.services()[there].status == 'disabled'
        size = log_size()
        assert changed_count(good(drain(two[0], from_host=there)).out) == 0
        assert writes(size) == []
    finally:
        hosts.enable(there)
    for site in two:
        site.again()
        site.service.terminate()


@pytest.mark.slow
def test_wrong_input(service: Service) -> None:
    site = Later(service)
    good(site.play())
    for params, word in (({}, 'nfv_params.from_host: drain needs the name'),
                         ({'from_host': 'a', 'host': 'b'}, 'nfv_params: unknown to drain: host'),
                         ({'from_host': 'compute9'}, 'compute9')):
        refused(drain(site, **params), word)
    refused(play('drain', nfv_state_dir=str(service.state_dir), nfv_params={'from_host': 'a'}, nfv_cloud='nowhere'),
            'nfv_cloud: nowhere is not a cloud of a network service (there are: sandbox)')
    service.terminate()
