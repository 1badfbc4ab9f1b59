# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ACI fabric, on rows written after Cisco's documentation (recorded/README.md): there is no fabric here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import aci, manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.links import make_links
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud
from ansible_collections.nfv.mano.tests.unit.topology.test_host_probe import recorded

LEAF, SPINE = 'switch:topology/pod-1/node-101', 'switch:topology/pod-1/node-201'


def rows() -> Any:
    """Rows as an APIC gives them; those without anything below have no children."""
    return {name: [{'children': [], **row} for row in found] for name, found in json.loads(recorded('aci.json')).items()}


def test_switches_and_the_ports_in_use() -> None:
    found = {one.id: one for one in aci.switches(rows())}
    assert set(found) == {LEAF, SPINE, f'{LEAF}/eth1/7', f'{LEAF}/eth1/8', f'{LEAF}/eth1/49', f'{SPINE}/eth1/1'}
    assert found[LEAF].name == 'leaf1' and found[LEAF].attributes['role'] == 'leaf'
    assert found[f'{LEAF}/eth1/7'].attributes == {'mac_addresses': ['52:54:00:0a:00:01'], 'speed': '10G'}
    assert found[f'{LEAF}/eth1/8'].status == 'down'
    assert found[f'{LEAF}/eth1/8'].attributes['mac_addresses'] == ['52:54:00:0a:01:01'], 'a host says its MAC address by LLDP'


def test_their_links() -> None:
    pnic = Obj('pnic:compute0/eth0', 'host_pnic', 'eth0', 'host:compute0', host='compute0',
               attributes={'mac_address': '52:54:00:0A:00:01'})
    found = {(link.type, link.source_id, link.target_id) for link in make_links([pnic, *aci.switches(rows())])}
    assert ('host_pnic-switch_pnic', pnic.id, f'{LEAF}/eth1/7') in found
    assert ('switch-switch_pnic', LEAF, f'{LEAF}/eth1/49') in found
    assert [one for one in found if one[0] == 'switch_pnic-switch_pnic'] == [
        ('switch_pnic-switch_pnic', f'{LEAF}/eth1/49', f'{SPINE}/eth1/1')]


def test_a_switch_that_hosts_hear_is_the_one_of_the_fabric() -> None:
    heard = {'chassis_id': '00:de:fb:00:00:01', 'chassis_name': 'leaf1', 'port_id': 'Eth1/7'}
    pnic = Obj('pnic:compute0/eth0', 'host_pnic', 'eth0', 'host:compute0', host='compute0',
               attributes={'mac_address': '', 'lldp': heard})
    known = [pnic, Obj('switch:00:de:fb:00:00:01', 'switch', 'leaf1', ''),
             Obj('switch:00:de:fb:00:00:01/Eth1/7', 'switch_pnic', 'Eth1/7', 'switch:00:de:fb:00:00:01'),
             Obj('switch:00:de:fb:00:00:01/Eth1/9', 'switch_pnic', 'Eth1/9', 'switch:00:de:fb:00:00:01')]
    found = {one.id: one for one in aci.merge(known, aci.switches(rows()))}
    assert not any('00:de:fb' in one for one in found)
    assert found[f'{LEAF}/eth1/9'].owner_id == LEAF
    links = [(link.type, link.source_id, link.target_id) for link in make_links(found.values())]
    assert ('host_pnic-switch_pnic', pnic.id, f'{LEAF}/eth1/7') in links
    assert [one.id for one in aci.merge(known, [])] == [one.id for one in known]


def test_a_scan_takes_them_in_and_keeps_them_where_the_controller_is_away(
        look: Callable[..., Any], cloud: Cloud, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    manage.present({**where, 'passphrase': 'open', 'document': {
        'name': 'lab', 'aci_enabled': True, 'configuration': [
            {'name': 'OpenStack', 'cloud': 'x'}, {'name': 'ACI', 'host': 'apic', 'user': 'admin', 'pwd': 'secret'}]}}, dry=False)
    monkeypatch.setattr(aci.Apic, 'read', lambda apic: rows() if apic._password == 'secret' else None)
    first = look(passphrase='open')
    assert first['counts']['objects']['switch'] == 2 and first['state'] == 'completed'

    def away(apic: aci.Apic) -> None:
        raise TopologyError('https://apic: Connection refused')

    monkeypatch.setattr(aci.Apic, 'read', away)
    second = look(passphrase='open')
    assert second['problems'] == ['fabric: https://apic: Connection refused'] and second['counts'] == first['counts']


def test_a_host_that_is_scanned_again_stays_plugged_into_the_fabric(
        look: Callable[..., Any], cloud: Cloud, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    manage.present({**where, 'passphrase': 'open', 'document': {
        'name': 'lab', 'aci_enabled': True, 'configuration': [
            {'name': 'OpenStack', 'cloud': 'x'}, {'name': 'ACI', 'host': 'apic', 'user': 'admin', 'pwd': 'secret'}]}}, dry=False)
    monkeypatch.setattr(aci.Apic, 'read', lambda _apic: rows())
    facts = cloud.facts()
    # One is known by what it hears of leaf1, the other one by its MAC address
    facts['compute0']['interfaces'][1]['mac'] = '52:54:00:0a:00:01'
    whole = look(passphrase='open', host_facts=facts)
    assert whole['counts']['links']['host_pnic-switch_pnic'] == 3
    again = look(object_id='host:compute0', host_facts=facts)
    assert again['differences'] == 0 and again['counts'] == whole['counts']
    facts['compute0']['interfaces'][0]['lldp']['port_id'] = 'Eth1/8'
    look(object_id='host:compute0', host_facts=facts)
    with manage.inventory({**where, 'environment': 'lab'}) as one:
        ends = {link.target_id for link in one.links(touching=['pnic:compute0/eth0']) if link.type == 'host_pnic-switch_pnic'}
        assert ends == {f'{LEAF}/eth1/8'} and one.search('eth0', types=['switch_pnic']) == []
    assert look(passphrase='open', host_facts=facts)['differences'] == 0, 'nothing was left for a whole scan to do'
