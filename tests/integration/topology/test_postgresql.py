# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only PostgreSQL has: roles, hosts and environments that share it; all else of it is in tests/unit/topology."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan
from ansible_collections.nfv.mano.plugins.module_utils.topology.difference import difference
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, Running, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.impact import impact
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, uid
from ansible_collections.nfv.mano.tests.unit.topology.postgresql import server

CLOUD = {'configuration': [{'name': 'OpenStack', 'cloud': 'x'}]}
pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def url() -> Iterator[str]:
    """A database's URL, of a user to whom all is open."""
    with server() as folder:
        yield f'postgresql+psycopg://nfv@/postgres?host={folder}'


def test_roles_see_and_change_what_they_may(url: str, tmp_path: Path) -> None:
    import psycopg
    folder = url.partition('host=')[2]
    with psycopg.connect(f'user=nfv dbname=postgres host={folder}', autocommit=True) as connection:
        for role in ('sees', 'changes', 'stranger'):
            connection.execute(f'CREATE ROLE {role} LOGIN')
        connection.execute('CREATE ROLE ops')
        connection.execute('CREATE ROLE member LOGIN IN ROLE ops')

    def place(role: str) -> dict[str, Any]:
        return {'state_dir': str(tmp_path), 'database': url.replace('nfv@', f'{role}@'), 'environment': 'shared', 'name': None}

    def present(view: list[str], edit: list[str]) -> dict[str, Any]:
        auth = {'view-env': view, 'edit-env': edit}
        return manage.present({**place('nfv'), 'document': {'name': 'shared', 'auth': auth, **CLOUD}}, dry=False)

    def look(role: str) -> dict[str, Any]:
        with mock.patch.object(scan, 'Client', lambda *_arguments, **_options: Cloud(2, 1)):
            return scan.run(place(role))

    def count(role: str) -> int:
        with manage.inventory(place(role)) as one:
            return len(one.objects(types=['instance']))

    manage.present({**place('nfv'), 'document': {'name': 'private', **CLOUD}}, dry=False)
    told = present(['sees', '@ops', 'published'], ['changes'])
    assert told['unenforced'] == ['auth: there is no role published in the database, so nobody is let in by it']
    assert not present(['sees', '@ops', 'published'], ['changes'])['changed']
    assert look('nfv')['state'] == 'completed' == look('changes')['state']
    assert count('sees') == count('member') == count('changes') == 2
    assert [one['name'] for one in manage.listing(place('sees'))] == ['shared']
    for role, work in (('sees', look), ('member', look), ('stranger', count), ('stranger', look)):
        with pytest.raises(TopologyError, match='may be seen by changes, ops, published, sees and changed by changes'):
            work(role)
    present(['sees'], [])
    with pytest.raises(TopologyError, match='may be seen by sees'):
        count('changes')
    for name in ('shared', 'private'):
        manage.absent({**place('nfv'), 'name': name}, dry=False)


def _refused(place: dict[str, Any]) -> None:
    with manage.opened(place, 'both', write=True) as other, pytest.raises(Running, match=f'by pid {os.getpid()} on host'), \
            manage.scanning(other, 'another'):
        pass


def test_two_hosts_do_not_scan_at_once(url: str, tmp_path: Path) -> None:
    """Two state directories are as two hosts, which see each other in the database only."""
    first, second = ({'state_dir': str(tmp_path / name), 'database': url, 'name': 'both'} for name in ('one', 'two'))
    manage.present({**first, 'document': {'name': 'both'}}, dry=False)
    with manage.opened(first, 'both', write=True) as database, manage.scanning(database, 'a whole scan'):
        _refused(second)
    with manage.opened(second, 'both', write=True) as other, manage.scanning(other, 'after it'):
        pass
    manage.absent(first, dry=False)


def test_a_server_that_takes_no_writes_can_be_read_and_says_so(url: str, tmp_path: Path) -> None:
    place = {'state_dir': str(tmp_path), 'database': url, 'environment': 'still', 'name': None}
    manage.present({**place, 'document': {'name': 'still', **CLOUD}}, dry=False)
    standby = {**place, 'database': f'{url}&options=-cdefault_transaction_read_only%3Don'}
    with mock.patch.object(scan, 'Client', lambda *_arguments, **_options: Cloud(2, 1)):
        scan.run(place)
        with pytest.raises(TopologyError, match='the database: cannot execute .* read-only transaction: it can only be read'):
            scan.run(standby)
    with manage.inventory(standby) as one:
        assert len(one.objects(types=['instance'])) == 2 and one.kept() == [1]
    manage.absent({**place, 'name': 'still'}, dry=False)


def test_a_whole_life(url: str, tmp_path: Path) -> None:
    clouds = {'lab': Cloud(6, 2, 2, 'hybrid'), 'other': Cloud(2, 1)}
    place = {'state_dir': str(tmp_path), 'database': url}
    for name in clouds:
        document = {'name': name, 'configuration': [{'name': 'OpenStack', 'cloud': name}]}
        assert manage.present({**place, 'document': document}, dry=False)['changed']
        assert not manage.present({**place, 'document': document}, dry=False)['changed']

    def look(name: str, **params: Any) -> dict[str, Any]:
        with mock.patch.object(scan, 'Client', lambda *_arguments, **_options: clouds[name]):
            return scan.run({**place, 'environment': name, **params})

    cloud = clouds['lab']
    first = look('lab', host_facts=cloud.facts())
    assert look('other')['counts']['objects']['instance'] == 2
    assert not look('lab', host_facts=cloud.facts())['changed']
    gone = cloud.rows['/servers/detail'].pop(0)['id']
    cloud.rows['/ports'] = [row for row in cloud.rows['/ports'] if row['device_id'] != gone]
    look('lab', object_id=gone)
    assert look('lab')['differences'] == 0
    with manage.inventory({**place, 'environment': 'lab', 'generation': 1}) as before, \
            manage.inventory({**place, 'environment': 'lab'}) as after:
        assert before.counts() == first['counts']
        assert {one['type'] for one in difference(before, after)['objects']['went']} == {'instance', 'vnic', 'port'}
        assert [one.name for one in after.search('VM-3')] == ['vm-3'] and after.search('vm-0') == []
        assert [one.name for one in before.search('m-0')] == ['vm-0']
        assert {one['name'] for one in impact(after, after.object(uid(4, 0)))['dependents'] if one['type'] == 'instance'} == {
            'vm-2', 'vm-4'}
    assert [one['name'] for one in manage.listing(place)] == ['lab', 'other']
    assert manage.absent({**place, 'name': 'lab'}, dry=False)['removed']['generations'] == [1, 2, 3, 4]
    assert [one['name'] for one in manage.listing(place)] == ['other']
    with pytest.raises(NotFound), manage.inventory({**place, 'environment': 'lab'}):
        pass
    with pytest.raises(TopologyError, match='the database: '):
        manage.listing({**place, 'database': 'postgresql+psycopg://nfv@/postgres?host=/nowhere'})
