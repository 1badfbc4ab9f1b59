# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be known to be wrong before anything starts."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.processes import Supervisor
from sandbox.settings import API_SERVICES, Settings

DISK_MIB = 2000


def check(settings: Settings, supervisor: Supervisor) -> None:
    """Raise SandboxError with every problem: ports, memory, disk, ports other than those of the existing data."""
    problems = _taken_ports(settings, supervisor) + _moved_ports(settings)
    if not any(supervisor.pid(name) for name in supervisor.names()):
        problems += _resources(settings)
    if problems:
        raise SandboxError('the sandbox cannot start; nothing was started:\n- ' + '\n- '.join(problems))


def _taken_ports(settings: Settings, supervisor: Supervisor) -> list[str]:
    problems = []
    for service, port in settings.ports.items():
        ours = {'rabbit_dist': 'rabbit'}.get(service, f'{service}-api' if service in API_SERVICES else service)
        if supervisor.pid(ours) or _is_free(port):
            continue
        problems.append(
            f'port {port} on 127.0.0.1, wanted by {service}, is taken{_owner(port)}:'
            ' end that or choose others with nfv_sandbox_port_base or nfv_sandbox_ports'
        )
    return problems


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


def _owner(port: int) -> str:
    """' by pid 12 (name)' when it can be found out, which takes the right to read the other's /proc."""
    inodes = set()
    for table in ('/proc/net/tcp', '/proc/net/tcp6'):
        for line in Path(table).read_text().splitlines()[1:] if os.path.exists(table) else ():
            fields = line.split()
            if fields[3] == '0A' and int(fields[1].rsplit(':', 1)[1], 16) == port:
                inodes.add(f'socket:[{fields[9]}]')
    for process in Path('/proc').glob('[0-9]*'):
        try:
            if any(os.readlink(link) in inodes for link in (process / 'fd').iterdir()):
                return f' by pid {process.name} ({(process / "comm").read_text().strip()})'
        except OSError:
            continue
    return ''


def _moved_ports(settings: Settings) -> list[str]:
    """The catalogue and Nova's cells have the ports in their rows."""
    try:
        before = json.loads((settings.data / 'initialised').read_text())['ports']
    except OSError:
        return []
    moved = [
        f'{name} {port} -> {settings.ports[name]}' for name, port in before.items() if port != settings.ports[name]
    ]
    if not moved:
        return []
    problem = (
        f'{settings.home} was set up with other ports ({", ".join(moved)}):'
        ' keep them, choose another nfv_sandbox_home, or remove it with nfv_sandbox_state=absent'
    )
    return [problem]


def _resources(settings: Settings) -> list[str]:
    problems = []
    lines = (line.split() for line in Path('/proc/meminfo').read_text().splitlines())
    free = next(int(fields[1]) // 1024 for fields in lines if fields[0] == 'MemAvailable:')
    if free < settings.memory_mib:
        problems.append(
            f'{free} MiB of memory are available and {settings.memory_mib} MiB are needed (nfv_sandbox_memory_mib)'
        )
    disk = shutil.disk_usage(settings.home).free // (1024 * 1024)
    if disk < DISK_MIB:
        problems.append(f'{disk} MiB are free on the disk of {settings.home} and {DISK_MIB} MiB are needed')
    return problems
