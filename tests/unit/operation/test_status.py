# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table and the history of op-occs, as people read them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation import status

VIEW: dict[str, Any] = {
    'ns_name': 'edge1', 'operation': 'INSTANTIATE', 'state': 'PROCESSING', 'progress': {'done': 7, 'total': 16}, 'duration': 4.24,
    'start_time': '2026-11-21T08:01:02.000001Z', 'id': 'abc', 'error': None, 'owner_alive': True, 'cancel_pending': False}


def test_columns_stand_below_each_other() -> None:
    long = {**VIEW, 'ns_name': 'a-longer-name', 'state': 'FAILED_TEMP', 'duration': 7500,
            'error': {'title': 'a: b\n c' + 'x' * 90}}
    head, first, second = status.table([VIEW, long])
    assert head.split() == list(status.HEAD)
    assert first.split('  ')[0] == 'edge1'
    assert [head.index(name) for name in ('STATE', 'PROGRESS', 'OP-OCC')] == [
        first.index(text) for text in ('PROCESSING', '7/16', 'abc')] == [
        second.index(text) for text in ('FAILED_TEMP', '7/16', 'abc')]
    assert second.endswith('x...') and 'a: b cx' in second
    assert '2 h 5 min' in second and '4.2 s' in first
    assert status.table([]) == ['  '.join(status.HEAD)]


@pytest.mark.parametrize(('seconds', 'shown'), [(0.04, '0.0 s'), (59.94, '59.9 s'), (60, '1 min 0 s'), (200, '3 min 20 s'),
                                                (7500, '2 h 5 min')])
def test_durations(seconds: float, shown: str) -> None:
    assert f' {shown} ' in status.table([{**VIEW, 'duration': seconds}])[1]


@pytest.mark.parametrize(('changes', 'shown'), [
    ({'owner_alive': False}, 'PROCESSING (owner died)'), ({'cancel_pending': True}, 'PROCESSING (cancelling)'),
    ({'state': 'FAILED_TEMP', 'owner_alive': False}, 'FAILED_TEMP ')])
def test_what_a_state_does_not_say_by_itself(changes: dict[str, Any], shown: str) -> None:
    line = status.table([{**VIEW, **changes}])[1]
    assert shown in line and ('(' in shown) == ('(' in line)


def test_a_history_has_each_error_where_it_belongs() -> None:
    states = [{'time': f'2026-11-21T08:01:0{second}.5Z', 'trigger': trigger, 'state': state} for second, (trigger, state) in
              enumerate([('request', 'STARTING'), ('grant', 'PROCESSING'), ('failed', 'FAILED_TEMP')])]
    errors = [{'time': states[2]['time'], 'title': 'edge1: failed', 'detail': 'one\ntwo'}]
    assert status.history({**VIEW, 'states': states, 'errors': errors}) == [
        'INSTANTIATE abc', '  2026-11-21 08:01:00  request -> STARTING', '  2026-11-21 08:01:01  grant -> PROCESSING',
        '  2026-11-21 08:01:02  failed -> FAILED_TEMP', '    edge1: failed', '      one', '      two']
