# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands on a whole sandbox: start, stop, reset, status."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable

from sandbox import database, preflight, services
from sandbox.errors import SandboxError
from sandbox.processes import Supervisor
from sandbox.settings import API_SERVICES, Settings, environment

# Shared with the nova driver: the UUID of a compute node follows from its name.
NODE_NAMESPACE = uuid.UUID('5a5a5a5a-0000-4000-8000-000000000000')


class Sandbox:
    """One sandbox cloud. steps: how long each step of this command took, in seconds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.supervisor = Supervisor(settings.run, settings.log, settings.data, environment(settings))
        self.steps: dict[str, float] = {}
        self._as_root = os.getuid() == 0

    def status(self) -> dict:
        """{installed, running: every process runs and every API answers, current: with the deployed files, dead}."""
        expected = [process.name for process in self._all()]
        dead = [name for name in expected if not self.supervisor.pid(name)]
        running = not dead and self._is_complete() and all(self._answers(name) for name in API_SERVICES)
        return {
            'installed': self.settings.installed(),
            'running': running,
            'current': running and self._signature_of_running() == self.settings.signature(),
            'started': sorted(set(expected) - set(dead)),
            'dead': dead,
        }

    def check(self) -> None:
        preflight.check(self.settings, self.supervisor)

    def start(self) -> bool:
        """From nothing, from stopped or from half dead to ready; False when there was nothing to do."""
        if self.status()['current']:
            return False
        if self._signature_of_running() != self.settings.signature():
            self.stop()
        self.check()
        self._prepare()
        self._step('database and message bus', self._start_base)
        if not (self.settings.data / 'initialised').exists():
            self._step('schemas', self._initialise)
        self._step('services', self._start_services)
        if not self._is_complete():
            self._step('identity', lambda: self._fill('identity'))
        self._spawn(services.computes(self.settings))
        self._step('contents', lambda: self._fill('wait' if self._is_complete() else 'contents'))
        if not self._is_complete():
            self._step('pristine copy', lambda: database.save_pristine(self.settings))
        self._signature_file.write_text(self.settings.signature())
        return True

    def stop(self) -> list[str]:
        """End every process of this sandbox; returns the names of those that ran."""
        ran = []
        for group in services.order_of_stop(self.supervisor.names()):
            ran += self.supervisor.stop(group)
        self._signature_file.unlink(missing_ok=True)
        return ran

    def reset(self) -> bool:
        """Back to the rows of the first start. A running cloud keeps the processes that remember none of them."""
        if not self._is_complete():
            return self.start()
        self.check()
        current = self.status()['current']
        if current:
            self.supervisor.stop(services.remember_data(self.settings), at_once=True)
        else:
            self.stop()
            self._prepare()
            self._step('database and message bus', self._start_base)
        self._step('rows', lambda: database.restore_pristine(self.settings))
        self.start()
        return True

    # -- steps

    def _step(self, name: str, work: Callable[[], object]) -> None:
        begin = time.monotonic()
        work()
        self.steps[name] = round(time.monotonic() - begin, 1)

    def _all(self) -> list:
        base = [services.mariadb(self.settings, self._as_root), services.epmd(self.settings)]
        base += [services.rabbit(self.settings), *services.apis(self.settings), *services.workers(self.settings)]
        return base + services.computes(self.settings)

    def _spawn(self, processes: list) -> None:
        for process in processes:
            self.supervisor.spawn(process)

    def _prepare(self) -> None:
        data = self.settings.data
        if data.exists() and not (data / 'initialised').exists():
            # A first start that was interrupted: its schemas are not to be trusted.
            self.stop()
            shutil.rmtree(data)
        self.settings.make_directories()
        for host in self.settings.compute_names():
            # Nova writes this file for real hypervisors only and refuses a second start without it.
            identity = str(uuid.uuid5(NODE_NAMESPACE, host))
            (data / 'nova' / host / 'compute_id').write_text(f'{identity}\n')

    def _start_base(self) -> None:
        database.install_mariadb(self.settings, self._as_root)
        self._spawn([services.mariadb(self.settings, self._as_root), services.epmd(self.settings)])
        self._wait_port('epmd')
        self._spawn([services.rabbit(self.settings)])
        self._wait_port('mariadb')
        self._wait_port('rabbit')

    def _initialise(self) -> None:
        database.create_schemas(self.settings)
        (self.settings.data / 'initialised').write_text(json.dumps({'ports': self.settings.ports}))

    def _start_services(self) -> None:
        self._spawn(services.apis(self.settings) + services.workers(self.settings))
        deadline = time.monotonic() + 180
        for name in API_SERVICES:
            while not self._answers(name):
                self.supervisor.check(f'{name}-api')
                if time.monotonic() > deadline:
                    raise SandboxError(f'{name}-api does not answer: see {self.supervisor.log_file(f"{name}-api")}')
                time.sleep(0.2)

    def _fill(self, what: str) -> None:
        program = str(self.settings.program / 'fill_cloud.py')
        database.run(self.settings, str(self.settings.bin / 'python'), program, str(self.settings.home), what)

    def _is_complete(self) -> bool:
        return self.settings.pristine.exists()

    @property
    def _signature_file(self):
        return self.settings.run / 'signature'

    def _signature_of_running(self) -> str:
        return self._signature_file.read_text() if self._signature_file.exists() else ''

    def _answers(self, service: str) -> bool:
        try:
            urllib.request.urlopen(f'{self.settings.url(service)}/', timeout=5).read()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _wait_port(self, name: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(('127.0.0.1', self.settings.ports[name])) == 0:
                    return
            self.supervisor.check(name)
            time.sleep(0.1)
        raise SandboxError(f'{name} does not listen after {seconds:.0f} s: see {self.supervisor.log_file(name)}')
