# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the main job share: plays as a user runs them, and the project's contents to compare."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import openstack
import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
SANDBOX_HOME = Path(os.environ['OS_CLIENT_CONFIG_FILE']).parent
BIN = Path(sys.executable).parent
#: Kinds whose ids are compared before and after: nothing twice, nothing left over.
KINDS = ('servers', 'ports', 'networks', 'subnets', 'routers', 'floating_ips', 'flavors', 'security_groups', 'server_groups',
         'volumes', 'images', 'volume_snapshots')


@dataclass
class Played:
    """A finished ansible-playbook: what the user saw, and its stats."""

    rc: int
    out: str
    stats: dict[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(host['changed'] for host in self.stats.get('stats', {}).values())


def environment(**more: str) -> dict[str, str]:
    """The environment of a play: no colour, the collection's tree, the sandbox's clouds."""
    return {**os.environ, 'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_FORCE_COLOR': '0', 'PYTHONUNBUFFERED': '1',
            'ANSIBLE_SHOW_CUSTOM_STATS': '1', **more}


def command(verb: str, *arguments: str, **variables: Any) -> list[str]:
    """The command line of a playbook, variables as one JSON -e."""
    return [str(BIN / 'ansible-playbook'), f'nfv.mano.{verb}', '-e', json.dumps(variables), *arguments]


def play(verb: str, *arguments: str, env: dict[str, str] | None = None, timeout: float = 600, **variables: Any) -> Played:
    """Run a playbook of the collection as a user would."""
    done = subprocess.run(command(verb, *arguments, **variables), capture_output=True, text=True, timeout=timeout,
                          env=environment(**(env or {})), cwd=ROOT, check=False)
    return Played(done.returncode, done.stdout + done.stderr)


def play_timed(verb: str, *arguments: str, **variables: Any) -> tuple[Played, list[tuple[float, str]]]:
    """As :func:`play`, with the second at which each line was shown."""
    lines = []
    with subprocess.Popen(command(verb, *arguments, **variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment(), cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append((time.monotonic(), line.rstrip('\n')))
    return Played(process.returncode, '\n'.join(line for _second, line in lines) + '\n'), lines


def refused(played: Played, *words: str) -> Played:
    """The play, which must have failed in words of our own that contain these."""
    assert played.rc != 0, played.out
    assert 'Traceback' not in played.out, played.out
    flat = ' '.join(played.out.split())
    for word in words:
        assert word in flat, f'{word!r} is not in:\n{played.out}'
    return played


def good(played: Played) -> Played:
    """The play, which must have ended well."""
    assert played.rc == 0, played.out
    return played


def changed_count(out: str) -> int:
    """The changed= of a play's recap."""
    recap = out[out.index('PLAY RECAP'):]
    return sum(int(word.removeprefix('changed=')) for word in recap.split() if word.startswith('changed='))


class PlanLine(NamedTuple):
    """One line of a plan as --diff shows it."""

    sign: str
    kind: str
    name: str
    detail: str


def plan_lines(out: str) -> list[PlanLine]:
    """The plan that a play printed, without its heading."""
    assert 'Plan for ' in out, out
    found = (re.fullmatch(r'  (\+|~|-/\+|-) +(\w+) +(\S+)(?: +(.*))?', line) for line in out.splitlines())
    return [PlanLine(*(part or '' for part in one.groups())) for one in found if one]


def unique_name() -> str:
    """A name of a network service that no other test has."""
    return f't{uuid.uuid4().hex[:8]}'


class Project:
    """A project of the sandbox as its member sees it."""

    def __init__(self, cloud: str = 'sandbox') -> None:
        self.cloud = openstack.connect(cloud=cloud)
        self.project_id = self.cloud.current_project_id

    def ids(self) -> dict[str, set[str]]:
        """Ids of everything in the project by kind (networks, subnets and flavors as far as it sees them)."""
        network, compute = self.cloud.network, self.cloud.compute
        return {'servers': {one.id for one in compute.servers()},
                'ports': {one.id for one in network.ports(project_id=self.project_id)},
                'networks': {one.id for one in network.networks()},
                'subnets': {one.id for one in network.subnets()},
                'routers': {one.id for one in network.routers()},
                'floating_ips': {one.id for one in network.ips()},
                'flavors': {one.id for one in compute.flavors()},
                'security_groups': {one.id for one in network.security_groups(project_id=self.project_id)},
                'server_groups': {one.id for one in compute.server_groups()},
                'volumes': {one.id for one in self.cloud.block_storage.volumes()},
                'images': {one.id for one in self.cloud.image.images()},
                'volume_snapshots': {one.id for one in self.cloud.block_storage.snapshots()}}

    def servers(self, ns_name: str) -> dict[str, Any]:
        """Servers of an NS by name; a name that is there twice is an error."""
        found: dict[str, Any] = {}
        for one in self.cloud.compute.servers():
            if one.name.startswith(f'{ns_name}-'):
                assert one.name not in found, f'{one.name} is there twice'
                found[one.name] = one
        return found


def log_size() -> dict[Path, int]:
    """How long each access log of the services is by now."""
    return {path: path.stat().st_size for path in (SANDBOX_HOME / 'log').glob('*-access.log')}


def writes(since: dict[Path, int]) -> list[str]:
    """Our calls since then (see :func:`log_size`) that are no reads, logins aside: ``POST /v2.1/servers``."""
    found = []
    for path in log_size():
        with path.open('rb') as file:
            file.seek(since.get(path, 0))
            entries = [json.loads(line) for line in file]
        found += [f'{entry["method"]} {entry["path"]}' for entry in entries if 'nfv.mano' in entry['agent']
                  and entry['method'] not in ('GET', 'HEAD') and not entry['path'].endswith('/auth/tokens')]
    return found


def document(name: str, count: int = 2, **more: Any) -> dict[str, Any]:
    """A small network service: one network of its own, one of the sandbox's, one VDU."""
    return {'name': name, 'vims': {'default': {'cloud': 'sandbox'}},
            'virtual_links': [{'name': 'mgmt', 'existing': 'shared'},
                              {'name': 'data', 'subnets': [{'cidr': '10.81.0.0/24'}]}],
            'vnfs': [{'name': 'web', 'vdus': [{
                'name': 'front', 'count': count, 'image': 'cirros', 'flavor': 'm1.tiny',
                'interfaces': [{'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'data'}],
                **more}]}]}


def write(folder: Path, value: dict[str, Any], name: str = 'ns.yaml') -> str:
    """Write a document (JSON is YAML); returns its path."""
    path = folder / name
    path.write_text(json.dumps(value), encoding='utf-8')
    return str(path)


def write_faults(home: Path, words: Iterable[str]) -> None:
    """What every compute host of the sandbox fails at from now on; nothing where there are no words."""
    path = home / 'run' / 'faults.json'
    if words:
        path.write_text(json.dumps({'*': list(words)}), encoding='utf-8')
    else:
        path.unlink(missing_ok=True)


def one_now(cases: Iterable[str], now: str) -> list[Any]:
    """Parameters of a test of which one is run each time, and all with the slow ones: the rules behind them have unit tests."""
    return [pytest.param(case, marks=[] if case == now else pytest.mark.slow) for case in cases]
