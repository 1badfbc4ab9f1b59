# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are either the old ones or the new ones, never half."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError

#: The layout that this release writes. Older ones are brought up by UPGRADES, newer ones are refused.
SCHEMA = 1
#: Schema number -> function that returns the data in the next one.
UPGRADES: dict[int, Any] = {}


def read_json(path: str) -> dict[str, Any] | None:
    """A JSON object, None where the file is not there.

    :raises StoreError: it can't be read, is not JSON, or is of a newer schema; the file stays as it is.
    """
    try:
        with open(path, encoding='utf-8') as file:
            data = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(path, f'can not be read: {error}') from error
    except ValueError as error:
        raise StoreError(path, f'is not JSON: {error}; put it right, or move it away') from error
    if not isinstance(data, dict):
        raise StoreError(path, f'is not a JSON object but a {type(data).__name__}')
    schema = data.get('schema', SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise StoreError(path, f'has schema {schema}, this release reads up to {SCHEMA}; use a newer nfv.mano')
    while schema < SCHEMA:
        data = UPGRADES[schema](data)
        schema += 1
    return data


def write_json(path: str, data: dict[str, Any]) -> bool:
    """Replace a file in one step, on disk when this returns; False where it was the same already.

    :raises StoreError: it can't be written; the old file is untouched and nothing is left beside it.
    """
    text = json.dumps({'schema': SCHEMA, **data, }, indent=1, sort_keys=True, ensure_ascii=False) + '\n'
    content = text.encode()
    try:
        with open(path, 'rb') as file:
            if file.read() == content:
                return False
    except OSError:
        pass
    temporary = f'{path}.{os.getpid()}.tmp'
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(fd, view):]
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, path)
        sync_folder(os.path.dirname(path))
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise StoreError(path, f'can not be written: {error.strerror or error}') from error
    return True


def sync_folder(path: str) -> None:
    """Make a rename or a removal in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
