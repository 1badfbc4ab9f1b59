# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record as the journal leaves it, and create calls of which nothing came back."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.execute.fold import doubtful, fold, unresolved
from hypothesis import given, settings
from hypothesis import strategies as st

VDU, NET = 'vdu:web/front/0', 'net:data'
SERVER = {'id': 's1', 'name': 'edge1-web-front-0', 'status': 'ACTIVE', 'host_id': 'h', 'addresses': ['10.0.0.5']}
PORTS = {'eth0': {'id': 'p0', 'net': 'net:data'}, 'eth1': {'id': 'p1', 'net': 'net:mgmt'}}


def put(item: str, **values: Any) -> dict[str, Any]:
    return {'event': 'made', 'put': {item: values}}


def gone(item: str, **what: Any) -> dict[str, Any]:
    return {'event': 'gone', 'gone': {item: what}}


def test_what_is_made_grows_into_the_record() -> None:
    made = fold({}, [put(VDU, vim='default', ports={'eth0': PORTS['eth0']}), put(VDU, ports={'eth1': PORTS['eth1']}),
                     put(VDU, **SERVER)])
    assert made == {VDU: {'vim': 'default', 'ports': PORTS, **SERVER}}


def test_a_server_that_is_gone_leaves_its_ports_and_what_it_was_made_of() -> None:
    before = {VDU: {'image': 'cirros', 'ports': PORTS, **SERVER}}
    assert fold(before, [gone(VDU, id='s1')]) == {VDU: {'image': 'cirros', 'ports': PORTS}}


def test_an_instance_goes_with_the_last_that_is_of_it() -> None:
    entries = [gone(VDU, id='s1'), gone(VDU, ports={'eth0': 'p0'}), gone(VDU, ports={'eth1': 'p1'})]
    start = {VDU: {'image': 'cirros', 'ports': PORTS, **SERVER}}
    assert fold(copy.deepcopy(start), entries[:2]) == {VDU: {'image': 'cirros', 'ports': {'eth1': PORTS['eth1']}}}
    assert fold(copy.deepcopy(start), entries) == {}
    assert fold(copy.deepcopy(start), entries[::-1]) == {}


def test_volumes_outlive_server_and_ports() -> None:
    volumes = {'logs': {'id': 'v0', 'keep': True}, 'data': {'id': 'v1', 'keep': False}}
    entries = [gone(VDU, id='s1'), gone(VDU, ports={'eth0': 'p0', 'eth1': 'p1'}), gone(VDU, volumes={'data': 'v1'}),
               put(VDU, volumes={'logs': {'id': 'v0', 'keep': True, 'kept': True}})]
    start = {VDU: {'vim': 'default', 'ports': PORTS, 'volumes': volumes, **SERVER}}
    left = fold(copy.deepcopy(start), entries)
    assert left == {VDU: {'vim': 'default', 'ports': {}, 'volumes': {'logs': {'id': 'v0', 'keep': True, 'kept': True}}}}
    assert fold(left, [gone(VDU, volumes={'logs': 'another'})]) == left
    assert fold(left, [gone(VDU, volumes={'logs': 'v0'})]) == {}


@pytest.mark.parametrize('entry', [
    gone(VDU, id='another'), gone(VDU, ports={'eth0': 'another'}), gone(VDU, ports={'eth9': 'p9'}),
    gone('vdu:web/front/9', id='s1'), {'event': 'task', 'task': 't', 'status': 'DONE'}, {'event': 'end'},
    {'event': 'left', 'forget': ['net:other']}])
def test_what_does_not_concern_the_record_changes_nothing(entry: dict[str, Any]) -> None:
    start = {VDU: {'ports': PORTS, **SERVER}, NET: {'id': 'n1'}}
    assert fold(copy.deepcopy(start), [entry]) == start


def test_nets_are_gone_whole_and_items_can_be_forgotten() -> None:
    assert fold({NET: {'id': 'n1', 'subnets': []}}, [gone(NET, id='n1')]) == {}
    assert fold({NET: {'id': 'n1'}, 'image:x': {'id': 'i'}}, [{'event': 'begin', 'forget': ['image:x']}]) == {NET: {'id': 'n1'}}


