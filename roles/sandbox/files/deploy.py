# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of a JSON object {path below HOME: content} from stdin, only those that differ, and remove stale ones.

usage: deploy.py HOME; prints {"changed": [paths]}. One run for all files, where a task per file would take seconds. The role
runs it with python -c, so that nothing is written into a directory that is not a sandbox's.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

OWNED = ('etc', 'program')
MARKER = '.nfv-sandbox'


def deploy(home: Path, files: dict[str, str]) -> list[str]:
    """Returns the paths that were written or removed."""
    changed = []
    for name, content in files.items():
        path = home / name
        data = content.encode()
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + '.part')
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as file:
            file.write(data)
        unfinished.replace(path)
        changed.append(name)
    for directory in OWNED:
        for path in (home / directory).rglob('*'):
            name = str(path.relative_to(home))
            if path.is_file() and name not in files and '__pycache__' not in path.parts:
                path.unlink()
                changed.append(name)
    return changed


def main() -> int:
    home = Path(sys.argv[1])
    # Before any way out: the writer must not find the pipe closed.
    files = json.load(sys.stdin)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        entries = os.listdir(home)
    except OSError as error:
        print(f'cannot use nfv_sandbox_home: {error}', file=sys.stderr)
        return 1
    if entries and MARKER not in entries:
        print(f"{home} is not empty and not a sandbox's directory: choose another nfv_sandbox_home", file=sys.stderr)
        return 1
    (home / MARKER).touch()
    print(json.dumps({'changed': deploy(home, files)}))
    return 0


if __name__ == '__main__':
    sys.exit(main())
