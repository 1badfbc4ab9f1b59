# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale, operate and heal: what they make of the record, and the document that is applied again afterwards."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation import draft
from ansible_collections.nfv.mano.plugins.module_utils.operation.aim import Aim, Base
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.operation.targets import make_aim
from ansible_collections.nfv.mano.tests.unit.plan.world import document

EITHER = ('params: scale needs one of count, type (SCALE_OUT, SCALE_IN) with number_of_steps and aspect_id, '
          'instantiation_level_id and scale_info')
ALL = {f'vdu:web/front/{index}' for index in range(3)}


def ns(count: int = 3, overlay: dict[str, Any] | None = None, **vdu: Any) -> dict[str, Any]:
    """The record of an NS as instantiate leaves it."""
    request = Request(operation='instantiate', state_dir='', document=document(count, **vdu))
    aim = make_aim(request, Base({}, {}))
    return {'id': 'n', 'name': 'edge1', 'state': 'INSTANTIATED', 'document': aim.document, 'overlay': overlay or {},
            'files': aim.files}


def ask(verb: str, record: dict[str, Any], params: dict[str, Any] | None = None, resources: Any = None, **more: Any) -> Aim:
    """What a verb works towards."""
    return make_aim(Request(operation=verb, state_dir='', ns='edge1', params=params or {}, **more), Base(record, resources or {}))


