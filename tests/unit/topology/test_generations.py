# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generations: what is gone is gone, half a scan is never seen, a dead scan leaves the old one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import database as databases
from ansible_collections.nfv.mano.plugins.module_utils.topology import libraries
from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, Running, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import Generation, save_environment
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.lock import scanning
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Clique, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place

WHOLE = {'inventory': True, 'links': True, 'cliques': True}
Where = dict[str, Any]


@pytest.fixture
def database(where: Where) -> Iterator[Database]:
    one = Database(where['state_dir'], 'lab', where['database'], write=True)
    save_environment(one, {'name': 'lab'}, None)
    yield one
    one.close()


def servers(*names: str, status: str = 'up') -> list[Obj]:
    return place('lab', [Obj('host:a', 'host', 'a', 'lab', host='a')] + [
        Obj(f'id-{name}', 'instance', name, 'host:a', host='a', status=status,
            attributes={'mac_address': f'FA:16:3E:00:00:{number:02X}', 'addresses': {'net': [f'10.0.0.{number}', 'fd00:0::1']}})
        for number, name in enumerate(names)])


def killed(script: str, where: Where) -> bool:
    """Whether a script ended by the signal that it sends itself."""
    done = subprocess.run([sys.executable, '-c', script, where['state_dir'], where['database'] or ''], check=False,
                          env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)})
    return done.returncode == -signal.SIGKILL


@contextlib.contextmanager
def next_scan(database: Database) -> Iterator[None]:
    """The lock, as soon as PostgreSQL has noticed that its holder is dead."""
    deadline = time.monotonic() + 10
    while True:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(scanning(database, 'the next'))
            except Running:
                assert time.monotonic() < deadline
                time.sleep(0.05)
                continue
            yield
            return


def scan(database: Database, objects: list[Obj], links: list[Link] | None = None, keep: int = 5) -> Generation:
    one = Generation(database, WHOLE)
    one.objects(objects)
    one.links(links or [])
    one.cliques([Clique('id-web', 'instance', 'ANY', [link.key for link in links or []], ['id-web'])])
    one.swap([], {}, keep)
    return one


def instances(database: Database, generation: int | None = None) -> list[str]:
    return [one.name for one in Inventory(database, generation).objects(types=['instance'])]


def test_objects_stand_in_folders_with_paths(database: Database) -> None:
    scan(database, servers('web'))
    found = Inventory(database).object('id-web')
    assert found.parent_id == 'host:a/instances' and found.parent_type == 'folder'
    assert found.name_path == '/lab/a/instances/web'
    assert found.last_scanned
    assert [one.id for one in Inventory(database).below('host:a')] == ['host:a', 'host:a/instances', 'id-web']


def test_parents_that_are_gone_or_go_in_circles_lead_to_the_environment() -> None:
    placed = {one.id: one for one in place('lab', [Obj('x', 'host', 'x', 'gone'), Obj('y', 'host', 'y', 'z'),
                                                   Obj('z', 'host', 'z', 'y'), Obj('x', 'host', 'twice', 'lab')])}
    assert placed['x'].id_path == '/lab/x' and placed['x'].name == 'x'
    assert {placed['y'].id_path, placed['z'].id_path} in ({'/lab/z/y', '/lab/z'}, {'/lab/y/z', '/lab/y'})


def test_a_scan_takes_what_is_gone_away_and_old_generations_stay(database: Database) -> None:
    link = Link('instance-vnic', 'id-web', 'vnic-web')
    scan(database, servers('web', 'db'), [link])
    scan(database, servers('web', 'new'))
    assert instances(database) == ['new', 'web']
    assert instances(database, 1) == ['db', 'web']
    assert [one.key for one in Inventory(database, 1).links()] == [link.key]
    assert Inventory(database).links() == []
    assert Inventory(database).cliques('id-web')[0].links == []
    assert Inventory(database).counts()['objects']['instance'] == 2


def test_nothing_new_writes_no_rows(database: Database) -> None:
    for _time in range(3):
        scan(database, servers('web', 'db'))
    with database.session() as connection:
        for table in database.tables.living:
            rows = connection.execute(database.sql.select(table)).all()
            assert {row.since for row in rows} <= {1} and {row.until for row in rows} <= {None}


def test_only_the_last_generations_stay(database: Database) -> None:
    for name in 'abcde':
        scan(database, servers(name), keep=2)
    assert Inventory(database).kept() == [4, 5]
    assert instances(database, 4) == ['d']
    with pytest.raises(NotFound, match='no generation 3; kept are 4, 5'):
        Inventory(database, 3)
    with database.session() as connection:
        assert connection.execute(database.sql.select(database.tables.objects.c.id).where(
            database.tables.objects.c.id.like('id-%'))).scalars().all() == ['id-d', 'id-e']


def test_readers_never_see_half_a_scan(database: Database) -> None:
    scan(database, servers('web'))
    half = Generation(database, WHOLE)
    half.objects(servers('other'))
    assert instances(database) == ['web']
    assert [one.name for one in Inventory(database).search('web')] == ['web']
    assert Inventory(database).search('other') == []
    half.fail('failed', ['no answer'])
    assert instances(database) == ['web']
    assert Inventory(database).generations()[0]['state'] == 'failed'


