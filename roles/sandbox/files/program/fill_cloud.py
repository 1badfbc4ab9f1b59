# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill the empty cloud over its own APIs; every step may be repeated.

usage: fill_cloud.py HOME identity|contents|wait

identity: service users, roles, catalogue; before the compute hosts, which log in with them.
contents: projects, flavors, images, networks, volume type, quotas; then as wait.
wait: until every compute host and the volume backend are up and every host is mapped into its cell.
"""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
import time
from pathlib import Path

import openstack
from openstack.connection import Connection
from sandbox.errors import SandboxError
from sandbox.processes import Supervisor
from sandbox.settings import API_SERVICES, Settings

# Service -> type in the catalogue, path of its endpoint.
CATALOGUE = {
    'placement': ('placement', ''),
    'nova': ('compute', '/v2.1'),
    'neutron': ('network', ''),
    'glance': ('image', ''),
    'cinder': ('block-storage', '/v3'),
}
# Name -> vCPUs, MiB, GiB. No host can take m1.huge.
FLAVORS = {
    'm1.tiny': (1, 512, 1),
    'm1.small': (1, 2048, 20),
    'm1.medium': (2, 4096, 40),
    'm1.large': (4, 8192, 80),
    'm1.huge': (2000, 16000000, 80),
}
IMAGES = ('cirros', 'ubuntu')
PROJECTS = ('demo', 'two', 'tiny')
WAIT_SECONDS = 120


class Filler:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        config = openstack.config.OpenStackConfig(config_files=[str(settings.home / 'clouds.yaml')])
        self._cloud = Connection(config=config.get_one('sandbox-admin'))
        self._identity = self._cloud.identity
        # Nova and Cinder tell whole seconds in UTC.
        self._begin = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)

    def identity(self) -> None:
        for name in ('admin', 'member', 'reader', 'service'):
            self._role(name)
        project = self._project('service')
        services = {service.type: service for service in self._identity.services()}
        endpoints = {(endpoint.service_id, endpoint.interface) for endpoint in self._identity.endpoints()}
        for name in API_SERVICES[1:]:
            # The role service is what makes its token count as a service's.
            self._user(name, project, ('admin', 'service'))
            kind, path = CATALOGUE[name]
            service = services.get(kind) or self._identity.create_service(name=name, type=kind)
            for interface in ('public', 'internal', 'admin'):
                if (service.id, interface) not in endpoints:
                    self._identity.create_endpoint(
                        service_id=service.id,
                        interface=interface,
                        region_id='RegionOne',
                        url=self._settings.url(name) + path,
                    )

    def contents(self) -> None:
        for name in PROJECTS:
            self._user(name, self._project(name), ('member',))
        for name, (vcpus, ram, disk) in FLAVORS.items():
            if not self._cloud.compute.find_flavor(name):
                self._cloud.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
        for name in IMAGES:
            if not self._cloud.image.find_image(name):
                self._cloud.image.create_image(
                    name=name,
                    disk_format='raw',
                    container_format='bare',
                    visibility='public',
                    data=io.BytesIO(b'not really an image\n'),
                    use_import=False,
                    wait=True,
                )
        self._networks()
        self._small_quota(self._project('tiny').id)
        if not any(kind.name == 'fake' for kind in self._cloud.block_storage.types()):
            self._cloud.block_storage.create_type(name='fake', extra_specs={'volume_backend_name': 'fake'})
        self.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        supervisor = Supervisor(self._settings.run, self._settings.log, self._settings.data, {})
        while not self._is_up():
            for name in ('cinder-volume', *(f'nova-{host}' for host in self._settings.compute_names())):
                supervisor.check(name)
            if time.monotonic() > deadline:
                sys.exit(f'compute hosts or volume backend are not up after {WAIT_SECONDS} s')
            time.sleep(0.3)
        if len(list(self._cloud.compute.hypervisors())) < self._settings.computes:
            command = [str(self._settings.bin / 'nova-manage'), '--config-file', str(self._settings.etc / 'nova.conf')]
            subprocess.run([*command, 'cell_v2', 'discover_hosts'], check=True)

    def _is_up(self) -> bool:
        """Each has reported since this program began: a report from before a restart says nothing."""
        hosts = {
            service.host
            for service in self._cloud.compute.services(binary='nova-compute')
            if service.state == 'up' and self._is_new(service.updated_at)
        }
        if not hosts >= set(self._settings.compute_names()):
            return False
        return any(
            service.state == 'up' and self._is_new(service.updated_at)
            for service in self._cloud.block_storage.services(binary='cinder-volume')
        )

    def _is_new(self, updated_at: str | None) -> bool:
        return bool(updated_at) and datetime.datetime.fromisoformat(str(updated_at)[:19]) >= self._begin

    def _role(self, name: str) -> openstack.resource.Resource:
        return self._identity.find_role(name) or self._identity.create_role(name=name)

    def _project(self, name: str) -> openstack.resource.Resource:
        return self._identity.find_project(name) or self._identity.create_project(name=name, domain_id='default')

    def _user(self, name: str, project: openstack.resource.Resource, roles: tuple[str, ...]) -> None:
        user = self._identity.find_user(name) or self._identity.create_user(
            name=name, password=self._settings.password, domain_id='default', default_project_id=project.id
        )
        for role in roles:
            self._identity.assign_project_role_to_user(project, user, self._role(role))

    def _networks(self) -> None:
        network = self._cloud.network
        if not network.find_network('public'):
            public = network.create_network(
                name='public',
                is_router_external=True,
                provider_network_type='flat',
                provider_physical_network='physnet1',
            )
            network.create_subnet(
                network_id=public.id,
                name='public-subnet',
                ip_version=4,
                cidr='198.51.100.0/24',
                is_dhcp_enabled=False,
                gateway_ip='198.51.100.1',
            )
        if not network.find_network('shared'):
            shared = network.create_network(
                name='shared',
                is_shared=True,
                provider_network_type='vlan',
                provider_physical_network='physnet2',
                provider_segmentation_id=100,
            )
            network.create_subnet(network_id=shared.id, name='shared-subnet', ip_version=4, cidr='10.10.0.0/16')

    def _small_quota(self, project_id: str) -> None:
        self._cloud.compute.update_quota_set(project_id, instances=1, cores=1, ram=512)
        self._cloud.network.update_quota(project_id, port=2, network=1)
        self._cloud.block_storage.update_quota_set(project_id, volumes=1, gigabytes=2)


def main() -> None:
    home, command = sys.argv[1:]
    filler = Filler(Settings.load(Path(home)))
    try:
        {'identity': filler.identity, 'contents': filler.contents, 'wait': filler.wait}[command]()
    except SandboxError as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
