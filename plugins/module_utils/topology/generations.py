# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing an environment's inventory: a generation is made beside the current one and swapped in at its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now
from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import DONE, chunks, environment_row
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import FOLDER, Clique, Link, Obj, text_of
from ansible_collections.nfv.mano.plugins.module_utils.topology.words import words_of

#: Rows of one transaction: readers wait for the end of each.
BATCH = 10_000

Rows = dict[tuple[str, ...], dict[str, Any]]


def save_environment(database: Database, document: Mapping[str, Any], secrets: str | None) -> bool:
    """Write an environment's document; False where it was the same already. The inventory stays."""
    table = database.tables.environments
    values = {'document': text_of(document), 'secrets': secrets}
    found = environment_row(database)
    if found is not None and (found.document, found.secrets) == (values['document'], secrets):
        return False
    with database.session() as connection:
        if found is None:
            connection.execute(table.insert().values(name=database.environment, **values))
        else:
            connection.execute(table.update().where(table.c.id == found.id).values(**values))
    return True


class Generation:
    """A generation in the making, of one scan.

    What a scan that died has left is put back first. Until :meth:`swap` readers see the old generation.

    :param scan: what is done: ``inventory``, ``links``, ``cliques``, ``object`` and so on.
    :raises NotFound: no such environment.
    """

    def __init__(self, database: Database, scan: Mapping[str, Any]) -> None:
        self._database, self._tables, self._sql = database, database.tables, database.sql
        found = environment_row(database)
        if found is None:
            raise NotFound(f'there is no environment {database.environment} in {database.where}; nfv.mano.environment makes one')
        self._environment: int = found.id
        self._current: int | None = found.generation
        self.started = now()
        #: How many rows differ from the generation before.
        self.written = 0
        table = self._tables.generations
        with database.session() as connection:
            died = connection.execute(self._sql.select(table.c.number).where(
                table.c.environment == self._environment, table.c.state == 'running')).first()
        if died:
            self._put_back()
        with database.session() as connection:
            highest = connection.execute(self._sql.select(self._sql.func.max(table.c.number)).where(
                table.c.environment == self._environment)).scalar()
            self.number = (highest or 0) + 1
            connection.execute(table.insert().values(
                environment=self._environment, number=self.number, state='running', started=self.started, scan=text_of(scan)))

    def objects(self, objects: Iterable[Obj], only: Iterable[str] | None = None) -> None:
        """Make these the objects; with ``only``, those of these ids and no others."""
        rows: Rows = {}
        words: Rows = {}
        for one in objects:
            document = one.document()
            rows[(one.id,)] = _digested({'type': one.type, 'parent_id': one.parent_id, 'host': one.host,
                                         'document': text_of(document)})
            for word in words_of(one.id, document) if one.type != FOLDER else ():
                words[(word, one.id)] = {}
        ids = None if only is None else list(only)
        self._replace(self._tables.objects, ('id',), rows, 'id', ids)
        self._replace(self._tables.words, ('word', 'object_id'), words, 'object_id', ids)
        table = self._tables.objects
        # Those that are as before were looked at, too; a whole scan says so of all at once
        with self._database.session() as connection:
            for part in chunks(ids or ()):
                connection.execute(table.update().where(table.c.environment == self._environment, table.c.until.is_(None),
                                                        table.c.id.in_(part)).values(scanned=self.started))

    def links(self, links: Iterable[Link], only: Iterable[str] | None = None) -> None:
        """Make these the links; with ``only``, those of these keys and no others."""
        rows: Rows = {(one.key,): _digested({
            'type': one.type, 'source_id': one.source_id, 'target_id': one.target_id,
            'document': text_of(one.document())}) for one in links}
        self._replace(self._tables.links, ('key',), rows, 'key', only)

    def cliques(self, cliques: Iterable[Clique], only: Iterable[str] | None = None) -> None:
        """Make these the cliques; with ``only``, those of these focal points and no others."""
        rows: Rows = {(one.focal_id, one.clique_type): _digested({
            'focal_type': one.focal_type, 'links': json.dumps(sorted(one.links)),
            'nodes': json.dumps(sorted(one.nodes))}) for one in cliques}
        self._replace(self._tables.cliques, ('focal_id', 'clique_type'), rows, 'focal_id', only)

    def swap(self, problems: list[str], counts: Mapping[str, Any], keep: int) -> str:
        """Show this generation to readers from now on, and forget all but the last ``keep``; returns its state."""
        state = 'completed_with_errors' if problems else 'completed'
        environments = self._tables.environments
        with self._database.session() as connection:
            self._end(connection, state, problems, counts)
            connection.execute(environments.update().where(environments.c.id == self._environment).values(
                generation=self.number))
        self._forget(keep)
        return state

    def fail(self, state: str, problems: list[str]) -> None:
        """End it without showing it: the old one stays."""
        # In this order: one that dies in between is put back by the next one
        self._put_back()
        with self._database.session() as connection:
            self._end(connection, state, problems, {})

    def _end(self, connection: Any, state: str, problems: list[str], counts: Mapping[str, Any]) -> None:
        table = self._tables.generations
        connection.execute(table.update().where(table.c.environment == self._environment, table.c.number == self.number).values(
            state=state, ended=now(), problems=json.dumps(problems), counts=text_of(counts)))

    def _put_back(self) -> None:
        """Undo what was written for generations that were never swapped in."""
        current = self._current or 0
        generations = self._tables.generations
        with self._database.session() as connection:
            for table in self._tables.living:
                connection.execute(table.delete().where(table.c.environment == self._environment, table.c.since > current))
                connection.execute(table.update().where(table.c.environment == self._environment,
                                                        table.c.until > current).values(until=None))
            connection.execute(generations.update().where(
                generations.c.environment == self._environment, generations.c.state == 'running').values(
                    state='aborted', ended=now(), problems=json.dumps(['the scan died'])))

    def _forget(self, keep: int) -> None:
        table = self._tables.generations
        with self._database.session() as connection:
            query = self._sql.select(table.c.number).where(table.c.environment == self._environment, table.c.state.in_(DONE))
            numbers = connection.execute(query.order_by(table.c.number.desc())).scalars().all()
            oldest = numbers[:max(keep, 1)][-1]
            for one in self._tables.living:
                connection.execute(one.delete().where(one.c.environment == self._environment, one.c.until <= oldest))
            connection.execute(table.delete().where(table.c.environment == self._environment, table.c.number < oldest))

    def _replace(self, table: Any, keys: tuple[str, ...], rows: Rows, by: str, only: Iterable[str] | None) -> None:
        """Bring the living rows to ``rows``; what stays the same is not touched."""
        there = self._living(table, keys, by, only)
        gone = [key for key, digest in there.items() if key not in rows or rows[key].get('digest') != digest]
        new = [key for key, row in rows.items() if key not in there or row.get('digest') != there[key]]
        if table is not self._tables.words:
            self.written += len({*gone, *new})
        bind = self._sql.bindparam
        end = table.update().where(table.c.environment == self._environment, table.c.until.is_(None),
                                   *(table.c[key] == bind(f'k_{key}') for key in keys)).values(until=self.number)
        for start in range(0, len(gone), BATCH):
            with self._database.session() as connection:
                connection.execute(end, [{f'k_{key}': value for key, value in zip(keys, one)}
                                         for one in gone[start:start + BATCH]])
        for start in range(0, len(new), BATCH):
            with self._database.session() as connection:
                connection.execute(table.insert(), [
                    {'environment': self._environment, 'since': self.number, 'until': None, **dict(zip(keys, one)), **rows[one]}
                    for one in new[start:start + BATCH]])

    def _living(self, table: Any, keys: tuple[str, ...], by: str, only: Iterable[str] | None) -> dict[tuple[str, ...], Any]:
        columns = [table.c[key] for key in keys]
        digest = [table.c.digest] if 'digest' in table.c else []
        query = self._sql.select(*columns, *digest).where(table.c.environment == self._environment, table.c.until.is_(None))
        queries = [query] if only is None else [query.where(table.c[by].in_(part)) for part in chunks(only)]
        there: dict[tuple[str, ...], Any] = {}
        with self._database.session() as connection:
            for one in queries:
                for row in connection.execute(one):
                    there[tuple(row[:len(keys)])] = row[len(keys)] if digest else None
        return there


def _digested(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what tells whether it has changed."""
    text = '\n'.join(str(value) for value in row.values())
    return {**row, 'digest': hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}
