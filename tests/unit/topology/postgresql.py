# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL of the tests' own: Debian's programs, a folder in /tmp, a socket in it, and no network."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAMS = max(Path('/usr/lib/postgresql').glob('*/bin'), default=None, key=lambda path: int(path.parent.name))


def _run(*argv: str) -> None:
    """Run a program of PostgreSQL, which refuses root."""
    assert PROGRAMS is not None
    user = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
    # No pipe: the server would keep it open
    with tempfile.TemporaryFile() as output:
        done = subprocess.run([*user, str(PROGRAMS / argv[0]), *argv[1:]], check=False, stdout=output, stderr=output, cwd='/')
        output.seek(0)
        assert done.returncode == 0, output.read().decode()


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server with a superuser nfv, for as long as it is needed; gives the folder of its socket."""
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
        _run('initdb', '-D', f'{folder}/data', '-A', 'trust', '-U', 'nfv', '--no-sync')
        _run('pg_ctl', '-D', f'{folder}/data', '-w', '-o', f'-k {folder} -c listen_addresses= -c max_connections=300 -F', 'start')
        try:
            yield folder
        finally:
            _run('pg_ctl', '-D', f'{folder}/data', '-m', 'immediate', 'stop')
    finally:
        shutil.rmtree(folder)


def new_database(folder: str) -> str:
    """The URL of a database with nothing in it."""
    import psycopg
    name = f'nfv{uuid.uuid4().hex[:12]}'
    with psycopg.connect(f'user=nfv dbname=postgres host={folder}', autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE {name}')
    return f'postgresql+psycopg://nfv@/{name}?host={folder}'
