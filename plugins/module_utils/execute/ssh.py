# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public keys in the authorized_keys of guests, over SSH. A guest needs a POSIX shell and nothing else."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from typing import NamedTuple

#: What ssh runs to be told the passphrase or the password, which no command line and no file has.
ANSWER = 'NFV_MANO_ANSWER'
ASKPASS = f'#!/bin/sh\nprintf "%s\\n" "${ANSWER}"\n'
#: ssh's own exit code.
SSH_FAILED = 255
#: A key counts as there whatever comment or options it has, unless its line is a comment.
SCRIPT = """\
umask 077
key={key}
file="$HOME/.ssh/authorized_keys"
has() {{ [ -f "$file" ] && sed 's/^[[:space:]]*#.*//' "$file" | grep -qF -e {blob}; }}
if has; then echo {said}there; exit 0; fi
if [ {look} = yes ]; then echo {said}absent; exit 0; fi
mkdir -p "$HOME/.ssh" || exit 1
if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >>"$file" || exit 1; fi
printf '%s\\n' "$key" >>"$file" || exit 1
if command -v restorecon >/dev/null 2>&1; then restorecon -R "$HOME/.ssh" >/dev/null 2>&1; fi
has && echo {said}added
"""
SAID = 'nfv.mano:'


class Guest(NamedTuple):
    """Where to log in; ``alias`` is what its host key is remembered by (addresses are used again, ids are not)."""

    alias: str
    address: str
    port: int
    user: str


class Login(NamedTuple):
    """How to log in: with a password, or with a private key and what opens it. ``timeout`` in seconds.

    :param known_hosts: where host keys are kept from the first login on; None: they are not looked at.
    """

    password: str | None
    private_key: str | None
    passphrase: str | None
    known_hosts: str | None
    timeout: float

    def __repr__(self) -> str:
        return 'Login'


class SshError(Exception):
    """A guest that could not be reached, did not let us in, or could not do it; says why, and tells no secret."""


def put_key(guest: Guest, login: Login, key: str, look: bool = False) -> str:
    """See to it that a public key is in the user's authorized_keys.

    :param key: one line, as in authorized_keys.
    :param look: only look.
    :returns: 'there', 'absent' (only with ``look``) or 'added'.
    :raises SshError: it could not be done; nothing is half done.
    """
    blob = ' '.join(key.split()[:2])
    script = SCRIPT.format(key=shlex.quote(key), blob=shlex.quote(blob), look='yes' if look else 'no', said=SAID)
    with tempfile.TemporaryDirectory(prefix='nfv-mano-') as folder:
        askpass = os.path.join(folder, 'askpass')
        with open(os.open(askpass, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), 'w', encoding='ascii') as file:
            file.write(ASKPASS)
        done = _run(guest, login, script, askpass)
    words = [line.removeprefix(SAID) for line in done.stdout.splitlines() if line.startswith(SAID)]
    if done.returncode or not words:
        raise SshError(_why(guest, login, done))
    return words[-1]


def _run(guest: Guest, login: Login, script: str, askpass: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != 'SSH_AUTH_SOCK'}
    env = {'DISPLAY': ':0', **kept, 'LC_ALL': 'C', 'SSH_ASKPASS': askpass, 'SSH_ASKPASS_REQUIRE': 'force',
           ANSWER: login.password or login.passphrase or ''}
    limit = 2 * login.timeout + 5
    try:
        # No terminal, or an older ssh would ask there. There is no module here whose run_command could be called
        return subprocess.run(  # pylint: disable=ansible-bad-function
            _command(guest, login), input=script, capture_output=True, text=True, errors='replace', timeout=limit, env=env,
            check=False, start_new_session=True)
    except OSError as error:
        raise SshError(f'the program ssh can not be run on the host that this runs on: {error.strerror}') from None
    except subprocess.TimeoutExpired:
        raise SshError(f'{_place(guest)} did not answer within {limit:g} s') from None


def _command(guest: Guest, login: Login) -> list[str]:
    options = {'ConnectTimeout': f'{login.timeout:.0f}', 'ServerAliveInterval': '5', 'ServerAliveCountMax': '3',
               'NumberOfPasswordPrompts': '1', 'IdentitiesOnly': 'yes', 'IdentityAgent': 'none', 'ForwardAgent': 'no',
               'ClearAllForwardings': 'yes', 'ControlMaster': 'no', 'ControlPath': 'none', 'RequestTTY': 'no',
               'LogLevel': 'ERROR', 'UpdateHostKeys': 'no', 'HashKnownHosts': 'no', 'HostKeyAlias': guest.alias,
               'GlobalKnownHostsFile': '/dev/null', 'UserKnownHostsFile': f'"{_literal(login.known_hosts or "/dev/null")}"',
               'StrictHostKeyChecking': 'accept-new' if login.known_hosts else 'no'}
    if login.password is not None:
        options.update(PubkeyAuthentication='no', PreferredAuthentications='keyboard-interactive,password')
    else:
        options.update(PreferredAuthentications='publickey')
    words = [word for name, value in options.items() for word in ('-o', f'{name}={value}')]
    identity = [] if login.password is not None else ['-i', _literal(str(login.private_key))]
    return ['ssh', *words, *identity, '-p', str(guest.port), '-l', guest.user, '--', guest.address, 'sh -s']


def _literal(path: str) -> str:
    """A path in which ssh replaces nothing."""
    return path.replace('%', '%%')


def _place(guest: Guest) -> str:
    return f'{guest.user}@{guest.address} port {guest.port}'


def _why(guest: Guest, login: Login, done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip()
    if 'host key verification failed' in said.lower():
        return (f'{_place(guest)} has another host key than at the first login; where that is meant (a rebuild), remove the line '
                f'of {guest.alias} from {login.known_hosts}')
    if 'Permission denied' in said and done.returncode == SSH_FAILED:
        how = 'the password' if login.password is not None else "the service's key pair"
        return f'{_place(guest)} does not let {how} in'
    last = said.splitlines()[-1] if said else ''
    if done.returncode == SSH_FAILED:
        return f'{_place(guest)} can not be reached: {last or "ssh says nothing"}'
    return f'{_place(guest)} could not do it: {last or "there is no POSIX shell"}'
