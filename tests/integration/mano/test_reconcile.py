# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile on the real cloud: after a fail record and VIM say the same, by a plan that was shown first, and what others have
survives."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.later import Later
from ansible_collections.nfv.mano.tests.integration.mano.life import op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good, log_size, writes
from ansible_collections.nfv.mano.tests.integration.mano.test_foreign import Foreign
from ansible_collections.nfv.mano.tests.integration.mano.test_retry import weakened

ADOPT = {'nfv_params': {'leftovers': 'adopt'}}


def agree(later: Later, **more: Any) -> None:
    """The record has exactly what is in the cloud, and nothing is left to do, dry or not."""
    service = later.service
    assert {kind: {one.id for one in rows} for kind, rows in service.mine().items()} == service.recorded()
    size = log_size()
    assert changed_count(good(service.check('reconcile', **more)).out) == 0
    later.again('reconcile', **more)
    assert writes(size) == []


@pytest.mark.slow
def test_leftovers_of_an_instantiate_that_was_given_up(service: Service) -> None:
    before, later = service.project.ids(), Later(service)
    weakened(service, 1)
    assert service.play().rc != 0
    assert 'nfv.mano.reconcile' in good(service.play('fail')).out
    agree(later, **ADOPT)
    lines = later.change('reconcile')
    assert {line.sign for line in lines} == {'-'}
    assert {line.kind for line in lines} == {'net', 'vdu'}
    assert service.project.ids() == before
    assert [one['operation'] for one in service.op_occs()] == ['INSTANTIATE', 'RECONCILE']
    agree(later)


@pytest.mark.slow
def test_a_scale_out_that_was_given_up_and_a_record_that_lost_what_it_made(service: Service) -> None:
    """Killed after the calls and before their answers: the VIM alone knows. Somebody else's things stay."""
    later = Later(service)
    service.describe(2)
    good(service.play())
    there = {one.id for one in service.mine()['servers']}
    assert service.injected('KILL:made/server:1:lost', 'scale', nfv_vnf='web', nfv_vdu='front', nfv_params={'count': 4}).rc != 0
    good(service.play('fail'))
    foreign = Foreign(service.project, service.name)
    try:
        shared = service.project.cloud.network.find_network('shared').id
        foreign.port(f'{service.name}-web-front-2-eth0', shared, description=f'nfv.mano/{service.name}/web/front/2/port.eth0')
        looked = foreign.look()
        lines = later.change('reconcile')
        assert {line.name for line in lines if line.sign == '-'} <= {'web/front/2', 'web/front/3'}
        assert {one.id for one in service.mine()['servers']} == there
        assert foreign.look() == looked
    finally:
        foreign.close()
    agree(later)
    assert changed_count(good(service.play()).out) == 0
    service.terminate()


@pytest.mark.slow
def test_a_state_directory_brought_back_from_before(service: Service) -> None:
    """The record knows of the NS and of nothing that was made: all of it is adopted, and the document finds nothing to do."""
    later = Later(service)
    service.describe(2, volumes=[{'name': 'logs', 'size_gib': 1}])
    good(service.play())
    ids = {kind: {one.id for one in rows} for kind, rows in service.mine().items()}
    (ns,) = service.facts('ns')
    path = service.state_dir / f'ns_{ns["id"]}.fact'
    path.write_text(json.dumps({**ns, 'resources': {}}), encoding='utf-8')
    for fact in service.facts('vnf'):
        (service.state_dir / f'vnf_{fact["id"]}.fact').unlink()
    lines = later.change('reconcile')
    assert {line.sign for line in lines} == {'~'}
    assert service.recorded() == ids == {kind: {one.id for one in rows} for kind, rows in service.mine().items()}
    agree(later)
    size = log_size()
    good(service.play())
    assert writes(size) == []
    service.terminate()


@pytest.mark.slow
def test_what_somebody_deleted_is_let_go_and_told(service: Service) -> None:
    later = Later(service)
    service.describe(2)
    good(service.play())
    cloud = service.project.cloud
    doomed = sorted(service.mine()['servers'], key=lambda one: one.name)[1]
    cloud.compute.delete_server(doomed.id)
    cloud.compute.wait_for_delete(doomed, interval=0.5, wait=60)
    played = good(service.play('reconcile', nfv_progress=True))
    assert op_occ_stat(played)['state'] == 'COMPLETED'
    assert doomed.id not in service.recorded()['servers']
    agree(later)
    good(service.play('heal'))
    service.assert_complete(2)
    service.terminate()


@pytest.mark.slow
def test_after_the_state_directory_is_gone_nothing_is_touched(service: Service) -> None:
    """Without a record there is no NS, and so no mark to look for."""
    service.describe(1)
    good(service.play())
    kept = service.folder / 'kept'
    shutil.copytree(service.state_dir, kept)
    shutil.rmtree(service.state_dir)
    size = log_size()
    Later(service).refuse('reconcile', f'{service.name} is not an NS')
    assert writes(size) == []
    shutil.rmtree(service.state_dir, ignore_errors=True)
    shutil.copytree(kept, service.state_dir)
    service.terminate()
