# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state directory: one fact file per NS, VNF and op-occ, in the layout that ansible.builtin.setup gathers."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why
from ansible_collections.nfv.mano.plugins.module_utils.store.files import (
    make_folder,
    read_bytes,
    read_json,
    sweep_temporary,
    sync_folder,
    write_bytes,
    write_json,
)
from ansible_collections.nfv.mano.plugins.module_utils.store.place import make_private, refuse_lost_in_container, try_out

KINDS = ('ns', 'vnf', 'op_occ', 'subscription')
FINISHED = ('COMPLETED', 'FAILED', 'ROLLED_BACK')
#: What every fact of a kind has; one without it is damaged, or not ours.
NEEDED = {'ns': ('name', 'state'), 'vnf': ('ns_id',), 'op_occ': ('ns_id', 'scope', 'state', 'operation', 'start_time'),
          'subscription': ('callback_uri', 'filter', 'version', 'verbosity', 'created')}
#: Seconds to wait for another run that is making an NS.
NAMES_WAIT = 15.0
#: How often a folder that is written to meanwhile is removed.
TRIES = 20

_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9.-]{0,63}')


def now() -> str:
    """The time in UTC, as SOL013 wants it (RFC 3339)."""
    return datetime.now(timezone.utc).isoformat(timespec='microseconds').replace('+00:00', 'Z')


class OpOccDir:
    """What belongs to an op-occ and setup never reads."""

    def __init__(self, path: str) -> None:
        self.path = path

    @property
    def journal_path(self) -> str:
        """Where the journal is."""
        return os.path.join(self.path, 'journal')

    def read_json(self, name: str) -> dict[str, Any] | None:
        """A JSON object of the folder, None where it is not there."""
        return read_json(os.path.join(self.path, name))

    def write_json(self, name: str, data: dict[str, Any]) -> None:
        """Write a JSON object into the folder, which is made where it is missing."""
        make_folder(self.path)
        write_json(os.path.join(self.path, name), data)

    def remove(self, name: str) -> None:
        """Remove a file of the folder; an absent one is fine.

        :raises StoreError: it can't be removed.
        """
        path = os.path.join(self.path, name)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        except OSError as error:
            raise StoreError(path, f'can not be removed: {why(error)}') from error


