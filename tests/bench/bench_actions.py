# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the actions of a running service take, side by side in one run, on the very same servers.

usage: bench_actions.py [--json] [--runs 5] [--heal 50] [--power 100] [--migrate 20]       (numbers of VDUs; 0 leaves it out)

bare     a thread pool over openstacksdk with no bookkeeping (bare.py) that makes the same calls
nfv.mano the playbook as a user runs it: heal (with force), operate (stop, then start), migrate (live)

Budget: at most 1.2 times bare, the playbook's own start included. Needs the sandbox (OS_CLIENT_CONFIG_FILE); makes everything in
the project of --cloud, and migrates with --admin-cloud.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any, NamedTuple

from common import Run, median, report
from service import Service, bare, clean_up_when_stopped, service

BUDGET = 1.2


class Action(NamedTuple):
    """One action: what it is called, the bare pool's verb with its arguments, and the playbook with its variables."""

    name: str
    bare: tuple[str, ...]
    verb: str
    variables: dict[str, Any]


class Pair(NamedTuple):
    """One turn of both, the API calls of each by method, and the seconds of nfv.mano's op-occ."""

    bare: Run
    bare_calls: dict[str, int]
    ours: Run
    our_calls: dict[str, int]
    op_occ: float


def groups(admin_cloud: str) -> dict[str, list[Action]]:
    """What is done to one service, one after the other, by the option that says how large it is."""
    return {'heal': [Action('heal', ('heal',), 'heal', {'nfv_params': {'force': True}, 'nfv_accept_data_loss': True})],
            'power': [Action(name, (name,), 'operate', {'nfv_params': {'state': state}})
                      for name, state in (('stop', 'STOPPED'), ('start', 'STARTED'))],
            'migrate': [Action('migrate', ('migrate', admin_cloud), 'migrate', {'nfv_params': {'type': 'live'}})]}


def turns(cloud: str, made: Service, actions: list[Action]) -> list[Pair]:
    """Each action once by the bare pool, then each by nfv.mano."""
    pool = [bare(cloud, made.name, *action.bare) for action in actions]
    # The record has to know what was made or moved beside it; outside of the clock
    made.instantiate()
    pairs = []
    for action, (run, calls) in zip(actions, pool, strict=True):
        ours = made.play(action.verb, **action.variables)
        pairs.append(Pair(run, calls, ours, made.calls(), made.seconds()))
        print(f'{action.name}: bare {run.wall:.1f} s, nfv.mano {ours.wall:.1f} s', file=sys.stderr)
    return pairs


def measure(cloud: str, admin_cloud: str, vdus: int, runs: int, actions: list[Action]) -> list[dict[str, Any]]:
    """A row for each action on one service."""
    with service(cloud, vdus, admin_cloud) as made:
        made.instantiate()
        taken = [turns(cloud, made, actions) for _run in range(runs)]
    return [row(action.name, vdus, list(pairs)) for action, pairs in zip(actions, zip(*taken, strict=True), strict=True)]


def row(name: str, vdus: int, pairs: list[Pair]) -> dict[str, Any]:
    """The medians of an action's turns."""
    wall_bare, wall_ours = median([pair.bare.wall for pair in pairs]), median([pair.ours.wall for pair in pairs])
    return {'action': name, 'VDUs': vdus, 'runs': len(pairs), 'bare s': wall_bare, 'nfv.mano s': wall_ours,
            'budget s': round(BUDGET * wall_bare, 3), 'times bare': round(wall_ours / wall_bare, 2),
            'op-occ s': median([pair.op_occ for pair in pairs]), 'bare CPU s': median([pair.bare.cpu for pair in pairs]),
            'nfv.mano CPU s': median([pair.ours.cpu for pair in pairs]),
            'bare calls': sum(pairs[-1].bare_calls.values()), 'nfv.mano calls': sum(pairs[-1].our_calls.values()),
            'bare POSTs': pairs[-1].bare_calls.get('POST', 0), 'nfv.mano POSTs': pairs[-1].our_calls.get('POST', 0)}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--heal', type=int, default=50, metavar='VDUS')
    parser.add_argument('--power', type=int, default=100, metavar='VDUS')
    parser.add_argument('--migrate', type=int, default=20, metavar='VDUS')
    parser.add_argument('--cloud', default='sandbox')
    parser.add_argument('--admin-cloud', default='sandbox-admin')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    clean_up_when_stopped()
    rows = [one for option, actions in groups(options.admin_cloud).items() if getattr(options, option)
            for one in measure(options.cloud, options.admin_cloud, getattr(options, option), options.runs, actions)]
    if rows:
        report('actions', rows, options.json)


if __name__ == '__main__':
    main()
