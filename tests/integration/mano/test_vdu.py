# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module vdu: a list of instances in, one operation, a result for each; and what Nova says then."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import BIN, ROOT, environment, good, log_size, one_now, writes

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - nfv.mano.vdu: "{{ asked }}"
      register: shown
      ignore_errors: true
    - ansible.builtin.copy:
        content: "{{ shown | to_json }}"
        dest: "{{ answer }}"
        mode: "0600"
      check_mode: false
"""


class Site(NamedTuple):
    """A service of three instances of one VDU."""

    later: Later

    def ask(self, state: str, *indexes: int | None, check: bool = False, **options: Any) -> dict[str, Any]:
        """What the module returns."""
        folder = self.later.service.folder
        (folder / 'vdu.yml').write_text(PLAY)
        asked = {'ns': self.later.service.name, 'state': state, 'state_dir': str(self.later.service.state_dir),
                 'instances': [{'vnf': 'web', 'vdu': 'front', **({} if index is None else {'count_index': index})}
                               for index in indexes], **options}
        variables = {'asked': asked, 'answer': str(folder / 'answer.json')}
        done = subprocess.run([str(BIN / 'ansible-playbook'), str(folder / 'vdu.yml'), '-e', json.dumps(variables),
                               *(['--check'] if check else [])], capture_output=True, text=True, timeout=600, cwd=ROOT,
                              env=environment(), check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads((folder / 'answer.json').read_text())
        assert 'Traceback' not in json.dumps(answer), answer
        return answer

    def bring(self, state: str, *indexes: int | None, **options: Any) -> list[bool]:
        """Checked, which touches nothing, done, and done again with nothing left to do; which instances were changed."""
        before, size = self.later.project.ids(), log_size()
        checked = self.ask(state, *indexes, check=True, **options)
        assert (writes(size), self.later.project.ids()) == ([], before)
        done = self.ask(state, *indexes, **options)
        assert [(one['changed'], one['action'], one['detail']) for one in done['instances']] == [
            (one['changed'], one['action'], one['detail']) for one in checked['instances']]
        assert (done['changed'], done['op_occ']['state']) == (True, 'COMPLETED'), done
        again, size = self.ask(state, *indexes, **options), log_size()
        assert (again['changed'], any(one['changed'] for one in again['instances'])) == (False, False)
        assert writes(size) == []
        for one in done['instances']:
            name = f'{self.later.service.name}-web-front-{one["count_index"]}'
            server = self.later.project.servers(self.later.service.name).get(name)
            assert (one['id'], one['status']) == ((server.id, server.status) if server else (None, None))
        return [one['changed'] for one in done['instances']]

    def refused(self, word: str, state: str, *indexes: int | None, **options: Any) -> None:
        answer = self.ask(state, *indexes, **options)
        assert answer['failed'], answer
        assert word in answer['msg'], answer['msg']


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    module_service.describe(3)
    later = Later(module_service)
    later.before = later.project.ids()
    good(later.play())
    yield Site(later)
    later.assert_terminate_leaves_the_project_as_it_was()


@pytest.mark.slow
def test_stopped_and_started(site: Site) -> None:
    assert site.bring('stopped', 2, 0) == [True, True]
    assert site.later.statuses() == ['SHUTOFF', 'ACTIVE', 'SHUTOFF']
    assert site.bring('started', None) == [True, False, True]
    assert site.later.statuses() == ['ACTIVE'] * 3


@pytest.mark.slow
@pytest.mark.parametrize(('state', 'status'), [('paused', 'PAUSED'), ('suspended', 'SUSPENDED')])
def test_paused_and_suspended(site: Site, state: str, status: str) -> None:
    assert site.bring(state, 1) == [True]
    assert site.later.statuses() == ['ACTIVE', status, 'ACTIVE']
    assert site.bring('started', 1) == [True]


@pytest.mark.slow
def test_restarted_each_time(site: Site) -> None:
    for _time in range(2):
        assert site.ask('restarted', 0, 1, stop_type='FORCEFUL')['changed'] is True
    actions = [one.action for one in site.later.project.cloud.compute.server_actions(site.later.server(1))]
    assert actions.count('reboot') == 2


@pytest.mark.slow
def test_rebuilt_where_the_image_differs(site: Site) -> None:
    ids = [site.later.server(index).id for index in range(3)]
    assert site.ask('rebuilt', None)['changed'] is False
    assert site.bring('rebuilt', 0, 2, image='ubuntu') == [True, True]
    images = {one.id: one.name for one in site.later.project.cloud.image.images()}
    assert [images[site.later.server(index).image.id] for index in range(3)] == ['ubuntu', 'cirros', 'ubuntu']
    assert [site.later.server(index).id for index in range(3)] == ids
    site.later.again()


@pytest.mark.slow
def test_rebuilt_by_force(site: Site) -> None:
    answer = site.ask('rebuilt', 1, force=True)
    assert [(one['count_index'], one['changed'], one['status']) for one in answer['instances']] == [(1, True, 'ACTIVE')]


@pytest.mark.slow
def test_resized(site: Site) -> None:
    assert site.bring('resized', 1, flavor='m1.small') == [True]
    assert site.later.server(1).flavor.original_name == 'm1.small'
    site.later.again()


@pytest.mark.slow
def test_present_again(site: Site) -> None:
    ports = site.later.ports(1)
    site.later.project.cloud.compute.delete_server(site.later.server(1))
    wait_for(lambda: len(site.later.statuses()) == 2, 60, 'deleted behind our back')
    assert site.bring('present', None) == [False, True, False]
    assert [port[:3] for port in site.later.ports(1)] == [port[:3] for port in ports]


REFUSED: dict[str, tuple[str, str, dict[str, Any]]] = {
    'an image to a flavor': ('image: goes with state rebuilt, not with resized', 'resized', {'image': 'ubuntu'}),
    'an unknown state': ('value of state must be one of: present, absent, started', 'halted', {}),
    'no flavor': ('change_flavour needs one', 'resized', {}),
    'an unknown instance': ('instances[0].count_index: 7 is not an instance of VDU web/front (there are: 0 to 2)', 'started', {}),
    'none': ('instances: name one at least', 'started', {}),
}


@pytest.mark.parametrize('case', one_now(REFUSED, 'an unknown instance'))
def test_refused(site: Site, case: str) -> None:
    word, state, options = REFUSED[case]
    indexes = {'an unknown instance': [7], 'none': []}.get(case, [0])
    site.refused(word, state, *indexes, **options)


def test_absent_are_the_newest(site: Site) -> None:
    site.refused('only the newest instances can be taken away', 'absent', 1)
    assert site.bring('absent', 2, 1) == [True, True]
    assert site.later.statuses() == ['ACTIVE']
    site.later.again()