class Store:
    """The facts files below one directory. Making one touches nothing."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.path.expanduser(path))

    def prepare(self, create: bool = True) -> None:
        """Make the directory where it is missing, and refuse one that records would not be safe in.

        :param create: False to read only: a missing directory is then an empty one.
        :raises StoreError: not a directory, not writable, no locks, or inside a container's own layer.
        """
        if not create:
            if os.path.lexists(self.path) and not os.path.isdir(self.path):
                raise StoreError(self.path, 'is not a directory')
            self.ids('ns')
            return
        refuse_lost_in_container(self.path)
        make_private(self.path)
        try_out(self.path)
        sweep_temporary(self.path)

    def file(self, kind: str, record_id: str) -> str:
        """The path of a fact.

        :raises StoreError: that can be no id.
        """
        if not _ID.fullmatch(record_id):
            raise StoreError(self.path, f'{record_id!r} can not be the id of a record')
        return os.path.join(self.path, f'{kind}_{record_id}.fact')

    def read(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """A fact, None where it is not there.

        :raises StoreError: not JSON, of a newer schema, or no record of this kind.
        """
        path = self.file(kind, record_id)
        data = read_json(path)
        if data is None:
            return None
        missing = [key for key in NEEDED[kind] if key not in data]
        if missing or data.get('id') != record_id:
            raise StoreError(path, f'is no whole record: it lacks {", ".join(missing) or f"the id {record_id}"}; '
                             'put it right, or move it away')
        return data

    def write(self, kind: str, record_id: str, data: dict[str, Any]) -> bool:
        """Replace a fact; False (and no write) where it is the same already."""
        return write_json(self.file(kind, record_id), data)

    def delete(self, kind: str, record_id: str) -> None:
        """Remove a fact, and the folder of an op-occ or a subscription; absent ones are fine.

        :raises StoreError: it can't be removed.
        """
        path = self.file(kind, record_id)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            if kind in ('op_occ', 'subscription'):
                _remove_tree(path.removesuffix('.fact') + '.d')
            with contextlib.suppress(FileNotFoundError):
                sync_folder(self.path)
        except OSError as error:
            raise StoreError(path, f'can not be removed: {why(error)}') from error

    def key_file(self, ns_id: str) -> str:
        """Where the encrypted private part of an NS's key pair is, as ``ssh -i`` takes it; setup never reads it."""
        return self.file('ns', ns_id).removesuffix('.fact') + '.key'

    def known_hosts_file(self, ns_id: str) -> str:
        """Where ssh keeps the host keys of an NS's guests, by their servers' ids."""
        return self.file('ns', ns_id).removesuffix('.fact') + '.known_hosts'

    def read_key(self, ns_id: str) -> bytes | None:
        """The content of :meth:`key_file`, None where it is not there."""
        return read_bytes(self.key_file(ns_id))

    def write_key(self, ns_id: str, private: bytes) -> None:
        """Write :meth:`key_file`, mode 0600.

        :raises StoreError: it can't be written.
        """
        write_bytes(self.key_file(ns_id), private)

    def delete_key(self, ns_id: str) -> None:
        """Remove :meth:`key_file` and :meth:`known_hosts_file`; absent ones are fine.

        :raises StoreError: one can't be removed.
        """
        for path in (self.key_file(ns_id), self.known_hosts_file(ns_id)):
            try:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
                    sync_folder(self.path)
            except OSError as error:
                raise StoreError(path, f'can not be removed: {why(error)}') from error

    def ids(self, kind: str) -> list[str]:
        """Ids of all facts of a kind."""
        start, end = f'{kind}_', '.fact'
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(self.path, f'can not be read: {why(error)}') from error
        found = (name[len(start):-len(end)] for name in names if name.startswith(start) and name.endswith(end))
        return sorted(one for one in found if _ID.fullmatch(one))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All facts of a kind."""
        return [data for data in (self.read(kind, one) for one in self.ids(kind)) if data is not None]

    def find_ns(self, id_or_name: str) -> dict[str, Any] | None:
        """The record of an NS by its id, or by its name.

        :raises StoreError: several have the name.
        """
        if _ID.fullmatch(id_or_name):
            by_id = self.read('ns', id_or_name)
            if by_id is not None:
                return by_id
        found = [one for one in self.all('ns') if one['name'] == id_or_name]
        if len(found) > 1:
            raise StoreError(self.path, f'{id_or_name} is the name of {len(found)} NSs: '
                             f'{", ".join(one["id"] for one in found)}; use an id')
        return found[0] if found else None

    def new_ns(self, name: str, **more: Any) -> dict[str, Any]:
        """The record of an NS with this name, made where there is none: two at once make one.

        :param more: what a new one has beside its name.
        """
        with self._names_lock():
            found = self.find_ns(name)
            if found is None:
                found = {'kind': 'ns', 'id': str(uuid.uuid4()), 'name': name, 'description': '',
                         'state': 'NOT_INSTANTIATED', 'document': None, 'overlay': {}, 'vims': {}, 'vnfs': {},
                         'resources': {}, 'pending': [], 'created': now(), **more}
                self.write('ns', found['id'], found)
            return found

    @contextlib.contextmanager
    def _names_lock(self) -> Iterator[None]:
        path = os.path.join(self.path, 'names.lock')
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(path, f'can not be opened: {why(error)}') from error
        try:
            deadline = time.monotonic() + NAMES_WAIT
            while not _granted(fd, path):
                if time.monotonic() >= deadline:
                    raise StoreError(path, f'another run has held this lock for {NAMES_WAIT:g} s')
                time.sleep(0.01)
            yield
        finally:
            os.close(fd)

    def op_occ_dir(self, op_occ_id: str) -> OpOccDir:
        """The folder of an op-occ."""
        return OpOccDir(self.file('op_occ', op_occ_id).removesuffix('.fact') + '.d')

    def archive(self, *op_occ_ids: str) -> None:
        """Move op-occs out of setup's sight, their facts last and in this order: half a move is found and finished by the next.

        :raises StoreError: one can't be moved.
        """
        archive = os.path.join(self.path, 'archive')
        make_folder(archive)
        for paths in ([self.op_occ_dir(one).path for one in op_occ_ids], [self.file('op_occ', one) for one in op_occ_ids]):
            for path in paths:
                try:
                    with contextlib.suppress(FileNotFoundError):
                        os.rename(path, os.path.join(archive, os.path.basename(path)))
                except OSError as error:
                    raise StoreError(path, f'can not be moved to {archive}: {why(error)}') from error
            # Once for all of them: a thousand that have gathered go in no time
            for folder in (archive, self.path):
                try:
                    sync_folder(folder)
                except OSError as error:
                    raise StoreError(folder, f'can not be written: {why(error)}') from error

    def retain(self, ns_id: str, keep: int) -> None:
        """Archive the oldest finished op-occs of an NS beyond ``keep``, each with those of its VNFs before it.

        :raises StoreError: one can't be moved.
        """
        finished: list[dict[str, Any]] = []
        parts: dict[str, list[str]] = {}
        for one in self.all('op_occ'):
            if one['ns_id'] == ns_id and one.get('parent'):
                parts.setdefault(one['parent'], []).append(one['id'])
            elif one['ns_id'] == ns_id and one['state'] in FINISHED:
                finished.append(one)
        finished.sort(key=lambda one: one['start_time'], reverse=True)
        old: list[str] = [one['id'] for one in finished[max(keep, 0):]]
        if old:
            self.archive(*(part for one in old for part in parts.get(one, ())), *old)


def _remove_tree(path: str) -> None:
    """Remove a folder, also where somebody who has not seen yet that its fact is gone writes into it meanwhile."""
    for attempt in range(1, TRIES + 1):
        try:
            shutil.rmtree(path)
            return
        except FileNotFoundError:
            if not os.path.lexists(path):
                return
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or attempt == TRIES:
                raise


def _granted(fd: int, path: str) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StoreError(path, f'can not be locked: {why(error)}') from error
    return True
