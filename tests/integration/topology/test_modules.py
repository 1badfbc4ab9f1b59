# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and the playbook as Ansible runs them, with an inventory that needs no cloud."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import Generation
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.tests.integration.adhoc import run_module

ROOT = Path(__file__).resolve().parents[3]
CANARY = 'c4nary-pa55'


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    """An environment with one server on one host, in a generation of its own."""
    place_of = {'state_dir': str(tmp_path / 'state')}
    document = {'name': 'lab', 'configuration': [{'name': 'AMQP', 'host': 'mq', 'pwd': CANARY}]}
    told = run_module('environment', {**place_of, 'document': document, 'passphrase': 'open sesame'})
    assert told['changed'] and CANARY not in json.dumps({**told, 'invocation': None})
    assert not run_module('environment', {**place_of, 'document': document, 'passphrase': 'open sesame'})['changed']
    with manage.opened(place_of, 'lab', write=True) as database:
        one = Generation(database, {'inventory': True})
        one.objects(place('lab', [
            Obj('host:a', 'host', 'a', 'lab', host='a', attributes={'host_ip': '192.0.2.1'}),
            Obj('i1', 'instance', 'front', 'host:a', host='a', status='ACTIVE'), Obj('vnic:1', 'vnic', 'tap1', 'i1', host='a')]))
        one.swap([], {}, 5)
    return place_of


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A cloud that takes connections and never answers."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        url = f'http://127.0.0.1:{listener.getsockname()[1]}/v3'
        login = {'username': 'admin', 'password': 'x', 'project_name': 'admin', 'user_domain_id': 'd', 'project_domain_id': 'd'}
        path = tmp_path / 'clouds.yaml'
        path.write_text(json.dumps({'clouds': {'silent': {'region_name': 'r', 'auth': {'auth_url': url, **login}}}}))
        monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(path))
        yield 'silent'


def command(state: dict[str, str], **variables: Any) -> list[str]:
    """The playbook's command line."""
    return [str(Path(sys.executable).parent / 'ansible-playbook'), 'nfv.mano.scan', '-e', json.dumps({
        'nfv_environment': 'lab', 'nfv_state_dir': state['state_dir'], 'nfv_become': False,
        'ansible_python_interpreter': sys.executable, **variables})]


def scan(state: dict[str, str], **variables: Any) -> tuple[int, str]:
    """Run the playbook; its exit code and what it prints."""
    done = subprocess.run(command(state, **variables), capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
                          env={**os.environ, 'ANSIBLE_NOCOLOR': '1'})
    return done.returncode, ' '.join((done.stdout + done.stderr).split())


@pytest.mark.slow
def test_links_graphs_and_hosts_by_the_playbook(state: dict[str, str], tmp_path: Path) -> None:
    code, out = scan(state, nfv_params={'links_only': True}, nfv_scan_hosts='localhost')
    assert code == 0, out
    assert 'Generation 2 of lab completed' in out and '1 links' in out
    code, out = scan(state, nfv_params={'cliques_only': True})
    assert code == 0, out
    lab = {**state, 'environment': 'lab'}
    told = run_module('topology_info', {**lab, 'object': 'front', 'depth': 1})
    assert [link['link_type'] for link in told['links']] == ['instance-vnic'] and told['generation'] == 3
    assert told['cliques'][0]['focal_point'] == 'i1' and told['tree']['below'][0]['name'] == 'vnics'
    assert len(run_module('topology_diff', {**lab, 'before': 1})['links']['came']) == 1
    assert run_module('topology_impact', {**lab, 'object': 'host:a'})['dependents'][0]['id'] == 'i1'
    for form in ('graphml', 'json', 'dot', *(('svg',) if shutil.which('dot') else ())):
        options = {**lab, 'format': form, 'dest': str(tmp_path / f'lab.{form}')}
        assert run_module('topology_export', options)['changed']
        assert not run_module('topology_export', options)['changed']


def test_schedules_are_written_once(tmp_path: Path) -> None:
    given = {'environment': 'lab', 'schedule': 'daily', 'hour': 3, 'folder': str(tmp_path / 'units'),
             'program': str(Path(sys.executable).parent / 'ansible-playbook'), 'variables': {'nfv_scan_hosts': 'all'}}
    assert run_module('scan_schedule', given)['changed'] and not run_module('scan_schedule', given)['changed']
    text = (tmp_path / 'units' / 'nfv-mano-scan-lab.service').read_text(encoding='utf-8')
    assert 'ansible-playbook" "nfv.mano.scan"' in text and r'\"nfv_environment\": \"lab\"' in text


@pytest.mark.slow
def test_a_scan_is_named_while_it_runs_and_when_killed_leaves_the_old_generation(state: dict[str, str], silent: str) -> None:
    lab = {**state, 'environment': 'lab', 'name': 'lab'}
    with subprocess.Popen(command(state, nfv_cloud=silent), cwd=ROOT, stdout=subprocess.DEVNULL) as first:
        deadline = time.monotonic() + 60
        while manage.listing(lab)[0]['generations'][0]['state'] != 'running':
            assert first.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        holder = json.loads((Path(state['state_dir']) / 'topology' / 'lab' / 'scan.lock').read_text(encoding='utf-8'))
        code, out = scan(state, nfv_cloud=silent)
        assert code != 0 and f'a whole scan by pid {holder["pid"]} on host {holder["host"]}' in out and 'Traceback' not in out
        os.kill(holder['pid'], signal.SIGKILL)
        assert first.wait(60) != 0
    with manage.inventory(lab) as one:
        assert one.current == 1 and [each.name for each in one.objects(types=['instance'])] == ['front']
    code, out = scan(state, nfv_params={'links_only': True})
    assert code == 0 and 'Generation 3 of lab completed' in out, out
    assert [each['state'] for each in manage.listing(lab)[0]['generations']] == ['completed', 'aborted', 'completed']


@pytest.mark.slow
def test_what_can_not_be_done_is_said(state: dict[str, str]) -> None:
    code, out = scan(state)
    assert code != 0 and 'names no cloud of clouds.yaml' in out and 'Traceback' not in out
    code, out = scan(state, nfv_environment='other')
    assert code != 0 and 'there is no environment other' in out and 'known: lab' in out
    code, out = scan(state, nfv_params={'links_only': True, 'cliques_only': True})
    assert code != 0 and 'exclude each other' in out
    found = run_module('environment_info', state)['environments'][0]
    assert found['has_secrets'] and [one['state'] for one in found['generations']] == ['failed', 'completed']
    assert run_module('environment', {**state, 'name': 'lab', 'state': 'absent'})['removed']['objects'] == 6
