# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector: a process that writes journals is killed (or stopped) at an entry that a test names.

Python imports this by itself when its folder is on PYTHONPATH. The product knows nothing of it: it watches the fsync by
which the journal makes an entry durable.

NFV_INJECT is ``SIGNAL:event[/kind]:number:moment``, e.g. ``KILL:intent/server:3:after``: at the third entry whose event
is intent and whose kind is server; ``*`` is any event. The moment is

- ``lost``: before the entry is durable. It is cut off again, as a power failure may do;
- ``torn``: as before, but half of it stays;
- ``after``: it is durable, and the step that follows it is not taken.

NFV_INJECT_MARK names a file that is made when it strikes, and that keeps it from striking twice.
"""

from __future__ import annotations

import json
import os
import signal
import threading

WANTED = os.environ.get('NFV_INJECT')


def _install(wanted: str, mark: str) -> None:
    name, what, number, moment = wanted.split(':')
    event, __, kind = what.partition('/')
    real_fsync = os.fsync
    seen = 0
    lock = threading.Lock()

    def last_line(path: str) -> bytes:
        with open(path, 'rb') as file:
            lines = file.read().splitlines(keepends=True)
        return lines[-1] if lines else b'{}'

    def matches(line: bytes) -> bool:
        entry = json.loads(line)
        return event in ('*', entry.get('event')) and (not kind or kind in (entry.get('kind'), entry.get('call')))

    def strike() -> None:
        with open(mark, 'w', encoding='utf-8') as file:
            file.write(wanted)
        os.kill(os.getpid(), getattr(signal, f'SIG{name}'))

    def fsync(fd: int) -> None:
        nonlocal seen
        path = os.readlink(f'/proc/self/fd/{fd}')
        if not path.endswith('/journal') or os.path.exists(mark):
            real_fsync(fd)
            return
        with lock:
            line = last_line(path)
            hit = matches(line)
            seen += hit
            now = hit and seen == int(number)
            if now and moment in ('lost', 'torn'):
                os.ftruncate(fd, os.fstat(fd).st_size - (len(line) if moment == 'lost' else len(line) // 2))
                strike()
            real_fsync(fd)
            if now and moment == 'after':
                strike()
    os.fsync = fsync


if WANTED:
    _install(WANTED, os.environ['NFV_INJECT_MARK'])
