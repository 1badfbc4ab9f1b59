# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where inventories are kept: an SQLite file per environment, or one database of another kind for all.

Rows of objects, links, cliques and words say since which generation they are there, and until which (exclusive; NULL: still).
So a generation costs what it differs in, any kept one can be read, and what a scan writes is seen by nobody before the
environment's number is raised, which is one row.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.files import make_folder
from ansible_collections.nfv.mano.plugins.module_utils.topology import acl
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.libraries import sqlalchemy

#: The layout that this release writes; a newer one is refused.
SCHEMA = 1
FILE = 'inventory.sqlite'
FOLDER = 'topology'
#: Seconds that a reader or writer waits for another one's commit.
BUSY = 30
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]{0,62}')


class Tables:
    """The tables, as SQLAlchemy has them."""

    def __init__(self) -> None:
        sql = sqlalchemy()
        self.metadata = sql.MetaData()
        text, number, column = sql.Text, sql.Integer, sql.Column
        # A search for what a word begins with is a range, which takes an order by code points
        word = sql.Text().with_variant(sql.Text(collation='C'), 'postgresql')

        def table(name: str, keys: list[str], columns: dict[str, Any], *indexes: tuple[str, ...], **options: Any) -> Any:
            life = [column('since', number, primary_key=True), column('until', number)]
            return sql.Table(name, self.metadata, column('environment', number, primary_key=True),
                             *(column(key, word, primary_key=True) for key in keys), *life,
                             *(column(key, kind) for key, kind in columns.items()),
                             *(sql.Index(f'{name}_{"_".join(index)}', 'environment', *index) for index in indexes), **options)

        self.about = sql.Table('about', self.metadata, column('schema', number, primary_key=True))
        self.environments = sql.Table(
            'environments', self.metadata, column('id', number, primary_key=True), column('name', text, unique=True),
            column('document', text), column('secrets', text), column('generation', number))
        #: Who may see an environment, and change it, where the database enforces that.
        self.rights = sql.Table(
            'rights', self.metadata, column('environment', number, primary_key=True), column('role', text, primary_key=True),
            column('name', text), column('edit', sql.Boolean))
        self.generations = sql.Table(
            'generations', self.metadata, column('environment', number, primary_key=True),
            column('number', number, primary_key=True), column('state', text), column('started', text),
            column('ended', text), column('scan', text), column('problems', text), column('counts', text))
        self.objects = table('objects', ['id'], {'type': text, 'parent_id': text, 'host': text, 'scanned': text,
                                                 'digest': text, 'document': text},
                             ('parent_id',), ('type', 'since', 'until'), ('host',), ('until',))
        self.links = table('links', ['key'], {'type': text, 'source_id': text, 'target_id': text, 'digest': text,
                                              'document': text},
                           ('source_id',), ('target_id',), ('type', 'since', 'until'), ('until',))
        self.cliques = table('cliques', ['focal_id', 'clique_type'], {'focal_type': text, 'digest': text, 'links': text,
                                                                      'nodes': text},
                             ('focal_type', 'since', 'until'), ('until',))
        self.words = table('words', ['word', 'object_id'], {}, ('object_id',), ('until',), sqlite_with_rowid=False)
        #: Every table whose rows live from a generation to another.
        self.living = (self.objects, self.links, self.cliques, self.words)


