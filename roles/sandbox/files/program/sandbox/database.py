# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases, schemas and keys of a new sandbox, and the pristine rows that a reset goes back to."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.settings import Settings, environment

DATABASES = ('keystone', 'placement', 'glance', 'neutron', 'nova_api', 'nova_cell0', 'nova_cell1', 'cinder')


def run(settings: Settings, *argv: str, stdin: str | None = None, stdout: Path | None = None) -> str:
    """Run a command to its end, its output in log/init.log; raises SandboxError when it fails."""
    with (settings.log / 'init.log').open('a') as log:
        log.write(f'$ {" ".join(argv)}\n')
    with stdout.open('w') if stdout else open(os.devnull, 'w') as target:
        done = subprocess.run(
            argv,
            input=stdin,
            stdout=target if stdout else subprocess.PIPE,
            stderr=subprocess.PIPE if stdout else subprocess.STDOUT,
            text=True,
            env=environment(settings),
            cwd=settings.data,
            check=False,
        )
    output = done.stderr if stdout else done.stdout
    with (settings.log / 'init.log').open('a') as log:
        log.write(f'{output}\n')
    if done.returncode:
        raise SandboxError(
            f'{" ".join(argv)} ended with {done.returncode} (see {settings.log}/init.log):\n{output[-3000:]}'
        )
    return output


def install_mariadb(settings: Settings, as_root: bool) -> None:
    """Make MariaDB's own tables, once."""
    if (settings.data / 'mysql' / 'mysql').is_dir():
        return
    run(
        settings,
        'mariadb-install-db',
        '--no-defaults',
        f'--datadir={settings.data}/mysql',
        '--skip-test-db',
        '--auth-root-authentication-method=normal',
        *(['--user=root'] if as_root else []),
    )


def _client(settings: Settings, program: str) -> list[str]:
    return [program, '--no-defaults', '-uroot', '-S', str(settings.socket)]


def create_schemas(settings: Settings) -> None:
    """Databases, their tables, Keystone's keys and Nova's cells, three services at a time."""
    sql = ''.join(f'CREATE DATABASE IF NOT EXISTS {name};' for name in DATABASES)
    sql += f"CREATE USER IF NOT EXISTS sandbox@127.0.0.1 IDENTIFIED BY '{settings.password}';"
    sql += 'GRANT ALL ON *.* TO sandbox@127.0.0.1;'
    run(settings, *_client(settings, 'mariadb'), stdin=sql)
    # The longest first.
    steps: list[Callable[[Settings], None]] = [_nova, _neutron, _keystone, _placement, _glance, _cinder]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda step: step(settings), steps))


def _manage(settings: Settings, program: str, config: str, *arguments: str) -> None:
    run(settings, str(settings.bin / program), '--config-file', str(settings.etc / config), *arguments)


def _nova(settings: Settings) -> None:
    _manage(settings, 'nova-manage', 'nova.conf', 'api_db', 'sync')
    # Without a URL of its own cell0 is taken to be in the database NAME_cell0, which is not our naming.
    url = _database_url(settings, 'nova_cell0')
    _manage(settings, 'nova-manage', 'nova.conf', 'cell_v2', 'map_cell0', '--database_connection', url)
    _manage(settings, 'nova-manage', 'nova.conf', 'cell_v2', 'create_cell', '--name', 'cell1')
    _manage(settings, 'nova-manage', 'nova.conf', 'db', 'sync')


def _database_url(settings: Settings, name: str) -> str:
    """The URL of a database, from the line that the template wrote for cell1."""
    for line in (settings.etc / 'nova.conf').read_text().splitlines():
        if line.startswith('connection = ') and '/nova_cell1' in line:
            return line.removeprefix('connection = ').replace('/nova_cell1', f'/{name}')
    raise SandboxError(f'{settings.etc}/nova.conf names no database nova_cell1')


def _neutron(settings: Settings) -> None:
    _manage(settings, 'neutron-db-manage', 'neutron.conf', 'upgrade', 'heads')


def _keystone(settings: Settings) -> None:
    owner = (
        '--keystone-user',
        pwd.getpwuid(os.getuid()).pw_name,
        '--keystone-group',
        grp.getgrgid(os.getgid()).gr_name,
    )
    url = f'{settings.url("keystone")}/v3'
    _manage(settings, 'keystone-manage', 'keystone.conf', 'db_sync')
    _manage(settings, 'keystone-manage', 'keystone.conf', 'fernet_setup', *owner)
    _manage(settings, 'keystone-manage', 'keystone.conf', 'credential_setup', *owner)
    urls = [word for interface in ('public', 'internal', 'admin') for word in (f'--bootstrap-{interface}-url', url)]
    secret = ('--bootstrap-password', settings.password)
    _manage(
        settings, 'keystone-manage', 'keystone.conf', 'bootstrap', *secret, *urls, '--bootstrap-region-id', 'RegionOne'
    )


def _placement(settings: Settings) -> None:
    _manage(settings, 'placement-manage', 'placement.conf', 'db', 'sync')


def _glance(settings: Settings) -> None:
    _manage(settings, 'glance-manage', 'glance-api.conf', 'db_sync')


def _cinder(settings: Settings) -> None:
    _manage(settings, 'cinder-manage', 'cinder.conf', 'db', 'sync')
    # The schema comes with a copy of today's default quotas, which would win over what cinder.conf says later.
    run(settings, *_client(settings, 'mariadb'), stdin="DELETE FROM cinder.quota_classes WHERE class_name = 'default';")


def save_pristine(settings: Settings) -> None:
    """Keep every row and every image file. A dump of the rows takes a second or two; the tables never change."""
    images = settings.data / 'pristine-images'
    shutil.rmtree(images, ignore_errors=True)
    shutil.copytree(settings.data / 'glance' / 'images', images)
    unfinished = settings.pristine.with_suffix('.part')
    options = ['--no-create-info', '--no-create-db', '--single-transaction', '--skip-triggers', '--skip-comments']
    # Neither may stand in a restore: both commit, and a half restored cloud would be left behind.
    options += ['--skip-add-locks', '--skip-disable-keys']
    run(settings, *_client(settings, 'mariadb-dump'), *options, '--databases', *DATABASES, stdout=unfinished)
    unfinished.replace(settings.pristine)


def restore_pristine(settings: Settings) -> None:
    """Put every row and every image file back as they were."""
    names = ', '.join(f"'{name}'" for name in DATABASES)
    query = (
        "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables"
        f" WHERE table_type = 'BASE TABLE' AND table_schema IN ({names});"
    )
    tables = run(settings, *_client(settings, 'mariadb'), '--batch', '--skip-column-names', stdin=query).split()
    sql = 'SET SESSION foreign_key_checks = 0;\nSET SESSION unique_checks = 0;\nSET SESSION autocommit = 0;\n'
    sql += ''.join(f'DELETE FROM {table};\n' for table in tables)
    run(settings, *_client(settings, 'mariadb'), stdin=sql + settings.pristine.read_text() + '\nCOMMIT;\n')
    images = settings.data / 'glance' / 'images'
    shutil.rmtree(images, ignore_errors=True)
    shutil.copytree(settings.data / 'pristine-images', images)
    for leftover in settings.data.glob('nova/*/instances.json'):
        leftover.unlink()
    for leftover in settings.run.glob('once-*'):
        leftover.unlink()
    (settings.run / 'faults.json').unlink(missing_ok=True)