def refused(verb: str, record: dict[str, Any], params: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        ask(verb, record, params, **more)
    return caught.value.problems


def again(record: dict[str, Any], aim: Aim, new: dict[str, Any]) -> Aim:
    """The document applied after the verb is done."""
    after = {**record, 'document': aim.document, 'overlay': aim.overlay}
    return make_aim(Request(operation='instantiate', state_dir='', document=new), Base(after, {}))


def count(aim: Aim) -> int:
    assert aim.target is not None
    return aim.target.vnfs[0].vdus[0].count


@pytest.mark.parametrize(('params', 'wanted', 'touched'), [
    ({'count': 5}, 5, {3, 4}), ({'count': '1'}, 1, {1, 2}), ({'type': 'SCALE_OUT'}, 4, {3}),
    ({'type': 'scale_in', 'number_of_steps': '2'}, 1, {1, 2}), ({'count': 0}, 0, {0, 1, 2}), ({'count': 3}, 3, set())])
def test_scale_touches_the_newest_instances_only(params: dict[str, Any], wanted: int, touched: set[int]) -> None:
    record = ns()
    aim = ask('scale', record, params)
    assert count(aim) == wanted
    assert aim.asked.scope == {f'vdu:web/front/{index}' for index in touched}
    assert (aim.document, aim.overlay == {}) == (record['document'], wanted == 3)


def test_the_same_document_again_keeps_the_count_and_another_field_changes_only_that() -> None:
    record = ns()
    aim = ask('scale', record, {'count': 5})
    same = again(record, aim, document(3))
    assert (count(same), same.overlay, same.document) == (5, aim.overlay, record['document'])
    other = again(record, aim, document(3, metadata={'tier': 'edge'}))
    assert (count(other), other.overlay) == (5, aim.overlay)
    assert other.target is not None and other.target.vnfs[0].vdus[0].metadata == {'tier': 'edge'}


def test_a_document_with_another_count_wins_for_good() -> None:
    record = ns()
    won = again(record, ask('scale', record, {'count': 5}), document(4))
    assert (count(won), won.overlay) == (4, {})
    assert count(again(record, won, document(4))) == 4


def test_what_is_left_of_a_scale_that_was_given_up_is_touched_too() -> None:
    left = {f'vdu:web/front/{index}': {} for index in range(6)}
    assert ask('scale', ns(), {'count': 4}, left).asked.scope == {f'vdu:web/front/{index}' for index in (3, 4, 5)}


@pytest.mark.parametrize(('params', 'more', 'problem'), [
    ({}, {}, EITHER),
    ({'count': 2, 'type': 'SCALE_IN'}, {}, EITHER),
    ({'count': 'two'}, {}, "params.count: 'two' is not a whole number of 0 or more"),
    ({'count': 2, 'number_of_steps': 1}, {}, 'params.number_of_steps: goes with type, not with count'),
    ({'type': 'OUT'}, {}, "params.type: 'OUT' is none of SCALE_OUT, SCALE_IN"),
    ({'type': 'SCALE_IN', 'number_of_steps': 4}, {},
     'params.number_of_steps: 4 can not be taken from 3 instances of VDU web/front'),
    ({'count': 2, 'aspect_id': 'x'}, {}, 'params.aspect_id: goes with type, not with count'),
    ({'count': 2, 'aspect': 'x'}, {}, 'params.aspect: unknown to scale; known are count, type, instantiation_level_id, '
     'scale_info, number_of_steps, aspect_id, request_id'),
    ({'count': 2}, {'vnf': 'wbe'}, 'vnf: wbe is not a VNF of edge1 (there are: web)'),
    ({'count': 2}, {'vdu': 'frnt'}, 'vdu: frnt is not a VDU of edge1 (there are: web/front)'),
    ({'count': 2}, {'vnf': 'web', 'vdu': 'frnt'}, 'vdu: frnt is not a VDU of web (there are: front)'),
    ({'count': 2}, {'count_index': 1}, 'count_index: scale takes none, the newest instances go first'),
])
def test_scale_refuses(params: dict[str, Any], more: dict[str, Any], problem: str) -> None:
    assert refused('scale', ns(), params, **more) == [problem]


def test_scale_names_the_vdus_to_choose_from() -> None:
    record = ns()
    record['document']['vnfs'].append({**copy.deepcopy(record['document']['vnfs'][0]), 'name': 'db'})
    assert refused('scale', record, {'count': 2}) == [
        'vdu: name the VDU that is meant (nfv_vnf, nfv_vdu); there are: web/front, db/front']
    assert count(ask('scale', record, {'count': 2}, vnf='web')) == 2


def test_instances_of_a_protected_vdu_stay() -> None:
    problem = refused('scale', ns(protected=True), {'count': 2})[0]
    assert problem.startswith('vnfs[0].vdus[0].protected: instances of VDU web/front are protected')
    assert count(ask('scale', ns(protected=True), {'count': 4})) == 4


def test_addresses_for_each_instance_are_a_limit() -> None:
    interfaces = [{'name': 'eth0', 'virtual_link': 'data', 'ip_addresses': ['10.1.0.5', '10.1.0.6', '10.1.0.7']}]
    record = ns(2, interfaces=interfaces)
    assert count(ask('scale', record, {'count': 3})) == 3
    assert refused('scale', record, {'count': 4}) == [
        'vnfs[0].vdus[0].interfaces[0].ip_addresses: 3 given for 4 instances: one per instance']


def test_user_data_that_names_the_number_of_instances_is_compared_without_it() -> None:
    def rendered(number: int) -> tuple[Any, Any]:
        aim = make_aim(Request(operation='instantiate', state_dir='', document=document(
            number, cloud_init={'text': '{{ index }} of {{ count }}'})), Base({}, {}))
        return draft._rendered(aim, frozenset())
    texts, compared = rendered(2)
    assert texts == {('web', 'front', 0): '0 of 2', ('web', 'front', 1): '1 of 2'}
    assert rendered(3)[1].items() >= compared.items()


def test_operate_keeps_what_is_wanted() -> None:
    record = ns()
    aim = ask('operate', record, {'state': 'stopped'}, vdu='front', count_index=1)
    assert (aim.power, aim.asked.scope) == ({'vdu:web/front/1': 'SHUTOFF'}, {'vdu:web/front/1'})
    assert again(record, aim, document(3)).power == aim.power
    assert again(record, aim, document(3, metadata={})).power == aim.power
    assert again(record, aim, document(1)).overlay == {}
    after = {**record, 'overlay': aim.overlay}
    assert ask('operate', after, {'state': 'PAUSED'}).power == {**dict.fromkeys(ALL, 'PAUSED')}
    assert ask('operate', after, {'state': 'STARTED'}).overlay == {}
    assert ask('operate', after, {'state': 'RESTARTED'}).power == aim.power
    assert ask('scale', after, {'count': 1}).power == {}


def test_operate_in_the_words_of_sol() -> None:
    asked = ask('operate', ns(), {'change_state_to': 'STOPPED', 'stop_type': 'GRACEFUL', 'graceful_stop_timeout': '30'}).asked
    assert asked.operate is not None
    assert (asked.operate.status, asked.operate.patience, asked.scope) == ('SHUTOFF', 30, ALL)
    hard = ask('operate', ns(), {'state': 'RESTARTED', 'stop_type': 'FORCEFUL'}, max_unavailable='50%').asked
    assert hard.operate is not None and (hard.operate.reboot, hard.at_once) == ('reboot-hard', 1)


@pytest.mark.parametrize(('params', 'more', 'problem'), [
    ({}, {}, 'params.state: operate needs one of STARTED, STOPPED, PAUSED, SUSPENDED, RESTARTED'),
    ({'state': 'OFF'}, {}, "params.state: 'OFF' is none of STARTED, STOPPED, PAUSED, SUSPENDED, RESTARTED"),
    ({'state': 'STARTED', 'stop_type': 'GRACEFUL'}, {}, 'params.stop_type: goes with STOPPED and RESTARTED only'),
    ({'state': 'STOPPED', 'stop_type': 'FORCEFUL', 'graceful_stop_timeout': 5}, {},
     'params.graceful_stop_timeout: goes with state STOPPED and stop_type GRACEFUL only'),
    ({'state': 'STOPPED', 'graceful_stop_timeout': 0}, {}, 'params.graceful_stop_timeout: 0 is not a whole number of 1 or more'),
    ({'state': 'STOPPED', 'change_state_to': 'STARTED'}, {}, 'params.state: says another state than change_state_to'),
    ({'state': 'STOPPED'}, {'count_index': 3}, 'count_index: 3 is not an instance of VDU web/front (there are: 0 to 2)'),
])
def test_operate_refuses(params: dict[str, Any], more: dict[str, Any], problem: str) -> None:
    assert refused('operate', ns(), params, **more) == [problem]


def test_heal_marks_the_servers_of_before() -> None:
    resources = {'vdu:web/front/0': {'id': 'a'}, 'vdu:web/front/1': {'id': 'b'}, 'vdu:web/front/2': {'ports': {}}}
    asked = ask('heal', ns(), {'cause': 'slow', 'force': 'True'}, resources).asked
    assert asked.replace == {'vdu:web/front/0': 'a', 'vdu:web/front/1': 'b', 'vdu:web/front/2': ''}
    assert (asked.scope, asked.cause, asked.at_once) == (ALL, 'slow', None)
    assert ask('heal', ns(), {'force': True}, resources, count_index=1).asked.replace == {'vdu:web/front/1': 'b'}


def test_heal_marks_none_that_is_well_by_itself() -> None:
    asked = ask('heal', ns(), {}, {'vdu:web/front/0': {'id': 'a'}}).asked
    assert (asked.scope, asked.replace, asked.heals('vdu:web/front/0'), asked.heals('vdu:web/front/3')) == (ALL, {}, True, False)
    assert refused('heal', ns(), {'force': 'perhaps'}) == ["params.force: 'perhaps' is none of true, false"]


@pytest.mark.parametrize(('text', 'number'), [('2', 2), ('50%', 1), ('100%', 3), ('10%', 1), (' 7 ', 7)])
def test_how_many_may_be_down(text: str, number: int) -> None:
    assert ask('heal', ns(), max_unavailable=text).asked.at_once == number


@pytest.mark.parametrize('text', ['0', '-1', 'half', '120%', '%', '1.5', '5%5'])
def test_what_is_no_count_and_no_share(text: str) -> None:
    assert refused('heal', ns(), {}, max_unavailable=text) == [
        f'max_unavailable: {text!r} is neither a count of 1 or more nor a share such as 25%']


def test_user_data_of_a_file_is_known_afterwards_and_of_secrets_only_with_the_document() -> None:
    init = {'file': 'front.cfg', 'secret_params': {'token': 's3cret'}}
    new = document(2, cloud_init=init)
    made = make_aim(Request(operation='instantiate', state_dir='', document=new, files={'front.cfg': '{{ token }}', 'x': ''}),
                    Base({}, {}))
    assert made.files == {'front.cfg': '{{ token }}'}
    assert 's3cret' not in str(made.document)
    record = {**ns(), 'document': made.document, 'files': made.files}

    def known(aim: Aim) -> Any:
        assert aim.target is not None
        return aim.target.vnfs[0].vdus[0].cloud_init
    assert (known(ask('scale', record, {'count': 3})).text, known(ask('scale', record, {'count': 3})).secret_params) == (
        '{{ token }}', {'token': 'REDACTED'})
    whole = ask('scale', record, {'count': 3}, document=new, files={'front.cfg': '{{ token }}'})
    assert known(whole).secret_params == {'token': 's3cret'}
    assert whole.document == made.document
