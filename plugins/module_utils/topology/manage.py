# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments: made, changed, shown, taken away."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError, read_key_file
from ansible_collections.nfv.mano.plugins.module_utils.store.secret import seal, unseal
from ansible_collections.nfv.mano.plugins.module_utils.topology.connections import Asked, lines, operational, try_connections
from ansible_collections.nfv.mano.plugins.module_utils.topology.database import FILE, Database, folder_of, names
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import (
    FOUND_OUT,
    Environment,
    join,
    load,
    part,
    to_document,
)
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import save_environment
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory, environment_row
from ansible_collections.nfv.mano.plugins.module_utils.topology.lock import scanning
from ansible_collections.nfv.mano.plugins.module_utils.topology.rights import enforce
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError

PLACE_ARGUMENTS: dict[str, dict[str, Any]] = {
    'state_dir': {'type': 'path', 'default': '~/.local/state/nfv.mano'},
    'database': {'type': 'str', 'no_log': True},
}


#: What reading modules take.
READ_ARGUMENTS: dict[str, dict[str, Any]] = {
    'environment': {'type': 'str', 'required': True},
    'generation': {'type': 'int'},
    **PLACE_ARGUMENTS,
}


@contextlib.contextmanager
def failing(module: Any) -> Iterator[None]:
    """End a module in its own words where an error of the topology reaches it.

    :param module: an AnsibleModule.
    """
    try:
        yield
    except TopologyError as error:
        module.fail_json(msg=str(error), problems=error.problems)
    except (StoreError, VimError, SecretError) as error:
        module.fail_json(msg=str(error), problems=[str(error)])


@contextlib.contextmanager
def opened(params: dict[str, Any], environment: str, *, write: bool = False) -> Iterator[Database]:
    """The database of an environment.

    :raises TopologyError: it can't be used; NotFound: there is none to read.
    """
    database = Database(params['state_dir'], environment, params.get('database'), write=write)
    try:
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def inventory(params: dict[str, Any]) -> Iterator[Inventory]:
    """The inventory that ``environment`` and ``generation`` name.

    :raises NotFound: no such environment or generation.
    """
    with opened(params, params['environment']) as database:
        yield Inventory(database, params.get('generation'))


def present(params: dict[str, Any], dry: bool) -> dict[str, Any]:
    """Bring an environment to its document; what scans found out, and the inventory, stay.

    :raises TopologyError: the document has mistakes, or the database refuses.
    :raises SecretError: there are secrets, and nothing that fits to encrypt them with.
    """
    wanted = load(params['document'])
    before, sealed = _stored(params, wanted.name)
    clear, secrets = part(to_document(wanted))
    clear = {**{key: value for key, value in clear.items() if key not in FOUND_OUT},
             **{key: value for key, value in (before or {}).items() if key in FOUND_OUT}}
    same = _same_secrets(secrets, sealed, params, wanted.name)
    changed = clear != before or not same
    let_in = False
    unenforced: list[str] = []
    if before is not None and not dry:
        # Before the document, for not everybody who may change that may change who may
        let_in, unenforced = _let_in(params, wanted.name, clear)
    if changed and not dry:
        if before is None:
            Store(params['state_dir']).prepare()
        with opened(params, wanted.name, write=True) as database, scanning(database, 'change of it'):
            if not same:
                sealed = json.dumps(seal(secrets, _passphrase(params))) if secrets else None
            save_environment(database, clear, sealed)
    if before is None and not dry:
        let_in, unenforced = _let_in(params, wanted.name, clear)
    return {'changed': changed or let_in, 'environment': shown(clear, bool(secrets)), 'unenforced': unenforced,
            'diff': {'before': before or {}, 'after': clear}}


def _let_in(params: dict[str, Any], name: str, document: dict[str, Any]) -> tuple[bool, list[str]]:
    with opened(params, name) as database:
        return enforce(database, document)


def absent(params: dict[str, Any], dry: bool) -> dict[str, Any]:
    """Take an environment away with its inventory, and say what that was."""
    name = params['name']
    try:
        with opened(params, name) as database:
            found = Inventory(database)
            counts, kept = found.counts(), found.kept()
            before = found.document
    except NotFound:
        return {'changed': False, 'environment': None, 'removed': None}
    removed = {'objects': sum(counts['objects'].values()), 'links': sum(counts['links'].values()), 'generations': kept}
    if not dry:
        with opened(params, name, write=True) as database, scanning(database, 'removal of it'):
            _remove(database)
    return {'changed': True, 'environment': None, 'removed': removed, 'diff': {'before': before, 'after': {}}}


