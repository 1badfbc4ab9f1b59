# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories of two environments in one PostgreSQL, of a server of the test's own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage, scan
from ansible_collections.nfv.mano.plugins.module_utils.topology.difference import difference
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.impact import impact
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, uid

PROGRAMS = max(Path('/usr/lib/postgresql').glob('*/bin'), default=None, key=lambda path: int(path.parent.name))


def as_postgres(*argv: str) -> None:
    """Run a program of PostgreSQL, which refuses root."""
    assert PROGRAMS is not None
    user = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
    # No pipe: the server would keep it open
    with tempfile.TemporaryFile() as output:
        done = subprocess.run([*user, str(PROGRAMS / argv[0]), *argv[1:]], check=False, stdout=output, stderr=output, cwd='/')
        output.seek(0)
        assert done.returncode == 0, output.read().decode()


@pytest.fixture(scope='module')
def url() -> Iterator[str]:
    """A database's URL; the server listens on a socket in its own folder only."""
    pytest.importorskip('psycopg')
    if PROGRAMS is None:
        pytest.skip('no PostgreSQL here')
    folder = tempfile.mkdtemp(prefix='nfv-pg-', dir='/tmp')
    try:
        if os.geteuid() == 0:
            try:
                os.chown(folder, pwd.getpwnam('postgres').pw_uid, -1)
            except KeyError:
                pytest.skip('no user postgres here')
        as_postgres('initdb', '-D', f'{folder}/data', '-A', 'trust', '-U', 'nfv', '--no-sync')
        as_postgres('pg_ctl', '-D', f'{folder}/data', '-w', '-o', f'-k {folder} -c listen_addresses= -F', 'start')
        try:
            yield f'postgresql+psycopg://nfv@/postgres?host={folder}'
        finally:
            as_postgres('pg_ctl', '-D', f'{folder}/data', '-m', 'immediate', 'stop')
    finally:
        shutil.rmtree(folder)


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
