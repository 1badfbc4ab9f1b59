# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Op-occs as people read them: a table, and the history of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = ('NS', 'OPERATION', 'STATE', 'PROGRESS', 'DURATION', 'STARTED', 'OP-OCC', 'ERROR')
#: Characters of an error in the table; the whole of it stands in the history.
LONGEST = 60


def table(views: Iterable[Mapping[str, Any]]) -> list[str]:
    """A heading and a line for each op-occ (as views.op_occ_view makes them), columns aligned."""
    rows = [HEAD, *(_row(view) for view in views)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return ['  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _row(view: Mapping[str, Any]) -> tuple[str, ...]:
    progress = view['progress']
    error = ' '.join(((view['error'] or {}).get('title') or '').split())
    error = error if len(error) <= LONGEST else error[:LONGEST - 3] + '...'
    name = view['ns_name'] + (f'/{view["vnf_name"]}' if view.get('vnf_name') else '')
    return (name, view['operation'], _state(view), f'{progress["done"]}/{progress["total"]}', _duration(view['duration']),
            _moment(view['start_time']), view['id'], error)


def _state(view: Mapping[str, Any]) -> str:
    """The state, and what it does not say by itself."""
    running = view['state'] in ('STARTING', 'PROCESSING', 'ROLLING_BACK')
    waits = f'waits for {", ".join(view["waiting_for"]["files"])}' if running and view.get('waiting_for') else ''
    more = 'owner died' if running and view['owner_alive'] is False else 'cancelling' if view['cancel_pending'] else waits
    return view['state'] + (f' ({more})' if more else '')


def _duration(seconds: float) -> str:
    """``4.2 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    if seconds < 60:
        return f'{seconds:.1f} s'
    minutes, left = divmod(round(seconds), 60)
    return f'{minutes} min {left} s' if minutes < 60 else f'{minutes // 60} h {minutes % 60} min'


def history(view: Mapping[str, Any]) -> list[str]:
    """The states of one op-occ (a view with ``states`` and ``errors``) and what led to each, with the error of every attempt."""
    lines = [f'{view["operation"]} {view["id"]}']
    for state in view['states']:
        lines.append(f'  {_moment(state["time"])}  {state["trigger"]} -> {state["state"]}')
        for error in [one for one in view['errors'] if one['time'] == state['time']]:
            lines += [f'    {error["title"]}', *(f'      {line}' for line in error['detail'].splitlines())]
    return lines


def _moment(stamp: str) -> str:
    return stamp[:19].replace('T', ' ')
