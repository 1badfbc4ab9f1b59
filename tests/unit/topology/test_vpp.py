# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with VPP, on output written after its documentation (recorded/README.md): no VPP runs here."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.nfv.mano.plugins.module_utils.topology import hosts, vpp_parse
from ansible_collections.nfv.mano.plugins.module_utils.topology.cliques import make_cliques, rules_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import load
from ansible_collections.nfv.mano.plugins.module_utils.topology.host_probe import Probe
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place
from ansible_collections.nfv.mano.tests.unit.topology.test_host_probe import recorded, tools

PORT = '00000007-4000-4000-8000-000000000001'
COMMANDS = {'vppctl show hardware-interfaces': 'hardware', 'vppctl show interface addr': 'addresses',
            'vppctl show vhost-user': 'vhost', 'vppctl show bridge-domain 7 detail': 'domain_7',
            'vppctl show bridge-domain 8 detail': 'domain_8', 'vppctl show bridge-domain': 'domains',
            'vppctl show vxlan tunnel': 'tunnels'}


def objects(tmp_path: Path) -> dict[str, Obj]:
    """What a host with VPP tells, joined with the server whose port is plugged into it."""
    told = Probe(tools({words: recorded(f'vpp_{name}.txt') for words, name in COMMANDS.items()}), proc=str(tmp_path)).look()
    assert told['tools']['vppctl'] == 'ok'
    known = [Obj('net', 'network', 'net', 'lab', networks=('net',)),
             Obj('server', 'instance', 'web', 'host:a', host='a', status='ACTIVE', networks=('net',)),
             Obj(f'vnic:{PORT}', 'vnic', 'tap00000007-40', 'server', host='a', networks=('net',),
                 attributes={'port_id': PORT, 'mac_address': 'fa:16:3e:00:00:01', 'device': 'tap00000007-40'}),
             Obj(PORT, 'port', 'port', 'net', host='a', networks=('net',))]
    return {one.id: one for one in place('lab', hosts.join('lab', known, {'a': told}))}


def test_its_objects(tmp_path: Path) -> None:
    found = objects(tmp_path)
    assert found['pnic:a/GigabitEthernet0/8/0'].attributes['mac_address'] == '52:54:00:0a:00:01'
    assert found['pnic:a/GigabitEthernet0/8/0'].attributes['speed_mbps'] == 10000
    assert found['pnic:a/GigabitEthernet0/9/0'].status == 'down'
    assert 'pnic:a/VirtualEthernet0/0/0' not in found and 'pnic:a/loop0' not in found
    assert found['vedge:a/vpp'].attributes['pnics'] == ['GigabitEthernet0/8/0', 'GigabitEthernet0/9/0']
    domain = found['vconnector:a/vpp-7'].attributes
    assert domain['interfaces'] == ['loop0', 'VirtualEthernet0/0/0', 'vxlan_tunnel0'] and domain['ip_address'] == ['10.1.0.254']
    otep = found['otep:a/10.9.0.1/vxlan'].attributes
    assert (otep['udp_port'], otep['vconnectors'], otep['ports']) == (
        4789, ['bridge-domain-7'], {'vxlan_tunnel0': {'remote_ip': '10.9.0.2'}})
    assert found[f'vnic:{PORT}'].attributes['device'] == 'VirtualEthernet0/0/0'


def test_the_clique_of_an_instance_runs_to_the_wire(tmp_path: Path) -> None:
    found = objects(tmp_path)
    links = make_links(found.values())
    assert {('vnic-vconnector', f'vnic:{PORT}', 'vconnector:a/vpp-7'), ('vconnector-vedge', 'vconnector:a/vpp-7', 'vedge:a/vpp'),
            ('vconnector-host_pnic', 'vconnector:a/vpp-8', 'pnic:a/GigabitEthernet0/9/0'),
            ('vnic-vedge', f'vnic:{PORT}', 'vedge:a/vpp'), ('vedge-otep', 'vedge:a/vpp', 'otep:a/10.9.0.1/vxlan'),
            ('otep-host_pnic', 'otep:a/10.9.0.1/vxlan', 'pnic:a/GigabitEthernet0/8/0')} <= {
                (link.type, link.source_id, link.target_id) for link in links}
    rules = rules_of(load({'name': 'lab', 'mechanism_drivers': 'VPP'}))
    clique = next(one for one in make_cliques(found.values(), links, rules) if one.focal_id == 'server')
    assert {'vconnector:a/vpp-7', 'vedge:a/vpp', 'otep:a/10.9.0.1/vxlan', 'pnic:a/GigabitEthernet0/8/0', 'net'} <= set(
        clique.nodes)
    assert 'vconnector:a/vpp-8' not in clique.nodes


def test_older_forms_are_understood_and_nothing_is_nothing() -> None:
    old = '[0] src 10.0.3.1 dst 10.0.3.3 vni 13 sw_if_index 5 encap_fib_index 0\n[1] src 10.0.3.1 dst 10.0.3.4 vni 13\n'
    assert vpp_parse.tunnels(old)['vxlan_tunnel1'] == {'local': '10.0.3.1', 'remote': '10.0.3.4', 'vni': 13, 'port': 4789}
    empty = (vpp_parse.tunnels(''), vpp_parse.hardware(''), vpp_parse.members('no such bridge domain 5'),
             vpp_parse.bridge_domains('no bridge-domains in use'), vpp_parse.sockets(''), vpp_parse.addresses(''))
    assert not any(empty)