class Database:
    """A connection to where an environment's inventory is.

    :param state_dir: the state directory.
    :param url: an SQLAlchemy URL of a database for all environments; None: a file for each.
    """

    def __init__(self, state_dir: str, environment: str, url: str | None = None, *, write: bool = False) -> None:
        if not _NAME.fullmatch(environment):
            raise TopologyError(f'{environment!r} can not be the name of an environment: letters, digits, "-", "_" and ".", '
                                'at most 63, a letter or digit first')
        self.environment = environment
        #: Its own, so that its mode and its access control list are its own.
        self.folder = os.path.join(folder_of(state_dir), environment)
        self.path = '' if url else os.path.join(self.folder, FILE)
        self.where = self.path or 'the database'
        self.write = write
        self.sql = sqlalchemy()
        self.tables = Tables()
        if self.path:
            self._check_file()
        self.engine = self._engine(url)
        self._check_schema()

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    @contextlib.contextmanager
    def session(self) -> Iterator[Any]:
        """A transaction: committed at its end, rolled back on an error.

        :raises TopologyError: the database refuses, in its own words.
        """
        with self._told(), self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self.sql.exc.SQLAlchemyError as error:
            reason = ' '.join(str(getattr(error, 'orig', None) or error).split())
            hint = ': it can only be read by this user' if re.search('read.?only', reason) else ''
            if 'permission denied' in reason or 'row-level security' in reason:
                hint = f': {self.who_may()}'
            raise TopologyError(f'{self.where}: {reason}{hint}') from error

    def who_may(self) -> str:
        """Who may see and change the environment, as a database with roles knows it; for people."""
        table = self.tables.rights
        try:
            with self.engine.connect() as connection:
                rows = connection.execute(self.sql.select(table).where(table.c.name == self.environment)).all()
        except self.sql.exc.SQLAlchemyError:
            rows = []
        seen, changed = ', '.join(sorted(row.role for row in rows)), ', '.join(sorted(row.role for row in rows if row.edit))
        return f'environment {self.environment} may be seen by {seen or "the owner of the tables only"}' \
               + (f' and changed by {changed}' if changed else '')

    def _check_file(self) -> None:
        try:
            mode = stat.S_IMODE(os.lstat(self.path).st_mode)
        except FileNotFoundError:
            mode = None
        except OSError as error:
            raise TopologyError(f'{self.path}: {error.strerror}: this user may not see environment {self.environment}; '
                                f'{acl.who(self.path, acl.READ)} may') from error
        if mode is None:
            above = os.path.dirname(self.folder)
            if not self.write:
                raise NotFound(f'there is no environment {self.environment} in {above} ({_known(above)}); '
                               'nfv.mano.environment makes one')
            try:
                make_folder(above)
                make_folder(self.folder)
                # Nobody else may look into it, not even while it is made
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            except (OSError, StoreError) as error:
                raise TopologyError(f'{self.path}: can not be made: {error}') from error
            return
        if self.write and (not mode & 0o222 or not os.access(self.path, os.W_OK) or not os.access(self.folder, os.W_OK)):
            raise TopologyError(f'{self.path}: is read-only (mode {mode:04o}) for this user: nothing was written; '
                                f'{acl.who(self.path, acl.WRITE)} may')
        if not os.access(self.path, os.R_OK):
            raise TopologyError(f'{self.path}: may not be read by this user; {acl.who(self.path, acl.READ)} may')
        self._undo()

    def _undo(self) -> None:
        """Undo what a writer that was killed had begun, which SQLite does for whoever may write, and refuses all others for."""
        if self.write or not os.path.lexists(f'{self.path}-journal') or not os.access(self.path, os.W_OK):
            return
        with contextlib.suppress(sqlite3.Error), contextlib.closing(
                sqlite3.connect(f'file:{_escaped(self.path)}?mode=rw', uri=True, timeout=BUSY)) as connection:
            connection.execute('SELECT count(*) FROM sqlite_master')

    def _engine(self, url: str | None) -> Any:
        with self._told():
            if url:
                return self.sql.create_engine(url, pool_pre_ping=True)
            mode = 'rw' if self.write else 'ro'
            address = self.sql.URL.create('sqlite', database=f'file:{_escaped(self.path)}', query={'mode': mode, 'uri': 'true'})
            engine = self.sql.create_engine(address, connect_args={'timeout': BUSY})

            @self.sql.event.listens_for(engine, 'connect')
            def tune(connection: Any, _record: Any) -> None:
                connection.execute('PRAGMA cache_size=-65536')
                if self.write:
                    connection.execute('PRAGMA synchronous=NORMAL')
            return engine

    def _check_schema(self) -> None:
        about = self.tables.about
        with self._told():
            there = self.sql.inspect(self.engine).has_table('about')
        if not there and not self.write:
            raise NotFound(f'{self.where} has no inventory of environment {self.environment}')
        with self.session() as connection:
            if not there:
                self.tables.metadata.create_all(connection)
                connection.execute(about.insert().values(schema=SCHEMA))
                return
            found = connection.execute(self.sql.select(about.c.schema)).scalar()
        if found != SCHEMA:
            raise TopologyError(f'{self.where}: has schema {found}, this release reads {SCHEMA}; use a newer nfv.mano')


def folder_of(state_dir: str) -> str:
    """Where the files of environments are."""
    return os.path.join(os.path.abspath(os.path.expanduser(state_dir)), FOLDER)


def names(state_dir: str, url: str | None = None) -> list[str]:
    """Every environment that there is.

    :raises TopologyError: the database does not answer.
    """
    if not url:
        return _environments(folder_of(state_dir))
    sql, tables = sqlalchemy(), Tables()
    try:
        engine = sql.create_engine(url)
        if not sql.inspect(engine).has_table('environments'):
            return []
        with engine.begin() as connection:
            return sorted(connection.execute(sql.select(tables.environments.c.name)).scalars())
    except sql.exc.SQLAlchemyError as error:
        raise TopologyError(f'the database: {" ".join(str(getattr(error, "orig", None) or error).split())}') from error


def _environments(folder: str) -> list[str]:
    with contextlib.suppress(OSError):
        return sorted(name for name in os.listdir(folder) if os.path.lexists(os.path.join(folder, name, FILE)))
    return []


def _known(folder: str) -> str:
    return f'known: {", ".join(found)}' if (found := _environments(folder)) else 'there is none yet'


def _escaped(path: str) -> str:
    return path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')
