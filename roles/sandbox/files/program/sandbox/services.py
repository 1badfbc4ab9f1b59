# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of processes: what is started, with which arguments."""

from __future__ import annotations

from sandbox.processes import Process
from sandbox.settings import API_SERVICES, MARIADBD, RABBIT_BIN, Settings

# WSGI module, threads and whether the module reads --config-file from its arguments (others: the environment).
_APIS = {
    'keystone': ('keystone.wsgi.api', 8, None),
    'nova': ('nova.wsgi.osapi_compute', 16, None),
    'neutron': ('neutron.wsgi.api', 12, None),
    'placement': ('placement.wsgi.api', 8, None),
    'glance': ('glance.wsgi.api', 8, None),
    'cinder': ('cinder.wsgi.api', 8, 'cinder.conf'),
}


def mariadb(settings: Settings, as_root: bool) -> Process:
    user = ('--user=root',) if as_root else ()
    return Process('mariadb', (str(MARIADBD), f'--defaults-file={settings.etc}/my.cnf', *user), stop_seconds=60)


def _erlang(settings: Settings) -> dict[str, str]:
    return {'ERL_EPMD_ADDRESS': '127.0.0.1', 'ERL_EPMD_PORT': str(settings.ports['epmd'])}


def epmd(settings: Settings) -> Process:
    # As a child of our own: started by RabbitMQ it would stay behind, listening on every interface.
    return Process('epmd', ('epmd',), _erlang(settings))


def rabbit(settings: Settings) -> Process:
    env = _erlang(settings) | {
        'HOME': str(settings.data / 'rabbit'),
        'RABBITMQ_NODENAME': f'nfv-sandbox-{settings.ports["rabbit"]}@localhost',
        'RABBITMQ_MNESIA_BASE': str(settings.data / 'rabbit' / 'mnesia'),
        'RABBITMQ_LOG_BASE': str(settings.log),
        'RABBITMQ_LOGS': '-',
        'RABBITMQ_PID_FILE': str(settings.run / 'rabbit.own'),
        'RABBITMQ_CONFIG_FILE': str(settings.etc / 'rabbitmq.conf'),
        'RABBITMQ_CONF_ENV_FILE': '/dev/null',
        'RABBITMQ_ENABLED_PLUGINS_FILE': str(settings.etc / 'rabbitmq-plugins'),
        'RABBITMQ_DIST_PORT': str(settings.ports['rabbit_dist']),
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none'
        ' -kernel inet_dist_use_interface {127,0,0,1}',
    }
    return Process('rabbit', (str(RABBIT_BIN),), env)


def apis(settings: Settings) -> list[Process]:
    processes = []
    for name in API_SERVICES:
        module, threads, config = _APIS[name]
        argv = [str(settings.bin / 'python'), str(settings.program / 'wsgi_run.py')]
        argv += [module, str(settings.ports[name]), str(threads), str(settings.log / f'{name}-access.log')]
        if config:
            argv += ['--config-file', str(settings.etc / config)]
        processes.append(Process(f'{name}-api', tuple(argv)))
    return processes


def workers(settings: Settings) -> list[Process]:
    """What can start beside the APIs."""
    table = {
        'nova-conductor': 'nova',
        'nova-scheduler': 'nova',
        'cinder-scheduler': 'cinder',
        'cinder-volume': 'cinder',
    }
    return [
        Process(name, (str(settings.bin / name), '--config-file', str(settings.etc / f'{service}.conf')))
        for name, service in table.items()
    ]


def computes(settings: Settings) -> list[Process]:
    """What needs the APIs and the service users."""
    processes = []
    for host in settings.compute_names():
        argv = [str(settings.bin / 'python'), str(settings.program / 'compute_run.py')]
        argv += ['--config-file', str(settings.etc / 'nova.conf')]
        # One state directory per host: nova keeps the node's identity there.
        env = {'OS_DEFAULT__HOST': host, 'OS_DEFAULT__STATE_PATH': str(settings.data / 'nova' / host)}
        processes.append(Process(f'nova-{host}', tuple(argv), env))
    return processes


def remember_data(settings: Settings) -> list[str]:
    """Names of the processes that keep rows of the database in memory: a reset must start them anew."""
    names = ['keystone-api', 'placement-api', 'nova-scheduler', 'cinder-scheduler', 'cinder-volume']
    return names + [process.name for process in computes(settings)]


def order_of_stop(names: list[str]) -> list[list[str]]:
    """Groups to end one after the other: the services before what they stand on."""
    last = ['rabbit', 'mariadb', 'epmd']
    first = [name for name in names if name not in last]
    return [first] + [[name] for name in last if name in names]