def test_a_scan_that_is_killed_leaves_the_old_generation(database: Database, where: Where) -> None:
    scan(database, servers('web'))
    script = textwrap.dedent("""
        import os, signal, sys
        from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
        from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import Generation
        from ansible_collections.nfv.mano.plugins.module_utils.topology.lock import scanning
        database = Database(sys.argv[1], 'lab', sys.argv[2] or None, write=True)
        with scanning(database, 'a whole scan'):
            Generation(database, {'inventory': True}).objects([])
            os.kill(os.getpid(), signal.SIGKILL)
        """)
    assert killed(script, where)
    assert instances(database) == ['web']
    with next_scan(database):
        scan(database, servers('web', 'more'))
    assert instances(database) == ['more', 'web']
    assert [(one['number'], one['state']) for one in Inventory(database).generations()] == [
        (3, 'completed'), (2, 'aborted'), (1, 'completed')]


def test_a_writer_that_is_killed_at_work_stops_no_reader(database: Database, where: Where) -> None:
    scan(database, servers('web'))
    script = textwrap.dedent("""
        import os, signal, sys
        from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
        database = Database(sys.argv[1], 'lab', sys.argv[2] or None, write=True)
        with database.session() as connection:
            connection.execute(database.tables.objects.delete())
            os.kill(os.getpid(), signal.SIGKILL)
        """)
    assert killed(script, where) and (where['database'] or os.path.exists(f'{database.path}-journal'))
    assert instances(Database(where['state_dir'], 'lab', where['database'])) == ['web']


def test_two_scans_at_once_are_refused_naming_the_first(database: Database) -> None:
    with scanning(database, 'a whole scan'):
        with pytest.raises(Running, match=rf'a whole scan by pid {os.getpid()} on host') as caught, \
                scanning(database, 'another'):
            pass
        assert caught.value.holder['pid'] == os.getpid()
    with scanning(database, 'after it'):
        pass


@pytest.mark.parametrize('where', ['file'], indirect=True)
def test_a_read_only_file_can_be_read_and_says_so_when_written(database: Database, tmp_path: Path) -> None:
    scan(database, servers('web'))
    os.chmod(database.path, 0o400)
    reader = Database(str(tmp_path), 'lab')
    assert instances(reader) == ['web']
    with pytest.raises(TopologyError, match=r'lab/inventory.sqlite: is read-only .*nothing was written; user \w+ may'):
        Database(str(tmp_path), 'lab', write=True)
    with pytest.raises(TopologyError, match='readonly'):
        Generation(reader, WHOLE)


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / 'topology' / 'lab'
    folder.mkdir(parents=True)
    (folder / 'inventory.sqlite').write_bytes(b'this is no database, whatever its name says ' * 40)
    with pytest.raises(TopologyError, match='lab/inventory.sqlite: file is not a database'):
        Database(str(tmp_path), 'lab')
    with pytest.raises(NotFound, match='no environment other'):
        Database(str(tmp_path), 'other')
    with pytest.raises(TopologyError, match='can not be the name'):
        Database(str(tmp_path), '../x')


def test_a_newer_layout_is_refused(database: Database, where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, 'SCHEMA', 0)
    with pytest.raises(TopologyError, match='has schema 1, this release reads 0'):
        Database(where['state_dir'], 'lab', where['database'])


def test_objects_are_found_by_name_id_mac_and_ip(database: Database) -> None:
    scan(database, servers('edge1-web-front-0', 'db_%x'))
    one = Inventory(database)
    for text in ('edge1', 'WEB-fr', 'front', 'id-edge1', 'fa:16:3e:00:00:00', 'fa-16-3e-00-00-00', '10.0.0.0', 'ge1-we'):
        assert [found.name for found in one.search(text)] == ['edge1-web-front-0'], text
    assert [found.name for found in one.search('_%')] == ['db_%x']
    assert {found.name for found in one.search('fd00::1')} == {'db_%x', 'edge1-web-front-0'}
    assert one.search('fd00::1', types=['host']) == [] and one.search('') == [] and one.search('nothing') == []
    assert one.find('db_%x').id == 'id-db_%x'
    with pytest.raises(NotFound, match='no object nobody'):
        one.find('nobody')


def test_one_object_is_looked_at_again_without_the_others(database: Database) -> None:
    scan(database, servers('web', 'db'))
    later = Generation(database, {'object': 'id-web'})
    later.objects([one for one in servers('web', status='down') if one.id == 'id-web'], only=['id-web'])
    later.swap([], {}, 5)
    found = {one.name: one for one in Inventory(database).objects(types=['instance'])}
    assert (found['web'].status, found['db'].status) == ('down', 'up')
    assert found['web'].last_scanned > found['db'].last_scanned


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, load in (('sqlalchemy', libraries.sqlalchemy), ('networkx', libraries.networkx)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(TopologyError, match=f'(?i)the Python package {name} is needed'):
            load()
