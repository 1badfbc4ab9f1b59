# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs on a network service that is there: the dry run before, the run, and what must not change afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.life import Life
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    SANDBOX_HOME,
    PlanLine,
    Played,
    changed_count,
    good,
    log_size,
    plan_lines,
    refused,
    write_faults,
    writes,
)

FRONT = {'nfv_vnf': 'web', 'nfv_vdu': 'front'}


class Later(Life):
    """Plays of verbs that need no document."""

    def change(self, verb: str, **more: Any) -> list[PlanLine]:
        """``--check --diff``, which touches nothing, then the run, which shows the same plan; returns it."""
        before, size, records = self.project.ids(), log_size(), self.records()
        checked = good(self.play(verb, '--check', '--diff', **more))
        assert (writes(size), self.project.ids(), self.records()) == ([], before, records)
        ran = good(self.play(verb, '--diff', **more))
        assert changed_count(ran.out) == 1, ran.out
        assert plan_lines(ran.out) == plan_lines(checked.out)
        assert self.service.state() == 'COMPLETED'
        return plan_lines(checked.out)

    def again(self, verb: str = 'instantiate', **more: Any) -> None:
        """Nothing is left to do: changed=0, no write, no record touched."""
        size, records = log_size(), self.records()
        played = good(self.play(verb, **more))
        assert changed_count(played.out) == 0, played.out
        assert (writes(size), self.records()) == ([], records)

    def refuse(self, verb: str, *words: str, **more: Any) -> Played:
        """Refused in these words, and nothing was touched."""
        before, size = self.project.ids(), log_size()
        played = refused(self.play(verb, **more), *words)
        assert (writes(size), self.project.ids()) == ([], before)
        return played

    def journal(self) -> list[dict[str, Any]]:
        """Entries of the newest op-occ's journal."""
        path = self.service.state_dir / f'op_occ_{self.service.op_occs()[-1]["id"]}.d' / 'journal'
        return [json.loads(line) for line in path.read_text().splitlines()]

    def server(self, index: int) -> Any:
        return self.project.servers(self.service.name)[f'{self.service.name}-web-front-{index}']

    def statuses(self) -> list[str]:
        """Nova's, by count-index."""
        return [one.status for _name, one in sorted(self.project.servers(self.service.name).items())]

    def record(self, index: int) -> dict[str, Any]:
        """What the record says of an instance."""
        (fact,) = self.service.facts('vnf')
        found: dict[str, Any] = fact['resources'][f'vdu:web/front/{index}']
        return found

    def ports(self, index: int) -> list[tuple[str, str, tuple[str, ...], str]]:
        """Id, MAC, addresses and server of an instance's ports."""
        name = f'{self.service.name}-web-front-{index}-'
        return sorted((one.id, one.mac_address, tuple(ip['ip_address'] for ip in one.fixed_ips), one.device_id)
                      for one in self.project.cloud.network.ports(project_id=self.project.project_id)
                      if one.name.startswith(name))

    def assert_failed_with_the_truth(self, played: Played, *words: str) -> None:
        """FAILED_TEMP, in these words; the record says what Nova says; any other verb is refused."""
        refused(played, *words, 'nfv.mano.retry')
        assert self.service.state() == 'FAILED_TEMP'
        for _name, server in self.project.servers(self.service.name).items():
            index = int(server.name.rpartition('-')[2])
            assert (self.record(index)['id'], self.record(index)['status']) == (server.id, server.status)
        newest = self.service.op_occs()[-1]
        other = 'heal' if newest['operation'] != 'HEAL' else 'scale'
        refused(self.play(other, nfv_params={}, nfv_accept_data_loss=True),
                f'{newest["operation"]} {newest["id"]} is FAILED_TEMP', 'nfv.mano.retry', 'nfv.mano.fail')


@contextmanager
def faults(*words: str) -> Iterator[None]:
    """Every compute host fails so, until this ends."""
    write_faults(SANDBOX_HOME, words)
    try:
        yield
    finally:
        write_faults(SANDBOX_HOME, ())
