# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual link on an SDN controller: the user's task file gets the ports as Neutron has bound them."""

from __future__ import annotations

import json
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import (
    Project,
    changed_count,
    document,
    good,
    plan_lines,
    refused,
)

#: A controller that keeps what it is told, and fails where it is told to.
SDN = """\
- name: Reach the controller
  ansible.builtin.assert:
    that: not 'FOLDER/down' is exists
- name: Put the net onto it
  ansible.builtin.copy:
    content: "{{ nfv_sdn_net | to_json }}"
    dest: "FOLDER/net-{{ nfv_subject }}.json"
    mode: '0600'
  when: nfv_sdn_net.state == 'present'
- name: Take it off
  ansible.builtin.file:
    path: "FOLDER/net-{{ nfv_subject }}.json"
    state: absent
  when: nfv_sdn_net.state == 'absent'
"""


def described(service: Service, count: int) -> None:
    value = document(service.name, count)
    value['vims']['default']['admin_cloud'] = 'sandbox-admin'
    value['virtual_links'][1].update(type='elan', sdn='sdn.yml', provider={
        'network_type': 'vlan', 'physical_network': 'physnet1', 'segmentation_id': 747})
    value['vnfs'][0]['vdus'][0]['interfaces'][1]['type'] = 'sr-iov'
    service.write(value)
    (service.folder / 'sdn.yml').write_text(SDN.replace('FOLDER', str(service.folder)))


def on_controller(service: Service) -> dict[str, Any]:
    return json.loads((service.folder / 'net-data.json').read_text())


def recorded(service: Service) -> dict[str, Any]:
    (fact,) = service.facts('ns')
    return fact['resources'].get('sdn_net:data', {})


def assert_as_neutron_says(service: Service) -> None:
    admin = openstack.connect(cloud='sandbox-admin')
    there = {one.id: one for one in map(admin.network.get_port, service.mine()['ports']) if one.binding_vnic_type == 'direct'}
    net = on_controller(service)
    told = {port['port_id']: (port['compute_node'], port['pci_address'], port['mac_address'], port['physical_network'])
            for port in net['ports']}
    assert told == {one.id: (one.binding_host_id, one.binding_profile['pci_slot'], one.mac_address, 'physnet1')
                    for one in there.values()}
    (network,) = service.mine()['networks']
    assert (net['type'], net['network']['id'], net['network']['provider']['segmentation_id']) == ('ELAN', network.id, 747)
    assert (recorded(service)['state'], recorded(service)['sdn_ports']) == ('CONNECTED', net['ports'])


@pytest.mark.slow
def test_a_net_on_a_controller(service: Service, project: Project) -> None:
    described(service, 1)
    before = project.ids()
    checked = good(service.check())
    assert 'task file sdn.yml: sdn_net of data (1)' in checked.out
    assert [line.detail for line in plan_lines(checked.out) if line.kind == 'sdn_net'] == ['ELAN, 1 port of physical cards']
    (service.folder / 'down').touch()
    refused(service.play(), 'Failed to pass task file sdn.yml: Reach the controller')
    assert (service.state(), recorded(service)['state']) == ('FAILED_TEMP', 'CONNECTING')
    (service.folder / 'down').unlink()
    good(service.play('retry'))
    assert_as_neutron_says(service)
    assert changed_count(good(service.play()).out) == 0
    good(service.play('scale', nfv_params={'count': 2}))
    assert len(on_controller(service)['ports']) == 2
    assert_as_neutron_says(service)
    (service.folder / 'down').touch()
    refused(service.play('terminate'), 'Failed to pass task file sdn.yml')
    left = service.mine()
    assert (recorded(service)['state'], left['servers'], len(left['networks'])) == ('DISCONNECTING', [], 1)
    (service.folder / 'down').unlink()
    service.terminate()
    assert not (service.folder / 'net-data.json').exists()
    assert project.ids() == before
