# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts as network namespaces, really wired: bridges, veths, VLANs and VXLAN of this kernel, looked at by the module."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import hosts
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import make_cliques, rules_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import load
from ansible_collections.nfv.mano.plugins.module_utils.topology.host_parse import domain
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.tests.integration.adhoc import run_module

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or shutil.which('ip') is None, reason='network namespaces take root and ip')
GUEST = 'fa:16:3e:0a:00:0{}'
SERVER = 'c0ffee00-0000-4000-8000-00000000000{}'
NETWORK = 'feed0000-0000-4000-8000-000000000001'
#: A domain as libvirt 9.0 prints it, cut down to what it says of its network.
DOMAIN = """<domain type='kvm' id='1'><name>instance-1</name><uuid>{uuid}</uuid><devices>
<interface type='bridge'><mac address='{mac}'/><source bridge='brq1'/><target dev='tap1'/><model type='virtio'/></interface>
</devices></domain>"""


def ip(*arguments: str) -> None:
    """Run ip; raises CalledProcessError."""
    subprocess.run(['ip', *arguments], check=True, capture_output=True, text=True)


def knows_vlans() -> bool:
    """Whether this kernel has VLAN interfaces; where it has none they are tested on recorded output only."""
    name = f'nfvk{uuid.uuid4().hex[:6]}'
    ip('netns', 'add', name)
    try:
        ip('-n', name, 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'other')
        made = subprocess.run(['ip', '-n', name, 'link', 'add', 'link', 'eth1', 'name', 'v', 'type', 'vlan', 'id', '2'],
                              check=False, capture_output=True)
        return made.returncode == 0
    finally:
        ip('netns', 'del', name)


class Host:
    """A network namespace that stands for a host, with a guest in another one."""

    def __init__(self, number: int) -> None:
        tail = uuid.uuid4().hex[:6]
        self.number, self.name, self.guest, self.dhcp = number, f'nfvh{tail}', f'nfvg{tail}', f'qdhcp-{tail}'

    def wire(self, vlans: bool) -> None:
        """A Linux bridge with the guest's tap and a VXLAN interface, one with a VLAN of eth1 or with eth1, a DHCP namespace."""
        ip('-n', self.name, 'addr', 'add', f'10.77.0.{self.number}/24', 'dev', 'eth0')
        for one in ('eth0', 'eth1', 'lo'):
            ip('-n', self.name, 'link', 'set', one, 'up')
        for bridge in ('brq1', 'br-vlan'):
            ip('-n', self.name, 'link', 'add', bridge, 'type', 'bridge')
            ip('-n', self.name, 'link', 'set', bridge, 'up')
        ip('-n', self.name, 'link', 'add', 'tap1', 'type', 'veth', 'peer', 'name', 'ens3', 'address',
           GUEST.format(self.number), 'netns', self.guest)
        ip('-n', self.name, 'link', 'add', 'vxlan-7', 'type', 'vxlan', 'id', '7', 'local', f'10.77.0.{self.number}', 'dev',
           'eth0', 'dstport', '4789', 'group', '239.1.1.1')
        if vlans:
            ip('-n', self.name, 'link', 'add', 'link', 'eth1', 'name', 'vlan210', 'type', 'vlan', 'id', '210')
        ip('-n', self.name, 'link', 'add', 'tapd', 'type', 'veth', 'peer', 'name', 'ns-d', 'netns', self.dhcp)
        ip('-n', self.dhcp, 'addr', 'add', '10.1.0.2/24', 'dev', 'ns-d')
        for one, bridge in (('tap1', 'brq1'), ('vxlan-7', 'brq1'), ('tapd', 'brq1'), ('vlan210' if vlans else 'eth1', 'br-vlan')):
            ip('-n', self.name, 'link', 'set', one, 'master', bridge)
            ip('-n', self.name, 'link', 'set', one, 'up')
        ip('-n', self.guest, 'link', 'set', 'ens3', 'up')

    def remove(self) -> None:
        """Take everything away."""
        for namespace in (self.name, self.guest, self.dhcp):
            subprocess.run(['ip', 'netns', 'del', namespace], check=False, capture_output=True)

    def facts(self) -> dict[str, Any]:
        """What the module says inside of it."""
        found = run_module('host_network_facts', {'pnics': ['eth*']}, ['ip', 'netns', 'exec', self.name])
        return dict(found['host_network'])