def test_entries_stay_as_they_were_written() -> None:
    entries = [put(VDU, ports=dict(PORTS)), put(VDU, **SERVER), gone(VDU, ports={'eth0': 'p0'}),
               put(VDU, ports={'eth0': {'id': 'p2'}})]
    before = copy.deepcopy(entries)
    fold({}, entries)
    assert entries == before


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Journals as operations write them: ids are given once, and only what is there can go."""
    entries: list[dict[str, Any]] = []
    alive: dict[str, dict[str, Any]] = {}
    for number in range(draw(st.integers(0, 25))):
        item = draw(st.sampled_from([VDU, 'vdu:web/front/1', NET, 'flavor:small']))
        there = alive.setdefault(item, {'ports': {}})
        interface = draw(st.sampled_from(['eth0', 'eth1']))
        step = draw(st.sampled_from(['make', 'change', 'end', 'port', 'port gone', 'forget']))
        if step == 'make' and 'id' not in there:
            there['id'] = f'id{number}'
            entries.append(put(item, id=there['id'], name='n', status='BUILD'))
        elif step == 'change' and 'id' in there:
            entries.append(put(item, id=there['id'], name='n', status='ACTIVE', addresses=[str(number)]))
        elif step == 'end' and 'id' in there:
            entries.append(gone(item, id=there.pop('id')))
        elif step == 'port' and item.startswith('vdu:') and interface not in there['ports']:
            there['ports'][interface] = f'port{number}'
            entries.append(put(item, ports={interface: {'id': f'port{number}'}}))
        elif step == 'port gone' and interface in there['ports']:
            entries.append(gone(item, ports={interface: there['ports'].pop(interface)}))
        elif step == 'forget' and 'id' not in there and not there['ports']:
            entries.append({'event': 'begin', 'forget': [item]})
    return entries


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """No ports and an empty map of ports are the same."""
    return {item: {key: value for key, value in values.items() if key != 'ports' or value} for item, values in record.items()}


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_replaying_changes_nothing(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    """A record that has some of the entries already (the process died while it was written) becomes the same."""
    whole = plain(fold({}, copy.deepcopy(entries)))
    assert plain(fold(copy.deepcopy(whole), copy.deepcopy(entries))) == whole
    some = fold({}, copy.deepcopy(entries[:data.draw(st.integers(0, len(entries)))]))
    assert plain(fold(some, copy.deepcopy(entries))) == whole


@settings(max_examples=100, deadline=None)
@given(histories())
def test_the_record_has_exactly_what_is_there(entries: list[dict[str, Any]]) -> None:
    made = {values['id'] for entry in entries for values in entry.get('put', {}).values() if 'id' in values}
    made |= {port['id'] for entry in entries for values in entry.get('put', {}).values()
             for port in values.get('ports', {}).values()}
    lost = {what['id'] for entry in entries for what in entry.get('gone', {}).values() if 'id' in what}
    lost |= {one for entry in entries for what in entry.get('gone', {}).values() for one in what.get('ports', {}).values()}
    record = fold({}, entries)
    kept = {values['id'] for values in record.values() if 'id' in values}
    kept |= {port['id'] for values in record.values() for port in values.get('ports', {}).values()}
    assert kept == made - lost


def intent(*marks: str, kind: str = 'server', t: str = '1') -> dict[str, Any]:
    return {'event': 'intent', 'call': 'create', 'vim': 'default', 'kind': kind, 'marks': list(marks), 't': t}


@pytest.mark.parametrize(('entries', 'left'), [
    ([], []),
    ([intent('a')], ['a']),
    ([intent('a', 'b', kind='port')], ['a', 'b']),
    ([intent('a'), {'event': 'made', 'marks': ['a']}], []),
    ([intent('a'), {'event': 'refused', 'marks': ['a']}], []),
    ([intent('a'), intent('b'), {'event': 'made', 'marks': ['b']}], ['a']),
    ([intent('a'), {'event': 'refused', 'marks': ['a']}, intent('a')], ['a']),
    ([intent('a'), intent('a'), {'event': 'made', 'marks': ['a']}], []),
    ([{'event': 'intent', 'call': 'delete', 'vim': 'default', 'target': 'x', 't': '1'}], []),
    ([{'event': 'made', 'marks': ['never meant']}], []),
])
def test_create_calls_of_unknown_outcome(entries: list[dict[str, Any]], left: list[str]) -> None:
    assert [call['mark'] for call in unresolved(entries)] == left


def test_the_time_of_an_unknown_one_is_its_last_intent() -> None:
    assert list(unresolved([intent('a', t='1'), intent('a', t='2')])) == [
        {'vim': 'default', 'kind': 'server', 'mark': 'a', 't': '2'}]


@pytest.mark.parametrize(('events', 'wanted'), [
    (['intent', 'made'], []),
    (['intent', 'refused'], []),
    (['intent'], ['m']),
    (['intent', 'intent', 'made'], ['m']),
    (['intent', 'made', 'intent', 'made'], []),
])
def test_a_call_that_was_sent_more_often_than_answered_is_doubtful(events: list[str], wanted: list[str]) -> None:
    entries = [{'event': event, 'marks': ['m'], 't': str(number), **({'call': 'create', 'vim': 'v', 'kind': 'port'}
                                                                     if event == 'intent' else {})}
               for number, event in enumerate(events)]
    assert [call['mark'] for call in doubtful(entries)] == wanted


def test_floating_ips_are_by_interface_as_ports_are() -> None:
    one, two = {'id': 'f0', 'address': '198.51.100.7', 'owned': True}, {'id': 'f1', 'address': '198.51.100.8', 'owned': False}
    made = fold({}, [put(VDU, ports=PORTS), put(VDU, floating_ips={'eth0': one}), put(VDU, floating_ips={'eth1': two}),
                     put(VDU, **SERVER)])
    assert made[VDU]['floating_ips'] == {'eth0': one, 'eth1': two}
    fold(made, [gone(VDU, id='s1'), gone(VDU, ports={'eth0': 'p0', 'eth1': 'p1'}), gone(VDU, floating_ips={'eth0': 'f0'})])
    assert made[VDU] == {'ports': {}, 'floating_ips': {'eth1': two}}, 'it is in the record as long as anything of it is there'
    assert fold(made, [gone(VDU, floating_ips={'eth1': 'f1'})]) == {}


def test_management_address_is_the_floating_one_while_there_is_one() -> None:
    ports = {'eth0': {**PORTS['eth0'], 'ip_addresses': ['10.0.0.5', 'fd00::5']}}
    entries = [put(VDU, ports=ports), put(VDU, management='eth0'),
               put(VDU, floating_ips={'eth0': {'id': 'f0', 'address': '198.51.100.7'}}), gone(VDU, floating_ips={'eth0': 'f0'}),
               put(VDU, management=None)]
    told = []
    made: dict[str, dict[str, Any]] = {}
    for entry in entries:
        told.append(fold(made, [entry])[VDU].get('management_address'))
    assert told == [None, '10.0.0.5', '198.51.100.7', '10.0.0.5', None]
