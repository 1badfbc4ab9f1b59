# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task files of the user's in the middle of an operation: run by the role, while the operation is parked."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, kill, pids_of, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, refused

#: Tells what it is told, and passes once there is a flag.
CHECK = """\
- name: Tell
  ansible.builtin.copy:
    content: "{{ {'purpose': nfv_purpose, 'subject': nfv_subject, 'instances': nfv_instances} | to_json }}"
    dest: "FOLDER/told.json"
    mode: '0600'
- name: Wait
  ansible.builtin.pause:
    seconds: "{{ lookup('file', 'FOLDER/pause') | int }}"
- name: Look for the flag
  ansible.builtin.stat:
    path: "FOLDER/flag"
  register: flag
  failed_when: not flag.stat.exists
"""


def described(service: Service, **ready: Any) -> None:
    """front depends on two back, which are ready once their task file has passed."""
    common = {'image': 'cirros', 'flavor': 'm1.tiny', 'interfaces': [{'name': 'eth0', 'virtual_link': 'data'}]}
    service.write({'name': service.name, 'vims': {'default': {'cloud': 'sandbox'}},
                   'virtual_links': [{'name': 'data', 'subnets': [{'cidr': '10.77.0.0/24'}]}],
                   'vnfs': [{'name': 'web', 'vdus': [
                       {'name': 'front', 'depends_on': ['back'], **common},
                       {'name': 'back', 'count': 2, 'ready': {'task_file': 'checks/ready.yml', **ready}, **common}]}]})
    (service.folder / 'checks').mkdir(exist_ok=True)
    (service.folder / 'checks' / 'ready.yml').write_text(CHECK.replace('FOLDER', str(service.folder)))
    (service.folder / 'pause').write_text('0')


def told(service: Service) -> dict[str, Any]:
    """What the file was told last."""
    return json.loads((service.folder / 'told.json').read_text())


def servers(service: Service) -> list[str]:
    return sorted(one.name.removeprefix(f'{service.name}-') for one in service.mine()['servers'])


def test_ready_by_a_task_file(service: Service) -> None:
    described(service)
    checked = good(service.check())
    assert 'task file checks/ready.yml: ready of web/back (2)' in checked.out
    assert not (service.folder / 'told.json').exists()
    refused(service.play(), 'Failed to pass task file checks/ready.yml: Look for the flag')
    assert (service.state(), servers(service)) == ('FAILED_TEMP', ['web-back-0', 'web-back-1'])
    assert {one.id for one in service.mine()['servers']} == service.recorded()['servers']
    asked = told(service)
    assert (asked['purpose'], asked['subject']) == ('ready', 'web/back')
    addresses = {one['id']: one['addresses']['eth0'] for one in asked['instances']}
    ports = {one.device_id: [ip['ip_address'] for ip in one.fixed_ips] for one in service.mine()['ports'] if one.device_id}
    assert addresses == ports
    (service.folder / 'flag').touch()
    done = good(service.play('retry'))
    assert 'web/back/1 task file checks/ready.yml passed' in done.out
    assert op_occ_stat(done)['state'] == 'COMPLETED'
    assert servers(service) == ['web-back-0', 'web-back-1', 'web-front-0']
    assert set(addresses) < {one.id for one in service.mine()['servers']}, 'a server that works was made again'
    (service.folder / 'told.json').unlink()
    assert changed_count(good(service.play()).out) == 0
    assert not (service.folder / 'told.json').exists(), 'what is ready is not asked again'
    service.terminate()


@pytest.mark.slow
def test_cancelled_and_killed_while_it_runs(service: Service) -> None:
    described(service, timeout_s=120)
    (service.folder / 'pause').write_text('100')
    running = service.start()
    wait_for((service.folder / 'told.json').exists, 60, 'the task file runs')
    assert 'PROCESSING (waits for checks/ready.yml)' in good(service.play('status')).out
    assert {one.id for one in service.mine()['servers']} == service.recorded()['servers']
    refused(service.play('terminate'), 'waits for task file checks/ready.yml', 'nfv.mano.cancel')
    assert op_occ_stat(good(service.play('cancel')))['state'] == 'FAILED_TEMP'
    for pid in pids_of(service.name):
        kill(pid)
    running.wait()
    # Killed: the lease stands, until it ends or somebody says that the play is dead
    (service.folder / 'told.json').unlink()
    running = service.start('retry')
    wait_for((service.folder / 'told.json').exists, 60, 'the task file runs again')
    for pid in pids_of(service.name):
        kill(pid)
    running.wait()
    refused(service.play('retry'), 'waits for task file checks/ready.yml')
    (service.folder / 'pause').write_text('0')
    (service.folder / 'flag').touch()
    assert op_occ_stat(good(service.play(nfv_force_takeover=True)))['state'] == 'COMPLETED'
    assert servers(service) == ['web-back-0', 'web-back-1', 'web-front-0']
    assert {one.id for one in service.mine()['servers']} == service.recorded()['servers']
    service.terminate()


@pytest.mark.slow
def test_ended_by_its_time_out_and_by_a_cancel_whose_play_goes_on(service: Service) -> None:
    described(service, timeout_s=5)
    (service.folder / 'pause').write_text('60')
    (service.folder / 'flag').touch()
    began = time.monotonic()
    refused(service.play(), 'not passed after 5 s: Wait: ', 'Timed out after')
    assert (service.state(), time.monotonic() - began < 50) == ('FAILED_TEMP', True)
    (service.folder / 'told.json').unlink()
    described(service, timeout_s=60)
    (service.folder / 'pause').write_text('12')
    running = service.start()
    wait_for((service.folder / 'told.json').exists, 60, 'the task file runs')
    good(service.play('cancel'))
    refused(running.wait(), 'the operation was ended while its task files ran', 'FAILED_TEMP')
    assert service.op_occs()[-1]['state'] == 'FAILED_TEMP'
    (service.folder / 'pause').write_text('0')
    good(service.play('retry'))
    service.terminate()
