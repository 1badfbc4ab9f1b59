# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state directory: one fact file per NS, VNF and op-occ, in the layout that ansible.builtin.setup gathers."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError
from ansible_collections.nfv.mano.plugins.module_utils.store.files import read_json, sync_folder, write_json
from ansible_collections.nfv.mano.plugins.module_utils.store.place import refuse_lost_in_container

KINDS = ('ns', 'vnf', 'op_occ')
FINISHED = ('COMPLETED', 'FAILED', 'ROLLED_BACK')


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
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreError(self.path, f'can not be made: {error.strerror}') from error
        write_json(os.path.join(self.path, name), data)


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
            if os.path.exists(self.path) and not os.path.isdir(self.path):
                raise StoreError(self.path, 'is not a directory')
            return
        refuse_lost_in_container(self.path)
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            os.chmod(self.path, 0o700)
        except OSError as error:
            raise StoreError(self.path, f'can not be made the state directory: {error.strerror}; '
                             'set nfv_state_dir to a directory that can be written') from error
        self._try_out()

    def _try_out(self) -> None:
        """Write, lock and remove a file: what the store lives on."""
        path = os.path.join(self.path, f'.probe-{os.getpid()}')
        try:
            with open(path, 'w', encoding='utf-8') as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(self.path, f'can not be written, or has no locks: {error.strerror}; '
                             'set nfv_state_dir to a directory that can be written') from error
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)

    def file(self, kind: str, record_id: str) -> str:
        """The path of a fact."""
        return os.path.join(self.path, f'{kind}_{record_id}.fact')

    def read(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """A fact, None where it is not there.

        :raises StoreError: not JSON, or of a newer schema.
        """
        return read_json(self.file(kind, record_id))

    def write(self, kind: str, record_id: str, data: dict[str, Any]) -> bool:
        """Replace a fact; False (and no write) where it is the same already."""
        return write_json(self.file(kind, record_id), {key: value for key, value in data.items() if key != 'schema'})

    def delete(self, kind: str, record_id: str) -> None:
        """Remove a fact; an absent one is fine."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.file(kind, record_id))
            sync_folder(self.path)

    def ids(self, kind: str) -> list[str]:
        """Ids of all facts of a kind."""
        start, end = f'{kind}_', '.fact'
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(self.path, f'can not be read: {error.strerror}') from error
        return sorted(name[len(start):-len(end)] for name in names if name.startswith(start) and name.endswith(end))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All facts of a kind."""
        return [data for data in (self.read(kind, one) for one in self.ids(kind)) if data is not None]

    def find_ns(self, id_or_name: str) -> dict[str, Any] | None:
        """The record of an NS by its id, or by its name.

        :raises StoreError: several have the name.
        """
        if '/' not in id_or_name:
            by_id = self.read('ns', id_or_name)
            if by_id is not None:
                return by_id
        found = [one for one in self.all('ns') if one['name'] == id_or_name]
        if len(found) > 1:
            raise StoreError(self.path, f'{id_or_name} is the name of {len(found)} NSs: '
                             f'{", ".join(one["id"] for one in found)}; use an id')
        return found[0] if found else None

    def new_ns(self, name: str) -> dict[str, Any]:
        """The record of an NS with this name, made where there is none: two at once make one."""
        with self._names_lock():
            found = self.find_ns(name)
            if found is None:
                found = {'kind': 'ns', 'id': str(uuid.uuid4()), 'name': name, 'description': '',
                         'state': 'NOT_INSTANTIATED', 'document': None, 'overlay': {}, 'vims': {}, 'vnfs': {},
                         'resources': {}, 'pending': [], 'created': now()}
                self.write('ns', found['id'], found)
            return found

    @contextlib.contextmanager
    def _names_lock(self) -> Iterator[None]:
        path = os.path.join(self.path, 'names.lock')
        try:
            with open(path, 'a', encoding='utf-8') as file:
                os.chmod(path, 0o600)
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise StoreError(path, f'can not be locked: {error.strerror}') from error

    def op_occ_dir(self, op_occ_id: str) -> OpOccDir:
        """The folder of an op-occ."""
        return OpOccDir(os.path.join(self.path, f'op_occ_{op_occ_id}.d'))

    def archive(self, op_occ_id: str) -> None:
        """Move an op-occ out of setup's sight, its folder first: a fact is never without its folder."""
        archive = os.path.join(self.path, 'archive')
        os.makedirs(archive, mode=0o700, exist_ok=True)
        for path in (self.op_occ_dir(op_occ_id).path, self.file('op_occ', op_occ_id)):
            if os.path.exists(path):
                shutil.move(path, os.path.join(archive, os.path.basename(path)))

    def retain(self, ns_id: str, keep: int = 50) -> None:
        """Archive the oldest finished op-occs of an NS, with those of its VNFs, beyond ``keep``."""
        mine = [one for one in self.all('op_occ') if one['ns_id'] == ns_id]
        finished = sorted((one for one in mine if one['scope'] == 'ns' and one['state'] in FINISHED),
                          key=lambda one: one['start_time'], reverse=True)
        old = {one['id'] for one in finished[max(keep, 0):]}
        for one in mine:
            if one['id'] in old or one.get('parent') in old:
                self.archive(one['id'])
