# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel and status, from beside the play that runs."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.life import op_occ_stat
from ansible_collections.nfv.mano.tests.integration.mano.proxy import Proxy, Rule, clouds_through
from ansible_collections.nfv.mano.tests.integration.mano.service import Running, Service, kill, pids_of, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import Played, good, refused

#: Seconds from the wish until the play that is cancelled has said so and ended.
WITHIN = 5.0


def cancelled(service: Service, running: Running, **how: str) -> tuple[Played, Played, float]:
    """Cancel a play: both plays' ends, and the seconds from the wish to the end of the one that was cancelled."""
    second = service.start('cancel', nfv_params=how)
    wait_for(lambda: any(service.state_dir.glob('op_occ_*.d/cancel.json')) or second.ended, 60, 'the wish is there')
    wished = time.monotonic()
    first = running.wait()
    return first, second.wait(), time.monotonic() - wished


@pytest.mark.slow
def test_graceful_with_status_before_and_after_and_a_retry(service: Service) -> None:
    # Two plays start up meanwhile, on a machine that may be busy
    service.describe(3, metadata={'sandbox:delay': '40'})
    running = service.start()
    service.until('made', 'server', 3)
    shown = good(service.play('status'))
    assert re.search(rf'{service.name} +INSTANTIATE +PROCESSING +\d/\d ', shown.out), shown.out
    first, second, seconds = cancelled(service, running)
    assert first.rc != 0
    assert 'INSTANTIATE was cancelled' in ' '.join(first.out.split()), first.out
    assert 'Cancelling (GRACEFUL)' in first.out
    assert seconds < WITHIN
    assert op_occ_stat(good(second)) == {'id': service.op_occs()[-1]['id'], 'state': 'FAILED_TEMP', 'result': 'changed'}
    assert (service.state(), service.op_occs()[-1]['cancel_pending']) == ('FAILED_TEMP', False)
    assert {one.id for one in service.mine()['servers']} == service.recorded()['servers']
    history = good(service.play('status', nfv_ns=service.name))
    assert 'cancel -> FAILED_TEMP' in history.out and 'grant -> PROCESSING' in history.out
    refused(service.play('cancel'), 'Nothing to cancel', '409')
    good(service.play('retry'))
    service.assert_complete(3)
    service.terminate()


def test_forceful_does_not_wait_for_a_call_that_hangs(service: Service) -> None:
    """What the call makes afterwards is found by its mark, and never there twice."""
    service.describe(2)
    endpoint = service.project.cloud.compute.get_endpoint()
    with Proxy(endpoint, Rule('POST', '/servers', 2, hold=20.0)) as proxy:
        clouds = clouds_through(Path(os.environ['OS_CLIENT_CONFIG_FILE']), 'sandbox', service.folder, compute=proxy.url)
        running = service.start(env={'OS_CLIENT_CONFIG_FILE': clouds})
        wait_for(lambda: not proxy.idle.is_set(), 60, 'the call is held back')
        first, second, seconds = cancelled(service, running, cancel_mode='FORCEFUL')
        assert (proxy.struck, seconds < WITHIN) == ([], True), seconds
        assert first.rc != 0
        assert 'cancelled (FORCEFUL)' in ' '.join(first.out.split())
        assert op_occ_stat(good(second))['state'] == 'FAILED_TEMP'
    assert proxy.struck == [202]
    good(service.play('retry'))
    service.assert_complete(2)
    service.terminate()


@pytest.mark.slow
def test_of_a_play_that_died_is_a_recovery(service: Service) -> None:
    service.describe(2, metadata={'sandbox:delay': '6'})
    running = service.start()
    service.until('made', 'server', 1)
    for pid in pids_of(service.name):
        kill(pid)
    running.wait()
    wait_for(lambda: not pids_of(service.name), 5, 'all processes are dead')
    assert service.state() == 'PROCESSING'
    assert 'PROCESSING (owner died)' in good(service.play('status')).out
    assert op_occ_stat(good(service.play('cancel')))['state'] == 'FAILED_TEMP'
    failed = good(service.play('fail'))
    assert 'nfv.mano.terminate all of it' in failed.out and 'vdu:web/front/0' in failed.out
    assert op_occ_stat(failed)['state'] == 'FAILED'
    service.terminate()
