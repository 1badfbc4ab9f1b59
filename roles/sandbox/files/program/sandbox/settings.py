# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role decided (etc/sandbox.json) and where everything is."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

API_SERVICES = ('keystone', 'placement', 'nova', 'neutron', 'glance', 'cinder')
RABBIT_BIN = Path('/usr/lib/rabbitmq/bin/rabbitmq-server')
MARIADBD = Path('/usr/sbin/mariadbd')


@dataclass(frozen=True, slots=True)
class Settings:
    """home: the sandbox's directory; ports: by service; hard: as the services' files say; detach_delay: seconds;
    memory_mib: what must be available before a start.
    """

    home: Path
    ports: dict[str, int]
    computes: int
    password: str
    hard: bool
    detach_delay: float
    memory_mib: int

    @classmethod
    def load(cls, home: Path) -> Settings:
        """Read HOME/etc/sandbox.json, which the role's template wrote."""
        data = json.loads((home / 'etc' / 'sandbox.json').read_text())
        return cls(home=home, **data)

    @property
    def etc(self) -> Path:
        return self.home / 'etc'

    @property
    def data(self) -> Path:
        return self.home / 'data'

    @property
    def run(self) -> Path:
        return self.home / 'run'

    @property
    def log(self) -> Path:
        return self.home / 'log'

    @property
    def program(self) -> Path:
        return self.home / 'program'

    @property
    def bin(self) -> Path:
        return self.home / 'venv' / 'bin'

    @property
    def socket(self) -> Path:
        """MariaDB's socket."""
        return self.run / 'mysql.sock'

    @property
    def pristine(self) -> Path:
        """The rows of every table as they were when the cloud was first ready; kept for reset."""
        return self.data / 'pristine.sql'

    def url(self, service: str) -> str:
        return f'http://127.0.0.1:{self.ports[service]}'

    def compute_names(self) -> list[str]:
        return [f'compute{number}' for number in range(1, self.computes + 1)]

    def make_directories(self) -> None:
        for directory in (self.etc, self.data, self.run, self.log):
            directory.mkdir(parents=True, exist_ok=True)
        for name in (*API_SERVICES, 'rabbit', *(f'nova/{host}' for host in self.compute_names())):
            (self.data / name / 'lock').mkdir(parents=True, exist_ok=True)
        (self.data / 'glance' / 'images').mkdir(exist_ok=True)

    def signature(self) -> str:
        """A hash of every file that the role deployed: when it changes, the services are restarted."""
        digest = hashlib.sha256()
        for directory in (self.etc, self.program):
            for path in sorted(directory.rglob('*')):
                if path.is_file() and '__pycache__' not in path.parts:
                    digest.update(f'{path.relative_to(self.home)}\0'.encode() + path.read_bytes() + b'\0')
        return digest.hexdigest()

    def lock_hash(self) -> str:
        return hashlib.sha256((self.program / 'requirements.lock').read_bytes()).hexdigest()

    def installed(self) -> bool:
        """Whether the virtual environment holds what the lock file asks for."""
        try:
            return (self.home / 'venv' / '.requirements.sha256').read_text().strip() == self.lock_hash()
        except OSError:
            return False


def environment(settings: Settings) -> dict[str, str]:
    """The environment of every process of the sandbox; nothing of the caller's clouds leaks in."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(('OS_', 'PYTHON'))}
    paste = settings.home / 'venv' / 'etc' / 'nova' / 'api-paste.ini'
    env |= {
        'PATH': f'{settings.bin}:{env.get("PATH", "/usr/bin")}:/usr/sbin',
        # The dist-info folder there registers the neutron mechanism driver's entry point.
        'PYTHONPATH': str(settings.program / 'plugins'),
        'OS_KEYSTONE_CONFIG_DIR': str(settings.etc),
        'OS_PLACEMENT_CONFIG_DIR': str(settings.etc),
        'OS_GLANCE_CONFIG_DIR': str(settings.etc),
        'OS_NEUTRON_CONFIG_DIR': str(settings.etc),
        'OS_NEUTRON_CONFIG_FILES': 'neutron.conf',
        'OS_NOVA_CONFIG_DIR': str(settings.etc),
        # Nova's WSGI application takes the first file for its paste file.
        'OS_NOVA_CONFIG_FILES': f'{paste};nova.conf',
        'SANDBOX_FAULTS': str(settings.run / 'faults.json'),
        'SANDBOX_DETACH_DELAY': str(settings.detach_delay),
        # Many threads, few arenas: far less resident memory.
        'MALLOC_ARENA_MAX': '1',
        'OMP_NUM_THREADS': '1',
        'OPENBLAS_NUM_THREADS': '1',
    }
    eatmydata = glob.glob('/usr/lib/*/libeatmydata.so')
    if eatmydata:
        # Schema set-up mostly waits for the disk; fsync is no use to a sandbox.
        env['LD_PRELOAD'] = eatmydata[0]
    return env
