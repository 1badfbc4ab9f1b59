# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network service from its plan to its end, with what the project had at each step."""

from __future__ import annotations

import re
import shutil
from typing import Any

import yaml
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    ROOT,
    PlanLine,
    Played,
    changed_count,
    good,
    log_size,
    plan_lines,
    play,
    play_timed,
    write,
    writes,
)

MARK = 'nfv.mano.mark'
Ids = dict[str, set[str]]


class Life:
    """Plays of one service, always with the same variables.

    :param variables: more than its descriptor, its name and its state directory.
    """

    def __init__(self, service: Service, **variables: Any) -> None:
        self.service, self.project, self.given = service, service.project, variables
        self.before: Ids = {}
        self.checked_ids: Ids = {}
        self.after: Ids = {}
        self.check_writes: list[str] = []
        self.checked = self.ran = Played(0, '')
        self.lines: list[tuple[float, str]] = []

    def play(self, verb: str = 'instantiate', *arguments: str, **more: Any) -> Played:
        # Parameters are those of one verb
        given = {key: value for key, value in self.given.items() if key != 'nfv_params' or verb in ('instantiate', 'update')}
        return play(verb, *arguments, **self.service.variables(verb, **{**given, **more}))

    def instantiate(self) -> Life:
        """``--check --diff``, then the run; what the project has is noted before, between and after."""
        self.before, size = self.project.ids(), log_size()
        self.checked = good(self.play('instantiate', '--check', '--diff'))
        self.checked_ids, self.check_writes = self.project.ids(), writes(size)
        assert not self.service.state_dir.exists(), 'a dry run wrote records'
        self.ran, self.lines = play_timed('instantiate', **self.service.variables('instantiate', **self.given))
        good(self.ran)
        self.after = self.project.ids()
        return self

    @property
    def new(self) -> Ids:
        """What the run made, by kind."""
        return {kind: self.after[kind] - self.before[kind] for kind in self.after}

    @property
    def plan(self) -> list[PlanLine]:
        return plan_lines(self.checked.out)

    def assert_check_made_nothing(self) -> None:
        assert self.check_writes == []
        assert self.checked_ids == self.before

    def assert_check_list_is_what_was_made(self) -> None:
        """The printed list against the difference of the API's state, in both directions."""
        cloud, new = self.project.cloud, self.new
        nets = {one.name: one for one in cloud.network.networks() if one.id in new['networks']}
        servers = [one for one in cloud.compute.servers() if one.id in new['servers']]
        assert [line.sign for line in self.plan] == ['+'] * len(self.plan)
        assert self._names('net') == sorted(nets)
        assert self._names('vdu') == sorted(one.metadata[MARK].split('/', 2)[2].rpartition('/')[0] for one in servers)
        assert {one.status for one in servers} == {'ACTIVE'}
        assert self._names('flavor') == sorted(one.name for one in cloud.compute.flavors() if one.id in new['flavors'])
        assert not new['security_groups']
        told = [re.search(r'(\d+) interface', line.detail) for line in self.plan if line.kind == 'vdu']
        assert sum(int(one[1]) for one in told if one) == len(new['ports'])
        subnets = [one for one in cloud.network.subnets() if one.id in new['subnets']]
        cidrs = [cidr for line in self.plan if line.kind == 'net' for cidr in line.detail.split(', ')]
        assert sorted(cidrs) == sorted(one.cidr for one in subnets)
        assert f'{len(self.plan)} to create, 0 to update, 0 to replace, 0 to delete' in self.checked.out

    def _names(self, kind: str) -> list[str]:
        return sorted(line.name for line in self.plan if line.kind == kind)

    def assert_again_changes_nothing(self, verb: str = 'instantiate') -> None:
        """changed=0, no write in the services' access logs, every record as it was, byte for byte."""
        records, size = self.records(), log_size()
        again = good(self.play(verb))
        assert changed_count(again.out) == 0, again.out
        assert writes(size) == []
        assert self.records() == records
        assert op_occ_stat(again) == {'id': None, 'state': None, 'result': 'unchanged'}

    def records(self) -> dict[str, bytes]:
        """Every file of the state directory; locks are no records."""
        folder = self.service.state_dir
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*')
                if path.is_file() and path.suffix != '.lock'}

    def assert_terminate_leaves_the_project_as_it_was(self) -> None:
        """Also a second time, with nothing left to do."""
        ended = good(self.play('terminate'))
        assert changed_count(ended.out) == 1
        assert self.project.ids() == self.before
        self.assert_again_changes_nothing('terminate')


def copy_example(service: Service, name: str, **values: Any) -> dict[str, Any]:
    """A document of examples/ under the service's name, with its files beside it; returns it as it was written.

    :param values: keys of the document to replace.
    """
    folder = service.folder / 'examples'
    shutil.copytree(ROOT / 'examples', folder)
    document = {**yaml.safe_load((folder / name).read_text()), 'name': service.name, **values}
    service.descriptor = write(folder, document)
    return document


def op_occ_stat(played: Played) -> dict[str, Any]:
    """What the playbook left for whoever started it: the statistic nfv_op_occ, as the user sees it."""
    shown = played.out[played.out.index('CUSTOM STATS'):].partition('nfv_op_occ')[2]
    # As JSON or as YAML: ansible.cfg says
    found = {key: re.search(rf'\b{key}"?: *"?([\w-]+)', shown) for key in ('id', 'state', 'result')}
    assert all(found.values()), played.out
    return {key: None if one[1] == 'null' else one[1] for key, one in found.items() if one}
