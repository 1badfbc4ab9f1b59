# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sshd on loopback: a host that plays reach as they reach any other."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import wait_for

PROGRAM = shutil.which('sshd', path=f'{os.environ["PATH"]}:/usr/sbin:/sbin')


class Sshd(NamedTuple):
    """Where it listens, and the private key that may log in as this user."""

    port: int
    key: Path

    @property
    def variables(self) -> dict[str, Any]:
        """Of a host in an inventory."""
        return {'ansible_host': '127.0.0.1', 'ansible_port': self.port, 'ansible_user': getpass.getuser(),
                'ansible_ssh_private_key_file': str(self.key), 'ansible_python_interpreter': sys.executable,
                'ansible_ssh_common_args': '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'}


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Sshd]:
    """One in a folder of its own; ``environment`` is what its sessions get. Without sshd the test is skipped, but in CI
    it fails: .ci/run installs it."""
    if PROGRAM is None:
        (pytest.fail if os.environ.get('CI') else pytest.skip)('there is no sshd here: it is in the package openssh-server')
    for name in ('host', 'user'):
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(folder / name)], check=True)
    # Whoever else takes it in between makes the test fail, not lie
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    words = {'Port': port, 'ListenAddress': '127.0.0.1', 'HostKey': folder / 'host', 'PidFile': 'none', 'UsePAM': 'no',
             'AuthorizedKeysFile': folder / 'user.pub', 'StrictModes': 'no', 'PermitRootLogin': 'yes',
             'Subsystem': 'sftp internal-sftp'}
    config = folder / 'sshd_config'
    sets = ' '.join(f'"{name}={value}"' for name, value in environment.items())
    config.write_text(''.join(f'{name} {value}\n' for name, value in words.items()) + (f'SetEnv {sets}\n' if sets else ''))
    # Where sshd gives up its rights, which a machine without its service has not got; root alone needs it
    if os.geteuid() == 0:
        Path('/run/sshd').mkdir(mode=0o755, exist_ok=True)
    with (folder / 'log').open('w') as log, subprocess.Popen([PROGRAM, '-D', '-e', '-f', str(config)], stderr=log) as process:
        try:
            wait_for(lambda: 'Server listening' in (folder / 'log').read_text(), 10, 'sshd listens')
            yield Sshd(port, folder / 'user')
        finally:
            process.terminate()
