# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests drained by a task file of the user's, then stopped by Nova: by operate, and before they are deleted."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import good, plan_lines, refused

#: Notes what Nova says of the instances while they are drained, and fails where it is told to.
DRAIN = """\
- name: Note the status
  ansible.builtin.copy:
    content: "{{ nfv_purpose }} {{ nfv_instances | map(attribute='status') | join(' ') }}"
    dest: "FOLDER/drained"
    mode: '0600'
- name: Take the load away
  ansible.builtin.command: sleep {{ lookup('file', 'FOLDER/seconds') }}
  changed_when: false
- name: See that it is gone
  ansible.builtin.assert:
    that: not 'FOLDER/loaded' is exists
"""


def described(service: Service, count: int = 2) -> None:
    service.describe(count, drain='drain.yml')
    (service.folder / 'drain.yml').write_text(DRAIN.replace('FOLDER', str(service.folder)))
    (service.folder / 'seconds').write_text('0')


def statuses(service: Service) -> list[str]:
    return [one.status for one in service.mine()['servers']]


def test_drained_then_stopped_and_drained_before_it_is_deleted(service: Service) -> None:
    described(service)
    good(service.play())
    stop = {'state': 'STOPPED', 'graceful_stop_timeout': 60}
    assert 'task file drain.yml: drain of web/front (2)' in good(service.check('operate', nfv_params=stop)).out
    assert not (service.folder / 'drained').exists()
    (service.folder / 'loaded').touch()
    refused(service.play('operate', nfv_params=stop), 'Failed to pass task file drain.yml: See that it is gone')
    assert (service.state(), statuses(service)) == ('FAILED_TEMP', ['ACTIVE'] * 2)
    (service.folder / 'loaded').unlink()
    good(service.play('retry'))
    assert (service.state(), statuses(service)) == ('COMPLETED', ['SHUTOFF'] * 2)
    assert (service.folder / 'drained').read_text() == 'drain ACTIVE ACTIVE'
    good(service.play('operate', nfv_params={'state': 'STARTED'}))
    (service.folder / 'drained').unlink()
    ended = good(service.play('terminate', nfv_params={'termination_type': 'GRACEFUL'}))
    assert (service.folder / 'drained').read_text() == 'drain ACTIVE ACTIVE'
    assert 'vdu web/front/0 SHUTOFF' in ended.out
    assert ended.out.index('vdu web/front/0 SHUTOFF') < ended.out.index('vdu web/front/0 deleted')
    service.assert_gone()


@pytest.mark.slow
def test_out_of_time_nova_stops_it_all_the_same_and_by_force_at_once(service: Service) -> None:
    described(service, 1)
    good(service.play())
    (service.folder / 'seconds').write_text('60')
    good(service.play('operate', nfv_params={'state': 'STOPPED', 'graceful_stop_timeout': 3}))
    assert statuses(service) == ['SHUTOFF']
    good(service.play('operate', nfv_params={'state': 'STARTED'}))
    (service.folder / 'drained').unlink()
    good(service.play('operate', nfv_params={'state': 'STOPPED', 'stop_type': 'FORCEFUL'}))
    assert (statuses(service), (service.folder / 'drained').exists()) == (['SHUTOFF'], False)
    good(service.play('operate', nfv_params={'state': 'STARTED'}))
    checked = good(service.check('terminate', nfv_params={'termination_type': 'GRACEFUL'}))
    assert [line.detail for line in plan_lines(checked.out) if line.kind == 'vdu'][0].startswith(
        f'{service.name}-web-front-0, stopped first')
    good(service.play('terminate', nfv_params={'termination_type': 'GRACEFUL', 'graceful_termination_timeout': 3}))
    service.assert_gone()
