# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDU instances brought into a state: one operation for a list, a result for each."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.operation.vdu_states import bring
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted


@pytest.fixture
def three(site: Site) -> Site:
    """Three instances."""
    site.apply('instantiate', document=wanted(3))
    return site


def ask(site: Site, state: str, *indexes: int | None, dry: bool = False, **more: Any) -> dict[str, Any]:
    instances = [{'vnf': 'web', 'vdu': 'front', 'count_index': index} for index in indexes]
    return bring({'ns': 'edge1', 'state_dir': site.store.path, 'state': state, 'instances': instances, **more},
                 site.lines.append, dry)


def told(result: dict[str, Any]) -> list[tuple[int, str | None, str | None]]:
    return [(one['count_index'], one['action'], one['status']) for one in result['instances']]


def test_one_operation_for_all_of_them(three: Site) -> None:
    planned = ask(three, 'stopped', 2, 0, dry=True)
    assert told(planned) == [(0, 'update', 'ACTIVE'), (2, 'update', 'ACTIVE')]
    done = ask(three, 'stopped', 2, 0)
    assert (told(done), done['op_occ']['operation']) == ([(0, 'update', 'SHUTOFF'), (2, 'update', 'SHUTOFF')], 'OPERATE')
    again = ask(three, 'stopped', 2, 0)
    assert (again['changed'], told(again)) == (False, [(0, None, 'SHUTOFF'), (2, None, 'SHUTOFF')])
    assert told(ask(three, 'started', None)) == [(0, 'update', 'ACTIVE'), (1, None, 'ACTIVE'), (2, 'update', 'ACTIVE')]


def test_only_the_newest_are_taken_away(three: Site) -> None:
    with pytest.raises(InputError) as caught:
        ask(three, 'absent', 0, 1)
    assert caught.value.problems == ['instances: only the newest instances can be taken away; of VDU web/front 2 would stay']
    done = ask(three, 'absent', 1, 2)
    assert (told(done), len(three.vim.servers)) == ([(1, 'delete', None), (2, 'delete', None)], 1)
    assert done['op_occ']['operation'] == 'SCALE'
    again = ask(three, 'absent', 1, 2)
    assert (again['changed'], told(again)) == (False, [(1, None, None), (2, None, None)])
    assert three.apply('instantiate', document=wanted(3))['changed'] is False
    assert (told(ask(three, 'absent', None)), three.vim.servers) == ([(0, 'delete', None)], {})


def test_the_bounds_of_a_vdu_hold(site: Site) -> None:
    site.apply('instantiate', document=wanted(2, min_count=1))
    with pytest.raises(InputError) as caught:
        ask(site, 'absent', None)
    assert caught.value.problems == ['instances: 0 instances of VDU web/front are out of range 1..10000 '
                                     '(min_count, max_count)']


def test_migrated_are_those_that_are_elsewhere(three: Site) -> None:
    three.vim.admin = True
    done = ask(three, 'migrated', 1, 2, to_host='compute2', migration_type='cold')
    assert (told(done), three.vim.called.count('move-cold')) == ([(1, 'update', 'ACTIVE'), (2, 'update', 'ACTIVE')], 2)
    assert told(ask(three, 'migrated', None, to_host='compute2')) == [
        (0, 'update', 'ACTIVE'), (1, None, 'ACTIVE'), (2, None, 'ACTIVE')]
    assert ask(three, 'migrated', None, to_host='compute2')['changed'] is False


def test_what_failed_has_its_results_too(three: Site) -> None:
    second = sorted(three.vim.servers.values(), key=lambda one: one.name)[1].id
    three.failing('stop', lambda what: second in (what, what[0]))
    with pytest.raises(OpOccError) as caught:
        ask(three, 'stopped', None)
    assert [one['status'] for one in vars(caught.value)['result']['instances']] == ['SHUTOFF', 'ACTIVE', 'SHUTOFF']


WRONG: list[tuple[str, list[int | None], dict[str, Any], str]] = [
    ('resized', [0], {'image': 'ubuntu'}, 'image: goes with state rebuilt, not with resized'),
    ('stopped', [0], {'force': True}, 'force: goes with state present or rebuilt, not with stopped'),
    ('started', [], {}, 'instances: name one at least, by vnf, vdu and count_index'),
    ('started', [7], {}, 'instances[0].count_index: 7 is not an instance of VDU web/front (there are: 0 to 2)'),
    ('absent', [-1], {}, 'instances[0].count_index: -1 is less than 0')]


@pytest.mark.parametrize(('state', 'indexes', 'more', 'problem'), WRONG)
def test_wrong_input(three: Site, state: str, indexes: list[int | None], more: dict[str, Any], problem: str) -> None:
    called = len(three.vim.called)
    for dry in (True, False):
        with pytest.raises(InputError) as caught:
            ask(three, state, *indexes, dry=dry, **more)
        assert problem in caught.value.problems
    assert three.vim.called[called:] == []
