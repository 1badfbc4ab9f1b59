# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts with Open vSwitch, lldpd and libvirt's test driver, reached over SSH: all that is on them, as Ansible sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan
from ansible_collections.nfv.mano.plugins.module_utils.topology.difference import difference
from ansible_collections.nfv.mano.tests.integration.sshd import new_key
from ansible_collections.nfv.mano.tests.integration.topology.boxes import GUEST, SERVER, Box, ip, missing
from ansible_collections.nfv.mano.tests.integration.topology.test_host_network import knows_vlans
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - nfv.mano.host_network_facts: {pnics: "{{ nfv_pnics }}", libvirt_uri: "{{ nfv_libvirt_uri }}"}
      register: found
    - ansible.builtin.copy:
        content: "{{ found.host_network | to_json }}"
        dest: "{{ playbook_dir }}/{{ inventory_hostname }}.json"
        mode: '0600'
      delegate_to: localhost
"""

VLANS = os.geteuid() == 0 and not missing() and knows_vlans()

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0 or bool(missing()),
                                                   reason=f'takes root, and what is missing here: {missing()}')]


class Pair:
    """Two boxes, and what Ansible sees of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / 'key'
        self.boxes = [Box(number, folder) for number in (1, 2)]
        self.inventory = folder / 'hosts.json'

    def start(self) -> None:
        public = new_key(self.key)
        for one in self.boxes:
            ip('netns', 'add', one.namespace)
        for wire in ('eth0', 'eth1'):
            ip('-n', self.boxes[0].namespace, 'link', 'add', wire, 'type', 'veth', 'peer', 'name', wire, 'netns',
               self.boxes[1].namespace)
        for one in self.boxes:
            one.wire(VLANS)
        for one in self.boxes:
            one.start(public)
        for one in self.boxes:
            one.wait(self.key)
        hosts = {one.name: one.variables(self.key) for one in self.boxes}
        self.inventory.write_text(json.dumps({'all': {'hosts': hosts}}), encoding='utf-8')

    def play(self, playbook: str, *arguments: str, **variables: Any) -> tuple[int, str]:
        """Run a playbook on the two; its exit code and what it prints, on one line."""
        done = subprocess.run([str(Path(sys.executable).parent / 'ansible-playbook'), '-i', str(self.inventory), playbook, '-e',
                               json.dumps(variables), *arguments], capture_output=True, text=True, check=False, timeout=120,
                              cwd=ROOT, env={**os.environ, 'ANSIBLE_NOCOLOR': '1'})
        return done.returncode, ' '.join((done.stdout + done.stderr).split())

    def facts(self) -> dict[str, Any]:
        """What each tells."""
        path = self.folder / 'look.yml'
        path.write_text(PLAYBOOK, encoding='utf-8')
        code, out = self.play(str(path))
        assert code == 0, out
        return {one.name: json.loads((self.folder / f'{one.name}.json').read_text()) for one in self.boxes}


@pytest.fixture(scope='module')
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    one = Pair(tmp_path_factory.mktemp('pair'))
    try:
        one.start()
        yield one
    finally:
        for box in one.boxes:
            box.remove()


@pytest.fixture(scope='module')
def facts(pair: Pair) -> dict[str, Any]:
    return pair.facts()


def cloud_of_two() -> Cloud:
    """A cloud whose two servers are the boxes' guests."""
    cloud = Cloud(2, 2, 1, 'hybrid')
    hosts = dict(zip(cloud.hosts, ('box1', 'box2')))
    text = json.dumps(cloud.rows)
    for old, new in hosts.items():
        text = text.replace(json.dumps(old), json.dumps(new))
    cloud.rows = json.loads(text)
    cloud.hosts = list(hosts.values())
    for number, row in enumerate(cloud.rows['/servers/detail'], 1):
        for port in cloud.rows['/ports']:
            if port['device_id'] == row['id']:
                port.update({'device_id': SERVER.format(number), 'mac_address': GUEST.format(number)})
        row['id'] = SERVER.format(number)
    return cloud


@pytest.fixture
def look(tmp_path: Path, facts: dict[str, Any]) -> Callable[..., Any]:
    place = {'state_dir': str(tmp_path), 'database': None, 'name': None, 'environment': 'lab'}
    manage.present({**place, 'document': {'name': 'lab', 'type_drivers': 'vxlan', 'configuration': [
        {'name': 'OpenStack', 'cloud': 'x'}]}}, dry=False)

    def go(**params: Any) -> Any:
        with mock.patch.object(scan, 'Client', lambda *_arguments, **_options: cloud_of_two()):
            scan.run({**place, 'host_facts': facts, **params})
        with manage.inventory(place) as one:
            return one
    return go


