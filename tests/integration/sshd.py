# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sshd on loopback, as a host of plays or as a guest: port, host keys and home folder of its own, ended by the test."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

USER = getpass.getuser()
SSHD = shutil.which('sshd', path=f'{os.environ.get("PATH", "")}:/usr/sbin')
#: Where sshd keeps its unprivileged half when it is run by root.
SEPARATION = Path('/run/sshd')


class Sshd:
    """One that logs this user in by the keys in its ``keys``.

    :param password: hash of the user's password, in a mount namespace of this sshd only (needs root).
    :param environment: what its sessions get.
    """

    def __init__(self, folder: Path, password: str | None = None, **environment: str) -> None:
        if SSHD is None:
            # .ci/run installs it
            (pytest.fail if os.environ.get('CI') else pytest.skip)('there is no sshd here: it is in the package openssh-server')
        self.folder, self.home = folder, folder / 'home'
        self.environment = {'HOME': str(self.home), **environment}
        (self.home / '.ssh').mkdir(parents=True, mode=0o700)
        self.keys = self.home / '.ssh' / 'authorized_keys'
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._prefix = _with_password(folder, password) if password else []
        self.new_host_key()

    def new_host_key(self) -> None:
        """As after a rebuild."""
        for path in self.folder.glob('host*'):
            path.unlink()
        new_key(self.folder / 'host')

    def start(self) -> Sshd:
        if os.geteuid() == 0:
            SEPARATION.mkdir(mode=0o755, exist_ok=True)
        sets = ' '.join(f'"{name}={value}"' for name, value in self.environment.items())
        (self.folder / 'config').write_text('\n'.join([
            f'Port {self.port}', 'ListenAddress 127.0.0.1', f'HostKey {self.folder / "host"}', f'AuthorizedKeysFile {self.keys}',
            'PidFile none', 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes', f'SetEnv {sets}',
            'Subsystem sftp internal-sftp',
            f'PasswordAuthentication {"yes" if self._prefix else "no"}', 'KbdInteractiveAuthentication no',
            'LogLevel VERBOSE', '']))
        with (self.folder / 'log').open('ab') as log:
            self.process = subprocess.Popen([*self._prefix, str(SSHD), '-D', '-e', '-f', str(self.folder / 'config')], stdout=log,
                                            stderr=log)
        deadline = time.monotonic() + 15
        while not _listens(self.port):
            assert time.monotonic() < deadline and self.process.poll() is None, (self.folder / 'log').read_text()
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=15)
            self.process = None

    @property
    def place(self) -> dict[str, object]:
        """Where a guest is reached, for ``addresses``."""
        return {'address': '127.0.0.1', 'port': self.port}

    def logins(self) -> int:
        return (self.folder / 'log').read_text().count('Accepted ')


def new_key(path: Path) -> str:
    """A private key without a passphrase, and beside it its public key, which is returned."""
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(path)], check=True, timeout=30)
    return path.with_suffix('.pub').read_text(encoding='utf-8')


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(('127.0.0.1', port), timeout=1):
            return True
    except OSError:
        return False


def _with_password(folder: Path, password: str) -> list[str]:
    """Words before sshd that give the user a password which nobody else sees."""
    lines = Path('/etc/shadow').read_text(encoding='utf-8').splitlines()
    fields = [line.split(':') for line in lines]
    shadow = folder / 'shadow'
    shadow.touch(mode=0o600)
    shadow.write_text(''.join(':'.join([one[0], password if one[0] == USER else '*', *one[2:]]) + '\n' for one in fields))
    script = f'mount --bind {shadow} /etc/shadow && exec "$@"'
    return ['unshare', '--mount', 'sh', '-c', script, 'sh']
