# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evacuate: a compute host dies, and its servers are made again on another one, on the same ports."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.hosts import Hosts, privileged
from ansible_collections.nfv.mano.tests.integration.mano.later import Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import good


@pytest.mark.slow
def test_a_host_that_is_down(service: Service, admin: Any) -> None:
    site, hosts = Later(service), Hosts(admin)
    privileged(site, 4)
    site.before = site.project.ids()
    good(site.play())
    good(site.play('operate', nfv_vdu='front', nfv_count_index=3, nfv_params={'state': 'STOPPED'}))
    was, statuses = hosts.of(site), site.statuses()
    ids, ports = [site.server(index).id for index in range(4)], [site.ports(index) for index in range(4)]
    dead = max(set(was), key=was.count)
    asked: dict[str, Any] = {'nfv_params': {'from_host': dead}, 'nfv_accept_data_loss': True}
    site.refuse('evacuate', f'params.from_host: {dead} is up in VIM default', **asked)
    with hosts.down(dead):
        site.refuse('evacuate', 'nfv_accept_data_loss', nfv_params={'from_host': dead})
        lines = site.change('evacuate', **asked)
        assert [(line.name, line.detail) for line in lines] == [
            (f'web/front/{index}', f'host {dead} -> chosen by the scheduler (evacuation)')
            for index, host in enumerate(was) if host == dead]
        assert hosts.of(site) == [hosts.other(dead)] * 4
        assert [site.server(index).id for index in range(4)] == ids
        assert [site.ports(index) for index in range(4)] == ports
        assert site.statuses() == statuses
        assert [site.record(index)['host'] for index in range(4)][was.index(dead)] == hosts.other(dead)
        site.again('evacuate', **asked)
        site.again()
    site.assert_terminate_leaves_the_project_as_it_was()
