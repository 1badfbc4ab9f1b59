# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One network service of a test: its plays, also interrupted ones, its record, and what is in the cloud of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.tests.integration.mano.support import (
    HERE,
    ROOT,
    Played,
    Project,
    command,
    document,
    environment,
    play,
    write,
)

#: In the environment of every play of a service, and so in that of the modules that outlive it.
PLAY_MARK = 'NFV_TEST_SERVICE'
#: Shorter than the product's defaults, so that a test ends in time.
TIMEOUTS = {'adopt_window': 20, 'lock': 1}
ROUTER_INTERFACE = 'network:router_interface'
#: A shell's background jobs ignore SIGINT, and so would all that pytest starts from one.
INTERRUPTIBLE = ('env', '--default-signal=INT')


class NotStruck(AssertionError):
    """A play ended without coming to the journal entry at which it was to be killed."""


class Service:
    """An NS with a name of its own, which :meth:`close` removes whatever state it is in."""

    def __init__(self, name: str, folder: Path, project: Project) -> None:
        self.name, self.folder, self.project = name, folder, project
        self.state_dir = folder / 'state'
        self.descriptor = ''
        self.describe()

    def describe(self, count: int = 6, **more: Any) -> dict[str, Any]:
        """Write the document of :func:`support.document` (two ports for each VDU); returns it."""
        return self.write(document(self.name, count, **more))

    def write(self, value: dict[str, Any]) -> dict[str, Any]:
        """Write a document of the test's own."""
        self.descriptor = write(self.folder, value)
        return value

    # Plays -----------------------------------------------------------------------------------------------------

    def variables(self, verb: str, **more: Any) -> dict[str, Any]:
        what = {'nfv_descriptor': self.descriptor} if verb in ('instantiate', 'update') else {'nfv_ns': self.name}
        return {**what, 'nfv_state_dir': str(self.state_dir), **more,
                'nfv_timeouts': {**TIMEOUTS, **more.get('nfv_timeouts', {})}}

    def play(self, verb: str = 'instantiate', env: dict[str, str] | None = None, **more: Any) -> Played:
        """Run a verb to its end."""
        return play(verb, env={PLAY_MARK: self.name, **(env or {})}, **self.variables(verb, **more))

    def check(self, verb: str = 'instantiate', **more: Any) -> Played:
        """Show a verb's plan."""
        return play(verb, '--check', '--diff', env={PLAY_MARK: self.name}, **self.variables(verb, **more))

    def start(self, verb: str = 'instantiate', env: dict[str, str] | None = None, prefix: tuple[str, ...] = (),
              **more: Any) -> Running:
        """Start a verb; ``prefix`` are words before the command (unshare ...)."""
        words = [*INTERRUPTIBLE, *prefix, *command(verb, **self.variables(verb, **more))]
        return Running(words, self.folder, environment(**{PLAY_MARK: self.name, **(env or {})}))

    def injected(self, point: str, verb: str = 'instantiate', **more: Any) -> Played:
        """Run a verb whose module is killed at a journal entry; see inject/sitecustomize.py.

        :raises NotStruck: it did not come there.
        """
        mark = self.folder / f'struck-{time.monotonic_ns()}'
        played = self.play(verb, {'NFV_INJECT': point, 'NFV_INJECT_MARK': str(mark),
                                  'PYTHONPATH': os.pathsep.join(filter(None, (str(HERE / 'inject'),
                                                                              os.environ.get('PYTHONPATH'))))}, **more)
        if not mark.exists():
            raise NotStruck(f'{point} did not strike:\n{played.out}')
        return played

    # The record ------------------------------------------------------------------------------------------------

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self.state_dir.glob(f'{kind}_*.fact'))]

    def op_occs(self) -> list[dict[str, Any]]:
        """The op-occs of the NS, oldest first."""
        return sorted((one for one in self.facts('op_occ') if one['scope'] == 'ns'), key=lambda one: one['start_time'])

    def state(self) -> str:
        """The state of the newest op-occ; every one before it must be closed."""
        *earlier, newest = self.op_occs()
        assert all(one['state'] in ('COMPLETED', 'ROLLED_BACK', 'FAILED') for one in earlier), earlier
        return newest['state']

    def journal(self) -> list[dict[str, Any]]:
        """Entries of all op-occs' journals; an entry that is being written is left out."""
        lines = [line for path in sorted(self.state_dir.glob('op_occ_*.d/journal'))
                 for line in path.read_bytes().split(b'\n')[:-1]]
        return [json.loads(line) for line in lines]

    def until(self, event: str, kind: str | None = None, number: int = 1, seconds: float = 60) -> None:
        """Wait for the n-th journal entry of an event (and kind)."""
        def there() -> bool:
            found = [one for one in self.journal() if one['event'] == event and kind in (None, one.get('kind'))]
            return len(found) >= number
        wait_for(there, seconds, f'journal entry {event}/{kind} number {number}')

    def holder(self) -> dict[str, Any] | None:
        """Who holds the lock, as the lock file says."""
        found = [json.loads(path.read_text() or '{}').get('holder') for path in self.state_dir.glob('ns_*.lock')]
        return next(iter(found), None)

    # The cloud -------------------------------------------------------------------------------------------------

    def mine(self) -> dict[str, list[Any]]:
        """All that is of this NS in the project: by name, owner mark, tag, or as a port of its servers and networks."""
        network, marks = self.project.cloud.network, tuple(f'nfv.mano/{one["id"]}/' for one in self.facts('ns'))
        tags = {f'nfv.mano.ns={one["id"]}' for one in self.facts('ns')}

        def ours(one: Any) -> bool:
            return (one.name.startswith(f'{self.name}-') or bool(marks and (one.description or '').startswith(marks))
                    or bool(tags.intersection(getattr(one, 'tags', None) or ())))
        servers = [one for one in self.project.cloud.compute.servers() if ours(one)]
        networks = [one for one in network.networks() if ours(one)]
        made = {one.id for one in servers} | self._ever_made('server')
        of = {one.id for one in networks} | self._ever_made('net')
        ports = [one for one in network.ports(project_id=self.project.project_id)
                 if ours(one) or one.device_id in made or (one.network_id in of and one.device_owner != ROUTER_INTERFACE)]
        subnets = [one for one in network.subnets() if ours(one) or one.network_id in of]
        groups = [one for one in self.project.cloud.compute.server_groups() if marks and one.name.startswith(marks)]
        volumes = [one for one in self.project.cloud.block_storage.volumes()
                   if marks and (one.metadata.get('nfv.mano.mark') or '').startswith(marks)]
        images = [one for one in self.project.cloud.image.images()
                  if marks and str((one.properties or {}).get('nfv.mano.mark', '')).startswith(marks)]
        snapshots = [one for one in self.project.cloud.block_storage.snapshots()
                     if marks and ((one.metadata or {}).get('nfv.mano.mark') or '').startswith(marks)]
        routers = [one for one in network.routers() if ours(one)]
        floating = [one for one in network.ips() if (one.description or '').startswith(marks or ('/',))]
        return {'servers': servers, 'ports': ports, 'networks': networks, 'subnets': subnets, 'routers': routers,
                'floating_ips': floating, 'server_groups': groups, 'volumes': volumes, 'images': images,
                'volume_snapshots': snapshots}

    def _ever_made(self, kind: str) -> set[str]:
        return {values['id'] for entry in self.journal() if entry['event'] == 'made' and entry.get('kind') == kind
                for values in entry['put'].values() if 'id' in values}

    def recorded(self) -> dict[str, set[str]]:
        """Ids of what the record says is ours."""
        found: dict[str, set[str]] = {kind: set() for kind in (
            'servers', 'ports', 'networks', 'subnets', 'routers', 'floating_ips', 'server_groups', 'volumes', 'images',
            'volume_snapshots')}
        for fact in (*self.facts('ns'), *self.facts('vnf')):
            for item, values in fact.get('resources', {}).items():
                if item.startswith('vdu:'):
                    found['servers'] |= {values['id']} if 'id' in values else set()
                    found['ports'] |= {port['id'] for port in values.get('ports', {}).values()}
                    for kind in ('volumes', 'floating_ips'):
                        found[kind] |= {one['id'] for one in values.get(kind, {}).values() if one['owned']}
                elif item.startswith('virtual_ip:'):
                    found['ports'] |= {port['id'] for port in values.get('ports', {}).values()}
                    found['floating_ips'] |= {one['id'] for one in values.get('floating_ips', {}).values() if one['owned']}
                elif item.startswith(('volume:', 'old_volume:')):
                    found['volumes'].add(values['id'])
                elif item.startswith('snapshot:'):
                    found['images'] |= {values['id']} if 'id' in values else set()
                    found['volume_snapshots'] |= {one['id'] for one in values.get('volume_snapshots', {}).values()}
                elif item.startswith('server_group:') and values['owned']:
                    found['server_groups'].add(values['id'])
                elif item.startswith('router:'):
                    found['routers'].add(values['id'])
                elif item.startswith('net:') and values['owned']:
                    found['networks'].add(values['id'])
                    found['subnets'] |= {subnet['id'] for subnet in values['subnets']}
        return found

    def assert_complete(self, count: int) -> None:
        """All of it is there, ACTIVE and once, each server on its own ports, and the record says the same."""
        there = self.mine()
        names = sorted(one.name for one in there['servers'])
        assert names == sorted(f'{self.name}-web-front-{index}' for index in range(count))
        assert {one.status for one in there['servers']} == {'ACTIVE'}
        assert len(there['ports']) == 2 * count == len({one.description for one in there['ports']})
        assert {one.device_id for one in there['ports']} == {one.id for one in there['servers']}
        assert [len(there['networks']), len(there['subnets'])] == [1, 1]
        assert {kind: {one.id for one in rows} for kind, rows in there.items()} == self.recorded()
        assert self.state() == 'COMPLETED'
        assert [one['state'] for one in self.facts('ns')] == ['INSTANTIATED']
        assert self.holder() is None

    def assert_gone(self) -> None:
        """Nothing is left over, in the cloud or in the record."""
        assert not any(self.mine().values()), self.mine()
        assert not any(self.recorded().values())
        assert [one['state'] for one in self.facts('ns')] == ['NOT_INSTANTIATED']

    def terminate(self) -> None:
        """Terminate it as a user does; nothing may be left over."""
        played = self.play('terminate')
        assert played.rc == 0, played.out
        self.assert_gone()

    def close(self) -> None:
        """End every process of its plays, and remove what is in the cloud of it past the product."""
        for pid in pids_of(self.name):
            kill(pid)
        compute, network = self.project.cloud.compute, self.project.cloud.network
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and any((left := self.mine()).values()):
            for floating in left['floating_ips']:
                network.delete_ip(floating)
            for router in left['routers']:
                for port in network.ports(device_id=router.id, device_owner=ROUTER_INTERFACE):
                    network.remove_interface_from_router(router, port_id=port.id)
                network.delete_router(router)
            for server in left['servers']:
                compute.delete_server(server)
            for image in left['images']:
                self.project.cloud.image.delete_image(image)
            for snapshot in left['volume_snapshots']:
                if snapshot.status in ('available', 'error', 'error_deleting'):
                    self.project.cloud.block_storage.delete_snapshot(snapshot)
            if not left['servers'] and not left['volume_snapshots']:
                for volume in left['volumes']:
                    if volume.status in ('available', 'error', 'error_deleting'):
                        self.project.cloud.block_storage.delete_volume(volume)
                for group in left['server_groups']:
                    compute.delete_server_group(group)
                for trunk in network.trunks():
                    if trunk.name.startswith(f'{self.name}-'):
                        network.delete_trunk(trunk)
                for port in left['ports']:
                    network.delete_port(port)
                for net in left['networks'] if not left['ports'] else ():
                    network.delete_network(net)
            time.sleep(0.5)


class Running:
    """A play that runs: its process leads a session of its own."""

    def __init__(self, words: list[str], folder: Path, env: dict[str, str]) -> None:
        self._path = folder / f'play-{time.monotonic_ns()}.log'
        with self._path.open('wb') as log:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env,
                                             cwd=ROOT, start_new_session=True)
        self.pid = self._process.pid

    def send(self, number: int) -> None:
        """Send a signal to ansible-playbook, and to it alone."""
        os.kill(self.pid, number)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, seconds: float = 180) -> Played:
        rc = self._process.wait(seconds)
        return Played(rc, self._path.read_text(errors='replace'))


def pids_of(name: str) -> list[int]:
    """Every living process of a service's plays, also those that left their session or whose parents are dead."""
    wanted = f'{PLAY_MARK}={name}'.encode()
    found = []
    for path in Path('/proc').glob('[0-9]*/environ'):
        try:
            if wanted in path.read_bytes().split(b'\0'):
                found.append(int(path.parent.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def kill(pid: int) -> None:
    """kill -9 of a process that may be gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again until it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f'not within {seconds} s: {what}'
        time.sleep(0.05)
