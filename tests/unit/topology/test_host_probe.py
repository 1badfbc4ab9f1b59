# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts' tools print, on recorded output (recorded/README.md says where from), and hosts where they are missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import host_parse, hosts
from ansible_collections.nfv.mano.plugins.module_utils.topology.host_probe import Probe, Ran
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place

RECORDED = Path(__file__).parent / 'recorded'


def recorded(name: str) -> str:
    return (RECORDED / name).read_text(encoding='utf-8')


def tools(answers: dict[str, str], missing: tuple[str, ...] = ()) -> Callable[[list[str]], Ran | None]:
    """Runs commands that print what is given, by words that they begin with; others fail."""
    def run(argv: list[str]) -> Ran | None:
        if argv[0] in missing:
            return None
        line = ' '.join(argv)
        found = next((text for words, text in answers.items() if line.startswith(words)), None)
        return Ran(1, '', f'{argv[0]}: no\nsuch thing') if found is None else Ran(0, found, '')
    return run


def whole_host() -> dict[str, str]:
    """Commands of a host with everything."""
    return {'ip -d -j address show': recorded('ip_address.json'), 'ip -j netns list': '', 'ethtool': recorded('ethtool_veth.txt'),
            'lldpctl': recorded('lldp_one.json'), 'virsh --readonly list --name': 'test\n\n',
            'virsh --readonly dumpxml test': recorded('virsh_test.xml'),
            **{f'ovs-vsctl --timeout=5 --format=json list {table}': recorded(f'ovs_{table}.json')
               for table in ('Bridge', 'Port', 'Interface', 'Open_vSwitch')}}


def test_a_host_with_everything(tmp_path: Path) -> None:
    found = Probe(tools(whole_host(), ('vppctl',)), ['eth0'], proc=str(tmp_path)).look()
    assert found['tools'].pop('vppctl') == 'missing' and found['vpp'] is None
    assert found['tools'] == dict.fromkeys(('ip', 'lldpctl', 'ethtool', 'ovs-vsctl', 'virsh'), 'ok')
    eth0 = next(one for one in found['interfaces'] if one['name'] == 'eth0')
    assert eth0['physical'] and eth0['link'] and eth0['speed_mbps'] == 10000 and eth0['lldp']['chassis_name'] == 'leaf1'
    bridges = {one['name']: {port['name']: port for port in one['ports']} for one in found['ovs']['bridges']}
    assert set(bridges) == {'br-int', 'br-tun'} and bridges['br-int']['tap00000007-40']['tag'] == 3
    tunnel = bridges['br-tun']['vxlan-0a090002']['interfaces'][0]
    assert tunnel['type'] == 'vxlan' and tunnel['options']['remote_ip'] == '10.9.0.2'
    assert found['ovs']['external_ids']['hostname'] == 'hosta'
    assert found['domains'][0]['name'] == 'test' and found['domains'][0]['running']


def test_its_objects_and_links(tmp_path: Path) -> None:
    found = Probe(tools(whole_host()), ['eth0'], proc=str(tmp_path)).look()
    objects = {one.id: one for one in place('lab', hosts.join('lab', [], {'hosta': found}))}
    assert objects['vedge:hosta/ovs'].attributes['ports']['tap00000007-40']['tag'] == 3
    otep = objects['otep:hosta/10.9.0.1/vxlan']
    assert otep.attributes['udp_port'] == 4789 and otep.owner_id == 'vedge:hosta/ovs'
    types = {link.type for link in make_links(objects.values())}
    assert {'vedge-otep', 'otep-host_pnic', 'host_pnic-switch_pnic', 'switch-switch_pnic'} <= types