def _remove(database: Database) -> None:
    if database.path:
        database.close()
        try:
            os.unlink(database.path)
        except OSError as error:
            raise TopologyError(f'{database.path}: can not be removed: {error.strerror}') from error
        return
    found = environment_row(database)
    with database.session() as connection:
        for table in (*database.tables.living, database.tables.generations):
            connection.execute(table.delete().where(table.c.environment == found.id))
        table = database.tables.environments
        connection.execute(database.tables.rights.delete().where(database.tables.rights.c.environment == found.id))
        connection.execute(table.delete().where(table.c.id == found.id))


def shown(document: dict[str, Any], secrets: bool = False) -> dict[str, Any]:
    """A document for people: whether there are secrets, never which."""
    return {'scanned': False, 'operational': 'stopped', 'last_scanned': None, **document, 'has_secrets': secrets}


def listing(params: dict[str, Any]) -> list[dict[str, Any]]:
    """Environments with their documents, generations and counts; all, or the one that is named.

    :raises NotFound: the named one is not there.
    """
    asked = [params['name']] if params.get('name') else names(params['state_dir'], params.get('database'))
    found = []
    for name in asked:
        with opened(params, name) as database:
            one = Inventory(database)
            found.append({**shown(one.document, one.secrets is not None), 'generation': one.current,
                          'generations': one.generations(), 'counts': one.counts()})
    return found


def test(params: dict[str, Any], dry: bool) -> dict[str, Any]:
    """Try an environment's connections, and keep what came of it.

    :raises NotFound: no such environment. :raises SecretError: its secrets can't be read.
    """
    with opened(params, params['environment'], write=not dry) as database:
        one = Inventory(database)
        results = try_connections(environment_of(one, params), Asked(params.get('cloud'), params['hosts'], params['timeout']))
        found = operational(results)
        changed = shown(one.document)['operational'] != found
        if not dry:
            note(database, operational=found, tests=results)
    return {'changed': changed, 'operational': found, 'results': results, 'lines': lines(results)}


def environment_of(one: Inventory, params: dict[str, Any] | None = None) -> Environment:
    """The document of an inventory's environment; with ``params`` (passphrase, key_file) its secrets are in it."""
    document = one.document
    if params is not None and one.secrets:
        document = join(document, _unsealed(one.secrets, params, one.name))
    return load(document)


def note(database: Database, **found_out: Any) -> None:
    """Write what was found out of an environment (:data:`FOUND_OUT`) into its document."""
    row = environment_row(database)
    save_environment(database, {**json.loads(row.document), **found_out}, row.secrets)


def _stored(params: dict[str, Any], name: str) -> tuple[dict[str, Any] | None, str | None]:
    try:
        if not params.get('database'):
            os.lstat(os.path.join(folder_of(params['state_dir']), name, FILE))
    except FileNotFoundError:
        return None, None
    except OSError:
        # Not for this user: who may is said by what comes now
        pass
    try:
        with opened(params, name) as database:
            row = environment_row(database)
    except NotFound:
        return None, None
    return (json.loads(row.document), row.secrets) if row else (None, None)


def _same_secrets(secrets: dict[str, Any], sealed: str | None, params: dict[str, Any], name: str) -> bool:
    if not secrets or not sealed:
        if secrets:
            _passphrase(params)
        return not secrets and not sealed
    return _unsealed(sealed, params, name) == secrets


def _unsealed(sealed: str, params: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        return unseal(json.loads(sealed), _passphrase(params))
    except SecretError as error:
        raise SecretError(f'the secrets of environment {name}: {error}') from error


def _passphrase(params: dict[str, Any]) -> bytes:
    """What secrets are encrypted with.

    :raises SecretError: nothing is given, or the file can't be used.
    """
    if params.get('key_file'):
        return read_key_file(params['key_file'])
    if params.get('passphrase'):
        return str(params['passphrase']).encode()
    raise SecretError('the document has secrets, which are only ever written encrypted: set nfv_passphrase (from Ansible Vault) '
                      'or nfv_key_file, or leave them out (a cloud of clouds.yaml needs none)')
