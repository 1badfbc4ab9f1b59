# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scan of an environment at a time, whoever starts it: a lock on this host, and one in a database that hosts share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import zlib
from collections.abc import Iterator

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.store.files import make_folder
from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import Running, TopologyError

#: The first half of our advisory locks' names; the second is the environment's.
_OURS = 770_700


@contextlib.contextmanager
def scanning(database: Database, scan: str) -> Iterator[None]:
    """Hold the lock of a database's environment.

    :param scan: what is done, for those who find it locked.
    :raises Running: somebody else holds it, and is named.
    :raises TopologyError: it can't be taken here.
    """
    holder = {'host': socket.gethostname(), 'pid': os.getpid(), 'since': now(), 'scan': scan}
    with _on_this_host(database, holder), _in_database(database, holder):
        yield


@contextlib.contextmanager
def _on_this_host(database: Database, holder: dict[str, object]) -> Iterator[None]:
    path = os.path.join(database.folder, 'scan.lock')
    try:
        make_folder(os.path.dirname(database.folder))
        make_folder(database.folder)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (OSError, StoreError) as error:
        raise TopologyError(f'{path}: can not be opened: {error}') from error
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Running(database.environment, _read(os.pread(fd, 4096, 0))) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(holder).encode(), 0)
        yield
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


@contextlib.contextmanager
def _in_database(database: Database, holder: dict[str, object]) -> Iterator[None]:
    """An advisory lock of PostgreSQL, which ends with its connection; the connection's name says whose it is."""
    if database.engine.dialect.name != 'postgresql':
        yield
        return
    text, ours = database.sql.text, {'ours': _OURS, 'name': zlib.crc32(database.environment.encode()) >> 1}
    with database.engine.connect().execution_options(isolation_level='AUTOCOMMIT') as connection:
        if not connection.execute(text('SELECT pg_try_advisory_lock(:ours, :name)'), ours).scalar():
            told = connection.execute(text(
                "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' "
                'AND granted AND classid = :ours AND objid = :name'), ours).scalar()
            host, _colon, pid = str(told or '').partition(':')
            raise Running(database.environment, {'host': host, 'pid': pid, 'since': 'a while'} if pid else {})
        try:
            connection.execute(text("SELECT set_config('application_name', :told, false)"),
                               {'told': f'{holder["host"]}'[:50] + f':{holder["pid"]}'})
            yield
        finally:
            connection.execute(text("SELECT set_config('application_name', '', false)"))
            connection.execute(text('SELECT pg_advisory_unlock(:ours, :name)'), ours)


def _read(content: bytes) -> dict[str, object]:
    try:
        return dict(json.loads(content or b'{}'))
    except ValueError:
        return {}
