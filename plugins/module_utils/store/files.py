# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are either the old ones or the new ones, never half."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError, why

#: The layout that this release writes. Older ones are brought up by UPGRADES, newer ones are refused.
SCHEMA = 1
#: Schema number -> function that returns the data in the next one.
UPGRADES: dict[int, Any] = {}
#: Seconds after which a temporary file is one of a writer that was killed.
STALE = 3600.0


def read_json(path: str) -> dict[str, Any] | None:
    """A JSON object, None where the file is not there.

    :raises StoreError: it can't be read, is not JSON, or is of a newer schema; the file stays as it is.
    """
    raw = read_bytes(path)
    if raw is None:
        return None
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        found = f'is not JSON: {error}' if raw.strip() else 'is empty'
        raise StoreError(path, f'{found}; put it right, or move it away') from error
    if not isinstance(data, dict):
        raise StoreError(path, f'is not a JSON object but a {type(data).__name__}')
    return _upgraded(path, data)


def read_bytes(path: str) -> bytes | None:
    """The content of a file, None where it is not there.

    :raises StoreError: it can't be read.
    """
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(path, f'can not be read: {why(error)}') from error


def _upgraded(path: str, data: dict[str, Any]) -> dict[str, Any]:
    schema = data.get('schema')
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise StoreError(path, f'has no schema number (schema: {schema!r}), so it is no record of nfv.mano')
    if schema > SCHEMA:
        raise StoreError(path, f'has schema {schema}, this release reads up to {SCHEMA}; use a newer nfv.mano')
    while schema < SCHEMA:
        if schema not in UPGRADES:
            raise StoreError(path, f'has schema {schema}, from which nothing leads to {SCHEMA}')
        schema += 1
        data = {**UPGRADES[schema - 1](data), 'schema': schema}
    return data


def encode(data: dict[str, Any]) -> bytes:
    """The bytes of a JSON object as this release writes it: the same for the same data."""
    text = json.dumps({**data, 'schema': SCHEMA}, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + '\n'
    # A lone surrogate (of a file name, say) becomes its JSON escape
    return text.encode('utf-8', 'backslashreplace')


def write_json(path: str, data: dict[str, Any]) -> bool:
    """Replace a file in one step, on disk when this returns; False where it was the same already.

    :raises StoreError: it can't be written; the old file is untouched and nothing is left beside it.
    """
    try:
        content = encode(data)
    except ValueError as error:
        raise StoreError(path, f'can not be written: {error}') from error
    return write_bytes(path, content)


def write_bytes(path: str, content: bytes) -> bool:
    """As :func:`write_json` for any content.

    :raises StoreError: it can't be written; the old file is untouched and nothing is left beside it.
    """
    with contextlib.suppress(StoreError):
        if read_bytes(path) == content:
            return False
    # Not *.fact, which setup would read; unique also where containers share pids
    temporary = f'{path}.{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}.tmp'
    try:
        _fill(temporary, content)
        os.replace(temporary, path)
        sync_folder(os.path.dirname(path))
    except OSError as error:
        raise StoreError(path, f'can not be written: {why(error)}') from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return True


def _fill(path: str, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view):]
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(path: str) -> None:
    """Make a folder that only its owner can look into, and those above it that are missing.

    :raises StoreError: it can't be made.
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreError(path, f'can not be made: {why(error)}') from error


def sync_folder(path: str) -> None:
    """Make a rename or a removal in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sweep_temporary(path: str) -> None:
    """Remove what writers that were killed long ago left in a folder."""
    limit = time.time() - STALE
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.name.endswith('.tmp') and entry.stat(follow_symlinks=False).st_mtime < limit:
                os.unlink(entry.path)
