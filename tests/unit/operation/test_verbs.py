# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb on an op-occ in every state whose owner is dead: it ends where it must, or nothing is written."""

from __future__ import annotations

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, STATES
from ansible_collections.nfv.mano.plugins.module_utils.operation.cancel import cancel
from ansible_collections.nfv.mano.plugins.module_utils.operation.run import parameters
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import close, remains
from ansible_collections.nfv.mano.plugins.module_utils.store import LockedError
from ansible_collections.nfv.mano.plugins.module_utils.store.lock import NsLock
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

#: Triggers that lead from FAILED_TEMP to a state.
WAYS = {'PROCESSING': ['retry'], 'FAILED_TEMP': [], 'ROLLING_BACK': ['rollback'], 'COMPLETED': ['retry', 'done'],
        'FAILED': ['fail'], 'ROLLED_BACK': ['rollback', 'rolled_back']}
#: Verb -> state -> where it ends; a state that is not here is refused. A dead owner's op-occ is recovered first.
ENDS = {'retry': dict.fromkeys(('PROCESSING', 'FAILED_TEMP', 'ROLLING_BACK'), 'COMPLETED'),
        'rollback': dict.fromkeys(('PROCESSING', 'FAILED_TEMP', 'ROLLING_BACK'), 'ROLLED_BACK'),
        'fail': {'STARTING': 'ROLLED_BACK', **dict.fromkeys(('PROCESSING', 'FAILED_TEMP', 'ROLLING_BACK', 'FAILED'), 'FAILED')},
        'cancel': {'STARTING': 'ROLLED_BACK', 'PROCESSING': 'FAILED_TEMP', 'ROLLING_BACK': 'FAILED_TEMP'},
        'recover': {'STARTING': 'ROLLED_BACK', 'PROCESSING': 'FAILED_TEMP', 'ROLLING_BACK': 'FAILED_TEMP',
                    **{state: state for state in ('FAILED_TEMP', 'COMPLETED', 'FAILED', 'ROLLED_BACK')}}}


def do(site: Site, verb: str, op_occ_id: str, dry: bool = False) -> None:
    """A verb on an op-occ that is named by its id."""
    if verb in ('retry', 'rollback'):
        (site.diff if dry else site.apply)(verb, op_occ=op_occ_id, timeouts={'lock': 0.1})
    elif verb == 'cancel':
        cancel(site.store, None, op_occ_id, mode='GRACEFUL', timeout=5.0, force_takeover=False, dry=dry)
    else:
        close(site.store, None, op_occ_id, fail=verb == 'fail', force_takeover=False, dry=dry)


def in_state(site: Site, state: str) -> str:
    """An op-occ in a state, with nobody working on it; its id."""
    if state == 'STARTING':
        site.store.prepare()
        kept = parameters(site.request('instantiate', document=wanted()))
        return OpOccs(site.store).start('INSTANTIATE', site.store.new_ns('edge1'), {}, kept, {}, {}).id
    site.failing('create_server', lambda spec: spec['name'].endswith('-1'))
    site.fails('instantiate', document=wanted())
    site.mended()
    for trigger in WAYS[state]:
        site.newest.trigger(trigger)
    assert site.newest.state == state
    return site.newest.id


@pytest.mark.parametrize('state', STATES)
@pytest.mark.parametrize('verb', ENDS)
def test_every_verb_in_every_state(site: Site, verb: str, state: str) -> None:
    op_occ_id = in_state(site, state)
    before = site.files()
    end = ENDS[verb].get(state)
    if end is None:
        for dry in (True, False):
            with pytest.raises(OpOccError) as caught:
                do(site, verb, op_occ_id, dry)
            assert caught.value.problem.status == 409
            if dry or state not in OPEN - {'FAILED_TEMP'}:
                assert site.files() == before
        return
    do(site, verb, op_occ_id, dry=True)
    assert site.files() == before
    do(site, verb, op_occ_id)
    assert OpOccs(site.store).get(op_occ_id).state == end
    assert (site.files() == before) is (state == end)
    if verb == 'rollback':
        assert site.vim.servers == {}


@pytest.mark.parametrize('verb', ['retry', 'rollback', 'fail'])
def test_nobody_moves_what_somebody_works_on(site: Site, verb: str) -> None:
    op_occ_id = in_state(site, 'PROCESSING')
    before = site.files()
    with NsLock(site.store, site.newest.ns_id):
        with pytest.raises(OpOccError, match='its owner is alive'):
            do(site, verb, op_occ_id, dry=True)
        with pytest.raises(LockedError, match='has worked on this NS'):
            do(site, verb, op_occ_id)
    assert site.files() == before


def test_what_remains_is_told_of_what_is_given_up(site: Site) -> None:
    op_occ_id = in_state(site, 'FAILED_TEMP')
    do(site, 'fail', op_occ_id)
    told = {one['id'] for one in remains(site.store, site.ns())}
    assert told == {*site.vim.servers, *site.vim.ports, *site.vim.networks} - {'net-shared'}
    site.apply('terminate')
    assert remains(site.store, site.ns()) == []
    with pytest.raises(OpOccError, match='Nothing to fail'):
        close(site.store, 'edge1', None, fail=True, force_takeover=False, dry=False)
