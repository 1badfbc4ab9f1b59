# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m sandbox HOME status|check|start|stop|reset: one JSON object on stdout, errors on stderr and exit 1."""

from __future__ import annotations

import fcntl
import json
import sys
import time
from pathlib import Path

from sandbox.cloud import Sandbox
from sandbox.errors import SandboxError
from sandbox.settings import Settings


def run(home: Path, command: str) -> dict:
    """Run one command under the sandbox's lock."""
    settings = Settings.load(home)
    settings.run.mkdir(exist_ok=True)
    settings.log.mkdir(exist_ok=True)
    sandbox = Sandbox(settings)
    if command == 'status':
        return sandbox.status()
    with (settings.run / 'lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SandboxError(f'another command is at work on {home}: wait for its end') from error
        begin = time.monotonic()
        if command == 'check':
            sandbox.check()
            changed = False
        elif command == 'stop':
            changed = bool(sandbox.stop())
        elif command in ('start', 'reset'):
            changed = sandbox.start() if command == 'start' else sandbox.reset()
        else:
            raise SandboxError(f'unknown command {command}')
        return {'changed': changed, 'seconds': round(time.monotonic() - begin, 1), 'steps': sandbox.steps}


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(json.dumps(run(Path(sys.argv[1]), sys.argv[2])))
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
