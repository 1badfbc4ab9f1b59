# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault table: each operation killed at each entry of its journal, then retried in one half and rolled back in the other.

usage: table.py [--vdus 6] [--every 1] [--results build/faults.json] [--page docs/faults.md] [OPERATION ...]

It takes hours. What was done stands in --results and is not done again, so that it can be interrupted and gone on with; a
result that has a fault is tried again. Needs the sandbox (OS_CLIENT_CONFIG_FILE).
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.operations import (
    MOMENTS,
    OPERATIONS,
    Operation,
    Place,
    assert_same,
    interrupt,
    seen,
)
from ansible_collections.nfv.mano.tests.integration.mano.service import NotStruck, Service
from ansible_collections.nfv.mano.tests.integration.mano.support import Project, good, unique_name

Cells = dict[str, dict[str, Any]]
PAGE = """# The fault table

Every operation, killed (kill -9) at each entry of its journal: before the entry is on disk, with half of it there, or before
the step that follows it. Then `nfv.mano.retry` (odd entries) or `nfv.mano.rollback` (even ones), and cloud and record are
compared: nothing is there twice, nothing is left over, the record has exactly what the cloud has; after a retry it is as after
a run that nobody interrupted, after a rollback as it was before (ids too, unless what is lost had to be accepted). *refused*:
the rollback was refused with 409 and its reason, and a retry went on.

`make faults` makes this page (tests/faults/table.py). {vdus} VDUs, {date}.
"""


class Table:
    """Cells by operation and entry, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.cells: Cells = json.loads(path.read_text(encoding='utf-8')) if path.exists() else {}

    def put(self, key: str, cell: dict[str, Any]) -> None:
        self.cells[key] = cell
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix('.part')
        unfinished.write_text(json.dumps(self.cells, indent=1), encoding='utf-8')
        unfinished.replace(self._path)

    def done(self, key: str) -> bool:
        return key in self.cells and not self.cells[key]['fault']


def column(operation: Operation, vdus: int, every: int, table: Table) -> None:
    """All moments of one operation, on services of their own: one after a fault must not stand in the way of the next."""
    site: Place | None = None
    project = Project()
    try:
        number, expected = 1, None
        while True:
            key = f'{operation.name}:{vdus}:{number}'
            if table.done(key):
                if table.cells[key]['how'] == 'ended before':
                    return
                number += every
                continue
            if site is None:
                site = _place(project, vdus)
                operation.begin(site)
                asked = operation.asked(site)
                with operation.during(site):
                    good(site.play(operation.verb, nfv_accept_data_loss=True, **asked))
                expected = seen(site).shape
            cell = _cell(site, operation, number, number // every, expected)
            table.put(key, cell)
            print(f'{key} {cell["point"]} {cell["how"]} {cell["seconds"]} s {cell["fault"]}'.rstrip(), flush=True)
            if cell['how'] == 'ended before':
                return
            if cell['fault']:
                site.service.close()
                site = None
            number += every
    finally:
        if site is not None:
            site.service.close()


def _place(project: Project, vdus: int) -> Place:
    folder = tempfile.mkdtemp(prefix='nfv-faults-')
    return Place(Service(unique_name(), Path(folder), project), vdus)


def _cell(site: Place, operation: Operation, number: int, turn: int, expected: Any) -> dict[str, Any]:
    point, back, began = f'*:{number}:{MOMENTS[turn % len(MOMENTS)]}', turn % 2 == 0, time.monotonic()
    cell = {'point': point, 'how': '', 'fault': ''}
    try:
        operation.begin(site)
        way = interrupt(site, operation, point, back)
        cell['how'] = way.how
        if way.how != 'rolled back':
            assert_same(way.after.shape, expected)
    except NotStruck:
        cell['how'] = 'ended before'
    except Exception:  # noqa: BLE001  # whatever it is, it is this cell's result
        cell['fault'] = traceback.format_exc()[-6000:]
    cell['seconds'] = round(time.monotonic() - began, 1)
    return cell


def page(cells: Cells, vdus: int) -> str:
    """docs/faults.md."""
    lines = [PAGE.format(vdus=vdus, date=datetime.date.today().isoformat()),
             '| operation | moments | retried | rolled back | refused | failed | seconds |',
             '| --------- | ------- | ------- | ----------- | ------- | ------ | ------- |']
    for name in OPERATIONS:
        mine = [cell for key, cell in cells.items() if key.startswith(f'{name}:{vdus}:') and cell['how'] != 'ended before']
        if not mine:
            lines.append(f'| {name} | not run | | | | | |')
            continue
        ways = [sum(not cell['fault'] and cell['how'] == how for cell in mine)
                for how in ('retried', 'rolled back', 'rollback refused, retried')]
        lines.append(f'| {name} | {len(mine)} | {" | ".join(map(str, ways))} | {sum(bool(cell["fault"]) for cell in mine)} | '
                     f'{sum(cell["seconds"] for cell in mine):.0f} |')
    return '\n'.join(lines) + '\n'


def main() -> None:
    """Fill the table and write the page; exit 1 when a cell has a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('operations', nargs='*', default=list(OPERATIONS), metavar='OPERATION')
    parser.add_argument('--vdus', type=int, default=6)
    parser.add_argument('--every', type=int, default=1, help='only each n-th entry')
    parser.add_argument('--results', type=Path, default=Path('build/faults.json'))
    parser.add_argument('--page', type=Path, default=Path('docs/faults.md'))
    options = parser.parse_args()
    unknown = set(options.operations) - set(OPERATIONS)
    if unknown:
        parser.error(f'{", ".join(sorted(unknown))}: not one of {", ".join(OPERATIONS)}')
    table = Table(options.results)
    for name in options.operations:
        column(OPERATIONS[name], options.vdus, options.every, table)
    options.page.write_text(page(table.cells, options.vdus), encoding='utf-8')
    sys.exit(any(cell['fault'] for cell in table.cells.values()))


if __name__ == '__main__':
    main()
