# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback on the real cloud: VIM and record are what they were before, or what can't come back is named first."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, log_size, plan_lines, refused, writes
from ansible_collections.nfv.mano.tests.integration.mano.test_retry import SPAWN, copied, weakened


def record(service: Service) -> list[dict[str, Any]]:
    """What the facts say of the service and its VNFs; lists of lost calls run out by themselves."""
    return [{key: value for key, value in fact.items() if key not in ('doubtful', 'vnfs')}
            for fact in (*service.facts('ns'), *service.facts('vnf')) if fact['kind'] == 'ns' or fact['resources']]


def there(service: Service) -> dict[str, Any]:
    """What the cloud says of it, attributes that count included."""
    mine = service.mine()
    return {'servers': {one.id: (one.name, one.status, dict(one.metadata), sorted(one.tags)) for one in mine['servers']},
            'ports': {one.id: (one.name, one.mac_address, one.fixed_ips, one.device_id) for one in mine['ports']},
            'networks': {one.id for one in mine['networks']}, 'subnets': {one.id for one in mine['subnets']}}


@pytest.mark.slow
def test_of_an_instantiate_leaves_the_project_as_it_was(service: Service) -> None:
    before = service.project.ids()
    weakened(service, 2)
    failed = service.play()
    assert failed.rc != 0
    made = service.project.ids()
    checked = good(service.check('rollback'))
    assert service.project.ids() == made
    assert {line.sign for line in plan_lines(checked.out)} == {'-'}
    rolled_back = good(copied(service, 'rollback', failed.out))
    assert op_occ_stat(rolled_back) == {'id': service.op_occs()[-1]['id'], 'state': 'ROLLED_BACK', 'result': 'changed'}
    assert service.project.ids() == before
    service.assert_gone()


@pytest.mark.slow
def test_of_an_update_brings_back_cloud_and_record(service: Service) -> None:
    """Servers, their ports, addresses and metadata; a document that was in force before changes nothing afterwards."""
    service.describe(2, metadata={'tier': 'before'})
    good(service.play())
    old, cloud, facts = service.descriptor, there(service), record(service)
    value = service.describe(3, metadata={'tier': 'after'})
    value['vnfs'][0]['vdus'].append({**value['vnfs'][0]['vdus'][0], 'name': 'weak', 'count': 1, 'metadata': SPAWN})
    value['virtual_links'].append({'name': 'more', 'subnets': [{'cidr': '10.82.0.0/24'}]})
    service.write(value)
    assert service.play('update').rc != 0
    assert {one.status for one in service.mine()['servers']} == {'ACTIVE', 'ERROR'}
    good(service.play('rollback'))
    assert there(service) == cloud
    assert record(service) == facts
    service.describe(2, metadata={'tier': 'before'})
    assert service.descriptor == old
    assert changed_count(good(service.play()).out) == 0
    service.terminate()


@pytest.mark.slow
def test_of_a_terminate_until_something_is_gone(service: Service) -> None:
    service.describe(2)
    good(service.play())
    cloud, facts = there(service), record(service)
    assert service.injected('KILL:intent/delete:1:lost', 'terminate').rc != 0
    good(service.play('rollback'))
    assert (there(service), record(service), service.state()) == (cloud, facts, 'ROLLED_BACK')

    assert service.injected('KILL:gone:1:after', 'terminate').rc != 0
    left = service.recorded()
    gone = (set(cloud['servers']) - left['servers']).pop()
    size = log_size()
    refused(service.play('rollback'), '409', gone, 'is gone with its data', 'nfv_accept_data_loss')
    assert (writes(size), service.recorded(), service.state()) == ([], left, 'FAILED_TEMP')
    good(service.play('rollback', nfv_accept_data_loss=True))
    assert service.state() == 'ROLLED_BACK'
    back = there(service)
    assert (len(back['servers']), set(back['ports'])) == (2, set(cloud['ports'])), 'on the very ports from before'
    assert changed_count(good(service.play()).out) == 0
    service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['begin:1:after', 'gone:1:lost'])
def test_killed_in_the_middle_goes_on(service: Service, point: str) -> None:
    before = service.project.ids()
    service.describe(2)
    assert service.injected('KILL:settled:1:after').rc != 0
    assert service.injected(f'KILL:{point}', 'rollback').rc != 0
    assert service.state() == 'FAILED_TEMP'
    good(service.play('rollback'))
    assert (service.state(), service.project.ids()) == ('ROLLED_BACK', before)
    service.assert_gone()


#: Verb, its variables, an entry of its run, and what the record says of servers once it is COMPLETED.
DAY2 = {'scale': ({'nfv_vnf': 'web', 'nfv_vdu': 'front', 'nfv_params': {'count': 3}}, 'made/server:1:after', 3),
        'heal': ({'nfv_vnf': 'web', 'nfv_vdu': 'front', 'nfv_count_index': 0, 'nfv_params': {'force': True}},
                 'intent/delete:1:lost', 2),
        'operate': ({'nfv_params': {'state': 'STOPPED'}}, 'task:1:lost', 2)}


@pytest.mark.slow
@pytest.mark.parametrize('verb', DAY2)
def test_of_the_verbs_on_what_runs(service: Service, verb: str) -> None:
    variables, point, count = DAY2[verb]
    service.describe(2)
    good(service.play())
    cloud, facts = there(service), record(service)
    assert service.injected(f'KILL:{point}', verb, **variables).rc != 0
    assert service.state() == 'FAILED_TEMP'
    good(service.play('rollback'))
    assert (there(service), service.state()) == (cloud, 'ROLLED_BACK')
    assert record(service) == facts
    assert service.injected(f'KILL:{point}', verb, **variables).rc != 0
    good(service.play('retry'))
    assert (len(service.mine()['servers']), service.state()) == (count, 'COMPLETED')
    service.terminate()
