# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One network service on two VIMs: a second project of the sandbox stands for the second cloud."""

from __future__ import annotations

from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import Project, changed_count, good, plan_lines, play, refused


def described(name: str) -> dict[str, Any]:
    """A virtual link and a VDU on each VIM, and a VNF that is on the second one with all that is in it."""
    common = {'image': 'cirros', 'flavor': 'm1.tiny'}
    return {'name': name, 'vims': {'default': {'cloud': 'sandbox'}, 'edge': {'cloud': 'sandbox-two'}},
            'virtual_links': [{'name': 'core', 'subnets': [{'cidr': '10.83.0.0/24'}]},
                              {'name': 'access', 'vim': 'edge', 'subnets': [{'cidr': '10.84.0.0/24'}]}],
            'vnfs': [{'name': 'web', 'vdus': [{'name': 'front', 'interfaces': [{'name': 'eth0', 'virtual_link': 'core'}],
                                               **common}]},
                     {'name': 'cpe', 'vim': 'edge', 'virtual_links': [{'name': 'inner'}], 'vdus': [
                         {'name': 'box', 'interfaces': [{'name': 'eth0', 'virtual_link': 'access'},
                                                        {'name': 'eth1', 'virtual_link': 'inner'}], **common}]}]}


def test_life_on_two_vims(service: Service, project: Project) -> None:
    edge = Project('sandbox-two')
    before = project.ids(), edge.ids()
    service.write(described(service.name))
    checked = play('instantiate', '--check', '--diff', **service.variables('instantiate'))
    listed = {(line.kind, line.name) for line in plan_lines(good(checked).out)}
    assert listed == {('net', f'{service.name}-core'), ('net', f'{service.name}-access'), ('net', f'{service.name}-cpe-inner'),
                      ('vdu', 'web/front/0'), ('vdu', 'cpe/box/0')}
    good(service.play())
    assert list(project.servers(service.name)) == [f'{service.name}-web-front-0']
    assert list(edge.servers(service.name)) == [f'{service.name}-cpe-box-0']
    assert changed_count(good(service.play()).out) == 0
    service.terminate()
    assert (project.ids(), edge.ids()) == before


def test_a_virtual_link_is_on_one_vim(service: Service) -> None:
    wanted = described(service.name)
    wanted['vnfs'][0]['vdus'][0]['interfaces'][0]['virtual_link'] = 'access'
    service.write(wanted)
    refused(service.play(), "vnfs[0].vdus[0].interfaces[0].virtual_link: 'access' is on VIM edge, but", 'on VIM')
    assert not service.facts('ns')


def test_quota_of_each_vim_is_checked_by_itself(service: Service) -> None:
    wanted = described(service.name)
    wanted['vims']['edge']['cloud'] = 'sandbox-tiny'
    wanted['vnfs'][1]['vdus'][0]['count'] = 30
    service.write(wanted)
    played = refused(service.play(), 'vims.edge.quota.instances')
    assert 'vims.default.quota' not in played.out
    assert not service.mine()['servers']