def test_missing_tools_are_noted_and_are_no_errors(tmp_path: Path) -> None:
    answers = {'ip -d -j address show': recorded('vfs.json'), 'ip -j netns list': 'no JSON'}
    found = Probe(tools(answers, ('ovs-vsctl', 'lldpctl')), proc=str(tmp_path)).look()
    assert found['tools']['ovs-vsctl'] == 'missing' and found['tools']['lldpctl'] == 'missing'
    assert found['tools']['ethtool'] == 'ethtool: no such thing' and found['tools']['ip'].startswith('not understood')
    assert found['ovs'] is None and found['domains'] == [] and len(found['interfaces']) == 2
    nothing = Probe(tools({}, ('ip', 'ovs-vsctl', 'lldpctl', 'virsh', 'ethtool')), proc=str(tmp_path)).look()
    assert nothing['interfaces'] == [] and nothing['tools']['ip'] == 'missing'


def test_bonds_and_virtual_functions(tmp_path: Path) -> None:
    folder = tmp_path / 'net' / 'bonding'
    folder.mkdir(parents=True)
    (folder / 'bond0').write_text(recorded('bond.txt'), encoding='utf-8')
    found = Probe(tools({'ip -d -j address show': recorded('vfs.json')}), proc=str(tmp_path)).look()
    assert [one['name'] for one in found['bonds']['bond0']['members']] == ['eth1', 'eth2']
    assert found['bonds']['bond0']['active'] == 'eth1' and found['bonds']['bond0']['members'][1]['mii_status'] == 'down'
    objects = {one.id: one for one in hosts.join('lab', [], {'a': found})}
    assert objects['pnic:a/bond0'].attributes['bond_members'] == ['eth1', 'eth2'] and objects['pnic:a/bond0'].status == 'down'
    assert objects['vedge:a/sriov'].attributes['macs'] == ['fa:16:3e:00:00:07']
    assert objects['pnic:a/ens1f0'].attributes['mac_address'] == '3c:fd:fe:00:00:01'


def test_neighbours_of_several_interfaces() -> None:
    found = host_parse.lldp(recorded('lldp_two.json'))
    assert found['eth0'] == {'chassis_id': '00:1c:73:00:00:01', 'chassis_name': 'leaf1', 'port_id': 'Ethernet7',
                             'port_description': 'to compute7', 'management': ['192.0.2.11', '2001:db8::11']}
    assert (found['eth1']['chassis_id'], found['eth1']['chassis_name']) == ('00:1c:73:00:00:02', '')
    assert host_parse.lldp('{"lldp": {}}') == {} == host_parse.lldp('')


def test_a_vlan_of_an_interface() -> None:
    row = {'ifname': 'eth1.210', 'link': 'eth1', 'link_type': 'ether', 'address': '52:54:00:00:00:01', 'mtu': 1500,
           'flags': ['BROADCAST', 'UP', 'LOWER_UP'], 'operstate': 'UP', 'master': 'brq1', 'addr_info': [],
           'linkinfo': {'info_kind': 'vlan', 'info_data': {'protocol': '802.1Q', 'id': 210, 'flags': ['REORDER_HDR']}}}
    found = host_parse.interfaces(json.dumps([row]))[0]
    assert (found['kind'], found['vlan_id'], found['parent'], found['master']) == ('vlan', 210, 'eth1', 'brq1')


def test_domains() -> None:
    found = host_parse.domain(recorded('domain.xml'))
    assert found['interfaces'][0] == {'type': 'bridge', 'mac': 'fa:16:3e:00:00:01', 'source': 'qbr00000007-40',
                                      'device': 'tap00000007-40', 'model': 'virtio', 'pci_slot': ''}
    assert found['interfaces'][1]['pci_slot'] == '0000:81:10.2'
    for text in ('<network/>', 'no XML'):
        with pytest.raises(ValueError):
            host_parse.domain(text)


def test_what_ethtool_does_not_know_is_not_there() -> None:
    assert host_parse.ethtool('Settings for eth0:\n\tSpeed: Unknown!\n\tDuplex: Unknown! (255)\n\tLink detected: no\n') == {
        'link': False}
    assert host_parse.ethtool('') == {}
