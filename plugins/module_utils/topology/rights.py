# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see an environment and who may change it, enforced by what can: the file system, or PostgreSQL's roles and policies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology import acl
from ansible_collections.nfv.mano.plugins.module_utils.topology.database import Database
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import environment_row

#: Environments that a role may see, for a policy; with ``AND r.edit`` those that it may change.
_MINE = ('(SELECT r.environment FROM rights r JOIN pg_roles p ON p.rolname = r.role '
         "WHERE pg_has_role(p.oid, 'MEMBER'){})")


def enforce(database: Database, document: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Let those in whom ``auth`` names, and nobody else but the owner.

    :returns: whether that changed anything, and what can't be enforced.
    :raises TopologyError: this user may not do it.
    """
    auth = document.get('auth') or {}
    view, edit = auth.get('view-env') or [], auth.get('edit-env') or []
    return _files(database, view, edit) if database.path else _roles(database, view, edit)


# -- files

def _files(database: Database, view: Iterable[str], edit: Iterable[str]) -> tuple[bool, list[str]]:
    readers, unknown = acl.ids(view)
    writers, nobody = acl.ids(edit)
    problems = [f'auth: there is no {"group" if name.startswith("@") else "user"} {name.lstrip("@")} on this host, so nobody is '
                'let in by it' for name in dict.fromkeys([*unknown, *nobody])]
    reading = dict.fromkeys(readers, acl.READ) | dict.fromkeys(writers, acl.READ | acl.WRITE)
    folder = database.folder
    try:
        return _write(folder, reading), problems
    except OSError as error:
        if error.errno in acl.UNSUPPORTED:
            return False, [*problems, f'auth: the file system of {folder} keeps no access control lists, so only '
                           f'{acl.who(folder, acl.WRITE)} can see and change the environment']
        raise TopologyError(f'{folder}: {error.strerror}: who may see and change environment {database.environment} is set by '
                            f'the owner of its files; {acl.owner(folder)} may') from error


def _write(folder: str, reading: acl.Given) -> bool:
    searching = {key: bits | acl.SEARCH for key, bits in reading.items()}
    changed = False
    if reading:
        above = os.path.dirname(folder)
        # Those above: to get here, and to see which environments there are
        for path, bits in ((os.path.dirname(above), acl.SEARCH), (above, acl.READ | acl.SEARCH)):
            changed |= acl.write(path, acl.added(acl.entries(path), dict.fromkeys(reading, bits)))
    owner = os.stat(folder).st_uid
    changed |= acl.write(folder, acl.private(searching, 7))
    # What a writer makes (SQLite's journal) has to be the owner's, too
    made = acl.private({(acl.USER, owner): acl.READ | acl.WRITE, **reading}, 7) if reading else {}
    changed |= acl.write(folder, made, acl.DEFAULT)
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            changed |= acl.write(path, acl.private(reading, acl.READ | acl.WRITE))
    return changed


# -- PostgreSQL

def _roles(database: Database, view: Iterable[str], edit: Iterable[str]) -> tuple[bool, list[str]]:
    sql, table = database.sql, database.tables.rights
    wanted = {name.lstrip('@'): False for name in view} | {name.lstrip('@'): True for name in edit}
    found = environment_row(database)
    with database.session() as connection:
        if database.engine.dialect.name != 'postgresql':
            return False, [f'auth: {database.engine.dialect.name} knows no roles that could enforce it'] if wanted else []
        there = {row.role: row.edit for row in connection.execute(sql.select(table).where(table.c.environment == found.id))}
        known = set(connection.execute(sql.text('SELECT rolname FROM pg_roles')).scalars())
        problems = [f'auth: there is no role {name} in the database, so nobody is let in by it' for name in wanted
                    if name not in known]
        if there == wanted:
            return False, problems
        connection.execute(table.delete().where(table.c.environment == found.id))
        for role, edits in wanted.items():
            connection.execute(table.insert().values(environment=found.id, name=database.environment, role=role, edit=edits))
        _policies(connection, database)
        others = set(connection.execute(sql.select(table.c.role)).scalars())
        quoted = database.engine.dialect.identifier_preparer.quote
        tables = ', '.join(one.name for one in database.tables.metadata.sorted_tables if one is not table)
        for role in sorted({*there, *wanted} & known):
            connection.execute(sql.text(f'REVOKE ALL ON {tables} FROM {quoted(role)}'))
            if role in others:
                # Policies say which rows; a role that changes any environment needs the right to write at all
                writes = connection.execute(sql.select(table.c.role).where(table.c.role == role, table.c.edit)).first()
                right = 'SELECT, INSERT, UPDATE, DELETE' if writes else 'SELECT'
                connection.execute(sql.text(f'GRANT {right} ON {tables} TO {quoted(role)}'))
    return True, problems


def _policies(connection: Any, database: Database) -> None:
    """Row-level security: the owner of the tables sees all, others what they have a right to."""
    text, tables = database.sql.text, database.tables
    # Whoever is refused is told who may
    connection.execute(text('GRANT SELECT ON about, rights TO PUBLIC'))
    for table in (tables.environments, tables.generations, *tables.living):
        column = 'id' if table is tables.environments else 'environment'
        connection.execute(text(f'ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY'))
        for name, what, more in (('nfv_view', 'SELECT', ''), ('nfv_edit', 'ALL', ' AND r.edit')):
            connection.execute(text(f'DROP POLICY IF EXISTS {name} ON {table.name}'))
            connection.execute(text(f'CREATE POLICY {name} ON {table.name} FOR {what} USING ({column} IN {_MINE.format(more)})'))