def test_every_tool_tells(facts: dict[str, Any]) -> None:
    for number, one in enumerate((facts['box1'], facts['box2']), 1):
        assert {tool: one['tools'][tool] for tool in ('ip', 'ovs-vsctl', 'lldpctl', 'virsh', 'ethtool')} == dict.fromkeys(
            ('ip', 'ovs-vsctl', 'lldpctl', 'virsh', 'ethtool'), 'ok')
        assert one['tools']['vppctl'] == 'missing' and one['hostname'] == f'box{number}'
        found = {each['name']: each for each in one['interfaces']}
        for wire in ('eth0', 'eth1'):
            assert found[wire]['physical'] and found[wire]['link'] and found[wire]['lldp']['chassis_name'] == f'box{3 - number}'
        if VLANS:
            assert found['eth1.210']['vlan_id'] == 210 and found['eth1.210']['parent'] == 'eth1'
        bridges = {bridge['name']: {port['name']: port for port in bridge['ports']} for bridge in one['ovs']['bridges']}
        assert set(bridges) == {'br-int', 'br-tun', 'br-ex'} and bridges['br-int'][f'qvo{number}-07']['tag'] == 3
        assert bridges['br-tun']['vxlan-1']['interfaces'][0]['options']['remote_ip'] == f'10.9.0.{3 - number}'
        assert list(one['namespaces']) == [f'qdhcp-{number}']
        assert one['domains'][0]['uuid'] == SERVER.format(number) and one['domains'][0]['running']


def test_the_clique_of_an_instance_runs_from_its_vnic_to_the_other_host(look: Callable[..., Any]) -> None:
    one = look()
    for number, other in ((1, 2), (2, 1)):
        clique = one.cliques(SERVER.format(number))[0]
        nodes = {node.id: node for node in one.objects(ids=clique.nodes)}
        reached = {(node.type, node.object_name or node.name) for node in nodes.values()}
        assert {('vconnector', f'qbr{number}-07'), ('vedge', 'ovs'), ('otep', 'vxlan'), ('host_pnic', 'eth0'),
                ('network', 'net0'), ('switch', f'box{other}')} <= reached, reached
        assert ('vconnector', 'br-vlan') not in reached
        ends = {link.type for link in one.links(keys=clique.links)}
        assert {'instance-vnic', 'vnic-vconnector', 'vconnector-vedge', 'vedge-otep', 'otep-host_pnic', 'vedge-host_pnic',
                'host_pnic-network', 'host_pnic-switch_pnic', 'switch-switch_pnic'} <= ends
    assert {link.source_id for link in one.links(types=['vconnector-host_pnic'])} == (
        {'vconnector:box1/br-vlan', 'vconnector:box2/br-vlan'} if VLANS else set())


def test_one_host_is_asked_again_by_the_playbook(pair: Pair, look: Callable[..., Any], tmp_path: Path) -> None:
    look()
    given = {'nfv_environment': 'lab', 'nfv_state_dir': str(tmp_path)}
    ip('-n', pair.boxes[0].namespace, 'link', 'set', 'eth1', 'down')
    try:
        code, out = pair.play('nfv.mano.scan', **given, nfv_params={'object_id': 'host:box1'})
    finally:
        ip('-n', pair.boxes[0].namespace, 'link', 'set', 'eth1', 'up')
    assert code == 0 and 'Generation 2 of lab completed' in out and 'box2' not in out, out
    place = {'state_dir': str(tmp_path), 'database': None, 'environment': 'lab'}
    with manage.inventory({**place, 'generation': 1}) as before, manage.inventory(place) as after:
        found = difference(before, after)
        assert after.object('pnic:box1/eth1').status == 'down' and after.object('pnic:box1/eth0').status == 'up'
    changed = {one['id'] for one in found['objects']['changed']}
    assert 'pnic:box1/eth1' in changed and not any('box2' in one for one in changed)
    assert found['objects']['came'] == []
    assert ('host_pnic-network', 'pnic:box1/eth1') in {(one['type'], one['source_id']) for one in found['links']['changed']}


def test_a_host_that_is_down_is_named(pair: Pair, tmp_path: Path) -> None:
    """Refused on one host, in the playbook that tests connections: the other's result stands beside it."""
    place = {'state_dir': str(tmp_path), 'database': None, 'document': {'name': 'lab', 'configuration': [
        {'name': 'CLI', 'host': 'box', 'hosts': ['box*']}]}}
    manage.present(place, dry=False)
    given = {'nfv_environment': 'lab', 'nfv_state_dir': str(tmp_path), 'nfv_become': False}
    code, out = pair.play('nfv.mano.environment_test', **given)
    assert code != 0 and 'names no cloud of clouds.yaml' in out and 'box1' in out
    pair.boxes[1].remove()
    code, out = pair.play('nfv.mano.environment_test', **given)
    assert code != 0 and 'CLI, box2: connection: ' in out and 'Traceback' not in out
    with manage.inventory({**place, 'environment': 'lab'}) as one:
        checks = {each['check']: each['ok'] for each in one.document['tests'][1]['checks']}
    assert checks == {'box1: connection': True, 'box1: sudo': True, 'box2: connection': False}
