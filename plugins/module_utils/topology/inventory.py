# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading an environment's inventory, as of one generation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import FOLDER, Clique, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.words import normal

#: Ids in one query: SQLite takes 32766 variables.
AT_ONCE = 5000
#: States of a generation that was swapped in.
DONE = ('completed', 'completed_with_errors')


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Lists of as many values as one query takes."""
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start:start + AT_ONCE]


class Inventory:
    """An environment as of a generation: the current one, or an older one that is still kept.

    :raises NotFound: no such environment or generation.
    """

    def __init__(self, database: Database, generation: int | None = None) -> None:
        self.database = database
        self.name = database.environment
        self._sql, self._tables = database.sql, database.tables
        found = environment_row(database)
        if found is None:
            raise NotFound(f'there is no environment {self.name} in {database.where} that this user may see: {database.who_may()}'
                           if not database.path else f'there is no environment {self.name} in {database.where}')
        self.id: int = found.id
        self.document: dict[str, Any] = json.loads(found.document)
        self.secrets: str | None = found.secrets
        self.current: int | None = found.generation
        self.number = self.current if generation is None else generation
        if generation is not None and generation not in self.kept():
            raise NotFound(f'environment {self.name} has no generation {generation}; kept are '
                           f'{", ".join(map(str, self.kept())) or "none"}')
        self.scanned = self._last_whole_scan()

    def generations(self) -> list[dict[str, Any]]:
        """Every scan that is known, newest first: number, state, started, ended, scan, problems, counts."""
        table = self._tables.generations
        rows = self.rows(self._sql.select(table).where(table.c.environment == self.id).order_by(table.c.number.desc()))
        return [{'number': row.number, 'state': row.state, 'started': row.started, 'ended': row.ended,
                 'scan': json.loads(row.scan), 'problems': json.loads(row.problems or '[]'),
                 'counts': json.loads(row.counts or '{}')} for row in rows]

    def kept(self) -> list[int]:
        """The generations that can be read, oldest first."""
        return sorted(one['number'] for one in self.generations() if one['state'] in DONE)

    def object(self, object_id: str) -> Obj:
        """One object.

        :raises NotFound: there is none of this id.
        """
        found = self.objects(ids=[object_id])
        if not found:
            raise NotFound(f'environment {self.name} has no object {object_id}'
                           + ('' if self.number else ', for it was never scanned'))
        return found[0]

    def find(self, asked: str) -> Obj:
        """One object by its id, or by a name that only one has.

        :raises NotFound: none. :raises TopologyError: several, which are named.
        """
        found = self.objects(ids=[asked])
        if found:
            return found[0]
        named = [one for one in self.search(asked, limit=50) if asked in (one.name, one.object_name)]
        if len(named) > 1:
            raise TopologyError(f'{len(named)} objects are called {asked}: '
                                + ', '.join(f'{one.type} {one.id}' for one in named[:10]))
        return named[0] if named else self.object(asked)

    def objects(self, *, ids: Iterable[str] | None = None, types: Iterable[str] | None = None,
                parents: Iterable[str] | None = None, hosts: Iterable[str] | None = None) -> list[Obj]:
        """Objects that fit each of what is given, by type and name."""
        table = self._tables.objects
        found: list[Any] = []
        for column, values in ((table.c.id, ids), (table.c.parent_id, parents), (table.c.host, hosts)):
            if values is not None:
                for part in chunks(dict.fromkeys(values)):
                    found += self.rows(self.live(table).where(column.in_(part)))
                break
        else:
            query = self.live(table)
            found = self.rows(query.where(table.c.type.in_(list(types))) if types is not None else query)
        wanted = None if types is None else set(types)
        return sorted((self._object(row) for row in found if wanted is None or row.type in wanted),
                      key=lambda one: (one.type, one.name, one.id))

    def below(self, object_id: str) -> list[Obj]:
        """An object and everything below it, folders too; level by level."""
        level = [self.object(object_id)]
        found = list(level)
        while level:
            level = self.objects(parents=[one.id for one in level])
            found += level
        return found

    def links(self, *, touching: Iterable[str] | None = None, types: Iterable[str] | None = None,
              keys: Iterable[str] | None = None) -> list[Link]:
        """Links: those with an end among ``touching``, those of the types, those of the keys, or all."""
        return [link_of(row) for row in self.link_rows(touching, types, keys)]

    def link_rows(self, touching: Iterable[str] | None = None, types: Iterable[str] | None = None,
                  keys: Iterable[str] | None = None) -> list[Any]:
        """As :meth:`links`, as rows."""
        table = self._tables.links
        live = self.live(table)
        if types is not None:
            live = live.where(table.c.type.in_(list(types)))
        if keys is not None:
            return [row for part in chunks(keys) for row in self.rows(live.where(table.c.key.in_(part)))]
        if touching is None:
            return self.rows(live)
        found: dict[str, Any] = {}
        for part in chunks(dict.fromkeys(touching)):
            for column in (table.c.source_id, table.c.target_id):
                found.update((row.key, row) for row in self.rows(live.where(column.in_(part))))
        return list(found.values())

    def cliques(self, focal_id: str | None = None) -> list[Clique]:
        """The cliques that a scan has made, of one focal point or of all."""
        table = self._tables.cliques
        query = self.live(table)
        if focal_id is not None:
            query = query.where(table.c.focal_id == focal_id)
        return [Clique(row.focal_id, row.focal_type, row.clique_type, json.loads(row.links), json.loads(row.nodes))
                for row in self.rows(query)]

    def search(self, text: str, types: Iterable[str] | None = None, limit: int = 100) -> list[Obj]:
        """Objects with a word that begins with the text (names from any separator on, ids, MAC and IP addresses); where there
        is none, objects with a word that contains it."""
        word, table = normal(text), self._tables.words
        if not word:
            return []
        column = table.c.word
        last = word[:-1] + chr(ord(word[-1]) + 1)
        starts = self.live(table, table.c.object_id).where(column >= word, column < last).distinct()
        escaped = word.replace('\\', '\\\\').replace('%', '\\%').replace('_', '\\_')
        inside = self.live(table, table.c.object_id).where(column.like(f'%{escaped}%', escape='\\')).distinct()
        for query in (starts, inside):
            # Some of the first are of types that are not asked for
            ids = [row.object_id for row in self.rows(query.limit(limit if types is None else limit * 50))]
            found = [one for one in self.objects(ids=ids, types=types) if one.type != FOLDER]
            if found:
                return found[:limit]
        return []

    def counts(self) -> dict[str, dict[str, int]]:
        """How many objects and links of each type there are, and cliques."""
        func = self._sql.func
        answer: dict[str, dict[str, int]] = {}
        for name, table, column in (('objects', self._tables.objects, 'type'), ('links', self._tables.links, 'type'),
                                    ('cliques', self._tables.cliques, 'focal_type')):
            query = self.live(table, table.c[column].label('type'), func.count().label('number')).group_by(table.c[column])
            answer[name] = {row.type: row.number for row in self.rows(query)}
        return answer

    def _last_whole_scan(self) -> str:
        """When the objects of this generation were looked at last, all of them; empty where never."""
        stamps = [one['started'] for one in self.generations()
                  if one['state'] in DONE and self.number is not None and one['number'] <= self.number
                  and one['scan'].get('inventory') and not one['scan'].get('object')]
        return max(stamps, default='')

    def live(self, table: Any, *columns: Any) -> Any:
        """A query of a table's rows, or of some columns, that are of this generation."""
        number = -1 if self.number is None else self.number
        query = self._sql.select(*columns) if columns else self._sql.select(table)
        return query.where(table.c.environment == self.id, table.c.since <= number,
                           (table.c.until.is_(None)) | (table.c.until > number))

    def rows(self, query: Any) -> list[Any]:
        """What a query gives."""
        with self.database.session() as connection:
            return list(connection.execute(query))

    def _object(self, row: Any) -> Obj:
        one = object_of(row.id, row.type, row.document)
        one.last_scanned = max(row.scanned or '', self.scanned)
        return one


def environment_row(database: Database) -> Any:
    """The row of a database's environment, or None."""
    table = database.tables.environments
    with database.session() as connection:
        return connection.execute(database.sql.select(table).where(table.c.name == database.environment)).first()


def object_of(object_id: str, kind: str, text: str) -> Obj:
    """An object as it was kept."""
    told = json.loads(text)
    return Obj(object_id, kind, **{**told, 'networks': tuple(told['networks'])})


def link_of(row: Any) -> Link:
    """A link as it was kept."""
    told = json.loads(row.document)
    return Link(row.type, row.source_id, row.target_id, **{**told, 'networks': tuple(told['networks'])})