@pytest.fixture(scope='module')
def facts() -> Iterator[dict[str, dict[str, Any]]]:
    """What the two hosts tell; two wires lead from one to the other."""
    pair = [Host(1), Host(2)]
    try:
        for one in pair:
            for namespace in (one.name, one.guest, one.dhcp):
                ip('netns', 'add', namespace)
        for wire in ('eth0', 'eth1'):
            ip('-n', pair[0].name, 'link', 'add', wire, 'type', 'veth', 'peer', 'name', wire, 'netns', pair[1].name)
        found, vlans = {}, knows_vlans()
        for one in pair:
            one.wire(vlans)
        for one in pair:
            told = one.facts()
            # Every namespace of this machine is in one folder, of whichever host it is
            told['namespaces'] = {'qdhcp-net': told['namespaces'][one.dhcp]}
            found[f'host{one.number}'] = told
        yield found
    finally:
        for one in pair:
            one.remove()


def named(facts: dict[str, Any], name: str) -> dict[str, Any]:
    """An interface by its name."""
    return next(one for one in facts['interfaces'] if one['name'] == name)


def test_every_kind_of_interface_is_told(facts: dict[str, dict[str, Any]]) -> None:
    host = facts['host1']
    assert named(host, 'eth0')['physical'] and named(host, 'eth0')['carrier']
    assert named(host, 'eth0')['addresses'][0] == '10.77.0.1/24'
    assert not named(host, 'tap1')['physical'] and named(host, 'tap1')['master'] == 'brq1'
    assert named(host, 'brq1')['kind'] == 'bridge'
    if any(one['kind'] == 'vlan' for one in host['interfaces']):
        assert named(host, 'vlan210')['vlan_id'] == 210 and named(host, 'vlan210')['parent'] == 'eth1'
    vxlan = named(host, 'vxlan-7')['vxlan']
    assert (vxlan['id'], vxlan['local'], vxlan['port']) == (7, '10.77.0.1', 4789)
    assert [one['addresses'] for one in host['namespaces']['qdhcp-net'] if one['name'] == 'ns-d'][0][0] == '10.1.0.2/24'
    assert host['tools']['ip'] == 'ok'
    for tool in ('ovs-vsctl', 'virsh', 'lldpctl', 'ethtool'):
        assert host['tools'][tool], 'a tool that is missing is noted'


def test_the_clique_of_an_instance_runs_from_its_vnic_to_the_wire(facts: dict[str, dict[str, Any]]) -> None:
    told = {name: {**one, 'domains': [{**domain(DOMAIN.format(uuid=SERVER.format(name[-1]), mac=GUEST.format(name[-1]))),
                                       'running': True}]} for name, one in facts.items()}
    network = Obj(NETWORK, 'network', 'net', 'lab', networks=(NETWORK,))
    ports = [Obj(f'port-{name}', 'port', name, NETWORK, host=name, networks=(NETWORK,)) for name in told]
    objects = place('lab', hosts.join('lab', [network, *ports], told))
    environment = load({'name': 'lab', 'type_drivers': 'vxlan'})
    links = make_links(objects, environment.type_drivers)
    by_id = {one.id: one for one in objects}
    cliques = {one.focal_id: one for one in make_cliques(objects, links, rules_of(environment))}
    reached = {(by_id[node].type, by_id[node].object_name or by_id[node].name) for node in cliques[SERVER.format(1)].nodes}
    assert {('instance', 'instance-1'), ('vnic', 'tap1'), ('vconnector', 'brq1'), ('otep', 'vxlan'), ('host_pnic', 'eth0'),
            ('network', 'net')} <= reached
    assert ('vconnector', 'br-vlan') not in reached
    ends = {(link.type, by_id[link.source_id].object_name, by_id[link.target_id].object_name) for link in links
            if link.host == 'host1'}
    assert {('vconnector-host_pnic', 'br-vlan', 'eth1'), ('otep-vconnector', 'vxlan', 'brq1'),
            ('otep-host_pnic', 'vxlan', 'eth0'), ('vedge-otep', 'linuxbridge', 'vxlan')} <= ends
    assert any(link.type == 'vservice-vnic' and by_id[link.target_id].object_name == 'ns-d' for link in links)
